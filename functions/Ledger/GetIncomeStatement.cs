using BackOffice.Kernel;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace BackOffice.Ledger;

/// <summary>
/// <c>GET /api/books/{book}/income-statement?from=&amp;to=&amp;recorded=&amp;lang=de|en</c>: the income statement of HGB §275(2) (default: the fiscal year up to <c>to</c>, <c>to</c> today), the same
/// span of the year before beside it; JSON, text/csv or text/html by Accept. Rows: reads <c>Ledger</c>. Messages: none.
/// </summary>
public sealed class GetIncomeStatement(Books books, BookHistory history, TimeProvider time)
{
    [Function(nameof(GetIncomeStatement))]
    [Allow(Roles.Accounting, Roles.Auditor)]
    public async Task<IResult> Run([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "books/{book}/income-statement")] HttpRequest request, string book)
    {
        var query = new QueryFields(request.Query);
        var (from, to, recorded, language) = (query.Date("from"), query.Date("to") ?? BusinessDay.Today(time), query.Number("recorded", 0, int.MaxValue), query.Language());
        if (from > to) query.Faults.Add(new Fault("to", "ledger/span", "'to' lies before 'from'."));
        if (query.Refused() is { } wrong) return new Problem(wrong);
        var opened = await books.OpenAsync(book);
        if (!opened.Is(out var found, out var refusal)) return new Problem(refusal);

        var outcome = await history.ReadAsync(found.Book, recorded, state => Of(state, book, from ?? FiscalYear.Of(to, state.Settings.FiscalYearStart).First, to, language));
        return outcome.Is(out var statement, out refusal) ? statement : new Problem(refusal);
    }

    private static Outcome<ReportAnswer> Of(BookState state, string book, DateOnly from, DateOnly to, string language)
    {
        var now = IncomeStatement.Of(state, from, to);
        var before = IncomeStatement.Of(state, from.AddYears(-1), GetBalanceSheet.YearBefore(to));
        var (name, currency, digits, entries) = (state.Name, state.Currency, state.Digits, state.Entries);
        return new ReportAnswer(() => ToReport(now, before, name, currency, digits, entries, language), json =>
        {
            json.WriteString("book", book);
            json.WriteString("currency", currency);
            EntryJson.WriteDate(json, "from"u8, now.From);
            EntryJson.WriteDate(json, "to"u8, now.To);
            EntryJson.WriteDate(json, "previousFrom"u8, before.From);
            EntryJson.WriteDate(json, "previousTo"u8, before.To);
            json.WriteNumber("asOfEntry", entries);
            json.WriteStartArray("lines");
            foreach (var line in StatementLine.IncomeStatement) StatementJson.WriteLine(json, line, now[line.Key], before[line.Key], digits, language);
            json.WriteEndArray();
            StatementJson.WriteUnassigned(json, now.Unassigned, before.Unassigned, digits);
            StatementJson.WriteAmounts(json, "netResult", "previousNetResult", now.NetResultMinor, before.NetResultMinor, digits);
        });
    }

    private static Report ToReport(IncomeStatement now, IncomeStatement before, string name, string currency, int digits, long entries, string language)
    {
        var de = language == "de";
        List<ReportRow> rows = [];
        foreach (var line in StatementLine.IncomeStatement)
        {
            if (line.Key == "income.17")
                rows.AddRange(StatementJson.Unassigned(now.Unassigned, before.Unassigned).Select(u => new ReportRow(1, "", $"{(de ? "Ohne Zuordnung: Konto" : "No line: account")} {u.Account}", u.Amount, u.Previous, "")));
            rows.Add(new ReportRow(line.IsSum ? 0 : 1, line.Number, line.Text(language), now[line.Key], before[line.Key], line.Key));
        }

        return new Report($"{(de ? "Gewinn- und Verlustrechnung" : "Income statement")} {name}",
            $"{BusinessDay.Text(now.From)} – {BusinessDay.Text(now.To)}, {currency}, {(de ? "Stand nach Buchung" : "as known after entry")} {entries}",
            ["", de ? "Posten" : "Line", BusinessDay.Text(now.To), BusinessDay.Text(before.To), de ? "Schlüssel" : "Key"], rows, digits, language);
    }
}
