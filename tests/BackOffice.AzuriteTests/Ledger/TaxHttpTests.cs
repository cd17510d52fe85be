using System.Net;

namespace BackOffice.AzuriteTests.Ledger;

public sealed class TaxHttpTests(AzuriteFixture azurite, SharedApp shared) : IClassFixture<SharedApp>
{
    private const string Sale = """
        {"id":"g1","date":"2025-03-15","text":"Sale","contra":{"account":"1400","party":"c-1","document":"RE-1","dueDate":"2025-04-14"},
         "lines":[{"account":"8400","gross":"119.00","taxCode":"sale-standard"},{"account":"8300","gross":10.70,"taxCode":"sale-reduced"}]}
        """;

    private static int _books;

    [Fact]
    public async Task Gross_IsSplitIntoBaseAndTax_AndPostedAsOneEntry()
    {
        var book = await OpenAsync();

        (await GrossAsync(book, Sale)).Is(HttpStatusCode.Created);

        var entry = await book.GetAsync("/entries/g1");
        Assert.Equal(
            ["1400 129.70", "8400 -100.00", "8300 -10.00", "1776 -19.00", "1771 -0.70"],
            entry.List("lines").Select(line => line.Text("account") + " " + (line.TryGetProperty("debit", out var debit) ? debit.GetString() : "-" + line.Text("credit"))));
        Assert.Equal("RE-1", entry.List("lines").First().Text("document"));
        Assert.Equal("sale-standard", entry.List("lines").ElementAt(1).Text("taxCode"));
    }

    [Fact]
    public async Task Gross_Again_IsTheFirstReceipt_AlsoAfterTheRateHasChanged()
    {
        await using var app = await TestApp.StartAsync(azurite);
        var book = await OpenAsync(app);
        var first = (await GrossAsync(book, Sale)).Is(HttpStatusCode.Created);

        using var rate = new StringContent("""{"from":"2025-01-01","value":"0.20","reason":"Test"}""", System.Text.Encoding.UTF8, "application/json");
        using var operations = app.Client("Operator");
        (await Answer.OfAsync(await operations.PutAsync(new Uri("/api/parameters/vat.standard", UriKind.Relative), rate, TestContext.Current.CancellationToken))).Is(HttpStatusCode.Created);

        Assert.Equal(first.Text, (await GrossAsync(book, Sale)).Is(HttpStatusCode.OK).Text);
        (await GrossAsync(book, Sale.Replace("119.00", "238.00", StringComparison.Ordinal))).IsProblem(HttpStatusCode.Conflict, "ledger/id-reused", "id");
        (await GrossAsync(book, Sale.Replace("g1", "g2", StringComparison.Ordinal))).Is(HttpStatusCode.Created);
        var why = await book.GetAsync("/entries/g2/why");
        Assert.Contains(why.List("parameters"), parameter => parameter.GetString() == "vat.standard=0.20 from 2025-01-01, version 1");
    }

    [Theory]
    [InlineData("""{"id":"x","date":"2025-03-15","text":"t","contra":{"account":"1400"},"lines":[]}""", 422, "ledger/too-few-lines", "lines")]
    [InlineData("""{"id":"x","date":"2025-03-15","text":"t","contra":{"account":"1400"}}""", 400, "request/missing", "lines")]
    [InlineData("""{"id":"x","date":"2025-03-15","text":"t","lines":[{"account":"8400","gross":"1","taxCode":"sale-standard"}]}""", 400, "request/missing", "contra")]
    [InlineData("""{"id":"x","date":"2025-03-15","text":"t","contra":{"account":"1400"},"lines":[{"account":"8400","gross":"1","net":"1","taxCode":"sale-standard"}]}""", 422, "ledger/gross-or-net", "lines[0]")]
    [InlineData("""{"id":"x","date":"2025-03-15","text":"t","contra":{"account":"1400"},"lines":[{"account":"8400","gross":"-1","taxCode":"sale-standard"}]}""", 422, "ledger/amount-invalid", "lines[0].gross")]
    [InlineData("""{"id":"x","date":"2025-03-15","text":"t","contra":{"account":"1400"},"lines":[{"account":"8400","gross":"0.00","taxCode":"sale-standard"}]}""", 422, "ledger/amount-zero", "lines[0].gross")]
    [InlineData("""{"id":"x","date":"2025-03-15","text":"t","contra":{"account":"1400"},"lines":[{"account":"8400","gross":true,"taxCode":"sale-standard"}]}""", 400, "request/wrong-type", "lines[0].gross")]
    [InlineData("""{"id":"x","date":"2025-03-15","text":"t","contra":{"account":"1400"},"lines":[{"account":"8400","gross":"1","taxCode":"no-such"}]}""", 422, "ledger/tax-code", "lines[0].taxCode")]
    [InlineData("""{"id":"x","date":"2025-03-15","text":"t","contra":{"account":"9999"},"lines":[{"account":"8400","gross":"1","taxCode":"sale-standard"}]}""", 422, "ledger/account-unknown", "lines[0].account")]
    [InlineData("""{"id":"carry-1","date":"2025-03-15","text":"t","contra":{"account":"1400"},"lines":[{"account":"8400","gross":"1","taxCode":"sale-standard"}]}""", 422, "ledger/id-reserved", "id")]
    [InlineData("""{"id":"x","date":"2025-03-15","text":"t","contra":{"account":"1400","memo":1},"lines":[{"account":"8400","gross":"1","taxCode":"sale-standard"}]}""", 400, "request/unknown-field", "contra.memo")]
    public async Task Gross_BadInput_IsRefusedWithCodeAndPath_AndNothingIsWritten(string json, int status, string code, string path)
    {
        var book = await OpenAsync();

        (await GrossAsync(book, json)).IsProblem((HttpStatusCode)status, code, path);

        Assert.Equal(0, await book.EntriesAsync());
    }

