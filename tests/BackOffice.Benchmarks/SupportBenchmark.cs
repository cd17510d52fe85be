using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Azure.Data.Tables;
using Azure.Storage.Queues;
using BackOffice.Kernel;
using BackOffice.LocalWorker;
using BackOffice.Support;

namespace BackOffice.Benchmarks;

/// <summary>
/// A service desk with many open tickets: what a tick costs by the tickets that are due and by those that are open, how long a page of a list takes, and how many tickets a minute come in by the queue, each message twice and out of
/// order. It proves its own result: each due ticket's clock told once, none left on the agenda, every ticket there once. Azurite holds its rows in memory here.
/// </summary>
internal static class SupportBenchmark
{
    private const string Book = "support";
    private static readonly DateTimeOffset Start = new(2026, 3, 2, 8, 0, 0, TimeSpan.Zero);

    /// <param name="open">So many tickets are open, at least 20,000, since 1,100 of a tenth of them come due; 0: only what comes in by the queue.</param>
    public static async Task RunAsync(int open)
    {
        if (open > 0) await WithOpenAsync(open);
        await IntakeAsync(10_000);
    }

    private static async Task WithOpenAsync(int open)
    {
        Console.WriteLine();
        Console.WriteLine("| open tickets | due | tick, until all are told | storage operations, queue polls left out | a due ticket |");
        Console.WriteLine("|---:|---:|---:|---:|---:|");
        await TicksAsync(open / 10, lists: false);
        await TicksAsync(open, lists: true);
    }

    private static async Task TicksAsync(int open, bool lists)
    {
        await using var azurite = await AzuriteProcess.StartAsync(new AzuriteOptions());
        await using var app = await HostedApp.StartAsync(azurite, Start, "Operator,Accounting,Auditor,Support");
        await OpenAsync(app);
        // Each is due, 75 % of 60 minutes, in a minute of its own group: 0, 100 and 1,000 tickets in three minutes, all others tomorrow.
        int GroupOf(int n) => n < 100 ? 1 : n < 1_100 ? 2 : 3;
        DateTimeOffset Came(int n) => GroupOf(n) switch { 1 => Start.AddMinutes(5), 2 => Start.AddMinutes(10), _ => Start.AddDays(1) };
        await CaseSeed.CasesAsync(azurite, "Tickets", Book, Enumerable.Range(0, open).Select(n => Ticket(n, Came(n))));
        await CaseSeed.DeadlinesAsync(azurite, Enumerable.Range(0, open).Select(n => new Deadline(Came(n).AddMinutes(45), "tickets", Book, Id(n), Deadline.Due)));

        await TickAsync(azurite, app, open, Start.AddMinutes(40), 0, print: false); // the first one of an app compiles and looks far back
        await TickAsync(azurite, app, open, Start.AddMinutes(41), 0, print: true);
        await TickAsync(azurite, app, open, Start.AddMinutes(51), 100, print: true);
        await TickAsync(azurite, app, open, Start.AddMinutes(56), 1_000, print: true);
        if (lists) await ListsAsync(app, open);
    }

    private static async Task TickAsync(AzuriteProcess azurite, HostedApp app, int open, DateTimeOffset at, int due, bool print)
    {
        app.Clock.Set(at);
        using var operations = new StorageOperations(azurite);
        var clock = Stopwatch.StartNew();
        await app.FireAsync("Tick");
        var told = 0;
        var queue = new QueueClient(azurite.ConnectionString, "support-escalations", new QueueClientOptions { MessageEncoding = QueueMessageEncoding.Base64 });
        var agenda = new TableClient(azurite.ConnectionString, "Agenda");
        while (true)
        {
            var waiting = (await queue.GetPropertiesAsync()).Value.ApproximateMessagesCount;
            var sent = (await agenda.FindAsync("tick", "sent"))?.GetDateTimeOffset("Through");
            if (waiting >= due && sent >= at) break;
            if (clock.Elapsed.TotalMinutes > 4) throw new InvalidOperationException($"{waiting} of {due} were told.");
            await Task.Delay(20);
        }

        var seconds = clock.Elapsed.TotalSeconds;
        await Task.Delay(300); // what is still to be struck off
        var (_, kinds) = operations.Read();
        var counted = kinds.Where(kind => !kind.Key.StartsWith("queue", StringComparison.Ordinal)).Sum(kind => kind.Value) - 1;
        while ((await queue.ReceiveMessagesAsync(32)).Value is { Length: > 0 } messages)
        {
            foreach (var message in messages) await queue.DeleteMessageAsync(message.MessageId, message.PopReceipt);
            told += messages.Length;
        }

        if (told != due) throw new InvalidOperationException($"{told} were told, not {due}.");
        if (print) Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {open:N0} | {due:N0} | {seconds:0.00} s | {counted:N0} | {(due == 0 ? "" : $"{(double)counted / due:0.0}")} |"));
    }

