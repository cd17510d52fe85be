using BackOffice.Kernel;
using BackOffice.Ledger;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace BackOffice.Credit;

/// <summary>
/// <c>PUT /api/books/{book}/group-limits/{group}</c> <c>{from, amount, reason}</c>: the limit of a group of connected clients from a day on; the risk report tells what is used of it; 0 forbids new business. 201 when it is new, 200 when it is so already.
/// 422 <c>credit/too-many</c> after 200. Rows: reads and writes <c>Counterparties</c>. Messages: none.
/// </summary>
public sealed class PutGroupLimit(Books books, CreditTables credit, CaseSteps steps)
{
    [Function(nameof(PutGroupLimit))]
    [Allow(Roles.BackOffice, Roles.RiskControl)]
    public Task<IResult> Run([HttpTrigger(AuthorizationLevel.Anonymous, "put", Route = "books/{book}/group-limits/{group}")] HttpRequest request, string book, string group) =>
        CreditSteps.ReadAsync(books, request, book, group, async (found, fields, faults, canonical) =>
        {
            var (from, amount, reason) = (fields.Date("from"), fields.Minor("amount", found.Digits, orZero: true), fields.Text("reason", 500));
            fields.NoOthers();
            if (faults.Count > 0) return new Problem(Refusal.Of(faults));
            var wanted = new CreditLimit(from!.Value, amount!.Value, reason);
            var outcome = await steps.RunAsync(credit.Counterparties, book, CreditGroup.Prefix + group, CaseCommand.ToPut(request, canonical), known =>
            {
                var before = known is null ? new CreditGroup([]) : CreditTables.ReadGroup(known);
                if (before.LimitOn(wanted.From) == wanted) return new CaseDecision(known!.State);
                return before.Limits.Count >= Counterparty.MaxHistory
                    ? new Refusal(422, "credit/too-many", $"A group has at most {Counterparty.MaxHistory} limits.")
                    : new CaseDecision(CreditTables.Write(new CreditGroup([.. before.Limits, wanted])));
            });
            if (!outcome.Is(out var result, out var refusal)) return new Problem(refusal);
            request.HttpContext.Response.Headers.ETag = result.Case.Tag;
            return new JsonAnswer(result.IsNew ? 201 : 200, json =>
            {
                json.WriteString("book", book);
                json.WriteString("group", group);
                json.WriteList("limits", CreditTables.ReadGroup(result.Case).Limits, limit =>
                {
                    json.WriteString("from", BusinessDay.Text(limit.From));
                    json.WriteString("amount", Amount.Format(limit.AmountMinor, found.Digits));
                    json.WriteString("reason", limit.Reason);
                });
            });
        });
}
