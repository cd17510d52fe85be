using BackOffice.Kernel;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace BackOffice.Support;

/// <summary>
/// <c>POST /api/calculators/sla</c> <c>{calendar: {zone, hours: {mon: [["08:00", "17:00"]], …}, holidays?, holidayCalendar?}, targets: {firstResponse?, update?, solution?}, events: [{at, type, by?, …}], now}</c>: the clocks of a ticket,
/// targets in minutes. Types: <c>create</c>, <c>comment</c>, <c>reply</c> (<c>automatic?: true</c> answers nobody), <c>assign</c>, <c>hold</c>, <c>resume</c>, <c>priority</c> and <c>service</c> (<c>targets?</c> and <c>calendar?</c> hold from then on, whole),
/// <c>resolve</c>, <c>reopen</c>, <c>close</c>, <c>merge</c> (closes). The first event creates the ticket, whatever its type; what lies after <c>now</c> has not happened yet, but its terms are known. <c>{firstResponse, update, solution, spans}</c> as of a ticket.
/// 400 <c>request/instant</c>; 422 <c>support/zone</c>, <c>support/hours</c>, <c>support/holiday</c>, <c>support/holiday-calendar</c>, <c>support/events</c> (not 1 to 2,000), <c>support/event-type</c>, <c>support/order</c> (not in order of time, or now before the first).
/// Nothing is stored. Rows: none. Messages: none.
/// </summary>
public sealed class CalculateSla
{
    private const int MaxEvents = 2_000;
    private const int MaxTargetMinutes = 1_000_000;

    private enum EventType
    {
        Create,
        Comment,
        Reply,
        Assign,
        Hold,
        Resume,
        Priority,
        Service,
        Resolve,
        Reopen,
        Close,
        Merge,
    }

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
            var sheet = Read(fields, faults);
            fields.NoOthers();
            if (sheet is null || faults.Count > 0) return new Problem(Refusal.Of(faults));
            return new JsonAnswer(answer =>
            {
                ClockAnswer.WriteClocks(answer, sheet);
                ClockAnswer.WriteSpans(answer, sheet);
            });
        }
    }

    private static ClockSheet? Read(JsonFields fields, List<Fault> faults)
    {
        var (calendar, targets, now) = (ReadCalendar(fields, faults), ReadTargets(fields), fields.Instant("now"));
        var events = fields.List("events", "support/events", 1, MaxEvents, one => ReadEvent(one, faults));
        for (var n = 1; n < events.Count; n++)
            if (events[n].At < events[n - 1].At) faults.Add(new Fault(events[n].Path, "support/order", "The event lies before the one ahead of it: events must be in order of time."));
        if (events.Count > 0 && now < events[0].At) faults.Add(new Fault("now", "support/order", "'now' lies before the first event, the ticket's creation."));
        if (faults.Count > 0) return null;
        List<ServiceTerms> terms = [new(events[0].At, "calendar", calendar!, targets!)];
        foreach (var one in events)
        {
            if (one.Calendar is null && one.Targets is null) continue;
            var last = terms[^1];
            terms.Add(new ServiceTerms(one.At, one.Calendar is null ? last.CalendarId : one.CalendarPath, one.Calendar ?? last.Calendar, one.Targets ?? last.Targets));
        }

        return Clocks.Of([.. events.Where((one, n) => n == 0 || one.Kind is not null).Select(one => new ClockEvent(one.At, one.Kind ?? ClockEventKind.Created, one.By))], terms, now!.Value);
    }

    private static OneEvent? ReadEvent(JsonFields fields, List<Fault> faults)
    {
        var (at, type, by) = (fields.Instant("at"), fields.Choice<EventType>("type", "support/event-type"), fields.OptionalText("by"));
        var isAutomatic = type is EventType.Reply && fields.Has("automatic") && fields.Flag("automatic") == true;
        if (type is EventType.Reply) fields.Absent("automatic");
        SlaTargets? targets = null;
        ServiceCalendar? calendar = null;
        if (type is EventType.Priority or EventType.Service)
        {
            targets = fields.Has("targets") ? ReadTargets(fields) : null;
            calendar = fields.Has("calendar") ? ReadCalendar(fields, faults) : null;
            fields.Absent("targets");
            fields.Absent("calendar");
        }

        return (at, type) is ({ } when, { } what) ? new OneEvent(when, KindOf(what, isAutomatic), by, targets, calendar, fields.PathOf("at"), fields.PathOf("calendar")) : null;
    }

    private static ClockEventKind? KindOf(EventType type, bool isAutomatic) => type switch
    {
        EventType.Create => ClockEventKind.Created,
        EventType.Reply when !isAutomatic => ClockEventKind.Reply,
        EventType.Hold => ClockEventKind.Hold,
        EventType.Resume => ClockEventKind.Resume,
        EventType.Resolve => ClockEventKind.Resolve,
        EventType.Reopen => ClockEventKind.Reopen,
        EventType.Close or EventType.Merge => ClockEventKind.Close,
        _ => null,
    };

    private static ServiceCalendar? ReadCalendar(JsonFields fields, List<Fault> faults)
    {
        if (fields.Inner("calendar") is not { } inner) return null;
        var calendar = ServiceCalendar.Read(inner, faults);
        inner.NoOthers();
        return calendar;
    }

    private static SlaTargets? ReadTargets(JsonFields fields)
    {
        if (fields.Inner("targets") is not { } inner) return null;
        var targets = new SlaTargets(Minutes(inner, "firstResponse"), Minutes(inner, "update"), Minutes(inner, "solution"));
        inner.NoOthers();
        return targets;
    }

    private static int? Minutes(JsonFields targets, string name)
    {
        if (targets.Has(name)) return targets.Whole(name, 1, MaxTargetMinutes);
        targets.Absent(name);
        return null;
    }

    /// <param name="Kind">Null: nothing to the clocks.</param>
    private sealed record OneEvent(DateTimeOffset At, ClockEventKind? Kind, string? By, SlaTargets? Targets, ServiceCalendar? Calendar, string Path, string CalendarPath);
}
