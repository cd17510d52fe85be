namespace BackOffice.Ledger;

/// <summary>
/// A journal entry (Buchungssatz): what happened on a business date, as two or more lines whose debits equal their credits.
/// </summary>
/// <param name="Id">The caller's own id, unique in the book: <c>[A-Za-z0-9][A-Za-z0-9._:-]{0,63}</c>.</param>
/// <param name="Date">The business date it belongs to (Europe/Berlin), 1900-01-01 to 2199-12-31; also its posting date unless it came late.</param>
/// <param name="Text">What happened, 1 to 500 characters; no personal data.</param>
/// <param name="Lines">2 to 1,000 lines; their order is kept and is part of what makes two entries the same.</param>
/// <param name="Reverses">Id of the entry that this one takes back (Storno); null for an ordinary entry.</param>
/// <param name="Period">Fiscal year of a period-13 entry (closing entry, written <c>period: "2025-13"</c>), dated the year's last day; null for an ordinary entry.</param>
/// <param name="LateAsFirstOpen">Whether it may be posted on the first day of the first open period when its own is closed; <see cref="Date"/> stays the date it belongs to.</param>
/// <param name="CarryTo">On the system's entry <c>carry-{year}</c>: the fiscal year into which it moves the result of the years before.</param>
public sealed record Entry(
    string Id, DateOnly Date, string Text, IReadOnlyList<Line> Lines, string? Reverses = null, int? Period = null, bool LateAsFirstOpen = false, int? CarryTo = null)
{
    public const int MaxLines = 1_000;
    public const int MaxTextLength = 500;

    /// <summary>
    /// The reversal of this entry (by swapped sides): the same lines, debit and credit exchanged; of a period-13 entry in period 13 when it bears the same date; taxed as on the day of supply.
    /// Worked: Dr rent 500.00 / Cr bank 500.00 → Cr rent 500.00 / Dr bank 500.00; both together leave every account as before.
    /// </summary>
    public Entry Reversal(string id, DateOnly date, string text) =>
        new(id, date, text, [.. Lines.Select(line => line with { AmountMinor = -line.AmountMinor, Foreign = line.Foreign is { } foreign ? foreign with { AmountMinor = -foreign.AmountMinor } : null, SupplyDate = line.TaxCode is null ? line.SupplyDate : line.SupplyDate ?? Date })], Id, date == Date ? Period : null);
}

/// <summary>One line of an entry.</summary>
/// <param name="Account">Code of an account of the book.</param>
/// <param name="AmountMinor">Minor units of the book's currency (cents), never 0: a debit is positive, a credit negative; |amount| &lt; 10^13 units of the currency.</param>
/// <param name="Party">Customer, supplier or other counterparty.</param>
/// <param name="Document">Number of the voucher (Beleg).</param>
/// <param name="DueDate">When the amount is due.</param>
/// <param name="TaxCode">On a base line (revenue, cost): how it is taxed, see <see cref="TaxCode"/>; tax lines themselves bear none.</param>
/// <param name="SupplyDate">On a base line: the day of supply, which sets the rate; null = the entry's date.</param>
/// <param name="Dimensions">Cost centre, project, asset …: name → value, sorted by name, at most 8.</param>
/// <param name="Foreign">The amount in the currency in which it is owed or held; null: in the book's.</param>
public sealed record Line(
    string Account, long AmountMinor, string? Party = null, string? Document = null, DateOnly? DueDate = null, string? TaxCode = null, IReadOnlyList<KeyValuePair<string, string>>? Dimensions = null,
    DateOnly? SupplyDate = null, Foreign? Foreign = null)
{
    public const int MaxDimensions = 8;
}

/// <summary>An amount of a line in another currency than the book's.</summary>
/// <param name="Currency">ISO 4217; never the book's own.</param>
/// <param name="AmountMinor">Minor units of that currency, signed as the line: a debit positive.</param>
/// <param name="Rate">Units of the foreign currency for one of the book's, above 0, at most 12 decimals, without zeros at its end.</param>
public sealed record Foreign(string Currency, long AmountMinor, decimal Rate)
{
    public const int MaxRateDecimals = 12;

    /// <summary>
    /// What a foreign amount is worth in the book's currency: amount ÷ rate, half a cent away from zero, in minor units. Source: quotation of the ECB's reference rates, foreign units for one euro.
    /// Worked: USD 1,085.00 at 1.085 → 1,000.00 EUR; JPY 16,000 (no digits) at 160 → 100.00 EUR.
    /// </summary>
    public static Int128 BaseMinor(Int128 foreignMinor, int foreignDigits, decimal rate, int baseDigits) =>
        (Int128)decimal.Round((decimal)foreignMinor / rate * Power(baseDigits - foreignDigits), MidpointRounding.AwayFromZero);

    /// <summary>A rate without zeros at its end, so that 1.10 and 1.1 are the same rate.</summary>
    public static decimal Plain(decimal rate) => rate / 1.0000000000000000000000000000m;

    /// <summary>Ten to so many digits, which may be negative.</summary>
    internal static decimal Power(int digits) => digits switch { < 0 => 1 / Power(-digits), 0 => 1, _ => 10 * Power(digits - 1) };
}
