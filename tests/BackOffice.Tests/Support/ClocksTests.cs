using BackOffice.Support;

namespace BackOffice.Tests.Support;

/// <summary>The rules of the clocks by examples, worked by hand: Berlin, Monday to Friday 08:00 to 17:00; 2026-03-27 is a Friday, and summer time begins on Sunday the 29th.</summary>
public sealed class ClocksTests
{
    [Fact]
    public void AllClocks_BeginAtCreation_InServiceHours()
    {
        var sheet = Clocks.Of([Desk.Created("27 16:30")], [Desk.Terms("01 00:00", 60, 120, 240)], Desk.March("30 08:10"));

        // 30 minutes on Friday and 10 on Monday.
        Assert.All(sheet.Clocks, clock => Assert.Equal((ClockState.Running, 40 * 60L, false, null, 0, 0), (clock.State, clock.ElapsedSeconds, clock.IsBreached, clock.StoppedAt, clock.Cycles, clock.BreachedCycles)));
        Assert.Equal([Desk.March("30 08:30"), Desk.March("30 09:30"), Desk.March("30 11:30")], sheet.Clocks.Select(clock => clock.DueAt!.Value));
        Assert.Equal([60, 120, 240], sheet.Clocks.Select(clock => clock.TargetMinutes!.Value));
        Assert.Equal((sheet.FirstResponse, sheet.Update, sheet.Solution), (sheet.Of(ClockKind.FirstResponse), sheet.Of(ClockKind.Update), sheet.Of(ClockKind.Solution)));
    }

    [Fact]
    public void Creation_OutsideTheHours_CountsFromTheirBeginning()
    {
        var sheet = Clocks.Of([Desk.Created("28 12:00")], [Desk.Terms("01 00:00", solution: 60)], Desk.March("30 08:00"));

        Assert.Equal((0L, Desk.March("30 09:00")), (sheet.Solution.ElapsedSeconds, sheet.Solution.DueAt));
    }

    [Fact]
    public void FirstResponse_StopsForGood_AtTheFirstHumanReply()
    {
        ClockEvent[] events = [Desk.Created("27 09:00"), Desk.Reply("27 09:45"), Desk.Reply("27 11:00"), Desk.Resolve("27 12:00"), Desk.Reopen("27 13:00")];
        var clock = Clocks.Of(events, [Desk.Terms("01 00:00", firstResponse: 60)], Desk.March("27 14:00")).FirstResponse;

        Assert.Equal(new Clock(ClockKind.FirstResponse, ClockState.Stopped, 45 * 60, 60, Desk.March("27 10:00"), false, Desk.March("27 09:45"), 0, 0), clock);
    }

    [Fact]
    public void FirstResponse_WithoutAReply_StopsAtTheResolution_ForGood()
    {
        var clock = Clocks.Of([Desk.Created("27 09:00"), Desk.Resolve("27 09:30"), Desk.Reopen("27 11:00"), Desk.Reply("27 16:00")], [Desk.Terms("01 00:00", firstResponse: 60)], Desk.March("27 16:30")).FirstResponse;

        Assert.Equal((ClockState.Stopped, 30 * 60L, Desk.March("27 09:30"), Desk.March("27 10:00"), false), (clock.State, clock.ElapsedSeconds, clock.StoppedAt, clock.DueAt, clock.IsBreached));
    }

    [Theory]
    [InlineData("27 10:00", false)] // at the due instant: met
    [InlineData("27 10:01", true)]
    public void StoppedClock_IsBreached_WhenStoppedAfterItsDueInstant(string reply, bool isBreached)
    {
        var clock = Clocks.Of([Desk.Created("27 09:00"), Desk.Reply(reply)], [Desk.Terms("01 00:00", firstResponse: 60)], Desk.March("31 12:00")).FirstResponse;

        Assert.Equal((isBreached, Desk.March("27 10:00")), (clock.IsBreached, clock.DueAt));
    }

    [Theory]
    [InlineData("27 09:59", false)]
    [InlineData("27 10:00", true)] // at the due instant its time is over
    public void RunningClock_IsBreached_FromItsDueInstantOn(string now, bool isBreached) =>
        Assert.Equal(isBreached, Clocks.Of([Desk.Created("27 09:00")], [Desk.Terms("01 00:00", solution: 60)], Desk.March(now)).Solution.IsBreached);

