using BackOffice.Exchange;
using BackOffice.Kernel;
using BackOffice.Ledger;

namespace BackOffice.Banking;

/// <summary>Where a payment order stands.</summary>
public enum PaymentStatus
{
    /// <summary>Put together, waiting for somebody else's approval.</summary>
    Proposed,

    /// <summary>Approved by a second person; its file can be made.</summary>
    Approved,

    /// <summary>Its file has been made, and what it pays is booked as on its way.</summary>
    Ordered,

    /// <summary>Refused by a person before its file was made.</summary>
    Rejected,
}

/// <summary>What may be done with a payment order.</summary>
public enum PaymentCommand
{
    Approval,
    Rejection,
    File,
    Status,

    /// <summary>Its file was not sent, or the bank has dropped it.</summary>
    Withdrawal,

    /// <summary>Statements show payments as gone, or as come back, or do so no longer.</summary>
    Trace,
}

/// <summary>What became of a payment by the bank's answer, or by ours.</summary>
public enum BankAnswer
{
    Accepted,
    Rejected,

    /// <summary>Not made, since its file was not sent or the bank has dropped it: a person says so, not the bank.</summary>
    Withdrawn,
}

/// <summary>One payment of an order.</summary>
/// <param name="Account">Account of payables that bears the item.</param>
/// <param name="Party">Who is paid.</param>
/// <param name="Document">The item.</param>
/// <param name="AmountMinor">Minor units, above 0.</param>
/// <param name="Name">The party's name as banks write it; taken with the file, null before.</param>
/// <param name="Iban">Where it goes; taken with the file.</param>
/// <param name="Answer">What the bank said, or that it was withdrawn; null: nothing yet.</param>
/// <param name="Reason">Why the bank rejected it.</param>
/// <param name="Bic">Its bank; taken with the file, null: told by the IBAN.</param>
/// <param name="ClearedBy">Bank item of the statement line that shows it as gone; null: it is on its way.</param>
/// <param name="ReturnedBy">Bank item of the line that brought it back; null: it did not come back.</param>
/// <param name="PayeeVersion">Version of the party's bank details that was approved; null before.</param>
public sealed record PaymentItem(
    string Account, string Party, string Document, long AmountMinor, string? Name = null, string? Iban = null, BankAnswer? Answer = null, string? Reason = null, string? ClearedBy = null, string? ReturnedBy = null, string? Bic = null, int? PayeeVersion = null)
{
    /// <summary>The item with where it goes.</summary>
    internal PaymentItem To(Payee payee) => this with { Name = payee.Name, Iban = payee.Ibans[0], Bic = payee.Bic };

    /// <summary>Whether nothing of it is on its way any more.</summary>
    internal bool IsEnded => IsNotMade || ClearedBy is not null;

    /// <summary>Whether it was rejected or withdrawn, and is owed again.</summary>
    internal bool IsNotMade => Answer is BankAnswer.Rejected or BankAnswer.Withdrawn;
}

/// <summary>
/// A payment order, as its case keeps it (table <c>Payments</c>): payables that are paid together from one account. Four eyes: who put it together does not approve it (<see cref="Apart"/>). Done when it is rejected, or each of its payments has been rejected by the bank or is on a statement. Source: MaRisk BTO; GoBD Tz. 100.
/// </summary>
/// <param name="BankAccount">Id of the bank account.</param>
/// <param name="ExecuteOn">Requested execution date.</param>
/// <param name="Items">1 to 500.</param>
/// <param name="OrderedAt">When its file was made; it stands in it.</param>
/// <param name="File">What proves the file.</param>
/// <param name="Debtor">The bank account as it was then: it stands in the file.</param>
public sealed record Payment(string BankAccount, DateOnly ExecuteOn, IReadOnlyList<PaymentItem> Items, PaymentStatus Status, DateTimeOffset? OrderedAt = null, FileSeal? File = null, BankAccount? Debtor = null)
{
    public const int MaxItems = 500;

    private const int DigestDigits = 30;

    /// <summary>The most that a SEPA credit transfer moves: 999,999,999.99 EUR. Source: EPC132-08, AT-T002.</summary>
    public const long MaxMinor = 99_999_999_999;

    /// <summary>Acts on one payment order that one identity may never both do.</summary>
    public static readonly IReadOnlyList<ActPair> Apart = [new(CaseCommand.Create, "approval", "MaRisk BTO: who puts payments together does not approve them"), new("file", "withdrawal", "MaRisk BTO: who gives an order does not say alone that it was not given")];

