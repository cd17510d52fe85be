namespace BackOffice.Support;

/// <summary>The levels and calendars that a ticket's clocks go by, each with all its versions.</summary>
public sealed record RuleBook(IReadOnlyDictionary<string, ServiceLevel> Levels, IReadOnlyDictionary<string, CalendarHistory> Calendars, int CloseDays, int ReopenDays);

/// <summary>Body of the message that tells of a clock, schema <see cref="Schema"/>, version 1, on queue <c>support-escalations</c>; for a webhook or a pager. It holds nobody's words.</summary>
/// <param name="Ticket">Id of the ticket.</param>
/// <param name="Clock">Which clock: <c>firstResponse</c>, <c>update</c>, <c>solution</c>.</param>
/// <param name="Percent">So much of its target has gone; 100 is the breach.</param>
/// <param name="Role">Whom to tell.</param>
/// <param name="ReachedAt">When it had come so far.</param>
/// <param name="DueAt">When it is, or was, due.</param>
public sealed record EscalationNotice(string Book, string Ticket, string Service, string Priority, string Clock, int Percent, string Role, string? Team, string? Assignee, DateTimeOffset ReachedAt, DateTimeOffset? DueAt, string Url)
{
    public const string Schema = "support-escalation";
}

/// <summary>What follows from a ticket as it stands: who is to be told now, and when to look again. Pure, so that it is the same after one look or a hundred.</summary>
/// <param name="Ticket">With what was told noted, and its earliest due instant.</param>
/// <param name="Notices">What is to be told, in order.</param>
/// <param name="NextAt">When to look again; null: never by itself.</param>
public sealed record TicketPlan(Ticket Ticket, IReadOnlyList<EscalationNotice> Notices, DateTimeOffset? NextAt)
{
    /// <summary>
    /// Steps of the service level that a clock has reached by now and nobody was told of become notices; the next look is at the first step still to come, or at the end of the time in which a resolved ticket can be reopened.
    /// Worked: target 60 minutes, steps 75 % and 100 %, opened at 09:00 in service hours, now 09:50 → one notice (75 %, reached 09:45), next look 10:00.
    /// </summary>
    public static TicketPlan Of(string book, string id, Ticket ticket, RuleBook rules, DateTimeOffset now)
    {
        if (ticket.IsOver) return new TicketPlan(ticket with { DueAt = null }, [], null);
        if (ticket.Status == TicketStatus.Resolved) return new TicketPlan(ticket with { DueAt = null }, [], ClosesAt(ticket, rules));

        var sheet = ClocksOf(ticket, rules, now);
        var steps = rules.Levels[ticket.Service].At(now).Escalations;
        List<EscalationNotice> notices = [];
        List<TicketEscalation> told = [.. ticket.Escalations];
        DateTimeOffset? next = null;
        foreach (var clock in sheet.Clocks.Where(clock => clock.State is ClockState.Running or ClockState.Paused && clock.TargetMinutes is not null))
        {
            foreach (var step in steps)
            {
                if (sheet.ReachAt(clock.Kind, step.Percent) is not { } reached) continue;
                if (reached > now)
                {
                    if (next is null || reached < next) next = reached;
                    continue;
                }

                if (told.Exists(one => one.Clock == clock.Kind && one.Cycle == clock.Cycles + 1 && one.Percent == step.Percent)) continue;
                told.Add(new TicketEscalation(clock.Kind, clock.Cycles + 1, step.Percent, reached));
                notices.Add(new EscalationNotice(book, id, ticket.Service, ticket.Priority, Kernel.JsonFields.NameOf(clock.Kind), step.Percent, step.Role, ticket.Team, ticket.Assignee, reached, clock.DueAt, $"/api/books/{book}/tickets/{id}"));
            }
        }

        var due = sheet.Clocks.Where(clock => clock.State == ClockState.Running).Min(clock => clock.DueAt);
        return new TicketPlan(ticket with { DueAt = due, Escalations = told }, notices, next);
    }

