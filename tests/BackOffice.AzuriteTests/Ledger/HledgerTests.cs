using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using CsvHelper;

namespace BackOffice.AzuriteTests.Ledger;

/// <summary>Another program as witness: hledger adds up the journal as it is read back, and has to come to every balance that the trial balance shows.</summary>
public sealed class HledgerTests(CompanyYear year) : IClassFixture<CompanyYear>
{
    [Theory]
    [InlineData("2025-01-31")]
    [InlineData("2025-08-31")]
    [InlineData("2025-12-31")]
    [InlineData("2026-01-01")]
    public async Task TrialBalance_OfTheCompanysYear_IsWhatHledgerAddsUp(string on)
    {
        var journal = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(journal, ToHledger(await year.Book.JournalAsync("?limit=50")), TestContext.Current.CancellationToken);
            var theirs = await BalancesAsync(journal, DateOnly.ParseExact(on, "o", CultureInfo.InvariantCulture).AddDays(1));

            var ours = await year.Book.BalancesAsync($"?on={on}");

            Assert.NotEmpty(theirs);
            Assert.Equal(theirs.OrderBy(account => account.Key, StringComparer.Ordinal), ours.OrderBy(account => account.Key, StringComparer.Ordinal));
        }
        finally
        {
            File.Delete(journal);
        }
    }

    /// <summary>A transaction an entry, credits negative: <c>2025-01-03 (3) MI-01</c>, then <c>    4210  1450.00</c> a line.</summary>
    private static string ToHledger(List<JsonElement> entries)
    {
        var journal = new StringBuilder("decimal-mark .\n\n");
        foreach (var entry in entries)
        {
            journal.Append(CultureInfo.InvariantCulture, $"{entry.Text("date")} ({entry.Number("number")}) {entry.Text("id")}\n");
            foreach (var line in entry.List("lines"))
                journal.Append(CultureInfo.InvariantCulture, $"    {line.Text("account")}  {(line.TryGetProperty("debit", out var debit) ? debit.GetString() : "-" + line.Text("credit"))}\n");
            journal.Append('\n');
        }

        return journal.ToString();
    }

    /// <summary>Balances before a day by account, without those that are zero.</summary>
    private static async Task<Dictionary<string, string>> BalancesAsync(string journal, DateOnly before)
    {
        var start = new ProcessStartInfo("hledger") { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in (string[])["balance", "--file", journal, "--end", before.ToString("o", CultureInfo.InvariantCulture), "--flat", "--no-total", "--output-format", "csv"]) start.ArgumentList.Add(argument);
        using var hledger = Start(start);
        var faults = hledger.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var output = await hledger.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await hledger.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(hledger.ExitCode == 0, await faults);

        using var csv = new CsvReader(new StringReader(output), CultureInfo.InvariantCulture);
        csv.Read();
        csv.ReadHeader();
        var balances = new Dictionary<string, string>(StringComparer.Ordinal);
        while (csv.Read()) balances.Add(csv.GetField("account")!, csv.GetField("balance")!);
        return balances;
    }

    private static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception)
        {
            Assert.Skip("hledger is not installed: apt-get install hledger");
            throw;
        }
    }
}
