using System.Text.Json;
using BackOffice.Kernel;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace BackOffice.Ledger;

/// <summary>
/// <c>GET /api/books/{book}/statements/{line}/why?on=&amp;from=&amp;recorded=&amp;limit=&amp;lang=</c>: how a figure of the balance sheet or income statement comes about: its accounts, and their entries with
/// operation, caller, time and parameters, newest first, <c>limit</c> in all (1 to 1,000, default 100); <c>entriesInAll</c> tells whether these are all. <c>line</c> is a key such as
/// <c>assets.B.II</c> or <c>income.8</c>; <c>from</c> is for the income statement. Rows: reads <c>Ledger</c>. Messages: none.
/// </summary>
public sealed class GetStatementWhy(Books books, BookHistory history, StoredEntries stored, TimeProvider time)
{
    [Function(nameof(GetStatementWhy))]
    [Allow(Roles.Accounting, Roles.Auditor)]
    public async Task<IResult> Run([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "books/{book}/statements/{line}/why")] HttpRequest request, string book, string line)
    {
        var query = new QueryFields(request.Query);
        var (on, from, recorded) = (query.Date("on") ?? BusinessDay.Today(time), query.Date("from"), query.Number("recorded", 0, int.MaxValue));
        var (limit, language) = ((int)(query.Number("limit", 1, 1_000) ?? 100), query.Language());
        if (query.Refused() is { } wrong) return new Problem(wrong);
        if (StatementLine.Find(line) is not { } known) return Problem.Of(404, "ledger/statement-line", $"'{line}' is no line of the statements, such as assets.B.II or income.8.");
        var opened = await books.OpenAsync(book);
        if (!opened.Is(out var found, out var refusal)) return new Problem(refusal);

        var read = await history.ReadAsync(found.Book, recorded, state => Explanation.Of(state, known, from, on));
        if (!read.Is(out var explanation, out refusal)) return new Problem(refusal);
        var (entries, all) = await EntriesAsync(found.Book, explanation, limit);
        return new JsonAnswer(json => Write(json, book, explanation, entries, all, found.Digits, language));
    }

    /// <summary>The newest entries that touch any of the accounts within the explained span, and how many there are.</summary>
    private async Task<(List<EntryPosted> Entries, long All)> EntriesAsync(Book book, Explanation explanation, int limit)
    {
        var accounts = explanation.Accounts.Select(account => account.Code).ToHashSet(StringComparer.Ordinal);
        var newest = new PriorityQueue<EntryPosted, long>();
        long all = 0;
        await foreach (var posted in stored.ReadAsync(book, EntryFilter.Of(explanation.From, explanation.On) with { Accounts = accounts }))
        {
            // Income statements leave the carry-forward out, and so does what explains them.
            if (posted.Number > explanation.AsOfEntry || (explanation.From is not null && posted.Entry.CarryTo is not null)) continue;
            all++;
            newest.Enqueue(posted, posted.Number);
            if (newest.Count > limit) newest.Dequeue();
        }

        return ([.. newest.UnorderedItems.Select(item => item.Element).OrderByDescending(posted => posted.Number)], all);
    }

    private static void Write(Utf8JsonWriter json, string book, Explanation explanation, List<EntryPosted> entries, long all, int digits, string language)
    {
        var codes = explanation.Accounts.Select(account => account.Code).ToHashSet(StringComparer.Ordinal);
        json.WriteString("book", book);
        json.WriteString("line", explanation.Line.Key);
        json.WriteString("text", explanation.Line.Text(language));
        if (explanation.From is { } from) EntryJson.WriteDate(json, "from"u8, from);
        EntryJson.WriteDate(json, "on"u8, explanation.On);
        json.WriteNumber("asOfEntry", explanation.AsOfEntry);
        json.WriteString("amount", Amount.Format(explanation.AmountMinor, digits));
        json.WriteList("accounts", explanation.Accounts, account =>
        {
            json.WriteString("account", account.Code);
            json.WriteString("name", account.Name);
            json.WriteString("amount", Amount.Format(account.AmountMinor, digits));
            json.WriteString("sheet", $"/api/books/{book}/accounts/{account.Code}/sheet?{(explanation.From is { } first ? $"from={BusinessDay.Text(first)}&" : "")}to={BusinessDay.Text(explanation.On)}");
        });
        json.WriteNumber("entriesInAll", all);
        json.WriteList("entries", entries, posted =>
        {
            json.WriteNumber("number", posted.Number);
            json.WriteString("id", posted.Entry.Id);
            EntryJson.WriteDate(json, "date"u8, posted.Date);
            json.WriteString("text", posted.Entry.Text);
            json.WriteString("recordedAt", posted.RecordedAt.UtcDateTime);
            EntryAnswer.WriteOrigin(json, posted);
            json.WriteStartArray("lines");
            foreach (var line in posted.Entry.Lines.Where(line => codes.Contains(line.Account))) EntryJson.Write(json, line, digits);
            json.WriteEndArray();
        });
    }
}

/// <summary>What an account brings to a figure, on the figure's own side.</summary>
public sealed record ExplainedAccount(string Code, string Name, Int128 AmountMinor);

/// <summary>A figure of a statement and the accounts it comes from; the accounts' amounts sum to the figure, but where equity is shown as 0 because it is a deficit.</summary>
/// <param name="From">First day whose entries count; null = since the first entry.</param>
public sealed record Explanation(StatementLine Line, DateOnly? From, DateOnly On, long AsOfEntry, Int128 AmountMinor, IReadOnlyList<ExplainedAccount> Accounts)
{
    /// <summary>
    /// Takes the placements that the statement itself was made from. A sum is explained by all accounts below it: income.15 by those of 1 to 14, income.17 by all.
    /// Worked: assets.B.II 60.00 = receivables 1400 100.00 and allowance 0998 −40.00.
    /// </summary>
    public static Outcome<Explanation> Of(BookState state, StatementLine line, DateOnly? from, DateOnly on)
    {
        var year = FiscalYear.Of(on, state.Settings.FiscalYearStart).First;
        if (line.Key.StartsWith("income.", StringComparison.Ordinal))
        {
            var first = from ?? year;
            if (first > on) return new Refusal(400, "ledger/span", "'on' lies before 'from'.", "on");
            var statement = IncomeStatement.Of(state, first, on);
            var parts = statement.Placements.Where(p => p.Line == line.Key || line.Key == "income.17" || (line.Key == "income.15" && p.Line != "income.16"));
            return Of(state, line, first, on, statement[line.Key], line.Key == "income.17" ? parts.Concat(statement.Unassigned) : parts);
        }

        var sheet = BalanceSheet.Of(state, on);
        var equity = line.Key == StatementLine.EquityDeficit ? StatementLine.Equity : line.Key;
        return Of(state, line, line.Key == StatementLine.NetResult ? year : null, on, sheet[line.Key], sheet.Placements.Where(p => p.Line == equity || p.Line.StartsWith(equity + ".", StringComparison.Ordinal)));
    }

    private static Explanation Of(BookState state, StatementLine line, DateOnly? from, DateOnly on, Int128 amount, IEnumerable<Placement> placements) => new(line, from, on, state.Entries, amount,
        [.. placements.GroupBy(p => p.Account, StringComparer.Ordinal).OrderBy(account => account.Key, StringComparer.Ordinal)
            .Select(account => new ExplainedAccount(account.Key, state.Account(account.Key)!.Name, account.Aggregate(Int128.Zero, (sum, p) => sum + p.AmountMinor)))]);
}
