using BackOffice.Kernel;

namespace BackOffice.Support;

/// <summary>What is decided about a ticket: pure functions of where it stands.</summary>
public static class TicketDecisions
{
    /// <summary>
    /// Where an act leads: the whole of what is legal, a line a move; null: it is not. A comment of the caller's ends the wait for the caller (<see cref="Apply"/>).
    /// Worked: on hold, resume → open; closed, comment → null.
    /// </summary>
    public static TicketStatus? Next(TicketStatus status, TicketAct act) => (status, act) switch
    {
        (TicketStatus.New, TicketAct.Comment or TicketAct.Priority or TicketAct.Service or TicketAct.Category or TicketAct.Link or TicketAct.Unlink) => TicketStatus.New,
        (TicketStatus.New, TicketAct.Reply or TicketAct.Assign) => TicketStatus.Open,
        (TicketStatus.Open, TicketAct.Comment or TicketAct.Priority or TicketAct.Service or TicketAct.Category or TicketAct.Link or TicketAct.Unlink or TicketAct.Reply or TicketAct.Assign) => TicketStatus.Open,
        (TicketStatus.OnHold, TicketAct.Comment or TicketAct.Priority or TicketAct.Service or TicketAct.Category or TicketAct.Link or TicketAct.Unlink or TicketAct.Reply or TicketAct.Assign) => TicketStatus.OnHold,
        (TicketStatus.Resolved, TicketAct.Comment or TicketAct.Reply or TicketAct.Category or TicketAct.Link or TicketAct.Unlink) => TicketStatus.Resolved,
        (TicketStatus.New or TicketStatus.Open or TicketStatus.OnHold, TicketAct.Hold) => TicketStatus.OnHold,
        (TicketStatus.OnHold, TicketAct.Resume) => TicketStatus.Open,
        (TicketStatus.New or TicketStatus.Open or TicketStatus.OnHold, TicketAct.Resolve) => TicketStatus.Resolved,
        (TicketStatus.New or TicketStatus.Open or TicketStatus.OnHold, TicketAct.Merge) => TicketStatus.Merged,
        (TicketStatus.Resolved or TicketStatus.Closed, TicketAct.Reopen) => TicketStatus.Open,
        (TicketStatus.Resolved, TicketAct.Close) => TicketStatus.Closed,
        (TicketStatus.New or TicketStatus.Open or TicketStatus.OnHold or TicketStatus.Resolved, TicketAct.Absorb) => status,
        _ => null,
    };

    /// <summary>Where a ticket stands after an event, and what it waits for: a caller's words end the wait for the caller, and an automatic reply takes nothing up.</summary>
    public static (TicketStatus Status, HoldReason? Hold) After(TicketStatus status, HoldReason? hold, TicketEvent e) =>
        e.Act == TicketAct.Comment && e.IsByCaller && status == TicketStatus.OnHold && hold == HoldReason.Caller ? (TicketStatus.Open, null)
        : e.Act == TicketAct.Reply && e.IsAutomatic ? (status, hold)
        : Next(status, e.Act) is not { } next ? (status, hold)
        : (next, next != TicketStatus.OnHold ? null : e.Act == TicketAct.Hold ? e.Reason : hold);

    /// <summary>Where a ticket stood at an instant.</summary>
    public static TicketStatus StatusAt(Ticket ticket, DateTimeOffset at) =>
        ticket.Events.TakeWhile(e => e.At <= at).Aggregate((Status: TicketStatus.New, Hold: (HoldReason?)null), (stands, e) => After(stands.Status, stands.Hold, e)).Status;

