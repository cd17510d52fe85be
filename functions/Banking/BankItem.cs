using BackOffice.Kernel;
using BackOffice.Ledger;

namespace BackOffice.Banking;

/// <summary>
/// A line of a bank statement on its way into the book, as its case keeps it: open until it is posted, by itself when it was matched or by a person; done then. Names and texts of the other side stay here and never go into the ledger.
/// </summary>
/// <param name="Account">Id of the bank account.</param>
/// <param name="Statement">Case id of the statement that brought it.</param>
/// <param name="Line">The line.</param>
/// <param name="Match">What it was found or decided to be; its lines are empty while it is open.</param>
/// <param name="Rounds">How often it has been posted; numbers its entries.</param>
/// <param name="Reason">Why it was assigned or opened again, in a person's words.</param>
/// <param name="Currency">That of the bank account; null: the book's.</param>
/// <param name="Booked">The lines it was posted as, where another currency makes more of them than <paramref name="Match"/> has, by what was open then; null: the bank's line and those of the match.</param>
public sealed record BankItem(string Account, string Statement, BankLine Line, BankMatch Match, int Rounds, string? Reason = null, string? Currency = null, IReadOnlyList<Line>? Booked = null)
{
    public bool IsPosted => Match.Lines.Count > 0;

    /// <summary>Digits of its amounts.</summary>
    internal int Digits(int bookDigits) => Kernel.Currency.DigitsOf(Currency ?? "") ?? bookDigits;

    /// <summary>
    /// The entry of a posted line: <c>bank:{item}:{round}</c>, dated the booking day, in the first open period when its own is closed. Worked: +119.00 on account giro (1200), matched with R-1 → Dr 1200 119.00, Cr 1400 119.00 acme R-1.
    /// </summary>
    public Entry Entry(string id, BankAccount account) => new(
        EntryIdOf(id), Line.BookedOn, $"Bank {Account}, statement line of {BusinessDay.Text(Line.BookedOn)}",
        Booked ?? [new Line(account.Account, Line.AmountMinor), .. Match.Lines.Select(line => new Line(line.Account, line.AmountMinor, line.Party, line.Document, TaxCode: line.TaxCode))], LateAsFirstOpen: true);

