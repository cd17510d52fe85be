using System.Globalization;
using BackOffice.Credit;
using BackOffice.Kernel;
using BackOffice.Ledger;
using CsCheck;

namespace BackOffice.Tests.Credit;

public sealed class CounterpartyExposureTests
{
    private static readonly DateOnly On = new(2026, 6, 30);

    /// <summary>The parameters as the app knows them; grade 6 with PD 3 %, LGD 50 %, as in the worked number.</summary>
    private static readonly RiskFigures Figures = RiskFigures.Of(Parameter.All.Where(parameter => parameter.Name.StartsWith("credit.", StringComparison.Ordinal) || parameter.Name == "vat.standard")
        .ToDictionary(parameter => parameter.Name, parameter => new ParameterHistory(parameter, [.. parameter.Defaults.Select(known => new ParameterValue(known.From, known.Value))]).On(On)!.Value, StringComparer.Ordinal)) with
    {
        Lgd = 0.5m,
        Pd = [0.0003m, 0.001m, 0.002m, 0.005m, 0.01m, 0.03m, 0.04m, 0.08m, 0.15m, 0.30m],
    };

    [Fact]
    public void ExpectedLoss_IsTheWorkedNumber()
    {
        var exposure = Of(lines: [Line(10_000_00, 10_000_00, 0.04m)]);

        Assert.Equal((LossStage.One, 144_23L, 144_23L, 0L), (exposure.Stage, exposure.Loss.TotalMinor, exposure.Loss.DrawnMinor, exposure.Loss.UndrawnMinor));
    }

    [Theory]
    [InlineData(30, 1)]
    [InlineData(31, 2)]
    [InlineData(90, 2)]
    [InlineData(91, 3)]
    public void Stage_GoesByDaysOverdue(int days, int stage) => Assert.Equal(stage, (int)Of(items: [Item(days, 1_000_00)]).Stage);

    [Theory]
    [InlineData("Business", 500_00, 0, 2)]
    [InlineData("Business", 500_01, 0, 3)]
    [InlineData("Consumer", 100_00, 0, 2)]
    [InlineData("Consumer", 100_01, 0, 3)]
    [InlineData("Business", 600_00, 59_400_00, 2)] // exactly 1 %
    [InlineData("Business", 600_01, 59_400_00, 3)]
    public void Default_IsMaterial_ByAmountAndByShare(string kind, long overdueMinor, long drawnMinor, int stage) =>
        Assert.Equal(stage, (int)Of(Enum.Parse<CounterpartyKind>(kind), items: [Item(91, overdueMinor)], lines: drawnMinor > 0 ? [Line(drawnMinor, drawnMinor, 0.04m)] : []).Stage);

    [Theory]
    [InlineData(2, 1)]
    [InlineData(3, 2)]
    public void Stage_GoesByTheFallOfTheRating(int notches, int stage) => Assert.Equal(stage, (int)Of(grades: [3, 3 + notches]).Stage);

    [Theory]
    [InlineData("2026-06-30", true)]
    [InlineData("2026-09-29", true)]
    [InlineData("2026-09-30", false)]
    public void Default_StillCounts_ThreeMonthsAfterItWasPaid(string on, bool wasInDefault)
    {
        // Due on 2026-03-20: in default from 2026-06-19; paid on 2026-06-30, so that 2026-06-29 was its last day.
        PartyPosting[] postings = [new(new DateOnly(2026, 2, 18).DayNumber, 1_000_00, "R-1", new DateOnly(2026, 3, 20).DayNumber, 1), new(new DateOnly(2026, 6, 30).DayNumber, -1_000_00, "R-1", -1, 2)];
        var day = DateOnly.ParseExact(on, "yyyy-MM-dd", CultureInfo.InvariantCulture);

        Assert.Equal(wasInDefault, ExposureSource.WasInDefault([new PartyPostings("1400", "acme", [.. postings.Where(posting => posting.Day <= day.DayNumber)], 0)], CounterpartyKind.Business, [], Figures, day, 2));
    }

    [Fact]
    public void Allowance_OnReceivables_IsNetOfVat_AndCollateralCounts()
    {
        // 11,900.00 owed, 10,000.00 without VAT, for more than 90 days: half of what collateral of 4,000.00 at 50 % leaves.
        var exposure = Of(items: [Item(91, 11_900_00)], collateral: [new Collateral("acme", "deposit", "", 4_000_00, On, 0.5m, null), new Collateral("acme", "guarantee", "", 9_000_00, On, 0, On.AddDays(-1))]);

        Assert.Equal((11_900_00L, 2_000_00L, 4_000_00L), (exposure.ReceivablesMinor, exposure.CollateralMinor, exposure.Loss.TotalMinor));
    }

