using BackOffice.Kernel;
using BackOffice.Ledger;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace BackOffice.Credit;

/// <summary>
/// <c>PUT /api/books/{book}/counterparties/{id}/care</c> <c>{date, level: normal|watch|intensive|problem, reason}</c>: how closely a counterparty is looked after from a day on; <c>GET …/exposures</c> proposes it. Decided outside the front
/// office. 201; 200 when the same request comes again. 422 <c>credit/care</c>, <c>credit/too-many</c> after 200.
/// Rows: reads and writes <c>Counterparties</c>. Messages: none.
/// </summary>
public sealed class PutCare(Books books, CreditTables credit, CaseSteps steps, TimeProvider time)
{
    [Function(nameof(PutCare))]
    [Allow(Roles.BackOffice, Roles.RiskControl)]
    public Task<IResult> Run([HttpTrigger(AuthorizationLevel.Anonymous, "put", Route = "books/{book}/counterparties/{id}/care")] HttpRequest request, string book, string id) =>
        CreditSteps.ReadAsync(books, request, book, id, async (found, fields, faults, canonical) =>
        {
            var (date, level, reason) = (fields.Date("date"), fields.Choice<CareLevel>("level", "credit/care"), fields.Text("reason", 500));
            fields.NoOthers();
            if (faults.Count > 0) return new Problem(Refusal.Of(faults));
            var outcome = await steps.RunAsync(credit.Counterparties, book, id, CaseCommand.Repeatable(request, "care", canonical), known =>
            {
                var before = CreditTables.ReadCounterparty(known!);
                return before.Cares?.Count >= Counterparty.MaxHistory
                    ? new Refusal(422, "credit/too-many", $"A counterparty has at most {Counterparty.MaxHistory} decisions on its care.")
                    : new CaseDecision(CreditTables.Write(before with { Cares = [.. before.Cares ?? [], new CareDecision(date!.Value, level!.Value, reason)] }));
            });
            return CounterpartyAnswer.Of(outcome, isNew: true, found, time, request);
        });
}
