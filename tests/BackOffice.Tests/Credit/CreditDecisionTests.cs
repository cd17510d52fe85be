using System.Reflection;
using System.Text;
using BackOffice.Credit;
using BackOffice.Kernel;
using CsCheck;
using Microsoft.Azure.Functions.Worker;

namespace BackOffice.Tests.Credit;

public sealed class CreditDecisionTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 2, 9, 0, 0, TimeSpan.Zero);

    /// <summary>A command with the function that takes it, which says by whom; null for a refused one.</summary>
    private sealed record Act(string Name, string Command, Type Function, Func<CreditApplication, string, Outcome<CreditApplication>> Decide);

    private static readonly Act[] Acts =
    [
        new("votes approve", "votes", typeof(VoteOnCreditApplication), (application, by) => CreditDecisions.CastVote(application, true, "sound", [], by, Now)),
        new("votes reject", "votes", typeof(VoteOnCreditApplication), (application, by) => CreditDecisions.CastVote(application, false, "thin", [], by, Now)),
        new("escalation", "escalation", typeof(EscalateCreditApplication), (application, _) => CreditDecisions.Escalate(application, "we disagree", Now)),
        new("decisions grant", "decisions", typeof(DecideCreditApplication), (application, by) => CreditDecisions.Decide(application, true, "strategic", by, Now)),
        new("decisions refuse", "decisions", typeof(DecideCreditApplication), (application, by) => CreditDecisions.Decide(application, false, "no", by, Now)),
        new("withdrawal", "withdrawal", typeof(WithdrawCreditApplication), (application, _) => CreditDecisions.Withdraw(application, Now)),
        new("conditions", "conditions", typeof(MeetCondition), (application, by) => CreditDecisions.Meet(application, 1, "seen", by, Now)),
    ];

    [Fact]
    public void EveryStatus_AnswersEveryCommand_AsApproved()
    {
        var submitted = Submitted(60_000_00, "fred");
        var rejected = CreditDecisions.CastVote(submitted, false, "thin", [], "bert", Now).Value!;
        var escalated = CreditDecisions.Escalate(rejected, "we disagree", Now).Value!;
        (string Name, CreditApplication Application)[] states =
        [
            ("submitted", submitted),
            ("submitted, expired", submitted with { ExpiresOn = new(2026, 3, 1) }),
            ("granted by two votes", CreditDecisions.CastVote(submitted, true, "sound", ["Audited accounts"], "bert", Now).Value!),
            ("granted by one vote", Submitted(50_000_00, "fred")),
            ("refused by differing votes", rejected),
            ("refused by differing votes, expired", rejected with { ExpiresOn = new(2026, 3, 1) }),
            ("refused by the front office", CreditDecisions.Submit(Wanted(60_000_00), false, "no", "fred", Now)),
            ("escalated", escalated),
            ("escalated, expired", escalated with { ExpiresOn = new(2026, 3, 1) }),
            ("granted by the board", CreditDecisions.Decide(escalated, true, "strategic", "diana", Now).Value!),
            ("refused by the board", CreditDecisions.Decide(escalated, false, "no", "diana", Now).Value!),
            ("withdrawn", CreditDecisions.Withdraw(submitted, Now).Value!),
        ];
        var table = new StringBuilder();
        foreach (var (name, application) in states)
            foreach (var act in Acts)
            {
                var outcome = act.Decide(application, "zoe");
                table.Append(System.Globalization.CultureInfo.InvariantCulture, $"{name} × {act.Name} → {(outcome.Is(out var after, out var refusal) ? JsonFields.NameOf(after.Status) : $"{refusal.Status} {refusal.Faults[0].Code}")}\n");
            }

        Approved.Matches("credit-applications", table.ToString());
    }

    /// <summary>
    /// Whatever a crowd of identities with any roles tries, in any order: a risk-relevant credit is granted only by an approving front vote and an approving back vote of two people, or by a reasoned decision of a board
    /// member who cast neither.
    /// </summary>
    [Fact]
    public void NoSequenceOfCalls_GrantsARiskRelevantCredit_WithoutTwoPeopleOfBothSides_OrTheBoard()
    {
        string[] people = ["ann", "bob", "cleo", "dan"];
        string[] roles = [Roles.FrontOffice, Roles.BackOffice, Roles.Board, Roles.RiskControl, Roles.Accounting, Roles.Operator];
        var call =
            from person in Gen.Int[0, people.Length - 1]
            from bears in Gen.OneOf(roles).Array[0, 3]
            from act in Gen.Int[-1, Acts.Length - 1]
            select (people[person], Roles: bears.ToHashSet(StringComparer.Ordinal), Act: act);
        var granted = 0;
        call.Array[0, 14].Sample(
            calls =>
            {
                CreditApplication? application = null;
                List<CaseStep> history = [];
                List<(string By, HashSet<string> Roles, string Command)> done = [];
                foreach (var (by, bears, n) in calls)
                {
                    var (command, function) = n < 0 ? (CaseCommand.Create, typeof(PutCreditApplication)) : (Acts[n].Command, Acts[n].Function);
                    if (Segregation.Conflict(bears) is not null || !AllowedRoles(function).Any(bears.Contains)) continue; // the middleware
                    if ((application is null) != (n < 0) || Segregation.Completes(CreditDecisions.Apart, history, command, by) is not null) continue; // the way of every command
                    var outcome = n < 0 ? Submitted(60_000_00, by) : Acts[n].Decide(application!, by);
                    if (!outcome.Is(out var after, out _)) continue;
                    application = after;
                    history.Add(new CaseStep(history.Count + 1, Now, by, command, "{}"));
                    done.Add((by, bears, command));
                }

                if (application is not { Status: ApplicationStatus.Granted }) return;
                granted++;
                var front = done.Single(act => act.Command == CaseCommand.Create);
                var back = done.Where(act => act.Command == "votes").ToList();
                Assert.Contains(Roles.FrontOffice, front.Roles);
                if (application.Decision is { } decision)
                {
                    Assert.True(decision.Grants && decision.Reason.Length > 0);
                    Assert.NotEqual(front.By, decision.By);
                    Assert.DoesNotContain(back, vote => vote.By == decision.By);
                    Assert.Contains(Roles.Board, done.Single(act => act.Command == "decisions").Roles);
                }
                else
                {
                    Assert.All(application.Votes, vote => Assert.True(vote.Approves));
                    Assert.Equal([OfficeSide.Front, OfficeSide.Back], application.Votes.Select(vote => vote.Side));
                    Assert.NotEqual(front.By, Assert.Single(back).By);
                    Assert.Contains(Roles.BackOffice, back[0].Roles);
                }
            },
            iter: 200_000);
        Assert.True(granted > 100, $"Only {granted} sequences granted anything: they prove little.");
    }

    [Theory]
    [InlineData(50_000_00, ApplicationStatus.Granted)]
    [InlineData(50_000_01, ApplicationStatus.Submitted)]
    public void OneVote_IsEnough_UpToTheLimitOfRiskRelevance(long countsMinor, ApplicationStatus status) => Assert.Equal(status, Submitted(countsMinor, "fred").Status);

    [Fact]
    public void Grant_MakesTheLineInTheSameStep()
    {
        var granted = CreditDecisions.CastVote(Submitted(60_000_00, "fred"), true, "sound", ["Audited accounts"], "bert", Now).Value!;

        Assert.Equal((60_000_00L, new DateOnly(2026, 3, 2), new DateOnly(2027, 3, 2)), (granted.Line!.LimitMinor, granted.Line.GrantedOn, granted.Line.EndsOn));
        Assert.Equal("credit/conditions-open", Move(granted, "2026-03-02", 1).Refusal!.Faults[0].Code);
        Assert.Null(Move(CreditDecisions.Meet(granted, 1, "seen", "bert", Now).Value!, "2026-03-02", 1).Refusal);
    }

    [Theory]
    [InlineData("2026-03-05", 20_000_00, null)]
    [InlineData("2026-03-05", 20_000_01, "credit/limit-exceeded")] // 40,000.00 are drawn on the 10th
    [InlineData("2026-03-01", 1, "credit/date")]
    [InlineData("2027-03-03", 1, "credit/date")]
    [InlineData("2027-03-03", -1, null)]
    [InlineData("2026-03-10", -40_000_00, null)]
    [InlineData("2026-03-10", -40_000_01, "credit/over-repaid")]
    [InlineData("2026-03-09", -1, "credit/over-repaid")]
    public void Movements_StayBetweenNothingAndTheLimit_OnEveryEvening(string date, long amountMinor, string? code)
    {
        var drawn = Move(CreditDecisions.CastVote(Submitted(60_000_00, "fred"), true, "sound", [], "bert", Now).Value!, "2026-03-10", 40_000_00).Value!;

        Assert.Equal(code, Move(drawn, date, amountMinor).Refusal?.Faults[0].Code);
    }

    /// <summary>The line of 60,000.00 ends on 2027-03-02.</summary>
    [Theory]
    [InlineData("2027-03-02", null)]
    [InlineData("2027-03-03", "credit/line-ended")]
    public void EndedLine_IsNotDrawnAgain_AlsoNotForADayBefore(string today, string? code)
    {
        var granted = CreditDecisions.CastVote(Submitted(60_000_00, "fred"), true, "sound", [], "bert", Now).Value!;

        Assert.Equal(code, Move(granted, "2027-03-01", 1, today).Refusal?.Faults[0].Code);
        Assert.Equal(code is null, granted.Counts(Day(today)));
    }

    [Fact]
    public void Line_HasNotEnded_WhileWhatIsOwedIsOnlyToBeRepaid()
    {
        var drawn = Move(CreditDecisions.CastVote(Submitted(60_000_00, "fred"), true, "sound", [], "bert", Now).Value!, "2026-03-10", 40_000_00).Value!;
        var told = Move(drawn, "2027-12-31", -40_000_00).Value!;

        Assert.True(told.Counts(Day("2027-12-30")));
        Assert.False(told.Counts(Day("2027-12-31")));
        Assert.Null(Move(told, "2027-03-01", 1, "2027-12-30").Refusal); // as long as it counts, what was drawn by then may be told late
    }

    private static Outcome<CreditApplication> Move(CreditApplication application, string date, long amountMinor, string today = "2026-03-02") =>
        LineChanges.Decide(application, new LineMovement("m", Day(date), amountMinor, null), Day(today), 2);

    private static DateOnly Day(string date) => DateOnly.ParseExact(date, "yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture);

    private static CreditApplication Submitted(long countsMinor, string by) => CreditDecisions.Submit(Wanted(countsMinor), true, "good client", by, Now);

    private static CreditApplication Wanted(long countsMinor) => new(
        "acme", 60_000_00, 12, 0.05m, DayCount.Act360, "Machines", new LineAccounts("0550", "1200", "1500", "2650"), new(2026, 3, 2), new(2026, 5, 31), countsMinor, 50_000_00, ApplicationStatus.Submitted, []);

    private static IReadOnlyList<string> AllowedRoles(Type function) =>
        function.GetMethods().Single(method => method.GetCustomAttribute<FunctionAttribute>() is not null).GetCustomAttribute<AllowAttribute>()!.Roles;
}
