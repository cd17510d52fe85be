using System.Buffers;
using System.Diagnostics;
using System.Threading.Channels;
using Azure;
using BackOffice.Kernel;
using Microsoft.Extensions.Logging;

namespace BackOffice.Ledger;

/// <summary>
/// One book as this process holds it: its state in memory, one committer that writes for all callers (group commit), and reads that first take in what others wrote.
/// Any number of processes may hold the same book; the head's ETag decides between them.
/// </summary>
public sealed partial class Book(string id, LedgerTable table, Checkpoint checkpoint, TimeProvider time, ILogger<Book> logger)
{
    /// <summary>Lines of one commit of many callers, unpacked: packed it fits one transaction whatever is in it.</summary>
    public const int MaxGatherBytes = 2_800_000;

    /// <summary>How long a commit is tried again before its callers are told 503.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(25);

    /// <summary>How long others leave a reserved head to the one that reserved it: time for the largest commit, and for a request that the store's client sends again. Only one that died uses it up.</summary>
    private static readonly TimeSpan ReservedFor = TimeSpan.FromSeconds(5);

    private readonly Channel<BookCommand> _commands = Channel.CreateUnbounded<BookCommand>();
    private readonly Lock _gate = new(); // guards _state
    private readonly Lock _tailGate = new(); // guards _flying, _waiting
    private BookState _state = new();
    private bool _loaded;
    private Task _flying = Task.CompletedTask;
    private Task? _waiting;
    private int _committing;

    // The committer's own.
    private ETag _head;
    private long _headRecord = -1;
    private ETag _reserved;
    private long _checkpointRecord;
    private ArrayBufferWriter<byte> _lines = new(4096);

    public string Id { get; } = id;

    public DateTimeOffset LastUsed { get; private set; }

    /// <summary>How many entries are held in memory, roughly: read without the lock.</summary>
    public long KnownEntries => _state.Entries;

    /// <summary>Called when so much has come since the last checkpoint that a new one is worth its cost; see <see cref="WriteCheckpoint"/>.</summary>
    public Func<Book, Task>? CheckpointDue { get; init; }

    // ---- reading -------------------------------------------------------------------------------------------------------------------

    /// <summary>Answers from the state after everything acknowledged anywhere has been taken in. The function must be quick and keep nothing of the state.</summary>
    public async Task<T> ReadAsync<T>(Func<BookState, T> read)
    {
        await CatchUpAsync();
        return ReadKnown(read);
    }

    /// <summary>Answers from the state as this process knows it now.</summary>
    public T ReadKnown<T>(Func<BookState, T> read)
    {
        lock (_gate) return read(_state);
    }

    /// <summary>Digits of the book's currency, which never change; null when there is no such book.</summary>
    public async ValueTask<int?> DigitsAsync()
    {
        LastUsed = time.GetUtcNow();
        lock (_gate)
            if (_state.Exists) return _state.Digits;
        await CatchUpAsync();
        lock (_gate) return _state.Exists ? _state.Digits : null;
    }

    /// <summary>
    /// Takes in what stands in the table beyond the known end. Those who ask while one reading is under way share the next: theirs must begin after they asked.
    /// </summary>
    public Task CatchUpAsync()
    {
        LastUsed = time.GetUtcNow();
        lock (_tailGate) return _waiting ??= CatchUpAfterAsync(_flying);
    }

    private async Task CatchUpAfterAsync(Task previous)
    {
        await previous.ConfigureAwait(ConfigureAwaitOptions.ForceYielding | ConfigureAwaitOptions.SuppressThrowing);
        lock (_tailGate) (_flying, _waiting) = (_waiting!, null);
        await FoldTailAsync();
    }

