using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace BackOffice.LocalWorker;

/// <summary>Where an Azurite keeps its rows and listens; port 0 takes a free one. Without a folder everything is held in memory.</summary>
/// <param name="Secured">Whether it speaks TLS and takes tokens; null: plain HTTP and the key that everybody knows.</param>
internal sealed record AzuriteOptions(string? Folder = null, int BlobPort = 0, int QueuePort = 0, int TablePort = 0, AzuriteSecurity? Secured = null);

/// <summary>TLS, an account of its own, and tokens of an identity (checked by issuer, audience and time, not by signature).</summary>
/// <param name="CertificateFile">PEM.</param>
/// <param name="KeyFile">PEM.</param>
internal sealed record AzuriteSecurity(string CertificateFile, string KeyFile, string Account, string AccountKey);

/// <summary>
/// An Azurite in a session of its own. It holds the other ends of two pipes: when this process closes its input, or ends in whatever way,
/// Azurite saves and exits; when its output ends, it has.
/// </summary>
internal sealed partial class AzuriteProcess : IAsyncDisposable, IDisposable
{
    // The account every Azurite has; it is published and protects nothing.
    private const string Account = "devstoreaccount1";
    private const string AccountKey = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(30);

    private readonly Process _launcher;
    private readonly Task _ended;
    private readonly FileStream? _lock;
    private readonly string? _temporaryFolder;
    private int _disposed;

    private AzuriteProcess(Process launcher, int processId, Task ended, FileStream? folderLock, string? temporaryFolder, int[] ports, AzuriteSecurity? secured)
    {
        _launcher = launcher;
        _ended = ended;
        _lock = folderLock;
        _temporaryFolder = temporaryFolder;
        ProcessId = processId;
        (BlobEndpoint, QueueEndpoint, TableEndpoint) = (Endpoint(ports[0], secured), Endpoint(ports[1], secured), Endpoint(ports[2], secured));
        ConnectionString = ConnectionStringFor(ports[0], ports[1], ports[2], secured);
    }

    public string ConnectionString { get; }
    public Uri BlobEndpoint { get; }
    public Uri QueueEndpoint { get; }
    public Uri TableEndpoint { get; }
    public int ProcessId { get; }

    /// <summary>Completes when the process has ended, asked or not.</summary>
    public Task Ended => _ended;

    public bool IsClosing => Volatile.Read(ref _disposed) != 0;

    public static string ConnectionStringFor(int blobPort, int queuePort, int tablePort, AzuriteSecurity? secured = null) =>
        $"DefaultEndpointsProtocol={(secured is null ? "http" : "https")};AccountName={secured?.Account ?? Account};AccountKey={secured?.AccountKey ?? AccountKey};" +
        $"BlobEndpoint={Endpoint(blobPort, secured)};QueueEndpoint={Endpoint(queuePort, secured)};TableEndpoint={Endpoint(tablePort, secured)};";

    /// <summary>Starts Azurite and returns when all three services listen.</summary>
    public static async Task<AzuriteProcess> StartAsync(AzuriteOptions options)
    {
        var temporary = options.Folder is null ? Directory.CreateTempSubdirectory("azurite-").FullName : null;
        var folder = Directory.CreateDirectory(options.Folder ?? temporary!).FullName;
        FileStream? folderLock = null;
        Process? launcher = null;
        try
        {
            if (temporary is null)
            {
                folderLock = TryLock(folder) ?? throw new InvalidOperationException(
                    $"Another worker uses the Azurite folder {folder}: end it, or set LocalWorker:DataFolder to another folder.");
                await WaitForPredecessorAsync(folder);
            }
            var logFile = Path.Combine(folder, "azurite.log");
            launcher = Launch(Arguments(options, folder, logFile), options.Secured);
            var processId = await ReadProcessIdAsync(launcher);
            if (temporary is null) await File.WriteAllTextAsync(PidFile(folder), processId.ToString(CultureInfo.InvariantCulture));
            var ended = launcher.StandardOutput.ReadToEndAsync();
            var ports = await WaitUntilListeningAsync(logFile, ended);
            return new AzuriteProcess(launcher, processId, ended, folderLock, temporary, ports, options.Secured);
        }
        catch
        {
            launcher?.StandardInput.Close();
            launcher?.Dispose();
            if (folderLock is not null) await folderLock.DisposeAsync();
            throw;
        }
    }

    /// <summary>Whether a worker that is still alive keeps its Azurite in this folder.</summary>
    public static bool IsInUse(string folder)
    {
        if (!Directory.Exists(folder)) return false;
        using var folderLock = TryLock(folder);
        return folderLock is null;
    }

    /// <summary>Lets Azurite save and waits until it has ended.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0) return;

