using System.Globalization;
using System.Net;
using System.Text.Json;

namespace BackOffice.AzuriteTests.Ledger;

public sealed class ReadingTests(AzuriteFixture azurite, SharedApp shared) : IClassFixture<SharedApp>
{
    private TestApp App => shared.App;

    [Fact]
    public async Task Book_OpenedRenamedAndOpenedAgain_IsOneBook()
    {
        var book = App.Book("renamed");

        (await book.PutBookAsync("First", "CHF")).Is(HttpStatusCode.Created);
        (await book.PutBookAsync("Second", "CHF")).Is(HttpStatusCode.OK);
        var before = await book.HeadHashAsync();
        (await book.PutBookAsync("Second", "CHF")).Is(HttpStatusCode.OK);

        var shown = await book.GetAsync();
        Assert.Equal(("renamed", "Second", "CHF"), (shown.Text("book"), shown.Text("name"), shown.Text("currency")));
        Assert.Equal(2, shown.Number("records"));
        Assert.Equal(before, shown.Text("headHash"));
    }

    [Fact]
    public async Task Book_InAnotherCurrency_IsRefused()
    {
        var book = await App.NewBookAsync("EUR");

        (await book.PutBookAsync("Test", "USD")).IsProblem(HttpStatusCode.Conflict, "ledger/currency-fixed", "currency");
        Assert.Equal("EUR", (await book.GetAsync()).Text("currency"));
    }

    [Fact]
    public async Task Books_AreListedInOrder()
    {
        await using var app = await TestApp.StartAsync(azurite);
        foreach (var id in (string[])["zeta", "alpha", "7"]) (await app.Book(id).PutBookAsync(id, "EUR")).Is(HttpStatusCode.Created);

        Assert.Equal("""{"books":["7","alpha","zeta"]}""", (await app.Book("any").TryGetAsync("/api/books")).Is(HttpStatusCode.OK).Text);
    }

    [Fact]
    public async Task Account_NameMayChange_TypeOnlyUntilItIsUsed()
    {
        var book = await App.NewBookAsync();

        (await book.SendAsync(HttpMethod.Put, "/accounts/1800", """{"name":"Giro","type":"liability"}""")).Is(HttpStatusCode.OK);
        (await book.SendAsync(HttpMethod.Put, "/accounts/1810", """{"name":"Cash","type":"asset"}""")).Is(HttpStatusCode.Created);
        (await book.PostAsync(TestBook.Entry("e1"))).Is(HttpStatusCode.Created);
        (await book.SendAsync(HttpMethod.Put, "/accounts/1800", """{"name":"Giro","type":"asset"}""")).IsProblem(HttpStatusCode.Conflict, "ledger/account-type-fixed", "type");
        (await book.SendAsync(HttpMethod.Put, "/accounts/1800", """{"name":"Girokonto","type":"liability"}""")).Is(HttpStatusCode.OK);

        var shown = (await book.GetAsync("/accounts")).List("accounts").Select(account => (account.Text("account"), account.Text("name"), account.Text("type")));
        Assert.Equal(
            [("1800", "Girokonto", "liability"), ("1810", "Cash", "asset"), ("2900", "Capital", "equity"), ("4400", "Revenue", "income"), ("6310", "Rent", "expense")], shown);
    }

    [Fact]
    public async Task Accounts_OneOfThemNotChangeable_NoneIsChanged()
    {
        var book = await App.NewBookAsync();
        (await book.PostAsync(TestBook.Entry("e1"))).Is(HttpStatusCode.Created);
        var before = await book.HeadHashAsync();

        (await book.PutAccountsAsync("""[{"account":"7000","name":"New","type":"income"},{"account":"6310","name":"Rent","type":"asset"}]"""))
            .IsProblem(HttpStatusCode.Conflict, "ledger/account-type-fixed", "[1].type");

        Assert.Equal(before, await book.HeadHashAsync());
    }

    [Fact]
    public async Task Accounts_ChartSentAgain_ChangesNothing()
    {
        var book = await App.NewBookAsync();
        var before = await book.HeadHashAsync();

        Assert.Equal("""{"created":0,"changed":0,"unchanged":4}""", (await book.PutAccountsAsync(TestBook.Chart)).Is(HttpStatusCode.OK).Text);
        Assert.Equal(before, await book.HeadHashAsync());
    }

