namespace BackOffice.Ledger;

/// <summary>
/// What is owed or held in another currency in the evening of a day: the sum of the lines that say so. What the valuation books beside them bears no foreign amount and is no part of it.
/// </summary>
/// <param name="Account">Account of the book.</param>
/// <param name="Key">Currency, party and document.</param>
/// <param name="ForeignMinor">Minor units of the foreign currency, a debit positive.</param>
/// <param name="BookMinor">The same at the rates it was posted with, minor units of the book's currency.</param>
/// <param name="DueDay">When what opened it is due, as a day number; -1 = it names no date.</param>
public sealed record ForeignBalance(string Account, ForeignKey Key, Int128 ForeignMinor, Int128 BookMinor, int DueDay)
{
    /// <summary>
    /// Those of all accounts on a day, in order of account, currency, party and document; without what is settled in both currencies.
    /// Worked: Dr 1400 1,000.00 (USD 1,085.00), later Cr 1400 400.00 (USD 434.00) → USD 651.00, 600.00.
    /// </summary>
    /// <param name="throughEntry">Only postings up to this entry; null = all.</param>
    public static List<ForeignBalance> Of(BookState state, DateOnly on, long? throughEntry = null) =>
    [
        .. state.Accounts.Where(account => account.Foreign.Count > 0).OrderBy(account => account.Code, StringComparer.Ordinal)
            .SelectMany(account => account.Foreign.Select(one => Of(account.Code, one.Key, one.Value, on, throughEntry)))
            .Where(balance => balance.ForeignMinor != 0 || balance.BookMinor != 0),
    ];

    /// <summary>That of one voucher of a party; null when nothing of it is open in another currency.</summary>
    public static ForeignBalance? Find(BookState state, DateOnly on, string account, string party, string document, string currency) =>
        state.Account(account)?.Foreign.TryGetValue(new ForeignKey(currency, party, document), out var postings) == true && Of(account, new ForeignKey(currency, party, document), postings, on, null) is var balance && balance.ForeignMinor != 0 ? balance : null;

    /// <summary>What an account holds of a currency without a party, as money at a bank is; null: nothing.</summary>
    public static ForeignBalance? Held(BookState state, string account, string currency) =>
        state.Account(account)?.Foreign.TryGetValue(new ForeignKey(currency, "", ""), out var postings) == true && Of(account, new ForeignKey(currency, "", ""), postings, DateOnly.MaxValue, null) is var held && held.ForeignMinor != 0 ? held : null;

    /// <summary>The currency other than the book's in which something of a voucher is open; null: in none.</summary>
    public static string? CurrencyOf(BookState state, string account, string party, string document) =>
        state.Account(account)?.Foreign.Where(one => one.Key.Party == party && one.Key.Document == document && one.Value.Aggregate(Int128.Zero, (sum, posting) => sum + posting.ForeignMinor) != 0).Select(one => one.Key.Currency).FirstOrDefault();

    /// <summary>Whether it stands on one side in its own currency and on the other in the book's: no rate leads from one to the other.</summary>
    public bool IsMixed => BookMinor != 0 && Int128.Sign(BookMinor) != Int128.Sign(ForeignMinor);

    /// <summary>
    /// What a part of it is worth at the rates it was posted with, half a cent away from zero; all of it is its book value. Worked: USD 1,085.00 at 1,000.00, of which USD 434.00 → 400.00.
    /// </summary>
    public long ShareMinor(long foreignMinor) => foreignMinor == ForeignMinor ? (long)BookMinor : (long)decimal.Round((decimal)BookMinor * foreignMinor / (decimal)ForeignMinor, MidpointRounding.AwayFromZero);

    /// <summary>The rate that its postings come to, units of the currency for one of the book's; 1 where it is worth nothing.</summary>
    public decimal Rate(int bookDigits) =>
        Foreign.Plain(decimal.Round(BookMinor == 0 ? 1 : (decimal)ForeignMinor / (decimal)BookMinor * Foreign.Power(bookDigits - (Kernel.Currency.DigitsOf(Key.Currency) ?? 2)), Foreign.MaxRateDecimals));

    private static ForeignBalance Of(string account, ForeignKey key, List<ForeignPosting> postings, DateOnly on, long? throughEntry)
    {
        var (foreign, book, due) = (Int128.Zero, Int128.Zero, -1);
        foreach (var posting in postings)
        {
            if (posting.Day > on.DayNumber || posting.Entry > (throughEntry ?? long.MaxValue)) continue;
            foreign += posting.ForeignMinor;
            book += posting.AmountMinor;
            if (due < 0) due = posting.DueDay;
        }

        return new ForeignBalance(account, key, foreign, book, due);
    }
}
