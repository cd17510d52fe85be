using System.Text.Json.Serialization;

namespace BackOffice.Credit;

/// <summary>Who a counterparty is; late interest, default thresholds and reports go by it.</summary>
public enum CounterpartyKind
{
    Business,
    Consumer,
    Bank,
    Public,
}

/// <summary>A counterparty, as its case keeps it; what it was before stands in the case's history. Its id is the party that ledger lines name.</summary>
/// <param name="Name">Name, 1 to 200 characters. Personal data stays here and never goes into ledger texts.</param>
/// <param name="Kind">Who it is.</param>
/// <param name="Group">Group of connected clients (Kreditnehmereinheit, KWG §19(2)); null: it stands alone.</param>
/// <param name="Ratings">Its ratings, in the order in which they were made, at most 200.</param>
/// <param name="Limits">Its limits by first day, in the order in which they were set, at most 200.</param>
/// <param name="Cares">How closely it is looked after, as was decided, in that order, at most 200; null: never decided.</param>
public sealed record Counterparty(string Name, CounterpartyKind Kind, string? Group, IReadOnlyList<Rating> Ratings, IReadOnlyList<CreditLimit> Limits, IReadOnlyList<CareDecision>? Cares = null)
{
    public const int MaxHistory = 200;

    /// <summary>The rating that holds on a day: of those dated by then the latest, and of one day the one made last.</summary>
    public Rating? RatingOn(DateOnly date) => Ratings.Where(rating => rating.Date <= date).OrderBy(rating => rating.Date).LastOrDefault();

    /// <summary>The care decided by a day; normal when nothing has been.</summary>
    public CareLevel CareOn(DateOnly date) => (Cares ?? []).Where(care => care.Date <= date).OrderBy(care => care.Date).LastOrDefault()?.Level ?? CareLevel.Normal;

    /// <summary>The limit that holds on a day; null: none has been set.</summary>
    public CreditLimit? LimitOn(DateOnly date) => Limits.Where(limit => limit.From <= date).OrderBy(limit => limit.From).LastOrDefault();
}

/// <summary>A rating.</summary>
/// <param name="Date">Since when it holds.</param>
/// <param name="Score">Of the scorecard, 0 to 100; of an override that of the rating before it.</param>
/// <param name="Grade">1 (best) to 10.</param>
/// <param name="Scores">What the scorecard was given; of an override none.</param>
/// <param name="Overrides">The grade that was overridden; null: it comes from the scorecard.</param>
/// <param name="Reason">Why, of an override.</param>
/// <param name="Side">Which side made it; null: made before sides were kept.</param>
public sealed record Rating(DateOnly Date, decimal Score, int Grade, IReadOnlyDictionary<string, decimal>? Scores, int? Overrides = null, string? Reason = null, OfficeSide? Side = null);

/// <summary>How closely a counterparty is looked after from a day on, as somebody outside the front office decided. Source: MaRisk BTO 1.2.4 Tz. 1.</summary>
/// <param name="Reason">Why.</param>
public sealed record CareDecision(DateOnly Date, CareLevel Level, string Reason);

/// <summary>A limit of a counterparty.</summary>
/// <param name="From">First day it holds.</param>
/// <param name="AmountMinor">Minor units; 0: no business.</param>
/// <param name="Reason">Why.</param>
public sealed record CreditLimit(DateOnly From, long AmountMinor, string Reason);

/// <summary>What counts together against the limit of risk relevance: the credit of one group, or of a counterparty that stands alone. Applications join it before they are submitted, so that of two at once the second sees the first.</summary>
/// <param name="Commitments">In the order in which they joined.</param>
public sealed record CreditUnit(IReadOnlyList<Commitment> Commitments)
{
    /// <summary>Prefix of its case id in the counterparties' table.</summary>
    public const string Prefix = "unit:";

    public static string IdOf(string counterparty, string? group) => group is null ? $"{Prefix}c:{counterparty}" : $"{Prefix}g:{group}";
}

/// <summary>A group of connected clients, as far as it has limits of its own. Which counterparties belong to it, they say themselves.</summary>
/// <param name="Limits">By first day, in the order in which they were set, at most 200.</param>
public sealed record CreditGroup(IReadOnlyList<CreditLimit> Limits)
{
    /// <summary>Prefix of its case id in the counterparties' table.</summary>
    public const string Prefix = CreditUnit.Prefix + "l:";

    /// <summary>The limit that holds on a day; null: none has been set.</summary>
    public CreditLimit? LimitOn(DateOnly date) => Limits.Where(limit => limit.From <= date).OrderBy(limit => limit.From).LastOrDefault();
}

/// <summary>An application's amount within its unit.</summary>
/// <param name="At">When it joined.</param>
public sealed record Commitment(string Application, string Counterparty, long AmountMinor, DateTimeOffset At);

/// <summary>Collateral (Sicherheit) of a counterparty; earlier valuations stand in its case's history.</summary>
/// <param name="Kind">What it is: mortgage, guarantee, deposit …, 1 to 40 characters.</param>
/// <param name="ValueMinor">Value on <paramref name="ValuedOn"/>, minor units.</param>
/// <param name="Haircut">Share that is not counted on, 0 to 1.</param>
/// <param name="ValidTo">Last day it holds; null: without end.</param>
public sealed record Collateral(string Counterparty, string Kind, string Text, long ValueMinor, DateOnly ValuedOn, decimal Haircut, DateOnly? ValidTo)
{
    /// <summary>What is counted on: value × (1 − haircut), half a cent away from zero. Worked: 200,000.00 with a haircut of 40 % → 120,000.00.</summary>
    public long CountedMinor => (long)decimal.Round(ValueMinor * (1 - Haircut), MidpointRounding.AwayFromZero);
}

/// <summary>The scorecard: weighted scores make a score, the score a grade. Weights are dated parameters <c>credit.score.{name}</c> and add up to 1.</summary>
public static class Scorecard
{
    /// <summary>What is scored, each 0 (worst) to 100.</summary>
    public static readonly IReadOnlyList<string> Names = ["financials", "management", "market", "payment"];

    /// <summary>
    /// Score = Σ weight × score, rounded to hundredths, half up; the grade is 1 from 90 on, 2 from 80 on, … 10 below 10.
    /// Worked: financials 80, management 60, market 50, payment 90 by 0.4, 0.2, 0.1, 0.3 → 76.00, grade 3.
    /// </summary>
    public static (decimal Score, int Grade) Of(IReadOnlyDictionary<string, decimal> scores, IReadOnlyDictionary<string, decimal> weights)
    {
        var score = decimal.Round(Names.Sum(name => weights[name] * scores[name]), 2, MidpointRounding.AwayFromZero);
        return (score, Math.Clamp(10 - (int)(score / 10), 1, 10));
    }
}

/// <summary>JSON of the credit department's cases, generated at build time.</summary>
[JsonSourceGenerationOptions(System.Text.Json.JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, UseStringEnumConverter = true)]
[JsonSerializable(typeof(Counterparty))]
[JsonSerializable(typeof(CreditUnit))]
[JsonSerializable(typeof(Collateral))]
[JsonSerializable(typeof(CreditGroup))]
[JsonSerializable(typeof(CreditPolicy))]
[JsonSerializable(typeof(CreditApplication))]
[JsonSerializable(typeof(DunningStops))]
[JsonSerializable(typeof(OpenDeal))]
public sealed partial class CreditJson : JsonSerializerContext;
