using System.Text.Json;
using BackOffice.Kernel;
using BackOffice.Ledger;

namespace BackOffice.Accruals;

/// <summary>
/// Table <c>Accruals</c>: the rows of <see cref="CaseTable"/>; State is an <see cref="Accrual"/>, or of a case <c>policy:{fiscal year}</c> an <see cref="AccrualPolicy"/>. What a commit tells are entries for the ledger.
/// </summary>
public sealed class AccrualTable(Storage storage, Posting posting)
{
    public Department Department { get; } = new("accruals", new CaseTable(storage, "Accruals"), posting.TellAsync);

    public CaseTable Cases => Department.Cases;

    public static Accrual Read(CaseRow row) => row.Read(AccrualJson.Default.Accrual);

    public static string Write(Accrual accrual) => JsonSerializer.Serialize(accrual, AccrualJson.Default.Accrual);

    /// <summary>The policy of a fiscal year; null when none has been chosen.</summary>
    public async Task<AccrualPolicy?> FindPolicyAsync(string book, int year) =>
        await Cases.FindAsync(book, AccrualPolicy.IdOf(year)) is { } row ? JsonSerializer.Deserialize(row.State, AccrualJson.Default.AccrualPolicy) : null;
}

/// <summary>How a book treats immaterial items in a fiscal year: uniformly, so it is chosen before the first accrual of that year. Source: EStG §5(5) sentence 2.</summary>
/// <param name="Year">The fiscal year.</param>
/// <param name="BookAtOnce">Whether an item up to the parameter <c>accrual.materiality</c> is left in the result account.</param>
public sealed record AccrualPolicy(int Year, bool BookAtOnce)
{
    /// <summary>Prefix of the policies' case ids, which accruals cannot have.</summary>
    public const string Prefix = "policy:";

    public static string IdOf(int year) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{Prefix}{year:D4}");
}
