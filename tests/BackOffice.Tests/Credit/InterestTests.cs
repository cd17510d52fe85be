using System.Globalization;
using System.Numerics;
using BackOffice.Credit;
using BackOffice.Kernel;
using CsCheck;

namespace BackOffice.Tests.Credit;

public class InterestTests
{
    private static readonly BalanceMovement[] TenThousand = [new(Day("2026-01-01"), 10_000_00)];

    [Fact]
    public void Nights_OfTheWorkedExample_AreFourAndOneLess() =>
        Assert.Equal([1_39, 1_39, 1_39, 1_39, 1_38], Interest.Nights(TenThousand, 0.05m, DayCount.Act360, Day("2026-01-01"), Day("2026-01-05")).Select(night => night.AmountMinor));

    [Theory]
    [InlineData(DayCount.Act360, "2026-01-01", "2026-12-31", 365, "506.94")]
    [InlineData(DayCount.Thirty360, "2026-01-01", "2026-12-31", 360, "500.00")]
    [InlineData(DayCount.ActAct, "2026-01-01", "2026-12-31", 365, "500.00")]
    [InlineData(DayCount.Act360, "2028-01-01", "2028-12-31", 366, "508.33")]
    [InlineData(DayCount.Thirty360, "2028-01-01", "2028-12-31", 360, "500.00")]
    [InlineData(DayCount.ActAct, "2028-01-01", "2028-12-31", 366, "500.00")]
    // February, leap and not: the month has 30 days of 360 whatever its end.
    [InlineData(DayCount.Act360, "2026-02-01", "2026-02-28", 28, "38.89")]
    [InlineData(DayCount.Thirty360, "2026-02-01", "2026-02-28", 30, "41.67")]
    [InlineData(DayCount.Thirty360, "2028-02-01", "2028-02-29", 30, "41.67")]
    [InlineData(DayCount.Thirty360, "2026-02-27", "2026-02-27", 3, "4.17")]
    [InlineData(DayCount.Thirty360, "2026-02-28", "2026-02-28", 1, "1.39")]
    [InlineData(DayCount.Thirty360, "2028-02-27", "2028-02-27", 1, "1.39")]
    [InlineData(DayCount.Thirty360, "2028-02-28", "2028-02-28", 2, "2.78")]
    [InlineData(DayCount.Thirty360, "2028-02-29", "2028-02-29", 1, "1.39")]
    // Months' ends: the 31st counts as the 30th.
    [InlineData(DayCount.Thirty360, "2026-01-30", "2026-01-30", 0, "0.00")]
    [InlineData(DayCount.Thirty360, "2026-01-31", "2026-01-31", 1, "1.39")]
    [InlineData(DayCount.Thirty360, "2026-04-30", "2026-04-30", 1, "1.39")]
    [InlineData(DayCount.Thirty360, "2026-01-31", "2026-02-27", 30, "41.67")]
    // Over a year's end: the 31st of December is the old year's. 31 days of 365 and 31 of 366 are 42.4657… and 42.3497….
    [InlineData(DayCount.ActAct, "2027-12-01", "2028-01-31", 62, "84.82")]
    [InlineData(DayCount.ActAct, "2027-12-31", "2027-12-31", 1, "1.37")]
    [InlineData(DayCount.ActAct, "2028-12-31", "2029-01-01", 2, "2.74")]
    [InlineData(DayCount.ActAct, "2028-02-29", "2028-02-29", 1, "1.37")]
    [InlineData(DayCount.ActAct, "2100-01-01", "2100-12-31", 365, "500.00")]
    public void Accumulated_ByDayCount_FollowsTheCalendar(DayCount dayCount, string from, string to, int days, string expected)
    {
        BalanceMovement[] movements = [new(Day("2020-01-01"), 10_000_00)];

        Assert.Equal(expected, Amount.Format(Interest.Accumulated(movements, 0.05m, dayCount, Day(from), Day(to)).RoundedMinor, 2));
        Assert.Equal(days, dayCount.Days(Day(from), Day(to)));
    }

