using BackOffice.Kernel;
using BackOffice.Ledger;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace BackOffice.Banking;

/// <summary>
/// <c>POST /api/books/{book}/bank-items/{id}/assignment</c> <c>{lines: [{account, amount, party?, document?, taxCode?, foreign?: {currency, amount}}], payments?, reason}</c>: a person says what a line of a statement is; the amounts are parts of the bank's (a part of the other sign is negative), in its account's currency, and come to it exactly. <c>foreign</c>: how much of the item that is in the item's own currency, when that is another; what the rate has made of it is booked beside it. A proposal is sent back as it is. A line against what was on its way says which payments of ours have gone; where the amount does not tell, <c>payments</c> names them as they are called at the bank: <c>["P-1-1", "P-1-3"]</c>.
/// 201; 200 when the same request comes again. 409 <c>bank/state</c>, <c>payment/state</c> (another line shows the payment); 422 <c>bank/assignment-sum</c>, <c>bank/lines</c>, <c>payment/unclear</c> (which payments have gone is not told, or those named come to another amount), see <see cref="ForeignBooking.Of"/>, and what the ledger refuses. Rows: reads and writes <c>BankItems</c> and <c>Payments</c>, adds to and deletes from <c>Agenda</c>, reads <c>BankAccounts</c>, <c>ExchangeRates</c> and <c>Ledger</c>, commits <c>EntryPosted</c> to <c>Ledger</c>. Messages: none.
/// </summary>
public sealed class AssignBankItem(Books books, BankTables bank, StatementIntake intake, CaseSteps steps)
{
    private const int MaxLines = 100;

