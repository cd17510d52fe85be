using System.Buffers;
using System.Text.Unicode;
using BackOffice.Kernel;

namespace BackOffice.Ledger;

/// <summary>One line of an import that was not taken.</summary>
/// <param name="Line">Its number in the import, from 1.</param>
/// <param name="Id">The entry's id, as far as it could be read.</param>
/// <param name="Code">The first rule broken.</param>
/// <param name="Detail">What was wrong and what would be right.</param>
public sealed record RejectedLine(long Line, string? Id, string Code, string Detail)
{
    public static RejectedLine TooLong(long line) => new(line, null, "ledger/line-too-long", $"The line is longer than {LineReader.MaxLineBytes:N0} bytes.");
}

/// <summary>What became of some lines: taken in, there already with the same content, or rejected.</summary>
/// <param name="Posted">How many were taken in.</param>
/// <param name="Duplicates">How many were there already.</param>
/// <param name="RejectedCount">How many were rejected.</param>
/// <param name="Rejected">The first of those, at most <see cref="ImportTally.MaxShown"/>, in order of line.</param>
public sealed record ImportResult(long Posted, long Duplicates, long RejectedCount, IReadOnlyList<RejectedLine> Rejected);

/// <summary>Some lines of an import on their way into the book: read one by one, posted in one decision.</summary>
public sealed class ImportChunk(int digits)
{
    /// <summary>Enough lines to make a commit's overhead small, few enough to keep every buffer off the large object heap.</summary>
    public const int FullBytes = 48 * 1024;

    private readonly List<(PreparedEntry Entry, long Line)> _entries = [];
    private readonly List<RejectedLine> _rejected = [];
    private long _rejectedCount;
    private readonly List<Fault> _faults = [];
    private readonly ArrayBufferWriter<byte> _canonical = new(FullBytes + (16 * 1024));

    /// <summary>About how many bytes of records it will make, and of memory it holds.</summary>
    public int Bytes => _canonical.WrittenCount + (_entries.Count * 250) + (_rejected.Count * 400);
    public bool IsFull => _canonical.WrittenCount >= FullBytes || _rejectedCount >= ImportTally.MaxShown;
    public bool IsEmpty => _entries.Count == 0 && _rejectedCount == 0;
    public long RejectedCount => _rejectedCount;

    /// <summary>Reads a line: one entry, or a rejection.</summary>
    public void Read(ReadOnlySpan<byte> utf8, long line)
    {
        if (!Utf8.IsValid(utf8))
        {
            Reject(new RejectedLine(line, null, "request/not-utf8", "The line is not valid UTF-8."));
            return;
        }

        var entry = EntryJson.Read(utf8, digits, _faults, out var id);
        if (entry is null)
        {
            var fault = _faults[0];
            Reject(new RejectedLine(line, id, fault.Code, DetailOf(fault)));
            _faults.Clear();
            return;
        }

        var start = _canonical.WrittenCount;
        EntryJson.Append(_canonical, entry, digits);
        var canonical = _canonical.WrittenMemory[start..];
        _entries.Add((new PreparedEntry(entry, canonical, EntryDigests.Of(entry.Id, canonical.Span)), line));
    }

    public void Reject(RejectedLine line)
    {
        _rejectedCount++;
        if (_rejected.Count < ImportTally.MaxShown) _rejected.Add(line);
    }

    /// <summary>Posts what was read; each entry is judged by itself.</summary>
    public Task<ImportResult> PostAsync(Book book, string by) =>
        _entries.Count == 0 ? Task.FromResult(new ImportResult(0, 0, _rejectedCount, _rejected)) : book.CommitAsync(Bytes, draft => Post(draft, by));

    /// <summary>Posts all or nothing, in one commit of its own.</summary>
    public Task<ImportResult> PostAtomicallyAsync(Book book, string by) => book.CommitAsync(Bytes, draft => PostAll(draft, by), alone: true);

    private ImportResult Post(BookDraft book, string by)
    {
        long posted = 0, duplicates = 0;
        List<RejectedLine>? refused = null;
        foreach (var (entry, line) in _entries)
        {
            var decision = PostEntry.Decide(book, entry);
            if (decision.IsPost)
            {
                book.Post(entry, decision.Date, by);
                posted++;
            }
            else if (decision.Refusal is { } refusal) (refused ??= [.. _rejected]).Add(Rejected(line, entry, refusal));
            else duplicates++;
        }

        refused?.Sort((a, b) => a.Line.CompareTo(b.Line));
        return new ImportResult(posted, duplicates, _entries.Count - posted - duplicates + _rejectedCount, refused ?? _rejected);
    }

    private ImportResult PostAll(BookDraft book, string by)
    {
        // Judged first and posted after: a draft knows no way back. What repeats an earlier line of this import is seen by the table of ids.
        List<RejectedLine> refused = [.. _rejected];
        Dictionary<UInt128, UInt128> seen = [];
        List<(PreparedEntry Entry, DateOnly Date)> fresh = [];
        foreach (var (entry, line) in _entries)
        {
            var decision = PostEntry.Decide(book, entry);
            if (decision.Refusal is { } refusal) refused.Add(Rejected(line, entry, refusal));
            else if (decision.IsPost && seen.TryAdd(entry.Digests.Id, entry.Digests.Request)) fresh.Add((entry, decision.Date));
            else if (decision.IsPost && seen[entry.Digests.Id] != entry.Digests.Request)
                refused.Add(new RejectedLine(line, entry.Entry.Id, "ledger/id-reused", $"Entry '{entry.Entry.Id}' stands in this import before, with other content."));
        }

        if (refused.Count > 0) return new ImportResult(0, 0, refused.Count - _rejected.Count + _rejectedCount, [.. refused.OrderBy(r => r.Line)]);
        foreach (var (entry, date) in fresh) book.Post(entry, date, by);
        return new ImportResult(fresh.Count, _entries.Count - fresh.Count, 0, []);
    }

    internal static RejectedLine Rejected(long line, PreparedEntry entry, Refusal refusal)
    {
        var fault = refusal.Faults[0];
        return new RejectedLine(line, entry.Entry.Id, fault.Code, DetailOf(fault));
    }

    private static string DetailOf(Fault fault) => fault.Path.Length == 0 ? fault.Detail : $"{fault.Path}: {fault.Detail}";
}
