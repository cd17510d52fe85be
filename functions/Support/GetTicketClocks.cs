using BackOffice.Kernel;
using BackOffice.Ledger;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace BackOffice.Support;

/// <summary>
/// <c>GET /api/books/{book}/tickets/{id}/clocks?at=</c>: a ticket's clocks now (or at an instant before), step by step: which span counted by which calendar, why it began, and what each clock had come to, so that a dispute ends.
/// 403 <c>support/not-own</c>; 404 <c>case/unknown</c>; 422 <c>support/at</c>. Rows: reads <c>Tickets</c>, <c>ServiceLevels</c>, <c>ServiceCalendars</c> and <c>Parameters</c>. Messages: none.
/// </summary>
public sealed class GetTicketClocks(Books books, SupportTables support, SupportRules rules, TicketSteps steps)
{
    [Function(nameof(GetTicketClocks))]
    [Allow(Roles.Support, Roles.Employee, Roles.Operator, Roles.Auditor)]
    public async Task<IResult> Run([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "books/{book}/tickets/{id}/clocks")] HttpRequest request, string book, string id)
    {
        var query = new QueryFields(request.Query);
        var at = query.Instant("at") ?? steps.Now;
        if (query.Refused() is { } wrong) return new Problem(wrong);
        if (!(await GetTicket.FindAsync(books, support, request, book, id)).Is(out var row, out var refusal)) return new Problem(refusal);
        var ticket = SupportTables.ReadTicket(row);
        if (at < ticket.OpenedAt || at > steps.Now) return Problem.Of(422, "support/at", $"'at' lies between {ticket.OpenedAt.UtcDateTime:yyyy-MM-ddTHH:mm:ss}Z, when the ticket came, and now.");
        if (!(await rules.LoadAsync(book, ticket.Events.Where(e => e.Service is not null).Select(e => e.Service!))).Is(out var known, out refusal)) return new Problem(refusal);

        var sheet = TicketPlan.ClocksOf(ticket with { Events = [.. ticket.Events.Where(e => e.At <= at)] }, known, at);
        request.HttpContext.Response.Headers.ETag = row.Tag;
        return new JsonAnswer(json =>
        {
            json.WriteString("book", book);
            json.WriteString("id", id);
            json.WriteString("at", at.UtcDateTime);
            sheet.Write(json);
        });
    }
}
