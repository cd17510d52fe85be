using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace BackOffice.AzuriteTests.Ledger;

/// <summary>What is not acceptable is refused with a stable code and the path of the fault, and leaves the book as it was.</summary>
public sealed class BadInputTests(SharedApp shared) : IClassFixture<SharedApp>
{
    private const string Debit = """{"account":"6310","debit":"10.00"}""";
    private const string Credit = """{"account":"1800","credit":"10.00"}""";

    private TestApp App => shared.App;

    /// <summary>Broken rules of the shape (400) and of bookkeeping (422): what, entry, status, code, path.</summary>
    public static TheoryData<string, string, int, string, string> BadEntries()
    {
        var data = new TheoryData<string, string, int, string, string>();
        void Add(string what, string entry, int status, string code, string path) => data.Add(what, entry, status, code, path);
        void Lines(string what, string lines, int status, string code, string path) => Add(what, WithLines(lines), status, code, path);
        void Side(string what, string amount, int status, string code) => Lines(what, Debit + "," + """{"account":"1800","credit":""" + amount + "}", status, code, "lines[1].credit");
        void More(string what, string more, int status, string code, string path) => Lines(what, Debit + "," + """{"account":"1800","credit":"10.00",""" + more + "}", status, code, path);

        Lines("unbalanced", Debit + """,{"account":"1800","credit":"9.99"}""", 422, "ledger/unbalanced", "lines");
        Lines("no lines", "", 422, "ledger/too-few-lines", "lines");
        Lines("one line", Debit, 422, "ledger/too-few-lines", "lines");
        Lines("two debits", Debit + "," + Debit, 422, "ledger/unbalanced", "lines");
        Lines("unknown account", Debit + """,{"account":"9999","credit":"10.00"}""", 422, "ledger/account-unknown", "lines[1].account");
        Lines("both sides", """{"account":"6310","debit":"10.00","credit":"10.00"},""" + Credit, 422, "ledger/both-sides", "lines[0]");
        Lines("no side", """{"account":"6310"},""" + Credit, 422, "ledger/no-side", "lines[0]");
        Lines("too many lines", string.Join(',', Enumerable.Repeat(Debit, 501).Concat(Enumerable.Repeat(Credit, 501))), 422, "ledger/too-many-lines", "lines");

        Side("negative", "\"-10.00\"", 422, "ledger/amount-invalid");
        Side("negative number", "-10", 422, "ledger/amount-invalid");
        Side("zero", "\"0.00\"", 422, "ledger/amount-zero");
        Side("zero as a number", "0", 422, "ledger/amount-zero");
        Side("zero with an exponent", "0e5", 422, "ledger/amount-zero");
        Side("too many digits", "\"10000000000000\"", 422, "ledger/amount-invalid");
        Side("too many digits by exponent", "1e13", 422, "ledger/amount-invalid");
        Side("too many decimals", "\"10.001\"", 422, "ledger/amount-invalid");
        Side("too many decimals by exponent", "1e-3", 422, "ledger/amount-invalid");
        Side("too small for any decimal", "1e-40", 422, "ledger/amount-invalid");
        Side("not quite ten", "1.0000000000000000000000000000000001e1", 422, "ledger/amount-invalid");
        Side("huge exponent", "1e999999999", 422, "ledger/amount-invalid");
        Side("comma", "\"10,00\"", 422, "ledger/amount-invalid");
        Side("thousands", "\"1,000.00\"", 422, "ledger/amount-invalid");
        Side("plus", "\"+10.00\"", 422, "ledger/amount-invalid");
        Side("blank before", "\" 10.00\"", 422, "ledger/amount-invalid");
        Side("no amount", "\"\"", 422, "ledger/amount-invalid");
        Side("no whole part", "\".50\"", 422, "ledger/amount-invalid");
        Side("no decimals after the point", "\"10.\"", 422, "ledger/amount-invalid");
        Side("not a number", "\"NaN\"", 422, "ledger/amount-invalid");
        Side("other digits", "\"１０\"", 422, "ledger/amount-invalid");
        Side("amount true", "true", 400, "request/wrong-type");
        Side("amount null", "null", 400, "request/wrong-type");
        Side("amount object", """{"value":"10.00"}""", 400, "request/wrong-type");

        Add("date not in the calendar", TestBook.Entry("e1", date: "2025-02-30"), 422, "ledger/date-invalid", "date");
        Add("leap day of another year", TestBook.Entry("e1", date: "2025-02-29"), 422, "ledger/date-invalid", "date");
        Add("month 13", TestBook.Entry("e1", date: "2025-13-01"), 422, "ledger/date-invalid", "date");
        Add("short date", TestBook.Entry("e1", date: "2025-1-31"), 422, "ledger/date-invalid", "date");
        Add("german date", TestBook.Entry("e1", date: "31.01.2025"), 422, "ledger/date-invalid", "date");
        Add("date and time", TestBook.Entry("e1", date: "2025-01-31T00:00:00Z"), 422, "ledger/date-invalid", "date");
        Add("too early", TestBook.Entry("e1", date: "1899-12-31"), 422, "ledger/date-invalid", "date");
        Add("too late", TestBook.Entry("e1", date: "2200-01-01"), 422, "ledger/date-invalid", "date");
        Add("date a number", TestBook.Entry("e1").Replace("\"2025-01-31\"", "20250131", StringComparison.Ordinal), 400, "request/wrong-type", "date");

        Add("unknown member", TestBook.Entry("e1")[..^1] + ""","colour":"red"}""", 400, "request/unknown-field", "colour");
        Add("member in other case", TestBook.Entry("e1")[..^1] + ""","Text":"red"}""", 400, "request/unknown-field", "Text");
        Add("reverses is not the caller's to say", TestBook.Entry("e1")[..^1] + ""","reverses":"e0"}""", 400, "request/unknown-field", "reverses");
        Add("member twice", TestBook.Entry("e1")[..^1] + ""","id":"e2"}""", 400, "request/duplicate-field", "id");
        Add("member twice, once escaped", TestBook.Entry("e1")[..^1] + """,""" + "\"\\u0069d\"" + """:"e2"}""", 400, "request/duplicate-field", "id");
        Add("lines twice", TestBook.Entry("e1")[..^1] + ""","lines":[]}""", 400, "request/duplicate-field", "lines");
        Add("member named by half a surrogate pair", TestBook.Entry("e1")[..^1] + ",\"\\ud800\":1}", 400, "request/not-utf8", "");
        More("unknown member in a line", "\"colour\":1", 400, "request/unknown-field", "lines[1].colour");
        More("member twice in a line", "\"credit\":\"11.00\"", 400, "request/duplicate-field", "lines[1].credit");
        More("party a number", "\"party\":7", 400, "request/wrong-type", "lines[1].party");
        More("document with a slash", "\"document\":\"2025/1\"", 400, "request/id", "lines[1].document");
        More("due date not in the calendar", "\"dueDate\":\"2025-04-31\"", 422, "ledger/date-invalid", "lines[1].dueDate");
        More("dimensions a list", "\"dimensions\":[]", 400, "request/wrong-type", "lines[1].dimensions");
        More("dimension a number", """ "dimensions":{"centre":100} """, 400, "request/wrong-type", "lines[1].dimensions.centre");
        More("dimension empty", """ "dimensions":{"centre":""} """, 400, "request/text", "lines[1].dimensions.centre");
        More("dimension twice", """ "dimensions":{"centre":"1","centre":"2"} """, 400, "request/duplicate-field", "lines[1].dimensions.centre");
        More("dimension with a blank in its name", """ "dimensions":{"cost centre":"1"} """, 400, "request/id", "lines[1].dimensions");
        More("dimension named by half a surrogate pair", "\"dimensions\":{\"\\udc00\":\"1\"}", 400, "request/not-utf8", "lines[1].dimensions");
        More("nine dimensions", "\"dimensions\":{" + string.Join(',', Enumerable.Range(1, 9).Select(n => $"\"d{n}\":\"x\"")) + "}", 422, "ledger/too-many-dimensions", "lines[1].dimensions");

        Add("id missing", TestBook.Entry("e1").Replace("\"id\":\"e1\",", "", StringComparison.Ordinal), 400, "request/missing", "id");
        Add("text missing", TestBook.Entry("e1").Replace("\"text\":\"Rent\",", "", StringComparison.Ordinal), 400, "request/missing", "text");
        Add("lines missing", """{"id":"e1","date":"2025-01-31","text":"t"}""", 400, "request/missing", "lines");
        Add("all missing", "{}", 400, "request/missing", "date");
        Lines("account missing", Debit + ""","{"credit":"10.00"}""".Replace("\"{", "{", StringComparison.Ordinal), 400, "request/missing", "lines[1].account");
        Add("id empty", TestBook.Entry(""), 400, "request/id", "id");
        Add("id too long", TestBook.Entry(new string('a', 65)), 400, "request/id", "id");
        Add("id begins with a point", TestBook.Entry(".e1"), 400, "request/id", "id");
        Add("id with a slash", TestBook.Entry("a/b"), 400, "request/id", "id");
        Add("id with a control character", TestBook.Entry("a\\u0001b"), 400, "request/id", "id");
        Add("id with half a surrogate pair", TestBook.Entry("a\\ud800"), 400, "request/id", "id");
        Add("id with an umlaut", TestBook.Entry("übung"), 400, "request/id", "id");
        Add("id null", TestBook.Entry("e1").Replace("\"e1\"", "null", StringComparison.Ordinal), 400, "request/wrong-type", "id");
        Lines("account with a control character", Debit + ""","{"account":"18\u000000","credit":"10.00"}""".Replace("\"{", "{", StringComparison.Ordinal), 400, "request/id", "lines[1].account");
        Add("text empty", TestBook.Entry("e1", text: ""), 400, "request/text", "text");
        Add("text too long", TestBook.Entry("e1", text: new string('a', 501)), 400, "request/text", "text");
        Add("text with a line feed", TestBook.Entry("e1", text: "a\\nb"), 400, "request/text", "text");
        Add("text with a delete character", TestBook.Entry("e1", text: "a\\u007fb"), 400, "request/text", "text");
        Add("text with half a surrogate pair", TestBook.Entry("e1", text: "\\ud83d"), 400, "request/not-utf8", "text");
        Add("raw control character", TestBook.Entry("e1", text: "a\u0002b"), 400, "request/not-json", "");

        Add("lines an object", TestBook.Entry("e1").Replace("[", "{\"a\":[", StringComparison.Ordinal).Replace("]", "]}", StringComparison.Ordinal), 400, "request/wrong-type", "lines");
        Lines("a line a string", Debit + ",\"1800\"", 400, "request/wrong-type", "lines[1]");
        Lines("a line null", Debit + ",null", 400, "request/wrong-type", "lines[1]");
        Add("nothing", "", 400, "request/not-json", "");
        Add("null", "null", 400, "request/not-an-object", "");
        Add("a number", "7", 400, "request/not-an-object", "");
        Add("an array", "[" + TestBook.Entry("e1") + "]", 400, "request/not-an-object", "");
        Add("two entries", TestBook.Entry("e1") + TestBook.Entry("e2"), 400, "request/not-json", "");
        Add("half an entry", TestBook.Entry("e1")[..^5], 400, "request/not-json", "");
        Add("trailing comma", TestBook.Entry("e1")[..^1] + ",}", 400, "request/not-json", "");
        Add("comment", "/* rent */" + TestBook.Entry("e1"), 400, "request/not-json", "");
        Add("deep nesting", new string('[', 50_000) + new string(']', 50_000), 400, "request/not-an-object", "");
        Add("deep nesting in a member", TestBook.Entry("e1")[..^1] + ",\"x\":" + new string('[', 50_000) + new string(']', 50_000) + "}", 400, "request/unknown-field", "x");
        Lines("deep nesting in a line", new string('[', 50_000) + new string(']', 50_000), 400, "request/wrong-type", "lines[0]");
        Add("not JSON", "id=e1&date=2025-01-31", 400, "request/not-json", "");
        return data;
    }

