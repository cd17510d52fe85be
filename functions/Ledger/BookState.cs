using System.Runtime.InteropServices;
using BackOffice.Kernel;

namespace BackOffice.Ledger;

/// <summary>Debit and credit turnover of one account on one posting date, in minor units, both at least 0.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct DayTotal
{
    public Int128 DebitMinor;
    public Int128 CreditMinor;
    /// <summary><see cref="DateOnly.DayNumber"/>.</summary>
    public int Day;
}

/// <summary>Turnover over a span of days. Balance = debit − credit, the opening balance included by the caller.</summary>
public readonly record struct Turnover(Int128 DebitMinor, Int128 CreditMinor)
{
    public Int128 BalanceMinor => DebitMinor - CreditMinor;
}

/// <summary>One account as the records so far make it.</summary>
public sealed class AccountState(string code, string name, AccountType type)
{
    public string Code { get; } = code;
    public string Name { get; set; } = name;
    public AccountType Type { get; set; } = type;

    /// <summary>Sorted by day; only days with postings.</summary>
    public List<DayTotal> Days { get; } = [];

    /// <summary>Indexes into <see cref="BookState.Segments"/> of the segments that post to this account, ascending.</summary>
    public List<int> Segments { get; } = [];

    public void Post(int day, long amountMinor, int segment)
    {
        var days = CollectionsMarshal.AsSpan(Days);
        var at = days.Length - 1;
        if (at < 0 || days[at].Day != day)
        {
            at = at < 0 || days[at].Day < day ? days.Length : FirstNotBefore(days, day);
            if (at == days.Length || days[at].Day != day) Days.Insert(at, new DayTotal { Day = day });
            days = CollectionsMarshal.AsSpan(Days);
        }

        if (amountMinor > 0) days[at].DebitMinor += amountMinor;
        else days[at].CreditMinor -= amountMinor;
        if (Segments.Count == 0 || Segments[^1] != segment) Segments.Add(segment);
    }

    /// <summary>Turnover of the days from <paramref name="from"/> to <paramref name="to"/>, both included.</summary>
    public Turnover Between(int from, int to)
    {
        Int128 debit = 0, credit = 0;
        var days = CollectionsMarshal.AsSpan(Days);
        for (var at = from <= 0 ? 0 : FirstNotBefore(days, from); at < days.Length && days[at].Day <= to; at++)
        {
            debit += days[at].DebitMinor;
            credit += days[at].CreditMinor;
        }

        return new Turnover(debit, credit);
    }

    private static int FirstNotBefore(ReadOnlySpan<DayTotal> days, int day)
    {
        int low = 0, high = days.Length;
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (days[middle].Day < day) low = middle + 1;
            else high = middle;
        }

        return low;
    }
}

/// <summary>Where a segment lies and what it can hold, so that a search reads only the segments it must.</summary>
/// <param name="FirstRecord">Key of its row.</param>
/// <param name="EntriesBefore">Number of the last entry before it.</param>
/// <param name="FirstDay">Earliest posting date in it; <see cref="int.MaxValue"/> when it has no entry.</param>
/// <param name="LastDay">Latest posting date in it; -1 when it has no entry.</param>
public readonly record struct SegmentSpan(long FirstRecord, long EntriesBefore, int FirstDay, int LastDay);

/// <summary>
/// A book, folded from its records: accounts, day totals, closed months, and of every entry ever posted its digests. The fold is the only way it changes,
/// on the writer after a commit as on a reader after a read, so both come to the same state byte for byte. Not safe for threads; <see cref="Book"/> sees to that.
/// </summary>
public sealed class BookState
{
    public string Name { get; private set; } = "";
    public string Currency { get; private set; } = "";
    public int Digits { get; private set; }

    /// <summary>Number of the last record; 0 = the book does not exist.</summary>
    public long Record { get; private set; }

    /// <summary>Number of the last entry.</summary>
    public long Entries => Index.Count;

    /// <summary>Chain hash after the last record.</summary>
    public byte[] Hash { get; private set; } = Chain.Genesis();

