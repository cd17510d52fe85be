using BackOffice.Assets;
using BackOffice.Kernel;
using BackOffice.Ledger;
using CsCheck;
using static BackOffice.Tests.Assets.Registers;

namespace BackOffice.Tests.Assets;

public sealed class DepreciationPlanTests
{
    [Fact]
    public void StraightLine_IsProRataByMonth_YearByYear()
    {
        var plan = DepreciationPlan.Of(Asset("2025-11-17", 100_000, 36));

        Assert.Equal([(2025, 5_556L), (2026, 33_333L), (2027, 33_333L), (2028, 27_778L)], ByYear(plan));
        Assert.Equal([2_778L, 2_778L, 2_778L, 2_778L, 2_777L], plan.Months.Take(5).Select(month => month.AmountMinor));
        Assert.Equal((new DateOnly(2028, 10, 1), 0L), (plan.Months[^1].Month, plan.Months[^1].BookValueMinor));
    }

    [Fact]
    public void StraightLine_InABrokenFiscalYear_GoesByIt() =>
        Assert.Equal([3_334L, 3_333L, 3_333L, 3_334L], DepreciationPlan.Of(Asset("2026-05-01", 40_000, 12, start: "07-01")).Months.Take(4).Select(month => month.AmountMinor));

    [Fact]
    public void Declining_SwitchesOnceStraightLineIsLarger_AndEndsAtZero()
    {
        var plan = DepreciationPlan.Of(Asset("2025-07-01", 1_000_000, 120, DepreciationMethod.Declining, 0.30m));

        // 30 % of 10,000.00 for six months, then of what is left; in 2033 the rest over 30 months is more than 30 %.
        Assert.Equal(
            [(2025, 150_000L), (2026, 255_000L), (2027, 178_500L), (2028, 124_950L), (2029, 87_465L), (2030, 61_226L), (2031, 42_858L), (2032, 30_000L), (2033, 28_000L), (2034, 28_001L), (2035, 14_000L)],
            ByYear(plan));
        Assert.Equal(0, plan.Months[^1].BookValueMinor);
    }

    [Fact]
    public void ElectricVehicle_TakesItsPercentages_WithoutProRata() =>
        Assert.Equal([(2025, 3_000_000L), (2026, 400_000L), (2027, 200_000L), (2028, 200_000L), (2029, 120_000L), (2030, 80_000L)],
            ByYear(DepreciationPlan.Of(Asset("2025-10-15", 4_000_000, 0, DepreciationMethod.ElectricVehicle))));

    [Fact]
    public void Pool_TakesAFifthAYear_AndADisposalLeavesIt()
    {
        var pool = Asset("2025-11-15", 90_000, 0, DepreciationMethod.Pool);
        (int, long)[] fifths = [(2025, 18_000), (2026, 18_000), (2027, 18_000), (2028, 18_000), (2029, 18_000)];

        Assert.Equal(fifths, ByYear(DepreciationPlan.Of(pool)));
        var sold = pool.With(Disposal("2026-06-15", 50_000));
        Assert.Equal(fifths, ByYear(DepreciationPlan.Of(sold)));
        Assert.Equal(["1400 50000", "8820 -50000"], Lines(sold, "2026-06-15"));
    }

    [Fact]
    public void Immediate_IsWrittenOffInItsMonth_AndLandNever()
    {
        Assert.Equal([new DepreciationMonth(new(2026, 3, 1), 79_999, 0)], DepreciationPlan.Of(Asset("2026-03-31", 79_999, 0, DepreciationMethod.Immediate)).Months);
        Assert.Empty(DepreciationPlan.Of(Asset("2026-03-31", 79_999, 0, DepreciationMethod.None)).Months);
    }

    [Fact]
    public void OneEuro_StaysWhileItIsHeld()
    {
        var asset = Asset("2026-01-01", 120_000, 12, residualMinor: 100);

        Assert.Equal(100, DepreciationPlan.Of(asset).Months[^1].BookValueMinor);
        Assert.Equal(0, DepreciationPlan.Of(asset.With(Disposal("2027-05-05", 0))).BookValueMinor(asset, new(2027, 5, 5)));
    }

