using BackOffice.Kernel;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace BackOffice.Ledger;

/// <summary>
/// <c>GET /api/books/{book}</c>: the book's master data and where its chain ends. Rows: reads <c>Ledger</c>. Messages: none.
/// </summary>
public sealed class GetBook(Books books)
{
    [Function(nameof(GetBook))]
    [Allow(Roles.Accounting, Roles.Auditor)]
    public async Task<IResult> Run([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "books/{book}")] HttpRequest request, string book)
    {
        var opened = await books.OpenAsync(book);
        if (!opened.Is(out var found, out var refusal)) return new Problem(refusal);
        return await found.Book.ReadAsync(state => new JsonAnswer(Writer(book, state)));
    }

    private static Action<System.Text.Json.Utf8JsonWriter> Writer(string book, BookState state)
    {
        var (name, currency, records, entries, accounts, hash) = (state.Name, state.Currency, state.Record, state.Entries, state.Accounts.Count, Chain.Text(state.Hash));
        var (closed, settings) = (state.ClosedThrough, state.Settings);
        return json =>
        {
            json.WriteString("book", book);
            json.WriteString("name", name);
            json.WriteString("currency", currency);
            settings.Write(json);
            json.WriteNumber("accounts", accounts);
            json.WriteNumber("entries", entries);
            json.WriteNumber("records", records);
            json.WriteString("headHash", hash);
            if (closed is null) json.WriteNull("closedThrough");
            else json.WriteString("closedThrough", BusinessDay.MonthText(closed.Value));
        };
    }
}
