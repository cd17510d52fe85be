using BackOffice.Kernel;
using BackOffice.Ledger;
using CsCheck;

namespace BackOffice.Tests.Ledger;

public class StatementTests
{
    private static readonly DateOnly Today = new(2026, 6, 15);
    private static readonly DateOnly EndOf2025 = new(2025, 12, 31);

    [Fact]
    public void BalanceSheet_WorkedExample_ShowsTheDeficitLastAmongTheAssets()
    {
        var book = PureBook.Open(chart: Chart.Skr03);
        Post(book, "c", "2025-01-01", "1200", "0800", 10_000);
        Post(book, "r", "2025-01-31", "4210", "1200", 15_000);
        var sheet = BalanceSheet.Of(book.State, EndOf2025);
        Assert.Equal((5_000, 0, 10_000, -15_000, 5_000), ((long)sheet["assets.F"], (long)sheet["liabilities.A"], (long)sheet["liabilities.A.I"], (long)sheet["liabilities.A.V"], (long)sheet["liabilities.C"]));
        Assert.Equal((5_000, 5_000), ((long)sheet.AssetsMinor, (long)sheet.LiabilitiesMinor));
    }

    [Fact]
    public void BalanceSheet_OverdrawnBank_IsALiability_AndAPositiveOneCash()
    {
        var book = PureBook.Open(chart: Chart.Skr03);
        Post(book, "a", "2025-01-01", "1200", "0800", 500);
        Post(book, "b", "2025-02-01", "4210", "1200", 700);
        Assert.Equal((500, 0), Lines(BalanceSheet.Of(book.State, new DateOnly(2025, 1, 31)), "assets.B.IV", "liabilities.C"));
        Assert.Equal((0, 200), Lines(BalanceSheet.Of(book.State, new DateOnly(2025, 2, 1)), "assets.B.IV", "liabilities.C"));
    }

    [Fact]
    public void BalanceSheet_ACustomerInCredit_IsNotNettedWithTheOthers()
    {
        var book = PureBook.Open(chart: Chart.Skr03);
        book.Post(new Entry("a", EndOf2025, "Invoice", [new Line("1400", 10_000, "c-1"), new Line("8400", -10_000)]));
        book.Post(new Entry("b", EndOf2025, "Paid too much", [new Line("1200", 3_000), new Line("1400", -3_000, "c-2")]));
        Assert.Equal((10_000, 3_000), Lines(BalanceSheet.Of(book.State, EndOf2025), "assets.B.II", "liabilities.C"));
    }

    [Fact]
    public void BalanceSheet_APartyNamedOnTheBank_IsARemark()
    {
        var book = PureBook.Open(chart: Chart.Skr03);
        book.Post(new Entry("a", EndOf2025, "In", [new Line("1200", 11_900, "c"), new Line("8400", -11_900)]));
        book.Post(new Entry("b", EndOf2025, "Out", [new Line("4210", 10_000), new Line("1200", -10_000, "s")]));
        Assert.Equal((1_900, 0), Lines(BalanceSheet.Of(book.State, EndOf2025), "assets.B.IV", "liabilities.C"));
    }

    [Fact]
    public void BalanceSheet_AllowanceForReceivables_ReducesThem()
    {
        var book = PureBook.Open(chart: Chart.Skr03);
        Post(book, "a", "2025-12-01", "1400", "8400", 10_000);
        Post(book, "b", "2025-12-31", "2451", "0998", 4_000);
        Assert.Equal(6_000, BalanceSheet.Of(book.State, EndOf2025)["assets.B.II"]);
    }

    [Fact]
    public void BalanceSheet_AnAccountWithoutALine_IsReportedAndBothSidesStayEqual()
    {
        var book = PureBook.Open(chart: Chart.Skr03);
        Post(book, "a", "2025-12-01", "Assets:Bank", "0800", 10_000);
        var sheet = BalanceSheet.Of(book.State, EndOf2025);
        Assert.Equal(new Placement("", "Assets:Bank", 10_000), Assert.Single(sheet.Unassigned));
        Assert.Equal(sheet.AssetsMinor, sheet.LiabilitiesMinor);
    }

