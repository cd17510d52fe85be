using BackOffice.Support;
using CsCheck;

namespace BackOffice.Tests.Support;

/// <summary>The clocks against a slow count of every minute, and against themselves.</summary>
public sealed class ClockCountTests
{
    private const int Ahead = 30;

    [Fact]
    public void Clocks_OfAnyHistory_AreThoseOfAMinuteByMinuteCount() => Histories.All.Sample(
        one =>
        {
            var sheet = Clocks.Of(one.Events, one.Terms, one.Now);
            var horizon = one.Now.AddDays(Ahead);
            var slow = new SlowClocks(one.Events, one.Terms, one.Now, horizon);
            foreach (var clock in sheet.Clocks)
            {
                var counted = slow.Of(clock.Kind);
                Assert.Equal((60L * counted.Elapsed, counted.Target, counted.IsBreached, counted.StoppedAt, counted.Cycles, counted.BreachedCycles),
                    (clock.ElapsedSeconds, clock.TargetMinutes, clock.IsBreached, clock.StoppedAt, clock.Cycles, clock.BreachedCycles));
                IsSame(counted.Due, clock.DueAt, horizon);
                Assert.Equal(counted.StoppedAt is not null ? ClockState.Stopped : counted.IsRunning ? ClockState.Running : ClockState.Paused, clock.State);
                if (counted.StoppedAt is null) Assert.Equal(clock.DueAt, sheet.ReachAt(clock.Kind, 100));
                foreach (var percent in (int[])[50, 80, 150])
                {
                    if (counted.StoppedAt is null) IsSame(slow.Of(clock.Kind, percent).Due, sheet.ReachAt(clock.Kind, percent), horizon);
                    else Assert.Null(sheet.ReachAt(clock.Kind, percent));
                }
            }
        });

    [Fact]
    public void Clocks_AskedAtOnce_AreThoseAskedAfterAnyNumberOfTimes() =>
        (from history in Histories.All from asks in Gen.Int[-500, 20_000].Array[0, 20] select (history, asks)).Sample(
            one =>
            {
                var (events, terms, now) = one.history;
                foreach (var ask in one.asks) Clocks.Of(events, terms, events[0].At.AddMinutes(ask));
                var after = Clocks.Of(events, terms, now);

                // As new, from copies that nobody has counted with, and with nothing that happened later.
                var atOnce = Clocks.Of([.. events.Where(one => one.At <= now)], [.. terms.Select(one => one with { Calendar = one.Calendar with { } })], now);
                Assert.Equal(atOnce.Clocks, after.Clocks);
                Assert.Equal(atOnce.Spans.Select(Said), after.Spans.Select(Said));
            });

    private static void IsSame(DateTimeOffset? counted, DateTimeOffset? computed, DateTimeOffset horizon)
    {
        if (counted is null) Assert.True(computed is null || computed >= horizon, $"{computed:u} was not counted up to.");
        else Assert.Equal(counted, computed);
    }

    private static string Said(ClockSpan span) => $"{span.From:u} {span.To:u} {span.Why} {span.By} {span.CalendarId} {string.Join(' ', span.Counts)}";
}
