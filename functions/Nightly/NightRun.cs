using System.Security.Cryptography;
using System.Text.Json;
using BackOffice.Kernel;
using BackOffice.Ledger;
using Microsoft.Extensions.Logging;

namespace BackOffice.Nightly;

/// <summary>
/// Drives a book's nights: date by date, phase by phase, each step one write of the night's record under its ETag. It can be cut off anywhere and begun again by anyone: what has been planned stays planned, what has
/// been posted is recognised, what has been marked is not done again.
/// </summary>
public sealed partial class NightRun(Books books, NightTable nights, IEnumerable<INightWork> works, NightChecks checks, HeadHashes headHashes, Agenda agenda, Storage storage, NightLimits limits, TimeProvider time, ILogger<NightRun> logger)
{
    public const string Department = "nightly";
    public const string Advance = "advance";
    private const string By = nameof(Nightly);

    /// <summary>When a night that has not ended is looked after.</summary>
    private static readonly TimeSpan LookAfter = TimeSpan.FromMinutes(15);

    private readonly INightWork[] _works = [.. works.OrderBy(work => work.Name, StringComparer.Ordinal)];

    /// <summary>
    /// Sees to it that every night through <paramref name="date"/> is run; the first one of a book begins its nights. The first that has not been run is begun anew when it was stopped before it posted.
    /// </summary>
    /// <returns>Whether a night had to be started for it.</returns>
    public async Task<bool> WantAsync(string book, DateOnly date, string by)
    {
        var progress = await nights.MoveAsync(book, known => known is null ? new NightProgress(null, date.AddDays(-1), date) : known.Wanted < date ? known with { Wanted = date } : null);
        var first = progress.Finished.AddDays(1);
        if (progress.Finished >= date) return false;
        if (await nights.FindAsync(book, first) is { Night: { Status: NightStatus.Attention, AtEntry: null } stopped } found) await nights.PutAsync(book, stopped.Again(by, null, time.GetUtcNow()), found.ETag);
        await TellAsync(book, first);
        return true;
    }

    /// <summary>
    /// Starts one night by hand. One that is done stays so, one under way goes on, one that needs attention is run again. False: another start came between.
    /// </summary>
    public async Task<bool> StartAsync(string book, DateOnly date, string by, string? expect)
    {
        var found = await nights.FindAsync(book, date);
        var now = time.GetUtcNow();
        if (found?.Night.Status == NightStatus.Done) return true;
        if (found?.Night.Status != NightStatus.Running && !await nights.PutAsync(book, found?.Night.Again(by, expect, now) ?? Night.Waiting(date, by, expect, now), found?.ETag)) return false;
        if (!await WantAsync(book, date, by)) await TellAsync(book, date);
        return true;
    }

    /// <summary>Has a night driven on.</summary>
    public Task TellAsync(string book, DateOnly date)
    {
        var name = BusinessDay.Text(date);
        var message = new Envelope<DueDeadlines>(DueDeadlines.Schema, 1, $"night:{book}:{name}", name, new DueDeadlines([new Deadline(time.GetUtcNow(), Department, book, name, Advance)]));
        return storage.SendAsync(AdvanceNight.Queue, JsonSerializer.Serialize(message, NightJson.Default.EnvelopeDueDeadlines));
    }

    /// <summary>Drives a night to where it must wait for its chunks or to its end, and then the nights after it that are wanted.</summary>
    public async Task DriveAsync(string bookId, DateOnly date)
    {
        var started = time.GetTimestamp();
        for (DateOnly? next = await FirstAsync(bookId, date); next is { } night; next = await NextAsync(bookId, night))
        {
            if (time.GetElapsedTime(started) > limits.DriveFor)
            {
                await TellAsync(bookId, night);
                return;
            }

            if (!await DriveOneAsync(bookId, night)) return;
        }
    }

    /// <summary>Nights are run in order: the first one that has not been, when there is a gap before this one.</summary>
    private async Task<DateOnly> FirstAsync(string book, DateOnly date) => await nights.FindProgressAsync(book) is { } progress && progress.Finished.AddDays(1) < date ? progress.Finished.AddDays(1) : date;

