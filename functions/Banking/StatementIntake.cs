using System.Collections.Concurrent;
using System.Text.Json;
using BackOffice.Currencies;
using BackOffice.Kernel;
using BackOffice.Ledger;

namespace BackOffice.Banking;

/// <summary>What became of a statement.</summary>
/// <param name="Posted">How many of its lines are posted.</param>
/// <param name="Waiting">How many wait for a person.</param>
/// <param name="IsNew">Whether this call took it in; false: it was all there.</param>
public sealed record TakenIn(KeptStatement Statement, int Posted, int Waiting, bool IsNew);

/// <summary>What became of lines that were matched anew.</summary>
/// <param name="Posted">How many of them are posted now.</param>
/// <param name="Waiting">How many still wait for a person.</param>
public sealed record Rematched(int Posted, int Waiting);

/// <summary>
/// Takes one checked statement in: its case → which lines are known → what the others are, in order → payments of ours are noted as gone → the items, some at a time → the case's end. Cut off anywhere, the same again goes on where it was:
/// items that wait to be told, of this statement or another, are told first, so that the ledger knows what they settled before the rest is matched.
/// </summary>
public sealed class StatementIntake(BankTables bank, ExchangeRateTable rates, CaseSteps steps)
{
    private static readonly ParallelOptions SomeAtATime = new() { MaxDegreeOfParallelism = 16 };

    private readonly ConcurrentDictionary<string, SemaphoreSlim> _books = new(StringComparer.Ordinal);

    /// <summary>Statements of a book are taken in one after the other, since two at once would find the same items open, and each not the other; another instance of the app is met by a look before each commit and one after it.</summary>
    public async Task<T> InTurnAsync<T>(string book, Func<Task<T>> step)
    {
        var turn = _books.GetOrAdd(book, _ => new SemaphoreSlim(1));
        await turn.WaitAsync();
        try
        {
            return await step();
        }
        finally
        {
            turn.Release();
        }
    }

    /// <param name="known">All statements of the book, by case id; this one is added.</param>
    /// <param name="by">Who sent it.</param>
    public async Task<Outcome<TakenIn>> TakeInAsync(OpenedBook book, KeptStatement read, IReadOnlyList<BankLine> lines, BankAccount account, Dictionary<string, KeptStatement> known, string by)
    {
        var (name, id) = (book.Book.Id, read.CaseId);
        var digits = account.Digits(book.Digits);
        if (!(await BeginAsync(name, read, known, digits, by)).Is(out var begun, out var refusal)) return refusal;
        var kept = BankTables.ReadStatement(begun);
        if (begun.IsDone) return await WhatBecameAsync(name, kept);

        var items = await PlaceAsync(name, kept, lines, ChainOf(kept, known, digits));
        if (!(await MatchAsync(book, account, kept, items, by)).Is(out var matched, out refusal)) return refusal;
        if (await CommitAsync(book, account, matched, by) is { } no) return no;

        known[id] = kept;
        if (await CloseGapAsync(name, kept, known, digits, by) is { } still) return still;
        var ended = kept with { Known = items.Count(item => item.There is not null && BankTables.ReadItem(item.There).Statement != id) };
        var end = await steps.RunAsync(bank.Statements, name, id, new CaseCommand("taken-in", "{}", by, "taken-in"), _ => new CaseDecision(BankTables.Write(ended), IsDone: true));
        if (!end.Is(out _, out refusal)) return refusal;
        known[id] = ended;
        return (await WhatBecameAsync(name, ended)) with { IsNew = true };
    }

    /// <summary>The statement's case as it stands, new where there was none; that it fits what was there was seen before.</summary>
    private async Task<Outcome<CaseRow>> BeginAsync(string book, KeptStatement read, Dictionary<string, KeptStatement> known, int digits, string by)
    {
        if (known.ContainsKey(read.CaseId) && await bank.Statements.Cases.FindAsync(book, read.CaseId) is { } there) return there;
        var before = read.Before(known.Values);
        var kept = read with { Gap = read.GapTo(before, digits), Continues = before is not null && read.GoesOnFrom(before, digits) ? before.CaseId : null };
        var begin = await steps.RunAsync(bank.Statements, book, read.CaseId, new CaseCommand(CaseCommand.Create, BankTables.Write(read with { Import = null }), by, CaseCommand.Create), _ => new CaseDecision(BankTables.Write(kept)));
        return begin.Is(out var begun, out var refusal) ? begun.Case
            : refusal.Code == "case/id-reused" ? new Refusal(409, "bank/statement-reused", $"Statement '{Ids.Cut(read.Statement)}' of account '{read.Account}' came before with other content. Nothing was changed by this one.") : refusal;
    }

