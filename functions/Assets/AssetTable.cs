using System.Text.Json;
using BackOffice.Kernel;
using BackOffice.Ledger;

namespace BackOffice.Assets;

/// <summary>
/// Table <c>Assets</c>: the rows of <see cref="CaseTable"/>; State is an <see cref="Asset"/>, or of a case <c>choice:{fiscal year}</c> a <see cref="LowValueChoice"/>. What a commit tells are entries for the ledger.
/// </summary>
public sealed class AssetTable(Storage storage, Posting posting)
{
    public Department Department { get; } = new("assets", new CaseTable(storage, "Assets"), posting.TellAsync);

    public CaseTable Cases => Department.Cases;

    public static bool IsAsset(CaseRow row) => !row.Id.StartsWith(LowValueChoice.Prefix, StringComparison.Ordinal);

    public static Asset Read(CaseRow row) => row.Read(AssetJson.Default.Asset);

    public static string Write(Asset asset) => JsonSerializer.Serialize(asset, AssetJson.Default.Asset);

    /// <summary>The whole register: what is held, and what has left it.</summary>
    public async IAsyncEnumerable<(string Id, Asset Asset)> AllAsync(string book)
    {
        await foreach (var row in Cases.ScanAllAsync(book))
            if (IsAsset(row)) yield return (row.Id, Read(row));
    }

    /// <summary>
    /// The book's choice for the low-value assets of a fiscal year; the first who needs one makes it. 409 <c>asset/choice</c> when it was made otherwise.
    /// </summary>
    public async Task<Refusal?> ChooseAsync(CaseSteps steps, string book, LowValueChoice choice, string by)
    {
        var id = LowValueChoice.IdOf(choice.Year);
        var state = JsonSerializer.Serialize(choice, AssetJson.Default.LowValueChoice);
        var outcome = await steps.RunAsync(Department, book, id, new CaseCommand(CaseCommand.Put, state, by, CaseCommand.Put), async known =>
            known is null || known.State == state || !await IsUsedAsync(book, choice.Year) ? new CaseDecision(state) : Otherwise(choice));
        return outcome.Refusal;
    }

    /// <summary>Whether an asset of the year stands by its choice: one who chose and was cut off before there was an asset leaves it to the next.</summary>
    private async Task<bool> IsUsedAsync(string book, int year)
    {
        await foreach (var (_, asset) in AllAsync(book))
            if (asset is { Method: DepreciationMethod.Pool or DepreciationMethod.Immediate, TakenOver: null } && FiscalYear.Of(asset.Acquired, asset.FiscalYearStart).Year == year) return true;
        return false;
    }

    private static Refusal Otherwise(LowValueChoice choice) =>
        new(409, "asset/choice", choice.Choice == LowValueMethod.Pool
            ? $"Low-value assets of fiscal year {choice.Year} are written off at once: the choice is one for the year. Use method immediate, or straightLine."
            : $"Low-value assets of fiscal year {choice.Year} are pooled: the choice is one for the year. Use method pool, or straightLine.", "method");
}
