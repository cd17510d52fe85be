using System.Reflection;
using Microsoft.Extensions.Configuration;

namespace BackOffice.LocalWorker;

/// <summary>The settings under <c>LocalWorker:</c>.</summary>
internal sealed record LocalSettings
{
    /// <summary>The folder of this project: Azurite's package and its two scripts.</summary>
    public static string LocalFolder { get; } =
        typeof(LocalSettings).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "LocalFolder").Value!;

    /// <summary>The HTTP port; 0 takes a free one.</summary>
    public int Port { get; init; } = 7071;

    /// <summary>The host's limit of a request body.</summary>
    public long MaxBodyBytes { get; init; } = 100 * 1024 * 1024;

    /// <summary>How long an HTTP function may take until 504 is answered.</summary>
    public int HttpTimeoutSeconds { get; init; } = 230;

    /// <summary>How long a message stays invisible while it is worked on; renewed at half time.</summary>
    public double QueueLeaseSeconds { get; init; } = 600;

    /// <summary>How long a queue is left alone after it was found empty the first time; each next pause is twice as long, up to host.json's maxPollingInterval.</summary>
    public double ShortestPollSeconds { get; init; } = 0.1;

    /// <summary>False: queues are not read; admin calls still run queue functions.</summary>
    public bool Queues { get; init; } = true;

    /// <summary>False: timers do not fire; admin calls still run timer functions.</summary>
    public bool Timers { get; init; } = true;

    /// <summary>Where Azurite's rows and the development signing key are kept; by default .local in the repository.</summary>
    public string? DataFolder { get; init; }

    /// <summary>Azurite's ports; 0 takes a free one.</summary>
    public int BlobPort { get; init; } = 10000;
    public int QueuePort { get; init; } = 10001;
    public int TablePort { get; init; } = 10002;

    /// <summary>True: an Azurite found on the three ports is used instead of starting one.</summary>
    public bool ReuseAzurite { get; init; }

    /// <summary>True: nothing is printed at start-up.</summary>
    public bool Quiet { get; init; }

    public string DataFolderOrDefault => DataFolder ?? Path.GetFullPath(Path.Combine(LocalFolder, "..", "..", ".local"));

    public static LocalSettings Read(IConfiguration configuration) => configuration.GetSection("LocalWorker").Get<LocalSettings>() ?? new();
}
