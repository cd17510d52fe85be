using System.Text;
using Azure;
using Azure.Data.Tables;
using Azure.Storage.Queues.Models;
using BackOffice.Kernel;

namespace BackOffice.Operations;

/// <summary>What has become of a poison message.</summary>
public enum PoisonStatus
{
    /// <summary>It waits for somebody to look.</summary>
    Open,

    /// <summary>It was sent to its queue again.</summary>
    Replayed,

    /// <summary>It was given up.</summary>
    Discarded,
}

/// <summary>A message that its handler failed on as often as it may.</summary>
/// <param name="Queue">The queue it was meant for.</param>
/// <param name="Id">Its id in the poison queue.</param>
/// <param name="Body">Its text as it was sent, before base64.</param>
/// <param name="InsertedAt">When it came into the poison queue.</param>
/// <param name="CollectedAt">When it was taken from there.</param>
/// <param name="Status">What has become of it.</param>
/// <param name="By">Who decided that; null while it is open.</param>
/// <param name="At">When.</param>
/// <param name="Reason">Why.</param>
public sealed record PoisonMessage(string Queue, string Id, string Body, DateTimeOffset InsertedAt, DateTimeOffset CollectedAt, PoisonStatus Status, string? By, DateTimeOffset? At, string? Reason, ETag ETag);

/// <summary>
/// Table <c>PoisonMessages</c>: PartitionKey <c>{queue}</c>, RowKey <c>{message id}</c>: Body0… (the message's text), InsertedAt, CollectedAt, Status, By, At, Reason. One row a message, taken over from
/// <c>{queue}-poison</c>, whose messages the platform drops after some days. Rows stay when they have been dealt with: they are the history.
/// </summary>
public sealed class PoisonTable(Storage storage, TimeProvider time)
{
    private const int MaxReceive = 32;

    /// <summary>Long enough to write a row; a message that was not deleted comes again, and is known by its id.</summary>
    private static readonly TimeSpan Hidden = TimeSpan.FromMinutes(2);

    private readonly TableClient _table = storage.Table("PoisonMessages");

    /// <summary>Takes over what lies in the poison queues; how many there were.</summary>
    public async Task<int> CollectAsync()
    {
        await storage.ReadyAsync();
        var collected = 0;
        foreach (var queue in Storage.Queues) collected += await CollectAsync(queue);
        return collected;
    }

    public async Task<PoisonMessage?> FindAsync(string queue, string id)
    {
        await storage.ReadyAsync();
        return await _table.FindAsync(queue, id) is { } row ? FromRow(row) : null;
    }

    /// <summary>The messages with a status (null: all), by queue and id.</summary>
    public async IAsyncEnumerable<PoisonMessage> ListAsync(PoisonStatus? status, string? queue = null)
    {
        await storage.ReadyAsync();
        string[] filters = [queue is null ? "PartitionKey ge ''" : $"PartitionKey eq '{queue}'", .. status is { } wanted ? [$"Status eq '{wanted}'"] : Array.Empty<string>()];
        await foreach (var row in _table.QueryAsync<TableEntity>(string.Join(" and ", filters))) yield return FromRow(row);
    }

    public async Task<int> CountOpenAsync()
    {
        var count = 0;
        await foreach (var _ in ListAsync(PoisonStatus.Open)) count++;
        return count;
    }

    /// <summary>Notes what was decided; false when somebody else has decided meanwhile.</summary>
    public async Task<bool> DecideAsync(PoisonMessage message, PoisonStatus status, string by, string reason)
    {
        var row = new TableEntity(message.Queue, message.Id) { ["Status"] = status.ToString(), ["By"] = by, ["At"] = time.GetUtcNow(), ["Reason"] = reason };
        try
        {
            await _table.UpdateEntityAsync(row, message.ETag, TableUpdateMode.Merge);
            return true;
        }
        catch (RequestFailedException e) when (e.Status == 412)
        {
            return false;
        }
    }

    private async Task<int> CollectAsync(string queue)
    {
        var poison = storage.RawQueue(queue + "-poison");
        var collected = 0;
        try
        {
            while (true)
            {
                QueueMessage[] messages = await poison.ReceiveMessagesAsync(MaxReceive, Hidden);
                if (messages.Length == 0) return collected;
                foreach (var message in messages)
                {
                    await _table.AddIfAbsentAsync(ToRow(queue, message));
                    await poison.DeleteMessageAsync(message.MessageId, message.PopReceipt);
                    collected++;
                }
            }
        }
        catch (RequestFailedException e) when (e.Status == 404)
        {
            return collected; // no such queue: nothing has ever gone wrong there; or no such message: another collector took it
        }
    }

    private TableEntity ToRow(string queue, QueueMessage message)
    {
        var row = new TableEntity(queue, message.MessageId) { ["InsertedAt"] = message.InsertedOn, ["CollectedAt"] = time.GetUtcNow(), ["Status"] = nameof(PoisonStatus.Open) };
        row.AddText("Body", TextOf(message.Body.ToString()));
        return row;
    }

    /// <summary>The queues carry base64; what is none was put there by other hands and is kept as it is.</summary>
    private static string TextOf(string raw)
    {
        var bytes = new byte[raw.Length];
        return Convert.TryFromBase64String(raw, bytes, out var length) ? Encoding.UTF8.GetString(bytes.AsSpan(0, length)) : raw;
    }

    private static PoisonMessage FromRow(TableEntity row) => new(
        row.PartitionKey, row.RowKey, row.Text("Body"), row.GetDateTimeOffset("InsertedAt")!.Value, row.GetDateTimeOffset("CollectedAt")!.Value,
        Enum.Parse<PoisonStatus>(row.GetString("Status")), row.GetString("By"), row.GetDateTimeOffset("At"), row.GetString("Reason"), row.ETag);
}
