using BackOffice.Exchange;
using BackOffice.Kernel;
using BackOffice.Ledger;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace BackOffice.Banking;

/// <summary>
/// <c>POST /api/books/{book}/payments/{id}/file</c>: makes the file for the bank (pain.001) of an approved payment and books what it pays as on its way. 201 with where the file is; 200 when the same request comes again. The bank details are those of now: 409 <c>payment/payee-changed</c> when they were changed after the approval.
/// 409 <c>payment/state</c>, <c>payment/claimed</c>, <c>payment/date</c> (its day is over); 422 <c>payment/amount</c> and what the ledger refuses. Rows: reads and writes <c>Payments</c> and <c>PaymentClaims</c>, adds to <c>Exports</c>, adds to and deletes from <c>Agenda</c>, reads <c>BankAccounts</c> and <c>Payees</c>, commits <c>EntryPosted</c> to <c>Ledger</c>. Messages: none.
/// </summary>
public sealed class OrderPayment(Books books, BankTables bank, CaseSteps steps, TimeProvider time)
{
    [Function(nameof(OrderPayment))]
    [Allow(Roles.Accounting, Roles.Settlement)]
    public Task<IResult> Run([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "books/{book}/payments/{id}/file")] HttpRequest request, string book, string id) =>
        BookRequest.ReadAsync(books, request, book, id, async (found, fields, faults, canonical) =>
        {
            fields.NoOthers();
            if (faults.Count > 0) return new Problem(Refusal.Of(faults));
            var command = CaseCommand.Of(request, "file", canonical);
            var outcome = await steps.RunAsync(bank.Payments, book, id, command, async known =>
            {
                var payment = BankTables.ReadPayment(known!);
                if (!payment.Move(PaymentCommand.File).Is(out var ordered, out var refusal)) return refusal;
                if (payment.ExecuteOn < BusinessDay.Today(time)) return new Refusal(409, "payment/date", $"The day of execution, {BusinessDay.Text(payment.ExecuteOn)}, is over: reject this payment and have another approved.");
                if (await PaymentClaim.TakeAsync(bank, steps, found, id, payment.Items, command.By) is { } claimed) return claimed;
                if (await found.Book.ReadAsync(state => payment.Misfit(state, found.Digits)) is { } misfit) return misfit;
                var account = BankTables.ReadAccount((await bank.Accounts.Cases.FindAsync(book, payment.BankAccount))!);
                Dictionary<string, CaseRow> payees = new(StringComparer.Ordinal);
                foreach (var party in payment.Items.Select(item => item.Party).Distinct(StringComparer.Ordinal)) payees[party] = (await bank.Payees.Cases.FindAsync(book, party))!;
                foreach (var item in payment.Items.DistinctBy(item => item.Party))
                    if (payees[item.Party].Version != (item.PayeeVersion ?? await VersionApprovedAsync(book, id, item.Party)))
                        return new Refusal(409, "payment/payee-changed", $"The bank details of '{item.Party}' were changed after the approval: reject this payment and have another approved.");
                List<PaymentItem> items = [.. payment.Items.Select(item => item.To(BankTables.ReadPayee(payees[item.Party])))];

                var whole = ordered with { Items = items, OrderedAt = time.GetUtcNow(), Debtor = account };
                var file = Pain.Write(id, whole, account);
                whole = whole with { File = new FileSeal($"{Payment.Reference(id)}.xml", FileSeal.DigestOf(file), file.Length, items.Count) };
                var (tell, no) = await Posting.PrepareAsync(found, [whole.Ordered(id, account, BusinessDay.Today(time))], command.By);
                if (no is not null) return no;
                var export = new ToldExport("payment-" + Ids.Key(id)[..24], new ExportFile(ExportKind.Payments, 0, [whole.File!], null, null, whole.OrderedAt!.Value), command.By);
                return new CaseDecision(BankTables.Write(whole), Tell: BankTables.ToTell(tell, export, found.Digits, command.By));
            });
            if (!outcome.Is(out var result, out var refusal)) return new Problem(refusal);
            return BankSteps.Answer(result.IsNew ? 201 : 200, result.Case, book, request, json =>
            {
                PutPayment.Write(json, result.Case, found.Digits);
                json.WriteString("href", $"/api/books/{book}/payments/{id}/file");
            });
        });

    /// <summary>The version of a party's bank details when an order was approved by version 0.6.0 or before, which did not keep it: by the time.</summary>
    private async Task<int?> VersionApprovedAsync(string book, string id, string party)
    {
        var approvedAt = (await bank.Payments.Cases.HistoryAsync(book, id)).Last(step => step.Command == "approval").At;
        return (await bank.Payees.Cases.HistoryAsync(book, party)).LastOrDefault(step => step.At <= approvedAt)?.Version;
    }
}
