using BackOffice.Kernel;
using BackOffice.Ledger;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace BackOffice.Banking;

/// <summary>
/// <c>POST /api/books/{book}/bank-items/{id}/reopening</c> <c>{reason}</c>: takes back what a line was posted as, by a reversal of the same day (in the first open period when that is closed), and opens it again; a payment of ours that it showed as gone is on its way again. 201; 200 when the same request comes again. 409 <c>bank/state</c>.
/// Rows: reads and writes <c>BankItems</c> and <c>Payments</c>, adds to and deletes from <c>Agenda</c>, reads <c>BankAccounts</c>, commits <c>EntryPosted</c> to <c>Ledger</c>. Messages: none.
/// </summary>
public sealed class ReopenBankItem(Books books, BankTables bank, CaseSteps steps)
{
    [Function(nameof(ReopenBankItem))]
    [Allow(Roles.Accounting, Roles.Settlement)]
    public Task<IResult> Run([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "books/{book}/bank-items/{id}/reopening")] HttpRequest request, string book, string id) =>
        BookRequest.ReadAsync(books, request, book, id, async (found, fields, faults, canonical) =>
        {
            var reason = fields.Text("reason", 500);
            fields.NoOthers();
            if (faults.Count > 0) return new Problem(Refusal.Of(faults));
            var command = CaseCommand.Repeatable(request, "reopening", canonical);
            var outcome = await steps.RunAsync(bank.Items, book, id, command, async known =>
            {
                var item = BankTables.ReadItem(known!);
                if (await bank.Accounts.Cases.FindAsync(book, item.Account) is not { } account) return new Refusal(409, "bank/state", $"Bank account '{item.Account}' is gone.");
                return await BankSteps.ReopenAsync(found, known!, BankTables.ReadAccount(account), reason, command.By);
            });
            return outcome.Is(out var result, out var refused) ? BankSteps.Answer(result.IsNew ? 201 : 200, result.Case, book, request, json => GetBankItem.Write(json, result.Case, found.Digits)) : new Problem(refused);
        });
}
