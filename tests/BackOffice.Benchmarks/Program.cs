using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using Azure.Data.Tables;
using BackOffice.Benchmarks;
using BackOffice.LocalWorker;

// dotnet run -c Release --project tests/BackOffice.Benchmarks [-- import|post|size|night|credit|support|exchange|bank|scale [slices, exposures, open tickets, entries or lines] ...]: measures the whole path (HTTP, token check, decision, commit) against Azurite on this machine; scale simulates Azure.
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
var wanted = args.Length == 0 ? ["import", "post", "size", "night", "credit", "support", "exchange", "bank", "scale"] : args;
var many = wanted.Select(word => int.TryParse(word, CultureInfo.InvariantCulture, out var number) ? (int?)number : null).FirstOrDefault(number => number is not null);
var folder = Directory.CreateTempSubdirectory("backoffice-bench-");
Console.WriteLine($"{Environment.ProcessorCount} cores, .NET {Environment.Version}, client, app and Azurite on the same machine");
try
{
    if (wanted.Contains("import")) await ImportAsync();
    if (wanted.Contains("post")) await PostAsync();
    if (wanted.Contains("size")) await SizeAsync();
    if (wanted.Contains("night")) await NightBenchmark.RunAsync(many ?? 100_000);
    if (wanted.Contains("credit")) await CreditBenchmark.RunAsync(many ?? 100_000);
    if (wanted.Contains("scale")) ScaleSimulation.Run();
    if (wanted.Contains("exchange")) await ExchangeBenchmark.RunAsync(many ?? 100_000, folder.FullName);
    if (wanted.Contains("bank")) await BankBenchmark.RunAsync(many ?? 10_000);
    if (wanted.Contains("support")) await SupportBenchmark.RunAsync(many ?? 50_000);
}
finally
{
    folder.Delete(recursive: true);
}

async Task ImportAsync()
{
    await using var azurite = await StartAzuriteAsync("import");
    await using var app = await AppProcess.StartAsync(azurite);
    const int count = 200_000;
    Console.WriteLine();
    Console.WriteLine($"| import of {count:N0} entries | entries/s | rows written per entry | stored bytes per entry | peak memory of the app |");
    Console.WriteLine("|---|---:|---:|---:|---:|");
    for (var run = 0; run < 5; run++)
    {
        var book = $"import-{run}";
        await OpenAsync(app, book);
        var lines = Journal.Lines(0, count);
        var clock = Stopwatch.StartNew();
        await ImportLinesAsync(app, book, lines);
        var seconds = clock.Elapsed.TotalSeconds;
        var (rows, bytes, commits) = await StoredAsync(azurite, book);
        Console.WriteLine($"| run {run + 1}{(run == 0 ? " (cold)" : "")} | {count / seconds:N0} | {(double)(rows + commits) / count:0.00000} | {(double)bytes / count:0.0} | {app.PeakMemoryMiB():N0} MiB |");
    }
}

async Task PostAsync()
{
    await using var azurite = await StartAzuriteAsync("post");
    await using var app = await AppProcess.StartAsync(azurite);
    Console.WriteLine();
    Console.WriteLine("| single POSTs | requests/s | entries per commit | not 201 |");
    Console.WriteLine("|---|---:|---:|---:|");
    await OpenAsync(app, "warm-up");
    await PostLoad.RunAsync(app.Port, app.Token, "warm-up", 64, TimeSpan.FromSeconds(6), "w");
    foreach (var connections in new[] { 1, 64, 256 })
    {
        for (var run = 0; run < 3; run++)
        {
            var book = $"post-{connections}-{run}";
            await OpenAsync(app, book);
            var (perSecond, failed) = await PostLoad.RunAsync(app.Port, app.Token, book, connections, TimeSpan.FromSeconds(6), "p");
            var (rows, _, _) = await StoredAsync(azurite, book);
            Console.WriteLine($"| {connections} connections, run {run + 1} | {perSecond:N0} | {perSecond * 6 / rows:0.0} | {failed} |");
        }
    }
}

