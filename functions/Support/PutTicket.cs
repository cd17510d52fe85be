using BackOffice.Kernel;
using BackOffice.Ledger;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace BackOffice.Support;

/// <summary>
/// <c>PUT /api/books/{book}/tickets/{id}</c> <c>{caller, service, impact, urgency, subject, text, category?, major?, attachments?: [{name, reference}], at?}</c>: a new ticket under the caller's own id; its clocks run from now. An
/// <c>Employee</c> opens tickets for themselves. 201; 200 when the same request comes again; 409 <c>case/id-reused</c> when another does; 422 <c>support/service-unknown</c>.
/// Rows: reads and adds to <c>Tickets</c>, adds to <c>TicketsFeed</c> and <c>Agenda</c>, reads <c>ServiceLevels</c>, <c>ServiceCalendars</c> and <c>Parameters</c>. Messages: to <c>support-escalations</c> when a clock has come so far.
/// </summary>
public sealed class PutTicket(Books books, TicketSteps steps)
{
    [Function(nameof(PutTicket))]
    [Allow(Roles.Support, Roles.Employee, Roles.Operator)]
    public async Task<IResult> Run([HttpTrigger(AuthorizationLevel.Anonymous, "put", Route = "books/{book}/tickets/{id}")] HttpRequest request, string book, string id)
    {
        if (!(await SupportRequest.ReadAsync(books, request, book, id)).Is(out var body, out var refusal)) return new Problem(refusal);
        using (body)
        {
            var caller = Caller.Of(request);
            if (TicketRequest.Read(body.Fields, body.Faults, TicketAnswer.SelfOf(caller), caller.Roles.Contains(Roles.Operator), caller.Name, steps.Now) is not { } wanted) return new Problem(Refusal.Of(body.Faults));
            var outcome = await steps.CreateAsync(book, id, CaseCommand.ToCreate(request, body.Canonical), wanted);
            return TicketAnswer.Of(outcome, book, request);
        }
    }
}
