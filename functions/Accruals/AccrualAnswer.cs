using System.Text.Json;
using BackOffice.Kernel;
using BackOffice.Ledger;
using Microsoft.AspNetCore.Http;

namespace BackOffice.Accruals;

/// <summary>What the accruals' steps have in common: how a change is decided on, and how an accrual is answered.</summary>
internal static class AccrualAnswer
{
    /// <summary>400 <c>request/id</c>, 422 <c>accrual/id-reserved</c>.</summary>
    public static Refusal? IdFault(string id) =>
        !Ids.IsEntity(id) ? new Refusal(400, "request/id", $"An accrual's id must match {Ids.EntityGrammar}.", "id")
        : id.StartsWith(AccrualPolicy.Prefix, StringComparison.Ordinal) ? new Refusal(422, "accrual/id-reserved", $"Ids beginning with '{AccrualPolicy.Prefix}' are the system's own.", "id")
        : null;

    /// <summary>Commits a state, and posts these entries with it; refused when the ledger would refuse one.</summary>
    public static async Task<Outcome<CaseDecision>> DecisionAsync(OpenedBook book, Accrual accrual, IReadOnlyList<Entry> entries, string by)
    {
        var (tell, refusal) = await Posting.PrepareAsync(book, entries, by);
        return refusal is null ? new CaseDecision(AccrualTable.Write(accrual), accrual.BookedAtOnce, tell) : refusal;
    }

    /// <summary>
    /// What every change of an accrual must satisfy: 409 <c>accrual/over</c> when nothing is left to change; 422 <c>accrual/date</c> when it lies before the booking or an earlier change; 422 <c>accrual/too-many-changes</c> after 100.
    /// </summary>
    public static Refusal? ChangeFault(Accrual accrual, DateOnly date)
    {
        if (accrual.IsOver) return new Refusal(409, "accrual/over", accrual.BookedAtOnce ? "It was booked at once: nothing is deferred that could be changed." : "It has come to its end: it was cancelled or settled.");
        if (accrual.Changes.Count >= Accrual.MaxChanges) return new Refusal(422, "accrual/too-many-changes", $"An accrual is changed at most {Accrual.MaxChanges} times.");
        var earliest = accrual.LastChange?.Date ?? accrual.Date;
        return date < earliest ? new Refusal(422, "accrual/date", $"{BusinessDay.Text(date)} lies before its {(accrual.LastChange is null ? "booking" : "last change")} on {BusinessDay.Text(earliest)}.", "date") : null;
    }

    public static async Task<IResult> OfAsync(Outcome<CaseResult> outcome, AccrualTable accruals, OpenedBook book, HttpRequest request) =>
        outcome.Is(out var result, out var refusal) ? await OfAsync(result.IsNew ? 201 : 200, result.Case, accruals, book, request) : new Problem(refusal);

    public static async Task<IResult> OfAsync(int status, CaseRow row, AccrualTable accruals, OpenedBook book, HttpRequest request)
    {
        var accrual = AccrualTable.Read(row);
        var (slices, entries, history) = (AccrualSchedule.Of(accrual), AccrualEntries.Of(row.Id, accrual), await accruals.Cases.HistoryAsync(book.Book.Id, row.Id));
        var posted = await Posting.KnownAsync(book, entries.Select(entry => entry.Id));
        request.HttpContext.Response.Headers.ETag = row.Tag;
        return new JsonAnswer(status, json =>
        {
            json.WriteString("book", book.Book.Id);
            WriteSummary(json, row, accrual, book.Digits);
            json.WriteString("balance", Amount.Format(AccrualEntries.OnAccrualAccountMinor(accrual, entries.Where(entry => posted.Contains(entry.Id))), book.Digits));
            json.WriteString("released", Amount.Format(AccrualSchedule.SumMinor(slices.Where(slice => posted.Contains(AccrualEntries.IdOf(row.Id, slice)))), book.Digits));
            json.WriteList("slices", slices, slice =>
            {
                var entry = AccrualEntries.IdOf(row.Id, slice);
                WriteSlice(json, slice, book.Digits);
                json.WriteString("state", posted.Contains(entry) ? "released" : "planned");
                json.WriteString("entry", entry);
            });
            json.WriteStartArray("entries");
            foreach (var entry in entries.Where(entry => posted.Contains(entry.Id))) json.WriteStringValue(entry.Id);
            json.WriteEndArray();
            CaseStep.Write(json, history);
        });
    }

    public static void WriteSummary(Utf8JsonWriter json, CaseRow row, Accrual accrual, int digits)
    {
        json.WriteString("id", row.Id);
        json.WriteNumber("version", row.Version);
        json.WriteString("status", Status(row, accrual));
        json.WriteString("kind", JsonFields.NameOf(accrual.Kind));
        json.WriteString("amount", Amount.Format(accrual.AmountMinor, digits));
        json.WriteString("date", BusinessDay.Text(accrual.Date));
        json.WriteString("from", BusinessDay.Text(accrual.From));
        json.WriteString("to", BusinessDay.Text(accrual.Changes.OfType<Redated>().LastOrDefault()?.To ?? accrual.To));
        json.WriteString("method", JsonFields.NameOf(accrual.Method));
        json.WriteString("accrualAccount", accrual.AccrualAccount);
        json.WriteString("resultAccount", accrual.ResultAccount);
        json.WriteString("text", accrual.Text);
    }

    public static void WriteSlice(Utf8JsonWriter json, AccrualSlice slice, int digits)
    {
        json.WriteString("date", BusinessDay.Text(slice.Date));
        json.WriteString("amount", Amount.Format(slice.AmountMinor, digits));
        json.WriteString("bookedOn", BusinessDay.Text(slice.BookedOn));
    }

    private static string Status(CaseRow row, Accrual accrual) => accrual switch
    {
        { BookedAtOnce: true } => "bookedAtOnce",
        { LastChange: Settled } => "settled",
        { LastChange: Cancelled } => "cancelled",
        _ => row.IsDone ? "released" : "open",
    };
}
