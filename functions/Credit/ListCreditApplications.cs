using BackOffice.Kernel;
using BackOffice.Ledger;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace BackOffice.Credit;

/// <summary>
/// <c>GET /api/books/{book}/credit-applications?after=&amp;limit=</c>: the applications in pages of 100 (at most 1,000), in an order of their own; <c>next</c> leads on. Rows: reads <c>CreditApplications</c>. Messages: none.
/// </summary>
public sealed class ListCreditApplications(Books books, CreditTables credit, TimeProvider time)
{
    [Function(nameof(ListCreditApplications))]
    [Allow(Roles.FrontOffice, Roles.BackOffice, Roles.RiskControl, Roles.Board, Roles.Auditor)]
    public async Task<IResult> Run([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "books/{book}/credit-applications")] HttpRequest request, string book)
    {
        var query = new QueryFields(request.Query);
        var page = CasePage.Read(query);
        if (query.Refused() is { } wrong) return new Problem(wrong);
        if (!(await books.OpenAsync(book)).Is(out var found, out var refusal)) return new Problem(refusal);
        var rows = await page.LoadAsync(credit.Applications.Cases, book, _ => true);
        var today = BusinessDay.Today(time);
        return page.Answer(book, "credit-applications", rows, (json, row) => ApplicationAnswer.WriteSummary(json, row, CreditTables.ReadApplication(row), found.Digits, today));
    }
}