    private static async Task ListsAsync(HostedApp app, int open)
    {
        var cold = Stopwatch.StartNew();
        var page = await app.GetAsync($"books/{Book}/tickets");
        var coldSeconds = cold.Elapsed.TotalSeconds;
        if (page.GetProperty("tickets").GetArrayLength() != 50) throw new InvalidOperationException("A page has not 50 tickets.");
        Console.WriteLine();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| a page of 50 of {open:N0} open tickets (the first, which loads them: {coldSeconds:0.0} s) | p50 | p99 |"));
        Console.WriteLine("|---|---:|---:|");
        (string What, string Query)[] lists = [("newest", ""), ("of a team", "?team=team-7"), ("of an assignee", "?assignee=agent-77"), ("of a caller", "?caller=caller-4711"), ("by status", "?status=new"), ("with a text that few have", "?text=needle"), ("deep in the list", "")];
        var deep = page.GetProperty("next").GetString()!;
        for (var n = 0; n < 20; n++) deep = (await app.GetAsync(deep["/api/".Length..])).GetProperty("next").GetString()!;
        foreach (var (what, query) in lists)
        {
            List<double> times = [];
            for (var n = 0; n < 200; n++)
            {
                // Between two looks somebody changes a ticket, which the next look must know.
                if (n % 10 == 0) await app.SendAsync(HttpMethod.Post, $"books/{Book}/tickets/{Id(2_000 + n)}/events", $$"""{"type":"comment","id":"{{what.Replace(' ', '-')}}-{{n}}","text":"word"}""");
                var clock = Stopwatch.StartNew();
                await app.GetAsync(what.StartsWith("deep", StringComparison.Ordinal) ? deep["/api/".Length..] : $"books/{Book}/tickets{query}");
                times.Add(clock.Elapsed.TotalMilliseconds);
            }

            times.Sort();
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {what} | {times[100]:0.0} ms | {times[198]:0.0} ms |"));
        }
    }

