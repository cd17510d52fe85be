using BackOffice.Kernel;
using BackOffice.Ledger;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace BackOffice.Assets;

/// <summary>
/// <c>GET /api/books/{book}/assets/{id}</c>: an asset with its plan, posted and to come, each month with the entry that books it, its movements, its book value in the books, and its history. Its version is the ETag.
/// 404 <c>case/unknown</c>. Rows: reads <c>Assets</c> and <c>Ledger</c>. Messages: none.
/// </summary>
public sealed class GetAsset(Books books, AssetTable assets)
{
    [Function(nameof(GetAsset))]
    [Allow(Roles.Accounting, Roles.Auditor)]
    public async Task<IResult> Run([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "books/{book}/assets/{id}")] HttpRequest request, string book, string id)
    {
        if (new QueryFields(request.Query).Refused() is { } wrong) return new Problem(wrong);
        if (!(await books.OpenAsync(book)).Is(out var found, out var refusal)) return new Problem(refusal);
        var row = AssetAnswer.IdFault(id) is null ? await assets.Cases.FindAsync(book, id) : null;
        return row is null ? Problem.Of(404, "case/unknown", $"There is no '{Ids.Cut(id)}' in assets of book '{book}'.") : await AssetAnswer.OfAsync(200, row, assets, found, request);
    }
}
