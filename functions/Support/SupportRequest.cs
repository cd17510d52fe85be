using System.Text.Json;
using BackOffice.Kernel;
using BackOffice.Ledger;
using Microsoft.AspNetCore.Http;

namespace BackOffice.Support;

/// <summary>The body of a request to the support department: of a book that exists, under a good id, JSON. It must be disposed of.</summary>
internal sealed class SupportRequest(JsonDocument json) : IDisposable
{
    public List<Fault> Faults { get; } = [];

    public JsonFields Fields { get; private set; } = null!;

    /// <summary>The request in one form.</summary>
    public string Canonical { get; private set; } = "";

    /// <summary>400 <c>request/id</c>, and what <see cref="Books.OpenAsync"/> and <see cref="RequestBody.ReadJsonAsync"/> refuse.</summary>
    public static async Task<Outcome<SupportRequest>> ReadAsync(Books books, HttpRequest request, string book, string id)
    {
        if (!(await books.OpenAsync(book)).Is(out _, out var refusal)) return refusal;
        if (BookRequest.IdFault(id) is { } fault) return fault;
        if (!(await RequestBody.ReadJsonAsync(request)).Is(out var json, out refusal)) return refusal;
        var body = new SupportRequest(json);
        body.Fields = new JsonFields(json.RootElement, body.Faults);
        body.Canonical = json.RootElement.ValueKind == JsonValueKind.Object ? CaseCommand.Canonical(json.RootElement) : "";
        return body;
    }

    /// <summary>Since when a change holds: now, or the midnight (in Berlin) with which a coming business date <c>from</c> begins. 422 <c>support/from</c>: it never reaches back.</summary>
    public static DateTimeOffset From(JsonFields fields, List<Fault> faults, DateTimeOffset now)
    {
        if (fields.OptionalDate("from") is not { } date) return now;
        var from = BusinessDay.EndOf(date.AddDays(-1));
        if (from <= now) faults.Add(new Fault("from", "support/from", "A change holds from now on (leave 'from' out) or from a coming day on: what has elapsed stays as measured."));
        return from;
    }

    public void Dispose() => json.Dispose();
}
