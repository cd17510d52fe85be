using BackOffice.Credit;
using CsCheck;

namespace BackOffice.Tests.Credit;

public sealed class RatingTests
{
    private static readonly DateOnly Today = new(2026, 3, 2);
    private static readonly Counterparty Acme = new("Acme GmbH", CounterpartyKind.Business, null, [], []);

    [Fact]
    public void Override_OfTheFrontOfficesRating_IsForTheBackOffice()
    {
        var rated = Rated(Acme, OfficeSide.Front, 3);

        Assert.Equal("credit/same-side", CodeOf(OverrideRating.Decide(rated, Today, 5, "why", OfficeSide.Front, Today)));
        Assert.Equal((5, 3, OfficeSide.Back), Held(OverrideRating.Decide(rated, Today, 5, "why", OfficeSide.Back, Today)));
    }

    [Fact]
    public void Override_OfTheBackOfficesRating_IsForTheFrontOffice_AndOnlyToTheWorse()
    {
        var rated = Rated(Acme, OfficeSide.Back, 5);

        Assert.Equal("credit/same-side", CodeOf(OverrideRating.Decide(rated, Today, 6, "why", OfficeSide.Back, Today)));
        Assert.Equal("credit/grade-raised", CodeOf(OverrideRating.Decide(rated, Today, 4, "why", OfficeSide.Front, Today)));
        Assert.Equal((6, 5, OfficeSide.Front), Held(OverrideRating.Decide(rated, Today, 6, "why", OfficeSide.Front, Today)));
    }

    [Fact]
    public void Override_OfARatingFromBeforeSidesWereKept_IsForEitherSide() =>
        Assert.All(Enum.GetValues<OfficeSide>(), side => Assert.Equal(7, OverrideRating.Decide(Acme with { Ratings = [new Rating(Today, 50, 5, null)] }, Today, 7, "why", side, Today).Is(out var after, out _) ? after.RatingOn(Today)!.Grade : 0));

    [Fact]
    public void FrontOffice_ByWhateverSteps_NeverLeavesABetterGradeThanTheBackOfficeGave()
    {
        var weights = Scorecard.Names.ToDictionary(name => name, _ => 0.25m);
        Gen.Select(Gen.Enum<OfficeSide>(), Gen.Bool, Gen.Int[1, 10]).Array[1, 20].Sample(steps =>
        {
            var (party, floor) = (Acme, 0);
            foreach (var (side, rates, grade) in steps)
            {
                var scores = Scorecard.Names.ToDictionary(name => name, _ => (decimal)((10 - grade) * 10));
                var decided = rates ? PutRating.Decide(party, Today, scores, weights, side, Today) : OverrideRating.Decide(party, Today, grade, "why", side, Today);
                if (!decided.Is(out var after, out _)) continue;
                party = after;
                // What the back office said last about another's rating binds the front office; a plain new rating of the front office stands beside a plain one of the back office.
                if (party.Ratings[^1] is { Side: OfficeSide.Back } said) floor = said.Overrides is null ? 0 : said.Grade;
                Assert.True(party.RatingOn(Today)!.Grade >= floor, $"grade {party.RatingOn(Today)!.Grade} after the back office's override to {floor}");
            }
        });
    }

    private static Counterparty Rated(Counterparty party, OfficeSide side, int grade) => party with { Ratings = [.. party.Ratings, new Rating(Today, 50, grade, null, Side: side)] };

    private static string? CodeOf(BackOffice.Kernel.Outcome<Counterparty> outcome) => outcome.Is(out _, out var refusal) ? null : refusal.Code;

    private static (int Grade, int? Overrides, OfficeSide? Side) Held(BackOffice.Kernel.Outcome<Counterparty> outcome) =>
        outcome.Is(out var after, out var refusal) && after.RatingOn(Today) is { } rating ? (rating.Grade, rating.Overrides, rating.Side) : throw new InvalidOperationException(refusal?.Code);
}
