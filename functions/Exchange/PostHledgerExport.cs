using BackOffice.Kernel;
using BackOffice.Ledger;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace BackOffice.Exchange;

/// <summary>
/// <c>POST /api/books/{book}/exports/hledger</c> <c>{from?, to?}</c>: the journal for plain text accounting (<see cref="HledgerExport"/>), of what the book holds now. 201 with its SHA-256 and where it is. 422 <c>exchange/dates</c>.
/// Rows: adds to <c>Exports</c>, reads <c>Ledger</c>. Messages: none.
/// </summary>
public sealed class PostHledgerExport(Books books, ExchangeTables exchange, HledgerExport hledger, TimeProvider time)
{
    [Function(nameof(PostHledgerExport))]
    [Allow(Roles.Accounting)]
    public async Task<IResult> Run([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "books/{book}/exports/hledger")] HttpRequest request, string book)
    {
        if (!(await books.OpenAsync(book)).Is(out var found, out var refusal)) return new Problem(refusal);
        if (!(await ExportDates.ReadAsync(request)).Is(out var dates, out refusal)) return new Problem(refusal);

        var (upTo, lastRecord) = await found.Book.ReadAsync(state => (state.Entries, state.Record));
        var export = new ExportFile(ExportKind.Hledger, upTo, [], dates.From, dates.To, time.GetUtcNow(), LastRecord: lastRecord);
        export = export with { Files = [await hledger.WriteAsync(found, export, null, request.HttpContext.RequestAborted)] };
        if (!(await exchange.AddAsync(book, HledgerExport.Prefix, export, Caller.Of(request).Name)).Is(out var made, out refusal)) return new Problem(refusal);
        return ListExports.Made(book, "hledger", made);
    }
}
