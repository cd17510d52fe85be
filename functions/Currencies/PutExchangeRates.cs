using BackOffice.Kernel;
using BackOffice.Ledger;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace BackOffice.Currencies;

/// <summary>
/// <c>PUT /api/books/{book}/exchange-rates/{date}</c> <c>{base?, rates: {USD: 1.085, …}}</c>: rates of one day, units of each currency for one of the base (the book's own unless told); those of other currencies stay, and no upload replaces what was set here. Rates of another base are led over to that of the day by the rate between the two; 409 <c>currency/base</c> when there is none. 201 when the day had none, 200 when it is there; what it was before stays in
/// the history. 422 <c>currency/date</c>, <c>currency/rate</c>, <c>currency/currency-unknown</c>. Rows: reads and writes <c>ExchangeRates</c>. Messages: none.
/// </summary>
public sealed class PutExchangeRates(Books books, ExchangeRateTable rates, CaseSteps steps, TimeProvider time)
{
    [Function(nameof(PutExchangeRates))]
    [Allow(Roles.Accounting, Roles.Operator)]
    public async Task<IResult> Run([HttpTrigger(AuthorizationLevel.Anonymous, "put", Route = "books/{book}/exchange-rates/{date}")] HttpRequest request, string book, string date)
    {
        if (!(await books.OpenAsync(book)).Is(out var found, out var refusal)) return new Problem(refusal);
        if (!(await RequestBody.ReadJsonAsync(request)).Is(out var body, out refusal)) return new Problem(refusal);
        using (body)
        {
            List<Fault> faults = [];
            if (BusinessDay.Parse(date) is not { } day || day > BusinessDay.Today(time)) faults.Add(new Fault("date", "currency/date", $"'{Ids.Cut(date)}' is no day yyyy-MM-dd up to today."));
            var fields = new JsonFields(body.RootElement, faults);
            var wanted = Read(fields, faults, await found.Book.ReadAsync(state => state.Currency));
            if (faults.Count > 0) return new Problem(Refusal.Of(faults));

            var isNew = false;
            var outcome = await steps.RunAsync(rates.Days, book, date, CaseCommand.ToPut(request, CaseCommand.Canonical(body.RootElement)), known =>
            {
                isNew = known is null;
                var before = known is null ? new ExchangeRates(wanted.Base, new Dictionary<string, decimal>()) : ExchangeRateTable.Read(known);
                return before.With(wanted, byHand: true) is { } all ? new CaseDecision(ExchangeRateTable.Write(all))
                    : new Refusal(409, "currency/base", $"The day's rates are for one {before.Base}, and there is none of {wanted.Base} among them by which these could be led over: give 'base': '{before.Base}'.");
            });
            if (!outcome.Is(out var result, out refusal)) return new Problem(refusal);
            return GetExchangeRates.Answer(isNew && result.IsNew ? 201 : 200, result.Case, book, request, null);
        }
    }

    private static ExchangeRates Read(JsonFields fields, List<Fault> faults, string own)
    {
        var quoted = fields.OptionalText("base", 3) ?? own;
        if (quoted.Length > 0 && Currency.DigitsOf(quoted) is null) faults.Add(new Fault("base", "currency/currency-unknown", $"'{quoted}' is no currency of ISO 4217."));
        SortedDictionary<string, decimal> rates = new(StringComparer.Ordinal);
        if (fields.Element("rates") is { } element)
        {
            var inner = new JsonFields(element, faults, "rates");
            if (element.ValueKind == System.Text.Json.JsonValueKind.Object)
            {
                foreach (var name in element.EnumerateObject().Select(member => member.Name))
                {
                    if (inner.Number(name) is not { } rate) continue;
                    if (Currency.DigitsOf(name) is null || name == quoted) faults.Add(new Fault($"rates.{Ids.Cut(name)}", "currency/currency-unknown", $"'{Ids.Cut(name)}' is no other currency of ISO 4217."));
                    else if (!RateRule.IsGood(rate)) faults.Add(RateRule.Fault($"rates.{name}", rate.ToString(System.Globalization.CultureInfo.InvariantCulture)));
                    else rates[name] = Foreign.Plain(rate);
                }
            }

            inner.NoOthers();
            if (rates.Count == 0 && faults.Count == 0) faults.Add(new Fault("rates", "currency/rate", "There is no rate in it: {\"USD\": 1.085, …}."));
        }

        fields.NoOthers();
        return new ExchangeRates(quoted, rates);
    }
}
