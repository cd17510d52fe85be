using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using BackOffice.AzuriteTests.Ledger;
using BackOffice.Exchange;

namespace BackOffice.AzuriteTests.Exchange;

/// <summary>DATEV files out and in over HTTP.</summary>
[Collection(nameof(CompanyYear))]
public sealed class DatevHttpTests(SharedApp shared, CompanyYear year) : IClassFixture<SharedApp>
{
    private const string January = """{"from":"2025-01-01","to":"2025-01-31","consultant":1001,"client":7}""";
    private static int _books;

    private TestApp App => shared.App;

    [Fact]
    public async Task Export_IsWhatNoneHadBefore_ReversalsAmongIt_AndTheSameBytesEachTime()
    {
        var book = await OpenAsync("SKR03");
        (await book.PostAsync(Invoice("inv-1", "2025-01-10"))).Is(HttpStatusCode.Created);
        (await book.PostAsync(Invoice("inv-2", "2025-02-10"))).Is(HttpStatusCode.Created);

        var first = (await ExportAsync(book, January)).Is(HttpStatusCode.Created).Json;
        Assert.Equal((1, 1), (first.Number("number"), first.Number("entries")));
        (await ExportAsync(book, January)).IsProblem(HttpStatusCode.Conflict, "exchange/nothing-new");

        (await book.ReverseAsync("inv-1", "inv-1-back", "2025-01-31")).Is(HttpStatusCode.Created);
        var second = (await ExportAsync(book, January)).Is(HttpStatusCode.Created).Json;
        Assert.Equal((2, 1), (second.Number("number"), second.Number("entries")));
        var whole = (await ExportAsync(book, January.Replace("2025-01-31", "2025-12-31", StringComparison.Ordinal))).Is(HttpStatusCode.Created).Json;
        Assert.Equal(1, whole.Number("entries")); // February's

        var file = first.List("files").Single();
        Assert.Equal("EXTF_Buchungsstapel_2025_1.csv", file.Text("name"));
        var bytes = await book.BytesAsync(file.Text("href"));
        Assert.Equal(bytes, await book.BytesAsync(file.Text("href")));
        Assert.Equal((file.Text("sha256"), file.Number("bytes")), (Convert.ToHexStringLower(SHA256.HashData(bytes)), bytes.Length));
        (await book.SendAsync(HttpMethod.Put, "", """{"name":"Datev, renamed","currency":"EUR"}""")).Is(HttpStatusCode.OK);
        Assert.Equal(bytes, await book.BytesAsync(file.Text("href")));
        var back = DatevFormat.Encoding.GetString(await book.BytesAsync(second.List("files").Single().Text("href")));
        Assert.Contains("\"Storno von\";\"inv-1\"", back, StringComparison.Ordinal);
        Assert.Contains("100,00;\"S\";;;;;8400;10000;\"40\"", back, StringComparison.Ordinal);

        var list = (await book.GetAsync("/exports")).List("exports").ToList();
        Assert.Equal(["datev-000001", "datev-000002", "datev-000003"], list.Select(export => export.Text("id")).Order(StringComparer.Ordinal));
        Assert.All(list, export => Assert.NotEmpty(export.Text("by")));
        Assert.Equal(3, (await book.GetAsync("/exports?state=done")).List("exports").Count());
        Assert.Empty((await book.GetAsync("/exports?state=open")).List("exports")); // the numbers of the parties are an open case, and no export
        (await book.TryGetAsync("/exports?state=x")).IsProblem(HttpStatusCode.UnprocessableEntity, "case/state", "state");
        Assert.Empty((await book.GetAsync("/imports?state=open")).List("imports"));
    }

    [Fact]
    public async Task Export_UnderTheSameKey_IsTheSame()
    {
        var book = await OpenAsync("SKR04");
        (await book.PostAsync(Invoice("inv-1", "2025-01-10", "1200", "4400", "3806"))).Is(HttpStatusCode.Created);
        var first = (await ExportAsync(book, January, "jan")).Is(HttpStatusCode.Created).Json;
        Assert.Equal(first.GetRawText(), (await ExportAsync(book, January, "jan")).Is(HttpStatusCode.OK).Json.GetRawText());
        (await ExportAsync(book, January.Replace("1001", "1002", StringComparison.Ordinal), "jan")).IsProblem(HttpStatusCode.Conflict, "case/key-reused");
        (await ExportAsync(book, January.Replace("1001", "1000", StringComparison.Ordinal))).IsProblem(HttpStatusCode.BadRequest, "request/number", "consultant");
        (await book.TryGetAsync("/exports/datev/9")).IsProblem(HttpStatusCode.NotFound, "case/unknown");
        (await book.TryGetAsync("/exports/datev/1/files/other.csv")).IsProblem(HttpStatusCode.NotFound, "case/unknown");
    }

