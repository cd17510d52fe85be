using BackOffice.Kernel;
using BackOffice.Ledger;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace BackOffice.Banking;

/// <summary><c>GET /api/books/{book}/bank-statements?state=done|open&amp;after=&amp;limit=</c>: the bank statements that came, with their balances and what does not fit; <c>open</c> are those that were cut off, to be sent again. Rows: reads <c>BankStatements</c>. Messages: none.</summary>
public sealed class ListBankStatements(Books books, BankTables bank)
{
    [Function(nameof(ListBankStatements))]
    [Allow(Roles.Accounting, Roles.Settlement, Roles.Auditor)]
    public async Task<IResult> Run([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "books/{book}/bank-statements")] HttpRequest request, string book)
    {
        var query = new QueryFields(request.Query);
        var page = CasePage.Read(query);
        if (query.Refused() is { } wrong) return new Problem(wrong);
        if (!(await books.OpenAsync(book)).Is(out var found, out var refusal)) return new Problem(refusal);
        return page.Answer(book, "bank-statements", await page.LoadAsync(bank.Statements.Cases, book, _ => true), (json, row) =>
        {
            var statement = BankTables.ReadStatement(row);
            json.WriteString("id", row.Id);
            json.WriteString("account", statement.Account);
            json.WriteString("statement", statement.Statement);
            if (statement.Number is { } number) json.WriteNumber("number", number);
            json.WriteString("from", BusinessDay.Text(statement.From));
            json.WriteString("to", BusinessDay.Text(statement.To));
            json.WriteString("opening", Amount.Format(statement.OpeningMinor, found.Digits));
            json.WriteString("closing", Amount.Format(statement.ClosingMinor, found.Digits));
            json.WriteNumber("lines", statement.Lines);
            if (statement.Known is { } known) json.WriteNumber("known", known);
            if (statement.Gap is { } gap) json.WriteString("gap", gap);
        });
    }
}
