using System.Globalization;

namespace BackOffice.Kernel;

/// <summary>Business dates are calendar dates in Europe/Berlin, written <c>yyyy-MM-dd</c>; months are written <c>yyyy-MM</c>.</summary>
public static class BusinessDay
{
    public static readonly DateOnly Earliest = new(1900, 1, 1);
    public static readonly DateOnly Latest = new(2199, 12, 31);

    private static readonly TimeZoneInfo Berlin = TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin");

    /// <summary>The date in Berlin now: at 2026-03-28T23:30Z it is 2026-03-29.</summary>
    public static DateOnly Today(TimeProvider time) => Of(time.GetUtcNow());

    /// <summary>The date in Berlin at an instant.</summary>
    public static DateOnly Of(DateTimeOffset instant) => DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(instant, Berlin).DateTime);

    /// <summary>The instant in which the business date ends: of 2026-03-28 that is 2026-03-28T23:00Z, of 2026-03-29 (summer time begins) 2026-03-29T22:00Z.</summary>
    public static DateTimeOffset EndOf(DateOnly date)
    {
        var midnight = date.AddDays(1).ToDateTime(TimeOnly.MinValue); // the clocks change between two and three
        return new DateTimeOffset(midnight, Berlin.GetUtcOffset(midnight)).ToUniversalTime();
    }

    public static DateOnly? Parse(ReadOnlySpan<char> text) =>
        DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date) && date >= Earliest && date <= Latest ? date : null;

    /// <summary>Reads <c>yyyy-MM</c> as the month's first day.</summary>
    public static DateOnly? ParseMonth(string text) =>
        DateOnly.TryParseExact(text, "yyyy-MM", CultureInfo.InvariantCulture, DateTimeStyles.None, out var month) && month >= Earliest && month <= Latest ? month : null;

    public static string Text(DateOnly date) => date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    public static string MonthText(DateOnly month) => month.ToString("yyyy-MM", CultureInfo.InvariantCulture);

    public static DateOnly MonthOf(DateOnly date) => new(date.Year, date.Month, 1);
}
