using BackOffice.Support;

namespace BackOffice.Tests.Support;

/// <summary>The clocks counted minute by minute, by .NET's time zones: slow, and written without any of the code it is held against.</summary>
internal sealed class SlowClock
{
    public long ElapsedMinutes { get; private set; }
    public DateTimeOffset? DueAt { get; private set; }
    public bool IsBreached { get; private set; }

    /// <summary>One clock of a ticket, at an instant and, when it runs, on into the future until it is due.</summary>
    public static SlowClock Of(ClockKind kind, IReadOnlyList<ClockEvent> events, IReadOnlyList<ServiceTerms> terms, DateTimeOffset now)
    {
        var clock = new SlowClock();
        var (onHold, resolved, stopped) = (false, false, false);
        DateTimeOffset? stoppedAt = null;
        long? seenTarget = null;
        var next = 1;
        for (var minute = events[0].At; minute < now.AddDays(20); minute = minute.AddMinutes(1))
        {
            var term = terms.Last(one => one.From <= minute || one == terms[0]);
            long? target = kind switch { ClockKind.FirstResponse => term.Targets.FirstResponseMinutes, ClockKind.Update => term.Targets.UpdateMinutes, _ => term.Targets.SolutionMinutes };
            while (next < events.Count && events[next].At <= minute && events[next].At <= now)
            {
                var e = events[next++];
                var isEnd = kind switch
                {
                    ClockKind.FirstResponse => e.Kind is ClockEventKind.Reply or ClockEventKind.Resolve or ClockEventKind.Close,
                    ClockKind.Update => e.Kind is ClockEventKind.Close,
                    _ => e.Kind is ClockEventKind.Resolve or ClockEventKind.Close,
                };
                if (!stopped && isEnd)
                {
                    (stopped, stoppedAt) = (true, e.At);
                    clock.IsBreached = clock.DueAt is { } due && due < e.At;
                }

                if (kind == ClockKind.Update && e.Kind == ClockEventKind.Reply && !stopped) (clock.ElapsedMinutes, clock.DueAt) = (0, null);
                if (e.Kind == ClockEventKind.Hold) onHold = true;
                if (e.Kind == ClockEventKind.Resume) onHold = false;
                if (e.Kind == ClockEventKind.Resolve) (resolved, onHold) = (true, false);
                if (e.Kind == ClockEventKind.Reopen)
                {
                    resolved = false;
                    if (kind != ClockKind.FirstResponse) (stopped, stoppedAt) = (false, null);
                }
            }

            // What is past 'now' is only asked for a clock that runs, and for one that has stopped, as if it had run on from there.
            if (minute >= now)
            {
                if (stopped || resolved || (onHold && kind == ClockKind.Solution) || clock.DueAt is not null || target is null) break;
                Due();
                if (IsOpen(minute, term.Calendar)) clock._foreseen++;
                continue;
            }

            if (stopped) continue;
            Due();
            if (IsOpen(minute, term.Calendar) && !resolved && !(onHold && kind == ClockKind.Solution)) clock.ElapsedMinutes++;

            void Due()
            {
                if (target is null || (seenTarget is not null && clock.ElapsedMinutes + clock._foreseen < target)) clock.DueAt = null;
                seenTarget = target;
                if (target is not null && clock.DueAt is null && clock.ElapsedMinutes + clock._foreseen >= target) clock.DueAt = minute;
            }
        }

        if (!stopped) clock.IsBreached = clock.DueAt <= now;
        return clock;
    }

    private long _foreseen;

    private static bool IsOpen(DateTimeOffset at, ServiceCalendar calendar)
    {
        var local = TimeZoneInfo.ConvertTime(at, TimeZoneInfo.FindSystemTimeZoneById(calendar.Zone)).DateTime;
        if (calendar.Holidays.Contains(DateOnly.FromDateTime(local))) return false;
        var day = local.DayOfWeek switch { DayOfWeek.Monday => "mon", DayOfWeek.Tuesday => "tue", DayOfWeek.Wednesday => "wed", DayOfWeek.Thursday => "thu", DayOfWeek.Friday => "fri", DayOfWeek.Saturday => "sat", _ => "sun" };
        var minute = (local.Hour * 60) + local.Minute;
        return calendar.Hours.TryGetValue(day, out var hours) && hours.Any(span => Minute(span.From) <= minute && minute < Minute(span.To));
    }

    private static int Minute(string text) => (int.Parse(text.AsSpan(0, 2), System.Globalization.CultureInfo.InvariantCulture) * 60) + int.Parse(text.AsSpan(3, 2), System.Globalization.CultureInfo.InvariantCulture);
}
