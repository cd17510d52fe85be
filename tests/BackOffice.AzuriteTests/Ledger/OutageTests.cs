using System.Net;

namespace BackOffice.AzuriteTests.Ledger;

/// <summary>The store is gone for longer than a caller can be kept waiting.</summary>
public sealed class OutageTests(AzuriteFixture azurite)
{
    [Fact]
    public async Task Outage_IsAnswered503_AndTheRepeatedRequestIsBookedOnce()
    {
        await using var proxy = await FaultProxy.StartAsync(azurite);
        await using var app = await TestApp.StartAsync(azurite, proxy);
        var book = await app.NewBookAsync();
        (await book.PostAsync(TestBook.Entry("before"))).Is(HttpStatusCode.Created);
        proxy.IsDown = true;

        var writing = book.PostAsync(TestBook.Entry("e1"));
        foreach (var path in (string[])["", "/trial-balance", "/entries", "/entries/before", "/accounts/1800/sheet", "/verification", "/accounts", "/api/books"])
            (await book.TryGetAsync(path)).IsUnavailable();
        (await app.Book("another").PutBookAsync("Another", "EUR")).IsUnavailable();
        (await writing).IsUnavailable();
        proxy.IsDown = false;

        var again = (await book.PostAsync(TestBook.Entry("e1"))).Is(HttpStatusCode.Created);
        Assert.Equal(2, again.Json.Number("number"));
        Assert.Equal(again.Text, (await book.PostAsync(TestBook.Entry("e1"))).Is(HttpStatusCode.OK).Text);
        Assert.Equal(["before", "e1"], (await book.IsWholeAsync()).Select(entry => entry.Text("id")));
    }
}

/// <summary>The same, but the store took the commit before it went.</summary>
public sealed class OutageAfterCommitTests(AzuriteFixture azurite)
{
    [Fact]
    public async Task Outage_AfterTheCommitArrived_IsAnswered503_AndTheRepeatedRequestGetsTheReceipt()
    {
        await using var proxy = await FaultProxy.StartAsync(azurite);
        await using var app = await TestApp.StartAsync(azurite, proxy);
        var book = await app.NewBookAsync();
        proxy.After(FaultProxy.IsCommit, () =>
        {
            proxy.IsDown = true;
            throw new IOException("The answer does not arrive.");
        });

        (await book.PostAsync(TestBook.Entry("e1"))).IsUnavailable();
        proxy.IsDown = false;

        (await book.PostAsync(TestBook.Entry("e1"))).Is(HttpStatusCode.OK);
        Assert.Single(await book.IsWholeAsync());
    }
}

/// <summary>The store answers, but 503 to every commit for a while; then it recovers within the time that a caller is kept waiting.</summary>
public sealed class ShortOutageTests(AzuriteFixture azurite)
{
    [Fact]
    public async Task ShortOutage_EndsWhileCallersWait_TheyGetTheirReceipts()
    {
        await using var proxy = await FaultProxy.StartAsync(azurite);
        await using var app = await TestApp.StartAsync(azurite, proxy);
        var book = await app.NewBookAsync();
        (await book.PostAsync(TestBook.Entry("before"))).Is(HttpStatusCode.Created);
        proxy.IsDown = true;

        var writing = Task.WhenAll(Enumerable.Range(1, 20).Select(n => book.PostAsync(TestBook.Numbered("e", n))));
        (await book.TryGetAsync("/trial-balance")).IsUnavailable();
        Assert.False(writing.IsCompleted);
        proxy.IsDown = false;

        Assert.All(await writing, answer => answer.Is(HttpStatusCode.Created));
        Assert.Equal(21, (await book.IsWholeAsync()).Count);
    }
}
