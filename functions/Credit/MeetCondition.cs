using BackOffice.Kernel;
using BackOffice.Ledger;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace BackOffice.Credit;

/// <summary>
/// <c>POST /api/books/{book}/credit-applications/{id}/conditions</c> <c>{number, evidence}</c>: the back office finds a condition of the grant met, by its number from 1. Nothing is drawn before all are. 201 with the application; 200
/// when the same request comes again.
/// Rows: reads and writes <c>CreditApplications</c>. Messages: none.
/// </summary>
public sealed class MeetCondition(Books books, CreditTables credit, CaseSteps steps, TimeProvider time)
{
    [Function(nameof(MeetCondition))]
    [Allow(Roles.BackOffice)]
    public Task<IResult> Run([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "books/{book}/credit-applications/{id}/conditions")] HttpRequest request, string book, string id) =>
        CreditSteps.ReadAsync(books, request, book, id, async (found, fields, faults, canonical) =>
        {
            var (number, evidence) = (fields.Whole("number", 1, CreditApplication.MaxConditions), fields.Text("evidence", 500));
            fields.NoOthers();
            return faults.Count > 0 ? new Problem(Refusal.Of(faults))
                : await CreditSteps.ApplicationAsync(found, credit, steps, time, request, id, "conditions", canonical, (application, by, now) => CreditDecisions.Meet(application, number!.Value, evidence, by, now));
        });
}