    [Fact]
    public void Spans_AreCut_WhereABalanceOrRateMayChange()
    {
        BalanceMovement[] movements = [new(Day("2026-01-03"), -400), new(Day("2025-12-01"), 1_000), new(Day("2026-01-03"), 100), new(Day("2026-01-09"), 5)];
        DatedRate[] rates = [new(Day("2026-01-05"), 0.06m), new(Day("2025-01-01"), 0.05m)];

        Assert.Equal(
            [
                new(Day("2026-01-01"), Day("2026-01-02"), 1_000, 0.05m),
                new(Day("2026-01-03"), Day("2026-01-04"), 700, 0.05m),
                new(Day("2026-01-05"), Day("2026-01-08"), 700, 0.06m),
            ],
            Interest.Spans(movements, rates, Day("2026-01-01"), Day("2026-01-08")));
        Assert.Empty(Interest.Spans(movements, rates, Day("2026-01-02"), Day("2026-01-01")));
    }

    [Fact]
    public void Spans_BeforeTheFirstRate_EarnNothing() =>
        Assert.Equal([0, 0, 1_39], Interest.Nights(TenThousand, [new(Day("2026-01-03"), 0.05m)], DayCount.Act360, Day("2026-01-01"), Day("2026-01-03")).Select(night => night.AmountMinor));

    [Fact]
    public void Nights_OfARepaymentDatedBack_GiveItsInterestBack()
    {
        BalanceMovement[] later = [.. TenThousand, new(Day("2026-01-02"), -10_000_00)];

        // Four nights were posted as if nothing had been repaid: one is earned.
        Assert.Equal(1_39 - 5_56, Interest.NightMinor(later, [new(Day("2026-01-01"), 0.05m)], DayCount.Act360, Day("2026-01-01"), Day("2026-01-05"), 5_56));
    }

    [Fact]
    public void Accumulated_OfTheLargestBalance_AtTheHighestRate_ForEver_IsExact()
    {
        BalanceMovement[] movements = [new(BusinessDay.Earliest, Amount.MaxMinor(4))];

        Assert.Equal(Amount.MaxMinor(4), Interest.Accumulated(movements, 1, DayCount.ActAct, Day("1900-01-01"), Day("1900-12-31")).RoundedMinor);
        Assert.Equal(Amount.MaxMinor(3) * 300, Interest.Accumulated([new(BusinessDay.Earliest, Amount.MaxMinor(3))], 1, DayCount.ActAct, BusinessDay.Earliest, BusinessDay.Latest).RoundedMinor);
    }

    [Fact]
    public void Accumulated_OfAnyMovementsAndRates_IsWhatDaysGiveOneByOne() => AnyLine.Sample(line =>
    {
        var (numerator, denominator) = Slow(line, line.To);
        var sum = Interest.Accumulated(line.Movements, line.Rates, line.DayCount, line.From, line.To);

        Assert.Equal((BigInteger)sum.Numerator * denominator, numerator * (BigInteger)sum.Denominator);
        Assert.Equal((long)Rounded(numerator, denominator), sum.RoundedMinor);
    });

    [Fact]
    public void Nights_OfAnyMovementsAndRates_SumToTheRoundedAccumulation_EveryEvening() => AnyLine.Sample(line =>
    {
        var nights = Interest.Nights(line.Movements, line.Rates, line.DayCount, line.From, line.To);

        Assert.Equal(line.To.DayNumber - line.From.DayNumber + 1, nights.Count);
        long posted = 0;
        for (var n = 0; n < nights.Count; n++)
        {
            var night = nights[n];
            Assert.Equal(line.From.AddDays(n), night.Date);
            Assert.Equal(line.Movements.Where(movement => movement.Date <= night.Date).Sum(movement => movement.AmountMinor), night.BalanceMinor);
            if (n % 50 == 0) Assert.Equal(night.AmountMinor, Interest.NightMinor(line.Movements, line.Rates, line.DayCount, line.From, night.Date, posted));
            posted += night.AmountMinor;
        }

        Assert.Equal(Interest.Accumulated(line.Movements, line.Rates, line.DayCount, line.From, line.To).RoundedMinor, posted);
    });

