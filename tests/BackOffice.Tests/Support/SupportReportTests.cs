using System.Globalization;
using BackOffice.Support;
using CsCheck;

namespace BackOffice.Tests.Support;

public sealed class SupportReportTests
{
    private static readonly DateTimeOffset Monday = new(2026, 3, 2, 8, 0, 0, TimeSpan.Zero);
    private static readonly DateOnly From = new(2026, 3, 1);
    private static readonly DateOnly To = new(2026, 3, 31);

    private static readonly RuleBook Rules = new(
        new Dictionary<string, ServiceLevel>(StringComparer.Ordinal) { ["mail"] = new("Mail", [new ServiceLevelVersion(Monday.AddDays(-90), "always", new Dictionary<string, SlaTargets>(StringComparer.Ordinal) { ["3"] = new(20, 30, 40) }, [], "desk")]) },
        new Dictionary<string, CalendarHistory>(StringComparer.Ordinal)
        {
            ["always"] = new([new CalendarVersion(Monday.AddDays(-90), new ServiceCalendar("UTC", new[] { "mon", "tue", "wed", "thu", "fri", "sat", "sun" }.ToDictionary(day => day, _ => (IReadOnlyList<ServiceHours>)[new ServiceHours("00:00", "24:00")], StringComparer.Ordinal), [], null))]),
        }, 7, 14);

    [Fact]
    public void Promises_AreThoseOfTheWorkedExample()
    {
        var report = Of(Ticket(0, (10, TicketAct.Reply), (30, TicketAct.Resolve)), Ticket(0, (25, TicketAct.Reply), (50, TicketAct.Resolve)));

        Assert.Equal((2, 2, 0, 0), (report.Opened, report.Resolved, report.Reopened, report.FirstContact));
        Assert.Equal(
        [
            "service mail FirstResponse 1 1 10 25", "service mail Update 2 0 0 0", "service mail Solution 1 1 30 50",
            "team desk FirstResponse 1 1 10 25", "team desk Update 2 0 0 0", "team desk Solution 1 1 30 50",
        ], report.Promises.Select(promise => string.Create(CultureInfo.InvariantCulture, $"{promise.By} {promise.Key} {promise.Clock} {promise.Met} {promise.Breached} {promise.P50Minutes} {promise.P90Minutes}")));
    }

    [Fact]
    public void FirstContact_IsASolutionThatIsTheFirstAnswer_AndHolds()
    {
        var report = Of(
            Ticket(0, (30, TicketAct.Resolve)),
            Ticket(0, (10, TicketAct.Reply), (30, TicketAct.Resolve)),
            Ticket(0, (30, TicketAct.Resolve), (60, TicketAct.Reopen), (90, TicketAct.Resolve)),
            Ticket(0, (30, TicketAct.Resolve), (60, TicketAct.Reopen)));

        Assert.Equal((3, 1, 2, 0.3333m, 0.6667m), (report.Resolved, report.FirstContact, report.Reopened, report.FirstContactRate, report.ReopenRate));
    }

    [Fact]
    public void Backlog_IsByAge_AtTheEndOfTheSpan()
    {
        // At the end of March (22:00Z): 29 days old, 3 days, and one solved in April, which then was open still.
        var report = SupportReport.Of([Ticket(0), Ticket(26 * 24 * 60), Ticket(28 * 24 * 60, (3 * 24 * 60, TicketAct.Resolve)), Ticket(40 * 24 * 60)], Rules, From, To, Monday.AddDays(60));

        Assert.Equal(["0-1 1", "2-3 1", "4-7 0", "8-30 1", "31+ 0"], report.BacklogByAge.Select(age => $"{age.Key} {age.Count}"));
        Assert.Equal((3, 0), (report.Opened, report.Resolved));
    }

    [Fact]
    public void Load_IsByWhoHasIt_AndWhoSolvedIt()
    {
        var report = Of(Assigned("anna"), Assigned("bert", (30, TicketAct.Resolve)), Assigned("bert"), Ticket(0));

        Assert.Equal([("anna", 1, 0), ("bert", 1, 1)], report.Loads.Select(load => (load.Agent, load.Open, load.Resolved)));
    }

    [Fact]
    public void Items_AreCounted_MostFirst()
    {
        var report = Of(Ticket(0) with { Links = [new TicketLink(LinkKind.ConfigurationItem, "srv-1")] }, Ticket(0) with { Links = [new TicketLink(LinkKind.ConfigurationItem, "srv-2"), new TicketLink(LinkKind.Problem, "P-1")] },
            Ticket(0) with { Links = [new TicketLink(LinkKind.ConfigurationItem, "srv-2")] });

        Assert.Equal([("srv-2", 2), ("srv-1", 1)], report.Items.Select(item => (item.Key, item.Count)));
    }

