using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace BackOffice.LocalWorker;

/// <summary>Starts queue and timer functions: by their triggers while the host runs, and by hand.</summary>
internal sealed partial class FunctionListeners : IHostedLifecycleService, IDisposable
{
    private readonly IConfiguration _configuration;
    private readonly HostJson _host;
    private readonly LocalSettings _settings;
    private readonly FunctionRunner _runner;
    private readonly ILoggerFactory _logs;
    private readonly ILogger _log;
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _lock = new();
    private readonly List<Task> _working = [];
    private readonly Dictionary<LocalFunction, QueueListener> _queues = [];
    private readonly Dictionary<LocalFunction, TimerListener> _timers = [];

    public FunctionListeners(
        IReadOnlyList<LocalFunction> functions, IConfiguration configuration, HostJson host, LocalSettings settings, FunctionRunner runner, ILoggerFactory logs)
    {
        _configuration = configuration;
        _host = host;
        _settings = settings;
        _runner = runner;
        _logs = logs;
        _log = logs.CreateLogger<FunctionListeners>();
        foreach (var function in functions)
        {
            if (function.Trigger is QueueTriggerAttribute queue) _queues.Add(function, NewQueueListener(function, queue));
            if (function.Trigger is TimerTriggerAttribute timer) _timers.Add(function, NewTimerListener(function, timer));
        }
    }

    /// <summary>As on the real host: AzureWebJobs.{name}.Disabled, or AzureWebJobs:{name}:Disabled where a dot is not possible.</summary>
    public static bool IsDisabled(IConfiguration configuration, LocalFunction function) =>
        configuration.GetValue($"AzureWebJobs.{function.Name}.Disabled", false) || configuration.GetValue($"AzureWebJobs:{function.Name}:Disabled", false);

    public static string QueueName(LocalFunction function, QueueTriggerAttribute trigger, IConfiguration configuration) =>
        configuration["Storage:NamePrefix"] + SettingNames.Resolve(trigger.QueueName, configuration, $"The queue of function {function.Name}");

    public static string Schedule(LocalFunction function, TimerTriggerAttribute trigger, IConfiguration configuration) =>
        SettingNames.Resolve(trigger.Schedule, configuration, $"The schedule of function {function.Name}");

    /// <summary>Runs a queue or timer function in the background, whatever the schedule or the queue says.</summary>
    public void Fire(LocalFunction function, string input) => Track(Task.Run(async () =>
    {
        try
        {
            var message = QueuesModelFactory.QueueMessage($"by-hand-{function.Name}", "", BinaryData.FromString(input), 1, null, null, null);
            await (_timers.TryGetValue(function, out var timer)
                ? _runner.RunAsync(function, message: null, await timer.ForAdminAsync())
                : _runner.RunAsync(function, message, timer: null));
        }
        catch (Exception exception)
        {
            Log.FailedByHand(_log, function.Name, exception);
        }
    }));

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>HTTP is open by now, so a function that runs at once can be looked at.</summary>
    public Task StartedAsync(CancellationToken cancellationToken)
    {
        foreach (var (function, listener) in _queues)
        {
            if (_settings.Queues && !IsDisabled(_configuration, function)) Track(Task.Run(() => listener.RunAsync(_stop.Token), CancellationToken.None));
        }
        foreach (var (function, listener) in _timers)
        {
            if (_settings.Timers && !IsDisabled(_configuration, function)) Track(Task.Run(() => listener.RunAsync(_stop.Token), CancellationToken.None));
        }
        return Task.CompletedTask;
    }

    /// <summary>Takes nothing new from here on.</summary>
    public Task StoppingAsync(CancellationToken cancellationToken) => _stop.CancelAsync();

    /// <summary>Waits for what is at work, as long as the host's shutdown time-out lets it.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        Task working;
        lock (_lock) working = Task.WhenAll(_working);
        await working.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!working.IsCompleted) Log.NotDrained(_log);
    }

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => _stop.Dispose();

    private void Track(Task task)
    {
        lock (_lock)
        {
            _working.RemoveAll(t => t.IsCompleted);
            _working.Add(task);
        }
    }

    private QueueListener NewQueueListener(LocalFunction function, QueueTriggerAttribute trigger)
    {
        var connection = Connection(trigger.Connection ?? "AzureWebJobsStorage", function);
        var name = QueueName(function, trigger, _configuration);
        var options = new QueueClientOptions { MessageEncoding = QueueMessageEncoding.None };
        return new QueueListener(
            function, connection.Queue(name, options), connection.Queue(name + "-poison", options),
            _host, TimeSpan.FromSeconds(_settings.QueueLeaseSeconds), TimeSpan.FromSeconds(_settings.ShortestPollSeconds), _runner, _logs.CreateLogger<QueueListener>());
    }

    private TimerListener NewTimerListener(LocalFunction function, TimerTriggerAttribute trigger)
    {
        var schedule = new TimerSchedule(Schedule(function, trigger, _configuration), $"Function {function.Name}");
        var isMonitored = trigger.UseMonitor && !schedule.IsUnderAMinute(TimeProvider.System.GetUtcNow().UtcDateTime);
        var table = _configuration["Storage:NamePrefix"] + "LocalTimers";
        var rows = isMonitored ? new TimerRows(Connection("AzureWebJobsStorage", function).Table(table)) : null;
        return new TimerListener(function, trigger, schedule, rows, _runner, TimeProvider.System, _logs.CreateLogger<TimerListener>());
    }

    private StorageConnection Connection(string setting, LocalFunction function) => StorageConnection.Find(_configuration, setting)
        ?? throw new InvalidOperationException($"Function {function.Name}: the setting '{setting}' is missing; it must hold a storage connection string, or {setting}__accountName name an account.");

    private static partial class Log
    {
        [LoggerMessage(31, LogLevel.Error, "Function {Function}, started by hand, failed.")]
        public static partial void FailedByHand(ILogger logger, string function, Exception exception);

        [LoggerMessage(32, LogLevel.Warning, "Functions were still running when the time to stop was over; their messages will be delivered again.")]
        public static partial void NotDrained(ILogger logger);
    }
}