    [Fact]
    public async Task Entry_IsShownAsItWasPosted()
    {
        var book = await App.NewBookAsync();
        const string lines = """[{"account":"6310","debit":"10.00","party":"landlord","document":"R-1","dueDate":"2025-02-15","dimensions":{"a":"1","b":"ä"}},{"account":"1800","credit":"10.00"}]""";
        var receipt = (await book.PostAsync($$"""{"id":"e1","date":"2025-01-31","text":"Rent","lines":{{lines}}}""")).Is(HttpStatusCode.Created);

        var entry = (await book.TryGetAsync("/entries/e1")).Is(HttpStatusCode.OK);

        // It begins with the receipt, member for member.
        Assert.StartsWith(receipt.Text[..^1], entry.Text, StringComparison.Ordinal);
        Assert.Equal(("Rent", "tester"), (entry.Json.Text("text"), entry.Json.Text("by")));
        Assert.Equal(lines, entry.Json.GetProperty("lines").GetRawText());
        (await book.TryGetAsync("/entries/e2")).IsProblem(HttpStatusCode.NotFound, "ledger/entry-unknown");
        (await book.TryGetAsync("/entries/E1")).IsProblem(HttpStatusCode.NotFound, "ledger/entry-unknown");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(30)]
    [InlineData(1000)]
    public async Task Entries_InPages_AreAllThereOnceInOrder(int limit)
    {
        var book = await App.NewBookAsync();
        (await book.ImportAsync(TestBook.Entries("a", 1, 20))).Is(HttpStatusCode.OK);
        for (var n = 21; n <= 30; n++) (await book.PostAsync(TestBook.Numbered("a", n))).Is(HttpStatusCode.Created);

        var pages = new List<int>();
        var ids = new List<string>();
        for (var path = $"/entries?limit={limit}"; path is not null;)
        {
            var page = await book.GetAsync(path);
            pages.Add(page.List("entries").Count());
            ids.AddRange(page.List("entries").Select(entry => entry.Text("id")));
            path = page.TryGetProperty("next", out var next) ? next.GetString() : null;
        }

        Assert.Equal(Enumerable.Range(1, 30).Select(n => $"a-{n}"), ids);
        Assert.Equal((30 + limit - 1) / limit, pages.Count);
        Assert.All(pages.SkipLast(1), count => Assert.Equal(limit, count));
    }

    [Fact]
    public async Task Entries_Filtered_AreThoseOfTheAccountAndTheDates()
    {
        var book = await App.NewBookAsync();
        string[] entries =
        [
            TestBook.Entry("jan", "2025-01-31"), TestBook.Entry("feb", "2025-02-28", debit: "1800", credit: "4400"), TestBook.Entry("mar", "2025-03-01", debit: "2900", credit: "4400"),
            TestBook.Entry("late", "2025-01-01", debit: "1800", credit: "4400"), TestBook.Entry("apr", "2025-04-01"),
        ];
        foreach (var entry in entries) (await book.PostAsync(entry)).Is(HttpStatusCode.Created);

        Assert.Equal(["jan", "feb", "late", "apr"], await IdsAsync("?account=1800"));
        Assert.Equal(["feb", "mar", "late"], await IdsAsync("?account=4400"));
        Assert.Equal(["jan", "late"], await IdsAsync("?to=2025-01-31"));
        Assert.Equal(["feb", "mar"], await IdsAsync("?from=2025-02-01&to=2025-03-01"));
        Assert.Equal(["feb"], await IdsAsync("?from=2025-02-01&to=2025-03-01&account=1800"));
        Assert.Equal(["late", "apr"], await IdsAsync("?account=1800&after=2"));
        Assert.Equal(["jan", "feb", "late", "apr"], await IdsAsync("?account=1800&limit=1"));
        Assert.Empty(await IdsAsync("?from=2025-05-01"));
        Assert.Empty(await IdsAsync("?after=5"));
        (await book.TryGetAsync("/entries?account=9999")).IsProblem(HttpStatusCode.NotFound, "ledger/account-unknown");

        async Task<List<string>> IdsAsync(string query) => [.. (await book.JournalAsync(query)).Select(entry => entry.Text("id"))];
    }

