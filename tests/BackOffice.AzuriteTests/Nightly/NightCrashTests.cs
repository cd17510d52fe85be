using System.Collections.Concurrent;
using System.Net;
using BackOffice.Kernel;
using BackOffice.Nightly;

namespace BackOffice.AzuriteTests.Nightly;

/// <summary>By what a night goes on whose process has died.</summary>
public enum GoesOnBy
{
    /// <summary>The messages that the process was at work on come back when their leases have run out.</summary>
    Redelivery,

    /// <summary>Every message is lost; the hourly timer wants the night again.</summary>
    Timer,

    /// <summary>Every message is lost; a quarter of an hour later the agenda has the night looked after. A night that had not begun is left to the hourly timer.</summary>
    Agenda,
}

/// <summary>
/// A night that was cut off anywhere, told twice, out of order or too late comes to the same end as one that nothing disturbed: journal with numbers, ids, dates and lines, balances, and the night's record.
/// </summary>
public sealed class NightCrashTests(AzuriteFixture azurite, ITestOutputHelper output)
{
    private const string OneChunk = "--Nightly:ChunkEntries=2000";
    private const string ManyChunks = "--Nightly:ChunkEntries=1";
    private const string Day = "2026-01-31";
    private const int Lanes = 3;

    private static readonly DateOnly Date = new(2026, 1, 31);

    /// <summary>A night of one chunk, which is done in one go, and the night after it: each write of theirs, with the ways to go on taken in turn.</summary>
    [Fact]
    public Task NightOfOneChunk_CutOffBeforeAndAfterAnyWrite_EndsAsUndisturbed() => AllDeathsEndAlikeAsync(OneChunk, Date.AddDays(1));

    /// <summary>A night of three chunks, which are sent over the queue.</summary>
    [Fact]
    public Task NightOfManyChunks_CutOffBeforeAndAfterAnyWrite_EndsAsUndisturbed() => AllDeathsEndAlikeAsync(ManyChunks, Date);

    [Theory]
    [InlineData(OneChunk)]
    [InlineData(ManyChunks)]
    public async Task Messages_DeliveredTwice_EndAsUndisturbed(string chunks)
    {
        var (undisturbed, _) = await UndisturbedAsync(chunks, Date);
        await using var lane = await Lane.StartAsync(azurite, chunks, Date);
        var book = await lane.OpenAsync();

        lane.Survivor.Order = messages => messages.SelectMany(message => (NightMessage[])[message, message]);
        await lane.RunAsync(lane.Survivor, book);

        Assert.Equal(undisturbed, await lane.EndAsync(book));
        await lane.LeavesNothingLyingAsync();
    }

    /// <summary>The chunks' order is the order of the journal; what is left to compare is each case by itself.</summary>
    [Fact]
    public async Task Chunks_InReverseOrderAndTwiceAtATime_EndAsUndisturbedButForTheOrderOfTheCases()
    {
        await using var lane = await Lane.StartAsync(azurite, ManyChunks, Date);
        var undisturbed = await lane.OpenAsync();
        await lane.RunAsync(lane.Survivor, undisturbed);
        var book = await lane.OpenAsync();

        await lane.Survivor.WantAsync(book, Date);
        foreach (var advance in await lane.Survivor.TakeAsync(AdvanceNight.Queue)) await lane.Survivor.DeliverAsync(advance);
        var chunks = await lane.Survivor.TakeAsync(RunNightChunk.Queue);
        Assert.Equal(3, chunks.Count);
        foreach (var chunk in Enumerable.Reverse(chunks)) await Task.WhenAll(lane.Survivor.DeliverAsync(chunk), lane.Survivor.DeliverAsync(chunk));
        await lane.Survivor.WorkAsync();

        await lane.IsAsAsync(undisturbed, book);
    }

