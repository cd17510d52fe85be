using BackOffice.Kernel;
using BackOffice.Ledger;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace BackOffice.Credit;

/// <summary>
/// <c>POST /api/books/{book}/counterparties/{id}/rating-override</c> <c>{date, grade, reason}</c>: puts another grade in the place of one that the other side made; never by someone who has rated this counterparty. 201; 200 when the
/// same request comes again. 403 <c>credit/same-side</c>, <c>credit/grade-raised</c>.
/// Rows: reads and writes <c>Counterparties</c>. Messages: none.
/// </summary>
public sealed class OverrideRating(Books books, CreditTables credit, CaseSteps steps, TimeProvider time)
{
    public const string Command = "rating-override";

    [Function(nameof(OverrideRating))]
    [Allow(Roles.FrontOffice, Roles.BackOffice)]
    public Task<IResult> Run([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "books/{book}/counterparties/{id}/rating-override")] HttpRequest request, string book, string id) =>
        CreditSteps.ReadAsync(books, request, book, id, async (found, fields, faults, canonical) =>
        {
            var (date, grade, reason) = (fields.Date("date"), fields.Whole("grade", 1, 10), fields.Text("reason", 500));
            fields.NoOthers();
            if (faults.Count > 0) return new Problem(Refusal.Of(faults));
            var side = CreditSteps.SideOf(request);
            var outcome = await steps.RunAsync(credit.Counterparties, book, id, CaseCommand.Repeatable(request, Command, canonical), known =>
                Decide(CreditTables.ReadCounterparty(known!), date!.Value, grade!.Value, reason, side, BusinessDay.Today(time)).Is(out var rated, out var refusal) ? new CaseDecision(CreditTables.Write(rated)) : refusal);
            return CounterpartyAnswer.Of(outcome, isNew: true, found, time, request);
        });

    /// <summary>
    /// The counterparty with its rating overridden. 403 <c>credit/same-side</c> when the rating that holds was made by the caller's own side, <c>credit/grade-raised</c> when the front office would better one of the back office: it may only warn, by a
    /// worse grade. 422 <c>credit/date</c> of a day to come, <c>credit/no-rating</c> when it has none on the day, <c>credit/too-many</c> after 200. Source: MaRisk BTO 1.1 Tz. 6, 1.2.
    /// Worked: rated 3 by the front office, overridden to 5 by the back office because of a pending lawsuit; from there the front office may go to 6, not to 4.
    /// </summary>
    internal static Outcome<Counterparty> Decide(Counterparty counterparty, DateOnly date, int grade, string reason, OfficeSide side, DateOnly today)
    {
        if (date > today) return new Refusal(422, "credit/date", $"It is {BusinessDay.Text(today)}: no rating is overridden for a day to come.", "date");
        if (counterparty.Ratings.Count >= Counterparty.MaxHistory) return new Refusal(422, "credit/too-many", $"A counterparty has at most {Counterparty.MaxHistory} ratings.");
        if (counterparty.RatingOn(date) is not { } rating) return new Refusal(422, "credit/no-rating", $"It has no rating on {BusinessDay.Text(date)} that could be overridden.", "date");
        if (rating.Side == side) return new Refusal(403, "credit/same-side", $"The rating of {BusinessDay.Text(rating.Date)} was made by the {JsonFields.NameOf(side)} office: only the other side overrides it. Rate anew instead.");
        if (side == OfficeSide.Front && rating.Side == OfficeSide.Back && grade < rating.Grade) return new Refusal(403, "credit/grade-raised", $"The back office's grade is {rating.Grade}: the front office may override it by a worse one only, not by {grade}.", "grade");
        return counterparty with { Ratings = [.. counterparty.Ratings, new Rating(date, rating.Score, grade, null, rating.Grade, reason, side)] };
    }
}