    [Theory]
    [MemberData(nameof(BadEntries))]
    public async Task Post_BadEntry_IsRefusedWithCodeAndPath(string what, string entry, int status, string code, string path)
    {
        var book = await App.NewBookAsync();
        var before = await book.HeadHashAsync();

        var answer = await book.PostAsync(entry);

        answer.IsProblem((HttpStatusCode)status, code, path);
        Assert.True(await book.HeadHashAsync() == before, $"{what}: something was written.");
        Assert.Equal(0, await book.EntriesAsync());
    }

    [Fact]
    public async Task Post_ManyFaults_AreAllListed()
    {
        var book = await App.NewBookAsync();

        var answer = await book.PostAsync("""{"id":"","date":"2025-02-30","text":"","lines":[{"account":"6310","debit":"-1"},{"credit":"x"}],"more":1}""");

        var errors = answer.Is(HttpStatusCode.BadRequest).Json.List("errors").Select(error => error.Text("path")).Order(StringComparer.Ordinal);
        Assert.Equal(["date", "id", "lines[0].debit", "lines[1].account", "lines[1].credit", "more", "text"], errors);
    }

    [Fact]
    public async Task Post_SeveralUnknownAccountsInAClosedPeriod_AreAllListed()
    {
        var book = await App.NewBookAsync();
        (await book.CloseAsync("2025-01")).Is(HttpStatusCode.OK);

        var answer = await book.PostAsync(TestBook.Entry("e1", debit: "8", credit: "9"));

        var errors = answer.Is(HttpStatusCode.UnprocessableEntity).Json.List("errors").Select(error => (error.Text("path"), error.Text("code")));
        Assert.Equal([("lines[0].account", "ledger/account-unknown"), ("lines[1].account", "ledger/account-unknown"), ("date", "ledger/period-closed")], errors);
    }

