using System.Buffers;

namespace BackOffice.Ledger;

/// <summary>An entry that was read and found good by itself, in the forms that posting needs.</summary>
/// <param name="Entry">The entry.</param>
/// <param name="Canonical">Its canonical JSON, which is stored and hashed.</param>
/// <param name="Digests">Of its id and its canonical form.</param>
public sealed record PreparedEntry(Entry Entry, ReadOnlyMemory<byte> Canonical, EntryDigests Digests)
{
    /// <summary>From which request the entry was made, when it was not sent as it is.</summary>
    public EntryOrigin? Origin { get; private init; }

    /// <summary>This entry as the result of another form of request: that is what a repetition is told by, since the result may come out otherwise another day.</summary>
    public PreparedEntry MadeFrom(ReadOnlySpan<byte> request, IReadOnlyList<string> parameters)
    {
        var digest = Kernel.Ids.Digest(request);
        return this with { Digests = Digests with { Request = digest }, Origin = new EntryOrigin(digest, parameters) };
    }


    public static PreparedEntry Of(Entry entry, int digits)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        EntryJson.Append(buffer, entry, digits);
        return new PreparedEntry(entry, buffer.WrittenMemory, EntryDigests.Of(entry.Id, buffer.WrittenSpan));
    }
}

/// <summary>
/// The next commit in the making: the book as it is, and what has been decided since. Decisions see both; the records get their numbers and their place in the chain at once.
/// Thrown away and made anew when another instance commits or reserves first.
/// </summary>
/// <param name="state">The book up to now; not changed.</param>
/// <param name="now">Recording time of every record in the commit.</param>
/// <param name="buffer">Where the records' lines are put; the caller's, so that it can be used again.</param>
public sealed class BookDraft(BookState state, DateTimeOffset now, ArrayBufferWriter<byte> buffer)
{
    private readonly List<LedgerRecord> _records = [];
    private readonly List<(int Start, long FirstRecord, byte[] PreviousHash, int FirstIndex)> _cuts = [];
    private readonly byte[] _hash = [.. state.Hash];

    // What this draft adds to the state, for the decisions that follow within it. Made when needed: most drafts hold entries only.
    private readonly Dictionary<UInt128, (long Number, UInt128 Request)> _entries = [];
    private Dictionary<string, AccountDefined>? _accounts;
    private readonly HashSet<string> _posted = new(StringComparer.Ordinal);
    private HashSet<long>? _reversed;
    private BookOpened? _opened;
    private DateOnly? _closedThrough;
    private int? _closedPeriod13;
    private byte[]? _head;
    private string? _headBy;

    public bool IsEmpty => _records.Count == 0;
    public bool Exists => state.Exists || _opened is not null;
    public string Name => _opened?.Name ?? state.Name;
    public string Currency => _opened?.Currency ?? state.Currency;

    /// <summary>The largest amount a line may have.</summary>
    public long MaxAmountMinor { get; } = Kernel.Amount.MaxMinor(state.Digits);

    /// <summary>The book as committed, for decisions that go by its sums; what this draft adds is not in it, so they are committed alone.</summary>
    public BookState Committed => state;
    public BookSettings Settings => _opened?.Settings ?? state.Settings;
    /// <summary>The last record that the draft builds on.</summary>
    public long Base { get; } = state.Record;
    public long Record => Base + _records.Count;
    public long Entry => state.Entries + _entries.Count;
    public int NewEntries => _entries.Count;
    public ReadOnlySpan<byte> Hash => _hash;
    public DateTimeOffset Now => now;
    public DateOnly? ClosedThrough => _closedThrough ?? state.ClosedThrough;
    public int ClosedPeriod13 => _closedPeriod13 ?? state.ClosedPeriod13;
    public DateOnly? FirstOpenMonth => BookState.FirstOpenMonth(ClosedThrough);
    public int LineBytes => buffer.WrittenCount;

    /// <summary>Earliest posting date of any entry, also of this draft.</summary>
    public DateOnly? FirstDate => _records.OfType<EntryPosted>().Select(posted => (DateOnly?)posted.Date).Append(state.FirstDate).Min();

    /// <summary>The account as it is defined now, and whether anything is posted to it.</summary>
    public (AccountDefined Account, bool Used)? Account(string code)
    {
        var known = state.Account(code);
        var defined = _accounts?.GetValueOrDefault(code);
        if (known is null && defined is null) return null;
        return (defined ?? new AccountDefined(0, default, "", code, known!.Name, known.Type, known.Line, known.OtherLine), known?.Days.Count > 0 || _posted.Contains(code));
    }

