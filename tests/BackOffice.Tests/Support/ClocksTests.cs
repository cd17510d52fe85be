using System.Globalization;
using BackOffice.Support;
using CsCheck;

namespace BackOffice.Tests.Support;

public sealed class ClocksTests
{
    private static readonly ServiceCalendar Office = Calendar("Europe/Berlin", ("mon", "08:00", "17:00"), ("tue", "08:00", "17:00"), ("wed", "08:00", "17:00"), ("thu", "08:00", "17:00"), ("fri", "08:00", "17:00"));
    private static readonly ServiceCalendar Always = Calendar("Europe/Berlin", [.. new[] { "mon", "tue", "wed", "thu", "fri", "sat", "sun" }.Select(day => (day, "00:00", "24:00"))]);

    [Fact]
    public void Due_IsTheNextMorning_WhenTheDayIsOver()
    {
        // Friday 16:30 in Berlin; 30 minutes on Friday, 30 on Monday.
        var sheet = Of(Office, new SlaTargets(60, null, null), "2026-03-06T15:30Z", "2026-03-09T07:15Z");

        Assert.Equal((ClockState.Running, 45 * 60L, At("2026-03-09T07:30Z"), false), (sheet[ClockKind.FirstResponse].State, sheet[ClockKind.FirstResponse].ElapsedSeconds, sheet[ClockKind.FirstResponse].DueAt, sheet[ClockKind.FirstResponse].IsBreached));
    }

    [Fact]
    public void Due_IsTheEndOfTheDay_WhenTheTargetIsReachedThen() =>
        Assert.Equal(At("2026-03-06T16:00Z"), Of(Office, new SlaTargets(30, null, null), "2026-03-06T15:30Z", "2026-03-06T15:31Z")[ClockKind.FirstResponse].DueAt);

    [Fact]
    public void ServiceHours_TakeTheirFirstInstant_AndNotTheirLast()
    {
        Assert.Equal(1, Office.SecondsBetween(At("2026-03-06T06:59:59Z"), At("2026-03-06T07:00:01Z")));
        Assert.Equal(1, Office.SecondsBetween(At("2026-03-06T15:59:59Z"), At("2026-03-06T16:00:01Z")));
        Assert.Equal(9 * 3600, Office.SecondsBetween(At("2026-03-06T07:00Z"), At("2026-03-06T16:00Z")));
    }

    [Theory]
    [InlineData("2026-03-29", 23)] // summer time begins
    [InlineData("2026-03-30", 24)]
    [InlineData("2026-10-25", 25)] // it ends
    public void ADay_HasTheHoursThatItHas(string date, int hours)
    {
        var midnight = DateOnly.ParseExact(date, "yyyy-MM-dd", CultureInfo.InvariantCulture);
        var berlin = TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin");
        DateTimeOffset Start(DateOnly day) => new(day.ToDateTime(TimeOnly.MinValue), berlin.GetUtcOffset(day.ToDateTime(TimeOnly.MinValue)));

        Assert.Equal(hours * 3600, Always.SecondsBetween(Start(midnight), Start(midnight.AddDays(1))));
    }

    [Fact]
    public void AnHourThatComesTwice_CountsTwice_AndOneThatIsSkipped_DoesNot()
    {
        var night = Calendar("Europe/Berlin", ("sun", "02:00", "03:00"));

        Assert.Equal(7200, night.SecondsBetween(At("2026-10-24T12:00Z"), At("2026-10-25T12:00Z")));
        Assert.Equal(0, night.SecondsBetween(At("2026-03-28T12:00Z"), At("2026-03-29T12:00Z")));
        Assert.Equal(At("2026-10-25T01:30Z"), night.Reach(At("2026-10-24T12:00Z"), 90 * 60));
    }

    [Fact]
    public void AZoneOfHalfAnHour_ChangesByHalfAnHour()
    {
        var day = Calendar("Australia/Lord_Howe", ("sun", "00:00", "24:00"));

        Assert.Equal((24 * 3600) + 1800, day.SecondsBetween(At("2026-04-04T00:00Z"), At("2026-04-06T00:00Z"))); // 2026-04-05, back by 30 minutes
        Assert.Equal((24 * 3600) - 1800, day.SecondsBetween(At("2026-10-03T00:00Z"), At("2026-10-05T00:00Z"))); // 2026-10-04, on by 30 minutes
    }

    [Fact]
    public void Holidays_HaveNoService_BeTheyOwnOrTheStates()
    {
        var bavaria = Office with { HolidayCalendar = "DE-BY", Holidays = [new DateOnly(2026, 1, 7)] };

        Assert.Equal(0, bavaria.SecondsBetween(At("2026-01-06T00:00Z"), At("2026-01-08T00:00Z"))); // Epiphany, and one's own
        Assert.Equal(9 * 3600, (bavaria with { HolidayCalendar = "DE-HH" }).SecondsBetween(At("2026-01-06T00:00Z"), At("2026-01-08T00:00Z")));
    }

