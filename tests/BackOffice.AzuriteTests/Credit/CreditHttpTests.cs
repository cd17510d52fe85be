using System.Net;
using System.Text.Json;
using Azure.Data.Tables;
using BackOffice.AzuriteTests.Nightly;
using BackOffice.Credit;
using BackOffice.Kernel;
using Microsoft.Extensions.DependencyInjection;

namespace BackOffice.AzuriteTests.Credit;

/// <summary>Credit over HTTP, by people who bear the roles of one side each.</summary>
public sealed class CreditHttpTests(AzuriteFixture azurite) : IAsyncLifetime
{
    private readonly TestClock _clock = TestClock.AtNoon(new DateOnly(2026, 3, 2));
    private TestApp _app = null!;
    private NightBook _night = null!;
    private TestBook _front = null!;
    private TestBook _back = null!;
    private TestBook _board = null!;
    private TestBook _auditor = null!;

    public async ValueTask InitializeAsync()
    {
        _app = await TestApp.StartAsync(azurite, _clock, "--LocalWorker:Queues=true");
        _night = await NightBook.OpenAsync(_app);
        (_front, _back, _board, _auditor) = (As("fred", "FrontOffice"), As("bert", "BackOffice"), As("diana", "Board"), As("eve", "Auditor"));
        await CounterpartyAsync("acme");
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public async Task TwoVotes_GrantALine_WhoseInterestTheNightsPost()
    {
        Assert.Equal(("submitted", true), Status(await SubmitAsync("loan")));
        Assert.Equal(("granted", true), Status(await VoteAsync("loan")));
        (await _back.SendAsync(HttpMethod.Post, "/credit-lines/loan/draws", """{"id":"d1","date":"2026-03-02","amount":"10000.00"}""")).Is(HttpStatusCode.Created);

        _clock.SetNoon(new DateOnly(2026, 3, 7));
        await _app.FireAsync("Nightly");
        var night = await _night.EndedAsync("2026-03-06");

        Assert.Equal("done", night.Text("status"));
        Assert.Equal(["1.38"], await InterestAsync("2026-03-06"));
        var check = night.List("checks").Single(check => check.Text("name") == "credit");
        Assert.Equal(("0550", "10000.00", "10000.00"), (check.Text("subject"), check.Text("expected"), check.Text("actual")));
        var line = await _auditor.GetAsync("/credit-lines/loan");
        Assert.Equal(("60000.00", "10000.00", "50000.00", "6.94"), (line.Text("limit"), line.Text("drawn"), line.Text("available"), line.Text("interest")));
        Assert.Equal(new() { ["0550"] = "10000.00", ["1200"] = "-10000.00", ["1500"] = "6.94", ["2650"] = "-6.94" }, await _night.BalancesAsync());
    }

    [Fact]
    public async Task RepaymentToldLate_IsMadeGoodByTheNextNight()
    {
        await GrantedAsync("loan");
        (await _back.SendAsync(HttpMethod.Post, "/credit-lines/loan/draws", """{"id":"d1","date":"2026-03-02","amount":"36000.00"}""")).Is(HttpStatusCode.Created);
        _clock.SetNoon(new DateOnly(2026, 3, 5));
        await _app.FireAsync("Nightly");
        await _night.EndedAsync("2026-03-04");
        Assert.Equal("15.00", (await _night.BalancesAsync())["1500"]);

        // Three days at 5.00 have been posted; half had come back on the second.
        (await _back.SendAsync(HttpMethod.Post, "/credit-lines/loan/repayments", """{"id":"r1","date":"2026-03-03","amount":"18000.00"}""")).Is(HttpStatusCode.Created);
        _clock.SetNoon(new DateOnly(2026, 3, 6));
        await _app.FireAsync("Nightly");
        await _night.EndedAsync("2026-03-05");

        Assert.Equal(["-2.50"], await InterestAsync("2026-03-05"));
        Assert.Equal(("12.50", "18000.00"), ((await _night.BalancesAsync())["1500"], (await _night.BalancesAsync())["0550"]));
    }

    [Fact]
    public async Task Movements_AreMadeOnce_AndStayWithinTheLimit()
    {
        await GrantedAsync("loan");
        const string draw = """{"id":"d1","date":"2026-03-02","amount":"40000.00"}""";
        (await _back.SendAsync(HttpMethod.Post, "/credit-lines/loan/draws", draw)).Is(HttpStatusCode.Created);
        Assert.Single((await _back.SendAsync(HttpMethod.Post, "/credit-lines/loan/draws", draw)).Is(HttpStatusCode.OK).Json.List("movements"));
        (await _back.SendAsync(HttpMethod.Post, "/credit-lines/loan/draws", draw.Replace("40000", "1", StringComparison.Ordinal))).IsProblem(HttpStatusCode.Conflict, "case/key-reused");
        (await _back.SendAsync(HttpMethod.Post, "/credit-lines/loan/draws", """{"id":"d2","date":"2026-03-02","amount":"20000.01"}""")).IsProblem(HttpStatusCode.UnprocessableEntity, "credit/limit-exceeded", "amount");
        (await _back.SendAsync(HttpMethod.Post, "/credit-lines/loan/repayments", """{"id":"r1","date":"2026-03-02","amount":"40000.01"}""")).IsProblem(HttpStatusCode.UnprocessableEntity, "credit/over-repaid", "amount");
        (await _front.SendAsync(HttpMethod.Post, "/credit-lines/loan/draws", """{"id":"d3","date":"2026-03-02","amount":"1.00"}""")).IsProblem(HttpStatusCode.Forbidden, "identity/role-missing");

        Assert.Equal("credit:loan:m1", Assert.Single(await _night.Book.JournalAsync()).Text("id"));
    }

    [Fact]
    public async Task SecondVote_IsNeverThatOfWhoSubmitted()
    {
        (await SubmitAsync("loan")).Is(HttpStatusCode.Created);

        (await As("fred", "BackOffice").SendAsync(HttpMethod.Post, "/credit-applications/loan/votes", """{"vote":"approve","reason":"sound"}""")).IsProblem(HttpStatusCode.Forbidden, "identity/segregated");
        (await As("fred", "FrontOffice", "BackOffice").SendAsync(HttpMethod.Post, "/credit-applications/loan/votes", """{"vote":"approve","reason":"sound"}""")).IsProblem(HttpStatusCode.Forbidden, "identity/roles-apart");
        Assert.Equal("submitted", (await _auditor.GetAsync("/credit-applications/loan")).Text("status"));
    }

    [Fact]
    public async Task DifferingVotes_GoToTheBoard_WhoseDecisionStandsOnRecord()
    {
        (await SubmitAsync("loan")).Is(HttpStatusCode.Created);
        Assert.Equal(("refused", true), Status(await VoteAsync("loan", "reject")));
        (await _back.TryGetAsync("/credit-lines/loan")).IsProblem(HttpStatusCode.NotFound, "case/unknown");
        (await _front.SendAsync(HttpMethod.Post, "/credit-applications/loan/escalation", """{"reason":"we disagree"}""")).Is(HttpStatusCode.Created);

        const string grant = """{"decision":"grant","reason":"strategic client"}""";
        foreach (var voter in (string[])["fred", "bert"]) (await As(voter, "Board").SendAsync(HttpMethod.Post, "/credit-applications/loan/decisions", grant)).IsProblem(HttpStatusCode.Forbidden, "identity/segregated");
        var decided = (await _board.SendAsync(HttpMethod.Post, "/credit-applications/loan/decisions", grant)).Is(HttpStatusCode.Created).Json;

        Assert.Equal("granted", decided.Text("status"));
        Assert.Equal(("diana", "strategic client", true), (decided.GetProperty("decision").Text("by"), decided.GetProperty("decision").Text("reason"), decided.GetProperty("decision").GetProperty("againstAVote").GetBoolean()));
        Assert.Equal([("create", "fred"), ("votes", "bert"), ("escalation", "fred"), ("decisions", "diana")], decided.List("history").Select(step => (step.Text("command"), step.Text("by"))));
    }

    [Fact]
    public async Task Conditions_KeepTheLineShut_UntilTheyAreMet()
    {
        (await SubmitAsync("loan")).Is(HttpStatusCode.Created);
        (await _back.SendAsync(HttpMethod.Post, "/credit-applications/loan/votes", """{"vote":"approve","reason":"sound","conditions":["Audited accounts of 2025"]}""")).Is(HttpStatusCode.Created);
        const string draw = """{"id":"d1","date":"2026-03-02","amount":"1.00"}""";

        (await _back.SendAsync(HttpMethod.Post, "/credit-lines/loan/draws", draw)).IsProblem(HttpStatusCode.Conflict, "credit/conditions-open");
        (await _back.SendAsync(HttpMethod.Post, "/credit-applications/loan/conditions", """{"number":1,"evidence":"Accounts of 2026-02-20"}""")).Is(HttpStatusCode.Created);
        (await _back.SendAsync(HttpMethod.Post, "/credit-lines/loan/draws", draw)).Is(HttpStatusCode.Created);
    }

    [Fact]
    public async Task SmallCredits_OfOneGroup_CountTogether()
    {
        await CounterpartyAsync("mother", group: "family");
        await CounterpartyAsync("daughter", group: "family");

        Assert.Equal(("granted", false), Status(await SubmitAsync("first", "30000.00", "mother")));
        Assert.Equal(("submitted", true), Status(await SubmitAsync("second", "20000.01", "daughter")));
        Assert.Equal(("granted", false), Status(await SubmitAsync("third", "30000.00")));
        (await _back.SendAsync(HttpMethod.Put, "/counterparties/daughter", """{"name":"Daughter","kind":"business"}""")).IsProblem(HttpStatusCode.Conflict, "credit/group-in-use", "group");

        // What is withdrawn counts no more.
        (await _front.SendAsync(HttpMethod.Post, "/credit-applications/second/withdrawal", """{"reason":"too dear"}""")).Is(HttpStatusCode.Created);
        Assert.Equal(("granted", false), Status(await SubmitAsync("fourth", "20000.00", "daughter")));
    }

    /// <summary>A tie that is found out after the grant: the credit counts in the group from then on.</summary>
    [Fact]
    public async Task WhoHasCredit_JoinsAGroup_AndItCountsThere()
    {
        await CounterpartyAsync("mother", group: "family");
        Assert.Equal(("granted", false), Status(await SubmitAsync("first", "30000.00")));

        (await PutAcmeAsync("family")).Is(HttpStatusCode.OK);
        Assert.Equal("50000.01", (await SubmitAsync("second", "20000.01", "mother")).Is(HttpStatusCode.Created).Json.Text("countsTogether"));
        (await PutAcmeAsync("relatives")).IsProblem(HttpStatusCode.Conflict, "credit/group-in-use", "group");

        Task<Answer> PutAcmeAsync(string group) => _back.SendAsync(HttpMethod.Put, "/counterparties/acme", $$"""{"name":"acme","kind":"business","group":"{{group}}"}""");
    }

    [Fact]
    public async Task GroupThatChanges_WhileAnApplicationComes_LosesNothing()
    {
        for (var n = 0; n < 6; n++)
        {
            await CounterpartyAsync($"mother-{n}", group: $"family-{n}");
            await CounterpartyAsync($"daughter-{n}");
            await Task.WhenAll(
                SubmitAsync($"first-{n}", "30000.00", $"daughter-{n}"),
                _back.SendAsync(HttpMethod.Put, $"/counterparties/daughter-{n}", $$"""{"name":"daughter","kind":"business","group":"family-{{n}}"}"""));

            Assert.Equal("60000.00", (await SubmitAsync($"second-{n}", "30000.00", $"mother-{n}")).Is(HttpStatusCode.Created).Json.Text("countsTogether"));
        }
    }

    [Fact]
    public async Task SmallCredits_AtTheSameTime_CannotSlipUnderTheLimit()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(n => SubmitAsync($"loan-{n}", "20000.00")));

