namespace BackOffice.Ledger;

/// <summary>
/// The income statement (GuV, HGB §275(2)) of a span of days. Figures are effects on the result: income positive, expense negative. Accounts without a line are part of the result
/// and stand in <see cref="Unassigned"/>.
/// </summary>
public sealed record IncomeStatement(DateOnly From, DateOnly To, IReadOnlyDictionary<string, Int128> Figures, IReadOnlyList<Placement> Placements, IReadOnlyList<Placement> Unassigned)
{
    public Int128 this[string line] => Figures.GetValueOrDefault(line);

    public Int128 NetResultMinor => this["income.17"];

    /// <summary>
    /// Line 15 is the sum of 1 to 14, line 17 of 15, 16 and what has no line. The system's carry-forward entries are left out.
    /// Worked: revenue 1,000.00, rent 400.00, vehicle tax 20.00 → 15: 600.00, 17: 580.00.
    /// </summary>
    public static IncomeStatement Of(BookState state, DateOnly from, DateOnly to)
    {
        List<Placement> placements = [], unassigned = [];
        foreach (var account in state.Accounts.Where(a => a.Type is AccountType.Income or AccountType.Expense))
        {
            var effect = account.Carried.Between(from.DayNumber, to.DayNumber).BalanceMinor - account.Between(from.DayNumber, to.DayNumber).BalanceMinor;
            if (effect != 0) (account.Line is null ? unassigned : placements).Add(new Placement(account.Line ?? "", account.Code, effect));
        }

        var figures = placements.GroupBy(p => p.Line, StringComparer.Ordinal).ToDictionary(line => line.Key, line => Sum(line), StringComparer.Ordinal);
        figures["income.15"] = Sum(placements.Where(p => p.Line != "income.16"));
        figures["income.17"] = Sum(placements) + Sum(unassigned);
        return new IncomeStatement(from, to, figures, placements, unassigned);
    }

    private static Int128 Sum(IEnumerable<Placement> placements) => placements.Aggregate(Int128.Zero, (sum, p) => sum + p.AmountMinor);
}
