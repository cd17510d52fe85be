using System.Buffers;
using System.Security.Cryptography;

namespace BackOffice.Ledger;

/// <summary>Cuts a stream into lines with one buffer, whatever the stream's length. Ends of line are LF or CR LF; the last may lack it; empty lines are passed over but counted.</summary>
/// <param name="stream">What is read, once, to its end.</param>
/// <param name="digest">Whether to keep a digest of all that was read.</param>
public sealed class LineReader(Stream stream, bool digest = false) : IDisposable
{
    /// <summary>A longer line is reported as too long and skipped.</summary>
    public const int MaxLineBytes = PostEntry.MaxBytes;

    private readonly byte[] _buffer = ArrayPool<byte>.Shared.Rent(2 * MaxLineBytes);
    private readonly IncrementalHash? _hash = digest ? IncrementalHash.CreateHash(HashAlgorithmName.SHA256) : null;
    private int _start;
    private int _end;
    private bool _ended;
    private bool _skipping;

    /// <summary>Number of the line last taken, from 1.</summary>
    public long Line { get; private set; }

    /// <summary>SHA-256 of all that has been read so far.</summary>
    public byte[] Digest() => _hash?.GetCurrentHash() ?? throw new InvalidOperationException("The reader was not asked to keep a digest.");

    /// <summary>How many bytes have been read.</summary>
    public long BytesRead { get; private set; }

    /// <summary>Reads more of the stream; false when there is none.</summary>
    public async ValueTask<bool> FillAsync(CancellationToken cancellation)
    {
        if (_ended) return false;
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            (_start, _end) = (0, _end - _start);
        }

        var read = await stream.ReadAsync(_buffer.AsMemory(_end, (2 * MaxLineBytes) - _end), cancellation);
        _hash?.AppendData(_buffer.AsSpan(_end, read));
        BytesRead += read;
        _end += read;
        if (read == 0) _ended = true;
        return true; // also at the end: the last line may still wait, without its end
    }

    /// <summary>The next whole line of what has been read; <paramref name="tooLong"/> when it was longer than is taken, and its bytes are gone.</summary>
    public bool TryTake(out ReadOnlySpan<byte> line, out bool tooLong)
    {
        while (true)
        {
            line = default;
            tooLong = false;
            var rest = _buffer.AsSpan(_start, _end - _start);
            var length = rest.IndexOf((byte)'\n');
            if (length < 0)
            {
                if (rest.Length > MaxLineBytes + 1 && !_ended) // no end in sight, not even a CR's: drop what is there, and what comes up to the line's end
                {
                    (_start, _end, _skipping) = (0, 0, true);
                    return false;
                }

                if (!_ended || (rest.IsEmpty && !_skipping)) return false;
                length = rest.Length;
            }

            _start = Math.Min(_end, _start + length + 1);
            Line++;
            line = rest[..length];
            if (line is [.., (byte)'\r']) line = line[..^1];
            tooLong = _skipping || line.Length > MaxLineBytes;
            _skipping = false;
            if (tooLong || line.ContainsAnyExcept((byte)' ', (byte)'\t')) return true;
        }
    }

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_buffer);
        _hash?.Dispose();
    }
}
