using BackOffice.Kernel;
using BackOffice.Ledger;

namespace BackOffice.Credit;

/// <summary>The figures that a dunning run goes by.</summary>
/// <param name="Levels">Levels 1 to 3 as they hold on the day of the run; none where the house has set none by then.</param>
/// <param name="BaseRates"><c>interest.base-rate</c>, by first day.</param>
/// <param name="Business"><c>dunning.surcharge.business</c>.</param>
/// <param name="Consumer"><c>dunning.surcharge.consumer</c>.</param>
/// <param name="FlatFee"><c>dunning.flat-fee</c>.</param>
public sealed record DunningRules(IReadOnlyList<DunningLevel> Levels, IReadOnlyList<DatedRate> BaseRates, ParameterHistory Business, ParameterHistory Consumer, ParameterHistory FlatFee)
{
    public const int LevelCount = 3;

    /// <summary>The parameters that <see cref="Of"/> wants.</summary>
    public static readonly IReadOnlyList<string> Names =
    [
        .. Enumerable.Range(1, LevelCount).SelectMany(level => (string[])[DaysOf(level), FeeOf(level)]), "interest.base-rate", "dunning.surcharge.business", "dunning.surcharge.consumer", "dunning.flat-fee",
    ];

    public static async Task<DunningRules> LoadAsync(Parameters parameters, DateOnly on) => Of(await Task.WhenAll(Names.Select(name => parameters.HistoryAsync(Parameter.Find(name)!))), on);

    public static DunningRules Of(IEnumerable<ParameterHistory> histories, DateOnly on)
    {
        var by = histories.ToDictionary(history => history.Parameter.Name, StringComparer.Ordinal);
        List<DunningLevel> levels = [];
        for (var level = 1; level <= LevelCount; level++)
            if (by[DaysOf(level)].On(on) is { } days) levels.Add(new DunningLevel(level, days.Value, by[FeeOf(level)].On(on)?.Value ?? 0));
        return new DunningRules(levels, LateTerms.RatesOf(by["interest.base-rate"]), by["dunning.surcharge.business"], by["dunning.surcharge.consumer"], by["dunning.flat-fee"]);
    }

    /// <summary>The level of what is so many days overdue; null: none yet. Worked: 9 days → none, 10 and 23 → 1, 24 and 37 → 2, 38 → 3.</summary>
    public DunningLevel? LevelOf(int daysOverdue) => daysOverdue <= 0 ? null : Levels.LastOrDefault(level => daysOverdue >= level.Days);

    /// <summary>What the law asks for what was due then.</summary>
    public LateTerms Late(DateOnly due, bool business) => new(BaseRates, (business ? Business : Consumer).On(due)?.Value, business ? FlatFee.On(due)?.Value ?? 0 : 0);

    private static string DaysOf(int level) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"dunning.level{level}.days");

    private static string FeeOf(int level) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"dunning.level{level}.fee");
}

/// <summary>A dunning level.</summary>
/// <param name="Days">So many days after the due date it begins.</param>
/// <param name="Fee">What its letter costs, EUR.</param>
public sealed record DunningLevel(int Level, decimal Days, decimal Fee);

/// <summary>One receivable in a letter.</summary>
/// <param name="OpenMinor">What is open of it, minor units, above 0.</param>
/// <param name="Surcharge">Points above the base rate; null: none is known for what was due then, and no interest is asked.</param>
/// <param name="InterestMinor">Late interest on what is open, from the day after the due date up to the day of the run, minor units.</param>
public sealed record DunnedItem(string Account, string Document, DateOnly DueDate, int DaysOverdue, int Level, long OpenMinor, decimal? Surcharge, long InterestMinor);

/// <summary>A receivable that is overdue enough and yet not dunned.</summary>
/// <param name="Reason">Of the stop; null: what the party has on account covers all that would be dunned.</param>
public sealed record LeftOutItem(string Party, string Account, string Document, DateOnly DueDate, int DaysOverdue, int Level, long OpenMinor, string? Reason, DateOnly? Until);

