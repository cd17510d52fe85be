using System.IO.Compression;

namespace BackOffice.Kernel;

/// <summary>A file as it came in.</summary>
/// <param name="Sha256">SHA-256 of its bytes, hexadecimal in small letters.</param>
/// <param name="Bytes">How many they are.</param>
/// <param name="Packed">The bytes in gzip (RFC 1952).</param>
internal sealed record Original(string Sha256, long Bytes, byte[] Packed)
{
    public static Original Of(byte[] file, string sha256)
    {
        using var packed = new MemoryStream();
        using (var zip = new GZipStream(packed, CompressionLevel.Fastest)) zip.Write(file);
        return new Original(sha256, file.Length, packed.ToArray());
    }

    /// <summary>The bytes again.</summary>
    public static byte[] Unpack(Stream packed)
    {
        using var file = new MemoryStream();
        using (var zip = new GZipStream(packed, CompressionMode.Decompress)) zip.CopyTo(file);
        return file.ToArray();
    }
}
