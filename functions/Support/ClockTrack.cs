namespace BackOffice.Support;

/// <summary>One clock on its way through a ticket's spans.</summary>
internal sealed class ClockTrack(ClockKind kind, List<ClockSpan> spans, IReadOnlyList<ServiceTerms> terms)
{
    private const int Whole = 100;

    private int _cycleStart; // the span in which the cycle began
    private int? _end; // the span that the stop began

    public long ElapsedSeconds { get; private set; }
    public int Cycles { get; private set; }
    public int BreachedCycles { get; private set; }
    public DateTimeOffset? StoppedAt { get; private set; }

    /// <summary>Whether it runs, as long as nothing else happens.</summary>
    public bool IsRunning { get; set; } = true;

    /// <summary>Up to which instant it has run, or stood still.</summary>
    public DateTimeOffset Now { get; set; }

    /// <summary>A span is over that counted so much: what it did to this clock. The caller adds it to the spans.</summary>
    public SpanClock Add(long seconds, ServiceTerms terms)
    {
        var counted = IsRunning ? seconds : 0;
        ElapsedSeconds += counted;
        return new SpanClock(IsRunning, counted, ElapsedSeconds, terms.Targets.Of(kind));
    }

    /// <summary>Stops at the end of the spans so far, unless it has stopped before.</summary>
    public void Stop(DateTimeOffset at)
    {
        if (StoppedAt is null) (StoppedAt, _end, IsRunning) = (at, spans.Count, false);
    }

    /// <summary>Goes on with what had elapsed, as if it had stood still.</summary>
    public void GoOn() => (StoppedAt, _end, IsRunning) = (null, null, true);

    /// <summary>Begins again at 0 and keeps whether what is over was breached.</summary>
    public void Restart(DateTimeOffset at)
    {
        Cycles++;
        if (Passed(Whole) < at) BreachedCycles++;
        (_cycleStart, ElapsedSeconds) = (spans.Count, 0);
    }

    public Clock Read()
    {
        var target = spans[(_end ?? spans.Count) - 1].Terms.Targets.Of(kind);
        var due = Reached(Whole);
        var state = target is null ? ClockState.None : StoppedAt is not null ? ClockState.Stopped : IsRunning ? ClockState.Running : ClockState.Paused;
        return new Clock(kind, state, ElapsedSeconds, target, due, StoppedAt is { } stopped ? stopped > due : Now >= due, StoppedAt, Cycles, BreachedCycles);
    }

    /// <summary>
    /// When it came to so many percent of its target; ahead of the spans when it runs, under the terms already known. A stopped one is looked at as if it ran on under those that held at its stop: no later change moves when it was due.
    /// </summary>
    public DateTimeOffset? Reached(int percent) =>
        Passed(percent) is { } passed ? passed
        : StoppedAt is { } stopped ? Ahead(stopped, percent, [spans[_end!.Value - 1].Terms])
        : IsRunning ? Ahead(Now, percent, terms)
        : null;

    /// <summary>The same within the spans of its cycle. What a later target has put off does not count.</summary>
    private DateTimeOffset? Passed(int percent)
    {
        DateTimeOffset? reached = null;
        for (var n = _cycleStart; n < (_end ?? spans.Count); n++)
        {
            var (span, clock) = (spans[n], spans[n].Of(kind));
            var before = clock.ElapsedSeconds - clock.Seconds;
            if (Wanted(span.Terms, percent) is not { } wanted) reached = null;
            else if (before >= wanted) reached ??= span.From;
            else reached = clock.ElapsedSeconds >= wanted ? span.Terms.Calendar.Reach(span.From, wanted - before, span.To ?? Now) : null;
        }

        return reached;
    }

    /// <summary>The same after the spans, from what has elapsed on.</summary>
    private DateTimeOffset? Ahead(DateTimeOffset from, int percent, IReadOnlyList<ServiceTerms> known)
    {
        var elapsed = ElapsedSeconds;
        while (true)
        {
            var n = Clocks.TermsAt(known, from);
            var (calendar, wanted) = (known[n].Calendar, Wanted(known[n], percent));
            if (elapsed >= wanted) return from; // these terms ask for less than has elapsed
            if (n + 1 == known.Count) return wanted is null ? null : calendar.Reach(from, wanted.Value - elapsed);
            var next = known[n + 1].From;
            // At the very instant at which other terms begin, theirs is the target.
            if (wanted is not null && calendar.Reach(from, wanted.Value - elapsed, next) is { } reached && reached < next) return reached;
            elapsed += calendar.SecondsBetween(from, next);
            from = next;
        }
    }

    private long? Wanted(ServiceTerms terms, int percent) => terms.Targets.Of(kind) is { } minutes ? ((minutes * 60L * percent) + Whole - 1) / Whole : null;
}
