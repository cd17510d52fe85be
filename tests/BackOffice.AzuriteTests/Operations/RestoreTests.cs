using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using BackOffice.AzuriteTests.Nightly;

namespace BackOffice.AzuriteTests.Operations;

/// <summary>Everything the app knows, exported, imported into empty tables, and there as it was.</summary>
public sealed class RestoreTests(AzuriteFixture azurite) : IAsyncLifetime
{
    private readonly TestClock _clock = TestClock.AtNoon(new DateOnly(2026, 3, 2));
    private TestApp _app = null!;
    private TestApp _other = null!;
    private NightBook _night = null!;

    public async ValueTask InitializeAsync()
    {
        _app = await TestApp.StartAsync(azurite, _clock, "--LocalWorker:Queues=true");
        _other = await TestApp.StartAsync(azurite, _clock, "--LocalWorker:Queues=true");
        _night = await NightBook.OpenAsync(_app);
    }

    public async ValueTask DisposeAsync()
    {
        await _other.DisposeAsync();
        await _app.DisposeAsync();
    }

    [Fact]
    public async Task Export_ImportedIntoEmptyTables_IsTheSameBook_AndItsNightsGoOn()
    {
        await FillAsync();
        var parts = await ExportAsync(rows: 3);
        Assert.Contains(parts, table => table.Value.Count > 3);

        var (added, known) = await ImportAsync(parts, first: "?into=empty");
        Assert.Equal((parts.Sum(table => table.Value.Sum(part => part.Count(c => c == '\n') - 1)), 0L), (added, known));

        var restored = _night.In(_other);
        Assert.Equal(await TellAsync(_app), await TellAsync(_other));
        Assert.Equal(await _night.Book.HeadHashAsync(), await restored.Book.HeadHashAsync());
        Assert.Equal(5, (await restored.Book.IsWholeAsync()).Count(entry => !entry.Text("id").Contains(':', StringComparison.Ordinal)));

        // A second time nothing is added; the first part asks for an empty table and does not get it.
        Assert.Equal((0L, added), await ImportAsync(parts, first: ""));
        (await PostAsync("Ledger", parts["Ledger"][0], "?into=empty")).IsProblem(HttpStatusCode.Conflict, "operations/not-empty");

        // The next night finds there what it would have found here.
        _clock.SetNoon(new DateOnly(2026, 4, 1));
        foreach (var night in (NightBook[])[_night, restored]) Assert.Equal("done", (await night.RunAsync("2026-03-31")).Text("status"));
        var journal = await restored.JournalAsync();
        Assert.Equal(WithoutNumbers(await _night.JournalAsync()), WithoutNumbers(journal)); // chunks may be posted side by side
        Assert.Contains(journal, entry => entry.Contains("accrual:insurance:2026-03-31", StringComparison.Ordinal));
        Assert.Contains(journal, entry => entry.Contains("asset:laptop:2026-03", StringComparison.Ordinal));
        Assert.Contains(journal, entry => entry.Contains("credit:loan:i2026-03-", StringComparison.Ordinal));
        await restored.Book.IsWholeAsync();
    }

    [Fact]
    public async Task Part_WithAChangedByte_IsRefused_AndNothingIsWritten()
    {
        (await _night.Book.PostAsync(TestBook.Entry("e1", debit: "4360", credit: "1200"))).Is(HttpStatusCode.Created);
        var part = (await ExportAsync("Ledger", 50_000)).Single();
        var at = part.IndexOf("\"v\":\"", StringComparison.Ordinal) + 5;
        var digit = part[at] == 'A' ? 'B' : 'A';

        (await PostAsync("Ledger", part[..at] + digit + part[(at + 1)..])).IsProblem(HttpStatusCode.UnprocessableEntity, "operations/checksum");
        (await PostAsync("Ledger", part[(part.IndexOf('\n', StringComparison.Ordinal) + 1)..])).IsProblem(HttpStatusCode.UnprocessableEntity, "operations/checksum");
        (await PostAsync("Ledger", part[..part.IndexOf("{\"rows\"", StringComparison.Ordinal)])).IsProblem(HttpStatusCode.UnprocessableEntity, "operations/part-end");
        (await PostAsync("Ledger", part[..^9])).IsProblem(HttpStatusCode.UnprocessableEntity, "operations/part-end");
        (await PostAsync("Ledger", "")).IsProblem(HttpStatusCode.UnprocessableEntity, "operations/part-end");

        Assert.Equal(0, (await LastLineAsync("Ledger")).Number("rows"));
    }

