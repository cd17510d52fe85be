using Azure;
using Azure.Data.Tables;
using BackOffice.Kernel;

namespace BackOffice.Ledger;

/// <summary>What a night found of the chain.</summary>
/// <param name="Night">Business date of the night.</param>
/// <param name="CheckedAt">When it was checked.</param>
/// <param name="Result">What the walk found.</param>
public sealed record NightlyVerification(DateOnly Night, DateTimeOffset CheckedAt, WalkResult Result);

/// <summary>
/// Table <c>LedgerVerifications</c>: PartitionKey <c>{book}</c>; RowKey <c>night!{yyyy-MM-dd}</c> (one a night; a fault once noted stays), <c>last</c> (the newest again) and
/// <c>good</c> (the newest without a fault, where the next night goes on): Night, CheckedAt, FromRecord, Record, Entries, Hash, Valid, Fault.
/// </summary>
public sealed class Verification(LedgerTable table, Storage storage, HeadHashes headHashes, TimeProvider time) : IDisposable
{
    private readonly TableClient _nights = storage.Table("LedgerVerifications");
    private readonly SemaphoreSlim _walkingAll = new(1);

    /// <summary>Walks the whole chain, and compares it with the state this process answers from. Null when there is no such book.</summary>
    public async Task<WalkResult?> WalkAllAsync(Book book)
    {
        await table.ReadyAsync();
        if (!await IsThereAsync(book.Id)) return null;
        await _walkingAll.WaitAsync(); // it holds a second state of the book: one at a time
        try
        {
            var refolded = new BookState();
            var kept = await headHashes.ListAsync(book.Id);
            var result = await WalkAsync(book.Id, () => Task.FromResult(new ChainWalk(0, 0, Chain.Genesis(), 0, kept)), segment => refolded.Fold(segment, segment.Records(refolded.Digits)));
            if (result.Valid && kept.FirstOrDefault(one => one.Record > result.Record) is { } lost) result = result with { Fault = $"the night of {BusinessDay.Text(lost.Night)} laid down a hash for record {lost.Record}, which is gone" };
            return result.Valid ? result with { Fault = await StateFaultAsync(book, refolded), KeptHashes = kept.Count } : result;
        }
        finally
        {
            _walkingAll.Release();
        }
    }

    /// <summary>Walks what has come since the last good night, beginning from the hash that was noted then, and notes the result. Null when there is no such book.</summary>
    public async Task<NightlyVerification?> WalkNewAsync(string book, DateOnly night)
    {
        await table.ReadyAsync();
        var good = await FindAsync(book, "good");
        if (good is null && !await IsThereAsync(book)) return null;
        var verified = new NightlyVerification(night, time.GetUtcNow(), await WalkAsync(book, () => WalkFromAsync(book, good)));
        await NoteAsync(book, verified);
        return verified;
    }

    /// <summary>The newest nightly result; null before the first night.</summary>
    public Task<NightlyVerification?> LastAsync(string book) => FindAsync(book, "last");

    /// <summary>A book is there when its head is, or its first record: either may be what somebody took away.</summary>
    private async Task<bool> IsThereAsync(string book)
    {
        try
        {
            return await table.ReadHeadAsync(book) is not null || await table.ReadSegmentAsync(book, 1) is not null;
        }
        catch (InvalidDataException)
        {
            return true;
        }
    }

    private async Task<ChainWalk> WalkFromAsync(string book, NightlyVerification? good)
    {
        if (good is null) return new ChainWalk(0, 0, Chain.Genesis(), 0);
        var first = await table.ReadSegmentAsync(book, 1) ?? throw new InvalidDataException("the first record is gone");
        var digits = first.Records(0).OfType<BookOpened>().Select(opened => Currency.DigitsOf(opened.Currency)).FirstOrDefault() ?? 2;
        return new ChainWalk(good.Result.Record, good.Result.Entries, good.Result.Hash, digits);
    }

    private async Task<WalkResult> WalkAsync(string book, Func<Task<ChainWalk>> begin, Action<Segment>? also = null)
    {
        var walk = new ChainWalk(0, 0, Chain.Genesis(), 0);
        try
        {
            walk = await begin();
            await foreach (var segment in table.ReadSegmentsAsync(book, walk.Result().Record + 1))
            {
                if (walk.Next(segment) is { } fault) return walk.Result(fault);
                also?.Invoke(segment);
            }
        }
        catch (Exception e) when (e is InvalidDataException or KeyNotFoundException)
        {
            return walk.Result(e.Message);
        }

        // Records cut off at the end leave a shorter chain that is good in itself; the head, which moves with every commit, tells.
        var result = walk.Result();
        var head = await table.ReadHeadAsync(book);
        if (head is null) return walk.Result("the head is gone");
        return head.Record > result.Record && await table.ReadSegmentAsync(book, result.Record + 1) is null
            ? walk.Result($"the head stands at record {head.Record}, but the records end with {result.Record}") : result;
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

    private async Task<NightlyVerification?> FindAsync(string book, string key)
    {
        var found = await _nights.GetEntityIfExistsAsync<TableEntity>(book, key);
        if (!found.HasValue) return null;
        var row = found.Value!;
        return new NightlyVerification(BusinessDay.Parse(row.GetString("Night"))!.Value, row.GetDateTimeOffset("CheckedAt")!.Value, new WalkResult(
            row.GetInt64("FromRecord")!.Value, row.GetInt64("Record")!.Value, row.GetInt64("Entries")!.Value, row.GetBinary("Hash"), row.GetString("Fault")));
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
        await PutAsync(row, keepFault: true);
        if (verified.Result.Valid) await PutAsync(new TableEntity(row) { RowKey = "good" });
        await PutAsync(new TableEntity(row) { RowKey = "last" }); // who sees this sees the others too
    }

    /// <summary>Adds the row, or replaces the one it finds. Two handlers at once walked the same chain, so either's row will do.</summary>
    private async Task PutAsync(TableEntity row, bool keepFault = false)
    {
        try
        {
            var known = await _nights.GetEntityIfExistsAsync<TableEntity>(row.PartitionKey, row.RowKey, ["Valid"]);
            if (keepFault && known.HasValue && known.Value!.GetBoolean("Valid") == false) return;
            if (known.HasValue) await _nights.UpdateEntityAsync(row, known.Value!.ETag, TableUpdateMode.Replace);
            else await _nights.AddEntityAsync(row);
        }
        catch (RequestFailedException e) when (e.Status is 409 or 412)
        {
        }
    }

    public void Dispose() => _walkingAll.Dispose();

    private static bool Same(Snapshot a, Snapshot b) =>
        a.State.AsSpan().SequenceEqual(b.State) && a.LastBlock.AsSpan().SequenceEqual(b.LastBlock)
        && a.FullBlocks.Zip(b.FullBlocks).All(blocks => blocks.First.AsSpan().SequenceEqual(blocks.Second));
}
