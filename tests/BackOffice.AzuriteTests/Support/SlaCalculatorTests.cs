using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace BackOffice.AzuriteTests.Support;

/// <summary>The calculator of a ticket's clocks: open to all, nothing is stored.</summary>
public sealed class SlaCalculatorTests(SharedApp shared) : IClassFixture<SharedApp>
{
    private const string Office = """{"zone":"Europe/Berlin","hours":{"mon":[["08:00","17:00"]],"tue":[["08:00","17:00"]],"wed":[["08:00","17:00"]],"thu":[["08:00","17:00"]],"fri":[["08:00","17:00"]]}}""";

    /// <summary>Friday 16:00 in Berlin, answered at 16:20, on hold from 16:30 to Monday 09:00, in summer time.</summary>
    private const string Good = $$"""
        {"calendar":{{Office}},"targets":{"firstResponse":30,"update":60,"solution":240},"now":"2026-03-30T09:00:59.9+02:00",
         "events":[{"at":"2026-03-27T15:00:00.9Z","type":"create","by":"carol"},{"at":"2026-03-27T16:20:00+01:00","type":"reply"},{"at":"2026-03-27T15:30:00Z","type":"hold"},{"at":"2026-03-30T07:00:00Z","type":"resume"}]}
        """;

    [Fact]
    public async Task Clocks_OfTheWorkedExample_AreGivenWithTheirSpans()
    {
        var answer = (await PostAsync(Good)).Is(HttpStatusCode.OK).Json;

        Assert.Equal("""{"state":"stopped","elapsedMinutes":20,"elapsedSeconds":1200,"targetMinutes":30,"dueAt":"2026-03-27T15:30:00Z","breached":false,"stoppedAt":"2026-03-27T15:20:00Z"}""", answer.GetProperty("firstResponse").GetRawText());
        Assert.Equal("""{"state":"running","elapsedMinutes":100,"elapsedSeconds":6059,"targetMinutes":60,"dueAt":"2026-03-30T06:20:00Z","breached":true,"cycles":1,"breachedCycles":0}""", answer.GetProperty("update").GetRawText());
        Assert.Equal("""{"state":"running","elapsedMinutes":30,"elapsedSeconds":1859,"targetMinutes":240,"dueAt":"2026-03-30T10:30:00Z","breached":false}""", answer.GetProperty("solution").GetRawText());
        Assert.Equal(
            ["created 2026-03-27T15:00:00Z 2026-03-27T15:20:00Z 1200 1200 1200", "reply 2026-03-27T15:20:00Z 2026-03-27T15:30:00Z 0 600 600", "hold 2026-03-27T15:30:00Z 2026-03-30T07:00:00Z 0 5400 0", "resume 2026-03-30T07:00:00Z  0 59 59"],
            answer.List("spans").Select(Span));
        var first = answer.List("spans").First();
        Assert.Equal(("carol", "calendar"), (first.Text("by"), first.Text("calendar")));
        Assert.Equal("""{"running":true,"seconds":1200,"elapsedSeconds":1200,"targetMinutes":240}""", first.GetProperty("solution").GetRawText());
    }

    [Fact]
    public async Task ChangesOfServiceAndPriority_HoldFromThenOn()
    {
        var answer = (await PostAsync(Changed(Good, """
            {"targets":{"solution":300},"now":"2026-03-27T17:00:00Z",
             "events":[{"at":"2026-03-27T14:00:00Z","type":"comment"},{"at":"2026-03-27T15:00:00Z","type":"service","calendar":{"zone":"UTC","hours":{"fri":[["00:00","24:00"]]},"holidays":[],"holidayCalendar":"DE"}},
                       {"at":"2026-03-27T16:30:00Z","type":"priority","targets":{"solution":120,"update":600}},{"at":"2026-03-27T18:00:00Z","type":"priority","targets":{}}]}
            """))).Is(HttpStatusCode.OK).Json;

        // An hour of the office, then the day round; at 16:30Z 150 minutes have elapsed, more than the 120 that hold from there. What lies after now has not come.
        Assert.Equal(["created 2026-03-27T14:00:00Z 2026-03-27T15:00:00Z 3600 3600 3600", "terms 2026-03-27T15:00:00Z 2026-03-27T16:30:00Z 5400 5400 5400", "terms 2026-03-27T16:30:00Z  1800 1800 1800"], answer.List("spans").Select(Span));
        Assert.Equal(["calendar", "events[1].calendar", "events[1].calendar"], answer.List("spans").Select(span => span.Text("calendar")));
        Assert.Equal("""{"state":"running","elapsedMinutes":180,"elapsedSeconds":10800,"targetMinutes":120,"dueAt":"2026-03-27T16:30:00Z","breached":true}""", answer.GetProperty("solution").GetRawText());
        Assert.Equal("""{"state":"none","elapsedMinutes":180,"elapsedSeconds":10800,"breached":false}""", answer.GetProperty("firstResponse").GetRawText());
    }

