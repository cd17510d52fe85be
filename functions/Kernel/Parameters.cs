using System.Globalization;
using Azure.Data.Tables;

namespace BackOffice.Kernel;

/// <summary>A figure that law or the company sets and changes by date: a tax rate, a limit, a period.</summary>
/// <param name="Name">Its name, <c>subject.figure</c>: <c>vat.standard</c>.</param>
/// <param name="Unit">What the value counts: <c>rate</c> (0.19 = 19 %), <c>years</c>, <c>days</c>, <c>times</c>, <c>EUR</c>.</param>
/// <param name="Source">The statute it comes from.</param>
/// <param name="Defaults">Values the app knows by itself, by first day of validity, oldest first.</param>
/// <param name="SetBy">The role that changes it.</param>
/// <param name="MayBeNegative">Whether it may lie below 0: a rate then lies between −1 and 1.</param>
public sealed record Parameter(string Name, string Unit, string Source, IReadOnlyList<(DateOnly From, decimal Value)> Defaults, string SetBy = Roles.Operator, bool MayBeNegative = false)
{
    /// <summary>The parameters of this app, by name. A department adds its own here.</summary>
    public static readonly IReadOnlyList<Parameter> All =
    [
        new("accrual.materiality", "EUR", "EStG §5(5) sentence 2, with §6(2)", [(new(2022, 1, 1), 800)]),
        new("asset.declining.maximum", "rate", "EStG §7(2)", [(new(2020, 1, 1), 0.25m), (new(2023, 1, 1), 0), (new(2024, 4, 1), 0.20m), (new(2025, 1, 1), 0), (new(2025, 7, 1), 0.30m), (new(2028, 1, 1), 0)]),
        new("asset.declining.multiple", "times", "EStG §7(2): times the straight-line rate", [(new(2020, 1, 1), 2.5m), (new(2023, 1, 1), 0), (new(2024, 4, 1), 2), (new(2025, 1, 1), 0), (new(2025, 7, 1), 3), (new(2028, 1, 1), 0)]),
        new("asset.immediate.limit", "EUR", "EStG §6(2)", [(new(2018, 1, 1), 800)]),
        new("asset.pool.limit", "EUR", "EStG §6(2a)", [(new(2008, 1, 1), 1000)]),
        new("asset.pool.lower", "EUR", "EStG §6(2a)", [(new(2008, 1, 1), 150), (new(2018, 1, 1), 250)]),
        new("credit.application.days", "days", "the house's rule: so long may an application be voted and decided on", [(new(2000, 1, 1), 90)]),
        new("credit.ccf", "rate", "CRR Art. 166(8)(d): undrawn credit lines", [(new(2000, 1, 1), 0.75m)]),
        new("credit.cure.days", "days", "CRR Art. 178(5), EBA/GL/2016/07: three months", [(new(2000, 1, 1), 92)]),
        new("credit.default.days", "days", "CRR Art. 178(1)(b)", [(new(2014, 1, 1), 90)]),
        new("credit.default.other", "EUR", "CRR Art. 178(2)(d), Regulation (EU) 2018/171", [(new(2014, 1, 1), 500)]),
        new("credit.default.retail", "EUR", "CRR Art. 178(2)(d), Regulation (EU) 2018/171", [(new(2014, 1, 1), 100)]),
        new("credit.default.share", "rate", "CRR Art. 178(2)(d), Regulation (EU) 2018/171", [(new(2014, 1, 1), 0.01m)]),
        new("credit.lgd", "rate", "CRR Art. 161(1)(a): senior, unsecured", [(new(2014, 1, 1), 0.45m)]),
        new("credit.pd.grade01", "rate", "the house's rating scale", [(new(2000, 1, 1), 0.0003m)]),
        new("credit.pd.grade02", "rate", "the house's rating scale", [(new(2000, 1, 1), 0.001m)]),
        new("credit.pd.grade03", "rate", "the house's rating scale", [(new(2000, 1, 1), 0.002m)]),
        new("credit.pd.grade04", "rate", "the house's rating scale", [(new(2000, 1, 1), 0.005m)]),
        new("credit.pd.grade05", "rate", "the house's rating scale", [(new(2000, 1, 1), 0.01m)]),
        new("credit.pd.grade06", "rate", "the house's rating scale", [(new(2000, 1, 1), 0.02m)]),
        new("credit.pd.grade07", "rate", "the house's rating scale", [(new(2000, 1, 1), 0.04m)]),
        new("credit.pd.grade08", "rate", "the house's rating scale", [(new(2000, 1, 1), 0.08m)]),
        new("credit.pd.grade09", "rate", "the house's rating scale", [(new(2000, 1, 1), 0.15m)]),
        new("credit.pd.grade10", "rate", "the house's rating scale", [(new(2000, 1, 1), 0.3m)]),
        new("credit.risk-relevant.limit", "EUR", "MaRisk BTO 1.1 Tz. 4: set by the board; more needs two votes", [(new(2000, 1, 1), 50000)], Roles.Board),
        new("credit.score.financials", "rate", "the house's scorecard", [(new(2000, 1, 1), 0.4m)]),
        new("credit.score.management", "rate", "the house's scorecard", [(new(2000, 1, 1), 0.2m)]),
        new("credit.score.market", "rate", "the house's scorecard", [(new(2000, 1, 1), 0.1m)]),
        new("credit.score.payment", "rate", "the house's scorecard", [(new(2000, 1, 1), 0.3m)]),
        new("credit.stage2.days", "days", "IFRS 9 5.5.11", [(new(2018, 1, 1), 30)]),
        new("credit.stage2.notches", "times", "the house's rule, IFRS 9 B5.5.17: grades worse than at first", [(new(2018, 1, 1), 3)]),
        new("credit.unrated.grade", "times", "the house's rule: the grade of who has no rating", [(new(2000, 1, 1), 6)]),
        new("dunning.flat-fee", "EUR", "BGB §288(5)", [(new(2014, 7, 29), 40)]),
        new("dunning.level1.days", "days", "the house's rule: since the due date", [(new(2000, 1, 1), 10)]),
        new("dunning.level1.fee", "EUR", "the house's rule: no fee before default, so it stays 0", [(new(2000, 1, 1), 0)]),
        new("dunning.level2.days", "days", "the house's rule: since the due date", [(new(2000, 1, 1), 24)]),
        new("dunning.level2.fee", "EUR", "the house's rule", [(new(2000, 1, 1), 2.50m)]),
        new("dunning.level3.days", "days", "the house's rule: since the due date", [(new(2000, 1, 1), 38)]),
        new("dunning.level3.fee", "EUR", "the house's rule", [(new(2000, 1, 1), 5.00m)]),
        new("dunning.surcharge.business", "rate", "BGB §288(2)", [(new(2014, 7, 29), 0.09m)]),
        new("dunning.surcharge.consumer", "rate", "BGB §288(1)", [(new(2002, 1, 1), 0.05m)]),
        new(
            "interest.base-rate", "rate", "BGB §247, made known by the Bundesbank for each half-year; those in which it stays as it was are left out",
        [
            (new(2002, 1, 1), 0.0257m), (new(2002, 7, 1), 0.0247m), (new(2003, 1, 1), 0.0197m), (new(2003, 7, 1), 0.0122m), (new(2004, 1, 1), 0.0114m), (new(2004, 7, 1), 0.0113m),
            (new(2005, 1, 1), 0.0121m), (new(2005, 7, 1), 0.0117m), (new(2006, 1, 1), 0.0137m), (new(2006, 7, 1), 0.0195m), (new(2007, 1, 1), 0.027m), (new(2007, 7, 1), 0.0319m),
            (new(2008, 1, 1), 0.0332m), (new(2008, 7, 1), 0.0319m), (new(2009, 1, 1), 0.0162m), (new(2009, 7, 1), 0.0012m), (new(2011, 7, 1), 0.0037m), (new(2012, 1, 1), 0.0012m),
            (new(2013, 1, 1), -0.0013m), (new(2013, 7, 1), -0.0038m), (new(2014, 1, 1), -0.0063m), (new(2014, 7, 1), -0.0073m), (new(2015, 1, 1), -0.0083m), (new(2016, 7, 1), -0.0088m),
            (new(2023, 1, 1), 0.0162m), (new(2023, 7, 1), 0.0312m), (new(2024, 1, 1), 0.0362m), (new(2024, 7, 1), 0.0337m), (new(2025, 1, 1), 0.0227m), (new(2025, 7, 1), 0.0127m),
        ], MayBeNegative: true),
        new("retention.books", "years", "HGB §257(4), AO §147(3)", [(new(1999, 1, 1), 10)]),
        new("retention.vouchers", "years", "HGB §257(4), AO §147(3); 8 since the fourth Bürokratieentlastungsgesetz", [(new(1999, 1, 1), 10), (new(2025, 1, 1), 8)]),
        new("settlement.cycle", "days", "CSDR Art. 5(2)", [(new(2014, 10, 6), 2), (new(2027, 10, 11), 1)]),
        new("support.close.days", "days", "the house's rule: so long after it was solved a ticket closes by itself", [(new(2000, 1, 1), 7)]),
        new("support.reopen.days", "days", "the house's rule: so long after it was closed a ticket can be reopened", [(new(2000, 1, 1), 14)]),
        new("vat.reduced", "rate", "UStG §12(2), §28(2)", [(new(1983, 7, 1), 0.07m), (new(2020, 7, 1), 0.05m), (new(2021, 1, 1), 0.07m)]),
        new("vat.standard", "rate", "UStG §12(1), §28(1)", [(new(1998, 4, 1), 0.16m), (new(2007, 1, 1), 0.19m), (new(2020, 7, 1), 0.16m), (new(2021, 1, 1), 0.19m)]),
        new("wage.minimum", "EUR", "MiLoG §1(2), an hour", [(new(2025, 1, 1), 12.82m), (new(2026, 1, 1), 13.90m), (new(2027, 1, 1), 14.60m)]),
    ];

