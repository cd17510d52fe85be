using BackOffice.Kernel;
using BackOffice.Ledger;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace BackOffice.Banking;

/// <summary><c>GET /api/books/{book}/bank-accounts?after=&amp;limit=</c>: the accounts at banks, in pages. Rows: reads <c>BankAccounts</c>. Messages: none.</summary>
public sealed class ListBankAccounts(Books books, BankTables bank)
{
    [Function(nameof(ListBankAccounts))]
    [Allow(Roles.Accounting, Roles.Settlement, Roles.Auditor)]
    public async Task<IResult> Run([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "books/{book}/bank-accounts")] HttpRequest request, string book)
    {
        var query = new QueryFields(request.Query);
        var page = CasePage.Read(query);
        if (query.Refused() is { } wrong) return new Problem(wrong);
        if (!(await books.OpenAsync(book)).Is(out _, out var refusal)) return new Problem(refusal);
        return page.Answer(book, "bank-accounts", await page.LoadAsync(bank.Accounts.Cases, book, _ => true), (json, row) =>
        {
            json.WriteString("id", row.Id);
            PutBankAccount.Write(json, row);
        });
    }
}