    /// <summary>
    /// The item with the lines that another currency makes of it. An account in another currency takes money in at the day's rate and lets it go at the rates it was booked with; what settles an item owed in its own currency takes it off at the rates it was posted with, in proportion, and the rest is the realised gain or loss. Without another currency it stays as it is.
    /// A line that takes back an earlier one takes its lines back as they were booked.
    /// 422 <c>bank/no-rate</c>, <c>ledger/foreign-amount</c> (more than is open in that currency, or what is open has different sides in the two currencies), <c>ledger/no-chart</c>, <c>bank/amount</c> (worth nothing at that rate). Source: HGB §256a, §252(1) no. 4.
    /// Worked (SKR03): USD 1,085.00 on account 1210 at 1.10, for R-1 booked with 1,000.00 → Dr 1210 986.36, Cr 1400 1,000.00 acme R-1, Dr 2150 13.64.
    /// </summary>
    /// <param name="rate">Units of the account's currency for one of the book's on the booking day; null: there is none.</param>
    /// <param name="earlier">The item that this one takes back; null: none.</param>
    internal Outcome<BankItem> BookedIn(BookState state, BankAccount account, decimal? rate, BankItem? earlier = null)
    {
        if (account.Currency is null && Match.Lines.All(line => line.Foreign is null)) return this;
        if (account.Currency is not null && rate is null) return new Refusal(422, "bank/no-rate", $"There is no rate of {account.Currency} on {BusinessDay.Text(Line.BookedOn)} or the days before: PUT …/exchange-rates/{BusinessDay.Text(Line.BookedOn)}.");
        long Worth(long minor) => account.Currency is { } currency ? (long)Ledger.Foreign.BaseMinor(minor, Kernel.Currency.DigitsOf(currency)!.Value, rate!.Value, state.Digits) : minor;
        Foreign? Held(long minor) => account.Currency is { } currency ? new Foreign(currency, minor, rate!.Value) : null;
        decimal RateOf(long worth) => Ledger.Foreign.Plain(decimal.Round((decimal)Line.AmountMinor / worth * Ledger.Foreign.Power(state.Digits - (Kernel.Currency.DigitsOf(account.Currency ?? "") ?? state.Digits)), Ledger.Foreign.MaxRateDecimals));

        var (moved, bank) = (Worth(Line.AmountMinor), HeldWorth(state, account, Worth));
        if (moved == 0 || bank == 0) return new Refusal(422, "bank/amount", "At the day's rate the line is worth nothing in the book's currency: assign it together with another entry by hand.");
        List<Line> lines = [new Line(account.Account, bank, Foreign: moved == bank ? Held(Line.AmountMinor) : Held(Line.AmountMinor)! with { Rate = RateOf(bank) })];
        if (earlier?.Booked is { } booked) return TakeBack(state, lines, booked, -bank, [.. Match.Lines.Skip(earlier.Match.Lines.Count).Select(line => new Line(line.Account, Worth(line.AmountMinor), line.Party, line.Document))]);
        // What goes from the account goes at the rates it came in with; what that differs from the day's rate is realised.
        if (moved != bank)
        {
            if (state.Settings.Chart is not { } own) return NoChart;
            lines.Add(new Line(Chart.Number(own, moved > bank ? "2150" : "2660"), moved - bank));
        }

        var left = -moved;
        Dictionary<(string, string?, string?, string), ForeignBalance> rest = [];
        foreach (var (line, n) in Match.Lines.Select((line, n) => (line, n)))
        {
            var worth = n == Match.Lines.Count - 1 ? left : Worth(line.AmountMinor);
            left -= worth;
            var owed = line.Foreign ?? (account.Currency is { } held && line.Party is not null && line.Document is not null ? new ItemAmount(held, line.AmountMinor) : null);
            var key = (line.Account, line.Party, line.Document, owed?.Currency ?? "");
            var open = owed is null ? null : rest.GetValueOrDefault(key) ?? ForeignBalance.Find(state, BusinessDay.Latest, line.Account, line.Party ?? "", line.Document ?? "", owed.Currency);
            var isOpen = open is not null && Int128.Sign(open.ForeignMinor) == -Math.Sign(owed!.AmountMinor);
            if (line.Foreign is { } asked && (!isOpen || Int128.Abs(open!.ForeignMinor) < Math.Abs(asked.AmountMinor)))
                return new Refusal(422, "ledger/foreign-amount", $"Of '{line.Document}' not so much is open in {asked.Currency}.", $"lines[{n}].foreign.amount");
            if (!isOpen || Int128.Abs(open!.ForeignMinor) < Math.Abs(owed!.AmountMinor))
            {
                if (worth != 0) lines.Add(new Line(line.Account, worth, line.Party, line.Document, TaxCode: line.TaxCode, Foreign: state.Account(line.Account) is { } known && Currencies.Valuation.IsMonetary(known) ? Held(line.AmountMinor) : null));
                continue;
            }

            if (open.IsMixed) return new Refusal(422, "ledger/foreign-amount", $"'{line.Document}' is open on one side in {owed.Currency} and on the other in {state.Currency}: correct it by an entry first.", $"lines[{n}]");
            if (state.Settings.Chart is not { } chart) return NoChart;
            var share = -open.ShareMinor(-owed.AmountMinor);
            rest[key] = open with { ForeignMinor = open.ForeignMinor + owed.AmountMinor, BookMinor = open.BookMinor + share };
            if (share != 0) lines.Add(new Line(line.Account, share, line.Party, line.Document, Foreign: new Foreign(owed.Currency, owed.AmountMinor, open.Rate(state.Digits))));
            if (worth != share) lines.Add(new Line(Chart.Number(chart, worth > share ? "2150" : "2660"), worth - share));
        }

        return this with { Booked = lines };
    }

