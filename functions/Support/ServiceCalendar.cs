using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using BackOffice.Kernel;
using NodaTime;

namespace BackOffice.Support;

/// <summary>Service hours of a day, [from, to) in local wall time: <c>08:00</c> to <c>17:00</c>; <paramref name="To"/> may be <c>24:00</c>.</summary>
public sealed record ServiceHours(string From, string To);

/// <summary>
/// When a service is at hand: an instant counts when the wall time that the zone gives it lies in the hours of its weekday and its date is no holiday. So an hour that comes twice in autumn counts twice, and one that is skipped in
/// spring does not count.
/// </summary>
/// <param name="Zone">Time zone of the IANA data base: <c>Europe/Berlin</c>.</param>
/// <param name="Hours">By weekday, <c>mon</c> to <c>sun</c>; sorted, not overlapping; a day that is not there has none.</param>
/// <param name="Holidays">Dates without service, sorted.</param>
/// <param name="HolidayCalendar">A calendar of the house whose holidays are without service as well, <c>DE-BY</c>; its weekends do not matter. Null: none.</param>
public sealed record ServiceCalendar(string Zone, IReadOnlyDictionary<string, IReadOnlyList<ServiceHours>> Hours, IReadOnlyList<DateOnly> Holidays, string? HolidayCalendar)
{
    private const int MaxHoursADay = 10;
    private const int MaxHolidays = 1_000;
    private const int SecondsADay = 24 * 60 * 60;

    /// <summary>Beyond so many years nothing is waited for.</summary>
    private const int MaxYears = 10;

    private static readonly string[] Weekdays = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
    private static readonly ConcurrentDictionary<(string Calendar, int Year), HashSet<DateOnly>> PublicHolidays = new();

    private Plan? _plan;

    /// <summary>A changed copy makes its own plan.</summary>
    private ServiceCalendar(ServiceCalendar original) => (Zone, Hours, Holidays, HolidayCalendar) = (original.Zone, original.Hours, original.Holidays, original.HolidayCalendar);

    /// <summary>How many seconds of service lie in [from, to). Worked: Mon to Fri 08:00 to 17:00 in Berlin, from Friday 16:30 to Monday 08:15 → 2,700.</summary>
    public long SecondsBetween(DateTimeOffset from, DateTimeOffset to)
    {
        long sum = 0;
        foreach (var (start, end) in OpenFrom(from))
        {
            if (start >= to) break;
            sum += ((end < to ? end : to) - start).Ticks / TimeSpan.TicksPerSecond;
        }

        return sum;
    }

    /// <summary>
    /// The first instant at which so many seconds of service have passed since <paramref name="from"/>; 0 seconds: at once; null: not within ten years. Worked: 30 minutes from Friday 16:30, service until 17:00 → Friday 17:00, not Monday 08:00.
    /// </summary>
    public DateTimeOffset? Reach(DateTimeOffset from, long seconds)
    {
        if (seconds <= 0) return from;
        foreach (var (start, end) in OpenFrom(from))
        {
            var open = (end - start).Ticks / TimeSpan.TicksPerSecond;
            if (seconds <= open) return start.AddSeconds(seconds);
            seconds -= open;
        }

        return null;
    }

    /// <summary>Whether another calendar has the same hours and holidays.</summary>
    internal bool IsLike(ServiceCalendar other) =>
        Zone == other.Zone && HolidayCalendar == other.HolidayCalendar && Holidays.SequenceEqual(other.Holidays) && Weekdays.All(day => HoursOf(day).SequenceEqual(other.HoursOf(day)));

