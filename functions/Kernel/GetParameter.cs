using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace BackOffice.Kernel;

/// <summary>
/// <c>GET /api/parameters/{name}?on=</c>: the value of a parameter on a business date (default: today), and with it every value it has had, who set it, when and why.
/// Rows: reads <c>Parameters</c>. Messages: none.
/// </summary>
public sealed class GetParameter(Parameters parameters, TimeProvider time)
{
    [Function(nameof(GetParameter))]
    [Allow(Roles.Accounting, Roles.Auditor, Roles.Operator)]
    public async Task<IResult> Run([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "parameters/{name}")] HttpRequest request, string name)
    {
        var query = new QueryFields(request.Query);
        var on = query.Date("on") ?? BusinessDay.Today(time);
        if (query.Refused() is { } wrong) return new Problem(wrong);
        if (Parameter.Find(name) is not { } parameter) return Unknown(name);
        var history = await parameters.HistoryAsync(parameter);
        if (history.On(on) is not { } value) return Problem.Of(404, "parameter/no-value", $"'{name}' has no value on {BusinessDay.Text(on)}.");
        return new JsonAnswer(json =>
        {
            Write(json, parameter, value);
            json.WriteString("on", BusinessDay.Text(on));
            json.WriteList("history", history.Values.OrderBy(v => v.From).ThenBy(v => v.Version), known => WriteValue(json, known));
        });
    }

    internal static Problem Unknown(string name) =>
        Problem.Of(404, "parameter/unknown", $"There is no parameter '{name}'. Known are {string.Join(", ", Parameter.All.Select(parameter => parameter.Name))}.");

    internal static void Write(Utf8JsonWriter json, Parameter parameter, ParameterValue value)
    {
        json.WriteString("name", parameter.Name);
        json.WriteString("unit", parameter.Unit);
        json.WriteString("source", parameter.Source);
        WriteValue(json, value);
    }

    private static void WriteValue(Utf8JsonWriter json, ParameterValue value)
    {
        json.WriteString("from", BusinessDay.Text(value.From));
        json.WriteString("value", value.Value.ToString(CultureInfo.InvariantCulture));
        json.WriteNumber("version", value.Version);
        if (value.By is null) return;
        json.WriteString("by", value.By);
        json.WriteString("at", value.At!.Value.UtcDateTime);
        json.WriteString("reason", value.Reason);
    }
}
