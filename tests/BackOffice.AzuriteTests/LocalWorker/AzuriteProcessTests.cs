using Azure.Data.Tables;
using BackOffice.LocalWorker;

namespace BackOffice.AzuriteTests.LocalWorker;

public sealed class AzuriteProcessTests
{
    [Fact]
    public async Task RowsOfAFolder_OutliveTheProcess()
    {
        var folder = Directory.CreateTempSubdirectory("backoffice-azurite-");
        try
        {
            await using (var first = await AzuriteProcess.StartAsync(new AzuriteOptions(folder.FullName)))
            {
                var table = new TableClient(first.ConnectionString, "Kept");
                await table.CreateAsync(TestContext.Current.CancellationToken);
                await table.AddEntityAsync(new TableEntity("p", "r"), TestContext.Current.CancellationToken);
                await first.DisposeAsync();
                Assert.True(first.Ended.IsCompletedSuccessfully);
            }
            await using var second = await AzuriteProcess.StartAsync(new AzuriteOptions(folder.FullName));

            var kept = new TableClient(second.ConnectionString, "Kept");
            TableEntity row = await kept.GetEntityAsync<TableEntity>("p", "r", cancellationToken: TestContext.Current.CancellationToken);
            Assert.Equal("r", row.RowKey);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task FolderInUse_IsRefused()
    {
        var folder = Directory.CreateTempSubdirectory("backoffice-azurite-");
        try
        {
            await using var first = await AzuriteProcess.StartAsync(new AzuriteOptions(folder.FullName));

            var exception = await Assert.ThrowsAsync<InvalidOperationException>(() => AzuriteProcess.StartAsync(new AzuriteOptions(folder.FullName)));
            Assert.Contains("LocalWorker:DataFolder", exception.Message, StringComparison.Ordinal);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
