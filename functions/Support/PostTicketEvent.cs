using BackOffice.Kernel;
using BackOffice.Ledger;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace BackOffice.Support;

/// <summary>
/// <c>POST /api/books/{book}/tickets/{id}/events</c> <c>{type: comment|reply|assign|hold|resume|priority|service|category|link|unlink|resolve|reopen|close|merge, id?, at?, …}</c>: something happens to a ticket; members by type in
/// <see cref="TicketRequest.ReadEvent"/>. 201 with the ticket; 200 when the same event (its <c>id</c>, or the Idempotency-Key, or else the very last request) comes again. What would replace what another identity has set needs If-Match:
/// 428 <c>case/if-match-required</c>; 412 <c>case/changed</c>. An <c>Employee</c> comments on, reopens and closes own tickets: 403 <c>support/not-own</c>. 409 <c>support/state</c>; 422 <c>support/nobody-free</c> when nobody can be assigned by the system.
/// Rows: reads and writes <c>Tickets</c>, adds to <c>TicketsFeed</c>, adds to and deletes from <c>Agenda</c>, reads <c>ServiceLevels</c>, <c>ServiceCalendars</c>, <c>SupportTeams</c> and <c>Parameters</c>. Messages: to <c>support-escalations</c> when a clock has come so far.
/// </summary>
public sealed class PostTicketEvent(Books books, TicketSteps steps)
{
    [Function(nameof(PostTicketEvent))]
    [Allow(Roles.Support, Roles.Employee, Roles.Operator)]
    public async Task<IResult> Run([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "books/{book}/tickets/{id}/events")] HttpRequest request, string book, string id)
    {
        if (!(await SupportRequest.ReadAsync(books, request, book, id)).Is(out var body, out var refusal)) return new Problem(refusal);
        using (body)
        {
            var caller = Caller.Of(request);
            var self = TicketAnswer.SelfOf(caller);
            if (TicketRequest.ReadEvent(body.Fields, body.Faults, self is not null, caller.Roles.Contains(Roles.Operator), caller.Name, steps.Now) is not { } wish) return new Problem(Refusal.Of(body.Faults));
            var act = wish.Change.Event.Act;
            if (self is not null && act is not (TicketAct.Comment or TicketAct.Reopen or TicketAct.Close)) return Problem.Of(403, "identity/role-missing", $"'{JsonFields.NameOf(act)}' is for Support; an Employee comments, reopens and closes.");

            var command = CaseCommand.Repeatable(request, JsonFields.NameOf(act), body.Canonical, wish.Id);
            var outcome = await steps.RunAsync(book, id, command, ticket => steps.ChangeAsync(book, ticket, wish, self));
            return TicketAnswer.Of(outcome, book, request);
        }
    }
}
