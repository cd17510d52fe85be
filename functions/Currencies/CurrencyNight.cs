using BackOffice.Banking;
using BackOffice.Kernel;
using BackOffice.Ledger;
using BackOffice.Nightly;

namespace BackOffice.Currencies;

/// <summary>
/// The currencies' part in the night of a month's last day: what is owed and held in other currencies is valued at that day's rate, and the valuation is taken back on the day after. In books with a chart, which says where gains and losses go.
/// </summary>
public sealed class CurrencyNight(ExchangeRateTable rates, BankTables bank, StoredEntries stored) : INightWork
{
    public string Name => "currencies";

    public NightPhaseName Phase => NightPhaseName.Valuations;

    public async IAsyncEnumerable<DueEntry> DueAsync(NightScope night, string? after, string? through)
    {
        if (night.Settings.Chart is not { } chart || night.Date.AddDays(1).Day != 1) yield break;
        var values = await ValuesAsync(night);
        foreach (var (position, value) in values.Select(value => (Position: Valuation.PositionOf(value.Balance), Value: value)).OrderBy(one => one.Position, StringComparer.Ordinal))
        {
            if ((after is not null && string.CompareOrdinal(position, after) <= 0) || (through is not null && string.CompareOrdinal(position, through) > 0)) continue;
            var id = Valuation.IdOf(value.Balance, night.Date);
            // What has been posted is what is taken back, whatever the rates have become since.
            var posted = night.IsIn(id) ? (await stored.FindAsync(night.Book, id))!.Posted.Entry : null;
            if ((posted ?? Valuation.Entry(value, night.Date, chart)) is not { } entry) continue;
            if (posted is null) yield return new DueEntry(position, entry);
            var back = Valuation.Back(entry);
            if (!night.IsIn(back.Id)) yield return new DueEntry(position, back);
        }
    }

    /// <summary>At a month's end: items in other currencies without a rate, or valued at one of a day before the last on which the ECB publishes; there should be none.</summary>
    public async Task<IReadOnlyList<NightCheck>> CheckAsync(NightScope night)
    {
        if (night.Date.AddDays(1).Day != 1) return [];
        var values = await ValuesAsync(night);
        if (values.Count == 0) return [];
        if (night.Settings.Chart is null) return [NightCheck.OfCounts(Name, 0, values.Count, "Items in other currencies that are not valued, since the book has no chart that says where gains and losses go: PUT /api/books/{book} with chart SKR03 or SKR04.")];
        string[] missing = [.. values.Where(value => value.Rate is null).Select(value => value.Balance.Key.Currency).Distinct(StringComparer.Ordinal)];
        var published = BusinessCalendar.Find("TARGET")!.OnOrBefore(night.Date);
        string[] stale = [.. values.Where(value => value.Rate?.Date < published).Select(value => $"{value.Balance.Key.Currency} of {BusinessDay.Text(value.Rate!.Date)}").Distinct(StringComparer.Ordinal)];
        if (missing.Length == 0 && stale.Length > 0)
            return [NightCheck.OfCounts(Name, 0, values.Count(value => value.Rate?.Date < published), $"Items valued at rates of an earlier day ({string.Join(", ", stale)}), though there are some of {BusinessDay.Text(published)}: the rates were not uploaded before the night. What was posted stays, and is taken back on the day after.")];
        return [NightCheck.OfCounts(Name, 0, values.Count(value => value.Rate is null), missing.Length == 0 ? "Items in other currencies without a rate of exchange."
            : $"Items without a rate of exchange: PUT /api/books/{night.Book.Id}/exchange-rates/{BusinessDay.Text(night.Date)} with {string.Join(", ", missing)}, and run the night again.")];
    }

    private async Task<List<ForeignValue>> ValuesAsync(NightScope night)
    {
        var banks = await bank.LedgerAccountsAsync(night.Book.Id);
        var (balances, cash, currency) = night.Book.ReadKnown(state =>
            (ForeignBalance.Of(state, night.Date, night.Entry).Where(balance => Valuation.IsMonetary(state.Account(balance.Account)!)).ToList(), state.Accounts.Where(account => Valuation.IsCash(account, banks)).Select(account => account.Code).ToHashSet(StringComparer.Ordinal), state.Currency));
        if (balances.Count == 0) return [];
        var lookup = rates.In(night.Book.Id);
        List<ForeignValue> values = [];
        foreach (var balance in balances) values.Add(Valuation.Of(balance, await lookup.FindAsync(night.Date, balance.Key.Currency, currency), night.Date, night.Digits, cash.Contains(balance.Account)));
        return values;
    }
}