    private async Task FoldTailAsync()
    {
        if (!_loaded)
        {
            await table.ReadyAsync();
            var loaded = await checkpoint.LoadNewestAsync(Id, long.MaxValue);
            lock (_gate)
            {
                if (loaded is not null && !_state.Exists) _state = loaded;
                _checkpointRecord = _state.Record;
                _loaded = true;
            }
        }

        // A point read tells most cheaply that there is nothing new, which is what it nearly always tells; a few of them are still quicker than a query.
        for (var n = 0; n < 4; n++)
        {
            if (await table.ReadSegmentAsync(Id, KnownRecord() + 1) is not { } next) return;
            Fold(next);
        }

        await foreach (var segment in table.ReadSegmentsAsync(Id, KnownRecord() + 1)) Fold(segment);
        _ = OfferCheckpointAsync();
    }

    private long KnownRecord()
    {
        lock (_gate) return _state.Record;
    }

    private void Fold(Segment segment)
    {
        lock (_gate)
        {
            if (segment.FirstRecord <= _state.Record) return; // this process committed it meanwhile
            try
            {
                _state.Fold(segment, segment.Records(_state.Digits));
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                // Half a segment must never be answered from: forget everything, so that the next reader meets the damage too.
                (_state, _loaded) = (new BookState(), false);
                throw new InvalidDataException($"Segment {segment.FirstRecord} of book {Id} cannot be taken in: {e.Message}", e);
            }
        }
    }

    // ---- writing -------------------------------------------------------------------------------------------------------------------

    /// <summary>
    /// Hands a decision to the committer. It is run on the draft of the next commit, together with those of other callers (again, should another instance commit first),
    /// and its answer is returned when the commit is durable.
    /// </summary>
    /// <param name="bytes">About how many bytes of records it will add.</param>
    /// <param name="decide">Reads the draft and adds to it; free of other effects.</param>
    /// <param name="alone">Whether it needs a commit of its own.</param>
    public Task<T> CommitAsync<T>(int bytes, Func<BookDraft, T> decide, bool alone = false)
    {
        LastUsed = time.GetUtcNow();
        var command = new BookCommand<T>(bytes, alone, decide);
        _commands.Writer.TryWrite(command);
        // The committer runs while there is work and no longer, so that an idle book holds no task.
        if (Interlocked.Exchange(ref _committing, 1) == 0) _ = Task.Run(CommitWaitingAsync);
        return command.Answer;
    }

    private async Task CommitWaitingAsync()
    {
        var batch = new List<BookCommand>();
        while (true)
        {
            while (Gather(batch))
            {
                try
                {
                    await CommitAsync(batch);
                }
                catch (Exception e)
                {
                    // The store, or a bug of the committer itself: it concerns all.
                    foreach (var command in batch) command.Fail(e);
                    if (_reserved != default) await ReleaseAsync();
                }

                batch.Clear();
            }

            Interlocked.Exchange(ref _committing, 0);
            // A command may have come between the last look and the line above; whoever sees it first goes on.
            if (!_commands.Reader.TryPeek(out _) || Interlocked.Exchange(ref _committing, 1) != 0) return;
        }
    }

    private bool Gather(List<BookCommand> batch)
    {
        var bytes = 0;
        while (_commands.Reader.TryPeek(out var next))
        {
            var fits = batch.Count == 0 || (!next.Alone && !batch[0].Alone && bytes + next.Bytes <= MaxGatherBytes);
            if (!fits || !_commands.Reader.TryRead(out next)) break;
            bytes += next.Bytes;
            batch.Add(next);
        }

        return batch.Count > 0;
    }

    /// <summary>Commits the batch: as often as another instance is faster, on the state with what that one wrote.</summary>
    private async Task CommitAsync(List<BookCommand> batch)
    {
        var started = time.GetTimestamp();
        for (var lost = 0; !await TryCommitAsync(batch, started, lost); lost++)
        {
            if (time.GetElapsedTime(started) > Patience) throw WrittenByOthers();
            await Task.Delay(Jitter(lost, 20));
            _headRecord = -1;
        }

        foreach (var command in batch) command.Complete();
        _ = OfferCheckpointAsync(); // nobody waits for it
    }

