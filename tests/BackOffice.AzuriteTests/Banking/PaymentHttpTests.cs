using System.Net;
using System.Text;
using BackOffice.AzuriteTests.Nightly;
using BackOffice.Kernel;

namespace BackOffice.AzuriteTests.Banking;

/// <summary>Payments from the proposal over two people and the bank to the statement.</summary>
public sealed class PaymentHttpTests(AzuriteFixture azurite) : IAsyncLifetime
{
    private const string Two = """{"bankAccount":"giro","executeOn":"2026-02-02","items":[{"account":"1600","party":"vendor","document":"ER-7","amount":"119.00"},{"account":"1600","party":"zeta","document":"ER-8","amount":"40.00"}]}""";
    private static readonly string One = Two.Replace(""",{"account":"1600","party":"zeta","document":"ER-8","amount":"40.00"}""", "", StringComparison.Ordinal);
    private readonly TestClock _clock = TestClock.AtNoon(new DateOnly(2026, 1, 31));
    private TestApp _app = null!;
    private NightBook _night = null!;
    private TestBook _alice = null!;
    private TestBook _bob = null!;

    public async ValueTask InitializeAsync()
    {
        _app = await TestApp.StartAsync(azurite, _clock, "--LocalWorker:Queues=true");
        _night = await NightBook.OpenAsync(_app);
        (_alice, _bob) = (As("alice", "Accounting"), As("bob", "Settlement"));
        var clerk = As("carla", "Accounting");
        (await clerk.SendAsync(HttpMethod.Put, "/bank-accounts/giro", """{"iban":"DE89370400440532013000","holder":"Acme GmbH","account":"1200"}""")).Is(HttpStatusCode.Created);
        (await clerk.SendAsync(HttpMethod.Put, "/payees/vendor", """{"name":"Vendor AG","ibans":["DE02120300000000202051"]}""")).Is(HttpStatusCode.Created);
        foreach (var (party, document, amount) in ((string, string, string)[])[("vendor", "ER-7", "119.00"), ("zeta", "ER-8", "50.00")])
            (await clerk.PostAsync($$"""{"id":"{{document}}","date":"2026-01-05","text":"Invoice","lines":[{"account":"4210","debit":"{{amount}}"},{"account":"1600","credit":"{{amount}}","party":"{{party}}","document":"{{document}}","dueDate":"2026-01-31"}]}""")).Is(HttpStatusCode.Created);
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public async Task Payment_GoesFromProposalOverTwoPeopleAndTheBank_ToTheStatement()
    {
        var proposals = await _alice.GetAsync("/payment-proposals");
        Assert.Equal(("ER-7", "ER-8"), (proposals.List("items").Single().Text("document"), proposals.List("notPayable").Single().Text("document")));
        Assert.Empty(proposals.List("credits"));
        (await As("carla", "Accounting").SendAsync(HttpMethod.Put, "/payees/zeta", """{"name":"Zeta","ibans":["GB29NWBK60161331926819"]}""")).Is(HttpStatusCode.Created);

        (await _alice.SendAsync(HttpMethod.Put, "/payments/P-1", Two)).Is(HttpStatusCode.Created);
        (await _alice.SendAsync(HttpMethod.Put, "/payments/P-1", Two)).Is(HttpStatusCode.OK);
        (await _alice.SendAsync(HttpMethod.Put, "/payments/P-2", Two)).IsProblem(HttpStatusCode.Conflict, "payment/claimed");
        Assert.Empty((await _alice.GetAsync("/payment-proposals")).List("items"));
        (await _bob.SendAsync(HttpMethod.Post, "/payments/P-1/file", "{}")).IsProblem(HttpStatusCode.Conflict, "payment/state");
        (await _alice.SendAsync(HttpMethod.Post, "/payments/P-1/approval", """{"reason":"ok"}""")).IsProblem(HttpStatusCode.Forbidden, "identity/segregated");
        (await As("carla", "Accounting").SendAsync(HttpMethod.Post, "/payments/P-1/approval", """{"reason":"ok"}""")).IsProblem(HttpStatusCode.Forbidden, "payment/payee-changed-by-approver");
        (await _bob.SendAsync(HttpMethod.Post, "/payments/P-1/approval", """{"reason":"ok"}""")).Is(HttpStatusCode.Created);

        var ordered = (await _bob.SendAsync(HttpMethod.Post, "/payments/P-1/file", "{}")).Is(HttpStatusCode.Created).Json;
        (await _bob.SendAsync(HttpMethod.Post, "/payments/P-1/file", "{}")).Is(HttpStatusCode.OK);
        var file = await _bob.BytesAsync(ordered.Text("href"));
        Assert.Equal(file, await _bob.BytesAsync(ordered.Text("href")));
        Assert.Equal(ordered.Text("sha256"), Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(file)));
        Assert.Equal(("-159.00", "-10.00"), ((await _alice.BalancesAsync())["1360"], (await _alice.BalancesAsync())["1600"]));
        Assert.Equal("payments", (await _alice.GetAsync("/exports")).List("exports").Single().Text("kind"));

        // The bank takes one and rejects the other; the statement then shows one.
        var status = Status("P-1", "PART", ("P-1-1", "ACSC"), ("P-1-2", "RJCT"));
        (await UploadAsync("/payment-status", status)).Is(HttpStatusCode.Created);
        (await UploadAsync("/payment-status", status)).Is(HttpStatusCode.OK);
        Assert.Equal(("-119.00", "-50.00"), ((await _alice.BalancesAsync())["1360"], (await _alice.BalancesAsync())["1600"]));
        (await UploadAsync("/payment-status", Status("P-9", "ACSC"))).IsProblem(HttpStatusCode.UnprocessableEntity, "payment/unknown");

        (await UploadAsync("/bank-statements", BankHttpTests.Statement("S-1", 1, "200.00", "81.00", ("119.00", "DBIT", "E2E:P-1-1")))).Is(HttpStatusCode.Created);
        Assert.Equal(new() { ["1200"] = "-119.00", ["1600"] = "-50.00", ["4210"] = "169.00" }, await _alice.BalancesAsync());
        Assert.Empty((await _alice.GetAsync("/payments")).List("payments"));
        Assert.Equal(["accepted", "rejected"], (await _alice.GetAsync("/payments/P-1")).List("items").Select(item => item.Text("bank")));
        await _alice.IsWholeAsync();

        // The same debit on the next statement is another one: nothing is on its way for it.
        var twin = (await UploadAsync("/bank-statements", BankHttpTests.Statement("S-2", 2, "81.00", "-38.00", ("119.00", "DBIT", "E2E:P-1-1")))).Is(HttpStatusCode.Created).Json.List("statements").Single();
        Assert.Equal((0, 1), (twin.Number("posted"), twin.Number("waiting")));
        Assert.False((await _alice.BalancesAsync()).ContainsKey("1360"));

        var proof = await As("eve", "Auditor").GetAsync("/segregation");
        Assert.Contains(proof.List("rules"), rule => rule.Text("department") == "payments" && rule.Number("cases") == 1);
    }

