using System.Globalization;

namespace BackOffice.Benchmarks;

/// <summary>How a request of the store takes its time: log-normal through these two points, and never less than a quarter of the median.</summary>
/// <param name="Median">Half take less.</param>
/// <param name="P99">One in a hundred takes more.</param>
internal sealed record Latency(TimeSpan Median, TimeSpan P99);

/// <summary>What the platform promises or takes, as far as the simulation needs it. Times of the store are assumptions; measure them in the account and set them.</summary>
internal sealed record Platform
{
    /// <summary>A point read in the same region. Assumption: only "below 10 ms" is told.</summary>
    public Latency Read { get; init; } = new(TimeSpan.FromMilliseconds(6), TimeSpan.FromMilliseconds(30));

    /// <summary>A transaction of two rows. Assumption.</summary>
    public Latency Commit { get; init; } = new(TimeSpan.FromMilliseconds(12), TimeSpan.FromMilliseconds(60));

    /// <summary>Flex Consumption, 2,048 MB: so many HTTP calls at once an instance unless told otherwise; all HTTP functions scale together.</summary>
    public const int HttpConcurrency = 16;

    /// <summary>A queue function, which scales by itself: batch size 16 and, when 8 are left, the next.</summary>
    public const int QueueConcurrency = 24;

    /// <summary>Entities a second of one table partition; more is answered with 503. learn.microsoft.com/azure/storage/tables/scalability-targets</summary>
    public int PartitionEntities { get; init; } = 2_000;

    /// <summary>Requests a second of one storage account. The same page.</summary>
    public int AccountRequests { get; init; } = 20_000;

    public decimal InstanceGigabytes { get; init; } = 2m;

    /// <summary>An instance is charged while any call runs, and from a call's beginning at least so long (Flex Consumption, on demand); times that overlap are charged once.</summary>
    public TimeSpan LeastCharge { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>USD a GB-second, Flex Consumption on demand, US East, as a price guide of May 2025 says. Free grants are left out.</summary>
    public decimal GigabyteSecond { get; init; } = 0.000026m;

    /// <summary>USD a million executions. Assumption, to be set from the price list.</summary>
    public decimal MillionExecutions { get; init; } = 0.40m;

    /// <summary>USD for 10,000 table requests, a transaction counted as one. Assumption, to be set from the price list.</summary>
    public decimal TenThousandRequests { get; init; } = 0.00036m;
}

/// <summary>One case: so many instances of so many calls at once write to so many books, to which so many entries a second are posted one by one, all books and instances alike.</summary>
internal sealed record Load(int Instances, int Books, int EntriesPerSecond, int Concurrency = Platform.HttpConcurrency);

/// <summary>What came of it.</summary>
internal sealed record ScaleResult(long Offered, long Committed, TimeSpan Span, TimeSpan Median, TimeSpan P99, long Commits, long Conflicts, long Throttled, long Requests, decimal GigabyteSeconds, long MostRowsASecond);

/// <summary>
/// Instances that commit to books, event by event: a call waits for a free place in its instance (default concurrency) and then for its book's committer there; the committer takes all that wait as one transaction, under the head's ETag,
/// as <c>Book.CommitAsync</c> does: with the head from its last commit when nobody was first; else it waits with full jitter, reads the head and what others wrote, and tries again; having lost three times it
/// reserves the head, and others wait until its commit is there. Seeded, so the same case gives the same figures. Times are whole microseconds; only the sampling of latencies is floating point. Computing takes no time here, and
/// a commit takes effect at half its time. A run proves itself: every entry is committed once, one instance meets no conflict, no second has more rows of a book or requests than the store takes.
/// </summary>
internal sealed class ScaleSimulation
{
    private const long Second = 1_000_000;
    private const int EntryBytes = 600; // of records, unpacked, with its command's overhead
    private const int MaxGatherBytes = 2_800_000;
    private const int RowsACommit = 2;
    private const long CallerGone = 230 * Second;

