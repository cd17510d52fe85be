namespace BackOffice.Credit;

/// <summary>How days become parts of a year, by which a yearly rate is earned.</summary>
public enum DayCount
{
    /// <summary>Actual days ÷ 360: money market, floating rates.</summary>
    Act360,

    /// <summary>Months of 30 days ÷ 360 (30E/360): the 31st counts as the 30th, and so does the last day of February.</summary>
    Thirty360,

    /// <summary>Actual days in leap years ÷ 366, others ÷ 365 (ISDA).</summary>
    ActAct,
}

/// <summary>
/// Time on a scale of whole units, of which a year has 360 (Act360, Thirty360) or 365 × 366 (ActAct), so that nothing is rounded and times add up whatever the dates they are cut at.
/// Source: ISDA definitions 2006, section 4.16 (b), (e), (h).
/// </summary>
public static class DayCounts
{
    private const int ThirtyDayMonth = 30;

    /// <summary>Units of a whole year.</summary>
    public static int UnitsAYear(this DayCount dayCount) => dayCount == DayCount.ActAct ? 365 * 366 : 360;

    /// <summary>
    /// Units from the beginning of one day to that of another. Worked, Thirty360: 2026-02-27 to 2026-02-28 → 3, 2026-02-28 to 2026-03-01 → 1, 2026-03-30 to 2026-03-31 → 0, any month from its first to the next one's → 30.
    /// ActAct: a day of 2026 → 366 of 133,590 units, a day of 2028 → 365.
    /// </summary>
    /// <param name="until">The first day that is no more counted.</param>
    public static long Units(this DayCount dayCount, DateOnly from, DateOnly until) => Position(dayCount, until) - Position(dayCount, from);

    /// <summary>The days that count from one day to another, both with their evenings: of Thirty360 those of months of 30 days, otherwise the actual days.</summary>
    public static int Days(this DayCount dayCount, DateOnly from, DateOnly to) =>
        dayCount == DayCount.Thirty360 ? (int)dayCount.Units(from, to.AddDays(1)) : to.DayNumber - from.DayNumber + 1;

    private static long Position(DayCount dayCount, DateOnly date) => dayCount switch
    {
        DayCount.Act360 => date.DayNumber,
        DayCount.Thirty360 => (((date.Year * 12L) + date.Month - 1) * ThirtyDayMonth) + (date.AddDays(1).Day == 1 ? ThirtyDayMonth : date.Day),
        _ => (date.Year * 365L * 366) + ((date.DayOfYear - 1) * (DateTime.IsLeapYear(date.Year) ? 365L : 366L)),
    };
}
