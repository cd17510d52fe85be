namespace BackOffice.Ledger;

/// <summary>
/// What one voucher (Beleg) of a party still leaves to be paid on an account. Amounts stand as on the account: a receivable is positive, a payable negative.
/// </summary>
/// <param name="OriginalMinor">The amount it was opened with, minor units, never 0.</param>
/// <param name="SettledMinor">What has come off it since, of the original's sign; of the other sign when it was raised.</param>
/// <param name="DaysOverdue">Days from the due date to the day asked for; 0 while it is not overdue.</param>
/// <param name="FirstEntry">Number of the entry that opened it.</param>
/// <param name="OpenedOn">Posting date of the line that opened it.</param>
/// <param name="Entries">Numbers of all entries that post to it, in order of posting date.</param>
public sealed record OpenItem(
    string Account, string Party, string Document, DateOnly DueDate, int DaysOverdue, Int128 OriginalMinor, Int128 SettledMinor, long FirstEntry, IReadOnlyList<long> Entries, DateOnly OpenedOn)
{
    public Int128 OpenMinor => OriginalMinor - SettledMinor;

    /// <summary>Whether more was paid than was owed: what is open has the other sign.</summary>
    public bool IsCredit => Int128.Sign(OpenMinor) == -Int128.Sign(OriginalMinor);
}

/// <summary>What a party has on an account without an item it belongs to (Akontozahlung): the line names no voucher, or one that opened no item. An empty party: the line names none.</summary>
public sealed record OnAccount(string Account, string Party, Int128 AmountMinor);

/// <summary>Open amounts by days overdue: 0 (not due), 1–30, 31–60, 61–90, more than 90; what is on account beside them. All together they are the balance of the lines with a party.</summary>
/// <param name="Account">The account; empty in the sum of all.</param>
/// <param name="Party">The party; empty in a sum.</param>
/// <param name="BucketsMinor">Five amounts in minor units, signed as on the account.</param>
public sealed record Ageing(string Account, string Party, IReadOnlyList<Int128> BucketsMinor, Int128 OnAccountMinor)
{
    public const int Buckets = 5;

    public Int128 TotalMinor => BucketsMinor.Aggregate(OnAccountMinor, (sum, bucket) => sum + bucket);

    /// <summary>Worked: 0 days → 0, 1 and 30 → 1, 31 and 60 → 2, 61 and 90 → 3, 91 → 4.</summary>
    public static int BucketOf(int daysOverdue) => daysOverdue switch { <= 0 => 0, <= 30 => 1, <= 60 => 2, <= 90 => 3, _ => 4 };

    public static Ageing Of(string account, string party, IEnumerable<OpenItem> items, Int128 onAccount)
    {
        var buckets = new Int128[Buckets];
        foreach (var item in items) buckets[BucketOf(item.DaysOverdue)] += item.OpenMinor;
        return new Ageing(account, party, buckets, onAccount);
    }

    public static Ageing Sum(string account, IEnumerable<Ageing> rows)
    {
        var (buckets, onAccount) = (new Int128[Buckets], Int128.Zero);
        foreach (var row in rows)
        {
            for (var n = 0; n < Buckets; n++) buckets[n] += row.BucketsMinor[n];
            onAccount += row.OnAccountMinor;
        }

        return new Ageing(account, "", buckets, onAccount);
    }
}

/// <summary>One party's postings on one account, in order of entry; with an empty party what stands there without one, as a balance.</summary>
public sealed record PartyPostings(string Account, string Party, IReadOnlyList<PartyPosting> Postings, Int128 BalanceMinor);

/// <summary>
/// The open items (OPOS) of the asset and liability accounts in the evening of a day, by account, party, due date and document, with what is on account and the ageing of both.
/// </summary>
public sealed record OpenItems(DateOnly On, IReadOnlyList<OpenItem> Items, IReadOnlyList<OnAccount> OnAccount, IReadOnlyList<Ageing> Ageing)
{
    /// <summary>
    /// Takes the lines with a party posted up to the day, by posting date and within a day by entry. An item is opened by the first line of its account, party and document that has a
    /// due date, and afresh by the next such line after it was settled to 0; every other line of the same three settles it or raises it, also one posted before (a payment in advance, on account until the invoice is there). Items that are settled
    /// are left out unless asked for, and so is what sums to nothing on account.
    /// Worked: invoice R-1 of 119.00 due 2025-02-14, 50.00 paid on it → on 2025-03-01 original 119.00, settled 50.00, open 69.00, 15 days overdue, in 1–30.
    /// </summary>
    /// <param name="party">Only this party; null = all.</param>
    /// <param name="settled">Whether settled items are wanted too.</param>
    public static OpenItems Of(BookState state, DateOnly on, string? party = null, bool settled = false) => Of(PostingsOf(state, on, party), on, settled);

