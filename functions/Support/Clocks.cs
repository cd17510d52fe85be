using BackOffice.Kernel;

namespace BackOffice.Support;

/// <summary>
/// The clocks of a ticket, computed from its history and never counted, so that the answer is the same however often and whenever it is asked. Times are cut to whole seconds.
/// <list type="bullet">
/// <item>All begin at creation. On hold only the solution clock stands still; while resolved none counts.</item>
/// <item>First response stops for good at the first public human answer, or at the resolution. Update begins again at 0 with each public human answer. Solution stops at the resolution; reopening lets it go on with what had elapsed. Closing
/// stops all for good.</item>
/// <item>Each span is measured by the calendar that held in it, and stays as measured. Due is the first instant at which what has elapsed reaches the target that then holds: at once when a change lowers the target to or below what has elapsed, also
/// while the clock stands still; and a change that raises it above makes an earlier reaching undone. Where several terms or events fall into one second, the last terms hold before the first event.</item>
/// </list>
/// Worked, Monday to Friday 08:00 to 17:00 in Berlin, solution in 4 hours: created Friday 2026-03-27 16:00, on hold from 16:30 to Monday 09:00, → 30 minutes elapsed, due Monday 12:30.
/// </summary>
public static class Clocks
{
    private enum Status
    {
        Open,
        OnHold,
        Resolved,
        Closed,
    }

    /// <param name="events">By time; the first is the creation, whatever its kind. What changes nothing (hold while on hold) is passed over; what lies after <paramref name="now"/> has not happened yet.</param>
    /// <param name="terms">By time, at least one; the first holds from the creation, those in the future are known already.</param>
    public static ClockSheet Of(IReadOnlyList<ClockEvent> events, IReadOnlyList<ServiceTerms> terms, DateTimeOffset now)
    {
        now = Moment.Cut(now);
        if (events.Count == 0 || Moment.Cut(events[0].At) > now) return new ClockSheet([], [], [.. Enum.GetValues<ClockKind>().Select(kind => new Clock(kind, ClockState.None, 0, null, null, false, null, 0, 0))]);
        terms = InWholeSeconds(terms);
        List<ClockSpan> spans = [];
        ClockTrack[] tracks = [new(ClockKind.FirstResponse, spans, terms), new(ClockKind.Update, spans, terms), new(ClockKind.Solution, spans, terms)];
        var status = Status.Open;
        var (from, began) = (Moment.Cut(events[0].At), (ClockEvent?)(events[0] with { Kind = ClockEventKind.Created }));
        var (nextEvent, current) = (events[0].Kind == ClockEventKind.Created ? 1 : 0, TermsAt(terms, from));
        while (status != Status.Closed)
        {
            var eventAt = nextEvent < events.Count && Moment.Cut(events[nextEvent].At) is var at && at <= now ? at : (DateTimeOffset?)null;
            var termsAt = current + 1 < terms.Count && terms[current + 1].From is var change && change <= now ? change : (DateTimeOffset?)null;
            if (termsAt is { } changed && !(eventAt < changed))
            {
                EndSpan(changed);
                (from, began, current) = (changed, null, TermsAt(terms, changed));
            }
            else if (eventAt is { } happened)
            {
                var one = events[nextEvent++];
                if (After(status, one.Kind) is not { } then) continue;
                EndSpan(happened);
                Apply(tracks, status, then, one.Kind, happened);
                (from, began, status) = (happened, one, then);
            }
            else break;
        }

        EndSpan(null);
        foreach (var track in tracks) track.Now = now;
        return new ClockSheet(spans, tracks, [.. tracks.Select(track => track.Read())]);

        void EndSpan(DateTimeOffset? to)
        {
            var held = terms[current];
            var seconds = tracks.Any(track => track.IsRunning) ? held.Calendar.SecondsBetween(from, to ?? now) : 0;
            spans.Add(new ClockSpan(from, to, began, held, tracks[0].Add(seconds, held), tracks[1].Add(seconds, held), tracks[2].Add(seconds, held)));
        }
    }

    /// <summary>Which terms hold at an instant: of those that begin together the last.</summary>
    internal static int TermsAt(IReadOnlyList<ServiceTerms> terms, DateTimeOffset at)
    {
        var n = 0;
        while (n + 1 < terms.Count && terms[n + 1].From <= at) n++;
        return n;
    }

    /// <summary>The status after an event, the same one when it only restarts a clock; null when it changes nothing.</summary>
    private static Status? After(Status status, ClockEventKind kind) => (status, kind) switch
    {
        (Status.Closed, _) => null,
        (_, ClockEventKind.Reply) => status,
        (Status.Open, ClockEventKind.Hold) => Status.OnHold,
        (Status.OnHold, ClockEventKind.Resume) => Status.Open,
        (Status.Open or Status.OnHold, ClockEventKind.Resolve) => Status.Resolved,
        (Status.Resolved, ClockEventKind.Reopen) => Status.Open,
        (_, ClockEventKind.Close) => Status.Closed,
        _ => null,
    };

    private static void Apply(ClockTrack[] tracks, Status before, Status then, ClockEventKind kind, DateTimeOffset at)
    {
        var (firstResponse, update, solution) = (tracks[0], tracks[1], tracks[2]);
        if (kind == ClockEventKind.Reply) update.Restart(at);
        if (kind == ClockEventKind.Reply || then is Status.Resolved or Status.Closed) firstResponse.Stop(at);
        if (then is Status.Closed) update.Stop(at);
        else update.IsRunning = then is not Status.Resolved;
        if (then is Status.Resolved or Status.Closed) solution.Stop(at);
        else if (before is Status.Resolved) solution.GoOn();
        else solution.IsRunning = then is Status.Open;
    }

    private static IReadOnlyList<ServiceTerms> InWholeSeconds(IReadOnlyList<ServiceTerms> terms) =>
        terms.All(one => one.From.Offset == TimeSpan.Zero && one.From.Ticks % TimeSpan.TicksPerSecond == 0) ? terms : [.. terms.Select(one => one with { From = Moment.Cut(one.From) })];
}
