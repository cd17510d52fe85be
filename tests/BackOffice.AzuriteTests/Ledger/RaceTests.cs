using System.Collections.Concurrent;
using System.Globalization;
using System.Net;

namespace BackOffice.AzuriteTests.Ledger;

/// <summary>Several instances write one book at the same time, as on Azure they always do.</summary>
public sealed class RaceTests(AzuriteFixture azurite)
{
    [Fact]
    public async Task TwoInstances_WritingOneBook_LoseDoubleAndMisnumberNothing()
    {
        const int writers = 8, entriesEach = 30, apart = 15;
        await using var one = await TestApp.StartAsync(azurite);
        await using var two = await one.AnotherAsync();
        var book = await one.NewBookAsync();
        var receipts = new ConcurrentBag<(HttpStatusCode Status, string Receipt)>();

        // Each writer's second half is its neighbour's first half, and neighbours sit at different instances.
        await Task.WhenAll(Enumerable.Range(0, writers).Select(async writer =>
        {
            var at = writer % 2 == 0 ? book : book.In(two);
            foreach (var n in Enumerable.Range((writer * apart) + 1, entriesEach))
            {
                var answer = await at.PostAsync(TestBook.Numbered("e", n));
                receipts.Add((answer.Status, answer.Text));
            }
        }));

        const int distinct = ((writers - 1) * apart) + entriesEach;
        Assert.Equal(writers * entriesEach, receipts.Count);
        Assert.All(receipts, receipt => Assert.True(receipt.Status is HttpStatusCode.Created or HttpStatusCode.OK, receipt.Receipt));
        Assert.Equal(distinct, receipts.Count(receipt => receipt.Status == HttpStatusCode.Created));
        Assert.Equal(distinct, receipts.Select(receipt => receipt.Receipt).Distinct(StringComparer.Ordinal).Count());

        var journal = await book.IsWholeAsync();
        Assert.Equal(Enumerable.Range(1, distinct).Select(n => $"e-{n}").Order(StringComparer.Ordinal), journal.Select(entry => entry.Text("id")).Order(StringComparer.Ordinal));
        var chain = await ChainAsync(book, journal[0].Text("id"));
        Assert.Equal(distinct, chain.Count);
        Assert.All(receipts, receipt => Assert.Contains(System.Text.Json.JsonDocument.Parse(receipt.Receipt).RootElement.Text("hash"), chain));
        Assert.Equal((await book.TryGetAsync("/trial-balance?on=2025-12-31")).Text, (await book.In(two).TryGetAsync("/trial-balance?on=2025-12-31")).Text);
        Assert.Equal(await book.HeadHashAsync(), await book.In(two).HeadHashAsync());
    }

    [Fact]
    public async Task ManyInstances_ImportingTheSameEntries_PostEachOnce()
    {
        await using var one = await TestApp.StartAsync(azurite);
        await using var two = await one.AnotherAsync();
        await using var three = await one.AnotherAsync();
        var book = await one.NewBookAsync();
        var lines = TestBook.Entries("e", 1, 4_000);

        var answers = await Task.WhenAll(book.ImportAsync(lines), book.In(two).ImportAsync(lines), book.In(three).ImportAsync(lines), book.In(two).ImportAsync(lines));

        Assert.All(answers, answer => Assert.Equal(0, answer.Is(HttpStatusCode.OK).Json.Number("rejectedCount")));
        Assert.Equal(4_000, answers.Sum(answer => answer.Json.Number("posted")));
        Assert.Equal(12_000, answers.Sum(answer => answer.Json.Number("duplicates")));
        Assert.Equal(4_000, (await book.IsWholeAsync()).Count);
    }

    [Fact]
    public async Task TwoInstances_OpeningOneBookAtOnce_MakeOneBook()
    {
        await using var one = await TestApp.StartAsync(azurite);
        await using var two = await one.AnotherAsync();
        for (var n = 0; n < 5; n++)
        {
            var book = one.Book($"raced-{n}");

            var answers = await Task.WhenAll(book.PutBookAsync("Raced", "EUR"), book.In(two).PutBookAsync("Raced", "EUR"));

            Assert.Equal([HttpStatusCode.OK, HttpStatusCode.Created], answers.Select(answer => answer.Status).Order());
            Assert.Equal(1, (await book.GetAsync()).Number("records"));
        }
    }

    [Fact]
    public async Task OneInstanceWritesWithoutPause_TheOtherStillGetsItsTurn()
    {
        await using var busy = await TestApp.StartAsync(azurite);
        await using var other = await busy.AnotherAsync();
        var book = await busy.NewBookAsync();
        var enough = false;
        var writing = Task.WhenAll(Enumerable.Range(0, 4).Select(WriteAsync));
        await Eventually.IsTrueAsync(async () => await book.EntriesAsync() > 20, "the first instance is at work");

        // Whoever never has its turn is told 503 in the end, and so is its caller.
        await PostAsync(book.In(other), "other", 10);
        enough = true;
        await writing;

        await book.IsWholeAsync();

        async Task WriteAsync(int writer)
        {
            for (var n = 0; !Volatile.Read(ref enough); n++)
                (await book.PostAsync(TestBook.Entry(string.Create(CultureInfo.InvariantCulture, $"busy-{writer}-{n}")))).Is(HttpStatusCode.Created);
        }
    }