    [Fact]
    public void Accumulated_CutAnywhere_AddsUpExactly() => Gen.Select(AnyLine, Gen.Int[0, 800]).Sample((line, days) =>
    {
        var cut = line.From.AddDays(days % (line.To.DayNumber - line.From.DayNumber + 1));
        var first = Interest.Accumulated(line.Movements, line.Rates, line.DayCount, line.From, cut);
        var second = Interest.Accumulated(line.Movements, line.Rates, line.DayCount, cut.AddDays(1), line.To);

        Assert.Equal(Interest.Accumulated(line.Movements, line.Rates, line.DayCount, line.From, line.To).Numerator, first.Numerator + second.Numerator);
    });

    private sealed record Line(DayCount DayCount, DateOnly From, DateOnly To, IReadOnlyList<BalanceMovement> Movements, IReadOnlyList<DatedRate> Rates);

    private static readonly Gen<Line> AnyLine =
        from dayCount in Gen.OneOf(Enum.GetValues<DayCount>())
        from start in Gen.Int[0, 3_000]
        from days in Gen.OneOf(Gen.Int[0, 70], Gen.Int[0, 800])
        let @from = new DateOnly(2023, 1, 1).AddDays(start)
        from movements in Gen.Select(Gen.Int[-40, 850], Gen.OneOf(Gen.Long[-1_000_00, 1_000_00], Gen.Long[-1_000_000_000_00, 1_000_000_000_00])).Array[0, 20]
        from rates in Gen.Select(Gen.Int[-40, 850], Gen.Int[-50_000, 1_000_000]).Array[0, 5]
        select new Line(dayCount, @from, @from.AddDays(days),
            [.. movements.Select(movement => new BalanceMovement(@from.AddDays(movement.Item1), movement.Item2))],
            [.. rates.Select(rate => new DatedRate(@from.AddDays(rate.Item1), rate.Item2 / 1_000_000m))]);

    /// <summary>Day by day, as the definitions of the day counts say it of two dates.</summary>
    private static (BigInteger Numerator, BigInteger Denominator) Slow(Line line, DateOnly to)
    {
        const int rateScale = 1_000_000;
        BigInteger numerator = 0;
        var denominator = line.DayCount == DayCount.ActAct ? 365 * 366 : 360;
        for (var day = line.From; day <= to; day = day.AddDays(1))
        {
            BigInteger balance = 0;
            foreach (var movement in line.Movements)
                if (movement.Date <= day) balance += movement.AmountMinor;
            var rate = line.Rates.Where(rate => rate.From <= day).OrderBy(rate => rate.From).LastOrDefault()?.Rate ?? 0;
            var units = line.DayCount switch
            {
                DayCount.Act360 => 1,
                DayCount.Thirty360 => ThirtyDays(day, day.AddDays(1)),
                _ => denominator / (DateTime.IsLeapYear(day.Year) ? 366 : 365),
            };
            numerator += balance * (int)(rate * rateScale) * units;
        }

        return (numerator, (BigInteger)denominator * rateScale);
    }

    private static int ThirtyDays(DateOnly first, DateOnly second)
    {
        return (360 * (second.Year - first.Year)) + (30 * (second.Month - first.Month)) + DayOf(second) - DayOf(first);

        static int DayOf(DateOnly date) => date is { Month: 2, Day: 29 } || (date is { Month: 2, Day: 28 } && !DateTime.IsLeapYear(date.Year)) ? 30 : Math.Min(date.Day, 30);
    }

    private static BigInteger Rounded(BigInteger numerator, BigInteger denominator)
    {
        var magnitude = ((BigInteger.Abs(numerator) * 2) + denominator) / (denominator * 2);
        return numerator.Sign < 0 ? -magnitude : magnitude;
    }

    private static DateOnly Day(string text) => DateOnly.ParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture);
}
