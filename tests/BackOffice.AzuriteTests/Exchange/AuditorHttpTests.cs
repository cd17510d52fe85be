using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.IO.Compression;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Xml.Linq;
using BackOffice.AzuriteTests.Ledger;
using BackOffice.Exchange;
using BackOffice.Ledger;
using CsvHelper;
using CsvHelper.Configuration;
using Microsoft.Extensions.DependencyInjection;

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
        Assert.Equal(["accounts.csv", "chain.txt", "codes.csv", "gdpdu-01-09-2004.dtd", "index.xml", "journal.csv", "parameters.csv", "parties.csv", "readme.html"], files.Keys.Order(StringComparer.Ordinal));

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
        Assert.All(Rows(files["accounts.csv"]), row =>
        {
            Assert.Equal(0, Number(row["Anfangssaldo"]));
            Assert.Equal(Number(row["Endsaldo"]), Number(row["Soll"]) - Number(row["Haben"]));
            Assert.Equal(sums.GetValueOrDefault(row["Konto"], "0.00"), Number(row["Endsaldo"]).ToString("0.00", CultureInfo.InvariantCulture));
        });
        var parties = Rows(files["parties.csv"]);
        Assert.NotEmpty(parties);
        foreach (var row in parties)
            Assert.Equal(journal.Where(line => line["Konto"] == row["Konto"] && line["Partei"] == row["Partei"]).Sum(line => Number(line["Soll"]) - Number(line["Haben"])), Number(row["Saldo"]));
    }

    [Fact]
    public async Task Index_NamesEveryTable_AndItsColumnsInTheirOrder()
    {
        var made = (await year.Book.SendAsync(HttpMethod.Post, "/exports/auditor", """{"from":"2025-03-01","to":"2025-03-31"}""")).Is(HttpStatusCode.Created).Json;
        var files = await FilesAsync(made.Text("href"));

        // Held against the DTD that is in the package.
        List<string> invalid = [];
        var settings = new System.Xml.XmlReaderSettings { DtdProcessing = System.Xml.DtdProcessing.Parse, ValidationType = System.Xml.ValidationType.DTD, XmlResolver = new Package(files) };
        settings.ValidationEventHandler += (_, e) => invalid.Add(e.Message);
        using (var validating = System.Xml.XmlReader.Create(new MemoryStream(files["index.xml"]), settings, "package:///index.xml"))
            while (validating.Read()) { }
        Assert.Empty(invalid);
        using var reader = System.Xml.XmlReader.Create(new MemoryStream(files["index.xml"]), new System.Xml.XmlReaderSettings { DtdProcessing = System.Xml.DtdProcessing.Ignore, XmlResolver = null });
        var tables = XDocument.Load(reader).Descendants("Table").ToList();
        Assert.Equal(["journal.csv", "accounts.csv", "parties.csv", "codes.csv", "parameters.csv"], tables.Select(table => table.Element("URL")!.Value));
        foreach (var table in tables)
        {
            var columns = table.Element("VariableLength")!.Elements().Where(element => element.Name.LocalName is "VariablePrimaryKey" or "VariableColumn").ToList();
            Assert.Equal(Encoding.UTF8.GetString(files[table.Element("URL")!.Value]).Split("\r\n")[0], string.Join(';', columns.Select(column => $"\"{column.Element("Name")!.Value}\"")));
            Assert.All(columns.Where(column => column.Element("Numeric")?.Element("Accuracy") is not null), column => Assert.Equal(column.Element("Name")!.Value switch { "Kurs" or "Wert" => "12", "Waehrungsbetrag" => "4", _ => "2" }, column.Element("Numeric")!.Element("Accuracy")!.Value));
            Assert.Equal(table.Element("URL")!.Value is "journal.csv" or "parties.csv" ? ["Konto", "Konten"] : [], table.Descendants("ForeignKey").Elements().Select(element => element.Value));
            var keys = columns.TakeWhile(column => column.Name.LocalName == "VariablePrimaryKey").Select(column => column.Element("Name")!.Value).ToList();
            var rows = Rows(files[table.Element("URL")!.Value]);
            if (table.Element("URL")!.Value != "parameters.csv") Assert.Equal(rows.Count, rows.Select(row => string.Join('|', keys.Select(key => row[key]))).Distinct(StringComparer.Ordinal).Count());
        }

        var journal = Rows(files["journal.csv"]);
        Assert.NotEmpty(journal);
        Assert.All(journal, row => Assert.StartsWith("2025-03-", row["Buchungsdatum"], StringComparison.Ordinal));
        // The days' movements lie between the balances of the evening before and of the last day.
        var (before, after) = (await year.Book.BalancesAsync("?on=2025-02-28"), await year.Book.BalancesAsync("?on=2025-03-31"));
        Assert.All(Rows(files["accounts.csv"]), row =>
        {
            Assert.Equal((before.GetValueOrDefault(row["Konto"], "0.00"), after.GetValueOrDefault(row["Konto"], "0.00")), (row["Anfangssaldo"].Replace(',', '.'), row["Endsaldo"].Replace(',', '.')));
            Assert.Equal(journal.Where(line => line["Konto"] == row["Konto"]).Sum(line => Number(line["Soll"])), Number(row["Soll"]));
        });
        Assert.Contains("vom 2025-03-01 bis 2025-03-31", Encoding.UTF8.GetString(files["readme.html"]), StringComparison.Ordinal);
        var codes = Rows(files["codes.csv"]).Select(row => row["Schluessel"]).ToHashSet(StringComparer.Ordinal);
        Assert.All(journal.Select(row => row["Steuerschluessel"]).Concat(Rows(files["accounts.csv"]).SelectMany(row => (string[])[row["Art"], row["Posten"]])).Where(key => key.Length > 0), key => Assert.Contains(key, codes));
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

    /// <summary>One that was sealed by version 0.5.0 still has its files and columns.</summary>
    [Fact]
    public async Task Package_OfAnEarlierLayout_HasItsFilesAndColumns()
    {
        var (auditor, books) = (year.Book.App.Services.GetRequiredService<AuditorExport>(), year.Book.App.Services.GetRequiredService<Books>());
        Assert.True((await books.OpenAsync(year.Book.Id)).Is(out var book, out _));
        Dictionary<string, MemoryStream> files = [];

        var sealedFiles = await auditor.WriteAsync(book, new ExportFile(ExportKind.Auditor, long.MaxValue, [], null, null, DateTimeOffset.UnixEpoch, LastRecord: long.MaxValue), name => Task.FromResult<Stream?>(files[name] = new MemoryStream()), TestContext.Current.CancellationToken);

        Assert.Equal(["index.xml", "journal.csv", "accounts.csv", "parties.csv", "parameters.csv", "chain.txt", "readme.html"], sealedFiles.Select(file => file.Name));
        Assert.Equal("\"Konto\";\"Name\";\"Art\";\"Posten\"", Encoding.UTF8.GetString(files["accounts.csv"].ToArray()).Split('\n')[0]);
        Assert.Equal(23, Encoding.UTF8.GetString(files["journal.csv"].ToArray()).Split('\n')[0].Split(';').Length);
        Assert.Contains("\"0.19\"", Encoding.UTF8.GetString(files["parameters.csv"].ToArray()), StringComparison.Ordinal);
        Assert.DoesNotContain("codes.csv", Encoding.UTF8.GetString(files["index.xml"].ToArray()), StringComparison.Ordinal);
    }

    /// <summary>Gives the files of a package to a reader of XML.</summary>
    private sealed class Package(Dictionary<string, byte[]> files) : System.Xml.XmlResolver
    {
        public override object GetEntity(Uri absoluteUri, string? role, Type? ofObjectToReturn) => new MemoryStream(files[absoluteUri.AbsolutePath.TrimStart('/')]);
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
