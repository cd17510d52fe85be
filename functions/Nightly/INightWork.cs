using System.Text.Json.Serialization;
using BackOffice.Kernel;
using BackOffice.Ledger;

namespace BackOffice.Nightly;

/// <summary>
/// A department's part in the night: calendar work that comes due by date (slices, depreciation, interest), without a row for each. What is due is computed from the open cases by pure functions; what is in
/// the book already is not due any more, so that running again changes nothing.
/// </summary>
public interface INightWork
{
    /// <summary>The department's name: <c>accruals</c>.</summary>
    string Name { get; }

    /// <summary>In which phase it is done.</summary>
    NightPhaseName Phase { get; }

    /// <summary>
    /// The entries that the schedules want by <see cref="NightScope.Date"/> and that are not in the book (<see cref="NightScope.IsIn"/>), in order of <see cref="DueEntry.Position"/>; of the cases after one
    /// position and up to another. Asked again with the same scope it gives the same entries, unless a case was changed.
    /// </summary>
    IAsyncEnumerable<DueEntry> DueAsync(NightScope night, string? after, string? through);

    /// <summary>
    /// What proves the department's cases equal to their accounts, as known at <see cref="NightScope.Entry"/>. Asked again by a night that was cut off, or is run again, it gives the same checks: a case may be put out of
    /// their sight only when the night before has proved it whole (<see cref="NightScope.IsProved"/>).
    /// </summary>
    Task<IReadOnlyList<NightCheck>> CheckAsync(NightScope night);
}

/// <summary>The phases in which a night posts, in order; a later one sees what an earlier one posted. Written by name, also in messages, which the host reads by rules of its own.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<NightPhaseName>))]
public enum NightPhaseName
{
    /// <summary>What is due by the calendar: accrual slices, depreciation.</summary>
    Postings,

    /// <summary>What goes by the balances that the postings led to.</summary>
    Valuations,
}

/// <summary>An entry that is due.</summary>
/// <param name="Position">Where its case comes in a scan (<see cref="CaseTable.Position"/>); entries of one case follow one another.</param>
/// <param name="Entry">The entry, with its derived id.</param>
public sealed record DueEntry(string Position, Entry Entry);

/// <summary>One check at the end of a night: two numbers that must be equal.</summary>
/// <param name="Name">What is compared: <c>accruals</c>.</param>
/// <param name="Subject">Of what: an account; empty when it is the book.</param>
/// <param name="Expected">What it should be, as a decimal.</param>
/// <param name="Actual">What it is.</param>
/// <param name="Difference">Actual − expected.</param>
/// <param name="Passed">Whether they are equal.</param>
/// <param name="Detail">What the two numbers are, and what to do when they differ.</param>
public sealed record NightCheck(string Name, string Subject, string Expected, string Actual, string Difference, bool Passed, string Detail)
{
    /// <summary>Of amounts in minor units; a debit balance is positive.</summary>
    public static NightCheck OfAmounts(string name, string subject, Int128 expectedMinor, Int128 actualMinor, int digits, string detail) =>
        new(name, subject, Amount.Format(expectedMinor, digits), Amount.Format(actualMinor, digits), Amount.Format(actualMinor - expectedMinor, digits), expectedMinor == actualMinor, detail);

    public static NightCheck OfCounts(string name, long expected, long actual, string detail) => OfAmounts(name, "", expected, actual, 0, detail);
}

/// <summary>The book as a night sees it: a business date, and the books as known at a stated entry, so that what is posted by day cannot race it.</summary>
/// <param name="Book">The book.</param>
/// <param name="Digits">Digits of its currency.</param>
/// <param name="Settings">Its chart and fiscal year.</param>
/// <param name="Date">The business date whose night it is.</param>
/// <param name="Entry">Number of the last entry that it knows.</param>
/// <param name="Record">Number of the last record then.</param>
/// <param name="HeadHash">Chain hash then, hexadecimal.</param>
/// <param name="Balances">Whole balance of each account then, of all dates, in minor units; a debit balance is positive.</param>
public sealed record NightScope(Book Book, int Digits, BookSettings Settings, DateOnly Date, long Entry, long Record, string HeadHash, IReadOnlyDictionary<string, Int128> Balances)
{
    /// <summary>Pins the book as it is now.</summary>
    public static Task<NightScope> PinAsync(Book book, DateOnly date) => book.ReadAsync(state => new NightScope(
        book, state.Digits, state.Settings, date, state.Entries, state.Record, Convert.ToHexStringLower(state.Hash),
        state.Accounts.ToDictionary(account => account.Code, account => account.Between(0, int.MaxValue).BalanceMinor, StringComparer.Ordinal)));

    /// <summary>Number of the last entry that the checks of the night before saw, when all of them passed; else 0.</summary>
    public long ProvedEntry { get; init; }

    /// <summary>Whether an entry with this id is in the book, as known at <see cref="Entry"/>.</summary>
    public bool IsIn(string entryId) => IsAmongFirst(Entry, entryId);

    /// <summary>Whether the night before proved an entry with this id.</summary>
    public bool IsProved(string entryId) => IsAmongFirst(ProvedEntry, entryId);

    /// <summary>What an entry in the book posted to an account for a party, minor units, a debit positive; null when there is no such entry.</summary>
    public Int128? PostedMinor(string entryId, string account, string party)
    {
        var digest = Ids.Digest(entryId);
        return Book.ReadKnown(state => state.Index.Find(digest) is not { } number || number > Entry ? null
            : state.Account(account) is { } found && found.Parties.TryGetValue(party, out var known) ? known.Postings.Where(posting => posting.Entry == number).Aggregate(Int128.Zero, (sum, posting) => sum + posting.AmountMinor) : (Int128?)0);
    }

    public Int128 BalanceMinor(string account) => Balances.GetValueOrDefault(account);

    private bool IsAmongFirst(long entries, string entryId)
    {
        var digest = Ids.Digest(entryId);
        return Book.ReadKnown(state => state.Index.Find(digest)) is { } number && number <= entries;
    }
}
