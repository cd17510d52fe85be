using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.IO.Compression;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Xml.Linq;
using BackOffice.AzuriteTests.Ledger;
using CsvHelper;
using CsvHelper.Configuration;

namespace BackOffice.AzuriteTests.Exchange;

/// <summary>The auditor's package, checked as its own page tells.</summary>
[Collection(nameof(CompanyYear))]
public sealed class AuditorHttpTests(CompanyYear year)
{
    [Fact]
    public async Task Package_HasTheJournalTheLedgerHas_AndItsChainIsCheckedBySha256Alone()
    {
        var made = (await year.Book.SendAsync(HttpMethod.Post, "/exports/auditor", "{}")).Is(HttpStatusCode.Created).Json;
        var files = await FilesAsync(made.Text("href"));

        Assert.Equal(made.List("files").Select(file => (file.Text("name"), file.Text("sha256"))), files.Select(file => (file.Key, Convert.ToHexStringLower(SHA256.HashData(file.Value)))));
        Assert.Equal(["accounts.csv", "chain.txt", "index.xml", "journal.csv", "parameters.csv", "parties.csv", "readme.html"], files.Keys.Order(StringComparer.Ordinal));

        var chain = Encoding.UTF8.GetString(files["chain.txt"]).TrimEnd('\n').Split('\n');
        Assert.Equal((-1, await year.Book.HeadHashAsync()), Walk(chain));
        string[] changed = [.. chain];
        changed[5] = changed[5].Replace("\"credit\":\"", "\"credit\":\"1", StringComparison.Ordinal).Replace("\"name\":\"", "\"name\":\"1", StringComparison.Ordinal);
        Assert.NotEqual(chain[5], changed[5]);
        Assert.Equal(5, Walk(changed).Broken);
        Assert.Equal(9, Walk([.. chain[..9], .. chain[10..]]).Broken);

        var journal = Rows(files["journal.csv"]);
        var records = chain.ToDictionary(line => line[..64], line => line[65..], StringComparer.Ordinal);
        Assert.All(journal, row => Assert.Contains($"\"{row["Id"]}\"", records[row["Satzhash"]], StringComparison.Ordinal));
        Assert.Equal(await year.Book.EntriesAsync(), journal.Select(row => row["Nummer"]).Distinct(StringComparer.Ordinal).Count());
        var sums = journal.GroupBy(row => row["Konto"], StringComparer.Ordinal).Select(rows => (Account: rows.Key, Balance: rows.Sum(row => Number(row["Soll"]) - Number(row["Haben"])))).Where(one => one.Balance != 0)
            .ToDictionary(one => one.Account, one => one.Balance.ToString("0.00", CultureInfo.InvariantCulture));
        Assert.Equal((await year.Book.BalancesAsync()).OrderBy(one => one.Key, StringComparer.Ordinal), sums.OrderBy(one => one.Key, StringComparer.Ordinal));
        foreach (var row in Rows(files["parties.csv"]))
            Assert.Equal(journal.Where(line => line["Konto"] == row["Konto"] && line["Partei"] == row["Partei"]).Sum(line => Number(line["Soll"]) - Number(line["Haben"])), Number(row["Saldo"]));
    }

    [Fact]
    public async Task Index_NamesEveryTable_AndItsColumnsInTheirOrder()
    {
        var made = (await year.Book.SendAsync(HttpMethod.Post, "/exports/auditor", """{"from":"2025-03-01","to":"2025-03-31"}""")).Is(HttpStatusCode.Created).Json;
        var files = await FilesAsync(made.Text("href"));

        var settings = new System.Xml.XmlReaderSettings { DtdProcessing = System.Xml.DtdProcessing.Ignore, XmlResolver = null };
        using var reader = System.Xml.XmlReader.Create(new MemoryStream(files["index.xml"]), settings);
        var tables = XDocument.Load(reader).Descendants("Table").ToList();
        Assert.Equal(["journal.csv", "accounts.csv", "parties.csv", "parameters.csv"], tables.Select(table => table.Element("URL")!.Value));
        foreach (var table in tables)
        {
            var columns = table.Element("VariableLength")!.Elements().Where(element => element.Name.LocalName is "VariablePrimaryKey" or "VariableColumn").ToList();
            Assert.Equal(Encoding.UTF8.GetString(files[table.Element("URL")!.Value]).Split("\r\n")[0], string.Join(';', columns.Select(column => $"\"{column.Element("Name")!.Value}\"")));
            Assert.All(table.Descendants("Numeric").Elements("Accuracy"), accuracy => Assert.Equal("2", accuracy.Value));
            Assert.Equal(table.Element("URL")!.Value is "journal.csv" or "parties.csv" ? ["Konto", "Konten"] : [], table.Descendants("ForeignKey").Elements().Select(element => element.Value));
            var keys = columns.TakeWhile(column => column.Name.LocalName == "VariablePrimaryKey").Select(column => column.Element("Name")!.Value).ToList();
            var rows = Rows(files[table.Element("URL")!.Value]);
            if (table.Element("URL")!.Value != "parameters.csv") Assert.Equal(rows.Count, rows.Select(row => string.Join('|', keys.Select(key => row[key]))).Distinct(StringComparer.Ordinal).Count());
        }

        Assert.All(Rows(files["journal.csv"]), row => Assert.StartsWith("2025-03-", row["Buchungsdatum"], StringComparison.Ordinal));
        (await year.Book.TryGetAsync("/exports/auditor/99/file")).IsProblem(HttpStatusCode.NotFound, "case/unknown");
        (await year.Book.SendAsync(HttpMethod.Post, "/exports/auditor", """{"from":"2025-03-02","to":"2025-03-01"}""")).IsProblem(HttpStatusCode.UnprocessableEntity, "exchange/dates", "to");
    }

