using System.Text.Json;
using BackOffice.Kernel;
using BackOffice.Ledger;
using Microsoft.AspNetCore.Http;

namespace BackOffice.Credit;

/// <summary>How a credit line is answered.</summary>
internal static class LineAnswer
{
    public static async Task<IResult> OfAsync(Outcome<CaseResult> outcome, CreditTables credit, OpenedBook book, TimeProvider time, HttpRequest request) =>
        outcome.Is(out var result, out var refusal) ? await OfAsync(result.IsNew ? 201 : 200, result.Case, credit, book, time, request) : new Problem(refusal);

    public static async Task<IResult> OfAsync(int status, CaseRow row, CreditTables credit, OpenedBook book, TimeProvider time, HttpRequest request)
    {
        var (application, history, today) = (CreditTables.ReadApplication(row), await credit.Applications.Cases.HistoryAsync(book.Book.Id, row.Id), BusinessDay.Today(time));
        var line = application.Line!;
        var entries = Enumerable.Range(1, line.Movements.Count).Select(number => CreditEntries.OfMovement(row.Id, application, number).Id).ToList();
        var posted = await Posting.KnownAsync(book, entries);
        request.HttpContext.Response.Headers.ETag = row.Tag;
        return new JsonAnswer(status, json =>
        {
            json.WriteString("book", book.Book.Id);
            WriteSummary(json, row, application, book.Digits, today);
            json.WriteNumber("rate", application.Rate);
            json.WriteString("dayCount", JsonFields.NameOf(application.DayCount));
            json.WriteString("interest", Amount.Format(CreditEntries.AccruedMinor(application, today.AddDays(-1)), book.Digits));
            json.WriteStartArray("movements");
            for (var n = 0; n < line.Movements.Count; n++)
            {
                json.WriteStartObject();
                json.WriteString("id", line.Movements[n].Id);
                json.WriteString("date", BusinessDay.Text(line.Movements[n].Date));
                json.WriteString("amount", Amount.Format(line.Movements[n].AmountMinor, book.Digits));
                json.WriteString("state", posted.Contains(entries[n]) ? "posted" : "waiting");
                json.WriteString("entry", entries[n]);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            CaseStep.Write(json, history);
        });
    }

    public static void WriteSummary(Utf8JsonWriter json, CaseRow row, CreditApplication application, int digits, DateOnly today)
    {
        var line = application.Line!;
        json.WriteString("id", row.Id);
        json.WriteNumber("version", row.Version);
        json.WriteString("status", line.HasEnded(today) ? "ended" : "running");
        json.WriteString("counterparty", application.Counterparty);
        json.WriteString("limit", Amount.Format(line.LimitMinor, digits));
        json.WriteString("drawn", Amount.Format(line.DrawnMinor(today), digits));
        json.WriteString("available", Amount.Format(today > line.EndsOn ? 0 : line.LimitMinor - line.HighestMinor(today), digits));
        json.WriteString("grantedOn", BusinessDay.Text(line.GrantedOn));
        json.WriteString("endsOn", BusinessDay.Text(line.EndsOn));
    }
}
