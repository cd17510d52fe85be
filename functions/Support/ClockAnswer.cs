using System.Text.Json;
using BackOffice.Kernel;

namespace BackOffice.Support;

/// <summary>How the clocks of a ticket are answered: each with its state, and the spans that show how it came about.</summary>
internal static class ClockAnswer
{
    /// <summary>
    /// <c>firstResponse</c>, <c>update</c>, <c>solution</c>, each <c>{state, elapsedMinutes, elapsedSeconds, targetMinutes?, dueAt?, breached, stoppedAt?}</c>, minutes whole ones; <c>update</c> has also <c>cycles</c> and <c>breachedCycles</c>.
    /// </summary>
    public static void WriteClocks(Utf8JsonWriter json, ClockSheet sheet)
    {
        foreach (var clock in sheet.Clocks)
        {
            json.WriteStartObject(JsonFields.NameOf(clock.Kind));
            json.WriteString("state", JsonFields.NameOf(clock.State));
            json.WriteNumber("elapsedMinutes", clock.ElapsedSeconds / 60);
            json.WriteNumber("elapsedSeconds", clock.ElapsedSeconds);
            if (clock.TargetMinutes is { } target) json.WriteNumber("targetMinutes", target);
            if (clock.DueAt is { } due) json.WriteString("dueAt", due.UtcDateTime);
            json.WriteBoolean("breached", clock.IsBreached);
            if (clock.StoppedAt is { } stopped) json.WriteString("stoppedAt", stopped.UtcDateTime);
            if (clock.Kind == ClockKind.Update)
            {
                json.WriteNumber("cycles", clock.Cycles);
                json.WriteNumber("breachedCycles", clock.BreachedCycles);
            }

            json.WriteEndObject();
        }
    }

    /// <summary><c>spans: [{from, to?, why, by?, calendar, firstResponse: {running, seconds, elapsedSeconds, targetMinutes?}, update, solution}]</c>; <c>why</c> is the event it began with, or <c>terms</c>.</summary>
    public static void WriteSpans(Utf8JsonWriter json, ClockSheet sheet) => json.WriteList("spans", sheet.Spans, span =>
    {
        json.WriteString("from", span.From.UtcDateTime);
        if (span.To is { } to) json.WriteString("to", to.UtcDateTime);
        json.WriteString("why", span.Event is { } began ? JsonFields.NameOf(began.Kind) : "terms");
        if (span.Event?.By is { } by) json.WriteString("by", by);
        json.WriteString("calendar", span.CalendarId);
        foreach (var kind in Enum.GetValues<ClockKind>())
        {
            var clock = span.Of(kind);
            json.WriteStartObject(JsonFields.NameOf(kind));
            json.WriteBoolean("running", clock.IsRunning);
            json.WriteNumber("seconds", clock.Seconds);
            json.WriteNumber("elapsedSeconds", clock.ElapsedSeconds);
            if (clock.TargetMinutes is { } target) json.WriteNumber("targetMinutes", target);
            json.WriteEndObject();
        }
    });
}
