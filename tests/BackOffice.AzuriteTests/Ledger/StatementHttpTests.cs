using System.Net;
using System.Text.Json;

namespace BackOffice.AzuriteTests.Ledger;

public sealed class StatementHttpTests(SharedApp shared) : IClassFixture<SharedApp>
{
    private static int _books;

    [Theory]
    [InlineData("SKR03", "1200", "1400", "8400")]
    [InlineData("SKR04", "1800", "1200", "4400")]
    public async Task Book_WithAChart_HasItsAccountsWithTheirLines(string chart, string bank, string receivables, string revenue)
    {
        var book = await OpenAsync(chart);

        var accounts = (await book.GetAsync("/accounts")).List("accounts").ToDictionary(account => account.Text("account"));

        Assert.Equal(("Bank", "asset", "assets.B.IV", "liabilities.C"), (accounts[bank].Text("name"), accounts[bank].Text("type"), accounts[bank].Text("line"), accounts[bank].Text("otherLine")));
        Assert.Equal("assets.B.II", accounts[receivables].Text("line"));
        Assert.Equal(("income", "income.1"), (accounts[revenue].Text("type"), accounts[revenue].Text("line")));
        Assert.All(accounts.Values, account => Assert.NotEmpty(account.Text("line")));
        var shown = await book.GetAsync();
        Assert.Equal((chart, "01-01", accounts.Count), (shown.Text("chart"), shown.Text("fiscalYearStart"), shown.Number("accounts")));
    }

    [Fact]
    public async Task Book_PutAgain_KeepsWhatIsLeftOut_AndMayChangeNameAndLegalForm()
    {
        var book = await OpenAsync("SKR03", ""","fiscalYearStart":"07-01","legalForm":"GmbH" """);

        (await PutAsync(book, """{"name":"Renamed","currency":"EUR"}""")).Is(HttpStatusCode.OK);
        var kept = await book.GetAsync();
        Assert.Equal(("Renamed", "SKR03", "07-01", "GmbH"), (kept.Text("name"), kept.Text("chart"), kept.Text("fiscalYearStart"), kept.Text("legalForm")));

        (await PutAsync(book, """{"name":"Renamed","currency":"EUR","legalForm":"AG"}""")).Is(HttpStatusCode.OK);
        Assert.Equal("AG", (await book.GetAsync()).Text("legalForm"));
    }

    [Fact]
    public async Task Book_AnotherChart_IsRefused()
    {
        var book = await OpenAsync("SKR03");
        var before = await book.HeadHashAsync();

        (await PutAsync(book, """{"name":"Test","currency":"EUR","chart":"SKR04"}""")).IsProblem(HttpStatusCode.Conflict, "ledger/chart-fixed", "chart");

        Assert.Equal(before, await book.HeadHashAsync());
    }

    [Fact]
    public async Task Book_AnotherFiscalYear_IsRefusedFromTheFirstEntryOn()
    {
        var book = await OpenAsync("SKR03");

        (await PutAsync(book, """{"name":"Test","currency":"EUR","fiscalYearStart":"04-01"}""")).Is(HttpStatusCode.OK);
        await PostAsync(book, "a", "2024-05-02", "1200", "0800", "100.00");
        (await PutAsync(book, """{"name":"Test","currency":"EUR","fiscalYearStart":"07-01"}""")).IsProblem(HttpStatusCode.Conflict, "ledger/fiscal-year-fixed", "fiscalYearStart");
        (await PutAsync(book, """{"name":"Test","currency":"EUR","fiscalYearStart":"04-01"}""")).Is(HttpStatusCode.OK);

        Assert.Equal("04-01", (await book.GetAsync()).Text("fiscalYearStart"));
    }

