using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace BackOffice.AzuriteTests.Nightly;

/// <summary>A book with the chart SKR03 and what its nights do, as an operator sees it.</summary>
internal sealed class NightBook
{
    private static int _books;
    private readonly TestBook _operator;

    private NightBook(TestApp app, TestBook book)
    {
        Book = book;
        _operator = new TestBook(app, book.Id, app.Client("Operator"));
    }

    public TestBook Book { get; }

    public static async Task<NightBook> OpenAsync(TestApp app)
    {
        var book = app.Book(string.Create(CultureInfo.InvariantCulture, $"night-{Interlocked.Increment(ref _books)}"));
        (await book.SendAsync(HttpMethod.Put, "", """{"name":"Night","currency":"EUR","chart":"SKR03"}""")).Is(HttpStatusCode.Created);
        return new NightBook(app, book);
    }

    /// <summary>A book that is there or is to be opened.</summary>
    public static NightBook Of(TestApp app, TestBook book) => new(app, book);

    /// <summary>The same book as another app shows it.</summary>
    public NightBook In(TestApp app) => new(app, Book.In(app));

    /// <summary>1,200.00 of insurance paid in advance for a year, or another amount and time.</summary>
    public Task<Answer> AccrueAsync(string id, string amount = "1200.00", string from = "2026-01-01", string to = "2026-12-31", string kind = "prepaidExpense", string? date = null, string method = "monthly",
        string accrual = "0980", string result = "4360") =>
        Book.SendAsync(HttpMethod.Put, $"/accruals/{id}",
            $$"""{"kind":"{{kind}}","amount":"{{amount}}","date":"{{date ?? from}}","from":"{{from}}","to":"{{to}}","method":"{{method}}","accrualAccount":"{{accrual}}","resultAccount":"{{result}}","text":"Insurance"}""");

    public Task<Answer> StartAsync(string date, string query = "") => _operator.SendAsync(HttpMethod.Post, $"/nights/{date}{query}", (HttpContent?)null);

    public async Task<JsonElement> PreviewAsync(string date) => (await _operator.SendAsync(HttpMethod.Post, $"/nights/{date}/preview", (HttpContent?)null)).Is(HttpStatusCode.OK).Json;

    public Task<JsonElement> NightAsync(string date) => _operator.GetAsync($"/nights/{date}");

    /// <summary>Starts a night and waits until it has ended.</summary>
    public async Task<JsonElement> RunAsync(string date, string query = "")
    {
        (await StartAsync(date, query)).Is(HttpStatusCode.Accepted);
        return await EndedAsync(date);
    }

    public async Task<JsonElement> EndedAsync(string date)
    {
        JsonElement? night = null;
        await Eventually.IsTrueAsync(async () =>
        {
            var answer = await _operator.TryGetAsync($"/nights/{date}");
            night = answer.Status == HttpStatusCode.OK ? answer.Json : null;
            return night?.Text("status") is "done" or "attention";
        }, $"the night of {date} has ended", timeoutSeconds: 120); // it may have many before it
        return night!.Value;
    }

    /// <summary>Number, id, date and lines of each entry: what must be the same however a night was disturbed.</summary>
    public async Task<List<string>> JournalAsync() =>
        [.. (await Book.JournalAsync()).Select(entry => $"{entry.Number("number")} {entry.Text("date")} {entry.Text("id")} {entry.GetProperty("lines").GetRawText()}")];

    /// <summary>The same without the numbers, case by case, each case's entries in the order of the journal: what is left to compare when chunks are posted side by side.</summary>
    public async Task<List<string>> JournalByCaseAsync() =>
        [.. (await Book.JournalAsync()).OrderBy(entry => entry.Text("id").Split(':')[1], StringComparer.Ordinal).Select(entry => $"{entry.Text("date")} {entry.Text("id")} {entry.GetProperty("lines").GetRawText()}")];

    /// <summary>
    /// A night's record without what every run has of its own: times, the chain hash (which holds times), and whether an entry was posted by the run that ended or found in the book, posted by one that was cut off.
    /// </summary>
    public async Task<string> RecordAsync(string date)
    {
        var record = JsonNode.Parse((await NightAsync(date)).GetRawText())!;
        LeaveOutOwn(record.AsObject());
        foreach (var phase in record["phases"]!.AsArray()) LeaveOutOwn(phase!.AsObject());
        return record.ToJsonString();
    }

    private static void LeaveOutOwn(JsonObject json)
    {
        foreach (var own in (string[])["book", "startedAt", "endedAt", "durationMilliseconds", "headHash"]) json.Remove(own);
        if (!json.Remove("posted", out var posted) || !json.Remove("known", out var known)) return;
        json["inTheBook"] = posted!.GetValue<long>() + known!.GetValue<long>();
    }

    public async Task<Dictionary<string, string>> BalancesAsync(string on = "2199-12-31") => await Book.BalancesAsync($"?on={on}");
}
