using BackOffice.Kernel;
using BackOffice.Ledger;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace BackOffice.Credit;

/// <summary>
/// <c>PUT /api/books/{book}/counterparties/{id}</c> <c>{name, kind: business|consumer|bank|public, group?}</c>: a counterparty as it is to be. 201 when it is new, 200 when it is there, changed or not. Who stands alone may join
/// a group at any time (KWG §19(2)), and its credit counts there from then on; a group is left when there is no credit: 409 <c>credit/group-in-use</c>.
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

            var (isNew, left, command) = (false, (string?)null, CaseCommand.ToPut(request, canonical));
            var outcome = await steps.RunAsync(credit.Counterparties, book, id, command, async known =>
            {
                isNew = known is null;
                var before = known is null ? null : CreditTables.ReadCounterparty(known);
                left = before?.Group;
                if (left is not null && left != group && await CreditUnits.HasCommitmentsAsync(credit, book, id, left, time.GetUtcNow()))
                    return new Refusal(409, "credit/group-in-use", $"'{id}' has credit, which counts in its group; it leaves the group when that has ended.", "group");
                if (before is not null && await CreditUnits.CarryAsync(credit, steps, book, id, left, group, command.By, time.GetUtcNow()) is { } refusal) return refusal;
                return new CaseDecision(CreditTables.Write(before is null ? new Counterparty(name, kind!.Value, group, [], []) : before with { Name = name, Kind = kind!.Value, Group = group }));
            });
            // What joined the old unit while the group was being changed; also when a change before this one was cut off here.
            if (outcome.Is(out _, out _))
                foreach (var from in new[] { left, null }.Distinct())
                    if (await CreditUnits.CarryAsync(credit, steps, book, id, from, group, command.By, time.GetUtcNow()) is { } refusal) return new Problem(refusal);
            return CounterpartyAnswer.Of(outcome, isNew, found, time, request);
        });
}
