using BackOffice.Kernel;
using BackOffice.Ledger;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace BackOffice.Assets;

/// <summary>
/// <c>GET /api/books/{book}/asset-forecast?to=&amp;lang=de|en</c>: depreciation and book values by account and month, from the month of today through that of <c>to</c> (default: the end of the next fiscal year; at most 50 years); JSON,
/// text/csv or text/html by Accept. 422 <c>asset/span</c>. Rows: reads <c>Assets</c> and <c>Ledger</c>. Messages: none.
/// </summary>
public sealed class GetAssetForecast(Books books, AssetTable assets, TimeProvider time)
{
    private const int MaxYears = 50;

    [Function(nameof(GetAssetForecast))]
    [Allow(Roles.Accounting, Roles.Auditor)]
    public async Task<IResult> Run([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "books/{book}/asset-forecast")] HttpRequest request, string book)
    {
        var query = new QueryFields(request.Query);
        var (from, to, language) = (BusinessDay.MonthOf(BusinessDay.Today(time)), query.Date("to"), query.Language());
        if (to < from || to > from.AddYears(MaxYears)) query.Faults.Add(new Fault("to", "asset/span", $"A forecast goes from {BusinessDay.MonthText(from)} at most {MaxYears} years on."));
        if (query.Refused() is { } wrong) return new Problem(wrong);
        if (!(await books.OpenAsync(book)).Is(out var found, out var refusal)) return new Problem(refusal);

        List<(string, Asset)> register = [];
        await foreach (var asset in assets.AllAsync(book)) register.Add(asset);
        var (settings, currency, names) = await found.Book.ReadAsync(state => (state.Settings, state.Currency, state.Accounts.ToDictionary(account => account.Code, account => account.Name, StringComparer.Ordinal)));
        var last = BusinessDay.MonthOf(to ?? FiscalYear.Named(FiscalYear.Of(from, settings.FiscalYearStart).Year + 1, settings.FiscalYearStart).Last);
        var forecast = AssetForecast.Of(from, last, register);
        string[] columns = language == "de" ? ["Konto", "", "Monat", "Abschreibung", "Buchwert"] : ["Account", "", "Month", "Depreciation", "Book value"];
        return new ReportAnswer(
            () => new Report(language == "de" ? "Vorschau der Buchwerte" : "Forecast of book values", $"{BusinessDay.MonthText(from)} – {BusinessDay.MonthText(last)}, {currency}", columns, [.. forecast.Rows(language, NameOf)], found.Digits, language),
            json =>
            {
                json.WriteString("book", book);
                json.WriteString("currency", currency);
                json.WriteString("from", BusinessDay.MonthText(from));
                json.WriteString("to", BusinessDay.MonthText(last));
                forecast.Write(json, found.Digits, NameOf);
            });

        string NameOf(string account) => names.GetValueOrDefault(account, "");
    }
}
