using System.Globalization;
using System.Net;
using System.Text.Json;

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

    public async Task<Dictionary<string, string>> BalancesAsync(string on = "2199-12-31") => await Book.BalancesAsync($"?on={on}");
}