    [Fact]
    public async Task Sheet_HasOpeningRunningAndClosingBalance()
    {
        var book = await App.NewBookAsync();
        string[] entries =
        [
            TestBook.Entry("capital", "2024-12-31", "\"1000.00\"", debit: "1800", credit: "2900"),
            TestBook.Entry("rent-2", "2025-02-01", "\"300.00\""),
            TestBook.Entry("rent-1", "2025-01-02", "\"250.50\""),
            TestBook.Entry("sale", "2025-02-01", "\"99.99\"", debit: "1800", credit: "4400"),
            TestBook.Entry("after", "2025-03-01", "\"1.00\""),
            """{"id":"split","date":"2025-02-01","text":"Split","lines":[{"account":"1800","credit":"5.00"},{"account":"6310","debit":"7.00"},{"account":"1800","credit":"2.00"}]}""",
            """{"id":"mixed","date":"2025-02-02","text":"Mixed","lines":[{"account":"1800","debit":"5.00"},{"account":"6310","debit":"7.00"},{"account":"4400","credit":"12.00"}]}""",
        ];
        foreach (var entry in entries) (await book.PostAsync(entry)).Is(HttpStatusCode.Created);

        var sheet = await book.GetAsync("/accounts/1800/sheet?from=2025-01-01&to=2025-02-28");

        Assert.Equal(("1800", "Bank", "asset", "EUR"), (sheet.Text("account"), sheet.Text("name"), sheet.Text("type"), sheet.Text("currency")));
        Assert.Equal("1000.00", sheet.Text("opening"));
        Assert.Equal(
        [
            "2025-01-02 rent-1 6310 0.00 250.50 749.50",
            "2025-02-01 rent-2 6310 0.00 300.00 449.50",
            "2025-02-01 sale 4400 99.99 0.00 549.49",
            "2025-02-01 split 6310 0.00 5.00 544.49",
            "2025-02-01 split 6310 0.00 2.00 542.49",
            "2025-02-02 mixed various 5.00 0.00 547.49",
        ], sheet.List("lines").Select(line => string.Join(' ', new[] { "date", "id", "contra", "debit", "credit", "balance" }.Select(member => line.Text(member)))));
        Assert.Equal(("104.99", "557.50", "547.49"), (sheet.Text("debit"), sheet.Text("credit"), sheet.Text("closing")));
        Assert.Equal(7, sheet.Number("asOfEntry"));
        Assert.Equal("547.49", Balance(await book.GetAsync("/trial-balance?on=2025-02-28"), "1800"));
        (await book.TryGetAsync("/accounts/9999/sheet")).IsProblem(HttpStatusCode.NotFound, "ledger/account-unknown");
    }

    [Fact]
    public async Task Sheet_WithoutDates_BeginsWithTheFirstEntry()
    {
        var book = await App.NewBookAsync();
        (await book.PostAsync(TestBook.Entry("old", "1999-12-31"))).Is(HttpStatusCode.Created);
        (await book.PostAsync(TestBook.Entry("future", "2199-12-31"))).Is(HttpStatusCode.Created);

        var sheet = await book.GetAsync("/accounts/6310/sheet");

        Assert.Equal(["old"], sheet.List("lines").Select(line => line.Text("id")));
        Assert.Equal(("0.00", "10.00"), (sheet.Text("opening"), sheet.Text("closing")));
    }

    [Theory]
    [InlineData("EUR", "10.5", "10.50", "0.00")]
    [InlineData("JPY", "10", "10", "0")]
    [InlineData("KWD", "10.5", "10.500", "0.000")]
    public async Task TrialBalance_AllAmounts_HaveTheDigitsOfTheCurrency(string currency, string amount, string expected, string zero)
    {
        var book = await App.NewBookAsync(currency);
        (await book.PostAsync(TestBook.Entry("e1", amount: amount))).Is(HttpStatusCode.Created);

        var balance = await book.GetAsync("/trial-balance?on=2025-01-31");

        Assert.Equal((currency, "2025-01-31", 1), (balance.Text("currency"), balance.Text("on"), balance.Number("asOfEntry")));
        Assert.Equal(["1800", "2900", "4400", "6310"], balance.List("accounts").Select(account => account.Text("account")));
        Assert.Equal($$"""{"account":"1800","name":"Bank","type":"asset","opening":"{{zero}}","debit":"{{zero}}","credit":"{{expected}}","balance":"-{{expected}}"}""", balance.GetProperty("accounts")[0].GetRawText());
        Assert.Equal($$"""{"opening":"{{zero}}","debit":"{{expected}}","credit":"{{expected}}","balance":"{{zero}}"}""", balance.GetProperty("totals").GetRawText());
        Assert.Equal(zero, Balance(await book.GetAsync("/trial-balance?on=2025-01-30"), "1800"));
    }

    [Fact]
    public async Task Reading_AfterAnotherInstanceWrote_SeesIt()
    {
        var book = await App.NewBookAsync();
        await using var other = await App.AnotherAsync();
        for (var n = 1; n <= 5; n++)
        {
            var writer = n % 2 == 0 ? book : book.In(other);
            var reader = n % 2 == 0 ? book.In(other) : book;
            (await writer.PostAsync(TestBook.Numbered("a", n))).Is(HttpStatusCode.Created);
            Assert.Equal(n, (await reader.GetAsync("/trial-balance")).Number("asOfEntry"));
            Assert.Equal(n, (await reader.GetAsync(string.Create(CultureInfo.InvariantCulture, $"/entries/a-{n}"))).Number("number"));
            Assert.Equal(n, (await reader.JournalAsync()).Count);
        }
    }

    private static string Balance(JsonElement trialBalance, string account) => trialBalance.List("accounts").Single(line => line.Text("account") == account).Text("balance");
}
