using System.Globalization;
using System.Numerics;
using BackOffice.Credit;
using BackOffice.Kernel;
using CsCheck;

namespace BackOffice.Tests.Credit;

public class LateInterestTests
{
    private static readonly ParameterHistory BaseRate = History("interest.base-rate");

    [Theory]
    // The worked example: thirty days at 1.27 % + 9 %.
    [InlineData("5000.00", "2025-07-01", "2025-07-31", "0.09", "42.21", "2025-07-02..2025-07-31 30 0.1027 42.21")]
    // Paid when due: nothing. A day later: the day of payment counts.
    [InlineData("5000.00", "2025-07-01", "2025-07-01", "0.09", "0.00", "")]
    [InlineData("5000.00", "2025-07-01", "2025-07-02", "0.09", "1.41", "2025-07-02..2025-07-02 1 0.1027 1.41")]
    // Due on the last day of a half-year: the new rate counts from the first day on.
    [InlineData("10000.00", "2025-06-30", "2025-07-10", "0.05", "17.18", "2025-07-01..2025-07-10 10 0.0627 17.18")]
    // Over the half-year: 10 days at 2.27 % + 9 % (30.8767…) and 10 at 1.27 % + 9 % (28.1369…).
    [InlineData("10000.00", "2025-06-20", "2025-07-10", "0.09", "59.01", "2025-06-21..2025-06-30 10 0.1127 30.88; 2025-07-01..2025-07-10 10 0.1027 28.13")]
    // Into a leap year: 10 days of 365 at 12.12 %, 10 of 366 at 12.62 %; and out of it. 33.2054… and 34.4808…; 33.7978… and 30.8767….
    [InlineData("10000.00", "2023-12-21", "2024-01-10", "0.09", "67.69", "2023-12-22..2023-12-31 10 0.1212 33.21; 2024-01-01..2024-01-10 10 0.1262 34.48")]
    [InlineData("10000.00", "2024-12-21", "2025-01-10", "0.09", "64.67", "2024-12-22..2024-12-31 10 0.1237 33.80; 2025-01-01..2025-01-10 10 0.1127 30.87")]
    // The 29th of February is a day of 366: 2 days at 12.62 %.
    [InlineData("10000.00", "2024-02-28", "2024-03-01", "0.09", "6.90", "2024-02-29..2024-03-01 2 0.1262 6.90")]
    // A negative base rate, unchanged over the half-year, is cut by the year only.
    [InlineData("36600.00", "2020-06-20", "2020-07-20", "0.05", "123.60", "2020-06-21..2020-07-20 30 0.0412 123.60")]
    [InlineData("36500.00", "2021-12-30", "2022-01-01", "0.05", "8.24", "2021-12-31..2021-12-31 1 0.0412 4.12; 2022-01-01..2022-01-01 1 0.0412 4.12")]
    public void Of_APayment_IsCutWhereRateOrYearChange(string amount, string due, string paid, string surcharge, string interest, string spans)
    {
        var late = LateInterest.Of(Minor(amount), Day(due), Day(paid), decimal.Parse(surcharge, CultureInfo.InvariantCulture), LateTerms.RatesOf(BaseRate));

        Assert.Equal(interest, Amount.Format(late.InterestMinor, 2));
        Assert.Equal(spans, string.Join("; ", late.Spans.Select(span =>
            string.Create(CultureInfo.InvariantCulture, $"{BusinessDay.Text(span.From)}..{BusinessDay.Text(span.To)} {span.Days} {span.Rate:0.####} {Amount.Format(span.InterestMinor, 2)}"))));
        Assert.Equal(Day(paid).DayNumber - Day(due).DayNumber, late.Days);
    }

    [Fact]
    public void RatesOf_AParameter_AreTheNewestOfEachDay()
    {
        var history = BaseRate with { Values = [.. BaseRate.Values, new(Day("2025-07-01"), 0.02m, 1), new(Day("2026-01-01"), -0.01m, 2), new(Day("2025-07-01"), 0.03m, 3)] };

        Assert.Equal([new(Day("2025-07-01"), 0.03m), new(Day("2026-01-01"), -0.01m)], LateTerms.RatesOf(history).TakeLast(2));
    }

    [Fact]
    public void Of_AnyPayment_IsWhatDaysGiveOneByOne_AndTheSumOfItsSpans() =>
        Gen.Select(Gen.OneOf(Gen.Long[1, 100], Gen.Long[1, 10_000_000_00], Gen.Long[1, Amount.MaxMinor(2)]), Gen.Int[0, 9_000], Gen.OneOf(Gen.Int[0, 60], Gen.Int[0, 1_500]), Gen.OneOf(Gen.Const(0.05m), Gen.Const(0.09m))).Sample((amount, start, days, surcharge) =>
        {
            const int scale = 10_000;
            var due = new DateOnly(2002, 1, 1).AddDays(start);
            BigInteger numerator = 0;
            for (var day = due.AddDays(1); day <= due.AddDays(days); day = day.AddDays(1))
                numerator += (BigInteger)amount * (int)((BaseRate.On(day)!.Value + surcharge) * scale) * (DateTime.IsLeapYear(day.Year) ? 365 : 366);
            var denominator = (BigInteger)scale * 365 * 366;

            var late = LateInterest.Of(amount, due, due.AddDays(days), surcharge, LateTerms.RatesOf(BaseRate));

            Assert.Equal(((numerator * 2) + denominator) / (denominator * 2), late.InterestMinor);
            Assert.Equal((late.InterestMinor, days), (late.Spans.Sum(span => span.InterestMinor), late.Spans.Sum(span => span.Days)));
            Assert.All(late.Spans, span =>
            {
                Assert.Equal(span.From.Year, span.To.Year);
                Assert.Equal((span.BaseRate, span.BaseRate), (BaseRate.On(span.From)!.Value, BaseRate.On(span.To)!.Value));
            });
        });

    private static ParameterHistory History(string name)
    {
        var parameter = Parameter.Find(name)!;
        return new ParameterHistory(parameter, [.. parameter.Defaults.Select(known => new ParameterValue(known.From, known.Value))]);
    }

    private static DateOnly Day(string text) => DateOnly.ParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static long Minor(string amount) => Amount.ParseMinor(System.Text.Encoding.UTF8.GetBytes(amount), 2, out _)!.Value;
}
