using BackOffice.Accruals;
using BackOffice.Kernel;
using BackOffice.Ledger;
using BackOffice.Tests.Ledger;
using static BackOffice.Tests.Accruals.Agreed;

namespace BackOffice.Tests.Accruals;

public class AccrualDecideTests
{
    private static readonly Accrual Expense = On(kind: AccrualKind.AccruedExpense);

    [Theory]
    // The worked example: booked for closed months. Dated after them, or nothing closed: on its own date.
    [InlineData("2026-01-15", 2, "2026-03-01")]
    [InlineData("2026-03-01", 2, "2026-03-01")]
    [InlineData("2026-03-15", 2, "2026-03-15")]
    [InlineData("2026-01-15", 0, "2026-01-15")]
    public void Put_IsBookedInTheFirstOpenMonthOrLater(string date, int closed, string earliest) =>
        Assert.Equal((Day(earliest), false), (Put(On(date), closed: closed).EarliestBooking, Put(On(date), closed: closed).BookedAtOnce));

    [Theory]
    [InlineData(800_00L, 800_00L, true)]
    [InlineData(800_01L, 800_00L, false)]
    [InlineData(1L, null, false)]
    public void Put_UpToTheLimitOfItsYear_IsBookedAtOnce(long amountMinor, long? limitMinor, bool atOnce)
    {
        var accrual = Put(On(amountMinor: amountMinor), limitMinor);

        Assert.Equal((atOnce, atOnce), (accrual.BookedAtOnce, accrual.IsOver));
    }

    [Fact]
    public void Put_OnUnknownAccounts_NamesThemAll()
    {
        var refusal = PutAccrual.Decide(Book(0).State, On() with { AccrualAccount = "9998", ResultAccount = "9999" }, null).Refusal!;

        Assert.Equal((422, "ledger/account-unknown", "accrualAccount resultAccount"), (refusal.Status, refusal.Code, string.Join(' ', refusal.Faults.Select(fault => fault.Path))));
    }

    [Fact]
    public void Cancel_KeepsTheDayAndTheMode()
    {
        var accrual = Cancel(On(), "2026-03-31").Value!;

        Assert.Equal([new Cancelled(Day("2026-03-31"), Day("2026-03-31"), CancellationMode.Release)], accrual.Changes);
        Assert.True(accrual.IsOver);
        Assert.False(Cancel(Expense, "2026-03-31").Value!.IsOver); // it is still to be settled
        Assert.True(Cancel(Expense, "2026-03-31", CancellationMode.Reverse).Value!.IsOver);
    }

    [Fact]
    public void AnyChange_OfWhatIsOver_IsRefused()
    {
        foreach (var over in (Accrual[])[On() with { BookedAtOnce = true }, Cancel(On(), "2026-03-31").Value!, Settle(Expense, "2026-03-31").Value!, Cancel(Expense, "2026-03-31", CancellationMode.Reverse).Value!])
            IsRefusedByAll(over, "2026-04-30", 409, "accrual/over");
    }

    [Fact]
    public void AnyChange_BeforeItsBookingOrTheLastChange_IsRefused()
    {
        IsRefusedByAll(On("2026-01-15"), "2026-01-14", 422, "accrual/date");
        IsRefusedByAll(Redate(On(), "2026-03-31", "2026-06-30").Value!, "2026-03-30", 422, "accrual/date");
        Assert.Null(Cancel(On("2026-01-15"), "2026-01-15").Refusal);
        Assert.Null(Cancel(Redate(On(), "2026-03-31", "2026-06-30").Value!, "2026-03-31").Refusal);
    }

    [Fact]
    public void AnyChange_AfterAHundred_IsRefused()
    {
        var accrual = On();
        for (var n = 0; n < 100; n++) accrual = Redate(accrual, "2026-03-31", n % 2 == 0 ? "2026-06-30" : "2026-12-31").Value!;

        IsRefusedByAll(accrual, "2026-03-31", 422, "accrual/too-many-changes");
        Assert.Equal(120_000, AccrualSchedule.SumMinor(AccrualSchedule.Of(accrual)));
        Assert.InRange(AccrualTable.Write(accrual).Length, 1, CaseTable.MaxStateChars);
    }

    [Fact]
    public void Cancelled_AndToBeSettled_IsNeitherCancelledNorRedated()
    {
        var cancelled = Cancel(Expense, "2026-03-31").Value!;

        Assert.Equal((409, "accrual/cancelled"), Refused(Cancel(cancelled, "2026-04-30")));
        Assert.Equal((409, "accrual/cancelled"), Refused(Redate(cancelled, "2026-04-30", "2027-12-31")));
        Assert.Equal(1_200_00, Assert.IsType<Settled>(Settle(cancelled, "2026-04-30", "1600").Value!.LastChange).AmountMinor);
    }

