using BackOffice.Kernel;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace BackOffice.Ledger;

/// <summary>
/// <c>GET /api/books/{book}/entries/{id}/why?lang=de|en</c>: where an entry comes from and where it goes: who recorded it when and under which operation, from which request and parameters it was made,
/// what it reverses, and for each line the account and the line of the statements it counts in. Rows: reads <c>Ledger</c>. Messages: none.
/// </summary>
public sealed class GetEntryWhy(Books books, StoredEntries stored)
{
    [Function(nameof(GetEntryWhy))]
    [Allow(Roles.Accounting, Roles.Auditor)]
    public async Task<IResult> Run([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "books/{book}/entries/{id}/why")] HttpRequest request, string book, string id)
    {
        var query = new QueryFields(request.Query);
        var language = query.Language();
        if (query.Refused() is { } wrong) return new Problem(wrong);
        var opened = await books.OpenAsync(book);
        if (!opened.Is(out var found, out var refusal)) return new Problem(refusal);
        if (await stored.FindAsync(found.Book, id) is not { } entry) return Problem.Of(404, "ledger/entry-unknown", $"There is no entry '{id}' in this book.");

        var accounts = found.Book.ReadKnown(state => entry.Posted.Entry.Lines.Select(line => line.Account).Distinct().ToDictionary(code => code, code => (state.Account(code)!.Name, state.Account(code)!.Line)));
        return new JsonAnswer(json =>
        {
            entry.Receipt.Write(json);
            json.WriteNumber("record", entry.Posted.Record);
            EntryAnswer.WriteOrigin(json, entry.Posted);
            if (entry.Posted.Date != entry.Posted.Entry.Date) EntryJson.WriteDate(json, "belongsTo"u8, entry.Posted.Entry.Date);
            if (entry.Posted.Entry.Reverses is { } reverses) json.WriteString("reverses", reverses);
            if (entry.ReversedBy is { } by) json.WriteNumber("reversedBy", by);
            json.WriteString("text", entry.Posted.Entry.Text);
            json.WriteList("lines", entry.Posted.Entry.Lines, line =>
            {
                var (name, place) = accounts[line.Account];
                json.WriteString("account", line.Account);
                json.WriteString("name", name);
                json.WriteString(line.AmountMinor > 0 ? "debit" : "credit", Amount.Format(Math.Abs(line.AmountMinor), found.Digits));
                if (line.TaxCode is not null) json.WriteString("taxCode", line.TaxCode);
                json.WriteString("statementLine", place);
                if (place is not null) json.WriteString("statementText", StatementLine.Find(place)!.Text(language));
            });
        });
    }
}
