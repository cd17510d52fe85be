using System.Text.Json;
using BackOffice.Kernel;
using BackOffice.Ledger;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace BackOffice.Credit;

/// <summary>
/// <c>GET /api/books/{book}/limits/{counterparty}?on=</c>: a counterparty's limit on a day (default: today) and what uses it: drawn, promised, owed, open orders and trades; for the look before a deal. 404 <c>case/unknown</c>.
/// Rows: reads <c>Counterparties</c>, <c>CreditApplications</c>, <c>OpenDeals</c> and <c>Ledger</c>. Messages: none.
/// </summary>
public sealed class GetLimit(Books books, UtilisationSource utilisation, TimeProvider time)
{
    [Function(nameof(GetLimit))]
    [Allow(Roles.FrontOffice, Roles.BackOffice, Roles.Settlement, Roles.RiskControl, Roles.Board, Roles.Auditor)]
    public async Task<IResult> Run([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "books/{book}/limits/{counterparty}")] HttpRequest request, string book, string counterparty)
    {
        var query = new QueryFields(request.Query);
        var on = query.Date("on") ?? BusinessDay.Today(time);
        if (query.Refused() is { } wrong) return new Problem(wrong);
        if (!(await books.OpenAsync(book)).Is(out var found, out var refusal)) return new Problem(refusal);
        if (CreditSteps.IdFault(counterparty) is not null || await utilisation.OfAsync(found, counterparty, on) is not { } used) return CreditSteps.Unknown(counterparty, "counterparties", book);
        return new JsonAnswer(json =>
        {
            json.WriteString("book", book);
            json.WriteString("counterparty", counterparty);
            json.WriteString("on", BusinessDay.Text(on));
            Write(json, used, found.Digits);
        });
    }

    internal static void Write(Utf8JsonWriter json, Utilisation used, int digits)
    {
        if (used.LimitMinor is { } limit) json.WriteString("limit", Amount.Format(limit, digits));
        foreach (var (name, amount) in new[] { ("drawn", used.DrawnMinor), ("undrawn", used.UndrawnMinor), ("receivables", used.ReceivablesMinor), ("orders", used.OrdersMinor), ("trades", used.TradesMinor), ("used", used.UsedMinor), ("free", used.FreeMinor) })
            json.WriteString(name, Amount.Format(amount, digits));
    }
}
