using System.Globalization;
using System.Numerics;
using BackOffice.Credit;
using CsCheck;

namespace BackOffice.Tests.Credit;

public sealed class LineInterestTests
{
    [Fact]
    public void FiveNights_OfTenThousandAtFivePercent_AreThoseOfTheField()
    {
        var application = Line(DayCount.Act360, 0.05m, new LineMovement("d", Day("2026-03-02"), 10_000_00, null));

        Assert.Equal([139L, 139L, 139L, 139L, 138L], Enumerable.Range(2, 5).Select(day => CreditEntries.OfInterest("line", application, new(2026, 3, day))!.Lines[0].AmountMinor));
    }

    /// <summary>Day by day, as a fraction that is never rounded, balance by balance.</summary>
    [Fact]
    public void Accumulated_IsThatOfEveryEveningsBalance() =>
        (from movements in (from day in Gen.Int[0, 900] from amount in Gen.Long[-9_000_000_00, 9_000_000_00] select (Date: new DateOnly(2027, 11, 1).AddDays(day), AmountMinor: amount)).Array[1, 6]
         from rate in Gen.Int[0, 200_000]
         from dayCount in Gen.Enum<DayCount>()
         from until in Gen.Int[0, 1_000]
         select (movements, rate: rate / 1_000_000m, dayCount, until: new DateOnly(2027, 11, 1).AddDays(until))).Sample(
            one =>
            {
                var (numerator, denominator) = (BigInteger.Zero, new BigInteger(360 * 365 * 366));
                for (var day = new DateOnly(2027, 11, 1); day < one.until; day = day.AddDays(1))
                {
                    var balance = one.movements.Where(movement => movement.Date <= day).Aggregate(BigInteger.Zero, (sum, movement) => sum + movement.AmountMinor);
                    var (days, year) = one.dayCount switch
                    {
                        DayCount.Act360 => (1, 360),
                        DayCount.ActAct => (1, DateTime.IsLeapYear(day.Year) ? 366 : 365),
                        _ => (DaysOf30(day), 360),
                    };
                    numerator += balance * days * (360 * 365 * 366 / year);
                }

                numerator *= (BigInteger)(one.rate * 1_000_000);
                denominator *= 1_000_000;
                var expected = (BigInteger.Abs(numerator) + (denominator / 2)) / denominator * numerator.Sign;
                Assert.Equal((long)expected, one.until == new DateOnly(2027, 11, 1) ? 0 : Interest.Accumulated([.. one.movements.Select(movement => new BalanceMovement(movement.Date, movement.AmountMinor))], one.rate, one.dayCount, new(2027, 11, 1), one.until.AddDays(-1)).RoundedMinor);
            });

    /// <summary>A day counts one of the month's thirty; the 30th of a month of 31 days counts none, the day before the last of February all that are missing.</summary>
    private static int DaysOf30(DateOnly day)
    {
        var last = DateTime.DaysInMonth(day.Year, day.Month);
        if (day.Day == last) return 1; // the 30th by convention, to the first of the next month
        if (last == 31 && day.Day == 30) return 0;
        return day.Month == 2 && day.Day == last - 1 ? 30 - day.Day : 1;
    }

    [Fact]
    public void Nights_PostWhatWasEarned_HoweverLateAMovementIsTold() =>
        (from moves in (from day in Gen.Int[0, 200] from late in Gen.Int[-1, 40] from amount in Gen.Long[1, 5_000_000_00] select (day, late, amount)).Array[1, 5]
         from dayCount in Gen.Enum<DayCount>()
         select (moves, dayCount)).Sample(
            one =>
            {
                var start = new DateOnly(2027, 12, 1);
                var frozen = start.AddDays(-1);
                List<LineMovement> movements = [];
                foreach (var (day, late, amount) in one.moves)
                {
                    if (late >= 0 && start.AddDays(day + late) > frozen) frozen = start.AddDays(day + late); // nights do not go back
                    movements.Add(new LineMovement($"m{movements.Count}", start.AddDays(day), amount, frozen));
                }

                var application = Line(one.dayCount, 0.0375m, [.. movements]);
                var last = start.AddDays(260);
                long posted = 0;
                for (var date = start; date <= last; date = date.AddDays(1)) posted += CreditEntries.OfInterest("line", application, date)?.Lines[0].AmountMinor ?? 0;

                Assert.Equal(Interest.Accumulated([.. movements.Select(movement => new BalanceMovement(movement.Date, movement.AmountMinor))], 0.0375m, one.dayCount, start, last).RoundedMinor, posted);
                // What a night posted before the last movement was told is what it posts now.
                var before = Line(one.dayCount, 0.0375m, [.. movements.SkipLast(1)]);
                for (var date = start; date <= movements[^1].Frozen; date = date.AddDays(1))
                    Assert.Equal(CreditEntries.AccruedMinor(before, date), CreditEntries.AccruedMinor(application, date));
            });

    private static CreditApplication Line(DayCount dayCount, decimal rate, params LineMovement[] movements) => new(
        "acme", 60_000_00, 12, rate, dayCount, "Machines", new LineAccounts("0550", "1200", "1500", "2650"), new(2026, 3, 2), new(2026, 5, 31), 0, 0, ApplicationStatus.Granted, [],
        Line: new CreditLine(60_000_00, new(2026, 3, 1), new(2027, 3, 2), movements));

    private static DateOnly Day(string date) => DateOnly.ParseExact(date, "yyyy-MM-dd", CultureInfo.InvariantCulture);
}
