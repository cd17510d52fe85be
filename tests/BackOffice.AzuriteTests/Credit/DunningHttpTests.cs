using System.Net;
using System.Text.Json;

namespace BackOffice.AzuriteTests.Credit;

/// <summary>Dunning over HTTP: the letters of a day, what stops them, and in three forms.</summary>
public sealed class DunningHttpTests(SharedApp shared) : IClassFixture<SharedApp>
{
    private const string Stops = "/dunning-stops/c-1";
    private static int _books;

    [Fact]
    public async Task Run_OfADay_IsLettersWithInterestFeesAndText()
    {
        var book = await WithInvoicesAsync();

        var run = await As(book, "eve", "Auditor").GetAsync("/dunning?on=2025-07-31");

        Assert.Equal((book.Id, "EUR", "2025-07-31", 5L), (run.Text("book"), run.Text("currency"), run.Text("on"), run.Number("asOfEntry")));
        var (first, second) = (run.List("letters").First(), run.List("letters").Last());
        Assert.Equal(("c-1", "business", 2L, "2025-08-07", "Second reminder"), (first.Text("party"), first.Text("kind"), first.Number("level"), first.Text("payBy"), first.Text("subject")));
        Assert.Equal(
            ["""{"account":"1400","document":"R-1","dueDate":"2025-07-01","daysOverdue":30,"level":2,"open":"5000.00","surcharge":0.09,"interest":"42.21"}""",
             """{"account":"1400","document":"R-2","dueDate":"2025-07-21","daysOverdue":10,"level":1,"open":"100.00","surcharge":0.09,"interest":"0.28"}"""],
            first.List("items").Select(item => item.GetRawText()));
        Assert.Equal(("5100.00", "42.49", "0.00", "40.00", "0.00", "5182.49"), Sums(first));
        Assert.Equal(("c-2", 3L), (second.Text("party"), second.Number("level")));
        Assert.False(second.TryGetProperty("kind", out _));
        Assert.Equal(("365.00", "2.45", "5.00", "0.00", "10.00", "362.45"), Sums(second)); // 365.00 × (7 days at 7.27 % + 31 at 6.27 %) ÷ 365: the base rate fell on 2025-07-01
        Assert.Equal("""{"letters":2,"open":"5465.00","interest":"44.94","fees":"5.00","flatFees":"40.00","credit":"10.00","total":"5544.94","leftOut":"0.00"}""", run.GetProperty("totals").GetRawText());
        Assert.Equal(5, await book.EntriesAsync());
    }

    [Fact]
    public async Task Stop_TakesOutADocument_ThenTheParty_UntilReleased()
    {
        var book = await WithInvoicesAsync();
        var back = As(book, "bert", "BackOffice");

        (await back.SendAsync(HttpMethod.Put, Stops, """{"document":"R-1","reason":"goods were broken"}""")).Is(HttpStatusCode.Created);
        var run = await back.GetAsync("/dunning?on=2025-07-31");
        Assert.Equal(("R-2", 1L, "0.00"), (Letter(run).List("items").Single().Text("document"), Letter(run).Number("level"), Letter(run).Text("flatFee")));
        Assert.Equal("""{"party":"c-1","account":"1400","document":"R-1","dueDate":"2025-07-01","daysOverdue":30,"level":2,"open":"5000.00","cause":"stop","reason":"goods were broken"}""", run.List("leftOut").Single().GetRawText());

        (await back.SendAsync(HttpMethod.Put, Stops, """{"until":"2025-07-31","reason":"instalments"}""")).Is(HttpStatusCode.Created);
        Assert.Equal(["R-1", "R-2"], (await book.GetAsync("/dunning?on=2025-07-31")).List("leftOut").Select(item => item.Text("document")));
        Assert.Equal(["R-1"], (await book.GetAsync("/dunning?on=2025-08-01")).List("leftOut").Select(item => item.Text("document")));

        (await book.SendAsync(HttpMethod.Post, Stops + "/release", """{"reason":"agreed"}""")).Is(HttpStatusCode.Created);
        (await book.SendAsync(HttpMethod.Post, Stops + "/release", """{"document":"R-1","reason":"agreed"}""")).Is(HttpStatusCode.Created);
        Assert.Equal(2, Letter(await book.GetAsync("/dunning?on=2025-07-31")).List("items").Count());

        var kept = await As(book, "eve", "Auditor").GetAsync(Stops);
        Assert.Empty(kept.List("stops"));
        Assert.Equal([("put", "bert"), ("put", "bert"), ("release", "tester"), ("release", "tester")], kept.List("history").Select(step => (step.Text("command"), step.Text("by"))));
    }