    /// <summary>What each type does, an hour after the creation and an hour before now.</summary>
    [Theory]
    [InlineData("""{"type":"create"}""", "running running running")]
    [InlineData("""{"type":"comment"}""", "running running running")]
    [InlineData("""{"type":"assign"}""", "running running running")]
    [InlineData("""{"type":"priority"}""", "running running running")]
    [InlineData("""{"type":"service"}""", "running running running")]
    [InlineData("""{"type":"resume"}""", "running running running")]
    [InlineData("""{"type":"reopen"}""", "running running running")]
    [InlineData("""{"type":"reply","automatic":true}""", "running running running")]
    [InlineData("""{"type":"reply","automatic":false}""", "stopped running running")]
    [InlineData("""{"type":"hold"}""", "running running paused")]
    [InlineData("""{"type":"resolve"}""", "stopped paused stopped")]
    [InlineData("""{"type":"close"}""", "stopped stopped stopped")]
    [InlineData("""{"type":"merge"}""", "stopped stopped stopped")]
    public async Task Types_DoToTheClocks_WhatTheySay(string happening, string states)
    {
        var body = JsonNode.Parse(Changed(Good, """{"events":[{"at":"2026-03-27T08:00:00Z","type":"create"},{"at":"2026-03-27T09:00:00Z"}],"now":"2026-03-27T10:00:00Z"}"""))!;
        foreach (var member in JsonNode.Parse(happening)!.AsObject()) body["events"]![1]![member.Key] = member.Value!.DeepClone();
        var answer = (await PostAsync(body.ToJsonString())).Is(HttpStatusCode.OK).Json;
        Assert.Equal(states, string.Join(' ', States(answer)));

        // As the first event it creates the ticket and counts as well.
        body["events"]!.AsArray().RemoveAt(0);
        Assert.Equal(states, string.Join(' ', States((await PostAsync(body.ToJsonString())).Is(HttpStatusCode.OK).Json)));
    }

