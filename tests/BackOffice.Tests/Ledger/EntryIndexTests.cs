using BackOffice.Kernel;
using BackOffice.Ledger;

namespace BackOffice.Tests.Ledger;

public class EntryIndexTests
{
    [Fact]
    public void Find_AmongMoreThanABlock_IsTheEntrysNumber()
    {
        var index = new EntryIndex();
        for (var n = 1; n <= EntryIndex.BlockEntries + 500; n++) index.Add(new EntryDigests(Ids.Digest($"id-{n}"), (UInt128)n));
        Assert.Equal(2, index.Blocks.Count);
        for (var n = 1; n <= index.Count; n += 97)
        {
            Assert.Equal(n, index.Find(Ids.Digest($"id-{n}")));
            Assert.Equal((UInt128)n, index[n].Request);
        }

        Assert.Null(index.Find(Ids.Digest("id-0")));
    }

    [Fact]
    public void Find_IdsThatShareTheirPlace_AreToldApart()
    {
        var index = new EntryIndex();
        for (var n = 1; n <= 20; n++) index.Add(new EntryDigests((UInt128)n << 64, 0)); // equal low bits: one place for all
        for (var n = 1; n <= 20; n++) Assert.Equal(n, index.Find((UInt128)n << 64));
        Assert.Null(index.Find((UInt128)21 << 64));
    }
}
