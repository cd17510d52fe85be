using BackOffice.Kernel;
using BackOffice.Ledger;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace BackOffice.Banking;

/// <summary><c>GET /api/books/{book}/payees?after=&amp;limit=</c>: bank details of the parties, in pages. Rows: reads <c>Payees</c>. Messages: none.</summary>
public sealed class ListPayees(Books books, BankTables bank)
{
    [Function(nameof(ListPayees))]
    [Allow(Roles.Accounting, Roles.Settlement, Roles.Auditor)]
    public async Task<IResult> Run([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "books/{book}/payees")] HttpRequest request, string book)
    {
        var query = new QueryFields(request.Query);
        var page = CasePage.Read(query);
        if (query.Refused() is { } wrong) return new Problem(wrong);
        if (!(await books.OpenAsync(book)).Is(out _, out var refusal)) return new Problem(refusal);
        return page.Answer(book, "payees", await page.LoadAsync(bank.Payees.Cases, book, _ => true), (json, row) =>
        {
            json.WriteString("party", row.Id);
            json.WriteNumber("version", row.Version);
            PutPayee.Write(json, row);
        });
    }
}
