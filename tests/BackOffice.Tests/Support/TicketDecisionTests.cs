using System.Globalization;
using BackOffice.Kernel;
using BackOffice.Support;
using CsCheck;

namespace BackOffice.Tests.Support;

public sealed class TicketDecisionTests
{
    private static readonly DateTimeOffset Came = new(2026, 3, 2, 8, 0, 0, TimeSpan.Zero);

    private static readonly RuleBook Rules = new(
        new Dictionary<string, ServiceLevel>(StringComparer.Ordinal)
        {
            ["mail"] = new("Mail", [new ServiceLevelVersion(Came.AddDays(-30), "always", Targets((1, 60), (3, 240), (5, 2400)), [new EscalationStep(75, "lead"), new EscalationStep(100, "manager")], "desk")]),
            ["vpn"] = new("VPN", [new ServiceLevelVersion(Came.AddDays(-30), "always", Targets((3, 120)), [new EscalationStep(100, "manager")], null)]),
        },
        new Dictionary<string, CalendarHistory>(StringComparer.Ordinal)
        {
            ["always"] = new([new CalendarVersion(Came.AddDays(-30), new ServiceCalendar("UTC", new[] { "mon", "tue", "wed", "thu", "fri", "sat", "sun" }.ToDictionary(day => day, _ => (IReadOnlyList<ServiceHours>)[new ServiceHours("00:00", "24:00")], StringComparer.Ordinal), [], null))]),
        }, CloseDays: 7, ReopenDays: 14);

    [Fact]
    public void EveryActInEveryStatus_LeadsWhereItIsApproved() => Approved.Matches("tickets", string.Join('\n', Enum.GetValues<TicketStatus>().SelectMany(status => Enum.GetValues<TicketAct>().Select(act =>
        string.Create(CultureInfo.InvariantCulture, $"{JsonFields.NameOf(status),-9} {JsonFields.NameOf(act),-9} {(TicketDecisions.Next(status, act) is { } next ? JsonFields.NameOf(next) : "-")}")))));

    [Theory]
    [InlineData(1, 1, false, "1")]
    [InlineData(1, 2, false, "2")]
    [InlineData(2, 1, false, "2")]
    [InlineData(2, 2, false, "3")]
    [InlineData(3, 3, false, "5")]
    [InlineData(3, 3, true, "major")]
    public void Priority_IsImpactAndUrgency_AndAMajorIncidentIsOutsideThem(int impact, int urgency, bool isMajor, string priority) => Assert.Equal(priority, Ticket.PriorityOf(impact, urgency, isMajor));

    [Fact]
    public void CallersComment_EndsTheWaitForTheCaller_AndNoOther()
    {
        var waiting = Does(New(), new TicketEvent(Came.AddMinutes(10), TicketAct.Hold, "anna", Reason: HoldReason.Caller));
        var supplier = Does(New(), new TicketEvent(Came.AddMinutes(10), TicketAct.Hold, "anna", Reason: HoldReason.ThirdParty));
        var word = new TicketEvent(Came.AddMinutes(40), TicketAct.Comment, "carl", IsByCaller: true);

        Assert.Equal((TicketStatus.Open, null), (Does(waiting, word).Status, Does(waiting, word).Hold));
        Assert.Equal((TicketStatus.OnHold, HoldReason.ThirdParty), (Does(supplier, word).Status, Does(supplier, word).Hold));
        Assert.Equal((TicketStatus.OnHold, HoldReason.Caller), (Does(waiting, word with { IsByCaller = false }).Status, Does(waiting, word with { IsByCaller = false }).Hold));

        // 10 minutes before, 30 waiting, 20 after.
        Assert.Equal(30 * 60L, TicketPlan.ClocksOf(Does(waiting, word), Rules, Came.AddMinutes(60))[ClockKind.Solution].ElapsedSeconds);
        Assert.Equal(10 * 60L, TicketPlan.ClocksOf(Does(supplier, word), Rules, Came.AddMinutes(60))[ClockKind.Solution].ElapsedSeconds);
    }

    [Fact]
    public void AutomaticReply_TakesNothing_AndAnswersNothing()
    {
        var replied = Does(New(), new TicketEvent(Came.AddMinutes(1), TicketAct.Reply, "robot", IsAutomatic: true));

        Assert.Equal(TicketStatus.New, replied.Status);
        Assert.Equal(ClockState.Running, TicketPlan.ClocksOf(replied, Rules, Came.AddMinutes(2))[ClockKind.FirstResponse].State);
        Assert.Equal(ClockState.Stopped, TicketPlan.ClocksOf(Does(New(), new TicketEvent(Came.AddMinutes(1), TicketAct.Reply, "anna")), Rules, Came.AddMinutes(2))[ClockKind.FirstResponse].State);
    }

