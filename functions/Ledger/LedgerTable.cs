using System.Globalization;
using System.Runtime.CompilerServices;
using Azure;
using Azure.Data.Tables;
using BackOffice.Kernel;

namespace BackOffice.Ledger;

/// <summary>
/// Table <c>Ledger</c>. Only this department writes it, and only by <see cref="CommitAsync"/> (records), <see cref="ReserveAsync"/> (whose turn it is) and <see cref="Checkpoint"/> (what can be computed again).
/// <list type="table">
/// <listheader><term>PartitionKey, RowKey</term><description>what (cardinality)</description></listheader>
/// <item><term><c>{book}</c>, <c>head</c></term><description>where the chain ends: Record, Entry, Hash; Reserved, when an instance that lost to others has asked them to let it commit next.
/// Its ETag is the book's optimistic lock. (1 a book)</description></item>
/// <item><term><c>{book}</c>, <c>seg!{first record, 19 digits}</c></term><description>the records of one commit, or a part of them: LastRecord, PreviousHash, Hash, Commit, Bytes (unpacked),
/// D0…D13 (packed, 64 KiB each). Never changed. (1 to 99 a commit; in order of record number)</description></item>
/// <item><term><c>{book}|chk</c>, …</term><description>checkpoints, see <see cref="Checkpoint"/></description></item>
/// </list>
/// </summary>
public sealed class LedgerTable(Storage storage)
{
    private const int ChunkBytes = 64 * 1024;

    /// <summary>Packed bytes of one commit: base64 makes 3.9 MB of it, the platform takes 4 MiB a transaction.</summary>
    public const int MaxCommitBytes = 2_900_000;

    /// <summary>The platform takes 100 operations a transaction; one is the head.</summary>
    public const int MaxCommitSegments = 99;

    private readonly TableClient _table = storage.Table("Ledger");

    public TableClient Client => _table;

    public Task ReadyAsync() => storage.ReadyAsync();

    public static string SegmentKey(long firstRecord) => "seg!" + firstRecord.ToString("D19", CultureInfo.InvariantCulture);

    /// <summary>Where the book ends; null when it does not exist.</summary>
    public async Task<LedgerHead?> ReadHeadAsync(string book)
    {
        var head = await _table.GetEntityIfExistsAsync<TableEntity>(book, "head", ["Record", "Reserved"]);
        return head.HasValue ? new LedgerHead(head.Value!.GetInt64("Record")!.Value, head.Value.ETag, head.Value.GetBoolean("Reserved") ?? false) : null;
    }

    /// <summary>Marks the head as reserved, or not any more, when it still has this ETag; the next commit ends it. Returns the new ETag; null when the head has another by now, or the store did not do it: it is a courtesy, and nobody's answer hangs on it.</summary>
    public Task<ETag?> ReserveAsync(string book, ETag head, bool isReserved = true) => MarkAsync(book, head, isReserved);

    /// <summary>Marks the head as reserved, whatever ETag it has: where it stands is left as it is, and a commit under way under the ETag before finds that it comes too late.</summary>
#pragma warning disable RS0030 // The one update without the ETag that was read: it sets nothing that another could have set.
    public Task<ETag?> InsistAsync(string book) => MarkAsync(book, ETag.All, isReserved: true);
#pragma warning restore RS0030

    private async Task<ETag?> MarkAsync(string book, ETag head, bool isReserved)
    {
        try
        {
            var answer = await _table.UpdateEntityAsync(new TableEntity(book, "head") { ["Reserved"] = isReserved }, head, TableUpdateMode.Merge, CancellationToken.None);
            return answer.Headers.ETag;
        }
        catch (Exception e) when (e is RequestFailedException { Status: 412 } || StorageFaults.IsTransient(e))
        {
            return null;
        }
    }

    /// <summary>
    /// Puts the segments and the moved head into the book in one transaction, when the head still has <paramref name="head"/> (default: when the book does not exist yet).
    /// Returns the head's new ETag. 409 and 412: somebody else has written, or this very commit has arrived before.
    /// </summary>
    public async Task<ETag> CommitAsync(string book, ETag head, IReadOnlyList<PackedSegment> segments, long entry)
    {
        var last = segments[^1].Segment;
        var row = new TableEntity(book, "head") { ["Record"] = last.LastRecord, ["Entry"] = entry, ["Hash"] = last.Hash };
        List<TableTransactionAction> actions =
        [
            head == default ? new(TableTransactionActionType.Add, row) : new(TableTransactionActionType.UpdateReplace, row, head),
            .. segments.Select(segment => new TableTransactionAction(TableTransactionActionType.Add, ToRow(book, segment))),
        ];
        // Whoever gives up waiting does not stop the commit: others wait for it too.
        var answer = await _table.SubmitTransactionAsync(actions, CancellationToken.None);
        return answer.Value[0].Headers.ETag ?? throw new InvalidOperationException("The store returned no ETag for the head.");
    }