/// <summary>A letter to one party.</summary>
/// <param name="Kind">Of its counterparty; null: it has none, and is taken for a consumer.</param>
/// <param name="Level">The highest of its items.</param>
/// <param name="FeeMinor">The level's fee, as far as the flat fee does not cover it.</param>
/// <param name="FlatFeeMinor">Of businesses.</param>
/// <param name="CreditMinor">What the party has on account or paid too much, which comes off.</param>
/// <param name="PayBy">Last day to pay in peace.</param>
public sealed record DunningLetter(string Party, CounterpartyKind? Kind, int Level, IReadOnlyList<DunnedItem> Items, long FeeMinor, long FlatFeeMinor, long CreditMinor, DateOnly PayBy)
{
    public long OpenMinor => Items.Sum(item => item.OpenMinor);
    public long InterestMinor => Items.Sum(item => item.InterestMinor);
    public long TotalMinor => OpenMinor + InterestMinor + FeeMinor + FlatFeeMinor - CreditMinor;
}

/// <summary>
/// A dunning run: the letters that a day's open receivables call for. It is computed and nothing is posted or kept, so a run may be looked at for any day, and each letter states the whole claim, not what comes on top of an earlier letter.
/// <list type="bullet">
/// <item>An item's level goes by its days overdue, the letter's is the highest of its items. The due date counts as it stands on the invoice: agreed by the calendar, default begins with the next day (BGB §286(2) no. 1).</item>
/// <item>Late interest (BGB §288(1), (2)) is asked on what is open now. Banks and public bodies are no consumers; a party without a counterparty is taken for one: the smaller surcharge, no flat fee.</item>
/// <item>No fee before default: where the due date was not agreed after all, the first letter is what brings default about (BGB §286(1)). So the fee of level 1 is 0, and the flat fee is asked from level 2 on. BGB §288(5) gives the
/// flat fee for each claim; the house asks it once a letter, the highest that one of its items bears. The level's fee counts towards it (BGB §288(5) sentence 3): only what is above it is asked. Both are set in EUR, so books in other
/// currencies have none.</item>
/// <item>What a party has on account, or paid too much, comes off; where it covers all that would be dunned there is no letter. Stopped items (<see cref="DunningStops"/>) are in none and are listed apart.</item>
/// </list>
/// Worked: a business owes 5,000.00 since 2025-07-01, on 2025-07-31 30 days: level 2, interest at 1.27 % + 9 % 42.21, flat fee 40.00, which covers the fee of 2.50 → 5,082.21.
/// </summary>
/// <param name="Letters">In order of party.</param>
/// <param name="LeftOut">In order of party.</param>
public sealed record Dunning(DateOnly On, IReadOnlyList<DunningLetter> Letters, IReadOnlyList<LeftOutItem> LeftOut)
{
    /// <summary>So many days from the run a letter gives to pay.</summary>
    public const int DaysToPay = 7;

    /// <summary>The first level whose letter asks the flat fee: the letter before it has brought default about at the latest.</summary>
    private const int FirstInDefault = 2;

    private const string Euro = "EUR";

    public long OpenMinor => Letters.Sum(letter => letter.OpenMinor);
    public long InterestMinor => Letters.Sum(letter => letter.InterestMinor);
    public long FeeMinor => Letters.Sum(letter => letter.FeeMinor);
    public long FlatFeeMinor => Letters.Sum(letter => letter.FlatFeeMinor);
    public long CreditMinor => Letters.Sum(letter => letter.CreditMinor);
    public long TotalMinor => Letters.Sum(letter => letter.TotalMinor);
    public long LeftOutMinor => LeftOut.Sum(item => item.OpenMinor);