    [Theory]
    [InlineData("EUR", "10.001", "ledger/amount-invalid")]
    [InlineData("JPY", "10.5", "ledger/amount-invalid")]
    [InlineData("JPY", "10.0", "ledger/amount-invalid")]
    [InlineData("KWD", "1.2345", "ledger/amount-invalid")]
    [InlineData("CLF", "1.23456", "ledger/amount-invalid")]
    public async Task Post_MoreDecimalsThanTheCurrencyHas_IsRefused(string currency, string amount, string code)
    {
        var book = await App.NewBookAsync(currency);

        (await book.PostAsync(TestBook.Entry("e1", amount: $"\"{amount}\""))).IsProblem(HttpStatusCode.UnprocessableEntity, code, "lines[0].debit");
        (await book.PostAsync(TestBook.Entry("e1", amount: amount))).IsProblem(HttpStatusCode.UnprocessableEntity, code, "lines[0].debit");
        Assert.Equal(0, await book.EntriesAsync());
    }

    [Theory]
    [InlineData("EUR", "12.34", "12.34")]
    [InlineData("EUR", "1e1", "10.00")]
    [InlineData("EUR", "1.5E+1", "15.00")]
    [InlineData("EUR", "1e-2", "0.01")]
    [InlineData("EUR", "1234e-2", "12.34")]
    [InlineData("EUR", "0.07", "0.07")]
    [InlineData("EUR", "9999999999999.99", "9999999999999.99")]
    [InlineData("EUR", "999999999999999e-2", "9999999999999.99")]
    [InlineData("JPY", "9999999999999", "9999999999999")]
    [InlineData("KWD", "1.234", "1.234")]
    public async Task Post_AmountAsStringOrNumber_IsTakenExactly(string currency, string amount, string expected)
    {
        var book = await App.NewBookAsync(currency);

        (await book.PostAsync(TestBook.Entry("number", amount: amount))).Is(HttpStatusCode.Created);
        (await book.PostAsync(TestBook.Entry("string", amount: $"\"{amount}\""))).Is(HttpStatusCode.Created);

        foreach (var entry in await book.IsWholeAsync())
        {
            Assert.Equal(expected, entry.GetProperty("lines")[0].Text("debit"));
            Assert.Equal(expected, entry.GetProperty("lines")[1].Text("credit"));
        }
    }

