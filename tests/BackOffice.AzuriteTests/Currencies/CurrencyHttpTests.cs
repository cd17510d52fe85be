using System.Net;
using System.Text;
using System.Text.Json;
using BackOffice.AzuriteTests.Nightly;

namespace BackOffice.AzuriteTests.Currencies;

/// <summary>Amounts in other currencies from the invoice over the month's end to the payment, and the rates they go by.</summary>
public sealed class CurrencyHttpTests(AzuriteFixture azurite) : IAsyncLifetime
{
    private const string Invoice = """
        {"id":"inv-1","date":"2026-01-05","text":"Invoice R-1","lines":[
          {"account":"1400","debit":"1000.00","party":"acme","document":"R-1","dueDate":"2026-02-05","foreign":{"currency":"USD","amount":"1085.00","rate":1.085}},
          {"account":"8400","credit":"1000.00"}]}
        """;

    private readonly TestClock _clock = TestClock.AtNoon(new DateOnly(2026, 2, 1));
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
    public async Task MonthEnd_ValuesWhatIsOwedInDollars_TakesItBackTheDayAfter_AndThePaymentRealisesTheRest()
    {
        (await Book.PostAsync(Invoice)).Is(HttpStatusCode.Created);
        (await RatesAsync("2026-01-30", "1.10")).Is(HttpStatusCode.Created);
        var seen = Assert.Single((await Book.GetAsync("/foreign-balances?on=2026-01-31")).List("balances"));
        Assert.Equal(("1085.00", "1000.00", "986.36", "-13.64", "2026-01-30"), (seen.Text("foreign"), seen.Text("booked"), seen.Text("value"), seen.Text("difference"), seen.Text("rateOf")));

        var night = await _night.RunAsync("2026-01-31");

        Assert.Equal("done", night.Text("status"));
        Assert.Equal(("986.36", "13.64"), ((await Book.BalancesAsync("?on=2026-01-31"))["1400"], (await Book.BalancesAsync("?on=2026-01-31"))["2150"]));
        Assert.Equal(new() { ["1400"] = "1000.00", ["8400"] = "-1000.00" }, await Book.BalancesAsync("?on=2026-02-01"));

        const string payment = """{"id":"pay-1","date":"2026-02-03","party":"acme","account":"1400","document":"R-1","bank":"1200","paid":"986.36","foreign":{"currency":"USD","amount":"1085.00"}}""";
        (await Book.SendAsync(HttpMethod.Post, "/open-items/settlement", payment)).Is(HttpStatusCode.Created);
        (await Book.SendAsync(HttpMethod.Post, "/open-items/settlement", payment)).Is(HttpStatusCode.OK);
        (await Book.SendAsync(HttpMethod.Post, "/open-items/settlement", payment.Replace("pay-1", "pay-2", StringComparison.Ordinal))).IsProblem(HttpStatusCode.UnprocessableEntity, "ledger/open-item-unknown", "document");

        Assert.Equal(new() { ["1200"] = "986.36", ["2150"] = "13.64", ["8400"] = "-1000.00" }, await Book.BalancesAsync("?on=2026-02-03"));
        Assert.Empty((await Book.GetAsync("/foreign-balances?on=2026-02-03")).List("balances"));
        Assert.Empty((await Book.GetAsync("/open-items?on=2026-02-03")).List("items"));
        await Book.IsWholeAsync();
    }

    [Fact]
    public async Task MonthEnd_WithoutARate_NeedsAttention_AndIsDoneOnceTheRateIsThere()
    {
        (await Book.PostAsync(Invoice)).Is(HttpStatusCode.Created);

        var night = await _night.RunAsync("2026-01-31");
        Assert.Equal("attention", night.Text("status"));
        Assert.Contains("USD", night.List("checks").Single(check => check.Text("name") == "currencies").Text("detail"), StringComparison.Ordinal);

        (await RatesAsync("2026-01-31", "1.05")).Is(HttpStatusCode.Created);
        (await _night.StartAsync("2026-01-31")).Is(HttpStatusCode.Accepted);
        await Eventually.IsTrueAsync(async () => (await _night.NightAsync("2026-01-31")).Text("status") == "done", "the night that was run again is done");
        Assert.Equal("1033.33", (await Book.BalancesAsync("?on=2026-01-31"))["1400"]);
        Assert.Equal("1000.00", (await Book.BalancesAsync("?on=2026-02-01"))["1400"]);
    }

