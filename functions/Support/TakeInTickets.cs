using System.Text.Json;
using Azure.Data.Tables;
using BackOffice.Kernel;
using BackOffice.Ledger;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;

namespace BackOffice.Support;

/// <summary>
/// Queue <c>support-intake</c>: takes in what mail gateways and monitoring send: new tickets and events of tickets, 1 to 50 a message, each judged by itself as over HTTP, and known by its own id when it comes again. What is refused
/// is noted and the message is done; an event whose ticket has not come yet is tried again later; a message that cannot be read goes to <c>support-intake-poison</c>.
/// Rows: reads and writes <c>Tickets</c>, adds to <c>TicketsFeed</c>, <c>TicketIntake</c> and <c>Agenda</c>, reads <c>ServiceLevels</c>, <c>ServiceCalendars</c>, <c>SupportTeams</c> and <c>Parameters</c>. Messages: to <c>support-escalations</c> when a clock has come so far.
/// </summary>
public sealed partial class TakeInTickets(Books books, SupportRules rules, TicketSteps steps, TicketIntakeTable results, ILogger<TakeInTickets> logger)
{
    public const string Queue = "support-intake";
    public const string Schema = "support-intake";
    public const int MaxItems = 50;
    private const string By = "queue:" + Queue;

    [Function(nameof(TakeInTickets))]
    public async Task Run([QueueTrigger(Queue)] Envelope<TicketsToTakeIn> message)
    {
        using var span = message.Expect(Schema, 1);
        var (book, tickets, happened) = (message.Body.Book, message.Body.Tickets ?? [], message.Body.Events ?? []);
        if (book is null || !Ids.IsBook(book) || tickets.Length + happened.Length is 0 or > MaxItems)
            throw new JsonException($"A {Schema} message names a book and holds 1 to {MaxItems} tickets and events; this one has book '{book}' and {tickets.Length + happened.Length}.");

        if (await results.FindAsync(book, message.OperationId) is not null) return; // it came before, and all of it has been judged
        var tally = new IntakeTally();
        if (!(await books.OpenAsync(book)).Is(out _, out var refusal))
        {
            for (var n = 0; n < tickets.Length + happened.Length; n++) tally.Refuse(n < tickets.Length ? $"tickets[{n}]" : $"events[{n - tickets.Length}]", refusal);
        }
        else
        {
            var loadAsync = rules.LoadOnce();
            await Parallel.ForEachAsync(Enumerable.Range(0, tickets.Length), new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (n, _) => tally.Count($"tickets[{n}]", await TakeAsync(book, tickets[n], loadAsync)));
            for (var n = 0; n < happened.Length; n++) tally.Count($"events[{n}]", await TakeEventAsync(book, happened[n], loadAsync)); // in order: they may be of one ticket
        }

        // Messages overtake each other: an event whose ticket has not come yet waits for it; one whose ticket never comes ends in the poison queue, where it can be seen.
        if (tally.Refused.FirstOrDefault(one => one.Code == "case/unknown") is { Path: not null } early) throw new InvalidOperationException($"Operation {message.OperationId}, {early.Path}: {early.Detail} It may still come.");
        await results.NoteAsync(book, message.OperationId, message.CorrelationId, tally);
        if (!tally.Refused.IsEmpty) Log.Refused(logger, message.OperationId, book, tally.Refused.Count, tally.Refused.First().Code);
    }

    private async Task<Outcome<CaseResult>> TakeAsync(string book, JsonElement element, Func<string, IEnumerable<string>, Task<Outcome<RuleBook>>> loadAsync)
    {
        List<Fault> faults = [];
        var fields = new JsonFields(element, faults);
        var id = fields.Id("id");
        if (TicketRequest.Read(fields, faults, null, isOperator: false, By, steps.Now) is not { } wanted) return Refusal.Of(faults);
        return await steps.CreateAsync(book, id, new CaseCommand(CaseCommand.Create, CaseCommand.Canonical(element), By, CaseCommand.Create), wanted, loadAsync);
    }

