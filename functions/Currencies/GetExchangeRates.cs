using BackOffice.Kernel;
using BackOffice.Ledger;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace BackOffice.Currencies;

/// <summary>
/// <c>GET /api/books/{book}/exchange-rates/{date}</c>: the rates that hold on a day, its own or those of the last day before it, and the history of that day. 404 <c>currency/no-rates</c> when there are none for a week. Rows: reads <c>ExchangeRates</c>. Messages: none.
/// </summary>
public sealed class GetExchangeRates(Books books, ExchangeRateTable rates)
{
    [Function(nameof(GetExchangeRates))]
    [Allow(Roles.Accounting, Roles.Settlement, Roles.RiskControl, Roles.Operator, Roles.Auditor)]
    public async Task<IResult> Run([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "books/{book}/exchange-rates/{date}")] HttpRequest request, string book, string date)
    {
        if (new QueryFields(request.Query).Refused() is { } wrong) return new Problem(wrong);
        if (!(await books.OpenAsync(book)).Is(out _, out var refusal)) return new Problem(refusal);
        if (BusinessDay.Parse(date) is not { } day) return Problem.Of(422, "currency/date", $"'{Ids.Cut(date)}' is no day yyyy-MM-dd.");
        if (await rates.FindAsync(book, day) is not { } known || await rates.Days.Cases.FindAsync(book, BusinessDay.Text(known.Date)) is not { } row)
            return Problem.Of(404, "currency/no-rates", $"There are no rates of {date} or the {ExchangeRateTable.MaxAgeDays} days before.");
        return Answer(200, row, book, request, await rates.Days.Cases.HistoryAsync(book, row.Id));
    }

    internal static JsonAnswer Answer(int status, CaseRow row, string book, HttpRequest request, IReadOnlyList<CaseStep>? history)
    {
        request.HttpContext.Response.Headers.ETag = row.Tag;
        return new JsonAnswer(status, json =>
        {
            var day = ExchangeRateTable.Read(row);
            json.WriteString("book", book);
            json.WriteString("date", row.Id);
            json.WriteNumber("version", row.Version);
            json.WriteString("base", day.Base);
            json.WriteStartObject("rates");
            foreach (var (currency, rate) in day.Rates) json.WriteNumber(currency, rate);
            json.WriteEndObject();
            if (day.ByHand is { } byHand)
            {
                json.WriteStartArray("byHand");
                foreach (var currency in byHand) json.WriteStringValue(currency);
                json.WriteEndArray();
            }

            if (history is not null) CaseStep.Write(json, history);
        });
    }
}
