using System.Text.Json;
using BackOffice.Kernel;
using BackOffice.Ledger;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace BackOffice.Banking;

/// <summary>
/// <c>PUT /api/books/{book}/bank-accounts/{id}</c> <c>{iban, holder, account, transit?, bic?, currency?}</c>: an account at a bank, the account of the book that shows it, the one of money on its way (by the chart 1360/1460 unless told) and its currency (the book's unless told). 201, 200 when it is there.
/// 422 <c>bank/iban</c>, <c>bank/bic</c>, <c>bank/transit</c>, <c>ledger/account-unknown</c>, <c>bank/account-type</c>, <c>ledger/currency-unknown</c>; 409 <c>bank/iban-taken</c>, <c>bank/account-taken</c>, <c>bank/account-in-use</c> (IBAN, currency and accounts stay once a statement or a payment uses them: what takes an entry back must find the same accounts).
/// Rows: reads and writes <c>BankAccounts</c>, reads <c>BankStatements</c>, <c>Payments</c> and <c>Ledger</c>. Messages: none.
/// </summary>
public sealed class PutBankAccount(Books books, BankTables bank, CaseSteps steps)
{
    [Function(nameof(PutBankAccount))]
    [Allow(Roles.Accounting, Roles.Settlement)]
    public Task<IResult> Run([HttpTrigger(AuthorizationLevel.Anonymous, "put", Route = "books/{book}/bank-accounts/{id}")] HttpRequest request, string book, string id) =>
        BookRequest.ReadAsync(books, request, book, id, async (found, fields, faults, canonical) =>
        {
            var (iban, holder, account) = (Iban.Read(fields.Text("iban", 42), "iban", faults), fields.Text("holder", 70), fields.Id("account"));
            var (transit, bic, currency) = (fields.OptionalId("transit"), Iban.ReadBic(fields.OptionalText("bic", 11), "bic", faults), fields.OptionalText("currency", 3));
            fields.NoOthers();
            transit ??= await found.Book.ReadAsync(state => state.Settings.Chart is { } chart ? Chart.Number(chart, "1360") : null);
            if (currency is not null && Currency.DigitsOf(currency) is null) faults.Add(new Fault("currency", "ledger/currency-unknown", $"'{Ids.Cut(currency)}' is no currency of ISO 4217."));
            if (currency == await found.Book.ReadAsync(state => state.Currency)) currency = null;
            if (transit is null) faults.Add(new Fault("transit", "bank/transit", "The book has no chart that names an account of money on its way: give 'transit'."));
            if (faults.Count == 0)
            {
                await found.Book.ReadAsync(state =>
                {
                    state.CheckAccount("account", account, faults, "bank/account-type", AccountType.Asset, AccountType.Liability);
                    state.CheckAccount("transit", transit!, faults, "bank/account-type", AccountType.Asset, AccountType.Liability);
                    return faults;
                });
                if (account == transit) faults.Add(new Fault("transit", "bank/transit", "Money on its way needs another account than the bank's."));
            }

            if (faults.Count > 0) return new Problem(Refusal.Of(faults));
            if ((await bank.AccountsAsync(book)).FirstOrDefault(other => other.Value.Iban == iban && other.Key != id) is { Key: { } taken }) return Problem.Of(409, "bank/iban-taken", $"Bank account '{taken}' has this IBAN.");
            if ((await bank.AccountsAsync(book)).FirstOrDefault(other => other.Value.Account == account && other.Key != id) is { Key: { } shown }) return Problem.Of(409, "bank/account-taken", $"Bank account '{shown}' is shown by account '{account}': each needs one of its own, or the night could not compare them.");
            var isNew = false;
            var outcome = await steps.RunAsync(bank.Accounts, book, id, CaseCommand.ToPut(request, canonical), async known =>
            {
                isNew = known is null;
                if (known is not null && BankTables.ReadAccount(known) is var before && (before.Iban, before.Account, before.Transit, before.Currency) != (iban, account, transit, currency) && await IsUsedAsync(book, id))
                    return new Refusal(409, "bank/account-in-use", $"Statements or payments use bank account '{id}': it keeps IBAN {before.Iban}, account {before.Account}, transit {before.Transit} and its currency. Holder and BIC may change.");
                return new CaseDecision(BankTables.Write(new BankAccount(iban, holder, account, transit!, bic, currency)));
            });
            return outcome.Is(out var result, out var refusal) ? BankSteps.Answer(isNew && result.IsNew ? 201 : 200, result.Case, book, request, json => Write(json, result.Case)) : new Problem(refusal);
        }, id => BookRequest.IdFault(id) ?? (id.Length <= BankAccount.MaxIdLength ? null : new Refusal(400, "request/id", $"The id of a bank account has at most {BankAccount.MaxIdLength} characters: the ids of its statements and lines begin with it.", "id")));

    private async Task<bool> IsUsedAsync(string book, string id)
    {
        await foreach (var row in bank.Statements.Cases.ScanAllAsync(book))
            if (BankTables.ReadStatement(row).Account == id) return true;
        await foreach (var row in bank.Payments.Cases.ScanAllAsync(book))
            if (BankTables.ReadPayment(row).BankAccount == id) return true;
        return false;
    }

    internal static void Write(Utf8JsonWriter json, CaseRow row)
    {
        var account = BankTables.ReadAccount(row);
        json.WriteString("iban", account.Iban);
        json.WriteString("holder", account.Holder);
        json.WriteString("account", account.Account);
        json.WriteString("transit", account.Transit);
        if (account.Bic is not null) json.WriteString("bic", account.Bic);
        if (account.Currency is not null) json.WriteString("currency", account.Currency);
    }
}
