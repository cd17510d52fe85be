using BackOffice.Kernel;
using BackOffice.Ledger;
using BackOffice.Nightly;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace BackOffice.Assets;

/// <summary>
/// <c>POST /api/books/{book}/assets/{id}/transfers</c> <c>{date, toAccount, amount?, reason}</c>: the asset is shown on another account from then on, wholly. 201 with the asset; 200 when the same request comes again.
/// Rows: reads and writes <c>Assets</c>, adds to and deletes from <c>Agenda</c>, reads <c>Nights</c>, commits <c>EntryPosted</c> to <c>Ledger</c>. Messages: none.
/// </summary>
public sealed class TransferAsset(Books books, AssetTable assets, CaseSteps steps, NightTable nights)
{
    [Function(nameof(TransferAsset))]
    [Allow(Roles.Accounting)]
    public Task<IResult> Run([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "books/{book}/assets/{id}/transfers")] HttpRequest request, string book, string id) =>
        AssetChanges.RunAsync(books, assets, steps, nights, request, book, id, "transfers", (fields, digits, _) => Read(fields, digits), Decide);

    private static Wanted Read(JsonFields fields, int digits)
    {
        var (to, amount) = (fields.Id("toAccount"), fields.Has("amount") ? fields.Minor("amount", digits) : null);
        fields.Absent("amount");
        return new Wanted(to, amount);
    }

    /// <summary>
    /// The book value moves; cost and depreciation show as transfers in the schedule. 422 <c>ledger/account-unknown</c>, <c>asset/account-type</c>, <c>asset/same-account</c>; <c>asset/transfer-whole</c> when an amount is named that is not
    /// its cost. Source: HGB §284(3) (Umbuchungen). Worked: worth 900.00 of 1,200.00 → Dr 0430 900.00 Cr 0420.
    /// </summary>
    internal static Outcome<AssetMovement> Decide(BookState state, Asset asset, Wanted wanted, MovementTold told)
    {
        List<Fault> faults = [];
        state.CheckAccount("toAccount", wanted.ToAccount, faults, "asset/account-type", AccountType.Asset);
        if (wanted.ToAccount == asset.AccountOn(told.Date) || wanted.ToAccount == asset.DepreciationAccount) faults.Add(new Fault("toAccount", "asset/same-account", "It is to move to another account of assets."));
        var transfer = new Transfer(told.Date, told.Frozen, told.AtEntry, told.Reason, wanted.ToAccount);
        var cost = DepreciationPlan.Of(asset with { Movements = [.. asset.Movements, transfer] }).Results[^1].CostMinor;
        if (wanted.AmountMinor is { } amount && amount != cost) faults.Add(new Fault("amount", "asset/transfer-whole", $"An asset moves wholly, with its cost of {Amount.Format(cost, state.Digits)}. To move a part, take it as an asset of its own."));
        return faults.Count > 0 ? Refusal.Of(faults) : transfer;
    }

    /// <summary>What is asked for beside date and reason.</summary>
    internal sealed record Wanted(string ToAccount, long? AmountMinor);
}
