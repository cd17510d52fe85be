using System.Diagnostics;
using Azure.Storage.Queues.Models;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Middleware;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace BackOffice.LocalWorker;

/// <summary>Runs a function inside the app's middleware.</summary>
internal sealed class FunctionRunner
{
    private readonly IServiceScopeFactory _scopes;
    private readonly IHostApplicationLifetime _lifetime;

    public FunctionRunner(
        IServiceScopeFactory scopes, IHostApplicationLifetime lifetime, IEnumerable<Func<FunctionExecutionDelegate, FunctionExecutionDelegate>> middleware)
    {
        _scopes = scopes;
        _lifetime = lifetime;
        Pipeline = middleware.Reverse().Aggregate((FunctionExecutionDelegate)CallAsync, (next, step) => step(next));
    }

    public FunctionExecutionDelegate Pipeline { get; }

    /// <summary>Runs a queue or timer function in a scope of its own; throws what the function throws.</summary>
    public async Task RunAsync(LocalFunction function, QueueMessage? message, TimerInfo? timer)
    {
        using var activity = new Activity(function.Name).Start();
        await using var scope = _scopes.CreateAsyncScope();
        await Pipeline(new LocalFunctionContext(function, scope.ServiceProvider, _lifetime.ApplicationStopping) { Message = message, Timer = timer });
    }

    private static async Task CallAsync(FunctionContext context)
    {
        var local = (LocalFunctionContext)context;
        local.Result = await local.Function.Call(local);
    }
}
