using System.Globalization;
using Azure.Data.Tables;
using BackOffice.Kernel;

namespace BackOffice.AzuriteTests.Kernel;

/// <summary>Rows of many callers that go in one transaction.</summary>
public sealed class GatheredAddsTests(AzuriteFixture azurite) : IAsyncLifetime
{
    private TableClient _table = null!;

    public async ValueTask InitializeAsync()
    {
        _table = new TableClient(azurite.ConnectionString, azurite.NewPrefix() + "Gathered");
        await _table.CreateAsync();
    }

    public async ValueTask DisposeAsync() => await _table.DeleteAsync();

    [Fact]
    public async Task RowsOfManyCallers_AreAllThere_AlsoWhereSomeWereBefore()
    {
        await _table.AddEntityAsync(Row("p1", 7), TestContext.Current.CancellationToken);
        var adds = new GatheredAdds(_table);

        await Task.WhenAll(Enumerable.Range(0, 500).SelectMany(n => (Task[])[adds.AddAsync(Row($"p{n % 3}", n)), adds.AddAsync(Row($"p{n % 3}", n))]));

        var keys = new List<string>();
        await foreach (var row in _table.QueryAsync<TableEntity>(cancellationToken: TestContext.Current.CancellationToken)) keys.Add(row.RowKey);
        Assert.Equal(Enumerable.Range(0, 500), keys.Select(key => int.Parse(key, CultureInfo.InvariantCulture)).Order());
    }

    [Fact]
    public async Task Failure_IsToldToEachCaller_AndTheNextRowsGoAgain()
    {
        var gone = new TableClient(azurite.ConnectionString, azurite.NewPrefix() + "Gone");
        var adds = new GatheredAdds(gone);
        var all = Enumerable.Range(0, 20).Select(n => adds.AddAsync(Row("p", n))).ToList();
        foreach (var one in all) await Assert.ThrowsAnyAsync<Azure.RequestFailedException>(() => one);

        await gone.CreateAsync(TestContext.Current.CancellationToken);
        await adds.AddAsync(Row("p", 1));
        Assert.NotNull(await gone.FindAsync("p", "0001"));
        await gone.DeleteAsync(TestContext.Current.CancellationToken);
    }

    private static TableEntity Row(string partition, int n) => new(partition, n.ToString("D4", CultureInfo.InvariantCulture));
}
