using BackOffice.Kernel;
using BackOffice.Ledger;
using BackOffice.Nightly;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace BackOffice.Assets;

/// <summary>
/// <c>POST /api/books/{book}/assets/{id}/write-ups</c> <c>{date, amount, account?, reason}</c>: the reason of an impairment has gone. <c>account</c> is credited; the chart's 2710/4910 unless told. 201 with the asset; 200 when the same
/// request comes again.
/// Rows: reads and writes <c>Assets</c>, adds to and deletes from <c>Agenda</c>, reads <c>Nights</c>, commits <c>EntryPosted</c> to <c>Ledger</c>. Messages: none.
/// </summary>
public sealed class WriteUpAsset(Books books, AssetTable assets, CaseSteps steps, NightTable nights)
{
    [Function(nameof(WriteUpAsset))]
    [Allow(Roles.Accounting)]
    public Task<IResult> Run([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "books/{book}/assets/{id}/write-ups")] HttpRequest request, string book, string id) =>
        AssetChanges.RunAsync(books, assets, steps, nights, request, book, id, "write-ups", (fields, digits, _) => ValueChange.Read(fields, digits), Decide);

    /// <summary>
    /// The value rises after the depreciation of the month, at most to what the asset would be worth without impairments and write-ups: 422 <c>asset/above-amortised-cost</c>. Else as an impairment, see
    /// <see cref="AssetChanges.Decide"/>. Source: HGB §253(5). Worked: 1,200.00 over 12 months, impaired by 180.00 on 2026-03-31, written up on 2026-06-30 → at most 120.00, for it is worth 480.00 and would be worth 600.00.
    /// </summary>
    internal static Outcome<AssetMovement> Decide(BookState state, Asset asset, ValueChange wanted, MovementTold told)
    {
        if (!wanted.AccountIn(state, asset, "2710").Is(out var account, out var refusal)) return refusal;
        var writeUp = new WriteUp(told.Date, told.Frozen, told.AtEntry, told.Reason, wanted.AmountMinor, account);
        var result = DepreciationPlan.Of(asset with { Movements = [.. asset.Movements, writeUp] }).Results[^1];
        var unimpaired = asset with { Movements = [.. asset.Movements.Where(movement => movement is not (Impairment or WriteUp))] };
        var ceiling = DepreciationPlan.Of(unimpaired).BookValueMinor(unimpaired, result.FixedThrough.AddMonths(1).AddDays(-1));
        return result.AfterMinor <= ceiling ? writeUp
            : new Refusal(422, "asset/above-amortised-cost", $"Without impairments it would be worth {Amount.Format(ceiling, state.Digits)} then, and it is worth {Amount.Format(result.AfterMinor - wanted.AmountMinor, state.Digits)}; it is written up no further.", "amount");
    }
}
