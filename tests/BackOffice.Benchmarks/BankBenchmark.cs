using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using BackOffice.Banking;
using BackOffice.Kernel;
using BackOffice.LocalWorker;
using static BackOffice.Benchmarks.NightBenchmark;

namespace BackOffice.Benchmarks;

/// <summary>
/// A bank statement of many lines against as many open items: eight lines in ten name their document, one comes from a party's account with the amount of its only such item, one is nobody's. It proves its own result: each line became what it had to, the bank's account is the closing balance, and the file sent again changes nothing.
/// Azurite holds its rows in memory here.
/// </summary>
internal static class BankBenchmark
{
    private const string Book = "bank";
    private const string Iban = "DE89370400440532013000";
    private static readonly DateTimeOffset Now = new(2026, 1, 31, 11, 0, 0, TimeSpan.Zero);

    public static async Task RunAsync(int lines)
    {
        await IntakeAsync(200); // what is first compiled must not be counted as growth
        Console.WriteLine();
        Console.WriteLine("| statement of | taken in | lines a second | storage operations a line | sent again | memory allocated a line |");
        Console.WriteLine("|---|---:|---:|---:|---:|---:|");
        var small = await PrintAsync(lines / 10);
        var large = await PrintAsync(lines);
        Console.WriteLine($"| ratio | {large.Measured.Seconds / small.Measured.Seconds:0.0} | | | {large.Again / small.Again:0.0} | |");
        PrintKinds(large.Measured, lines, "line");
    }

    private static async Task<Intake> PrintAsync(int lines)
    {
        var intake = await IntakeAsync(lines);
        Console.WriteLine($"| {lines:N0} lines | {intake.Measured.Seconds:0.0} s | {lines / intake.Measured.Seconds:N0} | {(double)intake.Measured.Operations / lines:0.00} | {intake.Again:0.00} s | {intake.AllocatedBytes / 1024 / lines:N0} KiB |");
        return intake;
    }

    private sealed record Intake(Measured Measured, double Again, long AllocatedBytes);

    private static async Task<Intake> IntakeAsync(int lines)
    {
        await using var azurite = await AzuriteProcess.StartAsync(new AzuriteOptions());
        await using var app = await HostedApp.StartAsync(azurite, Now, "Accounting,Auditor");
        await app.SendAsync(HttpMethod.Put, $"books/{Book}", """{"name":"Benchmark","currency":"EUR","chart":"SKR03"}""");
        await app.SendAsync(HttpMethod.Put, $"books/{Book}/bank-accounts/giro", $$"""{"iban":"{{Iban}}","holder":"Benchmark","account":"1200"}""");
        await CaseSeed.CasesAsync(azurite, "Payees", Book, Enumerable.Range(0, lines).Select(n => new CaseChange(Party(n), new CaseStep(1, Now, "bench", "put", "{}"), BankTables.Write(new Payee(Party(n), [IbanOf(n)])), "put:1")));
        var invoices = string.Join('\n', Enumerable.Range(0, lines).Select(Invoice));
        using (var content = new StringContent(invoices, Encoding.UTF8, "application/x-ndjson"))
        {
            using var answer = await app.Client.PostAsync(new Uri($"/api/books/{Book}/imports", UriKind.Relative), content);
            var text = await answer.Content.ReadAsStringAsync();
            if (!answer.IsSuccessStatusCode || !text.Contains("\"rejectedCount\":0", StringComparison.Ordinal)) throw new InvalidOperationException(text[..Math.Min(500, text.Length)]);
        }

        var statement = Statement(lines);
        using var operations = new StorageOperations(azurite);
        var allocated = GC.GetTotalAllocatedBytes();
        var clock = Stopwatch.StartNew();
        var taken = await UploadAsync(app, statement);
        var seconds = clock.Elapsed.TotalSeconds;
        allocated = GC.GetTotalAllocatedBytes() - allocated;
        var (total, kinds) = operations.Read();
        clock.Restart();
        var again = await UploadAsync(app, statement);
        var repeated = clock.Elapsed.TotalSeconds;

        var strangers = Enumerable.Range(0, lines).Count(IsStrange);
        Must(taken.GetProperty("posted").GetInt32() == lines - strangers && taken.GetProperty("waiting").GetInt32() == strangers, taken);
        Must(again.GetProperty("posted").GetInt32() == lines - strangers && again.GetProperty("waiting").GetInt32() == strangers, again);
        var bank = (await app.GetAsync($"books/{Book}/trial-balance?on=2026-01-31")).GetProperty("accounts").EnumerateArray().Single(account => account.GetProperty("account").GetString() == "1200");
        Must(bank.GetProperty("balance").GetString() == Amount.Format(Enumerable.Range(0, lines).Where(n => !IsStrange(n)).Sum(Minor), 2), bank);
        return new Intake(new Measured(seconds, 0, 0, 0, total, kinds), repeated, allocated);
    }

