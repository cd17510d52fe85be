using System.Globalization;
using System.Text;
using System.Xml.Linq;
using BackOffice.Banking;
using BackOffice.Kernel;
using BackOffice.Ledger;
using BackOffice.Tests.Ledger;
using CsCheck;

namespace BackOffice.Tests.Banking;

public sealed class PaymentTests
{
    private static readonly BankAccount Giro = new("DE89370400440532013000", "Müller & Söhne GmbH", "1200", "1360", "COBADEFFXXX");
    private static readonly Payment Two = new("giro", new DateOnly(2026, 2, 2),
        [new PaymentItem("1600", "vendor", "ER-7", 11_900, "Vendor AG", "DE02120300000000202051"), new PaymentItem("1600", "zeta", "Z_8", 100, "Zeta \"ß\"", "GB29NWBK60161331926819")], PaymentStatus.Ordered, new DateTimeOffset(2026, 2, 1, 9, 30, 15, TimeSpan.Zero));

    [Fact]
    public void Withdrawal_KeptByTheVersionBefore_IsOne()
    {
        var kept = BankTables.Write(Two with { Items = [Two.Items[0] with { Answer = BankAnswer.Rejected, Reason = "withdrawn" }, Two.Items[1] with { Answer = BankAnswer.Rejected, Reason = "AC04" }] });

        var read = BankTables.ReadPayment(new CaseRow("PAY-1", kept, 1, IsDone: true, default));
        Assert.Equal([(BankAnswer.Withdrawn, null), (BankAnswer.Rejected, "AC04")], read.Items.Select(item => (item.Answer!.Value, item.Reason)));
        Assert.Equal("payment/state", PostPaymentStatus.Answered("PAY-1", read, [new PaymentAnswer("PAY-1", "PAY-1-1", BankAnswer.Accepted, null)]).Refusal!.Code);
    }

    [Theory]
    [InlineData("100,60,40", 140, "1,3")]
    [InlineData("100,60,40", 100, null)] // 1, or 2 and 3
    [InlineData("100,60,40", 200, "1,2,3")]
    [InlineData("100,100,100", 200, null)]
    [InlineData("50,50", 100, "1,2")]
    [InlineData("50,50", 50, null)]
    [InlineData("100,60", 70, null)]
    [InlineData("100,60", 0, null)]
    public void PaymentsThatComeToAnAmount_AreTold_WhenThereIsOneChoice(string amounts, long amount, string? numbers) =>
        Assert.Equal(numbers, Payment.OnlyOf([.. amounts.Split(',').Select((text, n) => new PaymentItem("1600", "zeta", $"ER-{n}", long.Parse(text, CultureInfo.InvariantCulture)))], amount) is { } found ? string.Join(',', found) : null);

    [Fact]
    public void PaymentsThatComeToAnAmount_AreThoseOfTheOnlyChoiceOfAll() => Gen.Select(Gen.Long[1, 30].Array[1, 8], Gen.Int[1, 255]).Sample((amounts, bits) =>
    {
        PaymentItem[] items = [.. amounts.Select((amount, n) => new PaymentItem("1600", "zeta", $"ER-{n}", amount))];
        long Sum(int choice) => Enumerable.Range(0, items.Length).Where(n => (choice & (1 << n)) != 0).Sum(n => items[n].AmountMinor);
        var wanted = Math.Max(1, Sum(bits));
        var choices = Enumerable.Range(1, (1 << items.Length) - 1).Where(choice => Sum(choice) == wanted).ToList();

        var found = Payment.OnlyOf(items, wanted);
        Assert.Equal(choices.Count == 1 ? Enumerable.Range(1, items.Length).Where(n => (choices[0] & (1 << (n - 1))) != 0) : null, found);
    });

    [Fact]
    public void StatusByCommand_IsAsApproved()
    {
        var table = new StringBuilder();
        foreach (var status in Enum.GetValues<PaymentStatus>())
            foreach (var command in Enum.GetValues<PaymentCommand>())
                table.Append(CultureInfo.InvariantCulture, $"{status,-10} {command,-10} {(Payment.Next(status, command).Is(out var next, out var refusal) ? next : refusal.Code)}\n");
        Approved.Matches("payments", table.ToString());
    }

