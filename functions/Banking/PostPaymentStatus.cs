using BackOffice.Kernel;
using BackOffice.Ledger;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace BackOffice.Banking;

/// <summary>
/// <c>POST /api/books/{book}/payment-status</c>, <c>application/xml</c>, at most 5 MB: what the bank says of payments (pain.002). What it accepted is noted; what it rejected is owed again, and the money on its way is taken back; not of a payment that a statement shows as gone, which comes back on a statement too. 201; 200 when the same file comes again.
/// 400 <c>request/not-xml</c>, <c>bank/form</c>; 409 <c>payment/state</c> (also when the bank accepts what was withdrawn: it will be paid, and is owed again here); 422 <c>payment/unknown</c> (no such order, or no such payment in it), before anything is changed. Rows: reads and writes <c>Payments</c>, adds to <c>Imports</c> and <c>originals</c>, adds to and deletes from <c>Agenda</c>, reads <c>BankAccounts</c>, commits <c>EntryPosted</c> to <c>Ledger</c>. Messages: none.
/// </summary>
public sealed class PostPaymentStatus(Books books, BankTables bank, ImportRegister imports, CaseSteps steps, TimeProvider time)
{
    private const int MaxBytes = 5_000_000;

    [Function(nameof(PostPaymentStatus))]
    [Allow(Roles.Accounting, Roles.Settlement)]
    public async Task<IResult> Run([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "books/{book}/payment-status")] HttpRequest request, string book)
    {
        if (!(await books.OpenAsync(book)).Is(out var found, out var refusal)) return new Problem(refusal);
        if (!(await RequestBody.ReadXmlAsync(request, MaxBytes)).Is(out var body, out refusal)) return new Problem(refusal);
        if (!Pain.ReadStatus(body.Root).Is(out var answers, out refusal)) return new Problem(refusal);
        var (digest, by) = (body.Original.Sha256, Caller.Of(request).Name);

        var row = answers.Count == 0 ? null : await bank.PaymentOfAsync(book, answers[0].Order);
        if (answers.Count > 0 && row is null) return Problem.Of(422, "payment/unknown", $"No payment that is under way is called '{Ids.Cut(answers[0].Order)}' at the bank.");
        await imports.KeepAsync(book, ImportKind.PaymentStatus, body.Original);
        if (row is { Id: var id })
        {
            var outcome = await steps.RunAsync(bank.Payments, book, id, new CaseCommand("status", $$"""{"sha256":"{{digest}}"}""", by, "status:" + digest), async known =>
            {
                var payment = BankTables.ReadPayment(known!);
                if (!payment.Move(PaymentCommand.Status).Is(out _, out var no)) return no;
                if (!Answered(id, payment, answers).Is(out var answered, out no)) return no;
                var account = BankTables.ReadAccount((await bank.Accounts.Cases.FindAsync(book, payment.BankAccount))!);
                var today = BusinessDay.Today(time);
                List<Entry> back = [.. Enumerable.Range(0, answered.Items.Count).Where(n => answered.Items[n].Answer == BankAnswer.Rejected && !payment.Items[n].IsEnded).Select(n => answered.Returned(id, n, account, today))];
                var (tell, refused) = await Posting.PrepareAsync(found, back, by);
                return refused is null ? new CaseDecision(BankTables.Write(answered), answered.IsDone, tell) : refused;
            });
            if (!outcome.Is(out var result, out refusal)) return new Problem(refusal);
            row = result.Case;
        }

        if (!(await imports.NoteAsync(book, ImportKind.PaymentStatus, body.Original, answers.Count, answers.FirstOrDefault()?.Order, by)).Is(out var import, out refusal)) return new Problem(refusal);
        return new JsonAnswer(import.IsNew ? 201 : 200, json =>
        {
            json.WriteString("book", book);
            json.WriteString("import", import.Case.Id);
            json.WriteNumber("answers", answers.Count);
            if (row is null) return;
            json.WriteString("payment", row.Id);
            PutPayment.Write(json, row, found.Digits);
        });
    }

    /// <summary>The payment with what the bank said. What is said of one payment counts more than what is said of all; a rejection stays; one of a payment that a statement shows as gone is none: it comes back on a statement. 409 <c>payment/state</c> when it accepts what was withdrawn; 422 <c>payment/unknown</c>, which names all that are. Worked: all accepted, the second rejected → accepted, rejected.</summary>
    internal static Outcome<Payment> Answered(string id, Payment payment, IReadOnlyList<PaymentAnswer> answers)
    {
        PaymentItem[] items = [.. payment.Items];
        var known = Enumerable.Range(0, items.Length).ToDictionary(n => Payment.EndToEndId(id, n), StringComparer.Ordinal);
        List<Fault> unknown = [.. answers.Select(answer => answer.EndToEndId).OfType<string>().Where(name => !known.ContainsKey(name)).Distinct(StringComparer.Ordinal).Take(Refusal.MaxFaults)
            .Select(name => new Fault("OrgnlEndToEndId", "payment/unknown", $"Payment '{id}' has no payment '{Ids.Cut(name)}'."))];
        if (unknown.Count > 0) return Refusal.Of(unknown);
        foreach (var answer in answers.OrderBy(answer => answer.EndToEndId is null ? 0 : 1))
        {
            var at = answer.EndToEndId is null ? -1 : known[answer.EndToEndId];
            for (var n = 0; n < items.Length; n++)
                if ((at == -1 || at == n) && payment.Items[n].Answer != BankAnswer.Rejected && !(answer.Answer == BankAnswer.Rejected && payment.Items[n].ClearedBy is not null)) items[n] = items[n] with { Answer = answer.Answer, Reason = answer.Reason };
        }

        List<string> withdrawn = [.. Enumerable.Range(0, items.Length).Where(n => payment.Items[n].Answer == BankAnswer.Withdrawn && items[n].Answer == BankAnswer.Accepted).Select(n => $"'{Payment.EndToEndId(id, n)}'")];
        return withdrawn.Count == 0 ? payment with { Items = items }
            : new Refusal(409, "payment/state", $"The bank accepts {string.Join(", ", withdrawn)}, which was withdrawn as not sent: it will be paid, and is owed again here. Stop it at the bank, or have nobody else pay it; nothing of this file was taken in.", "OrgnlPmtInfAndSts");
    }
}
