using System.Reflection;
using System.Text.Json;
using BackOffice.Kernel;
using BackOffice.Ledger;
using BackOffice.Nightly;

namespace BackOffice.Tests;

/// <summary>What other systems and stored data rely on: changed only on purpose, with the approved file.</summary>
public class ContractTests
{
    [Fact]
    public void Routes_Queues_Timers_AndRights_AreAsApproved() =>
        Approved.Matches("functions", string.Join('\n', FunctionMap.All().Select(f => $"{f.Name,-18} {f.Trigger,-75} {f.Roles}")));

    [Fact]
    public void Map_InFunctionsReadme_IsTheCode()
    {
        var rows = FunctionMap.All().Select(f => $"| [{f.Name}]({f.File}) | {f.Trigger} | {f.Roles} | {f.Rows} | {f.Messages} |");
        var expected = "| function | trigger | rights | rows | messages |\n|---|---|---|---|---|\n" + string.Join('\n', rows);
        var readme = File.ReadAllText(Path.Combine(FunctionMap.Repository, "functions", "README.md")).ReplaceLineEndings("\n");
        var start = readme.IndexOf("| function |", StringComparison.Ordinal);
        var actual = start < 0 ? "" : readme[start..].Split("\n\n")[0].TrimEnd();
        Assert.True(expected == actual, $"The map in functions/README.md is not what the code says. It must be:\n\n{expected}\n");
    }

    [Fact]
    public void Errors_OfTheCode_AreThoseOfThePage()
    {
        var page = Path.Combine(FunctionMap.Repository, "functions", "ERRORS.md");
        var text = File.ReadAllText(page).ReplaceLineEndings("\n");
        var start = text.IndexOf("\n## ", StringComparison.Ordinal);
        var received = text[..(start < 0 ? text.Length : start)] + ErrorCatalogue.Markdown();
        if (received == text) return;
        File.WriteAllText(page + ".received.txt", received);
        Assert.Fail($"functions/ERRORS.md is not what the code says. Compare it with {page}.received.txt; if the change is meant, put that in its place.");
    }

    [Fact]
    public void HttpFunctions_AllSayWhoMayCallThem() => Assert.NotEmpty(Rights.Of(typeof(Program).Assembly));

    [Fact]
    public void Roles_InRights_AreRolesOfTheApp()
    {
        var known = typeof(Roles).GetFields(BindingFlags.Public | BindingFlags.Static).Select(field => (string)field.GetRawConstantValue()!).ToHashSet();
        Assert.All(Rights.Of(typeof(Program).Assembly).SelectMany(function => function.Value), role => Assert.Contains(role, known));
    }

    [Fact]
    public void Records_AreStoredAsApproved()
    {
        var book = PureBookWithOneOfEach();
        Approved.Matches("records", string.Join("", book.Segments.Select(segment => System.Text.Encoding.UTF8.GetString(segment.Lines.Span))));
    }

    [Fact]
    public void Checkpoint_OfTheSameRecords_HasTheSameBytes()
    {
        var snapshot = Snapshot.Of(PureBookWithOneOfEach().State);
        Approved.Matches("checkpoint", $"format {BookState.Format}\n{Convert.ToHexString(snapshot.State)}\n{Convert.ToHexString(snapshot.LastBlock)}");
    }

    [Fact]
    public void Messages_AreSentAsApproved()
    {
        using var entry = JsonDocument.Parse("""{"id":"e1"}""");
        object[] messages =
        [
            new Envelope<EntriesToPost>(PostQueuedEntry.Schema, 1, "op-1", "case-1", new EntriesToPost("acme", [entry.RootElement])),
            new Envelope<CheckpointWanted>(WriteCheckpoint.Schema, 1, "checkpoint:acme:5", "acme", new CheckpointWanted("acme")),
            new Envelope<ImportPart>(RunImportPart.Schema, 1, "import:acme:i1:0", "i1", new ImportPart("acme", "i1", 0)),
        ];
        Deadline deadline = new(new DateTimeOffset(2026, 4, 1, 0, 5, 0, TimeSpan.Zero), "nightly", "acme", "2026-03-31", "advance");
        string[] others =
        [
            JsonSerializer.Serialize(new Envelope<DueDeadlines>(DueDeadlines.Schema, 1, "Tick:2026-04-01T00:05:0", "nightly", new DueDeadlines([deadline])), KernelMessages.Default.EnvelopeDueDeadlines),
            JsonSerializer.Serialize(
                new Envelope<NightChunkWanted>(RunNightChunk.Schema, 1, "night:acme:2026-03-31:1:Postings:0", "2026-03-31", new NightChunkWanted("acme", new DateOnly(2026, 3, 31), 1, NightPhaseName.Postings, 0)),
                NightJson.Default.EnvelopeNightChunkWanted),
        ];
        Approved.Matches("messages", string.Join('\n', messages.Select(message => JsonSerializer.Serialize(message, message.GetType(), LedgerMessages.Default)).Concat(others)));
    }

    private static Ledger.PureBook PureBookWithOneOfEach()
    {
        var book = new Ledger.PureBook();
        book.Commit(draft => PutBook.Decide(draft, new PutBook.BookWanted("Müller & Söhne", "EUR"), "alice"));
        book.Commit(draft => PutAccounts.Decide(draft, [new("1200", "Bank", AccountType.Asset, ""), new("4210", "Miete \"Büro\"", AccountType.Expense, "")], "alice"));
        var line = new Line("4210", 50_000, "v-7", "RE-2025-1", new DateOnly(2025, 2, 28), null, [new("costCentre", "100")]);
        var entry = new Entry("rent-1", new DateOnly(2025, 1, 31), "Rent January", [line, new Line("1200", -50_000)]);
        book.Post(entry);
        book.Post(entry.Reversal("rent-1-r", new DateOnly(2025, 1, 31), "Reversal of rent-1"));
        book.Commit(draft => ClosePeriod.Decide(draft, new DateOnly(2025, 1, 1), new DateOnly(2026, 1, 1), "alice"));
        book.Post(new Entry("usd-1", new DateOnly(2025, 2, 1), "Dollars", [new Line("1200", 100_000, Foreign: new Foreign("USD", 108_500, 1.085m)), new Line("4210", -100_000)]));
        return book;
    }
}
