using System.Buffers;
using System.Text.Json;
using System.Text.Unicode;
using System.Xml.Linq;
using Microsoft.AspNetCore.Http;

namespace BackOffice.Kernel;

/// <summary>Reads JSON bodies strictly: content type, size, UTF-8, syntax, no member twice, no deep nesting. What fails is a refusal, not an exception.</summary>
public static class RequestBody
{
    public const int MaxJsonBytes = 1024 * 1024;
    public const int MaxDepth = 8;

    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = MaxDepth };

    /// <summary>The whole body as valid UTF-8 bytes: what <see cref="ReadBytesAsync"/> refuses, 400 not UTF-8.</summary>
    public static async ValueTask<Outcome<byte[]>> ReadUtf8Async(HttpRequest request, string contentType = "application/json", int maxBytes = MaxJsonBytes) =>
        !(await ReadBytesAsync(request, contentType, maxBytes)).Is(out var bytes, out var refusal) ? refusal : Utf8.IsValid(bytes) ? bytes : new Refusal(400, "request/not-utf8", "The body is not valid UTF-8.");

    /// <summary>
    /// The body as XML (<c>application/xml</c> or <c>text/xml</c>), read as it comes in: 415 another content type, 413 above <paramref name="maxBytes"/>, and what <see cref="SafeXml.ReadAsync"/> refuses, which tells of <paramref name="part"/> and <paramref name="take"/> too.
    /// </summary>
    internal static async Task<Outcome<XmlBody>> ReadXmlAsync(HttpRequest request, int maxBytes, string? part = null, Action<XElement, XElement>? take = null)
    {
        if (Unsupported(request, "application/xml") is { } refusal && Unsupported(request, "text/xml") is not null) return refusal;
        if (request.ContentLength > maxBytes) return TooLarge(maxBytes);
        using var measured = new MeasuredStream(request.Body, maxBytes);
        var read = await SafeXml.ReadAsync(measured, maxBytes, part, take);
        // Also of one that was good so far: its end was not seen.
        if (measured.IsTooLong) return TooLarge(maxBytes);
        return read.Is(out var root, out refusal) ? new XmlBody(root, measured.End()) : refusal;
    }

    /// <summary>The whole body: 415 another content type, 413 above <paramref name="maxBytes"/>.</summary>
    public static async ValueTask<Outcome<byte[]>> ReadBytesAsync(HttpRequest request, string contentType, int maxBytes)
    {
        if (Unsupported(request, contentType) is { } refusal) return refusal;
        if (request.ContentLength > maxBytes) return TooLarge(maxBytes);

        var reader = request.BodyReader;
        while (true)
        {
            var read = await reader.ReadAsync(request.HttpContext.RequestAborted);
            if (read.Buffer.Length > maxBytes) return TooLarge(maxBytes);
            if (!read.IsCompleted)
            {
                reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
                continue;
            }

            var bytes = read.Buffer.ToArray();
            reader.AdvanceTo(read.Buffer.End);
            return bytes;
        }
    }

    /// <summary>The body as a JSON document.</summary>
    public static async ValueTask<Outcome<JsonDocument>> ReadJsonAsync(HttpRequest request)
    {
        var body = await ReadUtf8Async(request);
        if (!body.Is(out var bytes, out var refusal)) return refusal;
        try
        {
            return JsonDocument.Parse(bytes, Strict);
        }
        catch (JsonException e)
        {
            return NotJson(e);
        }
    }

    public static Refusal? Unsupported(HttpRequest request, string contentType)
    {
        var given = request.ContentType.AsSpan();
        var end = given.IndexOf(';');
        if (end >= 0) given = given[..end];
        return given.Trim().Equals(contentType, StringComparison.OrdinalIgnoreCase) ? null
            : new Refusal(415, "request/content-type", $"Send 'Content-Type: {contentType}'; the request says '{request.ContentType ?? "nothing"}'.");
    }

    public static Refusal TooLarge(int maxBytes) => new(413, "request/too-large", $"The body is larger than {maxBytes:N0} bytes.");

    public static Refusal NotJson(JsonException e) =>
        new(400, "request/not-json", $"The body is not acceptable JSON at line {(e.LineNumber ?? 0) + 1}, byte {e.BytePositionInLine ?? 0}: {FirstSentence(e.Message)}", e.Path?.TrimStart('$', '.') ?? "");

    private static string FirstSentence(string message) => message.IndexOf(" LineNumber", StringComparison.Ordinal) is var cut and > 0 ? message[..cut] : message;
}

/// <summary>A body in XML.</summary>
/// <param name="Root">Its root element.</param>
/// <param name="Original">Its bytes as they came.</param>
internal sealed record XmlBody(XElement Root, Original Original);
