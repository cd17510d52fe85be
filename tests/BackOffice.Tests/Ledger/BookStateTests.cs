using System.Text;
using BackOffice.Ledger;
using CsCheck;

namespace BackOffice.Tests.Ledger;

public class BookStateTests
{
    /// <summary>Batches of postings with few ids, so that many repeat; some are reversed.</summary>
    private static readonly Gen<(Entry[] Entries, int[] Reversals)[]> Batches =
        Gen.Select(Entries.Good(60).Array[0, 12], Gen.Int[1, 60].Array[0, 3]).Array[1, 12];

    [Fact]
    public void Fold_AnyBatches_KeepsDebitsEqualToCredits_NumbersGapless_AndTheChainWhole() => Batches.Sample(batches =>
    {
        var book = Played(batches);
        var balance = TrialBalance.Of(book.State, null, new DateOnly(2199, 1, 1)).Value!;
        Assert.Equal(Int128.Zero, balance.Lines.Aggregate(Int128.Zero, (sum, line) => sum + line.BalanceMinor));

        var walk = new ChainWalk(0, 0, Chain.Genesis(), 2);
        foreach (var segment in book.Segments) Assert.Null(walk.Next(segment));
        Assert.Equal(book.State.Record, walk.Result().Record);
        Assert.Equal(book.State.Entries, walk.Result().Entries);
        Assert.Equal(book.State.Hash, walk.Result().Hash);

        var ids = book.Segments.SelectMany(segment => segment.Records(2)).OfType<EntryPosted>().Select(posted => posted.Entry.Id).ToList();
        Assert.Equal(ids.Count, ids.Distinct().Count());
    }, iter: 200);

    [Fact]
    public void Fold_ReplayFromStoredBytes_EqualsTheLiveStateByteForByte() => Batches.Sample(batches =>
    {
        var book = Played(batches);
        AssertSame(book.State, book.Replayed());
    }, iter: 200);

    [Fact]
    public void Fold_SameEntriesInOneBatchOrMany_GiveTheSameBalances() => Entries.Good(1_000).Array[1, 40].Sample(entries =>
    {
        var (one, many) = (PureBook.Open(), PureBook.Open());
        one.Commit(draft => entries.Select(entry => PureBook.Post(draft, entry)).ToList());
        foreach (var entry in entries) many.Post(entry);
        Assert.Equal(Balances(one.State), Balances(many.State));
    }, iter: 100);

    [Fact]
    public void WriteThenRead_AnyState_GivesTheSameState() => Batches.Sample(batches =>
    {
        var book = Played(batches);
        var snapshot = Snapshot.Of(book.State);
        var index = new EntryIndex();
        foreach (var block in snapshot.FullBlocks) index.AddBytes(EntryIndex.Bytes(block, EntryIndex.BlockEntries));
        index.AddBytes(snapshot.LastBlock);
        using var reader = new BinaryReader(new MemoryStream(snapshot.State), Encoding.UTF8);
        AssertSame(book.State, BookState.Read(reader, index));
    }, iter: 50);

    [Fact]
    public void Fold_ASegmentOutOfTurn_IsRefused()
    {
        var book = PureBook.Open();
        book.Post(Entries.Simple("a"));
        Assert.Throws<InvalidDataException>(() => book.State.Fold(book.Segments[0], book.Segments[0].Records(2)));
    }

    [Fact]
    public void Reversal_TogetherWithItsEntry_LeavesEveryAccountAsBefore()
    {
        var book = PureBook.Open();
        var entry = Entries.Simple("a", amountMinor: 50_000);
        book.Post(entry);
        book.Post(entry.Reversal("a-r", entry.Date, "Storno"));
        Assert.All(Balances(book.State), account => Assert.Equal(Int128.Zero, account.Value));
        Assert.Equal(2, book.State.ReversedBy[1]);
    }

    [Fact]
    public void Draft_MoreThanASegmentHolds_IsCutIntoSegmentsThatFollowEachOther()
    {
        var book = PureBook.Open();
        book.Commit(draft => Enumerable.Range(0, 8_000).Select(n => PureBook.Post(draft, Entries.Simple($"entry-{n}"))).ToList());
        Assert.True(book.Segments.Count > 3);
        Assert.All(book.Segments, segment => Assert.True(segment.Lines.Length <= Segment.MaxLinesBytes));
        Assert.Single(book.Segments.Skip(2).Select(segment => Convert.ToHexString(segment.Commit)).Distinct());
        AssertSame(book.State, book.Replayed());
    }

    [Fact]
    public void TrialBalance_FromTo_OpensWithTheEveningBefore()
    {
        var book = PureBook.Open();
        book.Post(Entries.Simple("a", "2025-01-31", 10_000));
        book.Post(Entries.Simple("b", "2025-02-01", 5_000));
        book.Post(Entries.Simple("c", "2025-02-28", 3_000, debit: "1200", credit: "4210"));
        book.Post(Entries.Simple("d", "2025-03-01", 1_000));
        var line = TrialBalance.Of(book.State, new DateOnly(2025, 2, 1), new DateOnly(2025, 2, 28)).Value!.Lines.Single(l => l.Account == "4210");
        Assert.Equal((10_000, 5_000, 3_000, 12_000), ((long)line.OpeningMinor, (long)line.DebitMinor, (long)line.CreditMinor, (long)line.BalanceMinor));
    }

    private static PureBook Played((Entry[] Entries, int[] Reversals)[] batches)
    {
        var book = PureBook.Open();
        foreach (var (entries, reversals) in batches)
        {
            book.Commit(draft => entries.Select(entry => PureBook.Post(draft, entry)).ToList());
            foreach (var id in reversals)
            {
                var original = book.Segments.SelectMany(segment => segment.Records(2)).OfType<EntryPosted>().FirstOrDefault(posted => posted.Entry.Id == $"e{id}");
                if (original is not null) book.Post(original.Entry.Reversal($"e{id}-r", original.Entry.Date, "Storno"));
            }
        }

        return book;
    }

    private static Dictionary<string, Int128> Balances(BookState state) =>
        TrialBalance.Of(state, null, new DateOnly(2199, 1, 1)).Value!.Lines.ToDictionary(line => line.Account, line => line.BalanceMinor);

    private static void AssertSame(BookState expected, BookState actual)
    {
        var (a, b) = (Snapshot.Of(expected), Snapshot.Of(actual));
        Assert.Equal(a.State, b.State);
        Assert.Equal(a.LastBlock, b.LastBlock);
        Assert.Equal(a.FullBlocks.SelectMany(block => block), b.FullBlocks.SelectMany(block => block));
    }
}
