using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using CsvHelper;

namespace BackOffice.AzuriteTests.Ledger;

/// <summary>Another program as witness: hledger checks and adds up the exported journal, and has to come to every balance that the trial balance shows.</summary>
[Collection(nameof(CompanyYear))]
public sealed class HledgerTests(CompanyYear year)
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
            await File.WriteAllBytesAsync(journal, await year.Book.BytesAsync("/exports/hledger"), TestContext.Current.CancellationToken);
            await RunAsync(["check", "--file", journal]);
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

    /// <summary>Balances before a day by account, without those that are zero.</summary>
    private static async Task<Dictionary<string, string>> BalancesAsync(string journal, DateOnly before)
    {
        var output = await RunAsync(["balance", "--file", journal, "--end", before.ToString("o", CultureInfo.InvariantCulture), "--flat", "--no-total", "--output-format", "csv"]);
        using var csv = new CsvReader(new StringReader(output), CultureInfo.InvariantCulture);
        csv.Read();
        csv.ReadHeader();
        var balances = new Dictionary<string, string>(StringComparer.Ordinal);
        while (csv.Read()) balances.Add(csv.GetField("account")!.Split(':')[1], csv.GetField("balance")!.Replace("EUR ", "", StringComparison.Ordinal));
        return balances;
    }

    private static async Task<string> RunAsync(string[] arguments)
    {
        using var hledger = Start(new ProcessStartInfo("hledger", arguments) { RedirectStandardOutput = true, RedirectStandardError = true });
        var faults = hledger.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var output = await hledger.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await hledger.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(hledger.ExitCode == 0, await faults);
        return output;
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
