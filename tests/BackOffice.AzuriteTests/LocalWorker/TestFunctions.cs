using System.Threading.Channels;
using Azure.Storage.Queues.Models;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Middleware;

namespace BackOffice.AzuriteTests.LocalWorker;

/// <summary>What the functions of one worker saw.</summary>
public sealed class Seen
{
    private readonly Channel<object?> _values = Channel.CreateUnbounded<object?>();

    /// <summary>Functions that wait go on when the test says so.</summary>
    public TaskCompletionSource GoOn { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public int Count => _values.Reader.Count;

    public void Add(object? value) => _values.Writer.TryWrite(value);

    public async Task<object?> NextAsync() =>
        await _values.Reader.ReadAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(TimeSpan.FromSeconds(20));
}

public sealed record Parcel(string Id, int Weight, string? Note);

public sealed class HttpTestFunctions(Seen seen)
{
    [Function("Greet")]
    public static IResult Greet([HttpTrigger(AuthorizationLevel.Function, "get", Route = "greet/{name}")] HttpRequest request, string name) =>
        Results.Text($"hello {name}, {request.RouteValues["name"]}");

    [Function("GreetByPost")]
    public static async Task<IResult> GreetByPost([HttpTrigger("post", Route = "greet/{person}")] HttpRequest request, string person, FunctionContext context)
    {
        await Task.Yield();
        return Results.Text($"posted {person}, {ReferenceEquals(context.GetHttpContext()!.Request, request)}");
    }

    [Function("Throw")]
    public static IResult Throw([HttpTrigger("get", Route = "throw")] HttpRequest request) => throw new InvalidOperationException($"{request.Path} fails");

    [Function("GivePoco")]
    public static Parcel GivePoco([HttpTrigger("get", Route = "poco")] HttpRequest request) => new(request.Method, 1, null);

    [Function("TakePoco")]
    public static IResult TakePoco([HttpTrigger("post", Route = "poco")] Parcel? parcel) => Results.Text(parcel is null ? "null" : "bound");

    [Function("Number")]
    public static IResult Number([HttpTrigger("get", Route = "numbers/{number:int}/{detail?}")] HttpRequest request, int number, string? detail) =>
        Results.Text($"{number + 1} {detail ?? "none"} {request.Path}");

    [Function("Day")]
    public static IResult Day([HttpTrigger("get", Route = "days/{day}/{id:guid}")] HttpRequest request, DateOnly day, Guid id, long? missing) =>
        Results.Text($"{day:yyyy-MM-dd} {id:D} {missing is null} {request.RouteValues.Count}");

    [Function("Action")]
    public static Task<IActionResult> Action([HttpTrigger("get", Route = "action")] HttpRequest request) =>
        Task.FromResult<IActionResult>(new ObjectResult(new Parcel("a", 3, request.Method)) { StatusCode = 202 });

    [Function("Count")]
    public static async Task<IResult> Count([HttpTrigger("post", Route = "count")] HttpRequest request, CancellationToken cancellation)
    {
        var buffer = new byte[64 * 1024];
        long total = 0;
        while (await request.Body.ReadAsync(buffer, cancellation) is > 0 and var read) total += read;
        return Results.Text($"{total}");
    }

    [Function("Wait")]
    public async Task<IResult> Wait([HttpTrigger("get", Route = "wait")] HttpRequest request)
    {
        await seen.GoOn.Task;
        seen.Add("went on");
        return Results.Text(request.Method);
    }
}

public sealed class QueueTestFunctions(Seen seen)
{
    [Function("TakeParcel")]
    public void TakeParcel([QueueTrigger("parcels")] Parcel? parcel, int dequeueCount) => seen.Add((parcel, dequeueCount));

    [Function("TakeText")]
    public void TakeText([QueueTrigger("%TestQueue%")] string text) => seen.Add(text);

    [Function("TakeMessage")]
    public void TakeMessage([QueueTrigger("messages")] QueueMessage message) => seen.Add(message);

    [Function("FailAlways")]
    public void FailAlways([QueueTrigger("failing")] string text, FunctionContext context)
    {
        seen.Add(context.BindingContext.BindingData["DequeueCount"]);
        throw new InvalidOperationException(text);
    }

    [Function("TakeSlowly")]
    public async Task TakeSlowly([QueueTrigger("slow")] string text)
    {
        seen.Add(text);
        await seen.GoOn.Task;
        seen.Add("done");
    }
}

public sealed class TimerTestFunctions(Seen seen)
{
    [Function("AtThree")]
    public void AtThree([TimerTrigger("0 0 3 * * *")] TimerInfo timer) => seen.Add(timer);

    [Function("EverySecond")]
    public void EverySecond([TimerTrigger("%TestSchedule%")] TimerInfo timer) => seen.Add(timer);

    [Function("Unmonitored")]
    public void Unmonitored([TimerTrigger("0 0 4 * * *", UseMonitor = false)] TimerInfo timer) => seen.Add(timer);
}

/// <summary>Says that it has been there, and what a function threw.</summary>
public sealed class TestMiddleware : IFunctionsWorkerMiddleware
{
    public async Task Invoke(FunctionContext context, FunctionExecutionDelegate next)
    {
        context.GetHttpContext()?.Response.Headers.Append("x-function", context.FunctionDefinition.Name);
        await next(context);
    }
}
