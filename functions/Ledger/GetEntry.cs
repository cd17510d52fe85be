using BackOffice.Kernel;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace BackOffice.Ledger;

/// <summary>
/// <c>GET /api/books/{book}/entries/{id}</c>: one entry with its receipt, who recorded it, and what it reverses or is reversed by. Rows: reads <c>Ledger</c>. Messages: none.
/// </summary>
public sealed class GetEntry(Books books, StoredEntries stored)
{
    [Function(nameof(GetEntry))]
    [Allow(Roles.Accounting, Roles.Auditor)]
    public async Task<IResult> Run([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "books/{book}/entries/{id}")] HttpRequest request, string book, string id)
    {
        var opened = await books.OpenAsync(book);
        if (!opened.Is(out var found, out var refusal)) return new Problem(refusal);
        if (await stored.FindAsync(found.Book, id) is not { } entry) return Problem.Of(404, "ledger/entry-unknown", $"There is no entry '{id}' in this book.");
        return new JsonAnswer(json =>
        {
            entry.Receipt.Write(json);
            if (entry.ReversedBy is { } by) json.WriteNumber("reversedBy", by);
            EntryAnswer.WriteRest(json, entry.Posted, found.Digits);
        });
    }
}

/// <summary>Entries as they are shown.</summary>
public static class EntryAnswer
{
    /// <summary>Writes who posted an entry, under which operation, and which parameters went into it.</summary>
    public static void WriteOrigin(System.Text.Json.Utf8JsonWriter json, EntryPosted posted)
    {
        json.WriteString("by", posted.By);
        json.WriteString("operation", posted.Entry.CarryTo is not null ? "carry-forward" : posted.Entry.Reverses is not null ? "reversal" : posted.Origin is not null ? "made" : "posted");
        json.WriteStartArray("parameters");
        foreach (var parameter in posted.Origin?.Parameters ?? []) json.WriteStringValue(parameter);
        json.WriteEndArray();
    }

    /// <summary>Writes what an entry says beyond its receipt.</summary>
    public static void WriteRest(System.Text.Json.Utf8JsonWriter json, EntryPosted posted, int digits)
    {
        json.WriteString("by", posted.By);
        json.WriteString("text", posted.Entry.Text);
        if (posted.Date != posted.Entry.Date) EntryJson.WriteDate(json, "belongsTo"u8, posted.Entry.Date);
        if (posted.Entry.Period is { } year) json.WriteString("period", FiscalYear.Period13(year));
        if (posted.Entry.Reverses is { } reverses) json.WriteString("reverses", reverses);
        json.WriteStartArray("lines");
        foreach (var line in posted.Entry.Lines) EntryJson.Write(json, line, digits);
        json.WriteEndArray();
    }
}