    /// <param name="receivables">Open items and what is on account, of asset accounts only.</param>
    /// <param name="kinds">The counterparties' kinds, by id.</param>
    /// <param name="stops">By party.</param>
    public static Dunning Of(
        OpenItems receivables, IReadOnlyDictionary<string, CounterpartyKind> kinds, IReadOnlyDictionary<string, DunningStops> stops, DunningRules rules, string currency, int digits)
    {
        List<DunningLetter> letters = [];
        List<LeftOutItem> leftOut = [];
        var credits = Credits(receivables);
        foreach (var party in receivables.Items.Where(item => item.OpenMinor > 0).GroupBy(item => item.Party, StringComparer.Ordinal).OrderBy(own => own.Key, StringComparer.Ordinal))
        {
            CounterpartyKind? kind = kinds.TryGetValue(party.Key, out var known) ? known : null;
            var own = stops.GetValueOrDefault(party.Key, DunningStops.None);
            List<OpenItem> dunned = [];
            foreach (var item in party.OrderBy(item => item.DueDate).ThenBy(item => item.Document, StringComparer.Ordinal).ThenBy(item => item.Account, StringComparer.Ordinal))
            {
                if (rules.LevelOf(item.DaysOverdue) is not { } level) continue;
                if (own.Holding(item.Document, receivables.On) is { } stop) leftOut.Add(Left(item, level.Level, stop.Reason, stop.Until));
                else dunned.Add(item);
            }

            var credit = credits.GetValueOrDefault(party.Key);
            if (dunned.Count == 0) continue;
            if (credit >= dunned.Sum(item => (long)item.OpenMinor)) leftOut.AddRange(dunned.Select(item => Left(item, rules.LevelOf(item.DaysOverdue)!.Level, null, null)));
            else letters.Add(Letter(party.Key, kind, dunned, credit, receivables.On, rules, currency, digits));
        }

        return new Dunning(receivables.On, letters, leftOut);
    }

    private static DunningLetter Letter(string party, CounterpartyKind? kind, List<OpenItem> dunned, long credit, DateOnly on, DunningRules rules, string currency, int digits)
    {
        var business = kind is not (null or CounterpartyKind.Consumer);
        var level = dunned.Select(item => rules.LevelOf(item.DaysOverdue)!).MaxBy(one => one.Level)!;
        var hasFees = currency == Euro;
        var flatFee = hasFees && level.Level >= FirstInDefault ? Amount.ToMinor(dunned.Max(item => rules.Late(item.DueDate, business).FlatFee), digits) : 0;
        var fee = hasFees ? Amount.ToMinor(level.Fee, digits) : 0;
        return new DunningLetter(party, kind, level.Level, [.. dunned.Select(item => Item(item, rules, business, on))], Math.Max(0, fee - flatFee), flatFee, credit, on.AddDays(DaysToPay));
    }

    private static DunnedItem Item(OpenItem item, DunningRules rules, bool business, DateOnly on)
    {
        var (open, terms) = (checked((long)item.OpenMinor), rules.Late(item.DueDate, business));
        var surcharge = terms.BaseRates.Count > 0 && terms.BaseRates[0].From <= item.DueDate.AddDays(1) ? terms.Surcharge : null;
        // A base rate so far below 0 that nothing is left costs nothing; it earns nothing either.
        var interest = surcharge is { } points ? Math.Max(0, LateInterest.Of(open, item.DueDate, on, points, terms.BaseRates).InterestMinor) : 0;
        return new DunnedItem(item.Account, item.Document, item.DueDate, item.DaysOverdue, rules.LevelOf(item.DaysOverdue)!.Level, open, surcharge, interest);
    }

    /// <summary>What each party has on account and in items that were paid twice or are credit notes, together; parties of which that is no credit are left out.</summary>
    private static Dictionary<string, long> Credits(OpenItems receivables) => receivables.OnAccount.Select(rest => (rest.Party, rest.AmountMinor))
        .Concat(receivables.Items.Where(item => item.OpenMinor < 0).Select(item => (item.Party, AmountMinor: item.OpenMinor)))
        .Where(one => one.Party.Length > 0).GroupBy(one => one.Party, StringComparer.Ordinal)
        .Select(own => (Party: own.Key, CreditMinor: checked((long)own.Aggregate(Int128.Zero, (sum, one) => sum - one.AmountMinor)))).Where(own => own.CreditMinor > 0)
        .ToDictionary(own => own.Party, own => own.CreditMinor, StringComparer.Ordinal);

    private static LeftOutItem Left(OpenItem item, int level, string? reason, DateOnly? until) =>
        new(item.Party, item.Account, item.Document, item.DueDate, item.DaysOverdue, level, checked((long)item.OpenMinor), reason, until);
}
