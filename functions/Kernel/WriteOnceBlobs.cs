using Azure;
using Azure.Core;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Microsoft.Extensions.Configuration;

namespace BackOffice.Kernel;

/// <summary>
/// A container of blobs that are written once and, on Azure, cannot be changed or deleted for years (GoBD Tz. 107: unalterable). <c>Proofs__accountName</c> names the account of such containers; without it they lie in the app's own
/// storage, where they are no proof against who may write that.
/// </summary>
internal sealed class WriteOnceBlobs
{
    private readonly BlobContainerClient _container;
    private readonly bool _isOurs;

    public WriteOnceBlobs(IConfiguration configuration, TokenCredential credential, string container)
    {
        var options = new BlobClientOptions();
        Storage.Patience(options);
        if (configuration["Proofs:accountName"] is { Length: > 0 } account) _container = new BlobContainerClient(new Uri($"https://{account}.blob.core.windows.net/{container}"), credential, options);
        else
        {
            var (name, section) = ((configuration["Storage:NamePrefix"] ?? "").ToLowerInvariant() + container, configuration.GetSection("AzureWebJobsStorage"));
            _isOurs = true;
            _container = configuration["AzureWebJobsStorage"] is { Length: > 0 } connection ? new BlobContainerClient(connection, name, options) : new BlobContainerClient(new Uri($"{Storage.Endpoint(section, "blob").ToString().TrimEnd('/')}/{name}"), credential, options);
        }
    }

    /// <summary>Lays a blob down; one that lies there already stays as it is.</summary>
    public async Task AddAsync(string name, BinaryData content)
    {
        if (_isOurs) await _container.CreateIfNotExistsAsync(); // on Azure the deployment has made it, with its policy
        try
        {
            await _container.GetBlobClient(name).UploadAsync(content, overwrite: false);
        }
        catch (RequestFailedException e) when (e.Status is 409 or 412)
        {
        }
    }

    /// <summary>What was laid down; null: nothing.</summary>
    public async Task<BinaryData?> FindAsync(string name)
    {
        try
        {
            return (await _container.GetBlobClient(name).DownloadContentAsync()).Value.Content;
        }
        catch (RequestFailedException e) when (e.Status == 404)
        {
            return null;
        }
    }

    /// <summary>All whose names begin so, in order of name.</summary>
    public async IAsyncEnumerable<BinaryData> ListAsync(string prefix)
    {
        if (_isOurs && !await _container.ExistsAsync()) yield break;
        await foreach (var blob in _container.GetBlobsAsync(BlobTraits.None, BlobStates.None, prefix, CancellationToken.None))
            if (await FindAsync(blob.Name) is { } content) yield return content;
    }
}
