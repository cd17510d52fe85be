using BackOffice.Accruals;
using BackOffice.Kernel;
using BackOffice.Ledger;
using CsCheck;
using static BackOffice.Tests.Accruals.Agreed;

namespace BackOffice.Tests.Accruals;

public class AccrualEntriesTests
{
    [Theory]
    // A deferral is moved away and comes back; an accrual is built up.
    [InlineData(AccrualKind.PrepaidExpense, "2026-01-01 accrual:x:booked 4360 -1200.00, 0980 1200.00", "2026-01-31 accrual:x:2026-01-31 4360 100.00, 0980 -100.00", 13)]
    [InlineData(AccrualKind.DeferredIncome, "2026-01-01 accrual:x:booked 8400 1200.00, 0990 -1200.00", "2026-01-31 accrual:x:2026-01-31 8400 -100.00, 0990 100.00", 13)]
    [InlineData(AccrualKind.AccruedIncome, "2026-01-31 accrual:x:2026-01-31 8400 -100.00, 1500 100.00", "2026-02-28 accrual:x:2026-02-28 8400 -100.00, 1500 100.00", 12)]
    [InlineData(AccrualKind.AccruedExpense, "2026-01-31 accrual:x:2026-01-31 4210 100.00, 1700 -100.00", "2026-02-28 accrual:x:2026-02-28 4210 100.00, 1700 -100.00", 12)]
    public void Of_EachKind_StandsOnItsSide(AccrualKind kind, string first, string second, int count)
    {
        var entries = AccrualEntries.Of("x", On(kind: kind));

        Assert.Equal([first, second], entries.Take(2).Select(Short));
        Assert.Equal(count, entries.Count);
        Assert.All(entries, entry => Assert.True(entry.LateAsFirstOpen && entry.Lines.All(line => line.Document == "x")));
        Assert.Equal((kind is AccrualKind.AccruedIncome ? 120_000 : kind is AccrualKind.AccruedExpense ? -120_000 : 0), (long)AccrualEntries.OnAccrualAccountMinor(On(kind: kind), entries));
    }

    [Fact]
    public void Of_MonthsBeforeTheEarliestBooking_IsOneEntry()
    {
        var entries = AccrualEntries.Of("x", On("2026-01-15", earliest: "2026-03-01"));

        Assert.Equal(["2026-01-15 accrual:x:booked 4360 -1200.00, 0980 1200.00", "2026-03-01 accrual:x:2026-03-01 4360 200.00, 0980 -200.00", "2026-03-31 accrual:x:2026-03-31 4360 100.00, 0980 -100.00"],
            entries.Take(3).Select(Short));
        Assert.Equal(["Insurance: deferred", "Insurance: 2026-01 to 2026-02", "Insurance: 2026-03"], entries.Take(3).Select(entry => entry.Text));
        Assert.Equal(entries[1].Id, AccrualEntries.IdOf("x", AccrualSchedule.Of(On("2026-01-15", earliest: "2026-03-01"))[0]));
    }

    [Fact]
    public void Of_WhatWasBookedAtOnce_IsNothing() => Assert.Empty(AccrualEntries.Of("x", On() with { BookedAtOnce = true }));

    [Theory]
    [InlineData(CancellationMode.Release)]
    [InlineData(CancellationMode.Reverse)]
    public void Cancel_OfADeferral_ReturnsTheRest(CancellationMode mode)
    {
        var accrual = On() with { Changes = [new Cancelled(Day("2026-03-31"), Day("2026-03-31"), mode)] };

        Assert.Equal(
            ["2026-01-01 accrual:x:booked 4360 -1200.00, 0980 1200.00", "2026-01-31 accrual:x:2026-01-31 4360 100.00, 0980 -100.00", "2026-02-28 accrual:x:2026-02-28 4360 100.00, 0980 -100.00",
                "2026-03-31 accrual:x:2026-03-31 4360 100.00, 0980 -100.00", "2026-03-31 accrual:x:cancelled 4360 900.00, 0980 -900.00"],
            AccrualEntries.Of("x", accrual).Select(Short));
    }

