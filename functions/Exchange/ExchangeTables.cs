using System.Text.Json;
using System.Text.Json.Serialization;
using BackOffice.Kernel;
using BackOffice.Ledger;
using Microsoft.AspNetCore.Http;

namespace BackOffice.Exchange;

/// <summary>
/// The tables of what is exchanged with others, each with the rows of <see cref="CaseTable"/>. <c>Imports</c>: State is an <see cref="ImportFile"/>. <c>Exports</c>: an <see cref="ExportFile"/>, done at once; of the case <c>datev-parties</c> a <see cref="DatevParties"/>.
/// </summary>
public sealed class ExchangeTables(Storage storage)
{
    public Department Imports { get; } = new("imports", new CaseTable(storage, "Imports"), (_, _) => Task.CompletedTask);

    public Department Exports { get; } = new("exports", new CaseTable(storage, "Exports"), (_, _) => Task.CompletedTask);

    /// <summary>Notes a file that came in when all of it has been worked off, under <c>{prefix}-{32 digits of its SHA-256}</c>: the same file is noted once.</summary>
    public Task<Outcome<CaseResult>> NoteAsync(CaseSteps steps, string book, string prefix, ImportFile file, string by)
    {
        var state = Write(file);
        return steps.RunAsync(Imports, book, $"{prefix}-{file.Sha256[..32]}", new CaseCommand(CaseCommand.Create, state, by, CaseCommand.Create), _ => new CaseDecision(state, IsDone: true));
    }

    /// <summary>A page of files, each with its id, when and by whom it came to be, and what <paramref name="write"/> says of it. Files are done as soon as they are made or worked off, so that is the state when none is said.</summary>
    internal static async Task<IResult> PageAsync(Books books, Department files, HttpRequest request, string book, Func<CaseRow, bool> takes, Action<Utf8JsonWriter, CaseRow> write)
    {
        var query = new QueryFields(request.Query);
        var page = CasePage.Read(query, "done");
        if (query.Refused() is { } wrong) return new Problem(wrong);
        if (!(await books.OpenAsync(book)).Is(out _, out var refusal)) return new Problem(refusal);
        var rows = await page.LoadAsync(files.Cases, book, takes);
        Dictionary<string, CaseStep> firsts = new(StringComparer.Ordinal);
        foreach (var row in rows) firsts[row.Id] = (await files.Cases.HistoryAsync(book, row.Id))[0];
        return page.Answer(book, files.Name, rows, (json, row) =>
        {
            json.WriteString("id", row.Id);
            json.WriteString("at", firsts[row.Id].At.UtcDateTime);
            json.WriteString("by", firsts[row.Id].By);
            write(json, row);
        });
    }

    public static ImportFile ReadImport(CaseRow row) => row.Read(ExchangeJson.Default.ImportFile);

    public static ExportFile ReadExport(CaseRow row) => row.Read(ExchangeJson.Default.ExportFile);

    public static DatevParties ReadParties(CaseRow row) => row.Read(ExchangeJson.Default.DatevParties);

    public static string Write(DatevParties parties) => JsonSerializer.Serialize(parties, ExchangeJson.Default.DatevParties);

    public static string Write(ImportFile file) => JsonSerializer.Serialize(file, ExchangeJson.Default.ImportFile);

    public static string Write(ExportFile file) => JsonSerializer.Serialize(file, ExchangeJson.Default.ExportFile);
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, UseStringEnumConverter = true)]
[JsonSerializable(typeof(ImportFile))]
[JsonSerializable(typeof(ExportFile))]
[JsonSerializable(typeof(DatevParties))]
internal sealed partial class ExchangeJson : JsonSerializerContext;
