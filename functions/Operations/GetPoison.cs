using BackOffice.Kernel;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace BackOffice.Operations;

/// <summary>
/// <c>GET /api/operations/poison/{queue}/{id}</c>: one message that could not be worked off, with its body as it was sent. 404 <c>operations/message-unknown</c>.
/// Rows: reads <c>PoisonMessages</c>. Messages: none.
/// </summary>
public sealed class GetPoison(PoisonTable poison)
{
    [Function(nameof(GetPoison))]
    [Allow(Roles.Operator, Roles.Auditor)]
    public async Task<IResult> Run([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "operations/poison/{queue}/{id}")] HttpRequest request, string queue, string id)
    {
        if (new QueryFields(request.Query).Refused() is { } wrong) return new Problem(wrong);
        if (await FindAsync(poison, queue, id) is not { } message) return Unknown(queue, id);
        return new JsonAnswer(json =>
        {
            ListPoison.Write(json, message);
            json.WriteString("body", message.Body);
        });
    }

    /// <summary>The message, or null, also for names that no message can have.</summary>
    internal static async Task<PoisonMessage?> FindAsync(PoisonTable poison, string queue, string id) => Storage.Queues.Contains(queue) && Ids.IsEntity(id) ? await poison.FindAsync(queue, id) : null;

    internal static Problem Unknown(string queue, string id) => Problem.Of(404, "operations/message-unknown", $"There is no poison message '{Ids.Cut(id)}' of queue '{Ids.Cut(queue)}'. GET /api/operations/poison lists them.");
}
