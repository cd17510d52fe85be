using System.Text.Json;
using BackOffice.Kernel;
using BackOffice.Ledger;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace BackOffice.Exchange;

/// <summary><c>GET /api/books/{book}/exports?after=&amp;limit=&amp;state=</c>: the files that went out: what, when, from which entries, with their SHA-256. In pages. They are <c>done</c> as soon as they are made, so that is the state when none is said; 422 <c>case/state</c>. Rows: reads <c>Exports</c>. Messages: none.</summary>
public sealed class ListExports(Books books, ExchangeTables exchange)
{
    [Function(nameof(ListExports))]
    [Allow(Roles.Accounting, Roles.Settlement, Roles.Auditor)]
    public async Task<IResult> Run([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "books/{book}/exports")] HttpRequest request, string book)
    {
        var query = new QueryFields(request.Query);
        var page = CasePage.Read(query, "done");
        if (query.Refused() is { } wrong) return new Problem(wrong);
        if (!(await books.OpenAsync(book)).Is(out _, out var refusal)) return new Problem(refusal);
        var rows = await page.LoadAsync(exchange.Exports.Cases, book, row => row.Id != DatevParties.CaseId);
        Dictionary<string, CaseStep> firsts = new(StringComparer.Ordinal);
        foreach (var row in rows) firsts[row.Id] = (await exchange.Exports.Cases.HistoryAsync(book, row.Id))[0];
        return page.Answer(book, "exports", rows, (json, row) =>
        {
            var export = ExchangeTables.ReadExport(row);
            json.WriteString("id", row.Id);
            json.WriteString("kind", JsonFields.NameOf(export.Kind));
            json.WriteString("at", firsts[row.Id].At.UtcDateTime);
            json.WriteString("by", firsts[row.Id].By);
            if (export.From is { } from) json.WriteString("from", BusinessDay.Text(from));
            if (export.To is { } to) json.WriteString("to", BusinessDay.Text(to));
            json.WriteNumber("upTo", export.UpTo);
            WriteFiles(json, export, null);
        });
    }

    internal static void WriteFiles(Utf8JsonWriter json, ExportFile export, Func<string, string>? hrefOf) => json.WriteList("files", export.Files, file =>
    {
        json.WriteString("name", file.Name);
        json.WriteString("sha256", file.Sha256);
        json.WriteNumber("bytes", file.Bytes);
        json.WriteNumber("items", file.Items);
        if (hrefOf is not null) json.WriteString("href", hrefOf(file.Name));
    });
}
