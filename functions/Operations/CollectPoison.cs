using Microsoft.Azure.Functions.Worker;

namespace BackOffice.Operations;

/// <summary>
/// Timer, each ten minutes: takes over what lies in the poison queues into a table, since the platform drops it there after some days. Cut off in between, a message comes again and is known by its id.
/// Operation id: the message's. Rows: adds to <c>PoisonMessages</c>. Messages: takes those of every <c>-poison</c> queue.
/// </summary>
public sealed class CollectPoison(PoisonTable poison)
{
    [Function(nameof(CollectPoison))]
    public Task Run([TimerTrigger("0 */10 * * * *")] TimerInfo timer) => poison.CollectAsync();
}