    [Theory]
    [InlineData("2026-03-31", "2026-06-30", null)]
    [InlineData("2026-03-31", "2026-04-01", null)]
    [InlineData("2026-03-31", "2026-03-31", "accrual/dates")]
    [InlineData("2026-03-31", "2126-04-01", null)]
    [InlineData("2026-03-31", "2126-04-02", "accrual/dates")]
    [InlineData("2026-12-30", "2027-12-31", null)]
    [InlineData("2026-12-31", "2027-12-31", "accrual/nothing-left")]
    public void Redate_EndsAfterWhatIsKept_AndWithinAHundredYears(string date, string to, string? code) => Assert.Equal(code, Redate(On(), date, to).Refusal?.Code);

    [Theory]
    // By the day, or by what a night has released already or is about to.
    [InlineData("2026-03-31", "2026-03-31", 300_00)]
    [InlineData("2026-03-30", "2026-03-30", 200_00)]
    [InlineData("2026-03-15", "2026-04-30", 400_00)]
    public void Settle_WithoutAnAmount_ComesToWhatIsKept(string date, string kept, long amountMinor)
    {
        var settled = SettleAccrual.Decide(Expense, new SettleAccrual.Wanted("1600", null), Day(date), Day(kept)).Value!;

        Assert.Equal(new Settled(Day(date), Day(kept), amountMinor, "1600"), settled.LastChange);
    }

    [Fact]
    public void Settle_WorkedExample_ClearsByTheInvoice()
    {
        var settled = Settle(Expense, "2026-03-31", "1600", 350_00).Value!;

        Assert.Equal("2026-03-31 accrual:x:settled 1700 300.00, 4210 50.00, 1600 -350.00", Short(AccrualEntries.Of("x", settled)[^1]));
        Assert.True(settled.IsOver);
    }

    [Fact]
    public void Settle_AgainstTheResultAccount_IsAsWithoutOne() =>
        Assert.Null(Assert.IsType<Settled>(Settle(Expense, "2026-03-31", "4210", 350_00).Value!.LastChange).Account);

    [Fact]
    public void Settle_WhatCannotBe_IsRefused()
    {
        Assert.Equal((422, "accrual/not-accrued"), Refused(Settle(On(), "2026-03-31")));
        Assert.Equal((422, "accrual/same-account"), Refused(Settle(Expense, "2026-03-31", "1700", 1)));
        Assert.Equal((422, "accrual/settlement-amount"), Refused(Settle(Expense, "2026-01-30", "1600")));
        Assert.Null(Settle(Expense, "2026-01-30").Refusal); // nothing to clear, and nothing against which
    }

    private static void IsRefusedByAll(Accrual accrual, string date, int status, string code)
    {
        Assert.Equal((status, code), Refused(Cancel(accrual, date)));
        Assert.Equal((status, code), Refused(Redate(accrual, date, "2027-12-31")));
        Assert.Equal((status, code), Refused(Settle(accrual, date)));
    }

    private static Outcome<Accrual> Cancel(Accrual accrual, string date, CancellationMode mode = CancellationMode.Release) => CancelAccrual.Decide(accrual, mode, Day(date), Day(date));

    private static Outcome<Accrual> Redate(Accrual accrual, string date, string to) => RedateAccrual.Decide(accrual, Day(to), Day(date), Day(date));

    private static Outcome<Accrual> Settle(Accrual accrual, string date, string? account = null, long? amountMinor = null) =>
        SettleAccrual.Decide(accrual, new SettleAccrual.Wanted(account, amountMinor), Day(date), Day(date));

    private static Accrual Put(Accrual wanted, long? limitMinor = null, int closed = 0) => PutAccrual.Decide(Book(closed).State, wanted, limitMinor).Value!;

    /// <summary>A book closed through this month of 2026.</summary>
    private static PureBook Book(int closed)
    {
        var book = PureBook.Open(chart: Chart.Skr03);
        if (closed > 0) Assert.Null(book.Commit(draft => ClosePeriod.Decide(draft, new DateOnly(2026, closed, 1), Day("2026-06-15"), "tester")).Refusal);
        return book;
    }

    private static (int Status, string Code) Refused(Outcome<Accrual> outcome) => (outcome.Refusal!.Status, outcome.Refusal.Code);
}
