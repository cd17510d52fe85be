using BackOffice.Kernel;
using BackOffice.Ledger;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace BackOffice.Banking;

/// <summary>
/// <c>POST /api/books/{book}/payments/{id}/approval</c> <c>{reason}</c>: the second pair of eyes. Never by who put the payment together (403 <c>identity/segregated</c>), nor by who last changed the bank details of one it pays (403 <c>payment/payee-changed-by-approver</c>): the approver would let through an account of their own choice.
/// 201; 200 when the same request comes again. 409 <c>payment/state</c>; 422 <c>payment/amount</c>, <c>payment/no-payee</c>. Rows: reads and writes <c>Payments</c>, reads <c>Payees</c> and <c>Ledger</c>. Messages: none.
/// </summary>
public sealed class ApprovePayment(Books books, BankTables bank, CaseSteps steps)
{
    [Function(nameof(ApprovePayment))]
    [Allow(Roles.Accounting, Roles.Settlement, Roles.Board)]
    public Task<IResult> Run([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "books/{book}/payments/{id}/approval")] HttpRequest request, string book, string id) =>
        BookRequest.ReadAsync(books, request, book, id, async (found, fields, faults, canonical) =>
        {
            _ = fields.Text("reason", 500);
            fields.NoOthers();
            if (faults.Count > 0) return new Problem(Refusal.Of(faults));
            var command = CaseCommand.Of(request, "approval", canonical);
            var outcome = await steps.RunAsync(bank.Payments, book, id, command, async known =>
            {
                var payment = BankTables.ReadPayment(known!);
                if (!payment.Move(PaymentCommand.Approval).Is(out var approved, out var refusal)) return refusal;
                if (await found.Book.ReadAsync(state => payment.Misfit(state, found.Digits)) is { } misfit) return misfit;
                Dictionary<string, int> seen = new(StringComparer.Ordinal);
                foreach (var party in payment.Items.Select(item => item.Party).Distinct(StringComparer.Ordinal))
                {
                    var history = await bank.Payees.Cases.HistoryAsync(book, party);
                    if (history.Count == 0) return new Refusal(422, "payment/no-payee", $"There are no bank details of '{party}': PUT /api/books/{book}/payees/{party}.", "items");
                    if (history[^1].By == command.By) return new Refusal(403, "payment/payee-changed-by-approver", $"You last changed the bank details of '{party}': somebody else must approve.");
                    seen[party] = history[^1].Version;
                }

                // Only what was looked at here goes into the file: who changes it meanwhile, or by a clock that is slow, is not approved with it.
                return new CaseDecision(BankTables.Write(approved with { Items = [.. approved.Items.Select(item => item with { PayeeVersion = seen[item.Party] })] }));
            });
            return outcome.Is(out var result, out var refusal) ? BankSteps.Answer(result.IsNew ? 201 : 200, result.Case, book, request, json => PutPayment.Write(json, result.Case, found.Digits)) : new Problem(refusal);
        });
}
