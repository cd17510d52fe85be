using System.Text.Json;
using BackOffice.Kernel;

namespace BackOffice.Support;

/// <summary>The way of everything that happens to a ticket: decide → plan its clocks → put the next look down → commit → tell.</summary>
public sealed class TicketSteps(SupportTables support, SupportRules rules, TicketBoard board, CaseSteps steps, TimeProvider time)
{
    /// <summary>Now, in whole seconds, as tickets count.</summary>
    public DateTimeOffset Now => Moment.Cut(time.GetUtcNow());

    /// <summary>A new ticket. 422 <c>support/service-unknown</c>.</summary>
    /// <param name="loadAsync">Where the rules come from, when many are handled at one time (<see cref="SupportRules.LoadOnce"/>).</param>
    public async Task<Outcome<CaseResult>> CreateAsync(string book, string id, CaseCommand command, Ticket wanted, Func<string, IEnumerable<string>, Task<Outcome<RuleBook>>>? loadAsync = null)
    {
        if (!(await (loadAsync ?? rules.LoadAsync)(book, [wanted.Service])).Is(out var known, out var refusal)) return refusal;
        return await steps.RunAsync(support.Tickets, book, id, command, _ => Planned(book, id, wanted with { Team = known.Levels[wanted.Service].At(wanted.OpenedAt).Team }, known, command.By, Now));
    }

    /// <summary>Something that happens to a ticket, as <paramref name="change"/> says when it sees it as it stands.</summary>
    /// <param name="loadAsync">As with <see cref="CreateAsync"/>.</param>
    public Task<Outcome<CaseResult>> RunAsync(string book, string id, CaseCommand command, Func<Ticket, Task<Outcome<TicketChange>>> change, Func<string, IEnumerable<string>, Task<Outcome<RuleBook>>>? loadAsync = null) =>
        steps.RunAsync(support.Tickets, book, id, command, async row =>
        {
            var ticket = SupportTables.ReadTicket(row!);
            if (!(await change(ticket)).Is(out var wanted, out var refusal)) return refusal;
            if (command.IfMatch is null && TicketDecisions.SetBy(ticket, wanted.Event.Act) is { } setter && setter != command.By)
                return new Refusal(428, "case/if-match-required", $"'{setter}' has set this before. Read the ticket, and send its ETag as If-Match, so that nobody overwrites what they have not seen. Now it is {row!.Tag}.");
            if (!(await (loadAsync ?? rules.LoadAsync)(book, ServicesOf(ticket).Append(wanted.Event.Service ?? ticket.Service))).Is(out var known, out refusal)) return refusal;
            if (!TicketDecisions.Apply(id, ticket, wanted, known.ReopenDays).Is(out var after, out refusal)) return refusal;
            return Planned(book, id, after, known, command.By, Now, wanted);
        });

    /// <summary>What the event changes on a ticket as it stands: a link must lead somewhere, and the system chooses whom it assigns.</summary>
    internal async Task<Outcome<TicketChange>> ChangeAsync(string book, Ticket ticket, TicketWish wish, string? self)
    {
        if (self is not null && ticket.Caller != self) return new Refusal(403, "support/not-own", "This ticket is somebody else's.");
        var change = wish.Change;
        if (!wish.IsAtTold && change.Event.At < ticket.LastAt) change = change with { Event = change.Event with { At = ticket.LastAt } }; // instances' clocks differ a little
        if (change.Into is { } into && await support.Tickets.Cases.FindAsync(book, into) is not { IsDone: false }) return new Refusal(422, "support/merge", $"There is no open ticket '{into}' to go on with it.", "into");
        if (change is { Event.Act: TicketAct.Link, Link: { } link } && await support.LinkFaultAsync(book, link) is { } fault) return fault;
        if (change.Event.Act != TicketAct.Assign) return change;

        var name = change.Team ?? (wish.IsAuto ? ticket.Team : null);
        if (name is null) return wish.IsAuto ? new Refusal(422, "support/assign", "The ticket is in no team's queue: name the 'team'.", "team") : change;
        if (await support.Teams.Cases.FindAsync(book, name) is not { } row) return new Refusal(422, "support/team-unknown", $"There is no team '{name}': PUT /api/books/{book}/support-teams/{name}.", "team");
        if (!wish.IsAuto) return change;
        var chosen = SupportTables.ReadTeam(row).Choose(wish.Skill, await board.LoadAsync(book));
        return chosen is null
            ? new Refusal(422, "support/nobody-free", $"Nobody of team '{name}' {(wish.Skill is null ? "" : $"knows '{wish.Skill}' and ")}has room for another ticket.", "team")
            : change with { Team = name, Event = change.Event with { Assignee = chosen.Id } };
    }

