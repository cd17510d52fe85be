using System.Text.Json;
using BackOffice.Kernel;
using Microsoft.AspNetCore.Http;

namespace BackOffice.Ledger;

/// <summary>How departments read requests about a case in a book.</summary>
internal static class BookRequest
{
    /// <summary>Opens the book, checks the id and reads the body; then <paramref name="step"/> goes on with the fields and the canonical request. 400 <c>request/id</c>.</summary>
    /// <param name="idFault">What a department refuses of ids; null: only what is no id.</param>
    public static async Task<IResult> ReadAsync(Books books, HttpRequest request, string book, string id, Func<OpenedBook, JsonFields, List<Fault>, string, Task<IResult>> step, Func<string, Refusal?>? idFault = null)
    {
        if (!(await books.OpenAsync(book)).Is(out var found, out var refusal)) return new Problem(refusal);
        if ((idFault ?? IdFault)(id) is { } fault) return new Problem(fault);
        if (!(await RequestBody.ReadJsonAsync(request)).Is(out var json, out refusal)) return new Problem(refusal);
        using (json)
        {
            List<Fault> faults = [];
            return await step(found, new JsonFields(json.RootElement, faults), faults, json.RootElement.ValueKind == JsonValueKind.Object ? CaseCommand.Canonical(json.RootElement) : "");
        }
    }

    /// <summary>400 <c>request/id</c>.</summary>
    public static Refusal? IdFault(string id) => Ids.IsEntity(id) ? null : new Refusal(400, "request/id", $"An id must match {Ids.EntityGrammar}.", "id");

    /// <summary>A case of one of the department's tables for a GET without parameters, and its book. 404 <c>case/unknown</c>.</summary>
    public static async Task<Outcome<FoundCase>> FindAsync(Books books, Department department, HttpRequest request, string book, string id)
    {
        if (new QueryFields(request.Query).Refused() is { } wrong) return wrong;
        if (!(await books.OpenAsync(book)).Is(out var opened, out var refusal)) return refusal;
        return Ids.IsEntity(id) && await department.Cases.FindAsync(book, id) is { } row ? new FoundCase(opened, row) : new Refusal(404, "case/unknown", $"There is no '{Ids.Cut(id)}' in {department.Name} of book '{book}'.");
    }
}

/// <summary>A case, and the book it belongs to.</summary>
internal sealed record FoundCase(OpenedBook Book, CaseRow Case);
