using BackOffice.Kernel;
using BackOffice.Ledger;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace BackOffice.Nightly;

/// <summary>
/// <c>GET /api/books/{book}/nights?from=&amp;to=&amp;status=</c>: the nights of these dates (default: the last 31 days), newest first, and how far they have come: <c>{finished, wanted, nights: [{date, status, entries, …}]}</c>.
/// Rows: reads <c>Nights</c>. Messages: none.
/// </summary>
public sealed class ListNights(Books books, NightTable nights, TimeProvider time)
{
    private const int DefaultDays = 31;
    private const int MaxDays = 400;

    [Function(nameof(ListNights))]
    [Allow(Roles.Operator, Roles.Accounting, Roles.Auditor)]
    public async Task<IResult> Run([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "books/{book}/nights")] HttpRequest request, string book)
    {
        var query = new QueryFields(request.Query);
        var (given, until) = (query.Date("from"), query.Date("to"));
        var to = until ?? given?.AddDays(DefaultDays) ?? BusinessDay.Today(time);
        var from = given ?? to.AddDays(-DefaultDays);
        var status = query.Text("status") is { } text ? NightAnswer.StatusOf(text, query.Faults) : null;
        if (from > to) query.Faults.Add(new Fault("to", "nightly/span", "'to' lies before 'from'."));
        else if (to.DayNumber - from.DayNumber > MaxDays) query.Faults.Add(new Fault("from", "nightly/span", $"At most {MaxDays} days are listed at once."));
        if (query.Refused() is { } wrong) return new Problem(wrong);
        if (!(await books.OpenAsync(book)).Is(out var found, out var refusal)) return new Problem(refusal);

        var listed = (await nights.ListAsync(book, from, to)).Where(night => status is null || night.Status == status).Reverse();
        var progress = await nights.FindProgressAsync(book);
        return new JsonAnswer(json =>
        {
            json.WriteString("book", book);
            json.WriteString("from", BusinessDay.Text(from));
            json.WriteString("to", BusinessDay.Text(to));
            json.WriteString("finished", progress is null ? null : BusinessDay.Text(progress.Finished));
            json.WriteString("wanted", progress is null ? null : BusinessDay.Text(progress.Wanted));
            json.WriteList("nights", listed, night => NightAnswer.WriteSummary(json, night));
        });
    }
}
