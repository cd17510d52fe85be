namespace BackOffice.Exchange;

/// <summary>What a file that came in is.</summary>
public enum ImportKind
{
    /// <summary>A DATEV Buchungsstapel.</summary>
    Datev,

    /// <summary>A bank statement, camt.053.</summary>
    BankStatement,

    /// <summary>What a bank says of payments, pain.002.</summary>
    PaymentStatus,

    /// <summary>Rates of exchange.</summary>
    Rates,
}

/// <summary>
/// A file that came in, as its case keeps it (table <c>Imports</c>); open while it is being worked off, done when all of it has been. Its history says who sent it and when. Source: GoBD Tz. 76: what comes in is kept with proof of its completeness.
/// </summary>
/// <param name="Kind">What it is.</param>
/// <param name="Sha256">SHA-256 of the file as it came, hexadecimal in small letters; the same file is the same import.</param>
/// <param name="Bytes">Its length.</param>
/// <param name="Items">How many entries, lines or rates it held.</param>
/// <param name="Name">The file's own name for itself: a statement's or message's id; null: it has none.</param>
public sealed record ImportFile(ImportKind Kind, string Sha256, long Bytes, int Items, string? Name = null);
