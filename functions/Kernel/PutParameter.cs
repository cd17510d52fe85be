using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace BackOffice.Kernel;

/// <summary>
/// <c>PUT /api/parameters/{name}</c> <c>{from, value, reason}</c>: sets the value that holds from a business date on. 201 with the new version, 200 when it is so already.
/// Rows: reads and adds to <c>Parameters</c>. Messages: none.
/// </summary>
public sealed class PutParameter(Parameters parameters, TimeProvider time)
{
    [Function(nameof(PutParameter))]
    [Allow(Roles.Operator, Roles.Board)]
    public async Task<IResult> Run([HttpTrigger(AuthorizationLevel.Anonymous, "put", Route = "parameters/{name}")] HttpRequest request, string name)
    {
        if (Parameter.Find(name) is not { } parameter) return GetParameter.Unknown(name);
        if (!Caller.Of(request).Roles.Contains(parameter.SetBy)) return Problem.Of(403, "identity/role-missing", $"'{name}' is changed by {parameter.SetBy}.");
        var body = await RequestBody.ReadJsonAsync(request);
        if (!body.Is(out var json, out var refusal)) return new Problem(refusal);
        using (json)
        {
            List<Fault> faults = [];
            var fields = new JsonFields(json.RootElement, faults);
            var (from, text, reason) = (fields.Date("from"), fields.Text("value", 20), fields.Text("reason", 500));
            fields.NoOthers();
            if (!decimal.TryParse(text, NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) && text.Length > 0)
                faults.Add(new Fault("value", "request/number", "'value' must be a decimal number in a string, such as \"0.19\"."));
            return faults.Count > 0 ? new Problem(Refusal.Of(faults)) : await ChangeAsync(parameter, from!.Value, value, reason, Caller.Of(request).Name);
        }
    }

    private async Task<IResult> ChangeAsync(Parameter parameter, DateOnly from, decimal value, string reason, string by)
    {
        while (true)
        {
            var decided = ParameterHistory.Decide(await parameters.HistoryAsync(parameter), from, value, reason, by, time.GetUtcNow());
            if (!decided.Is(out var change, out var refusal)) return new Problem(refusal);
            // Another change may take the version's number first: then decide again on what it left.
            if (change.IsNew && !await parameters.AddAsync(parameter, change.Value)) continue;
            return new JsonAnswer(change.IsNew ? 201 : 200, json => GetParameter.Write(json, parameter, change.Value));
        }
    }
}
