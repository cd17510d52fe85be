using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;

namespace BackOffice.AzuriteTests;

/// <summary>An HTTP answer, read to its end.</summary>
internal sealed record Answer(HttpStatusCode Status, string? ContentType, HttpResponseHeaders Headers, string Text)
{
    private JsonElement? _json;

    public JsonElement Json => _json ??= JsonDocument.Parse(Text).RootElement;

    public static async Task<Answer> OfAsync(HttpResponseMessage response)
    {
        using (response)
            return new Answer(response.StatusCode, response.Content.Headers.ContentType?.ToString(), response.Headers, await response.Content.ReadAsStringAsync());
    }

    /// <summary>This answer, when it has the status that the test states.</summary>
    public Answer Is(HttpStatusCode expected)
    {
        Assert.True(Status == expected, $"Expected {(int)expected} {expected}, got {(int)Status} {Status}: {Text}");
        return this;
    }

    /// <summary>Asserts a problem: status, stable code, and the path of one of its faults.</summary>
    public Answer IsProblem(HttpStatusCode status, string code, string? path = null)
    {
        Is(status);
        Assert.Equal("application/problem+json", ContentType);
        Assert.Equal((int)status, Json.GetProperty("status").GetInt32());
        Assert.Equal(code, Json.Text("code"));
        Assert.NotEmpty(Json.Text("traceId"));
        Assert.NotEmpty(Json.Text("detail"));
        var paths = Json.GetProperty("errors").EnumerateArray().Select(error => error.Text("path")).ToList();
        Assert.NotEmpty(paths);
        if (path is not null) Assert.Contains(path, paths);
        return this;
    }

    /// <summary>Asserts that the store is out of reach and the caller is told when to come again.</summary>
    public void IsUnavailable()
    {
        IsProblem(HttpStatusCode.ServiceUnavailable, "storage/unavailable");
        Assert.True(Headers.RetryAfter!.Delta > TimeSpan.Zero);
    }
}

internal static class JsonElements
{
    public static string Text(this JsonElement json, string member) => json.GetProperty(member).GetString()!;

    public static long Number(this JsonElement json, string member) => json.GetProperty(member).GetInt64();

    public static IEnumerable<JsonElement> List(this JsonElement json, string member) => json.GetProperty(member).EnumerateArray();
}
