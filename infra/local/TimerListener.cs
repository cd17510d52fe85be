using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;

namespace BackOffice.LocalWorker;

/// <summary>
/// Runs one timer function by its schedule. With a monitor an occurrence is claimed before it runs, so of several instances one runs it,
/// and one that was missed while nothing ran fires at once.
/// </summary>
internal sealed partial class TimerListener(
    LocalFunction function, TimerTriggerAttribute trigger, TimerSchedule schedule, TimerRows? rows,
    FunctionRunner runner, TimeProvider time, ILogger<TimerListener> log)
{
    /// <summary>Task.Delay takes no more than 49 days.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromDays(1);

    /// <summary>Fires until <paramref name="stop"/>; ends when a run at work is done.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        if (trigger.RunOnStartup) await FireAsync(new TimerInfo { ScheduleStatus = await FindStatusAsync() });
        while (!stop.IsCancellationRequested)
        {
            try
            {
                if (rows is null) await FireNextAsync(stop);
                else await FireNextMonitoredAsync(rows, stop);
            }
            catch (Exception) when (stop.IsCancellationRequested)
            {
                // Stopping.
            }
            catch (Exception exception)
            {
                Log.NoStorage(log, function.Name, exception);
                await Task.Delay(TimeSpan.FromSeconds(2), stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    /// <summary>What an admin call tells the function: the status as it stands, which the call does not change.</summary>
    public async Task<TimerInfo> ForAdminAsync() => new() { ScheduleStatus = await FindStatusAsync() };

    private async Task FireNextAsync(CancellationToken stop)
    {
        await WaitUntilAsync(schedule.NextAfter(Now), stop);
        await FireAsync(new TimerInfo());
    }

    private async Task FireNextMonitoredAsync(TimerRows table, CancellationToken stop)
    {
        await table.CreateTableAsync(stop);
        var row = await table.FindAsync(function.Name, stop);
        if (row is null || row.Schedule != schedule.Text)
        {
            // The first start, or the schedule was changed: nothing is owed.
            await table.TryWriteAsync(function.Name, new(schedule.Text, row?.Last ?? default, schedule.NextAfter(Now), Now, row?.ETag ?? default), stop);
            return;
        }
        var isPastDue = row.Next <= Now;
        await WaitUntilAsync(row.Next, stop);
        var claimed = row with { Last = Now, Next = schedule.NextAfter(Now), LastUpdated = Now };
        if (await table.TryWriteAsync(function.Name, claimed, CancellationToken.None) is null) return;
        var status = new ScheduleStatus { Last = row.Last, Next = claimed.Next, LastUpdated = row.LastUpdated };
        await FireAsync(new TimerInfo { IsPastDue = isPastDue, ScheduleStatus = status });
    }

    private async Task FireAsync(TimerInfo info)
    {
        try
        {
            await runner.RunAsync(function, message: null, info);
        }
        catch (Exception exception)
        {
            Log.Failed(log, function.Name, exception);
        }
    }

    private async Task<ScheduleStatus?> FindStatusAsync()
    {
        if (rows is null) return null;
        try
        {
            await rows.CreateTableAsync(CancellationToken.None);
            var row = await rows.FindAsync(function.Name, CancellationToken.None);
            return row?.ToStatus() ?? new ScheduleStatus { Next = schedule.NextAfter(Now) };
        }
        catch (Azure.RequestFailedException exception)
        {
            Log.NoStorage(log, function.Name, exception);
            return null;
        }
    }

    private async Task WaitUntilAsync(DateTime utc, CancellationToken stop)
    {
        while (utc - Now is { Ticks: > 0 } wait) await Task.Delay(wait < LongestWait ? wait : LongestWait, time, stop);
    }

    private DateTime Now => time.GetUtcNow().UtcDateTime;

    private static partial class Log
    {
        [LoggerMessage(21, LogLevel.Error, "Timer function {Function} failed.")]
        public static partial void Failed(ILogger logger, string function, Exception exception);

        [LoggerMessage(22, LogLevel.Warning, "The occurrences of timer function {Function} could not be read or written; trying again.")]
        public static partial void NoStorage(ILogger logger, string function, Exception exception);
    }
}
