using BackOffice.Kernel;
using BackOffice.Ledger;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace BackOffice.Credit;

/// <summary>
/// <c>POST /api/books/{book}/credit-applications/{id}/withdrawal</c> <c>{reason}</c>: the front office takes an application back that is not decided yet. 201 with the application; 200 when the same request comes again.
/// Rows: reads and writes <c>CreditApplications</c>. Messages: none.
/// </summary>
public sealed class WithdrawCreditApplication(Books books, CreditTables credit, CaseSteps steps, TimeProvider time)
{
    [Function(nameof(WithdrawCreditApplication))]
    [Allow(Roles.FrontOffice)]
    public Task<IResult> Run([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "books/{book}/credit-applications/{id}/withdrawal")] HttpRequest request, string book, string id) =>
        CreditSteps.ReadAsync(books, request, book, id, async (found, fields, faults, canonical) =>
        {
            fields.Text("reason", 500);
            fields.NoOthers();
            return faults.Count > 0 ? new Problem(Refusal.Of(faults))
                : await CreditSteps.ApplicationAsync(found, credit, steps, time, request, id, "withdrawal", canonical, (application, _, now) => CreditDecisions.Withdraw(application, now));
        });
}
