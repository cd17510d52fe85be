using System.Globalization;
using System.Text;
using System.Xml.Linq;
using BackOffice.Banking;
using BackOffice.Kernel;
using CsCheck;

namespace BackOffice.Tests.Banking;

public sealed class CamtTests
{
    private static readonly DateOnly Thirtieth = new(2026, 1, 30);
    private static readonly Dictionary<string, BankAccount> Accounts = new() { ["giro"] = new BankAccount(CamtSamples.Iban, "Acme GmbH", "1200", "1360") };

    [Fact]
    public void SavingsBank_SingleLines_AreReadWithPartyAndPurpose()
    {
        var statement = Read(CamtSamples.Savings()).Value!.Statements.Single();

        Assert.Equal(("0352C5320131227220503", 130_000_005L, CamtSamples.Iban, "EUR", 1), (statement.Id, statement.Number!.Value, statement.Iban, statement.Currency, statement.NotBooked));
        Assert.Equal((new BankBalance(new DateOnly(2026, 1, 29), 10_000), new BankBalance(Thirtieth, 20_400)), (statement.Opening, statement.Closing));
        Assert.Equal(
            [new BankLine(Thirtieth, Thirtieth, 11_900, "2026013000001", null, null, "Kunde und Soehne", "DE02120300000000202051", "RE R-1 VIELEN DANK", false, null, "NTRF+166"), new BankLine(Thirtieth, Thirtieth, -1_500, "2026013000002", null, null, null, null, "ENTGELT", false, null, "NCHG+808")],
            statement.Lines);
    }

    [Fact]
    public void CooperativeBank_Batch_IsTakenApart_AndAReturnIsKnown()
    {
        var statement = Read(CamtSamples.Cooperative()).Value!.Statements.Single();

        Assert.Equal([(1_000L, "R-10", "A", "BATCH-1"), (2_000L, "R-20", "B", "BATCH-1"), (-1_000L, null, "C", null)], statement.Lines.Select(line => (line.AmountMinor, line.EndToEndId, line.Party, line.BatchId)));
        Assert.Equal((7L, "EUR", "RF18539007547034"), (statement.Number!.Value, statement.Currency, statement.Lines[1].Remittance));
        Assert.Equal([false, false, true], statement.Lines.Select(line => line.IsReturn));
    }

    [Fact]
    public void LargeBank_TwoStatementsAFile_NegativeBalance_AndABatchWithoutAmounts_IsTakenWhole()
    {
        var file = Read(CamtSamples.Large()).Value!;

        Assert.Equal([("A", -5_000L, 0L, 1), ("B", 0L, 0L, 0)], file.Statements.Select(statement => (statement.Id, statement.Opening!.AmountMinor, statement.Closing!.AmountMinor, statement.Lines.Count)));
        Assert.Equal((5_000L, "M-1"), (file.Statements[0].Lines[0].AmountMinor, file.Statements[0].Lines[0].BatchId));
    }

    [Fact]
    public void OtherMessages_AreInformation_OrNoStatements()
    {
        Assert.True(Read(CamtSamples.Document("054", "08", "BkToCstmrDbtCdtNtfctn", "Ntfctn", $"<Id>N</Id><Acct><Id><IBAN>{CamtSamples.Iban}</IBAN></Id></Acct>")).Value!.IsInformation);
        Assert.Equal("bank/form", Read(CamtSamples.Document("053", "99", "BkToCstmrStmt", "Stmt", "")).Refusal!.Code);
        Assert.Equal("bank/form", Read("<Document/>").Refusal!.Code);
        Assert.Equal("bank/missing", Read(CamtSamples.Document("053", "02", "BkToCstmrStmt", "Stmt")).Refusal!.Code);
    }

