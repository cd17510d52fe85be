using BackOffice.Kernel;
using BackOffice.Ledger;

namespace BackOffice.Credit;

/// <summary>How closely a counterparty is looked after, as its figures propose it; each change is decided outside the front office. Source: MaRisk BTO 1.2.4, 1.2.5.</summary>
public enum CareLevel
{
    /// <summary>Normal care.</summary>
    Normal,

    /// <summary>Watch list: early-warning indicators stand (BTO 1.3).</summary>
    Watch,

    /// <summary>Intensive care.</summary>
    Intensive,

    /// <summary>Problem loan: in default.</summary>
    Problem,
}

/// <summary>What is known of a counterparty on a day, from its cases and from the ledger.</summary>
/// <param name="Party">Its case.</param>
/// <param name="Lines">Its granted lines.</param>
/// <param name="Collateral">Its collateral.</param>
/// <param name="Items">Its open items of asset accounts, on the day; receivables positive.</param>
/// <param name="OnAccountMinor">What it has paid without an item, negative, or owes without one.</param>
/// <param name="WasInDefault">Whether it was in default within the cure period before.</param>
/// <param name="Deals">Its open orders and trades.</param>
public sealed record CounterpartyFacts(
    string Id, Counterparty Party, IReadOnlyList<CreditApplication> Lines, IReadOnlyList<Collateral> Collateral, IReadOnlyList<OpenItem> Items, Int128 OnAccountMinor, bool WasInDefault, IReadOnlyList<OpenDeal> Deals);

