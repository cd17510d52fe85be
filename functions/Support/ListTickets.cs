using System.Globalization;
using BackOffice.Kernel;
using BackOffice.Ledger;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace BackOffice.Support;

/// <summary>
/// <c>GET /api/books/{book}/tickets?status=&amp;team=&amp;assignee=&amp;caller=&amp;text=&amp;after=&amp;limit=</c>: tickets that are not over, newest first, in pages of 50 (at most 500); <c>next</c> leads on, and what comes or changes meanwhile
/// moves no page. <c>status=closed</c> or <c>merged</c>: those that are over, in an order of their own; a page looks through at most 2,000 of them, so it may be short, and ends where there is no <c>next</c>. An <c>Employee</c> sees own tickets.
/// 422 <c>support/status</c>, <c>support/after</c>. Rows: reads <c>TicketsFeed</c> and what it names of <c>Tickets</c>. Messages: none.
/// </summary>
public sealed class ListTickets(Books books, SupportTables support, TicketBoard board)
{
    private const int DefaultLimit = 50;
    private const int MaxLimit = 500;
    private const int MaxLookedThrough = 2_000;

    [Function(nameof(ListTickets))]
    [Allow(Roles.Support, Roles.Employee, Roles.Operator, Roles.Auditor)]
    public async Task<IResult> Run([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "books/{book}/tickets")] HttpRequest request, string book)
    {
        var query = new QueryFields(request.Query);
        var (status, team, assignee, caller, text) = (query.Choice<TicketStatus>("status", "support/status"), query.Text("team"), query.Text("assignee"), query.Text("caller"), query.Text("text"));
        var (after, limit) = (query.Text("after"), (int)(query.Number("limit", 1, MaxLimit) ?? DefaultLimit));
        var isOver = status is TicketStatus.Closed or TicketStatus.Merged;
        var place = after is null || isOver ? null : TicketPlace.Parse(after);
        if (after is not null && (isOver ? !Ids.IsEntity(after) : place is null)) query.Faults.Add(new Fault("after", "support/after", "'after' comes from a page's 'next'."));
        if (query.Refused() is { } wrong) return new Problem(wrong);
        if (!(await books.OpenAsync(book)).Is(out _, out var refusal)) return new Problem(refusal);

        var self = TicketAnswer.SelfOf(Caller.Of(request));
        var filter = new TicketFilter(status, team, assignee, self ?? caller, text);
        if (self is not null && caller is not null && caller != self) return Problem.Of(403, "support/not-own", "An Employee sees own tickets alone.");
        var (lines, next) = isOver ? await OverAsync(book, filter, after, limit) : Page(await board.PageAsync(book, filter, place, limit), limit);
        return new JsonAnswer(json =>
        {
            json.WriteString("book", book);
            json.WriteList("tickets", lines, line => TicketAnswer.Write(json, line));
            if (next is not null) json.WriteString("next", $"/api/books/{book}/tickets?{Words(request, next, limit)}");
        });
    }

    private static (List<TicketLine> Lines, string? Next) Page(List<TicketLine> lines, int limit) => (lines, lines.Count < limit ? null : TicketPlace.Of(lines[^1]).Text);

    private async Task<(List<TicketLine> Lines, string? Next)> OverAsync(string book, TicketFilter filter, string? after, int limit)
    {
        List<TicketLine> lines = [];
        var looked = 0;
        await foreach (var row in support.Tickets.Cases.ScanAsync(book, done: true, after: after is null ? null : CaseTable.Position(after)))
        {
            if (TicketLine.Of(row) is var line && filter.Takes(line)) lines.Add(line);
            if (lines.Count == limit || ++looked == MaxLookedThrough) return (lines, row.Id);
        }

        return (lines, null);
    }

    /// <summary>The words of the query that led here, with another place to go on from.</summary>
    private static string Words(HttpRequest request, string next, int limit) => string.Join('&', request.Query.Where(word => word.Key is not ("after" or "limit")).Select(word => $"{word.Key}={Uri.EscapeDataString(word.Value.ToString())}")
        .Append($"limit={limit.ToString(CultureInfo.InvariantCulture)}").Append($"after={Uri.EscapeDataString(next)}"));
}
