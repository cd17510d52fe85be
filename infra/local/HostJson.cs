using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace BackOffice.LocalWorker;

/// <summary>What host.json says; a setting AzureFunctionsJobHost:… overrides it, as on the real host.</summary>
internal sealed record HostJson
{
    public string RoutePrefix { get; init; } = "api";
    public int BatchSize { get; init; } = 16;
    public int NewBatchThreshold { get; init; } = 8;
    public TimeSpan VisibilityTimeout { get; init; }
    public int MaxDequeueCount { get; init; } = 5;
    public TimeSpan MaxPollingInterval { get; init; } = TimeSpan.FromMinutes(1);
    public bool Base64 { get; init; } = true;

    public static HostJson Read(string folder, IConfiguration overrides)
    {
        var configuration = new ConfigurationBuilder()
            .AddJsonFile(Path.Combine(folder, "host.json"), optional: true, reloadOnChange: false)
            .AddInMemoryCollection(overrides.GetSection("AzureFunctionsJobHost").AsEnumerable(makePathsRelative: true))
            .Build();
        var queues = configuration.GetSection("extensions:queues");
        var defaults = new HostJson();
        var batchSize = queues.GetValue("batchSize", defaults.BatchSize);
        var encoding = queues["messageEncoding"] ?? "base64";
        if (encoding is not ("base64" or "Base64" or "none" or "None"))
            throw new InvalidOperationException($"host.json: extensions.queues.messageEncoding is '{encoding}'; it must be 'base64' or 'none'.");

        return new HostJson
        {
            RoutePrefix = configuration["extensions:http:routePrefix"] ?? defaults.RoutePrefix,
            BatchSize = batchSize,
            NewBatchThreshold = queues.GetValue("newBatchThreshold", batchSize / 2),
            VisibilityTimeout = Duration(queues, "visibilityTimeout", defaults.VisibilityTimeout),
            MaxDequeueCount = queues.GetValue("maxDequeueCount", defaults.MaxDequeueCount),
            MaxPollingInterval = Duration(queues, "maxPollingInterval", defaults.MaxPollingInterval),
            Base64 = encoding is "base64" or "Base64",
        };
    }

    /// <summary>A duration is written hh:mm:ss or, as in older files, in milliseconds.</summary>
    private static TimeSpan Duration(IConfigurationSection section, string name, TimeSpan otherwise)
    {
        if (section[name] is not { } text) return otherwise;
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds)) return TimeSpan.FromMilliseconds(milliseconds);
        return TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var duration)
            ? duration
            : throw new InvalidOperationException($"host.json: extensions.queues.{name} is '{text}'; it must be a duration such as 00:00:30.");
    }
}
