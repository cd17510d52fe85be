using BackOffice.Kernel;
using BackOffice.Ledger;
using BackOffice.Nightly;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace BackOffice.Credit;

/// <summary>
/// <c>POST /api/books/{book}/credit-lines/{id}/draws</c> <c>{id, date, amount}</c>: money goes out. 201 with the line; 200 when the same request comes again. See <see cref="LineChanges.Decide"/> for what it must satisfy.
/// Rows: reads and writes <c>CreditApplications</c>, adds to and deletes from <c>Agenda</c>, reads <c>Nights</c>, commits <c>EntryPosted</c> to <c>Ledger</c>. Messages: none.
/// </summary>
public sealed class DrawCreditLine(Books books, CreditTables credit, CaseSteps steps, NightTable nights, TimeProvider time)
{
    [Function(nameof(DrawCreditLine))]
    [Allow(Roles.BackOffice)]
    public Task<IResult> Run([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "books/{book}/credit-lines/{id}/draws")] HttpRequest request, string book, string id) =>
        LineChanges.RunAsync(books, credit, steps, nights, time, request, book, id, "draws", 1);
}
