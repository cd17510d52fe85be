using BackOffice.Kernel;
using Microsoft.Azure.Functions.Worker;

namespace BackOffice.Nightly;

/// <summary>
/// Queue <c>nightly-chunk</c>: computes what is due of some cases, posts it, and marks the chunk. Told twice, or too late, it finds the mark, or the entries in the book.
/// Rows: reads and writes <c>Nights</c>, reads the departments' tables, commits <c>EntryPosted</c> to <c>Ledger</c>. Messages: one to <c>nightly</c> when this was the phase's last chunk.
/// </summary>
public sealed class RunNightChunk(NightRun run)
{
    public const string Queue = "nightly-chunk";
    public const string Schema = "nightly-chunk";

    [Function(nameof(RunNightChunk))]
    public async Task Run([QueueTrigger(Queue)] Envelope<NightChunkWanted> message)
    {
        using var span = message.Expect(Schema, 1);
        await run.RunChunkAsync(message.Body);
    }
}