    [Fact]
    public async Task Stop_SentAgain_ChangesNothing_AndALaterOneIsReleasedByTheSameWords()
    {
        var book = await OpenAsync();
        const string stop = """{"document":"R-1","reason":"disputed"}""";
        const string release = """{"document":"R-1","reason":"settled"}""";
        (await book.SendAsync(HttpMethod.Put, Stops, stop)).Is(HttpStatusCode.Created);
        Assert.Equal(1, (await book.SendAsync(HttpMethod.Put, Stops, stop)).Is(HttpStatusCode.OK).Json.Number("version"));
        var changed = (await book.SendAsync(HttpMethod.Put, Stops, """{"document":"R-1","until":"2025-12-31","reason":"disputed"}""")).Is(HttpStatusCode.OK).Json;
        Assert.Equal("""[{"document":"R-1","until":"2025-12-31","reason":"disputed"}]""", changed.GetProperty("stops").GetRawText());

        Assert.Equal(3, (await book.SendAsync(HttpMethod.Post, Stops + "/release", release)).Is(HttpStatusCode.Created).Json.Number("version"));
        Assert.Equal(3, (await book.SendAsync(HttpMethod.Post, Stops + "/release", release)).Is(HttpStatusCode.OK).Json.Number("version"));
        (await book.SendAsync(HttpMethod.Post, Stops + "/release", """{"document":"R-1","reason":"again"}""")).IsProblem(HttpStatusCode.Conflict, "credit/not-stopped", "document");
        (await book.SendAsync(HttpMethod.Put, Stops, stop)).Is(HttpStatusCode.Created);
        Assert.Empty((await book.SendAsync(HttpMethod.Post, Stops + "/release", release)).Is(HttpStatusCode.Created).Json.List("stops"));
    }

    [Fact]
    public async Task Stops_AtTheSameTime_AreAllKept()
    {
        var book = await OpenAsync();

        var answers = await Task.WhenAll(Enumerable.Range(1, 8).Select(n => book.SendAsync(HttpMethod.Put, Stops, $$"""{"document":"R-{{n}}","reason":"disputed"}""")));

        Assert.All(answers, answer => answer.Is(HttpStatusCode.Created));
        Assert.Equal(8, (await book.GetAsync(Stops)).List("stops").Count());
    }

    [Fact]
    public async Task Stop_SentWrongly_IsRefused_AndChangesNothing()
    {
        var book = await OpenAsync();
        (await book.SendAsync(HttpMethod.Put, Stops, "{}")).IsProblem(HttpStatusCode.BadRequest, "request/missing", "reason");
        (await book.SendAsync(HttpMethod.Put, Stops, """{"document":"a b","reason":"x"}""")).IsProblem(HttpStatusCode.BadRequest, "request/id", "document");
        (await book.SendAsync(HttpMethod.Put, Stops, """{"until":"2025-02-30","reason":"x"}""")).IsProblem(HttpStatusCode.BadRequest, "request/date", "until");
        (await book.SendAsync(HttpMethod.Put, Stops, """{"reason":"x","colour":"red"}""")).IsProblem(HttpStatusCode.BadRequest, "request/unknown-field", "colour");
        (await book.SendAsync(HttpMethod.Put, "/dunning-stops/unit:1", """{"reason":"x"}""")).IsProblem(HttpStatusCode.UnprocessableEntity, "credit/id-reserved", "id");
        (await book.SendAsync(HttpMethod.Post, Stops + "/release", """{"reason":"x"}""")).IsProblem(HttpStatusCode.NotFound, "case/unknown");
        (await As(book, "fred", "FrontOffice").SendAsync(HttpMethod.Put, Stops, """{"reason":"x"}""")).IsProblem(HttpStatusCode.Forbidden, "identity/role-missing");
        (await As(book, "eve", "Auditor").SendAsync(HttpMethod.Post, Stops + "/release", """{"reason":"x"}""")).IsProblem(HttpStatusCode.Forbidden, "identity/role-missing");

        (await book.TryGetAsync(Stops)).IsProblem(HttpStatusCode.NotFound, "case/unknown");
    }

    [Theory]
    [InlineData("on=2025-02-30", "request/date")]
    [InlineData("lang=fr", "request/language")]
    [InlineData("party=c-1", "request/unknown-parameter")]
    public async Task Run_AskedWrongly_Is400(string query, string code)
    {
        var book = await OpenAsync();
        (await book.TryGetAsync("/dunning?" + query)).IsProblem(HttpStatusCode.BadRequest, code, query.Split('=')[0]);
    }

    [Fact]
    public async Task Run_IsForTheBackOfficeAccountingAndTheAuditor_ByDefaultToday()
    {
        var book = await OpenAsync();
        (await As(book, "fred", "FrontOffice").TryGetAsync("/dunning")).IsProblem(HttpStatusCode.Forbidden, "identity/role-missing");

        var run = await As(book, "bert", "BackOffice").GetAsync("/dunning");

        Assert.Equal(BackOffice.Kernel.BusinessDay.Text(BackOffice.Kernel.BusinessDay.Today(TimeProvider.System)), run.Text("on"));
        Assert.Empty(run.List("letters"));
    }

