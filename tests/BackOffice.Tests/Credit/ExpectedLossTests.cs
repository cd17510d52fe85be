using System.Globalization;
using System.Numerics;
using BackOffice.Credit;
using BackOffice.Kernel;
using CsCheck;

namespace BackOffice.Tests.Credit;

public class ExpectedLossTests
{
    private const int Scale = 1_000_000;

    private static readonly ExposureYear[] ThreeYears = [new(10_000_00, 0.03m), new(8_000_00, 0.04m), new(5_000_00, 0.05m)];

    [Theory]
    // 10,000 × 3 % × 50 % ÷ 1.04 = 144.2307…; + 0.97 × 4 % × 50 % × 8,000 ÷ 1.04² = 143.4911…; + 0.97 × 0.96 × 5 % × 50 % × 5,000 ÷ 1.04³ = 103.4791….
    [InlineData(LossStage.One, "144.23", "1 1 144.23")]
    [InlineData(LossStage.Two, "391.20", "1 1 144.23; 2 0.97 143.49; 3 0.9312 103.48")]
    [InlineData(LossStage.Three, "5000.00", "1 1 5000.00")]
    public void Of_AStage_CountsItsYears(LossStage stage, string total, string years)
    {
        var loss = ExpectedLoss.Of(stage, ThreeYears, 0.5m, 0.04m);

        Assert.Equal(total, Amount.Format(loss.TotalMinor, 2));
        Assert.Equal(years, string.Join("; ", loss.Years.Select(year => string.Create(CultureInfo.InvariantCulture, $"{year.Year} {year.Survival:0.######} {Amount.Format(year.LossMinor, 2)}"))));
        Assert.Equal((loss.TotalMinor, 0L), (loss.DrawnMinor, loss.UndrawnMinor));
    }

    [Theory]
    // Half of it drawn, a fifth, nothing; the last share is the rest of what was rounded: 144.23 × 2/3 = 96.1533….
    [InlineData("5000.00", "10000.00", "0.5", "72.12", "72.11")]
    [InlineData("2000.00", "8000.00", "1", "28.85", "115.38")]
    [InlineData("0.00", "20000.00", "0.5", "0.00", "144.23")]
    [InlineData("10000.00", "5000.00", "0", "144.23", "0.00")]
    [InlineData("10000.00", "0.00", "1", "144.23", "0.00")]
    [InlineData("6666.67", "6666.66", "0.5", "96.15", "48.08")]
    [InlineData("0.00", "0.00", "0.5", "144.23", "0.00")]
    public void Of_AnExposure_IsSplitIntoDrawnAndUndrawn(string drawn, string undrawn, string ccf, string drawnShare, string undrawnShare)
    {
        var loss = ExpectedLoss.Of(LossStage.One, ThreeYears, 0.5m, 0.04m, new Exposure(Minor(drawn), Minor(undrawn), decimal.Parse(ccf, CultureInfo.InvariantCulture)));

        Assert.Equal((drawnShare, undrawnShare, 144_23L), (Amount.Format(loss.DrawnMinor, 2), Amount.Format(loss.UndrawnMinor, 2), loss.TotalMinor));
    }

    [Fact]
    public void Of_AnExposuresOwnEad_IsDrawnAndWhatWillBe()
    {
        var exposure = new Exposure(8_000_00, 4_000_00, 0.5m);

        Assert.Equal(10_000_00m, exposure.EadMinor);
        // 144.2307… × 0.8 of 144.23 → 115.384.
        var loss = ExpectedLoss.Of(LossStage.One, [new(exposure.EadMinor, 0.03m)], 0.5m, 0.04m, exposure);
        Assert.Equal((144_23L, 115_38L, 28_85L), (loss.TotalMinor, loss.DrawnMinor, loss.UndrawnMinor));
    }