    [Fact]
    public void TakenOver_GoesOnFromWhereTheOtherSystemStopped()
    {
        var plan = DepreciationPlan.Of(Asset("2025-07-01", 120_000, 12, takenOver: new TakenOver(new(2025, 12, 1), 60_000)));

        Assert.Equal((new DateOnly(2026, 1, 1), 6, 60_000L), (plan.Months[0].Month, plan.Months.Count, plan.Months.Sum(month => month.AmountMinor)));
    }

    [Fact]
    public void Addition_SpreadsOverTheMonthsThatAreLeft_FromItsMonthOn()
    {
        var plan = DepreciationPlan.Of(Asset("2026-01-01", 120_000, 12).With(Addition("2026-04-15", 9_000)));

        Assert.Equal([10_000L, 10_000L, 10_000L, 11_000L, 11_000L], plan.Months.Take(5).Select(month => month.AmountMinor));
        Assert.Equal(0, plan.Months[^1].BookValueMinor);
    }

    [Fact]
    public void Addition_ToldAfterItsMonthWasPosted_LeavesThatMonthAsItWas() =>
        Assert.Equal([10_000L, 10_000L, 10_000L, 10_000L, 10_000L, 11_000L],
            DepreciationPlan.Of(Asset("2026-01-01", 120_000, 12).With(Addition("2026-04-15", 7_000, frozen: "2026-05-01"))).Months.Take(6).Select(month => month.AmountMinor));

    [Fact]
    public void Impairment_ComesAfterTheDepreciationOfItsMonth()
    {
        var plan = DepreciationPlan.Of(Asset("2026-01-01", 120_000, 12).With(Impairment("2026-03-31", 18_000)));

        Assert.Equal([(10_000L, 110_000L), (10_000L, 100_000L), (10_000L, 72_000L), (8_000L, 64_000L)], plan.Months.Take(4).Select(month => (month.AmountMinor, month.BookValueMinor)));
    }

    [Fact]
    public void WriteUp_GoesUpToWhatItWouldBeWorthWithoutImpairments_AndNoFurther()
    {
        var asset = Asset("2026-01-01", 120_000, 12).With(Impairment("2026-03-31", 18_000));

        Assert.True(WriteUpAsset.Decide(State, asset, new ValueChange(12_000, null), Told("2026-06-30")).Is(out var movement, out _));
        Assert.Equal(("2710", 12_000L), (((WriteUp)movement).Account, ((WriteUp)movement).AmountMinor));
        Assert.Equal(10_000, DepreciationPlan.Of(asset.With(movement)).Months[6].AmountMinor);
        Assert.Equal("asset/above-amortised-cost", Code(WriteUpAsset.Decide(State, asset, new ValueChange(12_001, null), Told("2026-06-30"))));
        Assert.Equal("asset/above-amortised-cost", Code(WriteUpAsset.Decide(State, Asset("2026-01-01", 120_000, 12), new ValueChange(1, null), Told("2026-06-30"))));
    }

    [Theory]
    [InlineData("2026-03-15", 2)] // the month of the sale does not count
    [InlineData("2026-03-31", 3)] // unless it was sold on its last day
    public void Disposal_EndsDepreciation(string date, int months)
    {
        var asset = Asset("2026-01-01", 120_000, 12).With(Disposal(date, 40_000));
        var plan = DepreciationPlan.Of(asset);

        Assert.Equal((months, 120_000 - (10_000L * months)), (plan.Months.Count, plan.Results[0].BookValueMinor));
    }

    [Fact]
    public void Disposal_ToldAfterMonthsWerePosted_TakesThemBackMonthByMonth()
    {
        var asset = Asset("2026-01-01", 120_000, 12).With(Disposal("2026-03-15", 100_001, frozen: "2026-05-01"));
        var entries = AssetEntries.Of("a", asset, DepreciationPlan.Of(asset));

        Assert.Equal(
            ["2026-01-31 asset:a:2026-01", "2026-02-28 asset:a:2026-02", "2026-03-15 asset:a:m1", "2026-03-31 asset:a:2026-03", "2026-03-31 asset:a:m1.2026-03", "2026-04-30 asset:a:2026-04", "2026-04-30 asset:a:m1.2026-04",
             "2026-05-31 asset:a:2026-05", "2026-05-31 asset:a:m1.2026-05"],
            entries.Select(entry => $"{BusinessDay.Text(entry.Date)} {entry.Id}"));
        Assert.Equal(["2315 100000", "0420 -100000", "1400 100001", "8820 -100001"], Lines(asset, "2026-03-15"));
        Assert.Equal(20_000, entries.SelectMany(entry => entry.Lines).Where(line => line.Account == "4830").Sum(line => line.AmountMinor));
    }

