using BackOffice.Kernel;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace BackOffice.Ledger;

/// <summary>
/// <c>GET /api/books/{book}/accounts</c>: the chart of accounts in order of account code, <c>{book, accounts: [{account, name, type, line?, otherLine?}]}</c>. Rows: reads <c>Ledger</c>. Messages: none.
/// </summary>
public sealed class ListAccounts(Books books)
{
    [Function(nameof(ListAccounts))]
    [Allow(Roles.Accounting, Roles.Auditor)]
    public async Task<IResult> Run([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "books/{book}/accounts")] HttpRequest request, string book)
    {
        var opened = await books.OpenAsync(book);
        if (!opened.Is(out var found, out var refusal)) return new Problem(refusal);
        var accounts = await found.Book.ReadAsync(state => state.Accounts.Select(a => (a.Code, a.Name, a.Type, a.Line, a.OtherLine)).OrderBy(a => a.Code, StringComparer.Ordinal).ToList());
        return new JsonAnswer(json =>
        {
            json.WriteString("book", book);
            json.WriteStartArray("accounts");
            foreach (var (code, name, type, line, otherLine) in accounts)
            {
                json.WriteStartObject();
                json.WriteString("account", code);
                json.WriteString("name", name);
                json.WriteString("type", AccountText.Of(type));
                if (line is not null) json.WriteString("line", line);
                if (otherLine is not null) json.WriteString("otherLine", otherLine);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        });
    }
}

/// <summary>Account types as they are written over HTTP.</summary>
public static class AccountText
{
    public static string Of(AccountType type) => type switch
    {
        AccountType.Asset => "asset",
        AccountType.Liability => "liability",
        AccountType.Equity => "equity",
        AccountType.Income => "income",
        _ => "expense",
    };
}