    [Theory]
    [InlineData("chart", "SKR05", "ledger/chart-unknown")]
    [InlineData("chart", "skr03", "ledger/chart-unknown")]
    [InlineData("fiscalYearStart", "01-15", "ledger/fiscal-year-start")]
    [InlineData("fiscalYearStart", "13-01", "ledger/fiscal-year-start")]
    [InlineData("fiscalYearStart", "7-01", "ledger/fiscal-year-start")]
    public async Task Book_WithASettingThatIsNone_IsRefusedAndNotOpened(string setting, string value, string code)
    {
        var book = NewBook();

        (await PutAsync(book, $$"""{"name":"Test","currency":"EUR","{{setting}}":"{{value}}"}""")).IsProblem(HttpStatusCode.UnprocessableEntity, code, setting);

        (await book.TryGetAsync()).IsProblem(HttpStatusCode.NotFound, "ledger/book-unknown");
    }

    [Fact]
    public async Task OwnAccount_WithALine_StandsOnIt()
    {
        var book = await OpenAsync("SKR03");
        (await book.SendAsync(HttpMethod.Put, "/accounts/1210", """{"name":"Zweite Bank","type":"asset","line":"assets.B.IV","otherLine":"liabilities.C"}""")).Is(HttpStatusCode.Created);

        await PostAsync(book, "a", "2024-03-01", "1210", "0800", "100.00");
        await PostAsync(book, "b", "2024-03-02", "4210", "1210", "130.00");

        Assert.Equal("100.00", Amount(await book.GetAsync("/balance-sheet?on=2024-03-01"), "assets.B.IV"));
        Assert.Equal("30.00", Amount(await book.GetAsync("/balance-sheet?on=2024-03-02"), "liabilities.C"));
    }

    [Theory]
    [InlineData("assets.B.IX", "asset")] // no such line
    [InlineData("assets.B", "asset")] // sums and computed lines
    [InlineData("liabilities.A.V", "equity")]
    [InlineData("income.17", "income")]
    [InlineData("income.8", "asset")] // the other statement's
    [InlineData("assets.B.IV", "expense")]
    public async Task OwnAccount_OnALineThatCannotHoldIt_IsRefused(string line, string type)
    {
        var book = await OpenAsync("SKR03");

        (await book.SendAsync(HttpMethod.Put, "/accounts/own", $$"""{"name":"Own","type":"{{type}}","line":"{{line}}"}"""))
            .IsProblem(HttpStatusCode.UnprocessableEntity, "ledger/statement-line", "line");

        Assert.DoesNotContain((await book.GetAsync("/accounts")).List("accounts"), account => account.Text("account") == "own");
    }

    [Fact]
    public async Task OwnAccount_OtherLineWithoutALine_IsRefused() =>
        (await (await OpenAsync("SKR03")).SendAsync(HttpMethod.Put, "/accounts/own", """{"name":"Own","type":"asset","otherLine":"liabilities.C"}"""))
            .IsProblem(HttpStatusCode.UnprocessableEntity, "ledger/statement-line", "otherLine");