    [Fact]
    public void File_HasItsElementsInTheSchemasOrder_AndItsSumsTwice()
    {
        var bytes = Pain.Write("PAY-1", Two, Giro);
        var document = XDocument.Parse(Encoding.UTF8.GetString(bytes));
        string Text(string name, int n = 0) => document.Descendants().Where(element => element.Name.LocalName == name).ElementAt(n).Value;
        string Children(string name) => string.Join(' ', document.Descendants().First(element => element.Name.LocalName == name).Elements().Select(element => element.Name.LocalName));

        Assert.Equal("urn:iso:std:iso:20022:tech:xsd:pain.001.001.09", document.Root!.Name.NamespaceName);
        Assert.Equal("MsgId CreDtTm NbOfTxs CtrlSum InitgPty", Children("GrpHdr"));
        Assert.Equal("PmtInfId PmtMtd BtchBookg NbOfTxs CtrlSum PmtTpInf ReqdExctnDt Dbtr DbtrAcct DbtrAgt ChrgBr CdtTrfTxInf CdtTrfTxInf", Children("PmtInf"));
        Assert.Equal("PmtId Amt Cdtr CdtrAcct RmtInf", Children("CdtTrfTxInf"));
        Assert.Equal(("2", "2", "120.00", "120.00"), (Text("NbOfTxs"), Text("NbOfTxs", 1), Text("CtrlSum"), Text("CtrlSum", 1)));
        Assert.Equal(("2026-02-01T09:30:15Z", "2026-02-02", "Mueller + Soehne GmbH", "COBADEFFXXX"), (Text("CreDtTm"), Text("ReqdExctnDt"), Text("Nm"), Text("BICFI")));
        Assert.Equal(("PAY-1-1", "119.00", "PAY-1-2", "1.00", "Zeta .ss.", "Z.8"), (Text("EndToEndId"), Text("InstdAmt"), Text("EndToEndId", 1), Text("InstdAmt", 1), Text("Nm", 3), Text("Ustrd", 1)));
        Assert.Equal(bytes, Pain.Write("PAY-1", Two, Giro));
    }

    [Fact]
    public void Order_IsBookedOnItsWay_AndARejectedPaymentIsOwedAgain()
    {
        var ordered = Two.Ordered("PAY-1", Giro, new DateOnly(2026, 2, 1));
        Assert.Equal([("1600", 11_900L, "ER-7"), ("1600", 100L, "Z_8"), ("1360", -12_000L, "PAY-1")], ordered.Lines.Select(line => (line.Account, line.AmountMinor, line.Document)));
        Assert.Equal([("1360", 100L, "PAY-1"), ("1600", -100L, "Z_8")], Two.Returned("PAY-1", 1, Giro, new DateOnly(2026, 2, 3)).Lines.Select(line => (line.Account, line.AmountMinor, line.Document)));
        Assert.Equal(("payment:PAY-1:ordered", "payment:PAY-1:returned-2"), (ordered.Id, Two.Returned("PAY-1", 1, Giro, default).Id));
        Assert.True(Payment.EndToEndId(new string('x', 64), 499).Length <= 35);
        Assert.Matches("^[0-9a-f]{30}-1$", Payment.EndToEndId("P_1", 0)); // SEPA has no underscore
    }

    [Fact]
    public void Amount_IsNeverMoreThanIsOpen_AndAnItemStandsOnce()
    {
        var book = PureBook.Open(chart: Chart.Skr03);
        book.Post(new Entry("er-7", new DateOnly(2026, 1, 5), "Invoice", [new Line("4210", 11_900), new Line("1600", -11_900, "vendor", "ER-7", new DateOnly(2026, 2, 5))]));
        var one = Two with { Items = [Two.Items[0]] };

        Assert.Null(one.Misfit(book.State, 2));
        Assert.Equal("payment/amount", (one with { Items = [Two.Items[0] with { AmountMinor = 11_901 }] }).Misfit(book.State, 2)!.Code);
        Assert.Contains("999999999.99", (one with { Items = [Two.Items[0] with { AmountMinor = Payment.MaxMinor + 1 }] }).Misfit(book.State, 2)!.Faults[0].Detail, StringComparison.Ordinal);
        Assert.Equal("payment/twice", (one with { Items = [Two.Items[0], Two.Items[0]] }).Misfit(book.State, 2)!.Code);
        Assert.Equal("payment/amount", Two.Misfit(book.State, 2)!.Code); // nothing is owed to zeta
    }

