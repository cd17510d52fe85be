using Azure.Storage.Queues.Models;

namespace BackOffice.AzuriteTests.LocalWorker;

public sealed class QueueTests(AzuriteFixture azurite)
{
    private const string AtMostTwoAttempts = "--AzureFunctionsJobHost:extensions:queues:maxDequeueCount=2";
    private const string RetryAtOnce = "--AzureFunctionsJobHost:extensions:queues:visibilityTimeout=00:00:00";

    [Theory]
    [InlineData("""{"Id":"p1","Weight":3,"Note":"n"}""", "p1", 3, "n")]
    [InlineData("""{"id":"p1","WEIGHT":3,"extra":true}""", "p1", 3, null)]
    [InlineData("""{"id":"p1"}""", "p1", 0, null)]
    public async Task Record_IsBoundFromJson(string json, string id, int weight, string? note)
    {
        await using var worker = await TestWorker.StartAsync(azurite);

        await worker.SendMessageAsync("parcels", json);

        Assert.Equal((new Parcel(id, weight, note), 1), await worker.Seen.NextAsync());
    }

    [Fact]
    public async Task JsonNull_IsBoundAsNull()
    {
        await using var worker = await TestWorker.StartAsync(azurite);

        await worker.SendMessageAsync("parcels", "null");

        Assert.Equal(((Parcel?)null, 1), await worker.Seen.NextAsync());
    }

    [Fact]
    public async Task TextThatIsNotJson_GoesToPoisonUnseen()
    {
        await using var worker = await TestWorker.StartAsync(azurite, AtMostTwoAttempts, RetryAtOnce);

        await worker.SendMessageAsync("parcels", "no json");
        var poison = await WaitForMessageAsync(worker, "parcels-poison");

        Assert.Equal("no json", poison.Body.ToString());
        Assert.Equal(0, worker.Seen.Count);
        Assert.True(poison.ExpiresOn > DateTimeOffset.MaxValue.AddYears(-1));
        await WaitUntilEmptyAsync(worker, "parcels");
    }

    [Fact]
    public async Task QueueNameOfASetting_IsResolvedAndTextIsBound()
    {
        await using var worker = await TestWorker.StartAsync(azurite);

        await worker.SendMessageAsync("texts", "größer");

        Assert.Equal("größer", await worker.Seen.NextAsync());
        await WaitUntilEmptyAsync(worker, "texts");
    }

    [Fact]
    public async Task QueueMessage_IsBoundDecoded()
    {
        await using var worker = await TestWorker.StartAsync(azurite);

        await worker.SendMessageAsync("messages", "a text");

        var message = Assert.IsType<QueueMessage>(await worker.Seen.NextAsync());
        Assert.Equal("a text", message.Body.ToString());
        Assert.Equal(1, message.DequeueCount);
    }

    [Fact]
    public async Task Failure_IsRetriedUpToTheLimitAndThenPoison()
    {
        await using var worker = await TestWorker.StartAsync(azurite, AtMostTwoAttempts, RetryAtOnce);

        await worker.SendMessageAsync("failing", "x");

        Assert.Equal("1", await worker.Seen.NextAsync());
        Assert.Equal("2", await worker.Seen.NextAsync());
        Assert.Equal("x", (await WaitForMessageAsync(worker, "failing-poison")).Body.ToString());
        Assert.Equal(0, worker.Seen.Count);
    }

    [Fact]
    public async Task Retry_WaitsForTheVisibilityTimeout()
    {
        await using var worker = await TestWorker.StartAsync(azurite, "--AzureFunctionsJobHost:extensions:queues:visibilityTimeout=00:00:02");

        await worker.SendMessageAsync("failing", "x");
        Assert.Equal("1", await worker.Seen.NextAsync());
        var first = TimeProvider.System.GetTimestamp();
        Assert.Equal("2", await worker.Seen.NextAsync());

        Assert.True(TimeProvider.System.GetElapsedTime(first) >= TimeSpan.FromSeconds(1), "The second try came before the time-out.");
    }

    [Fact]
    public async Task LeaseIsRenewed_SoALongRunIsNotDeliveredTwice()
    {
        await using var worker = await TestWorker.StartAsync(azurite, "--LocalWorker:QueueLeaseSeconds=2");

        await worker.SendMessageAsync("slow", "long");
        Assert.Equal("long", await worker.Seen.NextAsync());
        await Task.Delay(TimeSpan.FromSeconds(4), TestContext.Current.CancellationToken);
        Assert.Equal(0, worker.Seen.Count);
        worker.Seen.GoOn.SetResult();

        Assert.Equal("done", await worker.Seen.NextAsync());
        await WaitUntilEmptyAsync(worker, "slow");
        Assert.Equal(0, worker.Seen.Count);
    }

    [Fact]
    public async Task Stop_WaitsForTheMessageAtWork()
    {
        var worker = await TestWorker.StartAsync(azurite);
        await worker.SendMessageAsync("slow", "long");
        Assert.Equal("long", await worker.Seen.NextAsync());

        // Disposal stops the host and only then lets the function go on.
        await worker.DisposeAsync();

        Assert.Equal("done", await worker.Seen.NextAsync());
        await WaitUntilEmptyAsync(worker, "slow");
    }

    [Fact]
    public async Task DisabledFunction_LeavesTheMessage()
    {
        await using var worker = await TestWorker.StartAsync(azurite, "--AzureWebJobs:TakeParcel:Disabled=true");

        await worker.SendMessageAsync("parcels", """{"id":"p1"}""");
        await Task.Delay(TimeSpan.FromSeconds(1), TestContext.Current.CancellationToken);

        Assert.Equal(0, worker.Seen.Count);
        Assert.NotNull(await PeekAsync(worker, "parcels"));
    }

    private static async Task<PeekedMessage> WaitForMessageAsync(TestWorker worker, string queue)
    {
        PeekedMessage? message = null;
        await TestWorker.UntilAsync(async () => (message = await PeekAsync(worker, queue)) is not null, $"queue {queue} has a message");
        return message!;
    }

    private static async Task<PeekedMessage?> PeekAsync(TestWorker worker, string queue)
    {
        var client = worker.Queue(queue);
        if (!await client.ExistsAsync(TestContext.Current.CancellationToken)) return null;
        PeekedMessage? message = await client.PeekMessageAsync(TestContext.Current.CancellationToken);
        return message;
    }

    /// <summary>Counts hidden messages too.</summary>
    private static Task WaitUntilEmptyAsync(TestWorker worker, string queue) => TestWorker.UntilAsync(
        async () =>
        {
            QueueProperties properties = await worker.Queue(queue).GetPropertiesAsync(TestContext.Current.CancellationToken);
            return properties.ApproximateMessagesCount == 0;
        },
        $"queue {queue} is empty");
}
