using System.Net;
using System.Text;
using Azure.Data.Tables;

namespace BackOffice.AzuriteTests.Ledger;

public sealed class VerificationTests(AzuriteFixture azurite, SharedApp shared) : IClassFixture<SharedApp>
{
    private TestApp App => shared.App;

    [Fact]
    public async Task Verification_OfAGoodBook_IsValidAndNamesTheHead()
    {
        var book = await App.NewBookAsync();
        (await book.ImportAsync(TestBook.Entries("a", 1, 100))).Is(HttpStatusCode.OK);
        (await book.CloseAsync("2025-01")).Is(HttpStatusCode.OK);

        var verified = await book.GetAsync("/verification");

        Assert.True(verified.GetProperty("valid").GetBoolean());
        Assert.Equal((100, await book.HeadHashAsync()), (verified.Number("entries"), verified.Text("headHash")));
        Assert.Equal((await book.GetAsync()).Number("records"), verified.Number("records"));
        Assert.InRange(verified.GetProperty("checkedAt").GetDateTimeOffset(), TimeProvider.System.GetUtcNow().AddMinutes(-5), TimeProvider.System.GetUtcNow().AddMinutes(5));
    }

    public static TheoryData<string, string> Tamperings() => new()
    {
        { "amounts", "do not give its hash" },
        { "text", "do not give its hash" },
        { "unbalanced", "cannot be read" },
        { "number", "holds entry" },
        { "record removed", "calls itself" },
        { "not JSON", "cannot be read" },
        { "account type", "cannot be read" },
        { "not packed", "does not unpack" },
        { "column removed", "" },
        { "column of another type", "" },
        { "hash", "do not give its hash" },
        { "previous hash", "names another hash" },
        { "last record", "ends with record" },
        { "middle segment deleted", "after record" },
        { "first segment deleted", "after record 0 comes" },
        { "last segment deleted", "the head stands at" },
        { "last two segments deleted", "the head stands at" },
    };

    [Theory]
    [MemberData(nameof(Tamperings))]
    public async Task Verification_OfATamperedBook_NamesTheFaultOnEveryInstance(string tampering, string fault)
    {
        var book = await App.NewBookAsync();
        for (var n = 1; n <= 4; n++) (await book.ImportAsync(TestBook.Entries($"e{n}", 1, 3))).Is(HttpStatusCode.OK);
        await TamperAsync(new StoredBook(App, book.Id), tampering);
        await using var fresh = await App.AnotherAsync();

        foreach (var instance in (TestBook[])[book, book.In(fresh)])
        {
            var verified = await instance.GetAsync("/verification");
            Assert.False(verified.GetProperty("valid").GetBoolean());
            Assert.Contains(fault, verified.Text("fault"), StringComparison.Ordinal);
            Assert.True(verified.Number("entries") < 12);
        }
    }

    [Fact]
    public async Task Night_NotesEveryBook_AndTheNextWalksOnlyWhatCameSince()
    {
        var clock = TestClock.AtNoon(new DateOnly(2026, 3, 28));
        await using var app = await TestApp.StartAsync(azurite, clock, "--LocalWorker:Queues=true");
        var (one, other) = (await app.NewBookAsync(), await app.NewBookAsync());
        (await one.ImportAsync(TestBook.Entries("a", 1, 10))).Is(HttpStatusCode.OK);

        var first = (await NightAsync(app, clock, one, other))[0];
        (await one.ImportAsync(TestBook.Entries("a", 11, 5))).Is(HttpStatusCode.OK);
        var second = (await NightAsync(app, clock, one, other))[0];
        var third = (await NightAsync(app, clock, one, other))[0];

        // A book of 5 records (itself and four accounts), then 10 entries, then 5.
        Assert.Equal((1, 15, 10, true), Walked(first));
        Assert.Equal((16, 20, 15, true), Walked(second));
        Assert.Equal((21, 20, 15, true), Walked(third));
        Assert.Equal(await one.HeadHashAsync(), Convert.ToHexStringLower(second.GetBinary("Hash")));
        var night = await app.Table("LedgerVerifications").GetEntityAsync<TableEntity>(one.Id, "night!" + second.GetString("Night"), cancellationToken: TestContext.Current.CancellationToken);
        Assert.True(night.Value.GetBoolean("Valid"));
        var shown = (await one.GetAsync("/verification")).GetProperty("lastNight");
        Assert.Equal((20, true, await one.HeadHashAsync()), (shown.Number("throughRecord"), shown.GetProperty("valid").GetBoolean(), shown.Text("hash")));
    }

    [Fact]
    public async Task Night_AfterTheChainWasRebuiltBehindIt_NoticesAndDoesNotGoOnFromThere()
    {
        var clock = TestClock.AtNoon(new DateOnly(2026, 3, 28));
        await using var app = await TestApp.StartAsync(azurite, clock, "--LocalWorker:Queues=true");
        var book = await app.NewBookAsync();
        (await book.PostAsync(TestBook.Entry("e1"))).Is(HttpStatusCode.Created);
        (await book.PostAsync(TestBook.Entry("e2"))).Is(HttpStatusCode.Created);
        var before = (await NightAsync(app, clock, book))[0];

        await RebuildLastSegmentAsync(new StoredBook(app, book.Id));
        await using (var unaware = await app.AnotherAsync())
            (await book.In(unaware).PostAsync(TestBook.Entry("e3"))).Is(HttpStatusCode.Created);

        var night = (await NightAsync(app, clock, book))[0];
        Assert.False(night.GetBoolean("Valid"));
        Assert.Contains("names another hash", night.GetString("Fault"), StringComparison.Ordinal);
        Assert.Equal(before.GetDateTimeOffset("CheckedAt"), (await FindAsync(app, book, "good"))!.GetDateTimeOffset("CheckedAt"));
        var record = await app.Book(book.Id).GetAsync("/nights/" + night.GetString("Night"));
        Assert.Equal(("chain", false), (record.List("checks").Single(check => !check.GetProperty("passed").GetBoolean()).Text("name"), record.Text("status") == "done"));
    }

