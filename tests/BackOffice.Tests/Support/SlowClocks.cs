using BackOffice.Kernel;
using BackOffice.Support;

namespace BackOffice.Tests.Support;

/// <summary>Whether a calendar is open in a minute: the local time comes from the system's own zone data, and every minute is looked at by itself.</summary>
internal sealed class SlowMinutes
{
    private readonly TimeZoneInfo _zone;
    private readonly ServiceCalendar _calendar;
    private readonly HashSet<DateOnly> _closed;
    private readonly Dictionary<DayOfWeek, bool[]> _open = [];
    private readonly Dictionary<DateTimeOffset, bool> _known = [];

    public SlowMinutes(ServiceCalendar calendar)
    {
        (_calendar, _zone) = (calendar, TimeZoneInfo.FindSystemTimeZoneById(calendar.Zone));
        _closed = [.. calendar.Holidays];
        foreach (var day in Enum.GetValues<DayOfWeek>())
        {
            var minutes = _open[day] = new bool[24 * 60];
            if (!calendar.Hours.TryGetValue(day.ToString()[..3].ToLowerInvariant(), out var hours)) continue;
            foreach (var (from, to) in hours)
                for (var minute = Minutes(from); minute < Minutes(to); minute++) minutes[minute] = true;
        }
    }

    public bool IsOpen(DateTimeOffset minute)
    {
        if (_known.TryGetValue(minute, out var known)) return known;
        var local = TimeZoneInfo.ConvertTime(minute, _zone);
        var date = DateOnly.FromDateTime(local.DateTime);
        return _known[minute] = _open[local.DayOfWeek][(local.Hour * 60) + local.Minute] && !_closed.Contains(date) && !IsPublicHoliday(date);
    }

    private bool IsPublicHoliday(DateOnly date) => _calendar.HolidayCalendar is { } name && BusinessCalendar.Find(name)!.Holidays(date.Year).Any(holiday => holiday.Date == date);

    private static int Minutes(string time) => (int.Parse(time.AsSpan(0, 2), null) * 60) + int.Parse(time.AsSpan(3), null);
}

/// <summary>What the slow counter says of a clock; times are whole minutes.</summary>
internal sealed record SlowClock(int Elapsed, int? Target, DateTimeOffset? Due, bool IsBreached, DateTimeOffset? StoppedAt, int Cycles, int BreachedCycles, bool IsRunning);

/// <summary>
/// Counts one clock of a ticket by going through every minute of its life, with flags instead of spans; then, for what is still to come, through the minutes after it. Written from the rules, with nothing of <see cref="Clocks"/>.
/// </summary>
internal sealed class SlowClocks(IReadOnlyList<ClockEvent> events, IReadOnlyList<ServiceTerms> terms, DateTimeOffset now, DateTimeOffset horizon)
{
    private readonly Dictionary<object, SlowMinutes> _minutes = new(terms.Select(one => one.Calendar).Distinct<object>(ReferenceEqualityComparer.Instance)
        .Select(calendar => KeyValuePair.Create(calendar, new SlowMinutes((ServiceCalendar)calendar))), ReferenceEqualityComparer.Instance);

    public SlowClock Of(ClockKind kind, int percent = 100)
    {
        var (held, resolved, closed) = (false, false, false);
        var (elapsed, cycles, breachedCycles) = (0, 0, 0);
        DateTimeOffset? since = null; // it has been at or above its target without a break
        (DateTimeOffset At, DateTimeOffset? Since, int? Target)? stop = null;
        for (var minute = events[0].At; ; minute = minute.AddMinutes(1))
        {
            var (calendar, target) = Hold(kind, minute);
            since = Is(elapsed, target, percent) ? since ?? minute : null;
            foreach (var one in events.Where(one => one.At == minute && !closed))
            {
                switch (one.Kind)
                {
                    case ClockEventKind.Reply when kind == ClockKind.Update:
                        (cycles, breachedCycles) = (cycles + 1, breachedCycles + (since < minute ? 1 : 0));
                        (elapsed, since) = (0, null);
                        break;
                    case ClockEventKind.Reply when kind == ClockKind.FirstResponse:
                        stop ??= (minute, since, target);
                        break;
                    case ClockEventKind.Hold when !resolved:
                        held = true;
                        break;
                    case ClockEventKind.Resume:
                        held = false;
                        break;
                    case ClockEventKind.Resolve:
                        (resolved, held) = (true, false);
                        if (kind != ClockKind.Update) stop ??= (minute, since, target);
                        break;
                    case ClockEventKind.Reopen when resolved:
                        resolved = false;
                        if (kind == ClockKind.Solution) stop = null;
                        break;
                    case ClockEventKind.Close:
                        closed = true;
                        stop ??= (minute, since, target);
                        break;
                }
            }

            var runs = stop is null && !resolved && !(held && kind == ClockKind.Solution);
            if (minute == now)
            {
                if (stop is { } stopped)
                {
                    var was = stopped.Since ?? Ahead(kind, percent, elapsed, stopped.At, stopped.At);
                    return new SlowClock(elapsed, stopped.Target, was, stopped.Since < stopped.At, stopped.At, cycles, breachedCycles, false);
                }

                return new SlowClock(elapsed, target, since ?? (runs ? Ahead(kind, percent, elapsed, now, DateTimeOffset.MaxValue) : null), since is not null, null, cycles, breachedCycles, runs);
            }

            if (runs && _minutes[calendar].IsOpen(minute)) elapsed++;
        }
    }

    /// <summary>When it would come to it, were nothing else to happen; null when that is not before the horizon.</summary>
    /// <param name="lastChange">Changes of terms after this instant do not count.</param>
    private DateTimeOffset? Ahead(ClockKind kind, int percent, int elapsed, DateTimeOffset from, DateTimeOffset lastChange)
    {
        for (var minute = from; minute < horizon; minute = minute.AddMinutes(1))
        {
            var (calendar, target) = Hold(kind, minute < lastChange ? minute : lastChange);
            if (Is(elapsed, target, percent)) return minute;
            if (_minutes[calendar].IsOpen(minute)) elapsed++;
        }

        return null;
    }

    private (ServiceCalendar Calendar, int? Target) Hold(ClockKind kind, DateTimeOffset minute)
    {
        var held = terms.LastOrDefault(one => one.From <= minute) ?? terms[0];
        return (held.Calendar, kind switch { ClockKind.FirstResponse => held.Targets.FirstResponseMinutes, ClockKind.Update => held.Targets.UpdateMinutes, _ => held.Targets.SolutionMinutes });
    }

    private static bool Is(int elapsed, int? target, int percent) => target is { } known && elapsed * 100 >= known * percent;
}