    /// <summary>First day of the last closed month; every date before its end is closed. Null while no month is.</summary>
    public DateOnly? ClosedThrough { get; private set; }

    /// <summary>Earliest posting date of any entry.</summary>
    public DateOnly? FirstDate { get; private set; }

    public EntryIndex Index { get; private init; } = new();

    /// <summary>Accounts in the order of their definition.</summary>
    public List<AccountState> Accounts { get; } = [];

    public List<SegmentSpan> Segments { get; } = [];

    /// <summary>Entry number → number of the entry that reverses it.</summary>
    public SortedDictionary<long, long> ReversedBy { get; } = [];

    private readonly Dictionary<string, AccountState> _byCode = new(StringComparer.Ordinal);

    public bool Exists => Record > 0;

    public AccountState? Account(string code) => _byCode.GetValueOrDefault(code);

    /// <summary>Takes in the next segment. <paramref name="records"/> are its records, or (for a view into the past) the first of them.</summary>
    public void Fold(Segment segment, IEnumerable<LedgerRecord> records)
    {
        if (segment.FirstRecord != Record + 1 || !segment.PreviousHash.AsSpan().SequenceEqual(Hash))
            throw new InvalidDataException($"Segment {segment.FirstRecord} does not follow record {Record}: the chain is broken there. Run the verification of this book.");

        var entriesBefore = Entries;
        int firstDay = int.MaxValue, lastDay = -1;
        foreach (var record in records)
        {
            Fold(record, Segments.Count);
            if (record is not EntryPosted posted) continue;
            firstDay = Math.Min(firstDay, posted.Entry.Date.DayNumber);
            lastDay = Math.Max(lastDay, posted.Entry.Date.DayNumber);
        }

        Segments.Add(new SegmentSpan(segment.FirstRecord, entriesBefore, firstDay, lastDay));
        Hash = segment.Hash;
    }

    private void Fold(LedgerRecord record, int segment)
    {
        switch (record)
        {
            case EntryPosted posted:
                FoldEntry(posted, segment);
                break;
            case BookOpened opened:
                (Name, Currency, Digits) = (opened.Name, opened.Currency, Kernel.Currency.DigitsOf(opened.Currency) ?? 2);
                break;
            case AccountDefined defined:
                DefineAccount(defined.Account, defined.Name, defined.Type);
                break;
            case PeriodClosed closed:
                ClosedThrough = closed.Month;
                break;
        }

        Record = record.Record;
    }

    private void FoldEntry(EntryPosted posted, int segment)
    {
        var day = posted.Entry.Date.DayNumber;
        foreach (var line in posted.Entry.Lines) _byCode[line.Account].Post(day, line.AmountMinor, segment);
        if (posted.Entry.Reverses is { } reversed && Index.Find(Ids.Digest(reversed)) is { } number) ReversedBy[number] = posted.Number;
        if (FirstDate is null || posted.Entry.Date < FirstDate) FirstDate = posted.Entry.Date;
        Index.Add(posted.Digests);
    }

    private AccountState DefineAccount(string code, string name, AccountType type)
    {
        if (_byCode.TryGetValue(code, out var account))
        {
            (account.Name, account.Type) = (name, type);
            return account;
        }

        account = new AccountState(code, name, type);
        _byCode.Add(code, account);
        Accounts.Add(account);
        return account;
    }

    /// <summary>The month that new entries may be dated in at the earliest; null while every month is open.</summary>
    public static DateOnly? FirstOpenMonth(DateOnly? closedThrough) => closedThrough?.AddMonths(1);

    /// <summary>Version of the form that <c>Write</c> writes; a checkpoint of another version is not used.</summary>
    public const int Format = 1;

