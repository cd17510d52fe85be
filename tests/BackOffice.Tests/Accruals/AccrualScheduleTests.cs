using BackOffice.Accruals;
using BackOffice.Kernel;
using CsCheck;
using static BackOffice.Tests.Accruals.Agreed;

namespace BackOffice.Tests.Accruals;

public class AccrualScheduleTests
{
    [Theory]
    // The worked examples; in 2026 each of three months is a third, but February has 28 days.
    [InlineData(AccrualMethod.Monthly, "2026-01-01", "2026-03-31", 100_00, "2026-01-31 33.33; 2026-02-28 33.34; 2026-03-31 33.33")]
    [InlineData(AccrualMethod.Daily, "2026-01-01", "2026-03-31", 100_00, "2026-01-31 34.44; 2026-02-28 31.12; 2026-03-31 34.44")]
    [InlineData(AccrualMethod.FullMonths, "2026-01-01", "2026-03-31", 100_00, "2026-01-31 33.33; 2026-02-28 33.34; 2026-03-31 33.33")]
    // One day, within a month and at its end.
    [InlineData(AccrualMethod.Daily, "2026-05-17", "2026-05-17", 100_00, "2026-05-17 100.00")]
    [InlineData(AccrualMethod.Monthly, "2026-05-17", "2026-05-17", 100_00, "2026-05-17 100.00")]
    [InlineData(AccrualMethod.FullMonths, "2026-05-17", "2026-05-17", 100_00, "2026-05-17 100.00")]
    [InlineData(AccrualMethod.FullMonths, "2026-05-31", "2026-05-31", 100_00, "2026-05-31 100.00")]
    // Ending on the first: 31 of 32 days are 96.875; a month and 1/28 of one are 29/28 in all, of which the month has 96.551…
    [InlineData(AccrualMethod.Daily, "2026-01-01", "2026-02-01", 100_00, "2026-01-31 96.88; 2026-02-01 3.12")]
    [InlineData(AccrualMethod.Monthly, "2026-01-01", "2026-02-01", 100_00, "2026-01-31 96.55; 2026-02-01 3.45")]
    [InlineData(AccrualMethod.FullMonths, "2026-01-01", "2026-02-01", 100_00, "2026-01-31 100.00")]
    // Leap February: 29 of 60 days; half of two months; 15 of 29 days to a whole month. And 14 of 28 days, where it is no leap year.
    [InlineData(AccrualMethod.Daily, "2028-02-01", "2028-03-31", 60_00, "2028-02-29 29.00; 2028-03-31 31.00")]
    [InlineData(AccrualMethod.Monthly, "2028-02-01", "2028-03-31", 60_00, "2028-02-29 30.00; 2028-03-31 30.00")]
    [InlineData(AccrualMethod.Monthly, "2028-02-15", "2028-03-31", 44_00, "2028-02-29 15.00; 2028-03-31 29.00")]
    [InlineData(AccrualMethod.Monthly, "2026-02-15", "2026-03-31", 42_00, "2026-02-28 14.00; 2026-03-31 28.00")]
    [InlineData(AccrualMethod.FullMonths, "2028-01-31", "2028-02-28", 10_00, "2028-01-31 10.00")]
    [InlineData(AccrualMethod.FullMonths, "2028-01-31", "2028-02-29", 10_00, "2028-01-31 5.00; 2028-02-29 5.00")]
    // A started first month is a whole one, a started last month none, unless it is the only one.
    [InlineData(AccrualMethod.FullMonths, "2026-01-15", "2026-04-14", 30_00, "2026-01-31 10.00; 2026-02-28 10.00; 2026-03-31 10.00")]
    [InlineData(AccrualMethod.FullMonths, "2026-01-05", "2026-01-20", 30_00, "2026-01-20 30.00")]
    // A cent over a year: half of it is reached in June. Two: a half each in March and September.
    [InlineData(AccrualMethod.Monthly, "2026-01-01", "2026-12-31", 1, "2026-06-30 0.01")]
    [InlineData(AccrualMethod.Monthly, "2026-01-01", "2026-12-31", 2, "2026-03-31 0.01; 2026-09-30 0.01")]
    public void Spread_OfAnAmount_IsOneSliceAMonth(AccrualMethod method, string from, string to, long amountMinor, string expected) =>
        Assert.Equal(expected, Short(AccrualSchedule.Spread(amountMinor, Day(from), Day(to), method, Day(from))));

