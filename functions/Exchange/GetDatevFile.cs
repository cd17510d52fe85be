using BackOffice.Kernel;
using BackOffice.Ledger;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace BackOffice.Exchange;

/// <summary>
/// <c>GET /api/books/{book}/exports/datev/{number}/files/{name}</c>, <c>text/csv; charset=windows-1252</c>: a file of a DATEV export, made anew and the same byte for byte. It is made once to compare its SHA-256 before the first byte is sent: 500 <c>exchange/seal</c> when the ledger holds other entries than then.
/// 404 <c>case/unknown</c>. Rows: reads <c>Exports</c> and <c>Ledger</c>. Messages: none.
/// </summary>
public sealed class GetDatevFile(Books books, ExchangeTables exchange, DatevExport datev)
{
    [Function(nameof(GetDatevFile))]
    [Allow(Roles.Accounting, Roles.Auditor)]
    public async Task<IResult> Run([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "books/{book}/exports/datev/{number}/files/{name}")] HttpRequest request, string book, string number, string name)
    {
        if (new QueryFields(request.Query).Refused() is { } wrong) return new Problem(wrong);
        if (!(await books.OpenAsync(book)).Is(out var found, out var refusal)) return new Problem(refusal);
        if (await exchange.FindAsync(book, DatevExport.Prefix, number) is not { } export || export.Files.All(file => file.Name != name))
            return Problem.Of(404, "case/unknown", $"DATEV export {Ids.Cut(number)} of book '{book}' has no file '{Ids.Cut(name)}'.");

        await found.Book.CatchUpAsync();
        var (before, parties) = ((await datev.AllAsync(book)).Where(one => one.Key < ExchangeTables.NumberOf(number)).Select(one => one.Value).ToList(), await datev.PartiesAsync(book));
        // A file's year alone is made anew.
        var year = ExchangeTables.NumberOf(name[DatevExport.NamePrefix.Length..].Split('_')[0]);
        var (files, _, _) = await datev.WriteAsync(found, export, before, parties, _ => null, request.HttpContext.RequestAborted, year);
        if (files.Except(export.Files).Any() || files.All(file => file.Name != name)) return Problem.Of(500, "exchange/seal", $"The ledger holds other entries than when export {number} was made. Run the verification of the book: GET /api/books/{book}/verification.");
        request.HttpContext.Response.Headers.ContentDisposition = $"attachment; filename=\"{name}\"";
        return new StreamedAnswer("text/csv; charset=windows-1252", async (writer, cancellation) => await datev.WriteAsync(found, export, before, parties, file => file == name ? writer.AsStream(leaveOpen: true) : null, cancellation, year));
    }
}
