using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace BackOffice.AzuriteTests.Credit;

/// <summary>The credit department's calculators: open to all, nothing is stored.</summary>
public sealed class CreditCalculatorTests(SharedApp shared) : IClassFixture<SharedApp>
{
    private const string Interest = """{"from":"2026-01-01","to":"2026-01-05","rate":"0.05","dayCount":"act360","movements":[{"date":"2025-12-01","amount":"10000.00"}]}""";
    private const string Loss = """{"stage":1,"years":[{"ead":"10000.00","pd":"0.03"}],"lgd":"0.5","eir":"0.04"}""";
    private const string Late = """{"amount":"5000.00","from":"2025-07-01","to":"2025-07-31","business":true}""";

    [Fact]
    public async Task Interest_OfTheWorkedExample_IsGivenNightByNight()
    {
        var answer = (await PostAsync("interest", Interest)).Is(HttpStatusCode.OK).Json;

        Assert.Equal(("6.94", 5L), (answer.Text("interest"), answer.Number("days")));
        Assert.Equal(["2026-01-01 10000.00 1.39", "2026-01-02 10000.00 1.39", "2026-01-03 10000.00 1.39", "2026-01-04 10000.00 1.39", "2026-01-05 10000.00 1.38"], Nights(answer));
    }

    [Fact]
    public async Task Interest_TakesRepayments_OtherDayCountsAndCurrencies()
    {
        var answer = (await PostAsync("interest", """
            {"from":"2026-02-26","to":"2026-03-01","rate":0.036,"dayCount":"thirty360","currency":"JPY",
             "movements":[{"date":"2026-02-28","amount":-400000},{"date":"2026-02-26","amount":"500000"},{"date":"2026-02-28","amount":"-200000"},{"date":"2026-03-02","amount":"1"}]}
            """)).Is(HttpStatusCode.OK).Json;

        // 50 a day, of which the last but one of February has three; then an overpayment of 100,000.
        Assert.Equal(("180", 6L), (answer.Text("interest"), answer.Number("days")));
        Assert.Equal(["2026-02-26 500000 50", "2026-02-27 500000 150", "2026-02-28 -100000 -10", "2026-03-01 -100000 -10"], Nights(answer));
    }

    [Fact]
    public async Task ExpectedLoss_OfTheWorkedExample_IsGivenWithItsYears()
    {
        var answer = (await PostAsync("expected-loss", Loss)).Is(HttpStatusCode.OK).Json;

        Assert.Equal(("144.23", "144.23", "0.00"), (answer.Text("expectedLoss"), answer.Text("drawnShare"), answer.Text("undrawnShare")));
        Assert.Equal(["1 1 10000.00 0.03 144.23"], Years(answer));
    }

    [Fact]
    public async Task ExpectedLoss_OfALine_HasSharesAndCollateral()
    {
        var answer = (await PostAsync("expected-loss", """
            {"stage":2,"years":[{"pd":0.03},{"ead":"8000.00","pd":0.04}],"lgd":0.5,"eir":0.04,"drawn":"8000.00","undrawn":"4000.00","ccf":"0.5","collateral":[{"value":"4000.00","haircut":"0.25"}]}
            """)).Is(HttpStatusCode.OK).Json;

        // 7,000.00 × 50 % × 3 % ÷ 1.04 = 100.9615…; 0.97 × 5,000.00 × 50 % × 4 % ÷ 1.04² = 89.6819….
        Assert.Equal(("190.64", "152.51", "38.13"), (answer.Text("expectedLoss"), answer.Text("drawnShare"), answer.Text("undrawnShare")));
        Assert.Equal(["1 1 10000.00 0.03 100.96", "2 0.97 8000.00 0.04 89.68"], Years(answer));

        var defaulted = (await PostAsync("expected-loss", Changed(Loss, """{"stage":3}"""))).Is(HttpStatusCode.OK).Json;
        Assert.Equal(["1 1 10000.00 1 5000.00"], Years(defaulted));
    }

