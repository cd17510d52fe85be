using System.Globalization;
using BackOffice.Support;

namespace BackOffice.Tests.Support;

/// <summary>Short ways to write calendars, instants and histories.</summary>
internal static class Desk
{
    public const string Weekdays = "mon tue wed thu fri";
    public const string AllDays = "mon tue wed thu fri sat sun";

    /// <summary>Monday to Friday 08:00 to 17:00 in Berlin, as most examples have it.</summary>
    public static readonly ServiceCalendar Office = Open("Europe/Berlin", Weekdays, "08:00-17:00");

    public static readonly ServiceCalendar RoundTheClock = Open("UTC", AllDays, "00:00-24:00");

    public static ServiceCalendar Open(string zone, string days, string hours, string? holidayCalendar = null, params DateOnly[] holidays)
    {
        IReadOnlyList<ServiceHours> list = [.. hours.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(one => new ServiceHours(one[..5], one[6..]))];
        return new ServiceCalendar(zone, days.Split(' ', StringSplitOptions.RemoveEmptyEntries).ToDictionary(day => day, _ => list), holidays, holidayCalendar);
    }

    public static DateTimeOffset At(string instant) => DateTimeOffset.Parse(instant, CultureInfo.InvariantCulture);

    /// <summary>A local time in Berlin of March 2026, summer time from the 29th: "27 16:30".</summary>
    public static DateTimeOffset March(string local)
    {
        var time = DateTime.ParseExact("2026-03-" + local, "yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);
        return new DateTimeOffset(time, TimeSpan.FromHours(time.Day >= 29 ? 2 : 1)).ToUniversalTime();
    }

    public static ClockEvent Created(string at) => new(March(at), ClockEventKind.Created);

    public static ClockEvent Reply(string at) => new(March(at), ClockEventKind.Reply);

    public static ClockEvent Hold(string at) => new(March(at), ClockEventKind.Hold);

    public static ClockEvent Resume(string at) => new(March(at), ClockEventKind.Resume);

    public static ClockEvent Resolve(string at) => new(March(at), ClockEventKind.Resolve);

    public static ClockEvent Reopen(string at) => new(March(at), ClockEventKind.Reopen);

    public static ClockEvent Close(string at) => new(March(at), ClockEventKind.Close);

    public static ServiceTerms Terms(string from, int? firstResponse = null, int? update = null, int? solution = null, ServiceCalendar? calendar = null) =>
        new(March(from), calendar is null ? "office" : "other", calendar ?? Office, new SlaTargets(firstResponse, update, solution));
}