    /// <summary>Not a byte of the record changes, times included, nor the chain.</summary>
    [Theory]
    [InlineData(OneChunk)]
    [InlineData(ManyChunks)]
    public async Task Messages_DeliveredAgainWhenTheNightIsDone_ChangeNothing(string chunks)
    {
        await using var lane = await Lane.StartAsync(azurite, chunks, Date);
        var book = await lane.OpenAsync();
        await lane.RunAsync(lane.Survivor, book);
        var before = (await book.NightAsync(Day), await book.Book.HeadHashAsync(), await lane.EndAsync(book));

        var delivered = Enumerable.Reverse(lane.Survivor.Delivered).ToList();
        Assert.Contains(delivered, message => message.Queue == AdvanceNight.Queue);
        foreach (var message in delivered.Concat(delivered)) await lane.Survivor.DeliverAsync(message);
        await lane.Survivor.WorkAsync();

        Assert.Equal(before.Item1.GetRawText(), (await book.NightAsync(Day)).GetRawText());
        Assert.Equal((before.Item2, before.Item3), (await book.Book.HeadHashAsync(), await lane.EndAsync(book)));
        await lane.LeavesNothingLyingAsync();
    }

    [Fact]
    public async Task ChunkThatIsDelayed_IsToldAgainByTheTimer_AndComesTooLateToChangeAnything()
    {
        var (undisturbed, _) = await UndisturbedAsync(ManyChunks, Date);
        await using var lane = await Lane.StartAsync(azurite, ManyChunks, Date);
        var book = await lane.OpenAsync();
        await lane.Survivor.WantAsync(book, Date);
        foreach (var advance in await lane.Survivor.TakeAsync(AdvanceNight.Queue)) await lane.Survivor.DeliverAsync(advance);
        var delayed = await lane.Survivor.TakeAsync(RunNightChunk.Queue);

        await lane.RunAsync(lane.Survivor, book); // the hour after
        Assert.Equal(undisturbed, await lane.EndAsync(book));
        var before = await book.Book.HeadHashAsync();
        foreach (var chunk in delayed) await lane.Survivor.DeliverAsync(chunk);
        await lane.Survivor.WorkAsync();

        Assert.Equal((before, undisturbed), (await book.Book.HeadHashAsync(), await lane.EndAsync(book)));
    }

    /// <summary>With the timer and the queues as they are read in operation. Chunks are then posted side by side, so that what is left to compare is each case by itself.</summary>
    [Theory]
    [InlineData(OneChunk)]
    [InlineData(ManyChunks)]
    public async Task Timers_OfTwoAppsAtTheSameTime_RunOneNight(string chunks)
    {
        await using var lane = await Lane.StartAsync(azurite, chunks, Date);
        var undisturbed = await lane.OpenAsync();
        await lane.RunAsync(lane.Survivor, undisturbed);
        var book = await lane.OpenAsync();
        await using var one = await lane.AnotherAsync();
        await using var other = await lane.AnotherAsync();

        await Task.WhenAll(Enumerable.Range(0, 4).SelectMany(_ => (Task[])[one.FireAsync("Nightly"), other.FireAsync("Nightly")]));

        Assert.Equal(("done", 1L), ((await book.EndedAsync(Day)).Text("status"), (await book.EndedAsync(Day)).Number("attempt")));
        await lane.IsAsAsync(undisturbed, book);
    }

    /// <summary>A night that is run again must not have put out of its own sight what it had found.</summary>
    [Fact]
    public async Task NightWithADifference_RunAgainUnmended_FindsItAgain()
    {
        await using var lane = await Lane.StartAsync(azurite, OneChunk, Date);
        var book = await lane.OpenAsync();
        (await book.Book.PostAsync(TestBook.Entry("by-hand", "2026-01-15", debit: "0990", credit: "1200"))).Is(HttpStatusCode.Created);
        await lane.RunAsync(lane.Survivor, book);
        Assert.Contains("accruals 0990 is 10.00, not 0.00", (await book.NightAsync(Day)).Text("note"), StringComparison.Ordinal);

        (await book.StartAsync(Day)).Is(HttpStatusCode.Accepted);
        await lane.Survivor.WorkAsync();
        var again = await book.NightAsync(Day);
        Assert.Equal(("attention", 2L), (again.Text("status"), again.Number("attempt")));
        Assert.Contains("accruals 0990 is 10.00, not 0.00", again.Text("note"), StringComparison.Ordinal);

        (await book.Book.ReverseAsync("by-hand", "by-hand-r", "2026-01-15")).Is(HttpStatusCode.Created);
        (await book.StartAsync(Day)).Is(HttpStatusCode.Accepted);
        await lane.Survivor.WorkAsync();
        Assert.Equal("done", (await book.NightAsync(Day)).Text("status"));
    }

