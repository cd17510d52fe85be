using BackOffice.Kernel;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace BackOffice.Ledger;

/// <summary>
/// <c>POST /api/books/{book}/entries/{id}/reversal</c> <c>{id, date, text?, lateAs?}</c>: takes an entry back by a new entry with swapped sides (Storno); the old one stays.
/// 201 with the new entry's receipt; the rules are <see cref="PostEntry"/>'s. Rows: reads <c>Ledger</c>, commits <c>EntryPosted</c> to it. Messages: none.
/// </summary>
public sealed class PostReversal(Books books, StoredEntries stored)
{
    [Function(nameof(PostReversal))]
    [Allow(Roles.Accounting)]
    public async Task<IResult> Run([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "books/{book}/entries/{id}/reversal")] HttpRequest request, string book, string id)
    {
        var opened = await books.OpenAsync(book);
        if (!opened.Is(out var found, out var refusal)) return new Problem(refusal);
        var body = await RequestBody.ReadJsonAsync(request);
        if (!body.Is(out var json, out refusal)) return new Problem(refusal);
        using (json)
        {
            List<Fault> faults = [];
            var fields = new JsonFields(json.RootElement, faults);
            var (newId, date) = (fields.Id("id"), fields.Date("date"));
            var text = fields.OptionalText("text", Entry.MaxTextLength) ?? $"Reversal of {id}";
            var late = fields.LateAsFirstOpen();
            fields.NoOthers();
            CarryForward.Reserve(newId, faults);
            if (faults.Count > 0) return new Problem(Refusal.Of(faults));

            if (await stored.FindAsync(found.Book, id) is not { } original) return Problem.Of(404, "ledger/entry-unknown", $"There is no entry '{id}' in this book.");
            if (original.Posted.Entry.CarryTo is not null) return Problem.Of(409, "ledger/system-entry", $"'{id}' was made by the system and follows the entries; correct those instead.");
            if (Ids.DepartmentOf(id) is { } department) return Problem.Of(409, "ledger/system-entry", $"'{id}' follows a case of the department '{department}': change the case, and what it posts follows.");
            var reversal = original.Posted.Entry.Reversal(newId, date!.Value, text) with { LateAsFirstOpen = late };
            return await PostEntry.PostAsync(found.Book, stored, PreparedEntry.Of(reversal, found.Digits), Caller.Of(request).Name);
        }
    }
}
