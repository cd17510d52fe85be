using System.Globalization;
using System.Xml.Linq;
using BackOffice.Kernel;

namespace BackOffice.Currencies;

/// <summary>
/// The European Central Bank's reference rates in the XML it publishes, of one day (<c>eurofxref-daily</c>) or of several (<c>eurofxref-hist-90d</c>): <c>Envelope / Cube / Cube time / Cube currency, rate</c>.
/// </summary>
public static class EcbRates
{
    public const int MaxDays = 400;

    private static readonly XNamespace Ecb = "http://www.ecb.int/vocabulary/2002-08-01/eurofxref";
    private static readonly XNamespace Gesmes = "http://www.gesmes.org/xml/2002-08-01";

    /// <summary>
    /// The days in order, each with its rates for one euro. 400 <c>currency/not-ecb</c> (another document); 422 <c>currency/date</c>, <c>currency/rate</c>, <c>currency/currency-unknown</c>, <c>currency/twice</c>, <c>currency/too-many-days</c>, each where it stands
    /// (<c>Cube[2026-01-30].USD</c>). Currencies that ISO 4217 no longer has are left out, since the bank goes on publishing what was.
    /// Worked: <c>&lt;Cube time="2026-01-30"&gt;&lt;Cube currency="USD" rate="1.0850"/&gt;</c> → 2026-01-30: USD 1.085.
    /// </summary>
    public static Outcome<SortedDictionary<DateOnly, ExchangeRates>> Read(XElement root)
    {
        if (root.Name != Gesmes + "Envelope" || root.Element(Ecb + "Cube") is not { } all) return new Refusal(400, "currency/not-ecb", $"The root must be Envelope of '{Gesmes}' and hold a Cube of '{Ecb}', as the ECB publishes it.");
        List<Fault> faults = [];
        SortedDictionary<DateOnly, ExchangeRates> days = [];
        foreach (var cube in all.Elements(Ecb + "Cube"))
        {
            var time = (string?)cube.Attribute("time") ?? "";
            if (!DateOnly.TryParseExact(time, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date) || date < BusinessDay.Earliest || date > BusinessDay.Latest)
            {
                faults.Add(new Fault($"Cube[{Ids.Cut(time)}]", "currency/date", $"'{Ids.Cut(time)}' is no day yyyy-MM-dd."));
                continue;
            }

            if (!days.TryAdd(date, new ExchangeRates("EUR", RatesOf(cube, time, faults)))) faults.Add(new Fault($"Cube[{time}]", "currency/twice", $"{time} stands there twice."));
        }

        if (days.Count > MaxDays) faults.Add(new Fault("Cube", "currency/too-many-days", $"It holds {days.Count:N0} days; at most {MaxDays} are taken at once."));
        if (days.Count == 0 && faults.Count == 0) faults.Add(new Fault("Cube", "currency/date", "It holds no day."));
        return faults.Count == 0 ? days : Refusal.Of([.. faults.Take(Refusal.MaxFaults)]);
    }

    private static SortedDictionary<string, decimal> RatesOf(XElement day, string time, List<Fault> faults)
    {
        SortedDictionary<string, decimal> rates = new(StringComparer.Ordinal);
        foreach (var cube in day.Elements(Ecb + "Cube"))
        {
            var (currency, text) = ((string?)cube.Attribute("currency") ?? "", (string?)cube.Attribute("rate") ?? "");
            var path = $"Cube[{time}].{Ids.Cut(currency)}";
            if (currency.Length != 3 || !currency.All(char.IsAsciiLetterUpper)) faults.Add(new Fault(path, "currency/currency-unknown", $"'{Ids.Cut(currency)}' is no currency."));
            else if (!decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var rate) || !RateRule.IsGood(rate)) faults.Add(RateRule.Fault(path, text));
            else if (Currency.DigitsOf(currency) is not null && !rates.TryAdd(currency, Ledger.Foreign.Plain(rate))) faults.Add(new Fault(path, "currency/twice", $"'{currency}' stands there twice."));
        }

        return rates;
    }
}

/// <summary>What a rate of exchange may be.</summary>
internal static class RateRule
{
    public static bool IsGood(decimal rate) => rate is > 0 and < 1_000_000_000 && decimal.Round(rate, 10) == rate;

    public static Fault Fault(string path, string given) => new(path, "currency/rate", $"'{Ids.Cut(given)}' is no rate: units of the currency for one of the base, above 0, at most 10 decimals.");
}