    /// <summary>Writes everything but the entry index, in one canonical form: equal states give equal bytes.</summary>
    public void Write(BinaryWriter writer)
    {
        writer.Write(Name);
        writer.Write(Currency);
        writer.Write(Record);
        writer.Write(Entries);
        writer.Write(Hash);
        WriteDate(writer, ClosedThrough);
        WriteDate(writer, FirstDate);
        writer.Write7BitEncodedInt(ReversedBy.Count);
        foreach (var (number, by) in ReversedBy)
        {
            writer.Write7BitEncodedInt64(number);
            writer.Write7BitEncodedInt64(by);
        }

        writer.Write7BitEncodedInt(Segments.Count);
        foreach (var span in Segments)
        {
            writer.Write7BitEncodedInt64(span.FirstRecord);
            writer.Write7BitEncodedInt64(span.EntriesBefore);
            writer.Write(span.FirstDay);
            writer.Write(span.LastDay);
        }

        writer.Write7BitEncodedInt(Accounts.Count);
        foreach (var account in Accounts) Write(writer, account);
    }

    public static BookState Read(BinaryReader reader, EntryIndex index)
    {
        var state = new BookState { Index = index, Name = reader.ReadString(), Currency = reader.ReadString(), Record = reader.ReadInt64() };
        state.Digits = Kernel.Currency.DigitsOf(state.Currency) ?? 2;
        if (reader.ReadInt64() != index.Count) throw new InvalidDataException("The checkpoint's index and its count of entries differ.");
        state.Hash = reader.ReadBytes(Chain.HashBytes);
        state.ClosedThrough = ReadDate(reader);
        state.FirstDate = ReadDate(reader);
        for (var n = reader.Read7BitEncodedInt(); n > 0; n--) state.ReversedBy.Add(reader.Read7BitEncodedInt64(), reader.Read7BitEncodedInt64());
        for (var n = reader.Read7BitEncodedInt(); n > 0; n--)
            state.Segments.Add(new SegmentSpan(reader.Read7BitEncodedInt64(), reader.Read7BitEncodedInt64(), reader.ReadInt32(), reader.ReadInt32()));
        for (var n = reader.Read7BitEncodedInt(); n > 0; n--) ReadAccount(reader, state);
        return state;
    }

    private static void Write(BinaryWriter writer, AccountState account)
    {
        writer.Write(account.Code);
        writer.Write(account.Name);
        writer.Write((byte)account.Type);
        writer.Write7BitEncodedInt(account.Days.Count);
        var previous = 0;
        foreach (var day in account.Days)
        {
            writer.Write7BitEncodedInt(day.Day - previous);
            writer.Write((ulong)day.DebitMinor);
            writer.Write((ulong)(day.DebitMinor >> 64));
            writer.Write((ulong)day.CreditMinor);
            writer.Write((ulong)(day.CreditMinor >> 64));
            previous = day.Day;
        }

        writer.Write7BitEncodedInt(account.Segments.Count);
        previous = 0;
        foreach (var segment in account.Segments)
        {
            writer.Write7BitEncodedInt(segment - previous);
            previous = segment;
        }
    }

    private static void ReadAccount(BinaryReader reader, BookState state)
    {
        var account = state.DefineAccount(reader.ReadString(), reader.ReadString(), (AccountType)reader.ReadByte());
        var previous = 0;
        for (var n = reader.Read7BitEncodedInt(); n > 0; n--)
        {
            previous += reader.Read7BitEncodedInt();
            account.Days.Add(new DayTotal { Day = previous, DebitMinor = ReadInt128(reader), CreditMinor = ReadInt128(reader) });
        }

        previous = 0;
        for (var n = reader.Read7BitEncodedInt(); n > 0; n--) account.Segments.Add(previous += reader.Read7BitEncodedInt());
    }

    private static Int128 ReadInt128(BinaryReader reader)
    {
        var lower = reader.ReadUInt64();
        return new Int128(reader.ReadUInt64(), lower);
    }

    private static void WriteDate(BinaryWriter writer, DateOnly? date) => writer.Write(date?.DayNumber ?? -1);

    private static DateOnly? ReadDate(BinaryReader reader) => reader.ReadInt32() is var day and >= 0 ? DateOnly.FromDayNumber(day) : null;
}
