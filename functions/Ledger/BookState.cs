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

    /// <summary>Line of the statements it belongs to; null = none yet.</summary>
    public string? Line { get; set; }

    /// <summary>Line it belongs to while its balance stands on the other side (a bank account overdrawn); null = it stays where it is.</summary>
    public string? OtherLine { get; set; }

    /// <summary>Turnover by posting date, sorted by day; only days with postings.</summary>
    public DayTotals Days { get; private init; } = new();

    /// <summary>Of <see cref="Days"/>, what the system's carry-forward entries made; income statements leave it out.</summary>
    public DayTotals Carried { get; private init; } = new();

    /// <summary>Of <see cref="Days"/>, what entries with a tax code made: on an account of VAT, the tax of supplies, and neither its clearing nor its opening.</summary>
    public DayTotals Taxed { get; private init; } = new();

    /// <summary>Of <see cref="Carried"/>, the balance by the fiscal year it was carried into, whenever it was posted.</summary>
    public SortedDictionary<int, Int128> CarriedInto { get; } = [];

    /// <summary>What lines with a party made, by party.</summary>
    public SortedDictionary<string, PartyAccount> Parties { get; } = new(StringComparer.Ordinal);

    /// <summary>What lines in another currency made, by currency, party and document.</summary>
    public SortedDictionary<ForeignKey, List<ForeignPosting>> Foreign { get; } = new(ForeignKey.InOrder);

    // The same once more, all parties in one run of memory: a balance sheet sums them all, and must not look each one up.
    private readonly List<PartyFlow> _flows = [];

    /// <summary>Indexes into <see cref="BookState.Segments"/> of the segments that post to this account, ascending.</summary>
    public List<int> Segments { get; } = [];

    public void Post(int day, Line line, bool taxed, int? carryTo, long entry, int segment)
    {
        Days.Add(day, line.AmountMinor);
        if (taxed) Taxed.Add(day, line.AmountMinor);
        if (carryTo is { } year)
        {
            Carried.Add(day, line.AmountMinor);
            CarriedInto[year] = CarriedInto.GetValueOrDefault(year) + line.AmountMinor;
        }

        if (line.Party is { } party)
        {
            if (!Parties.TryGetValue(party, out var known)) Parties.Add(party, known = new PartyAccount(Parties.Count));
            known.Add(new PartyPosting(day, line.AmountMinor, line.Document, line.DueDate?.DayNumber ?? -1, entry));
            _flows.Add(new PartyFlow(day, known.Index, line.AmountMinor));
        }

        if (line.Foreign is { } foreign)
        {
            var key = new ForeignKey(foreign.Currency, line.Party ?? "", line.Document ?? "");
            if (!Foreign.TryGetValue(key, out var postings)) Foreign.Add(key, postings = []);
            postings.Add(new ForeignPosting(day, foreign.AmountMinor, line.AmountMinor, line.DueDate?.DayNumber ?? -1, entry));
        }

        if (Segments.Count == 0 || Segments[^1] != segment) Segments.Add(segment);
    }

    /// <summary>Turnover of the days from <paramref name="from"/> to <paramref name="to"/>, both included.</summary>
    public Turnover Between(int from, int to) => Days.Between(from, to);

    /// <summary>The balance of each party in the evening of a day, in no particular order.</summary>
    public Int128[] PartyBalances(int day)
    {
        var balances = new Int128[Parties.Count];
        foreach (var flow in CollectionsMarshal.AsSpan(_flows))
            if (flow.Day <= day) balances[flow.Party] += flow.AmountMinor;
        return balances;
    }

    public void Write(BinaryWriter writer)
    {
        writer.Write(Code);
        writer.Write(Name);
        writer.Write((byte)Type);
        writer.Write(Line ?? "");
        writer.Write(OtherLine ?? "");
        Days.Write(writer);
        Carried.Write(writer);
        Taxed.Write(writer);
        writer.Write7BitEncodedInt(CarriedInto.Count);
        foreach (var (year, amount) in CarriedInto)
        {
            writer.Write(year);
            DayTotals.WriteInt128(writer, amount);
        }

        writer.Write7BitEncodedInt(Parties.Count);
        foreach (var (party, known) in Parties)
        {
            writer.Write(party);
            known.Write(writer);
        }

        writer.Write7BitEncodedInt(Foreign.Count);
        foreach (var (key, postings) in Foreign)
        {
            writer.Write(key.Currency);
            writer.Write(key.Party);
            writer.Write(key.Document);
            writer.Write7BitEncodedInt(postings.Count);
            foreach (var posting in postings) posting.Write(writer);
        }

        writer.Write7BitEncodedInt(Segments.Count);
        var previous = 0;
        foreach (var segment in Segments)
        {
            writer.Write7BitEncodedInt(segment - previous);
            previous = segment;
        }
    }

    private void ReadParty(BinaryReader reader)
    {
        var (name, known) = (reader.ReadString(), new PartyAccount(Parties.Count));
        for (var n = reader.Read7BitEncodedInt(); n > 0; n--)
        {
            var posting = new PartyPosting(reader.Read7BitEncodedInt(), reader.ReadInt64(), BookState.Told(reader.ReadString()), reader.Read7BitEncodedInt() - 1, reader.Read7BitEncodedInt64());
            known.Add(posting);
            _flows.Add(new PartyFlow(posting.Day, known.Index, posting.AmountMinor));
        }

        Parties.Add(name, known);
    }

    public static AccountState Read(BinaryReader reader)
    {
        var account = new AccountState(reader.ReadString(), reader.ReadString(), (AccountType)reader.ReadByte())
        {
            Line = BookState.Told(reader.ReadString()),
            OtherLine = BookState.Told(reader.ReadString()),
            Days = DayTotals.Read(reader),
            Carried = DayTotals.Read(reader),
            Taxed = DayTotals.Read(reader),
        };
        for (var n = reader.Read7BitEncodedInt(); n > 0; n--) account.CarriedInto.Add(reader.ReadInt32(), DayTotals.ReadInt128(reader));
        for (var n = reader.Read7BitEncodedInt(); n > 0; n--) account.ReadParty(reader);
        for (var n = reader.Read7BitEncodedInt(); n > 0; n--)
        {
            List<ForeignPosting> postings = [];
            account.Foreign.Add(new ForeignKey(reader.ReadString(), reader.ReadString(), reader.ReadString()), postings);
            for (var m = reader.Read7BitEncodedInt(); m > 0; m--) postings.Add(ForeignPosting.Read(reader));
        }

        var previous = 0;
        for (var n = reader.Read7BitEncodedInt(); n > 0; n--) account.Segments.Add(previous += reader.Read7BitEncodedInt());
        return account;
    }
}