    [Fact]
    public async Task Payment_ThatComesBack_IsOwedAgain_AndCanBePaidAnew()
    {
        await ApprovedAsync();
        (await _bob.SendAsync(HttpMethod.Post, "/payments/P-1/file", "{}")).Is(HttpStatusCode.Created);
        (await UploadAsync("/bank-statements", BankHttpTests.Statement("S-1", 1, "200.00", "81.00", ("119.00", "DBIT", "E2E:P-1-1")))).Is(HttpStatusCode.Created);
        var gone = (await _alice.GetAsync("/payments/P-1")).List("items").Single().Text("goneWith");

        // A person opens the line again, the payment is on its way again; the proposal sent back, it is gone again.
        (await _alice.SendAsync(HttpMethod.Post, $"/bank-items/{gone}/reopening", """{"reason":"look"}""")).Is(HttpStatusCode.Created);
        Assert.Equal("-119.00", (await _alice.BalancesAsync())["1360"]);
        Assert.False((await _alice.GetAsync("/payments?state=open")).List("payments").Single().List("items").Single().TryGetProperty("goneWith", out _));
        await SendBackAsync(gone);
        Assert.Equal(gone, (await _alice.GetAsync("/payments?state=done")).List("payments").Single().List("items").Single().Text("goneWith"));

        var back = BankHttpTests.Statement("S-2", 2, "81.00", "200.00", ("119.00", "CRDT", "E2E:P-1-1")).Replace("</RmtInf>", "</RmtInf><RtrInf><Rsn><Cd>AC04</Cd></Rsn></RtrInf>", StringComparison.Ordinal);
        (await UploadAsync("/bank-statements", back)).Is(HttpStatusCode.Created);
        var item = (await _alice.GetAsync("/bank-items")).List("bank-items").Single();
        Assert.Equal(("payment 'P-1', no. 1, came back (AC04)", "P-1"), (item.List("proposals").First().Text("why"), item.List("proposals").First().Text("payment")));
        // The bank shows the return twice: both name the payment, and one of them is it.
        (await UploadAsync("/bank-statements", BankHttpTests.Statement("S-3", 3, "200.00", "319.00", ("119.00", "CRDT", "E2E:P-1-1")).Replace("</RmtInf>", "</RmtInf><RtrInf/>", StringComparison.Ordinal).Replace("NOTPROVIDED", "x", StringComparison.Ordinal))).Is(HttpStatusCode.Created);
        await SendBackAsync(item.Text("id"));
        var other = (await _alice.GetAsync("/bank-items")).List("bank-items").Single();
        (await _alice.SendAsync(HttpMethod.Post, $"/bank-items/{other.Text("id")}/assignment", $$"""{"lines":{{other.List("proposals").First().GetProperty("lines").GetRawText()}},"reason":"as proposed"}""")).IsProblem(HttpStatusCode.Conflict, "payment/state");

        Assert.Equal(item.Text("id"), (await _alice.GetAsync("/payments/P-1")).List("items").Single().Text("cameBackWith"));
        Assert.Equal(new() { ["1600"] = "-169.00", ["4210"] = "169.00" }, await _alice.BalancesAsync());
        Assert.Equal("ER-7", (await _alice.GetAsync("/payment-proposals")).List("items").Single().Text("document"));
        (await _alice.SendAsync(HttpMethod.Put, "/payments/P-2", One)).Is(HttpStatusCode.Created);
        await _alice.IsWholeAsync();

        async Task SendBackAsync(string id)
        {
            var lines = (await _alice.GetAsync($"/bank-items/{id}")).List("proposals").First().GetProperty("lines").GetRawText();
            (await _alice.SendAsync(HttpMethod.Post, $"/bank-items/{id}/assignment", $$"""{"lines":{{lines}},"reason":"as proposed"}""")).Is(HttpStatusCode.Created);
        }
    }

