using BackOffice.Kernel;
using BackOffice.Ledger;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace BackOffice.Credit;

/// <summary>
/// <c>POST /api/books/{book}/counterparties/{id}/rating-override</c> <c>{date, grade, reason}</c>: the back office puts another grade in the place of the scorecard's. Never by someone who has rated this counterparty. 201; 200 when the
/// same request comes again.
/// Rows: reads and writes <c>Counterparties</c>. Messages: none.
/// </summary>
public sealed class OverrideRating(Books books, CreditTables credit, CaseSteps steps, TimeProvider time)
{
    public const string Command = "rating-override";

    [Function(nameof(OverrideRating))]
    [Allow(Roles.BackOffice)]
    public Task<IResult> Run([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "books/{book}/counterparties/{id}/rating-override")] HttpRequest request, string book, string id) =>
        CreditSteps.ReadAsync(books, request, book, id, async (found, fields, faults, canonical) =>
        {
            var (date, grade, reason) = (fields.Date("date"), fields.Whole("grade", 1, 10), fields.Text("reason", 500));
            fields.NoOthers();
            if (faults.Count > 0) return new Problem(Refusal.Of(faults));
            var outcome = await steps.RunAsync(credit.Counterparties, book, id, CaseCommand.Repeatable(request, Command, canonical), known =>
                Decide(CreditTables.ReadCounterparty(known!), date!.Value, grade!.Value, reason, BusinessDay.Today(time)).Is(out var rated, out var refusal) ? new CaseDecision(CreditTables.Write(rated)) : refusal);
            return CounterpartyAnswer.Of(outcome, isNew: true, found, time, request);
        });

    /// <summary>The counterparty with its rating overridden. 422 <c>credit/date</c> of a day to come, <c>credit/no-rating</c> when it has none on the day, <c>credit/too-many</c> after 200. Worked: rated 3, overridden to 5 because of a pending lawsuit.</summary>
    internal static Outcome<Counterparty> Decide(Counterparty counterparty, DateOnly date, int grade, string reason, DateOnly today)
    {
        if (date > today) return new Refusal(422, "credit/date", $"It is {BusinessDay.Text(today)}: no rating is overridden for a day to come.", "date");
        if (counterparty.Ratings.Count >= Counterparty.MaxHistory) return new Refusal(422, "credit/too-many", $"A counterparty has at most {Counterparty.MaxHistory} ratings.");
        if (counterparty.RatingOn(date) is not { } rating) return new Refusal(422, "credit/no-rating", $"It has no rating on {BusinessDay.Text(date)} that could be overridden.", "date");
        return counterparty with { Ratings = [.. counterparty.Ratings, new Rating(date, rating.Score, grade, null, rating.Grade, reason)] };
    }
}