    /// <summary>The night proves it a last time; the next one looks at it no more.</summary>
    [Fact]
    public async Task AccrualThatHasEnded_IsFiledAwayByTheNightAfterTheOneThatProvedIt()
    {
        await using var lane = await Lane.StartAsync(azurite, OneChunk, Date);
        var book = await lane.OpenAsync();
        await lane.RunAsync(lane.Survivor, book);
        Assert.Equal(["0980", "0990"], await ProvedAsync(book, Day));
        Assert.Single((await book.Book.GetAsync("/accruals/licence")).List("history"));

        await lane.Survivor.WantAsync(book, Date.AddDays(1));
        await lane.Survivor.WorkAsync();

        Assert.Equal(["0980"], await ProvedAsync(book, "2026-02-01"));
        Assert.Equal("released", (await book.Book.GetAsync("/accruals/licence")).List("history").Last().Text("command"));
    }

    private static async Task<IEnumerable<string>> ProvedAsync(NightBook book, string date) =>
        (await book.NightAsync(date)).List("checks").Where(check => check.Text("name") == "accruals").Select(check => check.Text("subject"));

    private async Task AllDeathsEndAlikeAsync(string chunks, DateOnly through)
    {
        var (undisturbed, writes) = await UndisturbedAsync(chunks, through);
        // Each way to go on is taken at every third death: three times as many would tell little more.
        var deaths = new ConcurrentQueue<(int Write, bool After, GoesOnBy Way)>(
            Enumerable.Range(0, 2 * writes).Select(n => ((n / 2) + 1, n % 2 == 1, (GoesOnBy)(n % Enum.GetValues<GoesOnBy>().Length))));
        output.WriteLine($"{writes} writes, {deaths.Count} deaths.");

        await Task.WhenAll(Enumerable.Range(0, Lanes).Select(async _ =>
        {
            await using var lane = await Lane.StartAsync(azurite, chunks, through);
            while (deaths.TryDequeue(out var death)) Assert.Equal($"{death}\n{undisturbed}", $"{death}\n{await lane.DieAndGoOnAsync(death.Write, death.After, death.Way)}");
            await lane.LeavesNothingLyingAsync();
        }));
    }

    private async Task<(string End, int Writes)> UndisturbedAsync(string chunks, DateOnly through)
    {
        await using var lane = await Lane.StartAsync(azurite, chunks, through);
        await using var proxy = await FaultProxy.StartAsync(azurite, queues: true);
        var book = await lane.OpenAsync();
        await using var process = await lane.ProcessAsync(proxy);
        proxy.DieAt(int.MaxValue, after: false);
        await lane.RunAsync(process, book);
        var writes = proxy.Writes;
        await lane.LeavesNothingLyingAsync();
        return (await lane.EndAsync(book), writes);
    }

    /// <summary>Tables and queues of their own, a clock, and books one after the other.</summary>
    private sealed class Lane(AzuriteFixture azurite, TestApp app, TestClock clock, string chunks, DateOnly through, NightProcess survivor) : IAsyncDisposable
    {
        private readonly List<IAsyncDisposable> _dead = [];

        public static async Task<Lane> StartAsync(AzuriteFixture azurite, string chunks, DateOnly through)
        {
            var clock = TestClock.AtNoon(new DateOnly(2026, 4, 1));
            var app = await TestApp.StartAsync(azurite, clock);
            return new Lane(azurite, app, clock, chunks, through, await NightProcess.StartAsync(app, clock, null, chunks));
        }

        /// <summary>A process that is not disturbed.</summary>
        public NightProcess Survivor => survivor;

        public Task<NightProcess> ProcessAsync(FaultProxy way) => NightProcess.StartAsync(app, clock, way, chunks);