    /// <summary>The segment that begins with this record, or null when there is none.</summary>
    public async Task<Segment?> ReadSegmentAsync(string book, long firstRecord)
    {
        var row = await _table.GetEntityIfExistsAsync<TableEntity>(book, SegmentKey(firstRecord));
        return row.HasValue ? FromRow(row.Value!) : null;
    }

    /// <summary>Segments from this record on, in order, as many as there are.</summary>
    public async IAsyncEnumerable<Segment> ReadSegmentsAsync(string book, long firstRecord, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        // Rows are from 1 KB to 1 MB; pages begin small and grow while the rows are small, so that no answer is too large to hold.
        const int wantedPageBytes = 4_000_000;
        var take = 8;
        while (true)
        {
            long bytes = 0, last = 0;
            var count = 0;
            var filter = $"PartitionKey eq '{book}' and RowKey ge '{SegmentKey(firstRecord)}' and RowKey lt 'seg\"'";
            await foreach (var page in _table.QueryAsync<TableEntity>(filter, take, cancellationToken: cancellation).AsPages())
            {
                foreach (var row in page.Values)
                {
                    var segment = FromRow(row);
                    bytes += segment.Lines.Length;
                    (count, last) = (count + 1, segment.LastRecord);
                    yield return segment;
                }

                // A page may be empty and yet lead on (the platform cuts a query short); only a page with rows is the one to continue from.
                if (count > 0) break;
            }

            if (count == 0) yield break;
            firstRecord = last + 1;
            take = (int)Math.Clamp(wantedPageBytes / Math.Max(1, bytes / 6 / count), 8, 1000);
        }
    }

    private static TableEntity ToRow(string book, PackedSegment packed)
    {
        var segment = packed.Segment;
        var row = new TableEntity(book, SegmentKey(segment.FirstRecord))
        {
            ["LastRecord"] = segment.LastRecord,
            ["PreviousHash"] = segment.PreviousHash,
            ["Hash"] = segment.Hash,
            ["Commit"] = segment.Commit,
            ["Bytes"] = segment.Lines.Length,
        };
        AddChunks(row, packed.Bytes);
        return row;
    }

    private static Segment FromRow(TableEntity row)
    {
        try
        {
            var first = long.Parse(row.RowKey.AsSpan(4), CultureInfo.InvariantCulture);
            var length = row.GetInt32("Bytes")!.Value;
            if (length is < 0 or > Segment.MaxLinesBytes) throw new InvalidDataException($"it says it unpacks to {length} bytes");
            return new Segment(first, row.GetInt64("LastRecord")!.Value, row.GetBinary("PreviousHash"), row.GetBinary("Hash"), row.GetBinary("Commit"), Segment.Unpack(Chunks(row), length));
        }
        catch (Exception e) when (e is InvalidDataException or InvalidOperationException or FormatException or InvalidCastException or ArgumentException)
        {
            throw new InvalidDataException($"Row {row.RowKey} is damaged: {e.Message}", e);
        }
    }

    /// <summary>Lays bytes into the binary properties D0, D1, … of 64 KiB each.</summary>
    public static void AddChunks(TableEntity row, ReadOnlySpan<byte> bytes)
    {
        for (var n = 0; !bytes.IsEmpty; n++)
        {
            var chunk = bytes[..Math.Min(ChunkBytes, bytes.Length)];
            row["D" + n.ToString(CultureInfo.InvariantCulture)] = chunk.ToArray();
            bytes = bytes[chunk.Length..];
        }
    }

    public static byte[] Chunks(TableEntity row)
    {
        if (!row.ContainsKey("D1")) return row.GetBinary("D0") ?? [];
        using var all = new MemoryStream();
        for (var n = 0; row.TryGetValue("D" + n.ToString(CultureInfo.InvariantCulture), out var chunk); n++) all.Write((byte[])chunk);
        return all.ToArray();
    }
}

/// <summary>A book's end: the number of its last record; the ETag under which it may be moved; whether an instance has reserved the next commit.</summary>
public sealed record LedgerHead(long Record, ETag ETag, bool IsReserved);

/// <summary>A segment with its packed form, ready to be written.</summary>
public sealed record PackedSegment(Segment Segment, byte[] Bytes);
