using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using BackOffice.LocalWorker;

namespace BackOffice.AzuriteTests;

/// <summary>The app as a process of its own, which can be killed.</summary>
internal sealed class AppProcess : IAsyncDisposable
{
    private readonly Process _process;

    private AppProcess(Process process, HttpClient http) => (_process, Accounting) = (process, http);

    public HttpClient Accounting { get; }

    /// <summary>A process on the tables and queues of an app in this process, whose tokens it takes.</summary>
    public static async Task<AppProcess> StartAsync(TestApp sameTables, params string[] settings)
    {
        var port = LoopbackPort.FindFree();
        var app = await StartAsync(port, TestApp.Arguments(sameTables.Storage, sameTables.Prefix, port, [$"--Identity:Authority={sameTables.Issuer}dev", .. settings]), new Dictionary<string, string>());
        app.Accounting.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", sameTables.Token("Accounting"));
        return app;
    }

    /// <summary>A process with an environment of its own, which issues its own tokens.</summary>
    public static async Task<AppProcess> StartAsync(string[] arguments, IReadOnlyDictionary<string, string> environment)
    {
        var port = LoopbackPort.FindFree();
        var app = await StartAsync(port, [string.Create(CultureInfo.InvariantCulture, $"--LocalWorker:Port={port}"), .. arguments], environment);
        app.Accounting.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", TestApp.TokenFrom(app.Accounting.BaseAddress!, "Accounting,Operator"));
        return app;
    }

    private static async Task<AppProcess> StartAsync(int port, string[] arguments, IReadOnlyDictionary<string, string> environment)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "BackOffice.Functions.dll"));
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        foreach (var (name, value) in environment) start.Environment[name] = value;
        var process = Process.Start(start)!;
        process.OutputDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();

        var http = new HttpClient { BaseAddress = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}")), Timeout = TimeSpan.FromSeconds(80) };
        var app = new AppProcess(process, http);
        await Eventually.IsTrueAsync(app.AnswersAsync, "the app answers");
        return app;
    }

    /// <summary>SIGKILL: nothing is flushed, nothing is told to anybody.</summary>
    public void Kill() => _process.Kill();

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited) Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        Accounting.Dispose();
    }

    private async Task<bool> AnswersAsync()
    {
        Assert.False(_process.HasExited, "The app ended by itself.");
        try
        {
            using var answer = await Accounting.GetAsync(new Uri("/api/health", UriKind.Relative), TestContext.Current.CancellationToken);
            return true; // also 503: then it is the store that does not
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