    [Theory]
    [InlineData("03", "ACSP", null, "Accepted Accepted")]
    [InlineData("10", "RJCT", null, "Rejected Rejected")]
    [InlineData("03", "PART", "PAY-1-2", " Rejected")]
    [InlineData("03", "ACCP", "PAY-1-2", "Accepted Rejected")]
    [InlineData("03", "PDNG", null, " ")]
    public void BankAnswer_OfATransaction_CountsMoreThanThatOfTheGroup(string version, string group, string? rejected, string answers)
    {
        var read = Pain.ReadStatus(XElement.Parse(StatusOf(version, group, rejected))).Value!;

        var answered = PostPaymentStatus.Answered("PAY-1", Two, read).Value!;
        Assert.Equal(answers, string.Join(' ', answered.Items.Select(item => item.Answer?.ToString())));
        if (rejected is not null) Assert.Equal("AC04", answered.Items[1].Reason);
    }

    [Fact]
    public void BankAnswer_OfAnotherForm_OrWithoutOrder_OrOfAnUnknownPayment_IsRefused()
    {
        Assert.Equal("bank/form", Status("99", "").Refusal!.Code);
        Assert.Equal("bank/missing", Status("03", "").Refusal!.Code);
        Assert.Equal(["PAY-1-3", "X"], PostPaymentStatus.Answered("PAY-1", Two, [new PaymentAnswer("PAY-1", "PAY-1-3", BankAnswer.Accepted, null), new PaymentAnswer("PAY-1", "X", BankAnswer.Rejected, null)]).Refusal!.Faults.Select(fault => fault.Detail.Split('\'')[^2]));
        Assert.Equal("bank/missing", Status("10", "<OrgnlGrpInfAndSts><OrgnlMsgId>PAY-1</OrgnlMsgId><GrpSts>PART</GrpSts></OrgnlGrpInfAndSts><OrgnlPmtInfAndSts><TxInfAndSts><OrgnlInstrId>1</OrgnlInstrId><TxSts>RJCT</TxSts></TxInfAndSts></OrgnlPmtInfAndSts>").Refusal!.Code);
        Assert.Equal("payment/unknown", PostPaymentStatus.Answered("PAY-1", Two, [new PaymentAnswer("PAY-1", "PAY-1-3", BankAnswer.Accepted, null)]).Refusal!.Code);
    }

    /// <summary>A bank's answer to PAY-1, of all of it and perhaps of one payment.</summary>
    internal static string StatusOf(string version, string group, string? rejected)
    {
        var transaction = rejected is null ? "" : $"<OrgnlPmtInfAndSts><OrgnlPmtInfId>PAY-1</OrgnlPmtInfId><TxInfAndSts><OrgnlEndToEndId>{rejected}</OrgnlEndToEndId><TxSts>RJCT</TxSts><StsRsnInf><Rsn><Cd>AC04</Cd></Rsn></StsRsnInf></TxInfAndSts></OrgnlPmtInfAndSts>";
        return Report(version, $"<OrgnlGrpInfAndSts><OrgnlMsgId>PAY-1</OrgnlMsgId><OrgnlMsgNmId>pain.001</OrgnlMsgNmId><GrpSts>{group}</GrpSts></OrgnlGrpInfAndSts>{transaction}");
    }

    private static Outcome<List<PaymentAnswer>> Status(string version, string content) => Pain.ReadStatus(XElement.Parse(Report(version, content)));

    private static string Report(string version, string content) => $"<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:pain.002.001.{version}\"><CstmrPmtStsRpt><GrpHdr><MsgId>B</MsgId><CreDtTm>2026-02-02T09:00:00Z</CreDtTm></GrpHdr>{content}</CstmrPmtStsRpt></Document>";
}
