using System.Security.Cryptography;
using System.Text;
using BackOffice.Ledger;
using CsCheck;

namespace BackOffice.Tests.Ledger;

public class ChainTests
{
    [Fact]
    public void Append_IsSha256OfTheHashBeforeAndTheRecordsDigest()
    {
        var record = Encoding.UTF8.GetBytes("""{"record":1}""");
        var hash = Chain.Genesis();
        Chain.Append(hash, record);
        Assert.Equal(SHA256.HashData([.. new byte[32], .. SHA256.HashData(record)]), hash);
    }

    [Fact]
    public void Walk_AnyByteOfAnySegmentChanged_IsFound()
    {
        var book = PureBook.Open();
        for (var n = 0; n < 5; n++) book.Post(Entries.Simple($"e{n}"));
        Gen.Select(Gen.Int[0, book.Segments.Count - 1], Gen.Int[0, 10_000], Gen.Byte[1, 255]).Sample((at, position, change) =>
        {
            var lines = book.Segments[at].Lines.ToArray();
            lines[position % lines.Length] ^= change;
            return Walked([.. book.Segments.Select((segment, n) => n == at ? segment with { Lines = lines } : segment)]) is not null;
        }, iter: 500);
    }

    [Fact]
    public void Walk_ARecordRewrittenTogetherWithItsHash_IsFoundAtTheNextSegment()
    {
        var book = PureBook.Open();
        for (var n = 0; n < 3; n++) book.Post(Entries.Simple($"e{n}"));
        var forged = PureBook.Open();
        forged.Post(Entries.Simple("e0", amountMinor: 999));
        Assert.NotNull(Walked([book.Segments[0], book.Segments[1], forged.Segments[2], .. book.Segments.Skip(3)]));
    }

    [Fact]
    public void Walk_ASegmentMissing_IsFound()
    {
        var book = PureBook.Open();
        for (var n = 0; n < 3; n++) book.Post(Entries.Simple($"e{n}"));
        Assert.NotNull(Walked([.. book.Segments.Take(2), .. book.Segments.Skip(3)]));
        Assert.Null(Walked([.. book.Segments]));
    }

    private static string? Walked(List<Segment> segments)
    {
        var walk = new ChainWalk(0, 0, Chain.Genesis(), 2);
        return segments.Select(walk.Next).FirstOrDefault(fault => fault is not null);
    }
}
