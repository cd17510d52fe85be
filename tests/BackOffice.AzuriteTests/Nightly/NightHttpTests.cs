using System.Net;

namespace BackOffice.AzuriteTests.Nightly;

/// <summary>Nights over HTTP: run by hand, previewed, expected, caught up, run again.</summary>
public sealed class NightHttpTests(AzuriteFixture azurite) : IAsyncLifetime
{
    private readonly TestClock _clock = TestClock.AtNoon(new DateOnly(2026, 4, 1));
    private TestApp _app = null!;
    private NightBook _night = null!;

    public async ValueTask InitializeAsync()
    {
        _app = await TestApp.StartAsync(azurite, _clock, "--LocalWorker:Queues=true");
        _night = await NightBook.OpenAsync(_app);
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public async Task Night_ReleasesWhatIsDue_AndProvesIt()
    {
        (await _night.AccrueAsync("insurance")).Is(HttpStatusCode.Created);

        var night = await _night.RunAsync("2026-01-31");

        Assert.Equal(("done", 1L, 0L), (night.Text("status"), night.Number("posted"), night.Number("refused")));
        Assert.All(night.List("checks"), check => Assert.True(check.GetProperty("passed").GetBoolean(), check.ToString()));
        Assert.Equal(["trial-balance", "chain", "entries", "accruals", "agenda", "poison"], night.List("checks").Select(check => check.Text("name")));
        var accruals = night.List("checks").Single(check => check.Text("name") == "accruals");
        Assert.Equal(("0980", "1100.00", "1100.00", "0.00"), (accruals.Text("subject"), accruals.Text("expected"), accruals.Text("actual"), accruals.Text("difference")));
        Assert.Equal(["postings", "valuations", "checks"], night.List("phases").Select(phase => phase.Text("name")));
        Assert.Equal(await _night.Book.HeadHashAsync(), night.Text("headHash"));
        Assert.Equal(["accrual:insurance:booked", "accrual:insurance:2026-01-31"], (await _night.Book.IsWholeAsync()).Select(entry => entry.Text("id")));
        Assert.Equal(new() { ["0980"] = "1100.00", ["4360"] = "-1100.00" }, await _night.BalancesAsync());
    }

    [Fact]
    public async Task Night_OfManyChunks_IsDoneByMessages_EachSliceOnce()
    {
        await using var app = await TestApp.StartAsync(azurite, _clock, "--LocalWorker:Queues=true", "--Nightly:ChunkEntries=1");
        var night = await NightBook.OpenAsync(app);
        for (var n = 0; n < 5; n++) (await night.AccrueAsync($"insurance-{n}")).Is(HttpStatusCode.Created);

        var record = await night.RunAsync("2026-01-31");

        Assert.Equal(("done", 5L, 5L, 0L), (record.Text("status"), record.Number("planned"), record.Number("posted"), record.Number("known")));
        Assert.Equal("5500.00", (await night.BalancesAsync())["0980"]);
        Assert.Equal(10, (await night.Book.IsWholeAsync()).Count);
    }

    [Fact]
    public async Task Night_CatchesUpTheNightsBeforeIt_InOrder()
    {
        (await _night.AccrueAsync("insurance")).Is(HttpStatusCode.Created);
        await _night.RunAsync("2026-01-30");

        await _night.RunAsync("2026-03-31");

        // A night's record is done just before it counts as finished.
        await Eventually.IsTrueAsync(async () => (await _night.Book.GetAsync("/nights?from=2026-01-01&to=2026-04-30")).Text("finished") == "2026-03-31", "the last night is finished");
        var listed = await _night.Book.GetAsync("/nights?from=2026-01-01&to=2026-04-30");
        Assert.Equal(61, listed.List("nights").Count());
        Assert.Equal(["2026-03-31", "2026-02-28", "2026-01-31"], listed.List("nights").Where(night => night.Number("posted") > 0).Select(night => night.Text("date")));
        Assert.Equal("900.00", (await _night.BalancesAsync())["0980"]);
        Assert.Equal(["2026-01-01", "2026-01-31", "2026-02-28", "2026-03-31"], (await _night.Book.JournalAsync()).Select(entry => entry.Text("date")));
    }

    [Fact]
    public async Task Night_ThatIsDone_IsNotRunAgain()
    {
        (await _night.AccrueAsync("insurance")).Is(HttpStatusCode.Created);
        var first = await _night.RunAsync("2026-01-31");
        var before = await _night.Book.HeadHashAsync();

        var again = (await _night.StartAsync("2026-01-31")).Is(HttpStatusCode.OK).Json;

        Assert.Equal(first.Text("endedAt"), again.Text("endedAt"));
        Assert.Equal(before, await _night.Book.HeadHashAsync());
    }

    [Fact]
    public async Task Preview_TellsWhatWouldBePosted_AndChangesNothing()
    {
        (await _night.AccrueAsync("insurance")).Is(HttpStatusCode.Created);
        var before = await _night.Book.HeadHashAsync();

        var preview = await _night.PreviewAsync("2026-02-28");

        Assert.Equal((2L, "200.00"), (preview.Number("entries"), preview.List("works").Single(work => work.Text("name") == "accruals").Text("amount")));
        Assert.Equal(["accrual:insurance:2026-01-31", "accrual:insurance:2026-02-28"], preview.List("first").Select(entry => entry.Text("id")));
        Assert.Equal(preview.Text("hash"), (await _night.PreviewAsync("2026-02-28")).Text("hash"));
        Assert.Equal(before, await _night.Book.HeadHashAsync());
        (await _night.Book.TryGetAsync("/nights/2026-02-28")).IsProblem(HttpStatusCode.NotFound, "nightly/unknown");
    }

    [Fact]
    public async Task Hash_OfThePlan_StaysWhenOtherThingsArePosted_AndChangesWithTheCases()
    {
        (await _night.AccrueAsync("insurance")).Is(HttpStatusCode.Created);
        var hash = (await _night.PreviewAsync("2026-01-31")).Text("hash");

        (await _night.Book.PostAsync(TestBook.Entry("e1", debit: "4210", credit: "1200"))).Is(HttpStatusCode.Created);
        Assert.Equal(hash, (await _night.PreviewAsync("2026-01-31")).Text("hash"));

        (await _night.AccrueAsync("other", "12.00")).Is(HttpStatusCode.Created);
        Assert.NotEqual(hash, (await _night.PreviewAsync("2026-01-31")).Text("hash"));
    }

    [Fact]
    public async Task Expect_AnotherPlan_StartsNothing()
    {
        (await _night.AccrueAsync("insurance")).Is(HttpStatusCode.Created);
        var hash = (await _night.PreviewAsync("2026-01-31")).Text("hash");
        (await _night.AccrueAsync("other", "12.00")).Is(HttpStatusCode.Created);
        var before = await _night.Book.HeadHashAsync();

        (await _night.StartAsync("2026-01-31", $"?expect={hash}")).IsProblem(HttpStatusCode.Conflict, "nightly/plan-changed", "expect");

        Assert.Equal(before, await _night.Book.HeadHashAsync());
        (await _night.Book.TryGetAsync("/nights/2026-01-31")).IsProblem(HttpStatusCode.NotFound, "nightly/unknown");
        var night = await _night.RunAsync("2026-01-31", $"?expect={(await _night.PreviewAsync("2026-01-31")).Text("hash")}");
        Assert.Equal(("done", 2L), (night.Text("status"), night.Number("posted")));
    }

    [Fact]
    public async Task Expect_WithEarlierNightsThatPost_IsRefused()
    {
        await _night.RunAsync("2026-01-15");
        (await _night.AccrueAsync("insurance")).Is(HttpStatusCode.Created);
        var hash = (await _night.PreviewAsync("2026-02-28")).Text("hash");

        (await _night.StartAsync("2026-02-28", $"?expect={hash}")).IsProblem(HttpStatusCode.Conflict, "nightly/earlier-night");
    }

    [Fact]
    public async Task Night_WithADifference_NeedsAttention_AndIsRunAgainWhenItIsMended()
    {
        (await _night.AccrueAsync("insurance")).Is(HttpStatusCode.Created);
        (await _night.Book.PostAsync(TestBook.Entry("by-hand", debit: "0980", credit: "1200"))).Is(HttpStatusCode.Created);

        var night = await _night.RunAsync("2026-01-31");

        Assert.Equal("attention", night.Text("status"));
        Assert.Contains("accruals 0980 is 1110.00, not 1100.00", night.Text("note"), StringComparison.Ordinal);
        Assert.Equal("10.00", night.List("checks").Single(check => !check.GetProperty("passed").GetBoolean()).Text("difference"));

        (await _night.Book.ReverseAsync("by-hand", "by-hand-r")).Is(HttpStatusCode.Created);
        var again = await _night.RunAsync("2026-01-31");

        Assert.Equal(("done", 2L, 0L), (again.Text("status"), again.Number("attempt"), again.Number("posted")));
        Assert.Equal([night.Text("note")], again.List("earlierAttempts").Select(attempt => attempt.Text("note")));
    }

    [Fact]
    public async Task LateSlice_OfAClosedMonth_GoesIntoTheFirstOpenPeriod()
    {
        (await _night.AccrueAsync("insurance")).Is(HttpStatusCode.Created);
        (await _night.Book.CloseAsync("2026-01")).Is(HttpStatusCode.OK);

        var night = await _night.RunAsync("2026-01-31");

        Assert.Equal(("done", 1L, 1L), (night.Text("status"), night.Number("posted"), night.Number("late")));
        var slice = await _night.Book.GetAsync("/entries/accrual:insurance:2026-01-31");
        Assert.Equal("2026-02-01", slice.Text("date"));
    }

    [Fact]
    public async Task Timer_RunsTheNightOfYesterday_OnceTheDayIsOverInBerlin()
    {
        (await _night.AccrueAsync("insurance", from: "2026-03-01", to: "2026-03-31", amount: "31.00")).Is(HttpStatusCode.Created);
        _clock.Set(new DateTimeOffset(2026, 3, 31, 21, 59, 0, TimeSpan.Zero)); // 23:59 in Berlin, summer time
        await _app.FireAsync("Nightly");
        await _night.EndedAsync("2026-03-30");

        _clock.Set(new DateTimeOffset(2026, 3, 31, 22, 1, 0, TimeSpan.Zero));
        await _app.FireAsync("Nightly");
        var night = await _night.EndedAsync("2026-03-31");

        Assert.Equal((1L, "Nightly"), (night.Number("posted"), night.Text("by")));
    }

    [Fact]
    public async Task BadRequests_AreRefused()
    {
        (await _night.StartAsync("2026-04-01")).IsProblem(HttpStatusCode.UnprocessableEntity, "nightly/day-not-over");
        (await _night.StartAsync("2026-02-30")).IsProblem(HttpStatusCode.BadRequest, "nightly/date");
        (await _night.StartAsync("2026-01-31", "?hash=1")).IsProblem(HttpStatusCode.BadRequest, "request/unknown-parameter");
        (await _night.Book.SendAsync(HttpMethod.Post, "/nights/2026-01-31", (HttpContent?)null)).IsProblem(HttpStatusCode.Forbidden, "identity/role-missing");
        (await _night.Book.TryGetAsync("/nights?from=2026-02-01&to=2026-01-01")).IsProblem(HttpStatusCode.UnprocessableEntity, "nightly/span");
        (await _night.Book.TryGetAsync("/nights?status=sleeping")).IsProblem(HttpStatusCode.UnprocessableEntity, "nightly/status");
    }
}
