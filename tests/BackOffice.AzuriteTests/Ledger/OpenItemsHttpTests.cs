using System.Net;
using System.Text.Json;

namespace BackOffice.AzuriteTests.Ledger;

/// <summary>Open items over HTTP: listed as of a day and as known at an entry, in three forms, and settled with a cash discount.</summary>
public sealed class OpenItemsHttpTests(SharedApp shared) : IClassFixture<SharedApp>
{
    private static int _books;

    [Fact]
    public async Task OpenItems_AreListedWithTheirAgeing()
    {
        var book = await WithInvoicesAsync();

        var open = await book.GetAsync("/open-items?on=2025-03-01");
        Assert.Equal((book.Id, "EUR", "2025-03-01", 4), (open.Text("book"), open.Text("currency"), open.Text("on"), open.Number("asOfEntry")));
        Assert.Equal(
            ["""{"account":"1400","party":"c-1","document":"R-1","dueDate":"2025-02-14","daysOverdue":15,"original":"119.00","settled":"50.00","open":"69.00","credit":false,"firstEntry":1,"entries":[1,4]}""",
             """{"account":"1400","party":"c-2","document":"R-2","dueDate":"2025-03-31","daysOverdue":0,"original":"238.00","settled":"0.00","open":"238.00","credit":false,"firstEntry":2,"entries":[2]}"""],
            open.List("items").Select(item => item.GetRawText()));
        Assert.Equal(["""{"account":"1400","party":"c-2","amount":"-10.00"}"""], open.List("onAccount").Select(rest => rest.GetRawText()));
        Assert.Equal(
            ["""{"account":"1400","party":"c-1","notDue":"0.00","days1To30":"69.00","days31To60":"0.00","days61To90":"0.00","daysOver90":"0.00","onAccount":"0.00","total":"69.00"}""",
             """{"account":"1400","party":"c-2","notDue":"238.00","days1To30":"0.00","days31To60":"0.00","days61To90":"0.00","daysOver90":"0.00","onAccount":"-10.00","total":"228.00"}"""],
            open.List("ageing").Select(row => row.GetRawText()));
        Assert.Equal("297.00", open.GetProperty("totals").Text("total"));
        Assert.Equal((await book.BalancesAsync("?on=2025-03-01"))["1400"], open.GetProperty("totals").List("accounts").Single().Text("total"));
    }

    [Fact]
    public async Task Settlements_OfOneItemAtTheSameTime_TheSecondFindsNothingOpen()
    {
        var book = await WithInvoicesAsync();

        var answers = await Task.WhenAll(Enumerable.Range(1, 8).Select(n => SettleAsync(book, $"race-{n}", date: "2025-03-10", paid: "69.00", discount: null, taxCode: null)));

        Assert.Single(answers, answer => answer.Status == HttpStatusCode.Created);
        Assert.All(answers.Where(answer => answer.Status != HttpStatusCode.Created), answer => answer.IsProblem(HttpStatusCode.UnprocessableEntity, "ledger/open-item-unknown", "document"));
        Assert.Equal(["R-2"], Documents(await book.GetAsync("/open-items?on=2025-03-10")));
    }

    [Fact]
    public async Task Payments_OfNobody_StayVisibleOnAccount()
    {
        var book = await WithInvoicesAsync();
        (await book.PostAsync("""{"id":"x","date":"2025-02-20","text":"Who paid?","lines":[{"account":"1200","debit":"7.00"},{"account":"1400","credit":"7.00"}]}""")).Is(HttpStatusCode.Created);

        var open = await book.GetAsync("/open-items?on=2025-03-01");

        Assert.Contains(open.List("onAccount"), rest => rest.GetRawText() == """{"account":"1400","party":"","amount":"-7.00"}""");
        Assert.Equal((await book.BalancesAsync("?on=2025-03-01"))["1400"], open.GetProperty("totals").List("accounts").Single().Text("total"));
    }