    /// <summary>Notes that a night has ended; the next one that is wanted, or null.</summary>
    private async Task<DateOnly?> NextAsync(string book, DateOnly date)
    {
        var progress = await nights.MoveAsync(book, known => known is not null && known.Finished.AddDays(1) == date ? known with { Finished = date } : null);
        return progress.Finished < progress.Wanted ? progress.Finished.AddDays(1) : null;
    }

    /// <summary>True: the night has ended. False: it waits for its chunks, it was stopped, or somebody else drives it.</summary>
    private async Task<bool> DriveOneAsync(string book, DateOnly date)
    {
        while (true)
        {
            var found = await nights.FindAsync(book, date);
            var night = found?.Night ?? Night.Waiting(date, By, null, time.GetUtcNow());
            if (night.Status != NightStatus.Running) return night.AtEntry is not null; // a night that was stopped has not been run: it is still wanted
            if (await StepAsync(book, night) is not { } stepped || !await nights.PutAsync(book, stepped, found?.ETag)) return false;
            if (stepped.Status != NightStatus.Running) await EndAsync(book, stepped);
        }
    }

    private async Task<Night?> StepAsync(string bookId, Night night)
    {
        try
        {
            return (await books.OpenAsync(bookId)).Is(out var book, out _) ? await StepAsync(book, night) : null; // null: a night of a book that never was
        }
        catch (InvalidDataException e)
        {
            return night.StopDamaged(e.Message, await checks.ChainAsync(bookId, night.Date, null), time.GetUtcNow());
        }
    }

    /// <summary>The night after its next step; null when it has to wait.</summary>
    private async Task<Night?> StepAsync(OpenedBook book, Night night)
    {
        if (night.Current is not { } phase) return await BeginAsync(book, night);
        if (night.Phases.Count == Night.PhaseNames.Count)
        {
            var before = await nights.FindAsync(book.Book.Id, night.Date.AddDays(-1));
            var scope = await NightScope.PinAsync(book.Book, night.Date) with { ProvedEntry = before is { Night: { Status: NightStatus.Done, AtEntry: { } entry } } ? entry : 0 };
            var ended = night.End(scope, await checks.RunAsync(scope, night, _works), time.GetUtcNow());
            await headHashes.KeepAsync(book.Book.Id, new KeptHash(night.Date, scope.Record, scope.HeadHash), scope.Entry);
            return ended;
        }

        var name = (NightPhaseName)(night.Phases.Count - 1);
        if (phase.Plan is not { } plan) return await PlanAsync(book, night, name);
        var key = plan.Key(night.Attempt, name);
        if (!await RunChunksAsync(book, night, name, plan, key)) return null;
        var counts = (await nights.ListChunksAsync(book.Book.Id, night.Date, key)).Aggregate(NightCounts.None, (sum, chunk) => sum.Add(chunk.Result!));
        return night.EndPhase(counts, time.GetUtcNow());
    }

    private async Task<Night> BeginAsync(OpenedBook book, Night night)
    {
        var now = time.GetUtcNow();
        var begun = night.Begin(now, now + LookAfter);
        if (night.Phases.Count > 0) return begun;
        // Before anything is planned: whoever changes a case from now on leaves alone what this night may post; and if this process ends here, the agenda goes on.
        await agenda.AddAsync(LookAfterOf(book.Book.Id, begun));
        await nights.MoveAsync(book.Book.Id, known => known is null ? new NightProgress(night.Date, night.Date.AddDays(-1), night.Date) : known.Begun is null || known.Begun < night.Date ? known with { Begun = night.Date } : null);
        return begun;
    }

