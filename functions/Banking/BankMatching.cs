namespace BackOffice.Banking;

/// <summary>An open item that a line may settle.</summary>
/// <param name="OpenMinor">What is still open, minor units of the bank account's currency: a receivable positive, a payable negative.</param>
/// <param name="Foreign">What is open of it in its own currency, signed alike, when that is another than the bank account's; then nothing is posted without a person. Null: it is owed in that of the account.</param>
public sealed record MatchItem(string Account, string Party, string Document, DateOnly DueDate, long OpenMinor, ItemAmount? Foreign = null);

/// <summary>An amount in a currency of its own.</summary>
/// <param name="Currency">ISO 4217.</param>
/// <param name="AmountMinor">Minor units of that currency, signed as on the account: a debit positive.</param>
public sealed record ItemAmount(string Currency, long AmountMinor);

/// <summary>An order of ours that the bank was given.</summary>
/// <param name="Id">Of the payment; at the bank it is called by <see cref="Payment.Reference"/>, each of its payments <c>{reference}-1</c> and so on.</param>
/// <param name="Transit">Where it is booked as on its way.</param>
/// <param name="Items">Its payments.</param>
public sealed record OwnPayment(string Id, string Transit, IReadOnlyList<PaymentItem> Items);

/// <summary>A line that was posted before, which a return may take back.</summary>
/// <param name="Item">Case id of its bank item.</param>
public sealed record EarlierLine(string Item, BankLine Line, IReadOnlyList<CounterLine> Lines);

/// <summary>A line of the other side of an entry that a bank line becomes.</summary>
/// <param name="AmountMinor">Minor units of the bank account's currency, a debit positive.</param>
/// <param name="Foreign">How much of the item it takes off in the item's own currency, when that is another.</param>
public sealed record CounterLine(string Account, long AmountMinor, string? Party = null, string? Document = null, string? TaxCode = null, ItemAmount? Foreign = null);

/// <summary>Payments of an order of ours that a line is about.</summary>
/// <param name="Payment">Id of the order.</param>
/// <param name="Numbers">Which of its payments, from 1.</param>
public sealed record PaymentPart(string Payment, IReadOnlyList<int> Numbers);

/// <summary>What a line may be, and why; for a person to decide.</summary>
/// <param name="Own">The payments of ours that came back; null: it is about none.</param>
/// <param name="Of">Case id of the line that it takes back; null: of none.</param>
public sealed record Proposal(string Why, IReadOnlyList<CounterLine> Lines, PaymentPart? Own = null, string? Of = null);

/// <summary>What a bank line was found to be: lines to post, or proposals (at most five, the likeliest first), or nothing.</summary>
/// <param name="Why">By what it was matched: <c>payment</c>, <c>reference</c>, <c>party</c>, <c>assigned</c>; null: it was not.</param>
/// <param name="Own">The payments of ours that it shows as gone, or (assigned) as come back.</param>
/// <param name="Of">Case id of the line that it takes back; null: of none.</param>
public sealed record BankMatch(string? Why, IReadOnlyList<CounterLine> Lines, IReadOnlyList<Proposal> Proposals, PaymentPart? Own = null, string? Of = null);

/// <summary>Open items and bank details as the lines of one statement meet them, in order: what a line settles the next one does not find.</summary>
public sealed class BankMatching
{
    private const int MaxProposals = 5;
    private const int ShortestDocument = 3;
    private const int MostJoined = 6;
    private const decimal NearAll = 0.8m;

    private static readonly string[] ChargeCodes = ["-CHRG", "-COMM", "-FEES", "+808", "+809"];

    /// <summary>So much may a bank keep for a payment or a return, minor units.</summary>
    private const long MostChargesMinor = 20_00;

    private readonly Dictionary<string, List<MatchItem>> _byDocument = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<MatchItem>> _byParty = new(StringComparer.Ordinal);
    private readonly Dictionary<long, List<MatchItem>> _byAmount = [];
    private readonly Dictionary<string, string?> _partyByIban = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string?> _partyByName = new(StringComparer.Ordinal);
    private readonly Dictionary<string, OwnPayment> _own = new(StringComparer.Ordinal);
    private readonly Dictionary<long, List<EarlierLine>> _earlier = [];
    private readonly Dictionary<string, HashSet<string>> _documents = new(StringComparer.Ordinal);
    private readonly Func<string, IEnumerable<string>> _documentsOf;
    private readonly string? _charges;

