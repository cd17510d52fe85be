using BackOffice.Kernel;

namespace BackOffice.Accruals;

/// <summary>One month's part of an accrual.</summary>
/// <param name="Date">The month's last day; of the last month, the service's last day.</param>
/// <param name="AmountMinor">Minor units, above 0.</param>
/// <param name="BookedOn">The day it is booked: <paramref name="Date"/>, or the day of the booking or change that planned it when that is later, so that nothing is booked back into months reported before.</param>
/// <param name="Plan">Which plan it comes from: 0 the booking's, n that of the n-th change.</param>
public sealed record AccrualSlice(DateOnly Date, long AmountMinor, DateOnly BookedOn, int Plan);

/// <summary>How an accrual is spread over its months: pure functions of what was agreed and what has changed since.</summary>
public static class AccrualSchedule
{
    /// <summary>Divisible by the days of every month.</summary>
    private const long MonthParts = 28L * 29 * 30 * 31;

    /// <summary>
    /// The slices, in order of date, strictly ascending; their sum is what is to be released. After a change those kept stay as they are; a new end spreads the rest over the days after the last one kept; a cancellation or
    /// settlement drops the rest. One that was booked at once has none.
    /// Worked: 1,200.00 over 2026, monthly: twelve slices of 100.00; with effect of 2026-03-31 shortened to 2026-06-30: 100.00 three times, then 300.00 three times.
    /// </summary>
    public static IReadOnlyList<AccrualSlice> Of(Accrual accrual)
    {
        if (accrual.BookedAtOnce) return [];
        var slices = Spread(accrual.AmountMinor, accrual.From, accrual.To, accrual.Method, accrual.EarliestBooking);
        for (var n = 0; n < accrual.Changes.Count; n++)
        {
            var change = accrual.Changes[n];
            List<AccrualSlice> kept = [.. slices.Where(slice => slice.BookedOn <= change.Kept)];
            if (change is Redated redated)
            {
                var earliest = redated.Date > accrual.EarliestBooking ? redated.Date : accrual.EarliestBooking;
                kept.AddRange(Spread(accrual.AmountMinor - SumMinor(kept), RestFrom(accrual, kept), redated.To, accrual.Method, earliest, n + 1));
            }

            slices = kept;
        }

        return slices;
    }

    /// <summary>
    /// An amount spread over a time: one slice a month, by cumulation (<see cref="Kernel.Spread"/>), so that the sum is exact; slices of zero are left out. Source: HGB §250, "bestimmte Zeit".
    /// Worked: 100.00 from 2026-01-01 to 2026-03-31, monthly → 33.33, 33.34, 33.33; daily → 34.44 (31 of 90 days), 31.12 (28), 34.44 (31); 100.00 of one day → one slice of that day.
    /// </summary>
    /// <param name="amountMinor">Minor units, not negative.</param>
    /// <param name="earliest">No slice is booked before this day.</param>
    public static IReadOnlyList<AccrualSlice> Spread(long amountMinor, DateOnly from, DateOnly to, AccrualMethod method, DateOnly earliest, int plan = 0)
    {
        List<(DateOnly Date, long Weight)> months = [];
        for (var first = from; first <= to; first = BusinessDay.MonthOf(first).AddMonths(1))
        {
            var end = BusinessDay.MonthOf(first).AddMonths(1).AddDays(-1);
            var last = end < to ? end : to;
            months.Add((last, Weight(method, last.DayNumber - first.DayNumber + 1, end.Day, isComplete: last == end)));
        }

        if (months.TrueForAll(month => month.Weight == 0)) months[^1] = (months[^1].Date, 1); // started months, and only one, which is not complete
        var amounts = Kernel.Spread.ByCumulation(amountMinor, [.. months.Select(month => month.Weight)]);
        return [.. months.Zip(amounts, (month, amount) => new AccrualSlice(month.Date, amount, month.Date < earliest ? earliest : month.Date, plan)).Where(slice => slice.AmountMinor > 0)];
    }

    /// <summary>The day from which what is not kept is spread anew: the one after the last slice kept, or the service's first.</summary>
    public static DateOnly RestFrom(Accrual accrual, IReadOnlyList<AccrualSlice> kept) => kept.Count == 0 ? accrual.From : kept[^1].Date.AddDays(1);

    public static long SumMinor(IEnumerable<AccrualSlice> slices) => slices.Sum(slice => slice.AmountMinor);

    private static long Weight(AccrualMethod method, int days, int daysOfMonth, bool isComplete) => method switch
    {
        AccrualMethod.Daily => days,
        AccrualMethod.Monthly => days * (MonthParts / daysOfMonth),
        _ => isComplete ? 1 : 0, // whether the first month is begun on its first day or not makes no difference
    };
}
