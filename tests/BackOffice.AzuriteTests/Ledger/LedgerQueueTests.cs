using System.Net;
using System.Text.Json;
using Azure.Storage.Queues.Models;

namespace BackOffice.AzuriteTests.Ledger;

/// <summary>Queue <c>ledger-post</c>: other departments and systems post by message.</summary>
public sealed class LedgerQueueTests(AzuriteFixture azurite) : IAsyncLifetime
{
    private TestApp _app = null!;
    private TestBook _book = null!;

    public async ValueTask InitializeAsync()
    {
        // A message that fails comes again at once, and is given up after the second time: the rules are the same, the test is short.
        _app = await TestApp.StartAsync(
            azurite, "--LocalWorker:Queues=true", "--AzureFunctionsJobHost:extensions:queues:maxDequeueCount=2", "--AzureFunctionsJobHost:extensions:queues:visibilityTimeout=00:00:00");
        _book = await _app.NewBookAsync();
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public async Task Message_PostsItsEntriesAndNotesTheResult()
    {
        await SendAsync(Envelope("op-1", TestBook.Entry("e1"), TestBook.Entry("e2", date: "2025-02-28")));

        var result = await ResultAsync("op-1");

        Assert.Equal(("op-1", "case-7"), (result.Text("operationId"), result.Text("correlationId")));
        Assert.Equal((2, 0), (result.Number("posted"), result.Number("duplicates")));
        Assert.Empty(result.List("rejected"));
        Assert.Equal(["e1", "e2"], (await _book.IsWholeAsync()).Select(entry => entry.Text("id")));
        Assert.Equal("queue:ledger-post", (await _book.GetAsync("/entries/e1")).Text("by"));
    }

    [Fact]
    public async Task Message_SentTwice_IsBookedOnceAndKeepsItsFirstResult()
    {
        await SendAsync(Envelope("op-1", TestBook.Entry("e1")));
        var first = await ResultAsync("op-1");
        var before = await _book.HeadHashAsync();

        await SendAsync(Envelope("op-1", TestBook.Entry("e1")));
        await SendAsync(Envelope("op-2", TestBook.Entry("e1")));
        var other = await ResultAsync("op-2");
        await IsEmptyAsync("ledger-post");

        Assert.Equal((0, 1), (other.Number("posted"), other.Number("duplicates")));
        Assert.Equal(first.GetRawText(), (await _book.GetAsync("/messages/op-1")).GetRawText());
        Assert.Equal(before, await _book.HeadHashAsync());
    }

    [Fact]
    public async Task Message_OfTheEntryThatWasPostedOverHttp_IsADuplicate()
    {
        (await _book.PostAsync(TestBook.Entry("e1"))).Is(HttpStatusCode.Created);

        await SendAsync(Envelope("op-1", TestBook.Entry("e1", amount: "10")));

        Assert.Equal((0, 1), ((await ResultAsync("op-1")).Number("posted"), (await ResultAsync("op-1")).Number("duplicates")));
    }

    [Fact]
    public async Task Message_WithBadEntries_PostsTheGoodOnesAndNotesTheOthers()
    {
        await SendAsync(Envelope("op-1", TestBook.Entry("e1"), TestBook.Entry("e2", credit: "9999"), "7", TestBook.Entry("e3", date: "2025-02-30"), TestBook.Entry("e4")));

        var result = await ResultAsync("op-1");

        Assert.Equal(2, result.Number("posted"));
        Assert.Equal(
            [(2, "e2", "ledger/account-unknown"), (3, null, "request/not-an-object"), (4, "e3", "ledger/date-invalid")],
            result.List("rejected").Select(line => (line.Number("line"), line.TryGetProperty("id", out var id) ? id.GetString() : null, line.Text("code"))));
        Assert.Equal(["e1", "e4"], (await _book.IsWholeAsync()).Select(entry => entry.Text("id")));
        await IsEmptyAsync("ledger-post");
    }

    [Fact]
    public async Task Message_ToAnUnknownBook_IsNotedAndNotRepeated()
    {
        await SendAsync(Envelope("op-1", TestBook.Entry("e1")).Replace(_book.Id, "no-such-book", StringComparison.Ordinal));

        var result = await ResultAsync("op-1", _app.Book("no-such-book"));

        Assert.Equal(["ledger/book-unknown"], result.List("rejected").Select(line => line.Text("code")));
        await IsEmptyAsync("ledger-post");
    }

    [Fact]
    public async Task Message_OfAHundredEntries_IsTaken()
    {
        await SendAsync(Envelope("op-1", [.. Enumerable.Range(1, 100).Select(n => TestBook.Numbered("e", n))]));

        Assert.Equal(100, (await ResultAsync("op-1")).Number("posted"));
    }

    public static TheoryData<string, string> Unreadable() => new()
    {
        { "101 entries", Message("op", [.. Enumerable.Range(1, 101).Select(n => TestBook.Numbered("e", n))]) },
        { "no entries", Message("op", []) },
        { "not JSON", "post this, please" },
        { "another schema", Message("op", [TestBook.Entry("e1")]).Replace("\"ledger-post\"", "\"ledger-pose\"", StringComparison.Ordinal) },
        { "another version", Message("op", [TestBook.Entry("e1")]).Replace("\"version\":1", "\"version\":2", StringComparison.Ordinal) },
        { "no operation id", Message("", [TestBook.Entry("e1")]) },
        { "no body", """{"schema":"ledger-post","version":1,"operationId":"op","correlationId":"c"}""" },
        { "no book", """{"schema":"ledger-post","version":1,"operationId":"op","correlationId":"c","body":{"entries":[{}]}}""" },
        { "bad book id", Message("op", [TestBook.Entry("e1")]).Replace("#book#", "A B", StringComparison.Ordinal) },
    };

    [Theory]
    [MemberData(nameof(Unreadable))]
    public async Task Message_ThatCannotBeTaken_GoesToPoisonAsItWas(string what, string message)
    {
        message = message.Replace("#book#", _book.Id, StringComparison.Ordinal);

        await SendAsync(message);

        PeekedMessage? poison = null;
        await Eventually.IsTrueAsync(async () => (poison = await PeekAsync("ledger-post-poison")) is not null, $"the message ({what}) lies in poison");
        Assert.Equal(message, poison!.Body.ToString());
        await IsEmptyAsync("ledger-post");
        Assert.Equal(0, await _book.EntriesAsync());
    }

    [Fact]
    public async Task Result_OfAnUnknownOperation_Is404()
    {
        (await _book.TryGetAsync("/messages/nothing")).IsProblem(HttpStatusCode.NotFound, "ledger/message-unknown");
    }

    private string Envelope(string operation, params string[] entries) => Message(operation, entries).Replace("#book#", _book.Id, StringComparison.Ordinal);

    private static string Message(string operation, string[] entries) =>
        $$$"""{"schema":"ledger-post","version":1,"operationId":"{{{operation}}}","correlationId":"case-7","body":{"book":"#book#","entries":[{{{string.Join(',', entries)}}}]}}""";

    private async Task SendAsync(string message) => await _app.Queue("ledger-post").SendMessageAsync(message, TestContext.Current.CancellationToken);

    private async Task<JsonElement> ResultAsync(string operation, TestBook? book = null)
    {
        Answer? answer = null;
        await Eventually.IsTrueAsync(async () => (answer = await (book ?? _book).TryGetAsync($"/messages/{operation}")).Status == HttpStatusCode.OK, $"operation {operation} has a result");
        return answer!.Json;
    }

    private async Task<PeekedMessage?> PeekAsync(string queue)
    {
        var client = _app.Queue(queue);
        return await client.ExistsAsync(TestContext.Current.CancellationToken) ? (await client.PeekMessageAsync(TestContext.Current.CancellationToken)).Value : null;
    }

    private Task IsEmptyAsync(string queue) => Eventually.IsTrueAsync(
        async () => (await _app.Queue(queue).GetPropertiesAsync(TestContext.Current.CancellationToken)).Value.ApproximateMessagesCount == 0, $"{queue} is empty");
}