    [Fact]
    public void IncomeStatement_WorkedExample_SumsTo15And17()
    {
        var book = PureBook.Open(chart: Chart.Skr03);
        Post(book, "a", "2025-03-01", "1200", "8400", 100_000);
        Post(book, "b", "2025-03-31", "4210", "1200", 40_000);
        Post(book, "c", "2025-04-30", "4510", "1200", 2_000);
        var statement = IncomeStatement.Of(book.State, new DateOnly(2025, 1, 1), EndOf2025);
        Assert.Equal((100_000, -40_000, 60_000, -2_000, 58_000),
            ((long)statement["income.1"], (long)statement["income.8"], (long)statement["income.15"], (long)statement["income.16"], (long)statement.NetResultMinor));
    }

    [Fact]
    public void Carry_WorkedExample_MovesTheResult_AndALateCostAddsTheDifference()
    {
        var book = PureBook.Open(chart: Chart.Skr03);
        Post(book, "a", "2025-03-01", "1200", "8400", 100_000);
        Post(book, "b", "2025-03-31", "4210", "1200", 40_000);
        var first = Carry(book, 2026)!;
        Assert.Equal(("carry-2026", new DateOnly(2026, 1, 1)), (first.Id, first.Date));
        Assert.Equal([("4210", -40_000), ("8400", 100_000), ("0860", -60_000)], first.Lines.Select(line => (line.Account, (int)line.AmountMinor)));
        Assert.Null(Carry(book, 2026));

        Post(book, "late", "2025-12-31", "4210", "1200", 5_000);
        var second = Carry(book, 2026)!;
        Assert.Equal("carry-2026-2", second.Id);
        Assert.Equal([("4210", -5_000), ("0868", 5_000)], second.Lines.Select(line => (line.Account, (int)line.AmountMinor)));
        Assert.Null(Carry(book, 2026));
    }

    [Fact]
    public void Carry_LeavesIncomeStatementsAndBothSidesOfTheBalanceSheetAsTheyWere()
    {
        var book = PureBook.Open(chart: Chart.Skr04);
        Post(book, "a", "2025-03-01", "1800", "4400", 100_000);
        Post(book, "b", "2026-03-01", "1800", "4400", 30_000);
        var before = BalanceSheet.Of(book.State, new DateOnly(2026, 3, 31));
        Carry(book, 2026);
        var after = BalanceSheet.Of(book.State, new DateOnly(2026, 3, 31));
        Assert.Equal(before.Figures.OrderBy(f => f.Key, StringComparer.Ordinal), after.Figures.OrderBy(f => f.Key, StringComparer.Ordinal));
        Assert.Equal((100_000, 30_000), ((long)after["liabilities.A.IV"], (long)after["liabilities.A.V"]));
        Assert.Equal(100_000, IncomeStatement.Of(book.State, new DateOnly(2025, 1, 1), EndOf2025).NetResultMinor);
        Assert.Equal(30_000, IncomeStatement.Of(book.State, new DateOnly(2026, 1, 1), new DateOnly(2026, 12, 31)).NetResultMinor);
    }

    [Fact]
    public void Carry_WhenTheYearsBeginningIsClosed_IsPostedIntoTheFirstOpenPeriodAndNotTwice()
    {
        var book = PureBook.Open(chart: Chart.Skr03);
        Post(book, "a", "2026-01-10", "1200", "0800", 100);
        Post(book, "b", "2025-03-01", "1200", "8400", 100_000);
        foreach (var month in Enumerable.Range(3, 10)) Close(book, 2025, month);
        Close(book, 2026, 1);
        Assert.NotNull(Carry(book, 2026));
        Assert.Equal(new DateOnly(2026, 2, 1), book.Segments[^1].Records(2).OfType<EntryPosted>().Last().Date);
        Assert.Null(Carry(book, 2026));
    }

    [Fact]
    public void Carry_OfAnEarlierYearAfterALaterOne_IsRefused()
    {
        var book = PureBook.Open(chart: Chart.Skr03);
        Post(book, "a", "2024-03-01", "1200", "8400", 100_000);
        Assert.NotNull(Carry(book, 2026));
        Assert.Equal("ledger/later-year-carried", book.Commit(draft => CarryForward.Decide(draft, 2025, Today)).Refusal!.Code);
    }

