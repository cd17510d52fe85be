using System.Globalization;
using System.Text.Json;
using Azure;
using Azure.Data.Tables;
using BackOffice.Kernel;

namespace BackOffice.Nightly;

/// <summary>How far a book's nights have come.</summary>
/// <param name="Begun">The latest date whose night has begun; null before the first. What is due by it may have been posted.</param>
/// <param name="Finished">Every night through this date has been run.</param>
/// <param name="Wanted">Every night through this date is to be run.</param>
/// <param name="ETag">Of its row.</param>
public sealed record NightProgress(DateOnly? Begun, DateOnly Finished, DateOnly Wanted, ETag ETag = default);

/// <summary>A part of a phase's work: the due entries of some cases, done in one go.</summary>
/// <param name="Number">From 0, within its plan.</param>
/// <param name="Work">Whose entries: <see cref="INightWork.Name"/>.</param>
/// <param name="After">The position before its first case; null: from the beginning.</param>
/// <param name="Through">The position of its last case.</param>
/// <param name="Entries">How many entries were due when it was planned.</param>
/// <param name="Result">What became of it; null while it is to be done.</param>
public sealed record NightChunk(int Number, string Work, string? After, string Through, int Entries, NightCounts? Result = null, ETag ETag = default);

/// <summary>
/// Table <c>Nights</c>, PartitionKey <c>{book}</c>.
/// <list type="table">
/// <listheader><term>RowKey</term><description>what (cardinality)</description></listheader>
/// <item><term><c>progress</c></term><description>Begun, Finished, Wanted: how far the nights have come (1 a book)</description></item>
/// <item><term><c>night!{yyyy-MM-dd}</c></term><description>the record of a night, JSON in Night0, Night1 …, Status beside it (1 a night)</description></item>
/// <item><term><c>chunk!{yyyy-MM-dd}!{plan key}!{number, 5 digits}</c></term><description>a part of a plan: Work, After, Through, Entries; Done, and Result as JSON, once it is done (0 or more a plan)</description></item>
/// </list>
/// </summary>
public sealed class NightTable(Storage storage)
{
    private const int MaxTransaction = 100;

    private readonly TableClient _table = storage.Table("Nights");

    /// <summary>The business date whose night is under way in this book; null when none is. What is due by it may be posted at any moment, so that a change leaves it as it is.</summary>
    public async Task<DateOnly?> RunningAsync(string book) => await FindProgressAsync(book) is { Begun: { } begun } progress && begun > progress.Finished ? begun : null;

    public async Task<NightProgress?> FindProgressAsync(string book)
    {
        await storage.ReadyAsync();
        return await _table.FindAsync(book, "progress") is { } row
            ? new NightProgress(row.GetString("Begun") is { Length: > 0 } begun ? BusinessDay.Parse(begun) : null, BusinessDay.Parse(row.GetString("Finished"))!.Value, BusinessDay.Parse(row.GetString("Wanted"))!.Value, row.ETag) : null;
    }

    /// <summary>Moves the progress on; <paramref name="move"/> gets null when there is none, and gives null when it is as it should be.</summary>
    public async Task<NightProgress> MoveAsync(string book, Func<NightProgress?, NightProgress?> move)
    {
        while (true)
        {
            var known = await FindProgressAsync(book);
            if (move(known) is not { } moved) return known!;
            var row = new TableEntity(book, "progress") { ["Begun"] = moved.Begun is { } begun ? BusinessDay.Text(begun) : "", ["Finished"] = BusinessDay.Text(moved.Finished), ["Wanted"] = BusinessDay.Text(moved.Wanted) };
            if (await PutAsync(row, known?.ETag)) return moved;
        }
    }

    public async Task<(Night Night, ETag ETag)?> FindAsync(string book, DateOnly date)
    {
        await storage.ReadyAsync();
        return await _table.FindAsync(book, Key(date)) is { } row ? (Read(row), row.ETag) : null;
    }

    /// <summary>Nights of these dates, oldest first.</summary>
    public async Task<List<Night>> ListAsync(string book, DateOnly from, DateOnly to)
    {
        await storage.ReadyAsync();
        List<Night> nights = [];
        await foreach (var row in _table.QueryAsync<TableEntity>($"PartitionKey eq '{book}' and RowKey ge '{Key(from)}' and RowKey le '{Key(to)}'")) nights.Add(Read(row));
        return nights;
    }

