using BackOffice.Kernel;
using BackOffice.Ledger;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace BackOffice.Support;

/// <summary><c>GET /api/books/{book}/support-teams/{id}</c>: a team, what each agent has to do now, and its history. 404 <c>case/unknown</c>. Rows: reads <c>SupportTeams</c> and <c>TicketsFeed</c>. Messages: none.</summary>
public sealed class GetSupportTeam(Books books, SupportTables support, TicketBoard board)
{
    [Function(nameof(GetSupportTeam))]
    [Allow(Roles.Support, Roles.Operator, Roles.Auditor)]
    public async Task<IResult> Run([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "books/{book}/support-teams/{id}")] HttpRequest request, string book, string id)
    {
        if (!(await BookRequest.FindAsync(books, support.Teams, request, book, id)).Is(out var found, out var refusal)) return new Problem(refusal);
        return Answer(200, found.Case, book, request, await support.Teams.Cases.HistoryAsync(book, id), await board.LoadAsync(book));
    }

    internal static JsonAnswer Answer(int status, CaseRow row, string book, HttpRequest request, IReadOnlyList<CaseStep>? history, IReadOnlyDictionary<string, int>? open = null)
    {
        var team = SupportTables.ReadTeam(row);
        request.HttpContext.Response.Headers.ETag = row.Tag;
        return new JsonAnswer(status, json =>
        {
            json.WriteString("book", book);
            json.WriteString("id", row.Id);
            json.WriteNumber("version", row.Version);
            json.WriteString("name", team.Name);
            json.WriteList("agents", team.Agents, agent =>
            {
                json.WriteString("id", agent.Id);
                json.WriteStartArray("skills");
                foreach (var skill in agent.Skills) json.WriteStringValue(skill);
                json.WriteEndArray();
                if (agent.MaxOpen is { } most) json.WriteNumber("maxOpen", most);
                if (open is not null) json.WriteNumber("open", open.GetValueOrDefault(agent.Id));
            });
            if (history is not null) CaseStep.Write(json, history);
        });
    }
}
