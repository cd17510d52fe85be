using BackOffice.Kernel;
using BackOffice.Ledger;
using BackOffice.Nightly;
using Microsoft.AspNetCore.Http;

namespace BackOffice.Assets;

/// <summary>What every movement is told with.</summary>
/// <param name="Frozen">First day of the last month whose depreciation may have been posted.</param>
/// <param name="AtEntry">The books' last entry.</param>
internal sealed record MovementTold(DateOnly Date, DateOnly? Frozen, long AtEntry, string Reason);

/// <summary>The way of a movement of an asset: read, find what the nights have fixed, decide, commit, post.</summary>
internal static class AssetChanges
{
    /// <param name="read">Reads what the movement asks for beside its date and reason.</param>
    /// <param name="decide">The movement: (the book, the asset, wanted, told).</param>
    public static async Task<IResult> RunAsync<T>(
        Books books, AssetTable assets, CaseSteps steps, NightTable nights, HttpRequest request, string book, string id, string name, Func<JsonFields, int, List<Fault>, T> read,
        Func<BookState, Asset, T, MovementTold, Outcome<AssetMovement>> decide)
    {
        var opened = await books.OpenAsync(book);
        if (!opened.Is(out var found, out var refusal)) return new Problem(refusal);
        if (AssetAnswer.IdFault(id) is { } fault) return new Problem(fault);
        var body = await RequestBody.ReadJsonAsync(request);
        if (!body.Is(out var json, out refusal)) return new Problem(refusal);
        using (json)
        {
            List<Fault> faults = [];
            var fields = new JsonFields(json.RootElement, faults);
            var (date, reason, wanted) = (fields.Date("date"), fields.Text("reason", 500), read(fields, found.Digits, faults));
            fields.NoOthers();
            if (faults.Count > 0) return new Problem(Refusal.Of(faults));

            var command = CaseCommand.Of(request, name, CaseCommand.Canonical(json.RootElement));
            var outcome = await steps.RunAsync(assets.Department, book, id, command, async known =>
            {
                var asset = AssetTable.Read(known!);
                var frozen = await FrozenAsync(found, nights, id, asset);
                var decided = await found.Book.ReadAsync(state => Decide(state, asset, wanted, new MovementTold(date!.Value, frozen, state.Entries, reason), decide));
                return decided.Is(out var changed, out var no) ? await AssetAnswer.DecisionAsync(found, changed, OfTheMovement(id, changed), command.By) : no;
            });
            return await AssetAnswer.OfAsync(outcome, assets, found, request);
        }
    }

    /// <summary>
    /// The asset with one movement more. 409 <c>asset/disposed</c>; 422 <c>asset/date</c> when it lies before the acquisition, the take-over or the movement before it, in a fiscal year that is closed, or as a transfer in a year before one that has been written off in; <c>asset/too-many-movements</c> after 200;
    /// <c>asset/below-zero</c> when more is taken away than the asset is worth; <c>asset/life-over</c> when something would stay that no month writes off.
    /// Worked: a laptop worth 300.00 after the depreciation of 2026-03, impairment of 2026-03-31 by 300.01 → <c>asset/below-zero</c>.
    /// </summary>
    internal static Outcome<Asset> Decide<T>(BookState state, Asset asset, T wanted, MovementTold told, Func<BookState, Asset, T, MovementTold, Outcome<AssetMovement>> decide)
    {
        if (asset.IsDisposed) return new Refusal(409, "asset/disposed", "Nothing of it is held any more.");
        if (asset.Movements.Count >= Asset.MaxMovements) return new Refusal(422, "asset/too-many-movements", $"An asset has at most {Asset.MaxMovements} movements.");
        var earliest = new[] { asset.Acquired, asset.TakenOver?.Through.AddMonths(1) ?? asset.Acquired, asset.Last?.Date ?? asset.Acquired }.Max();
        if (told.Date < earliest) return new Refusal(422, "asset/date", $"{BusinessDay.Text(told.Date)} lies before {BusinessDay.Text(earliest)}, when it was acquired, taken over or last moved.", "date");
        if (FiscalYear.Of(told.Date, asset.FiscalYearStart) is var year && state.ClosedThrough >= BusinessDay.MonthOf(year.Last))
            return new Refusal(422, "asset/date", $"Fiscal year {year.Year} is closed: its asset schedule stays as it is. Date the movement {BusinessDay.Text(year.Last.AddDays(1))} or later.", "date");
        if (!decide(state, asset, wanted, told).Is(out var movement, out var refusal)) return refusal;
        if (movement is Transfer && told.Frozen >= year.Last.AddDays(1))
            return new Refusal(422, "asset/date", $"Months of the fiscal year after {BusinessDay.Text(year.Last)} have been written off on the old account: date the transfer in that year.", "date");

        var changed = asset with { Movements = [.. asset.Movements, movement] };
        var plan = DepreciationPlan.Of(changed);
        if (plan.Results[^1].AfterMinor < 0) return new Refusal(422, "asset/below-zero", $"It is worth {Amount.Format(plan.Results[^1].AfterMinor - plan.Results[^1].BookValueMinor, state.Digits)} then; no more can be taken away.", "amount");
        if (asset.Method != DepreciationMethod.None && plan.BookValueMinor(changed, BusinessDay.Latest) > asset.ResidualMinor)
            return new Refusal(422, "asset/life-over", "Its time is over: no month is left to write the amount off. Take it as an asset of its own.", "date");
        return changed;
    }

    /// <summary>
    /// Through which month depreciation stays as it is: that of its last month in the book, or of a night under way. Should a night begin between this look and the commit, it may post what the change alters: the next
    /// night's check would show it.
    /// </summary>
    private static async Task<DateOnly?> FrozenAsync(OpenedBook book, NightTable nights, string id, Asset asset)
    {
        var months = DepreciationPlan.Of(asset).Months;
        var known = await Posting.KnownAsync(book, months.Select(month => AssetEntries.IdOf(id, month)));
        DateOnly? posted = months.LastOrDefault(month => known.Contains(AssetEntries.IdOf(id, month)))?.Month;
        DateOnly? running = await nights.RunningAsync(book.Book.Id) is { } date ? BusinessDay.MonthOf(date.AddDays(1)).AddMonths(-1) : null; // the last month that ends by then
        return posted is null || running > posted ? running : posted;
    }

    private static List<Entry> OfTheMovement(string id, Asset asset)
    {
        var plan = DepreciationPlan.Of(asset);
        var own = AssetEntries.IdsOf(id, plan.Results[^1]);
        return [.. AssetEntries.Of(id, asset, plan).Where(entry => own.Contains(entry.Id))];
    }
}
