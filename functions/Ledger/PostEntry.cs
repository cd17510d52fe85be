using BackOffice.Kernel;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace BackOffice.Ledger;

/// <summary>
/// <c>POST /api/books/{book}/entries</c> <c>{id, date, text, lines}</c>: posts one journal entry. 201 with its receipt; 200 with the first receipt when the same request comes again.
/// Rows: commits <c>EntryPosted</c> to <c>Ledger</c>, together with what other callers post at the same time. Messages: none.
/// </summary>
public sealed class PostEntry(Books books, StoredEntries stored)
{
    public const int MaxBytes = 256 * 1024;

    [Function(nameof(PostEntry))]
    [Allow(Roles.Accounting)]
    public async Task<IResult> Run([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "books/{book}/entries")] HttpRequest request, string book)
    {
        var opened = await books.OpenAsync(book);
        if (!opened.Is(out var found, out var refusal)) return new Problem(refusal);
        var body = await RequestBody.ReadUtf8Async(request, maxBytes: MaxBytes);
        if (!body.Is(out var utf8, out refusal)) return new Problem(refusal);

        List<Fault> faults = [];
        var entry = EntryJson.Read(utf8, found.Digits, faults, out _);
        if (entry is null) return new Problem(Refusal.Of(faults));
        return await PostAsync(found.Book, stored, PreparedEntry.Of(entry, found.Digits), Caller.Of(request).Name);
    }

    /// <summary>Commits one entry and answers with its receipt.</summary>
    internal static async Task<IResult> PostAsync(Book book, StoredEntries stored, PreparedEntry entry, string by)
    {
        var (decision, receipt) = await book.CommitAsync(entry.Canonical.Length + 250, draft => Post(draft, entry, by));
        return await AnswerAsync(book, stored, decision, receipt);
    }

    /// <summary>201 with the receipt, 200 with the first receipt of a repetition, or the refusal.</summary>
    internal static async Task<IResult> AnswerAsync(Book book, StoredEntries stored, PostDecision decision, Receipt? receipt)
    {
        if (decision.Refusal is { } refusal) return new Problem(refusal);
        if (receipt is not null) return new ReceiptAnswer(201, receipt);
        return new ReceiptAnswer(200, (await stored.FindAsync(book, decision.RepeatedNumber)).Receipt);
    }

    /// <summary>Decides an entry and posts it if it may.</summary>
    internal static (PostDecision Decision, Receipt? Receipt) Post(BookDraft book, PreparedEntry prepared, string by)
    {
        var decision = Decide(book, prepared);
        if (!decision.IsPost) return (decision, null);
        byte[] previous = [.. book.Hash];
        var number = book.Post(prepared, decision.Date, by);
        return (decision, new Receipt(number, prepared.Entry.Id, decision.Date, book.Now, [.. book.Hash], previous));
    }

    /// <summary>
    /// Whether an entry, good by itself, may enter the book. In this order: the same id has been there with the same content → its number (repetition comes before all
    /// else, so a late retry gets its receipt even after its period was closed); with other content → 409 <c>ledger/id-reused</c>; every unknown account → 422
    /// <c>ledger/account-unknown</c>; a foreign amount in the book's own currency → 422 <c>ledger/foreign-currency</c>; a period-13 entry not dated its year's last day → 422 <c>ledger/period-13-date</c>; dated in a closed period → 422
    /// <c>ledger/period-closed</c>, naming the first open one, unless it asked for <c>lateAs: firstOpenPeriod</c>: then it is posted on that period's first day and keeps the date
    /// it belongs to (GoBD); a reversal of what is not there → 404 <c>ledger/entry-unknown</c>, of what is reversed already → 409 <c>ledger/already-reversed</c>.
    /// Worked: closed through 2025-03, an entry of 2025-03-31 → period-closed, first open period 2025-04.
    /// </summary>
    internal static PostDecision Decide(BookDraft book, PreparedEntry prepared)
    {
        var entry = prepared.Entry;
        if (book.Find(prepared.Digests.Id) is { } known)
            return known.Request == prepared.Digests.Request ? new PostDecision(known.Number)
                : PostDecision.No(new Refusal(409, "ledger/id-reused", $"Entry '{entry.Id}' is in the book with other content, as number {known.Number}. Use a new id, or reverse that entry.", "id"));

        // What callers send has been checked when it was read; what the system makes of a request has not.
        List<Fault>? faults = null;
        if (entry.Lines.Count > Entry.MaxLines) (faults ??= []).Add(new Fault("lines", "ledger/too-many-lines", $"The entry comes to {entry.Lines.Count:N0} lines; at most {Entry.MaxLines:N0} are taken."));
        for (var n = 0; n < entry.Lines.Count; n++)
        {
            if (Math.Abs(entry.Lines[n].AmountMinor) > book.MaxAmountMinor)
                (faults ??= []).Add(new Fault($"lines[{n}]", "ledger/amount-invalid", $"The amount has more than {Amount.MaxIntegerDigits} digits before the point."));
            if (!book.HasAccount(entry.Lines[n].Account))
                (faults ??= []).Add(new Fault($"lines[{n}].account", "ledger/account-unknown", $"There is no account '{entry.Lines[n].Account}' in this book; define it first."));
            if (entry.Lines[n].Foreign is { } foreign && foreign.Currency == book.Committed.Currency)
                (faults ??= []).Add(new Fault($"lines[{n}].foreign.currency", "ledger/foreign-currency", $"'{foreign.Currency}' is the book's own currency: leave 'foreign' out."));
        }

        var date = entry.Date;
        if (entry.Period is { } year && entry.Date != FiscalYear.Named(year, book.Settings.FiscalYearStart).Last)
            (faults ??= []).Add(new Fault("date", "ledger/period-13-date", $"An entry of period {FiscalYear.Period13(year)} is dated the year's last day, {BusinessDay.Text(FiscalYear.Named(year, book.Settings.FiscalYearStart).Last)}."));
        if (book.FirstOpenMonth is { } open && IsClosed(book, entry, open))
        {
            if (entry.LateAsFirstOpen) date = open;
            else (faults ??= []).Add(new Fault("date", "ledger/period-closed", $"{BusinessDay.Text(entry.Date)} lies in a closed period; the first open period is {BusinessDay.MonthText(open)}."));
        }

        if (faults is not null) return PostDecision.No(new Refusal(422, faults));
        if (entry.Reverses is { } original && ReversalFault(book, original) is { } refusal) return PostDecision.No(refusal);
        return new PostDecision(0) { Date = date };
    }

    /// <summary>Period 13 is closed by itself, apart from the months.</summary>
    private static bool IsClosed(BookDraft book, Entry entry, DateOnly firstOpen) => entry.Period is { } year ? year <= book.ClosedPeriod13 : entry.Date < firstOpen;

    private static Refusal? ReversalFault(BookDraft book, string original)
    {
        if (book.Find(Ids.Digest(original)) is not { } reversed) return new Refusal(404, "ledger/entry-unknown", $"There is no entry '{original}' in this book.");
        return book.IsReversed(reversed.Number) ? new Refusal(409, "ledger/already-reversed", $"Entry '{original}' has been reversed before.") : null;
    }
}

