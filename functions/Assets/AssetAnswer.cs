using System.Text.Json;
using BackOffice.Kernel;
using BackOffice.Ledger;
using Microsoft.AspNetCore.Http;

namespace BackOffice.Assets;

/// <summary>What the assets' steps have in common: their checks, and how an asset is answered.</summary>
internal static class AssetAnswer
{
    /// <summary>400 <c>request/id</c>, 422 <c>asset/id-reserved</c>.</summary>
    public static Refusal? IdFault(string id) =>
        !Ids.IsEntity(id) ? new Refusal(400, "request/id", $"An asset's id must match {Ids.EntityGrammar}.", "id")
        : id.StartsWith(LowValueChoice.Prefix, StringComparison.Ordinal) ? new Refusal(422, "asset/id-reserved", $"Ids beginning with '{LowValueChoice.Prefix}' are the system's own.", "id")
        : null;

    /// <summary>Commits a state, and posts these entries with it; refused when the ledger would refuse one.</summary>
    public static async Task<Outcome<CaseDecision>> DecisionAsync(OpenedBook book, Asset asset, IReadOnlyList<Entry> entries, string by)
    {
        var (tell, refusal) = await Posting.PrepareAsync(book, entries, by);
        return refusal is null ? new CaseDecision(AssetTable.Write(asset), Tell: tell) : refusal;
    }

    public static async Task<IResult> OfAsync(Outcome<CaseResult> outcome, AssetTable assets, OpenedBook book, HttpRequest request) =>
        outcome.Is(out var result, out var refusal) ? await OfAsync(result.IsNew ? 201 : 200, result.Case, assets, book, request) : new Problem(refusal);

    public static async Task<IResult> OfAsync(int status, CaseRow row, AssetTable assets, OpenedBook book, HttpRequest request)
    {
        var asset = AssetTable.Read(row);
        var (plan, history) = (DepreciationPlan.Of(asset), await assets.Cases.HistoryAsync(book.Book.Id, row.Id));
        var entries = AssetEntries.Of(row.Id, asset, plan);
        var posted = await Posting.KnownAsync(book, entries.Select(entry => entry.Id));
        request.HttpContext.Response.Headers.ETag = row.Tag;
        return new JsonAnswer(status, json =>
        {
            json.WriteString("book", book.Book.Id);
            WriteSummary(json, row, asset, book.Digits);
            json.WriteString("bookValue", Amount.Format(AssetEntries.OnAccounts(asset, plan, entries.Where(entry => posted.Contains(entry.Id)), long.MaxValue).Sum(moved => moved.AmountMinor), book.Digits));
            json.WriteList("plan", plan.Months, month =>
            {
                var entry = AssetEntries.IdOf(row.Id, month);
                WriteMonth(json, month, book.Digits);
                json.WriteString("state", posted.Contains(entry) ? "posted" : "planned");
                json.WriteString("entry", entry);
            });
            json.WriteStartArray("movements");
            foreach (var result in plan.Results) WriteMovement(json, row.Id, result, book.Digits);
            json.WriteEndArray();
            json.WriteStartArray("entries");
            foreach (var entry in entries.Where(entry => posted.Contains(entry.Id))) json.WriteStringValue(entry.Id);
            json.WriteEndArray();
            CaseStep.Write(json, history);
        });
    }

    public static void WriteSummary(Utf8JsonWriter json, CaseRow row, Asset asset, int digits)
    {
        json.WriteString("id", row.Id);
        json.WriteNumber("version", row.Version);
        json.WriteString("status", asset.IsDisposed ? "disposed" : "held");
        json.WriteString("text", asset.Text);
        json.WriteString("cost", Amount.Format(asset.CostMinor, digits));
        json.WriteString("acquired", BusinessDay.Text(asset.Acquired));
        json.WriteString("method", JsonFields.NameOf(asset.Method));
        json.WriteNumber("lifeMonths", asset.LifeMonths);
        if (asset.Rate > 0) json.WriteNumber("rate", asset.Rate);
        json.WriteString("assetAccount", asset.AccountOn(BusinessDay.Latest));
        json.WriteString("depreciationAccount", asset.DepreciationAccount);
    }

    public static void WriteMonth(Utf8JsonWriter json, DepreciationMonth month, int digits)
    {
        json.WriteString("month", BusinessDay.MonthText(month.Month));
        json.WriteString("amount", Amount.Format(month.AmountMinor, digits));
        json.WriteString("bookValue", Amount.Format(month.BookValueMinor, digits));
    }

    private static void WriteMovement(Utf8JsonWriter json, string id, MovementResult result, int digits)
    {
        json.WriteStartObject();
        json.WriteString("kind", AssetEntries.NameOf(result.Movement));
        json.WriteString("date", BusinessDay.Text(result.Movement.Date));
        json.WriteString("cost", Amount.Format(result.CostMinor, digits));
        json.WriteString("bookValue", Amount.Format(result.BookValueMinor, digits));
        if (result.Movement is Disposal disposal)
        {
            json.WriteNumber("share", disposal.Share);
            json.WriteString("net", Amount.Format(disposal.NetMinor, digits));
            json.WriteString("result", Amount.Format(disposal.NetMinor - result.BookValueMinor, digits));
        }

        if (result.Movement is Transfer transfer) json.WriteString("toAccount", transfer.ToAccount);
        json.WriteString("reason", result.Movement.Reason);
        json.WriteString("entry", AssetEntries.IdOf(id, result));
        json.WriteEndObject();
    }
}