    [Fact]
    public void Carry_OfMoreThanAnEntryHolds_TakesSeveral_AndTheBookCanBeReadBack()
    {
        var book = PureBook.Open(chart: Chart.Skr03);
        const long most = 999_999_999_999_999;
        for (var n = 0; n < 3; n++) Post(book, $"big-{n}", "2025-03-01", "1200", "8400", most);
        book.Commit(draft => PutAccounts.Decide(draft, [.. Enumerable.Range(0, 1_001).Select(n => new PutAccounts.AccountWanted($"x{n}", "Cost", AccountType.Expense, "", "income.8"))], "tester"));
        book.Commit(draft => Enumerable.Range(0, 1_001).Select(n => PureBook.Post(draft, Entries.Simple($"c{n}", "2025-04-01", 1, $"x{n}", "1200"))).ToList());
        var entries = 0;
        while (Carry(book, 2026) is { } entry)
        {
            Assert.True(entry.Lines.Count <= Entry.MaxLines && entry.Lines.Sum(line => line.AmountMinor) == 0);
            entries++;
        }

        Assert.True(entries is > 2 and < 10);
        var on = new DateOnly(2026, 1, 1);
        Assert.All(book.State.Accounts.Where(a => a.Type is AccountType.Income or AccountType.Expense), a => Assert.Equal(Int128.Zero, a.Between(0, on.DayNumber).BalanceMinor));
        Assert.Equal(book.State.Hash, book.Replayed().Hash);
    }

    [Fact]
    public void Carry_WithoutAChart_IsRefused() =>
        Assert.Equal("ledger/no-chart", PureBook.Open().Commit(draft => CarryForward.Decide(draft, 2026, Today)).Refusal!.Code);

    [Fact]
    public void Post_LateAsFirstOpenPeriod_IsPostedThereAndKeepsTheDateItBelongsTo()
    {
        var book = PureBook.Open();
        book.Post(Entries.Simple("a", "2025-01-10"));
        Close(book, 2025, 1);
        var late = Entries.Simple("b", "2025-01-20") with { LateAsFirstOpen = true };
        Assert.True(book.Post(late).IsPost);
        var posted = book.Segments[^1].Records(2).OfType<EntryPosted>().Single();
        Assert.Equal((new DateOnly(2025, 2, 1), new DateOnly(2025, 1, 20)), (posted.Date, posted.Entry.Date));
        Assert.Equal(2, book.Post(late).RepeatedNumber);
        Assert.Equal(book.State.Hash, book.Replayed().Hash);
    }

    [Fact]
    public void Post_Period13_IsDatedTheYearsLastDay_AndOpenAfterDecemberIsClosed()
    {
        var book = PureBook.Open();
        book.Post(Entries.Simple("a", "2025-12-10"));
        Close(book, 2025, 12);
        Assert.Equal("ledger/period-13-date", book.Post(Entries.Simple("b", "2025-12-30") with { Period = 2025 }).Refusal!.Code);
        Assert.True(book.Post(Entries.Simple("c", "2025-12-31") with { Period = 2025 }).IsPost);
        Assert.Null(book.Commit(draft => ClosePeriod.DecidePeriod13(draft, 2025, "tester")).Refusal);
        Assert.Equal("ledger/period-closed", book.Post(Entries.Simple("d", "2025-12-31") with { Period = 2025 }).Refusal!.Code);
    }

    [Fact]
    public void Close_Period13BeforeItsLastMonth_IsRefused() =>
        Assert.Equal("ledger/earlier-period-open", PureBook.Open().Commit(draft => ClosePeriod.DecidePeriod13(draft, 2025, "tester")).Refusal!.Code);

    [Theory]
    [InlineData("2025-06-30", "07-01", 2024, "2024-07-01")]
    [InlineData("2025-07-01", "07-01", 2025, "2025-07-01")]
    [InlineData("2025-01-01", "01-01", 2025, "2025-01-01")]
    public void FiscalYear_IsNamedByTheYearItBeginsIn(string date, string start, int year, string first)
    {
        var fiscal = FiscalYear.Of(BusinessDay.Parse(date)!.Value, start);
        Assert.Equal((year, first), (fiscal.Year, BusinessDay.Text(fiscal.First)));
    }

    [Theory]
    [InlineData("2025-02-28", "2024-02-29")]
    [InlineData("2024-02-29", "2023-02-28")]
    [InlineData("2025-12-31", "2024-12-31")]
    [InlineData("2025-06-15", "2024-06-15")]
    public void YearBefore_TheEndOfAMonthStaysTheEnd(string day, string before) =>
        Assert.Equal(before, BusinessDay.Text(GetBalanceSheet.YearBefore(BusinessDay.Parse(day)!.Value)));

