using System.Net;
using System.Text.Json;
using BackOffice.Support;

namespace BackOffice.AzuriteTests.Kernel;

/// <summary>A store that is asked too much while queues are worked off.</summary>
public sealed class ThrottledQueueTests(AzuriteFixture azurite)
{
    [Fact]
    public async Task Message_ThatTheStoreHasNoTimeFor_ComesAgain_AndIsWorkedOffOnce()
    {
        await using var proxy = await FaultProxy.StartAsync(azurite);
        await using var app = await TestApp.StartAsync(azurite, proxy, "--LocalWorker:Queues=true", "--AzureFunctionsJobHost:extensions:queues:visibilityTimeout=00:00:01");
        var book = await app.NewBookAsync();
        var desk = new TestBook(app, book.Id, app.Client("Support"));
        (await desk.SendAsync(HttpMethod.Put, "/calendars/always", """{"zone":"Europe/Berlin","hours":{"mon":[["00:00","24:00"]]}}""")).Is(HttpStatusCode.Created);
        (await desk.SendAsync(HttpMethod.Put, "/service-levels/mail", """{"calendar":"always","targets":{"3":{"firstResponse":60}}}""")).Is(HttpStatusCode.Created);
        // Three tries are the client's, each after a longer pause; then the host's begin.
        proxy.Next(request => FaultProxy.IsCommit(request), Fault.Throttled, Fault.Throttled, Fault.Throttled, Fault.Throttled);

        var message = $$$"""{"schema":"{{{TakeInTickets.Schema}}}","version":1,"operationId":"mail-1","correlationId":"mail-1","body":{"book":"{{{book.Id}}}","tickets":[{"id":"T-1","caller":"carl","service":"mail","impact":2,"urgency":2,"subject":"No mail","text":"Gone."}]}}""";
        await app.Queue(TakeInTickets.Queue).SendMessageAsync(JsonDocument.Parse(message).RootElement.GetRawText(), TestContext.Current.CancellationToken);

        await Eventually.IsTrueAsync(async () => (await desk.TryGetAsync("/ticket-intake/mail-1")).Status == HttpStatusCode.OK, "the message is worked off");
        Assert.True(proxy.IsDone);
        Assert.Equal(1, (await desk.GetAsync("/tickets/T-1")).Number("version"));
        Assert.Single((await desk.GetAsync("/tickets")).List("tickets"));
    }
}
