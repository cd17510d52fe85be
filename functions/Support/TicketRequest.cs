using BackOffice.Kernel;

namespace BackOffice.Support;

/// <summary>How a ticket and what happens to it are read, from HTTP and from the queue alike.</summary>
internal static class TicketRequest
{
    private const int MaxReferenceChars = 400;
    private const int MaxCallerChars = 100;

    /// <summary>
    /// A new ticket. 422 <c>support/impact</c> and <c>support/urgency</c> (1 to 3), <c>support/attachments</c>, <c>support/at</c> (in the future, or in the past and not by <c>Operator</c>).
    /// </summary>
    /// <param name="self">The caller, when it is somebody who may ask for nobody else; null: anybody.</param>
    /// <param name="by">Who brings it.</param>
    public static Ticket? Read(JsonFields fields, List<Fault> faults, string? self, bool isOperator, string by, DateTimeOffset now)
    {
        var caller = self is not null && !fields.Has("caller") ? fields.Absent("caller") ?? self : fields.Text("caller", MaxCallerChars);
        var (service, impact, urgency) = (fields.Id("service"), fields.Whole("impact", 1, 3), fields.Whole("urgency", 1, 3));
        var (subject, text, category) = (fields.Text("subject"), fields.Lines("text", Ticket.MaxTextChars), fields.OptionalText("category", 100));
        var isMajor = fields.OptionalFlag("major");
        var (attachments, at) = (Attachments(fields), At(fields, faults, isOperator, now));
        fields.NoOthers();
        if (self is not null && caller.Length > 0 && caller != self) faults.Add(new Fault("caller", "support/not-own", $"With this role one asks for oneself: the caller is '{self}'."));
        if (faults.Count > 0) return null;
        var created = new TicketEvent(at, TicketAct.Create, by, Impact: impact, Urgency: urgency, IsMajor: isMajor == true, Service: service);
        return new Ticket(caller, service, impact!.Value, urgency!.Value, isMajor == true, category, subject, text, attachments, TicketStatus.New, null, null, null, null, [created], [], []);
    }