    /// <summary>What the bank's line moves on its account: what takes off what is held there, or owed, does so at the rates it was booked with, the rest at the day's.</summary>
    private long HeldWorth(BookState state, BankAccount account, Func<long, long> worth)
    {
        if (account.Currency is not { } currency || ForeignBalance.Held(state, account.Account, currency) is not { } held || Int128.Sign(held.ForeignMinor) == Math.Sign(Line.AmountMinor) || held.IsMixed) return worth(Line.AmountMinor);
        var part = Int128.Abs(held.ForeignMinor) < Math.Abs(Line.AmountMinor) ? -(long)held.ForeignMinor : Line.AmountMinor;
        return -held.ShareMinor(-part) + worth(Line.AmountMinor - part);
    }

    private static readonly Refusal NoChart = new(422, "ledger/no-chart", "The book has no chart, which would say where gains and losses of exchange go: PUT /api/books/{book} with chart SKR03 or SKR04.");

    /// <summary>The other lines of an earlier entry with their sides changed, and what the bank kept; what the rate has made of the money since is a gain or loss.</summary>
    private Outcome<BankItem> TakeBack(BookState state, List<Line> lines, IReadOnlyList<Line> takenBack, long left, IReadOnlyList<Line> charges)
    {
        foreach (var line in charges)
        {
            lines.Add(line);
            left -= line.AmountMinor;
        }

        foreach (var line in takenBack.Skip(1))
        {
            lines.Add(line with { AmountMinor = -line.AmountMinor, Foreign = line.Foreign is { } foreign ? foreign with { AmountMinor = -foreign.AmountMinor } : null });
            left += line.AmountMinor;
        }

        if (left == 0) return this with { Booked = lines };
        if (state.Settings.Chart is not { } chart) return NoChart;
        return this with { Booked = [.. lines, new Line(Chart.Number(chart, left > 0 ? "2150" : "2660"), left)] };
    }

    /// <summary>The proposal that these lines are; null: none.</summary>
    internal Proposal? ProposalOf(IReadOnlyList<CounterLine> lines) => Match.Proposals.FirstOrDefault(proposal => proposal.Lines.SequenceEqual(lines));

    /// <summary>
    /// A line assigned by a person. 409 <c>bank/state</c> when it is posted already; 422 <c>bank/assignment-sum</c> when the lines are not what the bank moved. Worked: +98.00 as 100.00 off R-1 and −2.00 discount given → good, since 100.00 − 2.00 = 98.00.
    /// </summary>
    internal Outcome<BankItem> Assign(IReadOnlyList<CounterLine> lines, string reason, int digits)
    {
        // A proposal that is sent back says what payment of ours it is about.
        var own = ProposalOf(lines)?.Own;
        if (IsPosted) return new Refusal(409, "bank/state", "The line is posted; open it again first.");
        var sum = lines.Aggregate(Int128.Zero, (sum, line) => sum + line.AmountMinor);
        return sum + Line.AmountMinor != 0
            ? new Refusal(422, "bank/assignment-sum", $"The lines come to {Amount.Format(Math.Sign(Line.AmountMinor) * -sum, digits)}, the bank moved {Amount.Format(Math.Abs(Line.AmountMinor), digits)}.", "lines")
            : this with { Match = new BankMatch("assigned", lines, [], own), Rounds = Rounds + 1, Reason = reason };
    }

    /// <summary>The line open again, and the entry that takes back what it was posted as, on the same day or, when that is closed, in the first open period: the bank's account is then as the bank has it on every day. 409 <c>bank/state</c> when it is open.</summary>
    internal Outcome<Reopened> Reopen(string id, BankAccount account, string reason)
    {
        if (!IsPosted) return new Refusal(409, "bank/state", "The line is open.");
        var posted = Entry(id, account);
        return new Reopened(this with { Match = new BankMatch(null, [], [new Proposal("posted before", Match.Lines, Match.Own)]), Reason = reason, Booked = null }, posted.Reversal(Ids.Derived("bank", id, string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{Rounds}-back")), posted.Date, "Taken back: " + posted.Text) with { LateAsFirstOpen = true });
    }

    internal string EntryIdOf(string id) => Ids.Derived("bank", id, Rounds.ToString(System.Globalization.CultureInfo.InvariantCulture));
}

/// <summary>A line that was opened again.</summary>
/// <param name="Back">The entry that takes the other one back.</param>
internal sealed record Reopened(BankItem Item, Entry Back);
