using System.Globalization;
using BackOffice.LocalWorker;

[assembly: AssemblyFixture(typeof(BackOffice.AzuriteTests.AzuriteFixture))]

namespace BackOffice.AzuriteTests;

/// <summary>One Azurite for the whole run, in memory and on free ports: nothing is left behind.</summary>
public sealed class AzuriteFixture : IAsyncLifetime
{
    private AzuriteProcess? _azurite;
    private int _prefixes;

    public string ConnectionString => _azurite!.ConnectionString;

    /// <summary>A prefix no other test of this run has, valid for names of tables and queues.</summary>
    public string NewPrefix() => string.Create(CultureInfo.InvariantCulture, $"t{Interlocked.Increment(ref _prefixes):x4}");

    public async ValueTask InitializeAsync() => _azurite = await AzuriteProcess.StartAsync(new AzuriteOptions());

    public async ValueTask DisposeAsync()
    {
        if (_azurite is not null) await _azurite.DisposeAsync();
    }
}
