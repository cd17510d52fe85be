using BackOffice.Kernel;
using BackOffice.Ledger;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace BackOffice.Credit;

/// <summary>
/// <c>POST /api/books/{book}/open-deals/{id}/completion</c> <c>{reason}</c>: the order is invoiced or the trade settled, or neither will be: it uses no limit any more. Never by the front office. 201; 200 when the same request comes
/// again. 404 <c>case/unknown</c>; 409 <c>credit/state</c> when it is completed already.
/// Rows: reads and writes <c>OpenDeals</c>. Messages: none.
/// </summary>
public sealed class CompleteOpenDeal(Books books, CreditTables credit, CaseSteps steps)
{
    [Function(nameof(CompleteOpenDeal))]
    [Allow(Roles.BackOffice, Roles.Settlement)]
    public Task<IResult> Run([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "books/{book}/open-deals/{id}/completion")] HttpRequest request, string book, string id) =>
        CreditSteps.ReadAsync(books, request, book, id, async (found, fields, faults, canonical) =>
        {
            fields.Text("reason", 500);
            fields.NoOthers();
            if (faults.Count > 0) return new Problem(Refusal.Of(faults));
            var outcome = await steps.RunAsync(credit.OpenDeals, book, id, CaseCommand.Of(request, "completion", canonical), known =>
                known!.IsDone ? new Refusal(409, "credit/state", "The deal is completed already.") : new CaseDecision(known.State, IsDone: true));
            return outcome.Is(out var result, out var refusal) ? GetOpenDeal.Answer(result.IsNew ? 201 : 200, result.Case, found, request, null, null) : new Problem(refusal);
        });
}