    [Theory]
    // 4,000.00 with a haircut of a quarter covers 3,000.00 of 10,000.00: LGD 50 % × 0.7 = 35 %.
    [InlineData(LossStage.Three, "4000.00", "0.25", "3500.00")]
    [InlineData(LossStage.One, "4000.00", "0.25", "100.96")]
    [InlineData(LossStage.Three, "10000.00", "0", "0.00")]
    [InlineData(LossStage.Three, "20000.00", "0.4", "0.00")]
    [InlineData(LossStage.Three, "20000.00", "1", "5000.00")]
    // 7,000.00 leave 3,000.00, 1,000.00 and nothing of the three years: 3 % × 50 % × 3,000 ÷ 1.04 = 43.2692…, 0.97 × 4 % × 50 % × 1,000 ÷ 1.04² = 17.9364….
    [InlineData(LossStage.Two, "7000.00", "0", "61.21")]
    public void Of_ASecuredExposure_LosesWhatIsNotCovered(LossStage stage, string value, string haircut, string total) =>
        Assert.Equal(total, Amount.Format(ExpectedLoss.Of(stage, ThreeYears, 0.5m, 0.04m, null, [new(Minor(value), decimal.Parse(haircut, CultureInfo.InvariantCulture))]).TotalMinor, 2));

    [Fact]
    public void Of_SeveralCollaterals_AddUp() =>
        Assert.Equal(3_750_00, ExpectedLoss.Of(LossStage.Three, ThreeYears, 0.5m, 0.04m, null, [new(1_000_00, 0), new(3_000_00, 0.5m)]).TotalMinor);

    [Theory]
    [InlineData(1, "0.5", 1)]
    [InlineData(1, "0.4999999999", 0)]
    [InlineData(3, "0.5", 2)]
    [InlineData(0, "1", 0)]
    public void Of_HalfACent_IsRoundedAwayFromZero(long ead, string lgd, long expected) =>
        Assert.Equal(expected, ExpectedLoss.Of(LossStage.Three, [new(ead, 0)], decimal.Parse(lgd, CultureInfo.InvariantCulture), 0).TotalMinor);

    [Fact]
    public void Of_TheLargestAmounts_IsExact()
    {
        var most = Amount.MaxMinor(4);

        var loss = ExpectedLoss.Of(LossStage.Three, [new(most, 1)], 1, 1, new Exposure(most, most, 0.3333333333m), [new(most, 1)]);

        // most ÷ 1.3333333333
        Assert.Equal((most, 75_000_000_001_874_999, most - 75_000_000_001_874_999), (loss.TotalMinor, loss.DrawnMinor, loss.UndrawnMinor));
        Assert.Equal(most, ExpectedLoss.Of(LossStage.Two, [.. Enumerable.Repeat(new ExposureYear(most, 1), 50)], 1, 0).TotalMinor);
    }

    [Fact]
    public void Of_AnyExposure_IsTheSumOfTheFormula_ToHalfACent() => Any.Sample(any =>
    {
        var loss = ExpectedLoss.Of(any.Stage, any.Years, any.Lgd / (decimal)Scale, any.Eir / (decimal)Scale, any.Exposure, any.Collateral);
        var (numerator, denominator) = Slow(any);

        // To a billionth of a cent: fifty years of six decimals each are more than any decimal holds.
        var distance = BigInteger.Abs(numerator - (loss.TotalMinor * denominator));
        Assert.True(distance * 2_000_000_000 <= denominator * 1_000_000_001, $"{loss.TotalMinor} is not {numerator}/{denominator} rounded");
    });

