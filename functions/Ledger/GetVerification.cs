using BackOffice.Kernel;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace BackOffice.Ledger;

/// <summary>
/// <c>GET /api/books/{book}/verification</c>: walks the whole chain now, holds it against the hashes that nights have laid down (<see cref="HeadHashes"/>), and answers <c>{book, entries, records, headHash, valid, keptHashes, fault?, checkedAt, lastNight?}</c>.
/// About three seconds for a million entries. Rows: reads <c>Ledger</c>, <c>LedgerVerifications</c>. Messages: none.
/// </summary>
public sealed class GetVerification(Books books, Verification verification, TimeProvider time)
{
    [Function(nameof(GetVerification))]
    [Allow(Roles.Accounting, Roles.Auditor)]
    public async Task<IResult> Run([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "books/{book}/verification")] HttpRequest request, string book)
    {
        if (!Ids.IsBook(book)) return Problem.Of(400, "ledger/book-id", $"A book id must match {Ids.BookGrammar}.");
        if (await verification.WalkAllAsync(books.Get(book)) is not { } result) return Problem.Of(404, "ledger/book-unknown", $"There is no book '{book}'.");
        var last = await verification.LastAsync(book);
        var checkedAt = time.GetUtcNow();
        return new JsonAnswer(json =>
        {
            json.WriteString("book", book);
            json.WriteNumber("entries", result.Entries);
            json.WriteNumber("records", result.Record);
            json.WriteString("headHash", Chain.Text(result.Hash));
            json.WriteBoolean("valid", result.Valid);
            json.WriteNumber("keptHashes", result.KeptHashes);
            if (result.Fault is not null) json.WriteString("fault", result.Fault);
            json.WriteString("checkedAt", checkedAt.UtcDateTime);
            if (last is null) return;
            json.WriteStartObject("lastNight");
            json.WriteString("night", BusinessDay.Text(last.Night));
            json.WriteNumber("fromRecord", last.Result.FromRecord);
            json.WriteNumber("throughRecord", last.Result.Record);
            json.WriteString("hash", Chain.Text(last.Result.Hash));
            json.WriteBoolean("valid", last.Result.Valid);
            json.WriteString("checkedAt", last.CheckedAt.UtcDateTime);
            json.WriteEndObject();
        });
    }
}
