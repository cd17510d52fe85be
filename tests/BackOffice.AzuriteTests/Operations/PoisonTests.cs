using System.Net;
using System.Text;
using System.Text.Json;

namespace BackOffice.AzuriteTests.Operations;

/// <summary>Messages that could not be worked off: listed, inspected, replayed, discarded, each with who and why.</summary>
public sealed class PoisonTests(AzuriteFixture azurite) : IAsyncLifetime
{
    private TestApp _app = null!;
    private HttpClient _operator = null!;

    public async ValueTask InitializeAsync()
    {
        _app = await TestApp.StartAsync(azurite, "--LocalWorker:Queues=true", "--AzureFunctionsJobHost:extensions:queues:maxDequeueCount=2", "--AzureFunctionsJobHost:extensions:queues:visibilityTimeout=00:00:00");
        _operator = _app.Client("Operator");
        await _app.NewBookAsync();
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public async Task Message_ThatCannotBeWorkedOff_IsListedWithItsBody()
    {
        var id = await PoisonAsync("""{"schema":"nonsense"}""");

        var message = await GetAsync($"ledger-post/{id}");

        Assert.Equal(("ledger-post", "open", """{"schema":"nonsense"}"""), (message.Text("queue"), message.Text("status"), message.Text("body")));
        Assert.Equal([id], (await GetAsync("?queue=ledger-post")).List("messages").Select(listed => listed.Text("id")));
        Assert.Empty((await GetAsync("?queue=ledger-checkpoint")).List("messages"));
    }

    [Fact]
    public async Task Replay_SendsTheMessageAgain_AndNotesWhoAndWhy()
    {
        var body = """{"schema":"ledger-post","version":2,"operationId":"op-1","correlationId":"c","body":{"book":"x","entries":[]}}""";
        var id = await PoisonAsync(body);

        var replayed = (await PostAsync($"ledger-post/{id}/replay", """{"reason":"version 2 is known now"}""")).Is(HttpStatusCode.OK).Json;

        Assert.Equal(("replayed", "tester", "version 2 is known now"), (replayed.Text("status"), replayed.Text("by"), replayed.Text("reason")));
        // It fails again, as another message; the first one stays as it was decided.
        await Eventually.IsTrueAsync(async () => (await GetAsync("")).List("messages").Any(message => message.Text("id") != id), "the message has come back");
        var again = (await GetAsync("")).List("messages").Single();
        Assert.Equal(body, (await GetAsync($"ledger-post/{again.Text("id")}")).Text("body"));
        Assert.Equal(2, (await GetAsync("?status=all")).List("messages").Count());
        (await PostAsync($"ledger-post/{id}/replay", """{"reason":"once more"}""")).Is(HttpStatusCode.OK);
        Assert.Equal("version 2 is known now", (await GetAsync($"ledger-post/{id}")).Text("reason"));
    }

    [Fact]
    public async Task Discard_GivesItUp_AndItCannotBeReplayedThen()
    {
        var id = await PoisonAsync("not json at all");

        (await PostAsync($"ledger-post/{id}/discard", """{"reason":"a test of the sender"}""")).Is(HttpStatusCode.OK);

        (await PostAsync($"ledger-post/{id}/discard", """{"reason":"again"}""")).Is(HttpStatusCode.OK);
        (await PostAsync($"ledger-post/{id}/replay", """{"reason":"after all"}""")).IsProblem(HttpStatusCode.Conflict, "operations/message-closed");
        Assert.Empty((await GetAsync("")).List("messages"));
        Assert.Equal([id], (await GetAsync("?status=discarded")).List("messages").Select(message => message.Text("id")));
    }

    [Fact]
    public async Task Message_ThatIsNoBase64_IsTakenOverAsItIs()
    {
        var raw = new Azure.Storage.Queues.QueueClient(_app.Storage, _app.Prefix + "ledger-checkpoint-poison");
        await raw.CreateIfNotExistsAsync(cancellationToken: TestContext.Current.CancellationToken);
        await raw.SendMessageAsync("{plain}", TestContext.Current.CancellationToken);

        var message = (await GetAsync("")).List("messages").Single();

        Assert.Equal("{plain}", (await GetAsync($"ledger-checkpoint/{message.Text("id")}")).Text("body"));
        Assert.Empty((await raw.PeekMessagesAsync(1, TestContext.Current.CancellationToken)).Value);
    }

    [Fact]
    public async Task BadRequests_AreRefused()
    {
        var id = await PoisonAsync("x");

        (await PostAsync($"ledger-post/{id}/replay", "{}")).IsProblem(HttpStatusCode.BadRequest, "request/missing", "reason");
        (await PostAsync("ledger-post/unknown/replay", """{"reason":"r"}""")).IsProblem(HttpStatusCode.NotFound, "operations/message-unknown");
        (await PostAsync($"no-queue/{id}/replay", """{"reason":"r"}""")).IsProblem(HttpStatusCode.NotFound, "operations/message-unknown");
        (await TryGetAsync("?queue=no-queue")).IsProblem(HttpStatusCode.UnprocessableEntity, "operations/queue", "queue");
        (await TryGetAsync("?status=lost")).IsProblem(HttpStatusCode.UnprocessableEntity, "operations/status", "status");
        Assert.Equal("open", (await GetAsync($"ledger-post/{id}")).Text("status"));
    }

    /// <summary>Sends something that fails until it is poison; its id there.</summary>
    private async Task<string> PoisonAsync(string body)
    {
        await _app.Queue("ledger-post").SendMessageAsync(body, TestContext.Current.CancellationToken);
        string? id = null;
        await Eventually.IsTrueAsync(async () => (id = (await GetAsync("?queue=ledger-post")).List("messages").Select(message => message.Text("id")).FirstOrDefault()) is not null, "the message is poison");
        return id!;
    }

    private async Task<JsonElement> GetAsync(string path) => (await TryGetAsync(path)).Is(HttpStatusCode.OK).Json;

    private async Task<Answer> TryGetAsync(string path) =>
        await Answer.OfAsync(await _operator.GetAsync(new Uri("/api/operations/poison" + (path.StartsWith('?') || path.Length == 0 ? path : "/" + path), UriKind.Relative), TestContext.Current.CancellationToken));

    private async Task<Answer> PostAsync(string path, string json)
    {
        using var content = new StringContent(json, Encoding.UTF8, "application/json");
        return await Answer.OfAsync(await _operator.PostAsync(new Uri("/api/operations/poison/" + path, UriKind.Relative), content, TestContext.Current.CancellationToken));
    }
}
