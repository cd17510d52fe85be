using BackOffice.Kernel;
using BackOffice.Ledger;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace BackOffice.Credit;

/// <summary>
/// <c>POST /api/books/{book}/credit-applications/{id}/decisions</c> <c>{decision: grant|refuse, reason}</c>: a board member decides on votes that differ, never one who cast a vote. The risk report names it. 201 with the application; 200
/// when the same request comes again.
/// Rows: reads and writes <c>CreditApplications</c>. Messages: none.
/// </summary>
public sealed class DecideCreditApplication(Books books, CreditTables credit, CaseSteps steps, TimeProvider time)
{
    [Function(nameof(DecideCreditApplication))]
    [Allow(Roles.Board)]
    public Task<IResult> Run([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "books/{book}/credit-applications/{id}/decisions")] HttpRequest request, string book, string id) =>
        CreditSteps.ReadAsync(books, request, book, id, async (found, fields, faults, canonical) =>
        {
            var (decision, reason) = (fields.Choice<DecisionChoice>("decision", "credit/decision"), fields.Text("reason", 500));
            fields.NoOthers();
            return faults.Count > 0 ? new Problem(Refusal.Of(faults))
                : await CreditSteps.ApplicationAsync(found, credit, steps, time, request, id, "decisions", canonical, (application, by, now) => CreditDecisions.Decide(application, decision == DecisionChoice.Grant, reason, by, now));
        });

    /// <summary>How the board decides.</summary>
    internal enum DecisionChoice
    {
        Grant,
        Refuse,
    }
}
