using System.Buffers;
using BackOffice.Currencies;
using BackOffice.Kernel;
using BackOffice.Ledger;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace BackOffice.Exchange;

/// <summary>
/// <c>POST /api/books/{book}/imports/datev?accountLength=</c>, <c>text/csv</c> (Windows-1252, or UTF-8 with its mark), at most 20 MB: a Buchungsstapel, whose accounts are as long as its header says (and as the caller says, when he does), all of it or nothing, in one commit. 201 <c>{import, posted, duplicates}</c>; 200 when the same file comes again, of which nothing is booked twice.
/// 413 <c>ledger/atomic-too-large</c>; 422 each fault with its line and field (<see cref="DatevReader.Read"/>), <c>ledger/no-chart</c>, <c>exchange/currency</c> (a book whose currency has not two digits), and what the ledger refuses, by line.
/// Rows: commits <c>EntryPosted</c> to <c>Ledger</c>, reads <c>Parameters</c> and <c>Exports</c>, reads and adds to <c>Imports</c>, adds to <c>originals</c>. Messages: none.
/// </summary>
public sealed class PostDatevImport(Books books, DatevExport datev, ImportRegister imports, Parameters parameters)
{
    private const int MaxBytes = 20_000_000;

    [Function(nameof(PostDatevImport))]
    [Allow(Roles.Accounting)]
    public async Task<IResult> Run([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "books/{book}/imports/datev")] HttpRequest request, string book)
    {
        var query = new QueryFields(request.Query);
        var wanted = (int?)query.Number("accountLength", 4, 8);
        if (query.Refused() is { } wrong) return new Problem(wrong);
        if (!(await books.OpenAsync(book)).Is(out var found, out var refusal)) return new Problem(refusal);
        if (!(await RequestBody.ReadBytesAsync(request, "text/csv", MaxBytes)).Is(out var bytes, out refusal)) return new Problem(refusal);

        var (digest, length) = (FileSeal.DigestOf(bytes), wanted ?? DatevReader.AccountLengthOf(bytes) ?? 4);
        // What a row means depends on parties' numbers and rates of tax, which may be others by now: a file that is in is not read again.
        if (await imports.FindAsync(book, ImportKind.Datev, digest) is { } known) return Answer(200, book, known, new ImportResult(0, known.File.Items, 0, []));
        var (chart, currency, start, accounts) = await found.Book.ReadAsync(state => (state.Settings.Chart, state.Currency, state.Settings.FiscalYearStart, state.Accounts.ToDictionary(
            account => account.Code, account => new ReadAccount(account.Type is AccountType.Income or AccountType.Expense, Valuation.IsMonetary(account)), StringComparer.Ordinal)));
        if (found.Digits != 2) return Problem.Of(422, "exchange/currency", $"The format holds amounts with two decimals; {currency} has {found.Digits}.");
        if (chart is null) return Problem.Of(422, "ledger/no-chart", "The book has no chart, which DATEV's accounts need: PUT /api/books/{book} with chart SKR03 or SKR04.");
        var readBook = new DatevBook(new DatevNames(chart, length, await datev.PartiesAsync(book)), currency, start, accounts.ContainsKey, account => accounts.GetValueOrDefault(account)?.IsResult == true, account => accounts.GetValueOrDefault(account)?.IsMonetary == true, await VatRates.LoadAsync(parameters));
        if (!DatevReader.Read(bytes, digest, readBook).Is(out var entries, out refusal)) return new Problem(refusal);

        var by = Caller.Of(request).Name;
        if (!(await PostAsync(found, entries, by)).Is(out var posted, out refusal)) return new Problem(refusal);
        var outcome = await imports.NoteAsync(book, ImportKind.Datev, Original.Of(bytes), entries.Count, null, by);
        return outcome.Is(out var import, out refusal) ? Answer(import.IsNew ? 201 : 200, book, new KeptImport(import.Case.Id, ImportRegister.Read(import.Case)), posted) : new Problem(refusal);
    }

    private static JsonAnswer Answer(int status, string book, KeptImport import, ImportResult posted) => new(status, json =>
    {
        json.WriteString("book", book);
        json.WriteString("import", import.Id);
        json.WriteNumber("posted", posted.Posted);
        json.WriteNumber("duplicates", posted.Duplicates);
    });

    private static async Task<Outcome<ImportResult>> PostAsync(OpenedBook book, List<DatevEntry> entries, string by)
    {
        var chunk = new ImportChunk(book.Digits);
        var json = new ArrayBufferWriter<byte>(512);
        foreach (var (line, entry) in entries)
        {
            json.ResetWrittenCount();
            EntryJson.Append(json, entry, book.Digits);
            chunk.Read(json.WrittenSpan, line);
        }

        try
        {
            var result = await chunk.PostAtomicallyAsync(book.Book, by);
            return result.RejectedCount == 0 ? result
                : new Refusal(422, [.. result.Rejected.Take(Refusal.MaxFaults).Select(rejected => new Fault(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"line {rejected.Line}"), rejected.Code, rejected.Detail))]);
        }
        catch (CommitTooLargeException)
        {
            return new Refusal(413, "ledger/atomic-too-large", "The file's entries do not fit one commit: send it in parts of at most 50,000 rows.");
        }
    }

    /// <summary>What the reader asks of an account.</summary>
    private sealed record ReadAccount(bool IsResult, bool IsMonetary);
}
