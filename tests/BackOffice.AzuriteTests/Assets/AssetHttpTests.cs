using System.Net;
using BackOffice.AzuriteTests.Nightly;

namespace BackOffice.AzuriteTests.Assets;

/// <summary>The asset register over HTTP, written off by the nights.</summary>
public sealed class AssetHttpTests(AzuriteFixture azurite) : IAsyncLifetime
{
    private readonly TestClock _clock = TestClock.AtNoon(new DateOnly(2027, 4, 1));
    private TestApp _app = null!;
    private NightBook _night = null!;

    private TestBook Book => _night.Book;

    public async ValueTask InitializeAsync()
    {
        _app = await TestApp.StartAsync(azurite, _clock, "--LocalWorker:Queues=true");
        _night = await NightBook.OpenAsync(_app);
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public async Task Asset_IsWrittenOffByTheNight_AndProvedEqualToItsAccount()
    {
        var put = (await PutAsync("laptop", more: ""","against":"1200" """)).Is(HttpStatusCode.Created);
        Assert.Equal(("held", "1200.00", "1200.00"), (put.Json.Text("status"), put.Json.Text("cost"), put.Json.Text("bookValue")));

        var night = await _night.RunAsync("2026-02-28");

        Assert.Equal(("done", 2L), (night.Text("status"), night.Number("posted")));
        var check = night.List("checks").Single(check => check.Text("name") == "assets");
        Assert.Equal(("0420", "1133.33", "1133.33"), (check.Text("subject"), check.Text("expected"), check.Text("actual")));
        var asset = await Book.GetAsync("/assets/laptop");
        Assert.Equal("1133.33", asset.Text("bookValue"));
        Assert.Equal([("2026-01", "33.33", "1166.67", "posted"), ("2026-02", "33.34", "1133.33", "posted"), ("2026-03", "33.33", "1100.00", "planned")],
            asset.List("plan").Take(3).Select(month => (month.Text("month"), month.Text("amount"), month.Text("bookValue"), month.Text("state"))));
        Assert.Equal(["asset:laptop:acquired", "asset:laptop:2026-01", "asset:laptop:2026-02"], asset.List("entries").Select(entry => entry.GetString()));
        Assert.Equal(new() { ["0420"] = "1133.33", ["1200"] = "-1200.00", ["4830"] = "66.67" }, await _night.BalancesAsync());
    }

    [Fact]
    public async Task Asset_WithoutItsInvoice_ShowsAsADifference()
    {
        (await PutAsync("laptop")).Is(HttpStatusCode.Created);

        var night = await _night.RunAsync("2026-01-31");

        Assert.Equal("attention", night.Text("status"));
        Assert.Equal(("1166.67", "-33.33"), night.List("checks").Where(check => check.Text("name") == "assets").Select(check => (check.Text("expected"), check.Text("actual"))).Single());
        (await Book.PostAsync(TestBook.Entry("invoice", "2026-01-10", "\"1200.00\"", "0420", "1200"))).Is(HttpStatusCode.Created);
        Assert.Equal("done", (await _night.RunAsync("2026-01-31")).Text("status"));
    }

    [Fact]
    public async Task LifeOfAnAsset_EndsWithEmptyAccounts_AndItsScheduleTellsIt()
    {
        (await PutAsync("laptop", more: ""","against":"1200" """, life: 12)).Is(HttpStatusCode.Created);
        await _night.RunAsync("2026-02-28");
        (await MoveAsync("additions", """{"date":"2026-03-10","amount":"100.00","against":"1200","reason":"More memory"}""")).Is(HttpStatusCode.Created);
        (await MoveAsync("impairments", """{"date":"2026-03-31","amount":"90.00","reason":"Dropped"}""")).Is(HttpStatusCode.Created);
        await _night.RunAsync("2026-05-31");
        (await MoveAsync("write-ups", """{"date":"2026-05-31","amount":"70.00","reason":"Mended"}""")).Is(HttpStatusCode.Created);
        (await MoveAsync("transfers", """{"date":"2026-06-30","toAccount":"0210","reason":"Drives the saw"}""")).Is(HttpStatusCode.Created);
        (await MoveAsync("disposals", """{"date":"2026-07-31","net":"100.00","taxCode":"sale-standard","share":0.5,"reason":"Half sold"}""")).Is(HttpStatusCode.Created);
        (await MoveAsync("disposals", """{"date":"2026-08-15","reason":"Lost"}""")).Is(HttpStatusCode.Created);

        var night = await _night.RunAsync("2026-08-31");

        Assert.Equal("done", night.Text("status"));
        var asset = await Book.GetAsync("/assets/laptop");
        Assert.Equal(("disposed", "0.00"), (asset.Text("status"), asset.Text("bookValue")));
        // 1,200.00 − 2 × 100.00 + 100.00 = 1,100.00 over ten months: 110.00 in March; − 90.00 = 900.00 over nine: 100.00 twice; + 70.00 = 770.00 over seven: 110.00 in June and July; half of 550.00 sold at a loss.
        Assert.Equal(["100.00", "100.00", "110.00", "100.00", "100.00", "110.00", "110.00"], asset.List("plan").Select(month => month.Text("amount")));
        Assert.Equal([("addition", "100.00"), ("impairment", "-90.00"), ("write-up", "70.00"), ("transfer", "660.00"), ("disposal", "275.00"), ("disposal", "275.00")],
            asset.List("movements").Select(movement => (movement.Text("kind"), movement.Text("bookValue"))));
        Assert.Equal(new() { ["1200"] = "-1300.00", ["1400"] = "119.00", ["1776"] = "-19.00", ["2310"] = "550.00", ["2710"] = "-70.00", ["4830"] = "730.00", ["4840"] = "90.00", ["8801"] = "-100.00" }, await _night.BalancesAsync());
        Assert.Equal(["create", "additions", "impairments", "write-ups", "transfers", "disposals", "disposals", "left"], asset.List("history").Select(step => step.Text("command")));

        // A night puts it where none looks any more, since the one before has proved it; the schedule still tells of it.
        Assert.Equal("laptop", Assert.Single((await Book.GetAsync("/assets?state=done")).List("assets")).Text("id"));
        var total = (await Book.GetAsync("/asset-schedule?year=2026")).GetProperty("total");
        Assert.Equal(
            [("costOpening", "0.00"), ("additions", "1300.00"), ("disposals", "1300.00"), ("transfers", "0.00"), ("costClosing", "0.00"), ("depreciationOpening", "0.00"), ("depreciationOfYear", "820.00"), ("writeUps", "70.00"),
             ("depreciationOnDisposals", "750.00"), ("depreciationOnTransfers", "0.00"), ("depreciationClosing", "0.00"), ("bookValue", "0.00"), ("bookValueBefore", "0.00")],
            total.EnumerateObject().Select(column => (column.Name, column.Value.GetString())));
    }

    [Fact]
    public async Task Sale_ToldAfterTheNightHasWrittenOff_IsTakenBackInTheSameMonth()
    {
        (await PutAsync("laptop", more: ""","against":"1200" """, life: 12)).Is(HttpStatusCode.Created);
        await _night.RunAsync("2026-04-30");

        (await MoveAsync("disposals", """{"date":"2026-03-15","net":"1000.00","reason":"Sold"}""")).Is(HttpStatusCode.Created);

        Assert.Equal("done", (await _night.RunAsync("2026-05-31")).Text("status"));
        Assert.Equal(new() { ["1200"] = "-1200.00", ["1400"] = "1000.00", ["2310"] = "1000.00", ["4830"] = "200.00", ["8801"] = "-1000.00" }, await _night.BalancesAsync());
        Assert.Equal("200.00", (await Book.BalancesAsync("?on=2026-03-31"))["4830"]);
    }

    [Fact]
    public async Task LateDepreciation_OfAClosedMonth_GoesIntoTheFirstOpenPeriod()
    {
        (await PutAsync("laptop", more: ""","against":"1200" """)).Is(HttpStatusCode.Created);
        (await Book.CloseAsync("2026-01")).Is(HttpStatusCode.OK);

        var night = await _night.RunAsync("2026-01-31");

        Assert.Equal(("done", 1L), (night.Text("status"), night.Number("late")));
        Assert.Equal("2026-02-01", (await Book.GetAsync("/entries/asset:laptop:2026-01")).Text("date"));
    }

    [Fact]
    public async Task SameRequest_IsKnown_AndOtherContentIsRefused()
    {
        var first = (await PutAsync("laptop")).Is(HttpStatusCode.Created);
        var again = (await PutAsync("laptop")).Is(HttpStatusCode.OK);
        Assert.Equal(first.Json.GetRawText(), again.Json.GetRawText());
        (await PutAsync("laptop", life: 48)).IsProblem(HttpStatusCode.Conflict, "case/id-reused");

        const string addition = """{"date":"2026-03-10","amount":"100.00","reason":"More memory"}""";
        (await MoveAsync("additions", addition)).Is(HttpStatusCode.Created);
        Assert.Equal(2, (await MoveAsync("additions", addition)).Is(HttpStatusCode.OK).Json.Number("version"));
        (await MoveAsync("additions", addition.Replace("100", "200", StringComparison.Ordinal), ("If-Match", first.Headers.ETag!.Tag))).IsProblem(HttpStatusCode.PreconditionFailed, "case/changed");
    }

    [Fact]
    public async Task Choice_OfLowValueAssets_IsOneForTheYear()
    {
        (await PutAsync("phone", cost: "500.00", method: "immediate", account: "0480")).Is(HttpStatusCode.Created);
        (await PutAsync("chair", cost: "500.00", method: "pool", account: "0485")).IsProblem(HttpStatusCode.Conflict, "asset/choice", "method");
        (await PutAsync("desk", cost: "500.00", method: "pool", account: "0485", acquired: "2027-01-05")).Is(HttpStatusCode.Created);
        (await PutAsync("lamp", cost: "250.00", method: "immediate", account: "0480", acquired: "2027-01-05")).Is(HttpStatusCode.Created);
        (await PutAsync("shelf", cost: "250.01", method: "immediate", account: "0480", acquired: "2027-01-05")).IsProblem(HttpStatusCode.Conflict, "asset/choice", "method");
        (await PutAsync("table", cost: "250.01", method: "straightLine", acquired: "2027-01-05")).Is(HttpStatusCode.Created);
    }

    [Fact]
    public async Task Schedule_IsAlsoCsvAndHtml_InTwoLanguages()
    {
        (await PutAsync("laptop")).Is(HttpStatusCode.Created);

        var csv = (await Book.SendAsync(HttpMethod.Get, "/asset-schedule?year=2026&lang=de", null, ("Accept", "text/csv"))).Is(HttpStatusCode.OK).Text.ReplaceLineEndings("\n").Split('\n');
        Assert.Equal("\"Konto, Anlage\",,AK/HK Anfang,Zugänge,Abgänge,Umbuchungen,AK/HK Ende,Abschreibungen Anfang,des Jahres,Zuschreibungen,auf Abgänge,auf Umbuchungen,Abschreibungen Ende,Buchwert,Buchwert Vorjahr", csv[0]);
        Assert.Equal("laptop,Laptop,0.00,1200.00,0.00,0.00,1200.00,0.00,400.00,0.00,0.00,0.00,400.00,800.00,0.00", csv[2]);
        var html = (await Book.SendAsync(HttpMethod.Get, "/asset-schedule?year=2027", null, ("Accept", "text/html"))).Is(HttpStatusCode.OK);
        Assert.Contains("<td class=\"amount\">1,200.00</td>", html.Text, StringComparison.Ordinal);
        Assert.Contains("Asset schedule", html.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Forecast_TellsWhatIsToCome()
    {
        (await PutAsync("laptop")).Is(HttpStatusCode.Created);

        var forecast = await Book.GetAsync("/asset-forecast?to=2027-06-30");

        var months = forecast.List("accounts").Single().List("months").Select(month => (month.Text("month"), month.Text("depreciation"), month.Text("bookValue"))).ToList();
        Assert.Equal([("2027-04", "33.33", "666.67"), ("2027-05", "33.34", "633.33"), ("2027-06", "33.33", "600.00")], months);
        Assert.Equal(months, forecast.List("total").Select(month => (month.Text("month"), month.Text("depreciation"), month.Text("bookValue"))));
        (await Book.TryGetAsync("/asset-forecast?to=2027-03-31")).IsProblem(HttpStatusCode.UnprocessableEntity, "asset/span", "to");
    }

    [Fact]
    public async Task Calculator_GivesThePlanOfTheStoredAsset_ToAnyone()
    {
        var stored = (await PutAsync("machine", cost: "10000.00", life: 120, method: "declining")).Is(HttpStatusCode.Created).Json;
        using var body = new StringContent("""{"cost":"10000.00","acquired":"2026-01-10","lifeMonths":120,"method":"declining"}""", System.Text.Encoding.UTF8, "application/json");

        var computed = (await Answer.OfAsync(await _app.Anonymous.PostAsync(new Uri("/api/calculators/depreciation", UriKind.Relative), body, TestContext.Current.CancellationToken))).Is(HttpStatusCode.OK).Json;

        Assert.Equal(0.3m, computed.GetProperty("rate").GetDecimal());
        Assert.Equal(stored.List("plan").Select(month => $"{month.Text("month")} {month.Text("amount")} {month.Text("bookValue")}"), computed.List("plan").Select(month => $"{month.Text("month")} {month.Text("amount")} {month.Text("bookValue")}"));
    }

    private Task<Answer> PutAsync(string id, string cost = "1200.00", string acquired = "2026-01-10", int life = 36, string method = "straightLine", string account = "0420", string more = "") =>
        Book.SendAsync(HttpMethod.Put, $"/assets/{id}", Laptop.Body(cost, acquired, life, method, account, more));

    private Task<Answer> MoveAsync(string step, string body, params (string Name, string Value)[] headers) =>
        Book.SendAsync(HttpMethod.Post, $"/assets/laptop/{step}", new StringContent(body, System.Text.Encoding.UTF8, "application/json"), headers);
}
