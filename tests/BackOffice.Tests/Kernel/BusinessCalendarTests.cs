using BackOffice.Kernel;

namespace BackOffice.Tests.Kernel;

public sealed class BusinessCalendarTests
{
    [Theory]
    [InlineData("TARGET", "2026-01-01", false)]
    [InlineData("TARGET", "2026-04-03", false)] // Good Friday
    [InlineData("TARGET", "2026-04-06", false)] // Easter Monday
    [InlineData("TARGET", "2026-05-01", false)]
    [InlineData("TARGET", "2026-05-14", true)] // Ascension is a holiday in Germany, not in TARGET
    [InlineData("TARGET", "2026-12-24", true)]
    [InlineData("TARGET", "2026-12-25", false)]
    [InlineData("TARGET", "2028-12-26", false)]
    [InlineData("TARGET", "2026-11-28", false)] // Saturday
    [InlineData("DE", "2026-05-14", false)]
    [InlineData("DE", "2026-06-04", true)] // Corpus Christi is one of some states
    [InlineData("DE-BY", "2026-06-04", false)]
    [InlineData("DE-BE", "2027-03-08", false)] // Women's Day, Berlin since 2019
    [InlineData("DE-MV", "2022-03-08", true)] // … Mecklenburg since 2023
    [InlineData("DE-MV", "2023-03-08", false)]
    [InlineData("DE-SN", "2026-11-18", false)] // Repentance Day: Wednesday before 23 November
    [InlineData("DE-NW", "2017-10-31", false)] // once in all states, for the Reformation's 500th year
    [InlineData("DE-NW", "2018-10-31", true)]
    public void BusinessDay_ByCalendar_IsAsTheLawSays(string calendar, string date, bool isBusinessDay) =>
        Assert.Equal(isBusinessDay, BusinessCalendar.Find(calendar)!.IsBusinessDay(DateOnly.Parse(date, System.Globalization.CultureInfo.InvariantCulture)));

    [Theory]
    [InlineData("TARGET", "2026-04-02", 1, "2026-04-07")] // over Easter
    [InlineData("TARGET", "2026-04-07", -1, "2026-04-02")]
    [InlineData("TARGET", "2026-12-23", 2, "2026-12-28")]
    [InlineData("DE-BY", "2026-12-30", 3, "2027-01-05")]
    [InlineData("TARGET", "2026-04-04", 0, "2026-04-04")]
    public void Add_BusinessDays_SkipsWeekendsAndHolidays(string calendar, string date, int days, string expected) =>
        Assert.Equal(expected, BusinessDay.Text(BusinessCalendar.Find(calendar)!.Add(BusinessDay.Parse(date)!.Value, days)));

    [Fact]
    public void Names_OfTheCalendars_AreTheStatesGermanyAndTarget()
    {
        Assert.Equal(18, BusinessCalendar.Names.Count);
        Assert.Null(BusinessCalendar.Find("target"));
    }

    /// <summary>The clocks change on 2026-03-29 and on 2026-10-25.</summary>
    [Theory]
    [InlineData("2026-03-28", "2026-03-28T23:00:00Z")]
    [InlineData("2026-03-29", "2026-03-29T22:00:00Z")]
    [InlineData("2026-10-24", "2026-10-24T22:00:00Z")]
    [InlineData("2026-10-25", "2026-10-25T23:00:00Z")]
    [InlineData("2026-12-31", "2026-12-31T23:00:00Z")]
    public void EndOf_BusinessDate_IsMidnightInBerlin(string date, string instant) =>
        Assert.Equal(DateTimeOffset.Parse(instant, System.Globalization.CultureInfo.InvariantCulture), BusinessDay.EndOf(BusinessDay.Parse(date)!.Value));
}
