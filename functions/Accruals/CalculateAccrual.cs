using BackOffice.Kernel;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace BackOffice.Accruals;

/// <summary>
/// <c>POST /api/calculators/accrual</c>: the slices of an accrual, from the same body as <c>PUT …/accruals/{id}</c> (accounts and text may be left out; <c>currency</c>, EUR by default, tells the digits):
/// <c>{amount, slices: [{date, amount, bookedOn}]}</c>. Nothing is stored. Rows: none. Messages: none.
/// </summary>
public sealed class CalculateAccrual
{
    [Function(nameof(CalculateAccrual))]
    [OpenToAll("It computes from what is sent, and knows nothing else.")]
    public static async Task<IResult> Run([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "calculators/accrual")] HttpRequest request)
    {
        var body = await RequestBody.ReadJsonAsync(request);
        if (!body.Is(out var json, out var refusal)) return new Problem(refusal);
        using (json)
        {
            List<Fault> faults = [];
            var fields = new JsonFields(json.RootElement, faults);
            var digits = fields.Digits();
            var accrual = AccrualRequest.Read(fields, digits, forBook: false, faults);
            fields.NoOthers();
            if (accrual is null || faults.Count > 0) return new Problem(Refusal.Of(faults));
            var slices = AccrualSchedule.Of(accrual);
            return new JsonAnswer(answer =>
            {
                answer.WriteString("amount", Amount.Format(accrual.AmountMinor, digits));
                answer.WriteList("slices", slices, slice => AccrualAnswer.WriteSlice(answer, slice, digits));
            });
        }
    }
}
