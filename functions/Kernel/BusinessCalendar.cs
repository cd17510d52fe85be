using System.Collections.Frozen;
using PublicHoliday;

namespace BackOffice.Kernel;

/// <summary>
/// Which days are business days: not Saturday, not Sunday, and no holiday. Calendars: <c>TARGET</c> (the euro's payment system), <c>DE</c> (the nine holidays of all German states) and each state by ISO 3166-2, <c>DE-BY</c>.
/// Holidays by state as a whole: those of single municipalities (Augsburg's 8 August) are not known. Source: the holiday laws of the states, TARGET's closing days (ECB), as the library PublicHoliday keeps them.
/// Worked: TARGET, 2026-04-02 (Maundy Thursday) + 1 business day → 2026-04-07, since Good Friday, the weekend and Easter Monday lie between.
/// </summary>
public sealed class BusinessCalendar
{
    private static readonly FrozenDictionary<string, BusinessCalendar> All = Enum.GetValues<GermanPublicHoliday.States>()
        .Select(state => new BusinessCalendar(state == GermanPublicHoliday.States.ALL ? "DE" : "DE-" + state, new GermanPublicHoliday { State = state }))
        .Append(new BusinessCalendar("TARGET", new EcbTargetClosingDay()))
        .ToFrozenDictionary(calendar => calendar.Name, StringComparer.Ordinal);

    private readonly PublicHolidayBase _holidays;

    private BusinessCalendar(string name, PublicHolidayBase holidays) => (Name, _holidays) = (name, holidays);

    public string Name { get; }

    /// <summary>Names of the calendars there are, sorted.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. All.Keys.Order(StringComparer.Ordinal)];

    public static BusinessCalendar? Find(string name) => All.GetValueOrDefault(name);

    public bool IsBusinessDay(DateOnly date) =>
        date.DayOfWeek is not (DayOfWeek.Saturday or DayOfWeek.Sunday) && !_holidays.IsPublicHoliday(date.ToDateTime(TimeOnly.MinValue));

    /// <summary>This day, if it is a business day, else the next one that is.</summary>
    public DateOnly OnOrAfter(DateOnly date)
    {
        while (!IsBusinessDay(date)) date = date.AddDays(1);
        return date;
    }

    /// <summary>This day, if it is a business day, else the last one that was.</summary>
    public DateOnly OnOrBefore(DateOnly date)
    {
        while (!IsBusinessDay(date)) date = date.AddDays(-1);
        return date;
    }

    /// <summary>So many business days on (or back, when negative); 0: the day itself, whatever it is.</summary>
    public DateOnly Add(DateOnly date, int days)
    {
        for (var left = Math.Abs(days); left > 0; left--) date = days > 0 ? OnOrAfter(date.AddDays(1)) : OnOrBefore(date.AddDays(-1));
        return date;
    }

    /// <summary>The holidays of a year with their names, in order, weekends included.</summary>
    public IReadOnlyList<(DateOnly Date, string Name)> Holidays(int year) =>
        [.. _holidays.PublicHolidayNames(year).Select(holiday => (DateOnly.FromDateTime(holiday.Key), holiday.Value)).OrderBy(holiday => holiday.Item1)];
}
