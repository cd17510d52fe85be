using BackOffice.Kernel;
using BackOffice.Ledger;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace BackOffice.Banking;

/// <summary>
/// <c>GET /api/books/{book}/payment-proposals?on=</c>: payables due by a day (today unless told) that no payment under way pays, in the form in which <c>PUT …/payments/{id}</c> takes them; those that cannot be paid, each with the reason; and what these parties owe us (credit notes, paid too much), to be set against them before.
/// Rows: reads <c>Ledger</c>, <c>Payees</c> and <c>Payments</c>. Messages: none.
/// </summary>
public sealed class GetPaymentProposals(Books books, BankTables bank, TimeProvider time)
{
    [Function(nameof(GetPaymentProposals))]
    [Allow(Roles.Accounting, Roles.Settlement, Roles.Auditor)]
    public async Task<IResult> Run([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "books/{book}/payment-proposals")] HttpRequest request, string book)
    {
        var query = new QueryFields(request.Query);
        var on = query.Date("on") ?? BusinessDay.Today(time);
        if (query.Refused() is { } wrong) return new Problem(wrong);
        if (!(await books.OpenAsync(book)).Is(out var found, out var refusal)) return new Problem(refusal);

        var (postings, foreign) = await found.Book.ReadAsync(state => (OpenItems.PostingsOf(state, BusinessDay.Latest, null, AccountType.Liability),
            ForeignBalance.Of(state, BusinessDay.Latest).Where(balance => balance.ForeignMinor != 0).GroupBy(balance => (balance.Account, balance.Key.Party, balance.Key.Document)).ToDictionary(group => group.Key, group => group.First().Key.Currency)));
        string? WhyNot(OpenItem item, IReadOnlyDictionary<string, Payee> known) =>
            foreign.TryGetValue((item.Account, item.Party, item.Document), out var currency) ? $"It is owed in {currency}; SEPA credit transfers are in EUR." : known.ContainsKey(item.Party) ? null : $"There are no bank details of '{item.Party}'.";
        var (payees, claimed) = (await bank.PayeesAsync(book), await bank.ClaimedAsync(book, except: null));
        var open = OpenItems.Of(postings, BusinessDay.Latest, settled: false).Items;
        var due = open.Where(item => item.OpenMinor < 0 && item.DueDate <= on && !claimed.ContainsKey((item.Account, item.Party, item.Document))).OrderBy(item => item.DueDate).ToList();
        return new JsonAnswer(json =>
        {
            json.WriteString("book", book);
            json.WriteString("on", BusinessDay.Text(on));
            json.WriteList("items", due.Where(item => WhyNot(item, payees) is null), item => Write(json, item, found.Digits));
            json.WriteList("notPayable", due.Where(item => WhyNot(item, payees) is not null), item =>
            {
                Write(json, item, found.Digits);
                json.WriteString("why", WhyNot(item, payees));
            });
            var parties = due.Select(item => item.Party).ToHashSet(StringComparer.Ordinal);
            json.WriteList("credits", open.Where(item => item.OpenMinor > 0 && parties.Contains(item.Party)), item => Write(json, item, found.Digits));
        });
    }

    private static void Write(System.Text.Json.Utf8JsonWriter json, OpenItem item, int digits)
    {
        json.WriteString("account", item.Account);
        json.WriteString("party", item.Party);
        json.WriteString("document", item.Document);
        json.WriteString("amount", Amount.Format(Int128.Abs(item.OpenMinor), digits));
        json.WriteString("dueDate", BusinessDay.Text(item.DueDate));
    }
}
