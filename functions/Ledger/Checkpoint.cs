using System.Globalization;
using System.Text;
using Azure;
using Azure.Data.Tables;
using BackOffice.Kernel;
using Microsoft.Extensions.Logging;

namespace BackOffice.Ledger;

/// <summary>
/// Checkpoints save a cold process from folding a book from its first record. They can be thrown away at any time: everything in them can be computed again.
/// They lie in partition <c>{book}|chk</c> of table <c>Ledger</c>:
/// <list type="table">
/// <listheader><term>RowKey</term><description>what (cardinality)</description></listheader>
/// <item><term><c>ids!{format}!{block, 10 digits}</c></term><description>digests of entries 16,384·block+1 … 16,384·(block+1), 32 bytes each, in D0…D7; never changed, shared by all checkpoints</description></item>
/// <item><term><c>part!{format}!{record, 19 digits}!{part, 4 digits}</c></term><description>the state packed, then the digests of the entries after the last full block, in D0…D13 (1 to 9,999 a checkpoint)</description></item>
/// <item><term><c>at!{2⁶³−1−record, 19 digits}</c></term><description>the pointer, written last: Format, Record, Entry, Hash, Blocks, Parts, StateBytes, PackedBytes; newest first. Older ones stay, for <c>?recorded=</c></description></item>
/// </list>
/// </summary>
public sealed partial class Checkpoint(LedgerTable table, ILogger<Checkpoint> logger)
{
    private const int PartBytes = 14 * 64 * 1024;
    private const int ParallelReads = 4;

    /// <summary>The newest checkpoint that holds at most so many entries, as a state; null when there is none of this format.</summary>
    public async Task<BookState?> LoadNewestAsync(string book, long maxEntries)
    {
        var partition = Partition(book);
        var filter = $"PartitionKey eq '{partition}' and RowKey ge 'at!' and RowKey lt 'at\"'";
        await foreach (var pointer in table.Client.QueryAsync<TableEntity>(filter))
        {
            if (pointer.GetInt32("Format") != BookState.Format || pointer.GetInt64("Entry") > maxEntries) continue;
            try
            {
                return await LoadAsync(partition, pointer);
            }
            catch (Exception e) when (e is RequestFailedException { Status: 404 } or InvalidDataException or InvalidOperationException or IOException or ArgumentException)
            {
                Log.NotUsed(logger, e, book, pointer.RowKey); // an older one will do, or none: all of it can be computed again
            }
        }

        return null;
    }

    /// <summary>Writes a checkpoint of the book as this process knows it; does nothing when there is one of that record already. Returns its record number.</summary>
    public async Task<long> WriteAsync(string book, Func<Func<BookState, Snapshot>, Snapshot> read)
    {
        var snapshot = read(Snapshot.Of);
        var partition = Partition(book);
        var pointerKey = "at!" + (long.MaxValue - snapshot.Record).ToString("D19", CultureInfo.InvariantCulture);
        if ((await table.Client.GetEntityIfExistsAsync<TableEntity>(partition, pointerKey, ["Format"])).HasValue) return snapshot.Record;

        // A row that is there already was written by another instance from the same records, and so is the same.
        var firstBlock = Math.Min(await FullBlocksStoredAsync(partition), snapshot.FullBlocks.Count);
        for (var block = firstBlock; block < snapshot.FullBlocks.Count; block++)
        {
            var row = new TableEntity(partition, BlockKey(block));
            LedgerTable.AddChunks(row, EntryIndex.Bytes(snapshot.FullBlocks[block], EntryIndex.BlockEntries));
            await table.Client.AddIfAbsentAsync(row);
        }

        var packed = Segment.Pack(snapshot.State);
        byte[] body = [.. packed, .. snapshot.LastBlock];
        var parts = 0;
        for (var at = 0; at < body.Length; at += PartBytes, parts++)
        {
            var row = new TableEntity(partition, PartKey(snapshot.Record, parts));
            LedgerTable.AddChunks(row, body.AsSpan(at, Math.Min(PartBytes, body.Length - at)));
            await table.Client.AddIfAbsentAsync(row);
        }

        await table.Client.AddIfAbsentAsync(new TableEntity(partition, pointerKey)
        {
            ["Format"] = BookState.Format,
            ["Record"] = snapshot.Record,
            ["Entry"] = snapshot.Entries,
            ["Hash"] = snapshot.Hash,
            ["Blocks"] = snapshot.FullBlocks.Count,
            ["Parts"] = parts,
            ["StateBytes"] = snapshot.State.Length,
            ["PackedBytes"] = packed.Length,
        });
        return snapshot.Record;
    }

