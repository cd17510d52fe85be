using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Configuration;

namespace BackOffice.LocalWorker;

/// <summary>/admin: what runs here, and a way to start it by hand. No key is asked for: the worker listens on loopback only.</summary>
internal sealed class AdminEndpoints(IReadOnlyList<LocalFunction> functions, FunctionListeners listeners, IConfiguration configuration, HostJson host)
{
    public void Map(IEndpointRouteBuilder app)
    {
        app.MapGet("/admin/host/status", (RequestDelegate)(http => http.Response.WriteAsJsonAsync(new { state = "Running" })));
        app.MapGet("/admin/functions", (RequestDelegate)(http => http.Response.WriteAsJsonAsync(functions.Select(Describe))));
        app.MapPost("/admin/functions/{name}", (RequestDelegate)FireAsync);
    }

    private object Describe(LocalFunction function) => new
    {
        name = function.Name,
        trigger = function.TriggerType,
        methods = (function.Trigger as HttpTriggerAttribute)?.Methods,
        route = function.Trigger is HttpTriggerAttribute ? HttpFunctions.RouteOf(function, host) : null,
        queue = function.Trigger is QueueTriggerAttribute queue ? FunctionListeners.QueueName(function, queue, configuration) : null,
        schedule = function.Trigger is TimerTriggerAttribute timer ? FunctionListeners.Schedule(function, timer, configuration) : null,
        disabled = FunctionListeners.IsDisabled(configuration, function),
    };

    private async Task FireAsync(HttpContext http)
    {
        var name = (string)http.Request.RouteValues["name"]!;
        if (functions.FirstOrDefault(f => f.Name.Equals(name, StringComparison.OrdinalIgnoreCase)) is not { } function)
        {
            await SayAsync(http, StatusCodes.Status404NotFound, $"There is no function '{name}'; GET /admin/functions lists them.");
            return;
        }
        if (function.Trigger is HttpTriggerAttribute)
        {
            var route = HttpFunctions.RouteOf(function, host);
            await SayAsync(http, StatusCodes.Status400BadRequest, $"'{function.Name}' is an HTTP function: call {route} itself.");
            return;
        }
        using var reader = new StreamReader(http.Request.Body);
        if (!TryReadInput(await reader.ReadToEndAsync(http.RequestAborted), out var input))
        {
            await SayAsync(http, StatusCodes.Status400BadRequest, """The body must be empty or JSON of the form {"input": "text"}.""");
            return;
        }
        listeners.Fire(function, input);
        http.Response.StatusCode = StatusCodes.Status202Accepted;
    }

    private static bool TryReadInput(string body, out string input)
    {
        input = "";
        if (string.IsNullOrWhiteSpace(body)) return true;
        try
        {
            using var json = JsonDocument.Parse(body);
            if (json.RootElement.ValueKind != JsonValueKind.Object) return false;
            if (!json.RootElement.TryGetProperty("input", out var value) || value.ValueKind == JsonValueKind.Null) return true;
            if (value.ValueKind != JsonValueKind.String) return false;
            input = value.GetString()!;
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static Task SayAsync(HttpContext http, int status, string text)
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = "text/plain; charset=utf-8";
        return http.Response.WriteAsync(text + "\n", http.RequestAborted);
    }
}
