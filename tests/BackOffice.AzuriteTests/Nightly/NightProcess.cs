using System.Text.Json;
using Azure;
using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;
using BackOffice.Kernel;
using BackOffice.Nightly;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace BackOffice.AzuriteTests.Nightly;

/// <summary>A message of one of the night's two queues.</summary>
internal sealed record NightMessage(string Queue, string Body);

/// <summary>
/// The app without its listeners: the night's messages are taken one after the other, chunks in order of their number, so that two runs differ in nothing but where they were cut off. Every request to the store, the taking
/// and deleting of messages too, goes its own way, which may lead through a proxy.
/// </summary>
internal sealed class NightProcess : IAsyncDisposable
{
    private readonly IHost _host;
    private readonly Storage _storage;
    private readonly List<(QueueClient Queue, QueueMessage Message)> _held = [];

    private NightProcess(IHost host)
    {
        _host = host;
        _storage = host.Services.GetRequiredService<Storage>();
    }

    /// <summary>Every message that was delivered, in order.</summary>
    public List<NightMessage> Delivered { get; } = [];

    /// <summary>In which order, and how often, messages that lie there together are delivered.</summary>
    public Func<IEnumerable<NightMessage>, IEnumerable<NightMessage>> Order { get; set; } = messages => messages;

    /// <summary>A new process on the tables and queues of an app; it knows nothing of what was before.</summary>
    public static async Task<NightProcess> StartAsync(TestApp tables, TimeProvider clock, FaultProxy? way, params string[] settings)
    {
        var process = new NightProcess(Program.Build(TestApp.Arguments(way?.ConnectionString ?? tables.Storage, tables.Prefix, 0, settings), clock));
        await process._storage.ReadyAsync();
        return process;
    }

    /// <summary>What the hourly timer does for one book.</summary>
    public Task WantAsync(NightBook book, DateOnly date) => Service<NightRun>().WantAsync(book.Book.Id, date, "Nightly");

    /// <summary>What the minute's timer does.</summary>
    public Task TickAsync() => ActivatorUtilities.CreateInstance<Tick>(_host.Services).Run(new TimerInfo());

    /// <summary>Notes a date as run, so that a later one is the next.</summary>
    public Task NoteFinishedAsync(NightBook book, DateOnly date) => Service<NightTable>().MoveAsync(book.Book.Id, _ => new NightProgress(null, date, date));

    public async Task<List<Deadline>> DeadlinesAsync()
    {
        List<Deadline> all = [];
        await foreach (var deadline in Service<Agenda>().ThroughAsync(DateTimeOffset.MaxValue.AddYears(-1))) all.Add(deadline);
        return all;
    }

    /// <summary>Works until both queues are empty; how many messages there were.</summary>
    public async Task<int> WorkAsync()
    {
        var (all, some) = (0, 0);
        do
        {
            some = await WorkAsync(AdvanceNight.Queue) + await WorkAsync(RunNightChunk.Queue);
            all += some;
        }
        while (some > 0);
        return all;
    }

    public Task DeliverAsync(NightMessage message) => message.Queue == AdvanceNight.Queue
        ? ActivatorUtilities.CreateInstance<AdvanceNight>(_host.Services).Run(Read<DueDeadlines>(message))
        : ActivatorUtilities.CreateInstance<RunNightChunk>(_host.Services).Run(Read<NightChunkWanted>(message));

    /// <summary>Takes what lies in a queue away, undelivered.</summary>
    public async Task<List<NightMessage>> TakeAsync(string queue)
    {
        List<NightMessage> taken = [];
        foreach (var message in await ReceiveAsync(queue))
        {
            taken.Add(new NightMessage(queue, message.Body.ToString()));
            await _storage.Queue(queue).DeleteMessageAsync(message.MessageId, message.PopReceipt);
        }

        return taken;
    }

    /// <summary>The messages that this process had taken when it died come back at once, as they do when their leases have run out.</summary>
    public async Task GiveBackAsync(TestApp tables)
    {
        foreach (var (queue, message) in _held)
        {
            try
            {
                await tables.Queue(queue.Name[tables.Prefix.Length..]).UpdateMessageAsync(message.MessageId, message.PopReceipt, visibilityTimeout: TimeSpan.Zero);
            }
            catch (RequestFailedException e) when (e.Status == 404)
            {
                // It had been dealt with.
            }
        }
    }

    /// <summary>No message is delivered to anybody any more.</summary>
    public static async Task LoseAsync(TestApp tables)
    {
        await tables.Queue(AdvanceNight.Queue).ClearMessagesAsync();
        await tables.Queue(RunNightChunk.Queue).ClearMessagesAsync();
    }

    public ValueTask DisposeAsync() => ((IAsyncDisposable)_host).DisposeAsync();

    /// <summary>As the worker reads it, which knows nothing of the app's converters.</summary>
    private static Envelope<T> Read<T>(NightMessage message) => JsonSerializer.Deserialize<Envelope<T>>(message.Body, JsonSerializerOptions.Web)!;

    private T Service<T>() where T : notnull => _host.Services.GetRequiredService<T>();

    private async Task<int> WorkAsync(string queue)
    {
        var messages = await ReceiveAsync(queue);
        foreach (var message in Order(messages.Select(message => new NightMessage(queue, message.Body.ToString()))))
        {
            Delivered.Add(message);
            await DeliverAsync(message);
        }

        foreach (var message in messages) await _storage.Queue(queue).DeleteMessageAsync(message.MessageId, message.PopReceipt);
        return messages.Count;
    }

    private async Task<List<QueueMessage>> ReceiveAsync(string queue)
    {
        QueueMessage[] messages = await _storage.Queue(queue).ReceiveMessagesAsync(maxMessages: 32, visibilityTimeout: TimeSpan.FromMinutes(10));
        _held.AddRange(messages.Select(message => (_storage.Queue(queue), message)));
        return [.. messages.OrderBy(message => message.Body.ToString(), StringComparer.Ordinal)];
    }
}
