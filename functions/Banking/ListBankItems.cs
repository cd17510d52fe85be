using BackOffice.Kernel;
using BackOffice.Ledger;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace BackOffice.Banking;

/// <summary><c>GET /api/books/{book}/bank-items?state=open|done&amp;statement=&amp;after=&amp;limit=</c>: lines of bank statements, of one or of all, that wait for a person, each with up to five proposals, or those that are posted; in pages. Rows: reads <c>BankItems</c>, <c>BankAccounts</c> and <c>Ledger</c>. Messages: none.</summary>
public sealed class ListBankItems(Books books, BankTables bank)
{
    [Function(nameof(ListBankItems))]
    [Allow(Roles.Accounting, Roles.Settlement, Roles.Auditor)]
    public async Task<IResult> Run([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "books/{book}/bank-items")] HttpRequest request, string book)
    {
        var query = new QueryFields(request.Query);
        var (page, statement) = (CasePage.Read(query), query.Id("statement"));
        if (query.Refused() is { } wrong) return new Problem(wrong);
        if (!(await books.OpenAsync(book)).Is(out var found, out var refusal)) return new Problem(refusal);
        var rows = await page.LoadAsync(bank.Items.Cases, book, row => statement is null || BankTables.ReadItem(row).Statement == statement);
        var items = rows.Zip(await bank.CurrentAsync(found, rows)).ToDictionary(one => one.First.Id, one => one.Second, StringComparer.Ordinal);
        return page.Answer(book, "bank-items", rows, (json, row) =>
        {
            json.WriteString("id", row.Id);
            json.WriteNumber("version", row.Version);
            GetBankItem.Write(json, row.Id, items[row.Id], found.Digits);
        }, statement is null ? "" : $"&statement={Uri.EscapeDataString(statement)}");
    }
}