    /// <summary>True: the group's decisions hold, and what they add is durable. False: another instance has committed or reserved first, and they must be made anew.</summary>
    private async Task<bool> TryCommitAsync(List<BookCommand> group, long started, int lost)
    {
        if (!_loaded) await CatchUpAsync();
        await HaveHeadAsync(started, lost);
        var draft = Draft(group);
        if (draft.IsEmpty)
        {
            // Nothing to write: the answers are refusals or "already there", which hold unless the state was behind when they were made.
            if (_reserved != default) await ReleaseAsync();
            await CatchUpAsync();
            return KnownRecord() == draft.Base || Draft(group).IsEmpty;
        }

        if (draft.Base != _headRecord) return false; // a reader took in more between the head and the draft
        var segments = draft.Segments();
        var packed = segments.ConvertAll(s => new PackedSegment(s.Segment, s.Segment.Pack()));
        var packedBytes = packed.Sum(p => (long)p.Bytes.Length);
        if (packedBytes > LedgerTable.MaxCommitBytes || packed.Count > LedgerTable.MaxCommitSegments) throw new CommitTooLargeException(packedBytes);
        _reserved = default; // the commit ends the reservation, or somebody else has
        using var span = BeginSpan(group, draft);
        var isDone = await PutAsync(draft, segments, packed, started);
        if (!isDone)
        {
            Telemetry.Conflicts.Add(1);
            return false;
        }

        Telemetry.Commits.Add(1);
        Telemetry.Batch.Record(group.Count);
        Telemetry.Entries.Add(draft.NewEntries);
        return true;
    }

    /// <summary>A commit is on the trace of the first caller, and linked to those of the others it serves.</summary>
    private Activity? BeginSpan(List<BookCommand> group, BookDraft draft)
    {
        if (!Telemetry.Source.HasListeners()) return null;
        var others = group.Skip(1).Where(command => command.Origin != default).Select(command => new ActivityLink(command.Origin));
        var span = Telemetry.Source.StartActivity("ledger commit", ActivityKind.Client, group[0].Origin, links: others);
        return span?.SetTag("backoffice.book", Id).SetTag("backoffice.commands", group.Count).SetTag("backoffice.entries", draft.NewEntries);
    }

    private BookDraft Draft(List<BookCommand> group)
    {
        const int keptBytes = 4_000_000;
        if (_lines.Capacity > keptBytes) _lines = new ArrayBufferWriter<byte>(4096); // an atomic import has been here
        while (true)
        {
            _lines.ResetWrittenCount();
            var running = 0;
            try
            {
                lock (_gate)
                {
                    var draft = new BookDraft(_state, time.GetUtcNow(), _lines);
                    for (; running < group.Count; running++) group[running].Run(draft);
                    return draft;
                }
            }
            catch (Exception e)
            {
                // A decision that throws is a bug of its own; the others in the draft must not pay for it.
                group[running].Fail(e);
                group.RemoveAt(running);
            }
        }
    }

