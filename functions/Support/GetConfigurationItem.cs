using System.Text.Json;
using BackOffice.Kernel;
using BackOffice.Ledger;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace BackOffice.Support;

/// <summary><c>GET /api/books/{book}/configuration-items/{id}</c>: an item, the tickets linked to it, and its history. 404 <c>case/unknown</c>. Rows: reads <c>ConfigurationItems</c>. Messages: none.</summary>
public sealed class GetConfigurationItem(Books books, SupportTables support)
{
    [Function(nameof(GetConfigurationItem))]
    [Allow(Roles.Support, Roles.Operator, Roles.Auditor)]
    public async Task<IResult> Run([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "books/{book}/configuration-items/{id}")] HttpRequest request, string book, string id)
    {
        if (!(await BookRequest.FindAsync(books, support.Items, request, book, id)).Is(out var found, out var refusal)) return new Problem(refusal);
        return Answer(200, found.Case, book, request, await support.Items.Cases.HistoryAsync(book, id));
    }

    internal static JsonAnswer Answer(int status, CaseRow row, string book, HttpRequest request, IReadOnlyList<CaseStep>? history)
    {
        request.HttpContext.Response.Headers.ETag = row.Tag;
        return new JsonAnswer(status, json =>
        {
            json.WriteString("book", book);
            json.WriteNumber("version", row.Version);
            Write(json, row.Id, SupportTables.ReadItem(row));
            if (history is not null) CaseStep.Write(json, history);
        });
    }

    internal static void Write(Utf8JsonWriter json, string id, ConfigurationItem item)
    {
        json.WriteString("id", id);
        json.WriteString("name", item.Name);
        json.WriteString("kind", item.Kind);
        if (item.User is not null) json.WriteString("user", item.User);
        if (item.Location is not null) json.WriteString("location", item.Location);
        if (item.Asset is not null) json.WriteString("asset", item.Asset);
        WriteTexts(json, "dependsOn", item.DependsOn);
        if (item.Contract is { } contract)
        {
            json.WriteStartObject("contract");
            json.WriteString("supplier", contract.Supplier);
            json.WriteString("number", contract.Number);
            json.WriteString("endsOn", BusinessDay.Text(contract.EndsOn));
            json.WriteNumber("noticeDays", contract.NoticeDays);
            json.WriteEndObject();
        }

        if (item.WarrantyEndsOn is { } warranty) json.WriteString("warrantyEndsOn", BusinessDay.Text(warranty));
        json.WriteBoolean("retired", item.IsRetired);
        WriteTexts(json, "incidents", item.Incidents);
    }

    internal static void WriteTexts(Utf8JsonWriter json, string name, IReadOnlyList<string> texts)
    {
        json.WriteStartArray(name);
        foreach (var text in texts) json.WriteStringValue(text);
        json.WriteEndArray();
    }
}
