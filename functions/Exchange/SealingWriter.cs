using System.Security.Cryptography;
using System.Text;

namespace BackOffice.Exchange;

/// <summary>One file on its way out: encoded, hashed and counted as it is written, and passed on in pieces; without a stream it is only sealed.</summary>
internal sealed class SealingWriter(string name, Stream? stream, Encoding encoding, CancellationToken cancellation) : IDisposable
{
    // Small enough that its copies stay off the large object heap.
    private const int FullChars = 16 * 1024;

    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly StringBuilder _waiting = new(FullChars);
    private long _bytes;

    /// <summary>How many rows or entries are in it, as its writer counts them.</summary>
    public int Items { get; set; }

    public async Task WriteAsync(string text)
    {
        _waiting.Append(text);
        if (_waiting.Length >= FullChars) await FlushAsync();
    }

    public async Task<FileSeal> EndAsync()
    {
        await FlushAsync();
        return new FileSeal(name, Convert.ToHexStringLower(_hash.GetHashAndReset()), _bytes, Items);
    }

    public void Dispose() => _hash.Dispose();

    private async Task FlushAsync()
    {
        var bytes = encoding.GetBytes(_waiting.ToString());
        _waiting.Clear();
        _hash.AppendData(bytes);
        _bytes += bytes.Length;
        if (stream is not null) await stream.WriteAsync(bytes, cancellation);
    }
}