    private static async Task IntakeAsync(int count)
    {
        await using var azurite = await AzuriteProcess.StartAsync(new AzuriteOptions());
        await using var app = await HostedApp.StartAsync(azurite, Start, "Operator,Accounting,Auditor,Support");
        await OpenAsync(app);
        const int part = 50;
        var tickets = Enumerable.Range(0, count / part).Select(message => Message($"in-{message}", string.Join(',', Enumerable.Range(message * part, part).Select(n => Wanted(n))), "")).ToList();
        var events = Enumerable.Range(0, count / part / 5).Select(message => Message($"ev-{message}", "", string.Join(',', Enumerable.Range(0, part).Select(n => $$"""{"ticket":"{{Id((message * part) + n)}}","id":"mail-{{n}}","type":"comment","from":"caller","text":"Any news?"}""")))).ToList();
        // Each message twice, in an order that has nothing to do with what is in them.
        var mixed = tickets.Concat(tickets).Concat(events).Concat(events).Select((text, n) => (Text: text, Key: Ids.Key($"{n}:{text}"))).OrderBy(one => one.Key, StringComparer.Ordinal).Select(one => one.Text).ToList();
        await app.SendAsync(HttpMethod.Put, $"books/{Book}/tickets/warm-up", $"{{{WantedOf(-1)}}}");

        using var operations = new StorageOperations(azurite);
        var queue = new QueueClient(azurite.ConnectionString, "support-intake", new QueueClientOptions { MessageEncoding = QueueMessageEncoding.Base64 });
        var clock = Stopwatch.StartNew();
        await Parallel.ForEachAsync(mixed, new ParallelOptions { MaxDegreeOfParallelism = 4 }, async (message, cancellation) => await queue.SendMessageAsync(message, cancellation));
        var table = new TableClient(azurite.ConnectionString, "TicketIntake");
        var (ticketsDone, all) = (0.0, false);
        while (!all)
        {
            if (clock.Elapsed.TotalMinutes > 8) throw new InvalidOperationException("The messages were not worked off in time.");
            await Task.Delay(250);
            var done = new HashSet<string>(StringComparer.Ordinal);
            await foreach (var row in table.QueryAsync<TableEntity>(select: ["OperationId"])) done.Add(row.GetString("OperationId"));
            if (ticketsDone == 0 && Enumerable.Range(0, tickets.Count).All(n => done.Contains($"in-{n}"))) ticketsDone = clock.Elapsed.TotalSeconds;
            all = done.Count == tickets.Count + events.Count && (await queue.GetPropertiesAsync()).Value.ApproximateMessagesCount == 0;
        }

        var seconds = clock.Elapsed.TotalSeconds;
        var (total, kinds) = operations.Read();
        var cases = new TableClient(azurite.ConnectionString, "Tickets");
        var (created, comments) = (0, 0);
        await foreach (var row in cases.QueryAsync<TableEntity>("RowKey ge 'log!' and RowKey lt 'log\"'", select: ["Command"]))
            _ = row.GetString("Command") == "create" ? created++ : comments++;
        if (created - 1 != count || comments != count / 5) throw new InvalidOperationException($"{created - 1} tickets and {comments} comments are there, not {count} and {count / 5}.");
        Console.WriteLine();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {count:N0} tickets and {count / 5:N0} events by the queue, each message twice, in any order | |"));
        Console.WriteLine("|---|---:|");
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| all tickets there | {ticketsDone:0.0} s: {count / ticketsDone * 60:N0} a minute |"));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| all messages worked off, events that came before their tickets tried again | {seconds:0.0} s |"));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| storage operations a ticket | {(double)total / count:0.0} |"));
        foreach (var (kind, number) in kinds.Take(8)) Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"|   {kind} | {(double)number / count:0.00} |"));
    }

    private static async Task OpenAsync(HostedApp app)
    {
        await app.SendAsync(HttpMethod.Put, $"books/{Book}", """{"name":"Benchmark","currency":"EUR"}""");
        await app.SendAsync(HttpMethod.Put, $"books/{Book}/calendars/always", """{"zone":"Europe/Berlin","hours":{"mon":[["00:00","24:00"]],"tue":[["00:00","24:00"]],"wed":[["00:00","24:00"]],"thu":[["00:00","24:00"]],"fri":[["00:00","24:00"]]},"holidayCalendar":"DE-BY"}""");
        await app.SendAsync(HttpMethod.Put, $"books/{Book}/service-levels/mail", """{"calendar":"always","targets":{"3":{"firstResponse":60}}}""");
    }

    private static CaseChange Ticket(int n, DateTimeOffset came)
    {
        var ticket = new Ticket(
            string.Create(CultureInfo.InvariantCulture, $"caller-{n % 10_000}"), "mail", 2, 2, false, null, string.Create(CultureInfo.InvariantCulture, $"Something is wrong, no. {n}{(n % 5_000 == 4_999 ? " needle" : "")}"), "It worked yesterday, and today it does not. " + new string('x', 300), [],
            TicketStatus.New, null, string.Create(CultureInfo.InvariantCulture, $"team-{n % 20}"), n % 2 == 0 ? null : string.Create(CultureInfo.InvariantCulture, $"agent-{n % 300}"), null,
            [new TicketEvent(came, TicketAct.Create, "bench", Impact: 2, Urgency: 2, IsMajor: false, Service: "mail")], [], [], came.AddMinutes(60));
        return new CaseChange(Id(n), new CaseStep(1, came, "bench", CaseCommand.Create, "{}"), SupportTables.Write(ticket), CaseCommand.Create);
    }

    private static string Wanted(int n) => $$"""{"id":"{{Id(n)}}",{{WantedOf(n)}}}""";

    private static string WantedOf(int n) => string.Create(CultureInfo.InvariantCulture, $"\"caller\":\"caller-{n}\",\"service\":\"mail\",\"impact\":2,\"urgency\":2,\"subject\":\"Something is wrong, no. {n}\",\"text\":\"It worked yesterday, and today it does not.\"");

    private static string Message(string id, string tickets, string events) => JsonSerializer.Serialize(JsonDocument.Parse($$"""{"schema":"support-intake","version":1,"operationId":"{{id}}","correlationId":"{{id}}","body":{"book":"{{Book}}","tickets":[{{tickets}}],"events":[{{events}}]} }""").RootElement);

    private static string Id(int n) => string.Create(CultureInfo.InvariantCulture, $"T{n:D6}");
}
