using System.Text.Json;
using BackOffice.Kernel;
using Microsoft.Azure.Functions.Worker;

namespace BackOffice.Support;

/// <summary>
/// Queue <c>configuration-items</c>: tells before a contract or a warranty of an item ends, each once. A deadline that is no longer true is dropped; twice does no harm.
/// Rows: reads and writes <c>ConfigurationItems</c>, adds to and deletes from <c>Agenda</c>. Messages: to <c>support-escalations</c>.
/// </summary>
public sealed class RunItemAgenda(SupportTables support, CaseSteps steps, TimeProvider time)
{
    [Function(nameof(RunItemAgenda))]
    public Task Run([QueueTrigger("configuration-items")] Envelope<DueDeadlines> message) => steps.WorkOffAsync(support.Items, message, LookAsync);

    private async Task<int?> LookAsync(Deadline deadline)
    {
        while (true)
        {
            if (await support.Items.Cases.FindAsync(deadline.Book, deadline.Case) is not { } row) return null;
            var now = time.GetUtcNow() is var clock && clock > deadline.DueAt ? clock : deadline.DueAt;
            var (due, next) = SupportTables.ReadItem(row).Plan(now);
            if (due.Count == 0)
            {
                await steps.LookAgainAsync(support.Items, deadline.Book, deadline.Case, next);
                return row.Version;
            }

            var command = new CaseCommand("look", "{}", nameof(RunItemAgenda), string.Create(System.Globalization.CultureInfo.InvariantCulture, $"look@{row.Version}"), row.Tag);
            var outcome = await steps.RunAsync(support.Items, deadline.Book, deadline.Case, command, known =>
            {
                var item = SupportTables.ReadItem(known!);
                var tell = JsonSerializer.Serialize(due.Select(end => new ItemNotice(deadline.Book, deadline.Case, item.Name, end.What, end.EndsOn, $"/api/books/{deadline.Book}/configuration-items/{deadline.Case}")).ToList(), SupportJson.Default.ListItemNotice);
                return new CaseDecision(SupportTables.Write(item with { Told = [.. item.Told, .. due] }), Tell: tell, NextAt: next);
            });
            if (outcome.Is(out var result, out var refusal)) return result.Case.Version;
            if (refusal.Status != 412) throw new InvalidOperationException(refusal.Faults[0].Detail); // else somebody was first: look at what it is now
        }
    }
}
