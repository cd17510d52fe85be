using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Azure.Data.Tables;
using BackOffice.Accruals;
using BackOffice.Assets;
using BackOffice.Kernel;
using BackOffice.Ledger;
using BackOffice.LocalWorker;

namespace BackOffice.Benchmarks;

/// <summary>
/// A night with many slices due, from the call that starts it to the record that says it is done; and many deadlines in one minute. It proves its own result: every slice in the book, every account as it must be, every
/// check passed, nothing left in the agenda. Azurite holds its rows in memory here: else it would write all of them to its file anew every five seconds, and little else.
/// </summary>
internal static class NightBenchmark
{
    private const string Book = "night";
    private const int Deadlines = 10_000;
    private static readonly DateOnly Date = new(2026, 1, 31);
    private static readonly DateTimeOffset DayAfter = new(2026, 2, 1, 11, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    /// <summary>A department's cases of which each has one entry due in the night.</summary>
    /// <param name="Table">Where they are kept.</param>
    /// <param name="Account">An account that their entries move, which is theirs alone.</param>
    /// <param name="Case">The first commit of the n-th.</param>
    /// <param name="DueMinor">What the n-th one's entry adds to the account, minor units.</param>
    /// <param name="BeforeMinor">What stands there of it before.</param>
    private sealed record Work(string Table, string Account, Func<int, CaseChange> Case, Func<int, long> DueMinor, Func<int, long> BeforeMinor);

    private static readonly Work Accruals = new("Accruals", "1700", AccruedExpense, n => -AmountMinor(n), _ => 0);
    private static readonly Work Assets = new("Assets", "0420", Laptop, n => -AmountMinor(n), n => AmountMinor(n) * 12);

    public static async Task RunAsync(int count)
    {
        await NightAsync([(Accruals, 500), (Assets, 100)]); // what is first compiled must not be counted as growth
        Console.WriteLine();
        Console.WriteLine("| night of | from the call to done | planning and posting | checks | entries a second | storage operations an entry |");
        Console.WriteLine("|---|---:|---:|---:|---:|---:|");
        var small = await PrintAsync(count / 10);
        var large = await PrintAsync(count);
        Console.WriteLine($"| ratio | {large.Seconds / small.Seconds:0.0} | {large.Postings / small.Postings:0.0} | {large.Checks / small.Checks:0.0} | | |");
        PrintKinds(large, count + (count / 5), "entry");

        var deadlines = await AgendaAsync();
        Console.WriteLine();
        Console.WriteLine($"| deadlines of one minute | until none is left | a second | storage operations a deadline |");
        Console.WriteLine("|---|---:|---:|---:|");
        Console.WriteLine($"| {Deadlines:N0} | {deadlines.Seconds:0.0} s | {Deadlines / deadlines.Seconds:N0} | {(double)deadlines.Operations / Deadlines:0.00} |");
        PrintKinds(deadlines, Deadlines, "deadline");
    }

    internal sealed record Measured(double Seconds, double Postings, double Valuations, double Checks, long Operations, IReadOnlyList<KeyValuePair<string, int>> Kinds);

    /// <summary>So many slices, and a fifth as many assets.</summary>
    private static async Task<Measured> PrintAsync(int slices)
    {
        var count = slices + (slices / 5);
        var night = await NightAsync([(Accruals, slices), (Assets, slices / 5)]);
        Console.WriteLine($"| {slices:N0} slices and {slices / 5:N0} assets | {night.Seconds:0.0} s | {night.Postings:0.0} s | {night.Checks:0.0} s | {count / night.Seconds:N0} | {(double)night.Operations / count:0.0000} |");
        return night;
    }

    internal static void PrintKinds(Measured measured, int count, string what)
    {
        Console.WriteLine();
        Console.WriteLine($"| storage operations | all | each {what} |");
        Console.WriteLine("|---|---:|---:|");
        foreach (var (kind, times) in measured.Kinds) Console.WriteLine($"| {kind} | {times:N0} | {(double)times / count:0.00000} |");
    }

    private static async Task<Measured> NightAsync((Work Work, int Count)[] works)
    {
        await using var azurite = await AzuriteProcess.StartAsync(new AzuriteOptions());
        await using var app = await HostedApp.StartAsync(azurite, DayAfter);
        await app.SendAsync(HttpMethod.Put, $"books/{Book}", """{"name":"Benchmark","currency":"EUR","chart":"SKR03"}""");
        var seeding = Stopwatch.StartNew();
        foreach (var (work, count) in works) await CaseSeed.CasesAsync(azurite, work.Table, Book, Enumerable.Range(0, count).Select(work.Case));
        var (slices, seeded) = (works.Sum(work => work.Count), seeding.Elapsed.TotalSeconds);
        var before = works.Where(work => work.Work.BeforeMinor(0) > 0).ToList();
        foreach (var (work, count) in before)
        {
            var amount = Amount.Format(Enumerable.Range(0, count).Sum(work.BeforeMinor), 2);
            await app.SendAsync(HttpMethod.Post, $"books/{Book}/entries", $$"""{"id":"before-{{work.Account}}","date":"2026-01-01","text":"Before","lines":[{"account":"{{work.Account}}","debit":"{{amount}}"},{"account":"1200","credit":"{{amount}}"}]}""");
        }

        var (night, measured) = await RunNightAsync(azurite, app, Book, Date, slices);
        Console.Error.WriteLine($"  {slices:N0} cases: put there in {seeded:0} s");
        foreach (var (work, _) in works) Must(night.GetProperty("checks").EnumerateArray().Any(check => Text(check, "subject") == work.Account), night);
        await ProveAsync(azurite, app, Book, slices + before.Count, [.. works.Select(work => (work.Work.Account, Enumerable.Range(0, work.Count).Sum(n => work.Work.BeforeMinor(n) + work.Work.DueMinor(n))))]);
        return measured;
    }

    /// <summary>Runs a night, from the call that starts it to its end; proves that it is done, posted all of so many entries, and that every check has passed.</summary>
    internal static async Task<(JsonElement Night, Measured Measured)> RunNightAsync(AzuriteProcess azurite, HostedApp app, string book, DateOnly date, int entries)
    {
        using var operations = new StorageOperations(azurite);
        var clock = Stopwatch.StartNew();
        await app.SendAsync(HttpMethod.Post, $"books/{book}/nights/{BusinessDay.Text(date)}");
        double? planned = null;
        JsonElement night;
        while (true)
        {
            night = await app.GetAsync($"books/{book}/nights/{BusinessDay.Text(date)}");
            if (planned is null && Number(night, "planned") > 0) planned = clock.Elapsed.TotalSeconds;
            if (Text(night, "status") != "running") break;
            if (clock.Elapsed > Patience) throw new InvalidOperationException($"The night does not end: {night.GetRawText()}");
            await Task.Delay(Look);
        }

        var seconds = clock.Elapsed.TotalSeconds;
        var (total, kinds) = operations.Read();
        Console.Error.WriteLine($"  {entries:N0} entries: planned after {planned:0.0} s");
        Must(Text(night, "status") == "done" && Number(night, "planned") == entries && Number(night, "posted") == entries && Number(night, "known") == 0 && Number(night, "refused") == 0, night);
        Must(Number(night, "checksFailed") == 0 && night.GetProperty("checks").EnumerateArray().All(check => check.GetProperty("passed").GetBoolean()), night);
        return (night, new Measured(seconds, PhaseSeconds(night, "postings"), PhaseSeconds(night, "valuations"), PhaseSeconds(night, "checks"), total, kinds));
    }

    private static async Task<Measured> AgendaAsync()
    {
        await using var azurite = await AzuriteProcess.StartAsync(new AzuriteOptions());
        await using var app = await HostedApp.StartAsync(azurite, DayAfter);
        await app.SendAsync(HttpMethod.Put, $"books/{Book}", """{"name":"Benchmark","currency":"EUR","chart":"SKR03"}""");
        await app.FireAsync(nameof(Tick)); // from now on a tick takes what has come since the last
        await EventuallyAsync(async () => await FirstAsync(azurite, "Agenda", "PartitionKey eq 'tick'") is not null, "the first tick");
        await CaseSeed.CasesAsync(azurite, "Accruals", Book, Enumerable.Range(0, Deadlines).Select(Untold));
        var due = new DateTimeOffset(DayAfter.UtcDateTime.AddMinutes(10));
        await CaseSeed.DeadlinesAsync(azurite, Enumerable.Range(0, Deadlines).Select(n => new Deadline(due.AddSeconds(n % 60), "accruals", Book, CaseId(n), "tell-000001")));
        app.Clock.Set(due.AddMinutes(1));

        using var operations = new StorageOperations(azurite);
        var clock = Stopwatch.StartNew();
        await app.FireAsync(nameof(Tick));
        await EventuallyAsync(async () => await FirstAsync(azurite, "Agenda", "PartitionKey lt 'tick'") is null, "the deadlines have been dealt with");
        var seconds = clock.Elapsed.TotalSeconds;
        var (total, kinds) = operations.Read();

        if (await FirstAsync(azurite, "Accruals", "RowKey ge 'tell!' and RowKey lt 'tell\"'") is { } left) throw new InvalidOperationException($"{left.RowKey} has not been told.");
        await ProveAsync(azurite, app, Book, Deadlines, [("0980", Enumerable.Range(0, Deadlines).Sum(AmountMinor))]);
        return new Measured(seconds, 0, 0, 0, total, kinds);
    }

    /// <summary>So many entries are in the book and no more, its accounts are as they must be, and nothing is left in the agenda or in poison.</summary>
    internal static async Task ProveAsync(AzuriteProcess azurite, HostedApp app, string book, int entries, (string Account, long BalanceMinor)[] accounts)
    {
        var known = await app.GetAsync($"books/{book}");
        Must(Number(known, "entries") == entries, known);
        var balances = (await app.GetAsync($"books/{book}/trial-balance?on=2199-12-31")).GetProperty("accounts");
        foreach (var (account, minor) in accounts)
        {
            var line = balances.EnumerateArray().Single(line => Text(line, "account") == account);
            Must(Text(line, "balance") == Amount.Format(minor, 2), line);
        }

        if (await FirstAsync(azurite, "Agenda", "PartitionKey lt 'tick'") is { } deadline) throw new InvalidOperationException($"Left in the agenda: {deadline.RowKey}");
        if (await FirstAsync(azurite, "PoisonMessages", "PartitionKey ge ''") is { } poison) throw new InvalidOperationException($"Poison: {poison.PartitionKey}");
    }

    /// <summary>A year's expense that is invoiced later, one slice of it due in January.</summary>
    private static CaseChange AccruedExpense(int n) => Created(n, AccrualTable.Write(Of(n, AccrualKind.AccruedExpense, "1700", AmountMinor(n) * 12)), null);

    /// <summary>A laptop that was bought in January, a twelfth of it due.</summary>
    private static CaseChange Laptop(int n)
    {
        var asset = new Asset(string.Create(CultureInfo.InvariantCulture, $"Laptop no. {n}"), AmountMinor(n) * 12, new DateOnly(2026, 1, 1), 12, DepreciationMethod.StraightLine, "0420", "4830", 0, 0, "01-01", null, null, 0, []);
        return Created(n, AssetTable.Write(asset), null);
    }

    /// <summary>A deferral whose commit was cut off before its booking was told.</summary>
    private static CaseChange Untold(int n)
    {
        var accrual = Of(n, AccrualKind.PrepaidExpense, "0980", AmountMinor(n));
        return Created(n, AccrualTable.Write(accrual), Posting.ToTell([AccrualEntries.Of(CaseId(n), accrual)[0]], 2, "bench"));
    }

    private static CaseChange Created(int n, string json, string? tell) => new(CaseId(n), new CaseStep(1, DayAfter.AddDays(-31), "bench", CaseCommand.Create, json), json, CaseCommand.Create) { Tell = tell };

    private static Accrual Of(int n, AccrualKind kind, string account, long amountMinor) => new(
        kind, amountMinor, new DateOnly(2026, 1, 1), new DateOnly(2026, 1, 1), new DateOnly(2026, 12, 31), AccrualMethod.Monthly, account, "4360", string.Create(CultureInfo.InvariantCulture, $"Insurance no. {n}"),
        new DateOnly(2026, 1, 1), false, []);

    private static string CaseId(int n) => string.Create(CultureInfo.InvariantCulture, $"case-{n:D6}");

    private static long AmountMinor(int n) => 1_000 + (n * 7_919L % 90_001);

    private static async Task<TableEntity?> FirstAsync(AzuriteProcess azurite, string table, string filter)
    {
        await foreach (var row in new TableClient(azurite.ConnectionString, table).QueryAsync<TableEntity>(filter, maxPerPage: 1)) return row;
        return null;
    }

    private static async Task EventuallyAsync(Func<Task<bool>> isTrue, string what)
    {
        for (var clock = Stopwatch.StartNew(); !await isTrue(); await Task.Delay(Look))
            if (clock.Elapsed > Patience) throw new InvalidOperationException($"Still not true: {what}.");
    }

    internal static void Must(bool isTrue, JsonElement answer)
    {
        if (!isTrue) throw new InvalidOperationException($"The result is not what it must be: {answer.GetRawText()}");
    }

    private static double PhaseSeconds(JsonElement night, string name)
    {
        var phase = night.GetProperty("phases").EnumerateArray().Single(phase => Text(phase, "name") == name);
        return (phase.GetProperty("endedAt").GetDateTimeOffset() - phase.GetProperty("startedAt").GetDateTimeOffset()).TotalSeconds;
    }

    internal static string? Text(JsonElement json, string name) => json.GetProperty(name).GetString();

    internal static long Number(JsonElement json, string name) => json.GetProperty(name).GetInt64();
}
