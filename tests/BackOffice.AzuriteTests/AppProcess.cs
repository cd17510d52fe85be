using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using BackOffice.LocalWorker;

namespace BackOffice.AzuriteTests;

/// <summary>The app as a process of its own, which can be killed.</summary>
internal sealed class AppProcess : IAsyncDisposable
{
    private readonly Process _process;

    private AppProcess(Process process, HttpClient accounting) => (_process, Accounting) = (process, accounting);

    public HttpClient Accounting { get; }

    /// <summary>A process on the tables and queues of an app in this process, whose tokens it takes.</summary>
    public static async Task<AppProcess> StartAsync(TestApp sameTables, params string[] settings)
    {
        var port = LoopbackPort.FindFree();
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "BackOffice.Functions.dll"));
        foreach (var argument in TestApp.Arguments(sameTables.Storage, sameTables.Prefix, port, [$"--Identity:Authority={sameTables.Issuer}dev", .. settings])) start.ArgumentList.Add(argument);
        var process = Process.Start(start)!;
        process.OutputDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();

        var http = new HttpClient { BaseAddress = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}")), Timeout = TimeSpan.FromSeconds(80) };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", sameTables.Token("Accounting"));
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
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
