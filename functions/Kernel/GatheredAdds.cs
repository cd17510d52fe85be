using System.Collections.Concurrent;
using Azure;
using Azure.Data.Tables;

namespace BackOffice.Kernel;

/// <summary>
/// Adds rows that stand for themselves (a deadline, a piece of news), one transaction for all that wait: while one is on its way to a partition, the next rows for it gather. Nobody waits when nobody else adds. A row that is there already stays as it is.
/// Each call ends when its own row is in the table, or fails as the write of it failed.
/// </summary>
public sealed class GatheredAdds(TableClient table)
{
    /// <summary>The store's own limit of a transaction.</summary>
    private const int MaxRows = 100;

    private readonly ConcurrentDictionary<string, Partition> _partitions = new(StringComparer.Ordinal);

    public Task AddAsync(TableEntity row)
    {
        while (true)
        {
            var partition = _partitions.GetOrAdd(row.PartitionKey, _ => new Partition());
            if (partition.Join(row) is not { } waiting) continue; // it was being left at this moment
            if (waiting.IsFirst) _ = WriteAllAsync(row.PartitionKey, partition);
            return waiting.Written;
        }
    }

    private async Task WriteAllAsync(string key, Partition partition)
    {
        while (partition.Take(MaxRows) is { Count: > 0 } group)
        {
            try
            {
                await WriteAsync([.. group.Select(one => one.Row).DistinctBy(row => row.RowKey, StringComparer.Ordinal)]);
                foreach (var one in group) one.Written.SetResult();
            }
            catch (Exception e) // whatever it is, those who wait must learn of it
            {
                foreach (var one in group) one.Written.SetException(e);
            }
        }

        _partitions.TryRemove(new KeyValuePair<string, Partition>(key, partition));
    }

    private async Task WriteAsync(List<TableEntity> rows)
    {
        if (rows.Count > 1)
        {
            try
            {
                await table.SubmitTransactionAsync(rows.Select(row => new TableTransactionAction(TableTransactionActionType.Add, row)));
                return;
            }
            catch (RequestFailedException e) when (e.Status == 409)
            {
                // One of them is there already: each for itself.
            }
        }

        foreach (var row in rows) await table.AddIfAbsentAsync(row);
    }

    private sealed record Waiting(TableEntity Row, TaskCompletionSource Written);

    /// <summary>The rows that wait for one partition; left for good when none does.</summary>
    private sealed class Partition
    {
        private readonly Lock _gate = new();
        private readonly Queue<Waiting> _waiting = [];
        private bool _isWriting;
        private bool _isLeft;

        /// <summary>Null when the partition has been left; else the end of the write, and whether the caller has to start it.</summary>
        public (Task Written, bool IsFirst)? Join(TableEntity row)
        {
            lock (_gate)
            {
                if (_isLeft) return null;
                var written = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                _waiting.Enqueue(new Waiting(row, written));
                var isFirst = !_isWriting;
                _isWriting = true;
                return (written.Task, isFirst);
            }
        }

        public List<Waiting> Take(int max)
        {
            lock (_gate)
            {
                List<Waiting> group = [];
                while (group.Count < max && _waiting.TryDequeue(out var next)) group.Add(next);
                _isLeft = group.Count == 0;
                return group;
            }
        }
    }
}
