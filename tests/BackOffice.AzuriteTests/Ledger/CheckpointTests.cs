using System.Globalization;
using System.Net;
using System.Text;
using BackOffice.Ledger;

namespace BackOffice.AzuriteTests.Ledger;

/// <summary>A fresh instance begins with the newest checkpoint; whatever becomes of checkpoints, the answers are the same.</summary>
public sealed class CheckpointTests(AzuriteFixture azurite, SharedApp shared) : IClassFixture<SharedApp>
{
    private const int Before = 40, After = 25;

    private TestApp App => shared.App;

    [Fact]
    public async Task FreshInstance_BeginsWithTheCheckpoint_AndAnswersTheSame()
    {
        var book = await NewBookWithCheckpointAsync();
        var stored = new StoredBook(App, book.Id);
        var expected = await AnswersAsync(book);

        // Without the rows before it the book could not be folded from its beginning: so the checkpoint is what it begins with.
        var pointer = Assert.Single(await stored.CheckpointsAsync());
        foreach (var segment in (await stored.SegmentsAsync()).Where(segment => segment.GetInt64("LastRecord") < 5)) await stored.DeleteAsync(segment);
        await using var fresh = await App.AnotherAsync();

        Assert.Equal(expected, await AnswersAsync(book.In(fresh)));
        Assert.Equal((Before, Before + 5), (pointer.GetInt64("Entry"), pointer.GetInt64("Record")));
    }

    [Fact]
    public async Task FreshInstance_KnowsEveryEntryFromBeforeTheCheckpoint()
    {
        var book = await App.NewBookAsync();
        var old = (await book.PostAsync(TestBook.Entry("old"))).Is(HttpStatusCode.Created);
        var reversal = (await book.ReverseAsync("old", "back")).Is(HttpStatusCode.Created);
        (await book.CloseAsync("2025-01")).Is(HttpStatusCode.OK);
        await WriteCheckpointAsync(App, book);
        await using var fresh = await App.AnotherAsync();
        var there = book.In(fresh);

        Assert.Equal(old.Text, (await there.PostAsync(TestBook.Entry("old"))).Is(HttpStatusCode.OK).Text);
        (await there.PostAsync(TestBook.Entry("old", amount: "7"))).IsProblem(HttpStatusCode.Conflict, "ledger/id-reused");
        Assert.Equal(reversal.Text, (await there.ReverseAsync("old", "back")).Is(HttpStatusCode.OK).Text);
        (await there.ReverseAsync("old", "again", "2025-02-01")).IsProblem(HttpStatusCode.Conflict, "ledger/already-reversed");
        (await there.PostAsync(TestBook.Entry("new"))).IsProblem(HttpStatusCode.UnprocessableEntity, "ledger/period-closed");
        (await there.SendAsync(HttpMethod.Put, "/accounts/1800", """{"name":"Bank","type":"equity"}""")).IsProblem(HttpStatusCode.Conflict, "ledger/account-type-fixed");
        (await there.PostAsync(TestBook.Entry("new", date: "2025-02-01"))).Is(HttpStatusCode.Created);
        Assert.Equal(3, (await there.IsWholeAsync()).Count);
    }

    [Theory]
    [InlineData("Format", 999)]
    [InlineData("Format", 0)]
    public async Task Checkpoint_OfAnotherFormat_IsIgnored(string property, int value)
    {
        var book = await NewBookWithCheckpointAsync();
        var expected = await AnswersAsync(book);
        var stored = new StoredBook(App, book.Id);
        var pointer = Assert.Single(await stored.CheckpointsAsync());
        pointer[property] = value;
        pointer["Parts"] = 7; // whoever reads on finds nothing
        await stored.ReplaceAsync(pointer);
        await using var fresh = await App.AnotherAsync();

        Assert.Equal(expected, await AnswersAsync(book.In(fresh)));
        Assert.Equal(Before + After, (await book.In(fresh).IsWholeAsync()).Count);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(Before - 1)]
    [InlineData(Before)]
    [InlineData(Before + 1)]
    [InlineData(Before + After - 1)]
    [InlineData(Before + After)]
    public async Task TrialBalance_RecordedBeforeAndAfterTheCheckpoint_IsRight(int recorded)
    {
        var book = await NewBookWithCheckpointAsync();
        await using var fresh = await App.AnotherAsync();

        var answer = await book.In(fresh).GetAsync($"/trial-balance?on=2025-12-31&recorded={recorded}");

        // Entry n is n.01.
        var expected = (recorded * (recorded + 1) / 2) + (recorded * 0.01m);
        Assert.Equal(recorded, answer.Number("asOfEntry"));
        Assert.Equal(expected.ToString("0.00", CultureInfo.InvariantCulture), answer.GetProperty("totals").Text("debit"));
        Assert.Equal(expected.ToString("0.00", CultureInfo.InvariantCulture), answer.GetProperty("totals").Text("credit"));
    }

    [Fact]
    public async Task Checkpoint_WrittenAgain_IsTheSameOne_AndALaterOneStandsBesideIt()
    {
        var book = await NewBookWithCheckpointAsync();
        var stored = new StoredBook(App, book.Id);

        await WriteCheckpointAsync(App, book);
        await WriteCheckpointAsync(App, book);

        Assert.Equal([Before + After, Before], (await stored.CheckpointsAsync()).Select(pointer => pointer.GetInt64("Entry")!.Value));
        await using var fresh = await App.AnotherAsync();
        Assert.Equal(await AnswersAsync(book), await AnswersAsync(book.In(fresh)));
    }

