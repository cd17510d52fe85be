using BackOffice.Kernel;

namespace BackOffice.Credit;

/// <summary>The dated figures by which credit risk is measured on a day.</summary>
/// <param name="Pd">Yearly probability of default by grade, 1 to 10: <c>credit.pd.grade01</c> …</param>
/// <param name="UnratedGrade">Grade of who has no rating: <c>credit.unrated.grade</c>.</param>
/// <param name="Lgd">Loss given default, unsecured: <c>credit.lgd</c>.</param>
/// <param name="Ccf">Share of the undrawn that is drawn by the default: <c>credit.ccf</c>.</param>
/// <param name="Stage2Days">More days overdue than these are a significant increase: <c>credit.stage2.days</c>.</param>
/// <param name="Stage2Notches">So many grades worse than at first are one too: <c>credit.stage2.notches</c>.</param>
/// <param name="DefaultDays">More days overdue than these are a default, when it is material: <c>credit.default.days</c>.</param>
/// <param name="MaterialRetail">EUR overdue of a consumer from which it is material: <c>credit.default.retail</c>.</param>
/// <param name="MaterialOther">The same of others: <c>credit.default.other</c>.</param>
/// <param name="MaterialShare">Share of the exposure that must be overdue too: <c>credit.default.share</c>.</param>
/// <param name="CureDays">So long after it has ended a default still counts: <c>credit.cure.days</c>.</param>
/// <param name="VatRate">Allowances on trade receivables are net of VAT: <c>vat.standard</c>.</param>
/// <param name="WarnUse">More of the limit drawn and owed than this share is an early warning: <c>credit.warning.limit-use</c>.</param>
/// <param name="WarnDaysLate">Paying later than so many days on average is one too: <c>credit.warning.payment-days</c>.</param>
public sealed record RiskFigures(
    IReadOnlyList<decimal> Pd, int UnratedGrade, decimal Lgd, decimal Ccf, int Stage2Days, int Stage2Notches, int DefaultDays, decimal MaterialRetail, decimal MaterialOther, decimal MaterialShare, int CureDays, decimal VatRate,
    decimal WarnUse, int WarnDaysLate)
{
    private static readonly string[] Grades = [.. Enumerable.Range(1, 10).Select(grade => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"credit.pd.grade{grade:D2}"))];

    public static async Task<RiskFigures> LoadAsync(Parameters parameters, DateOnly on)
    {
        string[] names = [.. Grades, "credit.unrated.grade", "credit.lgd", "credit.ccf", "credit.stage2.days", "credit.stage2.notches", "credit.default.days", "credit.default.retail", "credit.default.other", "credit.default.share", "credit.cure.days", "vat.standard",
            "credit.warning.limit-use", "credit.warning.payment-days"];
        var values = await Task.WhenAll(names.Select(async name => (await parameters.HistoryAsync(Parameter.Find(name)!)).On(on)?.Value ?? 0));
        return Of(names.Zip(values).ToDictionary(pair => pair.First, pair => pair.Second, StringComparer.Ordinal));
    }

    /// <summary>A counterparty's grade on a day, rated or not.</summary>
    public int GradeOf(Counterparty party, DateOnly on) => party.RatingOn(on)?.Grade ?? UnratedGrade;

    public static RiskFigures Of(IReadOnlyDictionary<string, decimal> values) => new(
        [.. Grades.Select(grade => values[grade])], (int)values["credit.unrated.grade"], values["credit.lgd"], values["credit.ccf"], (int)values["credit.stage2.days"], (int)values["credit.stage2.notches"],
        (int)values["credit.default.days"], values["credit.default.retail"], values["credit.default.other"], values["credit.default.share"], (int)values["credit.cure.days"], values["vat.standard"],
        values["credit.warning.limit-use"], (int)values["credit.warning.payment-days"]);
}
