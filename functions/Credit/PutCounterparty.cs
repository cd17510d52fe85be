using BackOffice.Kernel;
using BackOffice.Ledger;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace BackOffice.Credit;

/// <summary>
/// <c>PUT /api/books/{book}/counterparties/{id}</c> <c>{name, kind: business|consumer|bank|public, group?}</c>: a counterparty as it is to be. 201 when it is new, 200 when it is there, changed or not. Its group stays while it has
/// credit: 409 <c>credit/group-in-use</c>.
/// Rows: reads and writes <c>Counterparties</c>, reads <c>CreditApplications</c>. Messages: none.
/// </summary>
public sealed class PutCounterparty(Books books, CreditTables credit, CaseSteps steps, TimeProvider time)
{
    [Function(nameof(PutCounterparty))]
    [Allow(Roles.BackOffice)]
    public Task<IResult> Run([HttpTrigger(AuthorizationLevel.Anonymous, "put", Route = "books/{book}/counterparties/{id}")] HttpRequest request, string book, string id) =>
        CreditSteps.ReadAsync(books, request, book, id, async (found, fields, faults, canonical) =>
        {
            var (name, kind, group) = (fields.Text("name"), fields.Choice<CounterpartyKind>("kind", "credit/kind"), fields.OptionalId("group"));
            fields.NoOthers();
            if (faults.Count > 0) return new Problem(Refusal.Of(faults));

            var isNew = false;
            var outcome = await steps.RunAsync(credit.Counterparties, book, id, CaseCommand.ToPut(request, canonical), async known =>
            {
                isNew = known is null;
                var before = known is null ? null : CreditTables.ReadCounterparty(known);
                if (before is not null && before.Group != group && await CreditUnits.HasCommitmentsAsync(credit, book, id, before.Group, BusinessDay.Today(time)))
                    return new Refusal(409, "credit/group-in-use", $"'{id}' has credit, which counts in its group; the group stays until it has ended.", "group");
                return new CaseDecision(CreditTables.Write(before is null ? new Counterparty(name, kind!.Value, group, [], []) : before with { Name = name, Kind = kind!.Value, Group = group }));
            });
            return CounterpartyAnswer.Of(outcome, isNew, found, time, request);
        });
}