    /// <summary>Due at 17:00 on Friday, not at 08:00 on Monday: a reply in between is late although nothing has counted since.</summary>
    [Theory]
    [InlineData("27 17:00", false)]
    [InlineData("28 10:00", true)]
    [InlineData("30 08:00", true)]
    public void Target_ReachedExactlyAtClosingTime_IsDueThen(string reply, bool isBreached)
    {
        var clock = Clocks.Of([Desk.Created("27 16:00"), Desk.Reply(reply)], [Desk.Terms("01 00:00", firstResponse: 60)], Desk.March("30 09:00")).FirstResponse;

        Assert.Equal((Desk.March("27 17:00"), 3_600L, isBreached), (clock.DueAt, clock.ElapsedSeconds, clock.IsBreached));
    }

    [Fact]
    public void Update_BeginsAgain_AtEachHumanReply_AndKeepsWhatWasBreached()
    {
        ClockEvent[] events = [Desk.Created("27 08:00"), Desk.Reply("27 09:00"), Desk.Reply("27 11:01"), Desk.Reply("27 13:01"), Desk.Reply("27 13:01")];
        var clock = Clocks.Of(events, [Desk.Terms("01 00:00", update: 120)], Desk.March("27 16:00")).Update;

        // After 60, 121, 120 and 0 minutes; since 13:01 there are 179, due at 15:01.
        Assert.Equal(new Clock(ClockKind.Update, ClockState.Running, 179 * 60, 120, Desk.March("27 15:01"), true, null, 4, 1), clock);
    }

    [Fact]
    public void Hold_StopsOnlyTheSolutionClock()
    {
        var sheet = Clocks.Of([Desk.Created("27 09:00"), Desk.Hold("27 10:00")], [Desk.Terms("01 00:00", 300, 300, 300)], Desk.March("27 12:00"));

        Assert.Equal([(ClockState.Running, 180), (ClockState.Running, 180), (ClockState.Paused, 60)], sheet.Clocks.Select(clock => (clock.State, (int)clock.ElapsedSeconds / 60)));
        Assert.Equal([Desk.March("27 14:00"), Desk.March("27 14:00"), null], sheet.Clocks.Select(clock => clock.DueAt));
    }

    /// <summary>The worked example of <see cref="Clocks"/>.</summary>
    [Fact]
    public void Hold_AcrossAWeekend_LosesNothing()
    {
        ClockEvent[] events = [Desk.Created("27 16:00"), Desk.Hold("27 16:30"), Desk.Resume("30 09:00")];
        var clock = Clocks.Of(events, [Desk.Terms("01 00:00", solution: 240)], Desk.March("30 09:00")).Solution;

        Assert.Equal((ClockState.Running, 30 * 60L, Desk.March("30 12:30")), (clock.State, clock.ElapsedSeconds, clock.DueAt));
    }

    /// <summary>A change of service level or priority while the ticket waits must not lose the pause.</summary>
    [Fact]
    public void ChangeOfTerms_WhileOnHold_KeepsThePause_AndWhatHasElapsed()
    {
        ClockEvent[] events = [Desk.Created("26 08:00"), Desk.Hold("26 09:00"), Desk.Resume("27 09:00")];
        ServiceTerms[] terms = [Desk.Terms("01 00:00", solution: 240), Desk.Terms("26 12:00", solution: 120)];

        var waiting = Clocks.Of(events, terms, Desk.March("26 16:00")).Solution;
        Assert.Equal((ClockState.Paused, 3_600L, 120, null, false), (waiting.State, waiting.ElapsedSeconds, waiting.TargetMinutes, waiting.DueAt, waiting.IsBreached));
        var again = Clocks.Of(events, terms, Desk.March("27 09:30")).Solution;
        Assert.Equal((ClockState.Running, 5_400L, Desk.March("27 10:00")), (again.State, again.ElapsedSeconds, again.DueAt));
    }

    [Fact]
    public void Due_OnceReached_StaysThroughHoldsRepliesAndLowerTargets()
    {
        ClockEvent[] events = [Desk.Created("26 08:00"), Desk.Reply("26 09:30"), Desk.Hold("26 10:00"), Desk.Resume("26 11:00"), Desk.Resolve("26 12:00")];
        var clock = Clocks.Of(events, [Desk.Terms("01 00:00", solution: 60), Desk.Terms("26 10:30", solution: 30)], Desk.March("27 12:00")).Solution;

        Assert.Equal((Desk.March("26 09:00"), true, 30), (clock.DueAt, clock.IsBreached, clock.TargetMinutes));
    }

