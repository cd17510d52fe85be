using BackOffice.Kernel;
using BackOffice.Ledger;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace BackOffice.Exchange;

/// <summary>
/// <c>GET /api/books/{book}/imports/{id}/file</c>: a file as it came in, byte for byte, as <c>application/xml</c> or <c>text/csv</c>. 404 <c>case/unknown</c>, <c>exchange/not-kept</c> (a journal, whose entries the ledger keeps; or it came before files were kept);
/// 500 <c>exchange/seal</c> when it is not the one that was noted. Rows: reads <c>Imports</c> and <c>originals</c>. Messages: none.
/// </summary>
public sealed class GetImportFile(Books books, ImportRegister imports)
{
    [Function(nameof(GetImportFile))]
    [Allow(Roles.Accounting, Roles.Settlement, Roles.Auditor)]
    public async Task<IResult> Run([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "books/{book}/imports/{id}/file")] HttpRequest request, string book, string id)
    {
        if (!(await BookRequest.FindAsync(books, imports.Files, request, book, id)).Is(out var found, out var refusal)) return new Problem(refusal);
        var noted = ImportRegister.Read(found.Case);
        if (await imports.OriginalAsync(book, noted) is not { } file) return Problem.Of(404, "exchange/not-kept", $"Of import '{id}' no file is kept, only its SHA-256: it is a journal, or came before files were kept. Who sent it has it.");
        var digest = FileSeal.DigestOf(file);
        if (digest != noted.Sha256) return Problem.Of(500, "exchange/seal", $"What is kept of import '{id}' is not the file that was noted: its SHA-256 is {digest}, not {noted.Sha256}.");
        var extension = ImportFile.ExtensionOf(noted.Kind);
        request.HttpContext.Response.Headers.ContentDisposition = $"attachment; filename=\"{id}.{extension}\"";
        return Results.Bytes(file, extension == "csv" ? "text/csv" : "application/xml");
    }
}
