using BackOffice.Kernel;
using BackOffice.Ledger;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace BackOffice.Support;

/// <summary><c>GET /api/books/{book}/service-levels/{id}</c>: what a service promises, with all versions, and its history. 404 <c>case/unknown</c>. Rows: reads <c>ServiceLevels</c>. Messages: none.</summary>
public sealed class GetServiceLevel(Books books, SupportTables support)
{
    [Function(nameof(GetServiceLevel))]
    [Allow(Roles.Support, Roles.Operator, Roles.Auditor)]
    public async Task<IResult> Run([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "books/{book}/service-levels/{id}")] HttpRequest request, string book, string id)
    {
        if (!(await BookRequest.FindAsync(books, support.Levels, request, book, id)).Is(out var found, out var refusal)) return new Problem(refusal);
        return Answer(200, found.Case, book, request, await support.Levels.Cases.HistoryAsync(book, id));
    }

    internal static JsonAnswer Answer(int status, CaseRow row, string book, HttpRequest request, IReadOnlyList<CaseStep>? history)
    {
        var level = SupportTables.ReadLevel(row);
        request.HttpContext.Response.Headers.ETag = row.Tag;
        return new JsonAnswer(status, json =>
        {
            json.WriteString("book", book);
            json.WriteString("id", row.Id);
            json.WriteNumber("version", row.Version);
            json.WriteString("name", level.Name);
            json.WriteList("versions", level.Versions, version =>
            {
                json.WriteString("from", version.From.UtcDateTime);
                json.WriteString("calendar", version.Calendar);
                json.WriteStartObject("targets");
                foreach (var (priority, targets) in version.Targets)
                {
                    json.WriteStartObject(priority);
                    if (targets.FirstResponseMinutes is { } first) json.WriteNumber("firstResponse", first);
                    if (targets.UpdateMinutes is { } update) json.WriteNumber("update", update);
                    if (targets.SolutionMinutes is { } solution) json.WriteNumber("solution", solution);
                    json.WriteEndObject();
                }

                json.WriteEndObject();
                json.WriteList("escalations", version.Escalations, step =>
                {
                    json.WriteNumber("percent", step.Percent);
                    json.WriteString("role", step.Role);
                });
                if (version.Team is not null) json.WriteString("team", version.Team);
            });
            if (history is not null) CaseStep.Write(json, history);
        });
    }
}