    [Fact]
    public async Task Post_LargestAmounts_AddUpWithoutOverflow()
    {
        var book = await App.NewBookAsync("CLF");
        var lines = string.Join(',', Enumerable.Repeat("""{"account":"6310","debit":"9999999999999.9999"},{"account":"1800","credit":"9999999999999.9999"}""", 500));

        (await book.PostAsync(WithLines(lines))).Is(HttpStatusCode.Created);

        Assert.Equal("4999999999999999.9500", (await book.BalancesAsync())["6310"]);
    }

    [Fact]
    public async Task Post_TextsOfAllScripts_AreKept()
    {
        var book = await App.NewBookAsync();
        const string text = "Miete Jänner – 家賃 🏠 \\\"§14\\\" \\ud83d\\ude00";

        (await book.PostAsync(TestBook.Entry("e1", text: text))).Is(HttpStatusCode.Created);

        Assert.Equal("Miete Jänner – 家賃 🏠 \"§14\" 😀", (await book.GetAsync("/entries/e1")).Text("text"));
    }

    [Fact]
    public async Task Post_BrokenUtf8_IsRefused()
    {
        var book = await App.NewBookAsync();
        var parts = TestBook.Entry("e1", text: "#").Split('#');

        foreach (var broken in new byte[][] { [0xC3, 0x28], [0xFF], [0xC0, 0xAF], [0xED, 0xA0, 0x80], [0xF5, 0x80, 0x80, 0x80] })
            (await book.PostAsync([.. Encoding.UTF8.GetBytes(parts[0]), .. broken, .. Encoding.UTF8.GetBytes(parts[1])])).IsProblem(HttpStatusCode.BadRequest, "request/not-utf8");
        Assert.Equal(0, await book.EntriesAsync());
    }

