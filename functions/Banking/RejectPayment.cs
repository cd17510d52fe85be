using BackOffice.Kernel;
using BackOffice.Ledger;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace BackOffice.Banking;

/// <summary><c>POST /api/books/{book}/payments/{id}/rejection</c> <c>{reason}</c>: the payment is not made; what it was to pay can be paid by another. 201; 200 when the same request comes again. 409 <c>payment/state</c>. Rows: reads and writes <c>Payments</c>. Messages: none.</summary>
public sealed class RejectPayment(Books books, BankTables bank, CaseSteps steps)
{
    [Function(nameof(RejectPayment))]
    [Allow(Roles.Accounting, Roles.Settlement, Roles.Board)]
    public Task<IResult> Run([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "books/{book}/payments/{id}/rejection")] HttpRequest request, string book, string id) =>
        BookRequest.ReadAsync(books, request, book, id, async (found, fields, faults, canonical) =>
        {
            _ = fields.Text("reason", 500);
            fields.NoOthers();
            if (faults.Count > 0) return new Problem(Refusal.Of(faults));
            var outcome = await steps.RunAsync(bank.Payments, book, id, CaseCommand.Of(request, "rejection", canonical), known =>
                BankTables.ReadPayment(known!).Move(PaymentCommand.Rejection).Is(out var rejected, out var no) ? new CaseDecision(BankTables.Write(rejected), IsDone: true) : no);
            return outcome.Is(out var result, out var refusal) ? BankSteps.Answer(result.IsNew ? 201 : 200, result.Case, book, request, json => PutPayment.Write(json, result.Case, found.Digits)) : new Problem(refusal);
        });
}