    [Fact]
    public void TermsAndEventOfOneInstant_TheTermsHoldFirst()
    {
        var clock = Clocks.Of([Desk.Created("26 08:00"), Desk.Reply("26 10:00")], [Desk.Terms("01 00:00", firstResponse: 60), Desk.Terms("26 10:00", firstResponse: 180)], Desk.March("26 12:00")).FirstResponse;

        Assert.Equal((Desk.March("26 11:00"), false, 180), (clock.DueAt, clock.IsBreached, clock.TargetMinutes));
    }

    [Fact]
    public void StoppedClock_IsNotTouchedByLaterTerms()
    {
        var clock = Clocks.Of([Desk.Created("26 08:00"), Desk.Reply("26 08:30")], [Desk.Terms("01 00:00", firstResponse: 60), Desk.Terms("26 08:45", firstResponse: 10)], Desk.March("26 12:00")).FirstResponse;

        Assert.Equal((Desk.March("26 09:00"), false, 60), (clock.DueAt, clock.IsBreached, clock.TargetMinutes));
    }

    [Fact]
    public void Resolved_NothingCounts_AndReopeningGoesOn()
    {
        ClockEvent[] events = [Desk.Created("26 08:00"), Desk.Reply("26 08:30"), Desk.Resolve("26 10:00"), Desk.Reopen("27 09:00")];
        ServiceTerms[] terms = [Desk.Terms("01 00:00", 60, 240, 300)];

        var resolved = Clocks.Of(events, terms, Desk.March("26 16:00"));
        Assert.Equal([(ClockState.Stopped, 30, Desk.March("26 09:00")), (ClockState.Paused, 90, null), (ClockState.Stopped, 120, Desk.March("26 13:00"))],
            resolved.Clocks.Select(clock => (clock.State, (int)clock.ElapsedSeconds / 60, clock.DueAt)));
        Assert.Equal(Desk.March("26 10:00"), resolved.Solution.StoppedAt);

        // 90 minutes of the update and 120 of the solution had elapsed.
        var reopened = Clocks.Of(events, terms, Desk.March("27 10:00"));
        Assert.Equal([(ClockState.Stopped, 30, Desk.March("26 09:00")), (ClockState.Running, 150, Desk.March("27 11:30")), (ClockState.Running, 180, Desk.March("27 12:00"))],
            reopened.Clocks.Select(clock => (clock.State, (int)clock.ElapsedSeconds / 60, clock.DueAt)));
        Assert.Null(reopened.Solution.StoppedAt);
    }

    [Fact]
    public void Resolved_WhileOnHold_RunsAgainWhenReopened()
    {
        ClockEvent[] events = [Desk.Created("26 08:00"), Desk.Hold("26 09:00"), Desk.Resolve("26 10:00"), Desk.Reopen("26 11:00")];
        var clock = Clocks.Of(events, [Desk.Terms("01 00:00", solution: 240)], Desk.March("26 12:00")).Solution;

        Assert.Equal((ClockState.Running, 120 * 60L), (clock.State, clock.ElapsedSeconds));
    }

    [Fact]
    public void Reopened_TheLastResolutionDecides()
    {
        ClockEvent[] events = [Desk.Created("26 08:00"), Desk.Resolve("26 08:30"), Desk.Reopen("26 10:00"), Desk.Resolve("26 10:31")];
        ServiceTerms[] terms = [Desk.Terms("01 00:00", solution: 60)];

        Assert.False(Clocks.Of(events, terms, Desk.March("26 09:00")).Solution.IsBreached);
        var again = Clocks.Of(events, terms, Desk.March("26 11:00")).Solution; // 61 minutes, due at 10:30
        Assert.Equal((true, Desk.March("26 10:30"), Desk.March("26 10:31"), 61 * 60L), (again.IsBreached, again.DueAt, again.StoppedAt, again.ElapsedSeconds));
    }

