using BackOffice.Kernel;
using BackOffice.Ledger;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace BackOffice.Assets;

/// <summary>
/// <c>GET /api/books/{book}/asset-schedule?year=&amp;lang=de|en</c>: the asset schedule (Anlagenspiegel) of a fiscal year (default: the one of today), by account and asset; JSON, text/csv or text/html by Accept.
/// Rows: reads <c>Assets</c> and <c>Ledger</c>. Messages: none.
/// </summary>
public sealed class GetAssetSchedule(Books books, AssetTable assets, TimeProvider time)
{
    [Function(nameof(GetAssetSchedule))]
    [Allow(Roles.Accounting, Roles.Auditor)]
    public async Task<IResult> Run([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "books/{book}/asset-schedule")] HttpRequest request, string book)
    {
        var query = new QueryFields(request.Query);
        var (year, language) = (query.Number("year", BusinessDay.Earliest.Year, BusinessDay.Latest.Year - 1), query.Language());
        if (query.Refused() is { } wrong) return new Problem(wrong);
        if (!(await books.OpenAsync(book)).Is(out var found, out var refusal)) return new Problem(refusal);

        List<(string, Asset)> register = [];
        await foreach (var asset in assets.AllAsync(book)) register.Add(asset);
        var schedule = await found.Book.ReadAsync(state =>
        {
            var start = state.Settings.FiscalYearStart;
            return AssetSchedule.Of(year is null ? FiscalYear.Of(BusinessDay.Today(time), start) : FiscalYear.Named((int)year, start), state.Currency, state.Digits, register, account => state.Account(account)?.Name ?? "");
        });
        return new ReportAnswer(() => schedule.ToReport(language), json =>
        {
            json.WriteString("book", book);
            schedule.Write(json);
        });
    }
}