    [Fact]
    public async Task Checkpoint_OfMoreEntriesThanABlockOfTheIndexHolds_GivesTheSameBook()
    {
        var book = await App.NewBookAsync();
        (await book.ImportAsync(TestBook.Entries("e", 1, 20_000))).Is(HttpStatusCode.OK);
        await WriteCheckpointAsync(App, book);
        (await book.ImportAsync(TestBook.Entries("e", 20_001, 20_000))).Is(HttpStatusCode.OK);
        await WriteCheckpointAsync(App, book);
        (await book.PostAsync(TestBook.Numbered("e", 40_001))).Is(HttpStatusCode.Created);
        await using var fresh = await App.AnotherAsync();

        var again = (await book.In(fresh).ImportAsync(TestBook.Entries("e", 1, 40_002))).Is(HttpStatusCode.OK).Json;

        Assert.Equal((1, 40_001, 0), (again.Number("posted"), again.Number("duplicates"), again.Number("rejectedCount")));
        var verified = await book.In(fresh).GetAsync("/verification");
        Assert.True(verified.GetProperty("valid").GetBoolean(), verified.ToString());
        Assert.Equal(40_002, verified.Number("entries"));
    }

    [Fact]
    public async Task Checkpoint_TamperedWith_IsFoundByTheVerificationOfAnInstanceThatBeganWithIt()
    {
        var book = await NewBookWithCheckpointAsync();
        var stored = new StoredBook(App, book.Id);
        var pointer = Assert.Single(await stored.CheckpointsAsync());
        var part = await stored.RowAsync(book.Id + "|chk", string.Create(CultureInfo.InvariantCulture, $"part!{BookState.Format}!{pointer.GetInt64("Record"):D19}!0000"));
        var (packed, state) = (pointer.GetInt32("PackedBytes")!.Value, pointer.GetInt32("StateBytes")!.Value);
        var bytes = StoredBook.Unpack(part.GetBinary("D0").AsSpan(0, packed), state);
        var changed = StoredBook.Pack(Encoding.Latin1.GetBytes(Encoding.Latin1.GetString(bytes).Replace("Revenue", "Revenge", StringComparison.Ordinal)));
        part["D0"] = (byte[])[.. changed, .. part.GetBinary("D0").AsSpan(packed)];
        pointer["PackedBytes"] = changed.Length;
        await stored.ReplaceAsync(part);
        await stored.ReplaceAsync(pointer);
        await using var fresh = await App.AnotherAsync();

        Assert.Contains("Revenge", (await book.In(fresh).TryGetAsync("/accounts")).Text, StringComparison.Ordinal);
        var verified = await book.In(fresh).GetAsync("/verification");

        Assert.False(verified.GetProperty("valid").GetBoolean());
        Assert.Contains("checkpoint", verified.Text("fault"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Checkpoint_IsWrittenByItself_AfterFiveHundredCommits()
    {
        await using var app = await TestApp.StartAsync(azurite, "--LocalWorker:Queues=true");
        var book = await app.NewBookAsync();

        for (var n = 1; n <= 500; n++) (await book.PostAsync(TestBook.Numbered("e", n))).Is(HttpStatusCode.Created);

        await Eventually.IsTrueAsync(async () => (await new StoredBook(app, book.Id).CheckpointsAsync()).Count > 0, "a checkpoint is written");
        await using var fresh = await app.AnotherAsync();
        Assert.Equal(await AnswersAsync(book), await AnswersAsync(book.In(fresh)));
    }

    /// <summary>Entries e-1 … with a checkpoint in between.</summary>
    private async Task<TestBook> NewBookWithCheckpointAsync()
    {
        var book = await App.NewBookAsync();
        (await book.ImportAsync(TestBook.Entries("e", 1, Before))).Is(HttpStatusCode.OK);
        await WriteCheckpointAsync(App, book);
        (await book.ImportAsync(TestBook.Entries("e", Before + 1, After - 1))).Is(HttpStatusCode.OK);
        (await book.PostAsync(TestBook.Numbered("e", Before + After))).Is(HttpStatusCode.Created);
        return book;
    }

    private static async Task WriteCheckpointAsync(TestApp app, TestBook book)
    {
        var record = (await book.GetAsync()).Number("records");
        await app.FireAsync("WriteCheckpoint", $$$"""{"schema":"ledger-checkpoint","version":1,"operationId":"by-hand","correlationId":"test","body":{"book":"{{{book.Id}}}"}}""");
        await Eventually.IsTrueAsync(async () => (await new StoredBook(app, book.Id).CheckpointsAsync()).Any(pointer => pointer.GetInt64("Record") == record), "the checkpoint is written");
    }

    private static async Task<string> AnswersAsync(TestBook book) => string.Join('\n',
        (await book.TryGetAsync()).Is(HttpStatusCode.OK).Text,
        (await book.TryGetAsync("/accounts")).Is(HttpStatusCode.OK).Text,
        (await book.TryGetAsync("/trial-balance?on=2025-12-31")).Is(HttpStatusCode.OK).Text,
        (await book.TryGetAsync("/trial-balance?from=2025-01-31&to=2025-01-31")).Is(HttpStatusCode.OK).Text);
}