    [Fact]
    public async Task CompanysYear_ExportedAndImportedIntoAnotherBook_HasTheSameBalances()
    {
        var export = (await ExportAsync(year.Book, """{"from":"2025-01-01","to":"2025-12-31","consultant":1001,"client":7}""")).Is(HttpStatusCode.Created).Json;
        var file = await year.Book.BytesAsync(export.List("files").Single().Text("href"));

        var book = await OpenAsync("SKR03");
        var accounts = (await year.Book.GetAsync("/accounts")).List("accounts").Select(account => $$"""{"account":"{{account.Text("account")}}","name":"x","type":"{{account.Text("type")}}"}""");
        Assert.True((await book.PutAccountsAsync($"[{string.Join(',', accounts)}]")).Status is HttpStatusCode.OK or HttpStatusCode.Created); // all of the year's, whoever has added some
        var imported = (await ImportAsync(book, file)).Is(HttpStatusCode.Created).Json;
        Assert.Equal(export.List("files").Single().Number("items"), imported.Number("posted"));
        var again = (await ImportAsync(book, file)).Is(HttpStatusCode.OK).Json;
        Assert.Equal((0, imported.Number("posted")), (again.Number("posted"), again.Number("duplicates")));

        Assert.Equal(file, await book.BytesAsync($"/imports/{imported.Text("import")}/file")); // kept as it came, whatever its encoding
        Assert.Equal(await year.Book.BalancesAsync("?on=2025-12-31"), await book.BalancesAsync("?on=2025-12-31"));
        Assert.Equal(("datev", 1), ((await book.GetAsync("/imports")).List("imports").Single().Text("kind"), (await book.GetAsync("/imports")).List("imports").Count()));
        await book.IsWholeAsync();
    }

    [Fact]
    public async Task Import_WithOneBadLine_PostsNothing_AndNamesTheLine()
    {
        var book = await OpenAsync("SKR03");
        (await book.PostAsync(Invoice("inv-1", "2025-01-10"))).Is(HttpStatusCode.Created);
        var file = DatevFormat.Encoding.GetString(await book.BytesAsync((await ExportAsync(book, January)).Json.List("files").Single().Text("href")));

        var other = await OpenAsync("SKR03");
        (await ImportAsync(other, DatevFormat.Encoding.GetBytes(file.Replace("19,00;", "19.00;", StringComparison.Ordinal)))).IsProblem(HttpStatusCode.UnprocessableEntity, "exchange/amount", "line 4, field 1");
        (await ImportAsync(other, DatevFormat.Encoding.GetBytes(file.Replace(";1776;", ";1777;", StringComparison.Ordinal)))).IsProblem(HttpStatusCode.UnprocessableEntity, "ledger/account-unknown", "line 4, field 8");
        (await ImportAsync(other, file.Select(c => (byte)c).Take(40).ToArray())).IsProblem(HttpStatusCode.UnprocessableEntity, "exchange/header");
        Assert.Equal(0, await other.EntriesAsync());
        Assert.Empty((await other.GetAsync("/imports")).List("imports"));
    }

    [Fact]
    public async Task Rows_ThatTheBookHas_AreToldAndNotBooked_UnlessTheCallerSaysSo()
    {
        var book = await OpenAsync("SKR03");
        (await book.PostAsync(Invoice("inv-1", "2025-01-10"))).Is(HttpStatusCode.Created);
        var file = DatevFormat.Encoding.GetString(await book.BytesAsync((await ExportAsync(book, January)).Json.List("files").Single().Text("href")));

        // Our own entries come back to us.
        var told = (await ImportAsync(book, DatevFormat.Encoding.GetBytes(file))).IsProblem(HttpStatusCode.Conflict, "exchange/rows-known", "line 3");
        Assert.Contains("entry 'inv-1'", told.Json.Text("detail"), StringComparison.Ordinal);
        Assert.Equal(1, await book.EntriesAsync());

        // In another book they are new; the adviser's program writes them once more, with two of the year's and another header.
        var other = await OpenAsync("SKR03");
        (await ImportAsync(other, DatevFormat.Encoding.GetBytes(file))).Is(HttpStatusCode.Created);
        var rows = file.Split("\r\n");
        var again = string.Join("\r\n", [rows[0].Replace("\"BO\"", "\"XY\"", StringComparison.Ordinal), .. rows[1..^1], rows[2].Replace("inv-1", "inv-9", StringComparison.Ordinal), "7,00;S;;;;;1200;1000;;1001", ""]);
        (await ImportAsync(other, DatevFormat.Encoding.GetBytes(again))).IsProblem(HttpStatusCode.Conflict, "exchange/rows-known", "line 4");
        Assert.Equal(2, await other.EntriesAsync());
        var skipped = (await ImportAsync(other, DatevFormat.Encoding.GetBytes(again), "?known=skip")).Is(HttpStatusCode.Created).Json;
        Assert.Equal((2, 2), (skipped.Number("posted"), skipped.Number("duplicates")));
        Assert.Equal((0, 4), ((await ImportAsync(other, DatevFormat.Encoding.GetBytes(again))).Is(HttpStatusCode.OK).Json.Number("posted"), await other.EntriesAsync()));
        var booked = (await ImportAsync(other, DatevFormat.Encoding.GetBytes(again.Replace("\"XY\"", "\"YZ\"", StringComparison.Ordinal)), "?known=book")).Is(HttpStatusCode.Created).Json;
        Assert.Equal((4, 0), (booked.Number("posted"), booked.Number("duplicates")));
        (await ImportAsync(other, DatevFormat.Encoding.GetBytes(again), "?known=maybe")).IsProblem(HttpStatusCode.UnprocessableEntity, "exchange/known", "known");
        await other.IsWholeAsync();
    }