    [Fact]
    public async Task OpenItems_AreFilteredByPartyAndOverdue()
    {
        var book = await WithInvoicesAsync();

        Assert.Equal(["R-2"], Documents(await book.GetAsync("/open-items?on=2025-03-01&party=c-2")));
        Assert.Equal(["R-1"], Documents(await book.GetAsync("/open-items?on=2025-03-01&overdue=true")));
        Assert.Equal(["R-1", "R-2"], Documents(await book.GetAsync("/open-items?on=2025-03-01&overdue=false")));
        Assert.Empty(Documents(await book.GetAsync("/open-items?on=2025-03-01&party=nobody")));
        Assert.Equal("297.00", (await book.GetAsync("/open-items?on=2025-03-01&overdue=true")).GetProperty("totals").Text("total"));
    }

    [Fact]
    public async Task OpenItems_OfAnEarlierDay_AndAsKnownAtAnEntry_AreWhatWasThen()
    {
        var book = await WithInvoicesAsync();

        Assert.Equal(["119.00"], Open(await book.GetAsync("/open-items?on=2025-02-09&party=c-1")));
        Assert.Equal(["69.00"], Open(await book.GetAsync("/open-items?on=2025-02-10&party=c-1")));
        Assert.Equal(["119.00"], Open(await book.GetAsync("/open-items?on=2025-03-01&party=c-1&recorded=3")));
        Assert.Empty(Open(await book.GetAsync("/open-items?on=2025-03-01&recorded=0")));
        (await book.TryGetAsync("/open-items?recorded=5")).IsProblem(HttpStatusCode.UnprocessableEntity, "ledger/entry-unknown", "recorded");
    }

    [Fact]
    public async Task OpenItems_WithoutADay_AreTodays()
    {
        var book = await WithInvoicesAsync();

        var open = await book.GetAsync("/open-items");
        Assert.Equal(BackOffice.Kernel.BusinessDay.Text(BackOffice.Kernel.BusinessDay.Today(TimeProvider.System)), open.Text("on"));
        Assert.Equal("307.00", open.GetProperty("totals").Text("daysOver90"));
    }

