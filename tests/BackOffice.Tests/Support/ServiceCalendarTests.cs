using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using BackOffice.Kernel;
using BackOffice.Support;
using CsCheck;

namespace BackOffice.Tests.Support;

public sealed class ServiceCalendarTests
{
    [Theory]
    [InlineData("2026-03-27T07:00:00Z", "2026-03-27T16:00:00Z", 9 * 3600)] // 08:00 to 17:00
    [InlineData("2026-03-27T00:00:00Z", "2026-03-28T00:00:00Z", 9 * 3600)]
    [InlineData("2026-03-27T06:59:59Z", "2026-03-27T07:00:00Z", 0)] // the start belongs to the hours …
    [InlineData("2026-03-27T07:00:00Z", "2026-03-27T07:00:01Z", 1)]
    [InlineData("2026-03-27T15:59:59Z", "2026-03-27T16:00:00Z", 1)] // … and the end does not
    [InlineData("2026-03-27T16:00:00Z", "2026-03-27T16:00:01Z", 0)]
    [InlineData("2026-03-27T15:00:00Z", "2026-03-30T07:00:00Z", 2 * 3600)] // Friday 16:00 to Monday 09:00, an hour of summer time earlier
    [InlineData("2026-10-23T14:00:00Z", "2026-10-26T08:00:00Z", 2 * 3600)] // and back: Friday 16:00 to Monday 09:00
    [InlineData("2026-03-28T07:00:00Z", "2026-03-29T16:00:00Z", 0)] // a weekend
    [InlineData("2026-03-27T16:00:00Z", "2026-03-27T07:00:00Z", 0)] // backwards
    [InlineData("1968-07-01T07:00:00Z", "1968-07-02T07:00:00Z", 9 * 3600)] // a Monday before 1970
    [InlineData("2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z", 261 * 9 * 3600)] // 365 days from a Thursday to a Thursday
    public void SecondsBetween_OfAnOffice_CountsWallTimeInBerlin(string from, string to, long seconds) =>
        Assert.Equal(seconds, Desk.Office.SecondsBetween(Desk.At(from), Desk.At(to)));

    /// <summary>The clocks change in Berlin on 2026-03-29 and 2026-10-25 at 01:00Z, on Lord Howe by half an hour on 2026-04-05 at 02:00 (15:00Z the day before) and on 2026-10-04 at 02:00 (15:30Z); Samoa left out Friday 2011-12-30.</summary>
    [Theory]
    [InlineData("Europe/Berlin", "00:00-24:00", "2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z", 23 * 60)]
    [InlineData("Europe/Berlin", "00:00-24:00", "2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z", 25 * 60)]
    [InlineData("Europe/Berlin", "02:00-03:00", "2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z", 0)] // there is no such hour
    [InlineData("Europe/Berlin", "02:00-03:00", "2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z", 120)] // there are two
    [InlineData("Europe/Berlin", "01:30-02:30", "2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z", 30)]
    [InlineData("Europe/Berlin", "01:30-02:30", "2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z", 90)]
    [InlineData("Europe/Berlin", "01:30-02:30", "2026-10-25T00:30:00Z", "2026-10-25T01:00:00Z", 0)] // 02:30 to 03:00 of summer time, between the two
    [InlineData("Australia/Lord_Howe", "01:00-02:00", "2026-04-04T12:00:00Z", "2026-04-05T12:00:00Z", 90)]
    [InlineData("Australia/Lord_Howe", "02:00-03:00", "2026-10-03T12:00:00Z", "2026-10-04T12:00:00Z", 30)]
    [InlineData("Australia/Lord_Howe", "00:00-24:00", "2026-04-04T13:00:00Z", "2026-04-05T13:30:00Z", (24 * 60) + 30)]
    [InlineData("Asia/Kathmandu", "09:00-10:00", "2026-05-03T03:15:00Z", "2026-05-03T04:15:00Z", 60)] // 5:45 ahead of UTC
    [InlineData("America/New_York", "22:00-24:00", "2026-05-03T00:00:00Z", "2026-05-04T12:00:00Z", 4 * 60)]
    [InlineData("UTC", "00:00-24:00", "2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z", 365 * 24 * 60)]
    [InlineData("UTC", "", "2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z", 0)]
    public void SecondsBetween_OnAnyDay_FollowsTheClocksOfTheZone(string zone, string hours, string from, string to, int minutes) =>
        Assert.Equal(minutes * 60L, Desk.Open(zone, Desk.AllDays, hours).SecondsBetween(Desk.At(from), Desk.At(to)));

