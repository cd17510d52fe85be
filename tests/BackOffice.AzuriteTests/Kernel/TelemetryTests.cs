using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Net;
using System.Text;
using BackOffice.Kernel;

namespace BackOffice.AzuriteTests.Kernel;

/// <summary>Listeners hear the whole process: these tests run by themselves, after all others.</summary>
[CollectionDefinition(nameof(TelemetryTests), DisableParallelization = true)]
public sealed class TelemetryRun;

/// <summary>One trace leads from a call through the queue to the journal, and the figures that alarms go by are measured.</summary>
[Collection(nameof(TelemetryTests))]
public sealed class TelemetryTests(AzuriteFixture azurite) : IAsyncLifetime
{
    private const string Trace = "4bf92f3577b34da6a3ce929d0e0e4736";

    private readonly ConcurrentBag<Activity> _spans = [];
    private readonly ConcurrentBag<(string Name, long Value, string? Tag)> _measured = [];
    private readonly MeterListener _meter = new();
    private ActivityListener _listener = null!;
    private TestApp _app = null!;

    public async ValueTask InitializeAsync()
    {
        _listener = new ActivityListener { ShouldListenTo = source => source.Name == Telemetry.Name, Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData, ActivityStopped = _spans.Add };
        ActivitySource.AddActivityListener(_listener);
        _meter.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == Telemetry.Name) listener.EnableMeasurementEvents(instrument);
        };
        _meter.SetMeasurementEventCallback<long>((instrument, value, tags, _) => _measured.Add((instrument.Name, value, tags.Length > 0 ? tags[0].Value?.ToString() : null)));
        _meter.Start();
        _app = await TestApp.StartAsync(azurite, "--LocalWorker:Queues=true", "--Import:SynchronousSeconds=0");
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _listener.Dispose();
        _meter.Dispose();
    }

    [Fact]
    public async Task Trace_LeadsFromTheCall_ThroughTheQueue_ToTheCommit()
    {
        var book = await _app.NewBookAsync();
        using var lines = new ByteArrayContent(Encoding.UTF8.GetBytes(TestBook.Entries("e", 1, 3)));
        lines.Headers.ContentType = new("application/x-ndjson");
        (await book.SendAsync(HttpMethod.Post, "/imports", lines, ("traceparent", $"00-{Trace}-00f067aa0ba902b7-01"), ("Prefer", "respond-async"), ("Idempotency-Key", "import-1"))).Is(HttpStatusCode.Accepted);
        await Eventually.IsTrueAsync(async () => await book.EntriesAsync() == 3, "the import is posted");
        await Eventually.IsTrueAsync(() => Task.FromResult(Of("ledger-import").Any()), "the message's span has ended");

        var (call, message) = (Of("PostImport").Single(), Of("ledger-import").First());
        Assert.Equal("00f067aa0ba902b7", call.ParentSpanId.ToHexString());
        Assert.Equal((ActivityKind.Consumer, call.SpanId), (message.Kind, message.ParentSpanId));
        var commit = Assert.Single(Of("ledger commit"));
        Assert.Equal((message.SpanId, 3), (commit.ParentSpanId, (int)commit.GetTagItem("backoffice.entries")!));
    }

    [Fact]
    public async Task Trace_OfACaseAndItsEntries_IsOne()
    {
        var book = _app.Book("traced");
        (await book.SendAsync(HttpMethod.Put, "", """{"name":"Traced","currency":"EUR","chart":"SKR03"}""")).Is(HttpStatusCode.Created);
        using var accrual = new StringContent("""{"kind":"prepaidExpense","amount":"1200.00","date":"2026-01-01","from":"2026-01-01","to":"2026-12-31","method":"monthly","accrualAccount":"0980","resultAccount":"4360","text":"Insurance"}""", Encoding.UTF8, "application/json");
        (await book.SendAsync(HttpMethod.Put, "/accruals/a", accrual, ("traceparent", $"00-{Trace}-00f067aa0ba902b7-01"))).Is(HttpStatusCode.Created);

        Assert.Equal(["PutAccrual", "case commit", "ledger commit"], _spans.Where(span => span.TraceId.ToHexString() == Trace).Select(span => span.DisplayName).Distinct().Order(StringComparer.Ordinal));
        Assert.DoesNotContain(_spans.SelectMany(span => span.TagObjects), tag => tag.Value?.ToString()?.Contains("1200", StringComparison.Ordinal) == true);
    }

    [Fact]
    public async Task Postings_AreCounted()
    {
        var book = await _app.NewBookAsync();
        _measured.Clear();
        (await book.PostAsync(TestBook.Entry("e1"))).Is(HttpStatusCode.Created);

        Assert.Equal((1L, 1L), (Sum("backoffice.ledger.entries"), Sum("backoffice.ledger.commits")));
    }

    [Fact]
    public async Task Queues_AreMeasured_PoisonOnesToo()
    {
        await using var app = await TestApp.StartAsync(azurite); // its queues are not read
        await app.NewBookAsync();
        await app.Queue("ledger-post-poison").CreateAsync(cancellationToken: TestContext.Current.CancellationToken);
        foreach (var queue in (string[])["ledger-post", "ledger-post", "ledger-post-poison"]) await app.Queue(queue).SendMessageAsync("{}", TestContext.Current.CancellationToken);
        _measured.Clear();

        await app.FireAsync("MeasureQueues");

        await Eventually.IsTrueAsync(() => Task.FromResult(_measured.Any(one => one is { Name: "backoffice.queue.age", Tag: "nightly-chunk" })), "the last queue is measured");
        Assert.Equal([("ledger-post", 2L), ("ledger-post-poison", 1L)], _measured.Where(one => one is { Name: "backoffice.queue.messages", Value: > 0 }).Select(one => (one.Tag!, one.Value)).Order());
        Assert.Contains(_measured, one => one is { Name: "backoffice.queue.age", Tag: "ledger-post", Value: >= 0 and < 60 });
    }

    private IEnumerable<Activity> Of(string name) => _spans.Where(span => span.TraceId.ToHexString() == Trace && span.DisplayName == name);

    private long Sum(string name) => _measured.Where(one => one.Name == name).Sum(one => one.Value);
}
