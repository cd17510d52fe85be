using System.Buffers;
using System.IO.Compression;

namespace BackOffice.Ledger;

/// <summary>
/// The records of one commit, or of a part of a large one, as they lie in one row: UTF-8 JSON lines, compressed.
/// </summary>
/// <param name="FirstRecord">Number of the first record; the row's key.</param>
/// <param name="LastRecord">Number of the last record.</param>
/// <param name="PreviousHash">Chain hash before the first record.</param>
/// <param name="Hash">Chain hash after the last record.</param>
/// <param name="Commit">Chain hash after the last record of the whole commit. It names the commit: who finds it in the book has proof that his records are in it, and where.</param>
/// <param name="Lines">The records, each ended by a line feed.</param>
public sealed record Segment(long FirstRecord, long LastRecord, byte[] PreviousHash, byte[] Hash, byte[] Commit, ReadOnlyMemory<byte> Lines)
{
    /// <summary>So a segment's compressed form never exceeds the 900 KB that fit beside the other properties in one row of at most 1 MiB.</summary>
    public const int MaxLinesBytes = 900_000;

    // Brotli 1 packs journal lines to about a sixth and costs less time than the store takes for the bytes saved.
    private const int Quality = 1;
    private const int WindowBits = 20;

    public byte[] Pack() => Pack(Lines.Span);

    public static byte[] Pack(ReadOnlySpan<byte> bytes)
    {
        var packed = ArrayPool<byte>.Shared.Rent(BrotliEncoder.GetMaxCompressedLength(bytes.Length));
        try
        {
            if (!BrotliEncoder.TryCompress(bytes, packed, out var length, Quality, WindowBits)) throw new InvalidOperationException("Brotli refused a buffer of its own maximum size.");
            return packed[..length];
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(packed);
        }
    }

    public static byte[] Unpack(ReadOnlySpan<byte> packed, int length)
    {
        var lines = new byte[length];
        if (!BrotliDecoder.TryDecompress(packed, lines, out var written) || written != length) throw new InvalidDataException($"A segment does not unpack to its {length} bytes.");
        return lines;
    }

    /// <summary>The records in order.</summary>
    public IEnumerable<LedgerRecord> Records(int digits)
    {
        for (var rest = Lines; !rest.IsEmpty;)
        {
            var record = RecordJson.Read(TakeLine(ref rest).Span, digits);
            if (record is BookOpened opened) digits = Kernel.Currency.DigitsOf(opened.Currency) ?? digits;
            yield return record;
        }
    }

    /// <summary>Cuts the first line off <paramref name="rest"/> and returns it without its line feed.</summary>
    public static ReadOnlyMemory<byte> TakeLine(ref ReadOnlyMemory<byte> rest)
    {
        var end = rest.Span.IndexOf((byte)'\n');
        var line = end < 0 ? rest : rest[..end];
        rest = end < 0 ? default : rest[(end + 1)..];
        return line;
    }
}