    [Fact]
    public async Task Post_AnotherEncoding_IsRefused()
    {
        var book = await App.NewBookAsync();

        (await book.PostAsync(Encoding.Unicode.GetBytes(TestBook.Entry("e1")))).IsProblem(HttpStatusCode.BadRequest, "request/not-json");
        Assert.Equal(0, await book.EntriesAsync());
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("application/jsonp")]
    [InlineData("application/x-ndjson")]
    public async Task Post_AnotherContentType_IsRefused(string contentType)
    {
        var book = await App.NewBookAsync();

        (await book.PostAsync(Encoding.UTF8.GetBytes(TestBook.Entry("e1")), contentType)).IsProblem(HttpStatusCode.UnsupportedMediaType, "request/content-type");
        Assert.Equal(0, await book.EntriesAsync());
    }

    [Fact]
    public async Task Post_NoContentType_IsRefused()
    {
        var book = await App.NewBookAsync();

        (await book.SendAsync(HttpMethod.Post, "/entries", new ByteArrayContent(Encoding.UTF8.GetBytes(TestBook.Entry("e1"))))).IsProblem(HttpStatusCode.UnsupportedMediaType, "request/content-type");
    }

    [Fact]
    public async Task Post_BodyOverTheLimit_Is413()
    {
        var book = await App.NewBookAsync();
        var body = Encoding.UTF8.GetBytes(TestBook.Entry("e1") + new string(' ', 256 * 1024));

        (await book.PostAsync(body)).IsProblem(HttpStatusCode.RequestEntityTooLarge, "request/too-large");
        Assert.Equal(0, await book.EntriesAsync());
    }

    [Theory]
    [InlineData("PUT", "")]
    [InlineData("POST", "/entries")]
    [InlineData("POST", "/entries/gross")]
    [InlineData("PUT", "/accruals/a1")]
    public async Task Body_NestedTooDeep_Is400(string method, string path)
    {
        var book = await App.NewBookAsync();

        var answer = (await book.SendAsync(HttpMethod.Parse(method), path, string.Concat(Enumerable.Repeat("{\"a\":", 2_000)) + "1" + new string('}', 2_000))).Is(HttpStatusCode.BadRequest);

        Assert.Contains(answer.Json.List("errors"), fault => fault.Text("code") == "request/not-json" && fault.Text("detail").Contains("depth", StringComparison.OrdinalIgnoreCase));
        Assert.Equal(0, await book.EntriesAsync());
    }

