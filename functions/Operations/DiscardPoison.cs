using BackOffice.Kernel;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace BackOffice.Operations;

/// <summary>
/// <c>POST /api/operations/poison/{queue}/{id}/discard</c> <c>{reason}</c>: gives a message up, and notes who did it and why; the message is kept. 200 with the message, also when it has been discarded before; 409
/// <c>operations/message-closed</c> when it was replayed. Rows: reads and writes <c>PoisonMessages</c>. Messages: none.
/// </summary>
public sealed class DiscardPoison(PoisonTable poison)
{
    [Function(nameof(DiscardPoison))]
    [Allow(Roles.Operator)]
    public Task<IResult> Run([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "operations/poison/{queue}/{id}/discard")] HttpRequest request, string queue, string id) =>
        ReplayPoison.DecideAsync(poison, request, queue, id, PoisonStatus.Discarded, _ => Task.CompletedTask);
}