    private static async Task<JsonElement> UploadAsync(HostedApp app, string statement)
    {
        using var content = new StringContent(statement, Encoding.UTF8, "application/xml");
        using var answer = await app.Client.PostAsync(new Uri($"/api/books/{Book}/bank-statements", UriKind.Relative), content);
        var text = await answer.Content.ReadAsStringAsync();
        return answer.IsSuccessStatusCode ? JsonDocument.Parse(text).RootElement.GetProperty("statements")[0] : throw new InvalidOperationException(text);
    }

    private static bool IsStrange(int n) => n % 10 == 9;

    private static string Party(int n) => string.Create(CultureInfo.InvariantCulture, $"p-{n:D6}");

    private static long Minor(int n) => 1_000 + (n * 7);

    private static string Invoice(int n) => string.Create(CultureInfo.InvariantCulture,
        $$"""{"id":"R-{{n:D6}}","date":"2026-01-05","text":"Invoice","lines":[{"account":"1400","debit":"{{Amount.Format(Minor(n), 2)}}","party":"{{Party(n)}}","document":"R-{{n:D6}}","dueDate":"2026-02-05"},{"account":"8400","credit":"{{Amount.Format(Minor(n), 2)}}"}]}""");

    /// <summary>A German account: the check digits make it ≡ 1 (mod 97) with DE as 1314 at its end.</summary>
    private static string IbanOf(int n)
    {
        var account = string.Create(CultureInfo.InvariantCulture, $"12030000{n:D10}");
        var rest = (account + "131400").Aggregate(0, (sum, digit) => ((sum * 10) + (digit - '0')) % 97);
        return string.Create(CultureInfo.InvariantCulture, $"DE{98 - rest:D2}{account}");
    }

    private static string Statement(int lines)
    {
        var text = new StringBuilder();
        static string Balance(string code, long minor) => $"<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy=\"EUR\">{Amount.Format(minor, 2)}</Amt><CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2026-01-30</Dt></Dt></Bal>";
        text.Append(CultureInfo.InvariantCulture, $"<?xml version=\"1.0\" encoding=\"UTF-8\"?><Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.053.001.08\"><BkToCstmrStmt><GrpHdr><MsgId>M</MsgId><CreDtTm>2026-01-30T20:00:00Z</CreDtTm></GrpHdr><Stmt><Id>S-1</Id><CreDtTm>2026-01-30T20:00:00Z</CreDtTm><Acct><Id><IBAN>{Iban}</IBAN></Id><Ccy>EUR</Ccy></Acct>{Balance("OPBD", 0)}{Balance("CLBD", Enumerable.Range(0, lines).Sum(Minor))}");
        for (var n = 0; n < lines; n++)
        {
            var (iban, purpose) = IsStrange(n) ? ("GB29NWBK60161331926819", "no name") : n % 10 == 8 ? (IbanOf(n), "thank you") : (IbanOf(n), string.Create(CultureInfo.InvariantCulture, $"Invoice R-{n:D6} with thanks"));
            text.Append(CultureInfo.InvariantCulture, $"<Ntry><Amt Ccy=\"EUR\">{Amount.Format(Minor(n), 2)}</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>2026-01-30</Dt></BookgDt><AcctSvcrRef>{n}</AcctSvcrRef><BkTxCd/><NtryDtls><TxDtls><RltdPties><Dbtr><Pty><Nm>Party</Nm></Pty></Dbtr><DbtrAcct><Id><IBAN>{iban}</IBAN></Id></DbtrAcct></RltdPties><RmtInf><Ustrd>{purpose}</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>");
        }

        return text.Append("</Stmt></BkToCstmrStmt></Document>").ToString();
    }
}
