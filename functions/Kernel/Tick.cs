using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Azure.Functions.Worker;

namespace BackOffice.Kernel;

/// <summary>
/// Timer, each minute: tells the departments which deadlines have come, and leaves the rows to them. What is still there a quarter of an hour later is told again; twice does no harm.
/// Operation id <c>Tick:{minute}:{n}</c>. Rows: reads <c>Agenda</c>, writes its row <c>sent</c>. Messages: to the department's queue, 100 deadlines each.
/// </summary>
public sealed class Tick(Agenda agenda, Storage storage, TimeProvider time)
{
    private static readonly TimeSpan AgainAfter = TimeSpan.FromMinutes(15);

    [Function(nameof(Tick))]
    public async Task Run([TimerTrigger("0 * * * * *")] TimerInfo timer)
    {
        using var span = Telemetry.Source.StartActivity(nameof(Tick));
        var now = time.GetUtcNow();
        var known = await agenda.FindSentAsync();
        var sent = known?.GetDateTimeOffset("Through");
        var due = sent is { } through && Quarter(through) == Quarter(now) ? agenda.BetweenAsync(through, now) : agenda.ThroughAsync(now);

        Dictionary<string, List<Deadline>> waiting = new(StringComparer.Ordinal);
        var messages = 0;
        await foreach (var deadline in due)
        {
            // New ones at once; those of the last quarter of an hour have been told, unless they are old.
            if (sent is { } before && deadline.DueAt <= before && deadline.DueAt > now - AgainAfter) continue;
            if (!waiting.TryGetValue(deadline.Department, out var some)) waiting.Add(deadline.Department, some = []);
            some.Add(deadline);
            if (some.Count < DueDeadlines.Max) continue;
            await SendAsync(now, messages++, deadline.Department, some);
            some.Clear();
        }

        foreach (var (department, some) in waiting)
            if (some.Count > 0) await SendAsync(now, messages++, department, some);
        await agenda.NoteSentAsync(known, now);
    }

    private Task SendAsync(DateTimeOffset now, int number, string department, IReadOnlyList<Deadline> deadlines)
    {
        var minute = now.UtcDateTime.ToString("yyyy-MM-ddTHH:mm", CultureInfo.InvariantCulture);
        var id = string.Create(CultureInfo.InvariantCulture, $"{nameof(Tick)}:{minute}:{number}");
        var message = new Envelope<DueDeadlines>(DueDeadlines.Schema, 1, id, department, new DueDeadlines(deadlines));
        return storage.SendAsync(department, JsonSerializer.Serialize(message, KernelMessages.Default.EnvelopeDueDeadlines));
    }

    /// <summary>Which quarter of an hour an instant lies in.</summary>
    private static long Quarter(DateTimeOffset instant) => instant.UtcTicks / AgainAfter.Ticks;
}

/// <summary>JSON of the Kernel's messages, generated at build time.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(Envelope<DueDeadlines>))]
public sealed partial class KernelMessages : JsonSerializerContext;
