using BackOffice.Kernel;
using BackOffice.Ledger;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace BackOffice.Banking;

/// <summary><c>GET /api/books/{book}/bank-accounts/{id}</c>: an account at a bank and who changed it when. 404 <c>case/unknown</c>. Rows: reads <c>BankAccounts</c>. Messages: none.</summary>
public sealed class GetBankAccount(Books books, BankTables bank)
{
    [Function(nameof(GetBankAccount))]
    [Allow(Roles.Accounting, Roles.Settlement, Roles.Auditor)]
    public async Task<IResult> Run([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "books/{book}/bank-accounts/{id}")] HttpRequest request, string book, string id)
    {
        if (!(await BookRequest.FindAsync(books, bank.Accounts, request, book, id)).Is(out var found, out var refusal)) return new Problem(refusal);
        return BankSteps.Answer(200, found.Case, book, request, json => PutBankAccount.Write(json, found.Case), await bank.Accounts.Cases.HistoryAsync(book, id));
    }
}
