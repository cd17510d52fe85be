using System.Net;
using System.Text.Json;
using BackOffice.Kernel;
using BackOffice.Support;
using Microsoft.Extensions.DependencyInjection;

namespace BackOffice.AzuriteTests.Support;

/// <summary>What comes by the clock: escalations, closing, and deadlines that move; and what the queue brings.</summary>
public sealed class TicketDeadlineTests(AzuriteFixture azurite) : IAsyncLifetime
{
    private static readonly DateTimeOffset Start = new(2026, 3, 2, 8, 0, 0, TimeSpan.Zero); // Monday, 09:00 in Berlin

    private readonly TestClock _clock = new(Start);
    private TestApp _app = null!;
    private Desk _desk = null!;

    public async ValueTask InitializeAsync()
    {
        _app = await TestApp.StartAsync(azurite, _clock, "--LocalWorker:Queues=true", "--AzureFunctionsJobHost:extensions:queues:visibilityTimeout=00:00:01");
        _desk = await Desk.OpenAsync(_app);
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public async Task Clock_ThatComesNear_AndIsBreached_IsToldOnceEach()
    {
        await _desk.NewAsync("T-1");
        _clock.Set(Start);

        Assert.Empty(await ToldAtAsync(44));
        Assert.Equal(["firstResponse 75 lead"], await ToldAtAsync(46));
        Assert.Empty(await ToldAtAsync(50));
        Assert.Equal(["firstResponse 100 manager"], await ToldAtAsync(61));
        await _desk.DoesAsync("T-1", """{"type":"reply","text":"We look."}""");
        Assert.Empty(await ToldAtAsync(120)); // the update clock began anew
        Assert.Equal(["update 75 lead"], await ToldAtAsync(152));

        var escalations = (await _desk.Anna.GetAsync("/tickets/T-1")).List("escalations").Select(one => (one.Text("clock"), one.Number("percent"))).ToList();
        Assert.Equal([("firstResponse", 75L), ("firstResponse", 100L), ("update", 75L)], escalations);
        await AgendaHoldsAsync("T-1", 1);
    }

    [Fact]
    public async Task Deadline_OfATicketThatWaits_IsDroppedWhenItComes()
    {
        await _desk.NewAsync("T-1", Desk.Ticket(impact: 3, urgency: 3)); // solution alone, 2,400 minutes: 75 % on Thursday
        await _desk.DoesAsync("T-1", """{"type":"hold","reason":"thirdParty"}""");

        Assert.Empty(await ToldAtAsync(60 * 24 * 14));
        await AgendaHoldsAsync("T-1", 0);

        await _desk.DoesAsync("T-1", """{"type":"resume"}""");
        await AgendaHoldsAsync("T-1", 1);
    }

    [Fact]
    public async Task Resolved_ItClosesByItself_AndCanBeReopened()
    {
        await _desk.NewAsync("T-1");
        await _desk.DoesAsync("T-1", """{"type":"resolve","resolution":"done"}""");

        await ToldAtAsync(60 * 24 * 7 - 5);
        Assert.Equal("resolved", (await _desk.Anna.GetAsync("/tickets/T-1")).Text("status"));
        await ToldAtAsync(60 * 24 * 7 + 5);
        await Eventually.IsTrueAsync(async () => (await _desk.Anna.GetAsync("/tickets/T-1")).Text("status") == "closed", "it has closed");
        await AgendaHoldsAsync("T-1", 0);

        Assert.Equal("open", (await Desk.EventAsync(_desk.Carl, "T-1", """{"type":"reopen","reason":"again"}""")).Is(HttpStatusCode.Created).Json.Text("status"));
        Assert.Equal(["T-1"], (await _desk.Anna.GetAsync("/tickets")).List("tickets").Select(ticket => ticket.Text("id")));
    }

    [Fact]
    public async Task ChangedLevel_MovesTheDeadlinesOfOpenTickets()
    {
        await _desk.NewAsync("T-1");
        await _desk.NewAsync("T-2");
        _clock.Set(Start.AddMinutes(10));
        (await _desk.Anna.SendAsync(HttpMethod.Put, "/service-levels/mail", Desk.Level.Replace("\"firstResponse\":60", "\"firstResponse\":20", StringComparison.Ordinal))).Is(HttpStatusCode.OK);

        await Eventually.IsTrueAsync(async () => (await _desk.Anna.GetAsync("/tickets")).List("tickets").All(ticket => ticket.Text("dueAt").StartsWith("2026-03-02T08:2", StringComparison.Ordinal)), "both are due earlier");
        Assert.Equal(["firstResponse 75 lead", "firstResponse 75 lead"], await ToldAtAsync(16, 2));
    }

    [Fact]
    public async Task ChangedCalendar_CountsFromThenOn()
    {
        await _desk.NewAsync("T-1");
        _clock.Set(Start.AddMinutes(10));
        (await _desk.Anna.SendAsync(HttpMethod.Put, "/calendars/office", """{"zone":"Europe/Berlin","hours":{"tue":[["10:00","12:00"]]}}""")).Is(HttpStatusCode.OK);

        await Eventually.IsTrueAsync(async () => (await _desk.Anna.GetAsync("/tickets/T-1")).Text("dueAt").StartsWith("2026-03-03T09:5", StringComparison.Ordinal), "it is due on Tuesday: 10 of 60 minutes have elapsed");
        _clock.Set(Start.AddMinutes(20));
        Assert.Equal(["created", "terms"], (await _desk.Anna.GetAsync("/tickets/T-1/clocks")).List("spans").Select(span => span.Text("why")).Take(2));
    }

    [Fact]
    public async Task Look_ThatWasCutOffBeforeItTold_IsToldByTheAgenda()
    {
        await _desk.NewAsync("T-1");
        // What a crash leaves: the commit with its notice, a row that says so, and nobody who was told.
        var support = _app.Services.GetRequiredService<SupportTables>();
        var cases = support.Tickets.Cases;
        var row = (await cases.FindAsync(_desk.Book.Id, "T-1"))!;
        var notice = new EscalationNotice(_desk.Book.Id, "T-1", "mail", "3", "solution", 75, "lead", null, null, Start, Start, "/api");
        var tell = JsonSerializer.Serialize(new TicketTell([notice], null, "T-1", "test", Start), SupportJson.Default.TicketTell);
        var deadline = new Deadline(Start.AddMinutes(1), "tickets", _desk.Book.Id, "T-1", "tell-000002");
        await _app.Services.GetRequiredService<Agenda>().AddAsync(deadline);
        Assert.NotNull(await cases.CommitAsync(_desk.Book.Id, row, new CaseChange("T-1", new CaseStep(2, Start, "test", "look", "{}"), row.State, "look@1") { Tell = tell }));

        Assert.Equal(["solution 75 lead"], await ToldAtAsync(2));
        Assert.Null(await cases.FindTellAsync(_desk.Book.Id, "T-1", 2));
    }

    [Fact]
    public async Task Queue_BringsTicketsAndEvents_InAnyOrder_EachOnce()
    {
        var first = Message("m-1", $$"""[{{WithId("M-1")}},{{WithId("M-2")}},{{WithId("M-3", service: "nothing")}}]""", """[{"ticket":"M-1","id":"e-1","type":"comment","from":"caller","text":"Hello?"}]""");
        var early = Message("m-2", "[]", """[{"ticket":"M-9","id":"e-2","type":"comment","from":"caller","text":"Before its ticket"}]""");
        foreach (var message in new[] { early, first, first }) await _app.Queue("support-intake").SendMessageAsync(message, TestContext.Current.CancellationToken);

        await Eventually.IsTrueAsync(async () => (await _desk.Anna.TryGetAsync("/ticket-intake/m-1")).Status == HttpStatusCode.OK, "the message has been worked on");
        var result = await _desk.Anna.GetAsync("/ticket-intake/m-1");
        // The message came twice at once: which of the two took an item, and which knew it, is theirs.
        Assert.Equal((3L, "tickets[2]", "support/service-unknown"), (result.Number("taken") + result.Number("known"), result.List("refused").Single().Text("path"), result.List("refused").Single().Text("code")));
        Assert.Equal(["create", "comment"], (await _desk.Anna.GetAsync("/tickets/M-1")).List("history").Select(step => step.Text("command")));
        (await _desk.Anna.TryGetAsync("/ticket-intake/m-2")).IsProblem(HttpStatusCode.NotFound, "support/message-unknown");

        // The ticket comes, and its event, which is tried again, finds it.
        await _app.Queue("support-intake").SendMessageAsync(Message("m-3", $"[{WithId("M-9")}]", "[]"), TestContext.Current.CancellationToken);
        await Eventually.IsTrueAsync(async () => (await _desk.Anna.TryGetAsync("/ticket-intake/m-2")).Status == HttpStatusCode.OK, "the early event has found its ticket", timeoutSeconds: 60);
        Assert.Equal(["create", "comment"], (await _desk.Anna.GetAsync("/tickets/M-9")).List("history").Select(step => step.Text("command")));

        static string WithId(string id, string service = "mail") => Desk.Ticket(service: service).Replace("{\"caller\"", $"{{\"id\":\"{id}\",\"caller\"", StringComparison.Ordinal);
    }

    [Fact]
    public async Task Feed_IsPruned_OfWhatNobodyLooksBackTo()
    {
        await _desk.NewAsync("T-1");
        var feed = _app.Table("TicketsFeed");
        await feed.AddEntityAsync(new Azure.Data.Tables.TableEntity(_desk.Book.Id, $"{DateTimeOffset.UnixEpoch.UtcTicks:D19}!T-0!1"), TestContext.Current.CancellationToken);

        await _app.FireAsync("PruneTicketFeed");

        await Eventually.IsTrueAsync(async () => await CountAsync() == 1, "the old row is gone and the new one is there");
        async Task<int> CountAsync()
        {
            var count = 0;
            await foreach (var _ in feed.QueryAsync<Azure.Data.Tables.TableEntity>()) count++;
            return count;
        }
    }

    private string Message(string id, string tickets, string events) =>
        $$"""{"schema":"support-intake","version":1,"operationId":"{{id}}","correlationId":"{{id}}","body":{"book":"{{_desk.Book.Id}}","tickets":{{tickets}},"events":{{events}} } }""";

    /// <summary>Lets the minute tick at so many minutes after the start, and returns what others were told until nothing is due any more.</summary>
    private async Task<List<string>> ToldAtAsync(int minutes, int atLeast = 0)
    {
        _clock.Set(Start.AddMinutes(minutes));
        return [.. (await _desk.ToldAtAsync(Start.AddMinutes(minutes), atLeast)).Select(body => $"{body.Text("clock")} {body.Number("percent")} {body.Text("role")}")];
    }

    private async Task AgendaHoldsAsync(string ticket, int count)
    {
        var found = 0;
        await foreach (var deadline in _app.Services.GetRequiredService<Agenda>().ThroughAsync(Start.AddYears(2)))
            if (deadline.Book == _desk.Book.Id && deadline.Case == ticket) found++;
        Assert.Equal(count, found);
    }
}
