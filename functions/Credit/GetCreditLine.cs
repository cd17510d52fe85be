using BackOffice.Kernel;
using BackOffice.Ledger;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace BackOffice.Credit;

/// <summary>
/// <c>GET /api/books/{book}/credit-lines/{id}</c>: the line that an application of this id became, with what is drawn, what is available, interest earned through yesterday and its movements. 404 <c>case/unknown</c> when there is none,
/// or it was not granted. Rows: reads <c>CreditApplications</c> and <c>Ledger</c>. Messages: none.
/// </summary>
public sealed class GetCreditLine(Books books, CreditTables credit, TimeProvider time)
{
    [Function(nameof(GetCreditLine))]
    [Allow(Roles.FrontOffice, Roles.BackOffice, Roles.RiskControl, Roles.Accounting, Roles.Board, Roles.Auditor)]
    public async Task<IResult> Run([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "books/{book}/credit-lines/{id}")] HttpRequest request, string book, string id)
    {
        if (new QueryFields(request.Query).Refused() is { } wrong) return new Problem(wrong);
        if (!(await books.OpenAsync(book)).Is(out var found, out var refusal)) return new Problem(refusal);
        var row = CreditSteps.IdFault(id) is null ? await credit.Applications.Cases.FindAsync(book, id) : null;
        return row is null || CreditTables.ReadApplication(row).Line is null ? CreditSteps.Unknown(id, "credit-lines", book) : await LineAnswer.OfAsync(200, row, credit, found, time, request);
    }
}