    [Theory]
    [InlineData(Chart.Skr03)]
    [InlineData(Chart.Skr04)]
    public void Chart_EveryAccount_HasALineThatFitsItsType(string chart) => Assert.All(Chart.Accounts(chart), account =>
    {
        Assert.Null(StatementLine.Misfit(account.Line, account.Type));
        if (account.OtherLine is not null) Assert.Null(StatementLine.Misfit(account.OtherLine, account.Type));
        Assert.True(Ids.IsEntity(account.Code));
    });

    [Fact]
    public void Chart_ChosenLater_AddsWhatIsMissingAndKeepsWhatIsThere()
    {
        var book = PureBook.Open();
        book.Commit(draft => PutBook.Decide(draft, new PutBook.BookWanted("Test", "EUR", Chart.Skr03), "tester"));
        Assert.Equal("Account 1200", book.State.Account("1200")!.Name);
        Assert.NotNull(book.State.Account("8300"));
        Assert.Equal("ledger/chart-fixed", book.Commit(draft => PutBook.Decide(draft, new PutBook.BookWanted("Test", "EUR", Chart.Skr04), "tester")).Refusal!.Code);
    }

    [Fact]
    public void AnyTwoYears_BothSidesAreEqual_AndTheResultIsTheChangeOfEquity() => RandomYears.Sample(entries =>
    {
        var book = PureBook.Open(chart: Chart.Skr04);
        foreach (var entry in entries) Assert.True(book.Post(entry).IsPost);
        if (entries.Length % 2 == 0) Carry(book, 2025);
        foreach (var on in new[] { new DateOnly(2024, 12, 31), new DateOnly(2025, 6, 30), EndOf2025 })
        {
            var sheet = BalanceSheet.Of(book.State, on);
            Assert.Equal(sheet.AssetsMinor, sheet.LiabilitiesMinor);
            Assert.Equal(sheet[StatementLine.NetResult], IncomeStatement.Of(book.State, new DateOnly(on.Year, 1, 1), on).NetResultMinor);
        }

        // No line posts to equity itself, so equity changes by the result alone.
        Assert.Equal(IncomeStatement.Of(book.State, new DateOnly(2025, 1, 1), EndOf2025).NetResultMinor, Equity(book, EndOf2025) - Equity(book, new DateOnly(2024, 12, 31)));
    }, iter: 100);

    private static Gen<Entry[]> RandomYears { get; } =
        (from day in Gen.Int[0, 730]
         from accounts in Gen.Shuffle(new[] { "1200", "1600", "1800", "3300", "3806", "1406", "4400", "4300", "5200", "6310", "6220", "7300", "1900", "1246" }, 2)
         from amount in Gen.Long[1, 9_999_999]
         from party in Gen.OneOf<string?>(null, "p-1", "p-2")
         select (day, accounts, amount, party)).Array[1, 60].Select(all => all.Select((e, n) => new Entry($"e{n}", new DateOnly(2024, 1, 1).AddDays(e.day), "Random",
            [new Line(e.accounts[0], e.amount, e.party), new Line(e.accounts[1], -e.amount)])).ToArray());

    private static Int128 Equity(PureBook book, DateOnly on)
    {
        var sheet = BalanceSheet.Of(book.State, on);
        return sheet[StatementLine.Equity] - sheet[StatementLine.EquityDeficit];
    }

    private static Entry? Carry(PureBook book, int year) => book.Commit(draft =>
    {
        var answer = CarryForward.Decide(draft, year, Today).Value!;
        if (answer.Entry is { } entry) draft.Post(PreparedEntry.Of(entry, 2), answer.PostedOn, "system");
        return answer.Entry;
    });

    private static void Close(PureBook book, int year, int month) =>
        Assert.Null(book.Commit(draft => ClosePeriod.Decide(draft, new DateOnly(year, month, 1), Today, "tester")).Refusal);

    private static void Post(PureBook book, string id, string date, string debit, string credit, long amountMinor) => Assert.True(book.Post(Entries.Simple(id, date, amountMinor, debit, credit)).IsPost);

    private static (int, int) Lines(BalanceSheet sheet, string first, string second) => ((int)sheet[first], (int)sheet[second]);
}