    public static Parameter? Find(string name) => All.FirstOrDefault(parameter => parameter.Name == name);
}

/// <summary>A value of a parameter and since when it holds. Versions count from 1 within the parameter; those of the app itself have version 0 and no author.</summary>
/// <param name="From">First business date it holds for.</param>
/// <param name="Value">The value, exact.</param>
/// <param name="Version">Which change brought it.</param>
/// <param name="By">Who changed it.</param>
/// <param name="At">When it was changed.</param>
/// <param name="Reason">Why, in the words of who changed it.</param>
public sealed record ParameterValue(DateOnly From, decimal Value, int Version = 0, string? By = null, DateTimeOffset? At = null, string? Reason = null)
{
    /// <summary>As it is noted with what was made by it: <c>vat.standard=0.19 from 2021-01-01, version 0</c>.</summary>
    public string Noted(string name) => string.Create(CultureInfo.InvariantCulture, $"{name}={Value} from {BusinessDay.Text(From)}, version {Version}");
}

/// <summary>All values of one parameter, in the order in which they were made.</summary>
public sealed record ParameterHistory(Parameter Parameter, IReadOnlyList<ParameterValue> Values)
{
    /// <summary>
    /// The value that holds on a business date: of the values valid from that day or earlier the one with the latest first day, and among equals the newest version.
    /// Null before the first. Worked: vat.standard on 2020-12-31 → 0.16 (from 2020-07-01), on 2021-01-01 → 0.19.
    /// </summary>
    public ParameterValue? On(DateOnly date) => Values.Where(value => value.From <= date).OrderBy(value => value.From).ThenBy(value => value.Version).LastOrDefault();