    [Fact]
    public void Disposal_OfAShare_LeavesTheRestToGoOn()
    {
        var asset = Asset("2026-01-01", 120_000, 12).With(Disposal("2026-06-30", 0, 0.25m));
        var plan = DepreciationPlan.Of(asset);

        Assert.Equal((30_000L, 15_000L), (plan.Results[0].CostMinor, plan.Results[0].BookValueMinor));
        Assert.Equal((7_500L, 0L), (plan.Months[6].AmountMinor, plan.Months[^1].BookValueMinor));
        Assert.Equal(["2310 15000", "0420 -15000"], Lines(asset, "2026-06-30", "m1"));
    }

    [Fact]
    public void Disposal_WithTax_IsBookedGross()
    {
        var asset = Asset("2026-01-01", 120_000, 12);
        Assert.True(DisposeOfAsset.Decide(State, asset, new DisposeOfAsset.Wanted(40_000, TaxCode.Find("sale-standard"), 1, null), Told("2026-09-30"), Rates).Is(out var sold, out _));

        Assert.Equal(["2315 30000", "0420 -30000", "1400 47600", "8820 -40000", "1776 -7600"], Lines(asset.With(sold), "2026-09-30", "m1"));
    }

    [Fact]
    public void Transfer_MovesTheBookValue_AndWhatFollowsGoesToTheNewAccount()
    {
        var asset = Asset("2026-01-01", 120_000, 12).With(new Transfer(new(2026, 3, 31), null, 0, "why", "0210"));
        var plan = DepreciationPlan.Of(asset);

        Assert.Equal(["0210 90000", "0420 -90000"], Lines(asset, "2026-03-31", "m1"));
        Assert.Equal(["0420", "0420", "0420", "0210"], plan.Accounts.Take(4));
    }

    [Fact]
    public void Transfer_AfterAValueChangeInTheSameMonth_LeavesNothingOnTheOldAccount()
    {
        var asset = Asset("2026-01-01", 120_000, 12).With(Impairment("2026-03-10", 18_000), new Transfer(new(2026, 3, 15), null, 0, "why", "0210"));

        Assert.Equal(["0420", "0420", "0420", "0210"], DepreciationPlan.Of(asset).Accounts.Take(4));
        Assert.Equal(["0210 72000", "0420 -72000"], Lines(asset, "2026-03-15", "m2"));
    }

    [Fact]
    public void Declining_GoesOnFromTheYearsOpeningValue_WhateverHappensWithinIt()
    {
        var asset = Asset("2026-01-01", 1_000_000, 60, DepreciationMethod.Declining, 0.30m);

        Assert.Equal(12_500, DepreciationPlan.Of(asset.With(Disposal("2026-06-30", 0, 0.5m))).Months[6].AmountMinor);
        Assert.Equal(150_000, DepreciationPlan.Of(asset.With(Addition("2026-07-10", 1))).Months.Skip(6).Take(6).Sum(month => month.AmountMinor));
        Assert.Equal(DepreciationPlan.Of(asset).Months.Select(month => month.AmountMinor), DepreciationPlan.Of(asset.With(Impairment("2026-12-31", 1))).Months.Take(12).Select(month => month.AmountMinor).Concat(DepreciationPlan.Of(asset).Months.Skip(12).Select(month => month.AmountMinor)));
    }

