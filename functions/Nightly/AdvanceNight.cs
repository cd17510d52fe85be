using BackOffice.Kernel;
using Microsoft.Azure.Functions.Worker;

namespace BackOffice.Nightly;

/// <summary>
/// Queue <c>nightly</c>: drives a book's night on, through its phases to its end, and then the nights after it that are wanted; see <see cref="NightRun"/>. Small ones are done in one go, a phase of more than one chunk goes on
/// when its last chunk is done. Told twice it finds the work done, or somebody else at it.
/// Rows: reads and writes <c>Nights</c>, <c>Agenda</c>, <c>PoisonMessages</c> and <c>LedgerVerifications</c>, reads and writes the departments' tables, commits <c>EntryPosted</c> to <c>Ledger</c>. Messages: a chunk each to <c>nightly-chunk</c>; itself again after two minutes.
/// </summary>
public sealed class AdvanceNight(NightRun run, NightTable nights, Agenda agenda)
{
    public const string Queue = NightRun.Department;

    [Function(nameof(AdvanceNight))]
    public async Task Run([QueueTrigger(Queue)] Envelope<DueDeadlines> message)
    {
        using var span = message.Expect(DueDeadlines.Schema, 1);
        foreach (var deadline in message.Body.Deadlines)
        {
            var date = BusinessDay.Parse(deadline.Case) ?? throw new System.Text.Json.JsonException($"A night is named by its date, not by '{deadline.Case}'.");
            await run.DriveAsync(deadline.Book, date);
            // Struck off when the night has ended, or never was this deadline's.
            if (await nights.FindAsync(deadline.Book, date) is not { Night: { Status: NightStatus.Running, LookAfterAt: { } at } } || at.ToUnixTimeSeconds() != deadline.DueAt.ToUnixTimeSeconds()) await agenda.RemoveAsync(deadline);
        }
    }
}
