using BackOffice.Kernel;
using BackOffice.Ledger;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace BackOffice.Assets;

/// <summary>
/// <c>POST /api/calculators/depreciation</c>: the plan of an asset, from the same body as <c>PUT …/assets/{id}</c> (accounts and text may be left out; <c>currency</c>, EUR by default, tells the digits; <c>fiscalYearStart</c> is 01-01
/// unless told): <c>{cost, rate?, plan: [{month, amount, bookValue}]}</c>. Nothing is stored; 422 as <see cref="AssetLimits.Apply"/>. Rows: reads <c>Parameters</c>. Messages: none.
/// </summary>
public sealed class CalculateDepreciation(Parameters parameters)
{
    [Function(nameof(CalculateDepreciation))]
    [OpenToAll("It computes from what is sent and the figures of the law, and tells nothing of a book.")]
    public async Task<IResult> Run([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "calculators/depreciation")] HttpRequest request)
    {
        var body = await RequestBody.ReadJsonAsync(request);
        if (!body.Is(out var json, out var refusal)) return new Problem(refusal);
        using (json)
        {
            List<Fault> faults = [];
            var fields = new JsonFields(json.RootElement, faults);
            var (digits, start) = (fields.Digits(), fields.OptionalText("fiscalYearStart", 5) ?? "01-01");
            if (start.Length > 0 && !FiscalYear.IsStart(start)) faults.Add(new Fault("fiscalYearStart", "ledger/fiscal-year-start", "A fiscal year begins on the first of a month: MM-01."));
            var wanted = AssetRequest.Read(fields, digits, start, forBook: false, faults);
            fields.NoOthers();
            if (wanted is null || faults.Count > 0) return new Problem(Refusal.Of(faults));
            if (!(await AssetLimits.LoadAsync(parameters, wanted.Acquired)).Apply(wanted, digits).Is(out var asset, out refusal)) return new Problem(refusal);
            var plan = DepreciationPlan.Of(asset);
            return new JsonAnswer(answer =>
            {
                answer.WriteString("cost", Amount.Format(asset.CostMinor, digits));
                if (asset.Rate > 0) answer.WriteNumber("rate", asset.Rate);
                answer.WriteList("plan", plan.Months, month => AssetAnswer.WriteMonth(answer, month, digits));
            });
        }
    }
}
