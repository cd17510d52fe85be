using BackOffice.Kernel;
using BackOffice.Ledger;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace BackOffice.Support;

/// <summary>
/// <c>GET /api/books/{book}/configuration-items/{id}/impact</c>: what hangs on an item, directly or through others, nearest first, with who uses it. 404 <c>case/unknown</c>. Rows: reads <c>ConfigurationItems</c>. Messages: none.
/// </summary>
public sealed class GetItemImpact(Books books, SupportTables support)
{
    [Function(nameof(GetItemImpact))]
    [Allow(Roles.Support, Roles.Operator, Roles.Auditor)]
    public async Task<IResult> Run([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "books/{book}/configuration-items/{id}/impact")] HttpRequest request, string book, string id)
    {
        if (!(await BookRequest.FindAsync(books, support.Items, request, book, id)).Is(out _, out var refusal)) return new Problem(refusal);
        Dictionary<string, ConfigurationItem> items = new(StringComparer.Ordinal);
        await foreach (var row in support.Items.Cases.ScanAsync(book)) items[row.Id] = SupportTables.ReadItem(row);
        var impacts = ItemImpact.Of(id, items);
        return new JsonAnswer(json =>
        {
            json.WriteString("book", book);
            json.WriteString("id", id);
            GetConfigurationItem.WriteTexts(json, "users", [.. impacts.Select(impact => impact.Item.User).OfType<string>().Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)]);
            json.WriteList("impact", impacts, impact =>
            {
                json.WriteString("id", impact.Id);
                json.WriteString("name", impact.Item.Name);
                json.WriteString("kind", impact.Item.Kind);
                if (impact.Item.User is { } user) json.WriteString("user", user);
                json.WriteNumber("steps", impact.Steps);
                json.WriteString("through", impact.Through);
            });
        });
    }
}