    /// <summary>What has become of a statement by now, whoever asks.</summary>
    private async Task<TakenIn> WhatBecameAsync(string book, KeptStatement kept)
    {
        var waiting = (await bank.WaitingAsync(book)).GetValueOrDefault(kept.CaseId);
        return new TakenIn(kept, kept.Lines - waiting - (kept.Known ?? 0), waiting, false);
    }

    /// <summary>A line and the item that it is or becomes.</summary>
    /// <param name="There">The item when it is there already, of this statement or of another.</param>
    private sealed record Placed(string Id, BankLine Line, CaseRow? There);

    /// <summary>An item on its way; it settles what its match says, unless a payment of ours turns out to be on another line.</summary>
    /// <param name="there">The item as it waits; null: it is new.</param>
    private sealed class Coming(string id, BankItem item, CaseRow? there = null)
    {
        public CaseRow? There { get; } = there;

        /// <summary>Names what is done to it.</summary>
        public string Operation { get; } = there is null ? id : string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{id}:{there.Version}");

        public string Id { get; } = id;

        public BankItem Item { get; set; } = item;

        public bool IsPosted { get; set; }
    }

    /// <summary>The statements that one goes on from, one after the other, and those that go on from it when it comes late; each with its copies.</summary>
    private static HashSet<string> ChainOf(KeptStatement statement, Dictionary<string, KeptStatement> known, int digits)
    {
        var copies = known.Values.ToLookup(other => other.Likeness);
        HashSet<string> chain = new(StringComparer.Ordinal);
        for (var at = statement; at.Continues is { } before && !chain.Contains(before) && known.TryGetValue(before, out var next); at = next)
            foreach (var copy in copies[next.Likeness]) chain.Add(copy.CaseId);
        for (var at = statement; at.After(known.Values) is { } next && next.GoesOnFrom(at, digits) && chain.Add(next.CaseId); at = next)
            foreach (var copy in copies[next.Likeness]) chain.Add(copy.CaseId);
        return chain;
    }

    /// <summary>Each line with its item's id. Lines alike are told by their place among their like; those of statements that this one goes on from, or that go on from it, are others, however alike.</summary>
    private async Task<List<Placed>> PlaceAsync(string book, KeptStatement kept, IReadOnlyList<BankLine> lines, HashSet<string> chain)
    {
        var placed = new Placed[lines.Count];
        var alike = Enumerable.Range(0, lines.Count).GroupBy(n => lines[n].Fingerprint(kept.Account, 0), StringComparer.Ordinal);
        await Parallel.ForEachAsync(alike, SomeAtATime, async (group, _) =>
        {
            var place = 0;
            foreach (var n in group)
            {
                string item;
                CaseRow? there;
                do
                {
                    item = kept.ItemOf(lines[n], ++place);
                    there = await bank.Items.Cases.FindMarkAsync(book, item, CaseCommand.Create) is null ? null : await bank.Items.Cases.FindAsync(book, item);
                }
                while (there is not null && chain.Contains(BankTables.ReadItem(there).Statement));
                placed[n] = new Placed(item, lines[n], there);
            }
        });
        return [.. placed];
    }

