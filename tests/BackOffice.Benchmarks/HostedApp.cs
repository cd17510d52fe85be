using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using BackOffice.LocalWorker;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace BackOffice.Benchmarks;

/// <summary>The function app in this process, on a free port, by a clock that is set; queues are read, timers are fired by hand. Its calls of the storage can be counted (<see cref="StorageOperations"/>).</summary>
internal sealed class HostedApp : IAsyncDisposable
{
    private readonly IHost _host;

    private HostedApp(IHost host, SetClock clock)
    {
        (_host, Clock) = (host, clock);
        var address = new Uri(host.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
        Client = new HttpClient { BaseAddress = address, Timeout = TimeSpan.FromMinutes(2) };
    }

    public SetClock Clock { get; }
    public HttpClient Client { get; }

    public static async Task<HostedApp> StartAsync(AzuriteProcess azurite, DateTimeOffset now, string roles = "Operator,Accounting,Auditor")
    {
        var clock = new SetClock(now);
        var host = BackOffice.Program.Build(
        [
            "--LocalWorker:Port=0", $"--AzureWebJobsStorage={azurite.ConnectionString}", "--LocalWorker:Quiet=true", "--LocalWorker:Timers=false", "--LocalWorker:Queues=true", "--Logging:LogLevel:Default=Warning", "--Logging:LogLevel:BackOffice.LocalWorker=Critical",
        ], clock);
        await host.StartAsync();
        var app = new HostedApp(host, clock);
        var token = await app.Client.GetStringAsync(new Uri($"/dev/token?name=bench&roles={roles}", UriKind.Relative));
        app.Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return app;
    }

    public async Task<JsonElement> SendAsync(HttpMethod method, string path, string? json = null)
    {
        using var request = new HttpRequestMessage(method, new Uri("/api/" + path, UriKind.Relative));
        if (json is not null) request.Content = new StringContent(json, Encoding.UTF8, "application/json");
        using var answer = await Client.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        if (!answer.IsSuccessStatusCode) throw new InvalidOperationException($"{method} {path}: {(int)answer.StatusCode} {text}");
        return JsonDocument.Parse(text).RootElement;
    }

    public Task<JsonElement> GetAsync(string path) => SendAsync(HttpMethod.Get, path);

    /// <summary>Fires a timer function and does not wait for its end.</summary>
    public async Task FireAsync(string function)
    {
        using var content = new StringContent("{}", Encoding.UTF8, "application/json");
        using var answer = await Client.PostAsync(new Uri($"/admin/functions/{function}", UriKind.Relative), content);
        answer.EnsureSuccessStatusCode();
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _host.StopAsync();
        await ((IAsyncDisposable)_host).DisposeAsync();
    }
}

/// <summary>A time of day that is set and runs on from there; durations are real.</summary>
internal sealed class SetClock(DateTimeOffset now) : TimeProvider
{
    private TimeSpan _ahead = now - System.GetUtcNow();

    public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + _ahead;

    public void Set(DateTimeOffset now) => _ahead = now - System.GetUtcNow();
}
