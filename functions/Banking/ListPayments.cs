using BackOffice.Kernel;
using BackOffice.Ledger;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace BackOffice.Banking;

/// <summary><c>GET /api/books/{book}/payments?state=open|done&amp;after=&amp;limit=</c>: payment orders, in pages. Rows: reads <c>Payments</c>. Messages: none.</summary>
public sealed class ListPayments(Books books, BankTables bank)
{
    [Function(nameof(ListPayments))]
    [Allow(Roles.Accounting, Roles.Settlement, Roles.Board, Roles.Auditor)]
    public async Task<IResult> Run([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "books/{book}/payments")] HttpRequest request, string book)
    {
        var query = new QueryFields(request.Query);
        var page = CasePage.Read(query);
        if (query.Refused() is { } wrong) return new Problem(wrong);
        if (!(await books.OpenAsync(book)).Is(out var found, out var refusal)) return new Problem(refusal);
        return page.Answer(book, "payments", await page.LoadAsync(bank.Payments.Cases, book, _ => true), (json, row) =>
        {
            json.WriteString("id", row.Id);
            json.WriteNumber("version", row.Version);
            PutPayment.Write(json, row, found.Digits);
        });
    }
}