async Task SizeAsync()
{
    await using var azurite = await StartAzuriteAsync("size");
    Console.WriteLine();
    Console.WriteLine("| book of | cold start: first trial balance | trial balance p50 / p99, any date | balance sheet p50 / p99 | open items of a party p50 / p99 | peak memory |");
    Console.WriteLine("|---|---:|---:|---:|---:|---:|");
    foreach (var count in new[] { 10_000, 100_000, 1_000_000 })
    {
        var book = $"size-{count}";
        await using (var app = await AppProcess.StartAsync(azurite))
        {
            await OpenAsync(app, book);
            for (var at = 0; at < count; at += 100_000) await ImportLinesAsync(app, book, Journal.Lines(at, Math.Min(count, 100_000), parties: true));
            await CheckpointsDoneAsync(azurite, app, book, count);
        }

        await using var cold = await AppProcess.StartAsync(azurite);
        await cold.Client.GetStringAsync(new Uri("books", UriKind.Relative)); // the process is up and has checked a token; the book is not known yet
        var clock = Stopwatch.StartNew();
        await cold.Client.GetStringAsync(new Uri($"books/{book}/trial-balance?on=2024-06-15", UriKind.Relative));
        var coldSeconds = clock.Elapsed.TotalSeconds;

        var trial = await TimesAsync(cold, book, "trial-balance?on=", "");
        var sheet = await TimesAsync(cold, book, "balance-sheet?on=", "");
        var items = await TimesAsync(cold, book, "open-items?on=", "&party=p-77");
        Console.WriteLine($"| {count:N0} entries | {coldSeconds:0.00} s | {trial} | {sheet} | {items} | {cold.PeakMemoryMiB():N0} MiB |");
    }
}

static async Task<string> TimesAsync(AppProcess app, string book, string path, string rest)
{
    var times = new List<double>();
    for (var n = 0; n < 300; n++)
    {
        var on = new DateOnly(2023, 1, 1).AddDays(n * 37 % 1096);
        var clock = Stopwatch.StartNew();
        await app.Client.GetStringAsync(new Uri($"books/{book}/{path}{on:yyyy-MM-dd}{rest}", UriKind.Relative));
        times.Add(clock.Elapsed.TotalMilliseconds);
    }

    times.Sort();
    return $"{times[150]:0.0} / {times[297]:0.0} ms";
}

async Task<AzuriteProcess> StartAzuriteAsync(string name) => await AzuriteProcess.StartAsync(new AzuriteOptions(Path.Combine(folder.FullName, name)));

static async Task OpenAsync(AppProcess app, string book)
{
    await PutAsync(app, $"books/{book}", """{"name":"Benchmark","currency":"EUR"}""");
    await PutAsync(app, $"books/{book}/accounts", Journal.AccountsJson());
}

static async Task PutAsync(AppProcess app, string path, string json)
{
    using var content = new StringContent(json, Encoding.UTF8, "application/json");
    using var answer = await app.Client.PutAsync(new Uri(path, UriKind.Relative), content);
    answer.EnsureSuccessStatusCode();
}

static async Task ImportLinesAsync(AppProcess app, string book, byte[] lines)
{
    using var content = new ByteArrayContent(lines);
    content.Headers.ContentType = new MediaTypeHeaderValue("application/x-ndjson");
    using var answer = await app.Client.PostAsync(new Uri($"books/{book}/imports", UriKind.Relative), content);
    var text = await answer.Content.ReadAsStringAsync();
    if (!answer.IsSuccessStatusCode || !text.Contains("\"rejectedCount\":0", StringComparison.Ordinal)) throw new InvalidOperationException(text[..Math.Min(500, text.Length)]);
}

// Rows of the book, their bytes as the platform counts them, and how many commits wrote them (each also replaces the head).
static async Task<(int Rows, long Bytes, int Commits)> StoredAsync(AzuriteProcess azurite, string book)
{
    var table = new TableClient(azurite.ConnectionString, "Ledger");
    var (rows, bytes, commits) = (0, 0L, new HashSet<string>());
    await foreach (var row in table.QueryAsync<TableEntity>($"PartitionKey eq '{book}' and RowKey ge 'seg!' and RowKey lt 'seg\"'", maxPerPage: 50))
    {
        rows++;
        commits.Add(Convert.ToHexString(row.GetBinary("Commit")));
        bytes += 4 + ((row.PartitionKey.Length + row.RowKey.Length) * 2) + row.Where(p => p.Value is byte[]).Sum(p => 8 + (p.Key.Length * 2) + 4 + ((byte[])p.Value).Length);
    }

    return (rows, bytes, commits.Count);
}

// The checkpoint is written by a queue function after the import was answered.
static async Task CheckpointsDoneAsync(AzuriteProcess azurite, AppProcess app, string book, int count)
{
    if (count < 50_000) return;
    var table = new TableClient(azurite.ConnectionString, "Ledger");
    for (var tries = 0; tries < 300; tries++)
    {
        await foreach (var pointer in table.QueryAsync<TableEntity>($"PartitionKey eq '{book}|chk' and RowKey ge 'at!' and RowKey lt 'at\"'", 1))
        {
            if (pointer.GetInt64("Entry") > count - 100_000) return;
            break;
        }

        await Task.Delay(100);
    }

    throw new InvalidOperationException($"No checkpoint of {book} was written (app on port {app.Port}).");
}