/// <summary>The credit exposure to a counterparty in the evening of a day, amounts in minor units.</summary>
/// <param name="LimitMinor">Its limit; null: none has been set.</param>
/// <param name="DrawnMinor">Drawn on its lines.</param>
/// <param name="UndrawnMinor">What its lines still let it draw.</param>
/// <param name="ReceivablesMinor">What it owes otherwise, with VAT; not below 0.</param>
/// <param name="CollateralMinor">What is counted on of its collateral.</param>
/// <param name="DaysOverdue">Of its oldest overdue item.</param>
/// <param name="OverdueMinor">What is overdue.</param>
/// <param name="Indicators">Early-warning indicators that stand: overdue, rating-drop, limit-use.</param>
/// <param name="Proposed">The care that stage and indicators propose.</param>
/// <param name="Decided">The care that was decided.</param>
/// <param name="Loss">What is to be expected.</param>
/// <param name="OrdersMinor">Open orders: they use the limit, and are no exposure yet.</param>
/// <param name="TradesMinor">Open trades, likewise.</param>
public sealed record CounterpartyExposure(
    string Id, string Name, CounterpartyKind Kind, string? Group, int Grade, long? LimitMinor, long DrawnMinor, long UndrawnMinor, long ReceivablesMinor, long CollateralMinor, int DaysOverdue, long OverdueMinor, LossStage Stage,
    IReadOnlyList<string> Indicators, CareLevel Proposed, CareLevel Decided, ExpectedLoss Loss, long OrdersMinor, long TradesMinor)
{
    /// <summary>What is owed now.</summary>
    public long ExposureMinor => DrawnMinor + ReceivablesMinor;

    /// <summary>What uses the limit: owed, promised, ordered and traded.</summary>
    public long UsedMinor => ExposureMinor + UndrawnMinor + OrdersMinor + TradesMinor;

    /// <summary>What is used beyond the limit; 0 while it is kept.</summary>
    public long BreachMinor => LimitMinor is { } limit ? Math.Max(0, UsedMinor - limit) : 0;

    /// <summary>
    /// Measures an exposure. Stage 3: more than 90 days overdue and material (more than 100.00 of a consumer or 500.00, and more than 1 % of the exposure), or so within the three months before; stage 2: more than 30 days overdue, or
    /// three grades worse than first; else 1. Exposure at default = drawn + receivables (those invoiced net of VAT) + CCF × undrawn; the term in whole years, rounded up, of the line that ends last.
    /// Source: CRR Art. 178, IFRS 9 5.5; HGB §253(4). Worked: 10,000.00 drawn, grade with PD 3 %, LGD 50 %, rate 4 % → stage 1, expected loss 144.23.
    /// </summary>
    public static CounterpartyExposure Of(CounterpartyFacts facts, RiskFigures figures, DateOnly on, int digits)
    {
        var (party, lines) = (facts.Party, facts.Lines.Where(line => line.Line is { } granted && granted.GrantedOn <= on).ToList());
        var used = Utilisation.Of(party, lines, facts.Items, facts.OnAccountMinor, facts.Deals, on);
        var (drawn, undrawn, receivables) = (used.DrawnMinor, used.UndrawnMinor, used.ReceivablesMinor);
        var invoiced = (long)facts.Items.Aggregate(Int128.Zero, (sum, item) => sum + item.OpenMinor);
        var overdue = facts.Items.Where(item => item.DaysOverdue > 0 && item.OpenMinor > 0).ToList();
        var days = overdue.Count == 0 ? 0 : overdue.Max(item => item.DaysOverdue);
        var (grade, first) = (figures.GradeOf(party, on), party.Ratings.Where(rating => rating.Date <= on).OrderBy(rating => rating.Date).FirstOrDefault()?.Grade);
        var stage = facts.WasInDefault || IsInDefault(facts.Items, party.Kind, drawn + receivables, figures, digits) ? LossStage.Three
            : days > figures.Stage2Days || grade - (first ?? grade) >= figures.Stage2Notches ? LossStage.Two : LossStage.One;

        // Interest stands there without an item, and bears no VAT.
        var net = Math.Max(0, receivables - invoiced + (long)decimal.Round(invoiced / (1 + figures.VatRate), MidpointRounding.AwayFromZero));
        var exposure = new Exposure(drawn + net, undrawn, figures.Ccf);
        var collateral = facts.Collateral.Where(one => one.ValuedOn <= on && (one.ValidTo is null || on <= one.ValidTo)).ToList();
        var years = lines.Count == 0 ? 1 : Math.Max(1, lines.Max(line => WholeYears(on, line.Line!.EndsOn)));
        var loss = ExpectedLoss.Of(stage, [.. Enumerable.Repeat(new ExposureYear(exposure.EadMinor, figures.Pd[grade - 1]), years)], figures.Lgd, Rate(lines, on), exposure, [.. collateral.Select(one => new Security(one.ValueMinor, one.Haircut))]);
        List<string> indicators = [];
        if (days > 0) indicators.Add("overdue");
        if (grade > (first ?? grade)) indicators.Add("rating-drop");
        if (used is { LimitMinor: not null, FreeMinor: < 0 }) indicators.Add("limit-use");
        var care = stage switch { LossStage.Three => CareLevel.Problem, LossStage.Two => CareLevel.Intensive, _ => indicators.Count > 0 ? CareLevel.Watch : CareLevel.Normal };
        return new CounterpartyExposure(
            facts.Id, party.Name, party.Kind, party.Group, grade, used.LimitMinor, drawn, undrawn, receivables, collateral.Sum(one => one.CountedMinor), days, (long)overdue.Aggregate(Int128.Zero, (sum, item) => sum + item.OpenMinor), stage, indicators, care, party.CareOn(on), loss, used.OrdersMinor, used.TradesMinor);
    }

    /// <summary>
    /// Whether what is overdue for more than 90 days is material. Source: CRR Art. 178(1)(b), (2)(d). Worked: 500.01 overdue for 91 days of 60,000.00 is 0.8 %: no default; 600.01 is one.
    /// </summary>
    public static bool IsInDefault(IEnumerable<OpenItem> items, CounterpartyKind kind, Int128 exposureMinor, RiskFigures figures, int digits)
    {
        var late = items.Where(item => item.OpenMinor > 0 && item.DaysOverdue > figures.DefaultDays).Aggregate(Int128.Zero, (sum, item) => sum + item.OpenMinor);
        return late > Amount.ToMinor(kind == CounterpartyKind.Consumer ? figures.MaterialRetail : figures.MaterialOther, digits) && (decimal)late > figures.MaterialShare * (decimal)exposureMinor;
    }

    /// <summary>Whole years to a day, rounded up: 2026-03-02 to 2027-03-02 → 1, to 2027-03-03 → 2.</summary>
    private static int WholeYears(DateOnly from, DateOnly to)
    {
        var years = Math.Max(0, to.Year - from.Year);
        return from.AddYears(years) < to ? years + 1 : years;
    }

    /// <summary>The lines' rates, weighted by what is drawn; 0 when nothing is.</summary>
    private static decimal Rate(List<CreditApplication> lines, DateOnly on)
    {
        var drawn = lines.Sum(line => Math.Max(0, line.Line!.DrawnMinor(on)));
        return drawn == 0 ? 0 : lines.Sum(line => line.Rate * Math.Max(0, line.Line!.DrawnMinor(on))) / drawn;
    }
}
