using Azure;
using Azure.Data.Tables;
using BackOffice.Kernel;

namespace BackOffice.Ledger;

/// <summary>One night's result of <see cref="VerifyBook"/>.</summary>
/// <param name="Night">Business date of the night.</param>
/// <param name="CheckedAt">When it was checked.</param>
/// <param name="Result">What the walk found.</param>
public sealed record NightlyVerification(DateOnly Night, DateTimeOffset CheckedAt, WalkResult Result);

/// <summary>
/// Table <c>LedgerVerifications</c>: PartitionKey <c>{book}</c>; RowKey <c>night!{yyyy-MM-dd}</c> (one a night) and <c>last</c> (the newest again, where the next night goes on):
/// Night, CheckedAt, FromRecord, Record, Entries, Hash, Valid, Fault.
/// </summary>
public sealed class Verification(LedgerTable table, Storage storage, TimeProvider time)
{
    private readonly TableClient _nights = storage.Table("LedgerVerifications");

    /// <summary>Walks the whole chain, and compares it with the state this process answers from. Null when there is no such book.</summary>
    public async Task<WalkResult?> WalkAllAsync(Book book)
    {
        await table.ReadyAsync();
        if (await table.ReadHeadAsync(book.Id) is null) return null;
        var refolded = new BookState();
        var result = await WalkAsync(book.Id, new ChainWalk(0, 0, Chain.Genesis(), 0), segment => refolded.Fold(segment, segment.Records(refolded.Digits)));
        return result.Valid ? result with { Fault = await StateFaultAsync(book, refolded) } : result;
    }

    /// <summary>Walks what has come since the last good night, beginning from the hash that was noted then, and notes the result. Null when there is no such book.</summary>
    public async Task<NightlyVerification?> WalkNewAsync(string book, DateOnly night)
    {
        await table.ReadyAsync();
        if (await table.ReadSegmentAsync(book, 1) is not { } first) return null;
        var digits = first.Records(0).OfType<BookOpened>().Select(opened => Currency.DigitsOf(opened.Currency)).FirstOrDefault() ?? 2;
        var last = await LastAsync(book);
        var walk = last is null ? new ChainWalk(0, 0, Chain.Genesis(), digits) : new ChainWalk(last.Result.Record, last.Result.Entries, last.Result.Hash, digits);
        var verified = new NightlyVerification(night, time.GetUtcNow(), await WalkAsync(book, walk));
        await NoteAsync(book, verified);
        return verified;
    }

    private async Task<WalkResult> WalkAsync(string book, ChainWalk walk, Action<Segment>? also = null)
    {
        var start = walk.Result().Record + 1;
        try
        {
            await foreach (var segment in table.ReadSegmentsAsync(book, start))
            {
                if (walk.Next(segment) is { } fault) return walk.Result(fault);
                also?.Invoke(segment);
            }
        }
        catch (InvalidDataException e)
        {
            return walk.Result(e.Message);
        }

        // Records cut off at the end leave a shorter chain that is good in itself; the head, which moves with every commit, tells.
        var result = walk.Result();
        var head = await table.ReadHeadAsync(book);
        return (head?.Record ?? 0) > result.Record && await table.ReadSegmentAsync(book, result.Record + 1) is null
            ? walk.Result($"the head stands at record {head!.Value.Record}, but the records end with {result.Record}") : result;
    }

    /// <summary>A checkpoint that was tampered with shows here: its state differs from what the records give.</summary>
    private static async Task<string?> StateFaultAsync(Book book, BookState refolded)
    {
        const string changed = "the figures in memory are not those that the records give: a checkpoint was changed";
        try
        {
            var state = await book.ReadAsync(state => state.Record == refolded.Record ? Snapshot.Of(state) : null);
            return state is null || Same(state, Snapshot.Of(refolded)) ? null : changed;
        }
        catch (InvalidDataException)
        {
            return changed;
        }
    }

    /// <summary>The newest nightly result; null before the first night.</summary>
    public async Task<NightlyVerification?> LastAsync(string book)
    {
        var row = await _nights.GetEntityIfExistsAsync<TableEntity>(book, "last");
        if (!row.HasValue) return null;
        var last = row.Value!;
        return new NightlyVerification(BusinessDay.Parse(last.GetString("Night"))!.Value, last.GetDateTimeOffset("CheckedAt")!.Value, new WalkResult(
            last.GetInt64("FromRecord")!.Value, last.GetInt64("Record")!.Value, last.GetInt64("Entries")!.Value, last.GetBinary("Hash"), last.GetString("Fault")));
    }

    private async Task NoteAsync(string book, NightlyVerification verified)
    {
        var row = new TableEntity(book, "night!" + BusinessDay.Text(verified.Night))
        {
            ["Night"] = BusinessDay.Text(verified.Night),
            ["CheckedAt"] = verified.CheckedAt,
            ["FromRecord"] = verified.Result.FromRecord,
            ["Record"] = verified.Result.Record,
            ["Entries"] = verified.Result.Entries,
            ["Hash"] = verified.Result.Hash,
            ["Valid"] = verified.Result.Valid,
        };
        if (verified.Result.Fault is { } fault) row["Fault"] = fault;
        await PutAsync(row);
        // A night that found something wrong is not where the next one may go on from.
        if (verified.Result.Valid) await PutAsync(new TableEntity(row) { RowKey = "last" });
    }

    /// <summary>Adds the row, or replaces the one it finds. Two handlers at once walked the same chain, so either's row will do.</summary>
    private async Task PutAsync(TableEntity row)
    {
        try
        {
            var known = await _nights.GetEntityIfExistsAsync<TableEntity>(row.PartitionKey, row.RowKey, ["RowKey"]);
            if (known.HasValue) await _nights.UpdateEntityAsync(row, known.Value!.ETag, TableUpdateMode.Replace);
            else await _nights.AddEntityAsync(row);
        }
        catch (RequestFailedException e) when (e.Status is 409 or 412)
        {
        }
    }

    private static bool Same(Snapshot a, Snapshot b) =>
        a.State.AsSpan().SequenceEqual(b.State) && a.LastBlock.AsSpan().SequenceEqual(b.LastBlock)
        && a.FullBlocks.Zip(b.FullBlocks).All(blocks => blocks.First.AsSpan().SequenceEqual(blocks.Second));
}
