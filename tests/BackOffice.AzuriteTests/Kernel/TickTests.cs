using Azure.Storage.Queues.Models;
using BackOffice.Kernel;
using Microsoft.Extensions.DependencyInjection;

namespace BackOffice.AzuriteTests.Kernel;

/// <summary>The minute's timer: what is due is told, and told again while it lies there.</summary>
public sealed class TickTests(AzuriteFixture azurite) : IAsyncLifetime
{
    private static readonly DateTimeOffset Midnight = new(2026, 3, 29, 0, 0, 0, TimeSpan.Zero);

    private readonly TestClock _clock = new(Midnight.AddMinutes(-3));
    private TestApp _app = null!;
    private Agenda _agenda = null!;

    public async ValueTask InitializeAsync()
    {
        _app = await TestApp.StartAsync(azurite, _clock);
        _agenda = _app.Services.GetRequiredService<Agenda>();
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public async Task Deadlines_AreToldOnceWhenTheyCome_OverMidnight()
    {
        await _agenda.AddAsync(At(-2, "a"));
        await _agenda.AddAsync(At(0, "b"));
        await _agenda.AddAsync(At(1, "c"));
        await _agenda.AddAsync(At(4, "d"));

        Assert.Equal([], await TickAsync(-3));
        Assert.Equal(["a"], await TickAsync(-1));
        Assert.Equal(["b", "c"], await TickAsync(2));
        Assert.Equal([], await TickAsync(3));
        Assert.Equal(["d"], await TickAsync(4));
    }

    [Fact]
    public async Task Deadline_ThatLiesThere_IsToldAgainEachQuarterOfAnHour()
    {
        await _agenda.AddAsync(At(1, "a"));
        Assert.Equal(["a"], await TickAsync(1));

        Assert.Equal([], await TickAsync(14));
        Assert.Equal([], await TickAsync(15)); // not a quarter of an hour old yet
        Assert.Equal(["a"], await TickAsync(31));
        Assert.Equal([], await TickAsync(32));
        Assert.Equal(["a"], await TickAsync(24 * 60));
        await _agenda.RemoveAsync(At(1, "a"));
        Assert.Equal([], await TickAsync((24 * 60) + 30));
    }

    [Fact]
    public async Task Deadlines_OfTheTimeWhenNoTickRan_AreAllToldByTheNext()
    {
        await TickAsync(-3);
        for (var minute = 0; minute < 10; minute++) await _agenda.AddAsync(At(minute * 300, $"c{minute}"));

        Assert.Equal(10, (await TickAsync(10 * 300)).Count);
    }

    [Fact]
    public async Task Messages_HoldAHundredDeadlinesEach()
    {
        await Parallel.ForEachAsync(Enumerable.Range(0, 250), async (n, _) => await _agenda.AddAsync(At(1, $"{new string('x', 55)}-{n}")));
        _clock.Set(Midnight.AddMinutes(1));

        await _app.FireAsync(nameof(Tick));

        await Eventually.IsTrueAsync(async () => (await _app.Queue("accruals").PeekMessagesAsync(32, TestContext.Current.CancellationToken)).Value.Length == 3, "the deadlines are told in three messages");
        Assert.All((await _app.Queue("accruals").PeekMessagesAsync(32, TestContext.Current.CancellationToken)).Value, message => Assert.True(message.Body.ToMemory().Length < 48 * 1024));
    }

    private static Deadline At(int minutes, string id) => new(Midnight.AddMinutes(minutes), "accruals", "b", id, "tell-000001");

    /// <summary>The cases told by a tick at that minute.</summary>
    private async Task<List<string>> TickAsync(int minute)
    {
        var now = Midnight.AddMinutes(minute).AddSeconds(1);
        _clock.Set(now);
        await _app.FireAsync(nameof(Tick));
        await Eventually.IsTrueAsync(async () => (await _agenda.FindSentAsync())?.GetDateTimeOffset("Through") >= now, "the tick has ended");
        List<string> told = [];
        foreach (QueueMessage message in (await _app.Queue("accruals").ReceiveMessagesAsync(32, cancellationToken: TestContext.Current.CancellationToken)).Value)
        {
            told.AddRange(message.Body.ToObjectFromJson<Envelope<DueDeadlines>>(KernelMessages.Default.Options)!.Body.Deadlines.Select(deadline => deadline.Case));
            await _app.Queue("accruals").DeleteMessageAsync(message.MessageId, message.PopReceipt, TestContext.Current.CancellationToken);
        }

        return [.. told.Order(StringComparer.Ordinal)];
    }
}
