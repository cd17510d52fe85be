using BackOffice.Kernel;
using Microsoft.Azure.Functions.Worker;

namespace BackOffice.Operations;

/// <summary>
/// Timer, each five minutes: measures how many messages lie in each queue and its poison queue, and how old the oldest is, since the platform's own metric counts an account once a day. Metrics <c>backoffice.queue.messages</c> and
/// <c>backoffice.queue.age</c>. Rows: none. Messages: looks at every queue, takes none.
/// </summary>
public sealed class MeasureQueues(Storage storage, TimeProvider time)
{
    [Function(nameof(MeasureQueues))]
    public async Task Run([TimerTrigger("0 */5 * * * *")] TimerInfo timer)
    {
        foreach (var name in Storage.Queues.SelectMany(queue => (string[])[queue, queue + "-poison"]))
        {
            var queue = storage.RawQueue(name);
            if (!(await queue.ExistsAsync()).Value) continue; // the platform makes a poison queue when it needs one
            var tag = new KeyValuePair<string, object?>("queue", name);
            Telemetry.QueueMessages.Record((await queue.GetPropertiesAsync()).Value.ApproximateMessagesCount, tag);
            var oldest = (await queue.PeekMessageAsync()).Value?.InsertedOn;
            Telemetry.QueueAge.Record(oldest is { } since ? Math.Max(0, (long)(time.GetUtcNow() - since).TotalSeconds) : 0, tag);
        }
    }
}
