using System.IO.Compression;
using System.Text;
using Azure.Data.Tables;

namespace BackOffice.AzuriteTests.Ledger;

/// <summary>A book's rows, as somebody sees and changes them who has the key of the store but not the app.</summary>
internal sealed class StoredBook(TestApp app, string book)
{
    private readonly TableClient _table = app.Table("Ledger");

    public async Task<List<TableEntity>> SegmentsAsync() => await RowsAsync(book, "seg!");

    public async Task<List<TableEntity>> CheckpointsAsync() => await RowsAsync(book + "|chk", "at!");

    public async Task<TableEntity> RowAsync(string partition, string key) =>
        (await _table.GetEntityAsync<TableEntity>(partition, key, cancellationToken: TestContext.Current.CancellationToken)).Value;

    public async Task<TableEntity> HeadAsync() => await RowAsync(book, "head");

    public async Task DeleteAsync(TableEntity row) => await _table.DeleteEntityAsync(row.PartitionKey, row.RowKey, row.ETag, TestContext.Current.CancellationToken);

    public async Task ReplaceAsync(TableEntity row) => await _table.UpdateEntityAsync(row, row.ETag, TableUpdateMode.Replace, TestContext.Current.CancellationToken);

    public static string Lines(TableEntity segment) => Encoding.UTF8.GetString(Unpack(segment.GetBinary("D0"), segment.GetInt32("Bytes")!.Value));

    /// <summary>Puts other records into a segment, packed as the ledger packs them.</summary>
    public static void SetLines(TableEntity segment, string lines)
    {
        var bytes = Encoding.UTF8.GetBytes(lines);
        segment["D0"] = Pack(bytes);
        segment["Bytes"] = bytes.Length;
    }

    public static byte[] Unpack(ReadOnlySpan<byte> packed, int length)
    {
        var bytes = new byte[length];
        Assert.True(BrotliDecoder.TryDecompress(packed, bytes, out var written) && written == length);
        return bytes;
    }

    public static byte[] Pack(ReadOnlySpan<byte> bytes)
    {
        var packed = new byte[BrotliEncoder.GetMaxCompressedLength(bytes.Length)];
        Assert.True(BrotliEncoder.TryCompress(bytes, packed, out var length));
        return packed[..length];
    }

    private async Task<List<TableEntity>> RowsAsync(string partition, string prefix)
    {
        List<TableEntity> rows = [];
        var after = prefix[..^1] + (char)(prefix[^1] + 1);
        await foreach (var row in _table.QueryAsync<TableEntity>($"PartitionKey eq '{partition}' and RowKey ge '{prefix}' and RowKey lt '{after}'", cancellationToken: TestContext.Current.CancellationToken)) rows.Add(row);
        return rows;
    }
}