    /// <param name="own">Our orders on this bank account that are under way, and those that lines of this statement name.</param>
    /// <param name="earlier">Posted lines that returns of this statement may take back.</param>
    /// <param name="documentsOf">All documents that the book has ever known of a party, settled ones too.</param>
    /// <param name="charges">Account of the bank's charges; null: the book has none, and no proposal is made with them.</param>
    public BankMatching(IEnumerable<MatchItem> items, IEnumerable<KeyValuePair<string, Payee>> payees, IEnumerable<OwnPayment> own, IEnumerable<EarlierLine>? earlier = null, Func<string, IEnumerable<string>>? documentsOf = null, string? charges = null)
    {
        _charges = charges;
        _documentsOf = documentsOf ?? (_ => []);
        foreach (var payment in own) _own[Payment.Reference(payment.Id)] = payment;
        foreach (var line in earlier ?? []) ListOf(_earlier, line.Line.AmountMinor).Add(line);
        foreach (var item in items) Add(item);
        foreach (var (party, payee) in payees)
        {
            // Two of one name or one account are nobody.
            foreach (var iban in payee.Ibans.Where(iban => !_partyByIban.TryAdd(iban, party))) _partyByIban[iban] = null;
            if (!_partyByName.TryAdd(Plain(payee.Name), party)) _partyByName[Plain(payee.Name)] = null;
        }
    }

    /// <summary>
    /// What a line is. A payment of ours, by its own reference or its order's, and exactly its amount: what was on its way has gone; it goes once, over all statements. By reference: the documents that its references and its text name as whole words (case, blanks and punctuation left aside) are open on the fitting side, are one party's, and together are exactly its amount; one of a greater amount takes it as a part when the line comes from that party's own account.
    /// By party: the other side's account, else its exact name, is a party's, exactly one of its items is of that amount, and the line names no other document of that party. Never on a guess: what fits twice, comes from another party's account, is owed in another currency, bears the reference of an order of ours that it does not fit, or takes a payment back is proposed; a return with what it takes back, a payment of ours or an earlier line, first.
    /// Source: DOMAIN, "matched to open items by reference, then amount and party; the rest is listed". Worked: +119.00 "RE R-1, thanks", R-1 of acme open with 119.00 → Cr 1400 119.00 acme R-1.
    /// </summary>
    /// <param name="id">Case id of the line's bank item.</param>
    public BankMatch Take(string id, BankLine line)
    {
        if (Gone(id, line) is { } gone) return gone;
        var named = Named(line).Where(item => Fits(item, line)).ToList();
        var party = PartyOf(line, out var isByIban);
        var ofParty = party is not null && _byParty.TryGetValue(party, out var own) ? own.Where(item => Fits(item, line)).ToList() : [];
        if (!line.IsReturn && !NamesOrder(line))
        {
            var isAnothers = (isByIban && named.Any(item => item.Party != party)) || named.Select(item => item.Party).Distinct(StringComparer.Ordinal).Count() > 1;
            if (named.Count > 0 && !isAnothers && named.TrueForAll(item => item.Foreign is null))
            {
                if (Sum(named) == line.AmountMinor) return Settled(id, "reference", named, line);
                if (named.Count == 1 && isByIban && Math.Abs(line.AmountMinor) < Math.Abs(named[0].OpenMinor)) return Settled(id, "reference", named, line);
            }

            if (named.Count == 0 && ofParty.Where(item => item.OpenMinor == line.AmountMinor).ToList() is [{ Foreign: null } only] && !NamesSettled(line, only.Party)) return Settled(id, "party", [only], line);
        }

        List<Proposal> proposals = [];
        foreach (var proposal in Returned(line).Concat(GoneWithCharges(line)).Concat(GoneInPart(line)).Concat(Charged(line)).Take(MaxProposals))
            if (!proposals.Any(known => known.Lines.SequenceEqual(proposal.Lines))) proposals.Add(proposal);
        void Propose(string why, IReadOnlyList<MatchItem> items)
        {
            // Of items in other currencies together nobody could say which took how much.
            if (items.Count > 1 && items.Any(item => item.Foreign is not null)) return;
            var lines = Lines(items, line);
            if (items is not [{ Foreign: { } foreign } only])
            {
                Add(why, lines);
                return;
            }

            // Whether the rate has made less of it, or a part was paid, only a person can say; what is near all of it is all of it, more likely.
            var all = lines.ConvertAll(one => one with { Foreign = foreign with { AmountMinor = -foreign.AmountMinor } });
            var isNear = Math.Abs(line.AmountMinor) >= Math.Abs(only.OpenMinor) * NearAll;
            foreach (var (how, those) in isNear ? [("all of it", all), ("a part", lines)] : new[] { ("a part", lines), ("all of it", all) }) Add($"{why}; it is owed in {foreign.Currency}, {how}", those);
        }

        void Add(string why, List<CounterLine> lines)
        {
            if (proposals.Count < MaxProposals && lines.Count > 0 && !proposals.Any(known => known.Lines.SequenceEqual(lines))) proposals.Add(new Proposal(why, lines));
        }

        if (named.Count > 0)
        {
            Propose(
                line.IsReturn ? "named; it takes a payment back" : NamesOrder(line) ? "named, but the line bears the reference of an order of ours" : named.Count == 1 && named[0].Foreign is not null ? "named"
                : Sum(named) != line.AmountMinor ? "named, but the amount differs" : "named, but it comes from another's account, or the items are not of one party", named);
        }

        if (ofParty.Count > 1 && Sum(ofParty) == line.AmountMinor) Propose("all that is open of the party", ofParty);
        foreach (var item in ofParty.Where(item => item.OpenMinor == line.AmountMinor)) Propose("the party's, of that amount", [item]);
        foreach (var item in (_byAmount.GetValueOrDefault(line.AmountMinor) ?? []).Take(MaxProposals)) Propose("of that amount", [item]);
        foreach (var item in ofParty.OrderBy(item => item.DueDate).Take(MaxProposals)) Propose("the party's", [item]);
        return new BankMatch(null, [], proposals);
    }

