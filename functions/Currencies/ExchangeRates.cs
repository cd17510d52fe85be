using System.Text.Json;
using System.Text.Json.Serialization;
using BackOffice.Kernel;

namespace BackOffice.Currencies;

/// <summary>The rates of exchange of one day, as their case keeps them (table <c>ExchangeRates</c>, id: the day, <c>2026-01-30</c>); what they were before stands in its history.</summary>
/// <param name="Base">The currency of which one unit is quoted: <c>EUR</c>.</param>
/// <param name="Rates">Currency → units of it for one unit of the base, above 0, without zeros at the end; sorted by currency.</param>
/// <param name="ByHand">Those of them that a person has set, which no upload replaces; sorted. Null: none.</param>
public sealed record ExchangeRates(string Base, IReadOnlyDictionary<string, decimal> Rates, IReadOnlyList<string>? ByHand = null)
{
    /// <summary>
    /// A day's rates with others put over them. Those of another base are led over to it by the rate between the two, rounded to 10 decimals: what a person sets to the base of what was uploaded, what is uploaded takes the day to its own base; null when there is no such rate.
    /// Worked: USD by hand and CHF known, USD and JPY uploaded → USD by hand, CHF, JPY. One EUR is CHF 0.93; by hand one CHF is VND 29,000 → one EUR is VND 26,970.
    /// </summary>
    /// <param name="byHand">Whether a person sets them.</param>
    public ExchangeRates? With(ExchangeRates others, bool byHand)
    {
        if (others.Base != Base && Rates.Count > 0) return byHand ? others.To(Base, Quoted(others.Base)) is { } led ? With(led, byHand) : null : To(others.Base, others.Quoted(Base))?.With(others, byHand);
        var kept = ByHand ?? [];
        SortedDictionary<string, decimal> rates = new(StringComparer.Ordinal);
        foreach (var (currency, rate) in Rates) rates[currency] = rate;
        foreach (var (currency, rate) in others.Rates)
            if (byHand || !kept.Contains(currency)) rates[currency] = rate;
        string[] set = [.. kept.Concat(byHand ? others.Rates.Keys : []).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        return new ExchangeRates(others.Base, rates, set.Length > 0 ? set : null);
    }

    /// <summary>These for one unit of another currency: by their own rate of it, which turned round is this base's, else by one that is known elsewhere. Null: it is not known.</summary>
    /// <param name="ofBase">So many units of this base is one of the other worth, as others have it.</param>
    private ExchangeRates? To(string unit, decimal? ofBase)
    {
        var isOwn = Rates.TryGetValue(unit, out var own);
        if ((isOwn ? 1 / own : ofBase) is not { } factor) return null;
        static decimal Rounded(decimal rate) => Ledger.Foreign.Plain(decimal.Round(rate, 10));
        var rates = Rates.Where(one => one.Key != unit).ToDictionary(one => one.Key, one => Rounded(one.Value * factor));
        if (isOwn) rates[Base] = Rounded(factor);
        return new ExchangeRates(unit, rates, ByHand?.Select(one => one == unit ? Base : one).Where(rates.ContainsKey).ToList());
    }

    /// <summary>
    /// Units of a currency for one unit of another; null when the day has none. A cross rate is rounded to 12 decimals. Source: quotation of the ECB's euro foreign exchange reference rates.
    /// Worked: EUR/USD 1.085 and EUR/CHF 0.93 → one USD is worth CHF 0.93 ÷ 1.085 = 0.857142857143.
    /// </summary>
    public decimal? Of(string currency, string inUnitsPer)
    {
        var (quoted, of) = (Quoted(currency), Quoted(inUnitsPer));
        return quoted is null || of is null ? null : of == 1 ? quoted : Ledger.Foreign.Plain(decimal.Round(quoted.Value / of.Value, Ledger.Foreign.MaxRateDecimals));
    }

    private decimal? Quoted(string currency) => currency == Base ? 1 : Rates.TryGetValue(currency, out var rate) ? rate : null;
}

/// <summary>A rate, and the day it is of.</summary>
/// <param name="Rate">Units of the foreign currency for one of the book's.</param>
public sealed record DatedRate(DateOnly Date, decimal Rate);

/// <summary>Table <c>ExchangeRates</c>, with the rows of <see cref="CaseTable"/>: one case a day, never done; State is an <see cref="ExchangeRates"/>.</summary>
public sealed class ExchangeRateTable(Storage storage)
{
    /// <summary>So old may a rate be: there is none at weekends and on holidays, and never so many of them in a row.</summary>
    public const int MaxAgeDays = 7;

    public Department Days { get; } = new("exchange-rates", new CaseTable(storage, "ExchangeRates"), (_, _) => Task.CompletedTask);

    public static ExchangeRates Read(CaseRow row) => row.Read(ExchangeRateJson.Default.ExchangeRates);

    public static string Write(ExchangeRates rates) => JsonSerializer.Serialize(rates, ExchangeRateJson.Default.ExchangeRates);

    /// <summary>Looks rates of a book up, each day read once.</summary>
    internal RateLookup In(string book) => new(this, book);

    /// <summary>The rates that hold on a day: its own, or those of the last day before it that has some, at most <see cref="MaxAgeDays"/> back; null: none.</summary>
    public async Task<(DateOnly Date, ExchangeRates Rates)?> FindAsync(string book, DateOnly on)
    {
        for (var date = on; date >= on.AddDays(-MaxAgeDays); date = date.AddDays(-1))
            if (await Days.Cases.FindAsync(book, BusinessDay.Text(date)) is { } row) return (date, Read(row));
        return null;
    }
}

/// <summary>Rates of a book, currency by currency.</summary>
internal sealed class RateLookup(ExchangeRateTable table, string book)
{
    private readonly Dictionary<DateOnly, ExchangeRates?> _days = [];

    /// <summary>The rate that holds on a day, units of a currency for one of another: the day's own, or that of the last day before it that has one for this currency, at most <see cref="ExchangeRateTable.MaxAgeDays"/> back; null: none.</summary>
    public async Task<DatedRate?> FindAsync(DateOnly on, string currency, string own)
    {
        for (var date = on; date >= on.AddDays(-ExchangeRateTable.MaxAgeDays); date = date.AddDays(-1))
        {
            if (!_days.TryGetValue(date, out var day)) _days[date] = day = await table.Days.Cases.FindAsync(book, BusinessDay.Text(date)) is { } row ? ExchangeRateTable.Read(row) : null;
            if (day?.Of(currency, own) is { } rate) return new DatedRate(date, rate);
        }

        return null;
    }
}

/// <summary>JSON of the rates' cases, generated at build time.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ExchangeRates))]
internal sealed partial class ExchangeRateJson : JsonSerializerContext;
