using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using BackOffice.LocalWorker;

namespace BackOffice.Benchmarks;

/// <summary>
/// Files out of a large book: DATEV, the auditor's package and the journal for hledger, each made, fetched and, where it is one file, compared with its SHA-256; how long it takes and how much memory the app has had at once when the book was loaded, and after the files.
/// The app is a process of its own, started anew for each size, whose heap may never have more than a fixed part and what the book itself takes, nothing for the files: it would not come to the end.
/// </summary>
internal static class ExchangeBenchmark
{
    private const int FixedMiB = 120;
    private const int EntryBytes = 400;

    public static async Task RunAsync(int entries, string folder)
    {
        Console.WriteLine();
        Console.WriteLine("| book of | DATEV: made | fetched, MB/s | files | auditor: made | fetched | hledger: made | fetched | memory with the book loaded | after all files |");
        Console.WriteLine("|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|");
        foreach (var count in (int[])[entries / 10, entries]) await OneAsync(count, Path.Combine(folder, $"exchange-{count}"));
    }

    private static async Task OneAsync(int count, string folder)
    {
        await using var azurite = await AzuriteProcess.StartAsync(new AzuriteOptions(folder));
        await using (var filling = await AppProcess.StartAsync(azurite))
        {
            await SendAsync(filling, HttpMethod.Put, "books/exchange", """{"name":"Benchmark","currency":"EUR","chart":"SKR03"}""");
            await SendAsync(filling, HttpMethod.Put, "books/exchange/accounts", Journal.AccountsJson());
            using var content = new ByteArrayContent(Journal.Lines(0, count, parties: true));
            content.Headers.ContentType = new MediaTypeHeaderValue("application/x-ndjson");
            using var imported = await filling.Client.PostAsync(new Uri("books/exchange/imports", UriKind.Relative), content);
            imported.EnsureSuccessStatusCode();
        }

        await using var app = await AppProcess.StartAsync(azurite, heapLimitMiB: FixedMiB + (int)((long)count * EntryBytes / 1_048_576));
        await app.Client.GetStringAsync(new Uri("books/exchange/trial-balance?on=2025-12-31", UriKind.Relative));
        var loaded = app.PeakMemoryMiB();

        var clock = Stopwatch.StartNew();
        var datev = await SendAsync(app, HttpMethod.Post, "books/exchange/exports/datev", """{"from":"2023-01-01","to":"2025-12-31","consultant":1001,"client":1}""");
        var made = clock.Elapsed.TotalSeconds;
        if (datev.GetProperty("entries").GetInt32() != count) throw new InvalidOperationException($"{datev.GetProperty("entries")} of {count} entries were exported.");
        clock.Restart();
        var bytes = 0L;
        foreach (var file in datev.GetProperty("files").EnumerateArray())
        {
            var (sha256, length) = await FetchAsync(app, file.GetProperty("href").GetString()!);
            if (sha256 != file.GetProperty("sha256").GetString()) throw new InvalidOperationException("A file is not the one that was sealed.");
            bytes += length;
        }

        var fetched = clock.Elapsed.TotalSeconds;
        clock.Restart();
        var auditor = await SendAsync(app, HttpMethod.Post, "books/exchange/exports/auditor", "{}");
        var auditorMade = clock.Elapsed.TotalSeconds;
        clock.Restart();
        await FetchAsync(app, auditor.GetProperty("href").GetString()!);
        var auditorFetched = clock.Elapsed.TotalSeconds;
        clock.Restart();
        var hledger = await SendAsync(app, HttpMethod.Post, "books/exchange/exports/hledger", "{}");
        var hledgerMade = clock.Elapsed.TotalSeconds;
        clock.Restart();
        if ((await FetchAsync(app, hledger.GetProperty("href").GetString()!)).Sha256 != hledger.GetProperty("files")[0].GetProperty("sha256").GetString()) throw new InvalidOperationException("The journal is not the one that was sealed.");
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"| {count:N0} entries | {made:0.0} s | {fetched:0.0} s, {bytes / fetched / 1e6:0.0} | {datev.GetProperty("files").GetArrayLength()}, {bytes / 1e6:0.0} MB | {auditorMade:0.0} s | {auditorFetched:0.0} s | {hledgerMade:0.0} s | {clock.Elapsed.TotalSeconds:0.0} s | {loaded:N0} MiB | {app.PeakMemoryMiB():N0} MiB |"));
    }

    private static async Task<(string Sha256, long Bytes)> FetchAsync(AppProcess app, string href)
    {
        using var answer = await app.Client.GetAsync(new Uri(href, UriKind.Relative), HttpCompletionOption.ResponseHeadersRead);
        answer.EnsureSuccessStatusCode();
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        await using var stream = await answer.Content.ReadAsStreamAsync();
        var (buffer, bytes) = (new byte[81_920], 0L);
        for (int read; (read = await stream.ReadAsync(buffer)) > 0; bytes += read) hash.AppendData(buffer, 0, read);
        return (Convert.ToHexStringLower(hash.GetHashAndReset()), bytes);
    }

    private static async Task<JsonElement> SendAsync(AppProcess app, HttpMethod method, string path, string json)
    {
        using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative)) { Content = new StringContent(json, Encoding.UTF8, "application/json") };
        using var answer = await app.Client.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        return answer.IsSuccessStatusCode ? JsonDocument.Parse(text).RootElement : throw new InvalidOperationException($"{method} {path}: {(int)answer.StatusCode} {text}");
    }
}
