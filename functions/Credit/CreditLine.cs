namespace BackOffice.Credit;

/// <summary>Where a line is booked.</summary>
/// <param name="Loan">What is drawn; it should hold credit lines alone.</param>
/// <param name="Bank">Where money goes out and comes in.</param>
/// <param name="InterestReceivable">Interest earned and not paid yet.</param>
/// <param name="InterestIncome">Interest earned.</param>
public sealed record LineAccounts(string Loan, string Bank, string InterestReceivable, string InterestIncome);

/// <summary>A credit line.</summary>
/// <param name="LimitMinor">Most that may be drawn at one time, minor units.</param>
/// <param name="GrantedOn">First day.</param>
/// <param name="EndsOn">Last day on which it may be drawn; until it is repaid it bears interest beyond it.</param>
/// <param name="Movements">Draws and repayments, in the order in which they were told; at most 1,000.</param>
public sealed record CreditLine(long LimitMinor, DateOnly GrantedOn, DateOnly EndsOn, IReadOnlyList<LineMovement> Movements)
{
    public const int MaxMovements = 1_000;

    /// <summary>What is drawn in the evening of a day.</summary>
    public long DrawnMinor(DateOnly date) => Movements.Where(movement => movement.Date <= date).Sum(movement => movement.AmountMinor);

    /// <summary>The highest balance on any evening from a day on.</summary>
    public long HighestMinor(DateOnly from) => Extreme(from, Math.Max);

    /// <summary>The lowest balance on any evening from a day on.</summary>
    public long LowestMinor(DateOnly from) => Extreme(from, Math.Min);

    /// <summary>Whether nothing is drawn and nothing can be any more: what is told to be repaid on a day to come is owed until then.</summary>
    public bool HasEnded(DateOnly today) => today > EndsOn && HighestMinor(today) == 0;

    private long Extreme(DateOnly from, Func<long, long, long> of)
    {
        var balance = DrawnMinor(from);
        var extreme = balance;
        foreach (var day in Movements.Where(movement => movement.Date > from).GroupBy(movement => movement.Date).OrderBy(day => day.Key)) extreme = of(extreme, balance += day.Sum(movement => movement.AmountMinor));
        return extreme;
    }
}

/// <summary>A draw or a repayment.</summary>
/// <param name="Id">The caller's id, unique within the line.</param>
/// <param name="AmountMinor">Minor units; a draw is positive, a repayment negative.</param>
/// <param name="Frozen">Nights through this day have posted interest without it; the next one posts the difference. Null: none.</param>
public sealed record LineMovement(string Id, DateOnly Date, long AmountMinor, DateOnly? Frozen);