/// <summary>What one line moved: day, index of the party on the account, amount.</summary>
public readonly record struct PartyFlow(int Day, int Party, long AmountMinor);

/// <summary>One posting of a party on an account: what an open item is made of.</summary>
/// <param name="Day">Posting date, as a day number.</param>
/// <param name="AmountMinor">Debit positive, credit negative.</param>
/// <param name="Document">Number of the voucher it belongs to; null = it names none.</param>
/// <param name="DueDay">When it is due, as a day number; -1 = it names no date.</param>
/// <param name="Entry">Number of its entry.</param>
public readonly record struct PartyPosting(int Day, long AmountMinor, string? Document, int DueDay, long Entry);

/// <summary>What is owed or held in another currency, by account: a voucher of a party, or (both empty) all that names none, as on a bank account.</summary>
/// <param name="Currency">ISO 4217.</param>
public readonly record struct ForeignKey(string Currency, string Party, string Document)
{
    /// <summary>By currency, party and document, each by its characters' numbers, so that every machine has the same order.</summary>
    public static readonly IComparer<ForeignKey> InOrder = Comparer<ForeignKey>.Create((one, other) =>
        string.CompareOrdinal(one.Currency, other.Currency) is var byCurrency && byCurrency != 0 ? byCurrency
        : string.CompareOrdinal(one.Party, other.Party) is var byParty && byParty != 0 ? byParty : string.CompareOrdinal(one.Document, other.Document));
}

