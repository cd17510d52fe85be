using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace BackOffice.Kernel;

/// <summary>
/// <c>GET /api/calendars/{calendar}?year=</c>: the holidays of a year (default: this one). <c>?date=&amp;days=</c>: whether a date is a business day, the ones on or after and on or before it, and the one so many business days on.
/// 404 <c>calendar/unknown</c>. Rows: none. Messages: none.
/// </summary>
public sealed class GetCalendar(TimeProvider time)
{
    private const int FarthestDays = 1_000;

    [Function(nameof(GetCalendar))]
    [OpenToAll("Public holidays are public.")]
    public IResult Run([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "calendars/{calendar}")] HttpRequest request, string calendar)
    {
        var query = new QueryFields(request.Query);
        var date = query.Date("date");
        var (year, days) = (query.Number("year", BusinessDay.Earliest.Year, BusinessDay.Latest.Year), query.Number("days", 0, FarthestDays));
        if (days is not null && date is null) query.Faults.Add(new Fault("date", "calendar/date", "'days' counts from a 'date': give both."));
        if (query.Refused() is { } wrong) return new Problem(wrong);
        if (BusinessCalendar.Find(calendar) is not { } known) return Problem.Of(404, "calendar/unknown", $"There is no calendar '{Ids.Cut(calendar)}'. Known are {string.Join(", ", BusinessCalendar.Names)}.");
        return new JsonAnswer(json =>
        {
            json.WriteString("calendar", known.Name);
            if (date is { } day)
            {
                json.WriteString("date", BusinessDay.Text(day));
                json.WriteBoolean("businessDay", known.IsBusinessDay(day));
                json.WriteString("onOrAfter", BusinessDay.Text(known.OnOrAfter(day)));
                json.WriteString("onOrBefore", BusinessDay.Text(known.OnOrBefore(day)));
                if (days is { } count) json.WriteString("businessDaysOn", BusinessDay.Text(known.Add(day, (int)count)));
                if (year is null) return;
            }

            json.WriteNumber("year", year ?? BusinessDay.Today(time).Year);
            json.WriteStartArray("holidays");
            foreach (var (holiday, name) in known.Holidays((int)(year ?? BusinessDay.Today(time).Year)))
            {
                json.WriteStartObject();
                json.WriteString("date", BusinessDay.Text(holiday));
                json.WriteString("name", name);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        });
    }
}