    [Fact]
    public void Closed_CanBeReopenedForAWhile()
    {
        var closed = Does(Does(New(), new TicketEvent(Came.AddHours(1), TicketAct.Resolve, "anna")), new TicketEvent(Came.AddHours(2), TicketAct.Close, "anna"));

        Assert.Equal(TicketStatus.Open, Does(closed, new TicketEvent(Came.AddHours(2).AddDays(14), TicketAct.Reopen, "carl")).Status);
        Assert.Equal("support/state", TicketDecisions.Apply("t", closed, new TicketChange(new TicketEvent(Came.AddHours(2).AddDays(14).AddSeconds(1), TicketAct.Reopen, "carl")), 14).Refusal!.Code);
    }

    [Fact]
    public void Reopened_AfterItWasClosed_TheSolutionClockGoesOn()
    {
        var reopened = Does(Does(Does(New(), new TicketEvent(Came.AddHours(1), TicketAct.Resolve, "anna")), new TicketEvent(Came.AddHours(2), TicketAct.Close, "anna")), new TicketEvent(Came.AddHours(5), TicketAct.Reopen, "carl"));

        Assert.Equal(2 * 3600L, TicketPlan.ClocksOf(reopened, Rules, Came.AddHours(6))[ClockKind.Solution].ElapsedSeconds);
    }

    [Fact]
    public void WhatHappened_CannotBeBeforeTheLastThing() =>
        Assert.Equal("support/order", TicketDecisions.Apply("t", Does(New(), new TicketEvent(Came.AddHours(1), TicketAct.Reply, "anna")), new TicketChange(new TicketEvent(Came.AddMinutes(59), TicketAct.Reply, "anna")), 14).Refusal!.Code);

    [Fact]
    public void Link_IsThereOnce()
    {
        var link = new TicketLink(LinkKind.Article, "KB-1");
        var linked = Apply(New(), new TicketChange(new TicketEvent(Came, TicketAct.Link, "anna"), Link: link)).Value!;

        Assert.Equal("support/link", Apply(linked, new TicketChange(new TicketEvent(Came, TicketAct.Link, "anna"), Link: link)).Refusal!.Code);
        Assert.Empty(Apply(linked, new TicketChange(new TicketEvent(Came, TicketAct.Unlink, "anna"), Link: link)).Value!.Links);
        Assert.Equal("support/link", Apply(New(), new TicketChange(new TicketEvent(Came, TicketAct.Unlink, "anna"), Link: link)).Refusal!.Code);
    }

    [Fact]
    public void Plan_TellsEachStepOnce_AndLooksAgainAtTheNext()
    {
        // Priority 3: solution within 240 minutes; 75 % at 180.
        var first = TicketPlan.Of("acme", "t", New(), Rules, Came);
        Assert.Equal((0, Came.AddMinutes(180), Came.AddMinutes(240)), (first.Notices.Count, first.NextAt, first.Ticket.DueAt));

        var warned = TicketPlan.Of("acme", "t", first.Ticket, Rules, Came.AddMinutes(181));
        Assert.Equal((75, "lead", "solution", Came.AddMinutes(180), Came.AddMinutes(240)), warned.Notices.Select(notice => (notice.Percent, notice.Role, notice.Clock, notice.ReachedAt, notice.DueAt!.Value)).Single());
        Assert.Equal(Came.AddMinutes(240), warned.NextAt);
        Assert.Empty(TicketPlan.Of("acme", "t", warned.Ticket, Rules, Came.AddMinutes(200)).Notices);

        var breached = TicketPlan.Of("acme", "t", warned.Ticket, Rules, Came.AddMinutes(240));
        Assert.Equal([100], breached.Notices.Select(notice => notice.Percent));
        Assert.Null(breached.NextAt);
    }

    [Fact]
    public void Plan_OfARaisedPriority_TellsAtOnceWhatHasPassed_AndKeepsWhatHasElapsed()
    {
        var raised = Does(New(), new TicketEvent(Came.AddMinutes(90), TicketAct.Priority, "anna", Impact: 1, Urgency: 1));

        var plan = TicketPlan.Of("acme", "t", raised, Rules, Came.AddMinutes(90));

        Assert.Equal([(75, Came.AddMinutes(90)), (100, Came.AddMinutes(90))], plan.Notices.Select(notice => (notice.Percent, notice.ReachedAt)));
        Assert.Equal(90 * 60L, TicketPlan.ClocksOf(raised, Rules, Came.AddMinutes(90))[ClockKind.Solution].ElapsedSeconds);
    }

