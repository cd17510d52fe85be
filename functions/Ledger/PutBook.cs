using Azure;
using Azure.Data.Tables;
using BackOffice.Kernel;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace BackOffice.Ledger;

/// <summary>
/// <c>PUT /api/books/{book}</c> <c>{name, currency}</c>: opens a book (201) or renames it (200). Rows: adds to <c>Books</c>; commits <c>BookOpened</c> to <c>Ledger</c>. Messages: none.
/// </summary>
public sealed class PutBook(Books books, Storage storage)
{
    [Function(nameof(PutBook))]
    [Allow(Roles.Accounting)]
    public async Task<IResult> Run([HttpTrigger(AuthorizationLevel.Anonymous, "put", Route = "books/{book}")] HttpRequest request, string book)
    {
        if (!Ids.IsBook(book)) return Problem.Of(400, "ledger/book-id", $"A book id must match {Ids.BookGrammar}.");
        var body = await RequestBody.ReadJsonAsync(request);
        if (!body.Is(out var json, out var refusal)) return new Problem(refusal);
        using (json)
        {
            List<Fault> faults = [];
            var fields = new JsonFields(json.RootElement, faults);
            var (name, currency) = (fields.Text("name"), fields.Text("currency", 3));
            fields.NoOthers();
            if (faults.Count > 0) return new Problem(Refusal.Of(faults));

            var by = Caller.Of(request).Name;
            var opened = await OpenAsync(book, draft => Decide(draft, name, currency, by));
            return opened.Is(out var answer, out refusal) ? Answer(book, answer) : new Problem(refusal);
        }
    }

    /// <summary>
    /// A book keeps its currency for life; its name may change. 422 <c>ledger/currency-unknown</c> when ISO 4217 does not know it, 409 <c>ledger/currency-fixed</c> when it differs.
    /// Worked: {"name": "Acme GmbH", "currency": "EUR"} on an unknown book → record 1, BookOpened, 2 decimals.
    /// </summary>
    internal static Outcome<BookAnswer> Decide(BookDraft book, string name, string currency, string by)
    {
        if (Currency.DigitsOf(currency) is not { } digits) return new Refusal(422, "ledger/currency-unknown", $"'{currency}' is no currency code of ISO 4217, such as EUR.", "currency");
        if (book.Exists && book.Currency != currency)
            return new Refusal(409, "ledger/currency-fixed", $"This book is kept in {book.Currency}; open another one for {currency}.", "currency");

        var isNew = !book.Exists;
        if (isNew || book.Name != name) book.Open(name, currency, by);
        return new BookAnswer(isNew, name, currency, digits);
    }

    private async Task<Outcome<BookAnswer>> OpenAsync(string book, Func<BookDraft, Outcome<BookAnswer>> decide)
    {
        // The directory first: a row without a book is skipped by its readers, a book without a row would be missed by the night.
        await storage.ReadyAsync();
        try
        {
            await storage.Table(BooksTable.Name).AddEntityAsync(new TableEntity(BooksTable.Partition, book));
        }
        catch (RequestFailedException e) when (e.Status == 409)
        {
        }

        return await books.Get(book).CommitAsync(500, decide);
    }

    private static JsonAnswer Answer(string book, BookAnswer answer) => new(answer.IsNew ? 201 : 200, json =>
    {
        json.WriteString("book", book);
        json.WriteString("name", answer.Name);
        json.WriteString("currency", answer.Currency);
        json.WriteNumber("digits", answer.Digits);
    });

    /// <summary>A book that was opened, renamed or found as it was asked for.</summary>
    internal sealed record BookAnswer(bool IsNew, string Name, string Currency, int Digits);
}

/// <summary>Table <c>Books</c>, the directory: PartitionKey <c>book</c>, RowKey the book's id; no other properties. One row a book, written before the book's first record.</summary>
public static class BooksTable
{
    public const string Name = "Books";
    public const string Partition = "book";

    /// <summary>The ids of all books in order, also of those whose first record was never written.</summary>
    public static async Task<List<string>> IdsAsync(Storage storage, CancellationToken cancellation)
    {
        await storage.ReadyAsync();
        List<string> ids = [];
        await foreach (var row in storage.Table(Name).QueryAsync<TableEntity>($"PartitionKey eq '{Partition}'", select: ["RowKey"], cancellationToken: cancellation)) ids.Add(row.RowKey);
        return ids;
    }
}