    [Fact]
    public async Task Entry_WithAnUnknownTaxCode_IsRefused()
    {
        var book = await OpenAsync();

        (await book.PostAsync("""{"id":"x","date":"2025-03-15","text":"t","lines":[{"account":"1400","debit":"1"},{"account":"8400","credit":"1","taxCode":"x"}]}"""))
            .IsProblem(HttpStatusCode.UnprocessableEntity, "ledger/tax-code", "lines[1].taxCode");
    }

    [Fact]
    public async Task VatReturn_ShowsTheBoxes_TheDifferences_AndWhatWasFiled()
    {
        var book = await OpenAsync();
        (await GrossAsync(book, Sale)).Is(HttpStatusCode.Created);
        (await GrossAsync(book, """{"id":"p1","date":"2025-03-20","text":"Goods","contra":{"account":"1600"},"lines":[{"account":"3400","net":"50.00","taxCode":"purchase-standard"}]}""")).Is(HttpStatusCode.Created);
        (await GrossAsync(book, """{"id":"g9","date":"2025-03-31","text":"Late","contra":{"account":"1400"},"lines":[{"account":"8400","net":"10.99","taxCode":"sale-standard"}]}""")).Is(HttpStatusCode.Created);

        var vat = await book.GetAsync("/vat-return?month=2025-03&filed=2");

        var boxes = vat.List("boxes").ToDictionary(box => box.Text("box"));
        Assert.Equal(("110.00", "100.00"), (boxes["81"].Text("base"), boxes["81"].Text("baseFiled")));
        Assert.Equal(("20.90", "19.00"), (boxes["81"].Text("tax"), boxes["81"].Text("taxFiled")));
        Assert.Equal(("10.00", "0.70"), (boxes["86"].Text("base"), boxes["86"].Text("tax")));
        Assert.Equal("9.50", boxes["66"].Text("tax"));
        Assert.Equal("12.10", vat.Text("payable"));
        Assert.Equal("0.19", vat.List("differences").Single(d => d.Text("account") == "1776").Text("difference"));

        var csv = (await book.SendAsync(HttpMethod.Get, "/vat-return?month=2025-03&lang=de", null, ("Accept", "text/csv"))).Is(HttpStatusCode.OK);
        Assert.StartsWith("text/csv", csv.ContentType, StringComparison.Ordinal);
        Assert.Contains("81,Umsätze zum Regelsteuersatz,110.00,20.90", csv.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("?month=2025", HttpStatusCode.BadRequest, "request/month")]
    [InlineData("?month=2025-13", HttpStatusCode.BadRequest, "request/month")]
    [InlineData("?month=2025-03&filed=99", HttpStatusCode.UnprocessableEntity, "ledger/entry-unknown")]
    public async Task VatReturn_BadQuestion_IsRefused(string query, HttpStatusCode status, string code) =>
        (await (await OpenAsync()).TryGetAsync("/vat-return" + query)).IsProblem(status, code);

    [Fact]
    public async Task VatReturn_OfABookWithoutAChart_IsRefused() =>
        (await (await shared.App.NewBookAsync()).TryGetAsync("/vat-return?month=2025-03")).IsProblem(HttpStatusCode.UnprocessableEntity, "ledger/no-chart");

    [Fact]
    public async Task Why_OfAStatementLine_LeadsFromTheFigureToEntriesAndWhoMadeThem()
    {
        var book = await OpenAsync();
        (await GrossAsync(book, Sale)).Is(HttpStatusCode.Created);
        (await book.PostAsync("""{"id":"paid","date":"2025-04-01","text":"Paid","lines":[{"account":"1200","debit":"29.70"},{"account":"1400","credit":"29.70","party":"c-1","document":"RE-1"}]}""")).Is(HttpStatusCode.Created);

        var why = await book.GetAsync("/statements/assets.B.II/why?on=2025-12-31");

        Assert.Equal(("100.00", "assets.B.II", 2), (why.Text("amount"), why.Text("line"), why.Number("entriesInAll")));
        Assert.Equal(("1400", "100.00"), (why.List("accounts").Single().Text("account"), why.List("accounts").Single().Text("amount")));
        Assert.Equal(["paid", "g1"], why.List("entries").Select(entry => entry.Text("id")));
        var made = why.List("entries").Last();
        Assert.Equal("made", made.Text("operation"));
        Assert.NotEmpty(made.Text("by"));
        Assert.Equal(2, made.List("parameters").Count());
        (await book.TryGetAsync(why.List("accounts").Single().Text("sheet"))).Is(HttpStatusCode.OK);

        Assert.Equal("110.00", (await book.GetAsync("/statements/income.17/why?on=2025-12-31&from=2025-03-01&recorded=1")).Text("amount"));
        (await book.TryGetAsync("/statements/assets.X/why")).IsProblem(HttpStatusCode.NotFound, "ledger/statement-line");
    }

    [Fact]
    public async Task Why_OfAnEntry_NamesTheStatementLinesItCountsIn()
    {
        var book = await OpenAsync();
        (await GrossAsync(book, Sale)).Is(HttpStatusCode.Created);

        var why = await book.GetAsync("/entries/g1/why?lang=de");

        Assert.Equal(["assets.B.II", "income.1", "income.1", "liabilities.C", "liabilities.C"], why.List("lines").Select(line => line.Text("statementLine")));
        Assert.Equal("Umsatzerlöse", why.List("lines").ElementAt(1).Text("statementText"));
        (await book.TryGetAsync("/entries/none/why")).IsProblem(HttpStatusCode.NotFound, "ledger/entry-unknown");
    }

    [Fact]
    public async Task TrialBalance_OfASpan_IsASusaInJsonCsvAndHtml()
    {
        var book = await OpenAsync();
        (await GrossAsync(book, Sale)).Is(HttpStatusCode.Created);

        var json = await book.GetAsync("/trial-balance?from=2025-04-01&to=2025-04-30");
        var bank = json.List("accounts").Single(account => account.Text("account") == "1400");
        Assert.Equal(("0.00", "0.00", "129.70", "129.70"), (bank.Text("openingDebit"), bank.Text("periodDebit"), bank.Text("cumulativeDebit"), bank.Text("closingDebit")));
        var totals = json.GetProperty("totals");
        foreach (var pair in (string[])["opening", "period", "cumulative", "closing"]) Assert.Equal(totals.Text(pair + "Debit"), totals.Text(pair + "Credit"));

        var csv = (await book.SendAsync(HttpMethod.Get, "/trial-balance?on=2025-04-30&lang=de", null, ("Accept", "text/csv"))).Is(HttpStatusCode.OK).Text;
        Assert.StartsWith("Konto,,Eröffnung Soll,Eröffnung Haben,Zeitraum Soll,Zeitraum Haben,Kumuliert Soll,Kumuliert Haben,Saldo Soll,Saldo Haben", csv, StringComparison.Ordinal);
        Assert.Contains("1400,Forderungen aus Lieferungen und Leistungen,0.00,0.00,129.70,0.00,129.70,0.00,129.70,0.00", csv, StringComparison.Ordinal);
        var html = (await book.SendAsync(HttpMethod.Get, "/trial-balance?on=2025-04-30&lang=de", null, ("Accept", "text/html"))).Is(HttpStatusCode.OK).Text;
        Assert.Contains("<td class=\"amount\">129,70</td>", html, StringComparison.Ordinal);
    }

    private Task<TestBook> OpenAsync() => OpenAsync(shared.App);

    private static async Task<TestBook> OpenAsync(TestApp app)
    {
        var book = app.Book($"tax-{Interlocked.Increment(ref _books)}");
        (await book.SendAsync(HttpMethod.Put, "", """{"name":"Tax","currency":"EUR","chart":"SKR03"}""")).Is(HttpStatusCode.Created);
        return book;
    }

    private static Task<Answer> GrossAsync(TestBook book, string json) => book.SendAsync(HttpMethod.Post, "/entries/gross", json);
}
