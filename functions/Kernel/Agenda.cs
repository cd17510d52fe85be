using System.Globalization;
using Azure.Data.Tables;

namespace BackOffice.Kernel;

/// <summary>One next deadline of one case (Wiedervorlage): when it comes, the department is told, and looks what is to be done.</summary>
/// <param name="DueAt">When; kept to the second.</param>
/// <param name="Department">Whose case it is; also the name of the queue that is told.</param>
/// <param name="Book">The book.</param>
/// <param name="Case">The case's id.</param>
/// <param name="What">What is due, the department's own word: <c>tell-000002</c>.</param>
public sealed record Deadline(DateTimeOffset DueAt, string Department, string Book, string Case, string What)
{
    /// <summary>What is due when a case is to be looked at as a whole.</summary>
    public const string Due = "due";
}

/// <summary>Body of the message that tells a department what is due, schema <see cref="Schema"/>, version 1.</summary>
/// <param name="Deadlines">1 to 100, of any books. One that is no longer true is dropped by who gets it; each row is deleted when it has been dealt with.</param>
public sealed record DueDeadlines(IReadOnlyList<Deadline> Deadlines)
{
    public const string Schema = "agenda-due";

    /// <summary>So many keep a message below 48 KiB whatever is in them.</summary>
    public const int Max = 100;
}

/// <summary>
/// Table <c>Agenda</c>: PartitionKey <c>{UTC date, yyyy-MM-dd}|{bucket}</c> (bucket: first hex digit of the case's digest), RowKey <c>{UTC time, HH:mm:ss}!{department}!{book}!{case}!{what}</c>. One row a
/// deadline, in order of time within its partition; deleted when it has been dealt with. Partition <c>tick</c>, row <c>sent</c>: through which instant deadlines have been sent.
/// </summary>
public sealed class Agenda(Storage storage)
{
    private const string Buckets = "0123456789abcdef";

    private readonly TableClient _table = storage.Table("Agenda");
    private readonly GatheredAdds _adds = new(storage.Table("Agenda"));

    /// <summary>Puts a deadline down, before the commit that needs it: without the commit it comes to nothing.</summary>
    public async Task AddAsync(Deadline deadline)
    {
        await storage.ReadyAsync();
        await _adds.AddAsync(ToRow(deadline));
    }

    public Task RemoveAsync(Deadline deadline)
    {
        var row = ToRow(deadline);
        return _table.DeleteEntityAsync(row.PartitionKey, row.RowKey);
    }

    /// <summary>Deadlines after one instant and up to another, in order of date, bucket and time.</summary>
    public async IAsyncEnumerable<Deadline> BetweenAsync(DateTimeOffset after, DateTimeOffset through)
    {
        await storage.ReadyAsync();
        var (first, last) = (after.UtcDateTime, through.UtcDateTime);
        for (var date = DateOnly.FromDateTime(first); date <= DateOnly.FromDateTime(last); date = date.AddDays(1))
        {
            var from = date == DateOnly.FromDateTime(first) ? $"RowKey ge '{Time(first)}\"'" : "RowKey ge '0'";
            var to = date == DateOnly.FromDateTime(last) ? $"RowKey lt '{Time(last)}\"'" : "RowKey lt '3'";
            foreach (var bucket in Buckets)
                await foreach (var row in _table.QueryAsync<TableEntity>($"PartitionKey eq '{BusinessDay.Text(date)}|{bucket}' and {from} and {to}")) yield return FromRow(row);
        }
    }

    /// <summary>All deadlines up to an instant, however old.</summary>
    public async IAsyncEnumerable<Deadline> ThroughAsync(DateTimeOffset through)
    {
        await storage.ReadyAsync();
        var last = through.UtcDateTime;
        var filter = $"PartitionKey ge '0' and PartitionKey lt '{BusinessDay.Text(DateOnly.FromDateTime(last).AddDays(1))}'";
        await foreach (var row in _table.QueryAsync<TableEntity>(filter))
        {
            var deadline = FromRow(row);
            if (deadline.DueAt <= through) yield return deadline;
        }
    }

    /// <summary>Through which instant deadlines have been sent; null before the first time.</summary>
    public async Task<TableEntity?> FindSentAsync()
    {
        await storage.ReadyAsync();
        return await _table.FindAsync("tick", "sent");
    }

    /// <summary>Notes how far they have been sent. Of two at once either's note will do: what is sent twice does no harm.</summary>
    public async Task NoteSentAsync(TableEntity? known, DateTimeOffset through)
    {
        var row = new TableEntity("tick", "sent") { ["Through"] = through };
        try
        {
            if (known is null) await _table.AddIfAbsentAsync(row);
            else await _table.UpdateEntityAsync(row, known.ETag, TableUpdateMode.Replace);
        }
        catch (Azure.RequestFailedException e) when (e.Status == 412)
        {
        }
    }

    internal static TableEntity ToRow(Deadline deadline)
    {
        var due = deadline.DueAt.UtcDateTime;
        return new TableEntity($"{BusinessDay.Text(DateOnly.FromDateTime(due))}|{Ids.Key(deadline.Case)[0]}", $"{Time(due)}!{deadline.Department}!{deadline.Book}!{deadline.Case}!{deadline.What}");
    }

    private static Deadline FromRow(TableEntity row)
    {
        var parts = row.RowKey.Split('!');
        var due = DateTime.ParseExact($"{row.PartitionKey[..10]} {parts[0]}", "yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal);
        return new Deadline(due, parts[1], parts[2], parts[3], parts[4]);
    }

    private static string Time(DateTime utc) => utc.ToString("HH:mm:ss", CultureInfo.InvariantCulture);
}
