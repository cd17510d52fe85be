using System.Net;
using System.Text.Json;

namespace BackOffice.AzuriteTests.LocalWorker;

public sealed class AdminTests(AzuriteFixture azurite)
{
    [Fact]
    public async Task QueueFunctionByHand_GetsTheInput()
    {
        await using var worker = await TestWorker.StartAsync(azurite);

        using var response = await worker.SendAsync(HttpMethod.Post, "/admin/functions/TakeParcel", new StringContent("""{"input":"{\"id\":\"p1\"}"}"""));

        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        Assert.Equal((new Parcel("p1", 0, null), 1), await worker.Seen.NextAsync());
    }

    [Theory]
    [InlineData("Nobody", "", HttpStatusCode.NotFound)]
    [InlineData("Greet", "", HttpStatusCode.BadRequest)]
    [InlineData("TakeText", "no json", HttpStatusCode.BadRequest)]
    [InlineData("TakeText", """{"input":7}""", HttpStatusCode.BadRequest)]
    public async Task WhatCannotBeFired_IsRefusedWithAReason(string function, string body, HttpStatusCode expected)
    {
        await using var worker = await TestWorker.StartAsync(azurite);

        using var response = await worker.SendAsync(HttpMethod.Post, $"/admin/functions/{function}", new StringContent(body));

        Assert.Equal(expected, response.StatusCode);
        Assert.NotEmpty(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Functions_AreListed()
    {
        await using var worker = await TestWorker.StartAsync(azurite);

        using var json = JsonDocument.Parse(await worker.GetAsync("/admin/functions"));

        var byName = json.RootElement.EnumerateArray().ToDictionary(f => f.GetProperty("name").GetString()!);
        Assert.Equal("/api/greet/{name}", byName["Greet"].GetProperty("route").GetString());
        Assert.Equal(worker.Prefix + "texts", byName["TakeText"].GetProperty("queue").GetString());
        Assert.Equal("0 0 3 * * *", byName["AtThree"].GetProperty("schedule").GetString());
        Assert.Equal("""{"state":"Running"}""", await worker.GetAsync("/admin/host/status"));
    }
}
