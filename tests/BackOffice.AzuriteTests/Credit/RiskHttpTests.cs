using System.Net;
using BackOffice.AzuriteTests.Nightly;
using Microsoft.Extensions.DependencyInjection;

namespace BackOffice.AzuriteTests.Credit;

/// <summary>Exposures, the risk report and the allowances that the nights book, over HTTP.</summary>
public sealed class RiskHttpTests(AzuriteFixture azurite) : IAsyncLifetime
{
    private readonly TestClock _clock = TestClock.AtNoon(new DateOnly(2026, 3, 2));
    private TestApp _app = null!;
    private NightBook _night = null!;
    private TestBook _front = null!;
    private TestBook _back = null!;
    private TestBook _risk = null!;

    public async ValueTask InitializeAsync()
    {
        _app = await TestApp.StartAsync(azurite, _clock, "--LocalWorker:Queues=true");
        _night = await NightBook.OpenAsync(_app);
        (_front, _back, _risk) = (As("fred", "FrontOffice"), As("bert", "BackOffice"), As("rita", "RiskControl"));
        (await _back.SendAsync(HttpMethod.Put, "/counterparties/acme", """{"name":"Acme GmbH","kind":"business"}""")).Is(HttpStatusCode.Created);
        (await _front.SendAsync(HttpMethod.Put, "/credit-applications/loan", """{"counterparty":"acme","amount":"60000.00","termMonths":12,"rate":0.05,"dayCount":"act360","purpose":"Machines","vote":"approve"}""")).Is(HttpStatusCode.Created);
        (await _back.SendAsync(HttpMethod.Post, "/credit-applications/loan/votes", """{"vote":"approve","reason":"sound"}""")).Is(HttpStatusCode.Created);
        (await _back.SendAsync(HttpMethod.Post, "/credit-lines/loan/draws", """{"id":"d1","date":"2026-03-02","amount":"10000.00"}""")).Is(HttpStatusCode.Created);
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public async Task Night_BooksTheChangeOfTheAllowances_AndTheReportIsTheLedger()
    {
        (await _risk.SendAsync(HttpMethod.Put, "/credit-policy", """{"bookAllowances":true,"reason":"IDW RS BFA 7"}""")).Is(HttpStatusCode.Created);
        await TimerAsync(new DateOnly(2026, 3, 2));

        // Grade 6: PD 2 %, LGD 45 %, CCF 75 %: 10,000.00 drawn, 1.39 interest and 37,500.00 × 2 % × 45 % ÷ 1.05 = 407.15, of which 10,001.39 ÷ 47,501.39 is on what is owed.
        var balances = await _night.BalancesAsync();
        Assert.Equal(("-85.73", "85.73", "-321.42", "321.42"), (balances["0996"], balances["2450"], balances["0976"], balances["4900"]));
        await IsTheLedgerAsync("2026-03-02");

        (await _back.SendAsync(HttpMethod.Post, "/credit-lines/loan/repayments", """{"id":"r1","date":"2026-03-03","amount":"10000.00"}""")).Is(HttpStatusCode.Created);
        var night = await TimerAsync(new DateOnly(2026, 3, 3));

        Assert.Equal(1, night.Number("posted")); // the interest of the day is none any more
        balances = await _night.BalancesAsync();
        Assert.Equal(("-85.72", "-405.00", "405.00"), (balances["2730"], balances["0976"], balances["4900"]));
        await IsTheLedgerAsync("2026-03-03");
        Assert.Equal(0, (await TimerAsync(new DateOnly(2026, 3, 4))).Number("posted"));
    }

    [Fact]
    public async Task Night_OfABookThatHasNotChosenIt_BooksNoAllowance()
    {
        var night = await TimerAsync(new DateOnly(2026, 3, 2));

        Assert.DoesNotContain("0996", (await _night.BalancesAsync()).Keys);
        Assert.DoesNotContain(night.List("checks"), check => check.Text("name") == "allowances");
    }

    [Fact]
    public async Task Exposure_OfAnOverdueInvoice_ClimbsThroughTheStages()
    {
        await InvoiceAsync("R-1", "1190.00", "2026-03-10");

        Assert.Equal((1, "1190.00", "normal"), await StageAsync("2026-03-10"));
        Assert.Equal((1, "1190.00", "watch"), await StageAsync("2026-03-11"));
        Assert.Equal((2, "1190.00", "intensive"), await StageAsync("2026-04-10"));
        Assert.Equal((3, "1190.00", "problem"), await StageAsync("2026-06-09"));

        // The proposal is one thing, the decision another's.
        const string decision = """{"date":"2026-04-10","level":"intensive","reason":"proposal of April"}""";
        (await _front.SendAsync(HttpMethod.Put, "/counterparties/acme/care", decision)).IsProblem(HttpStatusCode.Forbidden, "identity/role-missing");
        (await _risk.SendAsync(HttpMethod.Put, "/counterparties/acme/care", decision)).Is(HttpStatusCode.Created);
        Assert.Equal(["normal", "intensive"], [await CareAsync("2026-04-09"), await CareAsync("2026-06-09")]);

        async Task<string> CareAsync(string on) => (await _risk.GetAsync($"/exposures?on={on}")).List("exposures").Single().Text("care");

        async Task<(int, string, string)> StageAsync(string on)
        {
            var exposure = (await _risk.GetAsync($"/exposures?on={on}")).List("exposures").Single();
            return (exposure.GetProperty("stage").GetInt32(), exposure.Text("receivables"), exposure.Text("careProposed"));
        }
    }

    /// <summary>1500 is an account of receivables: what a line brought there is drawn, and not owed a second time.</summary>
    [Fact]
    public async Task Exposure_OfALineOnAnAccountOfReceivables_CountsOnce()
    {
        (await _back.SendAsync(HttpMethod.Put, "/counterparties/other", """{"name":"Other","kind":"business"}""")).Is(HttpStatusCode.Created);
        (await _front.SendAsync(HttpMethod.Put, "/credit-applications/van", """{"counterparty":"other","amount":"20000.00","termMonths":12,"rate":0.05,"dayCount":"act360","purpose":"Van","vote":"approve","accounts":{"loan":"1500","bank":"1200","interestReceivable":"1400","interestIncome":"2650"}}""")).Is(HttpStatusCode.Created);
        (await _back.SendAsync(HttpMethod.Post, "/credit-lines/van/draws", """{"id":"d1","date":"2026-03-02","amount":"10000.00"}""")).Is(HttpStatusCode.Created);

        var other = (await _risk.GetAsync("/exposures?on=2026-03-02")).List("exposures").Single(one => one.Text("counterparty") == "other");
        Assert.Equal(("10000.00", "0.00", "10000.00"), (other.Text("drawn"), other.Text("receivables"), other.Text("exposure")));
    }

    [Fact]
    public async Task Group_HasALimitOfItsOwn()
    {
        (await _back.SendAsync(HttpMethod.Put, "/counterparties/mother", """{"name":"Mother","kind":"business","group":"family"}""")).Is(HttpStatusCode.Created);
        (await _front.SendAsync(HttpMethod.Put, "/credit-applications/small", """{"counterparty":"mother","amount":"30000.00","termMonths":12,"rate":0.05,"dayCount":"act360","purpose":"Van","vote":"approve"}""")).Is(HttpStatusCode.Created);
        const string limit = """{"from":"2026-03-01","amount":"25000.00","reason":"policy"}""";

        (await _risk.SendAsync(HttpMethod.Put, "/group-limits/family", limit)).Is(HttpStatusCode.Created);
        Assert.Single((await _risk.SendAsync(HttpMethod.Put, "/group-limits/family", limit)).Is(HttpStatusCode.OK).Json.List("limits"));
        (await _front.SendAsync(HttpMethod.Put, "/group-limits/family", limit)).IsProblem(HttpStatusCode.Forbidden, "identity/role-missing");

        Assert.Equal(("family", "25000.00", "30000.00", "5000.00"), (await _risk.GetAsync("/risk-report?on=2026-03-02")).List("groupLimits").Select(one => (one.Text("group"), one.Text("limit"), one.Text("used"), one.Text("breach"))).Single());
        Assert.Empty((await _risk.GetAsync("/risk-report?on=2026-02-28")).List("groupLimits"));
    }

    [Fact]
    public async Task Interest_ThatANightUnderWayReckonedOtherwise_IsMadeGoodByTheNext()
    {
        for (var date = new DateOnly(2026, 3, 2); date <= new DateOnly(2026, 3, 4); date = date.AddDays(1)) await TimerAsync(date);
        Assert.Equal("4.17", (await _night.BalancesAsync())["1500"]); // 3 × 10,000.00 × 5 % ÷ 360

        // A repayment of the 4th that was committed after the night of the 4th had begun, and did not know of it: no night is noted as done without it.
        var cases = _app.Services.GetRequiredService<BackOffice.Credit.CreditTables>().Applications.Cases;
        var row = (await cases.FindAsync(_night.Book.Id, "loan"))!;
        var application = BackOffice.Credit.CreditTables.ReadApplication(row);
        var line = application.Line!;
        var raced = application with { Line = line with { Movements = [.. line.Movements, new BackOffice.Credit.LineMovement("r1", new DateOnly(2026, 3, 4), -3_600_00, new DateOnly(2026, 3, 3))] } };
        Assert.NotNull(await cases.CommitAsync(_night.Book.Id, row, new BackOffice.Kernel.CaseChange("loan", new BackOffice.Kernel.CaseStep(row.Version + 1, _clock.GetUtcNow(), "bert", "repayments", "{}"), BackOffice.Credit.CreditTables.Write(raced), "movement:r1")));

        await TimerAsync(new DateOnly(2026, 3, 5));

        // Two days of 10,000.00 and two of 6,400.00 make 4.56; the night of the 4th had posted 0.50 too much.
        Assert.Equal("4.56", (await _night.BalancesAsync())["1500"]);
        await TimerAsync(new DateOnly(2026, 3, 6));
        Assert.Equal("5.44", (await _night.BalancesAsync())["1500"]);
    }

    [Fact]
    public async Task Deals_UseTheLimit_UntilTheBackOfficeCompletesThem()
    {
        (await _back.SendAsync(HttpMethod.Put, "/limits/acme", """{"from":"2026-03-01","amount":"70000.00","reason":"policy"}""")).Is(HttpStatusCode.Created);
        const string order = """{"kind":"order","counterparty":"acme","amount":"8000.00","from":"2026-03-02"}""";
        const string trade = """{"kind":"trade","counterparty":"acme","amount":"5000.00","from":"2026-03-02","until":"2026-03-04"}""";

        Assert.Equal(("8000.00", "0.00", "68000.00", "2000.00"), Limit((await _front.SendAsync(HttpMethod.Put, "/open-deals/o-1", order)).Is(HttpStatusCode.Created).Json.GetProperty("limit")));
        Assert.Equal(("8000.00", "0.00", "68000.00", "2000.00"), Limit((await _front.SendAsync(HttpMethod.Put, "/open-deals/o-1", order)).Is(HttpStatusCode.OK).Json.GetProperty("limit")));
        Assert.Equal(("8000.00", "5000.00", "73000.00", "-3000.00"), Limit((await _front.SendAsync(HttpMethod.Put, "/open-deals/t-1", trade)).Is(HttpStatusCode.Created).Json.GetProperty("limit")));
        Assert.Equal(("8000.00", "5000.00", "73000.00", "-3000.00"), Limit(await _front.GetAsync("/limits/acme?on=2026-03-04")));
        Assert.Equal(("8000.00", "0.00", "68000.00", "2000.00"), Limit(await _front.GetAsync("/limits/acme?on=2026-03-05")));
        var exposure = (await _risk.GetAsync("/exposures?on=2026-03-02")).List("exposures").Single();
        Assert.Equal(("8000.00", "5000.00", "73000.00", "3000.00"), (exposure.Text("orders"), exposure.Text("trades"), exposure.Text("used"), exposure.Text("breach")));

        (await _front.SendAsync(HttpMethod.Put, "/open-deals/o-1", order.Replace("8000", "7000", StringComparison.Ordinal))).IsProblem(HttpStatusCode.Forbidden, "credit/deal-lowered");
        (await _front.SendAsync(HttpMethod.Post, "/open-deals/o-1/completion", """{"reason":"invoiced"}""")).IsProblem(HttpStatusCode.Forbidden, "identity/role-missing");
        (await _back.SendAsync(HttpMethod.Post, "/open-deals/o-1/completion", """{"reason":"invoiced"}""")).Is(HttpStatusCode.Created);
        (await _back.SendAsync(HttpMethod.Post, "/open-deals/o-1/completion", """{"reason":"invoiced"}""")).Is(HttpStatusCode.OK);
        (await _back.SendAsync(HttpMethod.Put, "/open-deals/o-1", order)).IsProblem(HttpStatusCode.Conflict, "credit/state");
        Assert.Equal(("0.00", "5000.00", "65000.00", "5000.00"), Limit(await _back.GetAsync("/limits/acme")));
        Assert.Equal(["o-1"], (await _back.GetAsync("/open-deals?state=done")).List("open-deals").Select(deal => deal.Text("id")));
        Assert.Equal(["put", "completion"], (await _back.GetAsync("/open-deals/o-1")).List("history").Select(step => step.Text("command")));
        (await _front.SendAsync(HttpMethod.Put, "/open-deals/o-2", order.Replace("acme", "nobody", StringComparison.Ordinal))).IsProblem(HttpStatusCode.UnprocessableEntity, "credit/counterparty-unknown");

        static (string, string, string, string) Limit(System.Text.Json.JsonElement limit) => (limit.Text("orders"), limit.Text("trades"), limit.Text("used"), limit.Text("free"));
    }

    [Fact]
    public async Task Report_NamesBreaches_Migrations_AndDecisionsAgainstVotes()
    {
        (await _back.SendAsync(HttpMethod.Put, "/limits/acme", """{"from":"2026-03-01","amount":"50000.00","reason":"policy"}""")).Is(HttpStatusCode.Created);
        await RateAsync("2026-01-01", 80);
        await RateAsync("2026-03-02", 40);
        (await _front.SendAsync(HttpMethod.Put, "/credit-applications/more", """{"counterparty":"acme","amount":"70000.00","termMonths":12,"rate":0.05,"dayCount":"act360","purpose":"Hall","vote":"approve"}""")).Is(HttpStatusCode.Created);
        (await _back.SendAsync(HttpMethod.Post, "/credit-applications/more/votes", """{"vote":"reject","reason":"thin"}""")).Is(HttpStatusCode.Created);
        (await _back.SendAsync(HttpMethod.Post, "/credit-applications/more/escalation", """{"reason":"the front office insists"}""")).Is(HttpStatusCode.Created);
        (await As("diana", "Board").SendAsync(HttpMethod.Post, "/credit-applications/more/decisions", """{"decision":"grant","reason":"strategic"}""")).Is(HttpStatusCode.Created);

        var report = await _risk.GetAsync("/risk-report?on=2026-03-02");

        Assert.Equal(("acme", "80000.00"), report.List("limitBreaches").Select(one => (one.Text("counterparty"), one.Text("breach"))).Single());
        Assert.Equal((2L, 6L, 1L), report.List("migrations").Select(one => (one.Number("from"), one.Number("to"), one.Number("counterparties"))).Single());
        Assert.Equal(("more", "grant", "diana", "strategic"), report.List("decisionsAgainstVotes").Select(one => (one.Text("application"), one.Text("decision"), one.Text("by"), one.Text("reason"))).Single());
        Assert.Equal(1m, report.GetProperty("herfindahl").GetDecimal());

        var html = (await _risk.SendAsync(HttpMethod.Get, "/risk-report?on=2026-03-02&lang=de", null, ("Accept", "text/html"))).Is(HttpStatusCode.OK).Text;
        Assert.Contains("<svg", html, StringComparison.Ordinal);
        Assert.Contains("Engagement nach Note", html, StringComparison.Ordinal);
        var csv = (await _risk.SendAsync(HttpMethod.Get, "/risk-report?on=2026-03-02", null, ("Accept", "text/csv"))).Is(HttpStatusCode.OK).Text;
        Assert.Contains("Grade,06,1,10000.00,0.00,10000.00,120000.00", csv, StringComparison.Ordinal);
    }

    private TestBook As(string name, params string[] roles) => new(_app, _night.Book.Id, _app.ClientOf(name, roles));

    private async Task<System.Text.Json.JsonElement> TimerAsync(DateOnly date)
    {
        _clock.SetNoon(date.AddDays(1));
        await _app.FireAsync("Nightly");
        var night = await _night.EndedAsync(date.ToString("o", System.Globalization.CultureInfo.InvariantCulture));
        Assert.True(night.Text("status") == "done", night.ToString());
        return night;
    }

    /// <summary>What the report says of a day stands in the accounts: drawn, and what is allowed for.</summary>
    private async Task IsTheLedgerAsync(string on)
    {
        var total = (await _risk.GetAsync($"/risk-report?on={on}")).GetProperty("total");
        var balances = await _night.BalancesAsync(on);
        Assert.Equal(total.Text("drawn"), balances.GetValueOrDefault("0550", "0.00"));
        Assert.Equal(decimal.Parse(total.Text("expectedLoss"), System.Globalization.CultureInfo.InvariantCulture),
            -new[] { "0996", "0998", "0976" }.Sum(account => decimal.Parse(balances.GetValueOrDefault(account, "0"), System.Globalization.CultureInfo.InvariantCulture)));
    }

    private async Task RateAsync(string date, int score) => (await _back.SendAsync(HttpMethod.Put, "/counterparties/acme/rating",
        $$$"""{"date":"{{{date}}}","scores":{"financials":{{{score}}},"management":{{{score}}},"market":{{{score}}},"payment":{{{score}}} } }""")).Is(HttpStatusCode.Created);

    private async Task InvoiceAsync(string document, string amount, string due) => (await _night.Book.PostAsync(
        $$"""{"id":"{{document}}","date":"2026-03-02","text":"Invoice","lines":[{"account":"1400","debit":"{{amount}}","party":"acme","document":"{{document}}","dueDate":"{{due}}"},{"account":"8400","credit":"{{amount}}"}]}""")).Is(HttpStatusCode.Created);
}
