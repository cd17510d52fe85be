using BackOffice.Kernel;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;

namespace BackOffice.Ledger;

/// <summary>
/// Queue <c>ledger-checkpoint</c>: writes a checkpoint of a book, so that a cold process need not fold it from its first record.
/// Rows: reads <c>Ledger</c>, adds a checkpoint to it. Messages: none. Told twice, the second finds the first's.
/// </summary>
public sealed partial class WriteCheckpoint(Books books, Checkpoint checkpoint, ILogger<WriteCheckpoint> logger)
{
    public const string Queue = "ledger-checkpoint";
    public const string Schema = "ledger-checkpoint";

    [Function(nameof(WriteCheckpoint))]
    public async Task Run([QueueTrigger(Queue)] Envelope<CheckpointWanted> message)
    {
        using var span = message.Expect(Schema, 1);
        var opened = await books.OpenAsync(message.Body.Book);
        if (!opened.Is(out var found, out _)) return;
        await found.Book.CatchUpAsync();
        var record = await checkpoint.WriteAsync(found.Book.Id, found.Book.ReadKnown);
        Log.Written(logger, found.Book.Id, record);
    }

    private static partial class Log
    {
        [LoggerMessage(120, LogLevel.Information, "Book {Book}: checkpoint at record {Record}")]
        public static partial void Written(ILogger logger, string book, long record);
    }
}

/// <summary>Body of <c>ledger-checkpoint</c>.</summary>
public sealed record CheckpointWanted(string Book);