    [Fact]
    public void SecondsBetween_OverADateThatAZoneLeftOut_CountsNothingOfIt()
    {
        var (from, to) = (Desk.At("2011-12-29T12:00:00-10:00"), Desk.At("2011-12-31T12:00:00+14:00"));

        Assert.Equal(0, Desk.Open("Pacific/Apia", "fri", "00:00-24:00").SecondsBetween(from, to));
        Assert.Equal(12 * 3600, Desk.Open("Pacific/Apia", "thu", "00:00-24:00").SecondsBetween(from, to));
        Assert.Equal(12 * 3600, Desk.Open("Pacific/Apia", "sat", "00:00-24:00").SecondsBetween(from, to));
    }

    /// <summary>2026-06-04, Corpus Christi, is a Thursday and a holiday of Bavaria; 2026-06-03 and 2026-06-05 are none. Labour Day 2027-05-01 is a Saturday.</summary>
    [Theory]
    [InlineData("DE-BY", "2026-06-03", "2026-06-06", 2 * 9)]
    [InlineData("DE-BE", "2026-06-03", "2026-06-06", 3 * 9)]
    [InlineData(null, "2026-06-03", "2026-06-06", 3 * 9)]
    [InlineData("TARGET", "2026-04-01", "2026-04-08", 3 * 9 + 2 * 9)] // Wednesday to Tuesday: Good Friday and Easter Monday are closed, Saturday and Sunday are not
    [InlineData("DE-BY", "2027-05-01", "2027-05-03", 9)] // the Sunday after it
    [InlineData("DE-BY", "2025-12-24", "2026-01-08", 11 * 9)] // 15 days, of which 25 and 26 December, New Year and Epiphany are closed
    public void Holidays_OfACalendar_AreClosed_AndItsWeekendsAreNot(string? calendar, string from, string to, int hours) =>
        Assert.Equal(hours * 3600, Desk.Open("Europe/Berlin", Desk.AllDays, "08:00-17:00", calendar).SecondsBetween(Desk.At(from + "T00:00:00Z"), Desk.At(to + "T00:00:00Z")));

    [Fact]
    public void Holidays_OfOnesOwn_AreLocalDates()
    {
        var closed = Desk.Open("America/New_York", Desk.AllDays, "00:00-24:00", null, new DateOnly(2026, 12, 24));

        Assert.Equal(0, closed.SecondsBetween(Desk.At("2026-12-24T05:00:00Z"), Desk.At("2026-12-25T05:00:00Z")));
        Assert.Equal(2, closed.SecondsBetween(Desk.At("2026-12-24T04:59:59Z"), Desk.At("2026-12-25T05:00:01Z")));
    }

    [Theory]
    [InlineData("2026-03-27T15:00:00Z", 0, "2026-03-27T15:00:00Z")]
    [InlineData("2026-03-28T15:00:00Z", 0, "2026-03-28T15:00:00Z")] // at once, closed or not
    [InlineData("2026-03-27T15:00:00Z", 3_599, "2026-03-27T15:59:59Z")]
    [InlineData("2026-03-27T15:00:00Z", 3_600, "2026-03-27T16:00:00Z")] // 17:00, not Monday 08:00
    [InlineData("2026-03-27T15:00:00Z", 3_601, "2026-03-30T06:00:01Z")]
    [InlineData("2026-03-27T16:00:00Z", 1, "2026-03-30T06:00:01Z")] // at the end of hours
    [InlineData("2026-03-30T06:00:00Z", 1, "2026-03-30T06:00:01Z")] // at their beginning
    [InlineData("2026-03-28T10:00:00Z", 9 * 3600, "2026-03-30T15:00:00Z")]
    public void Reach_OfAnOffice_IsTheFirstInstant(string from, long seconds, string reached) => Assert.Equal(Desk.At(reached), Desk.Office.Reach(Desk.At(from), seconds));

    [Fact]
    public void Reach_OverMidnight_AndThroughARepeatedHour_IsOneStretch()
    {
        var night = Desk.Open("Europe/Berlin", "sat sun", "00:00-02:30,22:00-24:00");

        // Saturday 2026-10-24 22:00 is 20:00Z; Sunday's 02:00 to 02:30 comes twice, from 00:00Z and from 01:00Z.
        Assert.Equal(Desk.At("2026-10-24T22:00:00Z"), night.Reach(Desk.At("2026-10-24T20:00:00Z"), 2 * 3600));
        Assert.Equal(Desk.At("2026-10-25T00:30:00Z"), night.Reach(Desk.At("2026-10-24T20:00:00Z"), 4 * 3600 + 1800));
        Assert.Equal(Desk.At("2026-10-25T01:00:01Z"), night.Reach(Desk.At("2026-10-24T20:00:00Z"), 4 * 3600 + 1801));
        Assert.Equal(Desk.At("2026-10-25T01:30:00Z"), night.Reach(Desk.At("2026-10-24T20:00:00Z"), 5 * 3600));
    }

