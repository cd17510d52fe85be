using System.Collections;
using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using Azure.Storage.Queues.Models;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace BackOffice.LocalWorker;

/// <summary>One invocation. Everything that few functions ask for is made when it is asked for.</summary>
internal sealed class LocalFunctionContext(LocalFunction function, IServiceProvider services, CancellationToken stopping) : FunctionContext
{
    private static readonly string IdPrefix = Convert.ToHexString(RandomNumberGenerator.GetBytes(8));
    private static long s_invocations;

    private int _answered;

    public LocalFunction Function => function;

    /// <summary>Set for an HTTP function.</summary>
    public HttpContext? Http { get; init; }

    /// <summary>Set for a queue function.</summary>
    public QueueMessage? Message { get; init; }

    /// <summary>Set for a timer function.</summary>
    public TimerInfo? Timer { get; init; }

    /// <summary>What the function returned.</summary>
    public object? Result { get; set; }

    public override string InvocationId => field ??= string.Create(CultureInfo.InvariantCulture, $"{IdPrefix}-{Interlocked.Increment(ref s_invocations):D8}");
    public override string FunctionId => function.Id;
    public override TraceContext TraceContext => field ??= new LocalTrace(Activity.Current);
    public override BindingContext BindingContext => field ??= new LocalBindings(this);
    public override RetryContext RetryContext => LocalRetries.None;
    public override IServiceProvider InstanceServices { get; set; } = services;
    public override FunctionDefinition FunctionDefinition => function;
    public override IDictionary<object, object> Items { get => field ??= new Dictionary<object, object>(); set; }
    public override IInvocationFeatures Features => field ??= new LocalFeatures();
    public override CancellationToken CancellationToken => Http?.RequestAborted ?? stopping;

    /// <summary>True for exactly one caller: either the function's result or the time-out answers the request.</summary>
    public bool TryAnswer() => Interlocked.Exchange(ref _answered, 1) == 0;

    private sealed class LocalTrace(Activity? activity) : TraceContext
    {
        public override string TraceParent { get; } = activity?.Id ?? "";
        public override string TraceState { get; } = activity?.TraceStateString ?? "";
    }

    private sealed class LocalRetries : RetryContext
    {
        public static readonly LocalRetries None = new();
        public override int RetryCount => 0;
        public override int MaxRetryCount => 0;
    }

    private sealed class LocalBindings(LocalFunctionContext context) : BindingContext
    {
        public override IReadOnlyDictionary<string, object?> BindingData => field ??= Read();

        private Dictionary<string, object?> Read()
        {
            var data = new Dictionary<string, object?>(StringComparer.OrdinalIgnoreCase);
            if (context.Http is { } http)
            {
                foreach (var (name, value) in http.Request.RouteValues) data[name] = value;
            }
            if (context.Message is { } message)
            {
                data["QueueTrigger"] = message.Body.ToString();
                data["Id"] = message.MessageId;
                data["PopReceipt"] = message.PopReceipt;
                data["DequeueCount"] = message.DequeueCount.ToString(CultureInfo.InvariantCulture);
                data["InsertionTime"] = message.InsertedOn?.ToString("O", CultureInfo.InvariantCulture);
                data["ExpirationTime"] = message.ExpiresOn?.ToString("O", CultureInfo.InvariantCulture);
                data["NextVisibleTime"] = message.NextVisibleOn?.ToString("O", CultureInfo.InvariantCulture);
            }
            return data;
        }
    }

    private sealed class LocalFeatures : IInvocationFeatures
    {
        private readonly Dictionary<Type, object> _features = [];

        public void Set<T>(T instance) => _features[typeof(T)] = instance!;
        public T? Get<T>() => _features.TryGetValue(typeof(T), out var feature) ? (T)feature : default;
        public IEnumerator<KeyValuePair<Type, object>> GetEnumerator() => _features.GetEnumerator();
        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
