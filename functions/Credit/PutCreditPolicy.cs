using System.Text.Json;
using BackOffice.Kernel;
using BackOffice.Ledger;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace BackOffice.Credit;

/// <summary>
/// <c>PUT /api/books/{book}/credit-policy</c> <c>{bookAllowances, reason}</c>: whether the nights book allowances for credit losses in this book. They then use the chart's accounts 0996/1248, 0998/1246 and 0976/3092 alone. 201 when it is
/// chosen first, 200 afterwards. 422 <c>ledger/no-chart</c>. Rows: reads and writes <c>Counterparties</c>. Messages: none.
/// </summary>
public sealed class PutCreditPolicy(Books books, CreditTables credit, CaseSteps steps)
{
    [Function(nameof(PutCreditPolicy))]
    [Allow(Roles.RiskControl, Roles.Accounting)]
    public Task<IResult> Run([HttpTrigger(AuthorizationLevel.Anonymous, "put", Route = "books/{book}/credit-policy")] HttpRequest request, string book) =>
        CreditSteps.ReadAsync(books, request, book, "policy", async (found, fields, faults, canonical) =>
        {
            var chosen = fields.Flag("bookAllowances");
            fields.Text("reason", 500);
            fields.NoOthers();
            if (faults.Count > 0) return new Problem(Refusal.Of(faults));
            if (chosen == true && await found.Book.ReadAsync(state => state.Settings.Chart is null)) return Problem.Of(422, "ledger/no-chart", "The book has no chart, which would say where allowances are booked.");
            var state = JsonSerializer.Serialize(new CreditPolicy(chosen!.Value), CreditJson.Default.CreditPolicy);
            var outcome = await steps.RunAsync(credit.Counterparties, book, CreditPolicy.Id, CaseCommand.ToPut(request, canonical), _ => new CaseDecision(state));
            return outcome.Is(out var result, out var refusal) ? new JsonAnswer(result is { IsNew: true, Case.Version: 1 } ? 201 : 200, json =>
            {
                json.WriteString("book", book);
                json.WriteBoolean("bookAllowances", chosen.Value);
            }) : new Problem(refusal);
        });
}

/// <summary>How a book treats credit losses.</summary>
/// <param name="BooksAllowances">Whether the nights book them.</param>
public sealed record CreditPolicy(bool BooksAllowances)
{
    /// <summary>Its case id in the counterparties' table.</summary>
    public const string Id = CreditUnit.Prefix + "policy";

    /// <summary>The book's choice; null when none has been made.</summary>
    public static async Task<CreditPolicy?> FindAsync(CreditTables credit, string book) =>
        await credit.Counterparties.Cases.FindAsync(book, Id) is { } row ? JsonSerializer.Deserialize(row.State, CreditJson.Default.CreditPolicy) : null;
}