    /// <summary>The same of postings that were taken out of the state before: a million of them need longer than others can be kept waiting for the book.</summary>
    public static OpenItems Of(IReadOnlyList<PartyPostings> postings, DateOnly on, bool settled)
    {
        List<OpenItem> items = [];
        List<OnAccount> onAccount = [];
        List<Ageing> ageing = [];
        foreach (var (account, party, own, nobodys) in postings)
        {
            // They come in order of entry; sorting by day keeps that order within a day.
            var (found, rest) = OfParty(account, party, own.OrderBy(posting => posting.Day), on);
            rest += nobodys;
            var shown = found.Where(item => settled || item.OpenMinor != 0).OrderBy(item => item.DueDate).ThenBy(item => item.Document, StringComparer.Ordinal).ToList();
            if (rest != 0) onAccount.Add(new OnAccount(account, party, rest));
            if (rest != 0 || shown.Count > 0) ageing.Add(Ledger.Ageing.Of(account, party, shown, rest));
            items.AddRange(shown);
        }

        return new OpenItems(on, items, onAccount, ageing);
    }

    /// <summary>The postings up to a day, by account and party.</summary>
    /// <param name="type">Only accounts of this type: receivables stand on assets; null = all.</param>
    public static List<PartyPostings> PostingsOf(BookState state, DateOnly on, string? party, AccountType? type = null)
    {
        List<PartyPostings> all = [];
        foreach (var account in state.Accounts.Where(account => state.IsPersonal(account) && account.Parties.Count > 0 && (type is null || account.Type == type)).OrderBy(account => account.Code, StringComparer.Ordinal))
        {
            if (party is null) all.Add(WithoutParty(account, on));
            foreach (var name in party is null ? (IEnumerable<string>)account.Parties.Keys : [party])
                if (account.Parties.TryGetValue(name, out var known)) all.Add(new PartyPostings(account.Code, name, [.. known.Postings.Where(posting => posting.Day <= on.DayNumber)], 0));
        }

        return all;
    }

    /// <summary>What lines without a party brought to the account: it belongs to nobody yet, and must be seen all the same.</summary>
    private static PartyPostings WithoutParty(AccountState account, DateOnly on) =>
        new(account.Code, "", [], account.PartyBalances(on.DayNumber).Aggregate(account.Between(0, on.DayNumber).BalanceMinor, (rest, balance) => rest - balance));

    /// <summary>The item of this voucher in the evening of a day, also a settled one; null when none was opened by then.</summary>
    public static OpenItem? Find(BookState state, DateOnly on, string account, string party, string document) =>
        state.Account(account) is { } found && state.IsPersonal(found) && found.Parties.TryGetValue(party, out var known)
            ? Item(account, party, document, [.. known.Postings.Where(posting => posting.Document == document && posting.Day <= on.DayNumber).OrderBy(posting => posting.Day)], on) : null;

    private static (List<OpenItem> Items, Int128 OnAccount) OfParty(string account, string party, IEnumerable<PartyPosting> postings, DateOnly on)
    {
        List<OpenItem> items = [];
        Int128 rest = 0;
        foreach (var document in postings.GroupBy(posting => posting.Document))
        {
            List<PartyPosting> own = [.. document];
            if (document.Key is not null && Item(account, party, document.Key, own, on) is { } item) items.Add(item);
            else rest += Sum(own);
        }

        return (items, rest);
    }

    private static OpenItem? Item(string account, string party, string document, List<PartyPosting> postings, DateOnly on)
    {
        var (at, running) = (-1, Int128.Zero);
        for (var n = 0; n < postings.Count; running += postings[n++].AmountMinor)
            if (postings[n].DueDay >= 0 && (at < 0 || running == 0)) at = n; // a number used again after all was settled (or reversed) opens it afresh
        if (at < 0) return null;
        var (opener, due) = (postings[at], DateOnly.FromDayNumber(postings[at].DueDay));
        return new OpenItem(account, party, document, due, Math.Max(0, on.DayNumber - due.DayNumber), opener.AmountMinor, opener.AmountMinor - Sum(postings), opener.Entry,
            [.. postings.Select(posting => posting.Entry).Distinct()], DateOnly.FromDayNumber(opener.Day));
    }

    private static Int128 Sum(List<PartyPosting> postings) => postings.Aggregate(Int128.Zero, (sum, posting) => sum + posting.AmountMinor);
}
