using BackOffice.Kernel;
using CsCheck;

namespace BackOffice.Tests.Kernel;

public class SpreadTests
{
    [Fact]
    public void ByCumulation_WorkedExample_IsExact() => Assert.Equal([3333, 3334, 3333], Spread.ByCumulation(10_000, [1, 1, 1]));

    [Theory]
    [InlineData(5, 2, 3)]
    [InlineData(-5, 2, -3)]
    [InlineData(4, 3, 1)]
    [InlineData(0, 7, 0)]
    public void RoundedQuotient_RoundsHalfAwayFromZero(long dividend, long divisor, long quotient) => Assert.Equal(quotient, (long)Spread.RoundedQuotient(dividend, divisor));

    [Fact]
    public void ByCumulation_AnyTotalAndWeights_SumsExactlyAndNeverTurnsTheSign() =>
        Gen.Select(Gen.Long[-1_000_000_000, 1_000_000_000], Gen.Long[0, 1_000_000].Array[1, 30]).Where(c => c.Item2.Any(weight => weight > 0)).Sample((total, weights) =>
        {
            var parts = Spread.ByCumulation(total, weights);
            return parts.Sum() == total && parts.All(part => part == 0 || Math.Sign(part) == Math.Sign(total));
        });
}
