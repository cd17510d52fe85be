using System.Text.Json;
using BackOffice.Kernel;
using BackOffice.Ledger;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace BackOffice.Credit;

/// <summary>
/// <c>GET /api/books/{book}/open-deals/{id}</c>: an order or trade that uses a limit, and its history. 404 <c>case/unknown</c>. Rows: reads <c>OpenDeals</c>. Messages: none.
/// </summary>
public sealed class GetOpenDeal(Books books, CreditTables credit)
{
    [Function(nameof(GetOpenDeal))]
    [Allow(Roles.FrontOffice, Roles.BackOffice, Roles.Settlement, Roles.RiskControl, Roles.Auditor)]
    public async Task<IResult> Run([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "books/{book}/open-deals/{id}")] HttpRequest request, string book, string id)
    {
        if (new QueryFields(request.Query).Refused() is { } wrong) return new Problem(wrong);
        if (!(await books.OpenAsync(book)).Is(out var found, out var refusal)) return new Problem(refusal);
        if (CreditSteps.IdFault(id) is not null || await credit.OpenDeals.Cases.FindAsync(book, id) is not { } row) return CreditSteps.Unknown(id, "open-deals", book);
        return Answer(200, row, found, request, null, await credit.OpenDeals.Cases.HistoryAsync(book, id));
    }

    internal static JsonAnswer Answer(int status, CaseRow row, OpenedBook book, HttpRequest request, Utilisation? used, IReadOnlyList<CaseStep>? history)
    {
        request.HttpContext.Response.Headers.ETag = row.Tag;
        return new JsonAnswer(status, json =>
        {
            json.WriteString("book", book.Book.Id);
            Write(json, row, book.Digits);
            if (used is not null)
            {
                json.WriteStartObject("limit");
                GetLimit.Write(json, used, book.Digits);
                json.WriteEndObject();
            }

            if (history is not null) CaseStep.Write(json, history);
        });
    }

    internal static void Write(Utf8JsonWriter json, CaseRow row, int digits)
    {
        var deal = CreditTables.ReadOpenDeal(row);
        json.WriteString("id", row.Id);
        json.WriteNumber("version", row.Version);
        json.WriteString("kind", JsonFields.NameOf(deal.Kind));
        json.WriteString("counterparty", deal.Counterparty);
        json.WriteString("amount", Amount.Format(deal.AmountMinor, digits));
        json.WriteString("from", BusinessDay.Text(deal.From));
        if (deal.Until is { } until) json.WriteString("until", BusinessDay.Text(until));
        json.WriteBoolean("completed", row.IsDone);
    }
}
