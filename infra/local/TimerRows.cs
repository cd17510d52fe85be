using System.Globalization;
using Azure;
using Azure.Data.Tables;
using Microsoft.Azure.Functions.Worker;

namespace BackOffice.LocalWorker;

/// <summary>
/// Table LocalTimers: PartitionKey "timer", RowKey the function's name; Schedule, Last, Next, LastUpdated as text in UTC.
/// Lock and monitor in one: whoever moves Next with the ETag it has read runs the occurrence.
/// </summary>
internal sealed class TimerRows(TableClient table)
{
    private const string Partition = "timer";

    public sealed record Row(string Schedule, DateTime Last, DateTime Next, DateTime LastUpdated, ETag ETag)
    {
        public ScheduleStatus ToStatus() => new() { Last = Last, Next = Next, LastUpdated = LastUpdated };
    }

    public Task CreateTableAsync(CancellationToken cancellation) => table.CreateIfNotExistsAsync(cancellation);

    public async Task<Row?> FindAsync(string function, CancellationToken cancellation)
    {
        var found = await table.GetEntityIfExistsAsync<TableEntity>(Partition, function, cancellationToken: cancellation);
        return found.HasValue && found.Value is { } entity
            ? new Row(entity.GetString("Schedule"), Time(entity, "Last"), Time(entity, "Next"), Time(entity, "LastUpdated"), entity.ETag)
            : null;
    }

    /// <summary>Returns the new ETag, or null when somebody else was first.</summary>
    public async Task<ETag?> TryWriteAsync(string function, Row row, CancellationToken cancellation)
    {
        var entity = new TableEntity(Partition, function)
        {
            ["Schedule"] = row.Schedule,
            ["Last"] = Text(row.Last),
            ["Next"] = Text(row.Next),
            ["LastUpdated"] = Text(row.LastUpdated),
        };
        try
        {
            var response = row.ETag == default
                ? await table.AddEntityAsync(entity, cancellation)
                : await table.UpdateEntityAsync(entity, row.ETag, TableUpdateMode.Replace, cancellation);
            return response.Headers.ETag;
        }
        catch (RequestFailedException exception) when (exception.Status == 412 || exception.ErrorCode == "EntityAlreadyExists")
        {
            return null;
        }
    }

    private static DateTime Time(TableEntity entity, string name) =>
        DateTime.Parse(entity.GetString(name), CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind);

    private static string Text(DateTime utc) => utc.ToString("O", CultureInfo.InvariantCulture);
}