        /// <summary>
        /// A book whose nights have been run through the 30th, with five entries due on the 31st: three of one accrual, whose chunk is then posted in three commits, and the last one of another, which has then come to its end.
        /// </summary>
        public async Task<NightBook> OpenAsync()
        {
            var book = await NightBook.OpenAsync(app);
            (await book.AccrueAsync("insurance")).Is(HttpStatusCode.Created);
            (await book.AccrueAsync("rent", "1000.00", "2025-11-01", "2026-10-31", result: "4210")).Is(HttpStatusCode.Created);
            (await book.AccrueAsync("licence", "50.00", "2026-01-01", "2026-01-31", "deferredIncome", accrual: "0990", result: "8400")).Is(HttpStatusCode.Created);
            await survivor.NoteFinishedAsync(book, Date.AddDays(-1));
            return book;
        }

        /// <summary>Has a night die at a write and go on in a process that knows nothing of this book; what it comes to.</summary>
        public async Task<string> DieAndGoOnAsync(int write, bool after, GoesOnBy way)
        {
            var book = await OpenAsync();
            var proxy = await FaultProxy.StartAsync(azurite, queues: true);
            var doomed = await ProcessAsync(proxy);
            _dead.AddRange([doomed, proxy]); // the dead must not be let go before the end: they would still try
            proxy.DieAt(write, after);
            var running = RunAsync(doomed, book);
            await Task.WhenAny(running, proxy.Death);
            Assert.True(proxy.Death.IsCompletedSuccessfully, $"The night has no write {write}.");

            if (way == GoesOnBy.Redelivery) await doomed.GiveBackAsync(app);
            else await NightProcess.LoseAsync(app);
            var delivered = survivor.Delivered.Count;
            if (way == GoesOnBy.Agenda) await TickAsync();
            if (way != GoesOnBy.Timer) await survivor.WorkAsync();
            // Where the dead had told nobody, or nothing stood on the agenda (before a night begins, and when it has ended), the hourly timer goes on. One message must be enough.
            var isTold = survivor.Delivered.Skip(delivered).Any(message => message.Body.Contains($"\"{book.Book.Id}\"", StringComparison.Ordinal));
            if (!isTold) await RunAsync(survivor, book);
            return await EndAsync(book);
        }

        public async Task RunAsync(NightProcess process, NightBook book)
        {
            await process.WantAsync(book, through);
            await process.WorkAsync();
        }

        public async Task<string> EndAsync(NightBook book) => string.Join('\n',
        [
            .. await book.JournalAsync(),
            .. (await book.BalancesAsync()).Select(balance => $"{balance.Key}: {balance.Value}"),
            await book.RecordAsync(BusinessDay.Text(Date)),
            await book.RecordAsync(BusinessDay.Text(through)),
            $"through {(await book.Book.GetAsync("/nights?from=2026-01-01&to=2026-12-31")).Text("finished")}",
        ]);

        /// <summary>Another app on the same tables, which reads its queues; in Berlin the night's day has just ended.</summary>
        public Task<TestApp> AnotherAsync()
        {
            clock.Set(new DateTimeOffset(2026, 1, 31, 23, 5, 0, TimeSpan.Zero));
            return app.AnotherAsync(clock, null, "--LocalWorker:Queues=true", chunks);
        }

        /// <summary>Asserts that a night came to what another book's did: but for the order in which its chunks were posted.</summary>
        public async Task IsAsAsync(NightBook expected, NightBook actual)
        {
            Assert.Equal(await expected.JournalByCaseAsync(), await actual.JournalByCaseAsync());
            Assert.Equal(await expected.BalancesAsync(), await actual.BalancesAsync());
            Assert.Equal(await expected.RecordAsync(BusinessDay.Text(through)), await actual.RecordAsync(BusinessDay.Text(through)));
            await actual.Book.IsWholeAsync();
        }

        /// <summary>A quarter of an hour later what the dead had put on the agenda is struck off too, and no message is left.</summary>
        public async Task LeavesNothingLyingAsync()
        {
            await TickAsync();
            await survivor.WorkAsync();
            Assert.Empty(await survivor.DeadlinesAsync());
        }

        public async ValueTask DisposeAsync()
        {
            await survivor.DisposeAsync();
            foreach (var dead in _dead) await dead.DisposeAsync();
            await app.DisposeAsync();
        }

        /// <summary>The minute's timer, more than a quarter of an hour later.</summary>
        private Task TickAsync()
        {
            clock.Set(clock.GetUtcNow() + TimeSpan.FromMinutes(31));
            return survivor.TickAsync();
        }
    }
}
