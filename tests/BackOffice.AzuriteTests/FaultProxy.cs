using System.Collections.Concurrent;
using System.Net;
using Azure.Data.Tables;
using Azure.Storage.Queues;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace BackOffice.AzuriteTests;

/// <summary>What the proxy does with a request to the store.</summary>
internal enum Fault
{
    /// <summary>The store carries it out; the answer is lost and the connection reset.</summary>
    DropAnswer,

    /// <summary>The store never sees it; the connection is reset.</summary>
    DropRequest,

    /// <summary>The connection is reset at once; the store gets the request when <see cref="FaultProxy.LandAsync"/> lets it.</summary>
    Late,

    /// <summary>503, and the store never sees it.</summary>
    Unavailable,

    /// <summary>429 with Retry-After 1, and the store never sees it.</summary>
    Throttled,
}

/// <summary>Stands between the app and Azurite's tables (and queues, when asked to) and disturbs the requests that a test names; all others pass as they are.</summary>
internal sealed class FaultProxy : IAsyncDisposable
{
    private static readonly HashSet<string> OfTheConnection = new(StringComparer.OrdinalIgnoreCase) { "Connection", "Keep-Alive", "Transfer-Encoding", "Content-Length" };

    // The address was signed as it was written: decoded and encoded again it would not match.
    private static readonly UriCreationOptions AsWritten = new() { DangerousDisablePathAndQueryCanonicalization = true };

