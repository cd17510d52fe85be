using System.Globalization;
using System.Text.Json;
using Azure;
using Azure.Core;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using BackOffice.Kernel;
using Microsoft.Extensions.Configuration;

namespace BackOffice.Ledger;

/// <summary>A chain's hash as a night left it, kept where nobody can change it.</summary>
/// <param name="Night">The night.</param>
/// <param name="Record">Number of the record after which the chain had it.</param>
/// <param name="Hash">The hash, hexadecimal.</param>
public sealed record KeptHash(DateOnly Night, long Record, string Hash);

/// <summary>
/// Where each night lays down the head hash of its book: a container of blobs that are written once and, on Azure, cannot be changed or deleted for years, so that whoever can write the tables still cannot rebuild a chain unseen
/// (GoBD: unalterable). Blob <c>{book}/{record, 19 digits}.json</c>: <c>{book, night, record, entries, headHash}</c>; one a night whose book has moved. <c>HeadHashes__accountName</c> names an account of its own; without it
/// they lie in the app's own storage, where they are no proof against who may write that.
/// </summary>
public sealed class HeadHashes
{
    private const string Container = "head-hashes";

    private readonly BlobContainerClient _container;
    private readonly bool _isOurs;

    public HeadHashes(IConfiguration configuration, TokenCredential credential)
    {
        if (configuration["HeadHashes:accountName"] is { Length: > 0 } account) _container = new BlobContainerClient(new Uri($"https://{account}.blob.core.windows.net/{Container}"), credential);
        else
        {
            var (name, section) = ((configuration["Storage:NamePrefix"] ?? "").ToLowerInvariant() + Container, configuration.GetSection("AzureWebJobsStorage"));
            _isOurs = true;
            _container = configuration["AzureWebJobsStorage"] is { Length: > 0 } connection ? new BlobContainerClient(connection, name) : new BlobContainerClient(new Uri($"{Storage.Endpoint(section, "blob").ToString().TrimEnd('/')}/{name}"), credential);
        }
    }

    /// <summary>Lays a hash down; one that lies there already stays.</summary>
    public async Task KeepAsync(string book, KeptHash kept, long entries)
    {
        if (_isOurs) await _container.CreateIfNotExistsAsync(); // on Azure the deployment has made it, with its policy
        var text = $$"""{"book":"{{book}}","night":"{{BusinessDay.Text(kept.Night)}}","record":{{kept.Record.ToString(CultureInfo.InvariantCulture)}},"entries":{{entries.ToString(CultureInfo.InvariantCulture)}},"headHash":"{{kept.Hash}}"}""";
        try
        {
            await _container.GetBlobClient(NameOf(book, kept.Record)).UploadAsync(new BinaryData(text), overwrite: false);
        }
        catch (RequestFailedException e) when (e.Status is 409 or 412)
        {
            // It lies there: an earlier night, or this one before it was cut off, saw the same head.
        }
    }

    /// <summary>The hashes kept of a book, in order of record.</summary>
    public async Task<IReadOnlyList<KeptHash>> ListAsync(string book)
    {
        List<KeptHash> kept = [];
        if (_isOurs && !await _container.ExistsAsync()) return kept;
        await foreach (var blob in _container.GetBlobsAsync(BlobTraits.None, BlobStates.None, book + "/", CancellationToken.None))
        {
            using var json = JsonDocument.Parse((await _container.GetBlobClient(blob.Name).DownloadContentAsync()).Value.Content);
            var root = json.RootElement;
            kept.Add(new KeptHash(BusinessDay.Parse(root.GetProperty("night").GetString())!.Value, root.GetProperty("record").GetInt64(), root.GetProperty("headHash").GetString()!));
        }

        return kept;
    }

    private static string NameOf(string book, long record) => string.Create(CultureInfo.InvariantCulture, $"{book}/{record:D19}.json");
}