    // As Book has them; the best of those tried here.
    private const int LossesToReserve = 3;
    private const int FailuresToInsist = 3;
    private const long ReservedFor = 5 * Second;

    private readonly Platform _platform;
    private readonly Load _load;
    private readonly Random _random = new(20_260_302);
    private readonly PriorityQueue<Action, (long At, long Order)> _events = new();
    private readonly Instance[] _instances;
    private readonly Chain[] _chains;
    private readonly Bucket _account;
    private readonly List<long> _latencies = [];
    private readonly HashSet<int> _committed = [];
    private long _now;
    private long _order;
    private long _commits;
    private long _conflicts;
    private long _throttled;
    private long _requests;
    private long _lastAt;
    private long _reservations;

    private ScaleSimulation(Platform platform, Load load)
    {
        (_platform, _load) = (platform, load);
        _instances = [.. Enumerable.Range(0, load.Instances).Select(_ => new Instance())];
        _chains = [.. Enumerable.Range(0, load.Books).Select(_ => new Chain(new Bucket(platform.PartitionEntities)))];
        _account = new Bucket(platform.AccountRequests);
    }

    /// <summary>Prints the table; throws when a run breaks what must hold.</summary>
    public static void Run()
    {
        var platform = new Platform();
        Console.WriteLine();
        Console.WriteLine("| instances × calls at once | books | entries offered /s | committed /s | p50 / p99 | entries a commit | conflicts a commit | throttled a commit | storage requests an entry | USD a million entries: storage + compute + executions |");
        Console.WriteLine("|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|");
        foreach (var load in (Load[])
                 [
                     new(1, 1, 10), new(1, 1, 100), new(1, 1, 500), new(1, 1, 500, Platform.QueueConcurrency), new(1, 1, 2_000), new(1, 1, 2_000, 256),
                     new(2, 1, 20), new(2, 1, 100), new(2, 1, 500), new(2, 1, 500, 256), new(4, 1, 100), new(4, 1, 500), new(10, 1, 20), new(10, 1, 100), new(100, 1, 20), new(100, 1, 100),
                     new(10, 10, 100), new(10, 100, 1_000), new(100, 100, 1_000), new(100, 1_000, 2_000), new(100, 1_000, 10_000), new(1_000, 10_000, 10_000),
                 ])
            Print(load, platform, Of(platform, load));
    }

    /// <summary>Plays ten seconds of arrivals and what follows from them.</summary>
    public static ScaleResult Of(Platform platform, Load load)
    {
        var simulation = new ScaleSimulation(platform, load);
        var result = simulation.Play(10 * Second);
        simulation.Prove(result);
        return result;
    }

