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
    public Task<IResult> Run([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "books/{book}/exports")] HttpRequest request, string book)
    {
        return ExchangeTables.PageAsync(books, exchange.Exports, request, book, row => row.Id != DatevParties.CaseId, (json, row) =>
        {
            Write(json, ExchangeTables.ReadExport(row));
        });
    }

    internal static void Write(Utf8JsonWriter json, ExportFile export)
    {
        json.WriteString("kind", JsonFields.NameOf(export.Kind));
        if (export.From is { } from) json.WriteString("from", BusinessDay.Text(from));
        if (export.To is { } to) json.WriteString("to", BusinessDay.Text(to));
        json.WriteNumber("upTo", export.UpTo);
        WriteFiles(json, export, null);
    }

    /// <summary>An export that has just been made: 201 with where its file is.</summary>
    internal static JsonAnswer Made(string book, string kind, NumberedExport made) => new(201, json =>
    {
        json.WriteString("book", book);
        json.WriteNumber("number", made.Number);
        json.WriteNumber("upTo", made.Export.UpTo);
        json.WriteString("href", $"/api/books/{book}/exports/{kind}/{made.Number}/file");
        WriteFiles(json, made.Export, null);
    });

    internal static void WriteFiles(Utf8JsonWriter json, ExportFile export, Func<string, string>? hrefOf) => json.WriteList("files", export.Files, file =>
    {
        json.WriteString("name", file.Name);
        json.WriteString("sha256", file.Sha256);
        json.WriteNumber("bytes", file.Bytes);
        json.WriteNumber("items", file.Items);
        if (hrefOf is not null) json.WriteString("href", hrefOf(file.Name));
    });
}
