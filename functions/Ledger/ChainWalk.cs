namespace BackOffice.Ledger;

/// <summary>What a walk over a chain found.</summary>
/// <param name="FromRecord">First record walked.</param>
/// <param name="Record">Last good record.</param>
/// <param name="Entries">Number of the last good entry.</param>
/// <param name="Hash">Chain hash after the last good record.</param>
/// <param name="Fault">What is wrong after it; null when nothing is.</param>
public sealed record WalkResult(long FromRecord, long Record, long Entries, byte[] Hash, string? Fault)
{
    public bool Valid => Fault is null;

    /// <summary>How many hashes that nights have laid down elsewhere the chain was held against.</summary>
    public int KeptHashes { get; init; }
}

/// <summary>
/// Walks segments from a known point of the chain and proves of each record: its number follows, its segment begins and ends with the hash that its bytes give, and of each
/// entry: its number follows, debits equal credits. Nothing is believed that the walk has not computed. Where a night has laid a hash down elsewhere, the chain must have the same.
/// </summary>
/// <param name="kept">Hashes that nights have laid down.</param>
public sealed class ChainWalk(long record, long entries, byte[] hash, int digits, IReadOnlyList<KeptHash>? kept = null)
{
    private readonly long _from = record + 1;
    private readonly byte[] _hash = [.. hash];
    private long _record = record;
    private long _entries = entries;
    private int _digits = digits;
    private readonly ILookup<long, KeptHash> _kept = (kept ?? []).ToLookup(one => one.Record);

    public WalkResult Result(string? fault = null) => new(_from, _record, _entries, [.. _hash], fault);

    /// <summary>Walks the next segment; null when it is good, else what is wrong with it.</summary>
    public string? Next(Segment segment)
    {
        if (segment.FirstRecord != _record + 1) return $"after record {_record} comes record {segment.FirstRecord}";
        if (!segment.PreviousHash.AsSpan().SequenceEqual(_hash)) return $"segment {segment.FirstRecord} names another hash for record {_record}";
        for (var rest = segment.Lines; !rest.IsEmpty;)
        {
            var line = Segment.TakeLine(ref rest);
            Chain.Append(_hash, line.Span);
            if (Check(line) is { } fault) return fault;
            _record++;
            foreach (var hash in _kept[_record])
                if (hash.Hash != Convert.ToHexStringLower(_hash)) return $"the night of {Kernel.BusinessDay.Text(hash.Night)} laid down another hash for record {_record}: the chain was written anew";
        }

        if (_record != segment.LastRecord) return $"segment {segment.FirstRecord} ends with record {_record}, not {segment.LastRecord}";
        return segment.Hash.AsSpan().SequenceEqual(_hash) ? null : $"the records of segment {segment.FirstRecord} do not give its hash: they were changed";
    }

    private string? Check(ReadOnlyMemory<byte> line)
    {
        LedgerRecord record;
        try
        {
            record = RecordJson.Read(line.Span, _digits);
        }
        catch (Exception e) when (e is System.Text.Json.JsonException or InvalidDataException or InvalidOperationException or FormatException)
        {
            return $"record {_record + 1} cannot be read: {e.Message}";
        }

        if (record.Record != _record + 1) return $"record {_record + 1} calls itself {record.Record}";
        if (record is BookOpened opened) _digits = Kernel.Currency.DigitsOf(opened.Currency) ?? _digits;
        if (record is not EntryPosted posted) return null;
        if (posted.Number != _entries + 1) return $"record {record.Record} holds entry {posted.Number} after entry {_entries}";
        _entries++; // it balances: reading it has proved that
        return null;
    }
}
