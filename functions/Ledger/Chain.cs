using System.Security.Cryptography;

namespace BackOffice.Ledger;

/// <summary>
/// The chain that makes a book tamper-evident: <c>hash(n) = SHA-256(hash(n−1) ‖ SHA-256(record n))</c>, hash(0) = 32 zero bytes.
/// A record enters by its digest, so that a proof can show digests where it must not show other people's entries.
/// </summary>
public static class Chain
{
    public const int HashBytes = SHA256.HashSizeInBytes;

    /// <summary>hash(0).</summary>
    public static byte[] Genesis() => new byte[HashBytes];

    /// <summary>The digest of one record's line, without its line feed.</summary>
    public static void Digest(ReadOnlySpan<byte> record, Span<byte> digest) => SHA256.HashData(record, digest);

    /// <summary>Moves <paramref name="hash"/> from hash(n−1) to hash(n).</summary>
    public static void Next(Span<byte> hash, ReadOnlySpan<byte> digest)
    {
        Span<byte> both = stackalloc byte[2 * HashBytes];
        hash.CopyTo(both);
        digest.CopyTo(both[HashBytes..]);
        SHA256.HashData(both, hash);
    }

    public static void Append(Span<byte> hash, ReadOnlySpan<byte> record)
    {
        Span<byte> digest = stackalloc byte[HashBytes];
        Digest(record, digest);
        Next(hash, digest);
    }

    public static string Text(ReadOnlySpan<byte> hash) => Convert.ToHexStringLower(hash);
}