    public bool HasAccount(string code) => state.Account(code) is not null || (_accounts is not null && _accounts.ContainsKey(code));

    /// <summary>The entry with this id digest: its number, and the digest of the request that posted it.</summary>
    public (long Number, UInt128 Request)? Find(UInt128 id)
    {
        if (state.Index.Find(id) is { } number) return (number, state.Index[number].Request);
        return _entries.TryGetValue(id, out var drafted) ? drafted : null;
    }

    public bool IsReversed(long number) => state.ReversedBy.ContainsKey(number) || (_reversed is not null && _reversed.Contains(number));

    public void Open(string name, string currency, BookSettings settings, string by) => Add(_opened = new BookOpened(Record + 1, now, by, name, currency, settings));

    public void DefineAccount(string account, string name, AccountType type, string by, string? line = null, string? otherLine = null)
    {
        var defined = new AccountDefined(Record + 1, now, by, account, name, type, line, otherLine);
        (_accounts ??= new(StringComparer.Ordinal))[account] = defined;
        Add(defined);
    }

    public void ClosePeriod(DateOnly month, string by)
    {
        _closedThrough = month;
        Add(new PeriodClosed(Record + 1, now, by, month));
    }

    public void ClosePeriod13(int year, string by)
    {
        _closedPeriod13 = year;
        Add(new Period13Closed(Record + 1, now, by, year));
    }

    /// <summary>Posts an entry that has been decided, on the date the decision gave it; returns its number.</summary>
    public long Post(PreparedEntry prepared, DateOnly date, string by)
    {
        if (!ReferenceEquals(by, _headBy)) (_head, _headBy) = (RecordJson.EntryHead(now, by), by);
        CutWhenFull(prepared.Canonical.Length + _head!.Length + 120 + (prepared.Origin?.MaxJsonBytes ?? 0));
        var number = Entry + 1;
        var start = buffer.WrittenCount;
        RecordJson.WriteEntry(buffer, Record + 1, number, _head, date == prepared.Entry.Date ? null : date, prepared.Origin, prepared.Canonical.Span);
        Chain.Append(_hash, buffer.WrittenSpan[start..]);
        buffer.Write("\n"u8);
        if (prepared.Entry.Reverses is { } reversed && Find(Kernel.Ids.Digest(reversed)) is { } original) (_reversed ??= []).Add(original.Number);
        foreach (var line in prepared.Entry.Lines) _posted.Add(line.Account);
        _entries.Add(prepared.Digests.Id, (number, prepared.Digests.Request));
        _records.Add(new EntryPosted(Record + 1, now, by, number, prepared.Entry, prepared.Digests, date, prepared.Origin));
        return number;
    }

    /// <summary>The records as segments, in order, and beside each its records for the fold.</summary>
    public List<(Segment Segment, List<LedgerRecord> Records)> Segments()
    {
        var segments = new List<(Segment, List<LedgerRecord>)>(_cuts.Count);
        byte[] commit = [.. _hash];
        for (var n = 0; n < _cuts.Count; n++)
        {
            var (start, first, previous, index) = _cuts[n];
            var isLast = n == _cuts.Count - 1;
            var end = isLast ? buffer.WrittenCount : _cuts[n + 1].Start;
            var endIndex = isLast ? _records.Count : _cuts[n + 1].FirstIndex;
            var hash = isLast ? commit : _cuts[n + 1].PreviousHash;
            segments.Add((new Segment(first, first + endIndex - index - 1, previous, hash, commit, buffer.WrittenMemory[start..end]), _records[index..endIndex]));
        }

        return segments;
    }

    private void Add(LedgerRecord record)
    {
        CutWhenFull(2_000);
        var start = buffer.WrittenCount;
        RecordJson.Write(buffer, record);
        Chain.Append(_hash, buffer.WrittenSpan[start..]);
        buffer.Write("\n"u8);
        _records.Add(record);
    }

    private void CutWhenFull(int next)
    {
        if (_cuts.Count > 0 && buffer.WrittenCount - _cuts[^1].Start + next <= Segment.MaxLinesBytes) return;
        _cuts.Add((buffer.WrittenCount, Record + 1, [.. _hash], _records.Count));
    }
}
