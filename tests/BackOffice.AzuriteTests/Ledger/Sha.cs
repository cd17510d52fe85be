using System.Security.Cryptography;
using System.Text;

namespace BackOffice.AzuriteTests.Ledger;

/// <summary>The chain as its description says, written anew, so that the product's own code is not its own witness.</summary>
internal static class Sha
{
    public static string Of(string text) => Hex(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    /// <summary>SHA-256(hash ‖ digest), all in hex.</summary>
    public static string Next(string hash, string digest) => Hex(SHA256.HashData([.. Convert.FromHexString(hash), .. Convert.FromHexString(digest)]));

    private static string Hex(byte[] bytes) => Convert.ToHexStringLower(bytes);
}
