using BackOffice.Kernel;
using BackOffice.Ledger;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace BackOffice.Credit;

/// <summary>
/// <c>GET /api/books/{book}/credit-lines?after=&amp;limit=</c>: the credit lines in pages of 100 (at most 1,000), in an order of their own; <c>next</c> leads on. Rows: reads <c>CreditApplications</c>. Messages: none.
/// </summary>
public sealed class ListCreditLines(Books books, CreditTables credit, TimeProvider time)
{
    [Function(nameof(ListCreditLines))]
    [Allow(Roles.FrontOffice, Roles.BackOffice, Roles.RiskControl, Roles.Accounting, Roles.Board, Roles.Auditor)]
    public async Task<IResult> Run([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "books/{book}/credit-lines")] HttpRequest request, string book)
    {
        var query = new QueryFields(request.Query);
        var page = CasePage.Read(query);
        if (query.Refused() is { } wrong) return new Problem(wrong);
        if (!(await books.OpenAsync(book)).Is(out var found, out var refusal)) return new Problem(refusal);
        var rows = await page.LoadAsync(credit.Applications.Cases, book, row => CreditTables.ReadApplication(row).Line is not null);
        var today = BusinessDay.Today(time);
        return page.Answer(book, "credit-lines", rows, (json, row) => LineAnswer.WriteSummary(json, row, CreditTables.ReadApplication(row), found.Digits, today));
    }
}
