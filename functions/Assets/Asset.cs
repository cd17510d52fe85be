using System.Text.Json.Serialization;

namespace BackOffice.Assets;

/// <summary>How an asset is written off (AfA).</summary>
public enum DepreciationMethod
{
    /// <summary>Cost ÷ useful life, by months (EStG §7(1)).</summary>
    StraightLine,

    /// <summary>A rate of the book value, until straight-line is larger (EStG §7(2)).</summary>
    Declining,

    /// <summary>Wholly in the month of acquisition (EStG §6(2): geringwertiges Wirtschaftsgut).</summary>
    Immediate,

    /// <summary>A fifth of the cost in each of five fiscal years (EStG §6(2a): Sammelposten).</summary>
    Pool,

    /// <summary>75, 10, 5, 5, 3 and 2 % in six fiscal years (EStG §7(2a)).</summary>
    ElectricVehicle,

    /// <summary>Not at all: land.</summary>
    None,
}

/// <summary>What an asset brought along from another system.</summary>
/// <param name="Through">First day of the last month that was written off there.</param>
/// <param name="DepreciationMinor">What had been written off by then, minor units.</param>
public sealed record TakenOver(DateOnly Through, long DepreciationMinor);

/// <summary>Something that happened to an asset, in the order in which it was told; dates do not go back.</summary>
/// <param name="Date">Business date.</param>
/// <param name="Frozen">First day of the last month whose depreciation may have been posted when this was told: it stays as it was. Null: none.</param>
/// <param name="AtEntry">The books' last entry when it was told.</param>
/// <param name="Reason">Why, in the words of who told it.</param>
[JsonDerivedType(typeof(Addition), "addition")]
[JsonDerivedType(typeof(Impairment), "impairment")]
[JsonDerivedType(typeof(WriteUp), "writeUp")]
[JsonDerivedType(typeof(Transfer), "transfer")]
[JsonDerivedType(typeof(Disposal), "disposal")]
public abstract record AssetMovement(DateOnly Date, DateOnly? Frozen, long AtEntry, string Reason);

/// <summary>Later cost of acquisition (nachträgliche Anschaffungskosten): joins the value from its month on and spreads over the rest of the life.</summary>
/// <param name="AmountMinor">Minor units, above 0.</param>
/// <param name="Against">Account credited; null: it was posted by its invoice.</param>
public sealed record Addition(DateOnly Date, DateOnly? Frozen, long AtEntry, string Reason, long AmountMinor, string? Against) : AssetMovement(Date, Frozen, AtEntry, Reason);

/// <summary>Impairment (außerplanmäßige Abschreibung, HGB §253(3)), after the depreciation of its month.</summary>
/// <param name="Account">Account debited.</param>
public sealed record Impairment(DateOnly Date, DateOnly? Frozen, long AtEntry, string Reason, long AmountMinor, string Account) : AssetMovement(Date, Frozen, AtEntry, Reason);

/// <summary>Write-up (Zuschreibung, HGB §253(5)), after the depreciation of its month; never above what the asset would be worth without impairments.</summary>
/// <param name="Account">Account credited.</param>
public sealed record WriteUp(DateOnly Date, DateOnly? Frozen, long AtEntry, string Reason, long AmountMinor, string Account) : AssetMovement(Date, Frozen, AtEntry, Reason);

/// <summary>The asset is shown on another account from now on (Umbuchung).</summary>
public sealed record Transfer(DateOnly Date, DateOnly? Frozen, long AtEntry, string Reason, string ToAccount) : AssetMovement(Date, Frozen, AtEntry, Reason);

/// <summary>The asset, or a share of it, is sold or scrapped (Abgang).</summary>
/// <param name="Share">Share of what is held then, above 0, at most 1.</param>
/// <param name="NetMinor">Proceeds without VAT, minor units; 0: scrapped.</param>
/// <param name="TaxMinor">VAT on them.</param>
/// <param name="TaxCode">How they are taxed; null: there are none.</param>
/// <param name="Accounts">Where it is booked.</param>
public sealed record Disposal(DateOnly Date, DateOnly? Frozen, long AtEntry, string Reason, decimal Share, long NetMinor, long TaxMinor, string? TaxCode, DisposalAccounts Accounts) : AssetMovement(Date, Frozen, AtEntry, Reason);

/// <summary>Accounts of a disposal, as the chart had them.</summary>
/// <param name="Against">Takes the proceeds with VAT: receivables, or the bank.</param>
/// <param name="Tax">VAT owed; null: none.</param>
/// <param name="GainProceeds">Proceeds when they exceed the book value: 8820/4845.</param>
/// <param name="GainBookValue">Its book value then: 2315/4855.</param>
/// <param name="LossProceeds">Proceeds when they do not: 8801/6885.</param>
/// <param name="LossBookValue">Its book value then: 2310/6895.</param>
public sealed record DisposalAccounts(string Against, string? Tax, string GainProceeds, string GainBookValue, string LossProceeds, string LossBookValue);

/// <summary>A fixed asset, as its case keeps it: what was acquired, and what has happened to it. Depreciation is not kept: it is a pure function of this.</summary>
/// <param name="Text">What it is, 1 to 200 characters.</param>
/// <param name="CostMinor">Cost of acquisition (Anschaffungskosten) without VAT, minor units, above 0.</param>
/// <param name="Acquired">Business date of acquisition.</param>
/// <param name="LifeMonths">Useful life in months, 1 to 1,200; 0 where the method has its own.</param>
/// <param name="Method">How it is written off.</param>
/// <param name="AssetAccount">Account that it is acquired on. It should hold assets of the register alone.</param>
/// <param name="DepreciationAccount">Account of its depreciation: 4830/6220 …</param>
/// <param name="Rate">Yearly rate of the declining balance; 0 for other methods.</param>
/// <param name="ResidualMinor">What stays while it is held: 0, or one unit of the currency (Erinnerungswert).</param>
/// <param name="FiscalYearStart">The book's, <c>MM-dd</c>: years are fiscal years.</param>
/// <param name="Against">Account credited with the acquisition; null: it was posted by its invoice.</param>
/// <param name="TakenOver">What it brought along; null: it is new here.</param>
/// <param name="AtEntry">The books' last entry when it was told.</param>
/// <param name="Movements">What has happened to it, at most 200.</param>
public sealed record Asset(
    string Text, long CostMinor, DateOnly Acquired, int LifeMonths, DepreciationMethod Method, string AssetAccount, string DepreciationAccount, decimal Rate, long ResidualMinor, string FiscalYearStart,
    string? Against, TakenOver? TakenOver, long AtEntry, IReadOnlyList<AssetMovement> Movements)
{
    public const int MaxTextLength = 200;
    public const int MaxLifeMonths = 1_200;
    public const int MaxMovements = 200;

    [JsonIgnore]
    public AssetMovement? Last => Movements.Count == 0 ? null : Movements[^1];

    /// <summary>Whether nothing of it is held any more.</summary>
    [JsonIgnore]
    public bool IsDisposed => Last is Disposal { Share: 1 };

    /// <summary>The account that it is on in the evening of a day.</summary>
    public string AccountOn(DateOnly date) => Movements.OfType<Transfer>().LastOrDefault(transfer => transfer.Date <= date)?.ToAccount ?? AssetAccount;
}

/// <summary>JSON of the assets' cases, generated at build time.</summary>
[JsonSourceGenerationOptions(System.Text.Json.JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, UseStringEnumConverter = true)]
[JsonSerializable(typeof(Asset))]
[JsonSerializable(typeof(LowValueChoice))]
public sealed partial class AssetJson : JsonSerializerContext;
