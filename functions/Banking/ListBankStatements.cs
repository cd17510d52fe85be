using BackOffice.Kernel;
using BackOffice.Ledger;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace BackOffice.Banking;

/// <summary><c>GET /api/books/{book}/bank-statements?state=done|open&amp;account=&amp;import=&amp;after=&amp;limit=</c>: the bank statements that came, of one bank account or file, or all, with their balances, how many lines wait, and what does not fit; <c>open</c> are those that were cut off, to be sent again. Rows: reads <c>BankStatements</c>, <c>BankItems</c> and <c>BankAccounts</c>. Messages: none.</summary>
public sealed class ListBankStatements(Books books, BankTables bank)
{
    [Function(nameof(ListBankStatements))]
    [Allow(Roles.Accounting, Roles.Settlement, Roles.Auditor)]
    public async Task<IResult> Run([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "books/{book}/bank-statements")] HttpRequest request, string book)
    {
        var query = new QueryFields(request.Query);
        var (page, account, import) = (CasePage.Read(query, "done"), query.Id("account"), query.Id("import"));
        if (query.Refused() is { } wrong) return new Problem(wrong);
        if (!(await books.OpenAsync(book)).Is(out var found, out var refusal)) return new Problem(refusal);
        var (accounts, waiting) = (await bank.AccountsAsync(book), await bank.WaitingAsync(book));
        return page.Answer(book, "bank-statements", await page.LoadAsync(bank.Statements.Cases, book, row => BankTables.ReadStatement(row) is var statement && (account is null || statement.Account == account) && (import is null || statement.Import == import)), (json, row) =>
        {
            json.WriteString("id", row.Id);
            GetBankStatement.Write(json, row, accounts, waiting, found.Digits);
        }, (account is null ? "" : $"&account={Uri.EscapeDataString(account)}") + (import is null ? "" : $"&import={Uri.EscapeDataString(import)}"));
    }
}
