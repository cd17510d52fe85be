using System.Net;
using System.Text.Json;

namespace BackOffice.AzuriteTests.Support;

/// <summary>A ticket's life over HTTP: what is known again, what is refused, who may do what, and what its clocks say.</summary>
public sealed class TicketHttpTests(AzuriteFixture azurite) : IAsyncLifetime
{
    // Monday, 09:00 in Berlin.
    private readonly TestClock _clock = new(new DateTimeOffset(2026, 3, 2, 8, 0, 0, TimeSpan.Zero));
    private TestApp _app = null!;
    private Desk _desk = null!;

    public async ValueTask InitializeAsync()
    {
        _app = await TestApp.StartAsync(azurite, _clock);
        _desk = await Desk.OpenAsync(_app);
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public async Task Ticket_FromItsComingToItsEnd_SaysWhereItStands()
    {
        var created = await _desk.NewAsync("T-1");
        Assert.Equal(("new", "3", "desk", "carl"), (created.Text("status"), created.Text("priority"), created.Text("team"), created.Text("caller")));
        Assert.StartsWith("2026-03-02T09:0", created.Text("dueAt"), StringComparison.Ordinal); // 60 minutes to the first response

        Assert.Equal(("open", "anna"), Of(await _desk.DoesAsync("T-1", """{"type":"assign","assignee":"anna"}""")));
        After(minutes: 30);
        Assert.Equal("open", (await _desk.DoesAsync("T-1", """{"type":"reply","text":"We are looking.\nPlease wait."}""")).Text("status"));
        Assert.Equal(("onHold", "caller"), await HoldAsync());
        After(minutes: 60);
        Assert.Equal("open", (await Desk.EventAsync(_desk.Carl, "T-1", """{"type":"comment","text":"Here is what you asked for."}""")).Is(HttpStatusCode.Created).Json.Text("status"));
        After(minutes: 30);
        Assert.Equal("resolved", (await _desk.DoesAsync("T-1", """{"type":"resolve","resolution":"The mailbox was full."}""")).Text("status"));

        var clocks = (await _desk.Anna.GetAsync("/tickets/T-1/clocks")).GetProperty("clocks");
        Assert.Equal(("stopped", 30L, false), Clock(clocks, "firstResponse"));
        Assert.Equal(("stopped", 60L, false), Clock(clocks, "solution")); // 30 minutes before and 30 after the wait
        Assert.Equal(1, clocks.GetProperty("update").Number("cycles"));

        var history = (await _desk.Anna.GetAsync("/tickets/T-1")).List("history").ToList();
        Assert.Equal(["create", "assign", "reply", "hold", "comment", "resolve"], history.Select(step => step.Text("command")));
        Assert.Equal("The mailbox was full.", history[^1].GetProperty("request").Text("resolution"));

        async Task<(string, string)> HoldAsync()
        {
            var held = await _desk.DoesAsync("T-1", """{"type":"hold","reason":"caller"}""");
            return (held.Text("status"), held.Text("hold"));
        }

        static (string, string) Of(JsonElement ticket) => (ticket.Text("status"), ticket.Text("assignee"));
    }

    [Fact]
    public async Task Ticket_SentAgain_IsTheSame_AndUnderItsIdNoOther()
    {
        await _desk.NewAsync("T-1");

        (await _desk.Anna.SendAsync(HttpMethod.Put, "/tickets/T-1", Desk.Ticket())).Is(HttpStatusCode.OK);
        (await _desk.Anna.SendAsync(HttpMethod.Put, "/tickets/T-1", Desk.Ticket(subject: "Other"))).IsProblem(HttpStatusCode.Conflict, "case/id-reused", "id");
        (await _desk.Anna.SendAsync(HttpMethod.Put, "/tickets/T-2", Desk.Ticket(service: "nothing"))).IsProblem(HttpStatusCode.UnprocessableEntity, "support/service-unknown", "service");
        (await _desk.Anna.SendAsync(HttpMethod.Put, "/tickets/T-2", Desk.Ticket(impact: 4))).IsProblem(HttpStatusCode.BadRequest, "request/number", "impact");
        (await _desk.Anna.TryGetAsync("/tickets/T-2")).IsProblem(HttpStatusCode.NotFound, "case/unknown");
    }

    [Fact]
    public async Task Event_SentAgain_HappensOnce_AndMayHappenAgainLater()
    {
        await _desk.NewAsync("T-1");
        const string hold = """{"type":"hold","reason":"change"}""";

        (await Desk.EventAsync(_desk.Anna, "T-1", hold)).Is(HttpStatusCode.Created);
        (await Desk.EventAsync(_desk.Anna, "T-1", hold)).Is(HttpStatusCode.OK);
        await _desk.DoesAsync("T-1", """{"type":"resume"}""");
        Assert.Equal("onHold", (await Desk.EventAsync(_desk.Anna, "T-1", hold)).Is(HttpStatusCode.Created).Json.Text("status"));

        (await Desk.EventAsync(_desk.Anna, "T-1", """{"type":"comment","id":"mail-7","text":"Word"}""")).Is(HttpStatusCode.Created);
        await _desk.DoesAsync("T-1", """{"type":"resume"}""");
        (await Desk.EventAsync(_desk.Anna, "T-1", """{"type":"comment","id":"mail-7","text":"Word"}""")).Is(HttpStatusCode.OK);
        (await Desk.EventAsync(_desk.Anna, "T-1", """{"type":"comment","id":"mail-7","text":"Another"}""")).IsProblem(HttpStatusCode.Conflict, "case/key-reused");
    }

    [Fact]
    public async Task TwoAgents_NeverOverwriteWhatTheyHaveNotSeen()
    {
        await _desk.NewAsync("T-1");
        var seen = (await Desk.EventAsync(_desk.Anna, "T-1", """{"type":"assign","assignee":"anna"}""")).Is(HttpStatusCode.Created);

        (await Desk.EventAsync(_desk.Bert, "T-1", """{"type":"assign","assignee":"bert"}""")).IsProblem((HttpStatusCode)428, "case/if-match-required");
        (await Desk.EventAsync(_desk.Bert, "T-1", """{"type":"assign","assignee":"bert"}""", "\"1\"")).IsProblem(HttpStatusCode.PreconditionFailed, "case/changed");
        Assert.Equal("bert", (await Desk.EventAsync(_desk.Bert, "T-1", """{"type":"assign","assignee":"bert"}""", seen.Headers.ETag!.Tag)).Is(HttpStatusCode.Created).Json.Text("assignee"));
        (await Desk.EventAsync(_desk.Anna, "T-1", """{"type":"comment","text":"A word needs nothing of that."}""")).Is(HttpStatusCode.Created);
    }

    [Fact]
    public async Task Employee_HasOwnTickets_AndReadsWhatIsPublic()
    {
        (await _desk.Carl.SendAsync(HttpMethod.Put, "/tickets/T-1", """{"service":"mail","impact":3,"urgency":3,"subject":"No mail","text":"It is gone."}""")).Is(HttpStatusCode.Created);
        (await _desk.Carl.SendAsync(HttpMethod.Put, "/tickets/T-2", Desk.Ticket(caller: "dora"))).IsProblem(HttpStatusCode.UnprocessableEntity, "support/not-own", "caller");
        await _desk.NewAsync("T-3", Desk.Ticket(caller: "dora"));
        await _desk.DoesAsync("T-1", """{"type":"comment","text":"He calls every day."}""");
        await _desk.DoesAsync("T-1", """{"type":"reply","text":"Solved soon."}""");
        await _desk.DoesAsync("T-1", """{"type":"comment","text":"For all to see.","visibility":"public"}""");

        Assert.Equal(["create", "reply", "comment"], (await _desk.Carl.GetAsync("/tickets/T-1")).List("history").Select(step => step.Text("command")));
        Assert.DoesNotContain("every day", (await _desk.Carl.GetAsync("/tickets/T-1")).GetRawText(), StringComparison.Ordinal);
        Assert.Equal(["T-1"], (await _desk.Carl.GetAsync("/tickets")).List("tickets").Select(ticket => ticket.Text("id")));
        (await _desk.Carl.TryGetAsync("/tickets/T-3")).IsProblem(HttpStatusCode.Forbidden, "support/not-own");
        (await _desk.Carl.TryGetAsync("/tickets/T-3/clocks")).IsProblem(HttpStatusCode.Forbidden, "support/not-own");
        (await _desk.Carl.TryGetAsync("/tickets?caller=dora")).IsProblem(HttpStatusCode.Forbidden, "support/not-own");
        (await Desk.EventAsync(_desk.Carl, "T-3", """{"type":"comment","text":"Mine?"}""")).IsProblem(HttpStatusCode.Forbidden, "support/not-own");
        (await Desk.EventAsync(_desk.Carl, "T-1", """{"type":"priority","urgency":1,"reason":"mine"}""")).IsProblem(HttpStatusCode.Forbidden, "identity/role-missing");
    }

    [Fact]
    public async Task WhatHappenedBefore_IsToldByTheOperatorAlone()
    {
        const string old = """{"caller":"carl","service":"mail","impact":2,"urgency":2,"subject":"Taken over","text":"From another system","at":"2026-02-27T15:30:00+01:00"}""";
        (await _desk.Anna.SendAsync(HttpMethod.Put, "/tickets/T-1", old)).IsProblem(HttpStatusCode.UnprocessableEntity, "support/at", "at");
        var oscar = _desk.As("oscar", "Operator");

        (await oscar.SendAsync(HttpMethod.Put, "/tickets/T-1", old)).Is(HttpStatusCode.Created);
        (await Desk.EventAsync(oscar, "T-1", """{"type":"reply","text":"Then","at":"2026-02-27T16:00:00+01:00"}""")).Is(HttpStatusCode.Created);
        (await Desk.EventAsync(oscar, "T-1", """{"type":"reply","text":"Before that","at":"2026-02-27T15:59:00+01:00"}""")).IsProblem(HttpStatusCode.UnprocessableEntity, "support/order", "at");
        (await Desk.EventAsync(oscar, "T-1", """{"type":"reply","text":"To come","at":"2026-03-03T15:59:00+01:00"}""")).IsProblem(HttpStatusCode.UnprocessableEntity, "support/at", "at");

        // Friday 15:30 to 17:00, and Monday 08:00 to 09:00.
        Assert.Equal(("running", 150L, false), Clock((await oscar.GetAsync("/tickets/T-1/clocks?at=2026-03-02T08:00:00Z")).GetProperty("clocks"), "solution"));
        Assert.Equal(("stopped", 30L, false), Clock((await oscar.GetAsync("/tickets/T-1/clocks")).GetProperty("clocks"), "firstResponse"));
        Assert.Equal(("running", 10L, false), Clock((await oscar.GetAsync("/tickets/T-1/clocks?at=2026-02-27T14:40:00Z")).GetProperty("clocks"), "firstResponse"));
    }

    [Fact]
    public async Task Assignment_ByTheSystem_GoesToWhoHasLeast_AndKnowsHow()
    {
        foreach (var n in new[] { 1, 2, 3, 4 }) await _desk.NewAsync($"T-{n}");

        Assert.Equal("anna", await AutoAsync("T-1", """{"type":"assign","auto":true}"""));
        Assert.Equal("bert", await AutoAsync("T-2", """{"type":"assign","auto":true,"team":"desk"}"""));
        Assert.Equal("bert", await AutoAsync("T-3", """{"type":"assign","auto":true,"skill":"vpn"}"""));
        Assert.Equal("anna", await AutoAsync("T-4", """{"type":"assign","auto":true}"""));
        Assert.Equal([2L, 2L], (await _desk.Anna.GetAsync("/support-teams/desk")).List("agents").Select(agent => agent.Number("open")));
        await _desk.NewAsync("T-5");
        (await Desk.EventAsync(_desk.Anna, "T-5", """{"type":"assign","auto":true,"skill":"cobol"}""")).IsProblem(HttpStatusCode.UnprocessableEntity, "support/nobody-free");
        (await Desk.EventAsync(_desk.Anna, "T-5", """{"type":"assign","team":"nobody"}""")).IsProblem(HttpStatusCode.UnprocessableEntity, "support/team-unknown");
        (await Desk.EventAsync(_desk.Anna, "T-5", """{"type":"assign"}""")).IsProblem(HttpStatusCode.UnprocessableEntity, "support/assign");

        async Task<string> AutoAsync(string id, string json) => (await _desk.DoesAsync(id, json)).Text("assignee");
    }

    [Fact]
    public async Task Merged_ItEnds_AndTheOtherTakesNote()
    {
        await _desk.NewAsync("T-1");
        await _desk.NewAsync("T-2");

        Assert.Equal(("merged", "T-2"), Of(await _desk.DoesAsync("T-1", """{"type":"merge","into":"T-2"}""")));
        Assert.Equal([("ticket", "T-1")], (await _desk.Anna.GetAsync("/tickets/T-2")).List("links").Select(link => (link.Text("kind"), link.Text("to"))));
        (await Desk.EventAsync(_desk.Anna, "T-1", """{"type":"comment","text":"Too late"}""")).IsProblem(HttpStatusCode.Conflict, "support/state");
        (await Desk.EventAsync(_desk.Anna, "T-2", """{"type":"merge","into":"T-1"}""")).IsProblem(HttpStatusCode.UnprocessableEntity, "support/merge", "into");
        (await Desk.EventAsync(_desk.Anna, "T-2", """{"type":"merge","into":"T-2"}""")).IsProblem(HttpStatusCode.UnprocessableEntity, "support/merge", "into");
        (await Desk.EventAsync(_desk.Anna, "T-2", """{"type":"link","kind":"ticket","to":"T-9"}""")).IsProblem(HttpStatusCode.UnprocessableEntity, "support/link", "to");
        (await Desk.EventAsync(_desk.Anna, "T-2", """{"type":"link","kind":"article","to":"https://kb.example/7"}""")).Is(HttpStatusCode.Created);

        static (string, string) Of(JsonElement ticket) => (ticket.Text("status"), ticket.Text("mergedInto"));
    }

    [Fact]
    public async Task Lists_AreByWhatIsAsked_NewestFirst_AndPagesStayWhatTheyAre()
    {
        foreach (var n in Enumerable.Range(1, 7))
        {
            await _desk.NewAsync($"T-{n}", Desk.Ticket(caller: n % 2 == 0 ? "dora" : "carl", subject: n == 3 ? "Printer on fire" : "No mail"));
            After(minutes: 1);
        }

        await _desk.DoesAsync("T-2", """{"type":"assign","assignee":"bert"}""");
        Assert.Equal(["T-7", "T-6", "T-5", "T-4", "T-3", "T-2", "T-1"], await IdsAsync("/tickets"));
        Assert.Equal(["T-6", "T-4", "T-2"], await IdsAsync("/tickets?caller=dora"));
        Assert.Equal(["T-2"], await IdsAsync("/tickets?assignee=bert"));
        Assert.Equal(["T-3"], await IdsAsync("/tickets?text=PRINTER"));
        Assert.Equal(["T-2"], await IdsAsync("/tickets?status=open&team=desk"));

        var first = await _desk.Anna.GetAsync("/tickets?limit=3");
        Assert.Equal(["T-7", "T-6", "T-5"], Ids(first));
        await _desk.NewAsync("T-8");
        await _desk.DoesAsync("T-4", """{"type":"comment","text":"moves nothing"}""");
        var second = await _desk.Anna.GetAsync(first.Text("next"));
        Assert.Equal(["T-4", "T-3", "T-2"], Ids(second));
        Assert.Equal(["T-1"], await IdsAsync(second.Text("next")));

        await _desk.DoesAsync("T-1", """{"type":"resolve","resolution":"done"}""");
        await _desk.DoesAsync("T-1", """{"type":"close"}""");
        Assert.DoesNotContain("T-1", await IdsAsync("/tickets"));
        Assert.Equal(["T-1"], await IdsAsync("/tickets?status=closed"));
        (await _desk.Anna.TryGetAsync("/tickets?status=odd")).IsProblem(HttpStatusCode.UnprocessableEntity, "support/status");
        (await _desk.Anna.TryGetAsync("/tickets?after=odd")).IsProblem(HttpStatusCode.UnprocessableEntity, "support/after");

        async Task<List<string>> IdsAsync(string path) => Ids(await _desk.Anna.GetAsync(path));
        static List<string> Ids(JsonElement page) => [.. page.List("tickets").Select(ticket => ticket.Text("id"))];
    }

    [Fact]
    public async Task Lists_OfOneInstance_ShowWhatAnotherHasJustAnswered()
    {
        await _desk.NewAsync("T-1");
        await using var other = await _app.AnotherAsync(_clock);
        var there = _desk.In(other).Anna;
        Assert.Single((await there.GetAsync("/tickets")).List("tickets"));

        for (var n = 2; n < 12; n++)
        {
            await _desk.NewAsync($"T-{n}");
            await _desk.DoesAsync($"T-{n}", """{"type":"assign","assignee":"bert"}""");
            Assert.Equal(n - 1, (await there.GetAsync("/tickets?assignee=bert")).List("tickets").Count());
        }
    }

    [Fact]
    public async Task Calculator_GivesTheClocks_WithTheirSteps()
    {
        const string wanted = """
            {"calendar":{"zone":"Europe/Berlin","hours":{"fri":[["08:00","17:00"]],"mon":[["08:00","12:00"],["13:00","17:00"]]},"holidays":["2026-12-25"]},"targets":{"firstResponse":60,"solution":240},
             "events":[{"at":"2026-03-06T16:30:00+01:00","type":"create"},{"at":"2026-03-09T08:10:00+01:00","type":"reply","automatic":true},{"at":"2026-03-09T08:40:00+01:00","type":"reply"},{"at":"2026-03-09T09:00:00+01:00","type":"hold"},
                       {"at":"2026-03-09T10:00:00+01:00","type":"priority","targets":{"solution":90}},{"at":"2026-03-09T11:00:00+01:00","type":"resume"}],
             "now":"2026-03-09T11:30:00+01:00"}
            """;
        var answer = (await PostAsync(wanted)).Is(HttpStatusCode.OK).Json;

        var first = answer.GetProperty("clocks").GetProperty("firstResponse");
        Assert.Equal(("stopped", 70L, "2026-03-09T07:30:00Z", true), (first.Text("state"), first.Number("elapsedMinutes"), first.Text("dueAt"), first.GetProperty("breached").GetBoolean()));
        var solution = answer.GetProperty("clocks").GetProperty("solution");
        // 30 + 60 by nine: the lowered target is passed when it is lowered.
        Assert.Equal(("running", 120L, "2026-03-09T09:00:00Z", true), (solution.Text("state"), solution.Number("elapsedMinutes"), solution.Text("dueAt"), solution.GetProperty("breached").GetBoolean()));
        Assert.Equal(["created", "reply", "hold", "terms", "resume"], answer.List("spans").Select(span => span.Text("why")));

        (await PostAsync(wanted.Replace("Europe/Berlin", "Europe/Nowhere", StringComparison.Ordinal))).IsProblem(HttpStatusCode.UnprocessableEntity, "support/zone", "calendar.zone");
        (await PostAsync(wanted.Replace("\"17:00\"", "\"07:00\"", StringComparison.Ordinal))).IsProblem(HttpStatusCode.UnprocessableEntity, "support/hours", "calendar.hours.fri[0]");
        (await PostAsync(wanted.Replace("T09:00:00", "T08:00:00", StringComparison.Ordinal))).IsProblem(HttpStatusCode.UnprocessableEntity, "support/order", "events[3].at");
        (await PostAsync(wanted.Replace("2026-03-09T11:30:00+01:00", "2026-03-09T11:30:00", StringComparison.Ordinal))).IsProblem(HttpStatusCode.BadRequest, "request/instant", "now");
        (await PostAsync(wanted.Replace("\"hold\"", "\"sleep\"", StringComparison.Ordinal))).IsProblem(HttpStatusCode.UnprocessableEntity, "support/type", "events[3].type");
    }

    [Fact]
    public async Task Settings_SayWhatIsWrong()
    {
        (await _desk.Anna.SendAsync(HttpMethod.Put, "/service-levels/vpn", Desk.Level.Replace("office", "nowhere", StringComparison.Ordinal))).IsProblem(HttpStatusCode.UnprocessableEntity, "support/calendar-unknown", "calendar");
        (await _desk.Anna.SendAsync(HttpMethod.Put, "/service-levels/vpn", Desk.Level.Replace("\"major\"", "\"huge\"", StringComparison.Ordinal))).IsProblem(HttpStatusCode.BadRequest, "request/unknown-field", "targets.huge");
        (await _desk.Anna.SendAsync(HttpMethod.Put, "/service-levels/vpn", Desk.Level.Replace("\"percent\":75", "\"percent\":100", StringComparison.Ordinal))).IsProblem(HttpStatusCode.UnprocessableEntity, "support/escalations", "escalations");
        (await _desk.Anna.SendAsync(HttpMethod.Put, "/calendars/late", Desk.Office.Replace("DE-BY", "DE-XX", StringComparison.Ordinal))).IsProblem(HttpStatusCode.UnprocessableEntity, "support/holiday-calendar", "holidayCalendar");
        (await _desk.Anna.SendAsync(HttpMethod.Put, "/calendars/late", Desk.Office.Replace("{\"zone\"", "{\"from\":\"2026-03-02\",\"zone\"", StringComparison.Ordinal))).IsProblem(HttpStatusCode.UnprocessableEntity, "support/from", "from");
        (await _desk.Anna.SendAsync(HttpMethod.Put, "/calendars/office", Desk.Office)).Is(HttpStatusCode.OK);
        Assert.Single((await _desk.Anna.GetAsync("/calendars/office")).List("versions"));
        (await _desk.Anna.SendAsync(HttpMethod.Put, "/service-levels/mail", Desk.Level.Replace("{\"name\"", "{\"from\":\"2026-04-01\",\"name\"", StringComparison.Ordinal).Replace("480", "240", StringComparison.Ordinal))).Is(HttpStatusCode.OK);
        Assert.Equal("2026-03-31T22:00:00Z", (await _desk.Anna.GetAsync("/service-levels/mail")).List("versions").Last().Text("from"));
    }

    private void After(int minutes) => _clock.Set(_clock.GetUtcNow().AddMinutes(minutes));

    private static (string, long, bool) Clock(JsonElement clocks, string name) => (clocks.GetProperty(name).Text("state"), clocks.GetProperty(name).Number("elapsedMinutes"), clocks.GetProperty(name).GetProperty("breached").GetBoolean());

    private async Task<Answer> PostAsync(string json)
    {
        using var content = new StringContent(json, System.Text.Encoding.UTF8, "application/json");
        return await Answer.OfAsync(await _app.Anonymous.PostAsync(new Uri("/api/calculators/sla", UriKind.Relative), content, TestContext.Current.CancellationToken));
    }
}