        _launcher.StandardInput.Close();
        await _ended.WaitAsync(CloseTimeout).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _launcher.Dispose();
        if (_lock is not null) await _lock.DisposeAsync();
        if (_temporaryFolder is not null && _ended.IsCompleted) Directory.Delete(_temporaryFolder, recursive: true);
    }

    public void Dispose() => Task.Run(async () => await DisposeAsync()).GetAwaiter().GetResult();

    private static Uri Endpoint(int port, AzuriteSecurity? secured) =>
        new(string.Create(CultureInfo.InvariantCulture, $"{(secured is null ? "http" : "https")}://127.0.0.1:{port}/{secured?.Account ?? Account}"));

    private static string PidFile(string folder) => Path.Combine(folder, "azurite.pid");

    private static FileStream? TryLock(string folder)
    {
        try
        {
            return new FileStream(Path.Combine(folder, "worker.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <summary>Waits for the Azurite of a worker that was killed: it may still be saving this folder's rows.</summary>
    public static async Task WaitForPredecessorAsync(string folder)
    {
        var pidFile = PidFile(folder);
        if (!File.Exists(pidFile) || !int.TryParse(await File.ReadAllTextAsync(pidFile), CultureInfo.InvariantCulture, out var processId)) return;

        var watch = Stopwatch.StartNew();
        while (IsAzurite(processId))
        {
            if (watch.Elapsed > CloseTimeout)
            {
                throw new InvalidOperationException(
                    $"Azurite (process {processId}) still holds {folder} although its worker has ended: end that process and start again.");
            }
            await Task.Delay(50);
        }
        File.Delete(pidFile);
    }

    private static bool IsAzurite(int processId)
    {
        try
        {
            if (OperatingSystem.IsLinux()) return File.ReadAllText($"/proc/{processId}/cmdline").Contains("azurite", StringComparison.Ordinal);
            using var process = Process.GetProcessById(processId);
            return process.ProcessName.StartsWith("node", StringComparison.OrdinalIgnoreCase);
        }
        catch (Exception exception) when (exception is IOException or ArgumentException or InvalidOperationException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static string[] Arguments(AzuriteOptions options, string folder, string logFile) =>
    [
        Path.Combine(LocalSettings.LocalFolder, "launcher.cjs"), logFile, folder,
        "--silent", "--skipApiVersionCheck", "--disableTelemetry",
        "--blobHost", "127.0.0.1", "--queueHost", "127.0.0.1", "--tableHost", "127.0.0.1",
        "--blobPort", Text(options.BlobPort), "--queuePort", Text(options.QueuePort), "--tablePort", Text(options.TablePort),
        .. options.Folder is null ? (string[])["--inMemoryPersistence"] : ["--location", folder],
        .. options.Secured is { } secured ? (string[])["--oauth", "basic", "--cert", secured.CertificateFile, "--key", secured.KeyFile] : [],
    ];

    private static string Text(int port) => port.ToString(CultureInfo.InvariantCulture);

    private static Process Launch(string[] arguments, AzuriteSecurity? secured)
    {
        var start = new ProcessStartInfo("node", arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        if (secured is not null) start.Environment["AZURITE_ACCOUNTS"] = $"{secured.Account}:{secured.AccountKey}";
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception exception)
        {
            throw new InvalidOperationException(
                "Node.js was not found on PATH: Azurite, the storage emulator, runs on it. Install Node.js 20 or later " +
                "(https://nodejs.org), or set AzureWebJobsStorage to the connection string of another storage.",
                exception);
        }
    }

    private static async Task<int> ReadProcessIdAsync(Process launcher)
    {
        var line = await launcher.StandardOutput.ReadLineAsync().WaitAsync(StartTimeout);
        if (line is null) throw new InvalidOperationException($"Azurite could not be started: {await launcher.StandardError.ReadToEndAsync()}");
        using var json = JsonDocument.Parse(line);
        return json.RootElement.GetProperty("pid").GetInt32();
    }

    /// <summary>Azurite writes an address to its log for each service that listens: blob, queue, table.</summary>
    private static async Task<int[]> WaitUntilListeningAsync(string logFile, Task ended)
    {
        var watch = Stopwatch.StartNew();
        while (true)
        {
            var log = File.Exists(logFile) ? await ReadSharedAsync(logFile) : "";
            var ports = Listening().Matches(log).Select(match => int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture)).ToArray();
            if (ports.Length == 3) return ports;

            if (ended.IsCompleted || watch.Elapsed > StartTimeout)
            {
                var how = ended.IsCompleted ? "ended at once" : $"does not listen after {StartTimeout.TotalSeconds} s";
                throw new InvalidOperationException($"Azurite {how}. Its log ({logFile}) ends with: {log[Math.Max(0, log.Length - 2000)..]}");
            }
            await Task.Delay(25);
        }
    }

    private static async Task<string> ReadSharedAsync(string file)
    {
        await using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var reader = new StreamReader(stream);
        return await reader.ReadToEndAsync();
    }

    [GeneratedRegex(@"successfully listening at https?://127\.0\.0\.1:(\d+)\s")]
    private static partial Regex Listening();
}
