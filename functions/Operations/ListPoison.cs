using System.Text.Json;
using BackOffice.Kernel;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace BackOffice.Operations;

/// <summary>
/// <c>GET /api/operations/poison?status=open|replayed|discarded|all&amp;queue=&amp;limit=</c>: messages that could not be worked off, by queue: <c>{messages: [{queue, id, status, insertedAt, …}], more}</c>; those still in a poison
/// queue are taken over first. Without <c>status</c> the open ones. Rows: reads and adds to <c>PoisonMessages</c>. Messages: takes those of every <c>-poison</c> queue.
/// </summary>
public sealed class ListPoison(PoisonTable poison)
{
    private const int DefaultLimit = 100;
    private const int MaxLimit = 1_000;

    [Function(nameof(ListPoison))]
    [Allow(Roles.Operator, Roles.Auditor)]
    public async Task<IResult> Run([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "operations/poison")] HttpRequest request)
    {
        var query = new QueryFields(request.Query);
        var (status, queue) = (StatusOf(query), query.Text("queue"));
        if (queue is not null && !Storage.Queues.Contains(queue)) query.Faults.Add(new Fault("queue", "operations/queue", $"There is no queue '{Ids.Cut(queue)}'. Known are {string.Join(", ", Storage.Queues)}."));
        var limit = query.Number("limit", 1, MaxLimit) ?? DefaultLimit;
        if (query.Refused() is { } wrong) return new Problem(wrong);

        await poison.CollectAsync();
        List<PoisonMessage> messages = [];
        var more = false;
        await foreach (var message in poison.ListAsync(status, queue))
        {
            more = messages.Count == limit;
            if (more) break;
            messages.Add(message);
        }

        return new JsonAnswer(json =>
        {
            json.WriteList("messages", messages, message => Write(json, message));
            json.WriteBoolean("more", more);
        });
    }

    internal static void Write(Utf8JsonWriter json, PoisonMessage message)
    {
        json.WriteString("queue", message.Queue);
        json.WriteString("id", message.Id);
        json.WriteString("status", Text(message.Status));
        json.WriteString("insertedAt", message.InsertedAt.UtcDateTime);
        json.WriteString("collectedAt", message.CollectedAt.UtcDateTime);
        if (message.By is null) return;
        json.WriteString("by", message.By);
        json.WriteString("at", message.At!.Value.UtcDateTime);
        json.WriteString("reason", message.Reason);
    }

    private static string Text(PoisonStatus status) => JsonNamingPolicy.CamelCase.ConvertName(status.ToString());

    private static PoisonStatus? StatusOf(QueryFields query)
    {
        var text = query.Text("status") ?? "open";
        if (text == "all") return null;
        foreach (var status in Enum.GetValues<PoisonStatus>())
            if (Text(status) == text) return status;
        query.Faults.Add(new Fault("status", "operations/status", $"'status' must be {string.Join(", ", Enum.GetValues<PoisonStatus>().Select(Text))} or all."));
        return null;
    }
}