    /// <summary>
    /// The ticket after an event. 409 <c>support/state</c> when the act is not legal where it stands (<see cref="Next"/>), or a closed one is to be reopened after its last day; 422 <c>support/order</c> before the last event,
    /// <c>support/too-many</c> beyond 1,000 events, 100 links, 20 attachments, <c>support/link</c> (there already, or not there), <c>support/merge</c> into itself.
    /// Worked: on hold for the caller, the caller's comment → open, and its solution clock runs on.
    /// </summary>
    /// <param name="reopenDays">So many days after it was closed a ticket can be reopened.</param>
    public static Outcome<Ticket> Apply(string id, Ticket ticket, TicketChange change, int reopenDays)
    {
        var e = change.Event;
        if (Next(ticket.Status, e.Act) is null) return new Refusal(409, "support/state", $"A ticket that is {JsonFields.NameOf(ticket.Status)} takes no '{JsonFields.NameOf(e.Act)}'{Legal(ticket.Status)}.");
        if (e.At < ticket.LastAt) return new Refusal(422, "support/order", $"The last thing happened at {ticket.LastAt.UtcDateTime:yyyy-MM-ddTHH:mm:ss}Z; this would be before it.", "at");
        if (ticket.Events.Count >= Ticket.MaxEvents && e.Act is not (TicketAct.Resolve or TicketAct.Close)) return new Refusal(422, "support/too-many", $"A ticket has at most {Ticket.MaxEvents} events: resolve it, and go on in a new one.");
        if (e.Act == TicketAct.Reopen && ticket.Status == TicketStatus.Closed && e.At > ticket.LastAt.AddDays(reopenDays))
            return new Refusal(409, "support/state", $"It was closed more than {reopenDays} days ago: open a new ticket, and link it.");

        var (status, hold) = After(ticket.Status, ticket.Hold, e);
        var after = ticket with { Status = status, Hold = hold, Events = [.. ticket.Events, e] };
        switch (e.Act)
        {
            case TicketAct.Assign:
                return after with { Team = change.Team ?? ticket.Team, Assignee = e.Assignee };
            case TicketAct.Priority:
                return after with { Impact = e.Impact ?? ticket.Impact, Urgency = e.Urgency ?? ticket.Urgency, IsMajor = e.IsMajor ?? ticket.IsMajor };
            case TicketAct.Service:
                return after with { Service = e.Service! };
            case TicketAct.Category:
                return after with { Category = change.Category };
            case TicketAct.Merge:
                return change.Into == id ? new Refusal(422, "support/merge", "A ticket cannot be merged into itself.", "into") : after with { MergedInto = change.Into };
            case TicketAct.Link or TicketAct.Absorb:
                if (ticket.Links.Contains(change.Link!)) return e.Act == TicketAct.Absorb ? after : new Refusal(422, "support/link", $"It is linked to '{change.Link!.To}' already.", "to");
                return ticket.Links.Count >= Ticket.MaxLinks ? new Refusal(422, "support/too-many", $"A ticket has at most {Ticket.MaxLinks} links.", "to") : after with { Links = [.. ticket.Links, change.Link!] };
            case TicketAct.Unlink:
                return ticket.Links.Contains(change.Link!) ? after with { Links = [.. ticket.Links.Where(link => link != change.Link)] } : new Refusal(422, "support/link", $"It is not linked to '{change.Link!.To}'.", "to");
            default:
                return after;
        }
    }

    /// <summary>
    /// What of a ticket an event would replace, and who set it last; null: it replaces nothing. An agent who has not seen what another has set must not set it anew unseen.
    /// Worked: bert assigned it to carl; an assignment by dora replaces what bert set.
    /// </summary>
    public static string? SetBy(Ticket ticket, TicketAct act) => act switch
    {
        TicketAct.Assign or TicketAct.Priority or TicketAct.Service or TicketAct.Category => ticket.Events.LastOrDefault(e => e.Act == act)?.By,
        TicketAct.Hold when ticket.Status == TicketStatus.OnHold => ticket.Events.LastOrDefault(e => e.Act == act)?.By,
        _ => null,
    };

    private static string Legal(TicketStatus status)
    {
        var acts = Enum.GetValues<TicketAct>().Where(act => act < TicketAct.Create && Next(status, act) is not null).Select(JsonFields.NameOf).ToList();
        return acts.Count == 0 ? "" : $"; it takes {string.Join(", ", acts)}";
    }
}

/// <summary>An event with what it changes beside the clocks.</summary>
/// <param name="Team">Of an assignment; null: it stays.</param>
/// <param name="Category">The new category.</param>
/// <param name="Into">Of a merge, the ticket that goes on.</param>
/// <param name="Link">Of a link.</param>
public sealed record TicketChange(TicketEvent Event, string? Team = null, string? Category = null, string? Into = null, TicketLink? Link = null);
