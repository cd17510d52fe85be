using System.Text.Json;
using BackOffice.Kernel;

namespace BackOffice.Support;

/// <summary>What a ticket's commit leaves to be told.</summary>
/// <param name="Notices">Clocks of which somebody is to be told.</param>
/// <param name="Link">A problem or configuration item that is to know that the ticket was linked to it, or no longer is.</param>
/// <param name="IsLinked">Which of the two.</param>
/// <param name="MergedInto">The ticket that is to take note that <paramref name="Ticket"/> was merged into it.</param>
/// <param name="Ticket">The ticket that was committed.</param>
/// <param name="By">Who did it.</param>
/// <param name="At">When.</param>
public sealed record TicketTell(IReadOnlyList<EscalationNotice> Notices, string? MergedInto, string Ticket, string By, DateTimeOffset At, TicketLink? Link = null, bool IsLinked = false);

/// <summary>
/// The support department's tables, each with the rows of <see cref="CaseTable"/>. <c>Tickets</c>: State is a <see cref="Ticket"/>, done when it is closed or merged; its words stand in its history. <c>ServiceLevels</c>:
/// <see cref="ServiceLevel"/>, <c>ServiceCalendars</c>: <see cref="CalendarHistory"/>, <c>SupportTeams</c>: <see cref="SupportTeam"/>, <c>ConfigurationItems</c>: <see cref="ConfigurationItem"/>, <c>Problems</c>: <see cref="SupportProblem"/>. <c>TicketsFeed</c>: see <see cref="CaseFeed"/>.
/// </summary>
public sealed class SupportTables(Storage storage, CaseSteps steps)
{
    /// <summary>The queue that others take escalations from.</summary>
    public const string Escalations = "support-escalations";

    private Department? _tickets;
    private Department? _items;

    public Department Tickets => _tickets ??= new("tickets", new CaseTable(storage, "Tickets"), TellAsync) { Feed = Feed };

    public CaseFeed Feed { get; } = new(storage, "TicketsFeed");

    public Department Levels { get; } = new("service-levels", new CaseTable(storage, "ServiceLevels"), (_, _) => Task.CompletedTask);

    public Department Calendars { get; } = new("service-calendars", new CaseTable(storage, "ServiceCalendars"), (_, _) => Task.CompletedTask);

    public Department Teams { get; } = new("support-teams", new CaseTable(storage, "SupportTeams"), (_, _) => Task.CompletedTask);

    public Department Items => _items ??= new("configuration-items", new CaseTable(storage, "ConfigurationItems"), TellOfEndsAsync);

    public Department Problems { get; } = new("problems", new CaseTable(storage, "Problems"), (_, _) => Task.CompletedTask);

    public static Ticket ReadTicket(CaseRow row) => row.Read(SupportJson.Default.Ticket);

    public static ServiceLevel ReadLevel(CaseRow row) => row.Read(SupportJson.Default.ServiceLevel);

    public static CalendarHistory ReadCalendar(CaseRow row) => row.Read(SupportJson.Default.CalendarHistory);

    public static SupportTeam ReadTeam(CaseRow row) => row.Read(SupportJson.Default.SupportTeam);

    public static ConfigurationItem ReadItem(CaseRow row) => row.Read(SupportJson.Default.ConfigurationItem);

    public static SupportProblem ReadProblem(CaseRow row) => row.Read(SupportJson.Default.SupportProblem);

    public static string Write(Ticket ticket) => JsonSerializer.Serialize(ticket, SupportJson.Default.Ticket);

    public static string Write(ServiceLevel level) => JsonSerializer.Serialize(level, SupportJson.Default.ServiceLevel);

    public static string Write(CalendarHistory calendar) => JsonSerializer.Serialize(calendar, SupportJson.Default.CalendarHistory);

    public static string Write(SupportTeam team) => JsonSerializer.Serialize(team, SupportJson.Default.SupportTeam);

    public static string Write(ConfigurationItem item) => JsonSerializer.Serialize(item, SupportJson.Default.ConfigurationItem);

    public static string Write(SupportProblem problem) => JsonSerializer.Serialize(problem, SupportJson.Default.SupportProblem);