    [Fact]
    public void ReplyWhileResolved_EndsTheCycle_AndTheNextStandsStill()
    {
        ClockEvent[] events = [Desk.Created("26 08:00"), Desk.Resolve("26 10:00"), Desk.Reply("26 12:00")];
        var clock = Clocks.Of(events, [Desk.Terms("01 00:00", update: 60)], Desk.March("26 16:00")).Update;

        Assert.Equal(new Clock(ClockKind.Update, ClockState.Paused, 0, 60, null, false, null, 1, 1), clock);
    }

    [Fact]
    public void Close_EndsAllForGood()
    {
        ClockEvent[] events = [Desk.Created("26 08:00"), Desk.Hold("26 08:30"), Desk.Close("26 09:00"), Desk.Reopen("26 10:00"), Desk.Reply("26 11:00"), Desk.Resume("26 12:00")];
        var sheet = Clocks.Of(events, [Desk.Terms("01 00:00", 90, 50, 90), Desk.Terms("26 13:00", 10, 10, 10)], Desk.March("27 16:00"));

        // Had it not been closed: the two that ran would have been due at 09:30 and 08:50, and the one on hold an hour after 09:00.
        Assert.All(sheet.Clocks, clock => Assert.Equal((ClockState.Stopped, Desk.March("26 09:00"), 0), (clock.State, clock.StoppedAt, clock.Cycles)));
        Assert.Equal([(60, 90, Desk.March("26 09:30"), false), (60, 50, Desk.March("26 08:50"), true), (30, 90, Desk.March("26 10:00"), false)],
            sheet.Clocks.Select(clock => ((int)clock.ElapsedSeconds / 60, clock.TargetMinutes!.Value, clock.DueAt!.Value, clock.IsBreached)));
        Assert.Equal(3, sheet.Spans.Count);
    }

    [Fact]
    public void CloseAfterTheResolution_LeavesTheSolutionAsItWas()
    {
        var sheet = Clocks.Of([Desk.Created("26 08:00"), Desk.Resolve("26 09:00"), Desk.Close("26 16:00")], [Desk.Terms("01 00:00", 60, 120, 60)], Desk.March("27 16:00"));

        Assert.Equal([(Desk.March("26 09:00"), Desk.March("26 09:00"), false), (Desk.March("26 16:00"), Desk.March("26 17:00"), false), (Desk.March("26 09:00"), Desk.March("26 09:00"), false)],
            sheet.Clocks.Select(clock => (clock.StoppedAt!.Value, clock.DueAt!.Value, clock.IsBreached)));
    }

    [Fact]
    public void LoweredTarget_BelowWhatHasElapsed_IsDueAtTheMomentOfTheChange()
    {
        ServiceTerms[] terms = [Desk.Terms("01 00:00", solution: 240), Desk.Terms("26 10:00", solution: 60)];
        ClockEvent[] events = [Desk.Created("26 08:00"), Desk.Resolve("26 10:00")];

        var clock = Clocks.Of(events[..1], terms, Desk.March("26 10:30")).Solution;
        Assert.Equal((Desk.March("26 10:00"), true, 150 * 60L, 60), (clock.DueAt, clock.IsBreached, clock.ElapsedSeconds, clock.TargetMinutes));
        Assert.False(Clocks.Of(events, terms, Desk.March("26 10:30")).Solution.IsBreached); // who resolves it with the change is in time
        Assert.Equal((Desk.March("26 10:00"), false), Due(events[..1], terms, "26 09:00")); // known before: that is when it will be due
    }

    [Fact]
    public void LoweredTarget_AboveWhatHasElapsed_IsDueEarlier() =>
        Assert.Equal((Desk.March("26 10:30"), false), Due([Desk.Created("26 08:00")], [Desk.Terms("01 00:00", solution: 240), Desk.Terms("26 10:00", solution: 150)], "26 10:00"));

    [Fact]
    public void LoweredTarget_OfAPausedClock_IsDueAtTheMomentOfTheChange()
    {
        var sheet = Clocks.Of([Desk.Created("26 08:00"), Desk.Hold("26 10:00")], [Desk.Terms("01 00:00", solution: 240), Desk.Terms("26 11:00", solution: 120)], Desk.March("26 12:00"));

        Assert.Equal((ClockState.Paused, Desk.March("26 11:00"), true), (sheet.Solution.State, sheet.Solution.DueAt, sheet.Solution.IsBreached));
        Assert.Equal(Desk.March("26 11:00"), sheet.ReachAt(ClockKind.Solution, 100));
        Assert.Null(sheet.ReachAt(ClockKind.Solution, 101));
    }