    [Theory]
    [InlineData("119.00</Amt><CdtDbtInd>CRDT", "119.005</Amt><CdtDbtInd>CRDT", "bank/amount", "Stmt[1]/Ntry[1]/Amt")]
    [InlineData("119.00</Amt><CdtDbtInd>CRDT", "-119.00</Amt><CdtDbtInd>CRDT", "bank/amount", "Stmt[1]/Ntry[1]/Amt")]
    [InlineData("<Sts>BOOK</Sts><BookgDt><Dt>2026-01-30</Dt></BookgDt><ValDt><Dt>2026-01-30</Dt></ValDt><AcctSvcrRef>2026013000002", "<Sts>BOOKED</Sts><BookgDt><Dt>2026-01-30</Dt></BookgDt><AcctSvcrRef>2026013000002", "bank/status", "Stmt[1]/Ntry[2]/Sts")]
    [InlineData("<Sts>PDNG</Sts>", "", "bank/missing", "Stmt[1]/Ntry[3]/Sts")]
    [InlineData("<Amt Ccy=\"EUR\">204.00", "<Amt Ccy=\"USD\">204.00", "bank/currency", "Stmt[1]/Bal[2]/Amt")]
    [InlineData("119.00</Amt><CdtDbtInd>CRDT", "119.00</Amt><CdtDbtInd>S", "bank/side", "Stmt[1]/Ntry[1]/CdtDbtInd")]
    [InlineData("<Amt Ccy=\"EUR\">15.00", "<Amt Ccy=\"USD\">15.00", "bank/currency", "Stmt[1]/Ntry[2]/Amt")]
    [InlineData("<BookgDt><Dt>2026-01-30</Dt></BookgDt><ValDt><Dt>2026-01-30</Dt></ValDt><AcctSvcrRef>2026013000002", "<BookgDt><Dt>30.01.2026</Dt></BookgDt><AcctSvcrRef>2026013000002", "bank/date", "Stmt[1]/Ntry[2]/BookgDt")]
    [InlineData("<Id>0352C5320131227220503</Id>", "", "bank/missing", "Stmt[1]/Id")]
    public void BrokenElement_IsRefusedWhereItStands(string good, string bad, string code, string path)
    {
        var text = CamtSamples.Savings();
        Assert.Contains(good, text, StringComparison.Ordinal);
        var refusal = Read(text.Replace(good, bad, StringComparison.Ordinal)).Refusal!;
        Assert.Equal((code, path), (refusal.Code, refusal.Faults[0].Path));
    }