    /// <summary>What each of some lines is, in order. Those that are not matched are looked at once more when the others have been: they are not proposed what another has settled, and may be the only one left that fits.</summary>
    public List<BankMatch> TakeAll(IReadOnlyList<(string Id, BankLine Line)> lines)
    {
        List<BankMatch> found = [.. lines.Select(one => Take(one.Id, one.Line))];
        for (var n = 0; n < found.Count; n++)
            if (found[n].Lines.Count == 0) found[n] = Take(lines[n].Id, lines[n].Line);
        return found;
    }

    /// <summary>Money that went as it was ordered: one payment by its reference, or all of an order that is neither rejected nor on a statement yet. It goes once: the same again is left to a person.</summary>
    private BankMatch? Gone(string id, BankLine line)
    {
        if (line.AmountMinor >= 0 || line.IsReturn) return null;
        if (OneOf(line) is var (single, n)) return IsUnderWay(single.Items[n], id) && single.Items[n].AmountMinor == -line.AmountMinor ? Gone(single, [n]) : null;
        if (line.BatchId is not { } batch || !_own.TryGetValue(batch, out var whole)) return null;
        var under = Enumerable.Range(0, whole.Items.Count).Where(item => IsUnderWay(whole.Items[item], id)).ToList();
        // Cut off before it was taken in: then these are its payments, and no others.
        if (under.Where(item => whole.Items[item].ClearedBy == id).ToList() is { Count: > 0 } its) under = its;
        return under.Count > 0 && under.Aggregate(Int128.Zero, (sum, item) => sum + whole.Items[item].AmountMinor) == -line.AmountMinor ? Gone(whole, under) : null;

        BankMatch Gone(OwnPayment payment, IReadOnlyList<int> numbers)
        {
            var reference = Payment.Reference(payment.Id);
            _own[reference] = payment with { Items = [.. payment.Items.Select((item, at) => numbers.Contains(at) ? item with { ClearedBy = id } : item)] };
            return new BankMatch("payment", [new CounterLine(payment.Transit, -line.AmountMinor, Document: reference)], [], new PaymentPart(payment.Id, [.. numbers.Select(at => at + 1)]));
        }
    }

    /// <summary>Whether a return may take back a line of an amount: of its own, or of less by the bank's charges.</summary>
    internal static bool MayTakeBack(BankLine line, long amount) => amount == -line.AmountMinor || (line.AmountMinor < 0 && amount > 0 && amount <= -line.AmountMinor && amount >= -line.AmountMinor - MostChargesMinor);

