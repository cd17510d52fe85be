using BackOffice.Kernel;
using BackOffice.Ledger;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace BackOffice.Exchange;

/// <summary>
/// <c>POST /api/books/{book}/exports/auditor</c> <c>{from?, to?}</c>: the auditor's package of what the book holds now; the dates choose the journal's entries, the hash chain is always whole. 201 with its files and their SHA-256, and where the zip is. 422 <c>exchange/dates</c>.
/// Rows: adds to <c>Exports</c>, reads <c>Ledger</c> and <c>Parameters</c>. Messages: none.
/// </summary>
public sealed class PostAuditorExport(Books books, ExchangeTables exchange, AuditorExport auditor, TimeProvider time)
{
    [Function(nameof(PostAuditorExport))]
    [Allow(Roles.Accounting)]
    public async Task<IResult> Run([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "books/{book}/exports/auditor")] HttpRequest request, string book)
    {
        if (!(await books.OpenAsync(book)).Is(out var found, out var refusal)) return new Problem(refusal);
        if (!(await ExportDates.ReadAsync(request)).Is(out var dates, out refusal)) return new Problem(refusal);

        var (upTo, lastRecord) = await found.Book.ReadAsync(state => (state.Entries, state.Record));
        var export = new ExportFile(ExportKind.Auditor, upTo, [], dates.From, dates.To, time.GetUtcNow(), LastRecord: lastRecord, Layout: AuditorExport.LatestLayout);
        Dictionary<string, string> keep = new(StringComparer.Ordinal);
        export = export with { Files = await auditor.WriteAsync(found, export, _ => Task.FromResult<Stream?>(null), request.HttpContext.RequestAborted, keep), Kept = keep };
        if (!(await exchange.AddAsync(book, AuditorExport.Prefix, export, Caller.Of(request).Name)).Is(out var made, out refusal)) return new Problem(refusal);
        return ListExports.Made(book, "auditor", made);
    }
}