    [Fact]
    public async Task Payment_OfMoreThanIsOpen_OrOfChangedDetails_IsNotMade()
    {
        (await _alice.SendAsync(HttpMethod.Put, "/payments/P-1", Two.Replace("119.00", "119.01", StringComparison.Ordinal))).IsProblem(HttpStatusCode.UnprocessableEntity, "payment/amount", "items[0].amount");
        await ApprovedAsync();
        _clock.Set(_clock.GetUtcNow().AddHours(-1)); // by a clock that is slow it was before the approval
        (await _alice.SendAsync(HttpMethod.Put, "/payees/vendor", """{"name":"Vendor AG","ibans":["GB29NWBK60161331926819"]}""")).Is(HttpStatusCode.OK);

        (await _bob.SendAsync(HttpMethod.Post, "/payments/P-1/file", "{}")).IsProblem(HttpStatusCode.Conflict, "payment/payee-changed");
        (await _bob.SendAsync(HttpMethod.Post, "/payments/P-1/rejection", """{"reason":"details changed"}""")).Is(HttpStatusCode.Created);
        (await _alice.SendAsync(HttpMethod.Put, "/payments/P-2", One)).Is(HttpStatusCode.Created);
        Assert.False((await _alice.BalancesAsync()).ContainsKey("1360"));
    }

    [Fact]
    public async Task Payment_ForWhichTheBankTookMore_IsProposedWithItsCharges_AndIsThenGone()
    {
        await ApprovedAsync();
        (await _bob.SendAsync(HttpMethod.Post, "/payments/P-1/file", "{}")).Is(HttpStatusCode.Created);
        (await UploadAsync("/bank-statements", BankHttpTests.Statement("S-1", 1, "200.00", "80.50", ("119.50", "DBIT", "E2E:P-1-1")))).Is(HttpStatusCode.Created);

        var item = (await _alice.GetAsync("/bank-items")).List("bank-items").Single();
        Assert.Equal("payment 'P-1' with the bank's charges", item.List("proposals").First().Text("why"));
        // A person's own lines say the same of the payment.
        (await _alice.SendAsync(HttpMethod.Post, $"/bank-items/{item.Text("id")}/assignment", """{"lines":[{"account":"4970","amount":"0.50"},{"account":"1360","amount":"119.00","document":"P-1"}],"reason":"fee"}""")).Is(HttpStatusCode.Created);
        Assert.Equal(item.Text("id"), (await _alice.GetAsync("/payments?state=done")).List("payments").Single().List("items").Single().Text("goneWith"));
        Assert.False((await _alice.BalancesAsync()).ContainsKey("1360"));
    }

