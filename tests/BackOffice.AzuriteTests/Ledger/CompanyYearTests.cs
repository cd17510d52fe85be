using System.Globalization;
using System.Net;
using System.Text.Encodings.Web;
using System.Text.Json;
using BackOffice.Tests;

namespace BackOffice.AzuriteTests.Ledger;

/// <summary>The classes that look at the company's year: it is kept once for all of them.</summary>
[CollectionDefinition(nameof(CompanyYear))]
public sealed class CompanyYearClasses : ICollectionFixture<CompanyYear>;

/// <summary>
/// The first year of a small GmbH (data/company-2025.ndjson, explained in company-2025.md), kept over HTTP as its accountant would: the year's entries, January closed, an invoice of
/// January that came late, a voucher booked twice and taken back, the other months closed, closing entries in period 13, the result carried into 2026.
/// </summary>
public sealed class CompanyYear(AzuriteFixture azurite) : IAsyncLifetime
{
    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private TestApp _app = null!;

    internal TestBook Book { get; private set; } = null!;

    /// <summary>Number of the last entry before the late invoice.</summary>
    internal long BeforeTheLateInvoice { get; private set; }

    /// <summary>Number of the last entry before the result is carried into 2026.</summary>
    internal long BeforeTheCarry { get; private set; }

    public async ValueTask InitializeAsync()
    {
        _app = await TestApp.StartAsync(azurite);
        Book = _app.Book("company-2025");
        (await Book.SendAsync(HttpMethod.Put, "", """{"name":"Muster Werkzeughandel GmbH","currency":"EUR","chart":"SKR03","legalForm":"GmbH"}""")).Is(HttpStatusCode.Created);

        var lines = await File.ReadAllLinesAsync(Path.Combine(AppContext.BaseDirectory, "data", "company-2025.ndjson"));
        var (late, closing) = (lines.Where(line => line.Contains("\"lateAs\"", StringComparison.Ordinal)), lines.Where(line => line.Contains("\"period\"", StringComparison.Ordinal)));
        var ordinary = lines.Except(late).Except(closing).ToList();
        var imported = (await Book.ImportAsync(string.Join('\n', ordinary))).Is(HttpStatusCode.OK).Json;
        Assert.Equal((ordinary.Count, 0), (imported.Number("posted"), imported.Number("rejectedCount")));

        (await Book.CloseAsync("2025-01")).Is(HttpStatusCode.OK);
        BeforeTheLateInvoice = await Book.EntriesAsync();
        (await Book.PostAsync(late.Single())).Is(HttpStatusCode.Created);
        (await Book.ReverseAsync("ER-011D", "ST-001", "2025-08-31")).Is(HttpStatusCode.Created);
        for (var month = 2; month <= 12; month++) (await Book.CloseAsync(string.Create(CultureInfo.InvariantCulture, $"2025-{month:D2}"))).Is(HttpStatusCode.OK);

        foreach (var entry in closing) (await Book.PostAsync(entry)).Is(HttpStatusCode.Created);
        (await Book.CloseAsync("2025-13")).Is(HttpStatusCode.OK);
        BeforeTheCarry = await Book.EntriesAsync();
        (await Book.SendAsync(HttpMethod.Post, "/fiscal-years/2026/carry", (HttpContent?)null)).Is(HttpStatusCode.Created);
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    internal Task<JsonElement> BalanceSheetAsync(string on, string more = "") => Book.GetAsync($"/balance-sheet?on={on}{more}");

    internal Task<JsonElement> IncomeStatementAsync(string from, string to, string more = "") => Book.GetAsync($"/income-statement?from={from}&to={to}{more}");

    internal static string Amount(JsonElement statement, string key) => new[] { "assets", "liabilities", "lines" }
        .SelectMany(side => statement.TryGetProperty(side, out var lines) ? lines.EnumerateArray() : []).Single(line => line.Text("line") == key).Text("amount");

    /// <summary>The table for people, as CSV.</summary>
    internal async Task<string> CsvAsync(string path) => (await Book.SendAsync(HttpMethod.Get, path, null, ("Accept", "text/csv"))).Is(HttpStatusCode.OK).Text;

    internal static string Indented(JsonElement json) => JsonSerializer.Serialize(json, Readable);

    internal static decimal Number(string amount) => decimal.Parse(amount, CultureInfo.InvariantCulture);
}

[Collection(nameof(CompanyYear))]
public sealed class CompanyYearTests(CompanyYear year)
{
    [Fact]
    public async Task BalanceSheet_OnTheLastDay_IsAsApproved()
    {
        Approved.Matches("company-2025-balance-sheet-de", await year.CsvAsync("/balance-sheet?on=2025-12-31&lang=de"));
        Approved.Matches("company-2025-balance-sheet-en", CompanyYear.Indented(await year.BalanceSheetAsync("2025-12-31", "&lang=en")));
    }

