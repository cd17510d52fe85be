using System.Text.Json;
using BackOffice.Kernel;
using BackOffice.Ledger;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace BackOffice.Banking;

/// <summary>
/// <c>PUT /api/books/{book}/payments/{id}</c> <c>{bankAccount, executeOn, items: [{account, party, document, amount}]}</c>: puts payables together to be paid; somebody else approves. 201; 200 when the same request comes again. 409 <c>case/id-reused</c>, <c>payment/claimed</c> (another payment under way has an item);
/// 422 <c>bank/account-unknown</c>, <c>payment/items</c>, <c>payment/amount</c>, <c>payment/twice</c>, <c>payment/date</c> (past), <c>payment/currency</c> (not EUR). Rows: reads and adds to <c>Payments</c>, reads <c>BankAccounts</c> and <c>Ledger</c>. Messages: none.
/// </summary>
public sealed class PutPayment(Books books, BankTables bank, CaseSteps steps, TimeProvider time)
{
    [Function(nameof(PutPayment))]
    [Allow(Roles.Accounting)]
    public Task<IResult> Run([HttpTrigger(AuthorizationLevel.Anonymous, "put", Route = "books/{book}/payments/{id}")] HttpRequest request, string book, string id) =>
        BookRequest.ReadAsync(books, request, book, id, async (found, fields, faults, canonical) =>
        {
            var (account, executeOn) = (fields.Id("bankAccount"), fields.Date("executeOn"));
            var items = fields.List("items", "payment/items", 1, Payment.MaxItems, item => ReadItem(item, found.Digits));
            fields.NoOthers();
            if (executeOn < BusinessDay.Today(time)) faults.Add(new Fault("executeOn", "payment/date", "The day of execution must not lie in the past."));
            if (faults.Count > 0) return new Problem(Refusal.Of(faults));
            if (await bank.Accounts.Cases.FindAsync(book, account) is not { } known) return Problem.Of(422, "bank/account-unknown", $"There is no bank account '{account}' in this book.");
            if (BankTables.ReadAccount(known).Currency is { } held) return Problem.Of(422, "payment/currency", $"SEPA credit transfers are in EUR; bank account '{account}' is held in {held}.");

            var claimed = await bank.ClaimedAsync(book, except: id);
            var outcome = await steps.RunAsync(bank.Payments, book, id, CaseCommand.ToCreate(request, canonical), async _ =>
            {
                var payment = new Payment(account, executeOn!.Value, items, PaymentStatus.Proposed);
                if (items.FirstOrDefault(item => claimed.ContainsKey((item.Account, item.Party, item.Document))) is { } twice)
                    return new Refusal(409, "payment/claimed", $"Payment '{claimed[(twice.Account, twice.Party, twice.Document)]}' pays '{twice.Document}' of '{twice.Party}' already: reject that one first.");
                var misfit = await found.Book.ReadAsync(state => state.Currency != "EUR" ? new Refusal(422, "payment/currency", "SEPA credit transfers are in EUR; the book is not.") : payment.Misfit(state, found.Digits));
                return misfit is null ? new CaseDecision(BankTables.Write(payment)) : misfit;
            });
            return outcome.Is(out var result, out var refusal) ? BankSteps.Answer(result.IsNew ? 201 : 200, result.Case, book, request, json => Write(json, result.Case, found.Digits)) : new Problem(refusal);
        });

    private static PaymentItem? ReadItem(JsonFields fields, int digits)
    {
        var (account, party, document, amount) = (fields.Id("account"), fields.Id("party"), fields.Id("document"), fields.Minor("amount", digits));
        fields.NoOthers();
        return amount is null ? null : new PaymentItem(account, party, document, amount.Value);
    }

    internal static void Write(Utf8JsonWriter json, CaseRow row, int digits)
    {
        var payment = BankTables.ReadPayment(row);
        json.WriteString("bankAccount", payment.BankAccount);
        json.WriteString("executeOn", BusinessDay.Text(payment.ExecuteOn));
        json.WriteString("status", JsonFields.NameOf(payment.Status));
        json.WriteString("total", Amount.Format(payment.TotalMinor, digits));
        json.WriteList("items", payment.Items, item =>
        {
            json.WriteString("account", item.Account);
            json.WriteString("party", item.Party);
            json.WriteString("document", item.Document);
            json.WriteString("amount", Amount.Format(item.AmountMinor, digits));
            if (item.Iban is not null) json.WriteString("iban", item.Iban);
            if (item.Answer is { } answer) json.WriteString("bank", JsonFields.NameOf(answer));
            if (item.Reason is not null) json.WriteString("reason", item.Reason);
            if (item.ClearedBy is not null) json.WriteString("goneWith", item.ClearedBy);
            if (item.ReturnedBy is not null) json.WriteString("cameBackWith", item.ReturnedBy);
        });
        if (payment.File is { } file) json.WriteString("sha256", file.Sha256);
    }
}