    /// <summary>Why a link leads nowhere. 422 <c>support/link</c>; null: it leads somewhere.</summary>
    public async Task<Refusal?> LinkFaultAsync(string book, TicketLink link)
    {
        var department = link.Kind switch { LinkKind.Ticket => Tickets, LinkKind.Problem => Problems, LinkKind.ConfigurationItem => Items, _ => null };
        return department is null || await department.Cases.FindAsync(book, link.To) is not null ? null : new Refusal(422, "support/link", $"There is no '{link.To}' in {department.Name} of book '{book}'.", "to");
    }

    /// <summary>Sends what is to be told of the clocks, and has the other ticket note a merge; told twice, receivers know the operation id, and the ticket its mark.</summary>
    private async Task TellAsync(string book, string body)
    {
        var tell = JsonSerializer.Deserialize(body, SupportJson.Default.TicketTell) ?? throw new InvalidDataException("A ticket's commit left nothing to be told.");
        foreach (var notice in tell.Notices)
        {
            var id = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"escalation:{book}:{notice.Ticket}:{notice.Clock}:{notice.Percent}:{notice.ReachedAt.UtcDateTime:yyyyMMddHHmmss}");
            var message = new Envelope<EscalationNotice>(EscalationNotice.Schema, 1, id, notice.Ticket, notice);
            await storage.SendAsync(Escalations, JsonSerializer.Serialize(message, SupportJson.Default.EnvelopeEscalationNotice));
        }

        if (tell.Link is { } link) await NoteLinkAsync(book, tell, link);
        if (tell.MergedInto is not { } into) return;
        var request = $$"""{"from":"{{tell.Ticket}}"}""";
        await steps.RunAsync(Tickets, book, into, new CaseCommand(JsonFields.NameOf(TicketAct.Absorb), request, tell.By, $"absorb:{tell.Ticket}"), known =>
        {
            var ticket = ReadTicket(known!);
            var at = tell.At > ticket.LastAt ? tell.At : ticket.LastAt;
            var noted = TicketDecisions.Apply(into, ticket, new TicketChange(new TicketEvent(at, TicketAct.Absorb, tell.By), Link: new TicketLink(LinkKind.Ticket, tell.Ticket)), 0);
            return noted.Is(out var absorbed, out var refusal) ? new CaseDecision(Write(absorbed)) : refusal; // one that has been closed meanwhile takes no note; the merged one names it all the same
        });
    }

    /// <summary>Has a problem or an item know which tickets are linked to it; told twice, its mark is known.</summary>
    private async Task NoteLinkAsync(string book, TicketTell tell, TicketLink link)
    {
        var request = $$"""{"ticket":"{{tell.Ticket}}","linked":{{(tell.IsLinked ? "true" : "false")}}}""";
        var command = new CaseCommand("incident", request, tell.By, string.Create(System.Globalization.CultureInfo.InvariantCulture, $"incident:{tell.Ticket}:{tell.At.UtcTicks}:{tell.IsLinked}"));
        if (link.Kind == LinkKind.Problem)
        {
            await steps.RunAsync(Problems, book, link.To, command, known =>
            {
                var problem = ReadProblem(known!);
                return new CaseDecision(Write(problem with { Incidents = IncidentList.With(problem.Incidents, tell.Ticket, tell.IsLinked) }));
            });
        }
        else
        {
            await steps.RunAsync(Items, book, link.To, command, known =>
            {
                var item = ReadItem(known!);
                return new CaseDecision(Write(item with { Incidents = IncidentList.With(item.Incidents, tell.Ticket, tell.IsLinked) }));
            });
        }
    }

    /// <summary>Sends what is to be told of contracts and warranties; told twice, receivers know the operation id.</summary>
    private async Task TellOfEndsAsync(string book, string body)
    {
        foreach (var notice in JsonSerializer.Deserialize(body, SupportJson.Default.ListItemNotice) ?? [])
        {
            var message = new Envelope<ItemNotice>(ItemNotice.Schema, 1, $"item-end:{book}:{notice.Item}:{notice.What}:{BusinessDay.Text(notice.EndsOn)}", notice.Item, notice);
            await storage.SendAsync(Escalations, JsonSerializer.Serialize(message, SupportJson.Default.EnvelopeItemNotice));
        }
    }
}
