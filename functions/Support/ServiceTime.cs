using System.Collections.Concurrent;
using BackOffice.Kernel;
using NodaTime;

namespace BackOffice.Support;

/// <summary>A service calendar made ready to count with: a walk over the stretches of time in which the zone's offset stays the same, and the local days within each. All times are seconds since 1970 in UTC.</summary>
internal sealed class ServiceTime
{
    private const long DaySeconds = 86_400;
    private const int ThursdayTheFirst = 4; // 1970-01-01, as DayOfWeek counts

    private static readonly int Epoch = new DateOnly(1970, 1, 1).DayNumber;

    /// <summary>Public holidays by calendar and year, as days since 1970: the library computes a year in far more time than it takes to count it.</summary>
    private static readonly ConcurrentDictionary<(string Calendar, int Year), HashSet<long>> PublicHolidays = [];

    private readonly DateTimeZone _zone;
    private readonly (long From, long To)[][] _hours; // by DayOfWeek, seconds since local midnight
    private readonly HashSet<long> _holidays; // days since 1970
    private readonly string? _calendar;
    private readonly bool _isAlwaysClosed;

    public ServiceTime(ServiceCalendar calendar)
    {
        _zone = DateTimeZoneProviders.Tzdb[calendar.Zone];
        _hours = [.. ServiceCalendar.Weekdays.Select(day => calendar.Hours.TryGetValue(day, out var hours) ? hours.Select(one => (SecondsOf(one.From), SecondsOf(one.To))).ToArray() : [])];
        _holidays = [.. calendar.Holidays.Select(DayOf)];
        _calendar = calendar.HolidayCalendar;
        _isAlwaysClosed = _hours.All(day => day.Length == 0);
    }

    public static bool IsZone(string zone) => DateTimeZoneProviders.Tzdb.GetZoneOrNull(zone) is not null;

    /// <summary>Counts on from an instant, until another or until so many seconds have counted, whichever is first.</summary>
    /// <returns>How many have counted, and the instant at which that was so.</returns>
    public (long Counted, long At) Count(long from, long until, long seconds)
    {
        var (counted, year, publicHolidays) = (0L, 0, (HashSet<long>?)null);
        if (_isAlwaysClosed || until <= from) return (0, until);
        foreach (var stretch in _zone.GetZoneIntervals(Instant.FromUnixTimeSeconds(from), Instant.FromUnixTimeSeconds(until)))
        {
            var offset = stretch.WallOffset.Seconds;
            var begin = stretch.HasStart ? Math.Max(from, stretch.Start.ToUnixTimeSeconds()) : from;
            var end = stretch.HasEnd ? Math.Min(until, stretch.End.ToUnixTimeSeconds()) : until;
            for (var day = FloorDay(begin + offset); (day * DaySeconds) - offset < end; day++)
            {
                var hours = _hours[Weekday(day)];
                if (hours.Length == 0 || _holidays.Contains(day)) continue;
                if (_calendar is not null)
                {
                    var date = DateOnly.FromDayNumber((int)day + Epoch);
                    if (date.Year != year) (year, publicHolidays) = (date.Year, HolidaysOf(_calendar, date.Year));
                    if (publicHolidays!.Contains(day)) continue;
                }

                var midnight = (day * DaySeconds) - offset;
                foreach (var (open, close) in hours)
                {
                    var (first, last) = (Math.Max(midnight + open, begin), Math.Min(midnight + close, end));
                    if (last <= first) continue;
                    if (last - first >= seconds - counted) return (seconds, first + seconds - counted);
                    counted += last - first;
                }
            }
        }

        return (counted, until);
    }

    private static HashSet<long> HolidaysOf(string calendar, int year) => PublicHolidays.GetOrAdd((calendar, year), static key =>
        [.. (BusinessCalendar.Find(key.Calendar) ?? throw new InvalidDataException($"There is no calendar '{key.Calendar}'.")).Holidays(key.Year).Select(holiday => DayOf(holiday.Date))]);

    private static long DayOf(DateOnly date) => date.DayNumber - Epoch;

    private static long FloorDay(long seconds) => (seconds - (((seconds % DaySeconds) + DaySeconds) % DaySeconds)) / DaySeconds;

    private static int Weekday(long day) => (int)((((day + ThursdayTheFirst) % 7) + 7) % 7);

    private static long SecondsOf(string time) => 60L * (ServiceCalendar.MinutesOf(time) ?? throw new InvalidDataException($"'{time}' is no time of day."));
}