    [Fact]
    public async Task LateInterest_BetweenBusinesses_HasTheFlatFee()
    {
        var answer = (await PostAsync("late-interest", Late)).Is(HttpStatusCode.OK).Json;

        Assert.Equal(("42.21", "40.00", 30L), (answer.Text("interest"), answer.Text("flatFee"), answer.Number("days")));
        var span = Assert.Single(answer.List("spans"));
        Assert.Equal(("2025-07-02", "2025-07-31", 30L, 0.0127m, 0.1027m, "42.21"),
            (span.Text("from"), span.Text("to"), span.Number("days"), span.GetProperty("baseRate").GetDecimal(), span.GetProperty("rate").GetDecimal(), span.Text("interest")));
    }

    [Fact]
    public async Task LateInterest_OfAConsumer_HasNone_AndPaidInTimeIsNothing()
    {
        var consumer = (await PostAsync("late-interest", Changed(Late, """{"business":false}"""))).Is(HttpStatusCode.OK).Json;
        Assert.Equal(("25.77", "0.00"), (consumer.Text("interest"), consumer.Text("flatFee")));

        var inTime = (await PostAsync("late-interest", Changed(Late, """{"to":"2025-07-01"}"""))).Is(HttpStatusCode.OK).Json;
        Assert.Equal(("0.00", "0.00", 0L), (inTime.Text("interest"), inTime.Text("flatFee"), inTime.Number("days")));
        Assert.Empty(inTime.List("spans"));
    }

    [Fact]
    public async Task LateInterest_FollowsTheBaseRateThatWasSet_AlsoBelowZero()
    {
        using var content = new StringContent("""{"from":"2150-01-01","value":"-0.005","reason":"Made known by the Bundesbank"}""", Encoding.UTF8, "application/json");
        (await Answer.OfAsync(await shared.App.Client("Operator").PutAsync(new Uri("/api/parameters/interest.base-rate", UriKind.Relative), content, TestContext.Current.CancellationToken))).Is(HttpStatusCode.Created);

        var answer = (await PostAsync("late-interest", """{"amount":"3650.00","from":"2149-12-30","to":"2150-01-01","business":false}""")).Is(HttpStatusCode.OK).Json;

        // 6.27 % and 4.5 % of 10.00 a day.
        Assert.Equal(["2149-12-31 0.63", "2150-01-01 0.45"], answer.List("spans").Select(span => $"{span.Text("from")} {span.Text("interest")}"));
        Assert.Equal("1.08", answer.Text("interest"));
    }