    [Fact]
    public void Of_AnyExposure_AddsUp_ByYearsAndByShares() => Any.Sample(any =>
    {
        var loss = ExpectedLoss.Of(any.Stage, any.Years, any.Lgd / (decimal)Scale, any.Eir / (decimal)Scale, any.Exposure, any.Collateral);

        Assert.Equal(loss.TotalMinor, loss.Years.Sum(year => year.LossMinor));
        Assert.Equal(loss.TotalMinor, loss.DrawnMinor + loss.UndrawnMinor);
        Assert.True(loss.DrawnMinor >= 0 && loss.UndrawnMinor >= 0 && loss.Years.All(year => year.LossMinor >= 0));
        Assert.Equal(any.Stage == LossStage.Two ? any.Years.Count : 1, loss.Years.Count);
        var (drawn, undrawn) = ((BigInteger)any.Exposure.DrawnMinor * Scale, any.Exposure.UndrawnMinor * (BigInteger)(any.Exposure.Ccf * Scale));
        if (drawn + undrawn > 0) Assert.Equal(((loss.TotalMinor * drawn * 2) + drawn + undrawn) / ((drawn + undrawn) * 2), loss.DrawnMinor);
    });

    private sealed record Case(LossStage Stage, IReadOnlyList<ExposureYear> Years, int Lgd, int Eir, Exposure Exposure, IReadOnlyList<Security> Collateral);

    private static readonly Gen<long> AnyAmount = Gen.OneOf(Gen.Long[0, 20], Gen.Long[0, 10_000_000_00], Gen.Long[0, Amount.MaxMinor(2)]);

    private static readonly Gen<Case> Any =
        from stage in Gen.OneOf(Enum.GetValues<LossStage>())
        from years in Gen.Select(AnyAmount, Gen.OneOf(Gen.Int[0, 50_000], Gen.Int[0, Scale])).Array[1, 50]
        from lgd in Gen.Int[0, Scale]
        from eir in Gen.OneOf(Gen.Int[0, 100_000], Gen.Int[0, Scale])
        from exposure in Gen.Select(AnyAmount, AnyAmount, Gen.Int[0, Scale])
        from collateral in Gen.Select(AnyAmount, Gen.Int[0, Scale]).Array[0, 3]
        select new Case(stage, [.. years.Select(year => new ExposureYear(year.Item1, year.Item2 / (decimal)Scale))], lgd, eir,
            new Exposure(exposure.Item1, exposure.Item2, exposure.Item3 / (decimal)Scale), [.. collateral.Select(one => new Security(one.Item1, one.Item2 / (decimal)Scale))]);

    /// <summary>The formula in whole numbers, over one denominator.</summary>
    private static (BigInteger Numerator, BigInteger Denominator) Slow(Case any)
    {
        var scale = (BigInteger)Scale;
        var secured = any.Collateral.Aggregate(BigInteger.Zero, (sum, one) => sum + (one.ValueMinor * (scale - (BigInteger)(one.Haircut * Scale)))); // × scale
        if (any.Stage == LossStage.Three) return (any.Lgd * BigInteger.Max(0, ((BigInteger)any.Years[0].EadMinor * scale) - secured), scale * scale);
        var (numerator, denominator, survival) = (BigInteger.Zero, BigInteger.One, BigInteger.One);
        for (var t = 1; t <= (any.Stage == LossStage.One ? 1 : any.Years.Count); t++)
        {
            var pd = (BigInteger)(any.Years[t - 1].Pd * Scale);
            var uncovered = BigInteger.Max(0, ((BigInteger)any.Years[t - 1].EadMinor * scale) - secured);
            // survival has t − 1 factors of scale, pd, LGD and the uncovered one each; the discount ((scale + EIR) ÷ scale)^t gives t back.
            var part = survival * pd * any.Lgd * uncovered * BigInteger.Pow(scale, t);
            var over = BigInteger.Pow(scale, t + 2) * BigInteger.Pow(scale + any.Eir, t);
            (numerator, denominator) = ((numerator * over) + (part * denominator), denominator * over);
            var divisor = BigInteger.GreatestCommonDivisor(numerator, denominator);
            (numerator, denominator) = (numerator / divisor, denominator / divisor);
            survival *= scale - pd;
        }

        return (numerator, denominator);
    }

    private static long Minor(string amount) => Amount.ParseMinor(System.Text.Encoding.UTF8.GetBytes(amount), 2, out _)!.Value;
}
