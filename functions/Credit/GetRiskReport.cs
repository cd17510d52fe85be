using System.Globalization;
using System.Text.Json;
using BackOffice.Kernel;
using BackOffice.Ledger;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace BackOffice.Credit;

/// <summary>
/// <c>GET /api/books/{book}/risk-report?on=&amp;lang=de|en</c>: the credit risk report of a day (default: today): exposure by grade, stage and group, concentration, the ten largest, limits of groups, limit breaches, migration of grades since a month
/// before, and the board's decisions against votes; JSON, text/csv or text/html (with charts) by Accept. Rows: reads <c>Counterparties</c>, <c>CreditApplications</c>, <c>Collateral</c>, <c>OpenDeals</c>, <c>Parameters</c> and <c>Ledger</c>. Messages: none.
/// </summary>
public sealed class GetRiskReport(Books books, ExposureSource source, TimeProvider time)
{
    [Function(nameof(GetRiskReport))]
    [Allow(Roles.BackOffice, Roles.RiskControl, Roles.Board, Roles.Auditor)]
    public async Task<IResult> Run([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "books/{book}/risk-report")] HttpRequest request, string book)
    {
        var query = new QueryFields(request.Query);
        var (on, language) = (query.Date("on") ?? BusinessDay.Today(time), query.Language());
        if (query.Refused() is { } wrong) return new Problem(wrong);
        if (!(await books.OpenAsync(book)).Is(out var found, out var refusal)) return new Problem(refusal);
        var data = await source.LoadAsync(found, on);
        var before = await source.GradesAsync(data.Parties, on.AddMonths(-1));
        var report = RiskReport.Of(data.Exposures, before, data.Applications, on, data.GroupLimits);
        return new ReportAnswer(() => ToReport(report, on, found.Digits, language), json =>
        {
            json.WriteString("book", book);
            json.WriteString("on", BusinessDay.Text(on));
            Write(json, report, found.Digits);
        });
    }

    private static void Write(Utf8JsonWriter json, RiskReport report, int digits)
    {
        WriteClass(json, "total", report.Total, digits);
        WriteClasses(json, "byGrade", report.ByGrade, digits);
        WriteClasses(json, "byStage", report.ByStage, digits);
        WriteClasses(json, "byGroup", report.ByGroup, digits);
        json.WriteNumber("herfindahl", report.Herfindahl);
        WriteExposures(json, "largest", report.Largest, digits);
        WriteExposures(json, "limitBreaches", report.Breaches, digits);
        json.WriteList("groupLimits", report.GroupLimits, group =>
        {
            json.WriteString("group", group.Group);
            json.WriteString("limit", Amount.Format(group.LimitMinor, digits));
            json.WriteString("used", Amount.Format(group.UsedMinor, digits));
            json.WriteString("breach", Amount.Format(group.BreachMinor, digits));
        });
        json.WriteList("migrations", report.Migrations, move =>
        {
            json.WriteNumber("from", move.From);
            json.WriteNumber("to", move.To);
            json.WriteNumber("counterparties", move.Count);
            json.WriteString("exposure", Amount.Format(move.ExposureMinor, digits));
        });
        json.WriteStartArray("decisionsAgainstVotes");
        foreach (var (id, application) in report.AgainstVotes)
        {
            json.WriteStartObject();
            json.WriteString("application", id);
            json.WriteString("counterparty", application.Counterparty);
            json.WriteString("amount", Amount.Format(application.AmountMinor, digits));
            json.WriteString("decision", application.Decision!.Grants ? "grant" : "refuse");
            json.WriteString("by", application.Decision.By);
            json.WriteString("at", application.Decision.At.UtcDateTime);
            json.WriteString("reason", application.Decision.Reason);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteClasses(Utf8JsonWriter json, string name, IReadOnlyList<RiskClass> classes, int digits)
    {
        json.WriteStartArray(name);
        foreach (var one in classes) WriteClass(json, null, one, digits);
        json.WriteEndArray();
    }

    private static void WriteClass(Utf8JsonWriter json, string? name, RiskClass one, int digits)
    {
        if (name is null) json.WriteStartObject();
        else json.WriteStartObject(name);
        if (one.Key.Length > 0) json.WriteString("key", one.Key);
        json.WriteNumber("counterparties", one.Count);
        foreach (var (column, amount) in Amounts(one)) json.WriteString(column, Amount.Format(amount, digits));
        json.WriteEndObject();
    }

    private static void WriteExposures(Utf8JsonWriter json, string name, IReadOnlyList<CounterpartyExposure> exposures, int digits)
    {
        json.WriteList(name, exposures, exposure => GetExposures.Write(json, exposure, digits));
    }

    private static IEnumerable<(string Name, long AmountMinor)> Amounts(RiskClass one) =>
        [("drawn", one.DrawnMinor), ("receivables", one.ReceivablesMinor), ("exposure", one.ExposureMinor), ("undrawn", one.UndrawnMinor), ("expectedLoss", one.LossMinor)];

    private static Report ToReport(RiskReport report, DateOnly on, int digits, string language)
    {
        var de = language == "de";
        List<ReportRow> rows = [];
        Section(de ? "Note" : "Grade", report.ByGrade);
        Section(de ? "Stufe" : "Stage", report.ByStage);
        Section(de ? "Gruppe" : "Group", report.ByGroup);
        rows.Add(Row(0, de ? "Summe" : "Total", "", report.Total));
        rows.Add(Text(de ? "Konzentration (Herfindahl)" : "Concentration (Herfindahl)", report.Herfindahl.ToString(CultureInfo.InvariantCulture)));
        rows.AddRange(report.Largest.Select(exposure => new ReportRow(2, de ? "Größte" : "Largest", exposure.Id, null, (Int128)exposure.DrawnMinor, (Int128)exposure.ReceivablesMinor, (Int128)exposure.ExposureMinor, (Int128)exposure.UndrawnMinor, (Int128)exposure.Loss.TotalMinor)));
        rows.AddRange(report.Breaches.Select(exposure => new ReportRow(2, de ? "Limitüberschreitung" : "Limit breach", exposure.Id, null, null, null, (Int128)exposure.BreachMinor, null, null)));
        rows.AddRange(report.GroupLimits.Where(group => group.BreachMinor > 0).Select(group => new ReportRow(2, de ? "Limitüberschreitung" : "Limit breach", $"group {group.Group}", null, null, null, (Int128)group.BreachMinor, null, null)));
        rows.AddRange(report.Migrations.Select(move => new ReportRow(2, "Migration", $"{move.From} → {move.To}", move.Count.ToString(CultureInfo.InvariantCulture), null, null, (Int128)move.ExposureMinor, null, null)));
        rows.AddRange(report.AgainstVotes.Select(one => new ReportRow(2, de ? "Entscheidung gegen ein Votum" : "Decision against a vote", $"{one.Id}: {(one.Application.Decision!.Grants ? "grant" : "refuse")}, {one.Application.Decision.By}: {one.Application.Decision.Reason}", null, null, null, (Int128)one.Application.AmountMinor, null, null)));
        string[] columns = de ? ["", "", "Anzahl", "Gezogen", "Forderungen", "Engagement", "Offen zugesagt", "Erwarteter Verlust"] : ["", "", "Count", "Drawn", "Receivables", "Exposure", "Undrawn", "Expected loss"];
        return new Report(de ? "Kreditrisikobericht" : "Credit risk report", BusinessDay.Text(on), columns, rows, digits, language)
        {
            Charts =
            [
                new BarChart(de ? "Engagement nach Note" : "Exposure by grade", [.. report.ByGrade.Select(one => (one.Key, (Int128)one.ExposureMinor))]),
                new BarChart(de ? "Engagement nach Stufe" : "Exposure by stage", [.. report.ByStage.Select(one => (one.Key, (Int128)one.ExposureMinor))]),
                new BarChart(de ? "Größte Engagements" : "Largest exposures", [.. report.Largest.Select(one => (one.Id, (Int128)one.ExposureMinor))]),
            ],
        };

        void Section(string name, IReadOnlyList<RiskClass> classes) => rows.AddRange(classes.Select(one => Row(2, name, one.Key, one)));

        static ReportRow Row(int level, string section, string key, RiskClass one) =>
            new(level, [section, key, one.Count.ToString(CultureInfo.InvariantCulture), .. Amounts(one).Select(amount => (object)(Int128)amount.AmountMinor)]);

        static ReportRow Text(string section, string text) => new(1, section, text, null, null, null, null, null, null);
    }
}
