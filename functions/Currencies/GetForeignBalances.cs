using BackOffice.Banking;
using BackOffice.Kernel;
using BackOffice.Ledger;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace BackOffice.Currencies;

/// <summary>
/// <c>GET /api/books/{book}/foreign-balances?on=</c>: what is owed and held in other currencies in the evening of a day (today unless told), at the rates it was booked with and at that day's; <c>difference</c> is what a month-end night would book. Rows: reads <c>Ledger</c>,
/// <c>ExchangeRates</c> and <c>BankAccounts</c>. Messages: none.
/// </summary>
public sealed class GetForeignBalances(Books books, ExchangeRateTable rates, BankTables bank, TimeProvider time)
{
    [Function(nameof(GetForeignBalances))]
    [Allow(Roles.Accounting, Roles.Settlement, Roles.RiskControl, Roles.Auditor)]
    public async Task<IResult> Run([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "books/{book}/foreign-balances")] HttpRequest request, string book)
    {
        var query = new QueryFields(request.Query);
        var on = query.Date("on") ?? BusinessDay.Today(time);
        if (query.Refused() is { } wrong) return new Problem(wrong);
        if (!(await books.OpenAsync(book)).Is(out var found, out var refusal)) return new Problem(refusal);

        var banks = await bank.LedgerAccountsAsync(book);
        var (balances, monetary, cash, own) = await found.Book.ReadAsync(state =>
        {
            var all = ForeignBalance.Of(state, on);
            return (all, all.Where(balance => Valuation.IsMonetary(state.Account(balance.Account)!)).ToHashSet(), state.Accounts.Where(account => Valuation.IsCash(account, banks)).Select(account => account.Code).ToHashSet(StringComparer.Ordinal), state.Currency);
        });
        var lookup = rates.In(book);
        Dictionary<string, DatedRate?> quoted = new(StringComparer.Ordinal);
        foreach (var currency in balances.Select(balance => balance.Key.Currency).Distinct(StringComparer.Ordinal)) quoted[currency] = await lookup.FindAsync(on, currency, own);
        return new JsonAnswer(json =>
        {
            json.WriteString("book", book);
            json.WriteString("on", BusinessDay.Text(on));
            json.WriteString("currency", own);
            json.WriteList("balances", balances, balance =>
            {
                var isMonetary = monetary.Contains(balance);
                var value = Valuation.Of(balance, quoted[balance.Key.Currency], on, found.Digits, cash.Contains(balance.Account));
                json.WriteString("account", balance.Account);
                json.WriteString("currency", balance.Key.Currency);
                if (balance.Key.Party.Length > 0) json.WriteString("party", balance.Key.Party);
                if (balance.Key.Document.Length > 0) json.WriteString("document", balance.Key.Document);
                if (balance.DueDay >= 0) json.WriteString("dueDate", BusinessDay.Text(DateOnly.FromDayNumber(balance.DueDay)));
                json.WriteString("foreign", Amount.Format(balance.ForeignMinor, Currency.DigitsOf(balance.Key.Currency) ?? 2));
                json.WriteString("booked", Amount.Format(balance.BookMinor, found.Digits));
                json.WriteBoolean("monetary", isMonetary);
                if (value.Rate is not { } rate) return;
                json.WriteNumber("rate", rate.Rate);
                json.WriteString("rateOf", BusinessDay.Text(rate.Date));
                json.WriteString("value", Amount.Format(value.ValueMinor!.Value, found.Digits));
                json.WriteString("difference", Amount.Format(isMonetary ? value.DifferenceMinor : 0, found.Digits));
            });
        });
    }
}