    public Int128 TotalMinor => Items.Aggregate(Int128.Zero, (sum, item) => sum + item.AmountMinor);

    /// <summary>Whether nothing of it is to come any more.</summary>
    internal bool IsDone => Status == PaymentStatus.Rejected || (Status == PaymentStatus.Ordered && Items.All(item => item.IsEnded));

    /// <summary>Whether it still claims what it pays: proposals leave its items out.</summary>
    public bool IsRunning => Status is PaymentStatus.Proposed or PaymentStatus.Approved;

    /// <summary>The status after a command; 409 <c>payment/state</c>. Every legal move is a line.</summary>
    public static Outcome<object> Next(PaymentStatus status, PaymentCommand command) => (status, command) switch
    {
        (PaymentStatus.Proposed, PaymentCommand.Approval) => PaymentStatus.Approved,
        (PaymentStatus.Proposed, PaymentCommand.Rejection) => PaymentStatus.Rejected,
        (PaymentStatus.Approved, PaymentCommand.Rejection) => PaymentStatus.Rejected,
        (PaymentStatus.Approved, PaymentCommand.File) => PaymentStatus.Ordered,
        (PaymentStatus.Ordered, PaymentCommand.Status) => PaymentStatus.Ordered,
        (PaymentStatus.Ordered, PaymentCommand.Withdrawal) => PaymentStatus.Ordered,
        (PaymentStatus.Ordered, PaymentCommand.Trace) => PaymentStatus.Ordered,
        _ => new Refusal(409, "payment/state", $"A payment that is {JsonFields.NameOf(status)} takes no {JsonFields.NameOf(command)}."),
    };

    /// <summary>The payment after a command, as far as its status goes.</summary>
    internal Outcome<Payment> Move(PaymentCommand command) => Next(Status, command).Is(out var next, out var refusal) ? this with { Status = (PaymentStatus)next } : refusal;

    /// <summary>
    /// What is wrong with the amounts, by what is open on a day: 422 <c>payment/amount</c> when more would be paid than is open or than SEPA moves (<see cref="MaxMinor"/>), <c>payment/currency</c> when it is owed in another currency, <c>payment/twice</c> when an item stands there twice. Worked: 119.00 open, 120.00 to be paid → refused.
    /// </summary>
    internal Refusal? Misfit(BookState state, int digits)
    {
        List<Fault> faults = [];
        for (var n = 0; n < Items.Count; n++)
        {
            var (item, path) = (Items[n], string.Create(System.Globalization.CultureInfo.InvariantCulture, $"items[{n}]"));
            if (Items.Take(n).Any(other => (other.Account, other.Party, other.Document) == (item.Account, item.Party, item.Document))) faults.Add(new Fault(path, "payment/twice", $"'{item.Document}' of '{item.Party}' stands there twice."));
            var open = OpenItems.Find(state, BusinessDay.Latest, item.Account, item.Party, item.Document)?.OpenMinor ?? 0;
            if (ForeignBalance.CurrencyOf(state, item.Account, item.Party, item.Document) is { } owed) faults.Add(new Fault(path, "payment/currency", $"'{item.Document}' of '{item.Party}' is owed in {owed}; SEPA credit transfers are in EUR."));
            else if (item.AmountMinor > MaxMinor) faults.Add(new Fault(path + ".amount", "payment/amount", $"A SEPA credit transfer moves at most {Amount.Format(MaxMinor, digits)}: pay '{item.Document}' in parts."));
            else if (item.AmountMinor > -open) faults.Add(new Fault(path + ".amount", "payment/amount", $"Of '{item.Document}' of '{item.Party}' {Amount.Format(Int128.Max(0, -open), digits)} is to be paid, not {Amount.Format(item.AmountMinor, digits)}."));
        }

        return faults.Count > 0 ? Refusal.Of(faults) : null;
    }

    /// <summary>
    /// The entry that books an ordered payment as on its way: <c>payment:{id}:ordered</c>, each item off its payable and all against the account of money on its way. Worked (SKR03): ER-7 of vendor, 119.00 → Dr 1600 119.00 vendor ER-7, Cr 1360 119.00 with document {id}-1.
    /// </summary>
    internal Entry Ordered(string id, BankAccount account, DateOnly today) => new(
        Ids.Derived("payment", id, "ordered"), today, $"Payment {id}",
        [.. Items.Select(item => new Line(item.Account, item.AmountMinor, item.Party, item.Document)), new Line(account.Transit, (long)-TotalMinor, Document: Reference(id))], LateAsFirstOpen: true);

