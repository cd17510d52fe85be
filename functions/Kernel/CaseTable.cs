using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Azure;
using Azure.Data.Tables;

namespace BackOffice.Kernel;

/// <summary>A case as it stands: anything a department keeps a state of (an accrual, an asset, a ticket).</summary>
/// <param name="Id">The caller's id.</param>
/// <param name="State">The department's own JSON.</param>
/// <param name="Version">How many commits it has had, from 1. Callers see it as the ETag.</param>
/// <param name="IsDone">Whether it has come to its end.</param>
/// <param name="ETag">Of its row: the case's optimistic lock.</param>
public sealed record CaseRow(string Id, string State, int Version, bool IsDone, ETag ETag)
{
    /// <summary>The state as the department's record.</summary>
    public T Read<T>(JsonTypeInfo<T> type) => JsonSerializer.Deserialize(State, type) ?? throw new InvalidDataException($"Case {Id} is empty.");

    /// <summary>The version as callers see it: <c>"3"</c>.</summary>
    public string Tag => string.Create(CultureInfo.InvariantCulture, $"\"{Version}\"");
}

/// <summary>One commit of a case, for its history: who did what, when and with which request.</summary>
/// <param name="Version">The version it led to.</param>
/// <param name="At">When it was committed.</param>
/// <param name="By">Stable id of the caller, or the function that did it.</param>
/// <param name="Command">What was done, as the step is named in the URL: <c>cancellation</c>.</param>
/// <param name="Request">The request in one form, JSON.</param>
public sealed record CaseStep(int Version, DateTimeOffset At, string By, string Command, string Request)
{
    /// <summary>Writes a case's <c>history</c>.</summary>
    public static void Write(Utf8JsonWriter json, IReadOnlyList<CaseStep> history)
    {
        json.WriteList("history", history, step =>
        {
            json.WriteNumber("version", step.Version);
            json.WriteString("at", step.At.UtcDateTime);
            json.WriteString("by", step.By);
            json.WriteString("command", step.Command);
            json.WritePropertyName("request");
            json.WriteRawValue(step.Request);
        });
    }
}

/// <summary>What a commit makes of a case.</summary>
/// <param name="Step">The line of history; its version is the case's new one.</param>
/// <param name="State">The state after it, the department's JSON.</param>
/// <param name="OperationId">Names the operation within the case; done once it is not done again.</param>
public sealed record CaseChange(string Id, CaseStep Step, string State, string OperationId)
{
    /// <summary>Whether the case has come to its end; its row then moves from <c>open!</c> to <c>done!</c>.</summary>
    public bool IsDone { get; init; }

    /// <summary>What must be told after the commit; it stands in a <c>tell!</c> row until it has been. Null: nothing.</summary>
    public string? Tell { get; init; }
}

/// <summary>The mark that an operation left.</summary>
/// <param name="RequestKey">Digest of its request.</param>
/// <param name="Version">The version it led to.</param>
public sealed record CaseMark(string RequestKey, int Version)
{
    /// <summary>Two requests are the same when they ask the same of the same step.</summary>
    public static string KeyOf(string command, string request) => Ids.Key($"{command}:{request}");
}

/// <summary>
/// The cases of one department: a table of its own, PartitionKey <c>{book}|{bucket}</c> (bucket: first hex digit of the id's digest), so that all rows of a case lie in one partition.
/// <list type="table">
/// <listheader><term>RowKey</term><description>what (cardinality)</description></listheader>
/// <item><term><c>open!{id}</c> or <c>done!{id}</c></term><description>the case: State (JSON, cut into State0, State1 … of 30,000 characters), Version (1 a case)</description></item>
/// <item><term><c>log!{id}!{version, 6 digits}</c></term><description>its history: At, By, Command, Request; never changed (1 a commit)</description></item>
/// <item><term><c>op!{id}!{digest of the operation id}</c></term><description>mark of a finished operation: RequestKey, Version (1 a commit)</description></item>
/// <item><term><c>tell!{id}!{version, 6 digits}</c></term><description>what that commit has still to tell: Body; deleted when it has been told (0 or 1 a commit)</description></item>
/// </list>
/// </summary>
public sealed class CaseTable(Storage storage, string name)
{
    /// <summary>So long may a state's JSON become: a row holds 1 MiB, two bytes a character.</summary>
    public const int MaxStateChars = 400_000;

    private readonly TableClient _table = storage.Table(name);

    /// <summary>Where a case comes in a scan: <c>{bucket}!{id}</c>.</summary>
    public static string Position(string id) => $"{Bucket(id)}!{id}";

    public async Task<CaseRow?> FindAsync(string book, string id)
    {
        await storage.ReadyAsync();
        return await ReadAsync(book, "open!", id) ?? await ReadAsync(book, "done!", id)
            ?? await ReadAsync(book, "open!", id); // it may have been reopened between the two looks
    }

    /// <summary>Open (or done) cases in order of <see cref="Position"/>, those after one position and up to another.</summary>
    public async IAsyncEnumerable<CaseRow> ScanAsync(string book, bool done = false, string? after = null, string? through = null)
    {
        await foreach (var row in RowsAsync(book, done ? "done!" : "open!", after, through)) yield return FromRow(row);
    }

