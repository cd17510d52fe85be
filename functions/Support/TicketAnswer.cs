using System.Text.Json;
using BackOffice.Kernel;
using Microsoft.AspNetCore.Http;

namespace BackOffice.Support;

/// <summary>How a ticket is answered.</summary>
internal static class TicketAnswer
{
    /// <summary>Whose tickets alone a caller may see and touch: an Employee's own; null: everybody's.</summary>
    public static string? SelfOf(Caller caller) => caller.Roles.Overlaps([Roles.Support, Roles.Operator, Roles.Auditor]) ? null : caller.Name;

    public static IResult Of(Outcome<CaseResult> outcome, string book, HttpRequest request) =>
        outcome.Is(out var result, out var refusal) ? Of(result.IsNew ? 201 : 200, result.Case, book, request, null) : new Problem(refusal);

    /// <param name="history">What has been said and done; an Employee sees what is public of it. Null: it is left out.</param>
    public static JsonAnswer Of(int status, CaseRow row, string book, HttpRequest request, IReadOnlyList<CaseStep>? history)
    {
        var self = SelfOf(Caller.Of(request));
        request.HttpContext.Response.Headers.ETag = row.Tag;
        var ticket = SupportTables.ReadTicket(row);
        return new JsonAnswer(status, json =>
        {
            json.WriteString("book", book);
            Write(json, TicketLine.Of(row));
            json.WriteNumber("impact", ticket.Impact);
            json.WriteNumber("urgency", ticket.Urgency);
            json.WriteBoolean("major", ticket.IsMajor);
            json.WriteString("text", ticket.Text);
            if (ticket.Hold is { } hold) json.WriteString("hold", JsonFields.NameOf(hold));
            if (ticket.MergedInto is not null) json.WriteString("mergedInto", ticket.MergedInto);
            json.WriteList("attachments", ticket.Attachments, attachment =>
            {
                json.WriteString("name", attachment.Name);
                json.WriteString("reference", attachment.Reference);
            });
            json.WriteList("links", self is null ? ticket.Links : [], link =>
            {
                json.WriteString("kind", JsonFields.NameOf(link.Kind));
                json.WriteString("to", link.To);
            });
            json.WriteList("escalations", self is null ? ticket.Escalations : [], escalation =>
            {
                json.WriteString("clock", JsonFields.NameOf(escalation.Clock));
                json.WriteNumber("percent", escalation.Percent);
                json.WriteString("reachedAt", escalation.ReachedAt.UtcDateTime);
            });
            if (history is not null) CaseStep.Write(json, [.. history.Where(step => self is null || IsPublic(step, ticket.Caller))]);
        });
    }

    public static void Write(Utf8JsonWriter json, TicketLine line)
    {
        json.WriteString("id", line.Id);
        json.WriteNumber("version", line.Version);
        json.WriteString("status", JsonFields.NameOf(line.Status));
        json.WriteString("priority", line.Priority);
        json.WriteString("service", line.Service);
        if (line.Category is not null) json.WriteString("category", line.Category);
        if (line.Team is not null) json.WriteString("team", line.Team);
        if (line.Assignee is not null) json.WriteString("assignee", line.Assignee);
        json.WriteString("caller", line.Caller);
        json.WriteString("subject", line.Subject);
        json.WriteString("openedAt", line.OpenedAt.UtcDateTime);
        json.WriteString("changedAt", line.ChangedAt.UtcDateTime);
        if (line.DueAt is { } due) json.WriteString("dueAt", due.UtcDateTime);
    }

    /// <summary>What the caller of a ticket may read of its history: what was said to or by them, and where it stands.</summary>
    private static bool IsPublic(CaseStep step, string caller)
    {
        if (step.By == caller || step.Command is "create" or "reply" or "hold" or "resume" or "resolve" or "reopen" or "close") return true;
        if (step.Command != "comment") return false;
        using var request = JsonDocument.Parse(step.Request);
        return Says("visibility", "public") || Says("from", "caller");

        bool Says(string member, string wanted) => request.RootElement.TryGetProperty(member, out var value) && value.GetString() == wanted;
    }
}
