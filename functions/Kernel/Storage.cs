using System.Text.Json;
using Azure.Core;
using Azure.Data.Tables;
using Azure.Storage.Queues;
using Microsoft.Extensions.Configuration;

namespace BackOffice.Kernel;

/// <summary>
/// The app's tables and queues, named in <c>infra/storage.json</c>, which the deployment makes them from. Where they are: <c>AzureWebJobsStorage</c> as a connection string (one machine), or
/// <c>AzureWebJobsStorage__accountName</c> / <c>__tableServiceUri</c> + <c>__queueServiceUri</c> with the app's managed identity (Azure; see <see cref="AppCredential"/>).
/// <c>Storage__NamePrefix</c> stands before each table and queue name, so that tests do not meet.
/// </summary>
public sealed class Storage
{
    /// <summary>Every table of the app.</summary>
    public static readonly IReadOnlyList<string> Tables = Names("tables");

    /// <summary>Every queue of the app; beside each the platform keeps <c>{queue}-poison</c>.</summary>
    public static readonly IReadOnlyList<string> Queues = Names("queues");

    private readonly TableServiceClient _tables;
    private readonly QueueServiceClient _queues;
    private readonly QueueServiceClient _rawQueues;
    private readonly string _prefix;
    private readonly Lock _gate = new();
    private Task? _ready;

    /// <param name="credential">The app's identity; used when no connection string is set.</param>
    public Storage(IConfiguration configuration, TokenCredential credential)
    {
        _prefix = configuration["Storage:NamePrefix"] ?? "";
        var tableOptions = new TableClientOptions();
        Patience(tableOptions);
        var queueOptions = new QueueClientOptions { MessageEncoding = QueueMessageEncoding.Base64 };
        Patience(queueOptions);
        var rawOptions = new QueueClientOptions();
        Patience(rawOptions);

        if (configuration["AzureWebJobsStorage"] is { Length: > 0 } connection)
        {
            _tables = new TableServiceClient(connection, tableOptions);
            _queues = new QueueServiceClient(connection, queueOptions);
            _rawQueues = new QueueServiceClient(connection, rawOptions);
            return;
        }

        var section = configuration.GetSection("AzureWebJobsStorage");
        _tables = new TableServiceClient(Endpoint(section, "table"), credential, tableOptions);
        _queues = new QueueServiceClient(Endpoint(section, "queue"), credential, queueOptions);
        _rawQueues = new QueueServiceClient(Endpoint(section, "queue"), credential, rawOptions);
    }

    public TableClient Table(string name) => _tables.GetTableClient(_prefix + name);

    public QueueClient Queue(string name) => _queues.GetQueueClient(_prefix + name);

    /// <summary>A queue whose messages are taken as they lie there, good base64 or not.</summary>
    public QueueClient RawQueue(string name) => _rawQueues.GetQueueClient(_prefix + name);

    /// <summary>Sends a message. It has no expiry (−1): work that was put aside is never lost.</summary>
    public async Task SendAsync(string queue, string message)
    {
        await ReadyAsync();
        await Queue(queue).SendMessageAsync(new BinaryData(message), timeToLive: TimeSpan.FromSeconds(-1));
    }

    /// <summary>Makes the tables and queues that are missing, once per process. On Azure the deployment has made them; on one machine this does.</summary>
    public Task ReadyAsync()
    {
        lock (_gate) return _ready is null || _ready.IsFaulted || _ready.IsCanceled ? _ready = CreateAsync() : _ready;
    }

    private Task CreateAsync() =>
        Task.WhenAll([.. Tables.Select(table => (Task)Table(table).CreateIfNotExistsAsync()), .. Queues.Select(queue => (Task)Queue(queue).CreateIfNotExistsAsync())]);

    private static string[] Names(string kind)
    {
        using var stream = typeof(Storage).Assembly.GetManifestResourceStream("BackOffice.storage.json")!;
        using var names = JsonDocument.Parse(stream);
        return [.. names.RootElement.GetProperty(kind).EnumerateArray().Select(name => name.GetString()!)];
    }

    /// <summary>A caller waits at most some seconds: three tries of ten seconds, soon after one another.</summary>
    internal static void Patience(ClientOptions options)
    {
        options.Retry.MaxRetries = 2;
        options.Retry.Delay = TimeSpan.FromMilliseconds(100);
        options.Retry.MaxDelay = TimeSpan.FromSeconds(1);
        options.Retry.NetworkTimeout = TimeSpan.FromSeconds(10);
        options.Diagnostics.IsLoggingEnabled = false;
        options.Diagnostics.IsDistributedTracingEnabled = false;
    }

    /// <summary>Where one of the storage's services is: <c>blob</c>, <c>queue</c>, <c>table</c>.</summary>
    internal static Uri Endpoint(IConfigurationSection section, string service) =>
        section[service + "ServiceUri"] is { Length: > 0 } uri ? new Uri(uri)
        : section["accountName"] is { Length: > 0 } account ? new Uri($"https://{account}.{service}.core.windows.net")
        : throw new InvalidOperationException("No storage is named: set AzureWebJobsStorage (a connection string) or AzureWebJobsStorage__accountName (with a managed identity).");
}
