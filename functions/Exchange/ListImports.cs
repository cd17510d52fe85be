using BackOffice.Kernel;
using BackOffice.Ledger;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace BackOffice.Exchange;

/// <summary><c>GET /api/books/{book}/imports?after=&amp;limit=&amp;state=</c>: the files that came in: what, how long, with their SHA-256; with <c>state=open</c> those that are still being worked off, else those that are <c>done</c>. In pages. 422 <c>case/state</c>. Rows: reads <c>Imports</c>. Messages: none.</summary>
public sealed class ListImports(Books books, ImportRegister imports)
{
    [Function(nameof(ListImports))]
    [Allow(Roles.Accounting, Roles.Settlement, Roles.Auditor)]
    public Task<IResult> Run([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "books/{book}/imports")] HttpRequest request, string book)
    {
        return ExchangeTables.PageAsync(books, imports.Files, request, book, _ => true, (json, row) => ImportRegister.Read(row).Write(json));
    }
}
