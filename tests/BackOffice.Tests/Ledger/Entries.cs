using BackOffice.Ledger;
using CsCheck;

namespace BackOffice.Tests.Ledger;

/// <summary>Made-up entries and books for the tests of the pure rules.</summary>
internal static class Entries
{
    public static readonly string[] Accounts = ["1000", "1200", "1400", "4210", "8400", "Assets:Bank"];

    /// <summary>Good entries of two to five lines on <see cref="Accounts"/>, dated in 2024 and 2025.</summary>
    public static Gen<Entry> Good(int ids) =>
        from id in Gen.Int[1, Math.Max(ids, 1)]
        from day in Gen.Int[0, 730]
        from text in Gen.OneOf("Rent", "Büro \"A\"", "a\\b", "😀 & <x>", "+49 'quoted'")
        from lines in (from account in Gen.OneOf(Accounts)
                       from amount in Gen.Long[1, 99_999_999]
                       from party in Gen.OneOf<string?>(null, "c-1", "s:2")
                       from due in Gen.OneOf<DateOnly?>(null, new DateOnly(2025, 5, 1))
                       from currency in Gen.OneOf<string?>(null, "USD", "CHF")
                       select new Line(account, amount, party, null, due, Foreign: currency is null ? null : new Foreign(currency, amount * 2, 2))).Array[1, 4]
        select new Entry($"e{id}", new DateOnly(2024, 1, 1).AddDays(day), text, [.. lines, new Line("1000", -lines.Sum(line => line.AmountMinor))]);

    public static Entry Simple(string id, string date = "2025-01-31", long amountMinor = 100, string debit = "4210", string credit = "1200") =>
        new(id, DateOnly.ParseExact(date, "yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture), "Test", [new Line(debit, amountMinor), new Line(credit, -amountMinor)]);
}

/// <summary>A book in memory only: drafts are committed as the committer would, without a store.</summary>
internal sealed class PureBook
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private int _commits;

    public BookState State { get; } = new();

    /// <summary>All segments, as copies that outlive the draft's buffer.</summary>
    public List<Segment> Segments { get; } = [];

    public static PureBook Open(string currency = "EUR", string? chart = null)
    {
        var book = new PureBook();
        book.Commit(draft => PutBook.Decide(draft, new PutBook.BookWanted("Test", currency, chart), "tester"));
        book.Commit(draft => PutAccounts.Decide(draft, [.. Entries.Accounts.Where(code => !draft.HasAccount(code)).Select(code => new PutAccounts.AccountWanted(code, $"Account {code}", AccountType.Asset, ""))], "tester"));
        return book;
    }

    public T Commit<T>(Func<BookDraft, T> decide)
    {
        var draft = new BookDraft(State, Start.AddSeconds(_commits++), new System.Buffers.ArrayBufferWriter<byte>());
        var answer = decide(draft);
        foreach (var (segment, records) in draft.Segments())
        {
            State.Fold(segment, records);
            Segments.Add(segment with { Lines = segment.Lines.ToArray() });
        }

        return answer;
    }

    /// <summary>Decides an entry and posts it if it may.</summary>
    public PostDecision Post(Entry entry) => Commit(draft => Post(draft, entry));

    public static PostDecision Post(BookDraft draft, Entry entry)
    {
        var prepared = PreparedEntry.Of(entry, 2);
        var decision = PostEntry.Decide(draft, prepared);
        if (decision.IsPost) draft.Post(prepared, decision.Date, "tester");
        return decision;
    }

    /// <summary>The state that a reader comes to from the stored bytes alone.</summary>
    public BookState Replayed()
    {
        var state = new BookState();
        foreach (var segment in Segments)
        {
            var unpacked = segment with { Lines = Segment.Unpack(segment.Pack(), segment.Lines.Length) };
            state.Fold(unpacked, unpacked.Records(state.Digits));
        }

        return state;
    }
}
