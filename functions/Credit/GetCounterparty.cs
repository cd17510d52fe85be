using BackOffice.Kernel;
using BackOffice.Ledger;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace BackOffice.Credit;

/// <summary>
/// <c>GET /api/books/{book}/counterparties/{id}</c>: a counterparty with its ratings, its limits and its history. Its version is the ETag. 404 <c>case/unknown</c>. Rows: reads <c>Counterparties</c>. Messages: none.
/// </summary>
public sealed class GetCounterparty(Books books, CreditTables credit, TimeProvider time)
{
    [Function(nameof(GetCounterparty))]
    [Allow(Roles.FrontOffice, Roles.BackOffice, Roles.RiskControl, Roles.Board, Roles.Auditor)]
    public async Task<IResult> Run([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "books/{book}/counterparties/{id}")] HttpRequest request, string book, string id)
    {
        if (new QueryFields(request.Query).Refused() is { } wrong) return new Problem(wrong);
        if (!(await books.OpenAsync(book)).Is(out var found, out var refusal)) return new Problem(refusal);
        if (CreditSteps.IdFault(id) is not null || await credit.Counterparties.Cases.FindAsync(book, id) is not { } row) return CreditSteps.Unknown(id, "counterparties", book);
        return CounterpartyAnswer.Of(200, row, found, time, request, await credit.Counterparties.Cases.HistoryAsync(book, id));
    }
}
