using BackOffice.Kernel;
using BackOffice.Ledger;
using BackOffice.Nightly;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace BackOffice.Assets;

/// <summary>
/// <c>POST /api/books/{book}/assets/{id}/impairments</c> <c>{date, amount, account?, reason}</c>: the asset is worth lastingly less. <c>account</c> is debited; the chart's 4840/6230 unless told. 201 with the asset; 200 when the same
/// request comes again.
/// Rows: reads and writes <c>Assets</c>, adds to and deletes from <c>Agenda</c>, reads <c>Nights</c>, commits <c>EntryPosted</c> to <c>Ledger</c>. Messages: none.
/// </summary>
public sealed class ImpairAsset(Books books, AssetTable assets, CaseSteps steps, NightTable nights)
{
    [Function(nameof(ImpairAsset))]
    [Allow(Roles.Accounting)]
    public Task<IResult> Run([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "books/{book}/assets/{id}/impairments")] HttpRequest request, string book, string id) =>
        AssetChanges.RunAsync(books, assets, steps, nights, request, book, id, "impairments", (fields, digits, _) => ValueChange.Read(fields, digits), Decide);

    /// <summary>
    /// The value falls after the depreciation of the month; what is left spreads over the months that are left (<see cref="AssetChanges.Decide"/>). 422 <c>asset/pool</c>, <c>ledger/no-chart</c>, <c>ledger/account-unknown</c>.
    /// Source: HGB §253(3) sentence 5. Worked: 1,200.00 over 12 months, 180.00 on 2026-03-31 → Dr 4840 180.00 Cr 0420, then 80.00 a month.
    /// </summary>
    internal static Outcome<AssetMovement> Decide(BookState state, Asset asset, ValueChange wanted, MovementTold told) =>
        wanted.AccountIn(state, asset, "4840").Is(out var account, out var refusal) ? new Impairment(told.Date, told.Frozen, told.AtEntry, told.Reason, wanted.AmountMinor, account) : refusal;
}

/// <summary>What an impairment or a write-up asks for beside date and reason.</summary>
/// <param name="AmountMinor">Minor units, above 0.</param>
/// <param name="Account">The other account; null: the chart's.</param>
internal sealed record ValueChange(long AmountMinor, string? Account)
{
    public static ValueChange Read(JsonFields fields, int digits) => new(fields.Minor("amount", digits) ?? 0, fields.OptionalId("account"));

    /// <summary>The other account, by its number in SKR03 unless it was told. 422 <c>asset/pool</c>, <c>ledger/no-chart</c>, <c>ledger/account-unknown</c>, <c>asset/same-account</c>.</summary>
    public Outcome<string> AccountIn(BookState state, Asset asset, string skr03)
    {
        if (asset.Method == DepreciationMethod.Pool) return new Refusal(422, "asset/pool", "A pool is written off by fifths, whatever becomes of what is in it.");
        if (Account is null && state.Settings.Chart is null) return new Refusal(422, "ledger/no-chart", "The book has no chart, which would say where it goes: name 'account'.", "account");
        var account = Account ?? Chart.Number(state.Settings.Chart!, skr03);
        List<Fault> faults = [];
        state.CheckAccount("account", account, faults);
        if (account == asset.AccountOn(BusinessDay.Latest)) faults.Add(new Fault("account", "asset/same-account", "It cannot be booked against the asset's own account."));
        return faults.Count > 0 ? Refusal.Of(faults) : account;
    }
}
