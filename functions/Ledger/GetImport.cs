using BackOffice.Kernel;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace BackOffice.Ledger;

/// <summary>
/// <c>GET /api/books/{book}/imports/{id}</c>: a file that came in, with its history; or, by its key, where an import that was put aside stands: <c>{import, status: receiving|running|done, parts, partsDone, posted, duplicates, rejectedCount,
/// rejected, startedAt, finishedAt?}</c>. 404 <c>ledger/import-unknown</c>. Rows: reads <c>Imports</c> and <c>LedgerImports</c>. Messages: none.
/// </summary>
public sealed class GetImport(ImportStore imports, ImportRegister register)
{
    [Function(nameof(GetImport))]
    [Allow(Roles.Accounting, Roles.Settlement, Roles.Auditor)]
    public async Task<IResult> Run([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "books/{book}/imports/{id}")] HttpRequest request, string book, string id)
    {
        if (!Ids.IsBook(book) || !Ids.IsEntity(id)) return Problem.Of(404, "ledger/import-unknown", $"Book '{book}' has no import '{Ids.Cut(id)}'.");
        if (await register.Files.Cases.FindAsync(book, id) is { } file)
        {
            var history = await register.Files.Cases.HistoryAsync(book, id);
            return new JsonAnswer(json =>
            {
                json.WriteString("import", id);
                ImportRegister.Read(file).Write(json);
                CaseStep.Write(json, history);
            });
        }

        if (await imports.FindAsync(book, id) is not { } state) return Problem.Of(404, "ledger/import-unknown", $"Book '{book}' has no import '{Ids.Cut(id)}'.");
        var rejected = await imports.RejectedAsync(state);
        return new JsonAnswer(json =>
        {
            json.WriteString("import", id);
            json.WriteString("status", state.GetString("Status"));
            json.WriteNumber("parts", state.GetInt32("Parts")!.Value);
            json.WriteNumber("partsDone", state.GetInt32("NextPart")!.Value);
            ImportTally.Write(json, state.GetInt64("Posted")!.Value, state.GetInt64("Duplicates")!.Value, state.GetInt64("RejectedCount")!.Value, rejected);
            json.WriteString("startedAt", state.GetDateTimeOffset("StartedAt")!.Value.UtcDateTime);
            if (state.GetDateTimeOffset("FinishedAt") is { } finished) json.WriteString("finishedAt", finished.UtcDateTime);
        });
    }
}