    [Fact]
    public async Task Account_WithoutALine_IsReportedInBothStatements_AndCounted()
    {
        var book = await OpenAsync("SKR03");
        (await book.PutAccountsAsync("""[{"account":"safe","name":"Safe","type":"asset"},{"account":"tips","name":"Tips","type":"income"}]""")).Is(HttpStatusCode.Created);
        await PostAsync(book, "a", "2024-03-01", "safe", "tips", "12.50");

        var (sheet, income) = (await book.GetAsync("/balance-sheet?on=2024-03-31"), await book.GetAsync("/income-statement?from=2024-01-01&to=2024-03-31"));

        Assert.Equal("""[{"account":"safe","amount":"12.50","previous":"0.00"}]""", sheet.GetProperty("unassigned").GetRawText());
        Assert.Equal(("12.50", "12.50", "12.50"), (sheet.GetProperty("totals").Text("assets"), sheet.GetProperty("totals").Text("liabilities"), Amount(sheet, "liabilities.A.V")));
        Assert.Equal("""[{"account":"tips","amount":"12.50","previous":"0.00"}]""", income.GetProperty("unassigned").GetRawText());
        Assert.Equal(("12.50", "0.00"), (income.Text("netResult"), Amount(income, "income.15")));
        Assert.Contains("\r\n,No line: account safe,12.50,", await TextAsync(book, "/balance-sheet?on=2024-03-31", "text/csv"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/balance-sheet?on=2024-12-31")]
    [InlineData("/income-statement?from=2024-01-01&to=2024-12-31")]
    public async Task Statement_ComesAsCsvHtmlOrJson_ByAccept_AndInEitherLanguage(string path)
    {
        var book = await OpenAsync("SKR03");
        await PostAsync(book, "a", "2024-03-01", "1200", "8400", "1234.50");

        Assert.Equal("application/json; charset=utf-8", (await AcceptAsync(book, path, "application/json")).ContentType);
        Assert.Equal("application/json; charset=utf-8", (await AcceptAsync(book, path, "*/*")).ContentType);
        var csv = await AcceptAsync(book, path + "&lang=de", "text/csv");
        Assert.Equal("text/csv; charset=utf-8", csv.ContentType);
        Assert.Contains("1234.50", csv.Text, StringComparison.Ordinal);
        Assert.StartsWith(",Posten,2024-12-31,2023-12-31,Schlüssel\r\n", csv.Text, StringComparison.Ordinal);
        var html = await AcceptAsync(book, path + "&lang=de", "text/html,application/xhtml+xml;q=0.9");
        Assert.Equal("text/html; charset=utf-8", html.ContentType);
        Assert.Contains("<html lang=\"de\">", html.Text, StringComparison.Ordinal);
        Assert.Contains("<td class=\"amount\">1.234,50</td>", html.Text, StringComparison.Ordinal);
        Assert.Contains("<td class=\"amount\">1,234.50</td>", await TextAsync(book, path, "text/html"), StringComparison.Ordinal);
        Assert.Equal(["Accept"], csv.Headers.Vary);
    }

    [Theory]
    [InlineData("&lang=fr", HttpStatusCode.BadRequest, "request/language", "lang")]
    [InlineData("&lang=DE", HttpStatusCode.BadRequest, "request/language", "lang")]
    [InlineData("&recorded=-1", HttpStatusCode.BadRequest, "request/number", "recorded")]
    [InlineData("&recorded=2", HttpStatusCode.UnprocessableEntity, "ledger/entry-unknown", "recorded")]
    [InlineData("&until=2024-12-31", HttpStatusCode.BadRequest, "request/unknown-parameter", "until")]
    public async Task Statement_AskedForWrongly_IsRefused(string query, HttpStatusCode status, string code, string path)
    {
        var book = await OpenAsync("SKR03");
        await PostAsync(book, "a", "2024-03-01", "1200", "8400", "10.00");

        (await book.TryGetAsync("/balance-sheet?on=2024-12-31" + query)).IsProblem(status, code, path);
        (await book.TryGetAsync("/income-statement?from=2024-01-01&to=2024-12-31" + query)).IsProblem(status, code, path);
    }

    [Fact]
    public async Task Statement_OfDatesThatAreNone_OrABookThatIsNone_IsRefused()
    {
        var book = await OpenAsync("SKR03");

        (await book.TryGetAsync("/balance-sheet?on=2025-02-30")).IsProblem(HttpStatusCode.BadRequest, "request/date", "on");
        (await book.TryGetAsync("/income-statement?from=2024-02-01&to=2024-01-31")).IsProblem(HttpStatusCode.UnprocessableEntity, "ledger/span", "to");
        (await NewBook().TryGetAsync("/balance-sheet?on=2024-12-31")).IsProblem(HttpStatusCode.NotFound, "ledger/book-unknown");
        (await NewBook().TryGetAsync("/income-statement?to=2024-12-31")).IsProblem(HttpStatusCode.NotFound, "ledger/book-unknown");
    }

    [Fact]
    public async Task Statement_AsKnownEarlier_LacksWhatWasRecordedLater()
    {
        var book = await OpenAsync("SKR03");
        await PostAsync(book, "a", "2024-03-01", "1200", "8400", "10.00");
        await PostAsync(book, "b", "2024-02-01", "1200", "8400", "5.00");

        foreach (var (recorded, expected) in new[] { (0, "0.00"), (1, "10.00"), (2, "15.00") })
        {
            var sheet = await book.GetAsync($"/balance-sheet?on=2024-12-31&recorded={recorded}");
            Assert.Equal((expected, expected, recorded), (Amount(sheet, "assets.B.IV"), sheet.GetProperty("totals").Text("liabilities"), sheet.Number("asOfEntry")));
            Assert.Equal(expected, (await book.GetAsync($"/income-statement?from=2024-01-01&to=2024-12-31&recorded={recorded}")).Text("netResult"));
        }
    }

    [Fact]
    public async Task Statement_HasTheYearBeforeBesideIt()
    {
        var book = await OpenAsync("SKR03");
        await PostAsync(book, "a", "2023-06-01", "1200", "8400", "100.00");
        await PostAsync(book, "b", "2024-06-01", "1200", "8400", "30.00");

        var (sheet, income) = (await book.GetAsync("/balance-sheet?on=2024-12-31"), await book.GetAsync("/income-statement?from=2024-01-01&to=2024-12-31"));

        Assert.Equal(("2024-12-31", "2023-12-31"), (sheet.Text("on"), sheet.Text("previousOn")));
        Assert.Equal(("130.00", "100.00"), Both(sheet, "assets.B.IV"));
        Assert.Equal(("30.00", "100.00"), Both(sheet, "liabilities.A.V"));
        Assert.Equal(("100.00", "0.00"), Both(sheet, "liabilities.A.IV"));
        Assert.Equal(("130.00", "100.00"), (sheet.GetProperty("totals").Text("liabilities"), sheet.GetProperty("totals").Text("previousLiabilities")));
        Assert.Equal(("2023-01-01", "2023-12-31", "30.00", "100.00"), (income.Text("previousFrom"), income.Text("previousTo"), income.Text("netResult"), income.Text("previousNetResult")));
        Assert.Equal(("30.00", "100.00"), Both(income, "income.1"));
    }

    [Fact]
    public async Task FiscalYear_FromJulyOn_BeginsResultAndIncomeStatementThere()
    {
        var book = await OpenAsync("SKR04", ""","fiscalYearStart":"07-01" """);
        await PostAsync(book, "old", "2023-06-30", "1800", "4400", "100.00");
        await PostAsync(book, "new", "2023-07-01", "1800", "4400", "7.00");

        var sheet = await book.GetAsync("/balance-sheet?on=2024-06-30");
        var income = await book.GetAsync("/income-statement?to=2024-06-30");

        Assert.Equal(("7.00", "100.00"), (Amount(sheet, "liabilities.A.V"), Amount(sheet, "liabilities.A.IV")));
        Assert.Equal(("2023-07-01", "7.00", "100.00"), (income.Text("from"), income.Text("netResult"), income.Text("previousNetResult")));
        Assert.Equal("100.00", Amount(await book.GetAsync("/balance-sheet?on=2023-06-30"), "liabilities.A.V"));

        // The fiscal year 2023 ends in June 2024, and so does its period 13.
        (await book.PostAsync(Entry("p1", "2023-12-31", "6310", "1800", "1.00", "2023-13"))).IsProblem(HttpStatusCode.UnprocessableEntity, "ledger/period-13-date", "date");
        (await book.PostAsync(Entry("p2", "2024-06-30", "6310", "1800", "1.00", "2023-13"))).Is(HttpStatusCode.Created);
        Assert.Equal("6.00", (await book.GetAsync("/income-statement?to=2024-06-30")).Text("netResult"));

        (await CarryAsync(book, "2023")).Is(HttpStatusCode.Created);
        Assert.Equal("2023-07-01", (await book.GetAsync("/entries/carry-2023")).Text("date"));
        Assert.Equal("-100.00", (await book.BalancesAsync("?on=2024-06-30"))["2970"]);
    }

    [Fact]
    public async Task Period13_IsClosedAfterDecember_AndTakesClosingEntriesUntilThen()
    {
        var book = await OpenAsync("SKR03");
        await PostAsync(book, "a", "2023-12-10", "1200", "8400", "100.00");
        (await book.CloseAsync("2023-13")).IsProblem(HttpStatusCode.UnprocessableEntity, "ledger/earlier-period-open");
        (await book.CloseAsync("2023-12")).Is(HttpStatusCode.OK);
        (await book.PostAsync(TestBook.Entry("b", "2023-12-31", debit: "4950", credit: "0970"))).IsProblem(HttpStatusCode.UnprocessableEntity, "ledger/period-closed", "date");

        (await book.PostAsync(Entry("c", "2023-12-31", "4950", "0970", "40.00", "2023-13"))).Is(HttpStatusCode.Created);

        var entry = await book.GetAsync("/entries/c");
        Assert.Equal(("2023-12-31", "2023-13"), (entry.Text("date"), entry.Text("period")));
        Assert.False(entry.TryGetProperty("belongsTo", out _));
        Assert.Equal("60.00", (await book.GetAsync("/income-statement?from=2023-01-01&to=2023-12-31")).Text("netResult"));
        (await book.CloseAsync("2023-13")).Is(HttpStatusCode.OK);
        (await book.CloseAsync("2023-13")).Is(HttpStatusCode.OK);
        (await book.PostAsync(Entry("d", "2023-12-31", "4950", "0970", "1.00", "2023-13"))).IsProblem(HttpStatusCode.UnprocessableEntity, "ledger/period-closed", "date");
        (await book.PostAsync(Entry("c", "2023-12-31", "4950", "0970", "40.00", "2023-13"))).Is(HttpStatusCode.OK);
    }

    [Fact]
    public async Task LateAs_FirstOpenPeriod_ShowsTheDateItBelongsTo()
    {
        var book = await OpenAsync("SKR03");
        await PostAsync(book, "a", "2024-01-10", "1200", "8400", "100.00");
        const string late = """{"id":"late","date":"2024-01-20","text":"Came late","lateAs":"firstOpenPeriod","lines":[{"account":"4210","debit":"10.00"},{"account":"1200","credit":"10.00"}]}""";
        const string intime = """{"id":"intime","date":"2024-02-20","text":"In time","lateAs":"firstOpenPeriod","lines":[{"account":"4210","debit":"1.00"},{"account":"1200","credit":"1.00"}]}""";
        (await book.CloseAsync("2024-01")).Is(HttpStatusCode.OK);

        var receipt = (await book.PostAsync(late)).Is(HttpStatusCode.Created);
        (await book.PostAsync(intime)).Is(HttpStatusCode.Created);

        Assert.Equal("2024-02-01", receipt.Json.Text("date"));
        var entry = await book.GetAsync("/entries/late");
        Assert.Equal(("2024-02-01", "2024-01-20"), (entry.Text("date"), entry.Text("belongsTo")));
        Assert.False((await book.GetAsync("/entries/intime")).TryGetProperty("belongsTo", out _));
        Assert.Equal("2024-01-20", (await book.JournalAsync("?from=2024-02-01&to=2024-02-01")).Single().Text("belongsTo"));
        Assert.Equal("100.00", (await book.GetAsync("/income-statement?from=2024-01-01&to=2024-01-31")).Text("netResult"));
        // Closed meanwhile: the same request still gets its receipt.
        (await book.CloseAsync("2024-02")).Is(HttpStatusCode.OK);
        Assert.Equal(receipt.Text, (await book.PostAsync(late)).Is(HttpStatusCode.OK).Text);
    }

    [Fact]
    public async Task Carry_Twice_IsDoneOnce_AndALateEntryAddsTheDifference()
    {
        var book = await OpenAsync("SKR03");
        await PostAsync(book, "a", "2023-05-01", "1200", "8400", "100.00");

        Assert.Equal("carry-2024", (await CarryAsync(book, "2024")).Is(HttpStatusCode.Created).Json.Text("id"));
        Assert.Equal("""{"carried":false}""", (await CarryAsync(book, "2024")).Is(HttpStatusCode.OK).Text);
        Assert.Equal(2, await book.EntriesAsync());

        await PostAsync(book, "late", "2023-12-31", "4210", "1200", "30.00");
        Assert.Equal("carry-2024-2", (await CarryAsync(book, "2024")).Is(HttpStatusCode.Created).Json.Text("id"));
        Assert.Equal("""{"carried":false}""", (await CarryAsync(book, "2024")).Is(HttpStatusCode.OK).Text);
        Assert.Equal("70.00", Amount(await book.GetAsync("/balance-sheet?on=2024-01-01"), "liabilities.A.IV"));
    }

    [Fact]
    public async Task Carry_AtTheSameTime_IsDoneOnce()
    {
        var book = await OpenAsync("SKR03");
        await PostAsync(book, "a", "2023-05-01", "1200", "8400", "100.00");

        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => CarryAsync(book, "2024")));

        Assert.Single(answers, answer => answer.Status == HttpStatusCode.Created);
        Assert.Equal(5, answers.Count(answer => answer.Status == HttpStatusCode.OK));
        Assert.Equal("-100.00", (await book.BalancesAsync("?on=2024-01-01"))["0860"]);
    }

    [Fact]
    public async Task Carry_WithoutAChart_OfAYearToCome_OrOfNoYear_IsRefused()
    {
        var book = await OpenAsync("SKR03");
        (await CarryAsync(await shared.App.NewBookAsync(), "2024")).IsProblem(HttpStatusCode.UnprocessableEntity, "ledger/no-chart");
        (await CarryAsync(book, "2190")).IsProblem(HttpStatusCode.UnprocessableEntity, "ledger/year-not-begun");
        (await CarryAsync(book, "24x")).IsProblem(HttpStatusCode.BadRequest, "ledger/fiscal-year");
    }

    [Fact]
    public async Task CarryEntry_IsTheSystemsOwn_ItsIdsAreReservedAndItIsNotReversed()
    {
        var book = await OpenAsync("SKR03");
        await PostAsync(book, "a", "2023-05-01", "1200", "8400", "100.00");
        (await CarryAsync(book, "2024")).Is(HttpStatusCode.Created);

        (await book.PostAsync(TestBook.Entry("carry-2025", debit: "4210", credit: "1200"))).IsProblem(HttpStatusCode.UnprocessableEntity, "ledger/id-reserved", "id");
        (await book.PostAsync(TestBook.Entry("carry-over", debit: "4210", credit: "1200"))).IsProblem(HttpStatusCode.UnprocessableEntity, "ledger/id-reserved", "id");
        (await book.ReverseAsync("carry-2024", "r-1", "2024-01-01")).IsProblem(HttpStatusCode.Conflict, "ledger/system-entry");

        Assert.Equal(2, await book.EntriesAsync());
    }

    [Fact]
    public async Task Reversal_UnderAnIdOfTheSystem_IsRefused()
    {
        var book = await OpenAsync("SKR03");
        await PostAsync(book, "a", "2023-05-01", "1200", "8400", "100.00");

        (await book.ReverseAsync("a", "carry-2024", "2024-01-01")).IsProblem(HttpStatusCode.UnprocessableEntity, "ledger/id-reserved", "id");

        Assert.Equal(1, await book.EntriesAsync());
    }

    [Fact]
    public async Task Reversal_OfAClosingEntry_IsPossibleWhilePeriod13IsOpen()
    {
        var book = await OpenAsync("SKR03");
        await PostAsync(book, "a", "2023-12-10", "1200", "8400", "100.00");
        (await book.CloseAsync("2023-12")).Is(HttpStatusCode.OK);
        (await book.PostAsync(Entry("c", "2023-12-31", "4950", "0970", "40.00", "2023-13"))).Is(HttpStatusCode.Created);

        (await book.ReverseAsync("c", "r", "2023-12-31")).Is(HttpStatusCode.Created);

        Assert.Equal("100.00", (await book.GetAsync("/income-statement?from=2023-01-01&to=2023-12-31")).Text("netResult"));
    }

    [Fact]
    public async Task Carry_IntoAYearThatIsAllClosed_IsPostedInTheFirstOpenPeriod_AndDoneOnce()
    {
        var book = await OpenAsync("SKR03");
        await PostAsync(book, "a", "2023-12-01", "1200", "8400", "100.00");
        (await book.CloseAsync("2023-12")).Is(HttpStatusCode.OK);
        for (var month = 1; month <= 12; month++) (await book.CloseAsync($"2024-{month:D2}")).Is(HttpStatusCode.OK);

        var first = (await CarryAsync(book, "2024")).Is(HttpStatusCode.Created).Json;
        var again = await CarryAsync(book, "2024");

        Assert.Equal("2025-01-01", first.Text("date"));
        Assert.Equal("""{"carried":false}""", again.Is(HttpStatusCode.OK).Text);
        Assert.Equal("-100.00", (await book.BalancesAsync("?on=2025-12-31"))["0860"]);
    }

    private TestBook NewBook() => shared.App.Book($"statements-{Interlocked.Increment(ref _books)}");

    private async Task<TestBook> OpenAsync(string chart, string more = "")
    {
        var book = NewBook();
        (await PutAsync(book, $$"""{"name":"Test","currency":"EUR","chart":"{{chart}}"{{more}}}""")).Is(HttpStatusCode.Created);
        return book;
    }

    private static Task<Answer> PutAsync(TestBook book, string json) => book.SendAsync(HttpMethod.Put, "", json);

    private static Task<Answer> CarryAsync(TestBook book, string year) => book.SendAsync(HttpMethod.Post, $"/fiscal-years/{year}/carry", (HttpContent?)null);

    private static async Task PostAsync(TestBook book, string id, string date, string debit, string credit, string amount) =>
        (await book.PostAsync(TestBook.Entry(id, date, $"\"{amount}\"", debit, credit))).Is(HttpStatusCode.Created);

    private static string Entry(string id, string date, string debit, string credit, string amount, string period) =>
        $$"""{"id":"{{id}}","date":"{{date}}","text":"Closing","period":"{{period}}","lines":[{"account":"{{debit}}","debit":"{{amount}}"},{"account":"{{credit}}","credit":"{{amount}}"}]}""";

    private static async Task<Answer> AcceptAsync(TestBook book, string path, string accept) => (await book.SendAsync(HttpMethod.Get, path, null, ("Accept", accept))).Is(HttpStatusCode.OK);

    private static async Task<string> TextAsync(TestBook book, string path, string accept) => (await AcceptAsync(book, path, accept)).Text;

    private static string Amount(JsonElement statement, string key) => Both(statement, key).Amount;

    private static (string Amount, string Previous) Both(JsonElement statement, string key)
    {
        var line = new[] { "assets", "liabilities", "lines" }.SelectMany(side => statement.TryGetProperty(side, out var lines) ? lines.EnumerateArray() : []).Single(line => line.Text("line") == key);
        return (line.Text("amount"), line.Text("previous"));
    }
}