    [Fact]
    public async Task IncomeStatement_OfTheYear_IsAsApproved()
    {
        Approved.Matches("company-2025-income-statement-de", await year.CsvAsync("/income-statement?from=2025-01-01&to=2025-12-31&lang=de"));
        Approved.Matches("company-2025-income-statement-en", CompanyYear.Indented(await year.IncomeStatementAsync("2025-01-01", "2025-12-31", "&lang=en")));
    }

    [Fact]
    public async Task Figures_OfTheYear_AreThoseWorkedOutInCompany2025Md()
    {
        var (sheet, income) = (await year.BalanceSheetAsync("2025-12-31"), await year.IncomeStatementAsync("2025-01-01", "2025-12-31"));

        Assert.Equal(
            [("assets.A.II", "51450.00"), ("assets.B.I", "9640.00"), ("assets.B.IV", "36413.22"), ("assets.C", "900.00"), ("liabilities.A", "55830.00"), ("liabilities.A.I", "25000.00"),
             ("liabilities.A.II", "15000.00"), ("liabilities.A.IV", "0.00"), ("liabilities.A.V", "15830.00"), ("liabilities.B", "9218.26")],
            new[] { "assets.A.II", "assets.B.I", "assets.B.IV", "assets.C", "liabilities.A", "liabilities.A.I", "liabilities.A.II", "liabilities.A.IV", "liabilities.A.V", "liabilities.B" }
                .Select(key => (key, CompanyYear.Amount(sheet, key))));
        // Receivables 17,513.10 without the customer in credit, and input tax 26,672.10.
        Assert.Equal("44185.20", CompanyYear.Amount(sheet, "assets.B.II"));
        // Loan 32,000.00, suppliers 12,391.55, the customer in credit 300.00, wage tax 402.50, output tax 21,333.81, refunds of input tax 11,112.30; the doubled advertisement is taken back.
        Assert.Equal("77540.16", CompanyYear.Amount(sheet, "liabilities.C"));
        Assert.Equal(
            [("income.1", "131667.50"), ("income.5a", "-53299.80"), ("income.5b", "-1600.00"), ("income.6a", "-17000.00"), ("income.6b", "-3612.50"), ("income.7a", "-8099.00"),
             ("income.8", "-23558.65"), ("income.11", "61.38"), ("income.13", "-1816.67"), ("income.14", "-6718.26"), ("income.15", "16024.00"), ("income.16", "-194.00"), ("income.17", "15830.00")],
            new[] { "income.1", "income.5a", "income.5b", "income.6a", "income.6b", "income.7a", "income.8", "income.11", "income.13", "income.14", "income.15", "income.16", "income.17" }
                .Select(key => (key, CompanyYear.Amount(income, key))));
    }

    [Fact]
    public async Task EveryMonthEnd_BothSidesAreEqual_AndTheResultInEquityIsTheIncomeStatements()
    {
        foreach (var on in Enumerable.Range(1, 14).Select(month => new DateOnly(2025, 1, 1).AddMonths(month).AddDays(-1)))
        {
            var day = on.ToString("o", CultureInfo.InvariantCulture);
            var sheet = await year.BalanceSheetAsync(day);
            var income = await year.IncomeStatementAsync($"{on.Year}-01-01", day);
            Assert.Equal(sheet.GetProperty("totals").Text("assets"), sheet.GetProperty("totals").Text("liabilities"));
            Assert.Equal(income.Text("netResult"), CompanyYear.Amount(sheet, "liabilities.A.V"));
            Assert.Empty(sheet.List("unassigned"));
            Assert.Empty(income.List("unassigned"));
        }
    }