    private async Task<Night> PlanAsync(OpenedBook book, Night night, NightPhaseName phase)
    {
        var scope = await NightScope.PinAsync(book.Book, night.Date);
        var (plan, chunks) = await ComputeAsync(scope, phase);
        if (phase == NightPhaseName.Postings && night.Expect is { } expected && expected != plan.Hash) return night.StopUnexpected(plan, time.GetUtcNow());
        await nights.AddChunksAsync(book.Book.Id, night.Date, plan.Key(night.Attempt, phase), chunks);
        return night.Planned(plan);
    }

    /// <summary>What a phase would post now: the plan and its parts.</summary>
    public async Task<(NightPlan Plan, List<NightChunk> Chunks)> ComputeAsync(NightScope scope, NightPhaseName phase, Action<Entry>? seen = null)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        List<NightChunk> chunks = [];
        List<NightWorkSum> sums = [];
        foreach (var work in _works.Where(work => work.Phase == phase))
        {
            var (entries, inChunk, amount, after, last) = (0, 0, (Int128)0, (string?)null, (string?)null);
            await foreach (var due in work.DueAsync(scope, null, null))
            {
                // A part ends between two cases.
                if (inChunk >= limits.ChunkEntries && due.Position != last)
                {
                    chunks.Add(new NightChunk(chunks.Count, work.Name, after, last!, inChunk));
                    (after, inChunk) = (last, 0);
                }

                hash.AppendData(PreparedEntry.Of(due.Entry, scope.Digits).Canonical.Span);
                seen?.Invoke(due.Entry);
                foreach (var line in due.Entry.Lines) amount += Math.Max(line.AmountMinor, 0);
                (entries, inChunk, last) = (entries + 1, inChunk + 1, due.Position);
            }

            if (inChunk > 0) chunks.Add(new NightChunk(chunks.Count, work.Name, after, last!, inChunk));
            sums.Add(new NightWorkSum(work.Name, entries, (decimal)amount));
        }