    [Theory]
    [InlineData("100.00", "204.01", "bank/sum")]
    [InlineData("99.99", "204.00", "bank/sum")]
    public void Statement_WhoseSumIsWrong_IsRefused(string opening, string closing, string code)
    {
        var statement = Read(CamtSamples.Savings(opening, closing)).Value!.Statements[0];
        var refusal = KeptStatement.Check(statement, 0, Accounts, "EUR").Refusal!;
        Assert.Equal(code, refusal.Code);
        Assert.Contains("0.01", refusal.Faults[0].Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void Statement_OfAnotherAccountOrCurrency_OrWithoutBalance_IsRefused()
    {
        var statement = Read(CamtSamples.Savings()).Value!.Statements[0];

        Assert.Equal("bank/account-unknown", KeptStatement.Check(statement with { Iban = "DE02120300000000202051" }, 0, Accounts, "EUR").Refusal!.Code);
        Assert.Equal("bank/currency", KeptStatement.Check(statement with { Currency = "USD" }, 0, Accounts, "EUR").Refusal!.Code);
        Assert.Equal("bank/balance-missing", KeptStatement.Check(statement with { Closing = null }, 0, Accounts, "EUR").Refusal!.Code);
        Assert.Equal(new KeptStatement("giro", statement.Id, statement.Number, new DateOnly(2026, 1, 29), Thirtieth, 10_000, 20_400, 2), KeptStatement.Check(statement, 0, Accounts, "EUR").Value! with { Content = null });
    }

    [Fact]
    public void LineOfNothing_IsLeftOut()
    {
        var statement = Read(CamtSamples.Savings("100.00", "219.00").Replace("<Amt Ccy=\"EUR\">15.00", "<Amt Ccy=\"EUR\">0.00", StringComparison.Ordinal)).Value!.Statements.Single();

        Assert.Equal([11_900L], statement.Lines.Select(line => line.AmountMinor));
        Assert.NotNull(KeptStatement.Check(statement, 0, Accounts, "EUR").Value);
    }

    [Theory]
    [InlineData("2026-01-31T23:15:00Z", "2026-02-01")]
    [InlineData("2026-01-31T23:15:00.123+01:00", "2026-01-31")]
    [InlineData("2026-02-01T00:30:00+02:00", "2026-01-31")]
    [InlineData("2026-01-31T23:59:59", "2026-01-31")]
    public void TimeOfBooking_IsTheDayInBerlin(string time, string day) =>
        Assert.Equal(BusinessDay.Parse(day), Read(CamtSamples.Cooperative().Replace("2026-01-30T08:00:00+01:00", time, StringComparison.Ordinal)).Value!.Statements[0].Lines[0].BookedOn);

    [Theory]
    [InlineData("PRCD", "", "ITBD", "", "ITBD", "", "CLBD", "")]
    [InlineData("OPBD", "", "CLBD", "INTM", "OPBD", "INTM", "CLBD", "")]
    public void PagesOfAStatement_InOneFile_AreOne(string opening, string openingSub, string end, string endSub, string begin, string beginSub, string closing, string closingSub)
    {
        string[] pages = [Page(2, Bal(begin, beginSub, "110.00"), Bal(closing, closingSub, "130.00"), "20.00"), Page(1, Bal(opening, openingSub, "100.00"), Bal(end, endSub, "110.00"), "10.00")];

        var whole = Read(CamtSamples.Document("053", "08", "BkToCstmrStmt", "Stmt", pages)).Value!.Statements.Single();
        Assert.Equal((10_000L, 13_000L, "1000,2000"), (whole.Opening!.AmountMinor, whole.Closing!.AmountMinor, string.Join(',', whole.Lines.Select(line => line.AmountMinor))));
        foreach (var alone in pages)
        {
            var refusal = Read(CamtSamples.Document("053", "08", "BkToCstmrStmt", "Stmt", alone)).Refusal!;
            Assert.Equal(("bank/pages", "Stmt[1]/Bal"), (refusal.Code, refusal.Faults[0].Path));
        }

        static string Page(int number, string first, string last, string amount) => $"""
            <Id>S</Id><StmtPgntn><PgNb>{number}</PgNb><LastPgInd>{(number == 2 ? "true" : "false")}</LastPgInd></StmtPgntn><Acct><Id><IBAN>{CamtSamples.Iban}</IBAN></Id><Ccy>EUR</Ccy></Acct>{first}{last}
            <Ntry><Amt Ccy="EUR">{amount}</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>2026-01-30</Dt></BookgDt></Ntry>
            """;
        static string Bal(string code, string sub, string amount) => CamtSamples.Balance(code, amount, "2026-01-30").Replace("</CdOrPrtry>", sub.Length == 0 ? "</CdOrPrtry>" : $"</CdOrPrtry><SubTp><Cd>{sub}</Cd></SubTp>", StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("CRDT", "<Dbtr><Nm>Customer</Nm></Dbtr>", "<Cdtr><Nm>Acme GmbH</Nm></Cdtr>", false, "Customer")]
    [InlineData("CRDT", "<Dbtr><Nm>ACME  GMBH</Nm></Dbtr>", "<Cdtr><Nm>Vendor</Nm></Cdtr>", true, "Vendor")] // our transfer comes back
    [InlineData("CRDT", "", "<Cdtr><Nm>Vendor</Nm></Cdtr>", true, "Vendor")]
    [InlineData("DBIT", "<Dbtr><Nm>Customer</Nm></Dbtr><DbtrAcct><Id><IBAN>DE02120300000000202051</IBAN></Id></DbtrAcct>", "<Cdtr><Nm>Acme GmbH</Nm></Cdtr>", true, "Customer")] // our direct debit is unpaid
    [InlineData("DBIT", "<Dbtr><Nm>Customer</Nm></Dbtr><DbtrAcct><Id><IBAN>DE02120300000000202051</IBAN></Id></DbtrAcct>", "<Cdtr><Nm>Another name of ours</Nm></Cdtr>", true, "Customer")]
    [InlineData("DBIT", "<Dbtr><Nm>Acme GmbH</Nm></Dbtr>", "<Cdtr><Nm>Vendor</Nm></Cdtr>", false, "Vendor")]
    public void OtherSide_IsNeverWe(string side, string debtor, string creditor, bool isReturn, string party)
    {
        var entry = $"""
            <Ntry><Amt Ccy="EUR">10.00</Amt><CdtDbtInd>{side}</CdtDbtInd>{(isReturn ? "<RvslInd>true</RvslInd>" : "")}<Sts>BOOK</Sts><BookgDt><Dt>2026-01-30</Dt></BookgDt><NtryDtls><TxDtls><RltdPties>{debtor}{creditor}</RltdPties></TxDtls></NtryDtls></Ntry>
            """;
        var line = Read(CamtSamples.Document("053", "02", "BkToCstmrStmt", "Stmt", $"<Id>S</Id><Acct><Id><IBAN>{CamtSamples.Iban}</IBAN></Id><Ccy>EUR</Ccy><Ownr><Nm>Acme GmbH</Nm></Ownr></Acct>" + entry)).Value!.Statements.Single().Lines.Single();
        Assert.Equal((party, isReturn), (line.Party, line.IsReturn));
    }

    /// <summary>What has been taken in by an earlier version is known again: lines go by what is written, not by what is made of it.</summary>
    [Fact]
    public void Line_IsKnownByWhatIsWritten_WhateverIsMadeOfIt()
    {
        BankLine LineOf(string booked, string parties, bool isReturn) => Read(CamtSamples.Document("053", "02", "BkToCstmrStmt", "Stmt", $"<Id>S</Id><Acct><Id><IBAN>{CamtSamples.Iban}</IBAN></Id><Ccy>EUR</Ccy><Ownr><Nm>Acme GmbH</Nm></Ownr></Acct>"
            + $"<Ntry><Amt Ccy=\"EUR\">10.00</Amt><CdtDbtInd>CRDT</CdtDbtInd>{(isReturn ? "<RvslInd>true</RvslInd>" : "")}<Sts>BOOK</Sts><BookgDt>{booked}</BookgDt><NtryDtls><TxDtls><RltdPties>{parties}</RltdPties></TxDtls></NtryDtls></Ntry>")).Value!.Statements.Single().Lines.Single();
        const string other = "DE02120300000000202051", day = "<Dt>2026-01-30</Dt>";
        var ourTransferBack = LineOf(day, $"<Dbtr><Nm>Acme GmbH</Nm></Dbtr><Cdtr><Nm>Vendor</Nm></Cdtr><CdtrAcct><Id><IBAN>{other}</IBAN></Id></CdtrAcct>", isReturn: true);
        var atNight = LineOf("<DtTm>2026-01-30T23:30:00Z</DtTm>", "", isReturn: false);
        var plain = LineOf(day, $"<Dbtr><Nm>Customer</Nm></Dbtr><DbtrAcct><Id><IBAN>{other}</IBAN></Id></DbtrAcct>", isReturn: false);
        var ownTransfer = LineOf(day, $"<Dbtr><Nm>Acme GmbH</Nm></Dbtr><Cdtr><Nm>Acme GmbH</Nm></Cdtr><CdtrAcct><Id><IBAN>{CamtSamples.Iban}</IBAN></Id></CdtrAcct>", isReturn: false);

        Assert.Equal((other, Thirtieth.AddDays(1), other, null), (ourTransferBack.PartyIban, atNight.BookedOn, plain.PartyIban, ownTransfer.PartyIban));
        Assert.Null(plain.Mark);
        // As the version before read them.
        Assert.Equal((ourTransferBack with { PartyIban = null, Mark = null }).Fingerprint("giro", 1), ourTransferBack.Fingerprint("giro", 1));
        Assert.Equal((atNight with { BookedOn = Thirtieth, Mark = null }).Fingerprint("giro", 1), atNight.Fingerprint("giro", 1));
        Assert.Equal(plain.Fingerprint("giro", 1), (plain with { Mark = new LineMark(Thirtieth, other) }).Fingerprint("giro", 1));
    }

    [Theory]
    [InlineData("<Document><Ntry/></Document>")]
    [InlineData("<D><A><S><Ntry/></S></A><B><S><Ntry/></S></B></D>")]
    [InlineData("<Document><Stmt><Ntry><Ntry/></Ntry></Stmt></Document>")]
    public void XmlThatIsNoStatement_IsRefused_WhereverItsEntriesStand(string text) => Assert.Equal("bank/form", Read(text).Refusal!.Code);

    [Fact]
    public void ManyFaults_AreToldUpToAHundred_AndStatementsAreNumberedInTheFile()
    {
        var bad = string.Concat(Enumerable.Repeat("<Ntry><Sts>BOOK</Sts></Ntry>", 500));
        string[] statements = ["<Id>A</Id>", "<Id>B</Id>", "<Id>C</Id>" + bad];

        var refusal = Read(CamtSamples.Document("053", "02", "BkToCstmrStmt", "Stmt", statements)).Refusal!;
        Assert.Equal((Refusal.MaxFaults, "Stmt[3]/Ntry[1]/Amt"), (refusal.Faults.Count, refusal.Faults[0].Path));
    }

    [Fact]
    public void OtherLines_OfTheSameSum_AreOtherContent()
    {
        var statement = Read(CamtSamples.Savings()).Value!.Statements[0];
        KeptStatement Kept(params BankLine[] lines) => KeptStatement.Check(statement with { Lines = lines }, 0, Accounts, "EUR").Value!;

        Assert.Equal(Kept([.. statement.Lines]), Kept([.. statement.Lines]));
        Assert.NotEqual(Kept([.. statement.Lines]), Kept(statement.Lines[0] with { Remittance = "RE R-2" }, statement.Lines[1]));
        Assert.NotEqual(Kept([.. statement.Lines]), Kept(statement.Lines[1], statement.Lines[0]));
    }

    [Fact]
    public void ReversalIndicator_InEitherFormOfTrue_AndAReturnAmongPartsWithoutAmounts_AreReturns()
    {
        Assert.True(Read(CamtSamples.Cooperative().Replace("<RvslInd>true</RvslInd>", "<RvslInd>1</RvslInd>", StringComparison.Ordinal).Replace("<RtrInf><Rsn><Cd>AC04</Cd></Rsn></RtrInf>", "", StringComparison.Ordinal)).Value!.Statements[0].Lines[2].IsReturn);
        Assert.False(Read(CamtSamples.Cooperative().Replace("<RvslInd>true</RvslInd>", "<RvslInd>0</RvslInd>", StringComparison.Ordinal).Replace("<RtrInf><Rsn><Cd>AC04</Cd></Rsn></RtrInf>", "", StringComparison.Ordinal)).Value!.Statements[0].Lines[2].IsReturn);
        Assert.True(Read(CamtSamples.Large().Replace("<TxDtls/><TxDtls/>", "<TxDtls/><TxDtls><RtrInf/></TxDtls>", StringComparison.Ordinal)).Value!.Statements[0].Lines[0].IsReturn);
    }

    [Fact]
    public void Batch_OfPartsOnBothSides_IsTakenApartByTheSideOfEach()
    {
        var text = CamtSamples.Cooperative().Replace("<Amt Ccy=\"EUR\">10.00</Amt><CdtDbtInd>CRDT", "<Amt Ccy=\"EUR\">10.000</Amt><CdtDbtInd>DBIT", StringComparison.Ordinal).Replace("<Amt Ccy=\"EUR\">20.00</Amt>", "<Amt Ccy=\"EUR\">40.00</Amt>", StringComparison.Ordinal);
        Assert.Equal([-1_000L, 4_000L, -1_000L], Read(text).Value!.Statements[0].Lines.Select(line => line.AmountMinor));
        Assert.Equal([3_000L, -1_000L], Read(text.Replace("40.00", "20.00", StringComparison.Ordinal)).Value!.Statements[0].Lines.Select(line => line.AmountMinor));
    }

    [Fact]
    public void Gap_IsToldByBalanceAndByNumber()
    {
        var before = new KeptStatement("giro", "S-5", 5, Thirtieth, Thirtieth, 0, 11_500, 1);

        Assert.Null((before with { Statement = "S-6", Number = 6, OpeningMinor = 11_500 }).GapTo(before, 2));
        Assert.Null((before with { Statement = "S-1", Number = 1, OpeningMinor = 11_500, To = Thirtieth.AddYears(1) }).GapTo(before, 2)); // a new year's first
        Assert.NotNull((before with { Statement = "S-1", Number = 1, OpeningMinor = 11_500 }).GapTo(before, 2));
        Assert.Contains("closed with 115.00, this one opens with 120.00", (before with { Number = 6, OpeningMinor = 12_000 }).GapTo(before, 2), StringComparison.Ordinal);
        Assert.Contains("number is 7", (before with { Number = 7, OpeningMinor = 11_500 }).GapTo(before, 2), StringComparison.Ordinal);
        Assert.Null(before.GapTo(null, 2));
    }

    [Fact]
    public void File_CutAnywhere_IsRefused_AndNeverThrows()
    {
        var bytes = Encoding.UTF8.GetBytes(CamtSamples.Cooperative());
        for (var n = 0; n < bytes.Length; n += 3) Assert.NotNull(Document(bytes[..n], new CamtReader(2)).Refusal);
    }

    [Fact]
    public void AnyTextInAnyPlace_IsReadOrRefused_AndNeverThrows()
    {
        var text = CamtSamples.Cooperative();
        Gen.Select(Gen.Int[0, text.Length - 1], Gen.String[Gen.Char["<>/&\"' 0123456789.-AZaz\u00e4\u20ac"], 0, 6]).Sample((at, put) =>
        {
            _ = Read(text[..at] + put + text[at..]);
        });
    }

    [Theory]
    [InlineData("DE89 3704 0044 0532 0130 00", "DE89370400440532013000")]
    [InlineData("gb29nwbk60161331926819", "GB29NWBK60161331926819")]
    [InlineData("DE88370400440532013000", null)]
    [InlineData("DE8937040044053201300", null)]
    [InlineData("DE89-3704", null)]
    [InlineData("", null)]
    public void Iban_IsCheckedByItsDigits(string text, string? iban) => Assert.Equal(iban, Iban.Parse(text));

    [Fact]
    public void Iban_WithAnyDigitChanged_IsNone() => Gen.Select(Gen.Int[2, 21], Gen.Int[1, 9]).Sample((at, by) =>
        Assert.Null(Iban.Parse(CamtSamples.Iban[..at] + (char)('0' + ((CamtSamples.Iban[at] - '0' + by) % 10)) + CamtSamples.Iban[(at + 1)..])));

    [Theory]
    [InlineData(1L, 2L, "2026-01-29", "2026-01-30", 100, true)]
    [InlineData(1L, 3L, "2026-01-29", "2026-01-30", 100, false)] // one is missing
    [InlineData(1L, 2L, "2026-01-29", "2026-01-30", 101, false)]
    [InlineData(null, null, "2026-01-29", "2026-01-30", 100, true)]
    [InlineData(null, null, "2026-01-30", "2026-01-30", 100, true)] // a copy of the first would open with what that one opened with
    [InlineData(1L, 2L, "2026-01-30", "2026-01-30", 100, true)]
    [InlineData(250L, 1L, "2026-01-29", "2026-01-30", 100, false)] // the year has not changed
    [InlineData(null, null, "2026-01-30", "2026-01-30", 101, false)]
    public void Statement_GoesOnFromAnother_OnlyWhereItCannotBeItsCopy(long? first, long? second, string to, string next, long opening, bool goesOn)
    {
        var before = new KeptStatement("giro", "A", first, On(to), On(to), 0, 100, 1);
        Assert.Equal(goesOn, new KeptStatement("giro", "B", second, On(to), On(next), opening, 0, 1).GoesOnFrom(before, 2));
    }

    [Theory]
    [InlineData(null, null, "2026-01-30", "2026-01-30", false)] // swept to 0.00: its copy would fit too
    [InlineData(null, null, "2026-01-30", "2026-01-31", false)] // nor does one of both days
    [InlineData(null, null, "2026-01-31", "2026-01-31", true)]
    [InlineData(1L, 2L, "2026-01-30", "2026-01-30", true)]
    public void Statement_OfAnAccountSweptEveryDay_GoesOnOnlyByNumberOrDay(long? first, long? second, string from, string to, bool goesOn) =>
        Assert.Equal(goesOn, new KeptStatement("giro", "B", second, On(from), On(to), 0, 0, 2).GoesOnFrom(new KeptStatement("giro", "A", first, On("2026-01-30"), On("2026-01-30"), 0, 0, 2), 2));

    [Fact]
    public void Statement_OfAWeek_GoesOnFromNoneOfItsDays()
    {
        var (monday, tuesday) = (new KeptStatement("giro", "1", null, On("2026-01-26"), On("2026-01-26"), 100, 150, 1), new KeptStatement("giro", "2", null, On("2026-01-27"), On("2026-01-27"), 150, 100, 1));
        var week = new KeptStatement("giro", "W", null, On("2026-01-26"), On("2026-01-27"), 100, 100, 2);
        Assert.Equal("2", week.Before([monday, tuesday])!.Statement);
        Assert.False(week.GoesOnFrom(tuesday, 2)); // though it opens with what that one closes with
        Assert.True(tuesday.GoesOnFrom(monday, 2));
    }

    [Fact]
    public void StatementBefore_IsByDayAndNumber_ElseByItsBalance_AndNeverACopy()
    {
        KeptStatement Of(string id, long? number, string to, long opening, long closing) => new("giro", id, number, On(to), On(to), opening, closing, 1);
        var (first, second, copy, later) = (Of("A", null, "2026-01-30", 100, 110), Of("B", null, "2026-01-30", 110, 120), Of("B2", null, "2026-01-30", 110, 120), Of("C", null, "2026-01-31", 120, 121));
        KeptStatement[] all = [later, copy, second, first, Of("0", null, "2026-01-29", 0, 100)];
        Assert.Equal(("0", "A", "A", "A"), (first.Before(all)!.Statement, second.Before(all)!.Statement, copy.Before(all)!.Statement, first.After([first, later, second]) is { Statement: "B" } ? "A" : ""));
        Assert.Equal("C", second.After(all)!.Statement);
        Assert.Equal("B", later.Before([second, first, later])!.Statement); // of one day the one whose balance fits
        Assert.Equal("B", later.Before([first, second, later])!.Statement);
    }

    private static DateOnly On(string text) => DateOnly.ParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture);

    [Fact]
    public void Text_LongerThanAnyBankWrites_IsRefused_AndTheFirstOpeningCounts()
    {
        Assert.Equal("bank/text", Read(CamtSamples.Savings().Replace("Kunde und Soehne", new string('x', 501), StringComparison.Ordinal)).Refusal!.Code);
        var twoDays = CamtSamples.Savings().Replace("<Ntry>", CamtSamples.Balance("OPBD", "7.00", "2026-01-30") + CamtSamples.Balance("OPBD", "100.00", "2026-01-29") + "<Ntry>", StringComparison.Ordinal);
        Assert.Equal(10_000, Read(twoDays.Replace("PRCD", "CLAV", StringComparison.Ordinal)).Value!.Statements[0].Opening!.AmountMinor);
    }

    private static Outcome<CamtFile> Read(string xml)
    {
        var reader = new CamtReader(2);
        return Document(Encoding.UTF8.GetBytes(xml), reader).Is(out var root, out var refusal) ? reader.End(root) : refusal;
    }

    /// <summary>A stream in memory is read at once.</summary>
    private static Outcome<XElement> Document(byte[] xml, CamtReader reader) => SafeXml.ReadAsync(new MemoryStream(xml), 100_000, CamtReader.Entry, reader.Take).GetAwaiter().GetResult();
}
