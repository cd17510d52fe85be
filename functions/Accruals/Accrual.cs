using System.Text.Json.Serialization;

namespace BackOffice.Accruals;

/// <summary>What is accrued or deferred (zeitliche Abgrenzung). Source: HGB §250 (paid before, belongs after), §246(2) (never netted); the other two antizipativ, as receivables and liabilities.</summary>
public enum AccrualKind
{
    /// <summary>Expense paid before the time it belongs to (ARAP).</summary>
    PrepaidExpense,

    /// <summary>Income received before the time it belongs to (PRAP).</summary>
    DeferredIncome,

    /// <summary>Income that belongs to a time before it is invoiced (sonstige Vermögensgegenstände).</summary>
    AccruedIncome,

    /// <summary>Expense that belongs to a time before it is invoiced (sonstige Verbindlichkeiten).</summary>
    AccruedExpense,
}

/// <summary>How an amount is spread over its time; a choice per accrual.</summary>
public enum AccrualMethod
{
    /// <summary>By days: each month weighs as many days as it covers.</summary>
    Daily,

    /// <summary>By months: full months weigh the same, a started one its days' share of it.</summary>
    Monthly,

    /// <summary>By started months: each weighs the same; the last only when it is complete, and at least one in all.</summary>
    FullMonths,
}

/// <summary>How a cancellation treats what is left.</summary>
public enum CancellationMode
{
    /// <summary>What has not been released is released on the day.</summary>
    Release,

    /// <summary>It is taken back: of a deferral the rest returns to its result account, of an accrual what was built up is dissolved.</summary>
    Reverse,
}

/// <summary>A change of an accrual, in the order in which they were made.</summary>
/// <param name="Date">The business date it takes effect.</param>
/// <param name="Kept">Slices booked on or before this date stay as they were: the latest of <paramref name="Date"/>, the last slice in the book, a night under way when the change was made, and what the change before it kept.</param>
[JsonDerivedType(typeof(Redated), "redated")]
[JsonDerivedType(typeof(Cancelled), "cancelled")]
[JsonDerivedType(typeof(Settled), "settled")]
public abstract record AccrualChange(DateOnly Date, DateOnly Kept);

/// <summary>The service ends on another day; what is not kept is planned anew.</summary>
/// <param name="To">Its new last day.</param>
public sealed record Redated(DateOnly Date, DateOnly Kept, DateOnly To) : AccrualChange(Date, Kept);

/// <summary>The accrual was cancelled.</summary>
public sealed record Cancelled(DateOnly Date, DateOnly Kept, CancellationMode Mode) : AccrualChange(Date, Kept);

/// <summary>What an accrual built up was cleared, since the invoice or the payment has come.</summary>
/// <param name="AmountMinor">What it came to, minor units, above 0.</param>
/// <param name="Account">The account it was cleared against; null: the result account, on which the invoice had been booked.</param>
public sealed record Settled(DateOnly Date, DateOnly Kept, long AmountMinor, string? Account) : AccrualChange(Date, Kept);

/// <summary>An accrual or deferral, as its case keeps it: what was agreed, and what has changed since. Slices are not kept: they are a pure function of this.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="AmountMinor">The whole amount, net of VAT, minor units, above 0.</param>
/// <param name="Date">Business date of its booking.</param>
/// <param name="From">First day of the service.</param>
/// <param name="To">Its last day, at most 100 years later.</param>
/// <param name="Method">How it is spread.</param>
/// <param name="AccrualAccount">Account that holds what belongs to another time: 0980/1900 (ARAP), 0990/3900 (PRAP), or one of other assets or liabilities. It should serve accruals alone.</param>
/// <param name="ResultAccount">Account of the expense or income.</param>
/// <param name="Text">What it is for, 1 to 400 characters; no personal data.</param>
/// <param name="EarliestBooking">The later of its date and the first open day of the books when it was booked: slices of months before go on this day, as one entry.</param>
/// <param name="BookedAtOnce">Whether it was immaterial under the year's policy: nothing is deferred, the result account keeps it.</param>
/// <param name="Changes">What happened since, in order.</param>
public sealed record Accrual(
    AccrualKind Kind, long AmountMinor, DateOnly Date, DateOnly From, DateOnly To, AccrualMethod Method, string AccrualAccount, string ResultAccount, string Text, DateOnly EarliestBooking,
    bool BookedAtOnce, IReadOnlyList<AccrualChange> Changes)
{
    public const int MaxTextLength = 400;
    public const int MaxYears = 100;
    public const int MaxChanges = 100;

    /// <summary>Whether the money has moved before its time (a deferral), or will after it (an accrual in the narrow sense).</summary>
    [JsonIgnore]
    public bool IsDeferral => Kind is AccrualKind.PrepaidExpense or AccrualKind.DeferredIncome;

    /// <summary>1 when releasing debits the result account (an expense), -1 when it credits it (an income).</summary>
    [JsonIgnore]
    public int ResultSide => Kind is AccrualKind.PrepaidExpense or AccrualKind.AccruedExpense ? 1 : -1;

    [JsonIgnore]
    public AccrualChange? LastChange => Changes.Count == 0 ? null : Changes[^1];

    /// <summary>Whether nothing can come any more but what its schedule says: it was settled, taken back, or is a deferral that was cancelled.</summary>
    [JsonIgnore]
    public bool IsOver => BookedAtOnce || LastChange is Settled or Cancelled { Mode: CancellationMode.Reverse } || (LastChange is Cancelled && IsDeferral);
}

/// <summary>JSON of the accruals' cases, generated at build time.</summary>
[JsonSourceGenerationOptions(System.Text.Json.JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, UseStringEnumConverter = true)]
[JsonSerializable(typeof(Accrual))]
[JsonSerializable(typeof(AccrualPolicy))]
public sealed partial class AccrualJson : JsonSerializerContext;
