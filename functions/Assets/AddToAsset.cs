using BackOffice.Kernel;
using BackOffice.Ledger;
using BackOffice.Nightly;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace BackOffice.Assets;

/// <summary>
/// <c>POST /api/books/{book}/assets/{id}/additions</c> <c>{date, amount, against?, reason}</c>: later cost of acquisition. With <c>against</c> it is booked here, else its invoice has done so. 201 with the asset; 200 when the same
/// request comes again.
/// Rows: reads and writes <c>Assets</c>, adds to and deletes from <c>Agenda</c>, reads <c>Nights</c>, commits <c>EntryPosted</c> to <c>Ledger</c>. Messages: none.
/// </summary>
public sealed class AddToAsset(Books books, AssetTable assets, CaseSteps steps, NightTable nights)
{
    [Function(nameof(AddToAsset))]
    [Allow(Roles.Accounting)]
    public Task<IResult> Run([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "books/{book}/assets/{id}/additions")] HttpRequest request, string book, string id) =>
        AssetChanges.RunAsync(books, assets, steps, nights, request, book, id, "additions", (fields, digits, _) => new Wanted(fields.Minor("amount", digits) ?? 0, fields.OptionalId("against")), Decide);

    /// <summary>
    /// The amount joins the value in its month and spreads over the months that are left (<see cref="AssetChanges.Decide"/> for what every movement must satisfy). 422 <c>asset/pool</c>: a pool stays as it is; <c>ledger/account-unknown</c>,
    /// <c>asset/same-account</c>. Source: HGB §255(1) sentence 2. Worked: 1,200.00 over 12 months, 90.00 on 2026-04-15 → from April 110.00 a month.
    /// </summary>
    internal static Outcome<AssetMovement> Decide(BookState state, Asset asset, Wanted wanted, MovementTold told)
    {
        if (asset.Method == DepreciationMethod.Pool) return new Refusal(422, "asset/pool", "What joins a pool later is an asset of its own in the pool of its year.");
        List<Fault> faults = [];
        if (wanted.Against is { } against) state.CheckAccount("against", against, faults);
        if (wanted.Against == asset.AccountOn(told.Date)) faults.Add(new Fault("against", "asset/same-account", "It cannot be booked against the asset's own account."));
        return faults.Count > 0 ? Refusal.Of(faults) : new Addition(told.Date, told.Frozen, told.AtEntry, told.Reason, wanted.AmountMinor, wanted.Against);
    }

    /// <summary>What is asked for beside date and reason.</summary>
    internal sealed record Wanted(long AmountMinor, string? Against);
}