    private async Task<BookState> LoadAsync(string partition, TableEntity pointer)
    {
        var record = pointer.GetInt64("Record")!.Value;
        var keys = Enumerable.Range(0, pointer.GetInt32("Blocks")!.Value).Select(BlockKey)
            .Concat(Enumerable.Range(0, pointer.GetInt32("Parts")!.Value).Select(part => PartKey(record, part))).ToList();
        var blocks = keys.Count - pointer.GetInt32("Parts")!.Value;
        var index = new EntryIndex();
        index.Reserve(pointer.GetInt64("Entry")!.Value);
        using var body = new MemoryStream();

        // A few reads ahead; each block is taken into the index while the next are on their way.
        var ahead = new Queue<Task<byte[]>>();
        for (var n = 0; n < keys.Count; n++)
        {
            for (var next = n + ahead.Count; next < keys.Count && ahead.Count < ParallelReads; next++) ahead.Enqueue(ReadAsync(partition, keys[next]));
            var bytes = await ahead.Dequeue();
            if (n < blocks) index.AddBytes(bytes);
            else body.Write(bytes);
        }

        var packedBytes = pointer.GetInt32("PackedBytes")!.Value;
        var all = body.GetBuffer().AsSpan(0, (int)body.Length);
        index.AddBytes(all[packedBytes..]);
        var state = Segment.Unpack(all[..packedBytes], pointer.GetInt32("StateBytes")!.Value);
        using var reader = new BinaryReader(new MemoryStream(state), Encoding.UTF8);
        var read = BookState.Read(reader, index);
        return read.Record == record && read.Hash.AsSpan().SequenceEqual(pointer.GetBinary("Hash")) ? read : throw new InvalidDataException("The checkpoint's state is not the one its pointer names.");
    }

    private async Task<byte[]> ReadAsync(string partition, string key) => LedgerTable.Chunks((await table.Client.GetEntityAsync<TableEntity>(partition, key)).Value);

    /// <summary>How many full blocks earlier checkpoints have written.</summary>
    private async Task<int> FullBlocksStoredAsync(string partition)
    {
        var filter = $"PartitionKey eq '{partition}' and RowKey ge 'at!' and RowKey lt 'at\"'";
        await foreach (var pointer in table.Client.QueryAsync<TableEntity>(filter, 1))
            if (pointer.GetInt32("Format") == BookState.Format) return pointer.GetInt32("Blocks") ?? 0;
        return 0;
    }

    private static string Partition(string book) => book + "|chk";

    private static string BlockKey(int block) => string.Create(CultureInfo.InvariantCulture, $"ids!{BookState.Format}!{block:D10}");

    private static string PartKey(long record, int part) => string.Create(CultureInfo.InvariantCulture, $"part!{BookState.Format}!{record:D19}!{part:D4}");

    private static partial class Log
    {
        [LoggerMessage(110, LogLevel.Warning, "Book {Book}: checkpoint {Key} cannot be used")]
        public static partial void NotUsed(ILogger logger, Exception e, string book, string key);
    }
}

/// <summary>A state as bytes, taken in one moment.</summary>
public sealed record Snapshot(long Record, long Entries, byte[] Hash, byte[] State, IReadOnlyList<EntryDigests[]> FullBlocks, byte[] LastBlock)
{
    public static Snapshot Of(BookState state)
    {
        using var bytes = new MemoryStream();
        using (var writer = new BinaryWriter(bytes, Encoding.UTF8, leaveOpen: true)) state.Write(writer);
        var full = (int)(state.Entries / EntryIndex.BlockEntries);
        var rest = (int)(state.Entries % EntryIndex.BlockEntries);
        return new Snapshot(state.Record, state.Entries, state.Hash, bytes.ToArray(), [.. state.Index.Blocks.Take(full)],
            rest == 0 ? [] : EntryIndex.Bytes(state.Index.Blocks[full], rest).ToArray());
    }
}