    [Theory]
    [InlineData(AccrualKind.AccruedExpense, CancellationMode.Release, "2026-03-31 accrual:x:cancelled 4210 900.00, 1700 -900.00")]
    [InlineData(AccrualKind.AccruedExpense, CancellationMode.Reverse, "2026-03-31 accrual:x:cancelled 4210 -300.00, 1700 300.00")]
    [InlineData(AccrualKind.AccruedIncome, CancellationMode.Release, "2026-03-31 accrual:x:cancelled 8400 -900.00, 1500 900.00")]
    [InlineData(AccrualKind.AccruedIncome, CancellationMode.Reverse, "2026-03-31 accrual:x:cancelled 8400 300.00, 1500 -300.00")]
    public void Cancel_OfAnAccrual_BuildsTheRestUpOrTakesBackWhatWas(AccrualKind kind, CancellationMode mode, string expected)
    {
        var entries = AccrualEntries.Of("x", On(kind: kind) with { Changes = [new Cancelled(Day("2026-03-31"), Day("2026-03-31"), mode)] });

        Assert.Equal((4, expected), (entries.Count, Short(entries[^1])));
    }

    [Fact]
    public void Cancel_WithNothingLeftToMove_PostsNothing()
    {
        var (before, after) = (new Cancelled(Day("2026-01-01"), Day("2026-01-01"), CancellationMode.Reverse), new Cancelled(Day("2026-12-31"), Day("2026-12-31"), CancellationMode.Release));

        Assert.Empty(AccrualEntries.Of("x", On(kind: AccrualKind.AccruedExpense) with { Changes = [before] }));
        Assert.Equal(AccrualEntries.Of("x", On()), AccrualEntries.Of("x", On() with { Changes = [after] }), (one, other) => Short(one) == Short(other));
    }

    [Theory]
    // Against the result account; by more, less and the same as was built up; and before anything was.
    [InlineData(AccrualKind.AccruedExpense, "2026-03-31", 0, null, "2026-03-31 accrual:x:settled 4210 -300.00, 1700 300.00")]
    [InlineData(AccrualKind.AccruedExpense, "2026-03-31", 350_00, "1600", "2026-03-31 accrual:x:settled 1700 300.00, 4210 50.00, 1600 -350.00")]
    [InlineData(AccrualKind.AccruedExpense, "2026-03-31", 250_00, "1600", "2026-03-31 accrual:x:settled 1700 300.00, 4210 -50.00, 1600 -250.00")]
    [InlineData(AccrualKind.AccruedExpense, "2026-03-31", 300_00, "1600", "2026-03-31 accrual:x:settled 1700 300.00, 1600 -300.00")]
    [InlineData(AccrualKind.AccruedExpense, "2026-01-30", 350_00, "1600", "2026-01-30 accrual:x:settled 4210 350.00, 1600 -350.00")]
    [InlineData(AccrualKind.AccruedIncome, "2026-03-31", 0, null, "2026-03-31 accrual:x:settled 8400 300.00, 1500 -300.00")]
    [InlineData(AccrualKind.AccruedIncome, "2026-03-31", 350_00, "1400", "2026-03-31 accrual:x:settled 1500 -300.00, 8400 -50.00, 1400 350.00")]
    public void Settle_ClearsWhatWasBuiltUp_AndTheDifferenceIsExpenseOrIncome(AccrualKind kind, string date, long amountMinor, string? account, string expected)
    {
        var accrual = On(kind: kind) with { Changes = [new Settled(Day(date), Day(date), amountMinor, account)] };
        var entries = AccrualEntries.Of("x", accrual);

        Assert.Equal(expected, Short(entries[^1]));
        Assert.Equal(0, (long)AccrualEntries.OnAccrualAccountMinor(accrual, entries));
    }

