using System.Text.Json;
using System.Text.Json.Serialization;

namespace BackOffice.Kernel;

/// <summary>What a file that came in is.</summary>
public enum ImportKind
{
    /// <summary>A DATEV Buchungsstapel.</summary>
    Datev,

    /// <summary>A bank statement, camt.053.</summary>
    BankStatement,

    /// <summary>What a bank says of payments, pain.002.</summary>
    PaymentStatus,

    /// <summary>Rates of exchange.</summary>
    Rates,

    /// <summary>Entries as lines of JSON.</summary>
    Journal,
}

/// <summary>
/// A file that came in, as its case keeps it (table <c>Imports</c>); open while it is being worked off, done when all of it has been. Its history says who sent it and when. The file itself stays with who sent it (GoBD Tz. 131 wants it kept in the form in which it came); its digest tells whether it is the one.
/// </summary>
/// <param name="Kind">What it is.</param>
/// <param name="Sha256">SHA-256 of the file as it came, hexadecimal in small letters; the same file is the same import.</param>
/// <param name="Bytes">Its length.</param>
/// <param name="Items">How many entries, lines or rates it held.</param>
/// <param name="Name">The file's own name for itself: a statement's or message's id; null: it has none.</param>
public sealed record ImportFile(ImportKind Kind, string Sha256, long Bytes, int Items, string? Name = null)
{
    internal void Write(Utf8JsonWriter json)
    {
        json.WriteString("kind", JsonFields.NameOf(Kind));
        if (Name is not null) json.WriteString("name", Name);
        json.WriteString("sha256", Sha256);
        json.WriteNumber("bytes", Bytes);
        json.WriteNumber("items", Items);
    }
}

/// <summary>
/// Table <c>Imports</c>, with the rows of <see cref="CaseTable"/>: the files that came in, whichever department took them; State is an <see cref="ImportFile"/>.
/// </summary>
public sealed class ImportRegister(Storage storage, CaseSteps steps)
{
    public Department Files { get; } = new("imports", new CaseTable(storage, "Imports"), (_, _) => Task.CompletedTask);

    /// <summary>Notes a file when all of it has been worked off, under <c>{kind}-{32 digits of its SHA-256}</c>: the same file is noted once, by who sent it first.</summary>
    public Task<Outcome<CaseResult>> NoteAsync(string book, ImportFile file, string by)
    {
        var state = JsonSerializer.Serialize(file, ImportJson.Default.ImportFile);
        return steps.RunAsync(Files, book, IdOf(file.Kind, file.Sha256), new CaseCommand(CaseCommand.Create, state, by, CaseCommand.Create), _ => new CaseDecision(state, IsDone: true));
    }

    /// <summary>A file that has been noted; null: it has not.</summary>
    internal async Task<KeptImport?> FindAsync(string book, ImportKind kind, string sha256) => await Files.Cases.FindAsync(book, IdOf(kind, sha256)) is { } row ? new KeptImport(row.Id, Read(row)) : null;

    private static string IdOf(ImportKind kind, string sha256) => $"{JsonFields.NameOf(kind)}-{sha256[..32]}";

    public static ImportFile Read(CaseRow row) => row.Read(ImportJson.Default.ImportFile);
}

/// <summary>A file that has been noted.</summary>
internal sealed record KeptImport(string Id, ImportFile File);

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, UseStringEnumConverter = true)]
[JsonSerializable(typeof(ImportFile))]
internal sealed partial class ImportJson : JsonSerializerContext;
