using BackOffice.Kernel;
using BackOffice.Ledger;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace BackOffice.Accruals;

/// <summary>
/// <c>GET /api/books/{book}/accruals?state=open|done&amp;after=&amp;limit=</c>: the accruals in pages of 100 (at most 1,000), in an order of their own; <c>next</c> leads on. Without <c>state</c> the open ones.
/// Rows: reads <c>Accruals</c>. Messages: none.
/// </summary>
public sealed class ListAccruals(Books books, AccrualTable accruals)
{
    [Function(nameof(ListAccruals))]
    [Allow(Roles.Accounting, Roles.Auditor)]
    public async Task<IResult> Run([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "books/{book}/accruals")] HttpRequest request, string book)
    {
        var query = new QueryFields(request.Query);
        var page = CasePage.Read(query);
        if (query.Refused() is { } wrong) return new Problem(wrong);
        if (!(await books.OpenAsync(book)).Is(out var found, out var refusal)) return new Problem(refusal);
        var rows = await page.LoadAsync(accruals.Cases, book, row => !row.Id.StartsWith(AccrualPolicy.Prefix, StringComparison.Ordinal));
        return page.Answer(book, "accruals", rows, (json, row) => AccrualAnswer.WriteSummary(json, row, AccrualTable.Read(row), found.Digits));
    }
}