    /// <summary>
    /// The order without what is still on its way: not made, though the bank has not rejected it. 409 <c>payment/state</c> when it was not ordered or nothing is on its way. Worked: one of two is on a statement → the other is owed again, the order is done.
    /// </summary>
    internal Outcome<Payment> Withdrawn() =>
        !Move(PaymentCommand.Withdrawal).Is(out var moved, out var refusal) ? refusal
            : moved.Items.All(item => item.IsEnded) ? new Refusal(409, "payment/state", "Nothing of this payment is on its way: each is on a statement, was rejected or withdrawn.")
            : moved with { Items = [.. moved.Items.Select(item => item.IsEnded ? item : item with { Answer = BankAnswer.Withdrawn })] };

    /// <summary>The entry that takes an item back that the bank rejected, or that was withdrawn: it is owed again.</summary>
    internal Entry Returned(string id, int n, BankAccount account, DateOnly today, string why = "rejected by the bank") => new(
        Ids.Derived("payment", id, string.Create(System.Globalization.CultureInfo.InvariantCulture, $"returned-{n + 1}")), today, $"Payment {id}: {why}",
        [new Line(account.Transit, Items[n].AmountMinor, Document: Reference(id)), new Line(Items[n].Account, -Items[n].AmountMinor, Items[n].Party, Items[n].Document)], LateAsFirstOpen: true);

    /// <summary>
    /// The payments under way that come to just an amount, numbers from 1, when there is only one such choice; null: none, several, or too many sums to say. Worked: 100.00, 60.00 and 40.00 under way: 140.00 → 1 and 3; 100.00 → null, since 1 alone and 2 with 3 come to it.
    /// </summary>
    internal static IReadOnlyList<int>? OnlyOf(IReadOnlyList<PaymentItem> items, Int128 amountMinor)
    {
        const int mostSums = 100_000;
        Dictionary<Int128, Choice> sums = new() { [0] = new Choice(0, null, IsTwice: false) };
        for (var n = 1; n <= items.Count && sums.Count <= mostSums; n++)
        {
            if (items[n - 1].IsEnded) continue;
            foreach (var (sum, choice) in sums.ToList())
            {
                var next = sum + items[n - 1].AmountMinor;
                if (next <= amountMinor) sums[next] = sums.TryGetValue(next, out var known) ? known with { IsTwice = true } : new Choice(n, choice, choice.IsTwice);
            }
        }

        if (sums.Count > mostSums || amountMinor <= 0 || !sums.TryGetValue(amountMinor, out var only) || only.IsTwice) return null;
        List<int> numbers = [];
        for (var at = only; at.Before is not null; at = at.Before) numbers.Insert(0, at.Last);
        return numbers;
    }

    /// <summary>Payments that come to a sum.</summary>
    /// <param name="Last">Number of the last of them.</param>
    /// <param name="Before">Those before it; null: there is none.</param>
    /// <param name="IsTwice">Whether another choice comes to the same sum.</param>
    private sealed record Choice(int Last, Choice? Before, bool IsTwice);

    /// <summary>How the order is called at the bank: the id; a digest of it when it is longer than the format has it (35 characters with the payment's number) or has a <c>_</c>, which SEPA does not know. Worked: P-1 → P-1; P_1 → 30 hex digits.</summary>
    internal static string Reference(string id) => id.Length <= DigestDigits && !id.Contains('_', StringComparison.Ordinal) ? id : Ids.Key(id)[..DigestDigits];

    /// <summary>Whether a reference may be a digest of an id.</summary>
    internal static bool IsDigest(string reference) => reference.Length == DigestDigits && reference.All(char.IsAsciiHexDigitLower);

    /// <summary>How one of its payments is called: <c>{reference}-{n}</c>.</summary>
    internal static string EndToEndId(string id, int n) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{Reference(id)}-{n + 1}");

    /// <summary>What an end-to-end reference names: the reference of an order and the payment's number, from 1; null: none of ours. Worked: P-1-2 → P-1 and 2.</summary>
    internal static (string Reference, int Number)? PartOf(string? endToEndId) =>
        endToEndId?.LastIndexOf('-') is { } cut and > 0 && int.TryParse(endToEndId.AsSpan(cut + 1), System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var number) && number is >= 1 and <= MaxItems ? (endToEndId[..cut], number) : null;
}
