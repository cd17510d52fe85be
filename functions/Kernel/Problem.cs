using System.Diagnostics;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace BackOffice.Kernel;

/// <summary>
/// An answer in <c>application/problem+json</c> (RFC 9457): <c>type</c>, <c>title</c>, <c>status</c>, <c>detail</c>, and beside them
/// <c>code</c> (stable), <c>errors</c> (each broken rule: path, code, detail), <c>operationId</c> (the caller's Idempotency-Key, if any) and <c>traceId</c>.
/// </summary>
public sealed class Problem(Refusal refusal, int retryAfterSeconds = 0, Action<Utf8JsonWriter>? more = null) : IResult
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static Problem Of(int status, string code, string detail, int retryAfterSeconds = 0) => new(new Refusal(status, code, detail), retryAfterSeconds);

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.StatusCode = refusal.Status;
        response.ContentType = "application/problem+json";
        if (retryAfterSeconds > 0) response.Headers.RetryAfter = retryAfterSeconds.ToString(System.Globalization.CultureInfo.InvariantCulture);

        var buffer = new System.Buffers.ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, Options)) Write(json, httpContext);
        response.ContentLength = buffer.WrittenCount;
        await response.Body.WriteAsync(buffer.WrittenMemory, httpContext.RequestAborted);
    }

    private void Write(Utf8JsonWriter json, HttpContext httpContext)
    {
        json.WriteStartObject();
        json.WriteString("type", "about:blank");
        json.WriteString("title", Microsoft.AspNetCore.WebUtilities.ReasonPhrases.GetReasonPhrase(refusal.Status));
        json.WriteNumber("status", refusal.Status);
        json.WriteString("code", refusal.Code);
        json.WriteString("detail", refusal.Faults.Count == 1 ? refusal.Faults[0].Detail : $"{refusal.Faults.Count} rules are broken; the first: {refusal.Faults[0].Detail}");
        json.WriteStartArray("errors");
        foreach (var fault in refusal.Faults)
        {
            json.WriteStartObject();
            json.WriteString("path", fault.Path);
            json.WriteString("code", fault.Code);
            json.WriteString("detail", fault.Detail);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        more?.Invoke(json);
        var operationId = httpContext.Request.Headers["Idempotency-Key"].ToString();
        if (operationId.Length > 0) json.WriteString("operationId", operationId);
        json.WriteString("traceId", Activity.Current?.TraceId.ToString() ?? httpContext.TraceIdentifier);
        json.WriteEndObject();
    }
}
