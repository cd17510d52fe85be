using System.Globalization;
using Azure.Data.Tables;

namespace BackOffice.Kernel;

/// <summary>A change of a case that was about to be committed: the case had, or was to have, this version.</summary>
public sealed record CaseNews(DateTimeOffset At, string Id, int Version);

/// <summary>
/// What has changed lately in a department, so that an instance can keep a list of its cases in memory and bring it up to date by one small read. Table <c>{department}Feed</c>: PartitionKey <c>{book}</c>, RowKey
/// <c>{UTC ticks, 19 digits}!{id}!{version}</c>; one row a commit, written before it, so that whoever sees the commit's answer finds the row. It lives by the system's clock, and what is older than a day is deleted.
/// </summary>
public sealed class CaseFeed(Storage storage, string name)
{
    /// <summary>A row is in the table so soon after the instant that its key names, or is written anew; a reader looks back twice as far.</summary>
    private static readonly TimeSpan WrittenWithin = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan Kept = TimeSpan.FromDays(1);

    private readonly TableClient _table = storage.Table(name);
    private readonly GatheredAdds _adds = new(storage.Table(name));

    /// <summary>So far before its last look a reader looks again: rows that came late, and clocks that differ.</summary>
    public static readonly TimeSpan Overlap = 2 * WrittenWithin;

    public async Task AnnounceAsync(string book, string id, int version)
    {
        await storage.ReadyAsync();
        while (true)
        {
            var at = TimeProvider.System.GetUtcNow();
            await _adds.AddAsync(new TableEntity(book, string.Create(CultureInfo.InvariantCulture, $"{Key(at)}!{id}!{version}")));
            if (TimeProvider.System.GetUtcNow() - at < WrittenWithin) return;
        }
    }

    /// <summary>The news from an instant on, oldest first.</summary>
    public async IAsyncEnumerable<CaseNews> SinceAsync(string book, DateTimeOffset since)
    {
        await storage.ReadyAsync();
        await foreach (var row in _table.QueryAsync<TableEntity>($"PartitionKey eq '{book}' and RowKey ge '{Key(since)}'", maxPerPage: 1000, select: ["RowKey"]))
        {
            var parts = row.RowKey.Split('!');
            yield return new CaseNews(new DateTimeOffset(long.Parse(parts[0], CultureInfo.InvariantCulture), TimeSpan.Zero), parts[1], int.Parse(parts[2], CultureInfo.InvariantCulture));
        }
    }

    /// <summary>Deletes what nobody looks back to any more; how many rows.</summary>
    public async Task<int> PruneAsync()
    {
        await storage.ReadyAsync();
        var deleted = 0;
        List<TableTransactionAction> old = [];
        await foreach (var row in _table.QueryAsync<TableEntity>($"RowKey lt '{Key(TimeProvider.System.GetUtcNow() - Kept)}'", maxPerPage: 1000, select: ["PartitionKey", "RowKey"]))
        {
            if (old.Count == 100 || (old.Count > 0 && old[0].Entity.PartitionKey != row.PartitionKey)) await DeleteAsync();
            old.Add(new TableTransactionAction(TableTransactionActionType.Delete, row));
        }

        if (old.Count > 0) await DeleteAsync();
        return deleted;

        async Task DeleteAsync()
        {
            try
            {
                await _table.SubmitTransactionAsync(old);
                deleted += old.Count;
            }
            catch (TableTransactionFailedException e) when (e.Status == 404)
            {
                // Another instance deletes them at this moment.
            }

            old.Clear();
        }
    }

    private static string Key(DateTimeOffset at) => at.UtcTicks.ToString("D19", CultureInfo.InvariantCulture);
}
