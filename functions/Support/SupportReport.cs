using BackOffice.Kernel;

namespace BackOffice.Support;

/// <summary>How a promise was kept by tickets of one service or team.</summary>
/// <param name="By"><c>service</c> or <c>team</c>.</param>
/// <param name="Key">Which.</param>
/// <param name="Met">In time; of the update clock answers in time.</param>
/// <param name="Breached">Too late.</param>
/// <param name="P50Minutes">Half of them took at most so many minutes of service (nearest rank); 0 when there are none. Of the update clock not told.</param>
/// <param name="P90Minutes">Nine of ten.</param>
public sealed record PromiseKept(string By, string Key, ClockKind Clock, int Met, int Breached, long P50Minutes, long P90Minutes);

/// <summary>Something counted: an age, an agent, an item.</summary>
public sealed record SupportCount(string Key, int Count);

/// <summary>What an agent has to do and has done.</summary>
/// <param name="Open">Assigned and not solved at the end of the span.</param>
/// <param name="Resolved">Assigned when they were solved within the span.</param>
public sealed record AgentLoad(string Agent, int Open, int Resolved);

/// <summary>
/// How the service desk did in a span of business dates. Tickets count as solved when they were solved within the span and stand so at its end.
/// </summary>
/// <param name="Opened">Tickets that came.</param>
/// <param name="Resolved">Tickets solved.</param>
/// <param name="Reopened">Tickets reopened.</param>
/// <param name="FirstContact">Solved with the first public answer, and never reopened.</param>
/// <param name="Promises">By service, then by team, each clock that has a target.</param>
/// <param name="BacklogByAge">Not solved at the end, by whole days since they came: <c>0-1</c>, <c>2-3</c>, <c>4-7</c>, <c>8-30</c>, <c>31+</c>.</param>
/// <param name="Loads">By agent, in order of id.</param>
/// <param name="Items">Tickets that came, by the configuration item they are linked to, most first, at most 20.</param>
public sealed record SupportReport(
    int Opened, int Resolved, int Reopened, int FirstContact, IReadOnlyList<PromiseKept> Promises, IReadOnlyList<SupportCount> BacklogByAge, IReadOnlyList<AgentLoad> Loads, IReadOnlyList<SupportCount> Items)
{
    private const int MaxItems = 20;

    private static readonly (string Key, int MaxDays)[] Ages = [("0-1", 1), ("2-3", 3), ("4-7", 7), ("8-30", 30), ("31+", int.MaxValue)];

    /// <summary>Reopened ÷ solved, four decimals, half up; 0 when none was solved. Worked: 1 of 8 → 0.125.</summary>
    public decimal ReopenRate => Share(Reopened);

    /// <summary>Solved at first contact ÷ solved.</summary>
    public decimal FirstContactRate => Share(FirstContact);

    /// <summary>
    /// The report of the tickets of a book, over or not. Clocks are those at the end of the span, or now when it has not ended.
    /// Worked: two tickets solved after 30 and 50 minutes of service, target 40 → solution met 1, breached 1, p50 30, p90 50.
    /// </summary>
    public static SupportReport Of(IEnumerable<Ticket> tickets, RuleBook rules, DateOnly from, DateOnly to, DateTimeOffset now)
    {
        var (start, end) = (BusinessDay.EndOf(from.AddDays(-1)), BusinessDay.EndOf(to));
        var look = end < now ? end : now;
        var tally = new Tally();
        foreach (var ticket in tickets.Where(ticket => ticket.OpenedAt < look))
        {
            List<TicketEvent> events = [.. ticket.Events.TakeWhile(e => e.At < end)];
            var status = TicketDecisions.StatusAt(ticket with { Events = events }, look);
            if (ticket.OpenedAt >= start) tally.CountOpened(ticket);
            if (events.Exists(e => e.Act == TicketAct.Reopen && e.At >= start)) tally.Reopened++;
            var assignee = events.LastOrDefault(e => e.Act == TicketAct.Assign)?.Assignee;
            if (status is TicketStatus.New or TicketStatus.Open or TicketStatus.OnHold) tally.CountOpen((int)(look - ticket.OpenedAt).TotalDays, assignee);
            if (status is not (TicketStatus.Resolved or TicketStatus.Closed) || events.FindLastIndex(e => e.Act == TicketAct.Resolve) is not (>= 0 and var resolved) || events[resolved].At < start) continue;
            var isFirstContact = !events.Exists(e => e.Act == TicketAct.Reopen) && !events.Exists(e => e.Act == TicketAct.Reply && !e.IsAutomatic);
            tally.CountResolved(ticket, TicketPlan.ClocksOf(ticket with { Events = events }, rules, look), assignee, isFirstContact);
        }

        return tally.ToReport();
    }

    private decimal Share(int count) => Resolved == 0 ? 0 : decimal.Round((decimal)count / Resolved, 4, MidpointRounding.AwayFromZero);

    /// <summary>What is counted on the way.</summary>
    private sealed class Tally
    {
        private readonly Dictionary<(string By, string Key, ClockKind Clock), (int Met, int Breached, List<long> Seconds)> _promises = [];
        private readonly int[] _ages = new int[Ages.Length];
        private readonly SortedDictionary<string, (int Open, int Resolved)> _loads = new(StringComparer.Ordinal);
        private readonly Dictionary<string, int> _items = new(StringComparer.Ordinal);
        private int _opened, _resolved, _firstContact;

        public int Reopened { get; set; }

        public void CountOpened(Ticket ticket)
        {
            _opened++;
            foreach (var link in ticket.Links.Where(link => link.Kind == LinkKind.ConfigurationItem)) _items[link.To] = _items.GetValueOrDefault(link.To) + 1;
        }

        public void CountOpen(int days, string? assignee)
        {
            _ages[Array.FindIndex(Ages, age => days <= age.MaxDays)]++;
            if (assignee is not null) _loads[assignee] = (Load(assignee).Open + 1, Load(assignee).Resolved);
        }

        public void CountResolved(Ticket ticket, ClockSheet sheet, string? assignee, bool isFirstContact)
        {
            _resolved++;
            if (isFirstContact) _firstContact++;
            if (assignee is not null) _loads[assignee] = (Load(assignee).Open, Load(assignee).Resolved + 1);
            foreach (var clock in sheet.Clocks.Where(clock => clock.TargetMinutes is not null))
            {
                Keep("service", ticket.Service, clock);
                if (ticket.Team is { } team) Keep("team", team, clock);
            }
        }

        public SupportReport ToReport() => new(
            _opened, _resolved, Reopened, _firstContact,
            [.. _promises.OrderBy(one => one.Key.By, StringComparer.Ordinal).ThenBy(one => one.Key.Key, StringComparer.Ordinal).ThenBy(one => one.Key.Clock).Select(one => new PromiseKept(one.Key.By, one.Key.Key, one.Key.Clock, one.Value.Met, one.Value.Breached, Rank(one.Value.Seconds, 50), Rank(one.Value.Seconds, 90)))],
            [.. Ages.Select((age, n) => new SupportCount(age.Key, _ages[n]))],
            [.. _loads.Select(load => new AgentLoad(load.Key, load.Value.Open, load.Value.Resolved))],
            [.. _items.OrderByDescending(item => item.Value).ThenBy(item => item.Key, StringComparer.Ordinal).Take(MaxItems).Select(item => new SupportCount(item.Key, item.Value))]);

        private (int Open, int Resolved) Load(string agent) => _loads.GetValueOrDefault(agent);

        private void Keep(string by, string key, Clock clock)
        {
            var (met, breached, seconds) = _promises.TryGetValue((by, key, clock.Kind), out var known) ? known : (0, 0, []);
            if (clock.Kind == ClockKind.Update) (met, breached) = (met + clock.Cycles - clock.BreachedCycles, breached + clock.BreachedCycles);
            else
            {
                (met, breached) = clock.IsBreached ? (met, breached + 1) : (met + 1, breached);
                seconds.Add(clock.ElapsedSeconds);
            }

            _promises[(by, key, clock.Kind)] = (met, breached, seconds);
        }

        /// <summary>The nearest rank: the smallest value that so many percent do not exceed, in whole minutes.</summary>
        private static long Rank(List<long> seconds, int percent)
        {
            if (seconds.Count == 0) return 0;
            seconds.Sort();
            return seconds[(((seconds.Count * percent) + 99) / 100) - 1] / 60;
        }
    }
}