    [Fact]
    public async Task Run_AsCsvAndHtml_HasASumALetterAndOneOfAll()
    {
        var book = await WithInvoicesAsync();
        (await book.SendAsync(HttpMethod.Put, Stops, """{"document":"R-2","until":"2025-12-31","reason":"disputed"}""")).Is(HttpStatusCode.Created);

        var csv = await book.SendAsync(HttpMethod.Get, "/dunning?on=2025-07-31&lang=de", null, ("Accept", "text/csv"));
        Assert.Equal("text/csv; charset=utf-8", csv.Is(HttpStatusCode.OK).ContentType);
        Assert.Equal(
            ["Partner,Beleg,Stufe,Fällig,Tage überfällig,Bemerkung,Offen,Verzugszinsen,Mahngebühr,Pauschale,Guthaben,Gesamt,Nicht gemahnt",
             "c-1,Zweite Mahnung,2,,,,5000.00,42.21,0.00,40.00,0.00,5082.21,",
             "c-1,R-1,2,2025-07-01,30,,5000.00,42.21,,,,,",
             "c-2,Letzte Mahnung,3,,,,365.00,2.45,5.00,0.00,10.00,362.45,",
             "c-2,R-3,3,2025-06-23,38,,365.00,2.45,,,,,",
             "c-1,R-2,1,2025-07-21,10,gesperrt bis 2025-12-31: disputed,,,,,,,100.00",
             ",Summe,,,,,5365.00,44.66,5.00,40.00,10.00,5444.66,100.00", ""],
            csv.Text.ReplaceLineEndings("\n").Split('\n'));

        var html = await book.SendAsync(HttpMethod.Get, "/dunning?on=2025-07-31", null, ("Accept", "text/html"));
        Assert.Equal("text/html; charset=utf-8", html.Is(HttpStatusCode.OK).ContentType);
        Assert.Contains("<h1>Dunning run Test</h1>", html.Text, StringComparison.Ordinal);
        Assert.Contains("<td class=\"amount\">5,082.21</td>", html.Text, StringComparison.Ordinal);
    }

    /// <summary>c-1, a business, owes R-1 for 30 days and R-2 for ten on 2025-07-31, and R-4 not long enough; c-2, of whom nothing is known, R-3 for 38 days with 10.00 on account. A debt to a supplier is none of ours.</summary>
    private async Task<TestBook> WithInvoicesAsync()
    {
        var book = await OpenAsync();
        (await As(book, "bert", "BackOffice").SendAsync(HttpMethod.Put, "/counterparties/c-1", """{"name":"Acme","kind":"business"}""")).Is(HttpStatusCode.Created);
        await PostInvoiceAsync(book, "R-1", "c-1", "2025-07-01", "5000.00");
        await PostInvoiceAsync(book, "R-2", "c-1", "2025-07-21", "100.00");
        await PostInvoiceAsync(book, "R-3", "c-2", "2025-06-23", "365.00");
        await PostInvoiceAsync(book, "R-4", "c-1", "2025-07-22", "77.00");
        (await book.PostAsync("""
            {"id":"p","date":"2025-07-30","text":"Payment, and a supplier's invoice","lines":[{"account":"1200","debit":"10.00"},{"account":"1400","credit":"10.00","party":"c-2"},
             {"account":"3200","debit":"9.00"},{"account":"1600","credit":"9.00","party":"c-1","document":"E-1","dueDate":"2025-06-01"}]}
            """)).Is(HttpStatusCode.Created);
        return book;
    }

    private async Task<TestBook> OpenAsync()
    {
        var book = shared.App.Book($"dunning-{Interlocked.Increment(ref _books)}");
        (await book.SendAsync(HttpMethod.Put, "", """{"name":"Test","currency":"EUR","chart":"SKR03"}""")).Is(HttpStatusCode.Created);
        return book;
    }

    private TestBook As(TestBook book, string name, params string[] roles) => new(shared.App, book.Id, shared.App.ClientOf(name, roles));

    private static async Task PostInvoiceAsync(TestBook book, string document, string party, string due, string gross) => (await book.PostAsync($$"""
        {"id":"i-{{document}}","date":"2025-06-01","text":"Invoice","lines":[{"account":"1400","debit":"{{gross}}","party":"{{party}}","document":"{{document}}","dueDate":"{{due}}"},{"account":"0800","credit":"{{gross}}"}]}
        """)).Is(HttpStatusCode.Created);

    private static JsonElement Letter(JsonElement run) => run.List("letters").First(letter => letter.Text("party") == "c-1");

    private static (string Open, string Interest, string Fee, string FlatFee, string Credit, string Total) Sums(JsonElement letter) =>
        (letter.Text("open"), letter.Text("interest"), letter.Text("fee"), letter.Text("flatFee"), letter.Text("credit"), letter.Text("total"));
}