    [Fact]
    public void Spread_OverAHundredYears_IsExact()
    {
        var even = AccrualSchedule.Spread(120_000_00, Day("2026-01-01"), Day("2125-12-31"), AccrualMethod.Monthly, Day("2026-01-01"));
        Assert.Equal((1_200, 100_00, 100_00), (even.Count, even.Min(slice => slice.AmountMinor), even.Max(slice => slice.AmountMinor)));

        foreach (var method in Enum.GetValues<AccrualMethod>())
            Assert.Equal(Amount.MaxMinor(2), AccrualSchedule.SumMinor(AccrualSchedule.Spread(Amount.MaxMinor(2), Day("2026-01-01"), Day("2126-01-01"), method, Day("2026-01-01"))));
    }

    [Fact]
    public void Spread_OfAnyAmountAndTime_IsExact_Ascending_AndWithinTheService() => Any.Sample(accrual =>
    {
        var slices = AccrualSchedule.Of(accrual);

        Assert.Equal(accrual.AmountMinor, AccrualSchedule.SumMinor(slices));
        Assert.Equal(slices.Select(slice => slice.Date).Distinct().Order(), slices.Select(slice => slice.Date));
        Assert.All(slices, slice =>
        {
            Assert.True(slice.AmountMinor > 0);
            Assert.InRange(slice.Date, accrual.From, accrual.To);
            Assert.True(slice.Date == accrual.To || slice.Date.AddDays(1).Day == 1, "a slice bears the month's or the service's last day");
            Assert.Equal((slice.Date < accrual.EarliestBooking ? accrual.EarliestBooking : slice.Date, 0), (slice.BookedOn, slice.Plan));
        });
    });

    [Fact]
    public void Spread_ByDays_FollowsTheDaysTillThenToHalfACent() => Any.Where(accrual => accrual.Method == AccrualMethod.Daily).Sample(accrual =>
    {
        var days = accrual.To.DayNumber - accrual.From.DayNumber + 1;
        Int128 running = 0;
        foreach (var slice in AccrualSchedule.Of(accrual))
        {
            running += slice.AmountMinor;
            var covered = slice.Date.DayNumber - accrual.From.DayNumber + 1;
            Assert.True(Int128.Abs((running * days) - ((Int128)accrual.AmountMinor * covered)) * 2 <= days);
        }
    });

    [Fact]
    public void Slices_OfMonthsBeforeTheEarliestBooking_GoOnThatDay() =>
        Assert.Equal("2026-01-31 33.33 on 2026-03-01; 2026-02-28 33.34 on 2026-03-01; 2026-03-31 33.33",
            Short(AccrualSchedule.Of(On("2026-01-15", to: "2026-03-31", amountMinor: 100_00, earliest: "2026-03-01"))));

    [Fact]
    public void Slices_OfWhatWasBookedAtOnce_AreNone() => Assert.Empty(AccrualSchedule.Of(On() with { BookedAtOnce = true }));

    [Theory]
    // Shortened: the worked example. Prolonged: 900.00 over eighteen months.
    [InlineData("2026-03-31", "2026-06-30", 6, "2026-04-30 300.00; 2026-05-31 300.00; 2026-06-30 300.00")]
    [InlineData("2026-03-31", "2027-09-30", 21, "2026-04-30 50.00")]
    // To a day in a month: 10 of 30 days of April, all that is left.
    [InlineData("2026-03-31", "2026-04-10", 4, "2026-04-10 900.00")]
    // To a day that has passed: the rest is booked on the day of the change.
    [InlineData("2026-04-20", "2026-04-10", 4, "2026-04-10 900.00 on 2026-04-20")]
    // Within a month nothing of it is kept: it is spread anew from its first day.
    [InlineData("2026-04-20", "2026-05-31", 5, "2026-04-30 450.00; 2026-05-31 450.00")]
    public void Redated_KeepsThreeSlices_AndSpreadsTheRestAnew(string date, string to, int count, string afterThem)
    {
        var slices = AccrualSchedule.Of(On() with { Changes = [new Redated(Day(date), Day(date), Day(to))] });

        Assert.Equal(count, slices.Count);
        Assert.Equal("2026-01-31 100.00; 2026-02-28 100.00; 2026-03-31 100.00; " + afterThem, Short(slices.Take(3 + afterThem.Split(';').Length)));
        Assert.Equal([0, 0, 0, 1], slices.Take(4).Select(slice => slice.Plan));
        Assert.Equal(120_000, AccrualSchedule.SumMinor(slices));
    }

