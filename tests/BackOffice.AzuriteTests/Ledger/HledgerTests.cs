using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
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
            await File.WriteAllBytesAsync(journal, await FileAsync(), TestContext.Current.CancellationToken);
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

    [Fact]
    public async Task File_IsTheSameBytesEachTime_OfItsDatesAlone_AndAnExportLikeOthers()
    {
        var made = (await year.Book.SendAsync(HttpMethod.Post, "/exports/hledger", """{"from":"2025-03-01","to":"2025-03-31"}""")).Is(HttpStatusCode.Created).Json;
        var bytes = await year.Book.BytesAsync(made.Text("href"));
        Assert.Equal(made.List("files").Single().Text("sha256"), Convert.ToHexStringLower(SHA256.HashData(bytes)));
        Assert.Equal(bytes, await year.Book.BytesAsync(made.Text("href")));
        var dates = Encoding.UTF8.GetString(bytes).Split('\n').Where(line => line.StartsWith("20", StringComparison.Ordinal)).Select(line => line[..7]).ToList();
        Assert.Equal(made.List("files").Single().Number("items"), dates.Count);
        Assert.All(dates, date => Assert.Equal("2025-03", date));
        Assert.Contains((await year.Book.GetAsync("/exports")).List("exports"), export => export.Text("kind") == "hledger" && export.List("files").Single().Text("sha256") == made.List("files").Single().Text("sha256"));
        (await year.Book.TryGetAsync("/exports/hledger/999/file")).IsProblem(HttpStatusCode.NotFound, "case/unknown");
        (await year.Book.SendAsync(HttpMethod.Post, "/exports/hledger", """{"from":"2025-03-31","to":"2025-03-01"}""")).IsProblem(HttpStatusCode.UnprocessableEntity, "exchange/dates", "to");
    }

    private async Task<byte[]> FileAsync() => await year.Book.BytesAsync((await year.Book.SendAsync(HttpMethod.Post, "/exports/hledger", "{}")).Is(HttpStatusCode.Created).Json.Text("href"));

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
