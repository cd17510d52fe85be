using Azure;
using Azure.Identity;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Middleware;
using Microsoft.Extensions.Logging;

namespace BackOffice.Kernel;

/// <summary>
/// Turns what escapes an HTTP function into an answer: storage that is asked too much → 429, out of reach → 503, both with Retry-After, that denies the app → 503; a body the server stopped reading → its own status (413),
/// a caller who went away → nothing, a bug → 500. On queues and timers the exception goes on to the host, which tries again.
/// </summary>
public sealed partial class ProblemMiddleware(ILogger<ProblemMiddleware> logger) : IFunctionsWorkerMiddleware
{
    private const int RetryAfterSeconds = 2;

    public async Task Invoke(FunctionContext context, FunctionExecutionDelegate next)
    {
        if (context.GetHttpContext() is not { } http)
        {
            await next(context);
            return;
        }

        try
        {
            await next(context);
        }
        catch (Exception e) when (!http.Response.HasStarted)
        {
            if (http.RequestAborted.IsCancellationRequested) return;
            var problem = e switch
            {
                BadHttpRequestException { StatusCode: 413 } => Problem.Of(413, "request/too-large", "The body is larger than this server takes; see README, \"Limits\"."),
                BadHttpRequestException bad => Problem.Of(bad.StatusCode, "request/unreadable", bad.Message),
                _ when StorageFaults.Throttled(e) is { } seconds => Problem.Of(429, "storage/throttled", $"The store takes no more requests at this moment. Nothing is half done: send the same request again after {seconds} s.", seconds),
                StorageUnavailableException => Problem.Of(503, "storage/unavailable", e.Message, RetryAfterSeconds),
                _ when StorageFaults.IsTransient(e) => Problem.Of(503, "storage/unavailable", "The store cannot be reached now. Nothing is half done: send the same request again.", RetryAfterSeconds),
                _ when StorageFaults.IsDenied(e) => Problem.Of(503, "storage/denied", "The store knows this app's identity but lets it not do this: an operator must give it the roles of infra/README.md (Storage Table Data Contributor and Storage Queue Data Contributor on the account, Storage Blob Data Contributor on the containers of the proofs). What was begun goes on when the same request is sent again."),
                InvalidDataException => Problem.Of(500, "storage/damaged", $"What is stored does not fit together; no figure is answered from it. {e.Message}"),
                _ => Problem.Of(500, "internal/bug", "This is a fault of the server; the trace id leads to it in the log."),
            };
            if (StorageFaults.IsDenied(e)) Log.StorageDenied(logger, e, context.FunctionDefinition.Name);
            else if (e is StorageUnavailableException || StorageFaults.IsTransient(e)) Log.StorageUnavailable(logger, e, context.FunctionDefinition.Name);
            else if (e is not BadHttpRequestException) Log.Bug(logger, e, context.FunctionDefinition.Name);
            await problem.ExecuteAsync(http);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "{Function}: the store cannot be reached")]
        public static partial void StorageUnavailable(ILogger logger, Exception e, string function);

        [LoggerMessage(3, LogLevel.Error, "{Function}: the store denies this app what it asks for; it lacks a role, or the wrong identity is set")]
        public static partial void StorageDenied(ILogger logger, Exception e, string function);

        [LoggerMessage(2, LogLevel.Error, "{Function} failed")]
        public static partial void Bug(ILogger logger, Exception e, string function);
    }
}

/// <summary>The store did not answer clearly within the time a caller can be kept waiting. The work may or may not have been done; repeating it is safe.</summary>
public sealed class StorageUnavailableException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>Which exceptions of the storage clients will pass with time.</summary>
public static class StorageFaults
{
    private const int UsualSeconds = 2;
    private const int MostSeconds = 60;

    /// <summary>
    /// For how many seconds the store asks to be left alone, 1 to 60, when it was asked too much (429, or 503 with ServerBusy): what it told, else 2; the clients' own tries with growing pauses are over then. Null: it was something else.
    /// Worked: 503 ServerBusy with Retry-After 5 → 5.
    /// </summary>
    public static int? Throttled(Exception e) => e switch
    {
        RequestFailedException { Status: 429 } or RequestFailedException { Status: 503, ErrorCode: "ServerBusy" } => RetryAfterSeconds((RequestFailedException)e),
        StorageUnavailableException { InnerException: { } inner } => Throttled(inner),
        AggregateException all => all.InnerExceptions.Select(Throttled).FirstOrDefault(seconds => seconds is not null),
        _ => null,
    };

    private static int RetryAfterSeconds(RequestFailedException e) =>
        e.GetRawResponse()?.Headers.TryGetValue("Retry-After", out var told) == true && int.TryParse(told, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var seconds) ? Math.Clamp(seconds, 1, MostSeconds) : UsualSeconds;

    /// <summary>The store refused the app itself: no waiting helps, a role does.</summary>
    public static bool IsDenied(Exception e) => e switch
    {
        RequestFailedException { Status: 401 or 403 } => true,
        StorageUnavailableException { InnerException: { } inner } => IsDenied(inner),
        AggregateException all => all.InnerExceptions.Any(IsDenied),
        _ => false,
    };

    /// <summary>Connection, time-out, throttling or server trouble: the request may or may not have been carried out.</summary>
    public static bool IsTransient(Exception e) => e switch
    {
        RequestFailedException { Status: 0 or 408 or 429 or >= 500 } => true,
        RequestFailedException => false,
        AggregateException all => all.InnerExceptions.All(IsTransient),
        BadHttpRequestException => false,
        AuthenticationFailedException => true, // the managed identity's endpoint, which has its hiccups
        TaskCanceledException or TimeoutException or IOException or HttpRequestException => true,
        _ => false,
    };
}
