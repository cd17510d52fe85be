using BackOffice.Kernel;
using BackOffice.Ledger;

namespace BackOffice.Assets;

/// <summary>What an asset posts: pure functions from its plan to journal entries with derived ids, <c>asset:{id}:{what}</c>. Depreciation is direct: it credits the asset's own account.</summary>
public static class AssetEntries
{
    private const string Department = "asset";

    /// <summary>
    /// Every entry of its whole life, in order of date: <c>acquired</c> (when the register books it), each month's depreciation <c>2026-01</c>, each movement <c>m1</c>, <c>m2</c> …, and what a disposal takes back of months from it on <c>m2.2026-03</c>. Each may be posted late.
    /// Worked: laptop 1,200.00 over 36 months from 2026-01 → Dr 4830 33.33 Cr 0420 on 2026-01-31, 33.34 on 2026-02-28 …
    /// </summary>
    public static IReadOnlyList<Entry> Of(string id, Asset asset, DepreciationPlan plan)
    {
        List<Entry> entries = [];
        if (asset.Against is { } against) entries.Add(Entry(id, "acquired", asset.Acquired, $"{asset.Text}: acquired", [new(asset.AssetAccount, asset.CostMinor), new(against, -asset.CostMinor)]));
        for (var n = 0; n < plan.Months.Count; n++)
        {
            var month = plan.Months[n];
            entries.Add(Entry(id, BusinessDay.MonthText(month.Month), month.LastDay, $"{asset.Text}: depreciation {BusinessDay.MonthText(month.Month)}", [new(asset.DepreciationAccount, month.AmountMinor), new(plan.Accounts[n], -month.AmountMinor)]));
        }

        foreach (var result in plan.Results)
        {
            foreach (var (month, amount) in result.TakenBack.Where(taken => taken.AmountMinor > 0))
                entries.Add(Entry(id, TakenBack(result, month), month.AddMonths(1).AddDays(-1), $"{asset.Text}: depreciation {BusinessDay.MonthText(month)} taken back", [new(result.Account, amount), new(asset.DepreciationAccount, -amount)]));
            if (Lines(result) is { Count: > 0 } lines) entries.Add(Entry(id, What(result), result.Movement.Date, $"{asset.Text}: {NameOf(result.Movement)}", lines));
        }

        return [.. entries.OrderBy(entry => entry.Date)];
    }

    public static string IdOf(string id, DepreciationMonth month) => Ids.Derived(Department, id, BusinessDay.MonthText(month.Month));

    public static string IdOf(string id, MovementResult result) => Ids.Derived(Department, id, What(result));

    /// <summary>Ids of all entries that a movement gives rise to: its own, and those that take depreciation back.</summary>
    public static IReadOnlySet<string> IdsOf(string id, MovementResult result) =>
        result.TakenBack.Select(taken => Ids.Derived(Department, id, TakenBack(result, taken.Month))).Append(IdOf(id, result)).ToHashSet(StringComparer.Ordinal);

    /// <summary>What a movement is called.</summary>
    public static string NameOf(AssetMovement movement) => movement switch
    {
        Addition => "addition",
        Impairment => "impairment",
        WriteUp => "write-up",
        Transfer => "transfer",
        _ => "disposal",
    };

    /// <summary>
    /// What the books hold of the asset by date and account, minor units, debit positive: the lines on its accounts of the entries that are in the book, and what was acquired by invoices, which the register does not post.
    /// </summary>
    /// <param name="entries">Those of <see cref="Of"/> that are in the book.</param>
    /// <param name="atEntry">Acquisitions told after this entry of the book are left out.</param>
    public static IEnumerable<(DateOnly Date, string Account, long AmountMinor)> OnAccounts(Asset asset, DepreciationPlan plan, IEnumerable<Entry> entries, long atEntry)
    {
        HashSet<string> accounts = new(StringComparer.Ordinal) { asset.AssetAccount };
        foreach (var transfer in asset.Movements.OfType<Transfer>()) accounts.Add(transfer.ToAccount);
        if (asset.AtEntry <= atEntry && asset.Against is null) yield return (asset.Acquired, asset.AssetAccount, asset.CostMinor - (asset.TakenOver?.DepreciationMinor ?? 0));
        foreach (var result in plan.Results)
            if (result.Movement is Addition { Against: null } addition && addition.AtEntry <= atEntry) yield return (addition.Date, result.Account, addition.AmountMinor);
        foreach (var entry in entries)
            foreach (var line in entry.Lines)
                if (accounts.Contains(line.Account)) yield return (entry.Date, line.Account, line.AmountMinor);
    }

    private static List<Line> Lines(MovementResult result) => result.Movement switch
    {
        Addition { Against: { } against } addition => [new(result.Account, addition.AmountMinor), new(against, -addition.AmountMinor)],
        Impairment impairment => [new(impairment.Account, impairment.AmountMinor), new(result.Account, -impairment.AmountMinor)],
        WriteUp writeUp => [new(result.Account, writeUp.AmountMinor), new(writeUp.Account, -writeUp.AmountMinor)],
        Transfer transfer when result.BookValueMinor != 0 => [new(transfer.ToAccount, result.BookValueMinor), new(result.Account, -result.BookValueMinor)],
        Disposal disposal => DisposalLines(result, disposal),
        _ => [],
    };

    /// <summary>
    /// The book value leaves, the proceeds come gross, both without netting (HGB §246(2)). Worked: book value 300.00, sold for 400.00 + 76.00 VAT → Dr 2315 300.00 Cr 0420; Dr 1400 476.00, Cr 8820 400.00, Cr 1776 76.00.
    /// </summary>
    private static List<Line> DisposalLines(MovementResult result, Disposal disposal)
    {
        var accounts = disposal.Accounts;
        var isGain = disposal.NetMinor > result.BookValueMinor;
        List<Line> lines = [];
        if (result.BookValueMinor > 0) lines.AddRange([new(isGain ? accounts.GainBookValue : accounts.LossBookValue, result.BookValueMinor), new(result.Account, -result.BookValueMinor)]);
        if (disposal.NetMinor == 0) return lines;
        lines.Add(new(accounts.Against, disposal.NetMinor + disposal.TaxMinor));
        lines.Add(new(isGain ? accounts.GainProceeds : accounts.LossProceeds, -disposal.NetMinor, TaxCode: disposal.TaxCode));
        if (disposal.TaxMinor > 0) lines.Add(new(accounts.Tax!, -disposal.TaxMinor));
        return lines;
    }

    private static string TakenBack(MovementResult result, DateOnly month) => $"{What(result)}.{BusinessDay.MonthText(month)}";

    private static string What(MovementResult result) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"m{result.Number}");

    private static Entry Entry(string id, string what, DateOnly date, string text, IReadOnlyList<Line> lines) =>
        new(Ids.Derived(Department, id, what), date, text, [.. lines.Select(line => line with { Document = id })], LateAsFirstOpen: true);
}