    /// <summary>What a return takes back: a payment of ours that had gone, which is owed again; else the earlier lines of that amount with the same end-to-end reference, the same account of the other side, or a document that it names, the latest first.</summary>
    private IEnumerable<Proposal> Returned(BankLine line)
    {
        if (!line.IsReturn) yield break;
        var reason = line.ReturnReason is { } told ? $" ({told})" : "";
        if (line.AmountMinor > 0 && OneOf(line) is var (payment, n) && payment.Items[n] is { ClearedBy: not null, ReturnedBy: null } item && item.AmountMinor == line.AmountMinor)
            yield return new Proposal($"payment '{payment.Id}', no. {n + 1}, came back{reason}", [new CounterLine(item.Account, -line.AmountMinor, item.Party, item.Document)], new PaymentPart(payment.Id, [n + 1]));
        var words = Words(line.Remittance).ToHashSet(StringComparer.Ordinal);
        // The bank takes what came back and its charges in one line.
        var amounts = _earlier.Keys.Where(amount => MayTakeBack(line, amount) && (_charges is not null || amount == -line.AmountMinor));
        var taken = amounts.SelectMany(amount => _earlier.GetValueOrDefault(amount) ?? []).Where(earlier => earlier.Line.BookedOn <= line.BookedOn &&
            ((line.EndToEndId is not null && line.EndToEndId == earlier.Line.EndToEndId) || (line.PartyIban is not null && line.PartyIban == earlier.Line.PartyIban) || earlier.Lines.Any(one => one.Document is { } document && words.Contains(Plain(document)))));
        foreach (var earlier in taken.OrderByDescending(earlier => earlier.Line.AmountMinor).ThenByDescending(earlier => earlier.Line.BookedOn).ThenBy(earlier => earlier.Item, StringComparer.Ordinal).Take(MaxProposals - 1))
        {
            var kept = -line.AmountMinor - earlier.Line.AmountMinor;
            List<CounterLine> lines = [.. earlier.Lines.Select(Back)];
            if (kept > 0) lines.Add(new CounterLine(_charges!, kept));
            yield return new Proposal($"takes back the line of {Kernel.BusinessDay.Text(earlier.Line.BookedOn)}{(kept > 0 ? " with the bank's charges" : "")}{reason}", lines, Of: earlier.Item);
        }
    }

    /// <summary>A line with its side changed.</summary>
    internal static CounterLine Back(CounterLine line) => line with { AmountMinor = -line.AmountMinor, Foreign = line.Foreign is { } foreign ? foreign with { AmountMinor = -foreign.AmountMinor } : null };

    /// <summary>A payment of ours, or all of an order, for which the bank took somewhat more than was ordered.</summary>
    private IEnumerable<Proposal> GoneWithCharges(BankLine line)
    {
        if (_charges is null || line.AmountMinor >= 0 || line.IsReturn) yield break;
        var (payment, numbers) = OneOf(line) is var (single, n) ? (single, [n]) : line.BatchId is { } batch && _own.TryGetValue(batch, out var whole) ? (whole, Enumerable.Range(0, whole.Items.Count).ToList()) : default((OwnPayment?, List<int>));
        numbers = payment is null ? [] : numbers!.Where(at => !payment.Items[at].IsEnded).ToList();
        var ordered = numbers.Aggregate(Int128.Zero, (sum, at) => sum + payment!.Items[at].AmountMinor);
        var kept = -line.AmountMinor - ordered;
        if (payment is null || ordered == 0 || kept <= 0 || kept > MostChargesMinor) yield break;
        var reference = Payment.Reference(payment.Id);
        yield return new Proposal($"payment '{payment.Id}' with the bank's charges", [new CounterLine(payment.Transit, (long)ordered, Document: reference), new CounterLine(_charges, (long)kept)], new PaymentPart(payment.Id, [.. numbers.Select(at => at + 1)]));
    }

    /// <summary>Of an order of ours that a line names, the payments that alone come to its amount: what was on its way has gone in part. Where several choices do, a person must say which.</summary>
    private IEnumerable<Proposal> GoneInPart(BankLine line)
    {
        if (line.AmountMinor >= 0 || line.IsReturn || OneOf(line) is not null || line.BatchId is not { } batch || !_own.TryGetValue(batch, out var order)) yield break;
        var numbers = Payment.OnlyOf(order.Items, -line.AmountMinor);
        if (numbers is not null) yield return new Proposal($"payment '{order.Id}' in part", [new CounterLine(order.Transit, -line.AmountMinor, Document: batch)], new PaymentPart(order.Id, numbers));
    }

    /// <summary>The bank's own charges, as the line's code says. Source: ISO 20022 External Code Sets, sub-families CHRG, COMM and FEES; DK, Geschäftsvorfallcode 808 and 809.</summary>
    private IEnumerable<Proposal> Charged(BankLine line)
    {
        if (_charges is not null && line.AmountMinor < 0 && !line.IsReturn && line.Code is { } code && ChargeCodes.Any(one => code.EndsWith(one, StringComparison.Ordinal)))
            yield return new Proposal("the bank's charges", [new CounterLine(_charges, -line.AmountMinor)]);
    }

    /// <summary>Whether a line of money that went bears the reference of an order of ours.</summary>
    private bool NamesOrder(BankLine line) => line.AmountMinor < 0 && (OneOf(line) is not null || (line.BatchId is { } batch && _own.ContainsKey(batch)));

    /// <summary>Whether a line names a document of the party that is not open any more: it was paid before, and is paid once more.</summary>
    private bool NamesSettled(BankLine line, string party)
    {
        if (!_documents.TryGetValue(party, out var documents)) _documents.Add(party, documents = [.. _documentsOf(party).Select(Plain).Where(IsTelling)]);
        return documents.Count > 0 && ((string?[])[line.EndToEndId, line.Remittance]).Any(text => Words(text).Any(documents.Contains));
    }

    /// <summary>The payment of ours that a line's end-to-end reference names, and its place from 0.</summary>
    private (OwnPayment Payment, int At)? OneOf(BankLine line) =>
        Payment.PartOf(line.EndToEndId) is var (reference, number) && _own.TryGetValue(reference, out var payment) && number <= payment.Items.Count ? (payment, number - 1) : null;

    private static bool IsUnderWay(PaymentItem item, string id) => !item.IsNotMade && (item.ClearedBy is null || item.ClearedBy == id);

    private BankMatch Settled(string id, string why, IReadOnlyList<MatchItem> items, BankLine line)
    {
        var lines = Lines(items, line);
        ListOf(_earlier, line.AmountMinor).Add(new EarlierLine(id, line, lines));
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
            lines.Add(new CounterLine(items[n].Account, -part, items[n].Party, items[n].Document, Foreign: PartOf(items[n], part)));
            left -= part;
        }

        return lines;
    }

