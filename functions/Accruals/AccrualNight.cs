using BackOffice.Kernel;
using BackOffice.Nightly;

namespace BackOffice.Accruals;

/// <summary>The accruals' part in the night: releases the slices that are due, and proves the schedules equal to their accounts.</summary>
public sealed class AccrualNight(AccrualTable accruals, TimeProvider time) : INightWork
{
    /// <summary>So many accruals that have come to their end are filed away in one night; the rest wait for the next.</summary>
    private const int MaxFiled = 1_000;

    public string Name => "accruals";

    public NightPhaseName Phase => NightPhaseName.Postings;

    public async IAsyncEnumerable<DueEntry> DueAsync(NightScope night, string? after, string? through)
    {
        await foreach (var (row, accrual) in OpenAsync(night, after, through))
        {
            var position = CaseTable.Position(row.Id);
            foreach (var entry in AccrualEntries.Of(row.Id, accrual))
                if (entry.Date <= night.Date && !night.IsIn(entry.Id)) yield return new DueEntry(position, entry);
        }
    }

    /// <summary>
    /// For each account of an open accrual: what the accruals' entries in the book make of it, and its balance. One that is filed away has left nothing there. Source: HGB §250; worked: prepaid 1,200.00, three slices of 100.00 released → 900.00.
    /// Also files away the accruals that had come to their end when the night before proved them: they are no part of the checks whether they have been filed or not, so that a night begun again checks the same.
    /// </summary>
    public async Task<IReadOnlyList<NightCheck>> CheckAsync(NightScope night)
    {
        SortedDictionary<string, Int128> expected = new(StringComparer.Ordinal);
        List<CaseRow> ended = [];
        await foreach (var (row, accrual) in OpenAsync(night, null, null))
        {
            var entries = AccrualEntries.Of(row.Id, accrual);
            if ((accrual.IsDeferral || accrual.IsOver) && entries.All(entry => night.IsProved(entry.Id)))
            {
                if (ended.Count < MaxFiled) ended.Add(row);
                continue;
            }

            var known = entries.Where(entry => night.IsIn(entry.Id));
            expected[accrual.AccrualAccount] = expected.GetValueOrDefault(accrual.AccrualAccount) + AccrualEntries.OnAccrualAccountMinor(accrual, known);
        }

        await accruals.Cases.FileAwayAsync(night.Book.Id, ended, nameof(Nightly), "released", time.GetUtcNow());
        return [.. expected.Select(account => NightCheck.OfAmounts(Name, account.Key, account.Value, night.BalanceMinor(account.Key), night.Digits,
            "What the accruals' entries make of the account, and its balance. A difference was posted there by others: give accruals an account of their own."))];
    }

    private async IAsyncEnumerable<(CaseRow Row, Accrual Accrual)> OpenAsync(NightScope night, string? after, string? through)
    {
        await foreach (var row in accruals.Cases.ScanAsync(night.Book.Id, done: false, after, through))
            if (!row.Id.StartsWith(AccrualPolicy.Prefix, StringComparison.Ordinal)) yield return (row, AccrualTable.Read(row));
    }
}