    [Theory]
    [InlineData("Immediate", 80_000, null)]
    [InlineData("Immediate", 80_001, "asset/method-limit")]
    [InlineData("Pool", 25_000, "asset/method-limit")]
    [InlineData("Pool", 25_001, null)]
    [InlineData("Pool", 100_000, null)]
    [InlineData("Pool", 100_001, "asset/method-limit")]
    [InlineData("StraightLine", 1, null)]
    [InlineData("ElectricVehicle", 5_000_000, null)]
    public void Limits_OfLowValueAssets_AreTheLaws(string method, long costMinor, string? code) =>
        Assert.Equal(code, Code(LimitsOn("2026-01-01").Apply(Asset("2026-01-01", costMinor, 12, Enum.Parse<DepreciationMethod>(method)), 2)));

    [Theory]
    [InlineData("2020-01-01", 120, "0.25")]
    [InlineData("2022-12-31", 180, "0.1666666666666666666666666667")]
    [InlineData("2023-01-01", 120, null)]
    [InlineData("2024-03-31", 120, null)]
    [InlineData("2024-04-01", 120, "0.20")]
    [InlineData("2025-01-01", 120, null)]
    [InlineData("2025-07-01", 120, "0.3")]
    [InlineData("2027-12-31", 240, "0.15")]
    [InlineData("2028-01-01", 120, null)]
    public void DecliningRate_IsThatOfTheDayOfAcquisition(string acquired, int life, string? rate)
    {
        var outcome = LimitsOn(acquired).Apply(Asset(acquired, 100_000, life, DepreciationMethod.Declining), 2);

        if (rate is null) Assert.Equal("asset/method-not-allowed", Code(outcome));
        else Assert.Equal(decimal.Parse(rate, System.Globalization.CultureInfo.InvariantCulture), outcome.Value!.Rate);
    }

    [Theory]
    [InlineData("2025-06-30", "asset/method-not-allowed")]
    [InlineData("2025-07-01", null)]
    [InlineData("2027-12-31", null)]
    [InlineData("2028-01-01", "asset/method-not-allowed")]
    public void ElectricVehicle_IsOfItsYears(string acquired, string? code) =>
        Assert.Equal(code, Code(LimitsOn(acquired).Apply(Asset(acquired, 5_000_000, 0, DepreciationMethod.ElectricVehicle), 2)));

    [Fact]
    public void Choice_IsMadeByPoolAndImmediate_ButNotUpToThePoolsLowerLimit()
    {
        var limits = LimitsOn("2026-03-01");

        Assert.Equal(new LowValueChoice(2026, LowValueMethod.Pool), limits.ChoiceOf(Asset("2026-03-01", 90_000, 0, DepreciationMethod.Pool), 2));
        Assert.Equal(new LowValueChoice(2025, LowValueMethod.Immediate), limits.ChoiceOf(Asset("2026-03-01", 25_001, 0, DepreciationMethod.Immediate, start: "07-01"), 2));
        Assert.Null(limits.ChoiceOf(Asset("2026-03-01", 25_000, 0, DepreciationMethod.Immediate), 2));
        Assert.Null(limits.ChoiceOf(Asset("2026-03-01", 90_000, 36), 2));
    }

    [Fact]
    public void Movements_AreRefused_WhereTheyMakeNoSense()
    {
        var asset = Asset("2026-01-01", 120_000, 12).With(Impairment("2026-03-31", 18_000));

        Assert.Equal("asset/date", Code(asset.Try(Addition("2026-03-30", 1))));
        Assert.Equal("asset/below-zero", Code(asset.Try(Impairment("2026-04-30", 64_001))));
        Assert.Null(Code(asset.Try(Impairment("2026-04-30", 64_000))));
        Assert.Equal("asset/life-over", Code(asset.Try(Addition("2027-01-01", 1))));
        Assert.Null(Code(asset.Try(Addition("2026-12-31", 1))));
        Assert.Equal("asset/disposed", Code(asset.With(Disposal("2026-05-05", 0)).Try(Addition("2026-06-01", 1))));
        Assert.Equal("asset/pool", Code(AddToAsset.Decide(State, Asset("2026-01-01", 90_000, 0, DepreciationMethod.Pool), new AddToAsset.Wanted(1, null), Told("2026-02-01"))));
        Assert.Equal("asset/transfer-whole", Code(TransferAsset.Decide(State, asset, new TransferAsset.Wanted("0210", 119_999), Told("2026-04-01"))));
        Assert.Equal("asset/same-account", Code(TransferAsset.Decide(State, asset, new TransferAsset.Wanted("0420", null), Told("2026-04-01"))));
    }