/// <summary>One posting in another currency.</summary>
/// <param name="Day">Posting date, as a day number.</param>
/// <param name="ForeignMinor">Minor units of the other currency, a debit positive.</param>
/// <param name="AmountMinor">The same in the book's currency.</param>
/// <param name="DueDay">When it is due, as a day number; -1 = it names no date.</param>
/// <param name="Entry">Number of its entry.</param>
public readonly record struct ForeignPosting(int Day, long ForeignMinor, long AmountMinor, int DueDay, long Entry)
{
    public void Write(BinaryWriter writer)
    {
        writer.Write7BitEncodedInt(Day);
        writer.Write(ForeignMinor);
        writer.Write(AmountMinor);
        writer.Write7BitEncodedInt(DueDay + 1);
        writer.Write7BitEncodedInt64(Entry);
    }

    public static ForeignPosting Read(BinaryReader reader) => new(reader.Read7BitEncodedInt(), reader.ReadInt64(), reader.ReadInt64(), reader.Read7BitEncodedInt() - 1, reader.Read7BitEncodedInt64());
}

/// <summary>What one party has on one account: every posting, in order of entry.</summary>
/// <param name="index">Its place among the account's parties, in the order in which they came.</param>
public sealed class PartyAccount(int index)
{
    private readonly List<PartyPosting> _postings = [];

    public int Index => index;

    public IReadOnlyList<PartyPosting> Postings => _postings;

    public void Add(PartyPosting posting) => _postings.Add(posting);

    public void Write(BinaryWriter writer)
    {
        writer.Write7BitEncodedInt(_postings.Count);
        foreach (var posting in _postings)
        {
            writer.Write7BitEncodedInt(posting.Day);
            writer.Write(posting.AmountMinor);
            writer.Write(posting.Document ?? "");
            writer.Write7BitEncodedInt(posting.DueDay + 1);
            writer.Write7BitEncodedInt64(posting.Entry);
        }
    }
}

/// <summary>Turnover by day, sorted by day; only days with postings.</summary>
public sealed class DayTotals
{
    private readonly List<DayTotal> _days = [];

    public int Count => _days.Count;

    public void Add(int day, long amountMinor)
    {
        var days = CollectionsMarshal.AsSpan(_days);
        var at = days.Length - 1;
        if (at < 0 || days[at].Day != day)
        {
            at = at < 0 || days[at].Day < day ? days.Length : FirstNotBefore(days, day);
            if (at == days.Length || days[at].Day != day) _days.Insert(at, new DayTotal { Day = day });
            days = CollectionsMarshal.AsSpan(_days);
        }

        if (amountMinor > 0) days[at].DebitMinor += amountMinor;
        else days[at].CreditMinor -= amountMinor;
    }

    /// <summary>Turnover of the days from <paramref name="from"/> to <paramref name="to"/>, both included.</summary>
    public Turnover Between(int from, int to)
    {
        Int128 debit = 0, credit = 0;
        var days = CollectionsMarshal.AsSpan(_days);
        for (var at = from <= 0 ? 0 : FirstNotBefore(days, from); at < days.Length && days[at].Day <= to; at++)
        {
            debit += days[at].DebitMinor;
            credit += days[at].CreditMinor;
        }

        return new Turnover(debit, credit);
    }

    public void Write(BinaryWriter writer)
    {
        writer.Write7BitEncodedInt(_days.Count);
        var previous = 0;
        foreach (var day in _days)
        {
            writer.Write7BitEncodedInt(day.Day - previous);
            WriteInt128(writer, day.DebitMinor);
            WriteInt128(writer, day.CreditMinor);
            previous = day.Day;
        }
    }

    public static DayTotals Read(BinaryReader reader)
    {
        var totals = new DayTotals();
        var previous = 0;
        for (var n = reader.Read7BitEncodedInt(); n > 0; n--)
        {
            previous += reader.Read7BitEncodedInt();
            totals._days.Add(new DayTotal { Day = previous, DebitMinor = ReadInt128(reader), CreditMinor = ReadInt128(reader) });
        }

        return totals;
    }

    public static void WriteInt128(BinaryWriter writer, Int128 value)
    {
        writer.Write((ulong)value);
        writer.Write((ulong)(value >> 64));
    }