    [Theory]
    [InlineData("2025-05-31", "0.00", "1236.40")] // the bank is overdrawn by 4,113.24: a liability
    [InlineData("2025-06-30", "12161.31", "7874.78")]
    public async Task Midyear_BankAndResult_AreThoseOfTheDay(string on, string bank, string result)
    {
        var sheet = await year.BalanceSheetAsync(on);

        Assert.Equal((bank, result), (CompanyYear.Amount(sheet, "assets.B.IV"), CompanyYear.Amount(sheet, "liabilities.A.V")));
        Assert.Equal(result, (await year.IncomeStatementAsync("2025-01-01", on)).Text("netResult"));
    }

    [Fact]
    public async Task LateInvoice_StandsInTheFirstOpenPeriod_WithTheDateItBelongsTo()
    {
        var late = await year.Book.GetAsync("/entries/ER-018");

        Assert.Equal(("2025-02-01", "2025-01-28", year.BeforeTheLateInvoice + 1), (late.Text("date"), late.Text("belongsTo"), late.Number("number")));
        Assert.Equal(CompanyYear.Indented((await year.BalanceSheetAsync("2025-01-31", $"&recorded={year.BeforeTheLateInvoice}")).GetProperty("totals")), CompanyYear.Indented((await year.BalanceSheetAsync("2025-01-31")).GetProperty("totals")));
    }

    [Fact]
    public async Task Recorded_BeforeTheLateInvoice_LacksItsCostItsTaxAndItsDebt()
    {
        var (before, after) = (await year.BalanceSheetAsync("2025-02-15", $"&recorded={year.BeforeTheLateInvoice}"), await year.BalanceSheetAsync("2025-02-15", $"&recorded={year.BeforeTheLateInvoice + 1}"));

        Assert.Equal((year.BeforeTheLateInvoice, year.BeforeTheLateInvoice + 1), (before.Number("asOfEntry"), after.Number("asOfEntry")));
        Assert.Equal((228m, 1428m, -1200m), (Change("assets.B.II"), Change("liabilities.C"), Change("liabilities.A.V")));

        decimal Change(string key) => CompanyYear.Number(CompanyYear.Amount(after, key)) - CompanyYear.Number(CompanyYear.Amount(before, key));
    }

    [Fact]
    public async Task DoubledVoucher_IsTakenBack_AndBothEntriesStay()
    {
        var (doubled, reversal) = (await year.Book.GetAsync("/entries/ER-011D"), await year.Book.GetAsync("/entries/ST-001"));

        Assert.Equal(("ER-011D", reversal.Number("number")), (reversal.Text("reverses"), doubled.Number("reversedBy")));
        Assert.Equal("650.00", (await year.Book.BalancesAsync("?on=2025-12-31"))["4600"]);
    }

    [Fact]
    public async Task Carry_LeavesBothStatementsOf2025AsTheyWere()
    {
        Assert.Equal(year.BeforeTheCarry + 1, await year.Book.EntriesAsync());
        var before = $"&recorded={year.BeforeTheCarry}";
        Assert.Equal(await year.CsvAsync("/balance-sheet?on=2025-12-31" + before), await year.CsvAsync("/balance-sheet?on=2025-12-31"));
        Assert.Equal(await year.CsvAsync("/income-statement?from=2025-01-01&to=2025-12-31" + before), await year.CsvAsync("/income-statement?from=2025-01-01&to=2025-12-31"));
        // Nor does a statement of the new year see it: the old result is brought forward with the entry and without.
        Assert.Equal(await year.CsvAsync("/balance-sheet?on=2026-01-31" + before), await year.CsvAsync("/balance-sheet?on=2026-01-31"));
    }

    [Fact]
    public async Task Carry_ResultStandsInProfitCarriedForward_AndIncomeAndExpenseBeginAtZero()
    {
        var balances = await year.Book.BalancesAsync("?on=2026-01-01");
        var sheet = await year.BalanceSheetAsync("2026-01-01");

        Assert.Equal("-15830.00", balances["0860"]);
        Assert.DoesNotContain(balances.Keys, account => account[0] is '2' or '4' or '8');
        Assert.Equal(("15830.00", "0.00"), (CompanyYear.Amount(sheet, "liabilities.A.IV"), CompanyYear.Amount(sheet, "liabilities.A.V")));
        var carry = await year.Book.GetAsync("/entries/carry-2026");
        Assert.Equal(("2026-01-01", "system"), (carry.Text("date"), carry.Text("by")));
    }

    [Fact]
    public async Task Journal_OfTheYear_IsWhole() => Assert.Equal(year.BeforeTheCarry + 1, (await year.Book.IsWholeAsync()).Count);
}
