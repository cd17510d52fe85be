using BackOffice.Kernel;
using BackOffice.Ledger;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace BackOffice.Credit;

/// <summary>
/// <c>GET /api/books/{book}/dunning-stops/{party}</c>: what of a party is not dunned, and its history; released stops stand only there. Its version is the ETag. 404 <c>case/unknown</c>.
/// Rows: reads <c>DunningStops</c>. Messages: none.
/// </summary>
public sealed class GetDunningStops(Books books, CreditTables credit)
{
    [Function(nameof(GetDunningStops))]
    [Allow(Roles.BackOffice, Roles.Accounting, Roles.Auditor)]
    public async Task<IResult> Run([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "books/{book}/dunning-stops/{party}")] HttpRequest request, string book, string party)
    {
        if (new QueryFields(request.Query).Refused() is { } wrong) return new Problem(wrong);
        if (!(await books.OpenAsync(book)).Is(out _, out var refusal)) return new Problem(refusal);
        if (CreditSteps.IdFault(party) is not null || await credit.DunningStops.Cases.FindAsync(book, party) is not { } row) return CreditSteps.Unknown(party, "dunning-stops", book);
        return Answer(200, row, book, request, await credit.DunningStops.Cases.HistoryAsync(book, party));
    }

    internal static JsonAnswer Answer(int status, CaseRow row, string book, HttpRequest request, IReadOnlyList<CaseStep>? history)
    {
        request.HttpContext.Response.Headers.ETag = row.Tag;
        return new JsonAnswer(status, json =>
        {
            json.WriteString("book", book);
            json.WriteString("party", row.Id);
            json.WriteNumber("version", row.Version);
            json.WriteList("stops", CreditTables.ReadDunningStops(row).Unreleased(), stop =>
            {
                if (stop.Document is not null) json.WriteString("document", stop.Document);
                if (stop.Until is { } until) json.WriteString("until", BusinessDay.Text(until));
                json.WriteString("reason", stop.Reason);
            });
            if (history is not null) CaseStep.Write(json, history);
        });
    }
}
