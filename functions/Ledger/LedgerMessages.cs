using System.Text.Json;
using System.Text.Json.Serialization;
using BackOffice.Kernel;

namespace BackOffice.Ledger;

/// <summary>JSON of the messages and stored lists of this department, generated at build time.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(Envelope<EntriesToPost>))]
[JsonSerializable(typeof(Envelope<CheckpointWanted>))]
[JsonSerializable(typeof(Envelope<ImportPart>))]
[JsonSerializable(typeof(IReadOnlyList<RejectedLine>))]
[JsonSerializable(typeof(GrossEntry))]
public sealed partial class LedgerMessages : JsonSerializerContext;
