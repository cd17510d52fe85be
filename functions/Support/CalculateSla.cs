using System.Text.Json;
using BackOffice.Kernel;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace BackOffice.Support;

/// <summary>
/// <c>POST /api/calculators/sla</c> <c>{calendar: {zone, hours, holidays?, holidayCalendar?}, targets: {firstResponse?, update?, solution?}, events: [{at, type, …}], now}</c>, targets in minutes: the clocks of a service level, step by step
/// (<see cref="Clocks.Of"/>). The first event is that the ticket came, whatever its type, which counts as well. Types are those of a ticket's events and <c>create</c>; <c>reply</c> may be <c>automatic</c>; <c>priority</c> and
/// <c>service</c> may bring <c>targets</c> and a <c>calendar</c> that hold from then on. 422 <c>support/events</c> (1 to 1,000), <c>support/order</c>, <c>support/targets</c> and what the calendar's reading refuses. Nothing is stored.
/// Rows: none. Messages: none.
/// </summary>
public sealed class CalculateSla
{
    private const int MaxEvents = 1_000;

    [Function(nameof(CalculateSla))]
    [OpenToAll("It computes from what is sent, and knows nothing else.")]
    public static async Task<IResult> Run([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "calculators/sla")] HttpRequest request)
    {
        var body = await RequestBody.ReadJsonAsync(request);
        if (!body.Is(out var json, out var refusal)) return new Problem(refusal);
        using (json)
        {
            List<Fault> faults = [];
            var fields = new JsonFields(json.RootElement, faults);
            var wanted = Read(fields, faults);
            fields.NoOthers();
            if (wanted is null || faults.Count > 0) return new Problem(Refusal.Of(faults));
            var sheet = Clocks.Of(wanted.Events, wanted.Terms, wanted.Now);
            return new JsonAnswer(answer =>
            {
                answer.WriteString("now", wanted.Now.UtcDateTime);
                sheet.Write(answer);
            });
        }
    }

    private static Wanted? Read(JsonFields fields, List<Fault> faults)
    {
        var (calendar, targets, now) = (ReadCalendar(fields, faults), ReadTargets(fields, faults), fields.Instant("now"));
        if (fields.Element("events") is not { } list) return null;
        if (list.ValueKind != JsonValueKind.Array || list.GetArrayLength() is 0 or > MaxEvents)
        {
            faults.Add(new Fault("events", "support/events", $"'events' is a list of 1 to {MaxEvents} events; the first is that the ticket came."));
            return null;
        }

        List<ClockEvent> events = [];
        List<ServiceTerms> terms = [];
        var (n, last) = (0, DateTimeOffset.MinValue);
        foreach (var element in list.EnumerateArray())
        {
            var path = $"events[{n++}]";
            var one = new JsonFields(element, faults, path);
            var (at, act) = (one.Instant("at"), one.Choice<TicketAct>("type", "support/type"));
            var isAutomatic = one.OptionalFlag("automatic");
            if (act is TicketAct.Priority or TicketAct.Service)
            {
                if (one.Has("targets")) targets = ReadTargets(one, faults);
                if (one.Has("calendar")) calendar = ReadCalendar(one, faults);
                if (at is not null && calendar is not null && targets is not null && terms.Count > 0) terms.Add(new ServiceTerms(at.Value, path, calendar, targets));
                foreach (var member in (string[])["targets", "calendar"]) one.Absent(member);
            }

            one.NoOthers();
            if (at is null || act is null) return null;
            if (at < last) faults.Add(new Fault($"{path}.at", "support/order", "Events come in order of time."));
            if (events.Count == 0)
            {
                if (calendar is null || targets is null) return null;
                events.Add(new ClockEvent(at.Value, ClockEventKind.Created));
                terms.Add(new ServiceTerms(at.Value, "calendar", calendar, targets));
            }

            last = at.Value;
            if (TicketPlan.ClockKindOf(act.Value, isAutomatic == true) is { } kind and not ClockEventKind.Created) events.Add(new ClockEvent(at.Value, kind));
        }

        if (now < last) faults.Add(new Fault("now", "support/order", "'now' must not lie before the last event."));
        return faults.Count > 0 ? null : new Wanted(events, terms, now!.Value);
    }

    private static ServiceCalendar? ReadCalendar(JsonFields fields, List<Fault> faults)
    {
        if (fields.Inner("calendar") is not { } inner) return null;
        var calendar = ServiceCalendar.Read(inner, faults);
        inner.NoOthers();
        return calendar;
    }

    private static SlaTargets? ReadTargets(JsonFields fields, List<Fault> faults) => fields.Element("targets") is { } given ? SlaTargets.Read(given, fields.PathOf("targets"), faults) : null;

    private sealed record Wanted(IReadOnlyList<ClockEvent> Events, IReadOnlyList<ServiceTerms> Terms, DateTimeOffset Now);
}
