using System.Net;

namespace BackOffice.AzuriteTests.Support;

/// <summary>Configuration items, problems and the report over HTTP.</summary>
public sealed class InfrastructureHttpTests(AzuriteFixture azurite) : IAsyncLifetime
{
    private static readonly DateTimeOffset Start = new(2026, 3, 2, 8, 0, 0, TimeSpan.Zero);

    private readonly TestClock _clock = new(Start);
    private TestApp _app = null!;
    private Desk _desk = null!;

    public async ValueTask InitializeAsync()
    {
        _app = await TestApp.StartAsync(azurite, _clock, "--LocalWorker:Queues=true");
        _desk = await Desk.OpenAsync(_app);
        await ItemAsync("server");
        await ItemAsync("mail", """, "dependsOn": ["server"]""");
        await ItemAsync("notebook", """, "dependsOn": ["mail"], "user": "carl" """);
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public async Task Item_SaysWhatHangsOnIt_AndWhoUsesIt()
    {
        var impact = await _desk.Anna.GetAsync("/configuration-items/server/impact");

        Assert.Equal([("mail", 1L, "server"), ("notebook", 2L, "mail")], impact.List("impact").Select(one => (one.Text("id"), one.Number("steps"), one.Text("through"))));
        Assert.Equal(["carl"], impact.List("users").Select(user => user.GetString()));
        Assert.Equal(["notebook"], (await _desk.Anna.GetAsync("/configuration-items?user=carl")).List("configuration-items").Select(item => item.Text("id")));
        (await PutAsync("web", """{"name":"Web","kind":"server","dependsOn":["nothing"]}""")).IsProblem(HttpStatusCode.UnprocessableEntity, "support/item-unknown", "dependsOn[0]");
        (await PutAsync("web", """{"name":"Web","kind":"server","dependsOn":["web"]}""")).IsProblem(HttpStatusCode.UnprocessableEntity, "support/item-unknown", "dependsOn[0]");
        (await PutAsync("web", """{"name":"Web","kind":"server","asset":"A-1"}""")).IsProblem(HttpStatusCode.UnprocessableEntity, "support/asset-unknown", "asset");
    }

    [Fact]
    public async Task Item_OfTheAssetRegister_IsLinkedToIt()
    {
        var book = _app.Book("items");
        (await book.SendAsync(HttpMethod.Put, "", """{"name":"Items","currency":"EUR","chart":"SKR03"}""")).Is(HttpStatusCode.Created);
        (await book.SendAsync(HttpMethod.Put, "/assets/A-1", """{"text":"Server","cost":"3600.00","acquired":"2026-03-02","lifeMonths":36,"method":"straightLine","assetAccount":"0420","depreciationAccount":"4830","against":"1200"}""")).Is(HttpStatusCode.Created);

        var anna = new TestBook(_app, "items", _app.ClientOf("anna", "Support"));
        Assert.Equal("A-1", (await anna.SendAsync(HttpMethod.Put, "/configuration-items/web", """{"name":"Web","kind":"server","asset":"A-1"}""")).Is(HttpStatusCode.Created).Json.Text("asset"));
    }

    [Fact]
    public async Task Problem_GathersItsIncidents_ByTheirLinks()
    {
        const string problem = """{"title":"Mail store full","text":"Every month","status":"open"}""";
        (await _desk.Anna.SendAsync(HttpMethod.Put, "/problems/P-1", problem)).Is(HttpStatusCode.Created);
        (await _desk.Anna.SendAsync(HttpMethod.Put, "/problems/P-2", problem.Replace("open", "knownError", StringComparison.Ordinal))).IsProblem(HttpStatusCode.UnprocessableEntity, "support/cause", "cause");
        foreach (var n in new[] { 1, 2 })
        {
            await _desk.NewAsync($"T-{n}");
            await _desk.DoesAsync($"T-{n}", """{"type":"link","kind":"problem","to":"P-1"}""");
        }

        await _desk.DoesAsync("T-1", """{"type":"link","kind":"configurationItem","to":"server"}""");
        Assert.Equal(["T-1", "T-2"], await IncidentsAsync("/problems/P-1"));
        await _desk.DoesAsync("T-1", """{"type":"unlink","kind":"problem","to":"P-1"}""");
        Assert.Equal(["T-2"], await IncidentsAsync("/problems/P-1"));
        (await _desk.Anna.SendAsync(HttpMethod.Put, "/problems/P-1", """{"title":"Mail store full","text":"Every month","status":"knownError","cause":"No quota","articles":["KB-7"]}""")).Is(HttpStatusCode.OK);
        Assert.Equal(["T-2"], await IncidentsAsync("/problems/P-1"));
        Assert.Equal(["T-1"], await IncidentsAsync("/configuration-items/server"));
        await ItemAsync("server", """, "location": "Cellar" """, HttpStatusCode.OK);
        Assert.Equal(["T-1"], await IncidentsAsync("/configuration-items/server"));
        (await Desk.EventAsync(_desk.Anna, "T-2", """{"type":"link","kind":"problem","to":"P-9"}""")).IsProblem(HttpStatusCode.UnprocessableEntity, "support/link", "to");

        async Task<List<string?>> IncidentsAsync(string path) => [.. (await _desk.Anna.GetAsync(path)).List("incidents").Select(incident => incident.GetString())];
    }

    [Fact]
    public async Task Contract_ThatEnds_IsToldInTime_Once()
    {
        await ItemAsync("notebook", """, "contract": {"supplier":"Dell","number":"C-1","endsOn":"2026-06-30","noticeDays":90}""", HttpStatusCode.OK);

        Assert.Empty(await EndsToldAsync(new DateTimeOffset(2026, 3, 31, 21, 50, 0, TimeSpan.Zero)));
        Assert.Equal(["notebook contract 2026-06-30"], await EndsToldAsync(new DateTimeOffset(2026, 3, 31, 22, 5, 0, TimeSpan.Zero)));
        Assert.Empty(await EndsToldAsync(new DateTimeOffset(2026, 4, 1, 22, 5, 0, TimeSpan.Zero)));
    }

    [Fact]
    public async Task Report_IsThatOfTheTickets_InThreeForms()
    {
        await _desk.NewAsync("T-1");
        await _desk.NewAsync("T-2");
        await _desk.DoesAsync("T-1", """{"type":"assign","assignee":"anna"}""");
        _clock.Set(Start.AddMinutes(90).AddSeconds(50)); // whole minutes, however long the calls before have taken
        await _desk.DoesAsync("T-1", """{"type":"resolve","resolution":"done"}""");

        var report = await _desk.Anna.GetAsync("/support-report?from=2026-03-01&to=2026-03-31");
        Assert.Equal((2L, 1L, 1L), (report.Number("opened"), report.Number("resolved"), report.Number("firstContact")));
        Assert.Equal(["service firstResponse 0 1", "service update 0 0", "service solution 1 0", "team firstResponse 0 1", "team update 0 0", "team solution 1 0"],
            report.List("promises").Select(promise => $"{promise.Text("by")} {promise.Text("clock")} {promise.Number("met")} {promise.Number("breached")}"));
        Assert.Equal(90L, report.List("promises").First().Number("p50Minutes"));
        Assert.Equal([("0-1", 1L)], report.List("backlogByAge").Where(age => age.Number("tickets") > 0).Select(age => (age.Text("days"), age.Number("tickets"))));

        var csv = (await _desk.Anna.SendAsync(HttpMethod.Get, "/support-report?from=2026-03-01&to=2026-03-31", null, ("Accept", "text/csv"))).Is(HttpStatusCode.OK).Text;
        Assert.Contains("First response,Service mail,,0,1,90,90", csv, StringComparison.Ordinal);
        var html = (await _desk.Anna.SendAsync(HttpMethod.Get, "/support-report?from=2026-03-01&to=2026-03-31&lang=de", null, ("Accept", "text/html"))).Is(HttpStatusCode.OK).Text;
        Assert.Contains("<svg", html, StringComparison.Ordinal);
        Assert.Contains("Erste Antwort", html, StringComparison.Ordinal);
        (await _desk.Anna.TryGetAsync("/support-report?from=2026-03-02&to=2026-03-01")).IsProblem(HttpStatusCode.UnprocessableEntity, "support/span", "to");
    }

    private async Task ItemAsync(string id, string more = "", HttpStatusCode status = HttpStatusCode.Created) => (await PutAsync(id, $$"""{"name":"{{id}}","kind":"server"{{more}}}""")).Is(status);

    private Task<Answer> PutAsync(string id, string json) => _desk.Anna.SendAsync(HttpMethod.Put, $"/configuration-items/{id}", json);

    private async Task<List<string>> EndsToldAsync(DateTimeOffset at)
    {
        _clock.Set(at);
        return [.. (await _desk.ToldAtAsync(at)).Select(body => $"{body.Text("item")} {body.Text("what")} {body.Text("endsOn")}")];
    }
}
