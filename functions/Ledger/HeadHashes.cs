using System.Globalization;
using System.Text.Json;
using Azure.Core;
using BackOffice.Kernel;
using Microsoft.Extensions.Configuration;

namespace BackOffice.Ledger;

/// <summary>A chain's hash as a night left it, kept where nobody can change it.</summary>
/// <param name="Night">The night.</param>
/// <param name="Record">Number of the record after which the chain had it.</param>
/// <param name="Hash">The hash, hexadecimal.</param>
public sealed record KeptHash(DateOnly Night, long Record, string Hash);

/// <summary>
/// Where each night lays down the head hash of its book, so that whoever can write the tables still cannot rebuild a chain unseen: container <c>head-hashes</c> of <see cref="WriteOnceBlobs"/>, blob
/// <c>{book}/{record, 19 digits}.json</c>: <c>{book, night, record, entries, headHash}</c>; one a night whose book has moved.
/// </summary>
public sealed class HeadHashes(IConfiguration configuration, TokenCredential credential)
{
    private readonly WriteOnceBlobs _blobs = new(configuration, credential, "head-hashes");

    /// <summary>Lays a hash down; one that lies there already stays: an earlier night, or this one before it was cut off, saw the same head.</summary>
    public Task KeepAsync(string book, KeptHash kept, long entries) => _blobs.AddAsync(
        string.Create(CultureInfo.InvariantCulture, $"{book}/{kept.Record:D19}.json"),
        new BinaryData($$"""{"book":"{{book}}","night":"{{BusinessDay.Text(kept.Night)}}","record":{{kept.Record.ToString(CultureInfo.InvariantCulture)}},"entries":{{entries.ToString(CultureInfo.InvariantCulture)}},"headHash":"{{kept.Hash}}"}"""));

    /// <summary>The hashes kept of a book, in order of record.</summary>
    public async Task<IReadOnlyList<KeptHash>> ListAsync(string book)
    {
        List<KeptHash> kept = [];
        await foreach (var blob in _blobs.ListAsync(book + "/"))
        {
            using var json = JsonDocument.Parse(blob);
            var root = json.RootElement;
            kept.Add(new KeptHash(BusinessDay.Parse(root.GetProperty("night").GetString())!.Value, root.GetProperty("record").GetInt64(), root.GetProperty("headHash").GetString()!));
        }

        return kept;
    }
}