    [Fact]
    public void ACalendarWithoutHours_IsNeverDue()
    {
        var sheet = Of(Calendar("UTC"), new SlaTargets(1, 1, 1), "2026-03-06T15:30Z", "2026-06-06T15:30Z");

        Assert.All(sheet.Clocks, clock => Assert.Equal((0L, null, false), (clock.ElapsedSeconds, clock.DueAt, clock.IsBreached)));
    }

    [Fact]
    public void FirstResponse_EndsAtTheFirstAnswer_AndNoLaterOneMovesIt()
    {
        var sheet = Of(Always, new SlaTargets(60, null, null), "2026-03-06T10:00Z", "2026-03-06T15:00Z", ("2026-03-06T11:00Z", ClockEventKind.Reply), ("2026-03-06T14:00Z", ClockEventKind.Reply));

        Assert.Equal((ClockState.Stopped, 3600L, At("2026-03-06T11:00Z"), At("2026-03-06T11:00Z"), false),
            (sheet[ClockKind.FirstResponse].State, sheet[ClockKind.FirstResponse].ElapsedSeconds, sheet[ClockKind.FirstResponse].DueAt, sheet[ClockKind.FirstResponse].StoppedAt, sheet[ClockKind.FirstResponse].IsBreached));
    }

    [Fact]
    public void FirstResponse_ASecondTooLate_IsBreached() =>
        Assert.True(Of(Always, new SlaTargets(60, null, null), "2026-03-06T10:00Z", "2026-03-06T15:00Z", ("2026-03-06T11:00:01Z", ClockEventKind.Reply))[ClockKind.FirstResponse].IsBreached);

    [Fact]
    public void OnHold_StopsTheSolutionAlone()
    {
        var sheet = Of(Always, new SlaTargets(600, 600, 600), "2026-03-06T10:00Z", "2026-03-06T15:00Z", ("2026-03-06T11:00Z", ClockEventKind.Hold), ("2026-03-06T13:00Z", ClockEventKind.Resume));

        Assert.Equal([5 * 3600L, 5 * 3600, 3 * 3600], sheet.Clocks.Select(clock => clock.ElapsedSeconds));
        Assert.Equal(At("2026-03-06T22:00Z"), sheet[ClockKind.Solution].DueAt);
    }

    [Fact]
    public void OnHold_ItIsNotDue_HoweverLongItWaits()
    {
        var sheet = Of(Always, new SlaTargets(null, null, 60), "2026-03-06T10:00Z", "2026-04-06T15:00Z", ("2026-03-06T10:59Z", ClockEventKind.Hold));

        Assert.Equal((ClockState.Paused, 59 * 60L, null, false), (sheet[ClockKind.Solution].State, sheet[ClockKind.Solution].ElapsedSeconds, sheet[ClockKind.Solution].DueAt, sheet[ClockKind.Solution].IsBreached));
        Assert.Null(sheet.ReachAt(ClockKind.Solution, 100));
        Assert.Equal(At("2026-03-06T10:45Z"), sheet.ReachAt(ClockKind.Solution, 75));
    }

    [Fact]
    public void Update_BeginsAnewAtEachAnswer_AndCountsTheLateOnes()
    {
        var sheet = Of(Always, new SlaTargets(null, 60, null), "2026-03-06T10:00Z", "2026-03-06T15:00Z", ("2026-03-06T11:00Z", ClockEventKind.Reply), ("2026-03-06T13:00Z", ClockEventKind.Reply));

        Assert.Equal((2 * 3600L, At("2026-03-06T14:00Z"), true, 2, 1), (sheet[ClockKind.Update].ElapsedSeconds, sheet[ClockKind.Update].DueAt, sheet[ClockKind.Update].IsBreached, sheet[ClockKind.Update].Cycles, sheet[ClockKind.Update].BreachedCycles));
    }

    [Fact]
    public void Reopened_ItGoesOn_AndTimeWhileResolvedNeverCounts()
    {
        var sheet = Of(Always, new SlaTargets(60, 600, 180), "2026-03-06T10:00Z", "2026-03-08T11:00Z", ("2026-03-06T11:00Z", ClockEventKind.Resolve), ("2026-03-08T10:00Z", ClockEventKind.Reopen));

        Assert.Equal((ClockState.Stopped, At("2026-03-06T11:00Z"), false), (sheet[ClockKind.FirstResponse].State, sheet[ClockKind.FirstResponse].StoppedAt, sheet[ClockKind.FirstResponse].IsBreached));
        Assert.Equal((2 * 3600L, At("2026-03-08T12:00Z")), (sheet[ClockKind.Solution].ElapsedSeconds, sheet[ClockKind.Solution].DueAt));
        Assert.Equal(2 * 3600L, sheet[ClockKind.Update].ElapsedSeconds);
    }

    [Fact]
    public void Resolved_AtTheVeryInstantItWasDue_IsInTime()
    {
        Assert.False(Of(Always, new SlaTargets(null, null, 60), "2026-03-06T10:00Z", "2026-03-07T10:00Z", ("2026-03-06T11:00Z", ClockEventKind.Resolve))[ClockKind.Solution].IsBreached);
        Assert.True(Of(Always, new SlaTargets(null, null, 60), "2026-03-06T10:00Z", "2026-03-06T11:00Z")[ClockKind.Solution].IsBreached);
    }

