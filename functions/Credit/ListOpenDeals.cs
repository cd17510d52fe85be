using BackOffice.Kernel;
using BackOffice.Ledger;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace BackOffice.Credit;

/// <summary>
/// <c>GET /api/books/{book}/open-deals?state=open|done&amp;after=&amp;limit=</c>: orders and trades that use limits, in pages of 100 (at most 1,000), in an order of their own; <c>next</c> leads on. Rows: reads <c>OpenDeals</c>. Messages: none.
/// </summary>
public sealed class ListOpenDeals(Books books, CreditTables credit)
{
    [Function(nameof(ListOpenDeals))]
    [Allow(Roles.FrontOffice, Roles.BackOffice, Roles.Settlement, Roles.RiskControl, Roles.Auditor)]
    public async Task<IResult> Run([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "books/{book}/open-deals")] HttpRequest request, string book)
    {
        var query = new QueryFields(request.Query);
        var page = CasePage.Read(query);
        if (query.Refused() is { } wrong) return new Problem(wrong);
        if (!(await books.OpenAsync(book)).Is(out var found, out var refusal)) return new Problem(refusal);
        return page.Answer(book, "open-deals", await page.LoadAsync(credit.OpenDeals.Cases, book, _ => true), (json, row) => GetOpenDeal.Write(json, row, found.Digits));
    }
}