        return (new NightPlan(scope.Entry, Convert.ToHexStringLower(hash.GetHashAndReset()), sums.Sum(sum => sum.Entries), chunks.Count, sums), chunks);
    }

    /// <summary>True when all parts are done. A single one is done here and now; of more each gets a message, again when it was told before: a part that is done is not done again.</summary>
    private async Task<bool> RunChunksAsync(OpenedBook book, Night night, NightPhaseName phase, NightPlan plan, string key)
    {
        if (plan.Chunks == 0) return true;
        if (plan.Chunks == 1) await RunChunkAsync(book, night.Date, phase, plan, key, 0);
        else
        {
            var left = (await nights.ListChunksAsync(book.Book.Id, night.Date, key)).Where(chunk => chunk.Result is null).ToList();
            await Parallel.ForEachAsync(left, new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (chunk, _) => await TellChunkAsync(book.Book.Id, night, phase, chunk.Number));
        }

        return !await nights.AnyLeftAsync(book.Book.Id, night.Date, key);
    }

    private Task TellChunkAsync(string book, Night night, NightPhaseName phase, int number)
    {
        var body = new NightChunkWanted(book, night.Date, night.Attempt, phase, number);
        var message = new Envelope<NightChunkWanted>(RunNightChunk.Schema, 1, $"night:{book}:{BusinessDay.Text(night.Date)}:{night.Attempt}:{phase}:{number}", BusinessDay.Text(night.Date), body);
        return storage.SendAsync(RunNightChunk.Queue, JsonSerializer.Serialize(message, NightJson.Default.EnvelopeNightChunkWanted));
    }

    /// <summary>Does a part that a message names, and has the night driven on when it was the last.</summary>
    public async Task RunChunkAsync(NightChunkWanted wanted)
    {
        if (!(await books.OpenAsync(wanted.Book)).Is(out var book, out _) || await nights.FindAsync(wanted.Book, wanted.Date) is not { } found) return;
        var night = found.Night;
        // Of an attempt or a phase that is over there is nothing to do.
        if (night.Attempt != wanted.Attempt || night.Status != NightStatus.Running || night.Current is not { Plan: { } plan } || night.Phases.Count - 1 != (int)wanted.Phase) return;
        var key = plan.Key(night.Attempt, wanted.Phase);
        await RunChunkAsync(book, night.Date, wanted.Phase, plan, key, wanted.Number);
        if (!await nights.AnyLeftAsync(wanted.Book, night.Date, key)) await TellAsync(wanted.Book, night.Date);
    }

    /// <summary>
    /// Posts what is due of one part and marks it. It is computed anew as the books were known to the plan: entries that a run before this one has posted are in it, and are recognised by the ledger.
    /// </summary>
    private async Task RunChunkAsync(OpenedBook book, DateOnly date, NightPhaseName phase, NightPlan plan, string key, int number)
    {
        var chunk = await nights.FindChunkAsync(book.Book.Id, date, key, number) ?? throw new InvalidDataException($"Chunk {number} of the {phase} of {BusinessDay.Text(date)} of book {book.Book.Id} is gone.");
        if (chunk.Result is not null) return;
        var scope = await NightScope.PinAsync(book.Book, date) with { Entry = plan.AtEntry };
        var work = Array.Find(_works, work => work.Name == chunk.Work) ?? throw new InvalidOperationException($"There is no night work '{chunk.Work}'.");
        var result = NightCounts.None;
        List<Entry> entries = [];
        await foreach (var due in work.DueAsync(scope, chunk.After, chunk.Through))
        {
            entries.Add(due.Entry);
            if (entries.Count < limits.ChunkEntries) continue;
            result = result.Add(NightCounts.Of(await Posting.PostAsync(book, entries, By)));
            entries.Clear();
        }

        result = result.Add(NightCounts.Of(await Posting.PostAsync(book, entries, By)));
        if (result.Refused > 0) Log.Refused(logger, book.Book.Id, date, work.Name, result.Refused, result.FirstRefused[0].Code);
        await nights.MarkAsync(book.Book.Id, date, key, chunk, result);
    }

    private async Task EndAsync(string book, Night night)
    {
        if (night.LookAfterAt is not null) await agenda.RemoveAsync(LookAfterOf(book, night));
        (night.Status == NightStatus.Done ? Telemetry.NightsCompleted : Telemetry.NightsAttention).Add(1, new KeyValuePair<string, object?>("book", book));
        foreach (var phase in night.Phases)
            if (phase.EndedAt is { } ended) Telemetry.NightPhase.Record((long)(ended - phase.StartedAt).TotalMilliseconds, new KeyValuePair<string, object?>("phase", phase.Name));
        if (night.Status == NightStatus.Attention) Log.Attention(logger, book, night.Date, night.Note ?? "");
    }

    private static Deadline LookAfterOf(string book, Night night) => new(night.LookAfterAt!.Value, Department, book, BusinessDay.Text(night.Date), Advance);

    private static partial class Log
    {
        [LoggerMessage(300, LogLevel.Error, "The night of {Date} of book {Book} needs attention: {Note}")]
        public static partial void Attention(ILogger logger, string book, DateOnly date, string note);

        [LoggerMessage(301, LogLevel.Error, "Book {Book}, night of {Date}: the ledger refused {Count} entries of {Work}, the first with {Code}")]
        public static partial void Refused(ILogger logger, string book, DateOnly date, string work, int count, string code);
    }
}

/// <summary>How much is done in one go.</summary>
/// <param name="ChunkEntries">Entries that one chunk has at most, unless one case alone has more.</param>
/// <param name="DriveFor">How long one message drives nights before it hands over to the next: well within the platform's limit for a function.</param>
public sealed record NightLimits(int ChunkEntries, TimeSpan DriveFor);

/// <summary>Body of the message that asks for a part of a phase, schema <c>nightly-chunk</c>, version 1.</summary>
/// <param name="Book">The book.</param>
/// <param name="Date">The night.</param>
/// <param name="Attempt">Its attempt.</param>
/// <param name="Phase">Its phase.</param>
/// <param name="Number">Number of the part in the plan.</param>
public sealed record NightChunkWanted(string Book, DateOnly Date, int Attempt, NightPhaseName Phase, int Number);
