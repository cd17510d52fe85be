using BackOffice.Kernel;
using BackOffice.Ledger;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace BackOffice.Credit;

/// <summary>
/// <c>PUT /api/books/{book}/counterparties/{id}/rating</c> <c>{date, scores: {financials, management, market, payment}}</c>: rates a counterparty by the scorecard, each score 0 to 100. 201; 200 when the same request comes again.
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

            var outcome = await steps.RunAsync(credit.Counterparties, book, id, CaseCommand.Of(request, Command, canonical), known =>
                Decide(CreditTables.ReadCounterparty(known!), date!.Value, scores, weights).Is(out var rated, out var refusal) ? new CaseDecision(CreditTables.Write(rated)) : refusal);
            return CounterpartyAnswer.Of(outcome, isNew: true, found, time, request);
        });

    /// <summary>
    /// The counterparty with one rating more. 422 <c>credit/too-many</c> after 200, <c>credit/weights</c> when the weights of the day do not add up to 1. See <see cref="Scorecard.Of"/>.
    /// </summary>
    internal static Outcome<Counterparty> Decide(Counterparty counterparty, DateOnly date, IReadOnlyDictionary<string, decimal> scores, IReadOnlyDictionary<string, decimal> weights)
    {
        if (counterparty.Ratings.Count >= Counterparty.MaxHistory) return new Refusal(422, "credit/too-many", $"A counterparty has at most {Counterparty.MaxHistory} ratings.");
        if (weights.Values.Sum() != 1) return new Refusal(422, "credit/weights", $"The weights credit.score.… add up to {weights.Values.Sum().ToString(System.Globalization.CultureInfo.InvariantCulture)} on {BusinessDay.Text(date)}; they must add up to 1.", "date");
        var (score, grade) = Scorecard.Of(scores, weights);
        return counterparty with { Ratings = [.. counterparty.Ratings, new Rating(date, score, grade, scores)] };
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
