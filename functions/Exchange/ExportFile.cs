namespace BackOffice.Exchange;

/// <summary>What a file that went out is.</summary>
public enum ExportKind
{
    /// <summary>DATEV Buchungsstapel, one or several.</summary>
    Datev,

    /// <summary>The auditor's package (GDPdU/GoBD Z3).</summary>
    Auditor,

    /// <summary>The journal for hledger.</summary>
    Hledger,

    /// <summary>Payments for a bank, pain.001.</summary>
    Payments,
}

/// <summary>
/// A file that went out, as its case keeps it (table <c>Exports</c>); its history says who asked for it and when. It can be had again byte for byte: what it was made from is stated here, and the ledger never changes what it held.
/// </summary>
/// <param name="Kind">What it is.</param>
/// <param name="UpTo">Number of the last entry that it knew of.</param>
/// <param name="Files">Its files in order.</param>
/// <param name="From">First posting date; null: from the beginning.</param>
/// <param name="To">Last posting date; null: to the end.</param>
/// <param name="CreatedAt">The instant written into it.</param>
/// <param name="Datev">What else a DATEV export was made from.</param>
/// <param name="Kept">Files that are worded by the program, or hold parameters, as they were made, by name: they are small, and the program may word them otherwise by now. Null: none.</param>
/// <param name="LastRecord">Number of the last record that it knew of, when it holds the records too: accounts and closed periods are records after the last entry. Null: it holds entries only.</param>
/// <param name="Layout">How an auditor's package is laid out, since it is made anew by today's program and must be what it was. 1: until version 0.6.0; 2: with the balances of the accounts, amounts in other currencies and rates as numbers, a table of keys, and the DTD.</param>
public sealed record ExportFile(ExportKind Kind, long UpTo, IReadOnlyList<FileSeal> Files, DateOnly? From, DateOnly? To, DateTimeOffset CreatedAt, DatevRun? Datev = null, long? LastRecord = null, IReadOnlyDictionary<string, string>? Kept = null, int Layout = 1);

/// <summary>What proves a file to be the one that was made.</summary>
/// <param name="Name">Its name: <c>EXTF_Buchungsstapel_2025_1.csv</c>.</param>
/// <param name="Sha256">SHA-256 of its bytes, hexadecimal in small letters.</param>
/// <param name="Bytes">Its length.</param>
/// <param name="Items">How many rows or payments it holds.</param>
public sealed record FileSeal(string Name, string Sha256, long Bytes, int Items)
{
    /// <summary>SHA-256 of a file, hexadecimal in small letters.</summary>
    public static string DigestOf(byte[] file) => Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(file));
}

/// <summary>What a DATEV export was made from beside the entries.</summary>
/// <param name="Consultant">Beraternummer, 1001 to 9,999,999.</param>
/// <param name="Client">Mandantennummer, 1 to 99,999.</param>
/// <param name="AccountLength">Digits of an account, 4 to 8.</param>
/// <param name="Entries">How many entries are in it.</param>
/// <param name="LeftOut">How many it passed over for good: the system's carrying forward, which DATEV does itself.</param>
/// <param name="Key">The caller's Idempotency-Key; null: none.</param>
/// <param name="Name">What the book was called then, which stands in the header: a book that is renamed still gives the same bytes.</param>
/// <param name="Layout">How its rows are written: files are made anew by today's program and must be what they were. 1: until version 0.5.0; 2: amounts in other currencies in their own fields, day of supply, Belegfeld 2, more automatic accounts.</param>
public sealed record DatevRun(int Consultant, int Client, int AccountLength, int Entries, int LeftOut, string? Key = null, string? Name = null, int Layout = 1)
{
    public const int LatestLayout = 2;
}
