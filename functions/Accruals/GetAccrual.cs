using BackOffice.Kernel;
using BackOffice.Ledger;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace BackOffice.Accruals;

/// <summary>
/// <c>GET /api/books/{book}/accruals/{id}</c>: an accrual with its slices, past and to come, each with the entry that releases it, what stands on its accrual account, and its history. Its version is the ETag.
/// 404 <c>case/unknown</c>. Rows: reads <c>Accruals</c> and <c>Ledger</c>. Messages: none.
/// </summary>
public sealed class GetAccrual(Books books, AccrualTable accruals)
{
    [Function(nameof(GetAccrual))]
    [Allow(Roles.Accounting, Roles.Auditor)]
    public async Task<IResult> Run([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "books/{book}/accruals/{id}")] HttpRequest request, string book, string id)
    {
        if (new QueryFields(request.Query).Refused() is { } wrong) return new Problem(wrong);
        if (!(await books.OpenAsync(book)).Is(out var found, out var refusal)) return new Problem(refusal);
        var row = AccrualAnswer.IdFault(id) is null ? await accruals.Cases.FindAsync(book, id) : null;
        return row is null ? Problem.Of(404, "case/unknown", $"There is no '{Ids.Cut(id)}' in accruals of book '{book}'.") : await AccrualAnswer.OfAsync(200, row, accruals, found, request);
    }
}
