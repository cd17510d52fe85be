using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using BackOffice.Kernel;

namespace BackOffice.Support;

/// <summary>Hours of a day in which is served, by the clock on the wall: [from, to).</summary>
/// <param name="From"><c>HH:mm</c>.</param>
/// <param name="To"><c>HH:mm</c>, after <paramref name="From"/>; <c>24:00</c> is the day's end.</param>
public sealed record ServiceHours(string From, string To);

/// <summary>
/// When a support desk works. An instant counts when the local time that the zone gives it lies in the hours of its local weekday and its local date is no holiday; so an hour that the clocks repeat counts twice, and one that they leave out
/// not at all. Worked, Europe/Berlin, Monday to Friday 08:00 to 17:00: from Friday 2026-03-27T15:00Z (16:00) to Monday 2026-03-30T07:00Z (09:00, summer time since Sunday) → 2 hours.
/// </summary>
/// <param name="Zone">A time zone of the IANA database: <c>Europe/Berlin</c>.</param>
/// <param name="Hours">By weekday, <c>mon</c> to <c>sun</c>, ascending and apart; a day that is not there is closed.</param>
/// <param name="Holidays">Local dates that are closed, whatever their weekday.</param>
/// <param name="HolidayCalendar">A <see cref="BusinessCalendar"/> whose public holidays are closed as well; its weekends do not matter. Null: none.</param>
public sealed record ServiceCalendar(string Zone, IReadOnlyDictionary<string, IReadOnlyList<ServiceHours>> Hours, IReadOnlyList<DateOnly> Holidays, string? HolidayCalendar)
{
    /// <summary>What is not reached within so many years is never reached.</summary>
    public const int FarthestYears = 10;