    /// <summary>
    /// Reads <c>{zone, hours: {mon: [["08:00","17:00"]], …}, holidays?: [date], holidayCalendar?}</c>. 422 <c>support/zone</c>, <c>support/hours</c> (<c>HH:mm</c>, from before to, in order, not overlapping, at most ten a day),
    /// <c>support/holidays</c>, <c>support/holiday-calendar</c>. Null: there is a fault.
    /// </summary>
    internal static ServiceCalendar? Read(JsonFields fields, List<Fault> faults, string path = "")
    {
        var before = faults.Count;
        var zone = fields.Text("zone", 60);
        if (zone.Length > 0 && DateTimeZoneProviders.Tzdb.GetZoneOrNull(zone) is null) faults.Add(new Fault(path + "zone", "support/zone", $"'{zone}' is no time zone of the IANA data base; one is Europe/Berlin."));
        Dictionary<string, IReadOnlyList<ServiceHours>> hours = new(StringComparer.Ordinal);
        if (fields.Element("hours") is { } given)
        {
            var days = new JsonFields(given, faults, path + "hours");
            foreach (var day in Weekdays)
            {
                if (!days.Has(day)) days.Absent(day);
                else if (ReadDay(days.Element(day)!.Value) is { } read) hours[day] = read;
                else faults.Add(new Fault($"{path}hours.{day}", "support/hours", $"The hours of a day are a list of at most {MaxHoursADay} pairs such as [\"08:00\",\"17:00\"], in order and not overlapping; the last may end at \"24:00\"."));
            }

            days.NoOthers();
        }

        var (holidays, calendar) = (ReadHolidays(fields, faults, path), fields.OptionalText("holidayCalendar", 20));
        if (calendar is { Length: > 0 } && BusinessCalendar.Find(calendar) is null) faults.Add(new Fault(path + "holidayCalendar", "support/holiday-calendar", $"There is no calendar '{calendar}'; there are {string.Join(", ", BusinessCalendar.Names)}."));
        return faults.Count > before ? null : new ServiceCalendar(zone, hours, holidays, calendar);
    }