    /// <summary>What the lines that are new become, in order.</summary>
    private async Task<Outcome<List<Coming>>> MatchAsync(OpenedBook book, BankAccount account, KeptStatement kept, List<Placed> placed, string by)
    {
        var name = book.Book.Id;
        await CaseSteps.TellAllAsync(bank.Items, name);
        // A line that was left to a person may have been cut off before its payment was on its way again.
        foreach (var one in placed.Where(one => one.There is { IsDone: false }))
            if (BankTables.ReadItem(one.There!).Match.Proposals.Select(proposal => proposal.Own).FirstOrDefault(own => own is not null) is { } left && await FreeAsync(name, one.Id, left.Payment, by) is { } no) return no;
        List<Placed> fresh = [.. placed.Where(one => one.There is null)];
        if (fresh.Count == 0) return new List<Coming>();
        var matching = await MatchingAsync(book, kept.Account, account, [.. fresh.Select(one => one.Line)]);
        var matches = matching.TakeAll(fresh.ConvertAll(one => (one.Id, one.Line)));
        List<Coming> coming = [.. fresh.Zip(matches, (one, match) => new Coming(one.Id, new BankItem(kept.Account, kept.CaseId, one.Line, match, 0, Currency: account.Currency)))];
        return await NoteGoneAsync(name, coming, by) is { } refused ? refused : coming;
    }

    /// <summary>Notes on our payments which lines show them as gone, before a line is posted against what was on its way. What another statement at this moment has shown is left to a person.</summary>
    private async Task<Refusal?> NoteGoneAsync(string book, List<Coming> coming, string by)
    {
        foreach (var order in coming.Where(one => one.Item.Match.Own is not null).GroupBy(one => one.Item.Match.Own!.Payment, StringComparer.Ordinal))
        {
            var gone = new PaymentTrace(Gone: order.ToDictionary(one => one.Id, one => one.Item.Match.Own!.Numbers, StringComparer.Ordinal));
            if (!(await gone.NoteAsync(bank, steps, book, order.Key, by, string.Join('|', order.Select(one => one.Operation)))).Is(out var payment, out var refusal)) return refusal;
            foreach (var one in order.Where(one => one.Item.Match.Own!.Numbers.Any(n => payment.Items[n - 1].ClearedBy != one.Id)))
            {
                one.Item = one.Item with { Match = new BankMatch(null, [], [new Proposal($"payment '{order.Key}', but another line shows it as gone", one.Item.Match.Lines)]) };
                if (await FreeAsync(book, one.Id, order.Key, by) is { } no) return no;
            }
        }

        return null;
    }

    /// <summary>Commits the items, some at a time; of an account in another currency one after the other, since what a line takes off an item depends on what the one before has left.</summary>
    private async Task<Refusal?> CommitAsync(OpenedBook book, BankAccount account, List<Coming> coming, string by)
    {
        ConcurrentBag<Refusal> refused = [];
        var daily = account.Currency is null ? [] : await RatesAsync(book, account.Currency, coming.Select(one => one.Item.Line.BookedOn));
        await Parallel.ForEachAsync(coming, account.Currency is null ? SomeAtATime : new ParallelOptions { MaxDegreeOfParallelism = 1 }, async (one, _) =>
        {
            var command = one.There is null ? new CaseCommand(CaseCommand.Create, JsonSerializer.Serialize(one.Item.Line.Core(), BankJson.Default.BankLine), by, CaseCommand.Create) { IsFresh = true }
                : new CaseCommand("match", "{}", by, "match:" + one.Operation) { SkipsSame = true };
            var outcome = await steps.RunAsync(bank.Items, book.Book.Id, one.Id, command, async known =>
            {
                if (known?.Version != one.There?.Version) return new Refusal(409, "bank/state", "The line has been changed meanwhile.");
                if (one.Item.Match.Lines.Count == 0) return new CaseDecision(BankTables.Write(one.Item));
                var posted = one.Item with { Rounds = 1 };
                // Another statement at this moment may have settled it.
                if (posted.Match.Own is null && !await book.Book.ReadAsync(state => posted.Match.Lines.All(line => IsOpen(state, line, account))))
                    return new CaseDecision(BankTables.Write(Left(one.Item, "what it would settle was settled meanwhile")));
                var booked = account.Currency is null ? posted : await book.Book.ReadAsync(state => ForeignBooking.Of(posted, state, account, daily.GetValueOrDefault(posted.Line.BookedOn)));
                if (!booked.Is(out var whole, out var no)) return new CaseDecision(BankTables.Write(Left(one.Item, no.Faults[0].Detail)));
                var (tell, refusal) = await Posting.PrepareAsync(book, [whole.Entry(one.Id, account)], by);
                return refusal is null ? new CaseDecision(BankTables.Write(whole), IsDone: true, Tell: tell) : new CaseDecision(BankTables.Write(Left(one.Item, refusal.Faults[0].Detail)));
            });
            if (outcome.Is(out var result, out var failed)) one.IsPosted = result.Case.IsDone;
            else if (one.There is null || failed.Code != "bank/state") refused.Add(failed); // who was faster, a person or another instance, has said what the line is
        });
        if (await OpenWhatWasSettledTwiceAsync(book, account, coming, by) is { } still) refused.Add(still);
        foreach (var lost in coming.Where(one => !one.IsPosted && one.Item.Match.Own is not null))
            if (await FreeAsync(book.Book.Id, lost.Id, lost.Item.Match.Own!.Payment, by) is { } no) refused.Add(no);
        return refused.FirstOrDefault();
    }

