namespace BackOffice.Banking;

/// <summary>An open item that a line may settle.</summary>
/// <param name="OpenMinor">What is still open, minor units: a receivable positive, a payable negative.</param>
public sealed record MatchItem(string Account, string Party, string Document, DateOnly DueDate, long OpenMinor);

/// <summary>A payment of ours that the bank was ordered to make.</summary>
/// <param name="Reference">How the order is called at the bank; its payments are <c>{reference}-1</c> and so on.</param>
/// <param name="Transit">Where it is booked as on its way.</param>
/// <param name="AmountsMinor">What each payment takes, minor units, above 0; 0: the bank rejected it.</param>
public sealed record OwnPayment(string Reference, string Transit, IReadOnlyList<long> AmountsMinor);

/// <summary>A line of the other side of an entry that a bank line becomes.</summary>
/// <param name="AmountMinor">Minor units, a debit positive.</param>
public sealed record CounterLine(string Account, long AmountMinor, string? Party = null, string? Document = null, string? TaxCode = null);

/// <summary>What a line may be, and why; for a person to decide.</summary>
public sealed record Proposal(string Why, IReadOnlyList<CounterLine> Lines);

/// <summary>What a bank line was found to be: lines to post, or proposals (at most five, the likeliest first), or nothing.</summary>
/// <param name="Why">By what it was matched: <c>payment</c>, <c>reference</c>, <c>party</c>, <c>assigned</c>; null: it was not.</param>
public sealed record BankMatch(string? Why, IReadOnlyList<CounterLine> Lines, IReadOnlyList<Proposal> Proposals);

/// <summary>Open items and bank details as the lines of one statement meet them, in order: what a line settles the next one does not find.</summary>
public sealed class BankMatching
{
    private const int MaxProposals = 5;
    private const int ShortestDocument = 3;
    private const int MostJoined = 6;

    private readonly Dictionary<string, List<MatchItem>> _byDocument = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<MatchItem>> _byParty = new(StringComparer.Ordinal);
    private readonly Dictionary<long, List<MatchItem>> _byAmount = [];
    private readonly Dictionary<string, string?> _partyByIban = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string?> _partyByName = new(StringComparer.Ordinal);
    private readonly Dictionary<string, OwnPayment> _own = new(StringComparer.Ordinal);

    public BankMatching(IEnumerable<MatchItem> items, IEnumerable<KeyValuePair<string, Payee>> payees, IEnumerable<OwnPayment> own)
    {
        foreach (var payment in own) _own[payment.Reference] = payment;

        foreach (var item in items) Add(item);
        foreach (var (party, payee) in payees)
        {
            // Two of one name or one account are nobody.
            foreach (var iban in payee.Ibans.Where(iban => !_partyByIban.TryAdd(iban, party))) _partyByIban[iban] = null;
            if (!_partyByName.TryAdd(Plain(payee.Name), party)) _partyByName[Plain(payee.Name)] = null;
        }
    }

    /// <summary>
    /// What a line is. A payment of ours, by its own reference or its order's, and exactly its amount: what was on its way has gone. By reference: the documents that its references and its text name as whole words (case, blanks and punctuation left aside) are open on the fitting side, are one party's, and together are exactly its amount; one of a greater amount takes it as a part when the line comes from that party's own account.
    /// By party: the other side's account, else its exact name, is a party's, and exactly one of its items is of that amount. Never on a guess: what fits twice, comes from another party's account, or takes a payment back is proposed.
    /// Source: DOMAIN, "matched to open items by reference, then amount and party; the rest is listed". Worked: +119.00 "RE R-1, thanks", R-1 of acme open with 119.00 → Cr 1400 119.00 acme R-1.
    /// </summary>
    public BankMatch Take(BankLine line)
    {
        if (Ordered(line) is { } transit) return new BankMatch("payment", [transit], []);
        var named = Named(line).Where(item => Fits(item, line)).ToList();
        var party = PartyOf(line, out var isByIban);
        var ofParty = party is not null && _byParty.TryGetValue(party, out var own) ? own.Where(item => Fits(item, line)).ToList() : [];
        if (!line.IsReturn)
        {
            var isForeign = (isByIban && named.Any(item => item.Party != party)) || named.Select(item => item.Party).Distinct(StringComparer.Ordinal).Count() > 1;
            if (named.Count > 0 && !isForeign && Sum(named) == line.AmountMinor) return Settled("reference", named, line);
            if (named.Count == 1 && isByIban && !isForeign && Math.Abs(line.AmountMinor) < Math.Abs(named[0].OpenMinor)) return Settled("reference", named, line);
            if (named.Count == 0 && ofParty.Where(item => item.OpenMinor == line.AmountMinor).ToList() is [var only]) return Settled("party", [only], line);
        }

        List<Proposal> proposals = [];
        void Propose(string why, IReadOnlyList<MatchItem> items)
        {
            var lines = Lines(items, line);
            if (proposals.Count < MaxProposals && lines.Count > 0 && !proposals.Any(known => known.Lines.SequenceEqual(lines))) proposals.Add(new Proposal(why, lines));
        }

        if (named.Count > 0) Propose(line.IsReturn ? "named; it takes a payment back" : "named, but the amount differs or it comes from another's account", named);
        if (ofParty.Count > 1 && Sum(ofParty) == line.AmountMinor) Propose("all that is open of the party", ofParty);
        foreach (var item in ofParty.Where(item => item.OpenMinor == line.AmountMinor)) Propose("the party's, of that amount", [item]);
        foreach (var item in _byAmount.GetValueOrDefault(line.AmountMinor) ?? []) Propose("of that amount", [item]);
        foreach (var item in ofParty.OrderBy(item => item.DueDate)) Propose("the party's", [item]);
        return new BankMatch(null, [], proposals);
    }

