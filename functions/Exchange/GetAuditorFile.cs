using System.IO.Compression;
using BackOffice.Kernel;
using BackOffice.Ledger;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace BackOffice.Exchange;

/// <summary>
/// <c>GET /api/books/{book}/exports/auditor/{number}/file</c>, <c>application/zip</c>: the auditor's package, its files the same byte for byte as when it was made; sealed once more before the first byte is sent: 500 <c>exchange/seal</c> when the ledger holds other entries than then.
/// 404 <c>case/unknown</c>. Rows: reads <c>Exports</c>, <c>Ledger</c> and <c>Parameters</c>. Messages: none.
/// </summary>
public sealed class GetAuditorFile(Books books, ExchangeTables exchange, AuditorExport auditor)
{
    [Function(nameof(GetAuditorFile))]
    [Allow(Roles.Accounting, Roles.Auditor)]
    public async Task<IResult> Run([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "books/{book}/exports/auditor/{number}/file")] HttpRequest request, string book, string number)
    {
        if (new QueryFields(request.Query).Refused() is { } wrong) return new Problem(wrong);
        if (!(await books.OpenAsync(book)).Is(out var found, out var refusal)) return new Problem(refusal);
        if (await exchange.FindAsync(book, AuditorExport.Prefix, number) is not { } export) return Problem.Of(404, "case/unknown", $"Book '{book}' has no auditor's package {Ids.Cut(number)}.");
        await found.Book.CatchUpAsync();
        var files = await auditor.WriteAsync(found, export, _ => Task.FromResult<Stream?>(null), request.HttpContext.RequestAborted);
        // Packages of version 0.5.0 have not kept what the program words, and may word otherwise by now; what is in the book may not change.
        var sealedFiles = export.Files.Select(file => (file.Name, file.Sha256, file.Bytes)).ToHashSet();
        if (files.Find(file => (export.Kept is not null || file.Name is "journal.csv" or "accounts.csv" or "parties.csv" or "chain.txt") && !sealedFiles.Contains((file.Name, file.Sha256, file.Bytes))) is { } other)
            return Problem.Of(500, "exchange/seal", $"'{other.Name}' is not what it was when the package was made. Run the verification of the book: GET /api/books/{book}/verification.");

        request.HttpContext.Response.Headers.ContentDisposition = $"attachment; filename=\"{book}-{ExchangeTables.IdOf(AuditorExport.Prefix, ExchangeTables.NumberOf(number))}.zip\"";
        return new StreamedAnswer("application/zip", async (writer, cancellation) =>
        {
            await using var zip = await ZipArchive.CreateAsync(writer.AsStream(leaveOpen: true), ZipArchiveMode.Create, leaveOpen: true, entryNameEncoding: null, cancellation);
            await auditor.WriteAsync(found, export, async name =>
            {
                var entry = zip.CreateEntry(name, CompressionLevel.Optimal);
                entry.LastWriteTime = export.CreatedAt;
                return await entry.OpenAsync(cancellation);
            }, cancellation);
        });
    }
}
