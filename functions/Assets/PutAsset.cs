using BackOffice.Kernel;
using BackOffice.Ledger;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace BackOffice.Assets;

/// <summary>
/// <c>PUT /api/books/{book}/assets/{id}</c> <c>{text, cost, acquired, lifeMonths, method, assetAccount, depreciationAccount, rate?, keepOneEuro?, against?, takenOver?: {through, depreciation}}</c>: a fixed asset joins the register. With
/// <c>against</c> its acquisition is booked here, else its invoice has done so. The night writes it off. 201; 200 when the same request comes again; 409 <c>case/id-reused</c> when another does.
/// Rows: reads and adds to <c>Assets</c>, adds to and deletes from <c>Agenda</c>, reads <c>Parameters</c>, commits <c>EntryPosted</c> to <c>Ledger</c>. Messages: none.
/// </summary>
public sealed class PutAsset(Books books, AssetTable assets, CaseSteps steps, Parameters parameters)
{
    [Function(nameof(PutAsset))]
    [Allow(Roles.Accounting)]
    public async Task<IResult> Run([HttpTrigger(AuthorizationLevel.Anonymous, "put", Route = "books/{book}/assets/{id}")] HttpRequest request, string book, string id)
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
            var start = await found.Book.ReadAsync(state => state.Settings.FiscalYearStart);
            var wanted = AssetRequest.Read(fields, found.Digits, start, forBook: true, faults);
            fields.NoOthers();
            if (wanted is null || faults.Count > 0) return new Problem(Refusal.Of(faults));

            var command = CaseCommand.ToCreate(request, AssetTable.Write(wanted));
            var outcome = await steps.RunAsync(assets.Department, book, id, command, async _ =>
            {
                var limits = await AssetLimits.LoadAsync(parameters, wanted.Acquired);
                var decided = await found.Book.ReadAsync(state => Decide(state, wanted, limits));
                if (!decided.Is(out var asset, out var no)) return no;
                var prepared = await AssetAnswer.DecisionAsync(found, asset, [.. AssetEntries.Of(id, asset, DepreciationPlan.Of(asset)).Where(entry => entry.Id == Ids.Derived("asset", id, "acquired"))], command.By);
                // The choice comes last, so that what is refused has not chosen.
                if (prepared.Is(out var decision, out no) && limits.ChoiceOf(asset, found.Digits) is { } choice) no = await assets.ChooseAsync(steps, book, choice, command.By);
                return no is null ? decision! : no;
            });
            return await AssetAnswer.OfAsync(outcome, assets, found, request);
        }
    }

    /// <summary>
    /// The asset as it is kept, with the rate its method allows (<see cref="AssetLimits.Apply"/>). 422 <c>ledger/account-unknown</c> for each account the book does not have, <c>asset/account-type</c> when the asset's is no asset account,
    /// or its depreciation's no expense account. Worked: 1,000.00 with method immediate → <c>asset/method-limit</c>, since 800.00 is the most.
    /// </summary>
    internal static Outcome<Asset> Decide(BookState state, Asset wanted, AssetLimits limits)
    {
        List<Fault> faults = [];
        state.CheckAccount("assetAccount", wanted.AssetAccount, faults, "asset/account-type", AccountType.Asset);
        if (wanted.DepreciationAccount.Length > 0) state.CheckAccount("depreciationAccount", wanted.DepreciationAccount, faults, "asset/account-type", AccountType.Expense);
        if (wanted.Against is { } against) state.CheckAccount("against", against, faults);
        if (faults.Count > 0) return Refusal.Of(faults);
        return limits.Apply(wanted, state.Digits).Is(out var asset, out var refusal) ? asset with { AtEntry = state.Entries } : refusal;
    }
}
