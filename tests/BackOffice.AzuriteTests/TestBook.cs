using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace BackOffice.AzuriteTests;

/// <summary>A book over HTTP, as an accountant's program sees it.</summary>
internal sealed class TestBook(TestApp app, string id, HttpClient? client = null)
{
    public const string Chart = """
        [{"account":"1800","name":"Bank","type":"asset"},{"account":"2900","name":"Capital","type":"equity"},
         {"account":"4400","name":"Revenue","type":"income"},{"account":"6310","name":"Rent","type":"expense"}]
        """;

    private readonly HttpClient _http = client ?? app.Accounting;

    public TestApp App => app;

    public string Id => id;
    public string Url => $"/api/books/{id}";

    /// <summary>The same book as another app shows it.</summary>
    public TestBook In(TestApp other) => new(other, id);

    /// <summary>An entry of two lines, as JSON. The amount is put in as it stands, so it may be a string or a number.</summary>
    public static string Entry(string id, string date = "2025-01-31", string amount = "\"10.00\"", string debit = "6310", string credit = "1800", string text = "Rent") =>
        $$"""{"id":"{{id}}","date":"{{date}}","text":"{{text}}","lines":[{"account":"{{debit}}","debit":{{amount}}},{"account":"{{credit}}","credit":{{amount}}}]}""";

    /// <summary>Entries <c>{name}-{first}</c> … as lines of an import; amounts differ so that sums tell which are there.</summary>
    public static string Entries(string name, int first, int count) => string.Concat(Enumerable.Range(first, count).Select(n => Numbered(name, n) + "\n"));

    public static string Numbered(string name, int n) =>
        Entry(string.Create(CultureInfo.InvariantCulture, $"{name}-{n}"), amount: string.Create(CultureInfo.InvariantCulture, $"\"{n}.01\""));

    public Task<Answer> PutBookAsync(string name, string currency) => SendAsync(HttpMethod.Put, "", $$"""{"name":"{{name}}","currency":"{{currency}}"}""");

    public Task<Answer> PutAccountsAsync(string json) => SendAsync(HttpMethod.Put, "/accounts", json);

    public Task<Answer> PostAsync(string entry) => SendAsync(HttpMethod.Post, "/entries", entry);

    public Task<Answer> PostAsync(byte[] body, string contentType = "application/json")
    {
        var content = new ByteArrayContent(body);
        content.Headers.ContentType = MediaTypeHeaderValue.Parse(contentType);
        return SendAsync(HttpMethod.Post, "/entries", content);
    }

    public Task<Answer> ReverseAsync(string entry, string reversal, string date = "2025-01-31") =>
        SendAsync(HttpMethod.Post, $"/entries/{entry}/reversal", $$"""{"id":"{{reversal}}","date":"{{date}}","text":"Taken back"}""");

    public Task<Answer> CloseAsync(string month) => SendAsync(HttpMethod.Post, $"/periods/{month}/close", (HttpContent?)null);

    public Task<Answer> ImportAsync(string lines, string query = "", params (string Name, string Value)[] headers) => ImportAsync(Encoding.UTF8.GetBytes(lines), query, headers);

    public Task<Answer> ImportAsync(byte[] lines, string query = "", params (string Name, string Value)[] headers)
    {
        var content = new ByteArrayContent(lines);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/x-ndjson");
        return SendAsync(HttpMethod.Post, "/imports" + query, content, headers);
    }

    public Task<Answer> SendAsync(HttpMethod method, string path, string json) => SendAsync(method, path, new StringContent(json, Encoding.UTF8, "application/json"));

    public async Task<Answer> SendAsync(HttpMethod method, string path, HttpContent? content, params (string Name, string Value)[] headers)
    {
        // A path from a "next" link or a status URL is whole already.
        using var request = new HttpRequestMessage(method, new Uri(path.StartsWith("/api/", StringComparison.Ordinal) ? path : Url + path, UriKind.Relative)) { Content = content };
        foreach (var (name, value) in headers) request.Headers.Add(name, value);
        return await Answer.OfAsync(await _http.SendAsync(request, TestContext.Current.CancellationToken));
    }

    /// <summary>A file as it comes, byte for byte.</summary>
    public async Task<byte[]> BytesAsync(string path)
    {
        using var answer = await _http.GetAsync(new Uri(path.StartsWith("/api/", StringComparison.Ordinal) ? path : Url + path, UriKind.Relative), TestContext.Current.CancellationToken);
        return await answer.EnsureSuccessStatusCode().Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
    }

    public Task<Answer> TryGetAsync(string path = "") => SendAsync(HttpMethod.Get, path, (HttpContent?)null);

    public async Task<JsonElement> GetAsync(string path = "") => (await TryGetAsync(path)).Is(HttpStatusCode.OK).Json;

    public async Task<string> HeadHashAsync() => (await GetAsync()).Text("headHash");

    public async Task<long> EntriesAsync() => (await GetAsync()).Number("entries");

    /// <summary>Every entry of the journal, over as many pages as there are.</summary>
    public async Task<List<JsonElement>> JournalAsync(string query = "?limit=1000")
    {
        List<JsonElement> all = [];
        for (var path = "/entries" + query; path is not null;)
        {
            var page = await GetAsync(path);
            all.AddRange(page.List("entries"));
            path = page.TryGetProperty("next", out var next) ? next.GetString() : null;
        }

        return all;
    }

    /// <summary>Balances of all accounts that have one, by account.</summary>
    public async Task<Dictionary<string, string>> BalancesAsync(string query = "?on=2199-12-31") => Balances(await GetAsync("/trial-balance" + query));

    public static Dictionary<string, string> Balances(JsonElement trialBalance) => trialBalance.List("accounts")
        .Where(account => decimal.Parse(account.Text("balance"), CultureInfo.InvariantCulture) != 0)
        .ToDictionary(account => account.Text("account"), account => account.Text("balance"));

    /// <summary>Asserts what holds for every book at any time: entry numbers are gapless from 1, no id is there twice, debits equal credits, the chain is good.</summary>
    public async Task<List<JsonElement>> IsWholeAsync()
    {
        var journal = await JournalAsync();
        Assert.Equal(Enumerable.Range(1, journal.Count).Select(n => (long)n), journal.Select(entry => entry.Number("number")));
        Assert.Equal(journal.Count, journal.Select(entry => entry.Text("id")).Distinct(StringComparer.Ordinal).Count());
        var totals = (await GetAsync("/trial-balance?on=2199-12-31")).GetProperty("totals");
        Assert.Equal(totals.Text("debit"), totals.Text("credit"));
        var verified = await GetAsync("/verification");
        Assert.True(verified.GetProperty("valid").GetBoolean(), verified.ToString());
        Assert.Equal(journal.Count, verified.Number("entries"));
        return journal;
    }
}
