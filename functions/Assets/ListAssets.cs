using BackOffice.Kernel;
using BackOffice.Ledger;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace BackOffice.Assets;

/// <summary>
/// <c>GET /api/books/{book}/assets?state=open|done&amp;after=&amp;limit=</c>: the register in pages of 100 (at most 1,000), in an order of its own; <c>next</c> leads on. Without <c>state</c> what is held; <c>done</c> is what has left it.
/// Rows: reads <c>Assets</c>. Messages: none.
/// </summary>
public sealed class ListAssets(Books books, AssetTable assets)
{
    [Function(nameof(ListAssets))]
    [Allow(Roles.Accounting, Roles.Auditor)]
    public async Task<IResult> Run([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "books/{book}/assets")] HttpRequest request, string book)
    {
        var query = new QueryFields(request.Query);
        var page = CasePage.Read(query);
        if (query.Refused() is { } wrong) return new Problem(wrong);
        if (!(await books.OpenAsync(book)).Is(out var found, out var refusal)) return new Problem(refusal);
        var rows = await page.LoadAsync(assets.Cases, book, AssetTable.IsAsset);
        return page.Answer(book, "assets", rows, (json, row) => AssetAnswer.WriteSummary(json, row, AssetTable.Read(row), found.Digits));
    }
}
