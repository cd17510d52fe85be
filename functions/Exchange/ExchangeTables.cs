using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using BackOffice.Kernel;
using BackOffice.Ledger;
using Microsoft.AspNetCore.Http;

namespace BackOffice.Exchange;

/// <summary>
/// Table <c>Exports</c>, with the rows of <see cref="CaseTable"/>: the files that went out, whichever department made them; what came in is in <see cref="ImportRegister"/>. State is an <see cref="ExportFile"/>, done at once; of the case <c>datev-parties</c> a <see cref="DatevParties"/>.
/// </summary>
public sealed class ExchangeTables(Storage storage, CaseSteps steps)
{
    private const int MaxTries = 5;

    public Department Exports { get; } = new("exports", new CaseTable(storage, "Exports"), (_, _) => Task.CompletedTask);

    /// <summary>The id of an export of one kind: <c>auditor-000003</c>.</summary>
    public static string IdOf(string prefix, int number) => string.Create(CultureInfo.InvariantCulture, $"{prefix}{number:D6}");

    /// <summary>An export's number as it stands in a URL; 0, which none has, when it is none.</summary>
    public static int NumberOf(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;

    /// <summary>Keeps an export under the next number of its kind, and tells the number.</summary>
    internal async Task<Outcome<NumberedExport>> AddAsync(string book, string prefix, ExportFile export, string by)
    {
        var state = Write(export);
        for (var n = 0; n < MaxTries; n++)
        {
            var number = 1;
            await foreach (var row in Exports.Cases.ScanAsync(book, done: true))
                if (row.Id.StartsWith(prefix, StringComparison.Ordinal)) number++;
            var outcome = await steps.RunAsync(Exports, book, IdOf(prefix, number), new CaseCommand(CaseCommand.Create, state, by, CaseCommand.Create), _ => new CaseDecision(state, IsDone: true));
            if (outcome.Is(out _, out var refusal)) return new NumberedExport(number, export);
            if (refusal.Code != "case/id-reused") return refusal;
        }

        throw new StorageUnavailableException("Exports of this book are being made without a pause. Send the same request again.");
    }

    /// <summary>An export of one kind by its number as it stands in a URL; null: there is none.</summary>
    internal async Task<ExportFile?> FindAsync(string book, string prefix, string number) => await Exports.Cases.FindAsync(book, IdOf(prefix, NumberOf(number))) is { } row ? ReadExport(row) : null;

    /// <summary>A page of files, each with its id, when and by whom it came to be, and what <paramref name="write"/> says of it. Files are done as soon as they are made or worked off, so that is the state when none is said.</summary>
    internal static async Task<IResult> PageAsync(Books books, Department files, HttpRequest request, string book, Func<CaseRow, bool> takes, Action<Utf8JsonWriter, CaseRow> write)
    {
        var query = new QueryFields(request.Query);
        var page = CasePage.Read(query, "done");
        if (query.Refused() is { } wrong) return new Problem(wrong);
        if (!(await books.OpenAsync(book)).Is(out _, out var refusal)) return new Problem(refusal);
        var rows = await page.LoadAsync(files.Cases, book, takes);
        ConcurrentDictionary<string, CaseStep> firsts = new(StringComparer.Ordinal);
        await Parallel.ForEachAsync(rows, new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (row, _) => firsts[row.Id] = (await files.Cases.HistoryAsync(book, row.Id))[0]);
        return page.Answer(book, files.Name, rows, (json, row) =>
        {
            json.WriteString("id", row.Id);
            json.WriteString("at", firsts[row.Id].At.UtcDateTime);
            json.WriteString("by", firsts[row.Id].By);
            write(json, row);
        });
    }

    public static ExportFile ReadExport(CaseRow row) => row.Read(ExchangeJson.Default.ExportFile);

    public static DatevParties ReadParties(CaseRow row) => row.Read(ExchangeJson.Default.DatevParties);

    public static string Write(DatevParties parties) => JsonSerializer.Serialize(parties, ExchangeJson.Default.DatevParties);

    public static string Write(ExportFile file) => JsonSerializer.Serialize(file, ExchangeJson.Default.ExportFile);
}

/// <summary>An export, and its number among those of its kind.</summary>
internal sealed record NumberedExport(int Number, ExportFile Export);

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, UseStringEnumConverter = true)]
[JsonSerializable(typeof(ExportFile))]
[JsonSerializable(typeof(DatevParties))]
internal sealed partial class ExchangeJson : JsonSerializerContext;
