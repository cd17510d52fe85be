using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Text.Json;
using Azure;
using Azure.Data.Tables;
using BackOffice.Kernel;

namespace BackOffice.Ledger;

/// <summary>
/// Table <c>LedgerImports</c>: imports that were put aside to be worked on by the queue.
/// <list type="table">
/// <listheader><term>PartitionKey, RowKey</term><description>what (cardinality)</description></listheader>
/// <item><term><c>{book}</c>, <c>import!{id}</c></term><description>where it stands: Status (receiving, running, done), By, Attempt, Digest and Bytes (of the body), Parts, NextPart, Posted, Duplicates, RejectedCount, StartedAt, FinishedAt (1 an import)</description></item>
/// <item><term><c>{book}|{id}|{attempt}</c>, <c>part!{n, 6 digits}</c></term><description>lines, each behind its number and a tab, packed: Bytes, D0…D13 (one for each 900 KB); never changed</description></item>
/// <item><term><c>{book}|{id}|{attempt}</c>, <c>rejected!{n, 6 digits}</c></term><description>rejected lines of part n, at most 1,000, as JSON in D0…; <c>rejected!start</c>: those rejected before the import was put aside</description></item>
/// </list>
/// </summary>
public sealed class ImportStore(Storage storage, TimeProvider time)
{
    private readonly TableClient _table = storage.Table("LedgerImports");

    /// <summary>
    /// Begins to put an import aside. One that broke off while it was sent begins anew. Null when another request begins it at this moment.
    /// </summary>
    public async Task<ImportUpload?> BeginAsync(string book, string id, string by, ImportTally soFar, TableEntity? found)
    {
        var attempt = (found?.GetInt32("Attempt") ?? 0) + 1;
        var state = new TableEntity(book, StateKey(id))
        {
            ["Status"] = "receiving",
            ["By"] = by,
            ["Attempt"] = attempt,
            ["Parts"] = 0,
            ["NextPart"] = 0,
            ["Posted"] = soFar.Posted,
            ["Duplicates"] = soFar.Duplicates,
            ["RejectedCount"] = soFar.RejectedCount,
            ["StartedAt"] = time.GetUtcNow(),
        };
        try
        {
            var answer = found is null ? await _table.AddEntityAsync(state) : await _table.UpdateEntityAsync(state, found.ETag, TableUpdateMode.Replace);
            state.ETag = answer.Headers.ETag!.Value;
        }
        catch (RequestFailedException e) when (e.Status is 409 or 412)
        {
            return null;
        }

        return new ImportUpload(_table, state, Partition(book, id, attempt), soFar);
    }

    public async Task<TableEntity?> FindAsync(string book, string id)
    {
        await storage.ReadyAsync();
        var row = await _table.GetEntityIfExistsAsync<TableEntity>(book, StateKey(id));
        return row.HasValue ? row.Value : null;
    }

    /// <summary>The lines of a part, each behind its number and a tab.</summary>
    public async Task<byte[]> PartAsync(TableEntity state, int part)
    {
        var row = (await _table.GetEntityAsync<TableEntity>(PartitionOf(state), PartKey(part))).Value;
        return Segment.Unpack(LedgerTable.Chunks(row), row.GetInt32("Bytes")!.Value);
    }

    /// <summary>Notes a part's result and moves on to the next, unless another handler (or this one, whose answer was lost) has done so.</summary>
    public async Task FinishPartAsync(TableEntity state, int part, ImportResult result)
    {
        await NoteRejectedAsync(_table, PartitionOf(state), part.ToString("D6", CultureInfo.InvariantCulture), result.Rejected);
        state["NextPart"] = part + 1;
        state["Posted"] = state.GetInt64("Posted") + result.Posted;
        state["Duplicates"] = state.GetInt64("Duplicates") + result.Duplicates;
        state["RejectedCount"] = state.GetInt64("RejectedCount") + result.RejectedCount;
        if (part + 1 == state.GetInt32("Parts"))
        {
            state["Status"] = "done";
            state["FinishedAt"] = time.GetUtcNow();
        }

        try
        {
            await _table.UpdateEntityAsync(state, state.ETag, TableUpdateMode.Replace);
        }
        catch (RequestFailedException e) when (e.Status == 412)
        {
        }
    }

