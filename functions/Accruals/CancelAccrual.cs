using BackOffice.Kernel;
using BackOffice.Ledger;
using BackOffice.Nightly;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace BackOffice.Accruals;

/// <summary>
/// <c>POST /api/books/{book}/accruals/{id}/cancellation</c> <c>{date, mode: release|reverse, reason?}</c>: ends an accrual. What has been released stays; the rest is released or taken back on the day. 201 with the accrual; 200 when
/// the same request comes again. Rows: reads and writes <c>Accruals</c>, adds to and deletes from <c>Agenda</c>, reads <c>Nights</c>, commits <c>EntryPosted</c> to <c>Ledger</c>. Messages: none.
/// </summary>
public sealed class CancelAccrual(Books books, AccrualTable accruals, CaseSteps steps, NightTable nights)
{
    public const string Command = "cancellation";

    [Function(nameof(CancelAccrual))]
    [Allow(Roles.Accounting)]
    public Task<IResult> Run([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "books/{book}/accruals/{id}/cancellation")] HttpRequest request, string book, string id) =>
        AccrualChanges.RunAsync(books, accruals, steps, nights, request, book, id, Command, (fields, _, _) => fields.Choice<CancellationMode>("mode", "accrual/mode"), Decide);

    /// <summary>
    /// The accrual as cancelled: slices booked by the day, or released already, stay. Of a deferral the rest returns to the result account on the day, either way; of an accrual <c>release</c> builds the rest up on the day,
    /// <c>reverse</c> takes back what was built up. Refused as <see cref="AccrualAnswer.ChangeFault"/>, and 409 <c>accrual/cancelled</c> a second time.
    /// Worked: prepaid 1,200.00 for 2026, monthly, cancelled on 2026-03-31 → three slices stay, Dr 4360 900.00 Cr 0980 on 2026-03-31.
    /// </summary>
    internal static Outcome<Accrual> Decide(Accrual accrual, CancellationMode? mode, DateOnly date, DateOnly kept)
    {
        if (AccrualAnswer.ChangeFault(accrual, date) is { } refusal) return refusal;
        if (accrual.LastChange is Cancelled) return new Refusal(409, "accrual/cancelled", "It has been cancelled; what it built up is cleared by a settlement.");
        return accrual with { Changes = [.. accrual.Changes, new Cancelled(date, kept, mode!.Value)] };
    }
}