    public static Int128 ReadInt128(BinaryReader reader)
    {
        var lower = reader.ReadUInt64();
        return new Int128(reader.ReadUInt64(), lower);
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
    public BookSettings Settings { get; private set; } = new();

    /// <summary>Number of the last record; 0 = the book does not exist.</summary>
    public long Record { get; private set; }

    /// <summary>Number of the last entry.</summary>
    public long Entries => Index.Count;

    /// <summary>Chain hash after the last record.</summary>
    public byte[] Hash { get; private set; } = Chain.Genesis();

    /// <summary>First day of the last closed month; every date before its end is closed. Null while no month is.</summary>
    public DateOnly? ClosedThrough { get; private set; }

    /// <summary>Last fiscal year whose period 13 is closed; 0 while none is.</summary>
    public int ClosedPeriod13 { get; private set; }

    /// <summary>Earliest posting date of any entry.</summary>
    public DateOnly? FirstDate { get; private set; }

    public EntryIndex Index { get; private init; } = new();

    /// <summary>Accounts in the order of their definition.</summary>
    public List<AccountState> Accounts { get; } = [];

    public List<SegmentSpan> Segments { get; } = [];

    /// <summary>Entry number → number of the entry that reverses it.</summary>
    public SortedDictionary<long, long> ReversedBy { get; } = [];

    /// <summary>Turnover of base lines by tax code and day of supply (which sets the rate), by posting date (which sets the return).</summary>
    public SortedDictionary<(string TaxCode, int SupplyDay), DayTotals> TaxedBySupply { get; } = [];

    private readonly Dictionary<string, AccountState> _byCode = new(StringComparer.Ordinal);

    public bool Exists => Record > 0;

    /// <summary>Index of the last segment of which something holds that holds of every segment before it too; the first when it holds of none.</summary>
    public int LastSegmentWhere(Func<SegmentSpan, bool> holds)
    {
        int low = 0, high = Segments.Count - 1;
        while (low < high)
        {
            var middle = (low + high + 1) >>> 1;
            if (holds(Segments[middle])) low = middle;
            else high = middle - 1;
        }

        return low;
    }

    public AccountState? Account(string code) => _byCode.GetValueOrDefault(code);

    /// <summary>422 <c>ledger/account-unknown</c>; 422 with <paramref name="typeCode"/> when it is of none of the types wanted (none named: any).</summary>
    internal void CheckAccount(string path, string code, List<Fault> faults, string typeCode = "", params AccountType[] types)
    {
        if (Account(code) is not { } known) faults.Add(new Fault(path, "ledger/account-unknown", $"There is no account '{code}' in this book; define it first."));
        else if (types.Length > 0 && !types.Contains(known.Type))
            faults.Add(new Fault(path, typeCode, $"'{code}' is of type {JsonFields.NameOf(known.Type)}; {string.Join(" or ", types.Select(JsonFields.NameOf))} is wanted here."));
    }

    /// <summary>
    /// Whether an account is one of receivables or payables, of which each party's balance stands for itself and bears open items: an asset or liability on line B.II or C (or on none
    /// yet), but no account of VAT. A party named on a line of the bank is a remark.
    /// </summary>
    public bool IsPersonal(AccountState account) =>
        account.Type is AccountType.Asset or AccountType.Liability && account.Line is null or "assets.B.II" or "liabilities.C" && !(Settings.Chart is { } chart && TaxCode.IsTaxAccount(chart, account.Code));

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
            firstDay = Math.Min(firstDay, posted.Date.DayNumber);
            lastDay = Math.Max(lastDay, posted.Date.DayNumber);
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
                (Name, Currency, Digits, Settings) = (opened.Name, opened.Currency, Kernel.Currency.DigitsOf(opened.Currency) ?? 2, opened.Settings);
                break;
            case AccountDefined defined:
                DefineAccount(defined.Account, defined.Name, defined.Type, defined.Line, defined.OtherLine);
                break;
            case PeriodClosed closed:
                ClosedThrough = closed.Month;
                break;
            case Period13Closed closed:
                ClosedPeriod13 = closed.Year;
                break;
        }

