using BackOffice.Kernel;
using BackOffice.Ledger;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace BackOffice.Nightly;

/// <summary>
/// <c>POST /api/books/{book}/nights/{date}/preview?limit=</c>: what the night would post now, and nothing is changed: <c>{date, hash, atEntry, entries, works, first}</c>. The hash names the plan: <c>POST …/nights/{date}?expect=</c> it.
/// <c>first</c> holds the first entries (100, at most 1,000) as they would be posted. Also for days to come. Rows: reads the departments' tables and <c>Ledger</c>. Messages: none.
/// </summary>
public sealed class PreviewNight(Books books, NightRun run)
{
    private const int DefaultLimit = 100;
    private const int MaxLimit = 1_000;

    [Function(nameof(PreviewNight))]
    [Allow(Roles.Operator, Roles.Accounting, Roles.Auditor)]
    public async Task<IResult> Run([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "books/{book}/nights/{date}/preview")] HttpRequest request, string book, string date)
    {
        var query = new QueryFields(request.Query);
        var limit = query.Number("limit", 0, MaxLimit) ?? DefaultLimit;
        if (query.Refused() is { } wrong) return new Problem(wrong);
        if (!(await books.OpenAsync(book)).Is(out var found, out var refusal) || !PostNight.ReadDate(date, DateOnly.MaxValue).Is(out var night, out refusal)) return new Problem(refusal);

        List<Entry> first = [];
        var scope = await NightScope.PinAsync(found.Book, night.Date);
        var (plan, _) = await run.ComputeAsync(scope, NightPhaseName.Postings, entry =>
        {
            if (first.Count < limit) first.Add(entry);
        });
        return new JsonAnswer(json =>
        {
            json.WriteString("book", book);
            json.WriteString("date", date);
            NightAnswer.WritePlan(json, plan, found.Digits);
            json.WriteStartArray("first");
            foreach (var entry in first) json.WriteRawValue(PreparedEntry.Of(entry, found.Digits).Canonical.Span, skipInputValidation: true);
            json.WriteEndArray();
        });
    }
}
