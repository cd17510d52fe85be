using BackOffice.Kernel;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace BackOffice.Ledger;

/// <summary>
/// <c>GET /api/books</c>: the ids of all books, in order: <c>{books: [...]}</c>. Rows: reads <c>Books</c>. Messages: none.
/// </summary>
public sealed class ListBooks(Storage storage)
{
    [Function(nameof(ListBooks))]
    [Allow(Roles.Accounting, Roles.Auditor)]
    public async Task<IResult> Run([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "books")] HttpRequest request)
    {
        var ids = await BooksTable.IdsAsync(storage, request.HttpContext.RequestAborted);
        return new JsonAnswer(json =>
        {
            json.WriteStartArray("books");
            foreach (var id in ids) json.WriteStringValue(id);
            json.WriteEndArray();
        });
    }
}
