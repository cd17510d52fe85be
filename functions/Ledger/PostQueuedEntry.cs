using System.Text;
using System.Text.Json;
using Azure.Data.Tables;
using BackOffice.Kernel;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;

namespace BackOffice.Ledger;

/// <summary>
/// Queue <c>ledger-post</c>: posts the entries of one message (1 to 100, at most 48 KiB), each judged by itself as <see cref="PostEntry"/> would. What is refused is noted and the
/// message is done: it would be refused again. A message that cannot be read, or holds more than 100 entries, goes to <c>ledger-post-poison</c>.
/// Rows: commits <c>EntryPosted</c> to <c>Ledger</c>, adds to <c>LedgerMessages</c>. Messages: none. Told twice, the entries are recognised.
/// </summary>
public sealed partial class PostQueuedEntry(Books books, LedgerMessagesTable results, ILogger<PostQueuedEntry> logger)
{
    public const string Queue = "ledger-post";
    public const string Schema = "ledger-post";
    public const int MaxEntries = 100;
    private const string By = "queue:" + Queue;

    [Function(nameof(PostQueuedEntry))]
    public async Task Run([QueueTrigger(Queue)] Envelope<EntriesToPost> message)
    {
        using var span = message.Expect(Schema, 1);
        var (book, entries) = (message.Body.Book, message.Body.Entries);
        if (book is null || !Ids.IsBook(book) || entries is null || entries.Length is 0 or > MaxEntries)
            throw new JsonException($"A {Schema} message names a book and holds 1 to {MaxEntries} entries; this one has book '{book}' and {entries?.Length ?? 0}.");

        var result = await PostAsync(book, entries);
        await results.NoteAsync(book, message.OperationId, message.CorrelationId, result);
        if (result.Rejected.Count > 0) Log.Rejected(logger, message.OperationId, book, result.Rejected.Count, result.Rejected[0].Detail);
    }

    private async Task<ImportResult> PostAsync(string book, JsonElement[] entries)
    {
        var opened = await books.OpenAsync(book);
        if (!opened.Is(out var found, out var refusal))
            return new ImportResult(0, 0, entries.Length, [.. entries.Select((_, n) => new RejectedLine(n + 1, null, refusal.Code, refusal.Faults[0].Detail))]);

        var chunk = new ImportChunk(found.Digits);
        for (var n = 0; n < entries.Length; n++) chunk.Read(Encoding.UTF8.GetBytes(entries[n].GetRawText()), n + 1);
        return await chunk.PostAsync(found.Book, By);
    }

    private static partial class Log
    {
        [LoggerMessage(140, LogLevel.Warning, "Operation {OperationId}: {Count} entries refused for book {Book}; the first: {Detail}")]
        public static partial void Rejected(ILogger logger, string operationId, string book, int count, string detail);
    }
}

/// <summary>Body of <c>ledger-post</c>, version 1.</summary>
/// <param name="Book">The book to post to.</param>
/// <param name="Entries">1 to 100 entries in the form of <c>POST …/entries</c>; posted in this order.</param>
public sealed record EntriesToPost(string Book, JsonElement[] Entries);

/// <summary>
/// Table <c>LedgerMessages</c>: what became of each <c>ledger-post</c> message. PartitionKey <c>{book}</c>, RowKey <c>op!{digest of the operation id}</c>: OperationId, CorrelationId,
/// ProcessedAt, Posted, Duplicates, RejectedCount; the rejected entries as JSON in D0…. One row an operation; the first result stays.
/// </summary>
public sealed class LedgerMessagesTable(Storage storage, TimeProvider time)
{
    private readonly TableClient _table = storage.Table("LedgerMessages");

    public async Task NoteAsync(string book, string operationId, string? correlationId, ImportResult result)
    {
        await storage.ReadyAsync();
        var row = new TableEntity(book, "op!" + Ids.Key(operationId))
        {
            ["OperationId"] = operationId,
            ["CorrelationId"] = correlationId ?? "",
            ["ProcessedAt"] = time.GetUtcNow(),
            ["Posted"] = result.Posted,
            ["Duplicates"] = result.Duplicates,
            ["RejectedCount"] = result.RejectedCount,
        };
        LedgerTable.AddChunks(row, JsonSerializer.SerializeToUtf8Bytes(result.Rejected, LedgerMessages.Default.IReadOnlyListRejectedLine));
        await _table.AddIfAbsentAsync(row);
    }

    public async Task<TableEntity?> FindAsync(string book, string operationId)
    {
        await storage.ReadyAsync();
        var row = await _table.GetEntityIfExistsAsync<TableEntity>(book, "op!" + Ids.Key(operationId));
        return row.HasValue ? row.Value : null;
    }
}