    /// <summary>
    /// Two instances may have looked at the same moment, and both have settled an item: then more than all of it is paid, and the line whose entry came later is opened again.
    /// Worked: R-1 is open with 119.00, lines a and b post 119.00 each, b later → b waits for a person, R-1 is settled by a.
    /// </summary>
    private async Task<Refusal?> OpenWhatWasSettledTwiceAsync(OpenedBook book, BankAccount account, List<Coming> coming, string by)
    {
        List<Coming> posted = [.. coming.Where(one => one.IsPosted && one.Item.Match.Own is null)];
        if (posted.Count == 0) return null;
        foreach (var one in await book.Book.ReadAsync(state => posted.Where(one => IsSecond(state, one, account)).ToList()))
        {
            const string why = "another line settled the same at this moment";
            var outcome = await steps.RunAsync(bank.Items, book.Book.Id, one.Id, new CaseCommand("reopening", $$"""{"reason":"{{why}}"}""", by, "twice:" + one.Operation), known => BankSteps.ReopenAsync(book, known!, account, why, by));
            if (!outcome.Is(out _, out var failed)) return failed;
            one.IsPosted = false;
        }

        return null;
    }

    /// <summary>Whether of an item that a line has settled more than all is paid, and the line's entry is the last on it.</summary>
    private static bool IsSecond(BookState state, Coming one, BankAccount account) => one.Item.Match.Lines.Any(line =>
        OpenOf(state, line, account) is { } open && Int128.Sign(open) == Math.Sign(line.AmountMinor)
        && state.Account(line.Account)!.Parties[line.Party!].Postings.Where(posting => posting.Document == line.Document).Max(posting => posting.Entry) == state.Index.Find(Ids.Digest((one.Item with { Rounds = 1 }).EntryIdOf(one.Id))));

    /// <summary>
    /// The lines of an account that wait for a person, matched anew: what they are may have been posted since, or what they were proposed as settled otherwise. One that a person has opened again is proposed, not posted; what it was before stays the first proposal.
    /// Worked: +119.00 "R-9" waits, since R-9 was not booked; R-9 is posted with 119.00 → the line is posted.
    /// </summary>
    /// <param name="justNow">Case ids of statements whose lines have just been matched: when no others wait, there is nothing to do.</param>
    public async Task<Outcome<Rematched>> RematchAsync(OpenedBook book, string id, BankAccount account, IReadOnlySet<string> justNow, string by)
    {
        var name = book.Book.Id;
        List<(CaseRow Row, BankItem Item)> waiting = [];
        await foreach (var row in bank.Items.Cases.ScanAsync(name))
            if (BankTables.ReadItem(row) is var item && item.Account == id) waiting.Add((row, item));
        if (waiting.TrueForAll(one => justNow.Contains(one.Item.Statement))) return new Rematched(0, waiting.Count);

        await CaseSteps.TellAllAsync(bank.Items, name);
        var matching = await MatchingAsync(book, id, account, waiting.ConvertAll(one => one.Item.Line));
        // Those that a person has opened come last: they are not posted, and must not take from the others what these are.
        waiting = [.. waiting.OrderBy(one => one.Item.Rounds > 0).ThenBy(one => one.Item.Line.BookedOn).ThenBy(one => one.Row.Id, StringComparer.Ordinal)];
        List<Coming> coming = [];
        foreach (var ((row, item), match) in waiting.Zip(matching.TakeAll(waiting.ConvertAll(one => (one.Row.Id, one.Item.Line)))))
        {
            var anew = item with { Match = item.Anew(match) };
            if (anew.IsPosted || BankTables.Write(anew) != row.State) coming.Add(new Coming(row.Id, anew, row));
        }

        if (await NoteGoneAsync(name, coming, by) is { } refused) return refused;
        if (await CommitAsync(book, account, coming, by) is { } no) return no;
        var posted = coming.Count(one => one.IsPosted);
        return new Rematched(posted, waiting.Count - posted);
    }

