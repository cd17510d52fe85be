using BackOffice.Kernel;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace BackOffice.Ledger;

/// <summary>
/// <c>GET /api/books/{book}/accounts/{account}/sheet?from=&amp;to=</c>: the account sheet (Kontoblatt): opening balance, every line in order of date and entry number with
/// its running balance, closing balance. Without <c>from</c>: since the first entry; without <c>to</c>: up to today. At most 100,000 lines. Rows: reads <c>Ledger</c>. Messages: none.
/// </summary>
public sealed class GetAccountSheet(Books books, StoredEntries stored, TimeProvider time)
{
    public const int MaxLines = 100_000;

    [Function(nameof(GetAccountSheet))]
    [Allow(Roles.Accounting, Roles.Auditor)]
    public async Task<IResult> Run([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "books/{book}/accounts/{account}/sheet")] HttpRequest request, string book, string account)
    {
        var query = new QueryFields(request.Query);
        var (from, to) = (query.Date("from"), query.Date("to") ?? BusinessDay.Today(time));
        if (from > to) query.Faults.Add(new Fault("to", "ledger/span", "'to' lies before 'from'."));
        if (query.Refused() is { } wrong) return new Problem(wrong);
        var opened = await books.OpenAsync(book);
        if (!opened.Is(out var found, out var refusal)) return new Problem(refusal);

        var head = await found.Book.ReadAsync(state => state.Account(account) is { } known
            ? new SheetHead(known.Name, known.Type, state.Currency, state.Entries, from is { } first ? known.Between(0, first.DayNumber - 1).BalanceMinor : 0) : null);
        if (head is null) return Problem.Of(404, "ledger/account-unknown", $"There is no account '{account}' in this book.");

        List<(EntryPosted Posted, Line Line)> lines = [];
        await foreach (var posted in stored.ReadAsync(found.Book, EntryFilter.Of(from, to, account)))
        {
            if (posted.Number > head.AsOfEntry) break; // came after the opening balance was taken
            foreach (var line in posted.Entry.Lines)
                if (line.Account == account) lines.Add((posted, line));
            if (lines.Count > MaxLines) return Problem.Of(422, "ledger/sheet-too-long", $"The sheet has more than {MaxLines:N0} lines; ask for a shorter span.");
        }

        // OrderBy keeps the lines of one entry in their order.
        var ordered = lines.OrderBy(l => l.Posted.Date).ThenBy(l => l.Posted.Number).ToList();
        return new JsonAnswer(json => Write(json, book, account, head, from, to, ordered, found.Digits));
    }

    private static void Write(
        System.Text.Json.Utf8JsonWriter json, string book, string account, SheetHead head, DateOnly? from, DateOnly to, List<(EntryPosted Posted, Line Line)> lines, int digits)
    {
        json.WriteString("book", book);
        json.WriteString("account", account);
        json.WriteString("name", head.Name);
        json.WriteString("type", AccountText.Of(head.Type));
        json.WriteString("currency", head.Currency);
        if (from is { } first) EntryJson.WriteDate(json, "from"u8, first);
        EntryJson.WriteDate(json, "to"u8, to);
        json.WriteNumber("asOfEntry", head.AsOfEntry);
        json.WriteString("opening", Amount.Format(head.OpeningMinor, digits));
        var (balance, debit, credit) = (head.OpeningMinor, Int128.Zero, Int128.Zero);
        json.WriteStartArray("lines");
        foreach (var (posted, line) in lines)
        {
            balance += line.AmountMinor;
            if (line.AmountMinor > 0) debit += line.AmountMinor;
            else credit -= line.AmountMinor;
            json.WriteStartObject();
            json.WriteNumber("number", posted.Number);
            json.WriteString("id", posted.Entry.Id);
            EntryJson.WriteDate(json, "date"u8, posted.Date);
            if (posted.Date != posted.Entry.Date) EntryJson.WriteDate(json, "belongsTo"u8, posted.Entry.Date);
            json.WriteString("text", posted.Entry.Text);
            if (posted.Entry.Reverses is { } reverses) json.WriteString("reverses", reverses);
            json.WriteString("contra", Contra(posted.Entry, account));
            if (line.Party is not null) json.WriteString("party", line.Party);
            if (line.Document is not null) json.WriteString("document", line.Document);
            if (line.DueDate is { } due) EntryJson.WriteDate(json, "dueDate"u8, due);
            json.WriteString("debit", Amount.Format(Math.Max(line.AmountMinor, 0), digits));
            json.WriteString("credit", Amount.Format(Math.Max(-line.AmountMinor, 0), digits));
            json.WriteString("balance", Amount.Format(balance, digits));
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteString("debit", Amount.Format(debit, digits));
        json.WriteString("credit", Amount.Format(credit, digits));
        json.WriteString("closing", Amount.Format(balance, digits));
    }

    /// <summary>The contra account (Gegenkonto): the other account of the entry, or "various" when there are several.</summary>
    internal static string Contra(Entry entry, string account)
    {
        var others = entry.Lines.Select(line => line.Account).Where(code => code != account).Distinct(StringComparer.Ordinal).Take(2).ToList();
        return others.Count switch { 0 => account, 1 => others[0], _ => "various" };
    }

    internal sealed record SheetHead(string Name, AccountType Type, string Currency, long AsOfEntry, Int128 OpeningMinor);
}