    [Theory]
    [InlineData("Content-Length: 100000000", "")]
    [InlineData("Transfer-Encoding: chunked", "50000")]
    public async Task Post_OfAHundredMegabytes_IsRefusedBeforeTheyAreSent(string length, string firstChunk)
    {
        var book = await App.NewBookAsync();
        using var tcp = new TcpClient();
        await tcp.ConnectAsync(App.Address.Host, App.Address.Port, TestContext.Current.CancellationToken);
        var chunk = firstChunk.Length == 0 ? "" : firstChunk + "\r\n" + new string(' ', int.Parse(firstChunk, NumberStyles.HexNumber, CultureInfo.InvariantCulture)) + "\r\n";
        var request = $"POST {book.Url}/entries HTTP/1.1\r\nHost: {App.Address.Authority}\r\nAuthorization: Bearer {App.Token("Accounting")}\r\nContent-Type: application/json\r\n{length}\r\n\r\n{chunk}";

        await tcp.GetStream().WriteAsync(Encoding.ASCII.GetBytes(request), TestContext.Current.CancellationToken);

        var answer = new StringBuilder();
        var buffer = new byte[4096];
        while (!answer.ToString().Contains("traceId", StringComparison.Ordinal))
        {
            var read = await tcp.GetStream().ReadAsync(buffer, TestContext.Current.CancellationToken);
            Assert.True(read > 0, $"The answer holds no problem: {answer}");
            answer.Append(Encoding.UTF8.GetString(buffer, 0, read));
        }

        Assert.StartsWith("HTTP/1.1 413", answer.ToString(), StringComparison.Ordinal);
        Assert.Contains("\"code\":\"request/too-large\"", answer.ToString(), StringComparison.Ordinal);
        Assert.Contains("application/problem+json", answer.ToString(), StringComparison.Ordinal);
        Assert.Equal(0, await book.EntriesAsync());
    }

    [Theory]
    [InlineData("""{"name":"A","currency":"XYZ"}""", 422, "ledger/currency-unknown", "currency")]
    [InlineData("""{"name":"A","currency":"eur"}""", 422, "ledger/currency-unknown", "currency")]
    [InlineData("""{"name":"A"}""", 400, "request/missing", "currency")]
    [InlineData("""{"name":"","currency":"EUR"}""", 400, "request/text", "name")]
    [InlineData("""{"name":"a\u0000b","currency":"EUR"}""", 400, "request/text", "name")]
    [InlineData("""{"name":"\ud800","currency":"EUR"}""", 400, "request/not-utf8", "name")]
    [InlineData("""{"name":7,"currency":"EUR"}""", 400, "request/wrong-type", "name")]
    [InlineData("""{"name":"A","currency":"EUR","digits":2}""", 400, "request/unknown-field", "digits")]
    [InlineData("""{"name":"A","name":"B","currency":"EUR"}""", 400, "request/not-json", null)]
    [InlineData("""["A","EUR"]""", 400, "request/not-an-object", "")]
    [InlineData("""{"name":""", 400, "request/not-json", null)]
    public async Task PutBook_BadRequest_IsRefusedAndOpensNothing(string body, int status, string code, string? path)
    {
        var book = App.Book("never-opened");

        (await book.SendAsync(HttpMethod.Put, "", body)).IsProblem((HttpStatusCode)status, code, path);
        (await book.TryGetAsync()).IsProblem(HttpStatusCode.NotFound, "ledger/book-unknown");
    }

    [Theory]
    [InlineData("Acme")]
    [InlineData("a_b")]
    [InlineData("a%20b")]
    [InlineData("a%27b")]
    [InlineData("%C3%BCbung")]
    [InlineData("abcdefghij-abcdefghij-abcdefghij-abcdefghi")]
    public async Task PutBook_BadId_IsRefused(string id)
    {
        (await App.Book(id).PutBookAsync("A", "EUR")).IsProblem(HttpStatusCode.BadRequest, "ledger/book-id");
        (await App.Book(id).TryGetAsync()).IsProblem(HttpStatusCode.BadRequest, "ledger/book-id");
        (await App.Book(id).TryGetAsync("/verification")).IsProblem(HttpStatusCode.BadRequest, "ledger/book-id");
    }

