using BackOffice.Kernel;
using BackOffice.Ledger;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace BackOffice.Support;

/// <summary>
/// <c>PUT /api/books/{book}/calendars/{id}</c> <c>{zone, hours: {mon: [["08:00","17:00"]], …}, holidays?: [date], holidayCalendar?: DE-BY…, from?: date}</c>: the service hours from now on, or from a coming business date on (midnight in
/// the zone of the house). What elapsed before stays as measured; deadlines of open tickets are computed anew. 201 when it is new, 200 when it is there. 422 <c>support/from</c>, <c>support/too-many</c> and what the calendar's reading refuses.
/// Rows: reads and writes <c>ServiceCalendars</c>. Messages: to <c>support-replan</c>.
/// </summary>
public sealed class PutServiceCalendar(Books books, SupportTables support, CaseSteps steps, TicketSteps tickets, Storage storage)
{
    [Function(nameof(PutServiceCalendar))]
    [Allow(Roles.Support, Roles.Operator)]
    public async Task<IResult> Run([HttpTrigger(AuthorizationLevel.Anonymous, "put", Route = "books/{book}/calendars/{id}")] HttpRequest request, string book, string id)
    {
        if (!(await SupportRequest.ReadAsync(books, request, book, id)).Is(out var body, out var refusal)) return new Problem(refusal);
        using (body)
        {
            var now = tickets.Now;
            var from = SupportRequest.From(body.Fields, body.Faults, now);
            var calendar = ServiceCalendar.Read(body.Fields, body.Faults);
            body.Fields.NoOthers();
            if (calendar is null || body.Faults.Count > 0) return new Problem(Refusal.Of(body.Faults));

            var isNew = false;
            var outcome = await steps.RunAsync(support.Calendars, book, id, CaseCommand.ToPut(request, body.Canonical), known =>
            {
                isNew = known is null;
                var before = known is null ? new CalendarHistory([]) : SupportTables.ReadCalendar(known);
                if (before.Versions.Count > 0 && before.At(from).Calendar.IsLike(calendar)) return new CaseDecision(known!.State);
                var after = before.With(new CalendarVersion(from, calendar));
                return after.Versions.Count > CalendarHistory.MaxVersions ? new Refusal(422, "support/too-many", $"A calendar has at most {CalendarHistory.MaxVersions} versions: begin a new one.") : new CaseDecision(SupportTables.Write(after));
            });
            if (!outcome.Is(out var result, out refusal)) return new Problem(refusal);
            if (!isNew) await ReplanTickets.SendAsync(storage, new ReplanWanted(book, null, id), $"calendar:{id}:{result.Case.Version}");
            return GetServiceCalendar.Answer(isNew && result.IsNew ? 201 : 200, result.Case, book, request, null);
        }
    }
}
