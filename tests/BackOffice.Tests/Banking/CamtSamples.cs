using System.Globalization;
using System.Text;

namespace BackOffice.Tests.Banking;

/// <summary>Bank statements in the shapes in which three kinds of banks send them, written by hand.</summary>
internal static class CamtSamples
{
    public const string Iban = "DE89370400440532013000";

    /// <summary>A savings bank's: version 2, PRCD for the opening balance, one detail a line, purpose in several Ustrd, reference NOTPROVIDED.</summary>
    public static string Savings(string opening = "100.00", string closing = "204.00") => Document("053", "02", "BkToCstmrStmt", "Stmt", $"""
        <Id>0352C5320131227220503</Id><ElctrncSeqNb>130000005</ElctrncSeqNb><CreDtTm>2026-01-30T22:05:03+01:00</CreDtTm>
        <Acct><Id><IBAN>{Iban}</IBAN></Id><Ccy>EUR</Ccy><Ownr><Nm>Acme GmbH</Nm></Ownr></Acct>
        {Balance("PRCD", opening, "2026-01-29")}{Balance("CLBD", closing, "2026-01-30")}
        <Ntry><Amt Ccy="EUR">119.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts><BookgDt><Dt>2026-01-30</Dt></BookgDt><ValDt><Dt>2026-01-30</Dt></ValDt><AcctSvcrRef>2026013000001</AcctSvcrRef>
          <BkTxCd><Prtry><Cd>NTRF+166</Cd></Prtry></BkTxCd>
          <NtryDtls><TxDtls><Refs><EndToEndId>NOTPROVIDED</EndToEndId></Refs><AmtDtls><TxAmt><Amt Ccy="EUR">119.00</Amt></TxAmt></AmtDtls>
            <RltdPties><Dbtr><Nm>Kunde und Soehne</Nm></Dbtr><DbtrAcct><Id><IBAN>DE02120300000000202051</IBAN></Id></DbtrAcct></RltdPties>
            <RmtInf><Ustrd>RE R-1</Ustrd><Ustrd>VIELEN DANK</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>
        <Ntry><Amt Ccy="EUR">15.00</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts>BOOK</Sts><BookgDt><Dt>2026-01-30</Dt></BookgDt><ValDt><Dt>2026-01-30</Dt></ValDt><AcctSvcrRef>2026013000002</AcctSvcrRef><BkTxCd><Prtry><Cd>NCHG+808</Cd></Prtry></BkTxCd><AddtlNtryInf>ENTGELT</AddtlNtryInf></Ntry>
        <Ntry><Amt Ccy="EUR">7.00</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts>PDNG</Sts><BookgDt><Dt>2026-01-31</Dt></BookgDt><BkTxCd/></Ntry>
        """);