    [Fact]
    public void LoweredTarget_ThatHasBeenPassed_IsDueAtTheMomentOfTheChange()
    {
        List<ServiceTerms> terms = [Terms("2026-03-06T10:00Z", Always, 600), Terms("2026-03-06T13:00Z", Always, 60)];

        var clock = Clocks.Of([Event("2026-03-06T10:00Z", ClockEventKind.Created)], terms, At("2026-03-06T14:00Z"))[ClockKind.Solution];

        Assert.Equal((4 * 3600L, At("2026-03-06T13:00Z"), true), (clock.ElapsedSeconds, clock.DueAt, clock.IsBreached));
    }

    [Fact]
    public void RaisedTarget_ForgetsThatItWasDue_AndKeepsWhatHasElapsed()
    {
        List<ServiceTerms> terms = [Terms("2026-03-06T10:00Z", Always, 60), Terms("2026-03-06T13:00Z", Always, 240)];

        var clock = Clocks.Of([Event("2026-03-06T10:00Z", ClockEventKind.Created)], terms, At("2026-03-06T13:30Z"))[ClockKind.Solution];

        Assert.Equal((210 * 60L, At("2026-03-06T14:00Z"), false), (clock.ElapsedSeconds, clock.DueAt, clock.IsBreached));
    }

    [Fact]
    public void ChangedCalendar_LeavesWhatElapsedAsMeasured()
    {
        // 16:30 to 17:00 on Friday by the office's hours; from Saturday on, every hour counts.
        List<ServiceTerms> terms = [Terms("2026-03-06T15:30Z", Office, 60), Terms("2026-03-07T10:00Z", Always, 60)];

        var clock = Clocks.Of([Event("2026-03-06T15:30Z", ClockEventKind.Created)], terms, At("2026-03-07T10:10Z"))[ClockKind.Solution];

        Assert.Equal((40 * 60L, At("2026-03-07T10:30Z")), (clock.ElapsedSeconds, clock.DueAt));
    }

    [Fact]
    public void ATargetOfTomorrow_IsForeseenToday()
    {
        List<ServiceTerms> terms = [Terms("2026-03-06T10:00Z", Always, 6000), Terms("2026-03-07T10:00Z", Always, 60)];

        Assert.Equal(At("2026-03-07T10:00Z"), Clocks.Of([Event("2026-03-06T10:00Z", ClockEventKind.Created)], terms, At("2026-03-06T12:00Z"))[ClockKind.Solution].DueAt);
    }

    [Fact]
    public void Spans_HaveNoGap_AndAddUp()
    {
        var sheet = Of(Office, new SlaTargets(60, 60, 600), "2026-03-06T10:00Z", "2026-03-10T15:00Z", ("2026-03-06T11:00Z", ClockEventKind.Hold), ("2026-03-09T13:00Z", ClockEventKind.Resume), ("2026-03-09T14:00Z", ClockEventKind.Reply));

        Assert.Equal(["created", "hold", "resume", "reply"], sheet.Spans.Select(span => span.Why));
        Assert.All(sheet.Spans.Zip(sheet.Spans.Skip(1)), pair => Assert.Equal(pair.First.To, pair.Second.From));
        Assert.Equal(sheet[ClockKind.Solution].ElapsedSeconds, sheet.Spans.Sum(span => span.Counts[(int)ClockKind.Solution].CountedSeconds));
    }

    [Fact]
    public void Clocks_LookedAtEarlier_SayOfThatTimeWhatALaterLookSays() => Histories.All.Sample(one =>
    {
        var (events, terms, now) = one;
        foreach (var span in Clocks.Of(events, terms, now).Spans)
        {
            var then = Clocks.Of([.. events.Where(e => e.At < span.To)], terms, span.To);
            Assert.Equal(span.Counts.Select(count => count.ElapsedSeconds), then.Spans[^1].Counts.Select(count => count.ElapsedSeconds));
        }
    });

    private static ServiceCalendar Calendar(string zone, params (string Day, string From, string To)[] hours) =>
        new(zone, hours.ToDictionary(day => day.Day, day => (IReadOnlyList<ServiceHours>)[new ServiceHours(day.From, day.To)], StringComparer.Ordinal), [], null);

    private static ClockSheet Of(ServiceCalendar calendar, SlaTargets targets, string start, string now, params (string At, ClockEventKind Kind)[] events) =>
        Clocks.Of([Event(start, ClockEventKind.Created), .. events.Select(e => Event(e.At, e.Kind))], [new ServiceTerms(At(start), "a", calendar, targets)], At(now));

    private static ServiceTerms Terms(string from, ServiceCalendar calendar, int minutes) => new(At(from), "a", calendar, new SlaTargets(null, null, minutes));

    private static ClockEvent Event(string at, ClockEventKind kind) => new(At(at), kind);

    private static DateTimeOffset At(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
}
