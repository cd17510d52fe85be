using BackOffice.Kernel;
using BackOffice.Ledger;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace BackOffice.Support;

/// <summary>
/// <c>PUT /api/books/{book}/service-levels/{id}</c> <c>{name?, calendar, targets: {major?, "1"?, … "5"?: {firstResponse?, update?, solution?}} in minutes, escalations?: [{percent, role}], team?, from?: date}</c>: what a service promises
/// from now on, or from a coming business date on; the id is the service's. Elapsed time stays; due instants and deadlines of its open tickets are computed anew. Without <c>escalations</c> the role <c>service-desk</c> is told at 75 % and
/// 100 %. 201 when it is new, 200 when it is there. 422 <c>support/calendar-unknown</c>, <c>support/team-unknown</c>, <c>support/targets</c>, <c>support/escalations</c>, <c>support/from</c>, <c>support/too-many</c>.
/// Rows: reads and writes <c>ServiceLevels</c>, reads <c>ServiceCalendars</c> and <c>SupportTeams</c>. Messages: to <c>support-replan</c>.
/// </summary>
public sealed class PutServiceLevel(Books books, SupportTables support, CaseSteps steps, TicketSteps tickets, Storage storage)
{
    private static readonly EscalationStep[] Usual = [new(75, "service-desk"), new(100, "service-desk")];

    [Function(nameof(PutServiceLevel))]
    [Allow(Roles.Support, Roles.Operator)]
    public async Task<IResult> Run([HttpTrigger(AuthorizationLevel.Anonymous, "put", Route = "books/{book}/service-levels/{id}")] HttpRequest request, string book, string id)
    {
        if (!(await SupportRequest.ReadAsync(books, request, book, id)).Is(out var body, out var refusal)) return new Problem(refusal);
        using (body)
        {
            var name = body.Fields.OptionalText("name") ?? id;
            var wanted = Read(body.Fields, body.Faults, tickets.Now);
            body.Fields.NoOthers();
            if (body.Faults.Count == 0 && await support.Calendars.Cases.FindAsync(book, wanted.Calendar) is null) body.Faults.Add(new Fault("calendar", "support/calendar-unknown", $"There is no calendar '{wanted.Calendar}': PUT /api/books/{book}/calendars/{wanted.Calendar}."));
            if (body.Faults.Count == 0 && wanted.Team is { } team && await support.Teams.Cases.FindAsync(book, team) is null) body.Faults.Add(new Fault("team", "support/team-unknown", $"There is no team '{team}': PUT /api/books/{book}/support-teams/{team}."));
            if (body.Faults.Count > 0) return new Problem(Refusal.Of(body.Faults));

            var isNew = false;
            var outcome = await steps.RunAsync(support.Levels, book, id, CaseCommand.ToPut(request, body.Canonical), known =>
            {
                isNew = known is null;
                var after = known is null ? new ServiceLevel(name, [wanted]) : SupportTables.ReadLevel(known).With(name, wanted);
                return after.Versions.Count > ServiceLevel.MaxVersions ? new Refusal(422, "support/too-many", $"A service level has at most {ServiceLevel.MaxVersions} versions.") : new CaseDecision(SupportTables.Write(after));
            });
            if (!outcome.Is(out var result, out refusal)) return new Problem(refusal);
            if (!isNew) await ReplanTickets.SendAsync(storage, new ReplanWanted(book, id, null), $"level:{id}:{result.Case.Version}");
            return GetServiceLevel.Answer(isNew && result.IsNew ? 201 : 200, result.Case, book, request, null);
        }
    }

    private static ServiceLevelVersion Read(JsonFields fields, List<Fault> faults, DateTimeOffset now)
    {
        var (from, calendar, team) = (SupportRequest.From(fields, faults, now), fields.Id("calendar"), fields.OptionalId("team"));
        Dictionary<string, SlaTargets> targets = new(StringComparer.Ordinal);
        if (fields.Inner("targets") is { } byPriority)
        {
            foreach (var priority in ServiceLevelVersion.Priorities)
            {
                if (!byPriority.Has(priority)) byPriority.Absent(priority);
                else targets.Add(priority, SlaTargets.Read(byPriority.Element(priority)!.Value, $"targets.{priority}", faults));
            }

            byPriority.NoOthers();
            if (targets.Count == 0) faults.Add(new Fault("targets", "support/targets", "Name the targets of at least one priority: \"major\", \"1\" to \"5\"."));
        }

        return new ServiceLevelVersion(from, calendar, targets, Escalations(fields, faults), team);
    }

    private static List<EscalationStep> Escalations(JsonFields fields, List<Fault> faults)
    {
        var isTold = fields.Has("escalations");
        var steps = fields.List("escalations", "support/escalations", 0, ServiceLevelVersion.MaxEscalations, one => new EscalationStep(one.Whole("percent", 1, 500) ?? 0, one.Text("role", 100)));
        if (steps.DistinctBy(step => step.Percent).Count() < steps.Count) faults.Add(new Fault("escalations", "support/escalations", "A percentage stands there once."));
        return isTold ? [.. steps.OrderBy(step => step.Percent)] : [.. Usual];
    }
}
