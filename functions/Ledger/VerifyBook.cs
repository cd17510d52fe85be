using BackOffice.Kernel;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;

namespace BackOffice.Ledger;

/// <summary>
/// Queue <c>ledger-verify</c>: walks what has come to a book since the last good night, and notes the result. A broken chain is noted, logged as critical, and stays noted.
/// Rows: reads <c>Ledger</c>, writes <c>LedgerVerifications</c>. Messages: none. Told twice, the second walks what is left and notes the same.
/// </summary>
public sealed partial class VerifyBook(Verification verification, ILogger<VerifyBook> logger)
{
    public const string Queue = "ledger-verify";
    public const string Schema = "ledger-verify";

    [Function(nameof(VerifyBook))]
    public async Task Run([QueueTrigger(Queue)] Envelope<VerificationWanted> message)
    {
        message.Expect(Schema, 1);
        if (!Ids.IsBook(message.Body.Book)) throw new System.Text.Json.JsonException($"'{message.Body.Book}' is no book id.");
        if (await verification.WalkNewAsync(message.Body.Book, message.Body.Night) is not { } verified) return; // in the directory, but its first record was never written
        if (verified.Result.Valid) Log.Good(logger, message.Body.Book, verified.Result.FromRecord, verified.Result.Record);
        else Log.Broken(logger, message.Body.Book, verified.Result.Fault!);
    }

    private static partial class Log
    {
        [LoggerMessage(130, LogLevel.Information, "Book {Book}: records {From} to {To} verified")]
        public static partial void Good(ILogger logger, string book, long from, long to);

        [LoggerMessage(131, LogLevel.Critical, "Book {Book}: the chain is broken: {Fault}")]
        public static partial void Broken(ILogger logger, string book, string fault);
    }
}

/// <summary>Body of <c>ledger-verify</c>.</summary>
public sealed record VerificationWanted(string Book, DateOnly Night);