    [Fact]
    public void Redated_Twice_IsThreePlans()
    {
        var slices = AccrualSchedule.Of(On() with { Changes = [new Redated(Day("2026-03-31"), Day("2026-03-31"), Day("2026-06-30")), new Redated(Day("2026-04-30"), Day("2026-04-30"), Day("2026-10-31"))] });

        Assert.Equal("2026-04-30 300.00; 2026-05-31 100.00; 2026-06-30 100.00; 2026-07-31 100.00; 2026-08-31 100.00; 2026-09-30 100.00; 2026-10-31 100.00", Short(slices.Skip(3)));
        Assert.Equal([0, 0, 0, 1, 2, 2, 2, 2, 2, 2], slices.Select(slice => slice.Plan));
    }

    [Fact]
    public void Redated_BeforeTheEarliestBooking_BooksNothingBeforeIt()
    {
        // A cent, of which nothing is due before June: all of it is planned anew, into months that were closed when it was booked.
        var accrual = On("2026-01-15", amountMinor: 1, earliest: "2026-03-01") with { Changes = [new Redated(Day("2026-01-20"), Day("2026-01-20"), Day("2026-01-31"))] };

        Assert.Equal("2026-01-31 0.01 on 2026-03-01", Short(AccrualSchedule.Of(accrual)));
    }

    [Theory]
    [InlineData("2026-03-30", 2)]
    [InlineData("2026-03-31", 3)]
    [InlineData("2025-12-31", 0)]
    public void CancelledOrSettled_KeepsTheSlicesOfTheDay_AndNoOthers(string kept, int count)
    {
        Assert.Equal(count, AccrualSchedule.Of(On() with { Changes = [new Cancelled(Day("2026-01-01"), Day(kept), CancellationMode.Release)] }).Count);
        Assert.Equal(count, AccrualSchedule.Of(On(kind: AccrualKind.AccruedExpense) with { Changes = [new Settled(Day("2026-01-01"), Day(kept), 1, null)] }).Count);
    }

    [Fact]
    public void AnyChange_LeavesWhatIsKept_AndPlansTheRestToTheCent()
    {
        var seen = new System.Collections.Concurrent.ConcurrentDictionary<string, int>();
        AnyChanged.Sample(accrual =>
        {
            for (var n = 0; n < accrual.Changes.Count; n++)
            {
                var (before, after, change) = (AccrualSchedule.Of(accrual.Before(n)), AccrualSchedule.Of(accrual.Before(n + 1)), accrual.Changes[n]);
                seen.AddOrUpdate(change.GetType().Name, 1, (_, count) => count + 1);
                List<AccrualSlice> kept = [.. before.Where(slice => slice.BookedOn <= change.Kept)];

                Assert.Equal(kept, after.Take(kept.Count));
                Assert.Equal(after.Select(slice => slice.Date).Distinct().Order(), after.Select(slice => slice.Date));
                Assert.All(after, slice => Assert.True(slice.AmountMinor > 0 && slice.BookedOn >= slice.Date && slice.BookedOn >= accrual.EarliestBooking));
                if (change is not Redated redated)
                {
                    Assert.Equal(kept.Count, after.Count);
                    continue;
                }

                Assert.Equal(accrual.AmountMinor, AccrualSchedule.SumMinor(after));
                Assert.All(after.Skip(kept.Count), slice =>
                {
                    Assert.InRange(slice.Date, AccrualSchedule.RestFrom(accrual, kept), redated.To);
                    Assert.True(slice.BookedOn >= redated.Date && slice.Plan == n + 1);
                });
            }
        });
        Assert.Equal([nameof(Cancelled), nameof(Redated), nameof(Settled)], seen.Keys.Order(StringComparer.Ordinal)); // the sample has had them all
    }
}
