using System.Text.Json;
using BackOffice.Kernel;

namespace BackOffice.Support;

/// <summary>What a service level promises a time for.</summary>
public enum ClockKind
{
    /// <summary>Until a human first answers the caller in public, or solves the matter.</summary>
    FirstResponse,

    /// <summary>Between two public answers of a human.</summary>
    Update,

    /// <summary>Until it is solved; time on hold does not count.</summary>
    Solution,
}

/// <summary>How long each may take, in minutes of service; null: no promise.</summary>
public sealed record SlaTargets(int? FirstResponseMinutes, int? UpdateMinutes, int? SolutionMinutes)
{
    public static readonly SlaTargets None = new(null, null, null);

    private const int MaxMinutes = 1_000_000;

    /// <summary>Reads <c>{firstResponse?, update?, solution?}</c>, whole minutes from 1.</summary>
    internal static SlaTargets Read(JsonElement element, string path, List<Fault> faults)
    {
        var fields = new JsonFields(element, faults, path);
        var targets = new SlaTargets(Minutes("firstResponse"), Minutes("update"), Minutes("solution"));
        fields.NoOthers();
        return targets;

        int? Minutes(string name) => fields.OptionalWhole(name, 1, MaxMinutes);
    }

    public int? Of(ClockKind kind) => kind switch { ClockKind.FirstResponse => FirstResponseMinutes, ClockKind.Update => UpdateMinutes, _ => SolutionMinutes };
}

/// <summary>What holds for a ticket from an instant on.</summary>
/// <param name="CalendarId">The calendar's name, for those who read the steps.</param>
public sealed record ServiceTerms(DateTimeOffset From, string CalendarId, ServiceCalendar Calendar, SlaTargets Targets);

/// <summary>What clocks know of a ticket's events.</summary>
public enum ClockEventKind
{
    Created,

    /// <summary>A public answer by a human.</summary>
    Reply,
    Hold,
    Resume,
    Resolve,
    Reopen,

    /// <summary>Closed, or merged into another: all clocks end; a reopened ticket's go on, but for the first response.</summary>
    Close,
}

/// <summary>An event that clocks know.</summary>
/// <param name="By">Who did it, for those who read the steps.</param>
public sealed record ClockEvent(DateTimeOffset At, ClockEventKind Kind, string? By = null);

/// <summary>Whether a clock runs.</summary>
public enum ClockState
{
    /// <summary>It runs in service hours.</summary>
    Running,

    /// <summary>It stands still and may go on: on hold, or resolved.</summary>
    Paused,

    /// <summary>It has ended; it goes on if the ticket is reopened, unless it is that of the first response.</summary>
    Stopped,
}

/// <summary>A clock at an instant.</summary>
/// <param name="ElapsedSeconds">Of service; of the update clock since the last answer.</param>
/// <param name="TargetMinutes">The target that holds; null: no promise.</param>
/// <param name="DueAt">The first instant at which elapsed reaches the target: past, or to come if it runs on; of a stopped clock where it would have been; null: no target, or standing still before it.</param>
/// <param name="IsBreached">Stopped after it was due, or due and not stopped. Stopped at the very instant is in time.</param>
/// <param name="StoppedAt">When it ended for good.</param>
/// <param name="Cycles">Of the update clock: answers that ended a cycle.</param>
/// <param name="BreachedCycles">Of these the late ones.</param>
public sealed record Clock(ClockKind Kind, ClockState State, long ElapsedSeconds, int? TargetMinutes, DateTimeOffset? DueAt, bool IsBreached, DateTimeOffset? StoppedAt, int Cycles = 0, int BreachedCycles = 0);

/// <summary>What a clock did in a span.</summary>
/// <param name="CountedSeconds">Of service that it counted.</param>
/// <param name="ElapsedSeconds">What it had come to at the span's end.</param>
public sealed record ClockCount(ClockKind Kind, ClockState State, long CountedSeconds, long ElapsedSeconds, int? TargetMinutes);

/// <summary>A span in which nothing changed for the clocks.</summary>
/// <param name="To">Its end; of the last one the instant of the look.</param>
/// <param name="Why">What began it: an event in camel case, or <c>terms</c>.</param>
public sealed record ClockSpan(DateTimeOffset From, DateTimeOffset To, string Why, string? By, string CalendarId, IReadOnlyList<ClockCount> Counts);

