using BackOffice.Kernel;
using BackOffice.Ledger;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace BackOffice.Support;

/// <summary><c>GET /api/books/{book}/calendars/{id}</c>: a service calendar with all its versions, and its history. 404 <c>case/unknown</c>. Rows: reads <c>ServiceCalendars</c>. Messages: none.</summary>
public sealed class GetServiceCalendar(Books books, SupportTables support)
{
    [Function(nameof(GetServiceCalendar))]
    [Allow(Roles.Support, Roles.Operator, Roles.Auditor)]
    public async Task<IResult> Run([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "books/{book}/calendars/{id}")] HttpRequest request, string book, string id)
    {
        if (!(await BookRequest.FindAsync(books, support.Calendars, request, book, id)).Is(out var found, out var refusal)) return new Problem(refusal);
        return Answer(200, found.Case, book, request, await support.Calendars.Cases.HistoryAsync(book, id));
    }

    internal static JsonAnswer Answer(int status, CaseRow row, string book, HttpRequest request, IReadOnlyList<CaseStep>? history)
    {
        request.HttpContext.Response.Headers.ETag = row.Tag;
        return new JsonAnswer(status, json =>
        {
            json.WriteString("book", book);
            json.WriteString("id", row.Id);
            json.WriteNumber("version", row.Version);
            json.WriteList("versions", SupportTables.ReadCalendar(row).Versions, version =>
            {
                json.WriteString("from", version.From.UtcDateTime);
                version.Calendar.Write(json);
            });
            if (history is not null) CaseStep.Write(json, history);
        });
    }
}
