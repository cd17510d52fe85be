using System.IO.Compression;
using System.Security.Cryptography;

namespace BackOffice.Kernel;

/// <summary>A body that is read once from its beginning to its end, counted, digested and packed on the way; it ends early where it becomes longer than it may be.</summary>
internal sealed class MeasuredStream(Stream body, long maxBytes) : Stream
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly MemoryStream _packed = new();
    private GZipStream? _packing;

    /// <summary>How many bytes have been read.</summary>
    public long Bytes { get; private set; }

    public bool IsTooLong => Bytes > maxBytes;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => Bytes; set => throw new NotSupportedException(); }

    /// <summary>What has been read; nothing more is.</summary>
    public Original End()
    {
        _packing?.Dispose();
        return new Original(Convert.ToHexStringLower(_hash.GetCurrentHash()), Bytes, _packed.ToArray());
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (IsTooLong) return 0;
        var read = await body.ReadAsync(buffer, cancellationToken);
        Bytes += read;
        _hash.AppendData(buffer.Span[..read]);
        (_packing ??= new GZipStream(_packed, CompressionLevel.Fastest, leaveOpen: true)).Write(buffer.Span[..read]);
        return IsTooLong ? 0 : read;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("It is read asynchronously.");

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _hash.Dispose();
            _packing?.Dispose();
            _packed.Dispose();
        }

        base.Dispose(disposing);
    }
}