    private readonly WebApplication _app;
    private readonly HttpMessageInvoker _store = new(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false });
    private readonly Dictionary<int, Uri> _targets = [];
    private readonly Lock _gate = new();
    private readonly List<Rule> _rules = [];
    private readonly ConcurrentQueue<TaskCompletionSource<bool>> _late = [];
    private volatile TaskCompletionSource<bool>? _landed;
    private volatile bool _isDown;

    private readonly TaskCompletionSource _died = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _writes;
    private (int Write, bool After)? _death;

    private FaultProxy(WebApplication app, IReadOnlyList<Uri> targets, string connectionString)
    {
        _app = app;
        foreach (var (address, target) in app.Urls.Select(url => new Uri(url)).Zip(targets))
        {
            _targets.Add(address.Port, target);
            connectionString = connectionString.Replace(target.Authority, address.Authority, StringComparison.Ordinal);
        }

        ConnectionString = connectionString;
    }

    /// <summary>How many requests have asked the store to change something since <see cref="DieAt"/>.</summary>
    public int Writes => _writes;

    /// <summary>Ends when the app has died of <see cref="DieAt"/>, and the store has taken what it was still to take.</summary>
    public Task Death => _died.Task;

    /// <summary>
    /// From the request on that asks for the n-th change (from 1), nothing passes any more, as if the app had been killed there: just before the store takes it, or just after.
    /// </summary>
    public void DieAt(int write, bool after) => (_writes, _death) = (0, (write, after));

    /// <summary>As the store's own, but for the address of the tables.</summary>
    public string ConnectionString { get; }

    /// <summary>Every connection is reset, and no request reaches the tables.</summary>
    public bool IsDown
    {
        get => _isDown;
        set => _isDown = value;
    }

    public static async Task<FaultProxy> StartAsync(AzuriteFixture azurite, bool queues = false)
    {
        Uri[] targets = [new TableServiceClient(azurite.ConnectionString).Uri, .. queues ? [new QueueServiceClient(azurite.ConnectionString).Uri] : Array.Empty<Uri>()];
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MaxRequestBodySize = null;
            foreach (var _ in targets) kestrel.Listen(IPAddress.Loopback, 0);
        });
        var app = builder.Build();
        FaultProxy? proxy = null;
        app.Run(http => proxy!.AnswerAsync(http));
        await app.StartAsync();
        return proxy = new FaultProxy(app, targets, azurite.ConnectionString);
    }

    /// <summary>A transaction: what a commit of the ledger is.</summary>
    public static bool IsCommit(HttpRequest request) => request.Path.Value!.EndsWith("/$batch", StringComparison.Ordinal);

    /// <summary>A commit to one table, whatever stands before its name.</summary>
    public static bool IsCommitTo(HttpRequest request, string table) =>
        IsCommit(request) && request.Body is MemoryStream body && System.Text.RegularExpressions.Regex.IsMatch(System.Text.Encoding.UTF8.GetString(body.GetBuffer(), 0, (int)body.Length), $@"/\w*{table}[( ?]");

    /// <summary>The look for a segment by its key: what the ledger does to find its own commit.</summary>
    public static bool IsLook(HttpRequest request) => request.Method == "GET" && Uri.UnescapeDataString(Target(request)).Contains("RowKey='seg!", StringComparison.Ordinal);

    /// <summary>The change of a book's head by itself: what reserves it, or gives it back.</summary>
    public static bool IsReservation(HttpRequest request) => request.Method != "GET" && Uri.UnescapeDataString(Target(request)).Contains("RowKey='head'", StringComparison.Ordinal);

    /// <summary>The next so many matching requests suffer these faults, one after the other.</summary>
    public void Next(Func<HttpRequest, bool> matches, params Fault[] faults)
    {
        lock (_gate) _rules.AddRange(faults.Select(fault => new Rule(matches, fault)));
    }

    /// <summary>From now on nothing is disturbed.</summary>
    public void Calm()
    {
        lock (_gate) _rules.Clear();
    }

    /// <summary>After the next matching request has been answered by the store, and before the app gets the answer, does something else.</summary>
    public void After(Func<HttpRequest, bool> matches, Func<Task> then)
    {
        lock (_gate) _rules.Add(new Rule(matches, After: then));
    }

    /// <summary>Before the next matching request reaches the store, does something else.</summary>
    public void Before(Func<HttpRequest, bool> matches, Func<Task> first)
    {
        lock (_gate) _rules.Add(new Rule(matches, Before: first));
    }

    /// <summary>Lets the oldest late request arrive at the store, and returns when it has been carried out; whether the store took it.</summary>
    public async Task<bool> LandAsync()
    {
        Assert.True(_late.TryDequeue(out var late), "No request is late.");
        var landed = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        _landed = landed;
        late.SetResult(true);
        return await landed.Task;
    }

    /// <summary>Whether every disturbance asked for has happened.</summary>
    public bool IsDone
    {
        get
        {
            lock (_gate) return _rules.Count == 0;
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var late in _late) late.TrySetResult(false);
        await _app.StopAsync();
        await _app.DisposeAsync();
        _store.Dispose();
    }

    private async Task AnswerAsync(HttpContext http)
    {
        if (_isDown)
        {
            http.Abort();
            return;
        }

        var body = new MemoryStream();
        await http.Request.Body.CopyToAsync(body);
        http.Request.Body = body; // for rules that look into it
        var request = ToStore(http.Request, body.ToArray());
        if (DiesHere(http.Request) is { } after)
        {
            if (after) (await _store.SendAsync(request, CancellationToken.None)).Dispose();
            http.Abort();
            request.Dispose();
            _died.TrySetResult();
            return;
        }

        var rule = Take(http.Request);
        switch (rule?.Fault)
        {
            case null:
                if (rule?.Before is { } first) await first();
                await PassAsync(http, request, rule?.After);
                break;
            case Fault.DropAnswer:
                using (await _store.SendAsync(request, CancellationToken.None)) http.Abort();
                break;
            case Fault.DropRequest:
                http.Abort();
                break;
            case Fault.Late:
                http.Abort();
                await SendLateAsync(request);
                break;
            case Fault.Throttled:
                http.Response.StatusCode = StatusCodes.Status429TooManyRequests;
                http.Response.Headers.RetryAfter = "1";
                break;
            default:
                http.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
                break;
        }

        request.Dispose();
    }

    /// <summary>Whether the app dies with this request, and if so whether the store still takes it.</summary>
    private bool? DiesHere(HttpRequest request)
    {
        if (request.Method == "GET" || _death is not { } death || Interlocked.Increment(ref _writes) != death.Write) return null;
        _isDown = true;
        return death.After;
    }

    private Rule? Take(HttpRequest request)
    {
        lock (_gate)
        {
            var rule = _rules.Find(rule => rule.Matches(request));
            if (rule is not null) _rules.Remove(rule);
            return rule;
        }
    }

    private async Task PassAsync(HttpContext http, HttpRequestMessage request, Func<Task>? then)
    {
        using var answer = await _store.SendAsync(request, CancellationToken.None);
        var body = await answer.Content.ReadAsByteArrayAsync();
        if (then is not null) await then();
        http.Response.StatusCode = (int)answer.StatusCode;
        foreach (var (name, values) in answer.Headers.Concat(answer.Content.Headers))
            if (!OfTheConnection.Contains(name)) http.Response.Headers[name] = values.ToArray();
        if (body.Length > 0) await http.Response.Body.WriteAsync(body);
    }

    private async Task SendLateAsync(HttpRequestMessage request)
    {
        var gate = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        _late.Enqueue(gate);
        if (!await gate.Task) return;
        using var answer = await _store.SendAsync(request, CancellationToken.None);
        // A transaction is answered 202 in any case; what became of it stands in the body.
        var text = await answer.Content.ReadAsStringAsync();
        _landed!.SetResult(answer.IsSuccessStatusCode && !text.Contains("HTTP/1.1 4", StringComparison.Ordinal));
    }

    private HttpRequestMessage ToStore(HttpRequest request, byte[] body)
    {
        var message = new HttpRequestMessage(new HttpMethod(request.Method), new Uri(_targets[request.HttpContext.Connection.LocalPort].GetLeftPart(UriPartial.Authority) + Target(request), AsWritten));
        if (body.Length > 0 || request.ContentType is not null) message.Content = new ByteArrayContent(body);
        foreach (var (name, values) in request.Headers)
        {
            if (OfTheConnection.Contains(name) || name == "Host") continue;
            if (!message.Headers.TryAddWithoutValidation(name, values.ToArray())) message.Content?.Headers.TryAddWithoutValidation(name, values.ToArray());
        }

        return message;
    }

    private static string Target(HttpRequest request) => request.HttpContext.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;

    private sealed record Rule(Func<HttpRequest, bool> Matches, Fault? Fault = null, Func<Task>? Before = null, Func<Task>? After = null);
}