/// <summary>A ticket's clocks at an instant, and how they came there.</summary>
/// <param name="Clocks">First response, update, solution.</param>
/// <param name="Spans">From its creation to the look, without a gap.</param>
public sealed record ClockSheet(IReadOnlyList<Clock> Clocks, IReadOnlyList<ClockSpan> Spans, IReadOnlyList<ClockTrack> Tracks)
{
    public Clock this[ClockKind kind] => Clocks[(int)kind];

    /// <summary>
    /// The first instant at which so many percent of the target (rounded up to whole seconds) have elapsed in the clock's present cycle; in the future when it runs. Null: never as it stands.
    /// Worked: target 60 minutes, running since 09:00 → 75 % at 09:45.
    /// </summary>
    public DateTimeOffset? ReachAt(ClockKind kind, int percent) => Clocks[(int)kind].State == ClockState.Stopped ? null : Tracks[(int)kind].ReachAt(percent);

    /// <summary>Writes <c>clocks</c> and <c>spans</c>.</summary>
    internal void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject("clocks");
        foreach (var clock in Clocks)
        {
            json.WriteStartObject(JsonFields.NameOf(clock.Kind));
            json.WriteString("state", JsonFields.NameOf(clock.State));
            json.WriteNumber("elapsedMinutes", clock.ElapsedSeconds / 60);
            json.WriteNumber("elapsedSeconds", clock.ElapsedSeconds);
            if (clock.TargetMinutes is { } target) json.WriteNumber("targetMinutes", target);
            if (clock.DueAt is { } due) json.WriteString("dueAt", due.UtcDateTime);
            json.WriteBoolean("breached", clock.IsBreached);
            if (clock.StoppedAt is { } stopped) json.WriteString("stoppedAt", stopped.UtcDateTime);
            if (clock.Kind == ClockKind.Update)
            {
                json.WriteNumber("cycles", clock.Cycles);
                json.WriteNumber("breachedCycles", clock.BreachedCycles);
            }

            json.WriteEndObject();
        }

        json.WriteEndObject();
        json.WriteList("spans", Spans, span =>
        {
            json.WriteString("from", span.From.UtcDateTime);
            json.WriteString("to", span.To.UtcDateTime);
            json.WriteString("why", span.Why);
            if (span.By is not null) json.WriteString("by", span.By);
            json.WriteString("calendar", span.CalendarId);
            json.WriteList("clocks", span.Counts, count =>
            {
                json.WriteString("clock", JsonFields.NameOf(count.Kind));
                json.WriteString("state", JsonFields.NameOf(count.State));
                json.WriteNumber("countedSeconds", count.CountedSeconds);
                json.WriteNumber("elapsedSeconds", count.ElapsedSeconds);
                if (count.TargetMinutes is { } target) json.WriteNumber("targetMinutes", target);
            });
        });
    }
}

/// <summary>
/// One clock's present cycle: legs of constant terms, each counting or standing still. Elapsed is the sum of what the legs counted; what an earlier calendar measured stays as measured.
/// </summary>
public sealed class ClockTrack
{
    private readonly List<Leg> _legs = [];
    private int _foreseen;

    /// <summary>Seconds of service counted by now.</summary>
    public long ElapsedSeconds { get; private set; }

    internal void Restart()
    {
        _legs.Clear();
        ElapsedSeconds = 0;
    }

    /// <summary>Goes on under terms, counting or not, up to an instant; null: for good. What it counted.</summary>
    internal long Go(DateTimeOffset from, DateTimeOffset? to, ServiceTerms terms, int? targetMinutes, bool counts)
    {
        var counted = counts && to is { } end ? terms.Calendar.SecondsBetween(from, end) : 0;
        _legs.Add(new Leg(from, to, terms.Calendar, targetMinutes, counts, ElapsedSeconds, counted));
        ElapsedSeconds += counted;
        return counted;
    }

