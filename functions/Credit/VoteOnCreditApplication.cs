using BackOffice.Kernel;
using BackOffice.Ledger;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace BackOffice.Credit;

/// <summary>
/// <c>POST /api/books/{book}/credit-applications/{id}/votes</c> <c>{vote: approve|reject, reason, conditions?: [text]}</c>: the back office's vote, never by who submitted. Approving grants the line; rejecting refuses it, unless it is
/// put before the board. 201 with the application; 200 when the same request comes again.
/// Rows: reads and writes <c>CreditApplications</c>. Messages: none.
/// </summary>
public sealed class VoteOnCreditApplication(Books books, CreditTables credit, CaseSteps steps, TimeProvider time)
{
    [Function(nameof(VoteOnCreditApplication))]
    [Allow(Roles.BackOffice)]
    public Task<IResult> Run([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "books/{book}/credit-applications/{id}/votes")] HttpRequest request, string book, string id) =>
        CreditSteps.ReadAsync(books, request, book, id, async (found, fields, faults, canonical) =>
        {
            var (vote, reason, conditions) = (fields.Choice<VoteChoice>("vote", "credit/vote"), fields.Text("reason", 500), fields.OptionalTexts("conditions", CreditApplication.MaxConditions, 200, new Fault("conditions", "credit/condition", $"'conditions' is a list of at most {CreditApplication.MaxConditions} texts of 1 to 200 characters.")));
            fields.NoOthers();
            if (conditions.Count > 0 && vote == VoteChoice.Reject) faults.Add(new Fault("conditions", "credit/condition", "Only an approving vote makes conditions."));
            if (faults.Count > 0) return new Problem(Refusal.Of(faults));
            return await CreditSteps.ApplicationAsync(found, credit, steps, time, request, id, "votes", canonical, (application, by, now) => CreditDecisions.CastVote(application, vote == VoteChoice.Approve, reason, conditions, by, now));
        });
}