    [Fact]
    public async Task File_OfAPaymentWhoseDayIsOver_IsNotMade()
    {
        await ApprovedAsync();
        _clock.Set(new DateTimeOffset(2026, 2, 3, 11, 0, 0, TimeSpan.Zero));
        (await _bob.SendAsync(HttpMethod.Post, "/payments/P-1/file", "{}")).IsProblem(HttpStatusCode.Conflict, "payment/date");
    }

    [Fact]
    public async Task Order_ThatWasNotSent_IsWithdrawnBySomebodyElse_AndOwedAgain()
    {
        await ApprovedAsync();
        const string reason = """{"reason":"the file was lost"}""";
        (await _alice.SendAsync(HttpMethod.Post, "/payments/P-1/withdrawal", reason)).IsProblem(HttpStatusCode.Conflict, "payment/state");
        (await _bob.SendAsync(HttpMethod.Post, "/payments/P-1/file", "{}")).Is(HttpStatusCode.Created);

        (await _bob.SendAsync(HttpMethod.Post, "/payments/P-1/withdrawal", reason)).IsProblem(HttpStatusCode.Forbidden, "identity/segregated");
        (await _alice.SendAsync(HttpMethod.Post, "/payments/P-1/withdrawal", reason)).Is(HttpStatusCode.Created);
        (await _alice.SendAsync(HttpMethod.Post, "/payments/P-1/withdrawal", reason)).Is(HttpStatusCode.OK);

        Assert.Equal("withdrawn", (await _alice.GetAsync("/payments?state=done")).List("payments").Single().List("items").Single().Text("bank"));
        Assert.Equal(new() { ["1600"] = "-169.00", ["4210"] = "169.00" }, await _alice.BalancesAsync());
        Assert.Equal("ER-7", (await _alice.GetAsync("/payment-proposals")).List("items").Single().Text("document"));
        await _alice.IsWholeAsync();

        // It had been sent after all, and the bank pays it: that must not pass unseen.
        var accepted = (await UploadAsync("/payment-status", Status("P-1", "ACSC", ("P-1-1", "ACSC")))).IsProblem(HttpStatusCode.Conflict, "payment/state");
        Assert.Contains("'P-1-1', which was withdrawn", accepted.Json.Text("detail"), StringComparison.Ordinal);
        Assert.Empty((await _alice.GetAsync("/imports")).List("imports"));
        (await UploadAsync("/payment-status", Status("P-1", "RJCT", ("P-1-1", "RJCT")))).Is(HttpStatusCode.Created);
        Assert.Equal(new() { ["1600"] = "-169.00", ["4210"] = "169.00" }, await _alice.BalancesAsync());
    }

    [Fact]
    public async Task File_WhoseMakingWasCutOff_StandsAmongTheExports_WhenTheAgendaHasGoneOn()
    {
        await ApprovedAsync();
        await using var proxy = await FaultProxy.StartAsync(azurite);
        await using var weak = await _app.AnotherAsync(_clock, proxy.ConnectionString, "--shutdownTimeoutSeconds=1");
        proxy.After(request => FaultProxy.IsCommitTo(request, "Payments"), () =>
        {
            proxy.IsDown = true;
            return Task.CompletedTask;
        });
        var cutOff = _bob.In(weak).SendAsync(HttpMethod.Post, "/payments/P-1/file", "{}");
        await Eventually.IsTrueAsync(async () => (await _alice.GetAsync("/payments/P-1")).Text("status") == "ordered", "the order is committed");
        Assert.Empty((await _alice.GetAsync("/exports")).List("exports"));

        var later = _clock.GetUtcNow().AddMinutes(10);
        _clock.Set(later);
        await _app.TickAsync(later);
        await Eventually.IsTrueAsync(async () => (await _alice.GetAsync("/exports")).List("exports").Any(), "the export is noted");
        Assert.Equal("-119.00", (await _alice.BalancesAsync())["1360"]);
        proxy.IsDown = false;
        (await cutOff).Is(HttpStatusCode.Created);
        Assert.Single((await _alice.GetAsync("/exports")).List("exports"));
    }

