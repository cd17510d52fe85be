using System.Buffers;
using System.Security.Cryptography;
using System.Text;

namespace BackOffice.Kernel;

/// <summary>The grammar of names that callers give, and the digests that are stored in their stead.</summary>
public static class Ids
{
    public const string EntityGrammar = "[A-Za-z0-9][A-Za-z0-9._:-]{0,63}";
    public const string BookGrammar = "[a-z0-9-]{1,40}";

    private static readonly SearchValues<char> EntityChars = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._:-");
    private static readonly SearchValues<char> BookChars = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-");

    /// <summary>An entry, account, case or document id: <c>[A-Za-z0-9][A-Za-z0-9._:-]{0,63}</c>.</summary>
    public static bool IsEntity(ReadOnlySpan<char> id) => id.Length is >= 1 and <= 64 && char.IsAsciiLetterOrDigit(id[0]) && !id.ContainsAnyExcept(EntityChars);

    /// <summary>A book id: <c>[a-z0-9-]{1,40}</c>.</summary>
    public static bool IsBook(ReadOnlySpan<char> id) => id.Length is >= 1 and <= 40 && !id.ContainsAnyExcept(BookChars);

    /// <summary>A name that a caller made up, cut so that answers and rows stay small.</summary>
    public static string Cut(string name) => name.Length <= 64 ? name : name[..63] + "…";

    /// <summary>First 128 bits of SHA-256: at 10⁹ ids the chance of any two alike is below 10⁻²⁰.</summary>
    public static UInt128 Digest(ReadOnlySpan<byte> utf8)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(utf8, hash);
        return System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(hash);
    }

    public static UInt128 Digest(string text)
    {
        Span<byte> utf8 = stackalloc byte[256];
        return Encoding.UTF8.TryGetBytes(text, utf8, out var length) ? Digest(utf8[..length]) : Digest(Encoding.UTF8.GetBytes(text));
    }

    /// <summary>
    /// The id of an entry that a department's case gives rise to: <c>{department}:{case}:{what}</c>, where <paramref name="what"/> holds no colon; a case id too long for that is replaced by
    /// its digest. Such ids are the system's own: callers cannot post under them (<see cref="DepartmentOf"/>). Worked: accrual, rent, 2026-01-31 → <c>accrual:rent:2026-01-31</c>.
    /// </summary>
    public static string Derived(string department, string id, string what)
    {
        var plain = $"{department}:{id}:{what}";
        return plain.Length <= 64 ? plain : $"{department}:{Key(id)}:{what}";
    }

    /// <summary>The department whose cases give rise to entries with such ids, or null for an id that callers may use.</summary>
    public static string? DepartmentOf(string id) => Departments.FirstOrDefault(department => id.StartsWith(department + ":", StringComparison.Ordinal));

    private static readonly string[] Departments = ["accrual", "asset", "bank", "credit", "fx", "payment"];

    /// <summary>A digest as a table key: 32 hex digits.</summary>
    public static string Key(string operationId) => Digest(operationId).ToString("x32", System.Globalization.CultureInfo.InvariantCulture);
}
