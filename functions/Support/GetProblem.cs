using BackOffice.Kernel;
using BackOffice.Ledger;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace BackOffice.Support;

/// <summary><c>GET /api/books/{book}/problems/{id}</c>: a problem, the incidents that were linked to it, and its history. 404 <c>case/unknown</c>. Rows: reads <c>Problems</c>. Messages: none.</summary>
public sealed class GetProblem(Books books, SupportTables support)
{
    [Function(nameof(GetProblem))]
    [Allow(Roles.Support, Roles.Operator, Roles.Auditor)]
    public async Task<IResult> Run([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "books/{book}/problems/{id}")] HttpRequest request, string book, string id)
    {
        if (!(await BookRequest.FindAsync(books, support.Problems, request, book, id)).Is(out var found, out var refusal)) return new Problem(refusal);
        return Answer(200, found.Case, book, request, await support.Problems.Cases.HistoryAsync(book, id));
    }

    internal static JsonAnswer Answer(int status, CaseRow row, string book, HttpRequest request, IReadOnlyList<CaseStep>? history)
    {
        var problem = SupportTables.ReadProblem(row);
        request.HttpContext.Response.Headers.ETag = row.Tag;
        return new JsonAnswer(status, json =>
        {
            json.WriteString("book", book);
            json.WriteString("id", row.Id);
            json.WriteNumber("version", row.Version);
            json.WriteString("title", problem.Title);
            json.WriteString("text", problem.Text);
            json.WriteString("status", JsonFields.NameOf(problem.Status));
            if (problem.Cause is not null) json.WriteString("cause", problem.Cause);
            if (problem.Workaround is not null) json.WriteString("workaround", problem.Workaround);
            GetConfigurationItem.WriteTexts(json, "articles", problem.Articles);
            GetConfigurationItem.WriteTexts(json, "incidents", problem.Incidents);
            if (history is not null) CaseStep.Write(json, history);
        });
    }
}
