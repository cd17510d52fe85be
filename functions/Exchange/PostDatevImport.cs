using System.Buffers;
using System.Globalization;
using BackOffice.Currencies;
using BackOffice.Kernel;
using BackOffice.Ledger;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace BackOffice.Exchange;

/// <summary>
/// <c>POST /api/books/{book}/imports/datev?accountLength=&amp;known=</c>, <c>text/csv</c> (Windows-1252, or UTF-8 with its mark), at most 20 MB: a Buchungsstapel, whose accounts are as long as its header says (and as the caller says, when he does), all of it or nothing, in one commit. 201 <c>{import, posted, duplicates}</c>; 200 when the same file comes again, of which nothing is booked twice. Rows that the book has already, made of its own entries or come in with another file, are told and nothing is booked (409 <c>exchange/rows-known</c>, each with its line), unless the caller says what is to become of them: <c>known=skip</c> books the others, <c>known=book</c> all, since they are other business that looks alike.
/// 413 <c>ledger/atomic-too-large</c>; 422 each fault with its line and field (<see cref="DatevReader.Read"/>), <c>ledger/no-chart</c>, <c>exchange/currency</c> (a book whose currency has not two digits), and what the ledger refuses, by line, a closed period by its field.
/// Rows: commits <c>EntryPosted</c> to <c>Ledger</c>, reads <c>Parameters</c> and <c>Exports</c>, reads and adds to <c>Imports</c>, adds to <c>originals</c>. Messages: none.
/// </summary>
public sealed class PostDatevImport(Books books, DatevExport datev, StoredEntries stored, ImportRegister imports, Parameters parameters)
{
    private const int MaxBytes = 20_000_000;