/// <summary>What became of an entry: to be posted on a date, there already under a number, or refused.</summary>
public readonly record struct PostDecision(long RepeatedNumber)
{
    public Refusal? Refusal { get; private init; }

    /// <summary>The posting date, when it is to be posted.</summary>
    public DateOnly Date { get; init; }

    public static PostDecision No(Refusal refusal) => new(0) { Refusal = refusal };

    public bool IsPost => RepeatedNumber == 0 && Refusal is null;
}

/// <summary>Proof that an entry was taken in: its number and its place in the chain, to be kept by who posted it.</summary>
/// <param name="Number">Entry number, gapless from 1.</param>
/// <param name="Id">The caller's id.</param>
/// <param name="Date">Posting date.</param>
/// <param name="RecordedAt">When it was taken in.</param>
/// <param name="Hash">Chain hash after its record.</param>
/// <param name="PreviousHash">Chain hash before its record.</param>
public sealed record Receipt(long Number, string Id, DateOnly Date, DateTimeOffset RecordedAt, byte[] Hash, byte[] PreviousHash)
{
    public void Write(System.Text.Json.Utf8JsonWriter json)
    {
        json.WriteNumber("number"u8, Number);
        json.WriteString("id"u8, Id);
        EntryJson.WriteDate(json, "date"u8, Date);
        json.WriteString("recordedAt"u8, RecordedAt.UtcDateTime);
        WriteHash(json, "hash"u8, Hash);
        WriteHash(json, "previousHash"u8, PreviousHash);
    }

    public static void WriteHash(System.Text.Json.Utf8JsonWriter json, ReadOnlySpan<byte> name, ReadOnlySpan<byte> hash)
    {
        Span<byte> hex = stackalloc byte[2 * Chain.HashBytes];
        Convert.TryToHexStringLower(hash, hex, out _);
        json.WriteString(name, hex);
    }
}

/// <summary>A receipt as an answer, with its length: the answer most often given.</summary>
public sealed class ReceiptAnswer(int status, Receipt receipt) : IResult
{
    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var buffer = new System.Buffers.ArrayBufferWriter<byte>(384);
        using (var json = new System.Text.Json.Utf8JsonWriter(buffer, JsonAnswer.Options))
        {
            json.WriteStartObject();
            receipt.Write(json);
            json.WriteEndObject();
        }

        var response = httpContext.Response;
        response.StatusCode = status;
        response.ContentType = "application/json; charset=utf-8";
        response.ContentLength = buffer.WrittenCount;
        await response.BodyWriter.WriteAsync(buffer.WrittenMemory, httpContext.RequestAborted);
    }
}