    [Fact]
    public void Numbers_AddUp_ForAnyTickets() =>
        Gen.Select(Gen.Int[0, 60 * 24 * 40], Gen.Int[0, 5], Gen.Int[1, 5000]).Array[0, 20].Sample(lives =>
        {
            List<Ticket> tickets = [.. lives.Select(life => life.Item2 switch
            {
                0 => Ticket(life.Item1),
                1 => Ticket(life.Item1, (life.Item3, TicketAct.Reply)),
                2 => Ticket(life.Item1, (life.Item3, TicketAct.Hold)),
                3 => Ticket(life.Item1, (life.Item3, TicketAct.Resolve)),
                4 => Ticket(life.Item1, (life.Item3, TicketAct.Resolve), (life.Item3 + 5, TicketAct.Close)),
                _ => Ticket(life.Item1, (life.Item3, TicketAct.Resolve), (life.Item3 + 5, TicketAct.Reopen)),
            })];
            var report = SupportReport.Of(tickets, Rules, From, To, Monday.AddDays(100));
            var end = new DateTimeOffset(2026, 3, 31, 22, 0, 0, TimeSpan.Zero);

            Assert.Equal(tickets.Count(ticket => ticket.OpenedAt < end), report.Opened);
            Assert.Equal(report.Opened, report.Resolved + report.BacklogByAge.Sum(age => age.Count));
            Assert.All(report.Promises.Where(promise => promise.Clock == ClockKind.Solution), promise => Assert.Equal(report.Resolved, promise.Met + promise.Breached));
            Assert.All(report.Promises, promise => Assert.True(promise.P50Minutes <= promise.P90Minutes));
        });

    [Fact]
    public void Impact_WalksToAllThatHangsOnAnItem_EachOnce_AlsoInACircle()
    {
        Dictionary<string, ConfigurationItem> items = new(StringComparer.Ordinal)
        {
            ["server"] = Item(),
            ["mail"] = Item("server", "notebook"),
            ["web"] = Item("server"),
            ["notebook"] = Item("mail", "web"),
            ["old"] = Item("server") with { IsRetired = true },
            ["alone"] = Item(),
        };

        Assert.Equal([("mail", 1, "server"), ("web", 1, "server"), ("notebook", 2, "mail")], ItemImpact.Of("server", items).Select(impact => (impact.Id, impact.Steps, impact.Through)));
        Assert.Equal(["mail"], ItemImpact.Of("notebook", items).Select(impact => impact.Id));
        Assert.Empty(ItemImpact.Of("alone", items));
    }

    [Fact]
    public void Item_TellsOfItsEnds_OnceEach()
    {
        var item = Item() with { Contract = new ItemContract("Dell", "C-1", new DateOnly(2026, 6, 30), 90), WarrantyEndsOn = new DateOnly(2026, 12, 31) };
        var notice = new DateTimeOffset(2026, 3, 31, 22, 0, 0, TimeSpan.Zero); // midnight of 2026-04-01 in Berlin

        Assert.Equal((0, notice), (item.Plan(notice.AddSeconds(-1)).Due.Count, item.Plan(notice.AddSeconds(-1)).NextAt));
        var (due, next) = item.Plan(notice);
        Assert.Equal(["contract"], due.Select(end => end.What));
        Assert.Equal(new DateTimeOffset(2026, 11, 30, 23, 0, 0, TimeSpan.Zero), next);
        Assert.Empty((item with { Told = due }).Plan(notice).Due);
        Assert.Equal((0, null), ((item with { IsRetired = true }).Plan(notice).Due.Count, (item with { IsRetired = true }).Plan(notice).NextAt));
    }

    private static SupportReport Of(params Ticket[] tickets) => SupportReport.Of(tickets, Rules, From, To, Monday.AddHours(5));

    private static ConfigurationItem Item(params string[] dependsOn) => new("Item", "server", null, null, null, dependsOn, null, null, false, [], []);

    private static Ticket Assigned(string agent, params (int Minute, TicketAct Act)[] events)
    {
        var ticket = Ticket(0, events);
        return ticket with { Events = [ticket.Events[0], new TicketEvent(ticket.OpenedAt, TicketAct.Assign, "lead", Assignee: agent), .. ticket.Events.Skip(1)] };
    }

    /// <summary>A ticket that came so many minutes after Monday morning, and what happened so many minutes later.</summary>
    private static Ticket Ticket(int minute, params (int Minute, TicketAct Act)[] events)
    {
        var came = Monday.AddMinutes(minute);
        return new Ticket("carl", "mail", 2, 2, false, null, "No mail", "It is gone.", [], TicketStatus.New, null, "desk", null, null,
            [new TicketEvent(came, TicketAct.Create, "carl", Impact: 2, Urgency: 2, IsMajor: false, Service: "mail"), .. events.Select(e => new TicketEvent(came.AddMinutes(e.Minute), e.Act, "anna", e.Act == TicketAct.Hold ? HoldReason.Change : null))], [], []);
    }
}