    [Fact]
    public void Plan_OfAChangedService_GoesByItsLevel()
    {
        var moved = Does(New(), new TicketEvent(Came.AddMinutes(30), TicketAct.Service, "anna", Service: "vpn"));

        Assert.Equal(Came.AddMinutes(120), TicketPlan.Of("acme", "t", moved, Rules, Came.AddMinutes(30)).Ticket.DueAt);
        Assert.Equal(["mail", "vpn"], moved.Events.Where(e => e.Service is not null).Select(e => e.Service));
    }

    [Fact]
    public void Plan_OfAResolvedTicket_ClosesItLater()
    {
        var resolved = Does(New(), new TicketEvent(Came.AddHours(1), TicketAct.Resolve, "anna"));

        Assert.Equal(Came.AddHours(1).AddDays(7), TicketPlan.Of("acme", "t", resolved, Rules, Came.AddHours(2)).NextAt);
    }

    [Fact]
    public void Plan_OnHold_LooksAgainForNoClockThatStandsStill() =>
        Assert.Null(TicketPlan.Of("acme", "t", Does(New(), new TicketEvent(Came.AddMinutes(1), TicketAct.Hold, "anna", Reason: HoldReason.Change)), Rules, Came.AddMinutes(2)).NextAt);

    [Fact]
    public void Plan_LookedAtAtAnyInstants_TellsTheSame_AsLookedAtOnceAtTheEnd() =>
        Gen.Int[0, 500].Array[0, 12].Sample(minutes =>
        {
            var ticket = New();
            List<(int, DateTimeOffset)> told = [];
            foreach (var minute in minutes.Order().Append(500))
            {
                var plan = TicketPlan.Of("acme", "t", ticket, Rules, Came.AddMinutes(minute));
                told.AddRange(plan.Notices.Select(notice => (notice.Percent, notice.ReachedAt)));
                ticket = plan.Ticket;
            }

            Assert.Equal(TicketPlan.Of("acme", "t", New(), Rules, Came.AddMinutes(500)).Notices.Select(notice => (notice.Percent, notice.ReachedAt)), told);
        });

    [Fact]
    public void Level_OfALaterDay_ComesAfterWhatHoldsNow()
    {
        var level = Rules.Levels["mail"];
        var may = level.Versions[0] with { From = Came.AddDays(60), Calendar = "office" };

        var after = level.With("Mail", may);
        Assert.Equal(["always", "office"], after.Versions.Select(version => version.Calendar));
        Assert.Equal(("always", "office"), (after.At(Came.AddDays(59)).Calendar, after.At(Came.AddDays(60)).Calendar));
        Assert.Equal(2, after.With("Mail", may with { From = Came.AddDays(90) }).Versions.Count); // it holds by then already
        Assert.Equal("always", level.At(Came.AddYears(-10)).Calendar);
    }

    [Fact]
    public void Team_ChoosesWhoHasLeast_AndKnowsHow()
    {
        var team = new SupportTeam("Desk", [new SupportAgent("anna", ["mail"]), new SupportAgent("bert", ["mail", "vpn"], MaxOpen: 2), new SupportAgent("carl", [])]);
        Dictionary<string, int> open = new(StringComparer.Ordinal) { ["anna"] = 3, ["bert"] = 1, ["carl"] = 0 };

        Assert.Equal("carl", team.Choose(null, open)!.Id);
        Assert.Equal("bert", team.Choose("mail", open)!.Id);
        open["bert"] = 2;
        Assert.Equal("anna", team.Choose("mail", open)!.Id);
        Assert.Null(team.Choose("vpn", open));
    }

    [Fact]
    public void WhatSomebodyElseHasSet_IsKnownByWho()
    {
        var assigned = Does(New(), new TicketEvent(Came, TicketAct.Assign, "anna", Assignee: "bert"));

        Assert.Equal("anna", TicketDecisions.SetBy(assigned, TicketAct.Assign));
        Assert.Null(TicketDecisions.SetBy(assigned, TicketAct.Comment));
        Assert.Null(TicketDecisions.SetBy(New(), TicketAct.Assign));
    }

    private static Ticket New() => new("carl", "mail", 2, 2, false, null, "No mail", "It is gone.", [], TicketStatus.New, null, "desk", null, null,
        [new TicketEvent(Came, TicketAct.Create, "carl", Impact: 2, Urgency: 2, IsMajor: false, Service: "mail")], [], []);

    private static Ticket Does(Ticket ticket, TicketEvent e) => Apply(ticket, new TicketChange(e)).Value!;

    private static Outcome<Ticket> Apply(Ticket ticket, TicketChange change) => TicketDecisions.Apply("t", ticket, change, Rules.ReopenDays);

    private static Dictionary<string, SlaTargets> Targets(params (int Priority, int Minutes)[] solution) =>
        solution.ToDictionary(one => one.Priority.ToString(CultureInfo.InvariantCulture), one => new SlaTargets(null, null, one.Minutes), StringComparer.Ordinal);
}
