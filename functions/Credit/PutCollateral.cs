using BackOffice.Kernel;
using BackOffice.Ledger;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace BackOffice.Credit;

/// <summary>
/// <c>PUT /api/books/{book}/collateral/{id}</c> <c>{counterparty, kind, text, value, valuedOn, haircut, validTo?}</c>: collateral as it is valued now; earlier valuations stay in its history. Valued outside the front office. 201 when it
/// is new, 200 when it is there. 422 <c>credit/counterparty-unknown</c>, <c>credit/haircut</c>, <c>credit/span</c> (its last day lies before its valuation).
/// Rows: reads and writes <c>Collateral</c>, reads <c>Counterparties</c>. Messages: none.
/// </summary>
public sealed class PutCollateral(Books books, CreditTables credit, CaseSteps steps)
{
    [Function(nameof(PutCollateral))]
    [Allow(Roles.BackOffice, Roles.RiskControl)]
    public Task<IResult> Run([HttpTrigger(AuthorizationLevel.Anonymous, "put", Route = "books/{book}/collateral/{id}")] HttpRequest request, string book, string id) =>
        CreditSteps.ReadAsync(books, request, book, id, async (found, fields, faults, canonical) =>
        {
            var (counterparty, kind, text) = (fields.Id("counterparty"), fields.Text("kind", 40), fields.Text("text"));
            var (value, valuedOn, haircut, validTo) = (fields.Minor("value", found.Digits, orZero: true), fields.Date("valuedOn"), fields.Number("haircut"), fields.OptionalDate("validTo"));
            fields.NoOthers();
            if (haircut is < 0 or > 1) faults.Add(new Fault("haircut", "credit/haircut", "A haircut lies between 0 and 1: 40 % is 0.4."));
            if (validTo < valuedOn) faults.Add(new Fault("validTo", "credit/span", $"It would have ended before it was valued on {BusinessDay.Text(valuedOn.Value)}."));
            if (faults.Count == 0 && await credit.FindCounterpartyAsync(book, counterparty) is null) faults.Add(new Fault("counterparty", "credit/counterparty-unknown", $"There is no counterparty '{counterparty}'."));
            if (faults.Count > 0) return new Problem(Refusal.Of(faults));

            var isNew = false;
            var outcome = await steps.RunAsync(credit.Collateral, book, id, CaseCommand.ToPut(request, canonical), known =>
            {
                isNew = known is null;
                return new CaseDecision(CreditTables.Write(new Collateral(counterparty, kind, text, value!.Value, valuedOn!.Value, haircut!.Value, validTo)));
            });
            return outcome.Is(out var result, out var refusal) ? GetCollateral.Answer(isNew && result.IsNew ? 201 : 200, result.Case, found, request, null) : new Problem(refusal);
        });
}
