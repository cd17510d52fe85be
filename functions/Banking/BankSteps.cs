using BackOffice.Kernel;
using BackOffice.Ledger;
using Microsoft.AspNetCore.Http;

namespace BackOffice.Banking;

/// <summary>What several of the bank's steps do.</summary>
internal static class BankSteps
{
    /// <summary>A posted line opened again: the entry that takes it back, and the payment of ours that it showed as gone or come back says so no longer.</summary>
    public static async Task<Outcome<CaseDecision>> ReopenAsync(OpenedBook book, CaseRow known, BankAccount account, string reason, string by)
    {
        var item = BankTables.ReadItem(known);
        if (!item.Reopen(known.Id, account, reason).Is(out var reopened, out var refusal)) return refusal;
        var (tell, no) = await Posting.PrepareAsync(book, [reopened.Back], by);
        return no is null ? new CaseDecision(BankTables.Write(reopened.Item), Tell: BankTables.ToTell(tell, ToldTrace.Of(known.Id, known.Version, new PaymentTrace(Reopened: [known.Id]), item.Match.Own, by), book.Digits, by)) : no;
    }

    /// <summary>One case as an answer.</summary>
    public static JsonAnswer Answer(int status, CaseRow row, string book, HttpRequest request, Action<System.Text.Json.Utf8JsonWriter> write, IReadOnlyList<CaseStep>? history = null)
    {
        request.HttpContext.Response.Headers.ETag = row.Tag;
        return new JsonAnswer(status, json =>
        {
            json.WriteString("book", book);
            json.WriteString("id", row.Id);
            json.WriteNumber("version", row.Version);
            write(json);
            if (history is not null) CaseStep.Write(json, history);
        });
    }
}
