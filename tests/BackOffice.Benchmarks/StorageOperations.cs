using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Globalization;
using BackOffice.LocalWorker;

namespace BackOffice.Benchmarks;

/// <summary>
/// Counts what this process asks of a storage, each HTTP request one operation, those tried again included: all of them by the runtime's own meter, and by kind from the addresses asked. A transaction is one operation.
/// </summary>
internal sealed class StorageOperations : IObserver<DiagnosticListener>, IObserver<KeyValuePair<string, object?>>, IDisposable
{
    private const int InFlight = 50;

    private readonly MeterListener _meter = new();
    private readonly ConcurrentDictionary<string, int> _kinds = new(StringComparer.Ordinal);
    private readonly ConcurrentBag<IDisposable> _subscriptions = [];
    private readonly int _tablePort;
    private readonly int _queuePort;
    private long _total;

    public StorageOperations(AzuriteProcess azurite)
    {
        (_tablePort, _queuePort) = (azurite.TableEndpoint.Port, azurite.QueueEndpoint.Port);
        _meter.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument is { Meter.Name: "System.Net.Http", Name: "http.client.request.duration" }) listener.EnableMeasurementEvents(instrument);
        };
        _meter.SetMeasurementEventCallback<double>((_, _, tags, _) =>
        {
            foreach (var tag in tags)
                if (tag.Key == "server.port" && tag.Value is int port && (port == _tablePort || port == _queuePort)) Interlocked.Increment(ref _total);
        });
        _meter.Start();
        _subscriptions.Add(DiagnosticListener.AllListeners.Subscribe(this));
    }

    /// <summary>What has been counted: all, and by kind, the most frequent first. Both counts must agree but for what was under way at the beginning and the end.</summary>
    public (long Total, IReadOnlyList<KeyValuePair<string, int>> Kinds) Read()
    {
        var (total, kinds) = (Interlocked.Read(ref _total), _kinds.OrderByDescending(kind => kind.Value).ToList());
        var sum = kinds.Sum(kind => kind.Value);
        return Math.Abs(sum - total) <= InFlight ? (total, kinds) : throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"The meter counted {total} operations, by kind they are {sum}."));
    }

    void IObserver<DiagnosticListener>.OnNext(DiagnosticListener value)
    {
        if (value.Name == "HttpHandlerDiagnosticListener") _subscriptions.Add(value.Subscribe(this));
    }

    void IObserver<KeyValuePair<string, object?>>.OnNext(KeyValuePair<string, object?> value)
    {
        if (value.Key != "System.Net.Http.HttpRequestOut.Stop" || value.Value is not { } payload) return;
        if (payload.GetType().GetProperty("Request")?.GetValue(payload) is not HttpRequestMessage { RequestUri: { } uri } request || (uri.Port != _tablePort && uri.Port != _queuePort)) return;
        _kinds.AddOrUpdate(uri.Port == _tablePort ? OfTable(request.Method, uri) : OfQueue(request.Method, uri), 1, (_, count) => count + 1);
    }

    private static string OfTable(HttpMethod method, Uri uri)
    {
        var what = uri.AbsolutePath[(uri.AbsolutePath.LastIndexOf('/') + 1)..];
        if (what == "$batch") return "transactions";
        var name = what.Split('(')[0];
        return $"{name}: {(method == HttpMethod.Get ? what.EndsWith("()", StringComparison.Ordinal) ? "pages" : "rows read" : method == HttpMethod.Post ? "rows added" : method == HttpMethod.Delete ? "rows deleted" : "rows changed")}";
    }

    private static string OfQueue(HttpMethod method, Uri uri)
    {
        var parts = uri.AbsolutePath.Split('/');
        return $"queue {(parts.Length > 2 ? parts[2] : "")}: {(method == HttpMethod.Get ? "looked at" : method == HttpMethod.Post ? "sent" : method == HttpMethod.Delete ? "deleted" : "leases, queues made")}";
    }

    public void OnCompleted()
    {
    }

    public void OnError(Exception error)
    {
    }

    public void Dispose()
    {
        _meter.Dispose();
        foreach (var subscription in _subscriptions) subscription.Dispose();
    }
}
