using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using BackOffice.LocalWorker;

namespace BackOffice.Benchmarks;

/// <summary>The function app as a process of its own, on a free port, against a given Azurite.</summary>
internal sealed class AppProcess : IAsyncDisposable
{
    private readonly Process _process;

    private AppProcess(Process process, int port, string token)
    {
        (_process, Port, Token) = (process, port, token);
        Client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}/api/"), Timeout = TimeSpan.FromMinutes(10) };
        Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
    }

    public int Port { get; }
    public string Token { get; }
    public HttpClient Client { get; }

    /// <param name="heapLimitMiB">The process is ended when its heap needs more; null: as much as there is.</param>
    public static async Task<AppProcess> StartAsync(AzuriteProcess azurite, string? keyFolder = null, int? heapLimitMiB = null)
    {
        var port = FreePort();
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true };
        if (heapLimitMiB is { } limit) start.Environment["DOTNET_GCHeapHardLimit"] = (limit * 1024L * 1024).ToString("X", CultureInfo.InvariantCulture);
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "BackOffice.Functions.dll"));
        foreach (var setting in new[]
                 {
                     $"AzureWebJobsStorage={azurite.ConnectionString}", $"LocalWorker:Port={port}", "LocalWorker:Quiet=true", "LocalWorker:Timers=false",
                     keyFolder is null ? "LocalWorker:Timers=false" : $"LocalWorker:DataFolder={keyFolder}", "Logging:LogLevel:Default=Warning",
                 })
            start.ArgumentList.Add("--" + setting);
        var process = Process.Start(start)!;
        process.OutputDataReceived += (_, line) => { if (line.Data is { Length: > 0 } text) Console.Error.WriteLine("  app: " + text); };
        process.BeginOutputReadLine();

        using var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}/") };
        var deadline = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                var token = await client.GetStringAsync(new Uri("dev/token?name=bench&roles=Accounting,Auditor", UriKind.Relative));
                return new AppProcess(process, port, token);
            }
            catch (HttpRequestException) when (deadline.Elapsed < TimeSpan.FromSeconds(30) && !process.HasExited)
            {
                await Task.Delay(50);
            }
        }
    }

    /// <summary>The most memory the process has had at once, in MiB.</summary>
    public long PeakMemoryMiB() =>
        File.ReadLines($"/proc/{_process.Id}/status").Where(line => line.StartsWith("VmHWM", StringComparison.Ordinal))
            .Select(line => long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / 1024).FirstOrDefault();

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private static int FreePort()
    {
        using var listener = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
