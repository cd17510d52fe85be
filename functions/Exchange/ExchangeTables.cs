using System.Text.Json;
using System.Text.Json.Serialization;
using BackOffice.Kernel;

namespace BackOffice.Exchange;

/// <summary>
/// The tables of what is exchanged with others, each with the rows of <see cref="CaseTable"/>. <c>Imports</c>: State is an <see cref="ImportFile"/>. <c>Exports</c>: an <see cref="ExportFile"/>, done at once; of the case <c>datev-parties</c> a <see cref="DatevParties"/>.
/// </summary>
public sealed class ExchangeTables(Storage storage)
{
    public Department Imports { get; } = new("imports", new CaseTable(storage, "Imports"), (_, _) => Task.CompletedTask);

    public Department Exports { get; } = new("exports", new CaseTable(storage, "Exports"), (_, _) => Task.CompletedTask);

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
