using System.Text.Json;
using BackOffice.Ledger;
using BackOffice.Nightly;

namespace BackOffice.Tests.Nightly;

public sealed class NightTests
{
    private static readonly DateOnly Date = new(2026, 3, 31);
    private static readonly DateTimeOffset Start = new(2026, 4, 1, 0, 5, 0, TimeSpan.Zero);

    [Fact]
    public void Phases_FollowOneAnother_AndTheLastEndsTheNight()
    {
        var night = Night.Waiting(Date, "alice", null, Start);
        Assert.Null(night.Current);

        foreach (var name in Night.PhaseNames.SkipLast(1))
        {
            night = night.Begin(Start, Start.AddMinutes(15));
            Assert.Equal(name, night.Current!.Name);
            night = night.Planned(Plan(0)).EndPhase(NightCounts.None, Start);
            Assert.Null(night.Current);
        }

        night = night.Begin(Start, Start).End(Scope(), [Check(1, 1)], Start.AddSeconds(7));

        Assert.Equal((NightStatus.Done, "checks", null), (night.Status, night.Phases[^1].Name, night.Note));
        Assert.Equal((42, "abcd", Start.AddSeconds(7)), (night.AtEntry, night.HeadHash, night.EndedAt));
        Assert.All(night.Phases, phase => Assert.NotNull(phase.EndedAt));
    }

    [Fact]
    public void End_WithAFailedCheck_NeedsAttentionAndSaysWhy()
    {
        var night = Night.Waiting(Date, "alice", null, Start).Begin(Start, Start).End(Scope(), [Check(1, 1), NightCheck.OfAmounts("accruals", "0980", 120_000, 119_999, 2, "…")], Start);

        Assert.Equal(NightStatus.Attention, night.Status);
        Assert.Equal("Failed: accruals 0980 is 1199.99, not 1200.00.", night.Note);
    }

    [Fact]
    public void StopUnexpected_PostsNothingAndNamesBothHashes()
    {
        var night = Night.Waiting(Date, "alice", "aaaa", Start).Begin(Start, Start).StopUnexpected(Plan(3), Start);

        Assert.Equal(NightStatus.Attention, night.Status);
        Assert.Null(night.AtEntry);
        Assert.Contains("aaaa", night.Note, StringComparison.Ordinal);
        Assert.Contains("hash", night.Note, StringComparison.Ordinal);
    }

    [Fact]
    public void Again_KeepsTheAttemptBefore_AndForgetsWhatItExpected()
    {
        var first = Night.Waiting(Date, "alice", "aaaa", Start).Begin(Start, Start).StopUnexpected(Plan(3), Start.AddSeconds(1));

        var second = first.Again("bob", null, Start.AddHours(1));

        Assert.Equal((NightStatus.Running, 2, "bob", null), (second.Status, second.Attempt, second.By, second.Expect));
        Assert.Empty(second.Phases);
        var earlier = Assert.Single(second.Earlier);
        Assert.Equal((1, "alice", first.Note, Start.AddSeconds(1)), (earlier.Attempt, earlier.By, earlier.Note, earlier.EndedAt));
    }

    [Fact]
    public void PlanKey_IsOfTheAttemptThePhaseTheEntryAndTheHash()
    {
        var plan = Plan(3);
        string[] keys =
        [
            plan.Key(1, NightPhaseName.Postings), plan.Key(2, NightPhaseName.Postings), plan.Key(1, NightPhaseName.Valuations),
            (plan with { AtEntry = 8 }).Key(1, NightPhaseName.Postings), (plan with { Hash = "other" }).Key(1, NightPhaseName.Postings),
        ];

        Assert.Equal(keys.Length, keys.Distinct(StringComparer.Ordinal).Count());
        Assert.Equal(keys[0], Plan(3).Key(1, NightPhaseName.Postings));
    }

    [Fact]
    public void TrialBalance_OfABookInBalance_PassesWithBothSums()
    {
        var check = NightChecks.TrialBalance(Scope(("1200", 119_00), ("8400", -100_00), ("1776", -19_00), ("0800", 0)));

        Assert.Equal(("119.00", "119.00", "0.00", true), (check.Expected, check.Actual, check.Difference, check.Passed));
        Assert.False(NightChecks.TrialBalance(Scope(("1200", 119_00), ("8400", -100_00))).Passed);
    }

    [Fact]
    public void PlannedEntries_RefusedByTheLedger_FailTheCheck()
    {
        var refused = new RejectedLine(1, "accrual:rent:2026-03-31", "ledger/account-unknown", "There is no account '9'.");
        var night = Night.Waiting(Date, "alice", null, Start).Begin(Start, Start).Planned(Plan(3)).EndPhase(new NightCounts(1, 1, 0, 1, [refused]), Start);

        var check = NightChecks.Planned(night);

        Assert.Equal(("3", "2", false), (check.Expected, check.Actual, check.Passed));
        Assert.Contains("accrual:rent:2026-03-31", check.Detail, StringComparison.Ordinal);
        Assert.True(NightChecks.Planned(Night.Waiting(Date, "alice", null, Start).Begin(Start, Start).Planned(Plan(3)).EndPhase(new NightCounts(2, 1, 0, 0, []), Start)).Passed);
    }

    [Theory]
    [InlineData("2026-03-31", "2026-04-01", null)]
    [InlineData("2026-04-01", "2026-04-01", "nightly/day-not-over")]
    [InlineData("2026-02-29", "2026-04-01", "nightly/date")]
    [InlineData("yesterday", "2026-04-01", "nightly/date")]
    public void NightDate_IsABusinessDateThatIsOver(string date, string today, string? code) =>
        Assert.Equal(code, PostNight.ReadDate(date, DateOnly.Parse(today, System.Globalization.CultureInfo.InvariantCulture)).Refusal?.Code);

    [Fact]
    public void Record_ComesBackFromItsRowAsItWas()
    {
        var refused = new RejectedLine(1, "a", "ledger/account-unknown", "…");
        var night = Night.Waiting(Date, "alice", null, Start).Begin(Start, Start.AddMinutes(15)).Planned(Plan(3)).EndPhase(new NightCounts(1, 1, 1, 1, [refused]), Start)
            .Begin(Start, Start).End(Scope(), [Check(1, 2)], Start).Again("bob", "ffff", Start);

        var json = JsonSerializer.Serialize(night, NightJson.Default.Night);

        Assert.Equal(json, JsonSerializer.Serialize(JsonSerializer.Deserialize(json, NightJson.Default.Night), NightJson.Default.Night));
    }

    private static NightPlan Plan(int entries) => new(7, "hash", entries, 1, [new NightWorkSum("accruals", entries, 100_00)]);

    private static NightCheck Check(long expected, long actual) => NightCheck.OfCounts("chain", expected, actual, "…");

    private static NightScope Scope(params (string Account, long BalanceMinor)[] balances) =>
        new(null!, 2, new BookSettings(), Date, 42, 50, "abcd", balances.ToDictionary(balance => balance.Account, balance => (Int128)balance.BalanceMinor));
}
