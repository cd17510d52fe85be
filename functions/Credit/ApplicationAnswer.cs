using System.Text.Json;
using BackOffice.Kernel;
using BackOffice.Ledger;
using Microsoft.AspNetCore.Http;

namespace BackOffice.Credit;

/// <summary>How an application, and the line it became, is answered.</summary>
internal static class ApplicationAnswer
{
    public static async Task<IResult> OfAsync(Outcome<CaseResult> outcome, CreditTables credit, OpenedBook book, TimeProvider time, HttpRequest request) =>
        outcome.Is(out var result, out var refusal) ? await OfAsync(result.IsNew ? 201 : 200, result.Case, credit, book, time, request) : new Problem(refusal);

    public static async Task<IResult> OfAsync(int status, CaseRow row, CreditTables credit, OpenedBook book, TimeProvider time, HttpRequest request)
    {
        var (application, history, today) = (CreditTables.ReadApplication(row), await credit.Applications.Cases.HistoryAsync(book.Book.Id, row.Id), BusinessDay.Today(time));
        request.HttpContext.Response.Headers.ETag = row.Tag;
        return new JsonAnswer(status, json =>
        {
            json.WriteString("book", book.Book.Id);
            WriteSummary(json, row, application, book.Digits, today);
            json.WriteString("submittedOn", BusinessDay.Text(application.SubmittedOn));
            json.WriteString("expiresOn", BusinessDay.Text(application.ExpiresOn));
            json.WriteString("countsTogether", Amount.Format(application.RelevantMinor, book.Digits));
            json.WriteString("riskRelevantFrom", Amount.Format(application.ThresholdMinor, book.Digits));
            json.WriteBoolean("riskRelevant", application.IsRiskRelevant);
            json.WriteList("votes", application.Votes, vote =>
            {
                json.WriteString("side", JsonFields.NameOf(vote.Side));
                json.WriteString("vote", vote.Approves ? "approve" : "reject");
                WriteAct(json, vote.By, vote.At, vote.Reason);
            });
            if (application.Escalation is { } escalation) json.WriteString("escalation", escalation);
            if (application.Decision is { } decision)
            {
                json.WriteStartObject("decision");
                json.WriteString("decision", decision.Grants ? "grant" : "refuse");
                json.WriteBoolean("againstAVote", true);
                WriteAct(json, decision.By, decision.At, decision.Reason);
                json.WriteEndObject();
            }

            json.WriteList("conditions", application.Conditions ?? [], condition =>
            {
                json.WriteString("text", condition.Text);
                json.WriteString("state", condition.MetBy is null ? "open" : "met");
                if (condition.MetBy is { } by) WriteAct(json, by, condition.MetAt!.Value, condition.Evidence!);
            });
            CaseStep.Write(json, history);
        });
    }

    public static void WriteSummary(Utf8JsonWriter json, CaseRow row, CreditApplication application, int digits, DateOnly today)
    {
        json.WriteString("id", row.Id);
        json.WriteNumber("version", row.Version);
        json.WriteString("status", application.IsExpired(today) ? "expired" : JsonFields.NameOf(application.Status));
        json.WriteString("counterparty", application.Counterparty);
        json.WriteString("amount", Amount.Format(application.AmountMinor, digits));
        json.WriteNumber("termMonths", application.TermMonths);
        json.WriteNumber("rate", application.Rate);
        json.WriteString("dayCount", JsonFields.NameOf(application.DayCount));
        json.WriteString("purpose", application.Purpose);
    }

    private static void WriteAct(Utf8JsonWriter json, string by, DateTimeOffset at, string reason)
    {
        json.WriteString("by", by);
        json.WriteString("at", at.UtcDateTime);
        json.WriteString("reason", reason);
    }
}