    /// <summary>Rejected lines in order, at most <see cref="ImportTally.MaxShown"/>.</summary>
    public async Task<List<RejectedLine>> RejectedAsync(TableEntity state)
    {
        List<RejectedLine> all = [];
        var filter = $"PartitionKey eq '{PartitionOf(state)}' and RowKey ge 'rejected!' and RowKey lt 'rejected\"'";
        await foreach (var row in _table.QueryAsync<TableEntity>(filter))
            all.AddRange(JsonSerializer.Deserialize(LedgerTable.Chunks(row), LedgerMessages.Default.IReadOnlyListRejectedLine) ?? []);
        return [.. all.OrderBy(line => line.Line).Take(ImportTally.MaxShown)];
    }

    internal static async Task NoteRejectedAsync(TableClient table, string partition, string part, IReadOnlyList<RejectedLine> rejected)
    {
        if (rejected.Count == 0) return;
        var row = new TableEntity(partition, "rejected!" + part);
        IReadOnlyList<RejectedLine> shown = [.. rejected.Take(ImportTally.MaxShown)];
        LedgerTable.AddChunks(row, JsonSerializer.SerializeToUtf8Bytes(shown, LedgerMessages.Default.IReadOnlyListRejectedLine));
        await table.AddIfAbsentAsync(row); // there already: by the same step, before it was interrupted
    }

    internal static string PartKey(int part) => "part!" + part.ToString("D6", CultureInfo.InvariantCulture);

    private static string StateKey(string id) => "import!" + id;

    private static string Partition(string book, string id, int attempt) => string.Create(CultureInfo.InvariantCulture, $"{book}|{id}|{attempt}");

    private static string PartitionOf(TableEntity state) => Partition(state.PartitionKey, state.RowKey["import!".Length..], state.GetInt32("Attempt")!.Value);
}

/// <summary>An import while it is being put aside: lines are gathered into parts, and the parts written as they fill.</summary>
public sealed class ImportUpload(TableClient table, TableEntity state, string partition, ImportTally soFar)
{
    private readonly ArrayBufferWriter<byte> _part = new(64 * 1024);
    private readonly List<RejectedLine> _rejected = [.. soFar.Rejected];
    private int _parts;
    private long _tooLong;

    /// <summary>Takes all whole lines that the reader holds.</summary>
    public async Task AppendAsync(LineReader lines)
    {
        while (Append(lines)) await FlushAsync();
    }

    /// <summary>Writes the last part and hands the import over to the queue; false when another request was sending the same import meanwhile.</summary>
    /// <param name="digest">Of the body: a later call under the same id must bring the same.</param>
    public async Task<bool> EndAsync(byte[] digest, long bytes)
    {
        if (_part.WrittenCount > 0 || _parts == 0) await FlushAsync();
        await ImportStore.NoteRejectedAsync(table, partition, "start", _rejected);
        state["Status"] = "running";
        state["Parts"] = _parts;
        state["Digest"] = digest;
        state["Bytes"] = bytes;
        state["RejectedCount"] = soFar.RejectedCount + _tooLong;
        try
        {
            await table.UpdateEntityAsync(state, state.ETag, TableUpdateMode.Replace);
            return true;
        }
        catch (RequestFailedException e) when (e.Status == 412)
        {
            // Another request's doing, or our own first try, whose answer was lost.
            var now = (await table.GetEntityAsync<TableEntity>(state.PartitionKey, state.RowKey)).Value;
            return now.GetInt32("Attempt") == state.GetInt32("Attempt") && now.GetString("Status") != "receiving";
        }
    }

    /// <summary>True when a part is full and there are more lines.</summary>
    private bool Append(LineReader lines)
    {
        while (lines.TryTake(out var line, out var tooLong))
        {
            if (tooLong)
            {
                _tooLong++;
                if (_rejected.Count < ImportTally.MaxShown) _rejected.Add(RejectedLine.TooLong(lines.Line));
                continue;
            }

            Utf8Formatter.TryFormat(lines.Line, _part.GetSpan(20), out var digits);
            _part.Advance(digits);
            _part.Write("\t"u8);
            _part.Write(line);
            _part.Write("\n"u8);
            if (_part.WrittenCount > Segment.MaxLinesBytes - LineReader.MaxLineBytes - 32) return true;
        }

        return false;
    }

    private async Task FlushAsync()
    {
        var row = new TableEntity(partition, ImportStore.PartKey(_parts++)) { ["Bytes"] = _part.WrittenCount };
        LedgerTable.AddChunks(row, Segment.Pack(_part.WrittenSpan));
        await table.AddIfAbsentAsync(row);
        _part.ResetWrittenCount();
    }
}
