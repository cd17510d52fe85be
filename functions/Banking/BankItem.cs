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

    private const string PostedBefore = "posted before";
    private const int MaxProposals = 5;

    /// <summary>What the line is when it waits and is matched anew: what a person has opened is not posted without one, and what it was posted as stays the first proposal.</summary>
    internal BankMatch Anew(BankMatch found)
    {
        if (Rounds == 0) return found;
        List<Proposal> proposals = [.. Match.Proposals.Where(proposal => proposal.Why == PostedBefore), .. found.Lines.Count > 0 ? [new Proposal(found.Why!, found.Lines, found.Own)] : found.Proposals];
        return new BankMatch(null, [], [.. proposals.Where((proposal, n) => !proposals.Take(n).Any(known => known.Lines.SequenceEqual(proposal.Lines))).Take(MaxProposals)]);
    }

    /// <summary>The proposal that these lines are; null: none.</summary>
    internal Proposal? ProposalOf(IReadOnlyList<CounterLine> lines) => Match.Proposals.FirstOrDefault(proposal => proposal.Lines.SequenceEqual(lines));

    /// <summary>
    /// A line assigned by a person. 409 <c>bank/state</c> when it is posted already; 422 <c>bank/assignment-sum</c> when the lines are not what the bank moved. Worked: +98.00 as 100.00 off R-1 and −2.00 discount given → good, since 100.00 − 2.00 = 98.00.
    /// </summary>
    internal Outcome<BankItem> Assign(IReadOnlyList<CounterLine> lines, string reason, int digits)
    {
        // A proposal that is sent back says what payment of ours it is about, or what line it takes back.
        var proposal = ProposalOf(lines);
        if (IsPosted) return new Refusal(409, "bank/state", "The line is posted; open it again first.");
        var sum = lines.Aggregate(Int128.Zero, (sum, line) => sum + line.AmountMinor);
        return sum + Line.AmountMinor != 0
            ? new Refusal(422, "bank/assignment-sum", $"The lines come to {Amount.Format(Math.Sign(Line.AmountMinor) * -sum, digits)}, the bank moved {Amount.Format(Math.Abs(Line.AmountMinor), digits)}.", "lines")
            : this with { Match = new BankMatch("assigned", lines, [], proposal?.Own, proposal?.Of), Rounds = Rounds + 1, Reason = reason };
    }

    /// <summary>The line open again, and the entry that takes back what it was posted as, on the same day or, when that is closed, in the first open period: the bank's account is then as the bank has it on every day. 409 <c>bank/state</c> when it is open.</summary>
    internal Outcome<Reopened> Reopen(string id, BankAccount account, string reason)
    {
        if (!IsPosted) return new Refusal(409, "bank/state", "The line is open.");
        var posted = Entry(id, account);
        return new Reopened(this with { Match = new BankMatch(null, [], [new Proposal(PostedBefore, Match.Lines, Match.Own, Match.Of)]), Reason = reason, Booked = null }, posted.Reversal(Ids.Derived("bank", id, string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{Rounds}-back")), posted.Date, "Taken back: " + posted.Text) with { LateAsFirstOpen = true });
    }

    internal string EntryIdOf(string id) => Ids.Derived("bank", id, Rounds.ToString(System.Globalization.CultureInfo.InvariantCulture));
}

/// <summary>A line that was opened again.</summary>
/// <param name="Back">The entry that takes the other one back.</param>
internal sealed record Reopened(BankItem Item, Entry Back);
