using System.Text.Json;
using BackOffice.Kernel;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace BackOffice.Ledger;

/// <summary>
/// <c>GET /api/books/{book}/vat-return?month=yyyy-MM&amp;filed=N&amp;recorded=N&amp;lang=de|en</c>: the boxes of the VAT return (default: of last month) and the differences to the accounts. With <c>filed</c> beside each box what it
/// was as known after entry N, when it was filed (JSON only), so that a correction shows what to correct; JSON, text/csv or text/html by Accept. Rows: reads <c>Ledger</c>, <c>Parameters</c>. Messages: none.
/// </summary>
public sealed class GetVatReturn(Books books, BookHistory history, StoredEntries stored, Parameters parameters, TimeProvider time)
{
    [Function(nameof(GetVatReturn))]
    [Allow(Roles.Accounting, Roles.Auditor)]
    public async Task<IResult> Run([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "books/{book}/vat-return")] HttpRequest request, string book)
    {
        var query = new QueryFields(request.Query);
        var (text, filed, recorded, language) = (query.Text("month"), query.Number("filed", 0, int.MaxValue), query.Number("recorded", 0, int.MaxValue), query.Language());
        var month = text is null ? BusinessDay.MonthOf(BusinessDay.Today(time)).AddMonths(-1) : BusinessDay.ParseMonth(text);
        if (month is null) query.Faults.Add(new Fault("month", "request/month", "'month' must be a month yyyy-MM."));
        if (query.Refused() is { } wrong) return new Problem(wrong);
        var opened = await books.OpenAsync(book);
        if (!opened.Is(out var found, out var refusal)) return new Problem(refusal);

        var rates = await VatRates.LoadAsync(parameters);
        var now = await ReadAsync(found.Book, recorded, month!.Value, rates);
        if (!now.Is(out var vat, out refusal)) return new Problem(refusal);
        VatAnswer? before = null;
        if (filed is not null && !(await ReadAsync(found.Book, filed, month.Value, rates)).Is(out before, out refusal)) return new Problem(refusal);
        return new ReportAnswer(() => vat.Return.ToReport(vat.Name, vat.Currency, found.Digits, language), json => Write(json, book, vat, before, found.Digits, language));
    }

    /// <summary>The return as known after an entry: entries and rates of that time.</summary>
    private async Task<Outcome<VatAnswer>> ReadAsync(Book book, long? recorded, DateOnly month, VatRates rates)
    {
        var entries = await book.ReadAsync(state => state.Entries);
        if (recorded is > 0 && recorded <= entries) rates = rates.KnownAt((await stored.FindAsync(book, recorded.Value)).Posted.RecordedAt);
        return await history.ReadAsync(book, recorded, state => Read(state, month, rates));
    }

    private static Outcome<VatAnswer> Read(BookState state, DateOnly month, VatRates rates) =>
        VatReturn.Of(state, month, rates).Is(out var vat, out var refusal) ? new VatAnswer(vat, state.Name, state.Currency, state.Entries) : refusal;

    private static void Write(Utf8JsonWriter json, string book, VatAnswer now, VatAnswer? filed, int digits, string language)
    {
        json.WriteString("book", book);
        json.WriteString("currency", now.Currency);
        json.WriteString("month", BusinessDay.MonthText(now.Return.Month));
        json.WriteNumber("asOfEntry", now.AsOfEntry);
        if (filed is not null) json.WriteNumber("filedAsOfEntry", filed.AsOfEntry);
        json.WriteStartArray("boxes");
        var numbers = now.Return.Boxes.Concat(filed?.Return.Boxes ?? []).Select(box => box.Box).Distinct().OrderBy(box => box == "83").ThenBy(box => box, StringComparer.Ordinal);
        foreach (var number in numbers) WriteBox(json, now.Return[number], filed?.Return[number], filed is not null, digits, language);
        json.WriteEndArray();
        json.WriteList("differences", now.Return.Differences, difference =>
        {
            json.WriteString("box", difference.Box);
            json.WriteString("account", difference.Account);
            json.WriteString("return", Amount.Format(difference.ReturnMinor, digits));
            json.WriteString("booked", Amount.Format(difference.BookedMinor, digits));
            json.WriteString("difference", Amount.Format(difference.DifferenceMinor, digits));
        });
        json.WriteString("payable", Amount.Format(now.Return.PayableMinor, digits));
    }

    private static void WriteBox(Utf8JsonWriter json, VatBox? now, VatBox? filed, bool compared, int digits, string language)
    {
        var either = (now ?? filed)!;
        json.WriteStartObject();
        json.WriteString("box", either.Box);
        json.WriteString("text", language == "de" ? either.De : either.En);
        if (either.BaseMinor is not null) WriteAmount(json, "base", now?.BaseMinor, filed?.BaseMinor, compared, digits);
        if (either.TaxMinor is not null) WriteAmount(json, "tax", now?.TaxMinor, filed?.TaxMinor, compared, digits);
        json.WriteEndObject();
    }

    private static void WriteAmount(Utf8JsonWriter json, string name, Int128? now, Int128? filed, bool compared, int digits)
    {
        json.WriteString(name, Amount.Format(now ?? 0, digits));
        if (compared) json.WriteString(name + "Filed", Amount.Format(filed ?? 0, digits));
    }

    /// <summary>A return and the book it is of.</summary>
    private sealed record VatAnswer(VatReturn Return, string Name, string Currency, long AsOfEntry);
}
