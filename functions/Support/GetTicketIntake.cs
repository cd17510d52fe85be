using BackOffice.Kernel;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace BackOffice.Support;

/// <summary>
/// <c>GET /api/books/{book}/ticket-intake/{operationId}</c>: what became of a <c>support-intake</c> message: <c>{operationId, correlationId, processedAt, taken, known, refused: [{path, code, detail}]}</c>. 404
/// <c>support/message-unknown</c> while it has not been worked on. Rows: reads <c>TicketIntake</c>. Messages: none.
/// </summary>
public sealed class GetTicketIntake(TicketIntakeTable results)
{
    [Function(nameof(GetTicketIntake))]
    [Allow(Roles.Support, Roles.Operator, Roles.Auditor)]
    public async Task<IResult> Run([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "books/{book}/ticket-intake/{operationId}")] HttpRequest request, string book, string operationId)
    {
        if (!Ids.IsBook(book)) return Problem.Of(400, "ledger/book-id", $"A book id must match {Ids.BookGrammar}.");
        if (await results.FindAsync(book, operationId) is not { } row) return Problem.Of(404, "support/message-unknown", $"No message with operation id '{Ids.Cut(operationId)}' has been worked on for book '{book}'.");
        return new JsonAnswer(json =>
        {
            json.WriteString("operationId", row.GetString("OperationId"));
            json.WriteString("correlationId", row.GetString("CorrelationId"));
            json.WriteString("processedAt", row.GetDateTimeOffset("ProcessedAt")!.Value.UtcDateTime);
            json.WriteNumber("taken", row.GetInt32("Taken")!.Value);
            json.WriteNumber("known", row.GetInt32("Known")!.Value);
            json.WritePropertyName("refused");
            json.WriteRawValue(row.Text("Refused"), skipInputValidation: true);
        });
    }
}
