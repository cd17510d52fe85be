using System.Globalization;
using System.Security.Cryptography;
using Azure;
using Azure.Data.Tables;
using BackOffice.Kernel;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;

namespace BackOffice.Operations;

/// <summary>
/// <c>POST /api/operations/import/{table}?into=empty</c>, <c>application/x-ndjson</c>: one part of an export, with its last line, up to 32 MiB. Count, SHA-256 and every row are checked before the first is written (422 <c>operations/checksum</c>,
/// <c>operations/part-end</c>, <c>operations/row</c>); then rows are added, those of one partition in transactions, and <c>{table, added, known, rows, sha256}</c> answered. A row that is there with the same content is known, so a part may be
/// sent again; with other content it is 409 <c>operations/row-differs</c>, which names it and leaves it. <c>into=empty</c>, for a table's first part: 409 <c>operations/not-empty</c> when it has rows. Whoever imports keeps the app from
/// working on the same tables. Logged with who and which table. Rows: reads and adds to the table. Messages: none.
/// </summary>
public sealed partial class ImportTable(Storage storage, ILogger<ImportTable> logger)
{
    private const int MaxPartBytes = 32 * 1024 * 1024;
    private const int MaxBatchRows = 100;

    /// <summary>The platform takes 4 MiB a transaction; the client may send six bytes for one of ours (<c>+</c> as <c>\u002B</c>). One row is always less.</summary>
    private const int MaxBatchBytes = 650_000;

    /// <summary>So many transactions are on their way at once, each to a partition or part of one.</summary>
    private const int Parallel = 16;

    [Function(nameof(ImportTable))]
    [Allow(Roles.Operator)]
    public async Task<IResult> Run([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "operations/import/{table}")] HttpRequest request, string table)
    {
        if (ListExport.Unknown(table) is { } unknown) return unknown;
        var query = new QueryFields(request.Query);
        var into = query.Text("into");
        if (into is not (null or "empty")) query.Faults.Add(new Fault("into", "operations/into", "'into' must be empty, or left out."));
        if (query.Refused() is { } wrong) return new Problem(wrong);
        if (!(await RequestBody.ReadUtf8Async(request, "application/x-ndjson", MaxPartBytes)).Is(out var body, out var refusal)) return new Problem(refusal);
        if (!TablePart.Read(body).Is(out var part, out refusal)) return new Problem(refusal);

        var by = Caller.Of(request).Name;
        await storage.ReadyAsync();
        var client = storage.Table(table);
        if (into is not null && await client.QueryAsync<TableEntity>("PartitionKey ge ''", 1, ["PartitionKey"]).AnyAsync())
            return Problem.Of(409, "operations/not-empty", $"Table '{table}' has rows. Import into an empty account, or leave out into=empty to go on with an import.");

        Log.Began(logger, by, table, part.Lines.Count, part.End.Sha256);
        var tally = new RowTally();
        await System.Threading.Tasks.Parallel.ForEachAsync(part.Batches(MaxBatchRows, MaxBatchBytes), new ParallelOptions { MaxDegreeOfParallelism = Parallel }, async (batch, _) =>
        {
            if (tally.Differs is null) await AddAsync(client, batch, tally);
        });
        Log.Imported(logger, by, table, tally.Added, tally.Known, tally.Differs is null ? "whole" : "refused");
        if (tally.Differs is { } row)
            return Problem.Of(409, "operations/row-differs", $"Row '{row.Partition}', '{row.Row}' of table '{table}' is there with other content, and stays. Import into an empty account.");
        return new JsonAnswer(json =>
        {
            json.WriteString("table", table);
            json.WriteNumber("added", tally.Added);
            json.WriteNumber("known", tally.Known);
            json.WriteNumber("rows", part.End.Rows);
            json.WriteString("sha256", part.End.Sha256);
        });
    }

    /// <summary>Adds the rows of a batch, all of one partition. When one is there already the store takes none: then those that are there are compared, and the others are added.</summary>
    private static async Task AddAsync(TableClient table, IReadOnlyList<TableEntity> batch, RowTally tally)
    {
        var known = 0;
        while (batch.Count > 0)
        {
            try
            {
                await table.SubmitTransactionAsync(batch.Select(row => new TableTransactionAction(TableTransactionActionType.Add, row)));
                break;
            }
            catch (RequestFailedException e) when (e.Status == 409)
            {
                List<TableEntity> missing = [];
                foreach (var row in batch)
                {
                    if (await table.FindAsync(row.PartitionKey, row.RowKey) is not { } there) missing.Add(row);
                    else if (!StoredRow.Bytes(there).AsSpan().SequenceEqual(StoredRow.Bytes(row)))
                    {
                        tally.Differ(new RowKeys(row.PartitionKey, row.RowKey));
                        return;
                    }
                }

                known += batch.Count - missing.Count;
                batch = missing;
            }
        }

        tally.Add(batch.Count, known);
    }

    private static partial class Log
    {
        [LoggerMessage(722, LogLevel.Warning, "{Caller} imports into table {Table}: a part of {Rows} rows, SHA-256 {Sha256}")]
        public static partial void Began(ILogger logger, string caller, string table, int rows, string sha256);

        [LoggerMessage(723, LogLevel.Warning, "{Caller} imported into table {Table}: {Added} rows added, {Known} known, the part {Outcome}")]
        public static partial void Imported(ILogger logger, string caller, string table, long added, long known, string outcome);
    }
}

