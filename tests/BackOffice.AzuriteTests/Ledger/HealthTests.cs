using System.Net;

namespace BackOffice.AzuriteTests.Ledger;

public sealed class HealthTests(AzuriteFixture azurite)
{
    [Fact]
    public async Task Health_StoreReachable_IsOkWithoutToken()
    {
        await using var app = await TestApp.StartAsync(azurite);

        var health = await Answer.OfAsync(await app.Anonymous.GetAsync(new Uri("/api/health", UriKind.Relative), TestContext.Current.CancellationToken));

        health.Is(HttpStatusCode.OK);
        Assert.Equal("ok", health.Json.Text("status"));
        Assert.Equal("reachable", health.Json.Text("storage"));
        Assert.Matches(@"^\d+\.\d+\.\d+", health.Json.Text("version"));
    }

    [Fact]
    public async Task Health_StoreDownAndUpAgain_Is503ThenOk()
    {
        await using var proxy = await FaultProxy.StartAsync(azurite);
        await using var app = await TestApp.StartAsync(azurite, proxy);
        proxy.IsDown = true;

        var down = await Answer.OfAsync(await app.Anonymous.GetAsync(new Uri("/api/health", UriKind.Relative), TestContext.Current.CancellationToken));
        proxy.IsDown = false;
        var up = await Answer.OfAsync(await app.Anonymous.GetAsync(new Uri("/api/health", UriKind.Relative), TestContext.Current.CancellationToken));

        down.Is(HttpStatusCode.ServiceUnavailable);
        Assert.Equal("degraded", down.Json.Text("status"));
        up.Is(HttpStatusCode.OK);
    }
}