    /// <summary>A cooperative's: version 8, <c>Sts/Cd</c>, <c>Pty/Nm</c>, a batch of two payments with amounts of their own, a return.</summary>
    public static string Cooperative() => Document("053", "08", "BkToCstmrStmt", "Stmt", $"""
        <Id>STMT-2026-7</Id><LglSeqNb>7</LglSeqNb><CreDtTm>2026-01-30T20:00:00+01:00</CreDtTm><Acct><Id><IBAN>{Iban}</IBAN></Id></Acct>
        {Balance("OPBD", "1000.00", "2026-01-30")}{Balance("CLBD", "1020.00", "2026-01-30")}
        <Ntry><NtryRef>1</NtryRef><Amt Ccy="EUR">30.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts><BookgDt><DtTm>2026-01-30T08:00:00+01:00</DtTm></BookgDt><AcctSvcrRef>B1</AcctSvcrRef><BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>RCDT</Cd><SubFmlyCd>ESCT</SubFmlyCd></Fmly></Domn></BkTxCd>
          <NtryDtls><Btch><PmtInfId>BATCH-1</PmtInfId><NbOfTxs>2</NbOfTxs></Btch>
            <TxDtls><Refs><EndToEndId>R-10</EndToEndId></Refs><Amt Ccy="EUR">10.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><RltdPties><Dbtr><Pty><Nm>A</Nm></Pty></Dbtr></RltdPties></TxDtls>
            <TxDtls><Refs><EndToEndId>R-20</EndToEndId></Refs><Amt Ccy="EUR">20.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><RltdPties><Dbtr><Pty><Nm>B</Nm></Pty></Dbtr></RltdPties><RmtInf><Strd><CdtrRefInf><Ref>RF18539007547034</Ref></CdtrRefInf></Strd></RmtInf></TxDtls></NtryDtls></Ntry>
        <Ntry><NtryRef>2</NtryRef><Amt Ccy="EUR">10</Amt><CdtDbtInd>DBIT</CdtDbtInd><RvslInd>true</RvslInd><Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>2026-01-30</Dt></BookgDt><AcctSvcrRef>B2</AcctSvcrRef><BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>RCDT</Cd><SubFmlyCd>ESCT</SubFmlyCd></Fmly></Domn></BkTxCd>
          <NtryDtls><TxDtls><Amt Ccy="EUR">10.00</Amt><CdtDbtInd>DBIT</CdtDbtInd><RltdPties><Cdtr><Pty><Nm>C</Nm></Pty></Cdtr></RltdPties><RtrInf><Rsn><Cd>AC04</Cd></Rsn></RtrInf></TxDtls></NtryDtls></Ntry>
        """);

    /// <summary>A large bank's: two statements in a file, a negative balance, a batch summed up without amounts of its parts, no details at all.</summary>
    public static string Large() => Document("053", "02", "BkToCstmrStmt", "Stmt", $"""
        <Id>A</Id><ElctrncSeqNb>1</ElctrncSeqNb><CreDtTm>2026-01-30T20:00:00+01:00</CreDtTm><Acct><Id><IBAN>{Iban}</IBAN></Id><Ccy>EUR</Ccy></Acct>
        <Bal><Tp><CdOrPrtry><Cd>OPBD</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">50.00</Amt><CdtDbtInd>DBIT</CdtDbtInd><Dt><Dt>2026-01-29</Dt></Dt></Bal>{Balance("CLBD", "0", "2026-01-29")}{Balance("CLAV", "99.00", "2026-01-29")}
        <Ntry><Amt Ccy="EUR">50.0000</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts><BookgDt><Dt>2026-01-29</Dt></BookgDt><BkTxCd/><NtryDtls><Btch><MsgId>M-1</MsgId></Btch><TxDtls/><TxDtls/></NtryDtls></Ntry>
        """, $"""
        <Id>B</Id><ElctrncSeqNb>2</ElctrncSeqNb><CreDtTm>2026-01-30T20:00:00+01:00</CreDtTm><Acct><Id><IBAN>{Iban}</IBAN></Id><Ccy>EUR</Ccy></Acct>
        {Balance("OPBD", "0.00", "2026-01-29")}{Balance("CLBD", "0.00", "2026-01-30")}
        """);

    public static string Document(string kind, string version, string root, string part, params string[] parts)
    {
        var text = new StringBuilder("""<?xml version="1.0" encoding="UTF-8"?>""" + "\n");
        text.Append(CultureInfo.InvariantCulture, $"<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.{kind}.001.{version}\"><{root}><GrpHdr><MsgId>MSG-1</MsgId><CreDtTm>2026-01-30T20:00:00+01:00</CreDtTm></GrpHdr>");
        foreach (var one in parts) text.Append(CultureInfo.InvariantCulture, $"<{part}>{one}</{part}>");
        return text.Append(CultureInfo.InvariantCulture, $"</{root}></Document>").ToString();
    }

    public static string Balance(string code, string amount, string date) =>
        $"<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy=\"EUR\">{amount}</Amt><CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>{date}</Dt></Dt></Bal>";
}