    [Fact]
    public async Task HeadReservedByOneThatDied_IsTakenOverByTheNext()
    {
        await using var one = await TestApp.StartAsync(azurite);
        var book = await one.NewBookAsync();
        var stored = new StoredBook(one, book.Id);
        (await book.PostAsync(TestBook.Entry("before"))).Is(HttpStatusCode.Created);
        var head = await stored.HeadAsync();
        head["Reserved"] = true;
        await stored.ReplaceAsync(head);

        (await book.PostAsync(TestBook.Entry("after"))).Is(HttpStatusCode.Created);

        Assert.False((await stored.HeadAsync()).ContainsKey("Reserved"));
        Assert.Equal(2, (await book.IsWholeAsync()).Count);
    }

    [Fact]
    public async Task OneClosesWhileOthersPost_NothingEntersTheClosedPeriodAfterIt()
    {
        await using var one = await TestApp.StartAsync(azurite);
        await using var two = await one.AnotherAsync();
        var book = await one.NewBookAsync();
        (await book.PostAsync(TestBook.Entry("first"))).Is(HttpStatusCode.Created);

        var posting = Task.WhenAll(Enumerable.Range(0, 4).Select(async writer =>
        {
            var at = book.In(writer % 2 == 0 ? one : two);
            for (var n = 0; n < 100; n++)
            {
                var answer = await at.PostAsync(TestBook.Entry(string.Create(CultureInfo.InvariantCulture, $"e-{writer}-{n}")));
                if (answer.Status == HttpStatusCode.Created) continue;
                answer.IsProblem(HttpStatusCode.UnprocessableEntity, "ledger/period-closed", "date");
                return n;
            }

            return 100;
        }));
        await Eventually.IsTrueAsync(async () => await book.EntriesAsync() > 20, "some entries are posted");
        (await book.In(two).CloseAsync("2025-01")).Is(HttpStatusCode.OK);
        var posted = await posting;

        var journal = await book.IsWholeAsync();
        Assert.Equal(posted.Sum() + 1, journal.Count);
        // The closing is the last record: nothing was posted to the month after it.
        var proof = await book.GetAsync("/entries/first/proof");
        Assert.Equal(journal.Count, proof.List("digests").Count());
        Assert.NotEqual((await book.GetAsync($"/entries/{journal[^1].Text("id")}")).Text("hash"), await book.HeadHashAsync());
    }

    [Fact]
    public async Task Reader_FoldingWhileOthersWrite_NeverSeesATornState()
    {
        await using var one = await TestApp.StartAsync(azurite);
        await using var two = await one.AnotherAsync();
        await using var reading = await one.AnotherAsync();
        var book = await one.NewBookAsync();
        var writing = Task.WhenAll(
            book.ImportAsync(SameAmount("import", 6_000)), PostAsync(book, "one", 40), PostAsync(book.In(two), "two", 40), PostAsync(book.In(two), "three", 40));

        long last = 0;
        do await LookAsync();
        while (!writing.IsCompleted);
        await writing;
        await LookAsync(); // the look before may have begun while the last entry was on its way
        Assert.Equal(6_120, last);
        await book.In(reading).IsWholeAsync();

        async Task LookAsync()
        {
            var balance = await book.In(reading).GetAsync("/trial-balance?on=2025-12-31");
            var (known, totals) = (balance.Number("asOfEntry"), balance.GetProperty("totals"));
            Assert.True(known >= last, $"It went back from entry {last} to {known}.");
            // Each entry is 1.00, so the figures must be those of exactly so many entries.
            Assert.Equal(string.Create(CultureInfo.InvariantCulture, $"{known}.00"), totals.Text("debit"));
            Assert.Equal(totals.Text("debit"), totals.Text("credit"));
            last = known;
        }
    }

    private static async Task<Answer> PostAsync(TestBook book, string name, int count)
    {
        Answer? last = null;
        for (var n = 0; n < count; n++) last = (await book.PostAsync(TestBook.Entry($"{name}-{n}", amount: "1"))).Is(HttpStatusCode.Created);
        return last!;
    }

    private static string SameAmount(string name, int count) => string.Concat(Enumerable.Range(0, count).Select(n => TestBook.Entry($"{name}-{n}", amount: "1") + "\n"));

    /// <summary>The chain hashes from an entry's to the head's, computed from the proof.</summary>
    private static async Task<HashSet<string>> ChainAsync(TestBook book, string first)
    {
        var proof = await book.GetAsync($"/entries/{first}/proof");
        var hash = proof.Text("hash");
        HashSet<string> chain = [hash];
        foreach (var digest in proof.List("digests")) chain.Add(hash = Sha.Next(hash, digest.GetString()!));
        Assert.Equal(await book.HeadHashAsync(), hash);
        return chain;
    }
}