    [Fact]
    public void Reach_WithinTenYears_OrNever()
    {
        var minuteAWeek = Desk.Open("Europe/Berlin", "mon", "08:00-08:01");

        Assert.NotNull(minuteAWeek.Reach(Desk.At("2026-01-01T00:00:00Z"), 521 * 60));
        Assert.Null(minuteAWeek.Reach(Desk.At("2026-01-01T00:00:00Z"), 523 * 60));
        Assert.Null(Desk.Open("Europe/Berlin", "", "").Reach(Desk.At("2026-01-01T00:00:00Z"), 1));
        Assert.Null(Desk.Open("Europe/Berlin", "mon", "").Reach(Desk.At("2026-01-01T00:00:00Z"), 1));
        Assert.Null(Desk.Open("Europe/Berlin", "mon", "08:00-17:00").Reach(DateTimeOffset.MaxValue.AddMinutes(-1), 1));
    }

    /// <summary>Against a look at every single minute, with the local time from the system's own zone data.</summary>
    [Fact]
    public void SecondsBetween_AndReach_AreThoseOfAMinuteByMinuteCount() =>
        (from calendar in Histories.Calendar
         from start in Histories.Start
         from first in Gen.Int[0, 12 * 24 * 60]
         from length in Gen.Int[0, 12 * 24 * 60]
         from needed in Gen.Int[0, 4_000]
         select (calendar, start, first, length, needed)).Sample(
            one =>
            {
                var from = one.start.AddMinutes(one.first);
                var minutes = new SlowMinutes(one.calendar);

                Assert.Equal(60L * Enumerable.Range(0, one.length).Count(n => minutes.IsOpen(from.AddMinutes(n))), one.calendar.SecondsBetween(from, from.AddMinutes(one.length)));

                var (left, at) = (one.needed, from);
                for (var end = from.AddDays(30); left > 0 && at < end; at = at.AddMinutes(1)) left -= minutes.IsOpen(at) ? 1 : 0;
                if (left == 0) Assert.Equal(at, one.calendar.Reach(from, 60L * one.needed));
                else Assert.True(one.calendar.Reach(from, 60L * one.needed) is not { } later || later > at);
            });

    [Fact]
    public void SecondsBetween_AddsUp_AndReachIsItsInverse_ToTheSecond() =>
        (from calendar in Histories.Calendar
         from start in Histories.Start
         from offsets in Gen.Int[-40_000_000, 40_000_000].Array[3]
         from needed in Gen.Int[1, 3_000_000]
         select (calendar, start, offsets: offsets.Order().ToArray(), needed)).Sample(
            one =>
            {
                var at = one.offsets.Select(offset => one.start.AddSeconds(offset)).ToArray();
                Assert.Equal(one.calendar.SecondsBetween(at[0], at[2]), one.calendar.SecondsBetween(at[0], at[1]) + one.calendar.SecondsBetween(at[1], at[2]));
                if (one.calendar.Reach(at[0], one.needed) is not { } reached) return;
                Assert.Equal(one.needed, one.calendar.SecondsBetween(at[0], reached));
                Assert.Equal(one.needed - 1, one.calendar.SecondsBetween(at[0], reached.AddSeconds(-1)));
            });

    [Fact]
    public void Calendar_ReadWrittenAndKept_IsTheSame()
    {
        const string text = """{"zone":"Europe/Berlin","hours":{"mon":[["00:00","12:00"],["12:00","24:00"]],"sun":[["08:00","17:00"]]},"holidays":["2026-12-24","2026-12-31"],"holidayCalendar":"DE-BY"}""";
        var (calendar, faults) = Read(text);

        Assert.Empty(faults);
        Assert.Equal(text, Written(calendar!));
        Assert.Equal(24 * 3600, calendar!.SecondsBetween(Desk.At("2026-06-07T22:00:00Z"), Desk.At("2026-06-08T22:00:00Z"))); // a Monday
        var kept = JsonSerializer.Deserialize(JsonSerializer.Serialize(calendar, KeptCalendar.Default.ServiceCalendar), KeptCalendar.Default.ServiceCalendar)!;
        Assert.Equal(text, Written(kept));

        var (bare, none) = Read("""{"zone":"UTC","hours":{"tue":[]},"holidays":["2026-12-31","2026-12-24","2026-12-31"]}""");
        Assert.Empty(none);
        Assert.Equal("""{"zone":"UTC","hours":{},"holidays":["2026-12-24","2026-12-31"]}""", Written(bare!));
    }