    /// <summary>All cases, each once: the open ones, then the done ones, so that one which comes to its end between the two scans is seen.</summary>
    public async IAsyncEnumerable<CaseRow> ScanAllAsync(string book)
    {
        HashSet<string> seen = new(StringComparer.Ordinal);
        foreach (var done in (bool[])[false, true])
            await foreach (var row in ScanAsync(book, done))
                if (seen.Add(row.Id)) yield return row;
    }

    /// <summary>The rows of one kind, partition by partition in order of key; of cases those after one position and up to another.</summary>
    private async IAsyncEnumerable<TableEntity> RowsAsync(string book, string prefix, string? after = null, string? through = null)
    {
        await storage.ReadyAsync();
        if (after is null && await FindSmallAsync(book) is { } small)
        {
            foreach (var row in small)
                if (row.RowKey.StartsWith(prefix, StringComparison.Ordinal) && (through is null || string.CompareOrdinal(Position(row.RowKey[prefix.Length..]), through) <= 0)) yield return row;
            yield break;
        }

        foreach (var bucket in "0123456789abcdef")
        {
            if (after is not null && bucket < after[0]) continue;
            if (through is not null && bucket > through[0]) yield break;
            var from = after is not null && after[0] == bucket ? $"RowKey gt '{prefix}{after[2..]}'" : $"RowKey ge '{prefix}'";
            var to = through is not null && through[0] == bucket ? $"RowKey le '{prefix}{through[2..]}'" : $"RowKey lt '{prefix[..^1]}\"'";
            await foreach (var row in _table.QueryAsync<TableEntity>($"PartitionKey eq '{book}|{bucket}' and {from} and {to}", maxPerPage: 1000)) yield return row;
        }
    }

    /// <summary>All rows of a book that has so few that they come in one answer, as most have in most departments: one request instead of sixteen. Null: it has more.</summary>
    private async Task<IReadOnlyList<TableEntity>?> FindSmallAsync(string book)
    {
        await foreach (var page in _table.QueryAsync<TableEntity>($"PartitionKey ge '{book}|0' and PartitionKey lt '{book}|g'", maxPerPage: 1000).AsPages()) return page.ContinuationToken is null ? page.Values : null;
        return [];
    }

    public async Task<IReadOnlyList<CaseStep>> HistoryAsync(string book, string id)
    {
        await storage.ReadyAsync();
        List<CaseStep> steps = [];
        await foreach (var row in _table.QueryAsync<TableEntity>(Rows(book, "log!", id))) steps.Add(FromLog(row));
        return steps;
    }

    /// <summary>The histories of all cases, case by case, each in order.</summary>
    public async IAsyncEnumerable<(string Id, IReadOnlyList<CaseStep> Steps)> HistoriesAsync(string book)
    {
        var (id, steps) = ("", new List<CaseStep>());
        await foreach (var row in RowsAsync(book, "log!"))
        {
            var of = row.RowKey[4..row.RowKey.LastIndexOf('!')];
            if (of != id && steps.Count > 0)
            {
                yield return (id, steps);
                steps = [];
            }

            id = of;
            steps.Add(FromLog(row));
        }

        if (steps.Count > 0) yield return (id, steps);
    }

    /// <summary>The mark of an operation on a case; null when it has not been done.</summary>
    public async Task<CaseMark?> FindMarkAsync(string book, string id, string operationId)
    {
        await storage.ReadyAsync();
        return await _table.FindAsync(Partition(book, id), MarkKey(id, operationId)) is { } row ? new CaseMark(row.GetString("RequestKey"), row.GetInt32("Version")!.Value) : null;
    }

    /// <summary>
    /// Commits a change in one transaction, when the case is still as <paramref name="before"/> (null: not there): the case as it is then. Null: somebody else was first; load and decide anew.
    /// After an unclear answer the operation's mark tells: it stands there only when this commit, or the very same one before it, has taken effect.
    /// </summary>
    public async Task<CaseRow?> CommitAsync(string book, CaseRow? before, CaseChange change)
    {
        await storage.ReadyAsync();
        using var span = Telemetry.Source.StartActivity("case commit", System.Diagnostics.ActivityKind.Client)?.SetTag("backoffice.book", book).SetTag("backoffice.table", name).SetTag("backoffice.command", change.Step.Command);
        var actions = Actions(book, before, change);
        try
        {
            var written = (await _table.SubmitTransactionAsync(actions, CancellationToken.None)).Value[actions.FindIndex(action => action.ActionType != TableTransactionActionType.Delete)];
            return written.Headers.ETag is { } tag ? new CaseRow(change.Id, change.State, change.Step.Version, change.IsDone, tag) : await FindAsync(book, change.Id);
        }
        catch (RequestFailedException e) when (e.Status is 404 or 409 or 412)
        {
            // The client's own second try may have met what its first had done; another's commit of the same request may have been decided otherwise.
            return await FindMarkAsync(book, change.Id, change.OperationId) is { } mark && mark.Version == change.Step.Version && mark.RequestKey == CaseMark.KeyOf(change.Step.Command, change.Step.Request)
                && await FindAsync(book, change.Id) is { } row && row.Version == change.Step.Version && row.State == change.State ? row : null;
        }
    }