    /// <summary>An item that waits, without the proposals of what is not open any more; those that take a payment or a line back stay.</summary>
    /// <param name="openOf">What is open of the item that a line takes off; null: it takes none off.</param>
    internal static BankItem Current(BankItem item, Func<CounterLine, Int128?> openOf)
    {
        return item with { Match = item.Match with { Proposals = [.. item.Match.Proposals.Where(IsCurrent)] } };

        bool IsCurrent(Proposal proposal) => proposal.Own is not null || proposal.Of is not null || item.Line.IsReturn || proposal.Lines.All(IsOpenStill);
        bool IsOpenStill(CounterLine line) => line.Foreign is not null || openOf(line) is not { } open || Int128.Sign(open) == -Math.Sign(line.AmountMinor);
    }

    /// <summary>Payments of ours that were noted as gone with a line that was not posted after all are on their way again.</summary>
    private async Task<Refusal?> FreeAsync(string book, string item, string payment, string by)
    {
        if (await bank.Payments.Cases.FindAsync(book, payment) is not { } row || BankTables.ReadPayment(row).Items.All(one => one.ClearedBy != item)) return null;
        // A person may have posted it with this very payment meanwhile.
        if (await bank.Items.Cases.FindAsync(book, item) is { IsDone: true } there && BankTables.ReadItem(there).Match.Own?.Payment == payment) return null;
        return (await new PaymentTrace(Reopened: [item]).NoteAsync(bank, steps, book, payment, by, string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{item}:left:{row.Version}"))).Is(out _, out var no) ? null : no;
    }

    /// <summary>What the ledger would not take is left to a person, with the reason.</summary>
    private static BankItem Left(BankItem item, string why) => item with { Match = new BankMatch(null, [], [new Proposal(why, item.Match.Lines, item.Match.Own)]) };

    /// <summary>Whether so much is still open of what a line takes off, in the account's currency.</summary>
    private static bool IsOpen(BookState state, CounterLine line, BankAccount account) =>
        OpenOf(state, line, account) is not { } open || (Int128.Sign(open) == -Math.Sign(line.AmountMinor) && Int128.Abs(open) >= Math.Abs(line.AmountMinor));

    /// <summary>What is open of the item that a line takes off, in the account's currency, 0 when there is none; null: it takes none off.</summary>
    internal static Int128? OpenOf(BookState state, CounterLine line, BankAccount account) =>
        line.Party is null || line.Document is null ? null
            : (account.Currency is { } currency ? ForeignBalance.Find(state, BusinessDay.Latest, line.Account, line.Party, line.Document, currency)?.ForeignMinor : OpenItems.Find(state, BusinessDay.Latest, line.Account, line.Party, line.Document)?.OpenMinor) ?? 0;

    /// <summary>The rates of the days, units of a currency for one of the book's; those that have none are missing.</summary>
    public async Task<Dictionary<DateOnly, decimal?>> RatesAsync(OpenedBook book, string currency, IEnumerable<DateOnly> days)
    {
        var own = await book.Book.ReadAsync(state => state.Currency);
        var (lookup, all) = (rates.In(book.Book.Id), new Dictionary<DateOnly, decimal?>());
        foreach (var day in days.Distinct())
            if (await lookup.FindAsync(day, currency, own) is { } rate) all[day] = rate.Rate;
        return all;
    }

    private async Task<BankMatching> MatchingAsync(OpenedBook book, string id, BankAccount account, IReadOnlyList<BankLine> lines)
    {
        var name = book.Book.Id;
        var (balances, postings) = await book.Book.ReadAsync(state => (ForeignBalance.Of(state, BusinessDay.Latest), OpenItems.PostingsOf(state, BusinessDay.Latest, null)));
        var items = ItemsOf(balances, postings, account);
        var returns = lines.Where(line => line.IsReturn).ToList();
        // What has gone may be done already: a payment that comes back, or one that this very statement showed as gone before it was cut off.
        var ours = lines.Where(line => line.IsReturn || line.AmountMinor < 0).SelectMany(line => (string?[])[Payment.PartOf(line.EndToEndId)?.Reference, line.BatchId]).OfType<string>().Distinct(StringComparer.Ordinal);
        return new BankMatching(
            items, await bank.PayeesAsync(name), await bank.OrderedAsync(name, id, account.Transit, ours), returns.Count == 0 ? [] : await bank.EarlierAsync(name, amount => returns.Exists(line => BankMatching.MayTakeBack(line, amount))), party => book.Book.ReadKnown(state => OpenItems.PostingsOf(state, BusinessDay.Latest, party).SelectMany(one => one.Postings).Select(posting => posting.Document).OfType<string>().Distinct(StringComparer.Ordinal).ToList()),
            await book.Book.ReadAsync(state => state.Settings.Chart is { } chart && Chart.Number(chart, "4970") is var charges && state.Account(charges) is not null ? charges : null));
    }

    /// <summary>
    /// What lines of an account may settle: on one in the book's currency all open items, those owed in another with what is open in it; on one in another currency what is owed in that. More paid than owed is no item.
    /// </summary>
    internal static List<MatchItem> ItemsOf(IEnumerable<ForeignBalance> balances, List<PartyPostings> postings, BankAccount account)
    {
        var owed = balances.Where(balance => balance.Key.Party.Length > 0 && balance.Key.Document.Length > 0 && balance.ForeignMinor != 0 && Int128.Abs(balance.ForeignMinor) < long.MaxValue).ToLookup(balance => (balance.Account, balance.Key.Party, balance.Key.Document));
        var open = OpenItems.Of(postings, BusinessDay.Latest, settled: false).Items.Where(item => !item.IsCredit && Int128.Abs(item.OpenMinor) < long.MaxValue);
        List<MatchItem> items = [];
        foreach (var item in open)
        {
            var foreign = owed[(item.Account, item.Party, item.Document)].ToList();
            if (foreign.Count > 1) continue; // in two currencies at once: which is paid, a person must say
            if (account.Currency is null) items.Add(new MatchItem(item.Account, item.Party, item.Document, item.DueDate, (long)item.OpenMinor, foreign is [var only] ? new ItemAmount(only.Key.Currency, (long)only.ForeignMinor) : null));
            else if (foreign.Find(balance => balance.Key.Currency == account.Currency) is { } held) items.Add(new MatchItem(item.Account, item.Party, item.Document, item.DueDate, (long)held.ForeignMinor));
        }

        return items;
    }

    /// <summary>A statement that comes late may close the gap before the one after it, or show one; and that one may go on from it.</summary>
    private async Task<Refusal?> CloseGapAsync(string book, KeptStatement late, Dictionary<string, KeptStatement> known, int digits, string by)
    {
        if (late.After(known.Values) is not { } after || after.Before(known.Values)?.CaseId != late.CaseId) return null;
        var (gap, continues) = (after.GapTo(late, digits), after.GoesOnFrom(late, digits) ? late.CaseId : after.Continues);
        if ((gap, continues) == (after.Gap, after.Continues)) return null;
        var outcome = await steps.RunAsync(bank.Statements, book, after.CaseId, new CaseCommand("gap", JsonSerializer.Serialize(late.Statement, BankJson.Default.String), by, "gap:" + late.CaseId), row =>
            new CaseDecision(BankTables.Write(BankTables.ReadStatement(row!) with { Gap = gap, Continues = continues }), row!.IsDone));
        if (!outcome.Is(out var result, out var refusal)) return refusal;
        known[after.CaseId] = BankTables.ReadStatement(result.Case);
        return null;
    }
}