    /// <summary>Writes the members that <see cref="Read"/> reads.</summary>
    internal void Write(Utf8JsonWriter json)
    {
        json.WriteString("zone", Zone);
        json.WriteStartObject("hours");
        foreach (var day in Weekdays.Where(day => HoursOf(day).Count > 0))
        {
            json.WriteStartArray(day);
            foreach (var (from, to) in HoursOf(day))
            {
                json.WriteStartArray();
                json.WriteStringValue(from);
                json.WriteStringValue(to);
                json.WriteEndArray();
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
        json.WriteStartArray("holidays");
        foreach (var holiday in Holidays) json.WriteStringValue(BusinessDay.Text(holiday));
        json.WriteEndArray();
        if (HolidayCalendar is not null) json.WriteString("holidayCalendar", HolidayCalendar);
    }

    private IReadOnlyList<ServiceHours> HoursOf(string day) => Hours.GetValueOrDefault(day) ?? [];

    /// <summary>The spans of service from an instant on, in order, each with its first instant and the one after its last; for ten years.</summary>
    private IEnumerable<(DateTimeOffset Start, DateTimeOffset End)> OpenFrom(DateTimeOffset from)
    {
        var plan = _plan ??= new Plan(this);
        if (plan.IsEmpty) yield break;
        var first = Instant.FromDateTimeOffset(from);
        // Within a zone interval the offset stands still, so a day's hours are one span each.
        foreach (var interval in plan.Zone.GetZoneIntervals(first, first.Plus(Duration.FromDays(MaxYears * 366))))
        {
            var offset = TimeSpan.FromTicks(interval.WallOffset.Ticks);
            var start = interval.HasStart && interval.Start > first ? interval.Start.ToDateTimeOffset() : from.ToUniversalTime();
            var end = interval.HasEnd && interval.End < first.Plus(Duration.FromDays(MaxYears * 366)) ? interval.End.ToDateTimeOffset() : start.AddDays(MaxYears * 366);
            for (var date = DateOnly.FromDateTime((start.UtcDateTime + offset)); ; date = date.AddDays(1))
            {
                var midnight = new DateTimeOffset(date.ToDateTime(TimeOnly.MinValue), TimeSpan.Zero) - offset;
                if (midnight >= end) break;
                foreach (var (opens, closes) in plan.On(date))
                {
                    var (a, b) = (midnight.AddSeconds(opens), midnight.AddSeconds(closes));
                    if (a < start) a = start;
                    if (b > end) b = end;
                    if (a < b) yield return (a, b);
                }
            }
        }
    }

    private static List<ServiceHours>? ReadDay(JsonElement day)
    {
        List<ServiceHours> hours = [];
        if (day.ValueKind != JsonValueKind.Array || day.GetArrayLength() > MaxHoursADay) return null;
        var last = -1;
        foreach (var pair in day.EnumerateArray())
        {
            if (pair.ValueKind != JsonValueKind.Array || pair.GetArrayLength() != 2 || pair[0].ValueKind != JsonValueKind.String || pair[1].ValueKind != JsonValueKind.String) return null;
            var read = new ServiceHours(pair[0].GetString()!, pair[1].GetString()!);
            if (SecondOf(read.From) is not { } from || SecondOf(read.To) is not { } to || from >= to || from < last) return null;
            last = to;
            hours.Add(read);
        }

        return hours;
    }

    private static List<DateOnly> ReadHolidays(JsonFields fields, List<Fault> faults, string path)
    {
        List<DateOnly> holidays = [];
        if (!fields.Has("holidays"))
        {
            fields.Absent("holidays");
            return holidays;
        }

        var array = fields.Element("holidays")!.Value;
        if (array.ValueKind == JsonValueKind.Array && array.GetArrayLength() <= MaxHolidays)
        {
            foreach (var element in array.EnumerateArray())
                if (element.ValueKind == JsonValueKind.String && BusinessDay.Parse(element.GetString()) is { } date) holidays.Add(date);
            if (holidays.Count == array.GetArrayLength()) return [.. holidays.Distinct().Order()];
        }

        faults.Add(new Fault(path + "holidays", "support/holidays", $"'holidays' is a list of at most {MaxHolidays} dates yyyy-MM-dd."));
        return [];
    }

    /// <summary>Second of the day of <c>HH:mm</c>, to <c>24:00</c>.</summary>
    private static int? SecondOf(string text) =>
        text == "24:00" ? SecondsADay : TimeOnly.TryParseExact(text, "HH:mm", CultureInfo.InvariantCulture, DateTimeStyles.None, out var time) ? (int)time.ToTimeSpan().TotalSeconds : null;

    /// <summary>The calendar made ready for counting.</summary>
    private sealed class Plan(ServiceCalendar calendar)
    {
        private readonly (int Opens, int Closes)[][] _byWeekday = [.. Weekdays.Select(day => calendar.HoursOf(day).Select(hours => (SecondOf(hours.From)!.Value, SecondOf(hours.To)!.Value)).ToArray())];
        private readonly HashSet<DateOnly> _holidays = [.. calendar.Holidays];
        private readonly BusinessCalendar? _public = calendar.HolidayCalendar is null ? null : BusinessCalendar.Find(calendar.HolidayCalendar);

        public DateTimeZone Zone { get; } = DateTimeZoneProviders.Tzdb[calendar.Zone];

        public bool IsEmpty => Array.TrueForAll(_byWeekday, day => day.Length == 0);

        public (int Opens, int Closes)[] On(DateOnly date)
        {
            var hours = _byWeekday[((int)date.DayOfWeek + 6) % 7];
            return hours.Length == 0 || _holidays.Contains(date) || (_public is not null && HolidaysOf(_public, date.Year).Contains(date)) ? [] : hours;
        }

        private static HashSet<DateOnly> HolidaysOf(BusinessCalendar calendar, int year) => PublicHolidays.GetOrAdd((calendar.Name, year), _ => [.. calendar.Holidays(year).Select(holiday => holiday.Date)]);
    }
}
