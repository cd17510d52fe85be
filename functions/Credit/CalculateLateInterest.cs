using BackOffice.Kernel;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace BackOffice.Credit;

/// <summary>
/// <c>POST /api/calculators/late-interest</c> <c>{amount, from, to, business: true|false, currency?}</c>: interest and flat fee on what was due on <c>from</c> and is paid on <c>to</c>.
/// <c>{interest, flatFee, days, spans: [{from, to, days, baseRate, rate, interest}]}</c>; <c>flatFee</c> is in EUR, once, between businesses, and 0.00 when nothing is late. 422 <c>credit/span</c> (to before from, or more than 100
/// years), <c>credit/no-rate</c> (no base rate or surcharge is known for the time), <c>ledger/amount-invalid</c>, <c>ledger/amount-zero</c>. Nothing is stored. Rows: reads <c>Parameters</c>. Messages: none.
/// </summary>
public sealed class CalculateLateInterest(Parameters parameters)
{
    private const int MaxYears = 100;
    private const int EuroDigits = 2;

    [Function(nameof(CalculateLateInterest))]
    [OpenToAll("It computes from what is sent and the figures of the law, and tells nothing of a book.")]
    public async Task<IResult> Run([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "calculators/late-interest")] HttpRequest request)
    {
        var body = await RequestBody.ReadJsonAsync(request);
        if (!body.Is(out var json, out var refusal)) return new Problem(refusal);
        using (json)
        {
            List<Fault> faults = [];
            var fields = new JsonFields(json.RootElement, faults);
            var digits = fields.Digits();
            var (amount, from, to, business) = (fields.Minor("amount", digits), fields.Date("from"), fields.Date("to"), fields.Flag("business"));
            fields.NoOthers();
            if (to < from) faults.Add(new Fault("to", "credit/span", $"It was paid on {BusinessDay.Text(to.Value)}, before it was due on {BusinessDay.Text(from.Value)}."));
            else if (from?.AddYears(MaxYears) < to) faults.Add(new Fault("to", "credit/span", $"At most {MaxYears} years are computed."));
            if (faults.Count > 0) return new Problem(Refusal.Of(faults));
            var terms = await LateTerms.LoadAsync(parameters, from!.Value, business!.Value);
            if (terms.Surcharge is not { } surcharge || terms.BaseRates.Count == 0 || terms.BaseRates[0].From > from.Value.AddDays(1))
                return new Problem(new Refusal(422, "credit/no-rate", $"No base rate or no surcharge is known for what was due on {BusinessDay.Text(from.Value)}.", "from"));
            var late = LateInterest.Of(amount!.Value, from.Value, to!.Value, surcharge, terms.BaseRates);
            return new JsonAnswer(answer =>
            {
                answer.WriteString("interest", Amount.Format(late.InterestMinor, digits));
                answer.WriteString("flatFee", Amount.Format(late.Days > 0 ? Amount.ToMinor(terms.FlatFee, EuroDigits) : 0, EuroDigits));
                answer.WriteNumber("days", late.Days);
                answer.WriteList("spans", late.Spans, span =>
                {
                    answer.WriteString("from", BusinessDay.Text(span.From));
                    answer.WriteString("to", BusinessDay.Text(span.To));
                    answer.WriteNumber("days", span.Days);
                    answer.WriteNumber("baseRate", span.BaseRate);
                    answer.WriteNumber("rate", span.Rate);
                    answer.WriteString("interest", Amount.Format(span.InterestMinor, digits));
                });
            });
        }
    }
}