    /// <summary>How much of an item's own currency a part of it is; all of it when it is paid in full, or more.</summary>
    private static ItemAmount? PartOf(MatchItem item, long part) =>
        item.Foreign is not { } foreign ? null : foreign with { AmountMinor = -(Math.Abs(part) >= Math.Abs(item.OpenMinor) ? foreign.AmountMinor : (long)decimal.Round((decimal)foreign.AmountMinor * part / item.OpenMinor, MidpointRounding.AwayFromZero)) };

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

    /// <summary>A number such as "7" would be found in any text.</summary>
    private static bool IsTelling(string document) => document.Length >= ShortestDocument && document.Any(char.IsAsciiDigit);

    private void Add(MatchItem item)
    {
        if (Plain(item.Document) is var document && IsTelling(document)) ListOf(_byDocument, document).Add(item);
        ListOf(_byParty, item.Party).Add(item);
        ListOf(_byAmount, item.OpenMinor).Add(item);
    }

    private void Remove(MatchItem item)
    {
        if (_byDocument.TryGetValue(Plain(item.Document), out var named)) named.Remove(item);
        _byParty[item.Party].Remove(item);
        _byAmount[item.OpenMinor].Remove(item);
    }

    private static List<T> ListOf<TKey, T>(Dictionary<TKey, List<T>> lists, TKey key) where TKey : notnull
    {
        if (!lists.TryGetValue(key, out var list)) lists.Add(key, list = []);
        return list;
    }

    /// <summary>A name or document as it is compared: letters and digits alone, in capitals.</summary>
    internal static string Plain(string text) => new([.. text.Where(char.IsLetterOrDigit).Select(char.ToUpperInvariant)]);
}
