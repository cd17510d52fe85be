using BackOffice.Kernel;
using BackOffice.Ledger;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace BackOffice.Exchange;

/// <summary>
/// <c>POST /api/books/{book}/exports/auditor</c> <c>{from?, to?}</c>: the auditor's package of what the book holds now; the dates choose the journal's entries, the hash chain is always whole. 201 with its files and their SHA-256, and where the zip is. 422 <c>exchange/dates</c>.
/// Rows: adds to <c>Exports</c>, reads <c>Ledger</c> and <c>Parameters</c>. Messages: none.
/// </summary>
public sealed class PostAuditorExport(Books books, ExchangeTables exchange, AuditorExport auditor, CaseSteps steps, TimeProvider time)
{
    private const int MaxTries = 5;

    [Function(nameof(PostAuditorExport))]
    [Allow(Roles.Accounting)]
    public async Task<IResult> Run([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "books/{book}/exports/auditor")] HttpRequest request, string book)
    {
        if (!(await books.OpenAsync(book)).Is(out var found, out var refusal)) return new Problem(refusal);
        if (!(await RequestBody.ReadJsonAsync(request)).Is(out var body, out refusal)) return new Problem(refusal);
        DateOnly? from, to;
        using (body)
        {
            List<Fault> faults = [];
            var fields = new JsonFields(body.RootElement, faults);
            (from, to) = (fields.OptionalDate("from"), fields.OptionalDate("to"));
            fields.NoOthers();
            if (to < from) faults.Add(new Fault("to", "exchange/dates", "'to' must not lie before 'from'."));
            if (faults.Count > 0) return new Problem(Refusal.Of(faults));
        }

        var (upTo, lastRecord) = await found.Book.ReadAsync(state => (state.Entries, state.Record));
        var export = new ExportFile(ExportKind.Auditor, upTo, [], from, to, time.GetUtcNow(), LastRecord: lastRecord);
        export = export with { Files = await auditor.WriteAsync(found, export, _ => Task.FromResult<Stream?>(null), request.HttpContext.RequestAborted) };
        var (state, by) = (ExchangeTables.Write(export), Caller.Of(request).Name);
        for (var n = 0; n < MaxTries; n++)
        {
            var number = 1;
            await foreach (var row in exchange.Exports.Cases.ScanAsync(book, done: true))
                if (row.Id.StartsWith(AuditorExport.Prefix, StringComparison.Ordinal)) number++;
            var outcome = await steps.RunAsync(exchange.Exports, book, AuditorExport.IdOf(number), new CaseCommand(CaseCommand.Create, state, by, CaseCommand.Create), _ => new CaseDecision(state, IsDone: true));
            if (outcome.Is(out _, out refusal))
            {
                return new JsonAnswer(201, json =>
                {
                    json.WriteString("book", book);
                    json.WriteNumber("number", number);
                    json.WriteNumber("upTo", upTo);
                    json.WriteString("href", $"/api/books/{book}/exports/auditor/{number}/file");
                    ListExports.WriteFiles(json, export, null);
                });
            }

            if (refusal.Code != "case/id-reused") return new Problem(refusal);
        }

        throw new StorageUnavailableException("Exports of this book are being made without a pause. Send the same request again.");
    }
}
