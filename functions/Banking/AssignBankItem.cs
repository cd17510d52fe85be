using BackOffice.Kernel;
using BackOffice.Ledger;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace BackOffice.Banking;

/// <summary>
/// <c>POST /api/books/{book}/bank-items/{id}/assignment</c> <c>{lines: [{account, amount, party?, document?, taxCode?}], reason}</c>: a person says what a line of a statement is; the amounts are parts of the bank's (a part of the other sign is negative) and come to it exactly. 201; 200 when the same request comes again.
/// 409 <c>bank/state</c>; 422 <c>bank/assignment-sum</c>, <c>bank/lines</c> and what the ledger refuses. Rows: reads and writes <c>BankItems</c>, adds to and deletes from <c>Agenda</c>, reads <c>BankAccounts</c>, commits <c>EntryPosted</c> to <c>Ledger</c>. Messages: none.
/// </summary>
public sealed class AssignBankItem(Books books, BankTables bank, CaseSteps steps)
{
    private const int MaxLines = 100;

    [Function(nameof(AssignBankItem))]
    [Allow(Roles.Accounting, Roles.Settlement)]
    public Task<IResult> Run([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "books/{book}/bank-items/{id}/assignment")] HttpRequest request, string book, string id) =>
        BookRequest.ReadAsync(books, request, book, id, async (found, fields, faults, canonical) =>
        {
            var lines = fields.List("lines", "bank/lines", 1, MaxLines, line => ReadLine(line, found.Digits, faults));
            var reason = fields.Text("reason", 500);
            fields.NoOthers();
            if (faults.Count > 0) return new Problem(Refusal.Of(faults));

            var command = CaseCommand.Of(request, "assignment", canonical);
            var outcome = await steps.RunAsync(bank.Items, book, id, command, async known =>
            {
                var item = BankTables.ReadItem(known!);
                var side = -Math.Sign(item.Line.AmountMinor);
                if (!item.Assign([.. lines.Select(line => line with { AmountMinor = side * line.AmountMinor })], reason, found.Digits).Is(out var assigned, out var refusal)) return refusal;
                if (await bank.Accounts.Cases.FindAsync(book, item.Account) is not { } account) return new Refusal(409, "bank/state", $"Bank account '{item.Account}' is gone.");
                var (tell, no) = await Posting.PrepareAsync(found, [assigned.Entry(id, BankTables.ReadAccount(account))], command.By);
                return no is null ? new CaseDecision(BankTables.Write(assigned), IsDone: true, Tell: tell) : no;
            });
            return outcome.Is(out var result, out var refusal) ? BankSteps.Answer(result.IsNew ? 201 : 200, result.Case, book, request, json => GetBankItem.Write(json, result.Case, found.Digits)) : new Problem(refusal);
        });

    private static CounterLine? ReadLine(JsonFields fields, int digits, List<Fault> faults)
    {
        var (account, amount, party, document, code) = (fields.Id("account"), fields.Minor("amount", digits, orNegative: true), fields.OptionalId("party"), fields.OptionalId("document"), fields.OptionalId("taxCode"));
        fields.NoOthers();
        if (code is { Length: > 0 } && TaxCode.Find(code) is null) faults.Add(TaxCode.Unknown(code, fields.PathOf("taxCode")));
        return amount is null ? null : new CounterLine(account, amount.Value, party, document, code);
    }
}