    /// <summary>Lets a day pass, fires the night's timer and waits until each of the books has been walked for it. The night before must have ended: one that is still under way would drive the next one too.</summary>
    private static async Task<TableEntity[]> NightAsync(TestApp app, TestClock clock, params TestBook[] books)
    {
        await Eventually.IsTrueAsync(async () => (await Task.WhenAll(books.Select(book => HasEndedAsync(app, book)))).All(ended => ended), "the night before has ended for each book");
        var before = await LastAsync();
        clock.Set(clock.GetUtcNow().AddDays(1));
        await app.FireAsync("Nightly");
        TableEntity?[] last = [];
        await Eventually.IsTrueAsync(
            async () => (last = await LastAsync()).Zip(before).All(pair => pair.First is not null && pair.First.ETag != pair.Second?.ETag), "the night is noted for each book");
        return last!;

        Task<TableEntity?[]> LastAsync() => Task.WhenAll(books.Select(book => FindAsync(app, book, "last")));
    }

    private static async Task<bool> HasEndedAsync(TestApp app, TestBook book)
    {
        var progress = await app.Table("Nights").GetEntityIfExistsAsync<TableEntity>(book.Id, "progress", cancellationToken: TestContext.Current.CancellationToken);
        return !progress.HasValue || progress.Value!.GetString("Finished") == progress.Value!.GetString("Wanted");
    }

    private static async Task<TableEntity?> FindAsync(TestApp app, TestBook book, string key)
    {
        var row = await app.Table("LedgerVerifications").GetEntityIfExistsAsync<TableEntity>(book.Id, key, cancellationToken: TestContext.Current.CancellationToken);
        return row.HasValue ? row.Value : null;
    }

    private static (long From, long Through, long Entries, bool Valid) Walked(TableEntity row) =>
        (row.GetInt64("FromRecord")!.Value, row.GetInt64("Record")!.Value, row.GetInt64("Entries")!.Value, row.GetBoolean("Valid")!.Value);

    /// <summary>Segments: the book, its accounts, then four of three entries each. What is changed is the third of those unless it says otherwise.</summary>
    private static async Task TamperAsync(StoredBook stored, string tampering)
    {
        var segments = await stored.SegmentsAsync();
        Assert.Equal(6, segments.Count);
        var row = segments[4];
        var lines = StoredBook.Lines(row);
        switch (tampering)
        {
            case "amounts":
                StoredBook.SetLines(row, lines.Replace("\"2.01\"", "\"7.01\"", StringComparison.Ordinal));
                break;
            case "text":
                StoredBook.SetLines(row, lines.Replace("Rent", "Rend", StringComparison.Ordinal));
                break;
            case "unbalanced":
                StoredBook.SetLines(row, lines.Replace("\"debit\":\"2.01\"", "\"debit\":\"7.01\"", StringComparison.Ordinal));
                break;
            case "number":
                StoredBook.SetLines(row, lines.Replace("\"number\":8", "\"number\":9", StringComparison.Ordinal));
                break;
            case "record removed":
                StoredBook.SetLines(row, lines[(lines.IndexOf('\n', StringComparison.Ordinal) + 1)..]);
                break;
            case "not JSON":
                StoredBook.SetLines(row, lines.Replace("\"by\":", "\"by\"=", StringComparison.Ordinal));
                break;
            case "account type":
                row = segments[1];
                StoredBook.SetLines(row, StoredBook.Lines(row).Replace("\"Asset\"", "\"Cash\"", StringComparison.Ordinal));
                break;
            case "column removed":
                row.Remove("Bytes");
                break;
            case "column of another type":
                row["LastRecord"] = "eleven";
                break;
            case "not packed":
                row["D0"] = Encoding.UTF8.GetBytes(lines);
                break;
            case "hash":
                row["Hash"] = Changed(row.GetBinary("Hash"));
                break;
            case "previous hash":
                row["PreviousHash"] = Changed(row.GetBinary("PreviousHash"));
                break;
            case "last record":
                row["LastRecord"] = row.GetInt64("LastRecord") + 1;
                break;
            case "middle segment deleted":
                await stored.DeleteAsync(row);
                return;
            case "first segment deleted":
                await stored.DeleteAsync(segments[0]);
                return;
            case "last segment deleted":
                await stored.DeleteAsync(segments[5]);
                return;
            case "last two segments deleted":
                await stored.DeleteAsync(segments[4]);
                await stored.DeleteAsync(segments[5]);
                return;
        }

        await stored.ReplaceAsync(row);
    }

    /// <summary>What the owner of the store can do: change the last entry and compute every hash anew, so that the chain is good in itself.</summary>
    private static async Task RebuildLastSegmentAsync(StoredBook stored)
    {
        var row = (await stored.SegmentsAsync())[^1];
        var line = StoredBook.Lines(row).Replace("10.00", "99.00", StringComparison.Ordinal).TrimEnd('\n');
        var hash = Convert.FromHexString(Sha.Next(Convert.ToHexStringLower(row.GetBinary("PreviousHash")), Sha.Of(line)));
        StoredBook.SetLines(row, line + "\n");
        (row["Hash"], row["Commit"]) = (hash, hash);
        await stored.ReplaceAsync(row);
        var head = await stored.HeadAsync();
        head["Hash"] = hash;
        await stored.ReplaceAsync(head);
    }

    private static byte[] Changed(byte[] hash)
    {
        byte[] changed = [.. hash];
        changed[7] ^= 1;
        return changed;
    }
}