    private static void Print(Load load, Platform platform, ScaleResult result)
    {
        decimal Million(decimal all) => all * 1_000_000m / result.Committed;
        var storage = Million(result.Requests * platform.TenThousandRequests / 10_000m);
        var compute = Million(result.GigabyteSeconds * platform.GigabyteSecond);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"| {load.Instances:N0} × {load.Concurrency:N0} | {load.Books:N0} | {load.EntriesPerSecond:N0} | {result.Committed / (decimal)result.Span.TotalSeconds:N0} | {result.Median.TotalMilliseconds:N0} / {result.P99.TotalMilliseconds:N0} ms | "
            + $"{(decimal)result.Committed / result.Commits:0.0} | {(decimal)result.Conflicts / result.Commits:0.00} | {(decimal)result.Throttled / result.Commits:0.00} | {(decimal)result.Requests / result.Committed:0.00} | {storage:0.00} + {compute:0.00} + {platform.MillionExecutions:0.00} |"));
    }

    private ScaleResult Play(long arrivals)
    {
        var offered = (int)(_load.EntriesPerSecond * arrivals / Second);
        for (var n = 0; n < offered; n++)
        {
            // Independent callers: any moment, any instance, any book.
            var entry = new Posting(n, _random.NextInt64(arrivals), _instances[_random.Next(_instances.Length)], _random.Next(_chains.Length));
            At(entry.At, () => Arrive(entry));
        }

        while (_events.TryDequeue(out var next, out var when))
        {
            _now = when.At;
            if (_now > arrivals + CallerGone) break; // calls have ended by now; it is shown by what was committed
            next();
        }

        _latencies.Sort();
        TimeSpan Rank(int percent) => TimeSpan.FromMicroseconds(_latencies[Math.Min(_latencies.Count - 1, _latencies.Count * percent / 100)]);
        var charged = _instances.Sum(instance => instance.ChargedMicroseconds);
        return new ScaleResult(offered, _committed.Count, TimeSpan.FromMicroseconds(Math.Max(_lastAt, arrivals)), Rank(50), Rank(99), _commits, _conflicts, _throttled, _requests,
            charged * _platform.InstanceGigabytes / Second, _chains.Max(chain => chain.Rows.Most));
    }

    private void Prove(ScaleResult result)
    {
        void Holds(bool condition, string what)
        {
            if (!condition) throw new InvalidOperationException($"{_load}: it does not hold that {what}.");
        }

        Holds(_latencies.Count == result.Committed && result.Committed <= result.Offered, "each entry is answered once");
        if (IsWorkedOff)
        {
            Holds(result.Committed == result.Offered, "every entry offered is committed");
            Holds(_chains.Sum(chain => chain.Entries) == result.Offered, "the chains hold what was offered, once");
            Holds(_chains.Sum(chain => chain.Head.Version) == result.Commits, "a chain moves once a commit");
            Holds(_instances.All(instance => instance is { Busy: 0, Waiting.Count: 0 }), "no call is left");
        }

        Holds(_load.Instances > 1 || result.Conflicts == 0, "one instance meets no conflict");
        Holds(result.MostRowsASecond <= _platform.PartitionEntities, "no second has more rows of a book than the store takes");
        Holds(_account.Most <= _platform.AccountRequests, "no second has more requests than the account takes");
        Holds(result.Requests >= result.Commits + result.Conflicts + _reservations, "each try is a request");
    }

    /// <summary>Whether all calls were answered before the platform would have ended them.</summary>
    private bool IsWorkedOff => _events.Count == 0;

    // ---- a call ----------------------------------------------------------------------------------------------------------------------

    private void Arrive(Posting entry)
    {
        if (entry.Instance.Busy == _load.Concurrency) entry.Instance.Waiting.Enqueue(entry);
        else Begin(entry);
    }

    private void Begin(Posting entry)
    {
        var instance = entry.Instance;
        if (instance.Busy++ == 0) instance.BusySince = _now;
        if (!instance.Committers.TryGetValue(entry.Book, out var committer)) instance.Committers.Add(entry.Book, committer = new Committer(_chains[entry.Book]));
        committer.Waiting.Enqueue(entry);
        if (committer.IsRunning) return;
        committer.IsRunning = true;
        Gather(committer);
    }

    private void Answer(Posting entry)
    {
        var instance = entry.Instance;
        if (!_committed.Add(entry.Number)) throw new InvalidOperationException($"Entry {entry.Number} is committed twice.");
        _latencies.Add(_now - entry.At);
        _lastAt = _now;
        if (--instance.Busy == 0)
        {
            var through = Math.Max(_now, instance.BusySince + (_platform.LeastCharge.Ticks / TimeSpan.TicksPerMicrosecond));
            instance.ChargedMicroseconds += Math.Max(0, through - Math.Max(instance.BusySince, instance.ChargedThrough));
            instance.ChargedThrough = Math.Max(instance.ChargedThrough, through);
        }

        if (instance.Waiting.TryDequeue(out var next)) Begin(next);
    }

    // ---- a committer -----------------------------------------------------------------------------------------------------------------

    private void Gather(Committer committer)
    {
        while (committer.Batch.Count < MaxGatherBytes / EntryBytes && committer.Waiting.TryDequeue(out var entry)) committer.Batch.Add(entry);
        if (committer.Batch.Count == 0)
        {
            committer.IsRunning = false;
            return;
        }

        (committer.Lost, committer.Paused) = (0, 0);
        Try(committer);
    }

    /// <summary>Reads the head where it is not known, and what others wrote; then commits the batch.</summary>
    private void Try(Committer committer)
    {
        if (committer.Head is not null) Put(committer);
        else
        {
            committer.Failures = 0;
            Look(committer);
        }
    }

    /// <summary>Waits while another has the head reserved, and reserves it for one that has lost too often.</summary>
    private void Look(Committer committer, long seen = -1, long since = 0, int round = 0) => Read(committer.Chain, head =>
    {
        if (head.ETag != seen) (seen, since) = (head.ETag, _now); // another reservation has its own time
        var isMine = head.IsReserved && head.ETag == committer.Reserved;
        var isTaken = head.IsReserved && !isMine && _now - since < ReservedFor;
        if (isTaken) At(_now + Jitter(round, 100), () => Look(committer, seen, since, round + 1));
        else if (isMine || committer.Lost < LossesToReserve) TakeIn(committer, head);
        else Reserve(committer, head, round);
    });

    private void TakeIn(Committer committer, Head head)
    {
        // One point read a commit of others, up to four and the one that finds nothing; more are had by one query.
        var reads = head.Version == committer.Known ? 0 : (int)Math.Min(head.Version - committer.Known, 4) + 1;
        Reads(committer.Chain, reads, () =>
        {
            (committer.Known, committer.Head) = (head.Version, head.ETag);
            Put(committer);
        });
    }

    private void Reserve(Committer committer, Head head, int round)
    {
        _reservations++;
        var chain = committer.Chain;
        var insists = committer.Failures >= FailuresToInsist;
        Head? reserved = null;
        Request(() => Send(_platform.Commit, () =>
        {
            if (!chain.Rows.TryTake(_now / Second, 1) || (!insists && chain.Head.ETag != head.ETag)) return;
            reserved = chain.Head = chain.Head with { ETag = chain.Head.ETag + 1, IsReserved = true };
        }, () =>
        {
            committer.Reserved = reserved?.ETag;
            if (reserved is null) committer.Failures++;
            if (reserved is not null && insists) Look(committer, round: round + 1); // the head may have moved before it was reserved
            else if (reserved is null) At(_now + Jitter(round, 100), () => Look(committer, round: round + 1));
            else TakeIn(committer, reserved);
        }));
    }

    private void Reads(Chain chain, int count, Action done)
    {
        if (count == 0) done();
        else Read(chain, _ => Reads(chain, count - 1, done));
    }

    /// <summary>A point read; the chain's head when the store answered it.</summary>
    private void Read(Chain chain, Action<Head> done, int round = 0)
    {
        Head? seen = null;
        Request(() => Send(_platform.Read, () => seen = chain.Rows.TryTake(_now / Second, 1) ? chain.Head : null, () =>
        {
            if (seen is not null)
            {
                done(seen);
                return;
            }

            _throttled++;
            At(_now + Pause(round), () => Read(chain, done, round + 1));
        }));
    }

    private void Put(Committer committer)
    {
        var chain = committer.Chain;
        var (won, throttled) = (false, false);
        Request(() => Send(_platform.Commit, () =>
        {
            // The store decides here: too many rows this second, another's ETag, or done.
            if (!chain.Rows.TryTake(_now / Second, RowsACommit)) throttled = true;
            else if (committer.Head == chain.Head.ETag)
            {
                won = true;
                chain.Head = new Head(chain.Head.Version + 1, chain.Head.ETag + 1, IsReserved: false);
                committer.Head = chain.Head.ETag;
                chain.Entries += committer.Batch.Count;
            }
        }, () =>
        {
            if (won) Won(committer);
            else if (throttled) Throttled(committer);
            else Lost(committer);
        }));
    }

    private void Won(Committer committer)
    {
        _commits++;
        committer.Known++;
        foreach (var entry in committer.Batch) Answer(entry);
        committer.Batch.Clear();
        Gather(committer);
    }

    /// <summary>Another was first. The segment that stands in its place is looked for, as an answer might have been lost; then it waits and reads anew.</summary>
    private void Lost(Committer committer)
    {
        _conflicts++;
        committer.Head = null;
        Read(committer.Chain, _ => At(_now + Jitter(committer.Lost++, 20), () => Try(committer)));
    }

    private void Throttled(Committer committer)
    {
        _throttled++;
        At(_now + Pause(committer.Paused++), () => Put(committer));
    }

    /// <summary>Full jitter below 1, 2, 4 … ms.</summary>
    private long Jitter(int round, int atMostMilliseconds) => _random.NextInt64(1 + (1_000L * Math.Min(atMostMilliseconds, 1 << Math.Min(round, 10))));

    /// <summary>The storage client's own pause before it asks again: 100, 200 … ms, at most 1 s, a fifth more or less.</summary>
    private long Pause(int round) => Math.Min(Second, 100_000L << Math.Min(round, 4)) * _random.Next(80, 121) / 100;

    // ---- the store -------------------------------------------------------------------------------------------------------------------

    /// <summary>Sends a request when the account takes one more this second, else at the beginning of a later one.</summary>
    private void Request(Action send)
    {
        if (_account.TryTake(_now / Second, 1))
        {
            _requests++;
            send();
        }
        else At(((_now / Second) + 1) * Second, () => Request(send));
    }

    private void Send(Latency latency, Action effect, Action answered)
    {
        var takes = Sample(latency);
        At(_now + (takes / 2), effect);
        At(_now + takes, answered);
    }

    /// <summary>exp(ln median + σz) with σ so that 2.326 of it lead to the 99th percentile; z by Box and Muller.</summary>
    private long Sample(Latency latency)
    {
        var sigma = Math.Log(latency.P99 / latency.Median) / 2.326;
        var z = Math.Sqrt(-2 * Math.Log(1 - _random.NextDouble())) * Math.Cos(2 * Math.PI * _random.NextDouble());
        return (long)(latency.Median.TotalMicroseconds * Math.Max(0.25, Math.Exp(sigma * z)));
    }

    private void At(long when, Action what) => _events.Enqueue(what, (when, _order++));

    private sealed record Posting(int Number, long At, Instance Instance, int Book);

    private sealed class Instance
    {
        public int Busy { get; set; }
        public long BusySince { get; set; }
        public long ChargedThrough { get; set; }
        public long ChargedMicroseconds { get; set; }
        public Queue<Posting> Waiting { get; } = new();
        public Dictionary<int, Committer> Committers { get; } = [];
    }

    private sealed record Head(long Version, long ETag, bool IsReserved);

    /// <summary>A book as the store has it: its head, and what it holds.</summary>
    private sealed class Chain(Bucket rows)
    {
        public Bucket Rows { get; } = rows;
        public Head Head { get; set; } = new(0, 0, false);
        public long Entries { get; set; }
    }

    /// <summary>A book as one instance holds it.</summary>
    private sealed class Committer(Chain chain)
    {
        public Chain Chain { get; } = chain;
        public Queue<Posting> Waiting { get; } = new();
        public List<Posting> Batch { get; } = [];
        public bool IsRunning { get; set; }
        public int Lost { get; set; }
        public int Paused { get; set; }
        public int Failures { get; set; }
        public long? Reserved { get; set; }

        /// <summary>Through which commit it has taken the chain in.</summary>
        public long Known { get; set; }

        /// <summary>The head's ETag as last read or written; null when it must be read.</summary>
        public long? Head { get; set; }
    }

    /// <summary>So many a second, and no more.</summary>
    private sealed class Bucket(int limit)
    {
        private long _second = -1;
        private int _taken;

        public long Most { get; private set; }

        public bool TryTake(long second, int count)
        {
            if (second != _second) (_second, _taken) = (second, 0);
            if (_taken + count > limit) return false;
            _taken += count;
            Most = Math.Max(Most, _taken);
            return true;
        }
    }
}
