using System.Net;
using System.Net.Sockets;
using System.Text;
using Azure.Data.Tables;
using Azure.Storage.Queues;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace BackOffice.AzuriteTests.LocalWorker;

/// <summary>A running worker with the functions of this assembly, on a free port and with names of its own.</summary>
internal sealed class TestWorker : IAsyncDisposable
{
    private readonly IHost _host;

    private TestWorker(IHost host, string connectionString, string prefix)
    {
        _host = host;
        ConnectionString = connectionString;
        Prefix = prefix;
        Seen = host.Services.GetRequiredService<Seen>();
        Address = new Uri(host.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
        Http = new HttpClient { BaseAddress = Address };
    }

    public Uri Address { get; }
    public HttpClient Http { get; }
    public Seen Seen { get; }
    public string Prefix { get; }
    public string ConnectionString { get; }
    public IServiceProvider Services => _host.Services;

    public static Task<TestWorker> StartAsync(AzuriteFixture azurite, params string[] settings) => StartAsync(azurite, azurite.NewPrefix(), settings);

    public static async Task<TestWorker> StartAsync(AzuriteFixture azurite, string prefix, string[] settings)
    {
        var builder = FunctionsApplication.CreateBuilder(
        [
            $"--AzureWebJobsStorage={azurite.ConnectionString}",
            $"--Storage:NamePrefix={prefix}",
            "--TestQueue=texts", "--TestSchedule=0 0 5 * * *",
            "--LocalWorker:Port=0", "--LocalWorker:Quiet=true", "--LocalWorker:Timers=false",
            "--Logging:LogLevel:Default=None", "--Logging:LogLevel:BackOffice=None",
            "--AzureFunctionsJobHost:extensions:queues:maxPollingInterval=00:00:00.2",
            .. settings,
        ]);
        builder.ConfigureFunctionsWebApplication();
        builder.UseMiddleware<TestMiddleware>();
        builder.Services.AddSingleton<Seen>();
        var host = builder.Build();
        await host.StartAsync(TestContext.Current.CancellationToken);
        return new TestWorker(host, azurite.ConnectionString, prefix);
    }

    public async Task<string> GetAsync(string path) => await Http.GetStringAsync(new Uri(path, UriKind.Relative), TestContext.Current.CancellationToken);

    public async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, HttpContent? content = null)
    {
        using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative)) { Content = content };
        return await Http.SendAsync(request, TestContext.Current.CancellationToken);
    }

    /// <summary>Posts a body without a Content-Length in one write, so that a refusal in the middle of it cannot break the sending.</summary>
    public async Task<HttpStatusCode> PostChunkedAsync(string path, int bytes)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(Address.Host, Address.Port, TestContext.Current.CancellationToken);
        var body = new string('0', bytes);
        var request = $"POST {path} HTTP/1.1\r\nHost: {Address.Authority}\r\nTransfer-Encoding: chunked\r\n\r\n{bytes:x}\r\n{body}\r\n0\r\n\r\n";
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(request), TestContext.Current.CancellationToken);
        using var reader = new StreamReader(client.GetStream());
        var status = await reader.ReadLineAsync(TestContext.Current.CancellationToken);
        return Enum.Parse<HttpStatusCode>(status!.Split(' ')[1]);
    }

    public QueueClient Queue(string name) => new(ConnectionString, Prefix + name, new QueueClientOptions { MessageEncoding = QueueMessageEncoding.Base64 });

    public async Task SendMessageAsync(string queue, string text)
    {
        var client = Queue(queue);
        await client.CreateIfNotExistsAsync(cancellationToken: TestContext.Current.CancellationToken);
        await client.SendMessageAsync(text, TestContext.Current.CancellationToken);
    }

    public TableClient Table(string name) => new(ConnectionString, Prefix + name);

    public static async Task UntilAsync(Func<Task<bool>> condition, string what)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (!await condition())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(started) < TimeSpan.FromSeconds(30), $"After 30 s it is not so that {what}.");
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        var stopping = _host.StopAsync();
        Seen.GoOn.TrySetResult();
        await stopping;
        await ((IAsyncDisposable)_host).DisposeAsync();
    }
}