    [Fact]
    public async Task Package_IsTheSameBytes_AfterAccountsAndTheBookWereNamedAnew()
    {
        var made = (await year.Book.SendAsync(HttpMethod.Post, "/exports/auditor", """{"from":"2025-01-01"}""")).Is(HttpStatusCode.Created).Json;
        var zip = await year.Book.BytesAsync(made.Text("href"));
        Assert.Equal(zip, await year.Book.BytesAsync(made.Text("href")));

        // Records without an entry, after the package's last one.
        Assert.True((await year.Book.PutAccountsAsync("""[{"account":"1200","name":"Hausbank","type":"asset"},{"account":"4999","name":"Neu","type":"expense"}]""")).Status is HttpStatusCode.OK or HttpStatusCode.Created);
        (await year.Book.SendAsync(HttpMethod.Put, "", """{"name":"Muster Handel AG","currency":"EUR"}""")).Is(HttpStatusCode.OK);
        Assert.Equal(zip, await year.Book.BytesAsync(made.Text("href")));

        var later = await FilesAsync((await year.Book.SendAsync(HttpMethod.Post, "/exports/auditor", "{}")).Is(HttpStatusCode.Created).Json.Text("href"));
        Assert.Equal("Hausbank", Rows(later["accounts.csv"]).Single(row => row["Konto"] == "1200")["Name"]);
        Assert.Contains("Muster Handel AG", Encoding.UTF8.GetString(later["index.xml"]), StringComparison.Ordinal);
    }

    /// <summary>The page's commands as they stand there, on the chain's beginning.</summary>
    [Fact]
    public async Task Commands_OfThePage_CheckTheChain_AndFindAPlantedChange()
    {
        var made = (await year.Book.SendAsync(HttpMethod.Post, "/exports/auditor", "{}")).Is(HttpStatusCode.Created).Json;
        var files = await FilesAsync(made.Text("href"));
        var page = Encoding.UTF8.GetString(files["readme.html"]);
        var commands = WebUtility.HtmlDecode(page[(page.IndexOf("<pre>", StringComparison.Ordinal) + 5)..page.IndexOf("</pre>", StringComparison.Ordinal)]);
        string[] chain = [.. Encoding.UTF8.GetString(files["chain.txt"]).Split('\n').Take(20)];

        Assert.Equal(chain[^1][..64], await ShellAsync(commands, chain));
        var changed = chain[7].Insert(chain[7].Length - 1, " ");
        Assert.StartsWith($"broken: {changed[..64]}", await ShellAsync(commands, [.. chain[..7], changed, .. chain[8..]]), StringComparison.Ordinal);
    }

    private static async Task<string> ShellAsync(string commands, string[] chain)
    {
        var folder = Directory.CreateTempSubdirectory("auditor-");
        try
        {
            await File.WriteAllTextAsync(Path.Combine(folder.FullName, "chain.txt"), string.Join('\n', chain) + "\n", TestContext.Current.CancellationToken);
            using var shell = Start(new ProcessStartInfo("bash", ["-c", "command -v xxd sha256sum > /dev/null || exit 99; " + commands]) { WorkingDirectory = folder.FullName, RedirectStandardOutput = true });
            var output = await shell.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
            await shell.WaitForExitAsync(TestContext.Current.CancellationToken);
            Assert.SkipWhen(shell.ExitCode == 99, "xxd and sha256sum are not installed: apt-get install xxd coreutils");
            return output.Trim();
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception)
        {
            Assert.Skip("bash is not installed");
            throw;
        }
    }

    /// <summary>What the page tells: the place of the first line whose hash is not what it must be, −1 when there is none, and the last hash.</summary>
    private static (int Broken, string Hash) Walk(string[] lines)
    {
        var hash = new byte[32];
        for (var n = 0; n < lines.Length; n++)
        {
            var digest = SHA256.HashData(Encoding.UTF8.GetBytes(lines[n][65..]));
            hash = SHA256.HashData([.. hash, .. digest]);
            if (Convert.ToHexStringLower(hash) != lines[n][..64]) return (n, "");
        }

        return (-1, Convert.ToHexStringLower(hash));
    }

    private async Task<Dictionary<string, byte[]>> FilesAsync(string href)
    {
        using var zip = new ZipArchive(new MemoryStream(await year.Book.BytesAsync(href)));
        Dictionary<string, byte[]> files = [];
        foreach (var entry in zip.Entries)
        {
            using var bytes = new MemoryStream();
            await using var stream = await entry.OpenAsync(TestContext.Current.CancellationToken);
            await stream.CopyToAsync(bytes, TestContext.Current.CancellationToken);
            files.Add(entry.FullName, bytes.ToArray());
        }

        return files;
    }

    private static List<Dictionary<string, string>> Rows(byte[] file)
    {
        using var csv = new CsvReader(new StringReader(Encoding.UTF8.GetString(file)), new CsvConfiguration(CultureInfo.InvariantCulture) { Delimiter = ";" });
        csv.Read();
        csv.ReadHeader();
        List<Dictionary<string, string>> rows = [];
        while (csv.Read()) rows.Add(csv.HeaderRecord!.ToDictionary(name => name, name => csv.GetField(name)!, StringComparer.Ordinal));
        return rows;
    }

    private static decimal Number(string text) => text.Length == 0 ? 0 : decimal.Parse(text.Replace(',', '.'), CultureInfo.InvariantCulture);
}
