using System.Diagnostics;
using System.Diagnostics.Metrics;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Middleware;

namespace BackOffice.Kernel;

/// <summary>
/// What the app tells of itself: traces (source <c>BackOffice</c>) from an HTTP call through queues to the commit, and metrics (meter <c>BackOffice</c>). Names and tags hold no amounts and nobody's data; a tag is a function, a queue,
/// a book or a phase. Nobody listens unless an exporter is set (README, "Observation"), and then nothing is made.
/// </summary>
public static class Telemetry
{
    public const string Name = "BackOffice";

    /// <summary>Spans: a function by its name (HTTP call, message, timer), <c>ledger commit</c>, <c>case commit</c>.</summary>
    public static readonly ActivitySource Source = new(Name);

    private static readonly Meter Meter = new(Name);

    /// <summary>Entries posted.</summary>
    public static readonly Counter<long> Entries = Meter.CreateCounter<long>("backoffice.ledger.entries", "{entry}", "Entries posted.");

    /// <summary>Commits of books' chains.</summary>
    public static readonly Counter<long> Commits = Meter.CreateCounter<long>("backoffice.ledger.commits", "{commit}", "Commits of books' chains.");

    /// <summary>Commits that another instance was faster than.</summary>
    public static readonly Counter<long> Conflicts = Meter.CreateCounter<long>("backoffice.ledger.conflicts", "{conflict}", "Commits that another instance was faster than, or had its turn before; each was decided anew.");

    /// <summary>Commits sent again after an unclear answer of the store.</summary>
    public static readonly Counter<long> Retries = Meter.CreateCounter<long>("backoffice.ledger.retries", "{retry}", "Commits sent again after an unclear answer of the store.");

    /// <summary>Callers' commands in one commit.</summary>
    public static readonly Histogram<int> Batch = Meter.CreateHistogram<int>("backoffice.ledger.batch", "{command}", "Callers' commands in one commit.");

    /// <summary>Messages in a queue, poison queues included; tag <c>queue</c>.</summary>
    public static readonly Gauge<long> QueueMessages = Meter.CreateGauge<long>("backoffice.queue.messages", "{message}", "Messages in a queue.");

    /// <summary>Age of the oldest message that waits in a queue, 0 when none does; tag <c>queue</c>.</summary>
    public static readonly Gauge<long> QueueAge = Meter.CreateGauge<long>("backoffice.queue.age", "s", "Age of the oldest message that waits in a queue.");

    /// <summary>Nights that ended well; tag <c>book</c>.</summary>
    public static readonly Counter<long> NightsCompleted = Meter.CreateCounter<long>("backoffice.night.completed", "{night}", "Nights that ended well.");

    /// <summary>Nights that need attention; tag <c>book</c>.</summary>
    public static readonly Counter<long> NightsAttention = Meter.CreateCounter<long>("backoffice.night.attention", "{night}", "Nights that need attention.");

    /// <summary>How long a night's phases took; tag <c>phase</c>.</summary>
    public static readonly Histogram<long> NightPhase = Meter.CreateHistogram<long>("backoffice.night.phase", "ms", "How long a night's phases took.");

    /// <summary>The W3C context of what is going on now, for a message that goes on with it; null: nothing is traced.</summary>
    public static string? TraceParent => Activity.Current is { IdFormat: ActivityIdFormat.W3C } current ? current.Id : null;

    /// <summary>A span that goes on with what another process began.</summary>
    public static Activity? Continue(string name, ActivityKind kind, string? traceParent) =>
        !Source.HasListeners() ? null : ActivityContext.TryParse(traceParent, null, isRemote: true, out var parent) ? Source.StartActivity(name, kind, parent) : Source.StartActivity(name, kind);
}

/// <summary>Gives each HTTP call a span of its function's name, on the trace that the caller sent (W3C <c>traceparent</c>), if any. Messages have theirs by their envelope (<see cref="Envelope{T}.Expect"/>), timers begin one.</summary>
public sealed class TelemetryMiddleware : IFunctionsWorkerMiddleware
{
    public async Task Invoke(FunctionContext context, FunctionExecutionDelegate next)
    {
        if (context.GetHttpContext() is not { } http || !Telemetry.Source.HasListeners())
        {
            await next(context);
            return;
        }

        // The web server or the host may have begun a span of this call already.
        var traceParent = http.Request.Headers.TraceParent.ToString() is { Length: > 0 } sent ? sent : context.TraceContext.TraceParent;
        using var span = Activity.Current is not null ? Telemetry.Source.StartActivity(context.FunctionDefinition.Name, ActivityKind.Server) : Telemetry.Continue(context.FunctionDefinition.Name, ActivityKind.Server, traceParent);
        await next(context);
        span?.SetTag("http.response.status_code", http.Response.StatusCode);
        if (http.Response.StatusCode >= 500) span?.SetStatus(ActivityStatusCode.Error);
    }
}