    [Fact]
    public async Task Row_ThatIsThereWithOtherContent_IsNamed_AndStays()
    {
        (await _app.Book("elsewhere").PutBookAsync("As it was", "EUR")).Is(HttpStatusCode.Created);
        (await _other.Book("elsewhere").PutBookAsync("As it is", "EUR")).Is(HttpStatusCode.Created);
        var there = (await _other.Book("elsewhere").GetAsync()).Text("name");

        var answer = (await PostAsync("Ledger", (await ExportAsync("Ledger", 50_000)).Single())).IsProblem(HttpStatusCode.Conflict, "operations/row-differs");

        Assert.Contains("'elsewhere'", answer.Json.Text("detail"), StringComparison.Ordinal);
        Assert.Equal(there, (await _other.Book("elsewhere").GetAsync()).Text("name"));
    }

    [Fact]
    public async Task Requests_ThatMakeNoSense_AreRefused()
    {
        (await GetAsync(_app, "/api/operations/export/Secrets")).IsProblem(HttpStatusCode.NotFound, "operations/table-unknown");
        (await GetAsync(_app, "/api/operations/export/ledger")).IsProblem(HttpStatusCode.NotFound, "operations/table-unknown");
        (await GetAsync(_app, "/api/operations/export/Ledger?after=nonsense")).IsProblem(HttpStatusCode.UnprocessableEntity, "operations/after", "after");
        (await GetAsync(_app, "/api/operations/export/Ledger?rows=50001")).IsProblem(HttpStatusCode.BadRequest, "request/number", "rows");
        (await PostAsync("Secrets", "")).IsProblem(HttpStatusCode.NotFound, "operations/table-unknown");
        (await PostAsync("Ledger", "", "?into=full")).IsProblem(HttpStatusCode.UnprocessableEntity, "operations/into", "into");
        var listed = (await GetAsync(_app, "/api/operations/export")).Is(HttpStatusCode.OK).Json.List("tables").Select(table => table.Text("table"));
        Assert.Equal(BackOffice.Kernel.Storage.Tables.Order(StringComparer.Ordinal), listed);
    }

    /// <summary>A book with something of every department, a night behind it, and a parameter of its own.</summary>
    private async Task FillAsync()
    {
        var book = _night.Book;
        for (var n = 1; n <= 5; n++) (await book.PostAsync(TestBook.Entry($"e{n}", "2026-02-1" + n, $"\"{n}00.50\"", "4360", "1200", "Über \\\"x\\\" + y"))).Is(HttpStatusCode.Created);
        (await book.SendAsync(HttpMethod.Put, "/assets/laptop", Assets.Laptop.Body("1200.00", "2026-01-10", 36, "straightLine", "0420", ""","against":"1200" """))).Is(HttpStatusCode.Created);
        (await _night.AccrueAsync("insurance")).Is(HttpStatusCode.Created);
        var (front, back) = (As("fred", "FrontOffice"), As("bert", "BackOffice"));
        (await back.SendAsync(HttpMethod.Put, "/counterparties/acme", """{"name":"Acme","kind":"business"}""")).Is(HttpStatusCode.Created);
        (await front.SendAsync(HttpMethod.Put, "/credit-applications/loan",
            """{"counterparty":"acme","amount":"60000.00","termMonths":12,"rate":0.05,"dayCount":"act360","purpose":"Machines","vote":"approve"}""")).Is(HttpStatusCode.Created);
        (await back.SendAsync(HttpMethod.Post, "/credit-applications/loan/votes", """{"vote":"approve","reason":"sound"}""")).Is(HttpStatusCode.Created);
        (await back.SendAsync(HttpMethod.Post, "/credit-lines/loan/draws", """{"id":"d1","date":"2026-03-02","amount":"36000.00"}""")).Is(HttpStatusCode.Created);
        using var change = new StringContent("""{"from":"2140-01-01","value":"0.21","reason":"By statute"}""", Encoding.UTF8, "application/json");
        (await Answer.OfAsync(await _app.Client("Operator").PutAsync(new Uri("/api/parameters/vat.standard", UriKind.Relative), change, TestContext.Current.CancellationToken))).Is(HttpStatusCode.Created);

        _clock.SetNoon(new DateOnly(2026, 3, 4));
        var night = await _night.RunAsync("2026-03-03");
        Assert.True(night.Text("status") == "done", night.ToString());
    }

