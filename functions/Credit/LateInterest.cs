using BackOffice.Kernel;

namespace BackOffice.Credit;

/// <summary>What the law asks of who pays late, from dated parameters.</summary>
/// <param name="BaseRates"><c>interest.base-rate</c>, by first day, ascending; BGB §247.</param>
/// <param name="Surcharge"><c>dunning.surcharge.business</c> or <c>.consumer</c> on the due date; null: no value for it. BGB §288(1), (2); a debt keeps the one it arose under.</param>
/// <param name="FlatFee"><c>dunning.flat-fee</c> in EUR on the due date, of a business only; BGB §288(5).</param>
public sealed record LateTerms(IReadOnlyList<DatedRate> BaseRates, decimal? Surcharge, decimal FlatFee)
{
    /// <param name="business">Whether no consumer takes part.</param>
    public static async Task<LateTerms> LoadAsync(Parameters parameters, DateOnly due, bool business)
    {
        var histories = await Task.WhenAll(((string[])["interest.base-rate", business ? "dunning.surcharge.business" : "dunning.surcharge.consumer", "dunning.flat-fee"])
            .Select(name => parameters.HistoryAsync(Parameter.Find(name)!)));
        return new LateTerms(RatesOf(histories[0]), histories[1].On(due)?.Value, business ? histories[2].On(due)?.Value ?? 0 : 0);
    }

    /// <summary>The values of a parameter as they hold, by first day.</summary>
    public static IReadOnlyList<DatedRate> RatesOf(ParameterHistory history) =>
        [.. history.Values.Select(value => value.From).Distinct().Order().Select(from => new DatedRate(from, history.On(from)!.Value))];
}

/// <summary>Days in a row of one year and one base rate.</summary>
/// <param name="To">The last of them.</param>
/// <param name="Rate">Base rate and surcharge.</param>
/// <param name="InterestMinor">Minor units by cumulation: the spans sum to the interest exactly.</param>
public sealed record LateSpan(DateOnly From, DateOnly To, int Days, decimal BaseRate, decimal Rate, long InterestMinor);

/// <summary>
/// Interest on what is paid late: the base rate of the day and a surcharge, from the day after the due date up to the day of payment, each day ÷ the days of its year (365, in leap years 366); no interest on interest; rounded
/// once, half away from zero. Whether the due date moves off a weekend (BGB §193), and whether there is default, is for the caller to know.
/// Source: BGB §§286, 288, 289, 247, 187(1), 188(1). Worked: 5,000.00 due 2025-07-01, paid 2025-07-31: 30 days at 1.27 % + 9 % → 42.21.
/// </summary>
/// <param name="InterestMinor">Minor units.</param>
/// <param name="Days">All days, 0 when paid on the due date or before.</param>
public sealed record LateInterest(long InterestMinor, int Days, IReadOnlyList<LateSpan> Spans)
{
    /// <param name="amountMinor">What is owed, minor units.</param>
    /// <param name="surcharge">0.09 = nine points.</param>
    /// <param name="baseRates">Ascending; the first holds on the day after the due date.</param>
    public static LateInterest Of(long amountMinor, DateOnly due, DateOnly paid, decimal surcharge, IReadOnlyList<DatedRate> baseRates)
    {
        List<LateSpan> spans = [];
        var sum = new RunningInterest(DayCount.ActAct, 0);
        long given = 0;
        foreach (var (from, to, baseRate) in Cut(baseRates, due.AddDays(1), paid))
        {
            sum = sum.Plus(amountMinor, baseRate + surcharge, from, to);
            var upToHere = sum.RoundedMinor;
            spans.Add(new LateSpan(from, to, to.DayNumber - from.DayNumber + 1, baseRate, baseRate + surcharge, upToHere - given));
            given = upToHere;
        }

        return new LateInterest(given, spans.Sum(span => span.Days), spans);
    }

    /// <summary>Cut where the year ends or the base rate becomes another one.</summary>
    private static IEnumerable<(DateOnly From, DateOnly To, decimal BaseRate)> Cut(IReadOnlyList<DatedRate> baseRates, DateOnly from, DateOnly to)
    {
        List<DatedRate> changes = [];
        foreach (var rate in baseRates)
            if (changes.Count == 0 || changes[^1].Rate != rate.Rate) changes.Add(rate);
        foreach (var span in Interest.Spans([], changes, from, to))
        {
            for (var first = span.From; first <= span.To; first = new DateOnly(first.Year + 1, 1, 1))
            {
                var yearEnd = new DateOnly(first.Year, 12, 31);
                yield return (first, yearEnd < span.To ? yearEnd : span.To, span.Rate);
            }
        }
    }
}
