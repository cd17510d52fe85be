using System.Globalization;
using System.Net;
using System.Text;
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
        Assert.Equal((2, 1, 1, 0), (taken.Number("lines"), taken.Number("posted"), taken.Number("open"), taken.Number("known")));
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
        var again = (await UploadAsync(first)).Is(HttpStatusCode.OK).Json.List("statements").Single();
        Assert.Equal((0, 1), (again.Number("posted"), again.Number("known")));
        (await UploadAsync(first.Replace("RE R-101", "RE R-999", StringComparison.Ordinal).Replace(">119.00<", ">118.00<", StringComparison.Ordinal))).IsProblem(HttpStatusCode.Conflict, "bank/statement-reused");

        // The bank sends the day again with one more line, under another id: the first is known.
        var more = (await UploadAsync(Statement("S-2", 2, "0.00", "169.00", ("119.00", "CRDT", "RE R-101"), ("50.00", "CRDT", "R-102")))).Is(HttpStatusCode.Created).Json.List("statements").Single();
        Assert.Equal((1, 1), (more.Number("posted"), more.Number("known")));
        Assert.Contains("closed with 119.00, this one opens with 0.00", more.Text("gap"), StringComparison.Ordinal);
        Assert.Equal("169.00", (await Book.BalancesAsync())["1200"]);
        Assert.Equal(4, await Book.EntriesAsync());

        // Two lines alike in one statement are two.
        var twins = (await UploadAsync(Statement("S-3", 3, "169.00", "159.00", ("5.00", "DBIT", "Fee"), ("5.00", "DBIT", "Fee")))).Is(HttpStatusCode.Created).Json.List("statements").Single();
        Assert.Equal((2, 0), (twins.Number("open"), twins.Number("known")));
        Assert.Equal(3, (await Book.GetAsync("/bank-statements?state=done")).List("bank-statements").Count());
    }

    [Fact]
    public async Task LineAlike_InAStatementThatGoesOn_IsAnother_AndAFileWithAReusedStatementTakesInNothing()
    {
        (await UploadAsync(Statement("S-1", 1, "0.00", "-5.00", ("5.00", "DBIT", "Fee")).Replace(">-5.00</Amt><CdtDbtInd>CRDT", ">5.00</Amt><CdtDbtInd>DBIT", StringComparison.Ordinal))).Is(HttpStatusCode.Created);
        var next = Statement("S-2", 2, "-5.00", "-10.00", ("5.00", "DBIT", "Fee")).Replace(">-5.00</Amt><CdtDbtInd>CRDT", ">5.00</Amt><CdtDbtInd>DBIT", StringComparison.Ordinal).Replace(">-10.00</Amt><CdtDbtInd>CRDT", ">10.00</Amt><CdtDbtInd>DBIT", StringComparison.Ordinal);
        var taken = (await UploadAsync(next)).Is(HttpStatusCode.Created).Json.List("statements").Single();
        Assert.Equal((1, 0), (taken.Number("open"), taken.Number("known")));
        Assert.Equal(1, (await UploadAsync(next)).Is(HttpStatusCode.OK).Json.List("statements").Single().Number("known"));

        // One file with a new statement and a known one's id with another line.
        var file = Statement("S-3", 3, "0.00", "1.00", ("1.00", "CRDT", "x")).Replace("</BkToCstmrStmt>", Statement("S-1", 1, "0.00", "7.00", ("7.00", "CRDT", "y")).Split("</GrpHdr>")[1].Split("</BkToCstmrStmt>")[0] + "</BkToCstmrStmt>", StringComparison.Ordinal);
        (await UploadAsync(file)).IsProblem(HttpStatusCode.Conflict, "bank/statement-reused");
        Assert.Equal(2, (await Book.GetAsync("/bank-statements?state=done")).List("bank-statements").Count());
    }

    [Fact]
    public async Task Line_OpenedAgain_IsTakenBack_AndAssignedAnew()
    {
        (await UploadAsync(Statement("S-1", 1, "0.00", "119.00", ("119.00", "CRDT", "RE R-101")))).Is(HttpStatusCode.Created);
        var id = (await Book.GetAsync("/bank-items?state=done")).List("bank-items").Single().Text("id");

        (await Book.SendAsync(HttpMethod.Post, $"/bank-items/{id}/reopening", """{"reason":"it was for R-102 and on account"}""")).Is(HttpStatusCode.Created);
        Assert.False((await Book.BalancesAsync()).ContainsKey("1200"));
        var proposal = (await Book.GetAsync($"/bank-items/{id}")).List("proposals").Single();
        Assert.Equal(("posted before", "R-101"), (proposal.Text("why"), proposal.List("lines").Single().Text("document")));

        (await Book.SendAsync(HttpMethod.Post, $"/bank-items/{id}/assignment", """{"lines":[{"account":"1400","amount":"50.00","party":"acme","document":"R-102"},{"account":"1400","amount":"69.00","party":"acme"}],"reason":"as told"}""")).Is(HttpStatusCode.Created);
        Assert.Equal(["R-101"], (await Book.GetAsync("/open-items?on=2026-01-31")).List("items").Select(item => item.Text("document")));
        Assert.Equal(3, (await Book.GetAsync($"/bank-items/{id}")).List("history").Count());
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
        // The statement's case is there, the first line's is not: every try of it fails.
        string? first = null;
        proxy.Next(request => FaultProxy.IsCommit(request) && (first ??= request.HttpContext.TraceIdentifier) != request.HttpContext.TraceIdentifier, Fault.DropRequest, Fault.DropRequest, Fault.DropRequest);
        (await SendAsync(Book.In(weak), statement)).IsUnavailable();
        Assert.Single((await Book.GetAsync("/bank-statements?state=open")).List("bank-statements"));

        Assert.Equal(2, (await UploadAsync(statement)).Is(HttpStatusCode.Created).Json.List("statements").Single().Number("posted"));
        Assert.Equal("169.00", (await Book.BalancesAsync())["1200"]);
        Assert.Empty((await Book.GetAsync("/bank-statements?state=open")).List("bank-statements"));
    }

    [Fact]
    public async Task MasterData_IsCheckedAndKeepsItsHistory()
    {
        (await Book.SendAsync(HttpMethod.Put, "/bank-accounts/other", $$"""{"iban":"{{Iban}}","holder":"Acme","account":"1200"}""")).IsProblem(HttpStatusCode.Conflict, "bank/iban-taken");
        (await Book.SendAsync(HttpMethod.Put, "/bank-accounts/other", """{"iban":"DE02120300000000202051","holder":"Acme","account":"1200"}""")).IsProblem(HttpStatusCode.Conflict, "bank/account-taken");
        (await Book.SendAsync(HttpMethod.Put, "/bank-accounts/other", """{"iban":"DE00","holder":"Acme","account":"9999"}""")).IsProblem(HttpStatusCode.UnprocessableEntity, "bank/iban", "iban");
        (await Book.SendAsync(HttpMethod.Put, "/payees/acme", """{"name":"Acme AG","ibans":[]}""")).IsProblem(HttpStatusCode.UnprocessableEntity, "bank/ibans", "ibans");
        (await Book.SendAsync(HttpMethod.Put, "/payees/acme", $$"""{"name":"Acme SE","ibans":["{{Iban}}"]}""")).Is(HttpStatusCode.OK);
        Assert.Equal(2, (await Book.GetAsync("/payees/acme")).List("history").Count());
        Assert.Equal("1360", (await Book.GetAsync("/bank-accounts")).List("bank-accounts").Single().Text("transit"));
    }

    private Task<Answer> UploadAsync(string xml) => SendAsync(Book, xml);

    private static Task<Answer> SendAsync(TestBook book, string xml) => book.SendAsync(HttpMethod.Post, "/bank-statements", new StringContent(xml, Encoding.UTF8, "application/xml"));

    internal static string Statement(string id, int number, string opening, string closing, params (string Amount, string Side, string Text)[] lines)
    {
        static string Balance(string code, string amount) => $"<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy=\"EUR\">{amount}</Amt><CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2026-01-30</Dt></Dt></Bal>";
        var entries = string.Concat(lines.Select(line =>
            $"<Ntry><Amt Ccy=\"EUR\">{line.Amount}</Amt><CdtDbtInd>{line.Side}</CdtDbtInd><Sts>BOOK</Sts><BookgDt><Dt>2026-01-30</Dt></BookgDt><NtryDtls><TxDtls><Refs><EndToEndId>{(line.Text.StartsWith("E2E:", StringComparison.Ordinal) ? line.Text[4..] : "NOTPROVIDED")}</EndToEndId></Refs><RmtInf><Ustrd>{line.Text}</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>"));
        return string.Create(CultureInfo.InvariantCulture, $"""<?xml version="1.0" encoding="UTF-8"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"><BkToCstmrStmt><GrpHdr><MsgId>M</MsgId></GrpHdr><Stmt><Id>{id}</Id><ElctrncSeqNb>{number}</ElctrncSeqNb><Acct><Id><IBAN>{Iban}</IBAN></Id><Ccy>EUR</Ccy></Acct>{Balance("OPBD", opening)}{Balance("CLBD", closing)}{entries}</Stmt></BkToCstmrStmt></Document>""");
    }
}
