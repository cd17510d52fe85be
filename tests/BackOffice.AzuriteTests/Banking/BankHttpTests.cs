using System.Globalization;
using System.IO.Compression;
using System.Net;
using System.Text;
using Azure.Storage.Blobs;
using BackOffice.AzuriteTests.Nightly;

namespace BackOffice.AzuriteTests.Banking;

/// <summary>Bank statements from the file to the ledger, over HTTP.</summary>
public sealed class BankHttpTests(AzuriteFixture azurite) : IAsyncLifetime
{
    private const string Iban = "DE89370400440532013000";
    private readonly TestClock _clock = TestClock.AtNoon(new DateOnly(2026, 1, 31));
    private TestApp _app = null!;
    private NightBook _night = null!;

    private TestBook Book => _night.Book;

    public async ValueTask InitializeAsync()
    {
        _app = await TestApp.StartAsync(azurite, _clock, "--LocalWorker:Queues=true");
        _night = await NightBook.OpenAsync(_app);
        (await Book.SendAsync(HttpMethod.Put, "/bank-accounts/giro", $$"""{"iban":"{{Iban}}","holder":"Acme GmbH","account":"1200"}""")).Is(HttpStatusCode.Created);
        (await Book.SendAsync(HttpMethod.Put, "/payees/acme", """{"name":"Acme AG","ibans":["DE02 1203 0000 0000 2020 51"]}""")).Is(HttpStatusCode.Created);
        foreach (var (document, amount) in ((string, string)[])[("R-101", "119.00"), ("R-102", "50.00")])
            (await Book.PostAsync($$"""{"id":"{{document}}","date":"2026-01-05","text":"Invoice","lines":[{"account":"1400","debit":"{{amount}}","party":"acme","document":"{{document}}","dueDate":"2026-02-05"},{"account":"8400","credit":"{{amount}}"}]}""")).Is(HttpStatusCode.Created);
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public async Task Statement_PostsWhatIsKnown_ListsTheRest_AndTheNightComparesTheBalances()
    {
        var statement = Statement("S-1", 1, "0.00", "114.00", ("119.00", "CRDT", "RE R-101"), ("5.00", "DBIT", "Entgelt"));
        var taken = (await UploadAsync(statement)).Is(HttpStatusCode.Created).Json.List("statements").Single();
        Assert.Equal((2, 1, 1, 0), (taken.Number("lines"), taken.Number("posted"), taken.Number("waiting"), taken.Number("known")));
        Assert.Equal(new() { ["1200"] = "119.00", ["1400"] = "50.00", ["8400"] = "-169.00" }, await Book.BalancesAsync());

        var night = await _night.RunAsync("2026-01-30");
        Assert.Equal("attention", night.Text("status"));
        var check = night.List("checks").Single(check => check.Text("name") == "bank");
        Assert.Equal(("giro", "114.00", "119.00", "5.00"), (check.Text("subject"), check.Text("expected"), check.Text("actual"), check.Text("difference")));
        Assert.Contains("1 lines with -5.00 wait", check.Text("detail"), StringComparison.Ordinal);

        var item = (await Book.GetAsync("/bank-items")).List("bank-items").Single();
        var path = $"/bank-items/{item.Text("id")}/assignment";
        (await Book.SendAsync(HttpMethod.Post, path, """{"lines":[{"account":"4210","amount":"4.00"}],"reason":"fee"}""")).IsProblem(HttpStatusCode.UnprocessableEntity, "bank/assignment-sum", "lines");
        (await Book.SendAsync(HttpMethod.Post, path, """{"lines":[{"account":"0001","amount":"5.00"}],"reason":"fee"}""")).IsProblem(HttpStatusCode.UnprocessableEntity, "ledger/account-unknown");
        const string fee = """{"lines":[{"account":"4210","amount":"6.00"},{"account":"2650","amount":"-1.00"}],"reason":"fee less interest"}""";
        (await Book.SendAsync(HttpMethod.Post, path, fee)).Is(HttpStatusCode.Created);
        (await Book.SendAsync(HttpMethod.Post, path, fee)).Is(HttpStatusCode.OK);
        (await Book.SendAsync(HttpMethod.Post, path, fee.Replace("less", "minus", StringComparison.Ordinal))).IsProblem(HttpStatusCode.Conflict, "bank/state");

        (await _night.StartAsync("2026-01-30")).Is(HttpStatusCode.Accepted);
        await Eventually.IsTrueAsync(async () => (await _night.NightAsync("2026-01-30")).Text("status") == "done", "the night that was run again is done");
        Assert.Equal(("114.00", "6.00", "-1.00"), ((await Book.BalancesAsync())["1200"], (await Book.BalancesAsync())["4210"], (await Book.BalancesAsync())["2650"]));
        await Book.IsWholeAsync();
    }

    [Fact]
    public async Task SameStatementTwice_AndTheSameLineInTwoStatements_ArePostedOnce()
    {
        var first = Statement("S-1", 1, "0.00", "119.00", ("119.00", "CRDT", "RE R-101"));
        (await UploadAsync(first)).Is(HttpStatusCode.Created);
        var import = (await Book.GetAsync("/imports")).List("imports").Single().Text("id");
        Assert.Equal((import, "S-1"), ((await Book.GetAsync($"/bank-statements?import={import}")).List("bank-statements").Single().Text("import"), (await Book.GetAsync($"/bank-statements?import={import}")).List("bank-statements").Single().Text("statement")));
        Assert.Empty((await Book.GetAsync("/bank-statements?import=other")).List("bank-statements"));
        var again = (await UploadAsync(first)).Is(HttpStatusCode.OK).Json.List("statements").Single();
        Assert.Equal((1, 0), (again.Number("posted"), again.Number("known"))); // the same answer, if the first was lost
        (await UploadAsync(first.Replace("RE R-101", "RE R-999", StringComparison.Ordinal).Replace(">119.00<", ">118.00<", StringComparison.Ordinal))).IsProblem(HttpStatusCode.Conflict, "bank/statement-reused");

        // The bank sends the day again with one more line, under another id: the first is known.
        var more = (await UploadAsync(Statement("S-2", 2, "0.00", "169.00", ("119.00", "CRDT", "RE R-101"), ("50.00", "CRDT", "R-102")))).Is(HttpStatusCode.Created).Json.List("statements").Single();
        Assert.Equal((1, 1), (more.Number("posted"), more.Number("known")));
        Assert.Contains("closed with 119.00, this one opens with 0.00", more.Text("gap"), StringComparison.Ordinal);
        Assert.Equal("169.00", (await Book.BalancesAsync())["1200"]);
        Assert.Equal(4, await Book.EntriesAsync());

        // Two lines alike in one statement are two.
        var twins = (await UploadAsync(Statement("S-3", 3, "169.00", "159.00", ("5.00", "DBIT", "Fee"), ("5.00", "DBIT", "Fee")))).Is(HttpStatusCode.Created).Json.List("statements").Single();
        Assert.Equal((2, 0), (twins.Number("waiting"), twins.Number("known")));
        Assert.Equal(3, (await Book.GetAsync("/bank-statements?state=done")).List("bank-statements").Count());
    }

    [Fact]
    public async Task LineAlike_InAStatementThatGoesOn_IsAnother_AndAFileWithAReusedStatementTakesInNothing()
    {
        (await UploadAsync(Statement("S-1", 1, "0.00", "-5.00", ("5.00", "DBIT", "Fee")))).Is(HttpStatusCode.Created);
        var next = Statement("S-2", 2, "-5.00", "-10.00", ("5.00", "DBIT", "Fee"));
        var taken = (await UploadAsync(next)).Is(HttpStatusCode.Created).Json.List("statements").Single();
        Assert.Equal((1, 0), (taken.Number("waiting"), taken.Number("known")));
        Assert.Equal(1, (await UploadAsync(next)).Is(HttpStatusCode.OK).Json.List("statements").Single().Number("waiting"));

        // One file with a new statement and a known one's id with another line.
        var file = Statement("S-3", 3, "0.00", "1.00", ("1.00", "CRDT", "x")).Replace("</BkToCstmrStmt>", Statement("S-1", 1, "0.00", "7.00", ("7.00", "CRDT", "y")).Split("</GrpHdr>")[1].Split("</BkToCstmrStmt>")[0] + "</BkToCstmrStmt>", StringComparison.Ordinal);
        (await UploadAsync(file)).IsProblem(HttpStatusCode.Conflict, "bank/statement-reused");
        Assert.Equal(2, (await Book.GetAsync("/bank-statements?state=done")).List("bank-statements").Count());
    }

    [Fact]
    public async Task LineAlike_InAStatementThatComesLate_IsAnother()
    {
        (await UploadAsync(Statement("S-2", 2, "-5.00", "-10.00", ("5.00", "DBIT", "Fee")))).Is(HttpStatusCode.Created);

        var late = (await UploadAsync(Statement("S-1", 1, "0.00", "-5.00", ("5.00", "DBIT", "Fee")))).Is(HttpStatusCode.Created).Json.List("statements").Single();

        Assert.Equal((1, 0), (late.Number("waiting"), late.Number("known")));
        Assert.Equal(2, (await Book.GetAsync("/bank-items")).List("bank-items").Count());

        // One that came late stands between the others from then on: what goes on from them both has a line of its own.
        (await UploadAsync(Statement("S-4", 4, "-20.00", "-25.00", ("5.00", "DBIT", "Stamps")))).Is(HttpStatusCode.Created);
        (await UploadAsync(Statement("S-3", 3, "-10.00", "-20.00", ("10.00", "DBIT", "Card")))).Is(HttpStatusCode.Created);
        var last = (await UploadAsync(Statement("S-5", 5, "-25.00", "-35.00", ("10.00", "DBIT", "Card")))).Is(HttpStatusCode.Created).Json.List("statements").Single();
        Assert.Equal((1, 0), (last.Number("waiting"), last.Number("known")));
        Assert.Equal(5, (await Book.GetAsync("/bank-items")).List("bank-items").Count());
    }

    [Fact]
    public async Task Night_ComparesTheLastOfADaysStatements_WithoutNumbersToo()
    {
        static string Unnumbered(string id, string opening, string closing, string amount) => Statement(id, 1, opening, closing, (amount, "CRDT", "x " + id)).Replace("<ElctrncSeqNb>1</ElctrncSeqNb>", "", StringComparison.Ordinal);
        for (var n = 0; n < 4; n++) (await UploadAsync(Unnumbered($"day-{n}", $"{n}0.00", $"{n + 1}0.00", "10.00"))).Is(HttpStatusCode.Created);

        var check = (await _night.RunAsync("2026-01-30")).List("checks").Single(check => check.Text("name") == "bank");
        Assert.Equal("40.00", check.Text("expected"));
    }

    [Fact]
    public async Task LineThatWaits_IsMatchedAnew_WhenItsInvoiceCameLater_ByCallAndByTheNextStatement()
    {
        static string Invoice(string id) => $$"""{"id":"{{id}}","date":"2026-01-20","text":"Invoice","lines":[{"account":"1400","debit":"77.00","party":"acme","document":"{{id}}","dueDate":"2026-02-05"},{"account":"8400","credit":"77.00"}]}""";
        (await UploadAsync(Statement("S-1", 1, "0.00", "273.00", ("77.00", "CRDT", "R-901"), ("77.00", "CRDT", "R-902"), ("119.00", "CRDT", "RE R-101")))).Is(HttpStatusCode.Created);
        Assert.Equal((0, 2), await MatchAsync());

        (await Book.PostAsync(Invoice("R-901"))).Is(HttpStatusCode.Created);
        Assert.Equal((1, 1), await MatchAsync());
        Assert.Equal((0, 1), await MatchAsync());
        (await Book.PostAsync(Invoice("R-902"))).Is(HttpStatusCode.Created);
        (await UploadAsync(Statement("S-2", 2, "273.00", "268.00", ("5.00", "DBIT", "Fee")))).Is(HttpStatusCode.Created);

        Assert.Equal("268.00", (await _night.RunAsync("2026-01-30")).List("checks").Single(check => check.Text("name") == "bank").Text("expected"));
        var waiting = (await Book.GetAsync("/bank-items")).List("bank-items").Single();
        Assert.Equal(("-5.00", 1), (waiting.Text("amount"), waiting.Number("version"))); // matched anew to the same end, it is not changed
        var posted = (await Book.GetAsync("/bank-items?state=done")).List("bank-items").Single(item => item.Text("remittance") == "R-902");
        Assert.Equal(["create", "match"], (await Book.GetAsync($"/bank-items/{posted.Text("id")}")).List("history").Select(step => step.Text("command")));

        (await Book.SendAsync(HttpMethod.Post, $"/bank-items/{waiting.Text("id")}/assignment", """{"lines":[{"account":"4999","amount":"5.00"}],"reason":"fee"}""")).IsProblem(HttpStatusCode.UnprocessableEntity, "ledger/account-unknown", "lines[0].account");

        // What a person has opened waits for one.
        (await Book.SendAsync(HttpMethod.Post, $"/bank-items/{posted.Text("id")}/reopening", """{"reason":"look"}""")).Is(HttpStatusCode.Created);
        Assert.Equal((0, 2), await MatchAsync());
        Assert.Equal("posted before", (await Book.GetAsync($"/bank-items/{posted.Text("id")}")).List("proposals").Single().Text("why"));
        await Book.IsWholeAsync();

        async Task<(long Posted, long Waiting)> MatchAsync()
        {
            var answer = (await Book.SendAsync(HttpMethod.Post, "/bank-items/matching", "{}")).Is(HttpStatusCode.OK).Json;
            return (answer.Number("posted"), answer.Number("waiting"));
        }
    }

    [Fact]
    public async Task Proposal_OfWhatIsNotOpenAnyMore_IsNotShown()
    {
        (await UploadAsync(Statement("S-1", 1, "0.00", "30.00", ("30.00", "CRDT", "R-101, a part")))).Is(HttpStatusCode.Created);
        var waiting = (await Book.GetAsync("/bank-items")).List("bank-items").Single();
        Assert.Contains(waiting.List("proposals"), proposal => proposal.List("lines").Any(line => line.Text("document") == "R-101"));

        (await Book.SendAsync(HttpMethod.Post, "/open-items/settlement", """{"id":"cash","date":"2026-01-30","party":"acme","account":"1400","document":"R-101","bank":"1000","paid":"119.00"}""")).Is(HttpStatusCode.Created);

        Assert.DoesNotContain((await Book.GetAsync("/bank-items")).List("bank-items").Single().List("proposals"), proposal => proposal.List("lines").Any(line => line.Text("document") == "R-101"));
        Assert.DoesNotContain((await Book.GetAsync($"/bank-items/{waiting.Text("id")}")).List("proposals"), proposal => proposal.List("lines").Any(line => line.Text("document") == "R-101"));
    }

    [Fact]
    public async Task Statement_IssuedAgainUnderAnotherId_BringsNothingNew_ThoughItsBalancesFit()
    {
        (await UploadAsync(Statement("S-1", 1, "0.00", "119.00", ("119.00", "CRDT", "RE R-101")))).Is(HttpStatusCode.Created);
        (await UploadAsync(Statement("S-2", 2, "119.00", "114.00", ("5.00", "DBIT", "Fee")))).Is(HttpStatusCode.Created);

        var again = (await UploadAsync(Statement("S-2-copy", 2, "119.00", "114.00", ("5.00", "DBIT", "Fee")))).Is(HttpStatusCode.Created).Json.List("statements").Single();
        Assert.Equal((0, 0, 1), (again.Number("posted"), again.Number("waiting"), again.Number("known")));
        Assert.Single((await Book.GetAsync("/bank-items")).List("bank-items"));

        var twice = Statement("S-3", 3, "114.00", "115.00", ("1.00", "CRDT", "x"));
        (await UploadAsync(twice.Replace("</BkToCstmrStmt>", twice.Split("</GrpHdr>")[1].Split("</BkToCstmrStmt>")[0] + "</BkToCstmrStmt>", StringComparison.Ordinal))).IsProblem(HttpStatusCode.Conflict, "bank/statement-reused");
    }

    [Fact]
    public async Task Line_OpenedAgain_IsTakenBack_AndAssignedAnew()
    {
        (await UploadAsync(Statement("S-1", 1, "0.00", "119.00", ("119.00", "CRDT", "RE R-101")))).Is(HttpStatusCode.Created);
        var id = (await Book.GetAsync("/bank-items?state=done")).List("bank-items").Single().Text("id");

        (await Book.SendAsync(HttpMethod.Post, $"/bank-items/{id}/reopening", """{"reason":"it was for R-102 and on account"}""")).Is(HttpStatusCode.Created);
        Assert.False((await Book.BalancesAsync("?on=2026-01-30")).ContainsKey("1200")); // on the day of the line, so that each day's balance is the bank's
        var proposal = (await Book.GetAsync($"/bank-items/{id}")).List("proposals").Single();
        Assert.Equal(("posted before", "R-101"), (proposal.Text("why"), proposal.List("lines").Single().Text("document")));
        // The same decision may be taken again later, and taken back again.
        for (var n = 0; n < 2; n++)
        {
            (await Book.SendAsync(HttpMethod.Post, $"/bank-items/{id}/assignment", $$"""{"lines":{{proposal.GetProperty("lines").GetRawText()}},"reason":"as before"}""")).Is(HttpStatusCode.Created);
            Assert.Equal("119.00", (await Book.BalancesAsync("?on=2026-01-30"))["1200"]);
            (await Book.SendAsync(HttpMethod.Post, $"/bank-items/{id}/reopening", """{"reason":"it was for R-102 and on account"}""")).Is(HttpStatusCode.Created);
        }


        (await Book.SendAsync(HttpMethod.Post, $"/bank-items/{id}/assignment", """{"lines":[{"account":"1400","amount":"50.00","party":"acme","document":"R-102"},{"account":"1400","amount":"69.00","party":"acme"}],"reason":"as told"}""")).Is(HttpStatusCode.Created);
        Assert.Equal(["R-101"], (await Book.GetAsync("/open-items?on=2026-01-31")).List("items").Select(item => item.Text("document")));
        Assert.Equal(7, (await Book.GetAsync($"/bank-items/{id}")).List("history").Count());
        await Book.IsWholeAsync();
    }

    [Theory]
    [InlineData("100.00", "100.01", "bank/sum", 422)]
    [InlineData("<!DOCTYPE d [<!ENTITY a \"1\">]>", null, "request/not-xml", 400)]
    [InlineData("<a/>", null, "bank/form", 400)]
    public async Task BadStatement_ChangesNothing(string openingOrText, string? closing, string code, int status)
    {
        (await UploadAsync(closing is null ? openingOrText : Statement("S-1", 1, openingOrText, closing))).IsProblem((HttpStatusCode)status, code);
        Assert.Empty((await Book.GetAsync("/bank-statements?state=open")).List("bank-statements").Concat((await Book.GetAsync("/bank-statements?state=done")).List("bank-statements")));
    }

    [Fact]
    public async Task Intake_CutOffByAnOutage_GoesOn_WhenTheFileIsSentAgain()
    {
        await using var proxy = await FaultProxy.StartAsync(azurite);
        await using var weak = await _app.AnotherAsync(_clock, proxy.ConnectionString);
        var statement = Statement("S-1", 1, "0.00", "169.00", ("119.00", "CRDT", "RE R-101"), ("50.00", "CRDT", "R-102"));
        // The statement's case is there, its two lines' are not: every try of them fails.
        string? first = null;
        proxy.Next(request => FaultProxy.IsCommit(request) && (first ??= request.HttpContext.TraceIdentifier) != request.HttpContext.TraceIdentifier, [.. Enumerable.Repeat(Fault.DropRequest, 6)]);
        (await SendAsync(Book.In(weak), statement)).IsUnavailable();
        Assert.Single((await Book.GetAsync("/bank-statements?state=open")).List("bank-statements"));
        var check = (await _night.RunAsync("2026-01-30")).List("checks").Single(check => check.Text("name") == "bank");
        Assert.Equal(("giro", false), (check.Text("subject"), check.GetProperty("passed").GetBoolean()));
        Assert.Contains("Statement S-1 of 2026-01-30 was cut off", check.Text("detail"), StringComparison.Ordinal);

        Assert.Equal(2, (await UploadAsync(statement)).Is(HttpStatusCode.Created).Json.List("statements").Single().Number("posted"));
        Assert.Equal("169.00", (await Book.BalancesAsync())["1200"]);
        Assert.Empty((await Book.GetAsync("/bank-statements?state=open")).List("bank-statements"));
    }

    [Fact]
    public async Task StatementsAtOnce_ThatNameTheSameItem_SettleItOnce()
    {
        var answers = await Task.WhenAll(Enumerable.Range(1, 6).Select(n => UploadAsync(Statement($"S-{n}", n, "0.00", "119.00", ("119.00", "CRDT", $"RE R-101, copy {n}")))));

        Assert.Equal((1, 5), (answers.Sum(answer => answer.Is(HttpStatusCode.Created).Json.List("statements").Single().Number("posted")), answers.Sum(answer => answer.Json.List("statements").Single().Number("waiting"))));
        Assert.Equal("119.00", (await Book.BalancesAsync())["1200"]);
        await Book.IsWholeAsync();
    }

    [Fact]
    public async Task StatementsAtTwoInstances_ThatSettleTheSameItem_LeaveTheLaterLineToAPerson()
    {
        await using var proxy = await FaultProxy.StartAsync(azurite);
        await using var slow = await _app.AnotherAsync(_clock, proxy.ConnectionString);
        // The slow one has looked; before it commits its line, the other takes a statement that settles the same.
        proxy.Before(request => FaultProxy.IsCommitTo(request, "BankItems"), async () => Assert.Equal(1, (await UploadAsync(Statement("S-2", 2, "119.00", "238.00", ("119.00", "CRDT", "R-101 once more")))).Is(HttpStatusCode.Created).Json.List("statements").Single().Number("posted")));

        var first = (await SendAsync(Book.In(slow), Statement("S-1", 1, "0.00", "119.00", ("119.00", "CRDT", "RE R-101")))).Is(HttpStatusCode.Created).Json.List("statements").Single();

        Assert.True(proxy.IsDone);
        Assert.Equal((0, 1), (first.Number("posted"), first.Number("waiting")));
        Assert.Equal("another line settled the same at this moment", (await Book.GetAsync("/bank-items")).List("bank-items").Single().Text("reason"));
        Assert.Equal(("119.00", "50.00"), ((await Book.BalancesAsync())["1200"], (await Book.BalancesAsync())["1400"]));
        await Book.IsWholeAsync();
    }

    [Fact]
    public async Task Line_CommittedButNotYetInTheLedger_SettlesItsItemForTheNextStatementToo()
    {
        await using var proxy = await FaultProxy.StartAsync(azurite);
        await using var weak = await _app.AnotherAsync(_clock, proxy.ConnectionString);
        // The line is matched and its item is there, but nothing gets into the ledger.
        proxy.Next(request => FaultProxy.IsCommitTo(request, "Ledger"), [.. Enumerable.Repeat(Fault.DropRequest, 1_000)]);
        var cutOff = SendAsync(Book.In(weak), Statement("S-1", 1, "0.00", "119.00", ("119.00", "CRDT", "RE R-101")));
        await Eventually.IsTrueAsync(async () => (await Book.GetAsync("/bank-items?state=done")).List("bank-items").Any(), "the line's item is there");
        Assert.False((await Book.BalancesAsync()).ContainsKey("1200"));

        var next = (await UploadAsync(Statement("S-2", 2, "119.00", "238.00", ("119.00", "CRDT", "R-101 again")))).Is(HttpStatusCode.Created).Json.List("statements").Single();
        Assert.Equal((0, 1), (next.Number("posted"), next.Number("waiting")));
        Assert.Equal("119.00", (await Book.BalancesAsync())["1200"]);
        proxy.Calm();
        Assert.Equal(1, (await cutOff).Is(HttpStatusCode.Created).Json.List("statements").Single().Number("posted"));
        Assert.Equal("119.00", (await Book.BalancesAsync())["1200"]);
        await Book.IsWholeAsync();
    }

    [Fact]
    public async Task Statement_ThatComesLate_ClosesTheGapBeforeTheNext_AndEachTellsWhatWaits()
    {
        (await UploadAsync(Statement("S-1", 1, "0.00", "119.00", ("119.00", "CRDT", "RE R-101")))).Is(HttpStatusCode.Created);
        var third = (await UploadAsync(Statement("S-3", 3, "114.00", "164.00", ("50.00", "CRDT", "R-102")))).Is(HttpStatusCode.Created).Json.List("statements").Single();
        Assert.Contains("closed with 119.00, this one opens with 114.00", third.Text("gap"), StringComparison.Ordinal);

        (await UploadAsync(Statement("S-2", 2, "119.00", "114.00", ("5.00", "DBIT", "Fee")))).Is(HttpStatusCode.Created);

        var statements = (await Book.GetAsync("/bank-statements?account=giro")).List("bank-statements").ToDictionary(one => one.Text("statement"));
        Assert.All(statements.Values, one => Assert.False(one.TryGetProperty("gap", out _)));
        Assert.Equal((1, 0), (statements["S-2"].Number("waiting"), statements["S-2"].Number("posted")));
        var again = await Book.GetAsync($"/bank-statements/{third.Text("id")}");
        Assert.Equal(("create", "taken-in", "gap"), again.List("history").Select(step => step.Text("command")).ToList() is [var a, var b, var c] ? (a, b, c) : default);
        Assert.Equal("Fee", (await Book.GetAsync($"/bank-items?statement={statements["S-2"].Text("id")}")).List("bank-items").Single().Text("remittance"));
        Assert.Empty((await Book.GetAsync($"/bank-items?statement={third.Text("id")}")).List("bank-items"));
        Assert.Single((await Book.GetAsync($"/bank-items?state=done&statement={third.Text("id")}")).List("bank-items"));
        Assert.Empty((await Book.GetAsync("/bank-statements?account=other")).List("bank-statements"));
    }

    [Theory]
    [InlineData("052", "BkToCstmrAcctRpt", "Rpt")]
    [InlineData("054", "BkToCstmrDbtCdtNtfctn", "Ntfctn")]
    public async Task Information_IsReadAndNoted_AndPostsNothing(string kind, string root, string part)
    {
        var report = Statement("S-1", 1, "0.00", "119.00", ("119.00", "CRDT", "RE R-101")).Replace("camt.053", "camt." + kind, StringComparison.Ordinal).Replace("BkToCstmrStmt", root, StringComparison.Ordinal).Replace("Stmt>", part + ">", StringComparison.Ordinal);

        var answer = (await Book.SendAsync(HttpMethod.Post, "/bank-statements", new StringContent(report, Encoding.UTF8, "text/xml"))).Is(HttpStatusCode.Created).Json;
        Assert.True(answer.GetProperty("informationOnly").GetBoolean());
        Assert.Empty(answer.List("statements"));
        Assert.Equal(("S-1", "giro", 1, "119.00"), answer.List("reports").Select(one => (one.Text("id"), one.Text("account"), (int)one.Number("lines"), one.Text("sum"))).Single());
        (await UploadAsync(report)).Is(HttpStatusCode.OK);
        Assert.False((await Book.BalancesAsync()).ContainsKey("1200"));
        var file = (await Book.GetAsync("/imports")).List("imports").Single();
        Assert.Equal(("bankReport", 1), (file.Text("kind"), file.Number("items")));
        var one = await Book.GetAsync($"/imports/{file.Text("id")}");
        Assert.Equal((file.Text("sha256"), "create"), (one.Text("sha256"), one.List("history").Single().Text("command")));
        (await Book.TryGetAsync("/imports/other")).IsProblem(HttpStatusCode.NotFound, "ledger/import-unknown");
        var kept = await Book.TryGetAsync($"/imports/{file.Text("id")}/file");
        Assert.Equal(("application/xml", report), (kept.Is(HttpStatusCode.OK).ContentType, kept.Text));
        (await Book.TryGetAsync("/imports/other/file")).IsProblem(HttpStatusCode.NotFound, "case/unknown");

        var original = new BlobContainerClient(_app.Storage, _app.Prefix + "originals").GetBlobClient($"{Book.Id}/{file.Text("id")}.xml.gz");
        using var other = new MemoryStream();
        await using (var zip = new GZipStream(other, CompressionLevel.Fastest)) await zip.WriteAsync("<other/>"u8.ToArray(), TestContext.Current.CancellationToken);
        await original.UploadAsync(new BinaryData(other.ToArray()), overwrite: true, TestContext.Current.CancellationToken);
        (await Book.TryGetAsync($"/imports/{file.Text("id")}/file")).IsProblem(HttpStatusCode.InternalServerError, "exchange/seal");
    }

    [Fact]
    public async Task AccountInAnotherCurrency_SettlesWhatIsOwedInIt_AtItsOwnRates_AndIsComparedInIt()
    {
        (await Book.SendAsync(HttpMethod.Put, "/accounts/1210", """{"name":"Bank USD","type":"asset","line":"assets.B.IV"}""")).Is(HttpStatusCode.Created);
        (await Book.SendAsync(HttpMethod.Put, "/bank-accounts/dollar", """{"iban":"GB29NWBK60161331926819","holder":"Acme GmbH","account":"1210","currency":"USD"}""")).Is(HttpStatusCode.Created);
        (await Book.PostAsync("""{"id":"U-100","date":"2026-01-05","text":"Invoice","lines":[{"account":"1400","debit":"1000.00","party":"acme","document":"U-100","dueDate":"2026-02-05","foreign":{"currency":"USD","amount":"1085.00","rate":"1.085"}},{"account":"8400","credit":"1000.00"}]}""")).Is(HttpStatusCode.Created);
        var statement = Statement("D-1", 1, "0.00", "1075.00", ("1085.00", "CRDT", "U-100 thanks"), ("10.00", "DBIT", "Fee")).Replace(Iban, "GB29NWBK60161331926819", StringComparison.Ordinal);
        (await UploadAsync(statement)).IsProblem(HttpStatusCode.UnprocessableEntity, "bank/currency");
        statement = statement.Replace("\"EUR\"", "\"USD\"", StringComparison.Ordinal).Replace(">EUR<", ">USD<", StringComparison.Ordinal);

        // Without a rate nobody knows what it is worth: it waits, and says so.
        (await Book.SendAsync(HttpMethod.Put, "/exchange-rates/2026-01-02", """{"rates":{"USD":1.2}}""")).Is(HttpStatusCode.Created);
        Assert.Equal(2, (await UploadAsync(statement)).Is(HttpStatusCode.Created).Json.List("statements").Single().Number("waiting"));
        var items = (await Book.GetAsync("/bank-items")).List("bank-items").ToDictionary(item => item.Text("amount"));
        Assert.Contains("no rate of USD on 2026-01-30", items["1085.00"].List("proposals").First().Text("why"), StringComparison.Ordinal);
        (await Book.SendAsync(HttpMethod.Put, "/exchange-rates/2026-01-30", """{"rates":{"USD":1.1}}""")).Is(HttpStatusCode.Created);

        (await Book.SendAsync(HttpMethod.Post, $"/bank-items/{items["1085.00"].Text("id")}/assignment", """{"lines":[{"account":"1400","amount":"1085.00","party":"acme","document":"U-100"}],"reason":"as told"}""")).Is(HttpStatusCode.Created);
        (await Book.SendAsync(HttpMethod.Post, $"/bank-items/{items["-10.00"].Text("id")}/assignment", """{"lines":[{"account":"4210","amount":"10.00"}],"reason":"fee"}""")).Is(HttpStatusCode.Created);
        var balances = await Book.BalancesAsync();
        // 1,085.00 / 1.1 = 986.36 came for 1,000.00: 13.64 lost; 10.00 / 1.1 = 9.09.
        Assert.Equal(("977.27", "13.64", "9.09", "169.00"), (balances["1210"], balances["2150"], balances["4210"], balances["1400"]));
        Assert.Equal(["1075.00"], (await Book.GetAsync("/foreign-balances?on=2026-01-30")).List("balances").Select(item => item.Text("foreign")));

        var check = (await _night.RunAsync("2026-01-30")).List("checks").Single(check => check.Text("name") == "bank");
        Assert.Equal(("dollar", "1075.00", "1075.00"), (check.Text("subject"), check.Text("expected"), check.Text("actual")));

        // Taken back, everything is owed as before; a statement after that finds the item by itself.
        (await Book.SendAsync(HttpMethod.Post, $"/bank-items/{items["1085.00"].Text("id")}/reopening", """{"reason":"wrong"}""")).Is(HttpStatusCode.Created);
        Assert.Equal("1169.00", (await Book.BalancesAsync())["1400"]);
        var next = Statement("D-2", 2, "1075.00", "2160.00", ("1085.00", "CRDT", "U-100 really")).Replace(Iban, "GB29NWBK60161331926819", StringComparison.Ordinal).Replace("\"EUR\"", "\"USD\"", StringComparison.Ordinal).Replace(">EUR<", ">USD<", StringComparison.Ordinal);
        Assert.Equal(1, (await UploadAsync(next)).Is(HttpStatusCode.Created).Json.List("statements").Single().Number("posted"));
        Assert.Equal("169.00", (await Book.BalancesAsync())["1400"]);
        await Book.IsWholeAsync();
    }

    [Fact]
    public async Task AccountInAnotherCurrency_LetsMoneyGoAtTheRatesItCameInWith_AndTheRestIsRealised()
    {
        (await Book.SendAsync(HttpMethod.Put, "/accounts/1210", """{"name":"Bank USD","type":"asset","line":"assets.B.IV"}""")).Is(HttpStatusCode.Created);
        (await Book.SendAsync(HttpMethod.Put, "/bank-accounts/dollar", """{"iban":"GB29NWBK60161331926819","holder":"Acme GmbH","account":"1210","currency":"USD"}""")).Is(HttpStatusCode.Created);
        var (came, went) = (Dollars(Statement("D-1", 1, "0.00", "1000.00", ("1000.00", "CRDT", "x"))).Replace("2026-01-30", "2026-01-29", StringComparison.Ordinal), Dollars(Statement("D-2", 2, "1000.00", "0.00", ("400.00", "DBIT", "y"), ("600.00", "DBIT", "z"))));
        (await Book.SendAsync(HttpMethod.Put, "/exchange-rates/2026-01-29", """{"rates":{"USD":1.1}}""")).Is(HttpStatusCode.Created);
        (await Book.SendAsync(HttpMethod.Put, "/exchange-rates/2026-01-30", """{"rates":{"USD":1.05}}""")).Is(HttpStatusCode.Created);
        (await UploadAsync(came)).Is(HttpStatusCode.Created);
        await AssignAllAsync("8400");
        (await UploadAsync(went)).Is(HttpStatusCode.Created);
        await AssignAllAsync("4210");

        // 909.09 came, worth 952.38 when it went: 43.29 gained, and nothing is left.
        var balances = await Book.BalancesAsync();
        Assert.Equal(("-1078.09", "952.38", "-43.29", false), (balances["8400"], balances["4210"], balances["2660"], balances.ContainsKey("1210")));
        Assert.Empty((await Book.GetAsync("/foreign-balances?on=2026-01-31")).List("balances"));
        // Every line's rate leads to its worth, so that the book's own import would take it.
        Assert.All((await Book.JournalAsync()).SelectMany(entry => entry.List("lines")).Where(line => line.TryGetProperty("foreign", out _)), line =>
        {
            var (foreign, worth) = (line.GetProperty("foreign"), line.TryGetProperty("debit", out var debit) ? debit : line.GetProperty("credit"));
            var rate = foreign.GetProperty("rate");
            Assert.InRange(decimal.Parse(foreign.Text("amount"), CultureInfo.InvariantCulture) / (rate.ValueKind == System.Text.Json.JsonValueKind.String ? decimal.Parse(rate.GetString()!, CultureInfo.InvariantCulture) : rate.GetDecimal()) - decimal.Parse(worth.GetString()!, CultureInfo.InvariantCulture), -0.01m, 0.01m);
        });
        await Book.IsWholeAsync();

        async Task AssignAllAsync(string account)
        {
            foreach (var item in (await Book.GetAsync("/bank-items")).List("bank-items").ToList())
                (await Book.SendAsync(HttpMethod.Post, $"/bank-items/{item.Text("id")}/assignment", $$"""{"lines":[{"account":"{{account}}","amount":"{{item.Text("amount").TrimStart('-')}}"}],"reason":"x"}""")).Is(HttpStatusCode.Created);
        }

        static string Dollars(string statement) => statement.Replace(Iban, "GB29NWBK60161331926819", StringComparison.Ordinal).Replace("\"EUR\"", "\"USD\"", StringComparison.Ordinal).Replace(">EUR<", ">USD<", StringComparison.Ordinal);
    }

    [Fact]
    public async Task ReturnWithCharges_IsProposedWithThem()
    {
        (await UploadAsync(Statement("S-1", 1, "0.00", "119.00", ("119.00", "CRDT", "RE R-101")))).Is(HttpStatusCode.Created);
        (await UploadAsync(Statement("S-2", 2, "119.00", "-3.50", ("122.50", "DBIT", "Rueckgabe R-101")).Replace("</RmtInf>", "</RmtInf><RtrInf/>", StringComparison.Ordinal))).Is(HttpStatusCode.Created);

        var item = (await Book.GetAsync("/bank-items")).List("bank-items").Single();
        var proposal = item.List("proposals").First();
        Assert.Equal("takes back the line of 2026-01-30 with the bank's charges", proposal.Text("why"));
        (await Book.SendAsync(HttpMethod.Post, $"/bank-items/{item.Text("id")}/assignment", $$"""{"lines":{{proposal.GetProperty("lines").GetRawText()}},"reason":"returned"}""")).Is(HttpStatusCode.Created);
        var balances = await Book.BalancesAsync();
        Assert.Equal(("169.00", "3.50", "-3.50"), (balances["1400"], balances["4970"], balances["1200"]));
    }

    [Fact]
    public async Task LongNamedAccount_CanBeOpenedAgainTooAndItsCopyBringsNothing()
    {
        (await Book.SendAsync(HttpMethod.Put, "/bank-accounts/commerzbank-frankfurt-giro-eur", """{"iban":"GB29NWBK60161331926819","holder":"Acme GmbH","account":"1600"}""")).Is(HttpStatusCode.Created);
        var statement = Statement("S-1", 1, "0.00", "119.00", ("119.00", "CRDT", "RE R-101")).Replace(Iban, "GB29NWBK60161331926819", StringComparison.Ordinal);
        (await UploadAsync(statement)).Is(HttpStatusCode.Created);
        var id = (await Book.GetAsync("/bank-items?state=done")).List("bank-items").Single().Text("id");
        (await Book.SendAsync(HttpMethod.Post, $"/bank-items/{id}/reopening", """{"reason":"wrong"}""")).Is(HttpStatusCode.Created);
        Assert.False((await Book.BalancesAsync()).ContainsKey("1600"));
        Assert.Equal(0, (await UploadAsync(statement.Replace("<Id>S-1</Id>", "<Id>S-1b</Id>", StringComparison.Ordinal))).Is(HttpStatusCode.Created).Json.List("statements").Single().Number("posted"));
        await Book.IsWholeAsync();
    }

    [Theory]
    [InlineData(5, "request/not-xml", 400)]
    [InlineData(0, "request/too-large", 413)]
    public async Task FileThatIsCutOrTooLarge_ChangesNothing(int keptOf6, string code, int status)
    {
        var whole = Statement("S-1", 1, "0.00", "119.00", ("119.00", "CRDT", "RE R-101"));
        var sent = keptOf6 > 0 ? whole[..(whole.Length * keptOf6 / 6)] : whole + new string(' ', 20_000_001);
        (await UploadAsync(sent)).IsProblem((HttpStatusCode)status, code);
        Assert.Empty((await Book.GetAsync("/bank-statements?state=open")).List("bank-statements").Concat((await Book.GetAsync("/bank-statements")).List("bank-statements")));
    }

    [Fact]
    public async Task ItemInAnotherCurrency_PaidInTheBooksOwn_IsProposedWithIt_AndTheDifferenceIsBooked()
    {
        (await Book.PostAsync("""{"id":"U-100","date":"2026-01-05","text":"Invoice","lines":[{"account":"1400","debit":"1000.00","party":"acme","document":"U-100","dueDate":"2026-02-05","foreign":{"currency":"USD","amount":"1085.00","rate":"1.085"}},{"account":"8400","credit":"1000.00"}]}""")).Is(HttpStatusCode.Created);
        (await UploadAsync(Statement("S-1", 1, "0.00", "986.36", ("986.36", "CRDT", "U-100")))).Is(HttpStatusCode.Created);

        var item = (await Book.GetAsync("/bank-items")).List("bank-items").Single();
        var proposal = item.List("proposals").First();
        Assert.Equal("named; it is owed in USD, all of it", proposal.Text("why"));
        var path = $"/bank-items/{item.Text("id")}/assignment";
        var lines = proposal.GetProperty("lines").GetRawText();
        (await Book.SendAsync(HttpMethod.Post, path, $$"""{"lines":{{lines.Replace("1085.00", "1085.01", StringComparison.Ordinal)}},"reason":"as proposed"}""")).IsProblem(HttpStatusCode.UnprocessableEntity, "ledger/foreign-amount", "lines[0].foreign.amount");
        (await Book.SendAsync(HttpMethod.Post, path, $$"""{"lines":{{lines}},"reason":"as proposed"}""")).Is(HttpStatusCode.Created);
        var balances = await Book.BalancesAsync();
        Assert.Equal(("986.36", "13.64", "169.00"), (balances["1200"], balances["2150"], balances["1400"]));
        Assert.Empty((await Book.GetAsync("/foreign-balances?on=2026-01-30")).List("balances"));

        // It comes back, with charges: owed again as it was, and the loss with it.
        (await UploadAsync(Statement("S-2", 2, "986.36", "-3.00", ("989.36", "DBIT", "back U-100")).Replace("</RmtInf>", "</RmtInf><RtrInf/>", StringComparison.Ordinal))).Is(HttpStatusCode.Created);
        var back = (await Book.GetAsync("/bank-items")).List("bank-items").Single();
        (await Book.SendAsync(HttpMethod.Post, $"/bank-items/{back.Text("id")}/assignment", $$"""{"lines":{{back.List("proposals").First().GetProperty("lines").GetRawText()}},"reason":"back"}""")).Is(HttpStatusCode.Created);
        Assert.Equal(new() { ["1200"] = "-3.00", ["1400"] = "1169.00", ["4970"] = "3.00", ["8400"] = "-1169.00" }, await Book.BalancesAsync());
        Assert.Equal(["1085.00 1000.00"], (await Book.GetAsync("/foreign-balances?on=2026-01-30")).List("balances").Select(one => $"{one.Text("foreign")} {one.Text("booked")}"));
        await Book.IsWholeAsync();
    }

    [Fact]
    public async Task Return_OfAnEarlierLine_NamesIt_AndSentBackItOwesTheItemAgain()
    {
        (await UploadAsync(Statement("S-1", 1, "0.00", "119.00", ("119.00", "CRDT", "RE R-101")))).Is(HttpStatusCode.Created);
        var earlier = (await Book.GetAsync("/bank-items?state=done")).List("bank-items").Single().Text("id");
        (await UploadAsync(Statement("S-2", 2, "119.00", "0.00", ("119.00", "DBIT", "Rueckgabe R-101")).Replace("</RmtInf>", "</RmtInf><RtrInf><Rsn><Cd>MD06</Cd></Rsn></RtrInf>", StringComparison.Ordinal))).Is(HttpStatusCode.Created);

        var item = (await Book.GetAsync("/bank-items")).List("bank-items").Single();
        var proposal = item.List("proposals").First();
        Assert.Equal(("takes back the line of 2026-01-30 (MD06)", earlier, "MD06"), (proposal.Text("why"), proposal.Text("takesBack"), item.Text("returnReason")));
        (await Book.SendAsync(HttpMethod.Post, $"/bank-items/{item.Text("id")}/assignment", $$"""{"lines":{{proposal.GetProperty("lines").GetRawText()}},"reason":"returned"}""")).Is(HttpStatusCode.Created);
        Assert.Equal(["R-101", "R-102"], (await Book.GetAsync("/open-items?on=2026-01-31")).List("items").Select(open => open.Text("document")));
    }

    [Fact]
    public async Task MasterData_IsCheckedAndKeepsItsHistory()
    {
        (await Book.SendAsync(HttpMethod.Put, "/bank-accounts/other", $$"""{"iban":"{{Iban}}","holder":"Acme","account":"1200"}""")).IsProblem(HttpStatusCode.Conflict, "bank/iban-taken");
        (await Book.SendAsync(HttpMethod.Put, "/bank-accounts/other", """{"iban":"DE02120300000000202051","holder":"Acme","account":"1200"}""")).IsProblem(HttpStatusCode.Conflict, "bank/account-taken");
        (await Book.SendAsync(HttpMethod.Put, "/bank-accounts/other", """{"iban":"DE00","holder":"Acme","account":"9999"}""")).IsProblem(HttpStatusCode.UnprocessableEntity, "bank/iban", "iban");
        (await Book.SendAsync(HttpMethod.Put, $"/bank-accounts/{new string('x', 40)}", """{"iban":"DE02120300000000202051","holder":"Acme","account":"1600"}""")).IsProblem(HttpStatusCode.BadRequest, "request/id", "id");
        (await Book.SendAsync(HttpMethod.Put, "/payees/acme", """{"name":"Acme AG","ibans":[]}""")).IsProblem(HttpStatusCode.UnprocessableEntity, "bank/ibans", "ibans");
        (await Book.SendAsync(HttpMethod.Put, "/payees/acme", $$"""{"name":"Acme SE","ibans":["{{Iban}}"]}""")).Is(HttpStatusCode.OK);
        Assert.Equal(2, (await Book.GetAsync("/payees/acme")).List("history").Count());
        Assert.Equal(("acme", "Acme SE"), (await Book.GetAsync("/payees")).List("payees").Select(payee => (payee.Text("party"), payee.Text("name"))).Single());
        Assert.Single((await Book.GetAsync("/bank-accounts/giro")).List("history"));
        (await Book.SendAsync(HttpMethod.Put, "/bank-accounts/other", """{"iban":"DE02120300000000202051","holder":"Acme","account":"1600","currency":"XYZ"}""")).IsProblem(HttpStatusCode.UnprocessableEntity, "ledger/currency-unknown", "currency");
        Assert.Equal("1360", (await Book.GetAsync("/bank-accounts")).List("bank-accounts").Single().Text("transit"));
    }

    private Task<Answer> UploadAsync(string xml) => SendAsync(Book, xml);

    private static Task<Answer> SendAsync(TestBook book, string xml) => book.SendAsync(HttpMethod.Post, "/bank-statements", new StringContent(xml, Encoding.UTF8, "application/xml"));

    internal static string Statement(string id, int number, string opening, string closing, params (string Amount, string Side, string Text)[] lines)
    {
        static string Balance(string code, string amount) => $"<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy=\"EUR\">{amount.TrimStart('-')}</Amt><CdtDbtInd>{(amount[0] == '-' ? "DBIT" : "CRDT")}</CdtDbtInd><Dt><Dt>2026-01-30</Dt></Dt></Bal>";
        var entries = string.Concat(lines.Select(line =>
            $"<Ntry><Amt Ccy=\"EUR\">{line.Amount}</Amt><CdtDbtInd>{line.Side}</CdtDbtInd><Sts>BOOK</Sts><BookgDt><Dt>2026-01-30</Dt></BookgDt><NtryDtls><TxDtls><Refs><EndToEndId>{(line.Text.StartsWith("E2E:", StringComparison.Ordinal) ? line.Text[4..] : "NOTPROVIDED")}</EndToEndId></Refs><RmtInf><Ustrd>{line.Text}</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>"));
        return string.Create(CultureInfo.InvariantCulture, $"""<?xml version="1.0" encoding="UTF-8"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"><BkToCstmrStmt><GrpHdr><MsgId>M</MsgId></GrpHdr><Stmt><Id>{id}</Id><ElctrncSeqNb>{number}</ElctrncSeqNb><Acct><Id><IBAN>{Iban}</IBAN></Id><Ccy>EUR</Ccy></Acct>{Balance("OPBD", opening)}{Balance("CLBD", closing)}{entries}</Stmt></BkToCstmrStmt></Document>""");
    }
}
