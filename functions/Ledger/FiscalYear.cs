using System.Globalization;
using BackOffice.Kernel;

namespace BackOffice.Ledger;

/// <summary>
/// A fiscal year, named by the calendar year in which it begins. With <c>fiscalYearStart</c> 07-01 the fiscal year 2025 runs from 2025-07-01 to 2026-06-30.
/// Period 13 of it (for closing entries) is written <c>2025-13</c> and is dated its last day.
/// </summary>
public readonly record struct FiscalYear(int Year, DateOnly First)
{
    public DateOnly Last => First.AddYears(1).AddDays(-1);

    /// <summary>The fiscal year that a date lies in.</summary>
    public static FiscalYear Of(DateOnly date, string start)
    {
        var inThisYear = StartIn(date.Year, start);
        return inThisYear <= date ? new FiscalYear(date.Year, inThisYear) : Named(date.Year - 1, start);
    }

    public static FiscalYear Named(int year, string start) => new(year, StartIn(year, start));

    public static string Period13(int year) => year.ToString("D4", CultureInfo.InvariantCulture) + "-13";

    /// <summary>A day of the year on which a fiscal year may begin: the first of a month.</summary>
    public static bool IsStart(string text) => text.EndsWith("-01", StringComparison.Ordinal) && BusinessDay.Parse("2025-" + text) is not null;

    private static DateOnly StartIn(int year, string start) => new(year, int.Parse(start.AsSpan(0, 2), CultureInfo.InvariantCulture), 1);
}
