using BackOffice.Kernel;

namespace BackOffice.Ledger;

/// <summary>The book as it was known after an earlier entry: the newest checkpoint before it, and the records from there.</summary>
public sealed class BookHistory(LedgerTable table, Checkpoint checkpoint)
{
    /// <summary>
    /// Answers from the state right after entry <paramref name="recorded"/> (0: before the first), or as it is now (null). 422 <c>ledger/entry-unknown</c> when the book is not that far.
    /// </summary>
    public async Task<Outcome<T>> ReadAsync<T>(Book book, long? recorded, Func<BookState, Outcome<T>> read) where T : class
    {
        if (recorded is not { } entry) return await book.ReadAsync(read);
        var entries = await book.ReadAsync(state => state.Entries);
        if (entry > entries) return new Refusal(422, "ledger/entry-unknown", $"The book's last entry is number {entries}; there is no entry {entry} yet.", "recorded");
        return read(await StateAtAsync(book.Id, entry));
    }

    /// <summary>Nothing after the entry counts, not even an account that was renamed before the next one.</summary>
    private async Task<BookState> StateAtAsync(string book, long entry)
    {
        var state = await checkpoint.LoadNewestAsync(book, entry - 1) ?? new BookState();
        await foreach (var segment in table.ReadSegmentsAsync(book, state.Record + 1))
        {
            state.Fold(segment, UpTo(entry, segment.Records(state.Digits)));
            if (state.Entries == entry && entry > 0) break;
            if (state.Record < segment.LastRecord) break;
        }

        return state;
    }

    private static IEnumerable<LedgerRecord> UpTo(long entry, IEnumerable<LedgerRecord> records)
    {
        foreach (var record in records)
        {
            if (record is EntryPosted { Number: var number } && number > entry) yield break;
            yield return record;
            if (record is EntryPosted { Number: var last } && last == entry) yield break;
        }
    }
}
