using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace BackOffice.Kernel;

/// <summary>The form of every queue message; at most 48 KiB of JSON, since the platform takes 64 KiB after base64.</summary>
/// <param name="Schema">Which message this is, <c>department-step</c>: <c>ledger-post</c>.</param>
/// <param name="Version">Version of the body's shape; a handler takes the versions it knows and lets others go to poison.</param>
/// <param name="OperationId">Names the work; told twice it is done once.</param>
/// <param name="CorrelationId">The case or request this belongs to, for tracing.</param>
/// <param name="Body">The message itself.</param>
public sealed record Envelope<T>(string Schema, int Version, string OperationId, string CorrelationId, T Body)
{
    private const int MaxIdLength = 200;

    /// <summary>W3C trace context of who sent it, so that one trace leads from the call to the commit; null: none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? TraceParent { get; init; } = Telemetry.TraceParent;

    /// <summary>
    /// Throws when the message is not the one the handler was written for, which sends it to the poison queue. Otherwise a span of its schema's name on the sender's trace, to be ended with the work (null when nobody listens).
    /// </summary>
    internal Activity? Expect(string schema, int version)
    {
        if (Schema != schema || Version != version || string.IsNullOrEmpty(OperationId) || OperationId.Length > MaxIdLength || CorrelationId?.Length > MaxIdLength || Body is null)
            throw new JsonException($"Expected schema '{schema}' version {version} with an operationId (it and the correlationId at most {MaxIdLength} characters) and a body; got '{Schema}' version {Version}, operationId '{OperationId}'.");
        return Telemetry.Continue(schema, ActivityKind.Consumer, TraceParent)?.SetTag("messaging.message.id", OperationId);
    }
}