    [Fact]
    public void Calendar_ThatSaysSomethingElse_CountsSomethingElse()
    {
        var (from, to) = (Desk.At("2026-03-27T00:00:00Z"), Desk.At("2026-03-28T00:00:00Z"));
        Assert.Equal(9 * 3600, Desk.Office.SecondsBetween(from, to));

        Assert.Equal(0, (Desk.Office with { Holidays = [new DateOnly(2026, 3, 27)] }).SecondsBetween(from, to));
        Assert.Equal(9 * 3600, Desk.Office.SecondsBetween(from, to));
    }

    [Theory]
    [InlineData("""{"zone":"Mars/Olympus","hours":{}}""", "support/zone zone")]
    [InlineData("""{"zone":"europe/berlin","hours":{}}""", "support/zone zone")]
    [InlineData("""{"hours":{}}""", "request/missing zone")]
    [InlineData("""{"zone":"UTC"}""", "request/missing hours")]
    [InlineData("""{"zone":"UTC","hours":[]}""", "request/not-an-object hours")]
    [InlineData("""{"zone":"UTC","hours":{"monday":[]}}""", "request/unknown-field hours.monday")]
    [InlineData("""{"zone":"UTC","hours":{"mon":{}}}""", "support/hours hours.mon")]
    [InlineData("""{"zone":"UTC","hours":{"mon":["08:00","17:00"]}}""", "support/hours hours.mon[0], support/hours hours.mon[1]")]
    [InlineData("""{"zone":"UTC","hours":{"mon":[["08:00"]]}}""", "support/hours hours.mon[0]")]
    [InlineData("""{"zone":"UTC","hours":{"mon":[["08:00",17]]}}""", "support/hours hours.mon[0]")]
    [InlineData("""{"zone":"UTC","hours":{"mon":[["8:00","17:00"]]}}""", "support/hours hours.mon[0]")]
    [InlineData("""{"zone":"UTC","hours":{"mon":[["08:00","24:01"]]}}""", "support/hours hours.mon[0]")]
    [InlineData("""{"zone":"UTC","hours":{"mon":[["24:00","24:00"]]}}""", "support/hours hours.mon[0]")]
    [InlineData("""{"zone":"UTC","hours":{"mon":[["17:00","08:00"]]}}""", "support/hours hours.mon[0]")]
    [InlineData("""{"zone":"UTC","hours":{"mon":[["08:00","08:00"]]}}""", "support/hours hours.mon[0]")]
    [InlineData("""{"zone":"UTC","hours":{"tue":[["08:00","12:00"],["11:59","17:00"]]}}""", "support/hours hours.tue[1]")]
    [InlineData("""{"zone":"UTC","hours":{"tue":[["12:00","13:00"],["08:00","09:00"]]}}""", "support/hours hours.tue[1]")]
    [InlineData("""{"zone":"UTC","hours":{},"holidays":"2026-12-24"}""", "support/holiday holidays")]
    [InlineData("""{"zone":"UTC","hours":{},"holidays":["2026-12-24","2026-12-32",5]}""", "support/holiday holidays[1], support/holiday holidays[2]")]
    [InlineData("""{"zone":"UTC","hours":{},"holidayCalendar":"DE-XX"}""", "support/holiday-calendar holidayCalendar")]
    [InlineData("""{"zone":"UTC","hours":{},"holidayCalendar":""}""", "request/text holidayCalendar")]
    [InlineData("""{"zone":"UTC","hours":{},"name":"x"}""", "request/unknown-field name")]
    [InlineData("[]", "request/not-an-object ")]
    public void Calendar_ThatIsNone_HasItsFaults(string text, string faults)
    {
        var (calendar, found) = Read(text);

        Assert.Equal(faults, string.Join(", ", found.Select(fault => $"{fault.Code} {fault.Path}")));
        if (!faults.Contains("unknown-field name", StringComparison.Ordinal)) Assert.Null(calendar);
    }

    private static (ServiceCalendar?, List<Fault>) Read(string text)
    {
        using var json = JsonDocument.Parse(text);
        List<Fault> faults = [];
        var fields = new JsonFields(json.RootElement, faults);
        var calendar = ServiceCalendar.Read(fields, faults);
        fields.NoOthers();
        return (calendar, faults);
    }

    private static string Written(ServiceCalendar calendar)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            calendar.Write(json);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(stream.ToArray());
    }
}

/// <summary>As a case keeps it.</summary>
[JsonSerializable(typeof(ServiceCalendar))]
internal sealed partial class KeptCalendar : JsonSerializerContext;
