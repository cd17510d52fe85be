using BackOffice.Kernel;
using BackOffice.Ledger;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace BackOffice.Support;

/// <summary>
/// <c>PUT /api/books/{book}/support-teams/{id}</c> <c>{name, agents: [{id, skills?: [text], maxOpen?}]}</c>: a team as it is to be. 201 when it is new, 200 when it is there. 422 <c>support/agents</c>. Rows: reads and writes <c>SupportTeams</c>. Messages: none.
/// </summary>
public sealed class PutSupportTeam(Books books, SupportTables support, CaseSteps steps)
{
    private const int MaxSkills = 50;

    [Function(nameof(PutSupportTeam))]
    [Allow(Roles.Support, Roles.Operator)]
    public async Task<IResult> Run([HttpTrigger(AuthorizationLevel.Anonymous, "put", Route = "books/{book}/support-teams/{id}")] HttpRequest request, string book, string id)
    {
        if (!(await SupportRequest.ReadAsync(books, request, book, id)).Is(out var body, out var refusal)) return new Problem(refusal);
        using (body)
        {
            var team = new SupportTeam(body.Fields.Text("name"), Agents(body.Fields, body.Faults));
            body.Fields.NoOthers();
            if (body.Faults.Count > 0) return new Problem(Refusal.Of(body.Faults));
            var isNew = false;
            var outcome = await steps.RunAsync(support.Teams, book, id, CaseCommand.ToPut(request, body.Canonical), known =>
            {
                isNew = known is null;
                return new CaseDecision(SupportTables.Write(team));
            });
            return outcome.Is(out var result, out refusal) ? GetSupportTeam.Answer(isNew && result.IsNew ? 201 : 200, result.Case, book, request, null) : new Problem(refusal);
        }
    }

    private static List<SupportAgent> Agents(JsonFields fields, List<Fault> faults)
    {
        var agents = fields.List("agents", "support/agents", 0, SupportTeam.MaxAgents, one => new SupportAgent(
            one.Text("id", 100),
            one.OptionalTexts("skills", MaxSkills, 100, new Fault("skills", "support/agents", $"'skills' is a list of at most {MaxSkills} texts of 1 to 100 characters.")),
            one.OptionalWhole("maxOpen", 0, 100_000)));
        if (agents.DistinctBy(agent => agent.Id).Count() < agents.Count) faults.Add(new Fault("agents", "support/agents", "An agent is in a team once."));
        return agents;
    }
}
