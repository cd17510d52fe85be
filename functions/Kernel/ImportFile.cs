using System.Text.Json;
using System.Text.Json.Serialization;
using Azure.Core;
using Microsoft.Extensions.Configuration;

namespace BackOffice.Kernel;

/// <summary>What a file that came in is.</summary>
public enum ImportKind
{
    /// <summary>A DATEV Buchungsstapel.</summary>
    Datev,

    /// <summary>Bank statements, camt.053.</summary>
    BankStatement,

    /// <summary>What a bank informs of, camt.052 or camt.054: nothing is posted from it.</summary>
    BankReport,

    /// <summary>What a bank says of payments, pain.002.</summary>
    PaymentStatus,

    /// <summary>Rates of exchange.</summary>
    Rates,

    /// <summary>Entries as lines of JSON.</summary>
    Journal,
}

/// <summary>
/// A file that came in, as its case keeps it (table <c>Imports</c>); open while it is being worked off, done when all of it has been. Its history says who sent it and when.
/// </summary>
/// <param name="Kind">What it is.</param>
/// <param name="Sha256">SHA-256 of the file as it came, hexadecimal in small letters; the same file is the same import.</param>
/// <param name="Bytes">Its length.</param>
/// <param name="Items">How many entries, lines or rates it held.</param>
/// <param name="Name">The file's own name for itself: a statement's or message's id; null: it has none.</param>
public sealed record ImportFile(ImportKind Kind, string Sha256, long Bytes, int Items, string? Name = null)
{
    internal static string ExtensionOf(ImportKind kind) => kind switch { ImportKind.Datev => "csv", ImportKind.Journal => "ndjson", _ => "xml" };

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
/// Table <c>Imports</c>, with the rows of <see cref="CaseTable"/>: the files that came in, whichever department took them; State is an <see cref="ImportFile"/>. The file itself is kept in the form in which it came (GoBD Tz. 131), except
/// for journals, whose entries the ledger keeps: container <c>originals</c> of <see cref="WriteOnceBlobs"/>, blob <c>{book}/{id}.{xml|csv}.gz</c>.
/// </summary>
public sealed class ImportRegister(Storage storage, CaseSteps steps, IConfiguration configuration, TokenCredential credential)
{
    private readonly WriteOnceBlobs _originals = new(configuration, credential, "originals");

    public Department Files { get; } = new("imports", new CaseTable(storage, "Imports"), (_, _) => Task.CompletedTask);

    /// <summary>Keeps a file that was found good, before the first thing is done with it: what is booked can always be held against what came.</summary>
    internal Task KeepAsync(string book, ImportKind kind, Original original) => _originals.AddAsync(BlobOf(book, kind, original.Sha256), new BinaryData(original.Packed));

    /// <summary>Notes a file when all of it has been worked off, under <c>{kind}-{32 digits of its SHA-256}</c>: the same file is noted once, by who sent it first.</summary>
    internal Task<Outcome<CaseResult>> NoteAsync(string book, ImportKind kind, Original original, int items, string? name, string by) => NoteAsync(book, new ImportFile(kind, original.Sha256, original.Bytes, items, name), by);

    /// <summary>The same of a file of which nothing is kept.</summary>
    public Task<Outcome<CaseResult>> NoteAsync(string book, ImportFile file, string by)
    {
        var state = JsonSerializer.Serialize(file, ImportJson.Default.ImportFile);
        return steps.RunAsync(Files, book, IdOf(file.Kind, file.Sha256), new CaseCommand(CaseCommand.Create, state, by, CaseCommand.Create), _ => new CaseDecision(state, IsDone: true));
    }

    /// <summary>A file that has been noted; null: it has not.</summary>
    internal async Task<KeptImport?> FindAsync(string book, ImportKind kind, string sha256) => await Files.Cases.FindAsync(book, IdOf(kind, sha256)) is { } row ? new KeptImport(row.Id, Read(row)) : null;

    /// <summary>The file as it came in; null: none was kept.</summary>
    internal async Task<byte[]?> OriginalAsync(string book, ImportFile file) => await _originals.FindAsync(BlobOf(book, file.Kind, file.Sha256)) is { } packed ? Original.Unpack(packed.ToStream()) : null;

    private static string BlobOf(string book, ImportKind kind, string sha256) => $"{book}/{IdOf(kind, sha256)}.{ImportFile.ExtensionOf(kind)}.gz";

    internal static string IdOf(ImportKind kind, string sha256) => $"{JsonFields.NameOf(kind)}-{sha256[..32]}";

    public static ImportFile Read(CaseRow row) => row.Read(ImportJson.Default.ImportFile);
}

/// <summary>A file that has been noted.</summary>
internal sealed record KeptImport(string Id, ImportFile File);

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, UseStringEnumConverter = true)]
[JsonSerializable(typeof(ImportFile))]
internal sealed partial class ImportJson : JsonSerializerContext;
