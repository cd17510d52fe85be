using System.Globalization;
using System.Net;
using Azure.Data.Tables;
using Microsoft.Azure.Functions.Worker;

namespace BackOffice.AzuriteTests.LocalWorker;

public sealed class TimerTests(AzuriteFixture azurite)
{
    [Fact]
    public async Task FirstRunByHand_HasNoLastRun()
    {
        await using var worker = await TestWorker.StartAsync(azurite);

        using var response = await worker.SendAsync(HttpMethod.Post, "/admin/functions/AtThree");

        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        var timer = Assert.IsType<TimerInfo>(await worker.Seen.NextAsync());
        Assert.False(timer.IsPastDue);
        Assert.Equal(DateTime.MinValue, timer.ScheduleStatus!.Last);
        Assert.Equal(3, timer.ScheduleStatus.Next.Hour);
    }

    [Fact]
    public async Task Unmonitored_HasNoStatus()
    {
        await using var worker = await TestWorker.StartAsync(azurite);

        using var response = await worker.SendAsync(HttpMethod.Post, "/admin/functions/unmonitored", new StringContent("{}"));

        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        Assert.Null(Assert.IsType<TimerInfo>(await worker.Seen.NextAsync()).ScheduleStatus);
    }

    [Fact]
    public async Task ScheduleUnderAMinute_FiresWithoutStatus()
    {
        await using var worker = await TestWorker.StartAsync(azurite, "--LocalWorker:Timers=true", "--TestSchedule=* * * * * *");

        for (var run = 0; run < 2; run++)
        {
            var timer = Assert.IsType<TimerInfo>(await worker.Seen.NextAsync());
            Assert.Null(timer.ScheduleStatus);
            Assert.False(timer.IsPastDue);
        }
    }

    [Fact]
    public async Task MissedOccurrence_FiresOncePastDueOnTwoWorkers()
    {
        var prefix = azurite.NewPrefix();
        var last = new DateTime(2026, 1, 1, 3, 0, 0, DateTimeKind.Utc);
        var table = new TableClient(azurite.ConnectionString, prefix + "LocalTimers");
        await table.CreateIfNotExistsAsync(TestContext.Current.CancellationToken);
        await table.AddEntityAsync(
            new TableEntity("timer", "AtThree")
            {
                ["Schedule"] = "0 0 3 * * *",
                ["Last"] = last.ToString("O", CultureInfo.InvariantCulture),
                ["Next"] = last.AddDays(1).ToString("O", CultureInfo.InvariantCulture),
                ["LastUpdated"] = last.ToString("O", CultureInfo.InvariantCulture),
            },
            TestContext.Current.CancellationToken);

        var workers = await Task.WhenAll(
            TestWorker.StartAsync(azurite, prefix, ["--LocalWorker:Timers=true"]), TestWorker.StartAsync(azurite, prefix, ["--LocalWorker:Timers=true"]));
        await using var first = workers[0];
        await using var second = workers[1];
        await Task.Delay(TimeSpan.FromSeconds(3), TestContext.Current.CancellationToken);

        Assert.Equal(1, first.Seen.Count + second.Seen.Count);
        var timer = Assert.IsType<TimerInfo>(await (first.Seen.Count == 1 ? first : second).Seen.NextAsync());
        Assert.True(timer.IsPastDue);
        Assert.Equal(last, timer.ScheduleStatus!.Last);
        TableEntity row = await table.GetEntityAsync<TableEntity>("timer", "AtThree", cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(timer.ScheduleStatus.Next.ToString("O", CultureInfo.InvariantCulture), row.GetString("Next"));
    }

    [Fact]
    public async Task TimersOff_FireNothing()
    {
        await using var worker = await TestWorker.StartAsync(azurite, "--TestSchedule=* * * * * *");

        await Task.Delay(TimeSpan.FromSeconds(2), TestContext.Current.CancellationToken);

        Assert.Equal(0, worker.Seen.Count);
    }
}
