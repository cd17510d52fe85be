using System.Text.Json;
using BackOffice.Kernel;
using Microsoft.Azure.Functions.Worker;

namespace BackOffice.Support;

/// <summary>
/// Queue <c>support-replan</c>: a service level or a calendar has changed, so the deadlines of the tickets that go by it are computed anew, 500 tickets a message, then the next message. Twice does no harm.
/// Rows: reads and writes <c>Tickets</c>, adds to <c>TicketsFeed</c> and <c>Agenda</c>, reads <c>ServiceLevels</c>, <c>ServiceCalendars</c> and <c>Parameters</c>. Messages: the next part to <c>support-replan</c>, to <c>support-escalations</c>.
/// </summary>
public sealed class ReplanTickets(SupportTables support, SupportRules rules, TicketSteps tickets, Storage storage)
{
    public const string Queue = "support-replan";
    public const string Schema = "support-replan";
    private const int Part = 500;

    [Function(nameof(ReplanTickets))]
    public async Task Run([QueueTrigger(Queue)] Envelope<ReplanWanted> message)
    {
        using var span = message.Expect(Schema, 1);
        var wanted = message.Body;
        var levels = (await rules.LoadAllAsync(wanted.Book)).Levels;
        List<CaseRow> rows = [];
        await foreach (var row in support.Tickets.Cases.ScanAsync(wanted.Book, after: wanted.After is null ? null : CaseTable.Position(wanted.After)))
        {
            rows.Add(row);
            if (rows.Count == Part) break;
        }

        var loadAsync = rules.LoadOnce();
        await Parallel.ForEachAsync(rows, new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (row, _) =>
        {
            if (Concerns(wanted, levels, SupportTables.ReadTicket(row))) await tickets.LookAsync(new Deadline(DateTimeOffset.MinValue, support.Tickets.Name, wanted.Book, row.Id, Deadline.Due), nameof(ReplanTickets), loadAsync);
        });
        if (rows.Count == Part) await SendAsync(storage, wanted with { After = rows[^1].Id }, message.CorrelationId);
    }

    internal static Task SendAsync(Storage storage, ReplanWanted wanted, string correlationId)
    {
        var id = $"replan:{wanted.Book}:{correlationId}:{(wanted.After is null ? "0" : Ids.Key(wanted.After))}";
        return storage.SendAsync(Queue, JsonSerializer.Serialize(new Envelope<ReplanWanted>(Schema, 1, id, correlationId, wanted), SupportJson.Default.EnvelopeReplanWanted));
    }

    /// <summary>Whether a ticket goes by the level, or by the calendar in any version of its level.</summary>
    private static bool Concerns(ReplanWanted wanted, IReadOnlyDictionary<string, ServiceLevel> levels, Ticket ticket) =>
        ticket.Service == wanted.Level || (wanted.Calendar is not null && levels[ticket.Service].Versions.Any(version => version.Calendar == wanted.Calendar));
}

/// <summary>Body of <c>support-replan</c>, version 1.</summary>
/// <param name="Level">The service whose level has changed; null: none has.</param>
/// <param name="Calendar">The calendar that has changed; null: none has.</param>
/// <param name="After">Id of the last ticket of the part before; null: the first part.</param>
public sealed record ReplanWanted(string Book, string? Level, string? Calendar, string? After = null);