    [Fact]
    public async Task OpenItems_AsCsvAndHtml_StandInTheColumnOfTheirAge()
    {
        var book = await WithInvoicesAsync();

        var csv = await book.SendAsync(HttpMethod.Get, "/open-items?on=2025-03-01&lang=de", null, ("Accept", "text/csv"));
        Assert.Equal("text/csv; charset=utf-8", csv.Is(HttpStatusCode.OK).ContentType);
        Assert.Equal(
            ["Konto,Partner,Beleg,Fällig,Tage überfällig,Betrag,Ausgeglichen,Offen,Nicht fällig,1–30 Tage,31–60 Tage,61–90 Tage,Über 90 Tage,Akonto",
             "1400,c-1,R-1,2025-02-14,15,119.00,50.00,69.00,,69.00,,,,",
             "1400,Summe c-1,,,,,,69.00,0.00,69.00,0.00,0.00,0.00,0.00",
             "1400,c-2,R-2,2025-03-31,0,238.00,0.00,238.00,238.00,,,,,",
             "1400,Summe c-2,,,,,,228.00,238.00,0.00,0.00,0.00,0.00,-10.00",
             "1400,Summe Konto 1400,,,,,,297.00,238.00,69.00,0.00,0.00,0.00,-10.00",
             ",Summe,,,,,,297.00,238.00,69.00,0.00,0.00,0.00,-10.00", ""],
            csv.Text.ReplaceLineEndings("\n").Split('\n'));

        var html = await book.SendAsync(HttpMethod.Get, "/open-items?on=2025-03-01", null, ("Accept", "text/html"));
        Assert.Equal("text/html; charset=utf-8", html.Is(HttpStatusCode.OK).ContentType);
        Assert.Contains("<h1>Open items Test</h1>", html.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("on=2025-02-30", "request/date")]
    [InlineData("party=a%20b", "request/id")]
    [InlineData("overdue=perhaps", "request/flag")]
    [InlineData("lang=fr", "request/language")]
    [InlineData("account=1400", "request/unknown-parameter")]
    public async Task OpenItems_AskedWrongly_Are400(string query, string code)
    {
        var book = await shared.App.NewBookAsync();
        (await book.TryGetAsync("/open-items?" + query)).IsProblem(HttpStatusCode.BadRequest, code, query.Split('=')[0]);
    }

    [Fact]
    public async Task Settle_WithSkonto_CorrectsTheVat_AndTwiceGetsTheSameReceipt()
    {
        var book = await OpenAsync();
        await PostInvoiceAsync(book, "i1", "R-1", "c-1", "2025-01-15", "2025-02-14", "119.00");

        var first = (await SettleAsync(book)).Is(HttpStatusCode.Created);
        var second = (await SettleAsync(book)).Is(HttpStatusCode.OK);

        Assert.Equal(first.Text, second.Text);
        Assert.Equal(2, await book.EntriesAsync());
        var balances = await book.BalancesAsync();
        Assert.Equal(("116.62", "2.00", "0.38"), (balances["1200"], balances["8736"], balances["1776"]));
        Assert.DoesNotContain("1400", balances.Keys);
        Assert.Empty(Documents(await book.GetAsync("/open-items?on=2025-03-01")));
        Assert.Equal(["R-1"], Documents(await book.GetAsync("/open-items?on=2025-03-01&settled=true")));
        (await SettleAsync(book, paid: "100.00")).IsProblem(HttpStatusCode.Conflict, "ledger/id-reused");
        (await SettleAsync(book, id: "p2")).IsProblem(HttpStatusCode.UnprocessableEntity, "ledger/open-item-unknown", "document");
    }

    [Fact]
    public async Task Settle_ASupplier_CorrectsTheInputTax()
    {
        var book = await OpenAsync();
        (await book.PostAsync("""
            {"id":"b1","date":"2025-01-15","text":"Goods","lines":[{"account":"3200","debit":"100.00"},{"account":"1576","debit":"19.00"},
             {"account":"1600","credit":"119.00","party":"s-1","document":"E-7","dueDate":"2025-02-14"}]}
            """)).Is(HttpStatusCode.Created);

        (await SettleAsync(book, party: "s-1", account: "1600", document: "E-7", taxCode: "purchase-standard")).Is(HttpStatusCode.Created);

        var balances = await book.BalancesAsync();
        Assert.Equal(("-116.62", "-2.00", "18.62"), (balances["1200"], balances["3736"], balances["1576"]));
        Assert.DoesNotContain("1600", balances.Keys);
    }

    [Fact]
    public async Task Settle_Wrongly_IsRefusedAndNothingIsPosted()
    {
        var book = await OpenAsync();
        await PostInvoiceAsync(book, "i1", "R-1", "c-1", "2025-01-15", "2025-02-14", "119.00");

        (await SettleAsync(book, document: "R-9")).IsProblem(HttpStatusCode.UnprocessableEntity, "ledger/open-item-unknown", "document");
        (await SettleAsync(book, date: "2025-01-14")).IsProblem(HttpStatusCode.UnprocessableEntity, "ledger/open-item-unknown", "document");
        (await SettleAsync(book, taxCode: null)).IsProblem(HttpStatusCode.UnprocessableEntity, "ledger/discount-tax-code", "taxCode");
        (await SettleAsync(book, taxCode: "purchase-standard")).IsProblem(HttpStatusCode.UnprocessableEntity, "ledger/tax-code", "taxCode");
        (await SettleAsync(book, paid: "1.005")).IsProblem(HttpStatusCode.UnprocessableEntity, "ledger/amount-invalid", "paid");
        (await SettleAsync(book, id: "carry-2026")).IsProblem(HttpStatusCode.UnprocessableEntity, "ledger/id-reserved", "id");
        (await book.CloseAsync("2025-01")).Is(HttpStatusCode.OK);
        (await SettleAsync(book)).IsProblem(HttpStatusCode.UnprocessableEntity, "ledger/period-closed", "date");
        Assert.Equal(1, await book.EntriesAsync());
    }

    [Fact]
    public async Task Settle_RepeatedAfterItsPeriodWasClosed_GetsTheFirstReceipt()
    {
        var book = await OpenAsync();
        await PostInvoiceAsync(book, "i1", "R-1", "c-1", "2025-01-15", "2025-02-14", "119.00");
        var first = (await SettleAsync(book)).Is(HttpStatusCode.Created);
        (await book.CloseAsync("2025-01")).Is(HttpStatusCode.OK);

        Assert.Equal(first.Text, (await SettleAsync(book)).Is(HttpStatusCode.OK).Text);
    }

    [Fact]
    public async Task Settle_ADiscountWithoutAChart_IsRefused()
    {
        var book = await shared.App.NewBookAsync();
        (await book.PostAsync("""{"id":"i1","date":"2025-01-15","text":"Invoice","lines":[{"account":"1800","debit":"119.00","party":"c-1","document":"R-1","dueDate":"2025-02-14"},{"account":"4400","credit":"119.00"}]}""")).Is(HttpStatusCode.Created);

        (await SettleAsync(book, account: "1800", bank: "2900")).IsProblem(HttpStatusCode.UnprocessableEntity, "ledger/no-chart", "discount");
    }

    /// <summary>Entries 1 and 2 are invoices, 3 is a payment that matches nothing, 4 pays a part of the first.</summary>
    private async Task<TestBook> WithInvoicesAsync()
    {
        var book = await OpenAsync();
        await PostInvoiceAsync(book, "i1", "R-1", "c-1", "2025-01-15", "2025-02-14", "119.00");
        await PostInvoiceAsync(book, "i2", "R-2", "c-2", "2025-02-01", "2025-03-31", "238.00");
        (await book.PostAsync("""{"id":"p1","date":"2025-02-05","text":"Payment","lines":[{"account":"1200","debit":"10.00"},{"account":"1400","credit":"10.00","party":"c-2"}]}""")).Is(HttpStatusCode.Created);
        (await SettleAsync(book, "p2", "2025-02-10", paid: "50.00", discount: null, taxCode: null)).Is(HttpStatusCode.Created);
        return book;
    }

    private async Task<TestBook> OpenAsync()
    {
        var book = shared.App.Book($"opos-{Interlocked.Increment(ref _books)}");
        (await book.SendAsync(HttpMethod.Put, "", """{"name":"Test","currency":"EUR","chart":"SKR03"}""")).Is(HttpStatusCode.Created);
        return book;
    }

    private static async Task PostInvoiceAsync(TestBook book, string id, string document, string party, string date, string due, string gross) => (await book.PostAsync($$"""
        {"id":"{{id}}","date":"{{date}}","text":"Invoice","lines":[{"account":"1400","debit":"{{gross}}","party":"{{party}}","document":"{{document}}","dueDate":"{{due}}"},{"account":"0800","credit":"{{gross}}"}]}
        """)).Is(HttpStatusCode.Created);

    private static Task<Answer> SettleAsync(TestBook book, string id = "p1", string date = "2025-01-24", string party = "c-1", string account = "1400", string document = "R-1", string bank = "1200",
        string paid = "116.62", string? discount = "2.38", string? taxCode = "sale-standard") =>
        book.SendAsync(HttpMethod.Post, "/open-items/settlement", JsonSerializer.Serialize(new Dictionary<string, string?>
        {
            ["id"] = id,
            ["date"] = date,
            ["text"] = "Paid",
            ["party"] = party,
            ["account"] = account,
            ["document"] = document,
            ["bank"] = bank,
            ["paid"] = paid,
            ["discount"] = discount,
            ["taxCode"] = taxCode,
        }.Where(member => member.Value is not null).ToDictionary()));

    private static List<string> Documents(JsonElement open) => [.. open.List("items").Select(item => item.Text("document"))];

    private static List<string> Open(JsonElement open) => [.. open.List("items").Select(item => item.Text("open"))];
}