    /// <summary>
    /// Looks at a ticket whose deadline has come: tells what its clocks have come to, closes it when its time has come, and puts down the next look. What is as it was changes nothing. The version it leaves; null: there is no such ticket.
    /// </summary>
    /// <param name="loadAsync">Where the rules come from: (book, services).</param>
    public async Task<int?> LookAsync(Deadline deadline, string by, Func<string, IEnumerable<string>, Task<Outcome<RuleBook>>> loadAsync)
    {
        var (book, id) = (deadline.Book, deadline.Case);
        while (true)
        {
            if (await support.Tickets.Cases.FindAsync(book, id) is not { } row) return null; // put down for a commit that never was
            var ticket = SupportTables.ReadTicket(row);
            var now = Now > deadline.DueAt ? Now : deadline.DueAt; // another instance's clock said that it had come
            if (ticket.IsOver || !(await loadAsync(book, ServicesOf(ticket))).Is(out var known, out _)) return row.Version;

            var command = new CaseCommand("look", "{}", by, string.Create(System.Globalization.CultureInfo.InvariantCulture, $"look@{row.Version}"), row.Tag);
            var closes = ticket.Status == TicketStatus.Resolved && TicketPlan.ClosesAt(ticket, known) <= now;
            var plan = TicketPlan.Of(book, id, ticket, known, now);
            if (!closes && plan.Notices.Count == 0 && plan.Ticket.DueAt == ticket.DueAt)
            {
                await steps.LookAgainAsync(support.Tickets, book, id, plan.NextAt);
                return row.Version;
            }

            var outcome = closes
                ? await RunAsync(book, id, command with { Command = JsonFields.NameOf(TicketAct.Close) }, _ => Task.FromResult<Outcome<TicketChange>>(new TicketChange(new TicketEvent(now > ticket.LastAt ? now : ticket.LastAt, TicketAct.Close, by))), loadAsync)
                : await steps.RunAsync(support.Tickets, book, id, command, seen => Planned(book, id, SupportTables.ReadTicket(seen!), known, by, now));
            if (outcome.Is(out var result, out var refusal)) return result.Case.Version;
            if (refusal.Status != 412) throw new InvalidOperationException($"Ticket {id} of book {book} cannot be looked at: {refusal.Faults[0].Detail}"); // else somebody was first: look at what it is now
        }
    }

    private static Outcome<CaseDecision> Planned(string book, string id, Ticket ticket, RuleBook rules, string by, DateTimeOffset now, TicketChange? change = null)
    {
        var plan = TicketPlan.Of(book, id, ticket, rules, now);
        var merged = ticket.Status == TicketStatus.Merged ? ticket.MergedInto : null;
        var link = change is { Event.Act: TicketAct.Link or TicketAct.Unlink, Link: { Kind: LinkKind.Problem or LinkKind.ConfigurationItem } known } ? known : null;
        var tell = plan.Notices.Count == 0 && merged is null && link is null ? null
            : JsonSerializer.Serialize(new TicketTell(plan.Notices, merged, id, by, ticket.LastAt, link, change?.Event.Act == TicketAct.Link), SupportJson.Default.TicketTell);
        return new CaseDecision(SupportTables.Write(plan.Ticket), ticket.IsOver, tell, plan.NextAt);
    }

    private static IEnumerable<string> ServicesOf(Ticket ticket) => ticket.Events.Where(e => e.Service is not null).Select(e => e.Service!);
}
