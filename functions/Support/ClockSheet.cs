namespace BackOffice.Support;

/// <summary>The three clocks of a ticket.</summary>
public enum ClockKind
{
    /// <summary>Until the first public answer of a human, or the resolution, which is told to the caller too.</summary>
    FirstResponse,

    /// <summary>From each public answer of a human to the next.</summary>
    Update,

    /// <summary>Until the ticket is resolved, without the time on hold.</summary>
    Solution,
}

/// <summary>What happens to a ticket, as far as it matters to its clocks.</summary>
public enum ClockEventKind
{
    Created,

    /// <summary>A public one, by a human.</summary>
    Reply,

    Hold,
    Resume,
    Resolve,
    Reopen,
    Close,
}

/// <param name="By">Who did it, for who reads the clocks.</param>
public sealed record ClockEvent(DateTimeOffset At, ClockEventKind Kind, string? By = null);

public enum ClockState
{
    /// <summary>No promise holds (or held when it stopped).</summary>
    None,

    Running,

    /// <summary>Stands still, and may run again.</summary>
    Paused,

    Stopped,
}

/// <summary>A clock as it stands.</summary>
/// <param name="ElapsedSeconds">Counted in its current cycle, each part by the calendar that held in it; also where no promise holds.</param>
/// <param name="TargetMinutes">The promise that holds, or held when it stopped.</param>
/// <param name="DueAt">
/// The first instant since which what has elapsed has not been less than the target that holds: where that still lies ahead, under the terms already known. Of a stopped clock: when it was due, or would have been had it run on from its stop, under the terms of then.
/// Null: a paused clock that has not come so far, no promise, or not within ten years.
/// </param>
/// <param name="IsBreached">Stopped after <paramref name="DueAt"/> (at it: met); otherwise that instant has come.</param>
/// <param name="Cycles">Of the update clock: how many answers have ended a cycle. Of the others 0.</param>
/// <param name="BreachedCycles">How many of these were breached when they ended.</param>
public sealed record Clock(ClockKind Kind, ClockState State, long ElapsedSeconds, int? TargetMinutes, DateTimeOffset? DueAt, bool IsBreached, DateTimeOffset? StoppedAt, int Cycles, int BreachedCycles);

/// <summary>What a span of time did to a clock.</summary>
/// <param name="Seconds">Counted in it.</param>
/// <param name="ElapsedSeconds">After it, in the cycle it belongs to.</param>
public readonly record struct SpanClock(bool IsRunning, long Seconds, long ElapsedSeconds, int? TargetMinutes);

/// <summary>A span of time in which nothing changed for the clocks.</summary>
/// <param name="To">Null: it lasts; what it has counted is as of now.</param>
/// <param name="Event">What it began with; null: with a change of terms.</param>
/// <param name="Terms">What holds in it.</param>
public sealed record ClockSpan(DateTimeOffset From, DateTimeOffset? To, ClockEvent? Event, ServiceTerms Terms, SpanClock FirstResponse, SpanClock Update, SpanClock Solution)
{
    public string CalendarId => Terms.CalendarId;

    public SpanClock Of(ClockKind kind) => kind switch { ClockKind.FirstResponse => FirstResponse, ClockKind.Update => Update, _ => Solution };
}

/// <summary>The clocks of a ticket at an instant, and how they came to stand so.</summary>
public sealed class ClockSheet
{
    private readonly ClockTrack[] _tracks;

    internal ClockSheet(IReadOnlyList<ClockSpan> spans, ClockTrack[] tracks, Clock[] clocks) => (Spans, _tracks, Clocks) = (spans, tracks, clocks);

    /// <summary>One of each kind, in their order.</summary>
    public IReadOnlyList<Clock> Clocks { get; }

    public Clock FirstResponse => Clocks[(int)ClockKind.FirstResponse];

    public Clock Update => Clocks[(int)ClockKind.Update];

    public Clock Solution => Clocks[(int)ClockKind.Solution];

    /// <summary>All of the time since the ticket's creation, in order. None when it was created later than now.</summary>
    public IReadOnlyList<ClockSpan> Spans { get; }

    public Clock Of(ClockKind kind) => Clocks[(int)kind];

    /// <summary>
    /// The first instant since which so many percent of the target that then holds have elapsed in the clock's cycle; 100 is its due instant. Where it lies ahead, under the terms already known. Null for a clock that is stopped, that stands
    /// still before it, or that has no promise. Whole seconds, rounded up: 33 % of a minute are 20 seconds.
    /// </summary>
    public DateTimeOffset? ReachAt(ClockKind kind, int percent) => _tracks.Length == 0 || _tracks[(int)kind].StoppedAt is not null ? null : _tracks[(int)kind].Reached(percent);
}
