using BackOffice.Kernel;
using BackOffice.Ledger;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace BackOffice.Support;

/// <summary>
/// <c>GET /api/books/{book}/configuration-items?user=&amp;after=&amp;limit=</c>: items, perhaps of one user, in pages of 100 (at most 1,000), in an order of their own; <c>next</c> leads on. Rows: reads <c>ConfigurationItems</c>. Messages: none.
/// </summary>
public sealed class ListConfigurationItems(Books books, SupportTables support)
{
    [Function(nameof(ListConfigurationItems))]
    [Allow(Roles.Support, Roles.Operator, Roles.Auditor)]
    public async Task<IResult> Run([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "books/{book}/configuration-items")] HttpRequest request, string book)
    {
        var query = new QueryFields(request.Query);
        var (user, page) = (query.Text("user"), CasePage.Read(query));
        if (query.Refused() is { } wrong) return new Problem(wrong);
        if (!(await books.OpenAsync(book)).Is(out _, out var refusal)) return new Problem(refusal);
        var rows = await page.LoadAsync(support.Items.Cases, book, row => user is null || SupportTables.ReadItem(row).User == user);
        return page.Answer(book, "configuration-items", rows, (json, row) => GetConfigurationItem.Write(json, row.Id, SupportTables.ReadItem(row)), user is null ? "" : $"&user={Uri.EscapeDataString(user)}");
    }
}