    /// <summary>
    /// An event's members beside its type, by its type; what is said (<c>text</c>, <c>reason</c>, <c>resolution</c>) stands in the history. An assignment without <c>assignee</c> puts the ticket into the team's queue; with <c>auto</c> the
    /// team's agent with the fewest open tickets has it. 422 <c>support/type</c>, <c>support/hold-reason</c>, <c>support/assign</c>, <c>support/priority</c>, <c>support/link-kind</c>.
    /// </summary>
    public static TicketWish? ReadEvent(JsonFields fields, List<Fault> faults, bool isCallerThemself, bool isOperator, string by, DateTimeOffset now)
    {
        var act = fields.Choice<TicketAct>("type", "support/type");
        if (act >= TicketAct.Create)
        {
            faults.Add(new Fault("type", "support/type", $"'{JsonFields.NameOf(act.Value)}' is the system's own."));
            act = null;
        }

        if (act is not { } known) return null;
        var id = fields.OptionalId("id");
        var e = new TicketEvent(At(fields, faults, isOperator, now), known, by);
        var wish = new TicketWish(id, new TicketChange(e), fields.Has("at"));
        switch (known)
        {
            case TicketAct.Comment:
                fields.Lines("text", Ticket.MaxTextChars);
                Attachments(fields);
                var visibility = fields.OptionalText("visibility", 10);
                if (visibility is not (null or "internal" or "public")) faults.Add(new Fault("visibility", "support/visibility", "'visibility' must be internal or public."));
                var from = fields.OptionalText("from", 10);
                if (from is not (null or "caller")) faults.Add(new Fault("from", "support/from", "'from' can only be \"caller\": the caller said it."));
                wish = wish with { Change = wish.Change with { Event = e with { IsByCaller = isCallerThemself || from == "caller" } } };
                break;
            case TicketAct.Reply:
                fields.Lines("text", Ticket.MaxTextChars);
                Attachments(fields);
                var isAutomatic = fields.OptionalFlag("automatic");
                wish = wish with { Change = wish.Change with { Event = e with { IsAutomatic = isAutomatic == true } } };
                break;
            case TicketAct.Assign:
                var (team, assignee, skill) = (fields.OptionalId("team"), fields.OptionalText("assignee", MaxCallerChars), fields.OptionalText("skill", 100));
                var isAuto = fields.OptionalFlag("auto") == true;
                if (isAuto ? assignee is not null : skill is not null || (team is null && assignee is null))
                    faults.Add(new Fault("", "support/assign", "Name a 'team', an 'assignee' or both; or \"auto\": true, with 'team' and 'skill' if you like, and no 'assignee'."));
                wish = wish with { IsAuto = isAuto, Skill = skill, Change = wish.Change with { Team = team, Event = e with { Assignee = assignee } } };
                break;
            case TicketAct.Hold:
                wish = wish with { Change = wish.Change with { Event = e with { Reason = fields.Choice<HoldReason>("reason", "support/hold-reason") } } };
                fields.OptionalLines("text", Ticket.MaxTextChars);
                break;
            case TicketAct.Priority:
                var impact = fields.OptionalWhole("impact", 1, 3);
                var urgency = fields.OptionalWhole("urgency", 1, 3);
                var isMajor = fields.OptionalFlag("major");
                fields.Text("reason", 500);
                if (impact is null && urgency is null && isMajor is null) faults.Add(new Fault("", "support/priority", "Name 'impact', 'urgency' or 'major'."));
                wish = wish with { Change = wish.Change with { Event = e with { Impact = impact, Urgency = urgency, IsMajor = isMajor } } };
                break;
            case TicketAct.Service:
                wish = wish with { Change = wish.Change with { Event = e with { Service = fields.Id("service") } } };
                fields.Text("reason", 500);
                break;
            case TicketAct.Category:
                wish = wish with { Change = wish.Change with { Category = fields.Text("category", 100) } };
                break;
            case TicketAct.Link or TicketAct.Unlink:
                var kind = fields.Choice<LinkKind>("kind", "support/link-kind");
                var to = kind == LinkKind.Article ? fields.Text("to", MaxReferenceChars) : fields.Id("to");
                if (kind is { } linked) wish = wish with { Change = wish.Change with { Link = new TicketLink(linked, to) } };
                break;
            case TicketAct.Resolve:
                fields.Lines("resolution", Ticket.MaxTextChars);
                break;
            case TicketAct.Reopen:
                fields.Lines("reason", Ticket.MaxTextChars);
                break;
            case TicketAct.Merge:
                wish = wish with { Change = wish.Change with { Into = fields.Id("into") } };
                break;
            default: // resume, close
                fields.OptionalLines("text", Ticket.MaxTextChars);
                break;
        }

        fields.NoOthers();
        return faults.Count > 0 ? null : wish;
    }

    /// <summary>When it happened: now, or for <c>Operator</c>, who takes tickets over from another system, before.</summary>
    private static DateTimeOffset At(JsonFields fields, List<Fault> faults, bool isOperator, DateTimeOffset now)
    {
        if (!fields.Has("at"))
        {
            fields.Absent("at");
            return now;
        }

        if (fields.Instant("at") is not { } at) return now;
        if (at > now) faults.Add(new Fault("at", "support/at", "'at' lies in the future."));
        else if (!isOperator) faults.Add(new Fault("at", "support/at", "What happened in the past is told by Operator alone, to take tickets over from another system; leave 'at' out."));
        return at;
    }

    private static List<Attachment> Attachments(JsonFields fields) => fields.List("attachments", "support/attachments", 0, Ticket.MaxAttachments, one => new Attachment(one.Text("name"), one.Text("reference", MaxReferenceChars)));
}

/// <summary>An event as it was asked for.</summary>
/// <param name="Id">The caller's own id of it, by which it is known when it comes again; null: none.</param>
/// <param name="IsAtTold">Whether the instant was told, or is now.</param>
/// <param name="IsAuto">Of an assignment: the team's agent with the fewest open tickets has it.</param>
/// <param name="Skill">Which that agent must have.</param>
internal sealed record TicketWish(string? Id, TicketChange Change, bool IsAtTold, bool IsAuto = false, string? Skill = null);
