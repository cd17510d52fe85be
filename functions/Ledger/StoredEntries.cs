using BackOffice.Kernel;

namespace BackOffice.Ledger;

/// <summary>An entry read back from the book, with its place in the chain.</summary>
/// <param name="Posted">The record.</param>
/// <param name="Line">The record's bytes, as they were hashed.</param>
/// <param name="PreviousHash">Chain hash before it.</param>
/// <param name="Hash">Chain hash after it.</param>
/// <param name="ReversedBy">Number of the entry that reverses it, or null.</param>
public sealed record StoredEntry(EntryPosted Posted, ReadOnlyMemory<byte> Line, byte[] PreviousHash, byte[] Hash, long? ReversedBy)
{
    public Receipt Receipt => new(Posted.Number, Posted.Entry.Id, Posted.Date, Posted.RecordedAt, Hash, PreviousHash);
}

/// <summary>Which entries to read.</summary>
/// <param name="FirstDay">Earliest posting date, as a day number.</param>
/// <param name="LastDay">Latest posting date, as a day number.</param>
/// <param name="Accounts">Only entries with a line on one of these accounts; null = all.</param>
/// <param name="After">Only entries with a higher number.</param>
public sealed record EntryFilter(int FirstDay, int LastDay, IReadOnlySet<string>? Accounts = null, long After = 0)
{
    public static EntryFilter Of(DateOnly? from, DateOnly? to, string? account = null, long after = 0) => new(from?.DayNumber ?? 0, to?.DayNumber ?? int.MaxValue, account is null ? null : new HashSet<string>(StringComparer.Ordinal) { account }, after);

    public bool Takes(EntryPosted posted) =>
        posted.Number > After && posted.Date.DayNumber >= FirstDay && posted.Date.DayNumber <= LastDay
        && (Accounts is null || posted.Entry.Lines.Any(line => Accounts.Contains(line.Account)));

    /// <summary>First record numbers of the segments that can hold such entries, in order.</summary>
    public List<long> Segments(BookState state)
    {
        var from = After == 0 ? 0 : SegmentOf(state, After + 1);
        var candidates = Accounts is null ? Enumerable.Range(from, state.Segments.Count - from)
            : Accounts.SelectMany(account => state.Account(account)?.Segments ?? []).Where(index => index >= from).Distinct().Order();
        return [.. candidates.Select(index => state.Segments[index]).Where(span => span.FirstDay <= LastDay && span.LastDay >= FirstDay).Select(span => span.FirstRecord)];
    }

    /// <summary>Index of the segment that holds (or would hold) the entry with this number.</summary>
    public static int SegmentOf(BookState state, long number) => state.LastSegmentWhere(span => span.EntriesBefore < number);
}

/// <summary>Reads entries back from their segments. The state in memory tells which segments; nothing else is read.</summary>
public sealed class StoredEntries(LedgerTable table)
{
    private const int ReadAhead = 4;

    /// <summary>The entry with this id, or null.</summary>
    public async Task<StoredEntry?> FindAsync(Book book, string id)
    {
        var number = await book.ReadAsync(state => state.Index.Find(Ids.Digest(id)));
        return number is null ? null : await FindAsync(book, number.Value);
    }

    /// <summary>The entry with this number, which must be there.</summary>
    public async Task<StoredEntry> FindAsync(Book book, long number)
    {
        var (digits, first, reversedBy) = book.ReadKnown(state =>
            (state.Digits, state.Segments[EntryFilter.SegmentOf(state, number)].FirstRecord, state.ReversedBy.TryGetValue(number, out var by) ? by : (long?)null));
        var segment = await table.ReadSegmentAsync(book.Id, first) ?? throw new InvalidDataException($"Segment {first} of book {book.Id} is gone.");

        byte[] hash = [.. segment.PreviousHash];
        for (var rest = segment.Lines; !rest.IsEmpty;)
        {
            var line = Segment.TakeLine(ref rest);
            byte[] previous = [.. hash];
            Chain.Append(hash, line.Span);
            if (RecordJson.Read(line.Span, digits) is EntryPosted posted && posted.Number == number) return new StoredEntry(posted, line, previous, hash, reversedBy);
        }

        throw new InvalidDataException($"Entry {number} is not in segment {first} of book {book.Id}, where the index says it is.");
    }

    /// <summary>The entries that pass the filter, in order of number.</summary>
    public async IAsyncEnumerable<EntryPosted> ReadAsync(Book book, EntryFilter filter)
    {
        var (digits, segments) = book.ReadKnown(state => (state.Digits, filter.Segments(state)));
        var ahead = new Queue<Task<Segment?>>();
        for (var n = 0; n < segments.Count; n++)
        {
            for (var next = n + ahead.Count; next < segments.Count && ahead.Count < ReadAhead; next++) ahead.Enqueue(table.ReadSegmentAsync(book.Id, segments[next]));
            var segment = await ahead.Dequeue() ?? throw new InvalidDataException($"Segment {segments[n]} of book {book.Id} is gone.");
            foreach (var record in segment.Records(digits))
                if (record is EntryPosted posted && filter.Takes(posted)) yield return posted;
        }
    }
}
