using BackOffice.Kernel;
using BackOffice.Ledger;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace BackOffice.Operations;

/// <summary>
/// <c>GET /api/books/{book}/agenda?until=&amp;department=&amp;limit=</c>: the deadlines of a book's cases up to the end of a business date (default: all within a year), oldest first: <c>{deadlines: [{dueAt, department, case, what}], more}</c>.
/// What the calendar brings (slices, depreciation) has no deadlines: the night's preview shows it. Rows: reads <c>Agenda</c>. Messages: none.
/// </summary>
public sealed class GetAgenda(Books books, Agenda agenda, TimeProvider time)
{
    private const int DefaultLimit = 100;
    private const int MaxLimit = 1_000;

    [Function(nameof(GetAgenda))]
    [Allow(Roles.Accounting, Roles.Operator, Roles.Auditor)]
    public async Task<IResult> Run([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "books/{book}/agenda")] HttpRequest request, string book)
    {
        var query = new QueryFields(request.Query);
        var (until, department) = (query.Date("until") ?? BusinessDay.Today(time).AddYears(1), query.Id("department"));
        var limit = query.Number("limit", 1, MaxLimit) ?? DefaultLimit;
        if (query.Refused() is { } wrong) return new Problem(wrong);
        if (!(await books.OpenAsync(book)).Is(out _, out var refusal)) return new Problem(refusal);

        List<Deadline> deadlines = [];
        await foreach (var deadline in agenda.ThroughAsync(BusinessDay.EndOf(until)))
            if (deadline.Book == book && (department is null || deadline.Department == department)) deadlines.Add(deadline);
        return new JsonAnswer(json =>
        {
            json.WriteString("book", book);
            json.WriteList("deadlines", deadlines.OrderBy(deadline => deadline.DueAt).ThenBy(deadline => deadline.Case, StringComparer.Ordinal).Take((int)limit), deadline =>
            {
                json.WriteString("dueAt", deadline.DueAt.UtcDateTime);
                json.WriteString("department", deadline.Department);
                json.WriteString("case", deadline.Case);
                json.WriteString("what", deadline.What);
            });
            json.WriteBoolean("more", deadlines.Count > limit);
        });
    }
}
