using System.Text.Json;
using BackOffice.Kernel;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace BackOffice.Operations;

/// <summary>
/// <c>POST /api/operations/poison/{queue}/{id}/replay</c> <c>{reason}</c>: sends the message to its queue again, and notes who did it and why. 200 with the message; also when it has been replayed before, which sends nothing.
/// 409 <c>operations/message-closed</c> when it was discarded. Rows: reads and writes <c>PoisonMessages</c>. Messages: the message, to its queue.
/// </summary>
public sealed class ReplayPoison(PoisonTable poison, Storage storage)
{
    [Function(nameof(ReplayPoison))]
    [Allow(Roles.Operator)]
    public Task<IResult> Run([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "operations/poison/{queue}/{id}/replay")] HttpRequest request, string queue, string id) =>
        // Sent before it is noted: cut off in between it is sent twice, which its handler knows how to take; the other way round it would be lost.
        DecideAsync(poison, request, queue, id, PoisonStatus.Replayed, message => storage.SendAsync(message.Queue, message.Body));

    /// <summary>The way of both decisions: read the reason, act, note.</summary>
    internal static async Task<IResult> DecideAsync(PoisonTable poison, HttpRequest request, string queue, string id, PoisonStatus wanted, Func<PoisonMessage, Task> act)
    {
        if (await GetPoison.FindAsync(poison, queue, id) is not { } message) return GetPoison.Unknown(queue, id);
        var body = await RequestBody.ReadJsonAsync(request);
        if (!body.Is(out var json, out var refusal)) return new Problem(refusal);
        using (json)
        {
            if (!ReadReason(json.RootElement).Is(out var reason, out refusal)) return new Problem(refusal);
            if (message.Status == PoisonStatus.Open)
            {
                await act(message);
                await poison.DecideAsync(message, wanted, Caller.Of(request).Name, reason);
                message = (await poison.FindAsync(queue, id))!;
            }
        }

        if (message.Status != wanted) return Problem.Of(409, "operations/message-closed", $"The message has been {(message.Status == PoisonStatus.Replayed ? "replayed" : "discarded")} by {message.By}: {message.Reason}");
        return new JsonAnswer(answer => ListPoison.Write(answer, message));
    }

    private static Outcome<string> ReadReason(JsonElement json)
    {
        List<Fault> faults = [];
        var fields = new JsonFields(json, faults);
        var reason = fields.Text("reason", 500);
        fields.NoOthers();
        return faults.Count > 0 ? Refusal.Of(faults) : reason;
    }
}