        Assert.Equal(2, answers.Count(answer => answer.Is(HttpStatusCode.Created).Json.Text("status") == "granted"));
    }

    /// <summary>Two requests under one id are on their way at once; the smaller one joined what counts together, the larger one is submitted.</summary>
    [Fact]
    public async Task LargeCredit_CannotPass_UnderTheIdOfASmallOneOnItsWay()
    {
        await CreditUnits.JoinAsync(_app.Services.GetRequiredService<CreditTables>(), _app.Services.GetRequiredService<CaseSteps>(), _night.Book.Id, null, new Commitment("loan", "acme", 10_000_00, _clock.GetUtcNow()), "fred", new(2026, 3, 2));

        var submitted = await SubmitAsync("loan", "90000.00");

        Assert.Equal(("submitted", true), Status(submitted));
        Assert.Equal("90000.00", submitted.Json.Text("countsTogether"));
    }

    /// <summary>The other way round, what counts later is what was submitted.</summary>
    [Fact]
    public async Task WhatCountsTogether_IsWhatWasSubmitted()
    {
        await CreditUnits.JoinAsync(_app.Services.GetRequiredService<CreditTables>(), _app.Services.GetRequiredService<CaseSteps>(), _night.Book.Id, null, new Commitment("loan", "acme", 90_000_00, _clock.GetUtcNow()), "fred", new(2026, 3, 2));
        Assert.Equal(("submitted", true), Status(await SubmitAsync("loan", "10000.00")));

        Assert.Equal("30000.00", (await SubmitAsync("next", "20000.00")).Json.Text("countsTogether"));
    }

    [Fact]
    public async Task LineThatHasEnded_IsNotDrawnAgain_AndOneThatIsOwedCounts()
    {
        Assert.Equal(("granted", false), Status(await SubmitAsync("short", "40000.00", termMonths: 1)));
        (await _back.SendAsync(HttpMethod.Post, "/credit-lines/short/draws", """{"id":"d1","date":"2026-03-02","amount":"40000.00"}""")).Is(HttpStatusCode.Created);
        (await _back.SendAsync(HttpMethod.Post, "/credit-lines/short/repayments", """{"id":"r1","date":"2026-05-31","amount":"40000.00"}""")).Is(HttpStatusCode.Created);

        _clock.SetNoon(new DateOnly(2026, 4, 10));
        Assert.Equal("80000.00", (await SubmitAsync("second", "40000.00")).Is(HttpStatusCode.Created).Json.Text("countsTogether"));

        _clock.SetNoon(new DateOnly(2026, 6, 1));
        Assert.Equal("ended", (await _auditor.GetAsync("/credit-lines/short")).Text("status"));
        (await _back.SendAsync(HttpMethod.Post, "/credit-lines/short/draws", """{"id":"d2","date":"2026-04-01","amount":"1.00"}""")).IsProblem(HttpStatusCode.Conflict, "credit/line-ended");
    }

    [Fact]
    public async Task Markt_NeitherMeetsConditions_NorPaysOut_WhatItAppliedFor()
    {
        (await SubmitAsync("loan")).Is(HttpStatusCode.Created);
        (await _back.SendAsync(HttpMethod.Post, "/credit-applications/loan/votes", """{"vote":"approve","reason":"sound","conditions":["Audited accounts of 2025"]}""")).Is(HttpStatusCode.Created);
        var moved = As("fred", "BackOffice"); // fred has changed sides since
        const string met = """{"number":1,"evidence":"seen"}""";
        const string draw = """{"id":"d1","date":"2026-03-02","amount":"1.00"}""";

        (await moved.SendAsync(HttpMethod.Post, "/credit-applications/loan/conditions", met)).IsProblem(HttpStatusCode.Forbidden, "identity/segregated");
        (await _back.SendAsync(HttpMethod.Post, "/credit-applications/loan/conditions", met)).Is(HttpStatusCode.Created);
        (await moved.SendAsync(HttpMethod.Post, "/credit-lines/loan/draws", draw)).IsProblem(HttpStatusCode.Forbidden, "identity/segregated");
        (await _back.SendAsync(HttpMethod.Post, "/credit-lines/loan/draws", draw)).Is(HttpStatusCode.Created);
    }

    [Fact]
    public async Task LimitOfNothing_ForbidsNewBusiness()
    {
        await CounterpartyAsync("mother", group: "family");
        const string nothing = """{"from":"2026-03-02","amount":"0.00","reason":"insolvency feared"}""";
        (await _back.SendAsync(HttpMethod.Put, "/limits/acme", nothing)).Is(HttpStatusCode.Created);
        (await _back.SendAsync(HttpMethod.Put, "/group-limits/family", nothing)).Is(HttpStatusCode.Created);

        foreach (var counterparty in (string[])["acme", "mother"]) (await SubmitAsync($"loan-{counterparty}", "1.00", counterparty)).IsProblem(HttpStatusCode.UnprocessableEntity, "credit/no-business", "counterparty");

        (await _back.SendAsync(HttpMethod.Put, "/limits/acme", """{"from":"2026-03-02","amount":"1.00","reason":"it is solvent"}""")).Is(HttpStatusCode.Created);
        Assert.Equal(("granted", false), Status(await SubmitAsync("loan-acme", "1.00")));
    }

    [Fact]
    public async Task RiskRelevance_IsSetByTheBoardAlone()
    {
        const string change = """{"from":"2026-03-02","value":"60000","reason":"resolution 12"}""";
        (await PutParameterAsync("Operator", change)).IsProblem(HttpStatusCode.Forbidden, "identity/role-missing");
        (await PutParameterAsync("Board", change)).Is(HttpStatusCode.Created);

        Assert.Equal(("granted", false), Status(await SubmitAsync("loan")));

        async Task<Answer> PutParameterAsync(string role, string json)
        {
            using var content = new StringContent(json, System.Text.Encoding.UTF8, "application/json");
            return await Answer.OfAsync(await _app.Client(role).PutAsync(new Uri("/api/parameters/credit.risk-relevant.limit", UriKind.Relative), content, TestContext.Current.CancellationToken));
        }
    }

    /// <summary>The limit is set in EUR; 40,000.00 GBP are not below 50,000.00 EUR because the number is.</summary>
    [Fact]
    public async Task CreditInAnotherCurrency_AlwaysNeedsTwoVotes()
    {
        var book = _app.Book("credit-gbp");
        (await book.SendAsync(HttpMethod.Put, "", """{"name":"London","currency":"GBP","chart":"SKR03"}""")).Is(HttpStatusCode.Created);
        (await new TestBook(_app, book.Id, _app.ClientOf("bert", "BackOffice")).SendAsync(HttpMethod.Put, "/counterparties/acme", """{"name":"acme","kind":"business"}""")).Is(HttpStatusCode.Created);

        var submitted = await new TestBook(_app, book.Id, _app.ClientOf("fred", "FrontOffice")).SendAsync(HttpMethod.Put, "/credit-applications/loan", Application("40000.00", "acme"));

        Assert.Equal(("submitted", true), Status(submitted));
    }

    [Fact]
    public async Task Rating_ComesFromTheScorecard_AndIsOverriddenByTheOtherSideOnly()
    {
        const string scores = """{"date":"2026-03-01","scores":{"financials":80,"management":60,"market":50,"payment":90}}""";
        var rated = (await _back.SendAsync(HttpMethod.Put, "/counterparties/acme/rating", scores)).Is(HttpStatusCode.Created).Json.List("ratings").Single();
        Assert.Equal((76m, 3L), (rated.GetProperty("score").GetDecimal(), rated.Number("grade")));

        const string change = """{"date":"2026-03-02","grade":5,"reason":"a lawsuit is pending"}""";
        (await _back.SendAsync(HttpMethod.Post, "/counterparties/acme/rating-override", change)).IsProblem(HttpStatusCode.Forbidden, "identity/segregated");
        (await As("berta", "BackOffice").SendAsync(HttpMethod.Post, "/counterparties/acme/rating-override", change)).IsProblem(HttpStatusCode.Forbidden, "credit/same-side");
        (await _front.SendAsync(HttpMethod.Post, "/counterparties/acme/rating-override", change.Replace("5", "2", StringComparison.Ordinal))).IsProblem(HttpStatusCode.Forbidden, "credit/grade-raised", "grade");
        (await _front.SendAsync(HttpMethod.Post, "/counterparties/acme/rating-override", change)).Is(HttpStatusCode.Created);

        var acme = await _auditor.GetAsync("/counterparties/acme");
        Assert.Equal((5L, 3L), (acme.Number("grade"), acme.List("ratings").Last().Number("overrides")));
        (await _back.SendAsync(HttpMethod.Put, "/counterparties/acme/rating", scores.Replace("90", "101", StringComparison.Ordinal))).IsProblem(HttpStatusCode.UnprocessableEntity, "credit/score", "scores.payment");
    }

    [Fact]
    public async Task Override_IsNotUndoneByTheFrontOffice()
    {
        Task<Answer> RateAsync(TestBook by, string date, int score) => by.SendAsync(HttpMethod.Put, "/counterparties/acme/rating", $$$"""{"date":"{{{date}}}","scores":{"financials":{{{score}}},"management":{{{score}}},"market":{{{score}}},"payment":{{{score}}} } }""");
        (await RateAsync(_front, "2026-03-01", 75)).Is(HttpStatusCode.Created);
        (await RateAsync(_front, "2026-03-03", 95)).IsProblem(HttpStatusCode.UnprocessableEntity, "credit/date", "date"); // it would hold by itself tomorrow
        (await _back.SendAsync(HttpMethod.Post, "/counterparties/acme/rating-override", """{"date":"2026-03-01","grade":8,"reason":"a lawsuit is pending"}""")).Is(HttpStatusCode.Created);

        foreach (var date in (string[])["2026-03-01", "2026-03-02"]) (await RateAsync(_front, date, 95)).IsProblem(HttpStatusCode.Conflict, "credit/overridden");
        Assert.Equal(8, (await _auditor.GetAsync("/counterparties/acme")).Number("grade"));

        (await RateAsync(As("berta", "BackOffice"), "2026-03-02", 65)).Is(HttpStatusCode.Created);
        Assert.Equal(4, (await _auditor.GetAsync("/counterparties/acme")).Number("grade"));
    }

    [Fact]
    public async Task Collateral_IsValuedAnew_AndItsValuationsStay()
    {
        Task<Answer> PutAsync(string value) => _back.SendAsync(HttpMethod.Put, "/collateral/house", $$"""{"counterparty":"acme","kind":"mortgage","text":"Hall 3","value":"{{value}}","valuedOn":"2026-02-01","haircut":0.4}""");
        Assert.Equal("120000.00", (await PutAsync("200000.00")).Is(HttpStatusCode.Created).Json.Text("counted"));
        Assert.Equal(2, (await PutAsync("180000.00")).Is(HttpStatusCode.OK).Json.Number("version"));
        Assert.Equal(2, (await PutAsync("180000.00")).Is(HttpStatusCode.OK).Json.Number("version"));

        var house = await _auditor.GetAsync("/collateral/house");
        Assert.Equal(("108000.00", 2), (house.Text("counted"), house.List("history").Count()));
        (await _back.SendAsync(HttpMethod.Put, "/collateral/house", """{"counterparty":"acme","kind":"mortgage","text":"Hall 3","value":"1.00","valuedOn":"2026-02-01","haircut":0.4,"validTo":"2026-01-31"}""")).IsProblem(HttpStatusCode.UnprocessableEntity, "credit/span", "validTo");
        (await _front.SendAsync(HttpMethod.Put, "/collateral/house", "{}")).IsProblem(HttpStatusCode.Forbidden, "identity/role-missing");
    }

    [Fact]
    public async Task Segregation_IsProvedOverTheHistory_AndABreachWouldShow()
    {
        await GrantedAsync("loan");
        var proof = await _auditor.GetAsync("/segregation?from=2026-03-01&to=2026-03-31");
        Assert.True(proof.GetProperty("holds").GetBoolean());
        var rule = proof.List("rules").Single(rule => (rule.Text("first"), rule.Text("second")) == ("create", "votes"));
        Assert.Equal(("credit", 1L, 2L), (rule.Text("department"), rule.Number("cases"), rule.Number("acts")));
        Assert.Equal(0, (await _auditor.GetAsync("/segregation?from=2026-03-03&to=2026-03-31")).List("rules").Sum(one => one.Number("acts")));

        // Somebody with access to the store writes a vote of fred's into the history.
        var table = _app.Table("CreditApplications");
        var row = await table.QueryAsync<TableEntity>("RowKey eq 'log!loan!000002'", cancellationToken: TestContext.Current.CancellationToken).SingleAsync(TestContext.Current.CancellationToken);
        row["By"] = "fred";
        await table.UpdateEntityAsync(row, row.ETag, TableUpdateMode.Replace, TestContext.Current.CancellationToken);

        var broken = await _auditor.GetAsync("/segregation?from=2026-03-01&to=2026-03-31");
        Assert.False(broken.GetProperty("holds").GetBoolean());
        var breach = Assert.Single(broken.List("rules").SelectMany(one => one.List("breaches")));
        Assert.Equal(("loan", "fred", 2L), (breach.Text("case"), breach.Text("by"), breach.GetProperty("second").Number("version")));
    }

    [Theory]
    [InlineData("""{"counterparty":"nobody"}""", 422, "credit/counterparty-unknown", "counterparty")]
    [InlineData("""{"rate":1.01}""", 422, "credit/rate", "rate")]
    [InlineData("""{"dayCount":"act365"}""", 422, "credit/day-count", "dayCount")]
    [InlineData("""{"vote":"maybe"}""", 422, "credit/vote", "vote")]
    [InlineData("""{"termMonths":601}""", 400, "request/number", "termMonths")]
    [InlineData("""{"amount":"0.00"}""", 422, "ledger/amount-zero", "amount")]
    [InlineData("""{"accounts":{"loan":"9999","bank":"1200","interestReceivable":"1500","interestIncome":"2650"}}""", 422, "ledger/account-unknown", "accounts.loan")]
    [InlineData("""{"rate":0.05123456789}""", 422, "credit/rate", "rate")]
    [InlineData("""{"accounts":{"loan":"4900","bank":"1200","interestReceivable":"1500","interestIncome":"2650"}}""", 422, "credit/account-type", "accounts.loan")]
    [InlineData("""{"accounts":{"loan":"0550","bank":"1200","interestReceivable":"1500","interestIncome":"1700"}}""", 422, "credit/account-type", "accounts.interestIncome")]
    [InlineData("""{"accounts":{"loan":"1500","bank":"1200","interestReceivable":"1500","interestIncome":"2650"}}""", 422, "credit/account-twice", "accounts")]
    [InlineData("""{"colour":"red"}""", 400, "request/unknown-field", "colour")]
    public async Task BadApplications_AreRefused_AndChangeNothing(string change, int status, string code, string path)
    {
        var wanted = JsonDocument.Parse(Application("60000.00", "acme")).RootElement.EnumerateObject().ToDictionary(member => member.Name, member => member.Value);
        foreach (var member in JsonDocument.Parse(change).RootElement.EnumerateObject()) wanted[member.Name] = member.Value;

        (await _front.SendAsync(HttpMethod.Put, "/credit-applications/bad", JsonSerializer.Serialize(wanted))).IsProblem((HttpStatusCode)status, code, path);

        (await _front.TryGetAsync("/credit-applications/bad")).IsProblem(HttpStatusCode.NotFound, "case/unknown");
    }

    private TestBook As(string name, params string[] roles) => new(_app, _night.Book.Id, _app.ClientOf(name, roles));

    private async Task CounterpartyAsync(string id, string? group = null) =>
        (await _back.SendAsync(HttpMethod.Put, $"/counterparties/{id}", $$"""{"name":"{{id}}","kind":"business"{{(group is null ? "" : $",\"group\":\"{group}\"")}}}""")).Is(HttpStatusCode.Created);

    private static string Application(string amount, string counterparty, int termMonths = 12) =>
        $$"""{"counterparty":"{{counterparty}}","amount":"{{amount}}","termMonths":{{termMonths}},"rate":0.05,"dayCount":"act360","purpose":"Machines","vote":"approve"}""";

    private Task<Answer> SubmitAsync(string id, string amount = "60000.00", string counterparty = "acme", int termMonths = 12) => _front.SendAsync(HttpMethod.Put, $"/credit-applications/{id}", Application(amount, counterparty, termMonths));

    private Task<Answer> VoteAsync(string id, string vote = "approve") => _back.SendAsync(HttpMethod.Post, $"/credit-applications/{id}/votes", $$"""{"vote":"{{vote}}","reason":"as analysed"}""");

    private async Task GrantedAsync(string id)
    {
        (await SubmitAsync(id)).Is(HttpStatusCode.Created);
        (await VoteAsync(id)).Is(HttpStatusCode.Created);
    }

    private static (string Status, bool IsRiskRelevant) Status(Answer answer) => (answer.Is(HttpStatusCode.Created).Json.Text("status"), answer.Json.GetProperty("riskRelevant").GetBoolean());

    /// <summary>What a night posted as interest; less than nothing when it took some back.</summary>
    private async Task<List<string>> InterestAsync(string date) =>
        [.. (await _night.Book.JournalAsync()).Where(entry => entry.Text("id") == $"credit:loan:i{date}").Select(entry => entry.List("lines").Single(line => line.Text("account") == "1500"))
            .Select(line => line.TryGetProperty("debit", out var debit) ? debit.GetString()! : "-" + line.Text("credit"))];
}
