using BackOffice.Kernel;
using BackOffice.Ledger;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace BackOffice.Credit;

/// <summary>
/// <c>GET /api/books/{book}/credit-applications/{id}</c>: an application with its votes, conditions and history: each move with who, when and why. Its version is the ETag. 404 <c>case/unknown</c>.
/// Rows: reads <c>CreditApplications</c>. Messages: none.
/// </summary>
public sealed class GetCreditApplication(Books books, CreditTables credit, TimeProvider time)
{
    [Function(nameof(GetCreditApplication))]
    [Allow(Roles.FrontOffice, Roles.BackOffice, Roles.RiskControl, Roles.Board, Roles.Auditor)]
    public async Task<IResult> Run([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "books/{book}/credit-applications/{id}")] HttpRequest request, string book, string id)
    {
        if (new QueryFields(request.Query).Refused() is { } wrong) return new Problem(wrong);
        if (!(await books.OpenAsync(book)).Is(out var found, out var refusal)) return new Problem(refusal);
        if (CreditSteps.IdFault(id) is not null || await credit.Applications.Cases.FindAsync(book, id) is not { } row) return CreditSteps.Unknown(id, "credit-applications", book);
        return await ApplicationAnswer.OfAsync(200, row, credit, found, time, request);
    }
}
