using BackOffice.Kernel;

namespace BackOffice.Credit;

/// <summary>What changes a balance: it counts from the evening of its day.</summary>
/// <param name="AmountMinor">Minor units: a draw above 0, a repayment below.</param>
public sealed record BalanceMovement(DateOnly Date, long AmountMinor);

/// <summary>A yearly rate and the first day it holds for.</summary>
/// <param name="Rate">0.05 = 5 %; may be negative. Decimals after the tenth are rounded away.</param>
public sealed record DatedRate(DateOnly From, decimal Rate);

/// <summary>Days in a row whose evenings have the same balance and rate.</summary>
/// <param name="To">The last of them.</param>
public readonly record struct InterestSpan(DateOnly From, DateOnly To, long BalanceMinor, decimal Rate);

/// <summary>What one night posts.</summary>
/// <param name="BalanceMinor">The evening's balance, minor units.</param>
/// <param name="AmountMinor">Interest, minor units; 0 where nothing becomes due, below 0 where the balance or the rate is.</param>
public sealed record InterestNight(DateOnly Date, long BalanceMinor, long AmountMinor);

/// <summary>
/// Interest that has run up, exact: a fraction of minor units, so that it may be added to night after night and is rounded only to be looked at. Balances up to 17 digits at rates up to 1 over 300 years fit.
/// </summary>
/// <param name="DayCount">Tells the denominator.</param>
/// <param name="Numerator">Minor units × 10^10 × units of a year (<see cref="DayCounts.UnitsAYear"/>).</param>
public readonly record struct RunningInterest(DayCount DayCount, Int128 Numerator)
{
    private const long RateScale = 10_000_000_000;

    public Int128 Denominator => (Int128)RateScale * DayCount.UnitsAYear();

    /// <summary>Minor units, half away from zero.</summary>
    public long RoundedMinor => checked((long)Spread.RoundedQuotient(Numerator, Denominator));

    /// <summary>With the days from one to another, both with their evenings, of one balance and rate.</summary>
    public RunningInterest Plus(long balanceMinor, decimal rate, DateOnly from, DateOnly to)
    {
        var scaled = (long)decimal.Round(rate * RateScale, MidpointRounding.AwayFromZero);
        return this with { Numerator = checked(Numerator + ((Int128)balanceMinor * scaled * DayCount.Units(from, to.AddDays(1)))) };
    }
}

/// <summary>
/// Interest on a running balance: the evening balance earns the day. The time is as long as the movements and rates are many, not the days, so that a night may ask it of every line anew.
/// Source: the contract; BGB §488(1); day counts as <see cref="DayCount"/>. Worked: 10,000.00 at 5 %, Act360 → 1.39, 1.39, 1.39, 1.39, 1.38 (five nights are 6.94).
/// </summary>
public static class Interest
{
    /// <summary>What has run up from the first day to the evening of the last.</summary>
    /// <param name="movements">In any order, several a day; those of the first day and before are its balance, later ones than the last day do not count.</param>
    /// <param name="rates">In any order; before the first there is no interest.</param>
    public static RunningInterest Accumulated(IReadOnlyList<BalanceMovement> movements, IReadOnlyList<DatedRate> rates, DayCount dayCount, DateOnly from, DateOnly to)
    {
        var sum = new RunningInterest(dayCount, 0);
        foreach (var span in Spans(movements, rates, from, to)) sum = sum.Plus(span.BalanceMinor, span.Rate, span.From, span.To);
        return sum;
    }

    /// <summary>The same at one rate.</summary>
    public static RunningInterest Accumulated(IReadOnlyList<BalanceMovement> movements, decimal rate, DayCount dayCount, DateOnly from, DateOnly to) =>
        Accumulated(movements, [new DatedRate(from, rate)], dayCount, from, to);

    /// <summary>What a night posts: the rounded accumulation through its evening, less what was posted before. What was missed, or came late and is dated back, is made good by it.</summary>
    /// <param name="postedMinor">The sum of what was posted since the first day, minor units.</param>
    public static long NightMinor(IReadOnlyList<BalanceMovement> movements, IReadOnlyList<DatedRate> rates, DayCount dayCount, DateOnly from, DateOnly night, long postedMinor) =>
        Accumulated(movements, rates, dayCount, from, night).RoundedMinor - postedMinor;

    /// <summary>Every night from the first day to the last, also those of nothing: their amounts sum to the rounded accumulation.</summary>
    public static IReadOnlyList<InterestNight> Nights(IReadOnlyList<BalanceMovement> movements, IReadOnlyList<DatedRate> rates, DayCount dayCount, DateOnly from, DateOnly to)
    {
        List<InterestNight> nights = [];
        var sum = new RunningInterest(dayCount, 0);
        long posted = 0;
        foreach (var span in Spans(movements, rates, from, to))
        {
            for (var day = span.From; day <= span.To; day = day.AddDays(1))
            {
                sum = sum.Plus(span.BalanceMinor, span.Rate, day, day);
                var rounded = sum.RoundedMinor;
                nights.Add(new InterestNight(day, span.BalanceMinor, rounded - posted));
                posted = rounded;
            }
        }

        return nights;
    }

    /// <summary>The same at one rate.</summary>
    public static IReadOnlyList<InterestNight> Nights(IReadOnlyList<BalanceMovement> movements, decimal rate, DayCount dayCount, DateOnly from, DateOnly to) =>
        Nights(movements, [new DatedRate(from, rate)], dayCount, from, to);

    /// <summary>The days from the first to the last, cut wherever the balance or the rate may change; none when the last is before the first.</summary>
    public static IEnumerable<InterestSpan> Spans(IReadOnlyList<BalanceMovement> movements, IReadOnlyList<DatedRate> rates, DateOnly from, DateOnly to)
    {
        var (moves, terms) = (Ascending(movements, movement => movement.Date), Ascending(rates, rate => rate.From));
        var (nextMove, nextTerm, balance, rate) = (0, 0, 0L, 0m);
        for (var day = from; day <= to;)
        {
            for (; nextMove < moves.Count && moves[nextMove].Date <= day; nextMove++) balance = checked(balance + moves[nextMove].AmountMinor);
            for (; nextTerm < terms.Count && terms[nextTerm].From <= day; nextTerm++) rate = terms[nextTerm].Rate;
            var next = to.AddDays(1);
            if (nextMove < moves.Count && moves[nextMove].Date < next) next = moves[nextMove].Date;
            if (nextTerm < terms.Count && terms[nextTerm].From < next) next = terms[nextTerm].From;
            yield return new InterestSpan(day, next.AddDays(-1), balance, rate);
            day = next;
        }
    }

    /// <summary>By date; of one day in the order they came in. What is in order already is not copied.</summary>
    private static IReadOnlyList<T> Ascending<T>(IReadOnlyList<T> all, Func<T, DateOnly> date)
    {
        for (var n = 1; n < all.Count; n++)
            if (date(all[n]) < date(all[n - 1])) return [.. all.OrderBy(date)];
        return all;
    }
}