    [Fact]
    public void RaisedTarget_AboveWhatHasElapsed_MakesAReachingUndone()
    {
        ClockEvent[] events = [Desk.Created("26 08:00")];
        ServiceTerms[] terms = [Desk.Terms("01 00:00", solution: 60), Desk.Terms("26 10:00", solution: 240)];

        Assert.Equal((Desk.March("26 09:00"), false), Due(events, terms, "26 08:30"));
        Assert.Equal((Desk.March("26 09:00"), true), Due(events, terms, "26 09:59"));
        Assert.Equal((Desk.March("26 12:00"), false), Due(events, terms, "26 10:00"));
    }

    /// <summary>Two hours of four have elapsed when other terms begin: those decide.</summary>
    [Theory]
    [InlineData(119, "26 10:00")]
    [InlineData(120, "26 10:00")]
    [InlineData(121, "26 10:01")]
    public void Target_MetByAChange_IsReachedAtOnceOrLater(int minutes, string due) =>
        Assert.Equal(Desk.March(due), Due([Desk.Created("26 08:00")], [Desk.Terms("01 00:00", solution: 120), Desk.Terms("26 10:00", solution: minutes)], "26 09:00").DueAt);

    [Fact]
    public void Promise_TakenBack_AndGivenAgain_HasItsOwnDueInstants()
    {
        ClockEvent[] events = [Desk.Created("26 08:00")];
        ServiceTerms[] terms = [Desk.Terms("01 00:00", solution: 60), Desk.Terms("26 10:00"), Desk.Terms("26 12:00", solution: 120)];

        var without = Clocks.Of(events, terms[..2], Desk.March("26 11:00"));
        Assert.Equal((ClockState.None, 180 * 60L, null, null, false), (without.Solution.State, without.Solution.ElapsedSeconds, without.Solution.TargetMinutes, without.Solution.DueAt, without.Solution.IsBreached));
        Assert.Null(without.ReachAt(ClockKind.Solution, 50));
        Assert.Equal((Desk.March("26 12:00"), false), Due(events, terms, "26 11:00")); // it is known that it comes
        Assert.Equal((Desk.March("26 12:00"), true), Due(events, terms, "26 12:00"));
    }

    [Fact]
    public void ChangeOfCalendar_MeasuresEachSpanByItsOwn()
    {
        ServiceTerms[] terms = [Desk.Terms("01 00:00", solution: 600), Desk.Terms("27 16:00", solution: 600, calendar: Desk.RoundTheClock), Desk.Terms("28 01:00", solution: 600)];
        var sheet = Clocks.Of([Desk.Created("27 15:00")], terms, Desk.March("30 08:00"));

        // An hour of the office, nine of the day round, and none over the weekend: ten hours, at 01:00 at night.
        Assert.Equal([3_600L, 9 * 3_600L, 0L], sheet.Spans.Select(span => span.Solution.Seconds));
        Assert.Equal((Desk.March("28 01:00"), true), (sheet.Solution.DueAt, sheet.Solution.IsBreached));
        Assert.Equal(["office", "other", "office"], sheet.Spans.Select(span => span.CalendarId));
        Assert.Equal((Desk.March("30 08:01"), false), Due([Desk.Created("27 15:00")], [.. terms[..2], terms[2] with { Targets = new SlaTargets(null, null, 601) }], "27 15:00"));
    }

    [Fact]
    public void Calendar_WithoutHours_NeverComesToIt()
    {
        var sheet = Clocks.Of([Desk.Created("27 15:00")], [Desk.Terms("01 00:00", 1, 1, 1, Desk.Open("UTC", "", ""))], Desk.March("31 08:00"));

        Assert.All(sheet.Clocks, clock => Assert.Equal((ClockState.Running, 0L, null, false), (clock.State, clock.ElapsedSeconds, clock.DueAt, clock.IsBreached)));
        Assert.Null(sheet.ReachAt(ClockKind.Solution, 1));
    }

