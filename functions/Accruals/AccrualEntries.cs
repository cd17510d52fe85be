using BackOffice.Kernel;
using BackOffice.Ledger;

namespace BackOffice.Accruals;

/// <summary>What an accrual posts: pure functions from its schedule to journal entries with derived ids, <c>accrual:{id}:{what}</c>.</summary>
public static class AccrualEntries
{
    private const string Department = "accrual";

    /// <summary>
    /// Every entry of its whole life, in order of date. A deferral's booking moves the amount from the result account to the accrual account (<c>booked</c>), each booking day's slices move it back (<c>2026-01-31</c>). An
    /// accrual's slices build it up; <c>settled</c> clears it. A cancellation is <c>cancelled</c>. Each may be posted late (<see cref="Entry.LateAsFirstOpen"/>).
    /// Worked: prepaid 1,200.00 on 2026-01-01 for 2026 → Dr 0980 1,200.00 Cr 4360, then each month end Dr 4360 100.00 Cr 0980.
    /// </summary>
    public static IReadOnlyList<Entry> Of(string id, Accrual accrual)
    {
        if (accrual.BookedAtOnce) return [];
        List<Entry> entries = [];
        if (accrual.IsDeferral) entries.Add(Move(id, "booked", accrual.Date, $"{accrual.Text}: deferred", accrual, -accrual.AmountMinor));
        var slices = AccrualSchedule.Of(accrual);
        foreach (var day in slices.GroupBy(slice => (slice.BookedOn, slice.Plan)))
            entries.Add(Move(id, What(day.First()), day.Key.BookedOn, $"{accrual.Text}: {Months(day)}", accrual, AccrualSchedule.SumMinor(day)));
        foreach (var change in accrual.Changes)
            if (End(id, accrual, change) is { } end) entries.Add(end);
        return [.. entries.OrderBy(entry => entry.Date)];
    }

    /// <summary>Id of the entry that books a slice.</summary>
    public static string IdOf(string id, AccrualSlice slice) => Ids.Derived(Department, id, What(slice));

    // A later plan may book on a day on which an earlier one has.
    private static string What(AccrualSlice slice) => BusinessDay.Text(slice.BookedOn) + (slice.Plan == 0 ? "" : string.Create(System.Globalization.CultureInfo.InvariantCulture, $".{slice.Plan}"));

    /// <summary>What these entries make of the accrual account, minor units; a debit balance is positive.</summary>
    public static Int128 OnAccrualAccountMinor(Accrual accrual, IEnumerable<Entry> entries)
    {
        Int128 sum = 0;
        foreach (var line in entries.SelectMany(entry => entry.Lines))
            if (line.Account == accrual.AccrualAccount) sum += line.AmountMinor;
        return sum;
    }

    /// <summary>What a change posts by itself; null when nothing is left to move.</summary>
    private static Entry? End(string id, Accrual accrual, AccrualChange change)
    {
        if (change is Redated) return null;
        // What stood when the change was made: the accrual with the changes up to it.
        var until = accrual with { Changes = [.. accrual.Changes.TakeWhile(earlier => !ReferenceEquals(earlier, change)), change] };
        var kept = AccrualSchedule.SumMinor(AccrualSchedule.Of(until));
        var rest = accrual.AmountMinor - kept;
        return change switch
        {
            Cancelled { Mode: CancellationMode.Reverse } when !accrual.IsDeferral => kept == 0 ? null : Move(id, "cancelled", change.Date, $"{accrual.Text}: taken back", accrual, -kept),
            Cancelled => rest == 0 ? null : Move(id, "cancelled", change.Date, $"{accrual.Text}: cancelled", accrual, rest),
            Settled settled => Settle(id, accrual, settled, BuiltUpMinor(until)),
            _ => null,
        };
    }

    /// <summary>What an accrual has built up by its kept slices, and by a cancellation that released the rest.</summary>
    public static long BuiltUpMinor(Accrual accrual) =>
        accrual.Changes.Any(change => change is Cancelled { Mode: CancellationMode.Release }) ? accrual.AmountMinor : AccrualSchedule.SumMinor(AccrualSchedule.Of(accrual));

    /// <summary>
    /// Clears what was built up: against the result account, or against another by what it came to, the difference being expense or income.
    /// Worked: accrued expense 1,000.00, invoice 1,100.00 on 1600 → Dr 1700 1,000.00, Dr 4210 100.00, Cr 1600 1,100.00.
    /// </summary>
    private static Entry? Settle(string id, Accrual accrual, Settled settled, long builtUp)
    {
        if (settled.Account is not { } account) return builtUp == 0 ? null : Move(id, "settled", settled.Date, $"{accrual.Text}: settled", accrual, -builtUp);
        var side = accrual.ResultSide;
        List<Line> lines = [];
        if (builtUp > 0) lines.Add(new Line(accrual.AccrualAccount, side * builtUp, Document: id));
        if (settled.AmountMinor != builtUp) lines.Add(new Line(accrual.ResultAccount, side * (settled.AmountMinor - builtUp), Document: id));
        lines.Add(new Line(account, -side * settled.AmountMinor, Document: id));
        return new Entry(Ids.Derived(Department, id, "settled"), settled.Date, $"{accrual.Text}: settled", lines, LateAsFirstOpen: true);
    }

    /// <summary>Moves an amount from the accrual account to the result account; negative, the other way round.</summary>
    private static Entry Move(string id, string what, DateOnly date, string text, Accrual accrual, long amountMinor)
    {
        var onResult = accrual.ResultSide * amountMinor;
        return new Entry(Ids.Derived(Department, id, what), date, text, [new Line(accrual.ResultAccount, onResult, Document: id), new Line(accrual.AccrualAccount, -onResult, Document: id)], LateAsFirstOpen: true);
    }

    /// <summary>The months a booking day releases: <c>2026-01</c>, or <c>2026-01 to 2026-03</c>.</summary>
    private static string Months(IEnumerable<AccrualSlice> slices)
    {
        var (first, last) = (BusinessDay.MonthText(slices.First().Date), BusinessDay.MonthText(slices.Last().Date));
        return first == last ? first : $"{first} to {last}";
    }
}
