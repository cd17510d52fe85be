using Azure.Data.Tables;
using BackOffice.Kernel;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace BackOffice.Ledger;

/// <summary>
/// <c>PUT /api/books/{book}</c> <c>{name, currency, chart?, fiscalYearStart?, legalForm?}</c>: opens a book (201) or changes it (200); with <c>chart</c> SKR03 or SKR04 the starter
/// chart's accounts are defined too. Rows: adds to <c>Books</c>; commits <c>BookOpened</c>, <c>AccountDefined</c> to <c>Ledger</c>. Messages: none.
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
            var wanted = new BookWanted(name, currency, fields.OptionalText("chart", 40), fields.OptionalText("fiscalYearStart", 40), fields.OptionalText("legalForm", 40));
            fields.NoOthers();
            if (faults.Count > 0) return new Problem(Refusal.Of(faults));

            Check(wanted, faults);
            if (faults.Count > 0) return new Problem(new Refusal(422, faults)); // before anything is written

            var by = Caller.Of(request).Name;
            var opened = await OpenAsync(book, draft => Decide(draft, wanted, by));
            return opened.Is(out var answer, out refusal) ? Answer(book, answer) : new Problem(refusal);
        }
    }

    /// <summary>
    /// A book keeps its currency and, once chosen, its chart for life, and its fiscal year from the first entry on; name and legal form may change; what is left out stays as it is.
    /// 422 <c>ledger/currency-unknown</c> (ISO 4217), <c>ledger/chart-unknown</c>, <c>ledger/fiscal-year-start</c> (the first of a month); 409 <c>ledger/currency-fixed</c>,
    /// <c>ledger/chart-fixed</c>, <c>ledger/fiscal-year-fixed</c>. A chart's accounts are defined unless they are there already.
    /// Worked: {"name": "Acme GmbH", "currency": "EUR", "chart": "SKR03"} on an unknown book → record 1, BookOpened, 2 decimals, and 114 records AccountDefined.
    /// </summary>
    internal static Outcome<BookAnswer> Decide(BookDraft book, BookWanted wanted, string by)
    {
        List<Fault> faults = [];
        Check(wanted, faults);
        if (faults.Count > 0) return new Refusal(422, faults);

        var isNew = !book.Exists;
        if (!isNew) FixedFaults(book, wanted, faults);
        if (faults.Count > 0) return new Refusal(409, faults);

        var settings = new BookSettings(wanted.Chart ?? book.Settings.Chart, wanted.FiscalYearStart ?? book.Settings.FiscalYearStart, wanted.LegalForm ?? book.Settings.LegalForm);
        var addChart = settings.Chart is not null && book.Settings.Chart is null;
        if (isNew || book.Name != wanted.Name || book.Settings != settings) book.Open(wanted.Name, wanted.Currency, settings, by);
        if (addChart)
            foreach (var account in Chart.Accounts(settings.Chart!))
                if (!book.HasAccount(account.Code)) book.DefineAccount(account.Code, account.NameDe, account.Type, by, account.Line, account.OtherLine);
        return new BookAnswer(isNew, wanted.Name, wanted.Currency, Currency.DigitsOf(wanted.Currency)!.Value, settings);
    }

    /// <summary>What is wrong whatever the book is.</summary>
    private static void Check(BookWanted wanted, List<Fault> faults)
    {
        if (Currency.DigitsOf(wanted.Currency) is null) faults.Add(new Fault("currency", "ledger/currency-unknown", $"'{wanted.Currency}' is no currency code of ISO 4217, such as EUR."));
        if (wanted.Chart is not (null or Chart.Skr03 or Chart.Skr04)) faults.Add(new Fault("chart", "ledger/chart-unknown", $"'{wanted.Chart}' is no chart: {Chart.Skr03} or {Chart.Skr04}."));
        if (wanted.FiscalYearStart is { } start && !FiscalYear.IsStart(start)) faults.Add(new Fault("fiscalYearStart", "ledger/fiscal-year-start", "A fiscal year begins on the first of a month: MM-01."));
    }

    private static void FixedFaults(BookDraft book, BookWanted wanted, List<Fault> faults)
    {
        if (book.Currency != wanted.Currency) faults.Add(new Fault("currency", "ledger/currency-fixed", $"This book is kept in {book.Currency}; open another one for {wanted.Currency}."));
        if (wanted.Chart is not null && book.Settings.Chart is { } chart && chart != wanted.Chart) faults.Add(new Fault("chart", "ledger/chart-fixed", $"This book is kept by {chart}."));
        if (wanted.FiscalYearStart is { } start && start != book.Settings.FiscalYearStart && book.Entry > 0)
            faults.Add(new Fault("fiscalYearStart", "ledger/fiscal-year-fixed", $"The book has entries; its fiscal year begins on {book.Settings.FiscalYearStart}."));
    }

    private async Task<Outcome<BookAnswer>> OpenAsync(string book, Func<BookDraft, Outcome<BookAnswer>> decide)
    {
        // The directory first: a row without a book is skipped by its readers, a book without a row would be missed by the night.
        await storage.ReadyAsync();
        await storage.Table(BooksTable.Name).AddIfAbsentAsync(new TableEntity(BooksTable.Partition, book));
        return await books.Get(book).CommitAsync(60_000, decide);
    }

    private static JsonAnswer Answer(string book, BookAnswer answer) => new(answer.IsNew ? 201 : 200, json =>
    {
        json.WriteString("book", book);
        json.WriteString("name", answer.Name);
        json.WriteString("currency", answer.Currency);
        json.WriteNumber("digits", answer.Digits);
        answer.Settings.Write(json);
    });

    /// <summary>What a caller wants a book to be; what is null stays as it is.</summary>
    internal sealed record BookWanted(string Name, string Currency, string? Chart = null, string? FiscalYearStart = null, string? LegalForm = null);

    /// <summary>A book that was opened, renamed or found as it was asked for.</summary>
    internal sealed record BookAnswer(bool IsNew, string Name, string Currency, int Digits, BookSettings Settings);
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