    [Fact]
    public void Care_IsProposedByTheIndicators()
    {
        Assert.Equal((CareLevel.Normal, ""), Care(Of()));
        Assert.Equal((CareLevel.Watch, "overdue"), Care(Of(items: [Item(1, 1_00)])));
        Assert.Equal((CareLevel.Watch, "limit-use"), Care(Of(limitMinor: 9_000_00, lines: [Line(10_000_00, 0, 0.04m)])));
        Assert.Equal((CareLevel.Intensive, "overdue,rating-drop"), Care(Of(items: [Item(31, 1_00)], grades: [3, 4])));
        Assert.Equal((CareLevel.Problem, "overdue"), Care(Of(items: [Item(91, 1_000_00)])));

        static (CareLevel, string) Care(CounterpartyExposure exposure) => (exposure.Proposed, string.Join(",", exposure.Indicators));
    }

    [Fact]
    public void Herfindahl_OfSixtyAndForty_IsFiftyTwoPercent()
    {
        var report = RiskReport.Of([Of(lines: [Line(60_000_00, 60_000_00, 0.04m)], id: "a"), Of(lines: [Line(40_000_00, 40_000_00, 0.04m)], id: "b")], new Dictionary<string, int>(), [], On);

        Assert.Equal(0.52m, report.Herfindahl);
    }

    [Fact]
    public void Report_AddsUpTheSame_HoweverItIsCut() =>
        (from drawn in Gen.Long[0, 90_000_00] from grade in Gen.Int[1, 10] from days in Gen.Int[0, 120] from owed in Gen.Long[1, 20_000_00] from unit in Gen.OneOf<string?>(null, "g", "h") from limit in Gen.Long[0, 99_000_00] select (drawn, grade, days, owed, unit, limit))
        .Array[0, 12].Sample(cases =>
        {
            List<CounterpartyExposure> exposures = [.. cases.Select((one, n) => Of(lines: one.drawn > 0 ? [Line(one.drawn + 100, one.drawn, 0.04m)] : [], items: [Item(one.days, one.owed)], grades: [one.grade], group: one.unit, id: $"c{n}", limitMinor: one.limit))];
            var report = RiskReport.Of(exposures, exposures.ToDictionary(exposure => exposure.Id, exposure => exposure.Grade, StringComparer.Ordinal), [], On);

            foreach (var classes in new[] { report.ByGrade, report.ByStage, report.ByGroup })
                Assert.Equal((report.Total.Count, report.Total.ExposureMinor, report.Total.UndrawnMinor, report.Total.LossMinor), (classes.Sum(one => one.Count), classes.Sum(one => one.ExposureMinor), classes.Sum(one => one.UndrawnMinor), classes.Sum(one => one.LossMinor)));
            Assert.Equal(exposures.Sum(exposure => exposure.ExposureMinor), report.Total.ExposureMinor);
            Assert.All(report.Migrations, move => Assert.Equal(move.From, move.To));
            Assert.Equal(exposures.Count, report.Migrations.Sum(move => move.Count));
            Assert.Equal(report.Largest.OrderByDescending(one => one.ExposureMinor).Select(one => one.ExposureMinor), report.Largest.Select(one => one.ExposureMinor));
            var allowances = Allowances.Of(exposures);
            Assert.Equal(report.Total.LossMinor, allowances.SpecificMinor + allowances.GeneralMinor + allowances.ProvisionMinor);
            Assert.All(exposures, exposure => Assert.InRange(exposure.Loss.TotalMinor, 0, exposure.ExposureMinor + exposure.UndrawnMinor));
        });