    [Fact]
    public async Task PartOfAnOrder_ThatTheAmountDoesNotTell_IsSaidByItsPayments_AndTheRestCanBeWithdrawn()
    {
        foreach (var document in (string[])["ER-9", "ER-10"])
            (await _alice.PostAsync($$"""{"id":"{{document}}","date":"2026-01-05","text":"Invoice","lines":[{"account":"4210","debit":"119.00"},{"account":"1600","credit":"119.00","party":"vendor","document":"{{document}}","dueDate":"2026-01-31"}]}""")).Is(HttpStatusCode.Created);
        var three = One.Replace("]}", string.Concat(((string[])["ER-9", "ER-10"]).Select(document => $$""",{"account":"1600","party":"vendor","document":"{{document}}","amount":"119.00"}""")) + "]}", StringComparison.Ordinal);
        (await _alice.SendAsync(HttpMethod.Put, "/payments/P-1", three)).Is(HttpStatusCode.Created);
        (await _bob.SendAsync(HttpMethod.Post, "/payments/P-1/approval", """{"reason":"ok"}""")).Is(HttpStatusCode.Created);
        (await _bob.SendAsync(HttpMethod.Post, "/payments/P-1/file", "{}")).Is(HttpStatusCode.Created);
        (await UploadAsync("/bank-statements", BankHttpTests.Statement("S-1", 1, "300.00", "62.00", ("238.00", "DBIT", "Sammler")))).Is(HttpStatusCode.Created);
        var path = $"/bank-items/{(await _alice.GetAsync("/bank-items")).List("bank-items").Single().Text("id")}/assignment";
        const string lines = """{"lines":[{"account":"1360","amount":"238.00","document":"P-1"}],"reason":"the bank dropped one" """;

        (await _alice.SendAsync(HttpMethod.Post, path, lines + "}")).IsProblem(HttpStatusCode.UnprocessableEntity, "payment/unclear", "payments");
        (await _alice.SendAsync(HttpMethod.Post, path, lines + ""","payments":["P-1-1"]}""")).IsProblem(HttpStatusCode.UnprocessableEntity, "payment/unclear", "payments");
        (await _alice.SendAsync(HttpMethod.Post, path, lines + ""","payments":["P-1-1","P-9-3"]}""")).IsProblem(HttpStatusCode.UnprocessableEntity, "payment/unclear", "payments");
        (await _alice.SendAsync(HttpMethod.Post, path, lines + ""","payments":["P-1-1","P-1-3"]}""")).Is(HttpStatusCode.Created);
        (await _alice.SendAsync(HttpMethod.Post, "/payments/P-1/withdrawal", """{"reason":"the bank dropped it"}""")).Is(HttpStatusCode.Created);

        Assert.Equal(["ER-9"], (await _alice.GetAsync("/payment-proposals")).List("items").Select(item => item.Text("document")));
        Assert.False((await _alice.BalancesAsync()).ContainsKey("1360"));
        Assert.Single((await _alice.GetAsync("/payments?state=done")).List("payments"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task OrderApprovedByTheVersionBefore_GoesByTheTimeOfTheApproval(bool isChanged)
    {
        await ApprovedAsync();
        var table = _app.Table("Payments");
        var rows = table.QueryAsync<Azure.Data.Tables.TableEntity>(cancellationToken: TestContext.Current.CancellationToken);
        var changed = 0;
        await foreach (var row in rows)
        {
            if (!row.RowKey.StartsWith("open!", StringComparison.Ordinal) || row.Text("State") is not { } state || !state.Contains(",\"payeeVersion\":1", StringComparison.Ordinal)) continue;
            row.AddText("State", state.Replace(",\"payeeVersion\":1", "", StringComparison.Ordinal));
            await table.UpdateEntityAsync(row, row.ETag, Azure.Data.Tables.TableUpdateMode.Replace, TestContext.Current.CancellationToken);
            changed++;
        }

        Assert.True(changed > 0, "No row has the version.");
        if (isChanged) (await _alice.SendAsync(HttpMethod.Put, "/payees/vendor", """{"name":"Vendor AG","ibans":["GB29NWBK60161331926819"]}""")).Is(HttpStatusCode.OK);

        var file = await _bob.SendAsync(HttpMethod.Post, "/payments/P-1/file", "{}");
        if (isChanged) file.IsProblem(HttpStatusCode.Conflict, "payment/payee-changed");
        else file.Is(HttpStatusCode.Created);
    }

    [Fact]
    public async Task Proposals_TellWhatTheSameSuppliersOweUs()
    {
        (await _alice.PostAsync("""{"id":"C-1","date":"2026-01-05","text":"Credit note","lines":[{"account":"1600","debit":"59.50","party":"vendor","document":"C-1","dueDate":"2026-01-31"},{"account":"4210","credit":"59.50"}]}""")).Is(HttpStatusCode.Created);

        Assert.Equal([("vendor", "C-1", "59.50")], (await _alice.GetAsync("/payment-proposals")).List("credits").Select(credit => (credit.Text("party"), credit.Text("document"), credit.Text("amount"))));
    }

    [Fact]
    public async Task Payable_OwedInAnotherCurrency_IsNoSepaPayment()
    {
        (await _alice.PostAsync("""{"id":"U-7","date":"2026-01-05","text":"Invoice","lines":[{"account":"4210","debit":"1000.00"},{"account":"1600","credit":"1000.00","party":"vendor","document":"U-7","dueDate":"2026-01-31","foreign":{"currency":"USD","amount":"1085.00","rate":"1.085"}}]}""")).Is(HttpStatusCode.Created);
        var proposals = await _alice.GetAsync("/payment-proposals");
        Assert.Equal(["ER-7"], proposals.List("items").Select(item => item.Text("document")));
        Assert.Contains("USD", proposals.List("notPayable").Single(item => item.Text("document") == "U-7").Text("why"), StringComparison.Ordinal);
        (await _alice.SendAsync(HttpMethod.Put, "/payments/P-1", """{"bankAccount":"giro","executeOn":"2026-02-02","items":[{"account":"1600","party":"vendor","document":"U-7","amount":"1000.00"}]}""")).IsProblem(HttpStatusCode.UnprocessableEntity, "payment/currency", "items[0]");
    }

    [Fact]
    public async Task TwoOrdersOfOneItem_ThatSlippedThroughAtOnce_ArePaidOnce()
    {
        await using var proxy = await FaultProxy.StartAsync(azurite);
        await using var other = await _app.AnotherAsync(_clock, proxy.ConnectionString);
        // Both have looked when neither is there yet.
        proxy.Before(request => FaultProxy.IsCommitTo(request, "Payments"), async () => (await _alice.SendAsync(HttpMethod.Put, "/payments/P-2", One)).Is(HttpStatusCode.Created));
        (await _alice.In(other).SendAsync(HttpMethod.Put, "/payments/P-1", One)).Is(HttpStatusCode.Created);
        Assert.True(proxy.IsDone);
        foreach (var n in (int[])[1, 2]) (await _bob.SendAsync(HttpMethod.Post, $"/payments/P-{n}/approval", """{"reason":"ok"}""")).Is(HttpStatusCode.Created);

        var files = await Task.WhenAll(((int[])[1, 2]).Select(n => _bob.SendAsync(HttpMethod.Post, $"/payments/P-{n}/file", "{}")));

        Assert.Single(files, file => file.Status == HttpStatusCode.Created);
        Assert.Contains(files.Single(file => file.Status != HttpStatusCode.Created).Json.Text("code"), (string[])["payment/claimed", "payment/amount"]);
        Assert.Equal("-119.00", (await _alice.BalancesAsync())["1360"]);
    }

    /// <summary>Order P-1 of one payment, put by one and approved by the other.</summary>
    private async Task ApprovedAsync()
    {
        (await _alice.SendAsync(HttpMethod.Put, "/payments/P-1", One)).Is(HttpStatusCode.Created);
        (await _bob.SendAsync(HttpMethod.Post, "/payments/P-1/approval", """{"reason":"ok"}""")).Is(HttpStatusCode.Created);
    }

    private TestBook As(string name, params string[] roles) => new(_app, _night.Book.Id, _app.ClientOf(name, roles));

    private Task<Answer> UploadAsync(string path, string xml) => _alice.SendAsync(HttpMethod.Post, path, new StringContent(xml, Encoding.UTF8, "application/xml"));

    private static string Status(string order, string group, params (string Id, string Status)[] transactions) =>
        $"""<?xml version="1.0" encoding="UTF-8"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.03"><CstmrPmtStsRpt><GrpHdr><MsgId>B</MsgId></GrpHdr><OrgnlGrpInfAndSts><OrgnlMsgId>{order}</OrgnlMsgId><GrpSts>{group}</GrpSts></OrgnlGrpInfAndSts><OrgnlPmtInfAndSts><OrgnlPmtInfId>{order}</OrgnlPmtInfId>{string.Concat(transactions.Select(transaction => $"<TxInfAndSts><OrgnlEndToEndId>{transaction.Id}</OrgnlEndToEndId><TxSts>{transaction.Status}</TxSts></TxInfAndSts>"))}</OrgnlPmtInfAndSts></CstmrPmtStsRpt></Document>""";
}
