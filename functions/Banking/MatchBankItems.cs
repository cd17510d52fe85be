using BackOffice.Kernel;
using BackOffice.Ledger;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace BackOffice.Banking;

/// <summary>
/// <c>POST /api/books/{book}/bank-items/matching</c>, without a body: matches the lines that wait anew, as an upload does for its accounts: when invoices were posted after the statement. 200 <c>{posted, waiting}</c>, whoever asks how often.
/// Rows: reads and writes <c>BankItems</c> and <c>Payments</c>, adds to and deletes from <c>Agenda</c>, reads <c>BankAccounts</c>, <c>Payees</c>, <c>ExchangeRates</c> and <c>Ledger</c>, commits <c>EntryPosted</c> to <c>Ledger</c>. Messages: none.
/// </summary>
public sealed class MatchBankItems(Books books, BankTables bank, StatementIntake intake)
{
    private static readonly HashSet<string> None = [];

    [Function(nameof(MatchBankItems))]
    [Allow(Roles.Accounting, Roles.Settlement)]
    public async Task<IResult> Run([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "books/{book}/bank-items/matching")] HttpRequest request, string book)
    {
        if (!(await books.OpenAsync(book)).Is(out var found, out var refusal)) return new Problem(refusal);
        var by = Caller.Of(request).Name;
        return await intake.InTurnAsync(book, async () =>
        {
            var (posted, waiting) = (0, 0);
            foreach (var (id, account) in await bank.AccountsAsync(book))
            {
                if (!(await intake.RematchAsync(found, id, account, None, by)).Is(out var rematched, out var no)) return (IResult)new Problem(no);
                (posted, waiting) = (posted + rematched.Posted, waiting + rematched.Waiting);
            }

            return new JsonAnswer(json =>
            {
                json.WriteString("book", book);
                json.WriteNumber("posted", posted);
                json.WriteNumber("waiting", waiting);
            });
        });
    }
}