    [Fact]
    public async Task EntriesInOtherCurrencies_GoRoundWithTheSameBalances_InBothCurrencies()
    {
        var book = await OpenAsync("SKR03");
        (await book.PostAsync("""{"id":"usd-1","date":"2025-01-10","text":"Export","lines":[{"account":"1400","debit":"1000.01","party":"acme","document":"U-1","dueDate":"2025-02-10","foreign":{"currency":"USD","amount":"1085.01","rate":"1.085"}},{"account":"2650","credit":"333.33","dimensions":{"costCentre":"100"}},{"account":"2700","credit":"666.68"}]}""")).Is(HttpStatusCode.Created);
        (await book.SendAsync(HttpMethod.Post, "/open-items/settlement", """{"id":"paid-1","date":"2025-01-20","party":"acme","account":"1400","document":"U-1","bank":"1200","paid":"400.00","foreign":{"currency":"USD","amount":"434.01"}}""")).Is(HttpStatusCode.Created);
        var export = (await ExportAsync(book, January)).Is(HttpStatusCode.Created).Json;
        var file = await book.BytesAsync(export.List("files").Single().Text("href"));
        Assert.Contains("361,66;\"S\";\"USD\";1,085;333,33;\"EUR\";10000;2650;", DatevFormat.Encoding.GetString(file), StringComparison.Ordinal);

        var other = await OpenAsync("SKR03");
        (await ImportAsync(other, file)).Is(HttpStatusCode.Created);
        Assert.Equal(await book.BalancesAsync(), await other.BalancesAsync());
        static IEnumerable<string> Balances(System.Text.Json.JsonElement json) => json.List("balances").Select(one => $"{one.Text("account")} {one.Text("currency")} {one.Text("document")} {one.Text("foreign")} {one.Text("booked")}");
        var balances = Balances(await book.GetAsync("/foreign-balances?on=2025-01-31")).ToList();
        Assert.Equal(["1400 USD U-1 651.00 600.00"], balances);
        Assert.Equal(balances, Balances(await other.GetAsync("/foreign-balances?on=2025-01-31")));
        await other.IsWholeAsync();
    }

    [Fact]
    public async Task Export_OverTwoFiscalYears_IsAFileEach_AndLeavesOutTheCarryingForward()
    {
        var book = await OpenAsync("SKR03");
        (await book.PostAsync(Invoice("inv-1", "2024-12-10"))).Is(HttpStatusCode.Created);
        (await book.PostAsync(Invoice("inv-2", "2025-01-10"))).Is(HttpStatusCode.Created);
        for (var month = 1; month <= 12; month++) (await book.CloseAsync(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"2024-{month:D2}"))).Is(HttpStatusCode.OK);
        (await book.CloseAsync("2024-13")).Is(HttpStatusCode.OK);
        (await book.SendAsync(HttpMethod.Post, "/fiscal-years/2025/carry", (HttpContent?)null)).Is(HttpStatusCode.Created);

        var export = (await ExportAsync(book, """{"from":"2024-12-01","to":"2025-01-31","consultant":1001,"client":7}""")).Is(HttpStatusCode.Created).Json;