    /// <summary>
    /// Brings the draft into the table. True: it is there, exactly once. False: another instance has committed or reserved first, and the draft is void.
    /// </summary>
    /// <remarks>
    /// The answer of the store may be lost, or be the "412" that the client's own second try got after its first had succeeded. So after any failure the question is only:
    /// does the segment with our first record's number bear our commit's hash? "Not there" does not mean "never": the request may still be on its way. Therefore the same
    /// commit is sent again under the same ETag, and so at most one of the two can take effect.
    /// </remarks>
    private async Task<bool> PutAsync(BookDraft draft, List<(Segment Segment, List<LedgerRecord> Records)> segments, List<PackedSegment> packed, long started)
    {
        var first = segments[0].Segment;
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                _head = await table.CommitAsync(Id, _head, packed, draft.Entry);
                _headRecord = draft.Record;
                FoldOwn(segments);
                return true;
            }
            catch (Exception e) when (e is RequestFailedException { Status: 409 or 412 } || StorageFaults.IsTransient(e))
            {
                Log.CommitUnclear(logger, Id, first.FirstRecord, (e as RequestFailedException)?.Status ?? 0, attempt);
                var found = await FindAsync(first.FirstRecord, started);
                if (found is not null && found.Commit.AsSpan().SequenceEqual(first.Commit))
                {
                    _headRecord = -1; // it moved with the commit, to an ETag we were not told
                    FoldOwn(segments);
                    return true;
                }

                // Somebody else's records stand there; or a refusal with nothing there, which means that our ETag is old.
                if (found is not null || e is RequestFailedException { Status: 409 or 412 }) return false;
                if (time.GetElapsedTime(started) > Patience) throw Unavailable(e);
                Telemetry.Retries.Add(1);
                await Task.Delay(Jitter(attempt, 20));
            }
        }
    }

    /// <summary>Sees to it that <see cref="_head"/> is the ETag of the head that the state stands at.</summary>
    private async Task HaveHeadAsync(long started, int lost)
    {
        const int damagedAfterRounds = 100;
        for (var (round, before) = (0, -1L); _headRecord != KnownRecord(); before = _headRecord)
        {
            var head = await ReadHeadAsync(started, lost);
            (_head, _headRecord) = (head?.ETag ?? default, head?.Record ?? 0);
            if (_headRecord > KnownRecord()) await CatchUpAsync();
            // A state behind the head has just caught up; one beyond it was overtaken, and sees it in the next round, as long as the head moves. Only damage lasts.
            round = _headRecord == before ? round + 1 : 0;
            if (_headRecord > KnownRecord() || round == damagedAfterRounds)
                throw new InvalidDataException($"The head of book {Id} stands at record {_headRecord}, its records end with {KnownRecord()}. Run the verification of this book.");
            if (time.GetElapsedTime(started) > Patience) throw WrittenByOthers();
        }
    }

    /// <summary>
    /// The head, when it is free to be moved by this instance. Who commits back to back knows the head's ETag and is always first: others need a read more. So one that has lost
    /// a few times reserves the head, which changes its ETag, and whoever then reads it waits until that commit is there, or as long as <see cref="ReservedFor"/>.
    /// </summary>
    private async Task<LedgerHead?> ReadHeadAsync(long started, int lost)
    {
        const int lossesToReserve = 3, failuresToInsist = 3; // best of those tried in ScaleSimulation
        var (seen, since, failures) = (default(ETag), 0L, 0);
        for (var round = 0; ; round++)
        {
            var head = await table.ReadHeadAsync(Id);
            if (head is null || (head.IsReserved && head.ETag == _reserved)) return head;
            if (head.ETag != seen) (seen, since) = (head.ETag, time.GetTimestamp()); // another reservation has its own time
            var isTaken = head.IsReserved && time.GetElapsedTime(since) < ReservedFor;
            if (!isTaken && lost < lossesToReserve) return head;
            if (!isTaken)
            {
                // Of many that have lost one is to get it, therefore under the ETag just read. Who fails with that too meets one that writes without pause, and takes it whatever was written meanwhile.
                var insists = failures >= failuresToInsist;
                if ((insists ? await table.InsistAsync(Id) : await table.ReserveAsync(Id, head.ETag)) is { } reserved)
                {
                    _reserved = reserved;
                    if (!insists) return head with { ETag = reserved };
                    continue; // the head may have moved before it was reserved
                }

                failures++;
            }

            if (time.GetElapsedTime(started) > Patience) throw WrittenByOthers();
            await Task.Delay(Jitter(round, 100));
        }
    }

    /// <summary>Gives a reserved head back; when the store does not do it, time does.</summary>
    private async Task ReleaseAsync()
    {
        var reserved = _reserved;
        (_reserved, _headRecord) = (default, -1);
        try
        {
            await table.ReserveAsync(Id, reserved, isReserved: false);
        }
        catch (RequestFailedException)
        {
        }
    }

    private async Task<Segment?> FindAsync(long firstRecord, long started)
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                return await table.ReadSegmentAsync(Id, firstRecord);
            }
            catch (Exception e) when (StorageFaults.IsTransient(e))
            {
                if (time.GetElapsedTime(started) > Patience) throw Unavailable(e);
                await Task.Delay(Jitter(attempt, 20));
            }
        }
    }

    private void FoldOwn(List<(Segment Segment, List<LedgerRecord> Records)> segments)
    {
        lock (_gate)
            foreach (var (segment, records) in segments)
                if (segment.FirstRecord > _state.Record) _state.Fold(segment, records); // else a reader took it in before we heard of it
    }

    private async Task OfferCheckpointAsync()
    {
        const int everyRecords = 50_000, everySegments = 500;
        bool due;
        lock (_gate)
        {
            var since = Math.Max(_state.Record - _checkpointRecord, 0);
            // At low load a commit is one entry; then a tenth more segments is what a new checkpoint is worth, since it lists them all.
            var segments = Math.Max(everySegments, _state.Segments.Count / 10);
            due = since >= everyRecords || (since >= segments && SegmentsSince(_checkpointRecord) >= segments);
            if (due) _checkpointRecord = _state.Record;
        }

        if (!due || CheckpointDue is null) return;
        try
        {
            await CheckpointDue(this);
        }
        catch (Exception e)
        {
            Log.CheckpointNotAsked(logger, e, Id); // it only makes later starts faster, and will be asked for again
        }
    }

    private int SegmentsSince(long record)
    {
        var count = 0;
        for (var n = _state.Segments.Count - 1; n >= 0 && _state.Segments[n].FirstRecord > record; n--) count++;
        return count;
    }

    /// <summary>Full jitter: anything between nothing and a bound that doubles from 1 ms up to the given one.</summary>
    private static TimeSpan Jitter(int round, int atMostMilliseconds) => TimeSpan.FromMilliseconds(Random.Shared.NextDouble() * Math.Min(atMostMilliseconds, 1 << Math.Min(round, 10)));

    private StorageUnavailableException WrittenByOthers() => new($"Book {Id} is being written by others without a pause. Send the same request again.");

    private StorageUnavailableException Unavailable(Exception inner) =>
        new($"The store does not answer clearly for book {Id}. Send the same request again: what was booked is recognised, nothing is booked twice.", inner);

    private static partial class Log
    {
        [LoggerMessage(100, LogLevel.Debug, "Book {Book}: the commit from record {Record} was answered {Status} (attempt {Attempt}); looking for it in the chain")]
        public static partial void CommitUnclear(ILogger logger, string book, long record, int status, int attempt);

        [LoggerMessage(101, LogLevel.Warning, "Book {Book}: no checkpoint could be asked for")]
        public static partial void CheckpointNotAsked(ILogger logger, Exception e, string book);
    }
}

/// <summary>A commit that must be whole (an atomic import) is more than one transaction of the store holds.</summary>
public sealed class CommitTooLargeException(long bytes) : Exception($"The commit is {bytes:N0} bytes packed.")
{
    public long PackedBytes { get; } = bytes;
}

/// <summary>A decision waiting for the committer, and the caller waiting for its answer.</summary>
public abstract class BookCommand(int bytes, bool alone)
{
    public int Bytes { get; } = bytes;
    public bool Alone { get; } = alone;

    /// <summary>The trace of the caller.</summary>
    public ActivityContext Origin { get; } = Activity.Current?.Context ?? default;

    public abstract void Run(BookDraft draft);
    public abstract void Complete();
    public abstract void Fail(Exception e);
}

public sealed class BookCommand<T>(int bytes, bool alone, Func<BookDraft, T> decide) : BookCommand(bytes, alone)
{
    private readonly TaskCompletionSource<T> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private T? _answer;

    public Task<T> Answer => _done.Task;

    public override void Run(BookDraft draft) => _answer = decide(draft);

    public override void Complete() => _done.TrySetResult(_answer!);

    public override void Fail(Exception e) => _done.TrySetException(e);
}
