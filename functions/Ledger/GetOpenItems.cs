using System.Globalization;
using System.Text.Json;
using BackOffice.Kernel;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace BackOffice.Ledger;

/// <summary>
/// <c>GET /api/books/{book}/open-items?party=&amp;on=&amp;overdue=true&amp;settled=true&amp;recorded=&amp;lang=de|en</c>: what is open in the evening of a day (default: today), what is on account, and the
/// ageing of both, as known now or after entry N; <c>overdue</c> lists only overdue items, <c>settled</c> also settled ones, and neither changes the ageing. JSON, text/csv or
/// text/html by Accept. Rows: reads <c>Ledger</c>. Messages: none.
/// </summary>
public sealed class GetOpenItems(Books books, BookHistory history, TimeProvider time)
{
    [Function(nameof(GetOpenItems))]
    [Allow(Roles.Accounting, Roles.Auditor)]
    public async Task<IResult> Run([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "books/{book}/open-items")] HttpRequest request, string book)
    {
        var query = new QueryFields(request.Query);
        var (party, on, overdue, settled) = (query.Id("party"), query.Date("on") ?? BusinessDay.Today(time), query.Flag("overdue"), query.Flag("settled"));
        var (recorded, language) = (query.Number("recorded", 0, int.MaxValue), query.Language());
        if (query.Refused() is { } wrong) return new Problem(wrong);
        var opened = await books.OpenAsync(book);
        if (!opened.Is(out var found, out var refusal)) return new Problem(refusal);

        var outcome = await history.ReadAsync<PostingsRead>(found.Book, recorded, state => new PostingsRead(state.Name, state.Currency, state.Entries, OpenItems.PostingsOf(state, on, party)));
        return outcome.Is(out var read, out refusal) ? Answer(read, book, OpenItems.Of(read.Postings, on, settled), overdue, found.Digits, language) : new Problem(refusal);
    }

    private static ReportAnswer Answer(PostingsRead read, string book, OpenItems open, bool overdue, int digits, string language)
    {
        var (name, currency, entries) = (read.Name, read.Currency, read.AsOfEntry);
        List<OpenItem> shown = [.. open.Items.Where(item => !overdue || item.DaysOverdue > 0)];
        return new ReportAnswer(() => ToReport(open, shown, name, currency, digits, entries, language), json =>
        {
            json.WriteString("book", book);
            json.WriteString("currency", currency);
            EntryJson.WriteDate(json, "on"u8, open.On);
            json.WriteNumber("asOfEntry", entries);
            json.WriteList("items", shown, item => WriteItem(json, item, digits));
            json.WriteList("onAccount", open.OnAccount, rest =>
            {
                json.WriteString("account", rest.Account);
                json.WriteString("party", rest.Party);
                json.WriteString("amount", Amount.Format(rest.AmountMinor, digits));
            });
            json.WriteList("ageing", open.Ageing, row =>
            {
                json.WriteString("account", row.Account);
                json.WriteString("party", row.Party);
                WriteAgeing(json, row, digits);
            });
            json.WriteStartObject("totals");
            json.WriteList("accounts", OfAccounts(open), row =>
            {
                json.WriteString("account", row.Account);
                WriteAgeing(json, row, digits);
            });
            WriteAgeing(json, Ageing.Sum("", open.Ageing), digits);
            json.WriteEndObject();
        });
    }

    private static IEnumerable<Ageing> OfAccounts(OpenItems open) => open.Ageing.GroupBy(row => row.Account, StringComparer.Ordinal).Select(rows => Ageing.Sum(rows.Key, rows));

    private static void WriteItem(Utf8JsonWriter json, OpenItem item, int digits)
    {
        json.WriteString("account", item.Account);
        json.WriteString("party", item.Party);
        json.WriteString("document", item.Document);
        EntryJson.WriteDate(json, "dueDate"u8, item.DueDate);
        json.WriteNumber("daysOverdue", item.DaysOverdue);
        json.WriteString("original", Amount.Format(item.OriginalMinor, digits));
        json.WriteString("settled", Amount.Format(item.SettledMinor, digits));
        json.WriteString("open", Amount.Format(item.OpenMinor, digits));
        json.WriteBoolean("credit", item.IsCredit);
        json.WriteNumber("firstEntry", item.FirstEntry);
        json.WriteStartArray("entries");
        foreach (var entry in item.Entries) json.WriteNumberValue(entry);
        json.WriteEndArray();
    }

    private static readonly string[] BucketNames = ["notDue", "days1To30", "days31To60", "days61To90", "daysOver90"];

    private static void WriteAgeing(Utf8JsonWriter json, Ageing row, int digits)
    {
        for (var n = 0; n < Ageing.Buckets; n++) json.WriteString(BucketNames[n], Amount.Format(row.BucketsMinor[n], digits));
        json.WriteString("onAccount", Amount.Format(row.OnAccountMinor, digits));
        json.WriteString("total", Amount.Format(row.TotalMinor, digits));
    }

    /// <summary>The list in its usual form: each item's open amount in the column of its age, a sum a party, a sum an account.</summary>
    private static Report ToReport(OpenItems open, List<OpenItem> shown, string name, string currency, int digits, long entries, string language)
    {
        var de = language == "de";
        var items = shown.ToLookup(item => (item.Account, item.Party));
        List<ReportRow> rows = [];
        foreach (var account in OfAccounts(open))
        {
            foreach (var party in open.Ageing.Where(row => row.Account == account.Account))
            {
                rows.AddRange(items[(party.Account, party.Party)].Select(ItemRow));
                rows.Add(SumRow(1, $"{(de ? "Summe" : "Total")} {party.Party}", party));
            }

            rows.Add(SumRow(0, $"{(de ? "Summe Konto" : "Total account")} {account.Account}", account));
        }

        rows.Add(SumRow(0, de ? "Summe" : "Total", Ageing.Sum("", open.Ageing)));
        string[] columns = de
            ? ["Konto", "Partner", "Beleg", "Fällig", "Tage überfällig", "Betrag", "Ausgeglichen", "Offen", "Nicht fällig", "1–30 Tage", "31–60 Tage", "61–90 Tage", "Über 90 Tage", "Akonto"]
            : ["Account", "Party", "Document", "Due", "Days overdue", "Original", "Settled", "Open", "Not due", "1–30 days", "31–60 days", "61–90 days", "Over 90 days", "On account"];
        return new Report($"{(de ? "Offene Posten" : "Open items")} {name}", $"{(de ? "zum" : "on")} {BusinessDay.Text(open.On)}, {currency}, {(de ? "Stand nach Buchung" : "as known after entry")} {entries}",
            columns, rows, digits, language);
    }

    private static ReportRow ItemRow(OpenItem item)
    {
        var bucket = Ageing.BucketOf(item.DaysOverdue);
        return new ReportRow(2,
        [
            item.Account, item.Party, item.Document, BusinessDay.Text(item.DueDate), item.DaysOverdue.ToString(CultureInfo.InvariantCulture), item.OriginalMinor, item.SettledMinor, item.OpenMinor,
            .. Enumerable.Range(0, Ageing.Buckets).Select(n => n == bucket ? item.OpenMinor : (object?)null), null,
        ]);
    }

    /// <summary>The open column of a sum is the whole balance, what is on account included.</summary>
    private static ReportRow SumRow(int level, string text, Ageing row) =>
        new(level, [row.Account, text, null, null, null, null, null, row.TotalMinor, .. row.BucketsMinor.Select(bucket => (object?)bucket), row.OnAccountMinor]);

    /// <summary>What is taken out of the book while it is held.</summary>
    private sealed record PostingsRead(string Name, string Currency, long AsOfEntry, IReadOnlyList<PartyPostings> Postings);
}