        Assert.Equal(["EXTF_Buchungsstapel_2024_1.csv", "EXTF_Buchungsstapel_2025_1.csv"], export.List("files").Select(file => file.Text("name")));
        Assert.Equal((2, 1), (export.Number("entries"), export.Number("leftOut")));
        foreach (var (file, first, last, start) in export.List("files").Zip(((string, string, string)[])[("20241201", "20241231", "20240101"), ("20250101", "20250131", "20250101")], (file, days) => (file, days.Item1, days.Item2, days.Item3)))
        {
            var bytes = await book.BytesAsync(file.Text("href"));
            Assert.Equal(file.Text("sha256"), Convert.ToHexStringLower(SHA256.HashData(bytes)));
            var header = DatevFormat.Encoding.GetString(bytes).Split('\r')[0].Split(';');
            Assert.Equal((start, first, last), (header[12], header[14], header[15]));
        }
    }

    [Fact]
    public async Task ExportsAtOnce_HaveEveryEntryInOneOfThem()
    {
        var book = await OpenAsync("SKR03");
        for (var n = 1; n <= 6; n++) (await book.PostAsync(Invoice($"inv-{n}", $"2025-01-{n:D2}"))).Is(HttpStatusCode.Created);

        var answers = await Task.WhenAll(Enumerable.Range(1, 4).Select(n => ExportAsync(book, January.Replace("2025-01-31", $"2025-01-{n * 2:D2}", StringComparison.Ordinal))));

        var made = answers.Where(answer => answer.Status == HttpStatusCode.Created).Select(answer => answer.Json).ToList();
        Assert.All(answers.Where(answer => answer.Status != HttpStatusCode.Created), answer => answer.IsProblem(HttpStatusCode.Conflict, "exchange/nothing-new"));
        Assert.Equal(Enumerable.Range(1, made.Count), made.Select(export => (int)export.Number("number")).Order());
        List<string> ids = [];
        foreach (var export in made)
            foreach (var file in export.List("files"))
                ids.AddRange(System.Text.RegularExpressions.Regex.Matches(DatevFormat.Encoding.GetString(await book.BytesAsync(file.Text("href"))), "\"Buchung\";\"(inv-[0-9])\"").Select(match => match.Groups[1].Value).Distinct(StringComparer.Ordinal));
        Assert.Equal(["inv-1", "inv-2", "inv-3", "inv-4", "inv-5", "inv-6"], ids.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Export_OfMoreRowsThanAFileHolds_IsSeveralFiles_AndNoEntryIsInTwo()
    {
        const int entries = 34_000; // three rows each
        var book = await OpenAsync("SKR03");
        var lines = new System.Text.StringBuilder();
        for (var n = 0; n < entries; n++)
            lines.Append(System.Globalization.CultureInfo.InvariantCulture, $$"""{"id":"e-{{n}}","date":"2025-01-{{1 + (n % 31):D2}}","text":"x","lines":[{"account":"1200","debit":"6.00"},{"account":"1000","credit":"1.00"},{"account":"1360","credit":"2.00"},{"account":"1500","credit":"3.00"}]}""").Append('\n');
        (await book.ImportAsync(lines.ToString())).Is(HttpStatusCode.OK);

        var files = (await ExportAsync(book, January)).Is(HttpStatusCode.Created).Json.List("files").ToList();

        Assert.Equal([("EXTF_Buchungsstapel_2025_1.csv", 99_999L), ("EXTF_Buchungsstapel_2025_2.csv", (entries * 3) - 99_999L)], files.Select(file => (file.Text("name"), (long)file.Number("items"))));
        HashSet<string> seen = new(StringComparer.Ordinal);
        foreach (var file in files)
        {
            var bytes = await book.BytesAsync(file.Text("href"));
            Assert.Equal(file.Text("sha256"), Convert.ToHexStringLower(SHA256.HashData(bytes)));
            foreach (var id in DatevFormat.Encoding.GetString(bytes).Split("\r\n").Skip(2).Where(row => row.Length > 0).Select(row => row.Split(';')[48]).Distinct(StringComparer.Ordinal)) Assert.True(seen.Add(id));
        }

        Assert.Equal(entries, seen.Count);
    }

    [Fact]
    public async Task File_OfALedgerThatWasChanged_IsNotGivenOut()
    {
        var book = await OpenAsync("SKR03");
        (await book.PostAsync(Invoice("inv-1", "2025-01-10"))).Is(HttpStatusCode.Created);
        var file = (await ExportAsync(book, January)).Is(HttpStatusCode.Created).Json.List("files").Single();
        var package = (await book.SendAsync(HttpMethod.Post, "/exports/auditor", "{}")).Is(HttpStatusCode.Created).Json.Text("href");
        var journal = (await book.SendAsync(HttpMethod.Post, "/exports/hledger", "{}")).Is(HttpStatusCode.Created).Json.Text("href");
        var stored = new StoredBook(App, book.Id);
        var segment = (await stored.SegmentsAsync()).Single(row => StoredBook.Lines(row).Contains("inv-1", StringComparison.Ordinal));
        StoredBook.SetLines(segment, StoredBook.Lines(segment).Replace("Rechnung", "Gutschrift", StringComparison.Ordinal));
        await stored.ReplaceAsync(segment);

        await using var fresh = await App.AnotherAsync();
        foreach (var href in (string[])[file.Text("href"), package, journal])
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, href);
            using var answer = await fresh.ClientOf("alice", "Accounting").SendAsync(request, TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.InternalServerError, answer.StatusCode);
            Assert.Contains("exchange/seal", await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Book_ThatTheFormatCannotHold_IsRefused_AndNoNumberIsUsed()
    {
        var yen = await OpenAsync("SKR03", "JPY");
        (await ExportAsync(yen, January)).IsProblem(HttpStatusCode.UnprocessableEntity, "exchange/currency");
        (await ImportAsync(yen, "x"u8.ToArray())).IsProblem(HttpStatusCode.UnprocessableEntity, "exchange/currency");
        (await ExportAsync(App.Book("datev-never"), January)).IsProblem(HttpStatusCode.NotFound, "ledger/book-unknown");

        var large = await OpenAsync("SKR03");
        (await large.PostAsync(Transfer("large", "1200", "10000000000.00"))).Is(HttpStatusCode.Created);
        (await ExportAsync(large, January)).IsProblem(HttpStatusCode.UnprocessableEntity, "exchange/amount");

        var alike = await OpenAsync("SKR03");
        (await alike.PutAccountsAsync("""[{"account":"120","name":"x","type":"asset"},{"account":"12000","name":"x","type":"asset"}]""")).Is(HttpStatusCode.Created);
        (await alike.PostAsync(Transfer("one", "1200", "9999999999.99"))).Is(HttpStatusCode.Created);
        Assert.Equal(1, (await ExportAsync(alike, January)).Is(HttpStatusCode.Created).Json.Number("entries"));
        (await alike.PostAsync(Transfer("two", "120", "1.00"))).Is(HttpStatusCode.Created);
        (await ExportAsync(alike, January)).IsProblem(HttpStatusCode.UnprocessableEntity, "exchange/account-number", "accountLength"); // 120 would be 1200
        (await alike.PostAsync(Transfer("three", "12000", "1.00"))).Is(HttpStatusCode.Created);
        (await ExportAsync(alike, January)).IsProblem(HttpStatusCode.UnprocessableEntity, "exchange/account-number", "accountLength"); // of five digits
        Assert.Single((await alike.GetAsync("/exports")).List("exports"), export => export.Text("kind") == "datev");
        Assert.Empty((await large.GetAsync("/exports")).List("exports"));
    }

    private static string Transfer(string id, string account, string amount) =>
        $$"""{"id":"{{id}}","date":"2025-01-10","text":"Umbuchung","lines":[{"account":"{{account}}","debit":"{{amount}}"},{"account":"1000","credit":"{{amount}}"}]}""";

    private async Task<TestBook> OpenAsync(string chart, string currency = "EUR")
    {
        var book = App.Book(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"datev-{Interlocked.Increment(ref _books)}"));
        (await book.SendAsync(HttpMethod.Put, "", $$"""{"name":"Datev","currency":"{{currency}}","chart":"{{chart}}"}""")).Is(HttpStatusCode.Created);
        return book;
    }

    private static string Invoice(string id, string date, string receivables = "1400", string revenue = "8400", string tax = "1776") =>
        $$"""{"id":"{{id}}","date":"{{date}}","text":"Rechnung","lines":[{"account":"{{receivables}}","debit":"119.00","party":"acme","document":"{{id}}","dueDate":"2025-12-31"},{"account":"{{revenue}}","credit":"100.00","taxCode":"sale-standard"},{"account":"{{tax}}","credit":"19.00"}]}""";

    private static Task<Answer> ExportAsync(TestBook book, string json, string? key = null) =>
        book.SendAsync(HttpMethod.Post, "/exports/datev", new StringContent(json, System.Text.Encoding.UTF8, "application/json"), key is null ? [] : [("Idempotency-Key", key)]);

    private static Task<Answer> ImportAsync(TestBook book, byte[] file, string query = "")
    {
        var content = new ByteArrayContent(file);
        content.Headers.ContentType = new MediaTypeHeaderValue("text/csv");
        return book.SendAsync(HttpMethod.Post, "/imports/datev" + query, content);
    }
}