    /// <summary>What an app tells of the book: statements, cases with their histories, the night, a parameter.</summary>
    private async Task<List<string>> TellAsync(TestApp app)
    {
        var all = new TestBook(app, _night.Book.Id, app.Client("Accounting", "Auditor", "Operator"));
        List<string> told = [];
        foreach (var path in (string[])["", "/trial-balance?on=2026-12-31", "/balance-sheet?on=2026-03-31", "/income-statement?from=2026-01-01&to=2026-03-31", "/entries?limit=1000", "/accruals/insurance", "/assets/laptop",
            "/asset-schedule?year=2026", "/credit-applications/loan", "/credit-lines/loan", "/counterparties/acme", "/nights/2026-03-03", "/agenda?until=2027-12-31", "/api/parameters/vat.standard?on=2140-01-01"])
        {
            var answer = await all.TryGetAsync(path);
            told.Add($"{path}: {answer.Is(HttpStatusCode.OK).Text}");
        }

        return told;
    }

    private async Task<Dictionary<string, List<string>>> ExportAsync(int rows)
    {
        Dictionary<string, List<string>> parts = new(StringComparer.Ordinal);
        foreach (var table in (await GetAsync(_app, "/api/operations/export")).Is(HttpStatusCode.OK).Json.List("tables"))
            parts.Add(table.Text("table"), await ExportAsync(table.Text("table"), rows));
        return parts;
    }

    /// <summary>All parts of a table, each as it came.</summary>
    private async Task<List<string>> ExportAsync(string table, int rows)
    {
        List<string> parts = [];
        for (var path = $"/api/operations/export/{table}?rows={rows}"; path is not null;)
        {
            var answer = (await GetAsync(_app, path)).Is(HttpStatusCode.OK);
            Assert.Equal("application/x-ndjson", answer.ContentType);
            parts.Add(answer.Text);
            path = LastLine(answer.Text).GetProperty("next").GetString();
        }

        return parts;
    }

    private async Task<(long Added, long Known)> ImportAsync(Dictionary<string, List<string>> parts, string first)
    {
        var (added, known) = (0L, 0L);
        foreach (var (table, list) in parts)
        {
            for (var n = 0; n < list.Count; n++)
            {
                var answer = (await PostAsync(table, list[n], n == 0 ? first : "")).Is(HttpStatusCode.OK).Json;
                Assert.Equal((table, LastLine(list[n]).Text("sha256"), LastLine(list[n]).Number("rows")), (answer.Text("table"), answer.Text("sha256"), answer.Number("rows")));
                (added, known) = (added + answer.Number("added"), known + answer.Number("known"));
            }
        }

        return (added, known);
    }

    private async Task<JsonElement> LastLineAsync(string table) => LastLine((await GetAsync(_other, $"/api/operations/export/{table}")).Is(HttpStatusCode.OK).Text);

    private static JsonElement LastLine(string part) => JsonDocument.Parse(part.TrimEnd('\n').Split('\n')[^1]).RootElement;

    private static async Task<Answer> GetAsync(TestApp app, string path) => await Answer.OfAsync(await app.Client("Operator").GetAsync(new Uri(path, UriKind.Relative), TestContext.Current.CancellationToken));

    /// <summary>Sends a part to the other app.</summary>
    private async Task<Answer> PostAsync(string table, string part, string query = "")
    {
        using var content = new ByteArrayContent(Encoding.UTF8.GetBytes(part));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/x-ndjson");
        return await Answer.OfAsync(await _other.Client("Operator").PostAsync(new Uri($"/api/operations/import/{table}{query}", UriKind.Relative), content, TestContext.Current.CancellationToken));
    }

    private static List<string> WithoutNumbers(List<string> journal) => [.. journal.Select(entry => entry[entry.IndexOf(' ', StringComparison.Ordinal)..]).Order(StringComparer.Ordinal)];

    private TestBook As(string name, params string[] roles) => new(_app, _night.Book.Id, _app.ClientOf(name, roles));
}