    [Fact]
    public void Settle_AfterARelease_ClearsAll()
    {
        var accrual = On(kind: AccrualKind.AccruedExpense) with { Changes = [new Cancelled(Day("2026-03-31"), Day("2026-03-31"), CancellationMode.Release), new Settled(Day("2026-05-05"), Day("2026-05-05"), 1_250_00, "1600")] };
        var entries = AccrualEntries.Of("x", accrual);

        Assert.Equal(["2026-03-31 accrual:x:cancelled 4210 900.00, 1700 -900.00", "2026-05-05 accrual:x:settled 1700 1200.00, 4210 50.00, 1600 -1250.00"], entries.Skip(3).Select(Short));
        Assert.Equal(0, (long)AccrualEntries.OnAccrualAccountMinor(accrual, entries));
    }

    [Fact]
    public void Redate_BooksALaterPlanBesideAnEarlierOne()
    {
        // March's slice is kept, and what is left for the days till 5 April is booked on the same day, by the second plan.
        var accrual = On(earliest: "2026-04-10") with { Changes = [new Redated(Day("2026-04-10"), Day("2026-04-10"), Day("2026-04-05"))] };

        Assert.Equal(["2026-04-10 accrual:x:2026-04-10 4360 300.00, 0980 -300.00", "2026-04-10 accrual:x:2026-04-10.1 4360 900.00, 0980 -900.00"], AccrualEntries.Of("x", accrual).Skip(1).Select(Short));
    }

    [Fact]
    public void AnyLife_PostsEntriesInBalance_UnderIdsOfTheirOwn_AndClearsItsAccount() => Gen.Select(AnyChanged, Gen.OneOf("x", new string('y', 64))).Sample((accrual, id) =>
    {
        var entries = AccrualEntries.Of(id, accrual);

        Assert.Equal(entries.Count, entries.Select(entry => entry.Id).Distinct(StringComparer.Ordinal).Count());
        Assert.Equal(entries.Select(entry => entry.Date).Order(), entries.Select(entry => entry.Date));
        Assert.All(entries, entry =>
        {
            Assert.Equal(Int128.Zero, entry.Lines.Aggregate(Int128.Zero, (sum, line) => sum + line.AmountMinor));
            Assert.All(entry.Lines, line => Assert.NotEqual(0, line.AmountMinor));
            Assert.True(entry.Lines.Count >= 2 && Ids.IsEntity(entry.Id) && Ids.DepartmentOf(entry.Id) == "accrual" && entry.Date >= accrual.Date);
        });
        Assert.Equal(accrual.IsDeferral || accrual.IsOver ? 0 : -accrual.ResultSide * accrual.AmountMinor, (long)AccrualEntries.OnAccrualAccountMinor(accrual, entries));
    });

    [Fact]
    public void AnyChange_LeavesTheEntriesThatAreKeptAsTheyWere() => AnyChanged.Where(accrual => accrual.Changes.Count > 0).Sample(accrual =>
    {
        for (var n = 0; n < accrual.Changes.Count; n++)
        {
            var before = accrual.Before(n);
            var dropped = AccrualSchedule.Of(before).Where(slice => slice.BookedOn > accrual.Changes[n].Kept).Select(slice => AccrualEntries.IdOf("x", slice)).ToHashSet(StringComparer.Ordinal);
            var after = AccrualEntries.Of("x", accrual.Before(n + 1)).Select(Text).ToHashSet(StringComparer.Ordinal);

            Assert.All(AccrualEntries.Of("x", before).Where(entry => !dropped.Contains(entry.Id)), entry => Assert.Contains(Text(entry), after));
            Assert.Empty(AccrualEntries.Of("x", accrual.Before(n + 1)).Select(entry => entry.Id).Intersect(dropped));
        }
    });

    [Fact]
    public void AnyAccrual_ComesBackFromItsRowAsItWas() => AnyChanged.Sample(accrual =>
    {
        var state = AccrualTable.Write(accrual);
        var read = AccrualTable.Read(new CaseRow("x", state, 1, false, default));

        Assert.Equal(state, AccrualTable.Write(read));
        Assert.Equal(accrual.Changes, read.Changes);
        Assert.Equal(AccrualEntries.Of("x", accrual).Select(Text), AccrualEntries.Of("x", read).Select(Text));
    });

    /// <summary>All of an entry that the ledger compares.</summary>
    private static string Text(Entry entry) => System.Text.Encoding.UTF8.GetString(PreparedEntry.Of(entry, 2).Canonical.Span);
}
