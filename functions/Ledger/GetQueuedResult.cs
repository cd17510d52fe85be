using BackOffice.Kernel;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace BackOffice.Ledger;

/// <summary>
/// <c>GET /api/books/{book}/messages/{operationId}</c>: what became of a <c>ledger-post</c> message: <c>{operationId, correlationId, processedAt, posted, duplicates, rejected}</c>,
/// <c>line</c> being the entry's place in the message from 1. 404 while it has not been worked on. Rows: reads <c>LedgerMessages</c>. Messages: none.
/// </summary>
public sealed class GetQueuedResult(LedgerMessagesTable results)
{
    [Function(nameof(GetQueuedResult))]
    [Allow(Roles.Accounting, Roles.Auditor)]
    public async Task<IResult> Run([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "books/{book}/messages/{operationId}")] HttpRequest request, string book, string operationId)
    {
        if (!Ids.IsBook(book)) return Problem.Of(400, "ledger/book-id", $"A book id must match {Ids.BookGrammar}.");
        if (await results.FindAsync(book, operationId) is not { } row) return Problem.Of(404, "ledger/message-unknown", $"No message with operation id '{operationId}' has been worked on for book '{book}'.");
        return new JsonAnswer(json =>
        {
            json.WriteString("operationId", row.GetString("OperationId"));
            json.WriteString("correlationId", row.GetString("CorrelationId"));
            json.WriteString("processedAt", row.GetDateTimeOffset("ProcessedAt")!.Value.UtcDateTime);
            json.WriteNumber("posted", row.GetInt64("Posted")!.Value);
            json.WriteNumber("duplicates", row.GetInt64("Duplicates")!.Value);
            json.WritePropertyName("rejected");
            json.WriteRawValue(LedgerTable.Chunks(row), skipInputValidation: true);
        });
    }
}