    /// <summary>When a resolved ticket closes by itself.</summary>
    public static DateTimeOffset ClosesAt(Ticket ticket, RuleBook rules) => ticket.Events.Last(e => e.Act == TicketAct.Resolve).At.AddDays(rules.CloseDays);

    /// <summary>The clocks of a ticket at an instant. Source: DIN EN ISO/IEC 20000-1 8.3.3 (service level management); the rules of each clock: <see cref="Clocks.Of"/>.</summary>
    public static ClockSheet ClocksOf(Ticket ticket, RuleBook rules, DateTimeOffset now) => Clocks.Of(ClockEventsOf(ticket), TermsOf(ticket, rules), now);

    /// <summary>What an act is to the clocks; null: nothing.</summary>
    internal static ClockEventKind? ClockKindOf(TicketAct act, bool isAutomatic) => act switch
    {
        TicketAct.Create => ClockEventKind.Created,
        TicketAct.Reply when !isAutomatic => ClockEventKind.Reply,
        TicketAct.Hold => ClockEventKind.Hold,
        TicketAct.Resume => ClockEventKind.Resume,
        TicketAct.Resolve => ClockEventKind.Resolve,
        TicketAct.Reopen => ClockEventKind.Reopen,
        TicketAct.Close or TicketAct.Merge => ClockEventKind.Close,
        _ => null,
    };

    /// <summary>What of a ticket's events the clocks know.</summary>
    private static List<ClockEvent> ClockEventsOf(Ticket ticket)
    {
        List<ClockEvent> events = [];
        var (status, hold) = (TicketStatus.New, (HoldReason?)null);
        foreach (var e in ticket.Events)
        {
            var (next, waits) = TicketDecisions.After(status, hold, e);
            var kind = e.Act == TicketAct.Comment && status == TicketStatus.OnHold && next == TicketStatus.Open ? ClockEventKind.Resume : ClockKindOf(e.Act, e.IsAutomatic);
            if (kind is { } known) events.Add(new ClockEvent(e.At, known, e.By));
            (status, hold) = (next, waits);
        }

        return events;
    }

    /// <summary>
    /// What holds for a ticket, and since when: a change of service or priority, a new version of the level or of its calendar, begins the next terms; versions still to come are among them.
    /// Worked: opened in March with priority 3, raised to 1 in April, the level changed in May → three terms.
    /// </summary>
    internal static List<ServiceTerms> TermsOf(Ticket ticket, RuleBook rules)
    {
        SortedSet<DateTimeOffset> starts = [ticket.OpenedAt];
        List<(DateTimeOffset From, string Service, string Priority)> wanted = [];
        var (service, impact, urgency, isMajor) = ("", 0, 0, false);
        foreach (var e in ticket.Events.Where(e => e.Act is TicketAct.Create or TicketAct.Priority or TicketAct.Service))
        {
            (service, impact, urgency, isMajor) = (e.Service ?? service, e.Impact ?? impact, e.Urgency ?? urgency, e.IsMajor ?? isMajor);
            wanted.Add((e.At, service, Ticket.PriorityOf(impact, urgency, isMajor)));
            starts.Add(e.At);
        }

        foreach (var level in wanted.Select(one => one.Service).Distinct().Select(name => rules.Levels[name]))
        {
            foreach (var version in level.Versions)
            {
                starts.Add(version.From);
                foreach (var calendar in rules.Calendars[version.Calendar].Versions) starts.Add(calendar.From);
            }
        }

        List<ServiceTerms> terms = [];
        foreach (var from in starts.Where(start => start >= ticket.OpenedAt))
        {
            var (_, name, priority) = wanted.Last(one => one.From <= from);
            var level = rules.Levels[name].At(from);
            var next = new ServiceTerms(from, level.Calendar, rules.Calendars[level.Calendar].At(from).Calendar, level.Targets.GetValueOrDefault(priority) ?? SlaTargets.None);
            if (terms.Count == 0 || terms[^1].CalendarId != next.CalendarId || !ReferenceEquals(terms[^1].Calendar, next.Calendar) || terms[^1].Targets != next.Targets) terms.Add(next);
        }

        return terms;
    }
}