    /// <summary>Writes a night, new or over the one that was read; false when somebody else has written it meanwhile.</summary>
    public async Task<bool> PutAsync(string book, Night night, ETag? known)
    {
        var json = JsonSerializer.Serialize(night, NightJson.Default.Night);
        var written = new TableEntity(book, Key(night.Date)) { ["Status"] = night.Status.ToString() };
        written.AddText("Night", json);
        if (await PutAsync(written, known)) return true;
        // The client's own second try may have met what its first had written.
        return await _table.FindAsync(book, Key(night.Date)) is { } row && row.Text("Night") == json;
    }

    /// <summary>Puts the parts of a plan down; the same plan gives the same rows.</summary>
    public async Task AddChunksAsync(string book, DateOnly date, string planKey, IReadOnlyList<NightChunk> chunks)
    {
        var rows = chunks.Select(chunk => new TableEntity(book, ChunkKey(date, planKey, chunk.Number)) { ["Work"] = chunk.Work, ["After"] = chunk.After ?? "", ["Through"] = chunk.Through, ["Entries"] = chunk.Entries, ["Done"] = false });
        foreach (var some in rows.Chunk(MaxTransaction))
        {
            try
            {
                await _table.SubmitTransactionAsync(some.Select(row => new TableTransactionAction(TableTransactionActionType.Add, row)));
            }
            catch (RequestFailedException e) when (e.Status == 409)
            {
                foreach (var row in some) await _table.AddIfAbsentAsync(row); // a night that was cut off had put some of them down
            }
        }
    }

    public async Task<NightChunk?> FindChunkAsync(string book, DateOnly date, string planKey, int number)
    {
        await storage.ReadyAsync();
        return await _table.FindAsync(book, ChunkKey(date, planKey, number)) is { } row ? ReadChunk(row) : null;
    }

    /// <summary>All parts of a plan, in order.</summary>
    public async Task<List<NightChunk>> ListChunksAsync(string book, DateOnly date, string planKey)
    {
        List<NightChunk> chunks = [];
        await foreach (var row in _table.QueryAsync<TableEntity>(Chunks(book, date, planKey))) chunks.Add(ReadChunk(row));
        return chunks;
    }

    /// <summary>Whether a part of the plan is still to be done.</summary>
    public async Task<bool> AnyLeftAsync(string book, DateOnly date, string planKey)
    {
        await foreach (var _ in _table.QueryAsync<TableEntity>(Chunks(book, date, planKey) + " and Done eq false", maxPerPage: 1, select: ["RowKey"])) return true;
        return false;
    }

    /// <summary>Marks a part as done. Of two who did it the first one's result stays.</summary>
    public async Task MarkAsync(string book, DateOnly date, string planKey, NightChunk chunk, NightCounts result)
    {
        var row = new TableEntity(book, ChunkKey(date, planKey, chunk.Number)) { ["Done"] = true, ["Result"] = JsonSerializer.Serialize(result, NightJson.Default.NightCounts) };
        try
        {
            await _table.UpdateEntityAsync(row, chunk.ETag, TableUpdateMode.Merge);
        }
        catch (RequestFailedException e) when (e.Status == 412)
        {
        }
    }

    private async Task<bool> PutAsync(TableEntity row, ETag? known)
    {
        if (known is null) return await _table.AddIfAbsentAsync(row);
        try
        {
            await _table.UpdateEntityAsync(row, known.Value, TableUpdateMode.Replace);
            return true;
        }
        catch (RequestFailedException e) when (e.Status == 412)
        {
            return false;
        }
    }

    private static Night Read(TableEntity row) => JsonSerializer.Deserialize(row.Text("Night"), NightJson.Default.Night) ?? throw new InvalidDataException($"Night {row.RowKey} of book {row.PartitionKey} is empty.");

    private static NightChunk ReadChunk(TableEntity row) => new(
        int.Parse(row.RowKey.AsSpan(row.RowKey.Length - 5), CultureInfo.InvariantCulture), row.GetString("Work"), row.GetString("After") is { Length: > 0 } after ? after : null, row.GetString("Through"),
        row.GetInt32("Entries")!.Value, row.GetString("Result") is { } result ? JsonSerializer.Deserialize(result, NightJson.Default.NightCounts) : null, row.ETag);

    private static string Key(DateOnly date) => "night!" + BusinessDay.Text(date);

    private static string ChunkKey(DateOnly date, string planKey, int number) => string.Create(CultureInfo.InvariantCulture, $"chunk!{BusinessDay.Text(date)}!{planKey}!{number:D5}");

    private static string Chunks(string book, DateOnly date, string planKey) => $"PartitionKey eq '{book}' and RowKey ge 'chunk!{BusinessDay.Text(date)}!{planKey}!' and RowKey lt 'chunk!{BusinessDay.Text(date)}!{planKey}\"'";
}
