using BackOffice.Kernel;
using BackOffice.Ledger;
using BackOffice.Nightly;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace BackOffice.Accruals;

/// <summary>
/// <c>POST /api/books/{book}/accruals/{id}/dates</c> <c>{date, to, reason?}</c>: the service ends on another day. What has been released stays; the rest is planned anew. 201 with the accrual; 200 when the same request comes again.
/// Rows: reads and writes <c>Accruals</c>, adds to and deletes from <c>Agenda</c>, reads <c>Nights</c>, commits <c>EntryPosted</c> to <c>Ledger</c>. Messages: none.
/// </summary>
public sealed class RedateAccrual(Books books, AccrualTable accruals, CaseSteps steps, NightTable nights)
{
    public const string Command = "dates";

    [Function(nameof(RedateAccrual))]
    [Allow(Roles.Accounting)]
    public Task<IResult> Run([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "books/{book}/accruals/{id}/dates")] HttpRequest request, string book, string id) =>
        AccrualChanges.RunAsync(books, accruals, steps, nights, request, book, id, Command, (fields, _, _) => fields.Date("to"), Decide);

    /// <summary>
    /// The accrual with its new end: slices booked by the day, or released already, stay; the rest is spread from the day after them to the new end. Refused as <see cref="AccrualAnswer.ChangeFault"/>; 409
    /// <c>accrual/cancelled</c>; 422 <c>accrual/nothing-left</c> when all slices stay, <c>accrual/dates</c> when the new end lies before what is left begins, or more than 100 years after.
    /// Worked: 1,200.00 for 2026, monthly, on 2026-03-31 shortened to 2026-06-30 → 100.00 three times stay, then 300.00 three times.
    /// </summary>
    internal static Outcome<Accrual> Decide(Accrual accrual, DateOnly? to, DateOnly date, DateOnly kept)
    {
        if (AccrualAnswer.ChangeFault(accrual, date) is { } refusal) return refusal;
        if (accrual.LastChange is Cancelled) return new Refusal(409, "accrual/cancelled", "It has been cancelled: nothing is left to plan.");
        List<AccrualSlice> stay = [.. AccrualSchedule.Of(accrual).Where(slice => slice.BookedOn <= kept)];
        if (AccrualSchedule.SumMinor(stay) == accrual.AmountMinor) return new Refusal(422, "accrual/nothing-left", $"Everything has been released by {BusinessDay.Text(kept)}: nothing is left to plan.", "date");
        var restFrom = AccrualSchedule.RestFrom(accrual, stay);
        if (to < restFrom) return new Refusal(422, "accrual/dates", $"What has been released reaches to {BusinessDay.Text(restFrom.AddDays(-1))}; the new end cannot lie before {BusinessDay.Text(restFrom)}. To end it now, cancel it.", "to");
        if (to > restFrom.AddYears(Accrual.MaxYears)) return new Refusal(422, "accrual/dates", $"The service lasts longer than {Accrual.MaxYears} years.", "to");
        return accrual with { Changes = [.. accrual.Changes, new Redated(date, kept, to!.Value)] };
    }
}
