using BackOffice.Kernel;
using BackOffice.Ledger;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace BackOffice.Credit;

/// <summary>
/// <c>PUT /api/books/{book}/dunning-stops/{party}</c> <c>{document?, until?, reason}</c>: this document of a party, or without one the whole party, is not dunned, up to a last day or until it is released. Neither need be known yet.
/// 201 when the stop is new, 200 when it is there, changed or not. 422 <c>credit/too-many</c>.
/// Rows: reads and writes <c>DunningStops</c>. Messages: none.
/// </summary>
public sealed class PutDunningStop(Books books, CreditTables credit, CaseSteps steps)
{
    [Function(nameof(PutDunningStop))]
    [Allow(Roles.BackOffice, Roles.Accounting)]
    public Task<IResult> Run([HttpTrigger(AuthorizationLevel.Anonymous, "put", Route = "books/{book}/dunning-stops/{party}")] HttpRequest request, string book, string party) =>
        CreditSteps.ReadAsync(books, request, book, party, async (_, fields, faults, canonical) =>
        {
            var (document, until, reason) = (fields.OptionalId("document"), fields.OptionalDate("until"), fields.Text("reason", 500));
            fields.NoOthers();
            if (faults.Count > 0) return new Problem(Refusal.Of(faults));

            var isNew = false;
            var outcome = await steps.RunAsync(credit.DunningStops, book, party, CaseCommand.ToPut(request, canonical), known =>
            {
                var before = known is null ? DunningStops.None : CreditTables.ReadDunningStops(known);
                isNew = before.Of(document) is not { Released: null };
                return before.With(document, until, reason, (known?.Version ?? 0) + 1) is { } stops
                    ? new CaseDecision(CreditTables.Write(stops))
                    : new Refusal(422, "credit/too-many", $"A party has at most {DunningStops.MaxStops} stops; stop the whole party.");
            });
            return outcome.Is(out var result, out var refusal) ? GetDunningStops.Answer(isNew && result.IsNew ? 201 : 200, result.Case, book, request, null) : new Problem(refusal);
        });
}