    [Fact]
    public void Terms_BeforeTheCreation_TheLastOfThemHolds_AndOfThoseTogetherTheLast()
    {
        Assert.Equal((Desk.March("26 10:00"), false), Due([Desk.Created("26 08:00")], [Desk.Terms("01 00:00", solution: 60), Desk.Terms("20 00:00", solution: 120)], "26 09:00"));
        Assert.Equal((Desk.March("26 09:00"), false), Due([Desk.Created("26 08:00")], [Desk.Terms("31 00:00", solution: 60)], "26 08:30")); // the first holds from the creation
        Assert.Equal((Desk.March("26 11:00"), false), Due([Desk.Created("26 08:00")], [Desk.Terms("01 00:00", solution: 60), Desk.Terms("26 09:00", solution: 30), Desk.Terms("26 09:00", solution: 180)], "26 09:00"));
    }

    [Fact]
    public void EventsOfOneInstant_HappenInTheirOrder()
    {
        var sheet = Clocks.Of([Desk.Created("26 08:00"), Desk.Reply("26 08:00"), Desk.Hold("26 09:00"), Desk.Resume("26 09:00"), Desk.Resolve("26 10:00"), Desk.Reopen("26 10:00")], [Desk.Terms("01 00:00", 60, 60, 600)], Desk.March("26 11:00"));

        Assert.Equal((Desk.March("26 08:00"), 0L, false), (sheet.FirstResponse.StoppedAt, sheet.FirstResponse.ElapsedSeconds, sheet.FirstResponse.IsBreached));
        Assert.Equal((ClockState.Running, 180 * 60L, 1, 0, true), (sheet.Update.State, sheet.Update.ElapsedSeconds, sheet.Update.Cycles, sheet.Update.BreachedCycles, sheet.Update.IsBreached));
        Assert.Equal((ClockState.Running, 180 * 60L), (sheet.Solution.State, sheet.Solution.ElapsedSeconds));
        Assert.Equal(6, sheet.Spans.Count);
    }

    [Fact]
    public void EventsThatChangeNothing_ArePassedOver()
    {
        ServiceTerms[] terms = [Desk.Terms("01 00:00", 60, 60, 60)];
        ClockEvent[] bare = [Desk.Created("26 08:00"), Desk.Hold("26 09:00"), Desk.Resume("26 10:00"), Desk.Resolve("26 11:00")];
        ClockEvent[] more = [bare[0], Desk.Created("26 08:10"), Desk.Resume("26 08:20"), Desk.Reopen("26 08:30"), bare[1], Desk.Hold("26 09:30"), bare[2], bare[3], Desk.Resolve("26 12:00"), Desk.Hold("26 13:00"), Desk.Resume("26 14:00")];

        var (one, other) = (Clocks.Of(bare, terms, Desk.March("26 16:00")), Clocks.Of(more, terms, Desk.March("26 16:00")));
        Assert.Equal(one.Clocks, other.Clocks);
        Assert.Equal(one.Spans, other.Spans);
    }

    [Fact]
    public void Fractions_OfASecond_AreCut()
    {
        var sheet = Clocks.Of([new ClockEvent(Desk.March("26 08:00").AddMilliseconds(999), ClockEventKind.Created), new ClockEvent(Desk.March("26 09:00").AddMilliseconds(1), ClockEventKind.Reply)],
            [Desk.Terms("01 00:00", 60, 60, 120), Desk.Terms("26 09:30", 60, 60, 60) with { From = Desk.March("26 09:30").AddMilliseconds(500) }], Desk.March("26 09:30").AddMilliseconds(700));

        Assert.False(sheet.FirstResponse.IsBreached);
        Assert.Equal((Desk.March("26 09:30"), true), (sheet.Solution.DueAt, sheet.Solution.IsBreached));
    }

    [Fact]
    public void BeforeTheCreation_ThereIsNothing()
    {
        var sheet = Clocks.Of([Desk.Created("26 08:00")], [Desk.Terms("01 00:00", 60, 60, 60)], Desk.March("26 07:59"));

        Assert.All(sheet.Clocks, clock => Assert.Equal((ClockState.None, 0L, null, false), (clock.State, clock.ElapsedSeconds, clock.DueAt, clock.IsBreached)));
        Assert.Empty(sheet.Spans);
        Assert.Null(sheet.ReachAt(ClockKind.Update, 50));
        Assert.Empty(Clocks.Of([], [Desk.Terms("01 00:00")], Desk.March("26 07:59")).Spans);
    }