/// <summary>What has become of a part's rows so far; batches come from many sides.</summary>
internal sealed class RowTally
{
    private long _added;
    private long _known;
    private RowKeys? _differs;

    public long Added => Interlocked.Read(ref _added);
    public long Known => Interlocked.Read(ref _known);

    /// <summary>A row that is there with other content; no batch is begun once there is one.</summary>
    public RowKeys? Differs => Volatile.Read(ref _differs);

    public void Add(long added, long known)
    {
        Interlocked.Add(ref _added, added);
        Interlocked.Add(ref _known, known);
    }

    public void Differ(RowKeys row) => Interlocked.CompareExchange(ref _differs, row, null);
}

/// <summary>A part of an export that has been found whole: its row lines, each readable, and its end.</summary>
internal sealed record TablePart(IReadOnlyList<ReadOnlyMemory<byte>> Lines, PartEnd End)
{
    /// <summary>The part, when its last line says how many rows and which SHA-256, both are right, each line is a row, and each key stands once.</summary>
    public static Outcome<TablePart> Read(byte[] body)
    {
        List<ReadOnlyMemory<byte>> lines = [];
        var at = 0;
        for (int length; (length = body.AsSpan(at).IndexOf((byte)'\n')) >= 0; at += length + 1) lines.Add(body.AsMemory(at, length));
        if (at < body.Length || lines.Count == 0 || PartEnd.Read(lines[^1]) is not { } end)
            return new Refusal(422, "operations/part-end", "The body must end with the export's last line {\"rows\":…,\"sha256\":…} and its line feed. Without it the part broke off: export it again. Nothing was written.");

        var ends = lines[^1].Length + 1;
        lines.RemoveAt(lines.Count - 1);
        var sha256 = Convert.ToHexStringLower(SHA256.HashData(body.AsSpan(0, body.Length - ends)));
        if (lines.Count != end.Rows || sha256 != end.Sha256)
            return new Refusal(422, "operations/checksum", $"The part has {lines.Count} rows with SHA-256 {sha256}; its last line says {end.Rows} rows with {Ids.Cut(end.Sha256)}. Nothing was written.");

        HashSet<RowKeys> keys = [];
        for (var n = 0; n < lines.Count; n++)
        {
            if (!StoredRow.Read(lines[n], n + 1).Is(out var row, out var refusal)) return refusal;
            if (!keys.Add(new RowKeys(row.PartitionKey, row.RowKey)))
                return new Refusal(422, "operations/row-twice", $"Line {n + 1} has the keys of a line before. Nothing was written.", string.Create(CultureInfo.InvariantCulture, $"lines[{n + 1}]"));
        }

        return new TablePart(lines, end);
    }

    /// <summary>The rows in groups of one partition, as many as one transaction takes.</summary>
    public IEnumerable<IReadOnlyList<TableEntity>> Batches(int maxRows, int maxBytes)
    {
        List<TableEntity> batch = [];
        var bytes = 0;
        for (var n = 0; n < Lines.Count; n++)
        {
            if (!StoredRow.Read(Lines[n], n + 1).Is(out var row, out _)) throw new InvalidOperationException("A line that was read once cannot be read again.");
            if (batch.Count > 0 && (batch.Count == maxRows || bytes + Lines[n].Length > maxBytes || batch[0].PartitionKey != row.PartitionKey))
            {
                yield return batch;
                (batch, bytes) = ([], 0);
            }

            batch.Add(row);
            bytes += Lines[n].Length;
        }

        if (batch.Count > 0) yield return batch;
    }
}
