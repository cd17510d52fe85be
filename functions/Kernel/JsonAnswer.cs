using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace BackOffice.Kernel;

/// <summary>A JSON answer written member by member, so that amounts are written exactly and large lists need no objects of their own.</summary>
public sealed class JsonAnswer(int status, Action<Utf8JsonWriter> write) : IResult
{
    public static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    public JsonAnswer(Action<Utf8JsonWriter> write) : this(200, write) { }

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        httpContext.Response.StatusCode = status;
        httpContext.Response.ContentType = "application/json; charset=utf-8";
        await httpContext.Response.StartAsync();
        var writer = httpContext.Response.BodyWriter;
        using (var json = new Utf8JsonWriter(writer, Options))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }

        await writer.FlushAsync(httpContext.RequestAborted);
    }
}

/// <summary>What answers have in common.</summary>
internal static class JsonLists
{
    /// <summary>An array of objects, each written member by member.</summary>
    public static void WriteList<T>(this Utf8JsonWriter json, string name, IEnumerable<T> list, Action<T> write)
    {
        json.WriteStartArray(name);
        foreach (var element in list)
        {
            json.WriteStartObject();
            write(element);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
