using BackOffice.Kernel;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace BackOffice.Ledger;

/// <summary>
/// <c>GET /api/books/{book}/entries?from=&amp;to=&amp;account=&amp;after=&amp;limit=</c>: the journal in order of entry number, in pages of <c>limit</c> (1 to 1,000, default 100)
/// with a <c>next</c> link while there is more. Rows: reads <c>Ledger</c>. Messages: none.
/// </summary>
public sealed class ListEntries(Books books, StoredEntries stored)
{
    [Function(nameof(ListEntries))]
    [Allow(Roles.Accounting, Roles.Auditor)]
    public async Task<IResult> Run([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "books/{book}/entries")] HttpRequest request, string book)
    {
        var query = new QueryFields(request.Query);
        var (from, to, account) = (query.Date("from"), query.Date("to"), query.Id("account"));
        var (after, limit) = (query.Number("after", 0, int.MaxValue) ?? 0, (int)(query.Number("limit", 1, 1_000) ?? 100));
        if (query.Refused() is { } wrong) return new Problem(wrong);
        var opened = await books.OpenAsync(book);
        if (!opened.Is(out var found, out var refusal)) return new Problem(refusal);
        await found.Book.CatchUpAsync();
        if (account is not null && found.Book.ReadKnown(state => state.Account(account) is null)) return Problem.Of(404, "ledger/account-unknown", $"There is no account '{account}' in this book.");

        List<EntryPosted> page = [];
        await foreach (var posted in stored.ReadAsync(found.Book, EntryFilter.Of(from, to, account, after)))
        {
            page.Add(posted);
            if (page.Count > limit) break; // one more than asked for tells whether there is a next page
        }

        var next = page.Count > limit ? NextLink(request, page[limit - 1].Number) : null;
        return new JsonAnswer(json =>
        {
            json.WriteString("book", book);
            json.WriteList("entries", page.Take(limit), posted =>
            {
                json.WriteNumber("number", posted.Number);
                json.WriteString("id", posted.Entry.Id);
                EntryJson.WriteDate(json, "date"u8, posted.Date);
                json.WriteString("recordedAt", posted.RecordedAt.UtcDateTime);
                EntryAnswer.WriteRest(json, posted, found.Digits);
            });
            if (next is not null) json.WriteString("next", next);
        });
    }

    private static string NextLink(HttpRequest request, long after)
    {
        var others = request.Query.Where(p => !p.Key.Equals("after", StringComparison.OrdinalIgnoreCase)).Select(p => $"{p.Key}={Uri.EscapeDataString(p.Value.ToString())}&");
        return $"{request.Path}?{string.Concat(others)}after={after}";
    }
}