    [Fact]
    public void FirstEvent_OfAnotherKind_CreatesAndCounts()
    {
        var sheet = Clocks.Of([Desk.Reply("26 08:00")], [Desk.Terms("01 00:00", 60, 60, 60)], Desk.March("26 08:30"));

        Assert.Equal((ClockState.Stopped, Desk.March("26 08:00")), (sheet.FirstResponse.State, sheet.FirstResponse.StoppedAt));
        Assert.Equal((1, Desk.March("26 09:00")), (sheet.Update.Cycles, sheet.Update.DueAt));
    }

    [Fact]
    public void ReachAt_IsWhenSoManyPercentHaveElapsed()
    {
        ClockEvent[] events = [Desk.Created("27 16:00"), Desk.Reply("27 16:15")];
        var sheet = Clocks.Of(events, [Desk.Terms("01 00:00", 60, 60, 120)], Desk.March("27 16:30"));

        Assert.Null(sheet.ReachAt(ClockKind.FirstResponse, 10)); // stopped
        Assert.Equal(Desk.March("27 16:45"), sheet.ReachAt(ClockKind.Update, 50)); // of the cycle since 16:15
        Assert.Equal(Desk.March("30 08:15"), sheet.ReachAt(ClockKind.Update, 100));
        Assert.Equal(Desk.March("27 16:30"), sheet.ReachAt(ClockKind.Solution, 25));
        Assert.Equal(Desk.March("27 17:00"), sheet.ReachAt(ClockKind.Solution, 50));
        Assert.Equal(Desk.March("30 08:30"), sheet.ReachAt(ClockKind.Solution, 75));
        Assert.Equal(Desk.March("30 10:00"), sheet.ReachAt(ClockKind.Solution, 150));
        Assert.Equal(Desk.March("27 16:00").AddSeconds(20), Clocks.Of(events[..1], [Desk.Terms("01 00:00", solution: 1)], Desk.March("27 16:00")).ReachAt(ClockKind.Solution, 33)); // 19.8 seconds
    }

    [Fact]
    public void ReachAt_OnHold_IsKnownOnlyOfWhatWasReached()
    {
        var sheet = Clocks.Of([Desk.Created("26 08:00"), Desk.Hold("26 09:00")], [Desk.Terms("01 00:00", solution: 120)], Desk.March("26 12:00"));

        Assert.Equal(Desk.March("26 09:00"), sheet.ReachAt(ClockKind.Solution, 50));
        Assert.Null(sheet.ReachAt(ClockKind.Solution, 51));
    }

    [Fact]
    public void Spans_ShowEachStep_AndWhyItBegan()
    {
        ClockEvent[] events = [Desk.Created("27 16:00") with { By = "carol" }, Desk.Reply("27 16:20") with { By = "sam" }, Desk.Hold("27 16:30"), Desk.Resume("30 09:00"), Desk.Resolve("30 10:00")];
        var sheet = Clocks.Of(events, [Desk.Terms("01 00:00", 60, 60, 240), Desk.Terms("30 08:30", 30, 60, 240)], Desk.March("30 12:00"));

        Assert.Equal(
            ["27 16:00 Created carol: 20+ 20+ 20+", "27 16:20 Reply sam: 20 10+ 30+", "27 16:30 Hold : 20 70+ 30", "30 08:30 Terms : 20 100+ 30", "30 09:00 Resume : 20 160+ 90+", "30 10:00 Resolve : 20 160 90"],
            sheet.Spans.Select(span => $"{span.From.ToOffset(TimeSpan.FromHours(span.From < Desk.March("29 12:00") ? 1 : 2)):dd HH:mm} {span.Event?.Kind.ToString() ?? "Terms"} {span.Event?.By}: {Said(span.FirstResponse)} {Said(span.Update)} {Said(span.Solution)}"));
        Assert.Equal([60, 60, 60, 30, 30, 30], sheet.Spans.Select(span => span.FirstResponse.TargetMinutes!.Value));
        Assert.Equal(60, sheet.FirstResponse.TargetMinutes); // of when it stopped
    }

    private static string Said(SpanClock clock) => $"{clock.ElapsedSeconds / 60}{(clock.IsRunning ? "+" : "")}";

    private static (DateTimeOffset? DueAt, bool IsBreached) Due(ClockEvent[] events, ServiceTerms[] terms, string now) =>
        Clocks.Of(events, terms, Desk.March(now)).Solution is var clock ? (clock.DueAt, clock.IsBreached) : default;
}