    /// <summary>The rule of the law computed anew, year by year, without plans, months or cuts.</summary>
    [Fact]
    public void YearsOfAnUntouchedAsset_AreThoseOfTheFormula() =>
        (from cost in Gen.Long[1, 9_999_999]
         from life in Gen.Int[1, 240]
         from month in Gen.Int[1, 12]
         from rate in Gen.OneOf(0m, 0.2m, 0.25m, 0.3m)
         select (cost, life, month, rate)).Sample(
            asset =>
            {
                var plan = DepreciationPlan.Of(Asset($"2025-{asset.month:D2}-10", asset.cost, asset.life, asset.rate > 0 ? DepreciationMethod.Declining : DepreciationMethod.StraightLine, asset.rate));
                List<long> expected = [];
                var (value, left, months) = ((decimal)asset.cost, asset.life, Math.Min(13 - asset.month, asset.life));
                for (var switched = asset.rate == 0; left > 0; left -= months, months = Math.Min(12, left))
                {
                    var (linear, declining) = (Math.Round(value * months / left, MidpointRounding.AwayFromZero), Math.Round(value * asset.rate * months / 12, MidpointRounding.AwayFromZero));
                    switched |= linear >= declining;
                    expected.Add((long)(switched ? linear : declining));
                    value -= expected[^1];
                    if (left == months) break;
                }

                Assert.Equal(expected.Where(year => year > 0), ByYear(plan).Select(year => year.AmountMinor));
                Assert.Equal(asset.cost, plan.Months.Sum(month => month.AmountMinor));
            });

    [Fact]
    public void Months_AreAscending_Positive_AndEndWithNothingLeft() => Any.Sample(asset =>
    {
        var plan = DepreciationPlan.Of(asset);

        Assert.All(plan.Months, month => Assert.True(month.AmountMinor > 0));
        Assert.Equal(plan.Months.Select(month => month.Month).Distinct().Order(), plan.Months.Select(month => month.Month));
        var left = plan.BookValueMinor(asset, BusinessDay.Latest);
        if (asset.IsDisposed && asset.Method != DepreciationMethod.Pool) Assert.Equal(0, left);
        else if (asset.Method != DepreciationMethod.None) Assert.InRange(left, 0, asset.ResidualMinor);
        Assert.True(left >= 0);
    });

    [Fact]
    public void Movement_LeavesWhatWasFrozenAsItWas() => Any.Where(asset => asset.Movements.Count > 0).Sample(asset =>
    {
        var (before, after) = (DepreciationPlan.Of(asset with { Movements = [.. asset.Movements.SkipLast(1)] }), DepreciationPlan.Of(asset));
        var frozen = asset.Last!.Frozen!.Value;

        Assert.Equal(before.Months.Where(month => month.Month <= frozen).Select(month => (month.Month, month.AmountMinor)), after.Months.Where(month => month.Month <= frozen).Select(month => (month.Month, month.AmountMinor)));
        Assert.Equal(before.Accounts.Take(before.Months.Count(month => month.Month <= frozen)), after.Accounts.Take(after.Months.Count(month => month.Month <= frozen)));
    });

    [Fact]
    public void Entries_Balance_AndHaveIdsOfTheirOwn() => Any.Sample(asset =>
    {
        var entries = AssetEntries.Of("a", asset with { Against = "1600" }, DepreciationPlan.Of(asset));

        Assert.All(entries, entry => Assert.Equal(0, entry.Lines.Sum(line => line.AmountMinor)));
        Assert.All(entries, entry => Assert.DoesNotContain(entry.Lines, line => line.AmountMinor == 0));
        Assert.Equal(entries.Count, entries.Select(entry => entry.Id).Distinct().Count());
        Assert.Equal(entries.Select(entry => entry.Date).Order(), entries.Select(entry => entry.Date));
    });

