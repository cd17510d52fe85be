using System.Runtime.InteropServices;

namespace BackOffice.Ledger;

/// <summary>
/// The digests of every entry ever posted, by entry number, and the way from an id to its number. 32 bytes an entry in blocks that never change once full
/// (so checkpoints share them), and an open-addressed table of 8 to 16 bytes an entry over them.
/// </summary>
public sealed class EntryIndex
{
    /// <summary>32 bytes × 16,384 = 512 KiB: eight full binary properties of one row.</summary>
    public const int BlockEntries = 16_384;

    private readonly List<EntryDigests[]> _blocks = [];
    private int[] _slots = new int[64];

    /// <summary>How many entries are in; entry numbers run from 1 to this.</summary>
    public long Count { get; private set; }

    public IReadOnlyList<EntryDigests[]> Blocks => _blocks;

    public EntryDigests this[long number] => _blocks[(int)((number - 1) / BlockEntries)][(number - 1) % BlockEntries];

    public void Add(EntryDigests digests)
    {
        var within = (int)(Count % BlockEntries);
        // Small books must stay small: the first block grows up to its size.
        if (within == 0) _blocks.Add(new EntryDigests[_blocks.Count == 0 ? 64 : BlockEntries]);
        if (within == _blocks[^1].Length) _blocks[^1] = Grown(_blocks[^1]);
        _blocks[^1][within] = digests;
        Count++;
        if (Count * 2 > _slots.Length) Rehash(_slots.Length * 2);
        else Place((int)Count);
    }

    /// <summary>The number of the entry with this id, or null.</summary>
    public long? Find(UInt128 id)
    {
        var mask = _slots.Length - 1;
        for (var slot = (int)(ulong)id & mask; ; slot = (slot + 1) & mask)
        {
            var number = _slots[slot];
            if (number == 0) return null;
            if (this[number].Id == id) return number;
        }
    }

    /// <summary>Makes room for so many entries at once.</summary>
    public void Reserve(long count)
    {
        var size = _slots.Length;
        while (count * 2 > size) size *= 2;
        if (size > _slots.Length) Rehash(size);
    }

    public static ReadOnlySpan<byte> Bytes(EntryDigests[] block, int count) => MemoryMarshal.AsBytes(block.AsSpan(0, count));

    public void AddBytes(ReadOnlySpan<byte> bytes)
    {
        foreach (var digests in MemoryMarshal.Cast<byte, EntryDigests>(bytes)) Add(digests);
    }

    private static EntryDigests[] Grown(EntryDigests[] block)
    {
        Array.Resize(ref block, Math.Min(block.Length * 2, BlockEntries));
        return block;
    }

    private void Rehash(int size)
    {
        _slots = new int[size];
        for (var number = 1; number <= Count; number++) Place(number);
    }

    private void Place(int number)
    {
        var mask = _slots.Length - 1;
        var slot = (int)(ulong)this[number].Id & mask;
        while (_slots[slot] != 0) slot = (slot + 1) & mask;
        _slots[slot] = number;
    }
}
