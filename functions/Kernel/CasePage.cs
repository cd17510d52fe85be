using System.Text.Json;

namespace BackOffice.Kernel;

/// <summary>A page of a department's cases, in order of <see cref="CaseTable.Position"/>.</summary>
/// <param name="Done">Those that have come to their end, or the open ones.</param>
/// <param name="After">The id of the last case of the page before; null: the first page.</param>
/// <param name="Limit">How many cases at most.</param>
public sealed record CasePage(bool Done, string? After, int Limit)
{
    private const int DefaultLimit = 100;
    private const int MaxLimit = 1_000;

    /// <summary>Reads <c>state</c> (or what it is when it is left out), <c>after</c> and <c>limit</c>; 422 <c>case/state</c>.</summary>
    public static CasePage Read(QueryFields query, string unsaid = "open")
    {
        var (state, after, limit) = (query.Text("state") ?? unsaid, query.Id("after"), query.Number("limit", 1, MaxLimit) ?? DefaultLimit);
        if (state is not ("open" or "done")) query.Faults.Add(new Fault("state", "case/state", "'state' must be open or done."));
        return new CasePage(state == "done", after, (int)limit);
    }

    public async Task<List<CaseRow>> LoadAsync(CaseTable cases, string book, Func<CaseRow, bool> takes)
    {
        List<CaseRow> rows = [];
        await foreach (var row in cases.ScanAsync(book, Done, After is null ? null : CaseTable.Position(After)))
        {
            if (!takes(row)) continue;
            rows.Add(row);
            if (rows.Count == Limit) break;
        }

        return rows;
    }

    /// <summary>The page as an answer: <c>{book, [name]: […], next?}</c>.</summary>
    /// <param name="words">What the query said beside the page, as it goes on in <c>next</c>: <c>&amp;user=anna</c>.</param>
    public JsonAnswer Answer(string book, string name, List<CaseRow> rows, Action<Utf8JsonWriter, CaseRow> write, string words = "") => new(json =>
    {
        json.WriteString("book", book);
        json.WriteList(name, rows, row => write(json, row));
        if (Next(rows, $"/api/books/{book}/{name}") is { } next) json.WriteString("next", next + words);
    });

    /// <summary>Where the next page is; null when this one was not full.</summary>
    private string? Next(List<CaseRow> rows, string path) =>
        rows.Count < Limit ? null : string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{path}?state={(Done ? "done" : "open")}&limit={Limit}&after={Uri.EscapeDataString(rows[^1].Id)}");
}
