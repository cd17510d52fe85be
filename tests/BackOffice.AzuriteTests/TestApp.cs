using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Azure.Data.Tables;
using Azure.Storage.Queues;
using BackOffice.Kernel;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace BackOffice.AzuriteTests;

/// <summary>The whole app in this process, on a free port, with tables and queues of its own. Queues are read only where a test asks for it.</summary>
internal sealed class TestApp : IAsyncDisposable
{
    private readonly IHost _host;
    private readonly ConcurrentDictionary<string, string> _tokens = new(StringComparer.Ordinal);
    private readonly ConcurrentBag<HttpClient> _clients = [];
    private readonly bool _isFirst;
    private static int _books;

    private TestApp(IHost host, string storage, string prefix, Uri? issuer)
    {
        _host = host;
        _isFirst = issuer is null;
        (Storage, Prefix) = (storage, prefix);
        Address = new Uri(host.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
        Issuer = issuer ?? Address;
        Anonymous = NewClient();
        Accounting = Client("Accounting");
    }

    public Uri Address { get; }

    /// <summary>Who issues the tokens that this app takes: itself, or the first app on the same tables.</summary>
    public Uri Issuer { get; }

    /// <summary>The connection string of the store itself, also when this app goes through a proxy.</summary>
    public string Storage { get; }

    public string Prefix { get; }
    public HttpClient Anonymous { get; }
    public HttpClient Accounting { get; }
    public IServiceProvider Services => _host.Services;

    public static Task<TestApp> StartAsync(AzuriteFixture azurite, params string[] settings) =>
        StartAsync(azurite.ConnectionString, azurite.ConnectionString, azurite.NewPrefix(), null, settings);

    /// <summary>An app whose business goes by this clock.</summary>
    public static Task<TestApp> StartAsync(AzuriteFixture azurite, TimeProvider time, params string[] settings) =>
        StartAsync(azurite.ConnectionString, azurite.ConnectionString, azurite.NewPrefix(), null, settings, time);

    /// <summary>An app whose way to the tables leads through the proxy.</summary>
    public static Task<TestApp> StartAsync(AzuriteFixture azurite, FaultProxy proxy, params string[] settings) =>
        StartAsync(azurite.ConnectionString, proxy.ConnectionString, azurite.NewPrefix(), null, settings);

    /// <summary>Another instance on the same tables and queues, which takes this one's tokens.</summary>
    public Task<TestApp> AnotherAsync(params string[] settings) => StartAsync(Storage, Storage, Prefix, Issuer, settings);

    /// <summary>Another instance on the same tables and queues, by a clock, and perhaps on another way to them.</summary>
    public Task<TestApp> AnotherAsync(TimeProvider time, string? way = null, params string[] settings) => StartAsync(Storage, way ?? Storage, Prefix, Issuer, settings, time);

    public static string[] Arguments(string storage, string prefix, int port, params string[] settings) =>
    [
        string.Create(CultureInfo.InvariantCulture, $"--LocalWorker:Port={port}"),
        $"--AzureWebJobsStorage={storage}", $"--Storage:NamePrefix={prefix}",
        "--LocalWorker:Quiet=true", "--LocalWorker:Timers=false", "--LocalWorker:Queues=false",
        "--Logging:LogLevel:Default=None", "--Logging:LogLevel:Microsoft=None", "--Logging:LogLevel:BackOffice=None", "--Logging:LogLevel:Azure=None",
        "--AzureFunctionsJobHost:extensions:queues:maxPollingInterval=00:00:00.2", "--LocalWorker:ShortestPollSeconds=0.01",
        .. settings,
    ];

    private static async Task<TestApp> StartAsync(string storage, string appStorage, string prefix, Uri? issuer, string[] settings, TimeProvider? time = null)
    {
        string[] identity = issuer is null ? [] : [$"--Identity:Authority={issuer}dev"];
        var host = Program.Build([.. Arguments(appStorage, prefix, 0, settings), .. identity], time);
        await host.StartAsync();
        return new TestApp(host, storage, prefix, issuer);
    }

    /// <summary>A client whose token bears these roles.</summary>
    public HttpClient Client(params string[] roles)
    {
        var client = NewClient();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Token(roles));
        return client;
    }