    /// <summary>Legs of the future are not elapsed time: they only say when it would be reached.</summary>
    internal void Foresee(DateTimeOffset from, DateTimeOffset? to, ServiceTerms terms, int? targetMinutes, bool counts)
    {
        var elapsed = _legs.Count == 0 ? 0 : _legs[^1].Before + _legs[^1].Counted;
        _legs.Add(new Leg(from, to, terms.Calendar, targetMinutes, counts, elapsed, counts && to is { } end ? terms.Calendar.SecondsBetween(from, end) : 0));
        _foreseen++;
    }

    internal void Unforesee()
    {
        _legs.RemoveAt(_legs.Count - 1);
        _foreseen--;
    }

    /// <summary>The first instant at which elapsed reaches so many percent of the target that then holds; a raised target makes an earlier reaching forgotten, a lowered one is reached when it is lowered. Of what is still to come the first is told.</summary>
    public DateTimeOffset? ReachAt(int percent)
    {
        DateTimeOffset? reached = null;
        for (var n = 0; n < _legs.Count; n++)
        {
            var leg = _legs[n];
            if (reached is not null && n > _legs.Count - _foreseen) return reached;
            if (leg.TargetMinutes is not { } minutes)
            {
                reached = null;
                continue;
            }

            var wanted = ((minutes * 60L * percent) + 99) / 100;
            if (reached is not null && leg.Before < wanted) reached = null;
            if (reached is null && leg.Before >= wanted) reached = leg.From;
            if (reached is null && leg.Counts && leg.Calendar.Reach(leg.From, wanted - leg.Before) is { } at && (leg.To is null || at < leg.To)) reached = at; // its end belongs to the next
        }

        return reached;
    }

    private sealed record Leg(DateTimeOffset From, DateTimeOffset? To, ServiceCalendar Calendar, int? TargetMinutes, bool Counts, long Before, long Counted);
}

/// <summary>The clocks of a service level as a pure function of what happened.</summary>
public static class Clocks
{
    private static readonly ClockKind[] Kinds = Enum.GetValues<ClockKind>();

    /// <summary>
    /// All clocks start when the ticket comes. First response ends at the first public answer of a human, or at the solution, which the caller is told. Update begins anew at each public answer of a human. Solution stands still on hold,
    /// which stops no other clock, and ends when it is resolved; while resolved nothing counts, and closing ends all. A reopened ticket goes on with what had elapsed. Each span counts by the calendar that held in it; due is the first instant at which elapsed reaches the
    /// target that then holds, and the moment of the change when a lowered target has been passed already. Events that change nothing (a second hold) are passed over.
    /// Worked: Mon to Fri 08:00 to 17:00, target 60 minutes, came Friday 16:30 → due Monday 08:30.
    /// </summary>
    /// <param name="events">In order of time; the first is that it came. Those after <paramref name="now"/> are not known yet.</param>
    /// <param name="terms">In order; the first holds from the beginning. Those still to come are used to foresee when a clock is due.</param>
    public static ClockSheet Of(IReadOnlyList<ClockEvent> events, IReadOnlyList<ServiceTerms> terms, DateTimeOffset now)
    {
        var run = new Run(events[0].At, terms);
        foreach (var e in events)
        {
            if (e.At > now) break;
            run.Until(e.At);
            run.Take(e);
        }

        return run.Look(now);
    }

    /// <summary>The clocks on their way through a ticket's life.</summary>
    private sealed class Run(DateTimeOffset start, IReadOnlyList<ServiceTerms> terms)
    {
        private readonly ClockTrack[] _tracks = [new(), new(), new()];
        private readonly Clock?[] _stopped = new Clock?[3];
        private readonly List<ClockSpan> _spans = [];
        private DateTimeOffset _at = start;
        private int _term;
        private (string Why, string? By) _began = ("created", null);
        private bool _onHold, _resolved;
        private int _cycles, _breachedCycles;

        /// <summary>Counts up to an instant, term by term.</summary>
        public void Until(DateTimeOffset to)
        {
            while (_term + 1 < terms.Count && terms[_term + 1].From <= to)
            {
                Span(terms[_term + 1].From);
                _term++;
                _began = ("terms", null);
            }

            Span(to);
        }

