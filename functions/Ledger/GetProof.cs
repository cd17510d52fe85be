using System.Text;
using BackOffice.Kernel;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace BackOffice.Ledger;

/// <summary>
/// <c>GET /api/books/{book}/entries/{id}/proof?after=&amp;limit=</c>: what the holder of an old receipt needs to check that the chain of today still contains it: the entry's own
/// record, and the digests of the records that followed, from his hash to the head's. Rows: reads <c>Ledger</c>. Messages: none.
/// </summary>
/// <remarks>
/// To check: SHA-256 of <c>recordText</c> (UTF-8) is d; SHA-256(previousHash ‖ d) must be the receipt's hash; then h ← SHA-256(h ‖ digest) over <c>digests</c> must come to <c>endHash</c>.
/// Pages of <c>limit</c> (1 to 100,000, default 10,000) digests; while <c>next</c> is there, go on with it from <c>endHash</c>; without it <c>endHash</c> is the head's hash.
/// </remarks>
public sealed class GetProof(Books books, StoredEntries stored, LedgerTable table)
{
    [Function(nameof(GetProof))]
    [Allow(Roles.Accounting, Roles.Auditor)]
    public async Task<IResult> Run([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "books/{book}/entries/{id}/proof")] HttpRequest request, string book, string id)
    {
        var query = new QueryFields(request.Query);
        var (after, limit) = (query.Number("after", 1, int.MaxValue), query.Number("limit", 1, 100_000) ?? 10_000);
        if (query.Refused() is { } wrong) return new Problem(wrong);
        var opened = await books.OpenAsync(book);
        if (!opened.Is(out var found, out var refusal)) return new Problem(refusal);
        if (await stored.FindAsync(found.Book, id) is not { } entry) return Problem.Of(404, "ledger/entry-unknown", $"There is no entry '{id}' in this book.");

        var (headRecord, headHash) = found.Book.ReadKnown(state => (state.Record, state.Hash));
        if (after > headRecord) return Problem.Of(422, "ledger/record-unknown", $"The book's last record is number {headRecord}; there is no record {after} yet.");
        var from = Math.Max(after ?? entry.Posted.Record, entry.Posted.Record);
        var (digests, startHash, endHash) = await DigestsAsync(found.Book, from, Math.Min(from + limit, headRecord));
        var end = from + digests.Count;
        return new JsonAnswer(json =>
        {
            json.WriteString("book", book);
            entry.Receipt.Write(json);
            json.WriteNumber("record", entry.Posted.Record);
            json.WriteString("recordText", Encoding.UTF8.GetString(entry.Line.Span));
            json.WriteNumber("afterRecord", from);
            json.WriteString("startHash", Chain.Text(startHash));
            json.WriteStartArray("digests");
            foreach (var digest in digests) json.WriteStringValue(Chain.Text(digest));
            json.WriteEndArray();
            json.WriteNumber("endRecord", end);
            json.WriteString("endHash", Chain.Text(endHash));
            json.WriteNumber("headRecord", headRecord);
            json.WriteString("headHash", Chain.Text(headHash));
            if (end < headRecord) json.WriteString("next", $"{request.Path}?after={end}&limit={limit}");
        });
    }

    /// <summary>The digests of the records after <paramref name="from"/> up to <paramref name="to"/>, and the chain hashes at both.</summary>
    private async Task<(List<byte[]> Digests, byte[] Start, byte[] End)> DigestsAsync(Book book, long from, long to)
    {
        var first = book.ReadKnown(state => state.Segments[state.LastSegmentWhere(span => span.FirstRecord <= from)].FirstRecord);
        List<byte[]> digests = [];
        byte[]? hash = null, start = null;
        await foreach (var segment in table.ReadSegmentsAsync(book.Id, first))
        {
            hash ??= [.. segment.PreviousHash];
            var record = segment.FirstRecord;
            for (var rest = segment.Lines; !rest.IsEmpty && record <= to; record++)
            {
                var digest = new byte[Chain.HashBytes];
                Chain.Digest(Segment.TakeLine(ref rest).Span, digest);
                Chain.Next(hash, digest);
                if (record == from) start = [.. hash];
                if (record > from) digests.Add(digest);
            }

            if (record > to) break;
        }

        return (digests, start ?? hash ?? Chain.Genesis(), hash ?? Chain.Genesis());
    }
}
