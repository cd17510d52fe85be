using BackOffice.Kernel;
using BackOffice.Ledger;
using Microsoft.AspNetCore.Http;

namespace BackOffice.Banking;

/// <summary>How the bank's requests are read.</summary>
internal static class BankSteps
{
    /// <summary>Opens the book, checks the id and reads the body; then <paramref name="step"/> goes on with the fields and the canonical request. 400 <c>request/id</c>.</summary>
    public static async Task<IResult> ReadAsync(Books books, HttpRequest request, string book, string id, Func<OpenedBook, JsonFields, List<Fault>, string, Task<IResult>> step)
    {
        if (!(await books.OpenAsync(book)).Is(out var found, out var refusal)) return new Problem(refusal);
        if (!Ids.IsEntity(id)) return Problem.Of(400, "request/id", $"An id must match {Ids.EntityGrammar}.");
        if (!(await RequestBody.ReadJsonAsync(request)).Is(out var json, out refusal)) return new Problem(refusal);
        using (json)
        {
            List<Fault> faults = [];
            return await step(found, new JsonFields(json.RootElement, faults), faults, json.RootElement.ValueKind == System.Text.Json.JsonValueKind.Object ? CaseCommand.Canonical(json.RootElement) : "");
        }
    }

    /// <summary>A case of a department with its history: 404 <c>case/unknown</c>.</summary>
    public static async Task<Outcome<CaseRow>> FindAsync(Books books, Department department, HttpRequest request, string book, string id)
    {
        if (new QueryFields(request.Query).Refused() is { } wrong) return wrong;
        if (!(await books.OpenAsync(book)).Is(out _, out var refusal)) return refusal;
        return Ids.IsEntity(id) && await department.Cases.FindAsync(book, id) is { } row ? row : new Refusal(404, "case/unknown", $"There is no '{Ids.Cut(id)}' in {department.Name} of book '{book}'.");
    }

    /// <summary>One case as an answer.</summary>
    public static JsonAnswer Answer(int status, CaseRow row, string book, HttpRequest request, Action<System.Text.Json.Utf8JsonWriter> write, IReadOnlyList<CaseStep>? history = null)
    {
        request.HttpContext.Response.Headers.ETag = row.Tag;
        return new JsonAnswer(status, json =>
        {
            json.WriteString("book", book);
            json.WriteString("id", row.Id);
            json.WriteNumber("version", row.Version);
            write(json);
            if (history is not null) CaseStep.Write(json, history);
        });
    }
}
