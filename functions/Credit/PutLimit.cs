using BackOffice.Kernel;
using BackOffice.Ledger;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace BackOffice.Credit;

/// <summary>
/// <c>PUT /api/books/{book}/limits/{counterparty}</c> <c>{from, amount, reason}</c>: the limit of a counterparty from a day on; 0 forbids new business (no application is granted or put to the vote). 201 with the counterparty; 200 when the same request comes again.
/// Rows: reads and writes <c>Counterparties</c>. Messages: none.
/// </summary>
public sealed class PutLimit(Books books, CreditTables credit, CaseSteps steps, TimeProvider time)
{
    [Function(nameof(PutLimit))]
    [Allow(Roles.BackOffice, Roles.RiskControl)]
    public Task<IResult> Run([HttpTrigger(AuthorizationLevel.Anonymous, "put", Route = "books/{book}/limits/{counterparty}")] HttpRequest request, string book, string counterparty) =>
        CreditSteps.ReadAsync(books, request, book, counterparty, async (found, fields, faults, canonical) =>
        {
            var (from, amount, reason) = (fields.Date("from"), fields.Minor("amount", found.Digits, orZero: true), fields.Text("reason", 500));
            fields.NoOthers();
            if (faults.Count > 0) return new Problem(Refusal.Of(faults));
            var outcome = await steps.RunAsync(credit.Counterparties, book, counterparty, CaseCommand.Repeatable(request, "limit", canonical), known =>
            {
                var before = CreditTables.ReadCounterparty(known!);
                return before.Limits.Count >= Counterparty.MaxHistory
                    ? new Refusal(422, "credit/too-many", $"A counterparty has at most {Counterparty.MaxHistory} limits.")
                    : new CaseDecision(CreditTables.Write(before with { Limits = [.. before.Limits, new CreditLimit(from!.Value, amount!.Value, reason)] }));
            });
            return CounterpartyAnswer.Of(outcome, isNew: true, found, time, request);
        });
}
