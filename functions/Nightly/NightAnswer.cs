using System.Text.Json;
using BackOffice.Kernel;

namespace BackOffice.Nightly;

/// <summary>A night's record as callers see it.</summary>
internal static class NightAnswer
{
    /// <summary>The whole record; <paramref name="chunks"/> are the parts of the phase under way.</summary>
    public static void Write(Utf8JsonWriter json, string book, Night night, int digits, IReadOnlyList<NightChunk> chunks)
    {
        json.WriteString("book", book);
        WriteSummary(json, night);
        json.WriteString("expect", night.Expect);
        json.WriteList("phases", night.Phases, phase => WritePhase(json, phase, digits, phase == night.Current ? chunks : []));
        json.WriteList("checks", night.Checks, check =>
        {
            json.WriteString("name", check.Name);
            json.WriteString("subject", check.Subject);
            json.WriteString("expected", check.Expected);
            json.WriteString("actual", check.Actual);
            json.WriteString("difference", check.Difference);
            json.WriteBoolean("passed", check.Passed);
            json.WriteString("detail", check.Detail);
        });
        json.WriteList("earlierAttempts", night.Earlier, earlier =>
        {
            json.WriteNumber("attempt", earlier.Attempt);
            json.WriteString("by", earlier.By);
            json.WriteString("startedAt", earlier.StartedAt.UtcDateTime);
            json.WriteString("endedAt", earlier.EndedAt.UtcDateTime);
            json.WriteString("note", earlier.Note);
        });
    }

    /// <summary>What a list shows of a night.</summary>
    public static void WriteSummary(Utf8JsonWriter json, Night night)
    {
        var counts = night.Phases.Aggregate(NightCounts.None, (sum, phase) => phase.Counts is { } some ? sum.Add(some) : sum);
        json.WriteString("date", BusinessDay.Text(night.Date));
        json.WriteString("status", Text(night.Status));
        json.WriteString("phase", night.Current?.Name ?? (night.Status == NightStatus.Running ? "waiting" : null));
        json.WriteNumber("attempt", night.Attempt);
        json.WriteString("by", night.By);
        json.WriteString("startedAt", night.StartedAt.UtcDateTime);
        WriteEnd(json, night.StartedAt, night.EndedAt);
        json.WriteNumber("planned", night.Phases.Sum(phase => phase.Plan?.Entries ?? 0));
        WriteCounts(json, counts);
        json.WriteNumber("checksPassed", night.Checks.Count(check => check.Passed));
        json.WriteNumber("checksFailed", night.Checks.Count(check => !check.Passed));
        json.WriteString("note", night.Note);
        if (night.AtEntry is { } entry) json.WriteNumber("atEntry", entry);
        else json.WriteNull("atEntry");
        json.WriteString("headHash", night.HeadHash);
    }

    public static void WritePlan(Utf8JsonWriter json, NightPlan plan, int digits)
    {
        json.WriteString("hash", plan.Hash);
        json.WriteNumber("atEntry", plan.AtEntry);
        json.WriteNumber("entries", plan.Entries);
        json.WriteNumber("chunks", plan.Chunks);
        json.WriteList("works", plan.Works, work =>
        {
            json.WriteString("name", work.Work);
            json.WriteNumber("entries", work.Entries);
            json.WriteString("amount", Amount.Format((Int128)work.AmountMinor, digits));
        });
    }

    public static NightStatus? StatusOf(string text, List<Fault> faults)
    {
        foreach (var status in Enum.GetValues<NightStatus>())
            if (Text(status) == text) return status;
        faults.Add(new Fault("status", "nightly/status", $"'status' must be {string.Join(", ", Enum.GetValues<NightStatus>().Select(Text))}."));
        return null;
    }

    private static string Text(NightStatus status) => JsonNamingPolicy.CamelCase.ConvertName(status.ToString());

    private static void WritePhase(Utf8JsonWriter json, NightPhase phase, int digits, IReadOnlyList<NightChunk> chunks)
    {
        json.WriteString("name", phase.Name);
        json.WriteString("startedAt", phase.StartedAt.UtcDateTime);
        WriteEnd(json, phase.StartedAt, phase.EndedAt);
        if (phase.Plan is { } plan)
        {
            json.WriteStartObject("plan");
            WritePlan(json, plan, digits);
            json.WriteEndObject();
        }
        else return;

        if (chunks.Count > 0) json.WriteNumber("chunksDone", chunks.Count(chunk => chunk.Result is not null));
        var counts = phase.Counts ?? chunks.Aggregate(NightCounts.None, (sum, chunk) => chunk.Result is { } some ? sum.Add(some) : sum);
        WriteCounts(json, counts);
        if (counts.Refused == 0) return;
        json.WriteList("firstRefused", counts.FirstRefused, line =>
        {
            json.WriteString("id", line.Id);
            json.WriteString("code", line.Code);
            json.WriteString("detail", line.Detail);
        });
    }

    private static void WriteCounts(Utf8JsonWriter json, NightCounts counts)
    {
        json.WriteNumber("posted", counts.Posted);
        json.WriteNumber("known", counts.Known);
        json.WriteNumber("late", counts.Late);
        json.WriteNumber("refused", counts.Refused);
    }

    private static void WriteEnd(Utf8JsonWriter json, DateTimeOffset startedAt, DateTimeOffset? endedAt)
    {
        if (endedAt is not { } end) return;
        json.WriteString("endedAt", end.UtcDateTime);
        json.WriteNumber("durationMilliseconds", (long)(end - startedAt).TotalMilliseconds);
    }
}