    /// <summary>Puts cases that have come to their end where no scan of the open ones meets them; one that was changed meanwhile stays.</summary>
    /// <param name="command">What their history says of it.</param>
    public Task FileAwayAsync(string book, IEnumerable<CaseRow> ended, string by, string command, DateTimeOffset now) =>
        Parallel.ForEachAsync(ended, new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (row, _) =>
            await CommitAsync(book, row, new CaseChange(row.Id, new CaseStep(row.Version + 1, now, by, command, "{}"), row.State, command) { IsDone = true }));

    /// <summary>What the commit that led to this version has still to tell; null when it has been told.</summary>
    public async Task<string?> FindTellAsync(string book, string id, int version)
    {
        await storage.ReadyAsync();
        return await _table.FindAsync(Partition(book, id), TellKey(id, version)) is { } row ? row.Text("Body") : null;
    }

    /// <summary>What all commits of a book have still to tell: cases and the versions that they led to.</summary>
    public async IAsyncEnumerable<(string Id, int Version)> UntoldAsync(string book)
    {
        await foreach (var row in RowsAsync(book, "tell!")) yield return (row.RowKey[5..^7], int.Parse(row.RowKey.AsSpan(row.RowKey.Length - 6), CultureInfo.InvariantCulture));
    }

    /// <summary>Notes that it has been told. The row is never changed, so whoever deletes it means the same one.</summary>
    public Task ToldAsync(string book, string id, int version) => _table.DeleteEntityAsync(Partition(book, id), TellKey(id, version));

    /// <summary>The rows that a change writes, all of one partition.</summary>
    internal static List<TableTransactionAction> Actions(string book, CaseRow? before, CaseChange change)
    {
        if (change.State.Length > MaxStateChars) throw new InvalidOperationException($"The state of case {change.Id} has {change.State.Length:N0} characters; a row holds {MaxStateChars:N0}.");
        var partition = Partition(book, change.Id);
        var row = new TableEntity(partition, (change.IsDone ? "done!" : "open!") + change.Id) { ["Version"] = change.Step.Version };
        row.AddText("State", change.State);
        List<TableTransactionAction> actions = [];
        if (before is null) actions.Add(new(TableTransactionActionType.Add, row));
        else if (before.IsDone == change.IsDone) actions.Add(new(TableTransactionActionType.UpdateReplace, row, before.ETag));
        else
        {
            actions.Add(new(TableTransactionActionType.Delete, new TableEntity(partition, (before.IsDone ? "done!" : "open!") + change.Id), before.ETag));
            actions.Add(new(TableTransactionActionType.Add, row));
        }

        var step = new TableEntity(partition, string.Create(CultureInfo.InvariantCulture, $"log!{change.Id}!{change.Step.Version:D6}")) { ["At"] = change.Step.At, ["By"] = change.Step.By, ["Command"] = change.Step.Command };
        step.AddText("Request", change.Step.Request);
        actions.Add(new(TableTransactionActionType.Add, step));
        actions.Add(new(TableTransactionActionType.Add, new TableEntity(partition, MarkKey(change.Id, change.OperationId)) { ["RequestKey"] = CaseMark.KeyOf(change.Step.Command, change.Step.Request), ["Version"] = change.Step.Version }));
        if (change.Tell is not null)
        {
            var tell = new TableEntity(partition, TellKey(change.Id, change.Step.Version));
            tell.AddText("Body", change.Tell);
            actions.Add(new(TableTransactionActionType.Add, tell));
        }

        return actions;
    }

    private async Task<CaseRow?> ReadAsync(string book, string prefix, string id) => await _table.FindAsync(Partition(book, id), prefix + id) is { } row ? FromRow(row) : null;

    private static CaseRow FromRow(TableEntity row) => new(row.RowKey[5..], row.Text("State"), row.GetInt32("Version")!.Value, row.RowKey[0] == 'd', row.ETag);

    private static CaseStep FromLog(TableEntity row) => new(
        int.Parse(row.RowKey.AsSpan(row.RowKey.Length - 6), CultureInfo.InvariantCulture), row.GetDateTimeOffset("At")!.Value, row.GetString("By"), row.GetString("Command"), row.Text("Request"));

    private static string Partition(string book, string id) => $"{book}|{Bucket(id)}";

    private static char Bucket(string id) => Ids.Key(id)[0];

    private static string TellKey(string id, int version) => string.Create(CultureInfo.InvariantCulture, $"tell!{id}!{version:D6}");

    private static string MarkKey(string id, string operationId) => $"op!{id}!{Ids.Key(operationId)}";

    /// <summary>The rows of one kind of one case; an id holds no '!', and '"' is the character after it.</summary>
    private static string Rows(string book, string prefix, string id) => $"PartitionKey eq '{Partition(book, id)}' and RowKey ge '{prefix}{id}!' and RowKey lt '{prefix}{id}\"'";
}