    [Function(nameof(AssignBankItem))]
    [Allow(Roles.Accounting, Roles.Settlement)]
    public Task<IResult> Run([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "books/{book}/bank-items/{id}/assignment")] HttpRequest request, string book, string id) =>
        BookRequest.ReadAsync(books, request, book, id, async (found, fields, faults, canonical) =>
        {
            var digits = await bank.Items.Cases.FindAsync(book, id) is { } there ? BankTables.ReadItem(there).Digits(found.Digits) : found.Digits;
            var lines = fields.List("lines", "bank/lines", 1, MaxLines, line => ReadLine(line, digits, faults));
            var payments = fields.OptionalTexts("payments", Payment.MaxItems, 35, new Fault("payments", "payment/unclear", $"'payments' names at most {Payment.MaxItems} payments of an order, such as \"P-1-1\"."));
            var reason = fields.Text("reason", 500);
            fields.NoOthers();
            if (faults.Count > 0) return new Problem(Refusal.Of(faults));

            var command = CaseCommand.Repeatable(request, "assignment", canonical);
            var outcome = await steps.RunAsync(bank.Items, book, id, command, known => DecideAsync(found, known!, lines, payments, reason, digits, command.By));
            return outcome.Is(out var result, out var refused) ? BankSteps.Answer(result.IsNew ? 201 : 200, result.Case, book, request, json => GetBankItem.Write(json, result.Case, found.Digits)) : new Problem(refused);
        });

    private async Task<Outcome<CaseDecision>> DecideAsync(OpenedBook book, CaseRow known, List<CounterLine> lines, IReadOnlyList<string> payments, string reason, int digits, string by)
    {
        var (name, item) = (book.Book.Id, BankTables.ReadItem(known));
        var side = -Math.Sign(item.Line.AmountMinor);
        List<CounterLine> signed = [.. lines.Select(line => line with { AmountMinor = side * line.AmountMinor, Foreign = line.Foreign is { } foreign ? foreign with { AmountMinor = side * foreign.AmountMinor } : null })];
        if (!item.Assign(signed, reason, digits).Is(out var assigned, out var refusal)) return refusal;
        if (await bank.Accounts.Cases.FindAsync(name, item.Account) is not { } row) return new Refusal(409, "bank/state", $"Bank account '{item.Account}' is gone.");
        var account = BankTables.ReadAccount(row);

        if (assigned.Match.Own is null && await OrderOfAsync(name, item, signed, account) is var (order, gone))
        {
            if (!OwnOf(order, gone, item.Line, payments, digits).Is(out var named, out refusal)) return refusal;
            assigned = assigned with { Match = assigned.Match with { Own = named } };
        }

        if (assigned.Match.Own is { } own && await bank.Payments.Cases.FindAsync(name, own.Payment) is { } payment && PaymentTrace.Misfit(BankTables.ReadPayment(payment), known.Id, assigned) is { } ended) return ended;
        var earlier = await TakenBackAsync(name, item, signed);
        if (earlier is not null && !earlier.Match.Lines.SequenceEqual(signed.Take(earlier.Match.Lines.Count).Select(BankMatching.Back)))
            return new Refusal(409, "bank/state", "The line that this one was to take back has been opened or assigned otherwise since: say what this one is by lines of your own.");

        var rate = account.Currency is { } currency ? (await intake.RatesAsync(book, currency, [item.Line.BookedOn])).GetValueOrDefault(item.Line.BookedOn) : null;
        if (!(await book.Book.ReadAsync(state => ForeignBooking.Of(assigned, state, account, rate, earlier))).Is(out var booked, out refusal)) return refusal;
        var (entries, no) = await Posting.PrepareAsync(book, [booked.Entry(known.Id, account)], by);
        return no is null ? new CaseDecision(BankTables.Write(booked), IsDone: true, Tell: BankTables.ToTell(entries, ToldTrace.Of(known.Id, known.Version, PaymentTrace.Of(known.Id, booked), booked.Match.Own, by), book.Digits, by)) : booked.Booked is null ? AsGiven(no) : no;
    }

    /// <summary>The ledger counts the bank's own line too, which is the entry's first.</summary>
    private static Refusal AsGiven(Refusal refusal) => refusal with
    {
        Faults = [.. refusal.Faults.Select(fault => fault.Path.StartsWith("lines[", StringComparison.Ordinal) && fault.Path.IndexOf(']', StringComparison.Ordinal) is var end && int.TryParse(fault.Path.AsSpan(6, Math.Max(0, end - 6)), out var line) && line > 0
            ? fault with { Path = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"lines[{line - 1}]{fault.Path[(end + 1)..]}") } : fault)],
    };

    /// <summary>The line that this one takes back, when the lines are such a proposal; null: it takes none back.</summary>
    private async Task<BankItem?> TakenBackAsync(string book, BankItem item, List<CounterLine> lines) =>
        item.ProposalOf(lines)?.Of is { } of && await bank.Items.Cases.FindAsync(book, of) is { } row ? BankTables.ReadItem(row) : null;

    /// <summary>The order of ours of which a person says that something has gone, by a line against what was on its way, and how much of it; null: of none.</summary>
    private async Task<(CaseRow Order, long GoneMinor)?> OrderOfAsync(string book, BankItem item, List<CounterLine> lines, BankAccount account)
    {
        if (item.Line.AmountMinor > 0 || lines.Find(line => line.Account == account.Transit && line.Document is not null) is not { } gone || await bank.PaymentOfAsync(book, gone.Document!) is not { } row) return null;
        return BankTables.ReadPayment(row) is { Status: PaymentStatus.Ordered } payment && payment.BankAccount == item.Account && !payment.IsDone ? (row, gone.AmountMinor) : null;
    }

    /// <summary>
    /// Which payments of an order have gone: those that the person names, else the one that the line names, else the only ones that come to the amount. 422 <c>payment/unclear</c>. Worked: three of 100.00 under way, 200.00 gone → the person must say which two.
    /// </summary>
    internal static Outcome<PaymentPart> OwnOf(CaseRow order, long goneMinor, BankLine line, IReadOnlyList<string> payments, int digits)
    {
        var (id, payment) = (order.Id, BankTables.ReadPayment(order));
        var told = payments.Count > 0 ? payments : Payment.PartOf(line.EndToEndId) is var (reference, _) && reference == Payment.Reference(id) ? [line.EndToEndId!] : [];
        IReadOnlyList<int>? numbers = told.Count == 0 ? Payment.OnlyOf(payment.Items, goneMinor)
            : [.. told.Select(name => Enumerable.Range(1, payment.Items.Count).FirstOrDefault(n => Payment.EndToEndId(id, n - 1) == name)).Distinct()];
        var isGood = numbers is not null && numbers.All(n => n > 0 && !payment.Items[n - 1].IsEnded) && numbers.Aggregate(Int128.Zero, (sum, n) => sum + payment.Items[n - 1].AmountMinor) == goneMinor;
        return isGood ? new PaymentPart(id, numbers!)
            : new Refusal(422, "payment/unclear", $"Which payments of order '{id}' have gone with {Amount.Format(goneMinor, digits)} is not told by the amount: name those under way that come to it, such as \"payments\": [\"{Payment.EndToEndId(id, 0)}\"].", "payments");
    }

    private static CounterLine? ReadLine(JsonFields fields, int digits, List<Fault> faults)
    {
        var (account, amount, party, document, code) = (fields.Id("account"), fields.Minor("amount", digits, orNegative: true), fields.OptionalId("party"), fields.OptionalId("document"), fields.OptionalId("taxCode"));
        var foreign = fields.Has("foreign") && fields.Inner("foreign") is { } inner ? ReadForeign(inner, faults) : null;
        fields.Absent("foreign");
        fields.NoOthers();
        if (code is { Length: > 0 } && TaxCode.Find(code) is null) faults.Add(TaxCode.Unknown(code, fields.PathOf("taxCode")));
        if (foreign is not null && (party is null || document is null)) faults.Add(new Fault(fields.PathOf("foreign"), "ledger/foreign-amount", "An amount in another currency takes an item off: name its party and document."));
        return amount is null ? null : new CounterLine(account, amount.Value, party, document, code, foreign);
    }

    private static ItemAmount? ReadForeign(JsonFields fields, List<Fault> faults)
    {
        var currency = fields.Text("currency", 3);
        var digits = Currency.DigitsOf(currency);
        if (digits is null && currency.Length > 0) faults.Add(new Fault(fields.PathOf("currency"), "ledger/currency-unknown", $"'{currency}' is no currency of ISO 4217."));
        var amount = fields.Minor("amount", digits ?? 2, orNegative: true);
        fields.NoOthers();
        return amount is null || digits is null ? null : new ItemAmount(currency, amount.Value);
    }
}
