using BackOffice.Assets;
using BackOffice.Kernel;
using BackOffice.Ledger;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace BackOffice.Support;

/// <summary>
/// <c>PUT /api/books/{book}/configuration-items/{id}</c> <c>{name, kind, user?, location?, asset?, dependsOn?: [id], contract?: {supplier, number, endsOn, noticeDays}, warrantyEndsOn?, retired?}</c>: an item as it is to be. Somebody is
/// told before its contract or warranty ends (queue <c>support-escalations</c>). 201 when it is new, 200 when it is there. 422 <c>support/asset-unknown</c>, <c>support/item-unknown</c> (what it depends on), <c>support/depends-on</c>.
/// Rows: reads and writes <c>ConfigurationItems</c>, adds to <c>Agenda</c>, reads <c>Assets</c>. Messages: none.
/// </summary>
public sealed class PutConfigurationItem(Books books, SupportTables support, AssetTable assets, CaseSteps steps, TimeProvider time)
{
    [Function(nameof(PutConfigurationItem))]
    [Allow(Roles.Support, Roles.Operator)]
    public async Task<IResult> Run([HttpTrigger(AuthorizationLevel.Anonymous, "put", Route = "books/{book}/configuration-items/{id}")] HttpRequest request, string book, string id)
    {
        if (!(await SupportRequest.ReadAsync(books, request, book, id)).Is(out var body, out var refusal)) return new Problem(refusal);
        using (body)
        {
            var wanted = Read(body.Fields);
            body.Fields.NoOthers();
            if (body.Faults.Count == 0 && wanted.Asset is { } asset && (await assets.Cases.FindAsync(book, asset) is not { } row || !AssetTable.IsAsset(row))) body.Faults.Add(new Fault("asset", "support/asset-unknown", $"There is no asset '{asset}' in the register."));
            for (var n = 0; body.Faults.Count == 0 && n < wanted.DependsOn.Count; n++)
                if (wanted.DependsOn[n] == id || await support.Items.Cases.FindAsync(book, wanted.DependsOn[n]) is null) body.Faults.Add(new Fault($"dependsOn[{n}]", "support/item-unknown", $"There is no other item '{wanted.DependsOn[n]}'."));
            if (body.Faults.Count > 0) return new Problem(Refusal.Of(body.Faults));

            var isNew = false;
            var outcome = await steps.RunAsync(support.Items, book, id, CaseCommand.ToPut(request, body.Canonical), known =>
            {
                isNew = known is null;
                var before = known is null ? null : SupportTables.ReadItem(known);
                var item = wanted with { Incidents = before?.Incidents ?? [], Told = before?.Told ?? [] };
                var (due, next) = item.Plan(time.GetUtcNow());
                return new CaseDecision(SupportTables.Write(item), NextAt: due.Count > 0 ? time.GetUtcNow().AddMinutes(1) : next);
            });
            return outcome.Is(out var result, out refusal) ? GetConfigurationItem.Answer(isNew && result.IsNew ? 201 : 200, result.Case, book, request, null) : new Problem(refusal);
        }
    }

    private static ConfigurationItem Read(JsonFields fields)
    {
        var (name, kind, user, location, asset) = (fields.Text("name"), fields.Text("kind", 100), fields.OptionalText("user", 100), fields.OptionalText("location"), fields.OptionalId("asset"));
        var dependsOn = fields.OptionalTexts("dependsOn", ConfigurationItem.MaxDependencies, 64, new Fault("dependsOn", "support/depends-on", $"'dependsOn' is a list of at most {ConfigurationItem.MaxDependencies} ids."));
        ItemContract? contract = null;
        if (fields.Has("contract"))
        {
            var inner = fields.Inner("contract")!;
            contract = new ItemContract(inner.Text("supplier"), inner.Text("number", 100), inner.Date("endsOn") ?? default, inner.Whole("noticeDays", 0, 730) ?? 0);
            inner.NoOthers();
        }

        fields.Absent("contract");
        var warranty = fields.OptionalDate("warrantyEndsOn");
        var isRetired = fields.OptionalFlag("retired") == true;
        return new ConfigurationItem(name, kind, user, location, asset, dependsOn, contract, warranty, isRetired, [], []);
    }
}
