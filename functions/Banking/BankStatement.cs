using BackOffice.Kernel;

namespace BackOffice.Banking;

/// <summary>A bank statement as it was read, before it is checked. Amounts are in minor units, what comes to us positive.</summary>
/// <param name="Id">The bank's id of it.</param>
/// <param name="Number">Its electronic, else legal sequence number; null: it has none.</param>
/// <param name="Iban">Of the account.</param>
/// <param name="Currency">Of the account.</param>
/// <param name="Opening">Balance before its lines, and the day it is of; null: it states none.</param>
/// <param name="Closing">Balance after them.</param>
/// <param name="Lines">Its booked lines, in order.</param>
/// <param name="NotBooked">How many lines it announces that are not booked yet; they are information.</param>
public sealed record BankStatement(string Id, long? Number, string Iban, string Currency, BankBalance? Opening, BankBalance? Closing, IReadOnlyList<BankLine> Lines, int NotBooked);

/// <summary>A balance of a statement.</summary>
public sealed record BankBalance(DateOnly Date, long AmountMinor);

/// <summary>One booked line of a statement, or one of the payments it sums up.</summary>
/// <param name="BookedOn">Booking date, the posting date in the ledger.</param>
/// <param name="ValueOn">Value date; null: not told.</param>
/// <param name="AmountMinor">Minor units, what comes to us positive; never 0.</param>
/// <param name="Reference">The bank's own reference of it.</param>
/// <param name="EndToEndId">The payer's reference; null also when it says NOTPROVIDED.</param>
/// <param name="BatchId">Of an own order: the id of its payment information or message.</param>
/// <param name="Party">Name of the other side.</param>
/// <param name="PartyIban">Its account.</param>
/// <param name="Remittance">What it is for, free text and structured references joined by blanks.</param>
/// <param name="IsReturn">Whether it takes a payment back.</param>
/// <param name="ReturnReason">Why, as the bank says it: <c>AC04</c> (account closed) and words.</param>
/// <param name="Code">What kind of line it is at the bank: <c>PMNT-RCDT-ESCT</c>, or the bank's own code.</param>
/// <param name="Mark">By what it is known again, where that is not its day and the other side's account; null: it is.</param>
public sealed record BankLine(
    DateOnly BookedOn, DateOnly? ValueOn, long AmountMinor, string? Reference, string? EndToEndId, string? BatchId, string? Party, string? PartyIban, string? Remittance, bool IsReturn, string? ReturnReason = null, string? Code = null, LineMark? Mark = null)
{
    /// <summary>What tells it from another when it comes again: banks word names, value dates, reasons and kinds anew.</summary>
    internal BankLine Core() => this with { Party = null, ValueOn = null, ReturnReason = null, Code = null };

    /// <summary>All that tells one line from another, so that the same line in two statements is known; lines alike in one statement are told by their place among their like.</summary>
    public string Fingerprint(string account, int place) =>
        Ids.Key(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{account}|{BusinessDay.Text(Mark?.Day ?? BookedOn)}|{AmountMinor}|{Reference}|{EndToEndId}|{BatchId}|{(Mark is null ? PartyIban : Mark.Iban)}|{Remittance}|{IsReturn}|{place}"));
}

/// <summary>A line's day and account as they stand in the file, by which it is known again whatever is made of them: what has been taken in must stay the same line.</summary>
/// <param name="Day">The day that is written, whatever the hour and its offset.</param>
/// <param name="Iban">The account on the side that the amount tells, whoever that is.</param>
public sealed record LineMark(DateOnly Day, string? Iban);

/// <summary>A statement as its case keeps it.</summary>
/// <param name="Account">Id of the bank account.</param>
/// <param name="Statement">The bank's id of it.</param>
/// <param name="Number">Its sequence number.</param>
/// <param name="From">Day of the opening balance.</param>
/// <param name="To">Day of the closing balance.</param>
/// <param name="OpeningMinor">Minor units of the account's currency.</param>
/// <param name="ClosingMinor">Minor units of the account's currency.</param>
/// <param name="Lines">How many booked lines it has.</param>
/// <param name="Known">How many of them another statement had brought before; set when all are items.</param>
/// <param name="Gap">What does not fit the statement before it; null: it follows, or is the first.</param>
/// <param name="Continues">Case id of the statement that it goes on from: none of its lines can have been in that one or in those that that one goes on from, however alike, since the balances would not fit. Null: none is known for sure.</param>
/// <param name="Import">Id of the import, the file, that brought it; null: it was kept before that was noted.</param>
/// <param name="Content">Digest of its lines in order, so that other lines of the same sum under its id are told; null: it was kept before there was one.</param>
public sealed record KeptStatement(string Account, string Statement, long? Number, DateOnly From, DateOnly To, long OpeningMinor, long ClosingMinor, int Lines, int? Known = null, string? Gap = null, string? Content = null, string? Continues = null, string? Import = null)
{
    /// <summary>Whether a statement that comes again under the same id is the same one.</summary>
    public bool IsLike(KeptStatement other) =>
        (this with { Known = null, Gap = null, Content = null, Continues = null, Import = null }) == (other with { Known = null, Gap = null, Content = null, Continues = null, Import = null }) && (Content is null || other.Content is null || Content == other.Content);

    /// <summary>
    /// What a statement must satisfy by itself. 422 <c>bank/account-unknown</c>, <c>bank/currency</c> (not the account's), <c>bank/balance-missing</c>, <c>bank/sum</c> (opening + lines ≠ closing, with the difference), <c>bank/too-many-lines</c>.
    /// Source: ISO 20022 camt.053, balances OPBD/PRCD and CLBD. Worked: 100.00 + 20.00 − 5.00 = 115.00 → good; closing 115.01 → refused, 0.01 apart.
    /// </summary>
    /// <param name="bookCurrency">The currency of accounts that say none.</param>
    public static Outcome<KeptStatement> Check(BankStatement statement, int index, IReadOnlyDictionary<string, BankAccount> accounts, string bookCurrency)
    {
        var path = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"Stmt[{index + 1}]");
        List<Fault> faults = [];
        var (id, account) = accounts.FirstOrDefault(known => known.Value.Iban == statement.Iban);
        if (account is null) faults.Add(new Fault($"{path}/Acct/Id/IBAN", "bank/account-unknown", $"No bank account of the book has the IBAN '{Ids.Cut(statement.Iban)}'. PUT it with …/bank-accounts first."));
        else if (statement.Currency != (account.Currency ?? bookCurrency)) faults.Add(new Fault($"{path}/Acct/Ccy", "bank/currency", $"The statement is in '{Ids.Cut(statement.Currency)}', bank account '{id}' in {account.Currency ?? bookCurrency}."));
        var digits = Currency.DigitsOf(statement.Currency) ?? 2;
        if (statement.Lines.Count > MaxLines) faults.Add(new Fault(path, "bank/too-many-lines", $"A statement has at most {MaxLines:N0} lines; this one has {statement.Lines.Count:N0}."));
        if (statement.Opening is null || statement.Closing is null) faults.Add(new Fault($"{path}/Bal", "bank/balance-missing", "It states no opening balance (OPBD or PRCD), or no closing one (CLBD)."));
        else if (statement.Lines.Aggregate((Int128)statement.Opening.AmountMinor, (sum, line) => sum + line.AmountMinor) is var sum && sum != statement.Closing.AmountMinor)
            faults.Add(new Fault($"{path}/Bal", "bank/sum", $"Opening balance and lines make {Amount.Format(sum, digits)}, the closing balance is {Amount.Format(statement.Closing.AmountMinor, digits)}: they differ by {Amount.Format(statement.Closing.AmountMinor - sum, digits)}. A line is missing or wrong."));
        return faults.Count > 0 ? Refusal.Of(faults)
            : new KeptStatement(id, statement.Id, statement.Number, statement.Opening!.Date, statement.Closing!.Date, statement.Opening.AmountMinor, statement.Closing.AmountMinor, statement.Lines.Count, Content: Ids.Key(string.Join('|', statement.Lines.Select((line, n) => line.Fingerprint(id, n)))));
    }

    /// <summary>
    /// What does not fit the last statement before this one of the same account; null when it follows. Banks deliver late and twice, so a gap is told and not refused.
    /// Worked: before closed with 115.00, this opens with 120.00 → told; number 7 after 5 → told; 1 after 250 of the year before → good.
    /// </summary>
    public string? GapTo(KeptStatement? before, int digits) =>
        before is null ? null
        : before.ClosingMinor != OpeningMinor ? $"The statement before it ({before.Statement}, {BusinessDay.Text(before.To)}) closed with {Amount.Format(before.ClosingMinor, digits)}, this one opens with {Amount.Format(OpeningMinor, digits)}."
        : Number is { } number && before.Number is { } last && number != last + 1 && !(number == 1 && To.Year > before.To.Year) ? string.Create(System.Globalization.CultureInfo.InvariantCulture, $"Its number is {number}, that of the statement before it ({before.Statement}) {last}.")
        : null;

    /// <summary>
    /// Whether it goes on from the statement before it, so that no line can be in both: the balances fit, and the numbers follow, or it begins when that one has ended; on the same day only where that one moved the balance, or it might be its copy: an account that is swept to 0.00 every day fits everywhere.
    /// </summary>
    internal bool GoesOnFrom(KeptStatement before, int digits) => GapTo(before, digits) is null && ((Number is { } number && before.Number + 1 == number) || before.To < From || (before.To == From && before.OpeningMinor != before.ClosingMinor));

    /// <summary>Whether it is another one's copy under another id: of the same days with the same number and balances.</summary>
    internal bool IsCopyOf(KeptStatement other) => Likeness == other.Likeness;

    /// <summary>What a statement's copies have in common, whatever the bank calls them.</summary>
    internal (string Account, long? Number, DateOnly From, DateOnly To, long OpeningMinor, long ClosingMinor) Likeness => (Account, Number, From, To, OpeningMinor, ClosingMinor);

    public const int MaxLines = 10_000;

    /// <summary>Id of its case. The bank numbers its statements as it likes, so that a digest stands for the name; the account keeps them apart.</summary>
    internal string CaseId => $"{Account}.{Ids.Key(Statement)[..16]}";

    /// <summary>Id of the case of one of its lines. Worked: account giro → <c>giro.</c> and 24 digits.</summary>
    /// <param name="place">Place among lines alike, from 1.</param>
    internal string ItemOf(BankLine line, int place) => $"{Account}.{line.Fingerprint(Account, place)[..24]}";

    /// <summary>
    /// The statement of the same account that comes before this one: the last that closes by its closing day; of one day by its number, without numbers the one that closes with what this one opens with. Null: it is the first.
    /// </summary>
    internal KeptStatement? Before(IEnumerable<KeptStatement> all) => all.Where(other => other.Account == Account && other.Statement != Statement && !other.IsCopyOf(this) && other.IsBefore(this)).MaxBy(other => (other.To, other.Number ?? 0, other.ClosingMinor == OpeningMinor));

    /// <summary>The statement of the same account that comes after this one, found alike; null: it is the last.</summary>
    internal KeptStatement? After(IEnumerable<KeptStatement> all) => all.Where(other => other.Account == Account && other.Statement != Statement && !other.IsCopyOf(this) && IsBefore(other)).MinBy(other => (other.To, other.Number ?? 0, other.OpeningMinor != ClosingMinor));

    private bool IsBefore(KeptStatement other) => To < other.To || (To == other.To && (Number is { } mine && other.Number is { } its ? mine < its : ClosingMinor == other.OpeningMinor));
}