    /// <summary>A client of somebody with a name of their own.</summary>
    public HttpClient ClientOf(string name, params string[] roles)
    {
        var client = NewClient();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", TokenFrom(Issuer, string.Join(',', roles), name));
        return client;
    }

    public string Token(params string[] roles) => _tokens.GetOrAdd(string.Join(',', roles), list => TokenFrom(Issuer, list));

    /// <summary>A token as a developer would fetch it.</summary>
    public static string TokenFrom(Uri issuer, string roles, string name = "tester")
    {
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(issuer, $"/dev/token?name={name}&roles={roles}"));
        using var response = http.Send(request);
        using var reader = new StreamReader(response.EnsureSuccessStatusCode().Content.ReadAsStream());
        return reader.ReadToEnd();
    }

    /// <summary>A new book with the accounts 1800 Bank (asset), 2900 Capital (equity), 4400 Revenue (income), 6310 Rent (expense).</summary>
    public async Task<TestBook> NewBookAsync(string currency = "EUR")
    {
        var book = Book(string.Create(CultureInfo.InvariantCulture, $"book-{Interlocked.Increment(ref _books)}"));
        (await book.PutBookAsync("Test", currency)).Is(HttpStatusCode.Created);
        (await book.PutAccountsAsync(TestBook.Chart)).Is(HttpStatusCode.Created);
        return book;
    }

    /// <summary>A book that may or may not exist, as this app shows it.</summary>
    public TestBook Book(string id) => new(this, id);

    /// <summary>Fires a timer or queue function by hand.</summary>
    public async Task FireAsync(string function, string? input = null)
    {
        var body = input is null ? "{}" : $$"""{"input":{{System.Text.Json.JsonSerializer.Serialize(input)}}}""";
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        (await Answer.OfAsync(await Anonymous.PostAsync(new Uri($"/admin/functions/{function}", UriKind.Relative), content))).Is(HttpStatusCode.Accepted);
    }

    /// <summary>
    /// Lets the minute tick at this instant of the app's clock, and returns when it has sent what is due: a tick still at work when the clock is set on would send what the next one sends.
    /// </summary>
    public async Task TickAsync(DateTimeOffset at)
    {
        await FireAsync("Tick");
        var agenda = Services.GetRequiredService<Agenda>();
        await Eventually.IsTrueAsync(async () => (await agenda.FindSentAsync())?.GetDateTimeOffset("Through") >= at, "the minute has ticked");
    }

    public TableClient Table(string name) => new(Storage, Prefix + name);

    public QueueClient Queue(string name) => new(Storage, Prefix + name, new QueueClientOptions { MessageEncoding = QueueMessageEncoding.Base64 });

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        await ((IAsyncDisposable)_host).DisposeAsync();
        foreach (var client in _clients) client.Dispose();
        if (_isFirst) await CleanUpAsync(Storage, Prefix);
    }

    /// <summary>Deletes every table and queue with this prefix.</summary>
    public static async Task CleanUpAsync(string storage, string prefix)
    {
        var tables = new TableServiceClient(storage);
        var after = prefix[..^1] + (char)(prefix[^1] + 1);
        var filter = $"TableName ge '{prefix}' and TableName lt '{after}'";
        await foreach (var table in tables.QueryAsync(filter)) await tables.DeleteTableAsync(table.Name);
        var queues = new QueueServiceClient(storage);
        await foreach (var queue in queues.GetQueuesAsync(prefix: prefix)) await queues.DeleteQueueAsync(queue.Name);
    }

    private HttpClient NewClient()
    {
        var client = new HttpClient { BaseAddress = Address, Timeout = TimeSpan.FromSeconds(80) };
        _clients.Add(client);
        return client;
    }
}

/// <summary>One app for a class of tests that do not disturb one another: each opens a book of its own.</summary>
public sealed class SharedApp(AzuriteFixture azurite) : IAsyncLifetime
{
    internal TestApp App { get; private set; } = null!;

    public async ValueTask InitializeAsync() => App = await TestApp.StartAsync(azurite);

    public ValueTask DisposeAsync() => App.DisposeAsync();
}
