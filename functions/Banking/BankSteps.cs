using BackOffice.Kernel;
using Microsoft.AspNetCore.Http;

namespace BackOffice.Banking;

/// <summary>How the bank's requests are answered.</summary>
internal static class BankSteps
{
    /// <summary>One case as an answer.</summary>
    public static JsonAnswer Answer(int status, CaseRow row, string book, HttpRequest request, Action<System.Text.Json.Utf8JsonWriter> write, IReadOnlyList<CaseStep>? history = null)
    {
        request.HttpContext.Response.Headers.ETag = row.Tag;
        return new JsonAnswer(status, json =>
        {
            json.WriteString("book", book);
            json.WriteString("id", row.Id);
            json.WriteNumber("version", row.Version);
            write(json);
            if (history is not null) CaseStep.Write(json, history);
        });
    }
}
