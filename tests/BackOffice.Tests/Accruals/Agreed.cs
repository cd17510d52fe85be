using BackOffice.Accruals;
using BackOffice.Kernel;
using BackOffice.Ledger;
using CsCheck;

namespace BackOffice.Tests.Accruals;

/// <summary>Made-up accruals for the tests of the pure rules.</summary>
internal static class Agreed
{
    public static DateOnly Day(string text) => BusinessDay.Parse(text) ?? throw new ArgumentException(text);

    /// <summary>1,200.00 of insurance paid in advance for 2026, monthly; or another kind, time and amount.</summary>
    public static Accrual On(string date = "2026-01-01", string from = "2026-01-01", string to = "2026-12-31", long amountMinor = 120_000, AccrualKind kind = AccrualKind.PrepaidExpense,
        AccrualMethod method = AccrualMethod.Monthly, string? earliest = null) =>
        new(kind, amountMinor, Day(date), Day(from), Day(to), method, AccrualAccount(kind), ResultAccount(kind), "Insurance", Day(earliest ?? date), false, []);

    /// <summary>Accruals of every kind and method as they are booked: short and long, small and as large as they get, also for a time past.</summary>
    public static readonly Gen<Accrual> Any =
        from kind in Gen.OneOf(Enum.GetValues<AccrualKind>())
        from method in Gen.OneOf(Enum.GetValues<AccrualMethod>())
        from amount in Gen.OneOf(Gen.Long[1, 20], Gen.Long[1, 9_999_999], Gen.Long[1, Amount.MaxMinor(2)])
        from start in Gen.Int[0, 1_500]
        from days in Gen.OneOf(Gen.Int[0, 40], Gen.Int[0, 1_000])
        from date in Gen.Int[-300, 600]
        from late in Gen.OneOf(Gen.Int[0, 0], Gen.Int[0, 200])
        let @from = new DateOnly(2024, 1, 1).AddDays(start)
        let booked = @from.AddDays(date)
        select new Accrual(kind, amount, booked, @from, @from.AddDays(days), method, AccrualAccount(kind), ResultAccount(kind), "Any", booked.AddDays(late), false, []);

    /// <summary>Any accrual and up to five changes that were made of it, as the steps decide; what they refuse is left out.</summary>
    public static readonly Gen<Accrual> AnyChanged =
        from accrual in Any
        from changes in Gen.Select(Gen.Int[0, 9], Gen.Int[0, 120], Gen.OneOf(Gen.Int[0, 0], Gen.Int[0, 60]), Gen.Int[-30, 500]).Array[0, 5]
        select changes.Aggregate(accrual, (before, change) => Changed(before, change.Item1, change.Item2, change.Item3, change.Item4).Value ?? before);

    /// <summary>The accrual as it was before its changes from the n-th on.</summary>
    public static Accrual Before(this Accrual accrual, int change) => accrual with { Changes = [.. accrual.Changes.Take(change)] };

    private static Outcome<Accrual> Changed(Accrual before, int what, int days, int ahead, int toDays)
    {
        var date = (before.LastChange?.Date ?? before.Date).AddDays(days);
        var kept = date.AddDays(ahead);
        if (before.LastChange is { } last && last.Kept > kept) kept = last.Kept;
        return what switch
        {
            0 => CancelAccrual.Decide(before, CancellationMode.Release, date, kept),
            1 => CancelAccrual.Decide(before, CancellationMode.Reverse, date, kept),
            2 => SettleAccrual.Decide(before, new SettleAccrual.Wanted(null, null), date, kept),
            3 => SettleAccrual.Decide(before, new SettleAccrual.Wanted("1600", 1 + toDays + 30), date, kept),
            _ => RedateAccrual.Decide(before, date.AddDays(toDays), date, kept),
        };
    }

    private static string AccrualAccount(AccrualKind kind) => kind switch
    {
        AccrualKind.PrepaidExpense => "0980",
        AccrualKind.DeferredIncome => "0990",
        AccrualKind.AccruedIncome => "1500",
        _ => "1700",
    };

    private static string ResultAccount(AccrualKind kind) => kind switch
    {
        AccrualKind.PrepaidExpense => "4360",
        AccrualKind.AccruedExpense => "4210",
        _ => "8400",
    };

    /// <summary>An entry in short: <c>2026-01-31 accrual:x:2026-01-31 4360 100.00, 0980 -100.00</c>.</summary>
    public static string Short(Entry entry) =>
        $"{BusinessDay.Text(entry.Date)} {entry.Id} {string.Join(", ", entry.Lines.Select(line => $"{line.Account} {Amount.Format(line.AmountMinor, 2)}"))}";

    /// <summary>A slice in short: <c>01-31 100.00</c>, and the day it is booked when that is another: <c>01-31 100.00 on 2026-03-01</c>.</summary>
    public static string Short(AccrualSlice slice) =>
        $"{BusinessDay.Text(slice.Date)} {Amount.Format(slice.AmountMinor, 2)}" + (slice.BookedOn == slice.Date ? "" : $" on {BusinessDay.Text(slice.BookedOn)}");

    public static string Short(IEnumerable<AccrualSlice> slices) => string.Join("; ", slices.Select(Short));
}
