using BackOffice.Kernel;
using BackOffice.Ledger;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace BackOffice.Support;

/// <summary>
/// <c>GET /api/books/{book}/tickets/{id}</c>: a ticket with all that was said and done; an <c>Employee</c> sees own tickets, and of them what is public. 403 <c>support/not-own</c>; 404 <c>case/unknown</c>.
/// Rows: reads <c>Tickets</c>. Messages: none.
/// </summary>
public sealed class GetTicket(Books books, SupportTables support)
{
    [Function(nameof(GetTicket))]
    [Allow(Roles.Support, Roles.Employee, Roles.Operator, Roles.Auditor)]
    public async Task<IResult> Run([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "books/{book}/tickets/{id}")] HttpRequest request, string book, string id)
    {
        if (new QueryFields(request.Query).Refused() is { } wrong) return new Problem(wrong);
        if (!(await FindAsync(books, support, request, book, id)).Is(out var row, out var refusal)) return new Problem(refusal);
        return TicketAnswer.Of(200, row, book, request, await support.Tickets.Cases.HistoryAsync(book, id));
    }

    /// <summary>A ticket that the caller may see. 403 <c>support/not-own</c>; 404 <c>case/unknown</c>.</summary>
    internal static async Task<Outcome<CaseRow>> FindAsync(Books books, SupportTables support, HttpRequest request, string book, string id)
    {
        if (!(await books.OpenAsync(book)).Is(out _, out var refusal)) return refusal;
        if (!Ids.IsEntity(id) || await support.Tickets.Cases.FindAsync(book, id) is not { } row) return new Refusal(404, "case/unknown", $"There is no '{Ids.Cut(id)}' in tickets of book '{book}'.");
        return TicketAnswer.SelfOf(Caller.Of(request)) is { } self && SupportTables.ReadTicket(row).Caller != self ? new Refusal(403, "support/not-own", "This ticket is somebody else's.") : row;
    }
}