    /// <summary>
    /// A change: 422 <c>parameter/value</c> when the value is negative and may not be, or a rate is above 1 or below −1. The same value from the same day again changes nothing: null.
    /// A change for a day in the past is allowed, since statutes are at times late; figures already posted keep theirs.
    /// </summary>
    internal static Outcome<ParameterChange> Decide(ParameterHistory history, DateOnly from, decimal value, string reason, string by, DateTimeOffset now)
    {
        var (isRate, mayBeNegative) = (history.Parameter.Unit == "rate", history.Parameter.MayBeNegative);
        if ((value < 0 && !mayBeNegative) || (isRate && Math.Abs(value) > 1))
        {
            var detail = !isRate ? "The value must not be negative." : mayBeNegative ? "This rate lies between -1 and 1: -0.88 % is -0.0088." : "A rate lies between 0 and 1: 19 % is 0.19.";
            return new Refusal(422, "parameter/value", detail, "value");
        }

        var current = history.Values.Where(known => known.From == from).MaxBy(known => known.Version);
        if (current?.Value == value) return new ParameterChange(current, IsNew: false);
        return new ParameterChange(new ParameterValue(from, value, history.Values.Max(known => known.Version) + 1, by, now, reason), IsNew: true);
    }
}

/// <summary>The value after a change, and whether it had to be written.</summary>
public sealed record ParameterChange(ParameterValue Value, bool IsNew);

/// <summary>
/// Table <c>Parameters</c>: PartitionKey the parameter's name, RowKey <c>{version, 6 digits}</c>: From, Value, By, At, Reason. One row a change; never changed or removed, so the table is its own history.
/// </summary>
public sealed class Parameters(Storage storage)
{
    private readonly TableClient _table = storage.Table("Parameters");

    public async Task<ParameterHistory> HistoryAsync(Parameter parameter)
    {
        await storage.ReadyAsync();
        List<ParameterValue> values = [.. parameter.Defaults.Select(known => new ParameterValue(known.From, known.Value))];
        await foreach (var row in _table.QueryAsync<TableEntity>($"PartitionKey eq '{parameter.Name}'"))
        {
            values.Add(new ParameterValue(
                BusinessDay.Parse(row.GetString("From"))!.Value, decimal.Parse(row.GetString("Value"), CultureInfo.InvariantCulture),
                int.Parse(row.RowKey, CultureInfo.InvariantCulture), row.GetString("By"), row.GetDateTimeOffset("At"), row.GetString("Reason")));
        }

        return new ParameterHistory(parameter, values);
    }

    /// <summary>Adds a version; false when another change took its number first.</summary>
    public Task<bool> AddAsync(Parameter parameter, ParameterValue value) =>
        _table.AddIfAbsentAsync(new TableEntity(parameter.Name, value.Version.ToString("D6", CultureInfo.InvariantCulture))
        {
            ["From"] = BusinessDay.Text(value.From),
            ["Value"] = value.Value.ToString(CultureInfo.InvariantCulture),
            ["By"] = value.By,
            ["At"] = value.At,
            ["Reason"] = value.Reason,
        });
}
