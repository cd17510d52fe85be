using BackOffice.Kernel;
using Microsoft.AspNetCore.Http;

namespace BackOffice.Exchange;

/// <summary>The posting dates that an export is asked for; null: from the beginning, to the end.</summary>
internal sealed record ExportDates(DateOnly? From, DateOnly? To)
{
    /// <summary>Reads <c>{from?, to?}</c>; 422 <c>exchange/dates</c>.</summary>
    public static async Task<Outcome<ExportDates>> ReadAsync(HttpRequest request)
    {
        if (!(await RequestBody.ReadJsonAsync(request)).Is(out var body, out var refusal)) return refusal;
        using (body)
        {
            List<Fault> faults = [];
            var fields = new JsonFields(body.RootElement, faults);
            var (from, to) = (fields.OptionalDate("from"), fields.OptionalDate("to"));
            fields.NoOthers();
            if (to < from) faults.Add(new Fault("to", "exchange/dates", "'to' must not lie before 'from'."));
            return faults.Count > 0 ? Refusal.Of(faults) : new ExportDates(from, to);
        }
    }
}