    [Function(nameof(PostDatevImport))]
    [Allow(Roles.Accounting)]
    public async Task<IResult> Run([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "books/{book}/imports/datev")] HttpRequest request, string book)
    {
        var query = new QueryFields(request.Query);
        var wanted = (int?)query.Number("accountLength", 4, 8);
        var choice = query.Choice<KnownRows>("known", "exchange/known");
        if (query.Refused() is { } wrong) return new Problem(wrong);
        if (!(await books.OpenAsync(book)).Is(out var found, out var refusal)) return new Problem(refusal);
        if (!(await RequestBody.ReadBytesAsync(request, "text/csv", MaxBytes)).Is(out var bytes, out refusal)) return new Problem(refusal);

        var (digest, length) = (FileSeal.DigestOf(bytes), wanted ?? DatevReader.AccountLengthOf(bytes) ?? 4);
        // What a row means depends on parties' numbers and rates of tax, which may be others by now: a file that is in is not read again.
        if (await imports.FindAsync(book, ImportKind.Datev, digest) is { } there) return Answer(200, book, there, new ImportResult(0, there.File.Items, 0, []));
        var (chart, currency, start, accounts) = await found.Book.ReadAsync(state => (state.Settings.Chart, state.Currency, state.Settings.FiscalYearStart, state.Accounts.ToDictionary(
            account => account.Code, account => new ReadAccount(account.Type is AccountType.Income or AccountType.Expense, Valuation.IsMonetary(account)), StringComparer.Ordinal)));
        if (found.Digits != 2) return Problem.Of(422, "exchange/currency", $"The format holds amounts with two decimals; {currency} has {found.Digits}.");
        if (chart is null) return Problem.Of(422, "ledger/no-chart", "The book has no chart, which DATEV's accounts need: PUT /api/books/{book} with chart SKR03 or SKR04.");
        var readBook = new DatevBook(new DatevNames(chart, length, await datev.PartiesAsync(book)), currency, start, accounts.ContainsKey, account => accounts.GetValueOrDefault(account)?.IsResult == true, account => accounts.GetValueOrDefault(account)?.IsMonetary == true, await VatRates.LoadAsync(parameters));
        if (!DatevReader.Read(bytes, digest, readBook).Is(out var entries, out refusal)) return new Problem(refusal);

        var by = Caller.Of(request).Name;
        var known = choice == KnownRows.Book ? [] : await KnownAsync(found, entries, DatevReader.PrefixOf(digest));
        if (known.Count > 0 && choice is null)
            return new Problem(new Refusal(409, [.. known.Take(Refusal.MaxFaults).Select(row => new Fault(string.Create(CultureInfo.InvariantCulture, $"line {row.Key}"), "exchange/rows-known", $"The book has this row as entry '{row.Value}'. Nothing was booked: send known=skip to book the other rows, or known=book when it is other business that looks alike."))]));
        var original = Original.Of(bytes, digest);
        await imports.KeepAsync(book, ImportKind.Datev, original);
        List<DatevEntry> fresh = [.. entries.Where(entry => !known.ContainsKey(entry.Line))];
        if (!(await PostAsync(found, fresh, by)).Is(out var posted, out refusal)) return new Problem(refusal);
        posted = posted with { Duplicates = posted.Duplicates + known.Count };
        var outcome = await imports.NoteAsync(book, ImportKind.Datev, original, entries.Count, null, by);
        return outcome.Is(out var import, out refusal) ? Answer(import.IsNew ? 201 : 200, book, new KeptImport(import.Case.Id, ImportRegister.Read(import.Case)), posted) : new Problem(refusal);
    }

    private static JsonAnswer Answer(int status, string book, KeptImport import, ImportResult posted) => new(status, json =>
    {
        json.WriteString("book", book);
        json.WriteString("import", import.Id);
        json.WriteNumber("posted", posted.Posted);
        json.WriteNumber("duplicates", posted.Duplicates);
    });

    /// <summary>The rows that the book has, by line, each with its entry: made of an entry of its own, or alike one that came in with another file, as often as there are such.</summary>
    private async Task<SortedDictionary<int, string>> KnownAsync(OpenedBook book, List<DatevEntry> rows, string prefix)
    {
        SortedDictionary<int, string> known = [];
        var own = await Posting.KnownAsync(book, rows.Select(row => row.Of).OfType<string>().Distinct(StringComparer.Ordinal));
        foreach (var row in rows)
            if (row.Of is { } of && own.Contains(of)) known.Add(row.Line, of);

        var alike = rows.Where(row => !known.ContainsKey(row.Line)).GroupBy(row => ContentOf(row.Entry, book.Digits), StringComparer.Ordinal).ToDictionary(group => group.Key, group => new Queue<int>(group.Select(row => row.Line)), StringComparer.Ordinal);
        if (alike.Count == 0) return known;
        await foreach (var posted in stored.ReadAsync(book.Book, EntryFilter.Of(rows.Min(row => row.Entry.Date), rows.Max(row => row.Entry.Date))))
        {
            var id = posted.Entry.Id;
            if (id.StartsWith(DatevReader.Prefix, StringComparison.Ordinal) && !id.StartsWith(prefix, StringComparison.Ordinal) && alike.TryGetValue(ContentOf(posted.Entry, book.Digits), out var lines) && lines.TryDequeue(out var line)) known.Add(line, id);
        }

        return known;
    }

    /// <summary>All that an entry says but its id.</summary>
    private static string ContentOf(Entry entry, int digits)
    {
        var json = new ArrayBufferWriter<byte>(512);
        EntryJson.Append(json, entry with { Id = "-" }, digits);
        return System.Text.Encoding.UTF8.GetString(json.WrittenSpan);
    }

    private static async Task<Outcome<ImportResult>> PostAsync(OpenedBook book, List<DatevEntry> entries, string by)
    {
        var chunk = new ImportChunk(book.Digits);
        var json = new ArrayBufferWriter<byte>(512);
        foreach (var (line, entry, _) in entries)
        {
            json.ResetWrittenCount();
            EntryJson.Append(json, entry, book.Digits);
            chunk.Read(json.WrittenSpan, line);
        }

        try
        {
            var result = await chunk.PostAtomicallyAsync(book.Book, by);
            return result.RejectedCount == 0 ? result
                : new Refusal(422, [.. result.Rejected.Take(Refusal.MaxFaults).Select(rejected => new Fault(string.Create(CultureInfo.InvariantCulture, $"line {rejected.Line}{(rejected.Code == "ledger/period-closed" ? $", field {DatevFormat.At("Belegdatum") + 1}" : "")}"), rejected.Code, rejected.Detail))]);
        }
        catch (CommitTooLargeException)
        {
            return new Refusal(413, "ledger/atomic-too-large", "The file's entries do not fit one commit: send it in parts of at most 50,000 rows.");
        }
    }

    /// <summary>What is to become of rows that the book has.</summary>
    private enum KnownRows
    {
        Skip,
        Book,
    }

    /// <summary>What the reader asks of an account.</summary>
    private sealed record ReadAccount(bool IsResult, bool IsMonetary);
}
