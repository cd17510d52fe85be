using BackOffice.Kernel;
using BackOffice.Ledger;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace BackOffice.Credit;

/// <summary>
/// <c>POST /api/books/{book}/credit-applications/{id}/escalation</c> <c>{reason}</c>: puts an application on which the votes differ before the board. 201 with the application; 200 when the same request comes again.
/// Rows: reads and writes <c>CreditApplications</c>. Messages: none.
/// </summary>
public sealed class EscalateCreditApplication(Books books, CreditTables credit, CaseSteps steps, TimeProvider time)
{
    [Function(nameof(EscalateCreditApplication))]
    [Allow(Roles.FrontOffice, Roles.BackOffice)]
    public Task<IResult> Run([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "books/{book}/credit-applications/{id}/escalation")] HttpRequest request, string book, string id) =>
        CreditSteps.ReadAsync(books, request, book, id, async (found, fields, faults, canonical) =>
        {
            var reason = fields.Text("reason", 500);
            fields.NoOthers();
            return faults.Count > 0 ? new Problem(Refusal.Of(faults))
                : await CreditSteps.ApplicationAsync(found, credit, steps, time, request, id, "escalation", canonical, (application, _, now) => CreditDecisions.Escalate(application, reason, now));
        });
}
