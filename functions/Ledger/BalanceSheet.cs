namespace BackOffice.Ledger;

/// <summary>An amount that an account (or one party on it) brings to a line of a statement; positive on the line's own side.</summary>
public sealed record Placement(string Line, string Account, Int128 AmountMinor);

/// <summary>
/// The balance sheet (Bilanz, HGB §266) on a day. Figures by line key, assets and liabilities both positive on their own side; accounts without a line stand in
/// <see cref="Unassigned"/> as debit (positive) or credit (negative) balances, and are part of the totals, so that both sides are always equal.
/// </summary>
public sealed record BalanceSheet(DateOnly On, IReadOnlyDictionary<string, Int128> Figures, IReadOnlyList<Placement> Placements, IReadOnlyList<Placement> Unassigned)
{
    public Int128 this[string line] => Figures.GetValueOrDefault(line);

    public Int128 AssetsMinor => Total("assets.") + Unassigned.Where(u => u.AmountMinor > 0).Aggregate(Int128.Zero, (sum, u) => sum + u.AmountMinor);

    public Int128 LiabilitiesMinor => Total("liabilities.") - Unassigned.Where(u => u.AmountMinor < 0).Aggregate(Int128.Zero, (sum, u) => sum + u.AmountMinor);

    /// <summary>
    /// Places every account's balance of the evening. An account of receivables or payables is placed party by party, and what has no party together (a customer in credit
    /// is a liability, HGB §246(2)). The result of the fiscal year so far stands in A.V; what income and expense accounts hold beyond it, because it has not been carried forward, in
    /// A.IV. Equity below zero is shown as 0, and the deficit last among the assets (§268(3)).
    /// Worked: capital 100.00 in the bank, rent 150.00 paid from an overdraft → assets F 50.00; liabilities A 0.00 (I 100.00, V −150.00), C 50.00; both sides 50.00.
    /// </summary>
    public static BalanceSheet Of(BookState state, DateOnly on)
    {
        var (day, year) = (on.DayNumber, FiscalYear.Of(on, state.Settings.FiscalYearStart).First.DayNumber);
        List<Placement> placements = [], unassigned = [];
        foreach (var account in state.Accounts)
        {
            if (account.Type is AccountType.Income or AccountType.Expense) PlaceResult(placements, account, year, day);
            else if (account.Line is null) Add(unassigned, "", account.Code, account.Between(0, day).BalanceMinor);
            else PlaceBalance(placements, account, state.IsPersonal(account), day);
        }

        var figures = new Dictionary<string, Int128>(StringComparer.Ordinal);
        foreach (var placement in placements) Sum(figures, placement.Line, placement.AmountMinor);
        foreach (var (line, amount) in figures.ToList())
            if (line.LastIndexOf('.') is var dot && dot > line.IndexOf('.', StringComparison.Ordinal)) Sum(figures, line[..dot], amount);
        if (figures.GetValueOrDefault(StatementLine.Equity) is var equity && equity < 0) (figures[StatementLine.Equity], figures[StatementLine.EquityDeficit]) = (0, -equity);
        return new BalanceSheet(on, figures, placements, unassigned);
    }

    private static void PlaceResult(List<Placement> placements, AccountState account, int year, int day)
    {
        var all = account.Between(0, day).BalanceMinor;
        var thisYear = account.Between(year, day).BalanceMinor - account.Carried.Between(year, day).BalanceMinor;
        Add(placements, StatementLine.NetResult, account.Code, -thisYear);
        Add(placements, StatementLine.BroughtForward, account.Code, thisYear - all);
    }

    private static void PlaceBalance(List<Placement> placements, AccountState account, bool personal, int day)
    {
        var rest = account.Between(0, day).BalanceMinor;
        if (personal && account.OtherLine is not null)
        {
            // Summed by side first: a statement has a line for each side, not for each party.
            var (debit, credit) = (Int128.Zero, Int128.Zero);
            foreach (var balance in account.PartyBalances(day))
            {
                if (balance > 0) debit += balance;
                else credit += balance;
            }

            rest -= debit + credit;
            Place(placements, account, debit);
            Place(placements, account, credit);
        }

        Place(placements, account, rest);
    }

    private static void Place(List<Placement> placements, AccountState account, Int128 balance)
    {
        if (balance == 0) return;
        var onItsSide = IsAsset(account.Line!) == balance > 0;
        var line = onItsSide || account.OtherLine is null ? account.Line! : account.OtherLine;
        Add(placements, line, account.Code, IsAsset(line) ? balance : -balance);
    }

    private static void Add(List<Placement> placements, string line, string account, Int128 amount)
    {
        if (amount != 0) placements.Add(new Placement(line, account, amount));
    }

    private static void Sum(Dictionary<string, Int128> figures, string line, Int128 amount) => figures[line] = figures.GetValueOrDefault(line) + amount;

    private static bool IsAsset(string line) => line.StartsWith("assets.", StringComparison.Ordinal);

    private Int128 Total(string side) => StatementLine.BalanceSheet.Where(line => line.Level == 1 && line.Key.StartsWith(side, StringComparison.Ordinal)).Aggregate(Int128.Zero, (sum, line) => sum + this[line.Key]);
}