    internal static readonly string[] Weekdays = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]; // as DayOfWeek counts

    private const int MaxHoursADay = 48;
    private const int MaxHolidays = 1_000;

    /// <summary>Kept beside the record, not in it: two calendars that say the same are equal, counted with or not.</summary>
    private static readonly ConditionalWeakTable<ServiceCalendar, ServiceTime> Times = [];

    private ServiceTime Time => Times.GetValue(this, static calendar => new ServiceTime(calendar));

    /// <summary>Seconds that count from one instant to another; 0 when that is not after it.</summary>
    public long SecondsBetween(DateTimeOffset from, DateTimeOffset to) => Time.Count(from.ToUnixTimeSeconds(), to.ToUnixTimeSeconds(), long.MaxValue).Counted;

    /// <summary>
    /// The first instant at which so many seconds have counted: for 0 the beginning itself; exactly at the end of hours that end, not the beginning of the next. Null when that takes more than ten years.
    /// </summary>
    public DateTimeOffset? Reach(DateTimeOffset from, long seconds) => Reach(from, seconds, from.UtcDateTime.Year > 9_999 - FarthestYears ? DateTimeOffset.MaxValue : from.AddYears(FarthestYears));

    /// <summary>The same, when it is not after an instant.</summary>
    internal DateTimeOffset? Reach(DateTimeOffset from, long seconds, DateTimeOffset until)
    {
        if (seconds <= 0) return Moment.Cut(from);
        var (counted, at) = Time.Count(from.ToUnixTimeSeconds(), until.ToUnixTimeSeconds(), seconds);
        return counted == seconds ? DateTimeOffset.FromUnixTimeSeconds(at) : null;
    }

    /// <summary>
    /// Reads <c>{zone, hours: {mon: [["08:00", "17:00"]], …}, holidays?: ["2026-12-24"], holidayCalendar?: "DE-BY"}</c>; null and faults when it is none: <c>support/zone</c>, <c>support/hours</c>, <c>support/holiday</c>,
    /// <c>support/holiday-calendar</c>. The caller closes with <see cref="JsonFields.NoOthers"/>.
    /// </summary>
    internal static ServiceCalendar? Read(JsonFields fields, List<Fault> faults)
    {
        var before = faults.Count;
        var (zone, calendar) = (fields.Text("zone", 64), fields.OptionalText("holidayCalendar", 64));
        if (zone.Length > 0 && !ServiceTime.IsZone(zone)) faults.Add(new Fault(fields.PathOf("zone"), "support/zone", $"'{zone}' is no time zone of the IANA database, such as Europe/Berlin."));
        if (calendar?.Length > 0 && BusinessCalendar.Find(calendar) is null)
            faults.Add(new Fault(fields.PathOf("holidayCalendar"), "support/holiday-calendar", $"There is no calendar '{calendar}'. Known are {string.Join(", ", BusinessCalendar.Names)}."));
        var (hours, holidays) = (ReadHours(fields, faults), ReadHolidays(fields, faults));
        return faults.Count > before || zone.Length == 0 ? null : new ServiceCalendar(zone, hours, holidays, calendar);
    }

    /// <summary>Writes the members that <see cref="Read"/> reads.</summary>
    internal void Write(Utf8JsonWriter json)
    {
        json.WriteString("zone", Zone);
        json.WriteStartObject("hours");
        foreach (var day in Weekdays.Skip(1).Append(Weekdays[0]))
        {
            if (!Hours.TryGetValue(day, out var hours)) continue;
            json.WriteStartArray(day);
            foreach (var (from, to) in hours)
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

    /// <summary>Whether another calendar has the same hours and holidays.</summary>
    internal bool IsLike(ServiceCalendar other) =>
        Zone == other.Zone && HolidayCalendar == other.HolidayCalendar && Holidays.SequenceEqual(other.Holidays) && Weekdays.All(day => (Hours.GetValueOrDefault(day) ?? []).SequenceEqual(other.Hours.GetValueOrDefault(day) ?? []));

    /// <summary>Minutes since midnight of <c>HH:mm</c>, up to <c>24:00</c>; null when it is none.</summary>
    internal static int? MinutesOf(string time) =>
        time == "24:00" ? 24 * 60
        : TimeOnly.TryParseExact(time, "HH:mm", CultureInfo.InvariantCulture, DateTimeStyles.None, out var wall) ? (wall.Hour * 60) + wall.Minute
        : null;

    private static Dictionary<string, IReadOnlyList<ServiceHours>> ReadHours(JsonFields fields, List<Fault> faults)
    {
        Dictionary<string, IReadOnlyList<ServiceHours>> hours = new(StringComparer.Ordinal);
        if (fields.Inner("hours") is not { } days) return hours;
        foreach (var day in Weekdays.Skip(1).Append(Weekdays[0]))
        {
            if (!days.Has(day)) days.Absent(day);
            else if (ReadDay(days.Element(day)!.Value, days.PathOf(day), faults) is { Count: > 0 } known) hours[day] = known;
        }

        days.NoOthers();
        return hours;
    }

    private static List<ServiceHours> ReadDay(JsonElement list, string path, List<Fault> faults)
    {
        List<ServiceHours> hours = [];
        if (list.ValueKind != JsonValueKind.Array || list.GetArrayLength() > MaxHoursADay)
        {
            faults.Add(new Fault(path, "support/hours", $"A day's hours are an array of at most {MaxHoursADay} pairs [\"08:00\", \"17:00\"]."));
            return hours;
        }

        var (n, free) = (0, 0);
        foreach (var pair in list.EnumerateArray())
        {
            var at = $"{path}[{n++}]";
            if (ReadPair(pair) is not { } read) faults.Add(new Fault(at, "support/hours", "Hours are a pair [\"08:00\", \"17:00\"] of HH:mm, the second after the first and at most 24:00."));
            else if (MinutesOf(read.From) < free) faults.Add(new Fault(at, "support/hours", $"The hours from {read.From} begin before the ones ahead of them end: they must be in order and must not overlap."));
            else (hours, free) = ([.. hours, read], MinutesOf(read.To)!.Value);
        }

        return hours;
    }

    private static ServiceHours? ReadPair(JsonElement pair)
    {
        if (pair.ValueKind != JsonValueKind.Array || pair.GetArrayLength() != 2 || pair[0].ValueKind != JsonValueKind.String || pair[1].ValueKind != JsonValueKind.String) return null;
        var (from, to) = (TextOf(pair[0]), TextOf(pair[1]));
        return MinutesOf(from) < MinutesOf(to) ? new ServiceHours(from, to) : null;
    }

    private static List<DateOnly> ReadHolidays(JsonFields fields, List<Fault> faults)
    {
        SortedSet<DateOnly> holidays = [];
        if (!fields.Has("holidays")) fields.Absent("holidays");
        else if (fields.Element("holidays") is { ValueKind: JsonValueKind.Array } list && list.GetArrayLength() <= MaxHolidays)
        {
            var n = 0;
            foreach (var element in list.EnumerateArray())
            {
                if (element.ValueKind == JsonValueKind.String && BusinessDay.Parse(TextOf(element)) is { } date) holidays.Add(date);
                else faults.Add(new Fault(fields.PathOf($"holidays[{n}]"), "support/holiday", "A holiday is a date yyyy-MM-dd."));
                n++;
            }
        }
        else faults.Add(new Fault(fields.PathOf("holidays"), "support/holiday", $"'holidays' is an array of at most {MaxHolidays} dates."));

        return [.. holidays];
    }

    /// <summary>Short texts as they stand; "" for what is longer than any that is wanted here, or holds half a surrogate pair.</summary>
    private static string TextOf(JsonElement element) => element.GetRawText() is { Length: <= 12 } raw ? raw[1..^1] : "";
}
