using BackOffice.Kernel;
using BackOffice.Ledger;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace BackOffice.Exchange;

/// <summary>
/// <c>GET /api/books/{book}/exports/hledger/{number}/file</c>, <c>text/plain; charset=utf-8</c>: an exported journal, made anew and the same byte for byte; sealed once more before the first byte is sent: 500 <c>exchange/seal</c> when the ledger holds other entries than then.
/// 404 <c>case/unknown</c>. Rows: reads <c>Exports</c> and <c>Ledger</c>. Messages: none.
/// </summary>
public sealed class GetHledgerFile(Books books, ExchangeTables exchange, HledgerExport hledger)
{
    [Function(nameof(GetHledgerFile))]
    [Allow(Roles.Accounting, Roles.Auditor)]
    public async Task<IResult> Run([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "books/{book}/exports/hledger/{number}/file")] HttpRequest request, string book, string number)
    {
        if (new QueryFields(request.Query).Refused() is { } wrong) return new Problem(wrong);
        if (!(await books.OpenAsync(book)).Is(out var found, out var refusal)) return new Problem(refusal);
        if (await exchange.FindAsync(book, HledgerExport.Prefix, number) is not { } export) return Problem.Of(404, "case/unknown", $"Book '{book}' has no journal {Ids.Cut(number)} for hledger.");
        await found.Book.CatchUpAsync();
        if (await hledger.WriteAsync(found, export, null, request.HttpContext.RequestAborted) != export.Files[0])
            return Problem.Of(500, "exchange/seal", $"The ledger holds other entries than when the journal was made. Run the verification of the book: GET /api/books/{book}/verification.");

        request.HttpContext.Response.Headers.ContentDisposition = $"attachment; filename=\"{book}-{number}.hledger\"";
        return new StreamedAnswer("text/plain; charset=utf-8", (writer, cancellation) => hledger.WriteAsync(found, export, writer.AsStream(leaveOpen: true), cancellation));
    }
}
