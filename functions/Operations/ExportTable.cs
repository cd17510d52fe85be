using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;
using Azure.Data.Tables;
using BackOffice.Kernel;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;

namespace BackOffice.Operations;

/// <summary>
/// <c>GET /api/operations/export/{table}?after=&amp;rows=</c>, <c>application/x-ndjson</c>: the rows of a table in order of their keys, one a line (<see cref="StoredRow"/>), as they are read, and a last line with their count, their SHA-256
/// and where the next part is (<see cref="PartEnd"/>). A part ends after <c>rows</c> (1 to 50,000, which is the default), 24 MB or 100 s. An answer without its last line broke off: ask for it again. Logged with who and which part.
/// Rows: reads the table. Messages: none.
/// </summary>
public sealed partial class ExportTable(Storage storage, TimeProvider time, ILogger<ExportTable> logger)
{
    /// <summary>So many rows go into one part: an import of them, each a partition of its own, ends in time.</summary>
    public const int MaxRows = 50_000;

    /// <summary>A part is full from here on; with its last row it is still less than an import takes.</summary>
    public const int FullBytes = 24_000_000;

    private const int FlushBytes = 64 * 1024;
    private const int PageRows = 64; // of 1 MiB at most

    /// <summary>Less than half of what the platform gives a call.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(100);

    [Function(nameof(ExportTable))]
    [Allow(Roles.Operator)]
    public async Task<IResult> Run([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "operations/export/{table}")] HttpRequest request, string table)
    {
        if (ListExport.Unknown(table) is { } unknown) return unknown;
        var query = new QueryFields(request.Query);
        var (token, most) = (query.Text("after"), (int)(query.Number("rows", 1, MaxRows) ?? MaxRows));
        var after = token is null ? null : RowKeys.Of(token);
        if (token is not null && after is null) query.Faults.Add(new Fault("after", "operations/after", "'after' must be as it stands in the 'next' of a part."));
        if (query.Refused() is { } wrong) return new Problem(wrong);

        var by = Caller.Of(request).Name;
        await storage.ReadyAsync();
        var rows = RowsAsync(storage.Table(table), after).GetAsyncEnumerator(request.HttpContext.RequestAborted);
        // The first row is read before anything is answered: a store out of reach is a 503 like everywhere.
        var any = await rows.MoveNextAsync();
        return new StreamedAnswer("application/x-ndjson", async (writer, cancellation) =>
        {
            await using (rows)
            {
                var sent = await WriteAsync(writer, rows, any, table, most, cancellation);
                Log.Exported(logger, by, table, token is null ? "first" : "next", sent.Rows, sent.Sha256);
            }
        });
    }

    internal static string Href(string table, RowKeys? after) => $"/api/operations/export/{table}{(after is null ? "" : "?after=" + after.Token())}";

    private async Task<PartEnd> WriteAsync(System.IO.Pipelines.PipeWriter writer, IAsyncEnumerator<TableEntity> rows, bool any, string table, int most, CancellationToken cancellation)
    {
        var started = time.GetTimestamp();
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var line = new ArrayBufferWriter<byte>(4096);
        var (count, bytes, waiting) = (0, 0L, 0);
        RowKeys? last = null;
        for (; any && count < most && bytes < FullBytes && time.GetElapsedTime(started) < Patience; any = await rows.MoveNextAsync())
        {
            line.ResetWrittenCount();
            StoredRow.Write(line, rows.Current);
            line.Write("\n"u8);
            hash.AppendData(line.WrittenSpan);
            writer.Write(line.WrittenSpan);
            (count, bytes, waiting, last) = (count + 1, bytes + line.WrittenCount, waiting + line.WrittenCount, new RowKeys(rows.Current.PartitionKey, rows.Current.RowKey));
            if (waiting < FlushBytes) continue;
            await writer.FlushAsync(cancellation);
            waiting = 0;
        }

        var end = new PartEnd(count, Convert.ToHexStringLower(hash.GetHashAndReset()), any ? Href(table, last) + (most == MaxRows ? "" : string.Create(System.Globalization.CultureInfo.InvariantCulture, $"&rows={most}")) : null);
        writer.Write(end.Bytes());
        writer.Write("\n"u8);
        await writer.FlushAsync(cancellation);
        return end;
    }

    /// <summary>The rest of a partition and then what follows it, two queries: one with an "or" would make the store read the table from its beginning.</summary>
    private static async IAsyncEnumerable<TableEntity> RowsAsync(TableClient table, RowKeys? after)
    {
        string[] filters = after is null ? ["PartitionKey ge ''"]
            : [TableClient.CreateQueryFilter($"PartitionKey eq {after.Partition} and RowKey gt {after.Row}"), TableClient.CreateQueryFilter($"PartitionKey gt {after.Partition}")];
        foreach (var filter in filters)
            await foreach (var row in table.QueryAsync<TableEntity>(filter, PageRows)) yield return row;
    }

    private static partial class Log
    {
        [LoggerMessage(721, LogLevel.Information, "{Caller} exported of table {Table} the {Part} part: {Rows} rows, SHA-256 {Sha256}")]
        public static partial void Exported(ILogger logger, string caller, string table, string part, long rows, string sha256);
    }
}

/// <summary>The keys of a row, and as a token that callers need not understand.</summary>
internal sealed record RowKeys(string Partition, string Row)
{
    public string Token() => Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes([Partition, Row], OperationsJson.Default.StringArray));

    public static RowKeys? Of(string token)
    {
        try
        {
            return JsonSerializer.Deserialize(Base64Url.DecodeFromChars(token), OperationsJson.Default.StringArray) is [{ } partition, { } row] ? new RowKeys(partition, row) : null;
        }
        catch (Exception e) when (e is FormatException or JsonException)
        {
            return null;
        }
    }
}

/// <summary>JSON of this department, generated at build time.</summary>
[System.Text.Json.Serialization.JsonSerializable(typeof(string[]))]
internal sealed partial class OperationsJson : System.Text.Json.Serialization.JsonSerializerContext;