        Record = record.Record;
    }

    private void FoldEntry(EntryPosted posted, int segment)
    {
        var (day, taxed) = (posted.Date.DayNumber, false);
        foreach (var line in posted.Entry.Lines) taxed |= line.TaxCode is not null;
        foreach (var line in posted.Entry.Lines)
        {
            _byCode[line.Account].Post(day, line, taxed, posted.Entry.CarryTo, posted.Number, segment);
            if (line.TaxCode is { } code) Taxed(code, (line.SupplyDate ?? posted.Entry.Date).DayNumber).Add(day, line.AmountMinor);
        }

        if (posted.Entry.Reverses is { } reversed && Index.Find(Ids.Digest(reversed)) is { } number) ReversedBy[number] = posted.Number;
        if (FirstDate is null || posted.Date < FirstDate) FirstDate = posted.Date;
        Index.Add(posted.Digests);
    }

    /// <summary>Turnover of the lines with this tax code and this day of supply, by posting date.</summary>
    private DayTotals Taxed(string code, int supplyDay)
    {
        if (!TaxedBySupply.TryGetValue((code, supplyDay), out var totals)) TaxedBySupply.Add((code, supplyDay), totals = new DayTotals());
        return totals;
    }

    private void DefineAccount(string code, string name, AccountType type, string? line, string? otherLine)
    {
        if (!_byCode.TryGetValue(code, out var account)) Add(account = new AccountState(code, name, type));
        (account.Name, account.Type, account.Line, account.OtherLine) = (name, type, line, otherLine);
    }

    private void Add(AccountState account)
    {
        _byCode.Add(account.Code, account);
        Accounts.Add(account);
    }

    /// <summary>The month that new entries may be dated in at the earliest; null while every month is open.</summary>
    public static DateOnly? FirstOpenMonth(DateOnly? closedThrough) => closedThrough?.AddMonths(1);

    /// <summary>Version of the form that <c>Write</c> writes; a checkpoint of another version is not used.</summary>
    public const int Format = 5;

    /// <summary>Writes everything but the entry index, in one canonical form: equal states give equal bytes.</summary>
    public void Write(BinaryWriter writer)
    {
        writer.Write(Name);
        writer.Write(Currency);
        writer.Write(Settings.Chart ?? "");
        writer.Write(Settings.FiscalYearStart);
        writer.Write(Settings.LegalForm ?? "");
        writer.Write(ClosedPeriod13);
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

        writer.Write7BitEncodedInt(TaxedBySupply.Count);
        foreach (var ((code, supplyDay), totals) in TaxedBySupply)
        {
            writer.Write(code);
            writer.Write7BitEncodedInt(supplyDay);
            totals.Write(writer);
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
        foreach (var account in Accounts) account.Write(writer);
    }

    public static BookState Read(BinaryReader reader, EntryIndex index)
    {
        var state = new BookState
        {
            Index = index,
            Name = reader.ReadString(),
            Currency = reader.ReadString(),
            Settings = new BookSettings(Told(reader.ReadString()), reader.ReadString(), Told(reader.ReadString())),
            ClosedPeriod13 = reader.ReadInt32(),
            Record = reader.ReadInt64(),
        };
        state.Digits = Kernel.Currency.DigitsOf(state.Currency) ?? 2;
        if (reader.ReadInt64() != index.Count) throw new InvalidDataException("The checkpoint's index and its count of entries differ.");
        state.Hash = reader.ReadBytes(Chain.HashBytes);
        state.ClosedThrough = ReadDate(reader);
        state.FirstDate = ReadDate(reader);
        for (var n = reader.Read7BitEncodedInt(); n > 0; n--) state.ReversedBy.Add(reader.Read7BitEncodedInt64(), reader.Read7BitEncodedInt64());
        for (var n = reader.Read7BitEncodedInt(); n > 0; n--) state.TaxedBySupply.Add((reader.ReadString(), reader.Read7BitEncodedInt()), DayTotals.Read(reader));
        for (var n = reader.Read7BitEncodedInt(); n > 0; n--)
            state.Segments.Add(new SegmentSpan(reader.Read7BitEncodedInt64(), reader.Read7BitEncodedInt64(), reader.ReadInt32(), reader.ReadInt32()));
        for (var n = reader.Read7BitEncodedInt(); n > 0; n--) state.Add(AccountState.Read(reader));
        return state;
    }

    /// <summary>Absent strings are written as empty ones.</summary>
    internal static string? Told(string text) => text.Length == 0 ? null : text;

    private static void WriteDate(BinaryWriter writer, DateOnly? date) => writer.Write(date?.DayNumber ?? -1);

    private static DateOnly? ReadDate(BinaryReader reader) => reader.ReadInt32() is var day and >= 0 ? DateOnly.FromDayNumber(day) : null;
}
