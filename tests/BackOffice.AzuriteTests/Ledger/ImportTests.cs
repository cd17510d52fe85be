using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace BackOffice.AzuriteTests.Ledger;

public sealed class ImportTests(AzuriteFixture azurite, SharedApp shared) : IClassFixture<SharedApp>
{
    private static readonly byte[] Household = File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "data", "household.ndjson"));
    private static readonly string HouseholdAccounts = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "data", "household.accounts.json"));
    private static readonly JsonElement HouseholdBalances = JsonDocument.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "data", "household.balances.json"))).RootElement;
    private static readonly List<JsonElement> HouseholdEntries =
        [.. Encoding.UTF8.GetString(Household).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)];

    private TestApp App => shared.App;

    [Fact]
    public async Task Import_ThreeYearJournal_GivesTheBalancesOfAnIndependentProgram()
    {
        var book = await NewHouseholdAsync();

        var imported = await book.ImportAsync(Household);

        IsTally(imported, posted: HouseholdEntries.Count, duplicates: 0);
        foreach (var date in HouseholdBalances.EnumerateObject())
        {
            var expected = date.Value.EnumerateObject().ToDictionary(account => account.Name, account => account.Value.GetString()!);
            Assert.Equal(expected, await book.BalancesAsync($"?on={date.Name}"));
        }

        await book.IsWholeAsync();
    }

    [Fact]
    public async Task Import_IsNotedOnce_WithItsDigest_HoweverItWasTaken()
    {
        var book = await NewHouseholdAsync();
        for (var n = 0; n < 2; n++) (await book.ImportAsync(Household)).Is(HttpStatusCode.OK);
        (await book.ImportAsync(TestBook.Entry("single", debit: "expenses-rent", credit: "assets-bank") + "\n{}\n", "?atomic=true")).Is(HttpStatusCode.UnprocessableEntity);
        (await book.ImportAsync("{}\n")).Is(HttpStatusCode.OK); // nothing of it was good

        var file = (await book.GetAsync("/imports")).List("imports").Single();
        (await book.TryGetAsync($"/imports/{file.Text("id")}/file")).IsProblem(HttpStatusCode.NotFound, "exchange/not-kept");
        Assert.Equal(("journal", Convert.ToHexStringLower(SHA256.HashData(Household)), Household.Length, HouseholdEntries.Count), (file.Text("kind"), file.Text("sha256"), file.Number("bytes"), file.Number("items")));
    }

    [Fact]
    public async Task Import_Twice_ChangesNothing()
    {
        var book = await NewHouseholdAsync();
        (await book.ImportAsync(Household)).Is(HttpStatusCode.OK);
        var before = await book.HeadHashAsync();

        var again = await book.ImportAsync(Household);

        IsTally(again, posted: 0, duplicates: HouseholdEntries.Count);
        Assert.Equal(before, await book.HeadHashAsync());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(400)]
    [InlineData(823)]
    public async Task TrialBalance_Recorded_AnswersAsKnownAfterThatEntry(int entries)
    {
        var book = await NewHouseholdAsync();
        (await book.ImportAsync(Household)).Is(HttpStatusCode.OK);

        var answer = await book.GetAsync($"/trial-balance?on=2199-12-31&recorded={entries}");

        Assert.Equal(entries, answer.Number("asOfEntry"));
        Assert.Equal(Sum(HouseholdEntries.Take(entries), "0001-01-01", "9999-12-31"), TestBook.Balances(answer));
    }

    [Fact]
    public async Task TrialBalance_RecordedAfterTheLastEntry_IsRefused()
    {
        var book = await App.NewBookAsync();
        (await book.PostAsync(TestBook.Entry("e1"))).Is(HttpStatusCode.Created);

        (await book.TryGetAsync("/trial-balance?recorded=2")).IsProblem(HttpStatusCode.UnprocessableEntity, "ledger/entry-unknown", "recorded");
    }

    [Fact]
    public async Task TrialBalance_FromTo_OpensWithTheEveningBefore()
    {
        var book = await NewHouseholdAsync();
        (await book.ImportAsync(Household)).Is(HttpStatusCode.OK);

        var year = await book.GetAsync("/trial-balance?from=2024-01-01&to=2024-12-31");

        var opening = Sum(HouseholdEntries, "0001-01-01", "2023-12-31");
        var closing = Sum(HouseholdEntries, "0001-01-01", "2024-12-31");
        foreach (var account in year.List("accounts"))
        {
            var code = account.Text("account");
            Assert.Equal(opening.GetValueOrDefault(code, "0.00"), account.Text("opening"));
            Assert.Equal(closing.GetValueOrDefault(code, "0.00"), account.Text("balance"));
            Assert.Equal(Amount(account, "balance"), Amount(account, "opening") + Amount(account, "debit") - Amount(account, "credit"));
        }

        Assert.Contains(year.List("accounts"), account => Amount(account, "opening") != 0 && Amount(account, "debit") != 0);
        Assert.Equal("0.00", year.GetProperty("totals").Text("opening"));
        Assert.Equal("0.00", year.GetProperty("totals").Text("balance"));
    }

    [Fact]
    public async Task Import_BadLines_AreRejectedByNumberAndTheOthersPosted()
    {
        var book = await App.NewBookAsync();
        var lines = string.Join('\n',
            TestBook.Entry("ok-1"),
            "",
            "{not json",
            "   ",
            TestBook.Entry("bad-account", credit: "9999"),
            TestBook.Entry("ok-2") + "\r",
            TestBook.Entry("ok-1"),
            TestBook.Entry("ok-1", amount: "11"),
            "[]",
            TestBook.Entry("ok-3"));

        var answer = await book.ImportAsync(lines);

        IsTally(answer, posted: 3, duplicates: 1, (3, null, "request/not-json"), (5, "bad-account", "ledger/account-unknown"), (8, "ok-1", "ledger/id-reused"), (9, null, "request/not-an-object"));
        Assert.Equal(["ok-1", "ok-2", "ok-3"], (await book.IsWholeAsync()).Select(entry => entry.Text("id")));
    }

    [Fact]
    public async Task Import_BrokenUtf8InOneLine_RejectsThatLineOnly()
    {
        var book = await App.NewBookAsync();
        byte[] lines = [.. Encoding.UTF8.GetBytes(TestBook.Entry("ok-1") + "\n{\"id\":\""), 0xC3, 0x28, .. Encoding.UTF8.GetBytes("\"}\n" + TestBook.Entry("ok-2"))];

        IsTally(await book.ImportAsync(lines), posted: 2, duplicates: 0, (2, null, "request/not-utf8"));
    }

    [Theory]
    [InlineData(300_000)]
    [InlineData(600_000)]
    [InlineData(2_000_000)]
    public async Task Import_LineTooLong_IsRejectedAndTheNextOnesPosted(int length)
    {
        var book = await App.NewBookAsync();
        var lines = TestBook.Entry("ok-1") + "\n" + TestBook.Entry("long", text: new string('x', length)) + "\n\n" + TestBook.Entry("ok-2") + "\n" + TestBook.Entry("bad", credit: "9999");

        IsTally(await book.ImportAsync(lines), posted: 2, duplicates: 0, (2, null, "ledger/line-too-long"), (5, "bad", "ledger/account-unknown"));
    }

    [Fact]
    public async Task Import_LastLineTooLongAndUnended_IsRejected()
    {
        var book = await App.NewBookAsync();

        IsTally(await book.ImportAsync(TestBook.Entry("ok-1") + "\n" + new string('x', 600_000)), posted: 1, duplicates: 0, (2, null, "ledger/line-too-long"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n\n \r\n")]
    public async Task Import_OfNothing_PostsNothing(string body)
    {
        var book = await App.NewBookAsync();

        IsTally(await book.ImportAsync(body), posted: 0, duplicates: 0);
    }

    [Fact]
    public async Task Import_AllLinesRejected_CountsAllAndShowsAThousand()
    {
        var book = await App.NewBookAsync();
        var answer = await book.ImportAsync(string.Concat(Enumerable.Repeat("7\n", 2_500)));

        answer.Is(HttpStatusCode.OK);
        Assert.Equal(2_500, answer.Json.Number("rejectedCount"));
        Assert.Equal(Enumerable.Range(1, 1_000).Select(n => (long)n), answer.Json.List("rejected").Select(line => line.Number("line")));
    }

    [Fact]
    public async Task Import_OfAnotherContentType_IsRefused()
    {
        var book = await App.NewBookAsync();

        (await book.SendAsync(HttpMethod.Post, "/imports", TestBook.Entry("e1"))).IsProblem(HttpStatusCode.UnsupportedMediaType, "request/content-type");
        Assert.Equal(0, await book.EntriesAsync());
    }

    [Fact]
    public async Task AtomicImport_AllGood_IsOneCommit()
    {
        var book = await App.NewBookAsync();
        (await book.PostAsync(TestBook.Numbered("a", 1))).Is(HttpStatusCode.Created);

        var answer = await book.ImportAsync(TestBook.Entries("a", 1, 50) + TestBook.Numbered("a", 50), "?atomic=true");

        IsTally(answer, posted: 49, duplicates: 2);
        Assert.Equal(50, (await book.IsWholeAsync()).Count);
    }

    [Fact]
    public async Task AtomicImport_OneBadLine_PostsNothing()
    {
        var book = await App.NewBookAsync();
        var before = await book.HeadHashAsync();
        var lines = TestBook.Entries("a", 1, 20) + "\n" + TestBook.Entry("bad", credit: "9999") + "\n" + TestBook.Entry("a-3", amount: "7") + "\n" + TestBook.Entries("a", 30, 5);

        var answer = await book.ImportAsync(lines, "?atomic=true");

        answer.IsProblem(HttpStatusCode.UnprocessableEntity, "ledger/import-rejected");
        Assert.Equal([(22, "ledger/account-unknown"), (23, "ledger/id-reused")], answer.Json.List("rejected").Select(line => (line.Number("line"), line.Text("code"))));
        Assert.Equal(before, await book.HeadHashAsync());
    }

    [Fact]
    public async Task AtomicImport_MoreThanOneTransactionHolds_Is413AndPostsNothing()
    {
        var book = await App.NewBookAsync();
        var before = await book.HeadHashAsync();
        // Hashes cannot be packed: 450 characters of hex are some 225 bytes of the commit.
        var lines = string.Concat(Enumerable.Range(0, 16_000).Select(n => TestBook.Entry($"e{n}", text: Noise(n)) + "\n"));

        (await book.ImportAsync(lines, "?atomic=true")).IsProblem(HttpStatusCode.RequestEntityTooLarge, "ledger/atomic-too-large");

        Assert.Equal(before, await book.HeadHashAsync());
        IsTally(await book.ImportAsync(lines), posted: 16_000, duplicates: 0);
    }

    [Fact]
    public async Task AtomicImport_RespondAsync_IsRefused()
    {
        var book = await App.NewBookAsync();

        (await book.ImportAsync(TestBook.Entry("e1"), "?atomic=true", ("Prefer", "respond-async"))).IsProblem(HttpStatusCode.UnprocessableEntity, "ledger/atomic-async", "atomic");
    }

    [Fact]
    public async Task AsyncImport_IsPutAsideAndDoneByTheQueue()
    {
        await using var app = await TestApp.StartAsync(azurite, "--LocalWorker:Queues=true");
        var book = app.Book("household");
        (await book.PutBookAsync("Household", "USD")).Is(HttpStatusCode.Created);
        (await book.PutAccountsAsync(HouseholdAccounts)).Is(HttpStatusCode.Created);

        byte[] body = [.. Household, .. "\n\nnonsense\n"u8];
        var accepted = await book.ImportAsync(body, "", ("Prefer", "respond-async"), ("Idempotency-Key", "year-end"));
        var done = await DoneAsync(book, accepted);

        Assert.Equal($"{book.Url}/imports/year-end", accepted.Json.Text("status"));
        Assert.Equal($"{book.Url}/imports/year-end", accepted.Headers.Location!.ToString());
        IsCounted(done, posted: HouseholdEntries.Count, duplicates: 0, (HouseholdEntries.Count + 3, null, "request/not-json"));

        (await book.ImportAsync(Household, "", ("Prefer", "respond-async"), ("Idempotency-Key", "year-end"))).IsProblem(HttpStatusCode.Conflict, "ledger/id-reused");
        var again = await book.ImportAsync(body, "", ("Prefer", "respond-async"), ("Idempotency-Key", "year-end"));
        IsCounted(await DoneAsync(book, again), posted: HouseholdEntries.Count, duplicates: 0, (HouseholdEntries.Count + 3, null, "request/not-json"));
        Assert.Equal(HouseholdEntries.Count, (await book.IsWholeAsync()).Count);
        await Eventually.IsTrueAsync(async () => (await book.GetAsync("/imports")).List("imports").Any(), "the import is noted");
        var file = (await book.GetAsync("/imports")).List("imports").Single();
        Assert.Equal(("journal", Convert.ToHexStringLower(SHA256.HashData(body)), body.Length, HouseholdEntries.Count + 1), (file.Text("kind"), file.Text("sha256"), file.Number("bytes"), file.Number("items")));
    }

    [Fact]
    public async Task Import_LongerThanACallMayTake_IsPutAsideAndNothingIsLost()
    {
        await using var app = await TestApp.StartAsync(azurite, "--LocalWorker:Queues=true", "--Import:SynchronousSeconds=0");
        var book = await app.NewBookAsync();
        // Several parts of 900 KB, blank and bad lines on the way, and a line that is too long.
        var lines = TestBook.Entries("a", 1, 7_000) + "\n\nbad-1\n" + new string('x', 300_000) + "\n" + TestBook.Entries("b", 1, 7_000) + "bad-2\n" + TestBook.Numbered("a", 5);

        var accepted = await book.ImportAsync(lines);
        var done = await DoneAsync(book, accepted);

        IsCounted(done, posted: 14_000, duplicates: 1, (7_003, null, "request/not-json"), (7_004, null, "ledger/line-too-long"), (14_005, null, "request/not-json"));
        Assert.Equal(14_000, (await book.IsWholeAsync()).Count);
    }

    [Fact]
    public async Task Import_WithLinesThatNoCalendarKnows_RejectsThemAlone()
    {
        var book = await App.NewBookAsync();
        static string period(string id, string year) => TestBook.Entry(id, "2025-12-31").Replace("\"text\"", $"\"period\":\"{year}-13\",\"text\"", StringComparison.Ordinal);

        var result = (await book.ImportAsync(string.Join('\n', TestBook.Entry("a"), period("b", "0000"), period("c", "9999"), period("d", "2199"), period("e", "2025"), TestBook.Entry("f")))).Is(HttpStatusCode.OK).Json;

        Assert.Equal(3, result.Number("posted"));
        Assert.Equal(["ledger/period", "ledger/period", "ledger/period"], result.List("rejected").Select(line => line.Text("code")));
    }

    [Fact]
    public async Task ImportStatus_OfAnUnknownImport_Is404()
    {
        var book = await App.NewBookAsync();

        (await book.TryGetAsync("/imports/nothing")).IsProblem(HttpStatusCode.NotFound, "ledger/import-unknown");
    }

    private async Task<TestBook> NewHouseholdAsync()
    {
        var book = await App.NewBookAsync("USD");
        (await book.PutAccountsAsync(HouseholdAccounts)).Is(HttpStatusCode.Created);
        return book;
    }

    private static async Task<JsonElement> DoneAsync(TestBook book, Answer accepted)
    {
        var status = accepted.Is(HttpStatusCode.Accepted).Json.Text("status");
        JsonElement state = default;
        await Eventually.IsTrueAsync(async () => (state = await book.GetAsync(status)).Text("status") == "done", "the import is done");
        Assert.Equal(state.Number("parts"), state.Number("partsDone"));
        return state;
    }

    private static void IsTally(Answer answer, long posted, long duplicates, params (long Line, string? Id, string Code)[] rejected) =>
        IsCounted(answer.Is(HttpStatusCode.OK).Json, posted, duplicates, rejected);

    private static void IsCounted(JsonElement tally, long posted, long duplicates, params (long Line, string? Id, string Code)[] rejected)
    {
        Assert.Equal(rejected, tally.List("rejected").Select(line => (line.Number("line"), line.GetProperty("id").GetString(), line.Text("code"))));
        Assert.Equal((posted, duplicates, (long)rejected.Length), (tally.Number("posted"), tally.Number("duplicates"), tally.Number("rejectedCount")));
    }

    /// <summary>Balances by the plainest way there is, from the file itself.</summary>
    private static Dictionary<string, string> Sum(IEnumerable<JsonElement> entries, string from, string to)
    {
        var balances = new Dictionary<string, decimal>();
        foreach (var entry in entries)
        {
            if (string.CompareOrdinal(entry.Text("date"), from) < 0 || string.CompareOrdinal(entry.Text("date"), to) > 0) continue;
            foreach (var line in entry.List("lines"))
            {
                var amount = line.TryGetProperty("debit", out _) ? Amount(line, "debit") : -Amount(line, "credit");
                balances[line.Text("account")] = balances.GetValueOrDefault(line.Text("account")) + amount;
            }
        }

        return balances.Where(balance => balance.Value != 0).ToDictionary(balance => balance.Key, balance => balance.Value.ToString("0.00", CultureInfo.InvariantCulture));
    }

    private static decimal Amount(JsonElement json, string member) => decimal.Parse(json.Text(member), CultureInfo.InvariantCulture);

    private static string Noise(int n) =>
        string.Concat(Enumerable.Range(0, 7).Select(k => Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{n}/{k}"))))));
}
