using System.Net;

namespace BackOffice.AzuriteTests.Ledger;

/// <summary>The store fails in the middle: what was acknowledged stays, what was not is whole or not there, and nothing is booked twice.</summary>
public sealed class FaultTests(AzuriteFixture azurite) : IAsyncLifetime
{
    private FaultProxy _proxy = null!;
    private TestApp _app = null!;
    private TestBook _book = null!;

    public async ValueTask InitializeAsync()
    {
        _proxy = await FaultProxy.StartAsync(azurite);
        _app = await TestApp.StartAsync(azurite, _proxy);
        _book = await _app.NewBookAsync();
    }

    public async ValueTask DisposeAsync()
    {
        _proxy.IsDown = false;
        await _app.DisposeAsync();
        await _proxy.DisposeAsync();
    }

    [Fact]
    public async Task AnswerDropped_RetriedByTheClientInto412_IsSettledByFindingTheOwnCommit()
    {
        _proxy.Next(FaultProxy.IsCommit, Fault.DropAnswer);

        await IsBookedOnceAsync(await _book.PostAsync(TestBook.Entry("e1")));
    }

    [Fact]
    public async Task AnswerDropped_AndEveryRetryToo_IsSettledByFindingTheOwnCommit()
    {
        _proxy.Next(FaultProxy.IsCommit, Fault.DropAnswer, Fault.DropRequest, Fault.DropRequest);

        await IsBookedOnceAsync(await _book.PostAsync(TestBook.Entry("e1")));
    }

    [Fact]
    public async Task AnswerDropped_AndTheLookForItFailsToo_IsLookedForAgain()
    {
        _proxy.Next(FaultProxy.IsCommit, Fault.DropAnswer, Fault.DropRequest, Fault.DropRequest);
        _proxy.Next(FaultProxy.IsLook, Fault.DropRequest, Fault.Unavailable, Fault.DropAnswer, Fault.DropRequest);

        await IsBookedOnceAsync(await _book.PostAsync(TestBook.Entry("e1")));
    }

    [Fact]
    public async Task Throttled_AWhile_IsWaitedFor_AndTheCallerSeesNothing()
    {
        _proxy.Next(FaultProxy.IsCommit, Fault.Throttled, Fault.Throttled);

        await IsBookedOnceAsync(await _book.PostAsync(TestBook.Entry("e1")));
    }

