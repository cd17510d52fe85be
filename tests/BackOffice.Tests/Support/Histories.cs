using System.Globalization;
using BackOffice.Support;
using CsCheck;

namespace BackOffice.Tests.Support;

/// <summary>A ticket's life, all on whole minutes, and the minute it is asked in.</summary>
internal sealed record History(IReadOnlyList<ClockEvent> Events, IReadOnlyList<ServiceTerms> Terms, DateTimeOffset Now)
{
    /// <summary>For who must mend what a random history has shown.</summary>
    public override string ToString() => string.Join('\n', Events.Select(one => $"{one.At:u} {one.Kind}").Append($"{Now:u} now")
        .Concat(Terms.Select(one => $"{one.From:u} {one.CalendarId} {one.Targets} {one.Calendar.Zone} {one.Calendar.HolidayCalendar} {string.Join(' ', one.Calendar.Holidays)} {string.Join(' ', one.Calendar.Hours.Select(day => $"{day.Key} {string.Join(',', day.Value)}"))}")));
}

/// <summary>Random calendars and histories. Half of all times are whole half hours, so that they meet often.</summary>
internal static class Histories
{
    private static readonly string[] Zones = ["Europe/Berlin", "Europe/Berlin", "Australia/Lord_Howe", "America/New_York", "America/St_Johns", "Asia/Kathmandu", "UTC"];

    /// <summary>Some days before the clocks change in Berlin, New York and on Lord Howe, and before Christmas.</summary>
    public static readonly Gen<DateTimeOffset> Start =
        from day in Among("2026-03-24", "2026-03-05", "2026-10-20", "2026-10-28", "2026-03-31", "2026-09-30", "2026-12-18", "2027-12-27")
        from minutes in Minutes(3 * 24 * 60)
        select Desk.At(day + "T00:00:00Z").AddMinutes(minutes);

    private static readonly Gen<IReadOnlyList<ServiceHours>> Hours = Gen.Frequency(
        (3, Gen.Const<IReadOnlyList<ServiceHours>>([new ServiceHours("08:00", "17:00")])),
        (1, Gen.Const<IReadOnlyList<ServiceHours>>([new ServiceHours("00:00", "24:00")])),
        (1, Gen.Const<IReadOnlyList<ServiceHours>>([])),
        (3, Minutes(24 * 60).Array[0, 7].Select(Pairs)));

    public static readonly Gen<ServiceCalendar> Calendar =
        from zone in Among(Zones)
        from hours in Hours.Array[7]
        from alike in Gen.Bool
        from holidays in Gen.Int[0, 60].Array[0, 4]
        from calendar in Among(null, null, "DE-BY", "TARGET")
        from start in Start
        select new ServiceCalendar(zone, Desk.AllDays.Split(' ').Select((day, n) => (day, hours[alike && n < 5 ? 0 : n])).Where(day => day.Item2.Count > 0).ToDictionary(day => day.day, day => day.Item2),
            [.. holidays.Select(days => DateOnly.FromDateTime(start.UtcDateTime).AddDays(days))], calendar);

    private static readonly Gen<ClockEventKind> Kind = Among(ClockEventKind.Reply, ClockEventKind.Reply, ClockEventKind.Hold, ClockEventKind.Hold, ClockEventKind.Resume, ClockEventKind.Resume,
        ClockEventKind.Resolve, ClockEventKind.Reopen, ClockEventKind.Resolve, ClockEventKind.Reopen, ClockEventKind.Created);

    private static readonly Gen<int?> Target = Gen.Frequency((1, Gen.Const((int?)null)), (5, Gen.Int[1, 60].Select(tens => (int?)(tens * 10))), (3, Gen.Int[1, 40].Select(hours => (int?)(hours * 60))));

    public static readonly Gen<History> All =
        from start in Start
        from kinds in Kind.Array[0, 12]
        from gaps in Gen.Frequency((2, Gen.Const(0)), (6, Minutes(1_000)), (2, Minutes(4_000))).Array[14]
        from closes in Gen.Frequency((3, Gen.Const(false)), (1, Gen.Const(true)))
        from calendars in Calendar.Array[1, 2]
        from changes in Gen.Select(Gen.Int[-1_000, 12_000], Gen.Int[-1, 13], Gen.Int[0, 1], Target, Target, Target).Array[1, 5]
        from until in Gen.Frequency((1, Gen.Const(0)), (4, Minutes(6_000)))
        from meets in Gen.Int[-3, 13]
        select Of(start, kinds, gaps, closes, calendars, changes, until, meets);

    private static History Of(DateTimeOffset start, ClockEventKind[] kinds, int[] gaps, bool closes, ServiceCalendar[] calendars, (int Offset, int Meets, int Calendar, int?, int?, int?)[] changes, int until, int meets)
    {
        List<ClockEvent> events = [new(start, ClockEventKind.Created)];
        foreach (var kind in closes ? kinds.Append(ClockEventKind.Close) : kinds) events.Add(new ClockEvent(events[^1].At.AddMinutes(gaps[events.Count]), kind));
        // Some changes of terms fall into the minute of an event, and so does the question.
        var terms = changes.Select(change => new ServiceTerms(change.Meets >= 0 && change.Meets < events.Count ? events[change.Meets].At : start.AddMinutes(change.Offset),
                change.Calendar.ToString(CultureInfo.InvariantCulture), calendars[change.Calendar % calendars.Length], new SlaTargets(change.Item4, change.Item5, change.Item6)))
            .OrderBy(one => one.From).ToArray();
        return new History(events, terms, meets >= 0 && meets < events.Count ? events[meets].At : events[^1].At.AddMinutes(until));
    }

    private static Gen<T> Among<T>(params T[] all) => Gen.Int[0, all.Length - 1].Select(n => all[n]);

    private static Gen<int> Minutes(int most) => Gen.Frequency((1, Gen.Int[0, most]), (1, Gen.Int[0, most / 30].Select(halves => halves * 30)));

    private static IReadOnlyList<ServiceHours> Pairs(int[] minutes)
    {
        var cuts = minutes.Distinct().Order().ToArray();
        return [.. Enumerable.Range(0, cuts.Length / 2).Select(n => new ServiceHours(Text(cuts[2 * n]), Text(cuts[(2 * n) + 1])))];
    }

    private static string Text(int minutes) => string.Create(CultureInfo.InvariantCulture, $"{minutes / 60:D2}:{minutes % 60:D2}");
}