    [Theory]
    [InlineData("interest", """{"to":"2025-12-31"}""", 422, "credit/span", "to")]
    [InlineData("interest", """{"to":"2036-01-09"}""", 422, "credit/span", "to")]
    [InlineData("interest", """{"rate":"1.01"}""", 422, "credit/rate", "rate")]
    [InlineData("interest", """{"rate":"0.00000000001"}""", 422, "credit/rate", "rate")]
    [InlineData("interest", """{"rate":"5 %"}""", 400, "request/number", "rate")]
    [InlineData("interest", """{"dayCount":"act365"}""", 422, "credit/day-count", "dayCount")]
    [InlineData("interest", """{"movements":[]}""", 422, "credit/movements", "movements")]
    [InlineData("interest", """{"movements":{}}""", 422, "credit/movements", "movements")]
    [InlineData("interest", """{"movements":[{"date":"2026-01-01","amount":"-0.00"}]}""", 422, "ledger/amount-zero", "movements[0].amount")]
    [InlineData("interest", """{"movements":[{"date":"2026-01-01","amount":"--1.00"}]}""", 422, "ledger/amount-invalid", "movements[0].amount")]
    [InlineData("interest", """{"movements":[{"date":"2026-01-01","amount":"1.00"},{"date":"2026-01-32","amount":"1.00"}]}""", 400, "request/date", "movements[1].date")]
    [InlineData("interest", """{"movements":[{"date":"2026-01-01","amount":"1.00","text":"x"}]}""", 400, "request/unknown-field", "movements[0].text")]
    [InlineData("interest", """{"movements":[{"date":"2026-01-01","amount":"9999999999999.99"},{"date":"2026-01-02","amount":"0.01"}]}""", 422, "credit/balance", "movements")]
    [InlineData("interest", """{"currency":"XXX"}""", 422, "ledger/currency-unknown", "currency")]
    [InlineData("expected-loss", """{"stage":4}""", 400, "request/number", "stage")]
    [InlineData("expected-loss", """{"lgd":"1.1"}""", 422, "credit/rate", "lgd")]
    [InlineData("expected-loss", """{"eir":"-0.01"}""", 422, "credit/rate", "eir")]
    [InlineData("expected-loss", """{"years":[]}""", 422, "credit/years", "years")]
    [InlineData("expected-loss", """{"years":[{"ead":"1.00","pd":"2"}]}""", 422, "credit/rate", "years[0].pd")]
    [InlineData("expected-loss", """{"years":[{"ead":"1.00","pd":"0.1"},{"pd":"0.1"}]}""", 400, "request/missing", "years[1].ead")]
    [InlineData("expected-loss", """{"years":[{"ead":"-1.00","pd":"0.1"}]}""", 422, "ledger/amount-invalid", "years[0].ead")]
    [InlineData("expected-loss", """{"undrawn":"1.00","ccf":"0.5"}""", 400, "request/missing", "drawn")]
    [InlineData("expected-loss", """{"drawn":"1.00","undrawn":"1.00"}""", 400, "request/missing", "ccf")]
    [InlineData("expected-loss", """{"drawn":"1.00","undrawn":"1.00","ccf":"1.5"}""", 422, "credit/rate", "ccf")]
    [InlineData("expected-loss", """{"collateral":[{"value":"1.00"}]}""", 400, "request/missing", "collateral[0].haircut")]
    [InlineData("expected-loss", """{"collateral":"house"}""", 422, "credit/collateral", "collateral")]
    [InlineData("expected-loss", """{"pd":"0.1"}""", 400, "request/unknown-field", "pd")]
    [InlineData("late-interest", """{"amount":"0.00"}""", 422, "ledger/amount-zero", "amount")]
    [InlineData("late-interest", """{"to":"2025-06-30"}""", 422, "credit/span", "to")]
    [InlineData("late-interest", """{"to":"2125-07-02"}""", 422, "credit/span", "to")]
    [InlineData("late-interest", """{"from":"2014-07-28"}""", 422, "credit/no-rate", "from")]
    [InlineData("late-interest", """{"from":"2001-12-30","business":false}""", 422, "credit/no-rate", "from")]
    [InlineData("late-interest", """{"business":"yes"}""", 400, "request/wrong-type", "business")]
    public async Task BadRequests_AreRefused(string calculator, string change, int status, string code, string path)
    {
        var good = calculator switch { "interest" => Interest, "expected-loss" => Loss, _ => Late };

        (await PostAsync(calculator, Changed(good, change))).IsProblem((HttpStatusCode)status, code, path);
    }

    [Fact]
    public async Task TooMuch_IsRefused()
    {
        var movements = string.Join(',', Enumerable.Repeat("""{"date":"2026-01-01","amount":1}""", 10_001));
        (await PostAsync("interest", Changed(Interest, $$"""{"movements":[{{movements}}]}"""))).IsProblem(HttpStatusCode.UnprocessableEntity, "credit/movements", "movements");
        var years = string.Join(',', Enumerable.Repeat("""{"ead":1,"pd":0}""", 51));
        (await PostAsync("expected-loss", Changed(Loss, $$"""{"years":[{{years}}]}"""))).IsProblem(HttpStatusCode.UnprocessableEntity, "credit/years", "years");
        Assert.Equal(3_660, (await PostAsync("interest", Changed(Interest, """{"to":"2036-01-08"}"""))).Is(HttpStatusCode.OK).Json.GetProperty("nights").GetArrayLength());
    }

    private static string Changed(string good, string change)
    {
        var body = JsonNode.Parse(good)!.AsObject();
        foreach (var member in JsonNode.Parse(change)!.AsObject()) body[member.Key] = member.Value?.DeepClone();
        return body.ToJsonString();
    }

    private static IEnumerable<string> Nights(JsonElement answer) => answer.List("nights").Select(night => $"{night.Text("date")} {night.Text("balance")} {night.Text("amount")}");

    private static IEnumerable<string> Years(JsonElement answer) =>
        answer.List("years").Select(year => $"{year.Number("year")} {year.GetProperty("survival").GetRawText()} {year.Text("ead")} {year.GetProperty("pd").GetRawText()} {year.Text("loss")}");

    private async Task<Answer> PostAsync(string calculator, string body)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        return await Answer.OfAsync(await shared.App.Anonymous.PostAsync(new Uri("/api/calculators/" + calculator, UriKind.Relative), content, TestContext.Current.CancellationToken));
    }
}
