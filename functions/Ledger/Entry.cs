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
        new(id, date, text, [.. Lines.Select(line => line with { AmountMinor = -line.AmountMinor, SupplyDate = line.TaxCode is null ? line.SupplyDate : line.SupplyDate ?? Date })], Id, date == Date ? Period : null);
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
public sealed record Line(
    string Account, long AmountMinor, string? Party = null, string? Document = null, DateOnly? DueDate = null, string? TaxCode = null, IReadOnlyList<KeyValuePair<string, string>>? Dimensions = null,
    DateOnly? SupplyDate = null)
{
    public const int MaxDimensions = 8;
}
