using BackOffice.Kernel;
using BackOffice.Nightly;

namespace BackOffice.Assets;

/// <summary>The assets' part in the night: posts the depreciation that is due, and proves the register equal to its accounts.</summary>
public sealed class AssetNight(AssetTable assets, TimeProvider time) : INightWork
{
    /// <summary>So many assets that have left the register are filed away in one night; the rest wait for the next.</summary>
    private const int MaxFiled = 1_000;

    public string Name => "assets";

    public NightPhaseName Phase => NightPhaseName.Postings;

    public async IAsyncEnumerable<DueEntry> DueAsync(NightScope night, string? after, string? through)
    {
        await foreach (var (row, asset) in OpenAsync(night, after, through))
        {
            var position = CaseTable.Position(row.Id);
            foreach (var entry in AssetEntries.Of(row.Id, asset, DepreciationPlan.Of(asset)))
                if (entry.Date <= night.Date && !night.IsIn(entry.Id)) yield return new DueEntry(position, entry);
        }
    }

    /// <summary>
    /// For each account of an asset in the register: the book values that the entries in the book make, and its balance. Source: HGB §240, §253; worked: laptop 1,200.00, three months of 33.33 or 33.34 posted → 1,100.00.
    /// Also files away what has been disposed of, once the night before has proved all its entries: a pool when its five years are over.
    /// </summary>
    public async Task<IReadOnlyList<NightCheck>> CheckAsync(NightScope night)
    {
        SortedDictionary<string, Int128> expected = new(StringComparer.Ordinal);
        List<CaseRow> gone = [];
        await foreach (var (row, asset) in OpenAsync(night, null, null))
        {
            var plan = DepreciationPlan.Of(asset);
            var entries = AssetEntries.Of(row.Id, asset, plan);
            if (asset.IsDisposed && entries.All(entry => night.IsProved(entry.Id)))
            {
                if (gone.Count < MaxFiled) gone.Add(row);
                continue;
            }

            foreach (var (_, account, amount) in AssetEntries.OnAccounts(asset, plan, entries.Where(entry => night.IsIn(entry.Id)), night.Entry)) expected[account] = expected.GetValueOrDefault(account) + amount;
        }

        await assets.Cases.FileAwayAsync(night.Book.Id, gone, nameof(Nightly), "left", time.GetUtcNow());
        return [.. expected.Select(account => NightCheck.OfAmounts(Name, account.Key, account.Value, night.BalanceMinor(account.Key), night.Digits,
            "Book values of the asset register, and the account's balance. A difference was posted there by others, or an asset was taken into the register without its invoice being booked."))];
    }

    private async IAsyncEnumerable<(CaseRow Row, Asset Asset)> OpenAsync(NightScope night, string? after, string? through)
    {
        await foreach (var row in assets.Cases.ScanAsync(night.Book.Id, done: false, after, through))
            if (AssetTable.IsAsset(row)) yield return (row, AssetTable.Read(row));
    }
}