    private async Task<Outcome<CaseResult>> TakeEventAsync(string book, JsonElement element, Func<string, IEnumerable<string>, Task<Outcome<RuleBook>>> loadAsync)
    {
        List<Fault> faults = [];
        var fields = new JsonFields(element, faults);
        var ticket = fields.Id("ticket");
        if (!fields.Has("id")) faults.Add(new Fault("id", "request/missing", "'id' is missing: an event from a queue is known by it when it comes again."));
        if (TicketRequest.ReadEvent(fields, faults, isCallerThemself: false, isOperator: false, By, steps.Now) is not { } wish) return Refusal.Of(faults);
        var command = new CaseCommand(JsonFields.NameOf(wish.Change.Event.Act), CaseCommand.Canonical(element), By, "event:" + wish.Id);
        return await steps.RunAsync(book, ticket, command, seen => steps.ChangeAsync(book, seen, wish, null), loadAsync);
    }

    private static partial class Log
    {
        [LoggerMessage(600, LogLevel.Warning, "Operation {OperationId}: {Count} tickets or events refused for book {Book}; the first: {Code}")]
        public static partial void Refused(ILogger logger, string operationId, string book, int count, string code);
    }
}

/// <summary>Body of <c>support-intake</c>, version 1.</summary>
/// <param name="Book">The book.</param>
/// <param name="Tickets">New tickets in the form of <c>PUT …/tickets/{id}</c>, each with its <c>id</c>.</param>
/// <param name="Events">Events in the form of <c>POST …/events</c>, each with its <c>ticket</c> and its <c>id</c>; taken in order, after the tickets.</param>
public sealed record TicketsToTakeIn(string Book, JsonElement[]? Tickets, JsonElement[]? Events);

/// <summary>What became of a message's items.</summary>
internal sealed class IntakeTally
{
    private int _taken;
    private int _known;

    public int Taken => _taken;
    public int Known => _known;
    public System.Collections.Concurrent.ConcurrentBag<(string Path, string Code, string Detail)> Refused { get; } = [];

    public void Count(string path, Outcome<CaseResult> outcome)
    {
        if (!outcome.Is(out var result, out var refusal)) Refuse(path, refusal);
        else if (result.IsNew) Interlocked.Increment(ref _taken);
        else Interlocked.Increment(ref _known);
    }

    public void Refuse(string path, Refusal refusal) => Refused.Add((path, refusal.Code, refusal.Faults[0].Detail));
}

/// <summary>
/// Table <c>TicketIntake</c>: what became of each <c>support-intake</c> message. PartitionKey <c>{book}</c>, RowKey <c>{digest of the operation id}</c>: OperationId, CorrelationId, ProcessedAt, Taken, Known; the refused as JSON in
/// Refused0…: a list of <c>{path, code, detail}</c>. One row an operation; the first result stays.
/// </summary>
public sealed class TicketIntakeTable(Storage storage, TimeProvider time)
{
    private readonly TableClient _table = storage.Table("TicketIntake");

    internal async Task NoteAsync(string book, string operationId, string? correlationId, IntakeTally tally)
    {
        await storage.ReadyAsync();
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, JsonAnswer.Options))
        {
            json.WriteStartArray();
            foreach (var (path, code, detail) in tally.Refused.OrderBy(one => one.Path, StringComparer.Ordinal))
            {
                json.WriteStartObject();
                json.WriteString("path", path);
                json.WriteString("code", code);
                json.WriteString("detail", detail);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        var row = new TableEntity(book, Ids.Key(operationId)) { ["OperationId"] = operationId, ["CorrelationId"] = correlationId ?? "", ["ProcessedAt"] = time.GetUtcNow(), ["Taken"] = tally.Taken, ["Known"] = tally.Known };
        row.AddText("Refused", System.Text.Encoding.UTF8.GetString(buffer.ToArray()));
        await _table.AddIfAbsentAsync(row);
    }

    public async Task<TableEntity?> FindAsync(string book, string operationId)
    {
        await storage.ReadyAsync();
        return await _table.FindAsync(book, Ids.Key(operationId));
    }
}