        public void Take(ClockEvent e)
        {
            switch (e.Kind)
            {
                case ClockEventKind.Reply:
                    Stop(ClockKind.FirstResponse);
                    if (_stopped[(int)ClockKind.Update] is null) EndCycle();
                    break;
                case ClockEventKind.Hold when !_resolved:
                    _onHold = true;
                    break;
                case ClockEventKind.Resume:
                    _onHold = false;
                    break;
                case ClockEventKind.Resolve:
                    Stop(ClockKind.FirstResponse);
                    Stop(ClockKind.Solution);
                    (_resolved, _onHold) = (true, false);
                    break;
                case ClockEventKind.Reopen:
                    _stopped[(int)ClockKind.Solution] = null;
                    _stopped[(int)ClockKind.Update] = null;
                    _resolved = false;
                    break;
                case ClockEventKind.Close:
                    foreach (var kind in Kinds) Stop(kind);
                    break;
            }

            _began = (JsonFields.NameOf(e.Kind), e.By);
        }

        public ClockSheet Look(DateTimeOffset now)
        {
            Until(now);
            // What would come if nothing happened any more.
            for (var n = _term; n < terms.Count; n++)
            {
                var (from, to) = (n == _term ? _at : terms[n].From, n + 1 < terms.Count ? terms[n + 1].From : (DateTimeOffset?)null);
                if (to == from) continue; // of terms that begin at one instant the last hold
                foreach (var kind in Kinds)
                    if (n == _term || Counts(kind)) _tracks[(int)kind].Foresee(from, to, terms[n], terms[n].Targets.Of(kind), Counts(kind)); // what stands still is not due in time to come
            }

            return new ClockSheet([.. Kinds.Select(kind => _stopped[(int)kind] ?? Running(kind, now))], _spans, _tracks);
        }

        private Clock Running(ClockKind kind, DateTimeOffset now)
        {
            var due = _tracks[(int)kind].ReachAt(100);
            var state = Counts(kind) ? ClockState.Running : ClockState.Paused;
            return new Clock(kind, state, _tracks[(int)kind].ElapsedSeconds, terms[_term].Targets.Of(kind), due, due <= now, null, kind == ClockKind.Update ? _cycles : 0, kind == ClockKind.Update ? _breachedCycles : 0);
        }

        private bool Counts(ClockKind kind) => _stopped[(int)kind] is null && !_resolved && !(_onHold && kind == ClockKind.Solution);

        private void Span(DateTimeOffset to)
        {
            if (to <= _at) return;
            var term = terms[_term];
            List<ClockCount> counts = [];
            foreach (var kind in Kinds)
            {
                var track = _tracks[(int)kind];
                var state = _stopped[(int)kind] is not null ? ClockState.Stopped : Counts(kind) ? ClockState.Running : ClockState.Paused;
                var counted = track.Go(_at, to, term, term.Targets.Of(kind), Counts(kind)); // a stopped one counts nothing, and may be reopened
                counts.Add(new ClockCount(kind, state, counted, track.ElapsedSeconds, term.Targets.Of(kind)));
            }

            _spans.Add(new ClockSpan(_at, to, _began.Why, _began.By, term.CalendarId, counts));
            _at = to;
        }

        /// <summary>Ends a clock for good at the present instant; where it would have been due, had it run on, is kept.</summary>
        private void Stop(ClockKind kind)
        {
            if (_stopped[(int)kind] is not null) return;
            var due = DueIfItRanOn(kind);
            _stopped[(int)kind] = new Clock(kind, ClockState.Stopped, _tracks[(int)kind].ElapsedSeconds, terms[_term].Targets.Of(kind), due, due < _at, _at, kind == ClockKind.Update ? _cycles : 0, kind == ClockKind.Update ? _breachedCycles : 0);
        }

        private void EndCycle()
        {
            _cycles++;
            if (DueIfItRanOn(ClockKind.Update) < _at) _breachedCycles++;
            _tracks[(int)ClockKind.Update].Restart();
        }

        private DateTimeOffset? DueIfItRanOn(ClockKind kind)
        {
            var track = _tracks[(int)kind];
            track.Foresee(_at, null, terms[_term], terms[_term].Targets.Of(kind), counts: true);
            var due = track.ReachAt(100);
            track.Unforesee();
            return due;
        }
    }
}
