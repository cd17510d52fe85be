using System.Globalization;
using System.Net;

namespace BackOffice.AzuriteTests.Nightly;

/// <summary>The app is killed, not stopped, in the middle of a night, and again while it makes up for that.</summary>
public sealed class NightKilledTests(AzuriteFixture azurite) : IAsyncLifetime
{
    private const int Accruals = 60;
    private const string Date = "2026-01-31";

    /// <summary>A chunk an accrual, some at a time; what a dead process had taken comes back after two seconds.</summary>
    private static readonly string[] _settings =
    [
        "--LocalWorker:Queues=true", "--Nightly:ChunkEntries=1", "--LocalWorker:QueueLeaseSeconds=2",
        "--AzureFunctionsJobHost:extensions:queues:batchSize=2", "--AzureFunctionsJobHost:extensions:queues:newBatchThreshold=1",
    ];

    private TestApp _app = null!;

    public async ValueTask InitializeAsync() => _app = await TestApp.StartAsync(azurite);

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    /// <summary>Chunks are posted side by side, so that what is left to compare is each case by itself, and that numbers have no gap.</summary>
    [Fact]
    public async Task NightKilledAgainAndAgain_EndsAsUndisturbed()
    {
        var (book, undisturbed) = (await OpenAsync(), await OpenAsync());
        var before = await book.Book.EntriesAsync();
        (await book.StartAsync(Date)).Is(HttpStatusCode.Accepted);

        foreach (var posted in (int[])[0, 10, 25, 40])
        {
            await using var doomed = await AppProcess.StartAsync(_app, _settings);
            await Eventually.IsTrueAsync(async () => await HasBegunAsync(book) && await book.Book.EntriesAsync() >= before + posted, $"{posted} entries are posted");
            doomed.Kill();
            Assert.Equal("running", (await book.NightAsync(Date)).Text("status"));
        }

        Assert.InRange((await book.Book.IsWholeAsync()).Count - before, 40, Accruals - 1);
        await using var last = await AppProcess.StartAsync(_app, _settings);
        var night = await book.EndedAsync(Date);
        Assert.Equal(("done", Accruals), (night.Text("status"), night.Number("posted") + night.Number("known")));

        (await undisturbed.StartAsync(Date)).Is(HttpStatusCode.Accepted);
        await undisturbed.EndedAsync(Date);
        Assert.Equal(await undisturbed.JournalByCaseAsync(), await book.JournalByCaseAsync());
        Assert.Equal(await undisturbed.BalancesAsync(), await book.BalancesAsync());
        Assert.Equal(await undisturbed.RecordAsync(Date), await book.RecordAsync(Date));
        await book.Book.IsWholeAsync();
    }

    private static async Task<bool> HasBegunAsync(NightBook book) => (await book.NightAsync(Date)).List("phases").Any();

    private async Task<NightBook> OpenAsync()
    {
        var book = await NightBook.OpenAsync(_app);
        for (var n = 0; n < Accruals; n++)
            (await book.AccrueAsync(string.Create(CultureInfo.InvariantCulture, $"a{n}"), string.Create(CultureInfo.InvariantCulture, $"{n + 1}.01"))).Is(HttpStatusCode.Created);
        return book;
    }
}