    [Fact]
    public async Task Throttled_LongerThanTheClientsWait_IsTold_WithTheTimeToComeAgain()
    {
        // A fresh instance reads the list of books from the store; three tries are the client's.
        _proxy.Next(request => request.Method == "GET" && request.Path.Value!.Contains("Books", StringComparison.Ordinal), Fault.Throttled, Fault.Throttled, Fault.Throttled);

        var answer = (await _book.TryGetAsync("/api/books")).IsProblem(HttpStatusCode.TooManyRequests, "storage/throttled");

        Assert.Equal(TimeSpan.FromSeconds(1), answer.Headers.RetryAfter!.Delta);
        Assert.True(_proxy.IsDone);
        (await _book.TryGetAsync("/api/books")).Is(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData(Fault.DropRequest)]
    [InlineData(Fault.Unavailable)]
    internal async Task RequestsNeverArrived_AreSentAgain(Fault fault)
    {
        _proxy.Next(FaultProxy.IsCommit, [.. Enumerable.Repeat(fault, 7)]);

        await IsBookedOnceAsync(await _book.PostAsync(TestBook.Entry("e1")));
    }

    [Fact]
    public async Task LateRequest_LandingAfterWeLooked_TakesEffectOnce()
    {
        _proxy.Next(FaultProxy.IsCommit, Fault.Late, Fault.DropRequest, Fault.DropRequest);
        var landed = false;
        _proxy.After(FaultProxy.IsLook, async () => landed = await _proxy.LandAsync());

        var answer = await _book.PostAsync(TestBook.Entry("e1"));

        Assert.True(landed);
        await IsBookedOnceAsync(answer);
    }

    [Fact]
    public async Task LateRequest_LandingAfterTheSecondTrySucceeded_TakesNoEffect()
    {
        _proxy.Next(FaultProxy.IsCommit, Fault.Late, Fault.DropRequest, Fault.DropRequest);

        var answer = (await _book.PostAsync(TestBook.Entry("e1"))).Is(HttpStatusCode.Created);

        Assert.False(await _proxy.LandAsync());
        await IsBookedOnceAsync(answer);
    }

    [Fact]
    public async Task LostThreeTimes_ReservesTheHead_AndCommitsNext()
    {
        await using var other = await OvertakenThreeTimesAsync("third");
        Task<Answer>? next = null;
        _proxy.After(FaultProxy.IsReservation, () =>
        {
            next = _book.In(other).PostAsync(TestBook.Entry("next"));
            return Task.CompletedTask;
        });

        (await _book.PostAsync(TestBook.Entry("ours"))).Is(HttpStatusCode.Created);

        Assert.True(_proxy.IsDone, "The head was not reserved.");
        (await next!).Is(HttpStatusCode.Created);
        Assert.Equal(["first", "second", "third", "ours", "next"], (await _book.IsWholeAsync()).Select(entry => entry.Text("id")));
    }

    [Fact]
    public async Task LostThreeTimes_AndThereAlready_GivesTheHeadBack()
    {
        await using var other = await OvertakenThreeTimesAsync("ours");

        (await _book.PostAsync(TestBook.Entry("ours"))).Is(HttpStatusCode.OK);

        Assert.True(_proxy.IsDone);
        Assert.False((await new StoredBook(_app, _book.Id).HeadAsync()).GetBoolean("Reserved"));
        (await _book.In(other).PostAsync(TestBook.Entry("next"))).Is(HttpStatusCode.Created);
        Assert.Equal(["first", "second", "ours", "next"], (await _book.IsWholeAsync()).Select(entry => entry.Text("id")));
    }

    [Theory]
    [InlineData(Fault.DropAnswer)]
    [InlineData(Fault.Unavailable)]
    [InlineData(Fault.Throttled)]
    internal async Task LostThreeTimes_AndTheHeadCannotBeReserved_CommitsAllTheSame(Fault fault)
    {
        await using var other = await OvertakenThreeTimesAsync("third");
        _proxy.Next(FaultProxy.IsReservation, fault, fault, fault);

        (await _book.PostAsync(TestBook.Entry("ours"))).Is(HttpStatusCode.Created);

        Assert.True(_proxy.IsDone);
        Assert.Equal(["first", "second", "third", "ours"], (await _book.IsWholeAsync()).Select(entry => entry.Text("id")));
    }

    [Fact]
    public async Task LostThreeTimes_AndThreeReservationsToo_TakesTheHeadWhateverWasWrittenMeanwhile()
    {
        await using var other = await OvertakenThreeTimesAsync("third");
        string[] meanwhile = ["fourth", "fifth", "sixth", "seventh"];
        foreach (var id in meanwhile) _proxy.Before(FaultProxy.IsReservation, async () => (await _book.In(other).PostAsync(TestBook.Entry(id))).Is(HttpStatusCode.Created));

        (await _book.PostAsync(TestBook.Entry("ours"))).Is(HttpStatusCode.Created);

        Assert.True(_proxy.IsDone);
        Assert.Equal(["first", "second", "third", .. meanwhile, "ours"], (await _book.IsWholeAsync()).Select(entry => entry.Text("id")));
    }

    /// <summary>Another instance that is faster than the next commit of this one three times.</summary>
    private async Task<TestApp> OvertakenThreeTimesAsync(string third)
    {
        var other = await _app.AnotherAsync();
        foreach (var id in (string[])["first", "second", third]) _proxy.Before(FaultProxy.IsCommit, async () => (await _book.In(other).PostAsync(TestBook.Entry(id))).Is(HttpStatusCode.Created));
        return other;
    }

    [Fact]
    public async Task LateRequest_OvertakenByAnotherInstance_TakesNoEffect()
    {
        await using var other = await _app.AnotherAsync();
        _proxy.Next(FaultProxy.IsCommit, Fault.Late, Fault.DropRequest, Fault.DropRequest);
        _proxy.After(FaultProxy.IsLook, async () => (await _book.In(other).PostAsync(TestBook.Entry("theirs", amount: "7"))).Is(HttpStatusCode.Created));

        var answer = (await _book.PostAsync(TestBook.Entry("ours"))).Is(HttpStatusCode.Created);

        Assert.Equal(2, answer.Json.Number("number"));
        Assert.False(await _proxy.LandAsync());
        Assert.Equal(["theirs", "ours"], (await _book.IsWholeAsync()).Select(entry => entry.Text("id")));
        Assert.Equal(["theirs", "ours"], (await _book.In(other).IsWholeAsync()).Select(entry => entry.Text("id")));
    }

    [Fact]
    public async Task LateRequest_OfAnEntryThatAnotherInstancePostsToo_IsBookedOnce()
    {
        await using var other = await _app.AnotherAsync();
        _proxy.Next(FaultProxy.IsCommit, Fault.Late, Fault.DropRequest, Fault.DropRequest);
        Answer? theirs = null;
        _proxy.After(FaultProxy.IsLook, async () => theirs = await _book.In(other).PostAsync(TestBook.Entry("same")));

        var ours = (await _book.PostAsync(TestBook.Entry("same"))).Is(HttpStatusCode.OK);

        Assert.False(await _proxy.LandAsync());
        Assert.Equal(theirs!.Is(HttpStatusCode.Created).Text, ours.Text);
        Assert.Single(await _book.IsWholeAsync());
    }

    [Fact]
    public async Task ConcurrentCallers_WhoseCommonCommitLosesItsAnswer_AllGetTheirReceipts()
    {
        _proxy.Next(FaultProxy.IsCommit, Fault.DropAnswer, Fault.DropRequest, Fault.DropRequest, Fault.DropAnswer, Fault.Unavailable, Fault.DropRequest, Fault.DropAnswer);

        var answers = await Task.WhenAll(Enumerable.Range(1, 30).Select(n => _book.PostAsync(TestBook.Numbered("e", n))));

        Assert.All(answers, answer => answer.Is(HttpStatusCode.Created));
        var journal = await _book.IsWholeAsync();
        Assert.Equal(30, journal.Count);
        foreach (var answer in answers)
            Assert.Equal(answer.Json.Text("id"), journal[(int)answer.Json.Number("number") - 1].Text("id"));
    }

    [Fact]
    public async Task Import_UnderFire_PostsEveryEntryOnce()
    {
        _proxy.Next(
            FaultProxy.IsCommit, Fault.DropAnswer, Fault.DropRequest, Fault.DropRequest, Fault.Unavailable, Fault.DropAnswer, Fault.Unavailable,
            Fault.DropRequest, Fault.DropAnswer, Fault.DropAnswer, Fault.DropAnswer, Fault.Unavailable, Fault.Unavailable);

        var answer = (await _book.ImportAsync(TestBook.Entries("e", 1, 20_000))).Is(HttpStatusCode.OK);

        Assert.Equal((20_000, 0, 0), (answer.Json.Number("posted"), answer.Json.Number("duplicates"), answer.Json.Number("rejectedCount")));
        Assert.Equal(20_000, (await _book.IsWholeAsync()).Count);
        Assert.True(_proxy.IsDone);
    }

    [Fact]
    public async Task AtomicImport_WhoseAnswerIsLost_IsThereOnce()
    {
        _proxy.Next(FaultProxy.IsCommit, Fault.DropAnswer, Fault.DropRequest, Fault.DropRequest);

        var answer = (await _book.ImportAsync(TestBook.Entries("e", 1, 20_000), "?atomic=true")).Is(HttpStatusCode.OK);

        Assert.Equal((20_000, 0), (answer.Json.Number("posted"), answer.Json.Number("duplicates")));
        Assert.Equal(20_000, (await _book.IsWholeAsync()).Count);
    }

    [Fact]
    public async Task PutBook_WhoseAnswerIsLost_OpensOneBook()
    {
        var book = _app.Book("opened-once");
        _proxy.Next(FaultProxy.IsCommit, Fault.DropAnswer, Fault.DropRequest, Fault.DropRequest);

        (await book.PutBookAsync("Once", "EUR")).Is(HttpStatusCode.Created);

        Assert.Equal(1, (await book.GetAsync()).Number("records"));
    }

    private async Task IsBookedOnceAsync(Answer answer)
    {
        answer.Is(HttpStatusCode.Created);
        Assert.True(_proxy.IsDone);
        Assert.Equal(1, answer.Json.Number("number"));
        Assert.Equal(answer.Json.Text("hash"), await _book.HeadHashAsync());
        Assert.Equal(answer.Text, (await _book.PostAsync(TestBook.Entry("e1"))).Is(HttpStatusCode.OK).Text);
        Assert.Single(await _book.IsWholeAsync());
        await using var fresh = await _app.AnotherAsync();
        Assert.Single(await _book.In(fresh).IsWholeAsync());
    }
}
