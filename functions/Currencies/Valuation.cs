using BackOffice.Kernel;
using BackOffice.Ledger;

namespace BackOffice.Currencies;

/// <summary>An item in another currency as it is worth at a day's rate.</summary>
/// <param name="Balance">What is owed or held.</param>
/// <param name="Rate">Units of the currency for one of the book's, and the day it is of; null: there is none.</param>
/// <param name="ValueMinor">Worth at that rate, minor units of the book's currency; null without a rate.</param>
/// <param name="DifferenceMinor">What is to be booked: above 0 a gain, below 0 a loss; 0 when the law does not allow the gain.</param>
/// <param name="IsLongTerm">Whether it is due more than a year later: then losses only.</param>
public sealed record ForeignValue(ForeignBalance Balance, DatedRate? Rate, Int128? ValueMinor, long DifferenceMinor, bool IsLongTerm);

/// <summary>The month-end valuation of what is owed and held in other currencies.</summary>
public static class Valuation
{
    /// <summary>
    /// Value = foreign amount ÷ rate, half a cent away from zero; difference = value − book value, both signed (a debt is negative). Gains and losses of money, of what is due within a year, and of vouchers of parties that name no day; only losses of what is due later, or of which nobody knows, such as a loan without a day.
    /// Source: HGB §256a, §252(1) no. 4. Worked: receivable USD 1,085.00 booked at 1,000.00, rate 1.10 → 986.36, loss 13.64; rate 1.05 → 1,033.33, gain 33.33, and none when it is due in two years.
    /// </summary>
    /// <param name="isCash">Whether the account bears money at hand or at banks.</param>
    public static ForeignValue Of(ForeignBalance balance, DatedRate? rate, DateOnly on, int baseDigits, bool isCash = false)
    {
        // Caution: of a debt or claim that names neither a day nor a party's voucher, such as a loan, nobody knows that it ends within a year.
        var isLong = balance.DueDay >= 0 ? balance.DueDay > on.AddYears(1).DayNumber : !isCash && (balance.Key.Party.Length == 0 || balance.Key.Document.Length == 0);
        if (rate is null) return new ForeignValue(balance, null, null, 0, isLong);
        var value = Foreign.BaseMinor(balance.ForeignMinor, Currency.DigitsOf(balance.Key.Currency) ?? 2, rate.Rate, baseDigits);
        var difference = (long)(value - balance.BookMinor);
        return new ForeignValue(balance, rate, value, isLong && difference > 0 ? 0 : difference, isLong);
    }

    /// <summary>Whether an account bears money at hand or at banks, of which gains count too.</summary>
    /// <param name="bankAccounts">Codes of the accounts that show bank accounts: an overdraft, too, is due any day.</param>
    public static bool IsCash(AccountState account, IReadOnlySet<string> bankAccounts) => account.Line is "assets.B.IV" || bankAccounts.Contains(account.Code);

    /// <summary>
    /// Whether an account bears money, or claims and debts of money: no fixed assets, stocks, deferrals or equity, whose value does not follow the rate. Source: HGB §256a with DRS 25.
    /// </summary>
    public static bool IsMonetary(AccountState account) => account.Type switch
    {
        AccountType.Asset => account.Line is null or "assets.B.II" or "assets.B.III" or "assets.B.IV",
        AccountType.Liability => account.Line is null || account.Line.StartsWith("liabilities.B", StringComparison.Ordinal) || account.Line.StartsWith("liabilities.C", StringComparison.Ordinal),
        _ => false,
    };

    /// <summary>
    /// The entry of a difference, <c>fx:{item}:{date}</c>; null when there is none to book. It names the item but no foreign amount, so that the item is owed in its own currency as before.
    /// Worked (SKR03): loss of 13.64 on R-1 of acme → Dr 2150 13.64, Cr 1400 13.64 acme R-1; the day after the other way round.
    /// </summary>
    public static Entry? Entry(ForeignValue value, DateOnly date, string chart)
    {
        if (value.DifferenceMinor == 0) return null;
        var (key, rate) = (value.Balance.Key, value.Rate!.Rate.ToString(System.Globalization.CultureInfo.InvariantCulture));
        var text = $"Valuation of {key.Currency} on {value.Balance.Account} at {rate} of {BusinessDay.Text(value.Rate.Date)}";
        return new Entry(IdOf(value.Balance, date), date, text,
        [
            new Line(value.Balance.Account, value.DifferenceMinor, Told(key.Party), Told(key.Document)),
            new Line(Chart.Number(chart, value.DifferenceMinor > 0 ? "2660" : "2150"), -value.DifferenceMinor),
        ]);
    }

    /// <summary>The entry that takes a valuation back on the day after it.</summary>
    public static Entry Back(Entry valuation) => valuation.Reversal(valuation.Id + "-back", valuation.Date.AddDays(1), $"Taken back: {valuation.Text}");

    /// <summary>Where an item comes in the night's order; its entries' ids say the same.</summary>
    public static string PositionOf(ForeignBalance balance) => CaseTable.Position(ItemOf(balance));

    public static string IdOf(ForeignBalance balance, DateOnly date) => Ids.Derived("fx", ItemOf(balance), BusinessDay.Text(date));

    // A digest, since the names together may be too long for an id, and no separator would keep them apart.
    private static string ItemOf(ForeignBalance balance) => Ids.Key($"{balance.Account}|{balance.Key.Currency}|{balance.Key.Party}|{balance.Key.Document}");

    private static string? Told(string text) => text.Length == 0 ? null : text;
}
