using System.Globalization;
using System.Text.Json;
using BackOffice.Kernel;
using BackOffice.Ledger;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace BackOffice.Credit;

/// <summary>
/// <c>GET /api/books/{book}/dunning?on=&amp;lang=de|en</c>: the letters of a dunning run in the evening of a day (default: today), with their text, and what is left out and why; JSON, text/csv or text/html by Accept. The ledger is
/// as posted by the day; stops and counterparties are as they stand now. Nothing is posted.
/// Rows: reads <c>Ledger</c>, <c>Counterparties</c>, <c>DunningStops</c> and <c>Parameters</c>. Messages: none.
/// </summary>
public sealed class GetDunning(Books books, CreditTables credit, Parameters parameters, TimeProvider time)
{
    [Function(nameof(GetDunning))]
    [Allow(Roles.BackOffice, Roles.Accounting, Roles.Auditor)]
    public async Task<IResult> Run([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "books/{book}/dunning")] HttpRequest request, string book)
    {
        var query = new QueryFields(request.Query);
        var (on, language) = (query.Date("on") ?? BusinessDay.Today(time), query.Language());
        if (query.Refused() is { } wrong) return new Problem(wrong);
        if (!(await books.OpenAsync(book)).Is(out var found, out var refusal)) return new Problem(refusal);

        var rules = await DunningRules.LoadAsync(parameters, on);
        Dictionary<string, CounterpartyKind> kinds = new(StringComparer.Ordinal);
        await foreach (var row in credit.Counterparties.Cases.ScanAsync(book))
            if (CreditTables.IsCounterparty(row)) kinds[row.Id] = CreditTables.ReadCounterparty(row).Kind;
        Dictionary<string, DunningStops> stops = new(StringComparer.Ordinal);
        await foreach (var row in credit.DunningStops.Cases.ScanAsync(book)) stops[row.Id] = CreditTables.ReadDunningStops(row);
        var read = await found.Book.ReadAsync(state => new Receivables(state.Name, state.Currency, state.Entries, OpenItems.PostingsOf(state, on, null, AccountType.Asset)));

        var dunning = Dunning.Of(OpenItems.Of(read.Postings, on, settled: false), kinds, stops, rules, read.Currency, found.Digits);
        return new ReportAnswer(() => ToReport(dunning, read, found.Digits, language), json =>
        {
            json.WriteString("book", book);
            json.WriteString("currency", read.Currency);
            json.WriteString("on", BusinessDay.Text(on));
            json.WriteNumber("asOfEntry", read.AsOfEntry);
            Write(json, dunning, found.Digits, language);
        });
    }

    private static void Write(Utf8JsonWriter json, Dunning dunning, int digits, string language)
    {
        json.WriteList("letters", dunning.Letters, letter => WriteLetter(json, letter, dunning.On, digits, language));
        json.WriteList("leftOut", dunning.LeftOut, item =>
        {
            json.WriteString("party", item.Party);
            json.WriteString("account", item.Account);
            json.WriteString("document", item.Document);
            json.WriteString("dueDate", BusinessDay.Text(item.DueDate));
            json.WriteNumber("daysOverdue", item.DaysOverdue);
            json.WriteNumber("level", item.Level);
            json.WriteString("open", Amount.Format(item.OpenMinor, digits));
            json.WriteString("cause", item.Reason is null ? "credit" : "stop");
            if (item.Reason is not null) json.WriteString("reason", item.Reason);
            if (item.Until is { } until) json.WriteString("until", BusinessDay.Text(until));
        });
        json.WriteStartObject("totals");
        json.WriteNumber("letters", dunning.Letters.Count);
        foreach (var (name, minor) in ((string, long)[])[("open", dunning.OpenMinor), ("interest", dunning.InterestMinor), ("fees", dunning.FeeMinor), ("flatFees", dunning.FlatFeeMinor), ("credit", dunning.CreditMinor), ("total", dunning.TotalMinor), ("leftOut", dunning.LeftOutMinor)])
            json.WriteString(name, Amount.Format(minor, digits));
        json.WriteEndObject();
    }

    private static void WriteLetter(Utf8JsonWriter json, DunningLetter letter, DateOnly on, int digits, string language)
    {
        var text = DunningText.Of(letter, on, language);
        json.WriteString("party", letter.Party);
        if (letter.Kind is { } kind) json.WriteString("kind", JsonFields.NameOf(kind));
        json.WriteNumber("level", letter.Level);
        json.WriteString("payBy", BusinessDay.Text(letter.PayBy));
        json.WriteString("subject", text.Subject);
        json.WriteStartArray("body");
        foreach (var line in text.Lines) json.WriteStringValue(line);
        json.WriteEndArray();
        json.WriteList("items", letter.Items, item =>
        {
            json.WriteString("account", item.Account);
            json.WriteString("document", item.Document);
            json.WriteString("dueDate", BusinessDay.Text(item.DueDate));
            json.WriteNumber("daysOverdue", item.DaysOverdue);
            json.WriteNumber("level", item.Level);
            json.WriteString("open", Amount.Format(item.OpenMinor, digits));
            if (item.Surcharge is { } surcharge) json.WriteNumber("surcharge", surcharge);
            json.WriteString("interest", Amount.Format(item.InterestMinor, digits));
        });
        foreach (var (name, minor) in ((string, long)[])[("open", letter.OpenMinor), ("interest", letter.InterestMinor), ("fee", letter.FeeMinor), ("flatFee", letter.FlatFeeMinor), ("credit", letter.CreditMinor), ("total", letter.TotalMinor)])
            json.WriteString(name, Amount.Format(minor, digits));
    }

    /// <summary>A sum a letter and its items below it; then what is left out, in a column of its own; then the sum of all.</summary>
    private static Report ToReport(Dunning dunning, Receivables read, int digits, string language)
    {
        var de = language == "de";
        List<ReportRow> rows = [];
        foreach (var letter in dunning.Letters)
        {
            rows.Add(new ReportRow(1, [letter.Party, DunningText.Of(letter, dunning.On, language).Subject, Number(letter.Level), null, null, null, .. Amounts(letter.OpenMinor, letter.InterestMinor, letter.FeeMinor, letter.FlatFeeMinor, letter.CreditMinor, letter.TotalMinor), null]));
            rows.AddRange(letter.Items.Select(item => new ReportRow(2, [letter.Party, item.Document, Number(item.Level), BusinessDay.Text(item.DueDate), Number(item.DaysOverdue), null, .. Amounts(item.OpenMinor, item.InterestMinor), null, null, null, null, null])));
        }

        foreach (var item in dunning.LeftOut)
            rows.Add(new ReportRow(2, item.Party, item.Document, Number(item.Level), BusinessDay.Text(item.DueDate), Number(item.DaysOverdue), Remark(item, de), null, null, null, null, null, null, (Int128)item.OpenMinor));
        rows.Add(new ReportRow(0, ["", de ? "Summe" : "Total", null, null, null, null, .. Amounts(dunning.OpenMinor, dunning.InterestMinor, dunning.FeeMinor, dunning.FlatFeeMinor, dunning.CreditMinor, dunning.TotalMinor, dunning.LeftOutMinor)]));
        string[] columns = de
            ? ["Partner", "Beleg", "Stufe", "Fällig", "Tage überfällig", "Bemerkung", "Offen", "Verzugszinsen", "Mahngebühr", "Pauschale", "Guthaben", "Gesamt", "Nicht gemahnt"]
            : ["Party", "Document", "Level", "Due", "Days overdue", "Remark", "Open", "Late interest", "Fee", "Flat fee", "Credit", "Total", "Not dunned"];
        return new Report($"{(de ? "Mahnlauf" : "Dunning run")} {read.Name}", $"{(de ? "zum" : "on")} {BusinessDay.Text(dunning.On)}, {read.Currency}, {(de ? "Stand nach Buchung" : "as known after entry")} {read.AsOfEntry}", columns, rows, digits, language);
    }

    private static string Remark(LeftOutItem item, bool de) =>
        item.Reason is null ? de ? "durch Guthaben gedeckt" : "covered by credit"
        : item.Until is { } until ? $"{(de ? "gesperrt bis" : "stopped until")} {BusinessDay.Text(until)}: {item.Reason}"
        : $"{(de ? "gesperrt" : "stopped")}: {item.Reason}";

    private static IEnumerable<object?> Amounts(params long[] minor) => minor.Select(amount => (object?)(Int128)amount);

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);

    /// <summary>What is taken out of the book while it is held.</summary>
    private sealed record Receivables(string Name, string Currency, long AsOfEntry, IReadOnlyList<PartyPostings> Postings);
}