    [Theory]
    [InlineData("""[{"account":"1","name":"A","type":"cash"}]""", 422, "ledger/account-type", "[0].type")]
    [InlineData("""[{"account":"1","name":"A","type":"0"}]""", 422, "ledger/account-type", "[0].type")]
    [InlineData("""[{"account":"1","name":"A","type":"asset"},{"account":"1","name":"B","type":"asset"}]""", 422, "ledger/account-twice", "[1].account")]
    [InlineData("""[{"account":"1","name":"A","type":"asset"},{"account":"a b","name":"B","type":"asset"}]""", 400, "request/id", "[1].account")]
    [InlineData("""[{"account":"1","name":"A","type":"asset"},7]""", 400, "request/not-an-object", "[1]")]
    [InlineData("""[{"account":"1","name":"A","type":"asset","tax":19}]""", 400, "request/unknown-field", "[0].tax")]
    [InlineData("""{"account":"1","name":"A","type":"asset"}""", 400, "request/wrong-type", "")]
    [InlineData("[]", 400, "request/wrong-type", "")]
    public async Task PutAccounts_BadRequest_IsRefusedAndDefinesNone(string body, int status, string code, string path)
    {
        var book = await App.NewBookAsync();
        var before = await book.HeadHashAsync();

        (await book.PutAccountsAsync(body)).IsProblem((HttpStatusCode)status, code, path);
        Assert.Equal(before, await book.HeadHashAsync());
    }

    [Theory]
    [InlineData("/entries?limit=0", "request/number", "limit")]
    [InlineData("/entries?limit=1001", "request/number", "limit")]
    [InlineData("/entries?after=-1", "request/number", "after")]
    [InlineData("/entries?from=2025-02-30", "request/date", "from")]
    [InlineData("/entries?account=a%20b", "request/id", "account")]
    [InlineData("/entries?acount=1800", "request/unknown-parameter", "acount")]
    [InlineData("/trial-balance?on=yesterday", "request/date", "on")]
    [InlineData("/trial-balance?recorded=x", "request/number", "recorded")]
    [InlineData("/trial-balance?date=2025-01-31", "request/unknown-parameter", "date")]
    [InlineData("/accounts/1800/sheet?from=1", "request/date", "from")]
    [InlineData("/entries/e1/proof?limit=0", "request/number", "limit")]
    public async Task Get_UnreadableParameter_IsRefused(string path, string code, string parameter)
    {
        var book = await App.NewBookAsync();

        (await book.TryGetAsync(path)).IsProblem(HttpStatusCode.BadRequest, code, parameter);
    }

    [Theory]
    [InlineData("/trial-balance?on=2025-01-31&from=2025-01-01&to=2025-01-31", "on")]
    [InlineData("/trial-balance?from=2025-01-01", "to")]
    [InlineData("/trial-balance?to=2025-01-01", "from")]
    [InlineData("/trial-balance?from=2025-01-02&to=2025-01-01", "to")]
    [InlineData("/accounts/1800/sheet?from=2025-01-02&to=2025-01-01", "to")]
    public async Task Get_SpanThatIsNone_IsRefused(string path, string parameter)
    {
        var book = await App.NewBookAsync();

        (await book.TryGetAsync(path)).IsProblem(HttpStatusCode.UnprocessableEntity, "ledger/span", parameter);
    }

    [Fact]
    public async Task UnknownBook_Is404()
    {
        var book = App.Book("no-such-book");

        (await book.TryGetAsync()).IsProblem(HttpStatusCode.NotFound, "ledger/book-unknown");
        (await book.PostAsync(TestBook.Entry("e1"))).IsProblem(HttpStatusCode.NotFound, "ledger/book-unknown");
        (await book.ImportAsync(TestBook.Entry("e1"))).IsProblem(HttpStatusCode.NotFound, "ledger/book-unknown");
        (await book.PutAccountsAsync(TestBook.Chart)).IsProblem(HttpStatusCode.NotFound, "ledger/book-unknown");
        (await book.CloseAsync("2025-01")).IsProblem(HttpStatusCode.NotFound, "ledger/book-unknown");
        (await book.TryGetAsync("/trial-balance")).IsProblem(HttpStatusCode.NotFound, "ledger/book-unknown");
        (await book.TryGetAsync("/verification")).IsProblem(HttpStatusCode.NotFound, "ledger/book-unknown");
    }

    private static string WithLines(string lines) => """{"id":"e1","date":"2025-01-31","text":"Rent","lines":[""" + lines + "]}";
}
