using BackOffice.Kernel;
using BackOffice.Ledger;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace BackOffice.Banking;

/// <summary>
/// <c>POST /api/books/{book}/payments/{id}/withdrawal</c> <c>{reason}</c>: the file was made, but not sent to the bank, or the bank has dropped it: what is still on its way is owed again. Never by who made the file (403 <c>identity/segregated</c>): what was sent after all would be paid twice. 201; 200 when the same request comes again.
/// 409 <c>payment/state</c>, also when nothing is on its way any more. Rows: reads and writes <c>Payments</c>, adds to and deletes from <c>Agenda</c>, reads <c>BankAccounts</c>, commits <c>EntryPosted</c> to <c>Ledger</c>. Messages: none.
/// </summary>
public sealed class WithdrawPayment(Books books, BankTables bank, CaseSteps steps, TimeProvider time)
{
    [Function(nameof(WithdrawPayment))]
    [Allow(Roles.Accounting, Roles.Settlement, Roles.Board)]
    public Task<IResult> Run([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "books/{book}/payments/{id}/withdrawal")] HttpRequest request, string book, string id) =>
        BookRequest.ReadAsync(books, request, book, id, async (found, fields, faults, canonical) =>
        {
            _ = fields.Text("reason", 500);
            fields.NoOthers();
            if (faults.Count > 0) return new Problem(Refusal.Of(faults));
            var command = CaseCommand.Repeatable(request, "withdrawal", canonical);
            // What a line has said and the payment does not know yet.
            await CaseSteps.TellAllAsync(bank.Items, book);
            var outcome = await steps.RunAsync(bank.Payments, book, id, command, async known =>
            {
                var payment = BankTables.ReadPayment(known!);
                if (!payment.Withdrawn().Is(out var withdrawn, out var refusal)) return refusal;
                var (account, today) = (BankTables.ReadAccount((await bank.Accounts.Cases.FindAsync(book, payment.BankAccount))!), BusinessDay.Today(time));
                List<Entry> back = [.. Enumerable.Range(0, payment.Items.Count).Where(n => !payment.Items[n].IsEnded).Select(n => payment.Returned(id, n, account, today, "withdrawn"))];
                var (tell, no) = await Posting.PrepareAsync(found, back, command.By);
                return no is null ? new CaseDecision(BankTables.Write(withdrawn), withdrawn.IsDone, tell) : no;
            });
            return outcome.Is(out var result, out var refused) ? BankSteps.Answer(result.IsNew ? 201 : 200, result.Case, book, request, json => PutPayment.Write(json, result.Case, found.Digits)) : new Problem(refused);
        });
}
