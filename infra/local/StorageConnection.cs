using Azure.Core;
using Azure.Data.Tables;
using Azure.Identity;
using Azure.Storage.Queues;
using Microsoft.Extensions.Configuration;

namespace BackOffice.LocalWorker;

/// <summary>
/// The storage behind a connection setting, as the real host finds it: a connection string, or <c>{setting}__accountName</c> or <c>{setting}__queueServiceUri</c> and <c>__tableServiceUri</c> with an identity (<c>__credential</c> = <c>managedidentity</c>, <c>__clientId</c>).
/// </summary>
internal sealed class StorageConnection
{
    private readonly string? _connectionString;
    private readonly IConfigurationSection _section;
    private readonly Lazy<TokenCredential> _credential;

    private StorageConnection(string? connectionString, IConfigurationSection section)
    {
        (_connectionString, _section) = (connectionString, section);
        _credential = new Lazy<TokenCredential>(Credential);
    }

    /// <summary>Whether a setting names a storage without a key.</summary>
    public static bool IsKeyless(IConfiguration configuration, string setting) =>
        configuration.GetSection(setting) is var section && (section["accountName"] ?? section["queueServiceUri"] ?? section["tableServiceUri"]) is { Length: > 0 };

    /// <summary>Null when the setting names none.</summary>
    public static StorageConnection? Find(IConfiguration configuration, string setting)
    {
        foreach (var name in (string[])["AzureWebJobs" + setting, setting])
        {
            if (configuration[name] is { Length: > 0 } connectionString) return new StorageConnection(connectionString, configuration.GetSection(name));
            if (IsKeyless(configuration, name)) return new StorageConnection(null, configuration.GetSection(name));
        }

        return null;
    }

    public QueueClient Queue(string name, QueueClientOptions options) =>
        _connectionString is not null ? new QueueClient(_connectionString, name, options) : new QueueClient(new Uri($"{Endpoint("queue")}/{name}"), _credential.Value, options);

    public TableClient Table(string name) => _connectionString is not null ? new TableClient(_connectionString, name) : new TableClient(new Uri(Endpoint("table")), name, _credential.Value);

    private string Endpoint(string service) => (_section[service + "ServiceUri"] is { Length: > 0 } uri ? uri : $"https://{_section["accountName"]}.{service}.core.windows.net").TrimEnd('/');

    private TokenCredential Credential()
    {
        var clientId = _section["clientId"];
        if (_section["credential"] == "managedidentity") return new ManagedIdentityCredential(clientId is { Length: > 0 } ? ManagedIdentityId.FromUserAssignedClientId(clientId) : ManagedIdentityId.SystemAssigned);
        return new DefaultAzureCredential(new DefaultAzureCredentialOptions { ManagedIdentityClientId = clientId });
    }
}
