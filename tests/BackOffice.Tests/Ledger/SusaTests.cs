using BackOffice.Ledger;
using CsCheck;

namespace BackOffice.Tests.Ledger;

public class SusaTests
{
    [Fact]
    public void Susa_WorkedExample_HasFourPairs()
    {
        var book = PureBook.Open();
        book.Post(Entries.Simple("a", "2024-12-31", 10_000));
        book.Post(Entries.Simple("b", "2025-01-15", 2_000));
        book.Post(Entries.Simple("c", "2025-02-10", 5_000));
        book.Post(Entries.Simple("d", "2025-02-20", 3_000, debit: "1200", credit: "4210"));
        var line = TrialBalance.Of(book.State, new DateOnly(2025, 2, 1), new DateOnly(2025, 2, 28)).Value!.Lines.Single(l => l.Account == "4210");
        Assert.Equal([10_000, 0, 5_000, 3_000, 7_000, 3_000, 14_000, 0], line.Susa.Amounts().Select(amount => (int)amount));
    }

    [Fact]
    public void Susa_AfterTheCarryForward_OpensIncomeAccountsAtZero()
    {
        var book = PureBook.Open(chart: Chart.Skr03);
        book.Post(Entries.Simple("a", "2024-05-01", 10_000, "1200", "8400"));
        book.Commit(draft =>
        {
            var answer = CarryForward.Decide(draft, 2025, new DateOnly(2025, 6, 1)).Value!;
            return draft.Post(PreparedEntry.Of(answer.Entry!, 2), answer.PostedOn, "system");
        });
        var lines = TrialBalance.Of(book.State, new DateOnly(2025, 1, 1), new DateOnly(2025, 1, 31)).Value!.Lines;
        Assert.All(lines.Single(l => l.Account == "8400").Susa.Amounts(), amount => Assert.Equal(Int128.Zero, amount));
        Assert.Equal(10_000, (int)lines.Single(l => l.Account == "0860").Susa.Amounts()[1]);
    }

    [Fact]
    public void Susa_AnyYears_EachPairOfTotalsIsEqual_AndClosingIsOpeningAndCumulative() =>
        Gen.Select(Entries.Good(1_000).Array[1, 40], Gen.Int[1, 12], Gen.Int[0, 11]).Sample((entries, month, more) =>
        {
            var book = PureBook.Open();
            foreach (var entry in entries) book.Post(entry);
            var (from, to) = (new DateOnly(2025, month, 1), new DateOnly(2025, month, 1).AddMonths(Math.Min(more, 12 - month) + 1).AddDays(-1));
            var lines = TrialBalance.Of(book.State, from, to).Value!.Lines;
            for (var pair = 0; pair < 8; pair += 2)
                Assert.Equal(lines.Aggregate(Int128.Zero, (sum, l) => sum + l.Susa.Amounts()[pair]), lines.Aggregate(Int128.Zero, (sum, l) => sum + l.Susa.Amounts()[pair + 1]));
            Assert.All(lines, l => Assert.Equal(book.State.Account(l.Account)!.Between(0, to.DayNumber).BalanceMinor, l.Susa.ClosingMinor));
        }, iter: 100);

    [Fact]
    public void Explanation_OfALine_IsItsAccounts_AndTheySumToIt()
    {
        var book = PureBook.Open(chart: Chart.Skr03);
        book.Post(Entries.Simple("a", "2025-12-01", 10_000, "1400", "8400"));
        book.Post(Entries.Simple("b", "2025-12-31", 4_000, "2451", "0998"));
        var explanation = Explanation.Of(book.State, StatementLine.Find("assets.B.II")!, null, new DateOnly(2025, 12, 31)).Value!;
        Assert.Equal(6_000, (int)explanation.AmountMinor);
        Assert.Equal([("0998", -4_000), ("1400", 10_000)], explanation.Accounts.Select(account => (account.Code, (int)account.AmountMinor)));
    }

    [Fact]
    public void Explanation_OfEveryLine_SumsToTheStatementsFigure() => Entries.Good(1_000).Array[1, 30].Sample(entries =>
    {
        var book = PureBook.Open(chart: Chart.Skr03);
        foreach (var entry in entries) book.Post(entry);
        var on = new DateOnly(2025, 9, 30);
        foreach (var line in StatementLine.BalanceSheet.Concat(StatementLine.IncomeStatement).Where(line => line.Key is not (StatementLine.Equity or StatementLine.EquityDeficit)))
        {
            var explanation = Explanation.Of(book.State, line, null, on).Value!;
            Assert.Equal(explanation.AmountMinor, explanation.Accounts.Aggregate(Int128.Zero, (sum, account) => sum + account.AmountMinor));
        }
    }, iter: 50);
}
