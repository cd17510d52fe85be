using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace BackOffice.Kernel;

/// <summary>
/// <c>GET /api/parameters?on=</c>: every parameter with its value on a business date (default: today). Rows: reads <c>Parameters</c>. Messages: none.
/// </summary>
public sealed class ListParameters(Parameters parameters, TimeProvider time)
{
    [Function(nameof(ListParameters))]
    [Allow(Roles.Accounting, Roles.Auditor, Roles.Operator)]
    public async Task<IResult> Run([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "parameters")] HttpRequest request)
    {
        var query = new QueryFields(request.Query);
        var on = query.Date("on") ?? BusinessDay.Today(time);
        if (query.Refused() is { } wrong) return new Problem(wrong);
        var values = await Task.WhenAll(Parameter.All.Select(async parameter => (Parameter: parameter, Value: (await parameters.HistoryAsync(parameter)).On(on))));
        return new JsonAnswer(json =>
        {
            json.WriteString("on", BusinessDay.Text(on));
            json.WriteStartArray("parameters");
            foreach (var (parameter, value) in values)
            {
                if (value is null) continue;
                json.WriteStartObject();
                GetParameter.Write(json, parameter, value);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        });
    }
}