    [Fact]
    public void Deals_UseTheLimit_OnTheirDays_AndAreNoExposure()
    {
        OpenDeal[] deals = [new(DealKind.Order, "acme", 500_00, On, null), new(DealKind.Trade, "acme", 300_00, On.AddDays(-5), On), new(DealKind.Trade, "acme", 7_00, On.AddDays(1), null), new(DealKind.Order, "acme", 9_00, On.AddDays(-5), On.AddDays(-1))];

        var exposure = Of(lines: [Line(15_000_00, 10_000_00, 0.04m)], items: [Item(0, 2_000_00)], limitMinor: 17_799_99, deals: deals);

        Assert.Equal((500_00L, 300_00L, 12_000_00L, 17_800_00L, 1L), (exposure.OrdersMinor, exposure.TradesMinor, exposure.ExposureMinor, exposure.UsedMinor, exposure.BreachMinor));
        Assert.Equal(["limit-use"], exposure.Indicators);
        Assert.Empty(Of(lines: [Line(15_000_00, 10_000_00, 0.04m)], items: [Item(0, 2_000_00)], limitMinor: 17_800_00, deals: deals).Indicators);
        Assert.Equal(Of(lines: [Line(15_000_00, 10_000_00, 0.04m)]).Loss.TotalMinor, Of(lines: [Line(15_000_00, 10_000_00, 0.04m)], deals: deals).Loss.TotalMinor);
    }

    [Fact]
    public void Deal_IsLoweredByTheBackOfficeAlone()
    {
        var deal = new OpenDeal(DealKind.Trade, "acme", 10_000_00, On, On.AddDays(2));

        Assert.Equal(deal with { AmountMinor = 12_000_00 }, OpenDeal.Decide(deal, false, deal with { AmountMinor = 12_000_00 }, byFrontOffice: true).Value);
        foreach (var lowered in new[] { deal with { AmountMinor = 8_000_00 }, deal with { Until = On.AddDays(1) }, deal with { From = On.AddDays(1) }, deal with { Counterparty = "other" } })
        {
            Assert.Equal("credit/deal-lowered", OpenDeal.Decide(deal, false, lowered, byFrontOffice: true).Refusal!.Code);
            Assert.Equal(lowered, OpenDeal.Decide(deal, false, lowered, byFrontOffice: false).Value);
        }

        Assert.Equal("credit/state", OpenDeal.Decide(deal, true, deal, byFrontOffice: false).Refusal!.Code);
    }

    [Fact]
    public void Allowances_BookTheChangeAlone()
    {
        Dictionary<string, Int128> balances = new(StringComparer.Ordinal) { ["0996"] = -100_00, ["0998"] = -50_00 };

        var entry = CreditValuation.Entry(On, 1, "SKR03", new Allowances(20_00, 144_23, 0), account => balances.GetValueOrDefault(account))!;

        Assert.Equal(["2731 -3000", "0998 3000", "2450 4423", "0996 -4423"], entry.Lines.Select(line => $"{line.Account} {line.AmountMinor}"));
        foreach (var line in entry.Lines) balances[line.Account] = balances.GetValueOrDefault(line.Account) + line.AmountMinor;
        Assert.Null(CreditValuation.Entry(On, 2, "SKR03", new Allowances(20_00, 144_23, 0), account => balances.GetValueOrDefault(account)));
    }

    private static CounterpartyExposure Of(
        CounterpartyKind kind = CounterpartyKind.Business, IReadOnlyList<OpenItem>? items = null, IReadOnlyList<CreditApplication>? lines = null, IReadOnlyList<Collateral>? collateral = null, int[]? grades = null, string? group = null,
        string id = "acme", long? limitMinor = null, IReadOnlyList<OpenDeal>? deals = null)
    {
        var ratings = (grades ?? []).Select((grade, n) => new Rating(On.AddDays(-10 + n), 50, grade, null));
        var party = new Counterparty("Acme", kind, group, [.. ratings], limitMinor is { } limit ? [new CreditLimit(On, limit, "why")] : []);
        return CounterpartyExposure.Of(new CounterpartyFacts(id, party, lines ?? [], collateral ?? [], items ?? [], 0, WasInDefault: false, deals ?? []), Figures, On, 2);
    }

    private static OpenItem Item(int days, long openMinor) => new("1400", "acme", $"R-{days}", On.AddDays(-days), days, openMinor, 0, 1, [1], On.AddDays(-days - 30));

    private static CreditApplication Line(long limitMinor, long drawnMinor, decimal rate) => new(
        "acme", limitMinor, 12, rate, DayCount.Act360, "Machines", new LineAccounts("0550", "1200", "1500", "2650"), On, On, 0, 0, ApplicationStatus.Granted, [],
        Line: new CreditLine(limitMinor, On, On.AddYears(1), drawnMinor == 0 ? [] : [new LineMovement("d", On, drawnMinor, null)]));
}
