using System.Text.Json;
using BackOffice.Kernel;
using BackOffice.Ledger;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace BackOffice.Credit;

/// <summary>
/// <c>GET /api/books/{book}/exposures?on=&amp;lang=de|en</c>: the credit exposure to each counterparty in the evening of a day (default: today): limit, drawn, undrawn, receivables, open orders and trades, collateral, days overdue, stage, early-warning
/// indicators, the care decided and the one they propose, and the expected loss; JSON, text/csv or text/html by Accept. Rows: reads <c>Counterparties</c>, <c>CreditApplications</c>, <c>Collateral</c>, <c>OpenDeals</c>, <c>Parameters</c> and <c>Ledger</c>. Messages: none.
/// </summary>
public sealed class GetExposures(Books books, ExposureSource source, TimeProvider time)
{
    [Function(nameof(GetExposures))]
    [Allow(Roles.BackOffice, Roles.RiskControl, Roles.Board, Roles.Auditor)]
    public async Task<IResult> Run([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "books/{book}/exposures")] HttpRequest request, string book)
    {
        var query = new QueryFields(request.Query);
        var (on, language) = (query.Date("on") ?? BusinessDay.Today(time), query.Language());
        if (query.Refused() is { } wrong) return new Problem(wrong);
        if (!(await books.OpenAsync(book)).Is(out var found, out var refusal)) return new Problem(refusal);
        var exposures = (await source.LoadAsync(found, on)).Exposures;
        return new ReportAnswer(() => ToReport(exposures, on, found.Digits, language), json =>
        {
            json.WriteString("book", book);
            json.WriteString("on", BusinessDay.Text(on));
            json.WriteList("exposures", exposures, exposure => Write(json, exposure, found.Digits));
        });
    }

    internal static void Write(Utf8JsonWriter json, CounterpartyExposure exposure, int digits)
    {
        json.WriteString("counterparty", exposure.Id);
        json.WriteString("name", exposure.Name);
        if (exposure.Group is { } group) json.WriteString("group", group);
        json.WriteNumber("grade", exposure.Grade);
        if (exposure.LimitMinor is { } limit) json.WriteString("limit", Amount.Format(limit, digits));
        foreach (var (name, amount) in Amounts(exposure)) json.WriteString(name, Amount.Format(amount, digits));
        json.WriteNumber("daysOverdue", exposure.DaysOverdue);
        json.WriteNumber("stage", (int)exposure.Stage);
        json.WriteStartArray("indicators");
        foreach (var indicator in exposure.Indicators) json.WriteStringValue(indicator);
        json.WriteEndArray();
        json.WriteString("care", JsonFields.NameOf(exposure.Decided));
        json.WriteString("careProposed", JsonFields.NameOf(exposure.Proposed));
    }

    private static IEnumerable<(string Name, long AmountMinor)> Amounts(CounterpartyExposure exposure) =>
    [
        ("drawn", exposure.DrawnMinor), ("receivables", exposure.ReceivablesMinor), ("exposure", exposure.ExposureMinor), ("undrawn", exposure.UndrawnMinor), ("orders", exposure.OrdersMinor), ("trades", exposure.TradesMinor), ("used", exposure.UsedMinor), ("collateral", exposure.CollateralMinor), ("overdue", exposure.OverdueMinor),
        ("breach", exposure.BreachMinor), ("expectedLoss", exposure.Loss.TotalMinor), ("lossOfDrawn", exposure.Loss.DrawnMinor), ("lossOfUndrawn", exposure.Loss.UndrawnMinor),
    ];

    private static Report ToReport(IReadOnlyList<CounterpartyExposure> exposures, DateOnly on, int digits, string language)
    {
        var de = language == "de";
        string[] columns = de
            ? ["Geschäftspartner", "Name", "Note", "Stufe", "Tage überfällig", "Betreuung", "vorgeschlagen", "Gezogen", "Forderungen", "Engagement", "Offen zugesagt", "Aufträge", "Geschäfte", "Ausgenutzt", "Sicherheiten", "Überfällig", "Überschreitung", "Erwarteter Verlust", "auf Gezogenes", "auf Zugesagtes"]
            : ["Counterparty", "Name", "Grade", "Stage", "Days overdue", "Care", "proposed", "Drawn", "Receivables", "Exposure", "Undrawn", "Orders", "Trades", "Used", "Collateral", "Overdue", "Breach", "Expected loss", "of drawn", "of undrawn"];
        var rows = exposures.Select(exposure => new ReportRow(2, [exposure.Id, exposure.Name, Text(exposure.Grade), Text((int)exposure.Stage), Text(exposure.DaysOverdue), JsonFields.NameOf(exposure.Decided), JsonFields.NameOf(exposure.Proposed), .. Amounts(exposure).Select(amount => (object)(Int128)amount.AmountMinor)]));
        return new Report(de ? "Kreditengagements" : "Credit exposures", BusinessDay.Text(on), columns, [.. rows], digits, language);

        static string Text(int number) => number.ToString(System.Globalization.CultureInfo.InvariantCulture);
    }
}