    /// <summary>Money that went as it was ordered: one payment by its reference, or all of an order that the bank has not rejected. It goes once: the same again is left to a person.</summary>
    private CounterLine? Ordered(BankLine line)
    {
        if (line.AmountMinor >= 0 || line.IsReturn) return null;
        if (line.EndToEndId is { } id && id.LastIndexOf('-') is var cut and > 0 && _own.TryGetValue(id[..cut], out var single) && int.TryParse(id.AsSpan(cut + 1), System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var number) && number >= 1 && number <= single.AmountsMinor.Count && single.AmountsMinor[number - 1] == -line.AmountMinor)
        {
            _own[single.Reference] = single with { AmountsMinor = [.. single.AmountsMinor.Select((amount, n) => n == number - 1 ? 0 : amount)] };
            return new CounterLine(single.Transit, -line.AmountMinor, Document: single.Reference);
        }

        if (line.BatchId is not { } batch || !_own.TryGetValue(batch, out var whole) || whole.AmountsMinor.Aggregate(Int128.Zero, (sum, amount) => sum + amount) != -line.AmountMinor) return null;
        _own[batch] = whole with { AmountsMinor = [] };
        return new CounterLine(whole.Transit, -line.AmountMinor, Document: whole.Reference);
    }

    private BankMatch Settled(string why, IReadOnlyList<MatchItem> items, BankLine line)
    {
        var lines = Lines(items, line);
        foreach (var (item, settled) in items.Zip(lines))
        {
            Remove(item);
            if (item.OpenMinor + settled.AmountMinor is var left && left != 0) Add(item with { OpenMinor = left });
        }

        return new BankMatch(why, lines, []);
    }

    /// <summary>What comes off each item: in order, no more than is open of it and than the line has; the last takes what is left of the line.</summary>
    private static List<CounterLine> Lines(IReadOnlyList<MatchItem> items, BankLine line)
    {
        List<CounterLine> lines = [];
        var left = line.AmountMinor;
        for (var n = 0; n < items.Count && left != 0; n++)
        {
            var part = n == items.Count - 1 ? left : Math.Sign(left) * Math.Min(Math.Abs(left), Math.Abs(items[n].OpenMinor));
            lines.Add(new CounterLine(items[n].Account, -part, items[n].Party, items[n].Document));
            left -= part;
        }

        return lines;
    }

    private static Int128 Sum(IEnumerable<MatchItem> items) => items.Aggregate(Int128.Zero, (sum, item) => sum + item.OpenMinor);

    /// <summary>What comes to us settles receivables, what goes payables.</summary>
    private static bool Fits(MatchItem item, BankLine line) => Math.Sign(item.OpenMinor) == Math.Sign(line.AmountMinor);

    private string? PartyOf(BankLine line, out bool isByIban)
    {
        var byIban = line.PartyIban is { } iban ? _partyByIban.GetValueOrDefault(iban) : null;
        isByIban = byIban is not null;
        return isByIban ? byIban : line.Party is { } name ? _partyByName.GetValueOrDefault(Plain(name)) : null;
    }

    /// <summary>The items whose document a line names, each once.</summary>
    private List<MatchItem> Named(BankLine line)
    {
        List<MatchItem> named = [];
        foreach (var text in (string?[])[line.EndToEndId, line.Remittance])
            foreach (var word in Words(text))
                foreach (var item in _byDocument.GetValueOrDefault(word) ?? [])
                    if (!named.Contains(item)) named.Add(item);
        return named;
    }

    /// <summary>Runs of one to six words, joined: "R-2026/17" is R202617 as well as R, 2026 and 17.</summary>
    private static IEnumerable<string> Words(string? text)
    {
        if (text is null) yield break;
        var words = new string([.. text.Select(c => char.IsLetterOrDigit(c) ? char.ToUpperInvariant(c) : ' ')]).Split(' ', StringSplitOptions.RemoveEmptyEntries);
        for (var from = 0; from < words.Length; from++)
        {
            var joined = "";
            for (var to = from; to < words.Length && to < from + MostJoined; to++) yield return joined += words[to];
        }
    }

    private void Add(MatchItem item)
    {
        // A number such as "7" would be found in any text.
        if (Plain(item.Document) is { Length: >= ShortestDocument } document && document.Any(char.IsAsciiDigit)) ListOf(_byDocument, document).Add(item);
        ListOf(_byParty, item.Party).Add(item);
        ListOf(_byAmount, item.OpenMinor).Add(item);
    }

    private void Remove(MatchItem item)
    {
        if (_byDocument.TryGetValue(Plain(item.Document), out var named)) named.Remove(item);
        _byParty[item.Party].Remove(item);
        _byAmount[item.OpenMinor].Remove(item);
    }

    private static List<MatchItem> ListOf<TKey>(Dictionary<TKey, List<MatchItem>> lists, TKey key) where TKey : notnull
    {
        if (!lists.TryGetValue(key, out var list)) lists.Add(key, list = []);
        return list;
    }

    private static string Plain(string text) => new([.. text.Where(char.IsLetterOrDigit).Select(char.ToUpperInvariant)]);
}
