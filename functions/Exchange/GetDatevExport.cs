using BackOffice.Kernel;
using BackOffice.Ledger;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace BackOffice.Exchange;

/// <summary><c>GET /api/books/{book}/exports/datev/{number}</c>: a DATEV export, its files with their SHA-256, and who made it when. 404 <c>case/unknown</c>. Rows: reads <c>Exports</c>. Messages: none.</summary>
public sealed class GetDatevExport(Books books, ExchangeTables exchange)
{
    [Function(nameof(GetDatevExport))]
    [Allow(Roles.Accounting, Roles.Auditor)]
    public async Task<IResult> Run([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "books/{book}/exports/datev/{number}")] HttpRequest request, string book, string number)
    {
        if (new QueryFields(request.Query).Refused() is { } wrong) return new Problem(wrong);
        if (!(await books.OpenAsync(book)).Is(out _, out var refusal)) return new Problem(refusal);
        if (await exchange.Exports.Cases.FindAsync(book, ExchangeTables.IdOf(DatevExport.Prefix, ExchangeTables.NumberOf(number))) is not { } row) return Problem.Of(404, "case/unknown", $"Book '{book}' has no DATEV export {Ids.Cut(number)}.");
        return Answer(200, book, ExchangeTables.NumberOf(number), ExchangeTables.ReadExport(row), await exchange.Exports.Cases.HistoryAsync(book, row.Id));
    }

    internal static JsonAnswer Answer(int status, string book, int number, ExportFile export, IReadOnlyList<CaseStep>? history) => new(status, json =>
    {
        json.WriteString("book", book);
        json.WriteNumber("number", number);
        json.WriteString("from", BusinessDay.Text(export.From!.Value));
        json.WriteString("to", BusinessDay.Text(export.To!.Value));
        json.WriteNumber("upTo", export.UpTo);
        json.WriteNumber("entries", export.Datev!.Entries);
        json.WriteNumber("leftOut", export.Datev.LeftOut);
        json.WriteString("createdAt", export.CreatedAt.UtcDateTime);
        ListExports.WriteFiles(json, export, file => $"/api/books/{book}/exports/datev/{number}/files/{file}");
        if (history is not null && history.Count > 0) json.WriteString("by", history[0].By);
    });
}
