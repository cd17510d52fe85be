using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Abstractions;
using Microsoft.AspNetCore.Routing;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace BackOffice.LocalWorker;

/// <summary>Answers HTTP requests with functions.</summary>
internal sealed partial class HttpFunctions(FunctionRunner runner, LocalSettings settings, IServiceScopeFactory scopes, ILogger<HttpFunctions> log)
{
    private readonly TimeSpan _timeout = TimeSpan.FromSeconds(settings.HttpTimeoutSeconds);

    public static string RouteOf(LocalFunction function, HostJson host) =>
        "/" + $"{host.RoutePrefix}/{((HttpTriggerAttribute)function.Trigger).Route ?? function.Name}".Trim('/');

    public void Map(WebApplication app, LocalFunction function, HostJson host)
    {
        RequestDelegate answer = http => AnswerAsync(function, http);
        var methods = ((HttpTriggerAttribute)function.Trigger).Methods;
        if (methods is { Length: > 0 })
            app.MapMethods(RouteOf(function, host), methods.Select(m => m.ToUpperInvariant()), answer);
        else
            app.Map(RouteOf(function, host), answer);
    }

    /// <summary>The real host knows no 405: a wrong method on a known route is not found.</summary>
    public static RequestDelegate HideWrongMethods(RequestDelegate next) => http =>
    {
        if (http.GetEndpoint()?.DisplayName != "405 HTTP Method Not Supported") return next(http);
        http.Response.StatusCode = StatusCodes.Status404NotFound;
        return Task.CompletedTask;
    };

    private Task AnswerAsync(LocalFunction function, HttpContext http)
    {
        if (http.Request.ContentLength > settings.MaxBodyBytes)
        {
            Log.BodyTooLarge(log, function.Name, http.Request.ContentLength.Value, settings.MaxBodyBytes);
            http.Response.StatusCode = StatusCodes.Status413PayloadTooLarge;
            return Task.CompletedTask;
        }
        var scope = scopes.CreateAsyncScope();
        http.RequestServices = scope.ServiceProvider;
        var context = new LocalFunctionContext(function, scope.ServiceProvider, default) { Http = http };
        var run = RunAsync(context, http, scope);
        return run.IsCompleted ? run : AnswerInTimeAsync(run, context, http);
    }

    /// <summary>Never throws: a failure is logged and answered.</summary>
    private async Task RunAsync(LocalFunctionContext context, HttpContext http, AsyncServiceScope scope)
    {
        try
        {
            await using (scope)
            {
                await runner.Pipeline(context);
                if (!context.TryAnswer()) return;
                if (context.Result is IResult result) await result.ExecuteAsync(http);
                else if (context.Result is IActionResult action) await action.ExecuteResultAsync(new(http, http.GetRouteData(), new ActionDescriptor()));
            }
        }
        catch (Exception) when (http.RequestAborted.IsCancellationRequested)
        {
            Log.CallerGone(log, context.Function.Name);
        }
        catch (BadHttpRequestException exception) when (IsHostsBusiness(exception, http))
        {
            Log.BadRequest(log, context.Function.Name, exception);
            if (!http.Response.HasStarted) http.Response.StatusCode = exception.StatusCode;
        }
        catch (Exception exception)
        {
            Log.Failed(log, context.Function.Name, http.Request.Method, http.Request.Path, exception);
            if (http.Response.HasStarted)
            {
                http.Abort();
                return;
            }
            http.Response.Clear();
            http.Response.StatusCode = StatusCodes.Status500InternalServerError;
        }
    }

    /// <summary>What the host itself would have refused; the worker's own lower body limit is an exception of the function and becomes 500.</summary>
    private bool IsHostsBusiness(BadHttpRequestException exception, HttpContext http) =>
        exception.StatusCode != StatusCodes.Status413PayloadTooLarge
        || http.Features.Get<IHttpMaxRequestBodySizeFeature>()?.MaxRequestBodySize is not { } limit
        || limit >= settings.MaxBodyBytes;

    /// <summary>After the time-out the caller is answered; the function goes on, as on the real host.</summary>
    private async Task AnswerInTimeAsync(Task run, LocalFunctionContext context, HttpContext http)
    {
        try
        {
            await run.WaitAsync(_timeout);
        }
        catch (TimeoutException)
        {
            Log.TimedOut(log, context.Function.Name, settings.HttpTimeoutSeconds);
            if (!context.TryAnswer() || http.Response.HasStarted)
            {
                http.Abort();
                return;
            }
            http.Response.Clear();
            http.Response.Headers.Connection = "close";
            http.Response.StatusCode = StatusCodes.Status504GatewayTimeout;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "Function {Function} failed on {Method} {Path}; 500 was answered.")]
        public static partial void Failed(ILogger logger, string function, string method, string path, Exception exception);

        [LoggerMessage(2, LogLevel.Warning, "Function {Function} took longer than {Seconds} s; 504 was answered, it goes on. Better answer 202, use a queue.")]
        public static partial void TimedOut(ILogger logger, string function, int seconds);

        [LoggerMessage(3, LogLevel.Warning, "Function {Function} was sent {Bytes} bytes; the host takes {Limit}, so 413 was answered.")]
        public static partial void BodyTooLarge(ILogger logger, string function, long bytes, long limit);

        [LoggerMessage(4, LogLevel.Debug, "The caller of function {Function} has gone.")]
        public static partial void CallerGone(ILogger logger, string function);

        [LoggerMessage(5, LogLevel.Warning, "Function {Function} was sent a request that is not valid HTTP or too large.")]
        public static partial void BadRequest(ILogger logger, string function, Exception exception);
    }
}
