using BackOffice.Kernel;
using BackOffice.Ledger;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace BackOffice.Credit;

/// <summary>
/// <c>PUT /api/books/{book}/counterparties/{id}/rating</c> <c>{date, scores: {financials, management, market, payment}}</c>: rates a counterparty by the scorecard, each score 0 to 100. 201; 200 when the same request comes again. While
/// an override holds, the front office does not rate anew: 409 <c>credit/overridden</c>.
/// Rows: reads and writes <c>Counterparties</c>, reads <c>Parameters</c>. Messages: none.
/// </summary>
public sealed class PutRating(Books books, CreditTables credit, CaseSteps steps, Parameters parameters, TimeProvider time)
{
    public const string Command = "rating";

    [Function(nameof(PutRating))]
    [Allow(Roles.FrontOffice, Roles.BackOffice)]
    public Task<IResult> Run([HttpTrigger(AuthorizationLevel.Anonymous, "put", Route = "books/{book}/counterparties/{id}/rating")] HttpRequest request, string book, string id) =>
        CreditSteps.ReadAsync(books, request, book, id, async (found, fields, faults, canonical) =>
        {
            var (date, scores) = (fields.Date("date"), ReadScores(fields, faults));
            fields.NoOthers();
            if (faults.Count > 0) return new Problem(Refusal.Of(faults));
            Dictionary<string, decimal> weights = new(StringComparer.Ordinal);
            foreach (var name in Scorecard.Names) weights[name] = (await parameters.HistoryAsync(Parameter.Find($"credit.score.{name}")!)).On(date!.Value)?.Value ?? 0;

            var side = CreditSteps.SideOf(request);
            var outcome = await steps.RunAsync(credit.Counterparties, book, id, CaseCommand.Repeatable(request, Command, canonical), known =>
                Decide(CreditTables.ReadCounterparty(known!), date!.Value, scores, weights, side, BusinessDay.Today(time)).Is(out var rated, out var refusal) ? new CaseDecision(CreditTables.Write(rated)) : refusal);
            return CounterpartyAnswer.Of(outcome, isNew: true, found, time, request);
        });

    /// <summary>
    /// The counterparty with one rating more. 409 <c>credit/overridden</c> when the front office would put its rating in the place of an override; 422 <c>credit/date</c> of a day to come, <c>credit/too-many</c> after 200,
    /// <c>credit/weights</c> when the weights of the day do not add up to 1. See <see cref="Scorecard.Of"/>. Source: MaRisk BTO 1.1 Tz. 6.
    /// Worked: rated 3, overridden to 8; fred of the front office rates anew → 409, bert of the back office → 3.
    /// </summary>
    internal static Outcome<Counterparty> Decide(Counterparty counterparty, DateOnly date, IReadOnlyDictionary<string, decimal> scores, IReadOnlyDictionary<string, decimal> weights, OfficeSide side, DateOnly today)
    {
        if (date > today) return new Refusal(422, "credit/date", $"It is {BusinessDay.Text(today)}: nobody is rated for a day to come.", "date");
        if (side == OfficeSide.Front && counterparty.RatingOn(date) is { Overrides: not null }) return new Refusal(409, "credit/overridden", "The back office has overridden the rating: it is the back office that rates anew.");
        if (counterparty.Ratings.Count >= Counterparty.MaxHistory) return new Refusal(422, "credit/too-many", $"A counterparty has at most {Counterparty.MaxHistory} ratings.");
        if (weights.Values.Sum() != 1) return new Refusal(422, "credit/weights", $"The weights credit.score.… add up to {weights.Values.Sum().ToString(System.Globalization.CultureInfo.InvariantCulture)} on {BusinessDay.Text(date)}; they must add up to 1.", "date");
        var (score, grade) = Scorecard.Of(scores, weights);
        return counterparty with { Ratings = [.. counterparty.Ratings, new Rating(date, score, grade, scores, Side: side)] };
    }

    /// <summary>422 <c>credit/score</c>.</summary>
    private static Dictionary<string, decimal> ReadScores(JsonFields fields, List<Fault> faults)
    {
        Dictionary<string, decimal> scores = new(StringComparer.Ordinal);
        if (fields.Element("scores") is not { } element) return scores;
        var inner = new JsonFields(element, faults, "scores");
        foreach (var name in Scorecard.Names)
        {
            if (inner.Number(name) is not { } score) continue;
            if (score is < 0 or > 100) faults.Add(new Fault($"scores.{name}", "credit/score", "A score lies between 0 and 100."));
            scores[name] = score;
        }

        inner.NoOthers();
        return scores;
    }
}