    [Fact]
    public void Schedule_ClosesWhereTheNextYearOpens_AndEqualsTheAccounts() => Any.Sample(asset =>
    {
        var plan = DepreciationPlan.Of(asset);
        var entries = AssetEntries.Of("a", asset, plan);
        Dictionary<string, AssetScheduleLine> before = [];
        for (var year = FiscalYear.Of(asset.Acquired, asset.FiscalYearStart); year.Year < 2042; year = FiscalYear.Named(year.Year + 1, asset.FiscalYearStart))
        {
            var lines = AssetSchedule.LinesOf(asset, plan, year).ToDictionary();
            foreach (var account in lines.Keys.Union(before.Keys))
            {
                var (line, opening) = (lines.GetValueOrDefault(account, AssetScheduleLine.Empty), before.GetValueOrDefault(account, AssetScheduleLine.Empty));
                Assert.Equal((opening.CostClosingMinor, opening.DepreciationClosingMinor), (line.CostOpeningMinor, line.DepreciationOpeningMinor));
                var inTheBooks = AssetEntries.OnAccounts(asset, plan, entries, long.MaxValue).Where(moved => moved.Account == account && moved.Date <= year.Last).Sum(moved => moved.AmountMinor);
                Assert.Equal(inTheBooks, line.BookValueMinor);
            }

            Assert.Equal(plan.BookValueMinor(asset, year.Last), lines.Values.Sum(line => line.BookValueMinor));
            Assert.Equal((0L, 0L), (lines.Values.Sum(line => line.TransfersMinor), lines.Values.Sum(line => line.OnTransfersMinor)));
            before = lines;
        }
    });

    [Fact]
    public void Accounts_OfWhatHasLeft_AreEmpty_EachByItself() => Any.Where(asset => asset.IsDisposed).Sample(asset =>
    {
        var plan = DepreciationPlan.Of(asset);

        Assert.All(AssetEntries.OnAccounts(asset, plan, AssetEntries.Of("a", asset, plan), long.MaxValue).GroupBy(moved => moved.Account), account => Assert.Equal(0, account.Sum(moved => moved.AmountMinor)));
    });

    [Fact]
    public void Forecast_GoesOnFromTheBookValues() => Any.Array[1, 4].Sample(assets =>
    {
        var from = new DateOnly(2027, 5, 1);
        var forecast = AssetForecast.Of(from, from.AddMonths(30), assets.Select((asset, n) => ($"a{n}", asset)));

        Assert.All(forecast.Total, month => Assert.Equal(assets.Sum(asset => DepreciationPlan.Of(asset).BookValueMinor(asset, month.Month.AddMonths(1).AddDays(-1))), month.BookValueMinor));
        Assert.All(forecast.Total, month => Assert.Equal(assets.Sum(asset => DepreciationPlan.Of(asset).Months.Where(planned => planned.Month == month.Month).Sum(planned => planned.AmountMinor)), month.DepreciationMinor));
    });

    private static IEnumerable<(int Year, long AmountMinor)> ByYear(DepreciationPlan plan) => plan.Months.GroupBy(month => month.Month.Year).Select(year => (year.Key, year.Sum(month => month.AmountMinor)));

    private static IEnumerable<string> Lines(Asset asset, string date, string? what = null) => AssetEntries.Of("a", asset, DepreciationPlan.Of(asset))
        .Where(entry => entry.Date == Day(date) && (what is null || entry.Id == $"asset:a:{what}")).SelectMany(entry => entry.Lines).Select(line => $"{line.Account} {line.AmountMinor}");

    private static AssetLimits LimitsOn(string date)
    {
        var day = Day(date);
        decimal? On(string name) => new ParameterHistory(Parameter.Find(name)!, [.. Parameter.Find(name)!.Defaults.Select(known => new ParameterValue(known.From, known.Value))]).On(day)?.Value;
        return new AssetLimits(On("asset.immediate.limit"), On("asset.pool.lower"), On("asset.pool.limit"), On("asset.declining.multiple"), On("asset.declining.maximum"));
    }

    private static string? Code<T>(Outcome<T> outcome) where T : class => outcome.Refusal?.Faults[0].Code;
}
