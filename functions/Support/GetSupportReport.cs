using System.Globalization;
using System.Text.Json;
using BackOffice.Kernel;
using BackOffice.Ledger;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace BackOffice.Support;

/// <summary>
/// <c>GET /api/books/{book}/support-report?from=&amp;to=&amp;lang=de|en</c>: how the service desk did in a span of business dates (default: the present month to today): promises met and breached with p50 and p90 per service and team,
/// backlog by age, reopen rate, solutions at first contact, load per agent, incidents per item; JSON, text/csv or text/html (with charts) by Accept. 422 <c>support/span</c>.
/// Rows: reads <c>Tickets</c>, <c>ServiceLevels</c>, <c>ServiceCalendars</c> and <c>Parameters</c>. Messages: none.
/// </summary>
public sealed class GetSupportReport(Books books, SupportTables support, SupportRules rules, TimeProvider time)
{
    [Function(nameof(GetSupportReport))]
    [Allow(Roles.Support, Roles.Board, Roles.Operator, Roles.Auditor)]
    public async Task<IResult> Run([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "books/{book}/support-report")] HttpRequest request, string book)
    {
        var query = new QueryFields(request.Query);
        var today = BusinessDay.Today(time);
        var (from, to, language) = (query.Date("from") ?? BusinessDay.MonthOf(today), query.Date("to") ?? today, query.Language());
        if (to < from) query.Faults.Add(new Fault("to", "support/span", "'to' lies before 'from'."));
        if (query.Refused() is { } wrong) return new Problem(wrong);
        if (!(await books.OpenAsync(book)).Is(out _, out var refusal)) return new Problem(refusal);

        var known = await rules.LoadAllAsync(book);
        List<Ticket> tickets = [];
        await foreach (var row in support.Tickets.Cases.ScanAllAsync(book)) tickets.Add(SupportTables.ReadTicket(row));
        var report = SupportReport.Of(tickets, known, from, to, time.GetUtcNow());
        return new ReportAnswer(() => ToReport(report, from, to, language), json =>
        {
            json.WriteString("book", book);
            json.WriteString("from", BusinessDay.Text(from));
            json.WriteString("to", BusinessDay.Text(to));
            Write(json, report);
        });
    }

    private static void Write(Utf8JsonWriter json, SupportReport report)
    {
        json.WriteNumber("opened", report.Opened);
        json.WriteNumber("resolved", report.Resolved);
        json.WriteNumber("reopened", report.Reopened);
        json.WriteNumber("reopenRate", report.ReopenRate);
        json.WriteNumber("firstContact", report.FirstContact);
        json.WriteNumber("firstContactRate", report.FirstContactRate);
        json.WriteList("promises", report.Promises, promise =>
        {
            json.WriteString("by", promise.By);
            json.WriteString("key", promise.Key);
            json.WriteString("clock", JsonFields.NameOf(promise.Clock));
            json.WriteNumber("met", promise.Met);
            json.WriteNumber("breached", promise.Breached);
            if (promise.Clock == ClockKind.Update) return;
            json.WriteNumber("p50Minutes", promise.P50Minutes);
            json.WriteNumber("p90Minutes", promise.P90Minutes);
        });
        WriteCounts("backlogByAge", "days", report.BacklogByAge);
        json.WriteList("loads", report.Loads, load =>
        {
            json.WriteString("agent", load.Agent);
            json.WriteNumber("open", load.Open);
            json.WriteNumber("resolved", load.Resolved);
        });
        WriteCounts("items", "item", report.Items);

        void WriteCounts(string name, string key, IReadOnlyList<SupportCount> counts) => json.WriteList(name, counts, count =>
        {
            json.WriteString(key, count.Key);
            json.WriteNumber("tickets", count.Count);
        });
    }

    private static Report ToReport(SupportReport report, DateOnly from, DateOnly to, string language)
    {
        var de = language == "de";
        List<ReportRow> rows =
        [
            Counts(0, de ? "Eingegangen" : "Opened", "", report.Opened), Counts(0, de ? "Gelöst" : "Resolved", "", report.Resolved), Counts(1, de ? "Wieder geöffnet" : "Reopened", report.ReopenRate.ToString(CultureInfo.InvariantCulture), report.Reopened),
            Counts(1, de ? "Beim ersten Kontakt gelöst" : "Solved at first contact", report.FirstContactRate.ToString(CultureInfo.InvariantCulture), report.FirstContact),
        ];
        rows.AddRange(report.Promises.Select(promise => new ReportRow(2, ClockName(promise.Clock), $"{(promise.By == "team" ? "Team" : "Service")} {promise.Key}", null, (Int128)promise.Met, (Int128)promise.Breached,
            promise.Clock == ClockKind.Update ? null : (Int128)promise.P50Minutes, promise.Clock == ClockKind.Update ? null : (Int128)promise.P90Minutes)));
        rows.AddRange(report.BacklogByAge.Select(age => Counts(2, de ? "Offen nach Tagen" : "Backlog by days", age.Key, age.Count)));
        rows.AddRange(report.Loads.Select(load => Counts(2, de ? "Offen bei" : "Open with", load.Agent, load.Open)));
        rows.AddRange(report.Loads.Select(load => Counts(2, de ? "Gelöst von" : "Resolved by", load.Agent, load.Resolved)));
        rows.AddRange(report.Items.Select(item => Counts(2, de ? "Störungen an" : "Incidents of", item.Key, item.Count)));
        string[] columns = de ? ["", "", "Anzahl", "Eingehalten", "Verletzt", "p50 (Minuten)", "p90 (Minuten)"] : ["", "", "Count", "Met", "Breached", "p50 (minutes)", "p90 (minutes)"];
        return new Report(de ? "Bericht der IT-Betreuung" : "Support report", $"{BusinessDay.Text(from)} – {BusinessDay.Text(to)}", columns, rows, 0, language)
        {
            Charts =
            [
                new BarChart(de ? "Offen nach Tagen" : "Backlog by days", [.. report.BacklogByAge.Select(age => (age.Key, (Int128)age.Count))]),
                new BarChart(de ? "Offen je Bearbeiter" : "Open by agent", [.. report.Loads.Select(load => (load.Agent, (Int128)load.Open))]),
                new BarChart(de ? "Verletzte Zusagen" : "Promises breached", [.. report.Promises.Where(promise => promise.By == "service").Select(promise => ($"{promise.Key} {ClockName(promise.Clock)}", (Int128)promise.Breached))]),
            ],
        };

        static ReportRow Counts(int level, string section, string key, int count) => new(level, section, key, (Int128)count, null, null, null, null);

        string ClockName(ClockKind clock) => clock switch
        {
            ClockKind.FirstResponse => de ? "Erste Antwort" : "First response",
            ClockKind.Update => de ? "Zwischenbescheid" : "Update",
            _ => de ? "Lösung" : "Solution",
        };
    }
}
