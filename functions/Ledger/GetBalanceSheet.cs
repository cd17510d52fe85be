using System.Text.Json;
using BackOffice.Kernel;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace BackOffice.Ledger;

/// <summary>
/// <c>GET /api/books/{book}/balance-sheet?on=&amp;recorded=&amp;lang=de|en</c>: the balance sheet of HGB §266 on a day (default: today), the same day of the year before beside it, as
/// known now or after entry N; JSON, text/csv or text/html by Accept. Rows: reads <c>Ledger</c>. Messages: none.
/// </summary>
public sealed class GetBalanceSheet(Books books, BookHistory history, TimeProvider time)
{
    [Function(nameof(GetBalanceSheet))]
    [Allow(Roles.Accounting, Roles.Auditor)]
    public async Task<IResult> Run([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "books/{book}/balance-sheet")] HttpRequest request, string book)
    {
        var query = new QueryFields(request.Query);
        var (on, recorded, language) = (query.Date("on") ?? BusinessDay.Today(time), query.Number("recorded", 0, int.MaxValue), query.Language());
        if (query.Refused() is { } wrong) return new Problem(wrong);
        var opened = await books.OpenAsync(book);
        if (!opened.Is(out var found, out var refusal)) return new Problem(refusal);

        var outcome = await history.ReadAsync(found.Book, recorded, state => Of(state, book, on, language));
        return outcome.Is(out var statement, out refusal) ? statement : new Problem(refusal);
    }

    /// <summary>The day a year before; the end of a month stays the end of it: 2025-02-28 → 2024-02-29.</summary>
    internal static DateOnly YearBefore(DateOnly day) => day.AddDays(1).Day == 1 ? day.AddDays(1).AddYears(-1).AddDays(-1) : day.AddYears(-1);

    private static Outcome<ReportAnswer> Of(BookState state, string book, DateOnly on, string language)
    {
        var (now, before) = (BalanceSheet.Of(state, on), BalanceSheet.Of(state, YearBefore(on)));
        var (name, currency, digits, entries) = (state.Name, state.Currency, state.Digits, state.Entries);
        return new ReportAnswer(() => ToReport(now, before, name, currency, digits, entries, language), json =>
        {
            json.WriteString("book", book);
            json.WriteString("currency", currency);
            EntryJson.WriteDate(json, "on"u8, now.On);
            EntryJson.WriteDate(json, "previousOn"u8, before.On);
            json.WriteNumber("asOfEntry", entries);
            WriteSide(json, "assets", now, before, digits, language);
            WriteSide(json, "liabilities", now, before, digits, language);
            StatementJson.WriteUnassigned(json, now.Unassigned, before.Unassigned, digits);
            json.WriteStartObject("totals");
            StatementJson.WriteAmounts(json, "assets", "previousAssets", now.AssetsMinor, before.AssetsMinor, digits);
            StatementJson.WriteAmounts(json, "liabilities", "previousLiabilities", now.LiabilitiesMinor, before.LiabilitiesMinor, digits);
            json.WriteEndObject();
        });
    }

    private static void WriteSide(Utf8JsonWriter json, string side, BalanceSheet now, BalanceSheet before, int digits, string language)
    {
        json.WriteStartArray(side);
        foreach (var line in StatementLine.BalanceSheet.Where(line => line.Key.StartsWith(side + ".", StringComparison.Ordinal)))
            if (IsShown(line, now, before)) StatementJson.WriteLine(json, line, now[line.Key], before[line.Key], digits, language);
        json.WriteEndArray();
    }

    /// <summary>A deficit not covered by equity is a line only where there is one.</summary>
    private static bool IsShown(StatementLine line, BalanceSheet now, BalanceSheet before) => line.Key != StatementLine.EquityDeficit || now[line.Key] != 0 || before[line.Key] != 0;

    private static Report ToReport(BalanceSheet now, BalanceSheet before, string name, string currency, int digits, long entries, string language)
    {
        var de = language == "de";
        List<ReportRow> rows = [];
        foreach (var (side, title, total) in new[] { ("assets.", de ? "Aktiva" : "Assets", (Func<BalanceSheet, Int128>)(b => b.AssetsMinor)), ("liabilities.", de ? "Passiva" : "Equity and liabilities", b => b.LiabilitiesMinor) })
        {
            foreach (var line in StatementLine.BalanceSheet.Where(line => line.Key.StartsWith(side, StringComparison.Ordinal) && IsShown(line, now, before)))
                rows.Add(new ReportRow(line.Level, line.Number, line.Text(language), now[line.Key], before[line.Key], line.Key));
            var sign = side == "assets." ? 1 : -1;
            foreach (var (account, amount, previous) in StatementJson.Unassigned(now.Unassigned, before.Unassigned))
                if (sign * amount > 0 || sign * previous > 0)
                    rows.Add(new ReportRow(1, "", $"{(de ? "Ohne Zuordnung: Konto" : "No line: account")} {account}", Int128.Max(sign * amount, 0), Int128.Max(sign * previous, 0), ""));
            rows.Add(new ReportRow(0, "", $"{(de ? "Summe" : "Total")} {title}", total(now), total(before), ""));
        }

        return new Report($"{(de ? "Bilanz" : "Balance sheet")} {name}", $"{(de ? "zum" : "on")} {BusinessDay.Text(now.On)}, {currency}, {(de ? "Stand nach Buchung" : "as known after entry")} {entries}",
            ["", de ? "Posten" : "Line", BusinessDay.Text(now.On), BusinessDay.Text(before.On), de ? "Schlüssel" : "Key"], rows, digits, language);
    }
}

/// <summary>Parts that both statements are written with.</summary>
public static class StatementJson
{
    public static void WriteLine(Utf8JsonWriter json, StatementLine line, Int128 amount, Int128 previous, int digits, string language)
    {
        json.WriteStartObject();
        json.WriteString("line", line.Key);
        json.WriteString("number", line.Number);
        json.WriteString("text", line.Text(language));
        WriteAmounts(json, "amount", "previous", amount, previous, digits);
        json.WriteEndObject();
    }

    public static void WriteAmounts(Utf8JsonWriter json, string name, string previousName, Int128 amount, Int128 previous, int digits)
    {
        json.WriteString(name, Amount.Format(amount, digits));
        json.WriteString(previousName, Amount.Format(previous, digits));
    }

    /// <summary>Accounts that no line takes in; they are reported, and part of the totals.</summary>
    public static void WriteUnassigned(Utf8JsonWriter json, IReadOnlyList<Placement> now, IReadOnlyList<Placement> before, int digits)
    {
        json.WriteStartArray("unassigned");
        foreach (var (account, amount, previous) in Unassigned(now, before))
        {
            json.WriteStartObject();
            json.WriteString("account", account);
            WriteAmounts(json, "amount", "previous", amount, previous, digits);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    /// <summary>The accounts without a line of both years, in order of code.</summary>
    public static IEnumerable<(string Account, Int128 Amount, Int128 Previous)> Unassigned(IReadOnlyList<Placement> now, IReadOnlyList<Placement> before) =>
        from account in now.Concat(before).Select(placement => placement.Account).Distinct().OrderBy(code => code, StringComparer.Ordinal)
        select (account, AmountOf(now, account), AmountOf(before, account));

    private static Int128 AmountOf(IReadOnlyList<Placement> placements, string account) => placements.FirstOrDefault(placement => placement.Account == account)?.AmountMinor ?? 0;
}
