using BackOffice.Kernel;
using BackOffice.Ledger;

namespace BackOffice.Assets;

/// <summary>What the law allows for assets acquired on a day, from dated parameters; null: it says nothing for that day.</summary>
/// <param name="ImmediateLimit">Highest cost written off at once: <c>asset.immediate.limit</c>.</param>
/// <param name="PoolLower">A pooled asset costs more than this, and one beside the pool may be written off at once up to it: <c>asset.pool.lower</c>.</param>
/// <param name="PoolLimit">Highest cost of a pooled asset: <c>asset.pool.limit</c>.</param>
/// <param name="DecliningMultiple">Times the straight-line rate that the declining balance may take: <c>asset.declining.multiple</c>.</param>
/// <param name="DecliningMaximum">Its highest yearly rate: <c>asset.declining.maximum</c>.</param>
public sealed record AssetLimits(decimal? ImmediateLimit, decimal? PoolLower, decimal? PoolLimit, decimal? DecliningMultiple, decimal? DecliningMaximum)
{
    /// <summary>Electric vehicles of EStG §7(2a) are acquired from the first to the last of these days.</summary>
    private static readonly (DateOnly From, DateOnly To) ElectricVehicles = (new(2025, 7, 1), new(2027, 12, 31));

    public static async Task<AssetLimits> LoadAsync(Parameters parameters, DateOnly acquired)
    {
        var values = await Task.WhenAll(((string[])["asset.immediate.limit", "asset.pool.lower", "asset.pool.limit", "asset.declining.multiple", "asset.declining.maximum"])
            .Select(async name => (await parameters.HistoryAsync(Parameter.Find(name)!)).On(acquired)?.Value));
        return new AssetLimits(values[0], values[1], values[2], values[3], values[4]);
    }

    /// <summary>
    /// The asset with the rate its method allows. 422 <c>asset/method-limit</c> when it costs too much, or too little, for its method; <c>asset/method-not-allowed</c> when the law has no such method for its day;
    /// <c>asset/rate</c> when the rate asked for is higher than allowed. What was taken over was decided elsewhere: only a rate is needed. Source: EStG §6(2), §6(2a), §7(2), §7(2a).
    /// Worked: acquired 2025-08-01, 60 months, declining → min(3 × 12 ÷ 60, 0.30) = 0.30.
    /// </summary>
    internal Outcome<Asset> Apply(Asset wanted, int digits)
    {
        var isNew = wanted.TakenOver is null;
        switch (wanted.Method)
        {
            case DepreciationMethod.Immediate when isNew && (ImmediateLimit is null || wanted.CostMinor > Amount.ToMinor(ImmediateLimit.Value, digits)):
                return Limit($"At once is written off what costs at most {Text(ImmediateLimit)} without VAT; this costs more.");
            case DepreciationMethod.Pool when isNew && (PoolLower is null || PoolLimit is null || wanted.CostMinor <= Amount.ToMinor(PoolLower.Value, digits) || wanted.CostMinor > Amount.ToMinor(PoolLimit.Value, digits)):
                return Limit($"A pool takes what costs more than {Text(PoolLower)} and at most {Text(PoolLimit)} without VAT.");
            case DepreciationMethod.ElectricVehicle when isNew && (wanted.Acquired < ElectricVehicles.From || wanted.Acquired > ElectricVehicles.To):
                return NotAllowed($"Electric vehicles are written off so when acquired from {BusinessDay.Text(ElectricVehicles.From)} to {BusinessDay.Text(ElectricVehicles.To)}.");
            case DepreciationMethod.Declining:
                var allowed = Math.Min((DecliningMultiple ?? 0) * 12 / wanted.LifeMonths, DecliningMaximum ?? 0);
                if (isNew && allowed == 0) return NotAllowed($"What was acquired on {BusinessDay.Text(wanted.Acquired)} has no declining balance; use straightLine.");
                if (!isNew && wanted.Rate == 0 && allowed == 0) return new Refusal(422, "asset/rate", "Say at which yearly rate it was written off: 'rate'.", "rate");
                if (isNew && wanted.Rate > allowed) return new Refusal(422, "asset/rate", $"The rate may be at most {Rate(allowed)} a year.", "rate");
                return wanted.Rate > 0 ? wanted : wanted with { Rate = allowed };
            default:
                return wanted;
        }

        static Refusal NotAllowed(string detail) => new(422, "asset/method-not-allowed", detail, "method");
        static Refusal Limit(string detail) => new(422, "asset/method-limit", detail, "cost");
        static string Text(decimal? limit) => limit is null ? "nothing" : string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{limit:0.##} EUR");
        static string Rate(decimal rate) => rate.ToString("0.######", System.Globalization.CultureInfo.InvariantCulture);
    }

    /// <summary>
    /// The choice for its fiscal year that an asset makes; null when it makes none. Up to the pool's lower limit an asset may be written off at once beside a pool (EStG §6(2a) sentence 4).
    /// </summary>
    internal LowValueChoice? ChoiceOf(Asset asset, int digits)
    {
        if (asset.TakenOver is not null) return null;
        var year = FiscalYear.Of(asset.Acquired, asset.FiscalYearStart).Year;
        return asset.Method switch
        {
            DepreciationMethod.Pool => new LowValueChoice(year, LowValueMethod.Pool),
            DepreciationMethod.Immediate when PoolLower is null || asset.CostMinor > Amount.ToMinor(PoolLower.Value, digits) => new LowValueChoice(year, LowValueMethod.Immediate),
            _ => null,
        };
    }
}
