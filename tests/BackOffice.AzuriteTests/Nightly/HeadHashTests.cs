using System.Net;
using Azure.Storage.Blobs;

namespace BackOffice.AzuriteTests.Nightly;

/// <summary>Each night lays its head hash down elsewhere, and the chain is held against them.</summary>
public sealed class HeadHashTests(AzuriteFixture azurite) : IAsyncLifetime
{
    private readonly TestClock _clock = TestClock.AtNoon(new DateOnly(2026, 3, 2));
    private TestApp _app = null!;
    private NightBook _night = null!;
    private BlobContainerClient _container = null!;

    public async ValueTask InitializeAsync()
    {
        _app = await TestApp.StartAsync(azurite, _clock, "--LocalWorker:Queues=true");
        _night = await NightBook.OpenAsync(_app);
        _container = new BlobContainerClient(_app.Storage, _app.Prefix + "head-hashes");
    }

    public async ValueTask DisposeAsync()
    {
        await _container.DeleteIfExistsAsync();
        await _app.DisposeAsync();
    }

    [Fact]
    public async Task Night_LaysItsHeadHashDown_Once_AndTheChainAgrees()
    {
        (await _night.AccrueAsync("a")).Is(HttpStatusCode.Created);
        var first = await _night.RunAsync("2026-02-27");
        await _night.RunAsync("2026-02-28");
        await _night.RunAsync("2026-03-01"); // nothing is posted: the head stands where it stood

        var blobs = await BlobsAsync();
        Assert.Equal(2, blobs.Count);
        Assert.Contains(first.Text("headHash"), blobs[0].Text, StringComparison.Ordinal);
        Assert.Contains("\"night\":\"2026-02-28\"", blobs[1].Text, StringComparison.Ordinal);
        var verified = await _night.Book.GetAsync("/verification");
        Assert.Equal((true, 2L), (verified.GetProperty("valid").GetBoolean(), verified.Number("keptHashes")));
    }

    [Fact]
    public async Task ChainThatIsNotWhatANightSaw_IsNotValid()
    {
        (await _night.AccrueAsync("a")).Is(HttpStatusCode.Created);
        var night = await _night.RunAsync("2026-02-28");
        var (name, text) = (await BlobsAsync()).Single();

        // As if the chain had been written anew since: it is sound in itself, and another.
        await PutAsync(name, text.Replace(night.Text("headHash"), new string('0', 64), StringComparison.Ordinal));
        var verified = await _night.Book.GetAsync("/verification");
        Assert.False(verified.GetProperty("valid").GetBoolean());
        Assert.Contains("the night of 2026-02-28 laid down another hash", verified.Text("fault"), StringComparison.Ordinal);

        // As if what the night saw had been cut off.
        await PutAsync(name, text);
        await PutAsync(name.Replace(".json", "9.json", StringComparison.Ordinal), text.Replace("\"record\":", "\"record\":9", StringComparison.Ordinal));
        Assert.Contains("which is gone", (await _night.Book.GetAsync("/verification")).Text("fault"), StringComparison.Ordinal);
    }

    private async Task<List<(string Name, string Text)>> BlobsAsync()
    {
        List<(string, string)> blobs = [];
        await foreach (var blob in _container.GetBlobsAsync(cancellationToken: TestContext.Current.CancellationToken))
            blobs.Add((blob.Name, (await _container.GetBlobClient(blob.Name).DownloadContentAsync(TestContext.Current.CancellationToken)).Value.Content.ToString()));
        return blobs;
    }

    private async Task PutAsync(string name, string text) => await _container.GetBlobClient(name).UploadAsync(new BinaryData(text), overwrite: true, TestContext.Current.CancellationToken);
}