    [Fact]
    public async Task RatesOfTheCentralBank_ComeAsAFile_OnceAndWithHistory()
    {
        (await UploadAsync("1.0850")).Is(HttpStatusCode.Created);
        Assert.Equal(0, (await UploadAsync("1.0850")).Is(HttpStatusCode.OK).Json.Number("changed"));
        Assert.Equal(1, (await UploadAsync("1.0900")).Is(HttpStatusCode.Created).Json.Number("changed"));

        var rates = await Book.GetAsync("/exchange-rates/2026-02-01"); // a Sunday: Friday's hold
        Assert.Equal(("2026-01-30", 1.09m, 2), (rates.Text("date"), rates.GetProperty("rates").GetProperty("USD").GetDecimal(), rates.List("history").Count()));
        (await Book.TryGetAsync("/exchange-rates/2026-01-29")).IsProblem(HttpStatusCode.NotFound, "currency/no-rates");
        (await UploadAsync("x")).IsProblem(HttpStatusCode.UnprocessableEntity, "currency/rate", "Cube[2026-01-30].USD");
        (await RatesAsync("2026-02-02", "1.1")).IsProblem(HttpStatusCode.UnprocessableEntity, "currency/date", "date"); // tomorrow
        (await UploadAsync("1.1", "2026-02-02")).IsProblem(HttpStatusCode.UnprocessableEntity, "currency/date", "Cube[2026-02-02]");

        // What a person has set stays, whatever is uploaded; what is not named stays too.
        (await Book.SendAsync(HttpMethod.Put, "/exchange-rates/2026-01-30", """{"rates":{"AED":3.98,"USD":1.0875}}""")).Is(HttpStatusCode.OK);
        (await UploadAsync("1.0850")).Is(HttpStatusCode.OK);
        rates = await Book.GetAsync("/exchange-rates/2026-01-30");
        Assert.Equal(("AED USD", 1.0875m), (string.Join(' ', rates.GetProperty("byHand").EnumerateArray().Select(one => one.GetString())), rates.GetProperty("rates").GetProperty("USD").GetDecimal()));
    }

    [Fact]
    public async Task Night_ValuesEachCurrencyByItsOwnLastRate_AndTellsWhichAreOfAnEarlierDay()
    {
        (await Book.PostAsync(Invoice)).Is(HttpStatusCode.Created);
        (await RatesAsync("2026-01-29", "1.1")).Is(HttpStatusCode.Created);
        (await Book.SendAsync(HttpMethod.Put, "/exchange-rates/2026-01-30", """{"rates":{"AED":3.98}}""")).Is(HttpStatusCode.Created); // hides no other

        var night = await _night.RunAsync("2026-01-31");

        Assert.Equal("986.36", (await Book.BalancesAsync("?on=2026-01-31"))["1400"]);
        Assert.Contains("USD of 2026-01-29", night.List("checks").Single(check => check.Text("name") == "currencies").Text("detail"), StringComparison.Ordinal);
        Assert.Equal("attention", night.Text("status"));
    }

    [Fact]
    public async Task ForeignAmountInTheBooksOwnCurrency_OrAtAnotherRate_IsRefused_AndChangesNothing()
    {
        (await Book.PostAsync(Invoice.Replace("USD", "EUR", StringComparison.Ordinal))).IsProblem(HttpStatusCode.UnprocessableEntity, "ledger/foreign-currency", "lines[0].foreign.currency");
        (await Book.PostAsync(Invoice.Replace("1.085}", "1.09}", StringComparison.Ordinal))).IsProblem(HttpStatusCode.UnprocessableEntity, "ledger/foreign-rate", "lines[0].foreign.rate");
        Assert.Equal(0, await Book.EntriesAsync());
    }

    [Fact]
    public async Task Checkpoint_KeepsForeignAmounts()
    {
        (await Book.PostAsync(Invoice)).Is(HttpStatusCode.Created);
        await _app.FireAsync("WriteCheckpoint", JsonSerializer.Serialize(new { schema = "ledger-checkpoint", version = 1, operationId = "c", body = new { book = Book.Id } }));
        await Eventually.IsTrueAsync(async () =>
        {
            await foreach (var _ in _app.Table("Ledger").QueryAsync<Azure.Data.Tables.TableEntity>($"PartitionKey eq '{Book.Id}|chk' and RowKey ge 'at!' and RowKey lt 'at\"'")) return true;
            return false;
        }, "there is a checkpoint");

        await using var another = await _app.AnotherAsync(_clock);
        Assert.Equal("1085.00", (await Book.In(another).GetAsync("/foreign-balances?on=2026-01-31")).List("balances").Single().Text("foreign"));
    }

    private Task<Answer> RatesAsync(string date, string usd) => Book.SendAsync(HttpMethod.Put, $"/exchange-rates/{date}", $$$"""{"rates":{"USD":{{{usd}}}}}""");

    private Task<Answer> UploadAsync(string usd, string date = "2026-01-30") => Book.SendAsync(HttpMethod.Post, "/exchange-rates", new StringContent(
        $"""<?xml version="1.0" encoding="UTF-8"?><gesmes:Envelope xmlns:gesmes="http://www.gesmes.org/xml/2002-08-01" xmlns="http://www.ecb.int/vocabulary/2002-08-01/eurofxref"><gesmes:subject>Reference rates</gesmes:subject><gesmes:Sender><gesmes:name>European Central Bank</gesmes:name></gesmes:Sender><Cube><Cube time="{date}"><Cube currency="USD" rate="{usd}"/></Cube></Cube></gesmes:Envelope>""",
        Encoding.UTF8, "application/xml"));
}
