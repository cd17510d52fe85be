using System.Text.Json;
using BackOffice.Kernel;
using BackOffice.Ledger;
using Microsoft.AspNetCore.Http;

namespace BackOffice.Credit;

/// <summary>How a counterparty is answered.</summary>
internal static class CounterpartyAnswer
{
    public static IResult Of(Outcome<CaseResult> outcome, bool isNew, OpenedBook book, TimeProvider time, HttpRequest request) =>
        outcome.Is(out var result, out var refusal) ? Of(isNew && result.IsNew ? 201 : 200, result.Case, book, time, request, null) : new Problem(refusal);

    public static JsonAnswer Of(int status, CaseRow row, OpenedBook book, TimeProvider time, HttpRequest request, IReadOnlyList<CaseStep>? history)
    {
        request.HttpContext.Response.Headers.ETag = row.Tag;
        return new JsonAnswer(status, json =>
        {
            json.WriteString("book", book.Book.Id);
            Write(json, row, book.Digits, BusinessDay.Today(time));
            var counterparty = CreditTables.ReadCounterparty(row);
            json.WriteList("ratings", counterparty.Ratings, rating =>
            {
                json.WriteString("date", BusinessDay.Text(rating.Date));
                json.WriteNumber("score", rating.Score);
                json.WriteNumber("grade", rating.Grade);
                if (rating.Overrides is { } overridden) json.WriteNumber("overrides", overridden);
                if (rating.Side is { } side) json.WriteString("side", JsonFields.NameOf(side));
                if (rating.Reason is not null) json.WriteString("reason", rating.Reason);
            });
            json.WriteList("limits", counterparty.Limits, limit =>
            {
                json.WriteString("from", BusinessDay.Text(limit.From));
                json.WriteString("amount", Amount.Format(limit.AmountMinor, book.Digits));
                json.WriteString("reason", limit.Reason);
            });
            if (history is not null) CaseStep.Write(json, history);
        });
    }

    public static void Write(Utf8JsonWriter json, CaseRow row, int digits, DateOnly today)
    {
        var counterparty = CreditTables.ReadCounterparty(row);
        json.WriteString("id", row.Id);
        json.WriteNumber("version", row.Version);
        json.WriteString("name", counterparty.Name);
        json.WriteString("kind", JsonFields.NameOf(counterparty.Kind));
        if (counterparty.Group is { } group) json.WriteString("group", group);
        if (counterparty.RatingOn(today) is { } rating) json.WriteNumber("grade", rating.Grade);
        json.WriteString("care", JsonFields.NameOf(counterparty.CareOn(today)));
        if (counterparty.LimitOn(today) is { } limit) json.WriteString("limit", Amount.Format(limit.AmountMinor, digits));
    }
}
