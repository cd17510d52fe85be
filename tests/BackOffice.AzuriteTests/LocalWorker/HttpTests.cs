using System.Net;

namespace BackOffice.AzuriteTests.LocalWorker;

public sealed class HttpTests(AzuriteFixture azurite)
{
    [Fact]
    public async Task Result_IsExecutedAndRouteParameterIsBoundByName()
    {
        await using var worker = await TestWorker.StartAsync(azurite);

        Assert.Equal("hello alice, alice", await worker.GetAsync("/api/greet/alice"));
    }

    [Fact]
    public async Task TwoFunctionsOfOneRoute_AreToldApartByMethod()
    {
        await using var worker = await TestWorker.StartAsync(azurite);

        using var response = await worker.SendAsync(HttpMethod.Post, "/api/greet/bob");

        Assert.Equal("posted bob, True", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("DELETE", "/api/greet/alice")]
    [InlineData("GET", "/api/nothing/here")]
    [InlineData("GET", "/api/numbers/abc")]
    public async Task WrongMethodOrRouteOrConstraint_IsNotFoundAndEmpty(string method, string path)
    {
        await using var worker = await TestWorker.StartAsync(azurite);

        using var response = await worker.SendAsync(new HttpMethod(method), path);

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Empty(await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
        Assert.False(response.Content.Headers.Contains("Allow"));
    }

    [Fact]
    public async Task Exception_IsAnEmpty500()
    {
        await using var worker = await TestWorker.StartAsync(azurite);

        using var response = await worker.SendAsync(HttpMethod.Get, "/api/throw");

        Assert.Equal(HttpStatusCode.InternalServerError, response.StatusCode);
        Assert.Empty(await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task ReturnedPoco_IsAnEmpty200()
    {
        await using var worker = await TestWorker.StartAsync(azurite);

        using var response = await worker.SendAsync(HttpMethod.Get, "/api/poco");

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Empty(await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task PocoOnTheTrigger_IsNull()
    {
        await using var worker = await TestWorker.StartAsync(azurite);

        using var response = await worker.SendAsync(HttpMethod.Post, "/api/poco", new StringContent("""{"id":"a","weight":1}"""));

        Assert.Equal("null", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("/api/numbers/41", "42 none /api/numbers/41")]
    [InlineData("/api/numbers/41/more", "42 more /api/numbers/41/more")]
    [InlineData("/api/days/2026-03-31/0b6f3d1e-6d0c-4f2f-9d55-0f5f7a3b1c11", "2026-03-31 0b6f3d1e-6d0c-4f2f-9d55-0f5f7a3b1c11 True 2")]
    public async Task ConstraintsAndOptionalSegmentsAndTypes_AreBound(string path, string expected)
    {
        await using var worker = await TestWorker.StartAsync(azurite);

        Assert.Equal(expected, await worker.GetAsync(path));
    }

    [Fact]
    public async Task ActionResult_IsExecuted()
    {
        await using var worker = await TestWorker.StartAsync(azurite);

        using var response = await worker.SendAsync(HttpMethod.Get, "/api/action");

        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        Assert.Equal("""{"id":"a","weight":3,"note":"GET"}""", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Middleware_RunsAroundTheFunction()
    {
        await using var worker = await TestWorker.StartAsync(azurite);

        using var response = await worker.SendAsync(HttpMethod.Get, "/api/greet/alice");

        Assert.Equal(["Greet"], response.Headers.GetValues("x-function"));
    }

    [Theory]
    [InlineData(900, HttpStatusCode.OK)]
    [InlineData(1001, HttpStatusCode.RequestEntityTooLarge)]
    public async Task BodyOverTheHostsLimit_Is413(int bytes, HttpStatusCode expected)
    {
        await using var worker = await TestWorker.StartAsync(azurite, "--LocalWorker:MaxBodyBytes=1000");

        using var counted = await worker.SendAsync(HttpMethod.Post, "/api/count", new ByteArrayContent(new byte[bytes]));
        var chunked = await worker.PostChunkedAsync("/api/count", bytes);

        Assert.Equal(expected, counted.StatusCode);
        Assert.Equal(expected, chunked);
    }

    [Fact]
    public async Task FunctionOverTheTimeout_Is504AndGoesOn()
    {
        await using var worker = await TestWorker.StartAsync(azurite, "--LocalWorker:HttpTimeoutSeconds=1");

        using var response = await worker.SendAsync(HttpMethod.Get, "/api/wait");
        worker.Seen.GoOn.SetResult();

        Assert.Equal(HttpStatusCode.GatewayTimeout, response.StatusCode);
        Assert.Equal("went on", await worker.Seen.NextAsync());
        Assert.Equal("hello alice, alice", await worker.GetAsync("/api/greet/alice"));
    }

    [Fact]
    public async Task DisabledFunction_IsNotFound()
    {
        await using var worker = await TestWorker.StartAsync(azurite, "--AzureWebJobs.Greet.Disabled=true");

        using var response = await worker.SendAsync(HttpMethod.Get, "/api/greet/alice");

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
    }

    [Fact]
    public async Task TakenPort_IsReplacedByAFreeOne()
    {
        await using var first = await TestWorker.StartAsync(azurite);

        await using var second = await TestWorker.StartAsync(azurite, $"--LocalWorker:Port={first.Address.Port}");

        Assert.NotEqual(first.Address.Port, second.Address.Port);
        Assert.Equal("hello alice, alice", await second.GetAsync("/api/greet/alice"));
    }
}