    [Theory]
    [InlineData("""{"now":"2026-03-27T14:59:59Z"}""", 422, "support/order", "now")]
    [InlineData("""{"now":"2026-03-30T09:00:00"}""", 400, "request/instant", "now")]
    [InlineData("""{"now":5}""", 400, "request/wrong-type", "now")]
    [InlineData("""{"events":[]}""", 422, "support/events", "events")]
    [InlineData("""{"events":{}}""", 422, "support/events", "events")]
    [InlineData("""{"events":[5]}""", 400, "request/not-an-object", "events[0]")]
    [InlineData("""{"events":[{"at":"2026-03-27T15:00:00Z","type":"create"},{"at":"2026-03-27T14:59:59Z","type":"reply"}]}""", 422, "support/order", "events[1].at")]
    [InlineData("""{"events":[{"at":"27.03.2026","type":"create"}]}""", 400, "request/instant", "events[0].at")]
    [InlineData("""{"events":[{"at":"2026-03-27T15:00:00Z","type":"open"}]}""", 422, "support/event-type", "events[0].type")]
    [InlineData("""{"events":[{"at":"2026-03-27T15:00:00Z"}]}""", 400, "request/missing", "events[0].type")]
    [InlineData("""{"events":[{"at":"2026-03-27T15:00:00Z","type":"hold","automatic":true}]}""", 400, "request/unknown-field", "events[0].automatic")]
    [InlineData("""{"events":[{"at":"2026-03-27T15:00:00Z","type":"reply","automatic":"yes"}]}""", 400, "request/wrong-type", "events[0].automatic")]
    [InlineData("""{"events":[{"at":"2026-03-27T15:00:00Z","type":"assign","targets":{}}]}""", 400, "request/unknown-field", "events[0].targets")]
    [InlineData("""{"events":[{"at":"2026-03-27T15:00:00Z","type":"priority","targets":{"solution":0}}]}""", 400, "request/number", "events[0].targets.solution")]
    [InlineData("""{"events":[{"at":"2026-03-27T15:00:00Z","type":"service","calendar":{"zone":"Berlin","hours":{}}}]}""", 422, "support/zone", "events[0].calendar.zone")]
    [InlineData("""{"targets":{"solution":1.5}}""", 400, "request/number", "targets.solution")]
    [InlineData("""{"targets":{"solution":1000001}}""", 400, "request/number", "targets.solution")]
    [InlineData("""{"targets":{"reply":5}}""", 400, "request/unknown-field", "targets.reply")]
    [InlineData("""{"targets":[]}""", 400, "request/not-an-object", "targets")]
    [InlineData("""{"calendar":"office"}""", 400, "request/not-an-object", "calendar")]
    [InlineData("""{"calendar":{"zone":"UTC","hours":{"mon":[["09:00","08:00"]]}}}""", 422, "support/hours", "calendar.hours.mon[0]")]
    [InlineData("""{"calendar":{"zone":"UTC","hours":{},"holidays":["24.12."]}}""", 422, "support/holiday", "calendar.holidays[0]")]
    [InlineData("""{"calendar":{"zone":"UTC","hours":{},"holidayCalendar":"BY"}}""", 422, "support/holiday-calendar", "calendar.holidayCalendar")]
    [InlineData("""{"calendar":{"zone":"UTC","hours":{},"id":"x"}}""", 400, "request/unknown-field", "calendar.id")]
    [InlineData("""{"sla":"gold"}""", 400, "request/unknown-field", "sla")]
    public async Task BadRequests_AreRefused(string change, int status, string code, string path) => (await PostAsync(Changed(Good, change))).IsProblem((HttpStatusCode)status, code, path);

    [Fact]
    public async Task TwoThousandEvents_AreTaken_AndNoMore()
    {
        var events = string.Join(',', Enumerable.Range(0, 2_000).Select(n => $$"""{"at":"{{1901 + (n / 8)}}-01-01T08:00:00Z","type":"{{(n % 3) switch { 0 => "hold", 1 => "priority", _ => "resume" }}}"{{(n % 3 == 1 ? ""","targets":{"solution":1000}""" : "")}}}"""));
        var most = Changed(Good, $$"""{"events":[{{events}}],"now":"2199-12-31T00:00:00Z"}""");

        Assert.True((await PostAsync(most)).Is(HttpStatusCode.OK).Json.GetProperty("solution").GetProperty("breached").GetBoolean());
        (await PostAsync(Changed(Good, $$"""{"events":[{"at":"1900-12-31T08:00:00Z","type":"create"},{{events}}]}"""))).IsProblem(HttpStatusCode.UnprocessableEntity, "support/events", "events");
    }

    private static string Changed(string good, string change)
    {
        var body = JsonNode.Parse(good)!.AsObject();
        foreach (var member in JsonNode.Parse(change)!.AsObject()) body[member.Key] = member.Value?.DeepClone();
        return body.ToJsonString();
    }

    private static string Span(JsonElement span) =>
        $"{span.Text("why")} {span.Text("from")} {(span.TryGetProperty("to", out var to) ? to.GetString() : "")} {string.Join(' ', Clocks(span).Select(clock => clock.Number("seconds")))}";

    private static IEnumerable<string?> States(JsonElement answer) => Clocks(answer).Select(clock => clock.Text("state"));

    private static IEnumerable<JsonElement> Clocks(JsonElement of) => [of.GetProperty("firstResponse"), of.GetProperty("update"), of.GetProperty("solution")];

    private async Task<Answer> PostAsync(string body)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        return await Answer.OfAsync(await shared.App.Anonymous.PostAsync(new Uri("/api/calculators/sla", UriKind.Relative), content, TestContext.Current.CancellationToken));
    }
}
