using System.Buffers;
using System.Text;
using System.Text.Json;
using BackOffice.Kernel;

namespace BackOffice.Ledger;

/// <summary>What became of a department's entries.</summary>
/// <param name="Posted">How many were taken in.</param>
/// <param name="Known">How many were there already with the same content.</param>
/// <param name="Late">Of those posted, how many went into the first open period, since their own is closed.</param>
/// <param name="Refused">The others, each with its first broken rule; <c>Line</c> is the entry's place, from 1.</param>
public sealed record PostingResult(int Posted, int Known, int Late, IReadOnlyList<RejectedLine> Refused);

/// <summary>The door by which other departments' entries come into a book: the same decision as for a caller's, but the ids are the system's own (<see cref="Ids.Derived"/>).</summary>
public sealed class Posting(Books books)
{
    /// <summary>About so many bytes of entries make one decision; several wait for the same commit.</summary>
    private const int GroupBytes = 48 * 1024;

    /// <summary>Posts the entries, each judged by itself, in their order.</summary>
    /// <param name="by">Stable id of who posts: the caller of the step, or the night.</param>
    public static async Task<PostingResult> PostAsync(OpenedBook book, IEnumerable<Entry> entries, string by)
    {
        List<Task<PostingResult>> commits = [];
        List<(PreparedEntry Entry, int Line)> group = [];
        var (bytes, line) = (0, 0);
        foreach (var entry in entries)
        {
            var prepared = PreparedEntry.Of(entry, book.Digits);
            group.Add((prepared, ++line));
            bytes += prepared.Canonical.Length + 250;
            if (bytes < GroupBytes) continue;
            commits.Add(CommitAsync(book.Book, group, bytes, by));
            (group, bytes) = ([], 0);
        }

        if (group.Count > 0) commits.Add(CommitAsync(book.Book, group, bytes, by));
        var results = await Task.WhenAll(commits);
        return new PostingResult(results.Sum(r => r.Posted), results.Sum(r => r.Known), results.Sum(r => r.Late), [.. results.SelectMany(r => r.Refused)]);
    }

    /// <summary>
    /// What a case has to tell so that these entries get into the book: those that are not there yet, as <see cref="ToTell"/>; null when all are. Or the refusal that one of them would meet; 422
    /// <c>ledger/too-many-entries</c> when they are more than a row can hold: hundreds that no night has posted yet.
    /// </summary>
    public static async Task<(string? Tell, Refusal? Refusal)> PrepareAsync(OpenedBook book, IReadOnlyList<Entry> entries, string by)
    {
        var missing = await book.Book.ReadAsync(state => entries.Where(entry => state.Index.Find(Ids.Digest(entry.Id)) is null).ToList());
        if (missing.Count == 0) return (null, null);
        if (await FindRefusalAsync(book, missing) is { } refusal) return (null, refusal);
        var tell = ToTell(missing, book.Digits, by);
        return tell.Length <= CaseTable.MaxStateChars ? (tell, null)
            : (null, new Refusal(422, "ledger/too-many-entries", $"{missing.Count:N0} entries would have to be posted at once, more than one step can. Let the nights post those that are due, and send the request again."));
    }

    /// <summary>Which of these entry ids are in the book.</summary>
    public static async Task<IReadOnlySet<string>> KnownAsync(OpenedBook book, IEnumerable<string> ids)
    {
        List<(string Id, UInt128 Digest)> asked = [.. ids.Select(id => (id, Ids.Digest(id)))];
        return await book.Book.ReadAsync(state => asked.Where(one => state.Index.Find(one.Digest) is not null).Select(one => one.Id).ToHashSet(StringComparer.Ordinal));
    }

    /// <summary>The first refusal that these entries would meet now, or null: asked before a case is committed that will post them.</summary>
    private static Task<Refusal?> FindRefusalAsync(OpenedBook book, IReadOnlyList<Entry> entries)
    {
        List<PreparedEntry> prepared = [.. entries.Select(entry => PreparedEntry.Of(entry, book.Digits))];
        return book.Book.CommitAsync(0, draft => prepared.Select(entry => PostEntry.Decide(draft, entry).Refusal).FirstOrDefault(refusal => refusal is not null));
    }

    /// <summary>Entries as a case keeps them until they are told: JSON of who caused them and their canonical forms.</summary>
    public static string ToTell(IReadOnlyList<Entry> entries, int digits, string by)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(buffer, EntryJson.WriterOptions))
        {
            json.WriteStartObject();
            json.WriteString("by", by);
            json.WriteStartArray("entries");
            foreach (var entry in entries) json.WriteRawValue(PreparedEntry.Of(entry, digits).Canonical.Span, skipInputValidation: true);
            json.WriteEndArray();
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    /// <summary>Posts what <see cref="ToTell"/> wrote. They were found good before the case was committed; one refused now is a fault of the system, and stays to be told.</summary>
    public async Task TellAsync(string book, string tell)
    {
        var opened = await books.OpenAsync(book);
        if (!opened.Is(out var found, out var refusal)) throw new InvalidOperationException($"Book {book}: {refusal.Faults[0].Detail}");
        using var json = JsonDocument.Parse(tell);
        var entries = json.RootElement.GetProperty("entries").EnumerateArray().Select(entry => ReadStored(entry.GetRawText(), found.Digits)).ToList();
        var result = await PostAsync(found, entries, json.RootElement.GetProperty("by").GetString()!);
        if (result.Refused.Count > 0) throw new InvalidOperationException($"Entry {result.Refused[0].Id} of book {book} was refused: {result.Refused[0].Detail}");
    }

    private static Entry ReadStored(string entry, int digits)
    {
        var reader = new Utf8JsonReader(Encoding.UTF8.GetBytes(entry));
        reader.Read();
        return EntryJson.ReadStored(ref reader, digits);
    }

    private static Task<PostingResult> CommitAsync(Book book, List<(PreparedEntry Entry, int Line)> group, int bytes, string by) => book.CommitAsync(bytes, draft =>
    {
        var (posted, known, late) = (0, 0, 0);
        List<RejectedLine> refused = [];
        foreach (var (entry, line) in group)
        {
            var decision = PostEntry.Decide(draft, entry);
            if (decision.Refusal is { } refusal) refused.Add(ImportChunk.Rejected(line, entry, refusal));
            else if (!decision.IsPost) known++;
            else
            {
                draft.Post(entry, decision.Date, by);
                posted++;
                if (decision.Date != entry.Entry.Date) late++;
            }
        }

        return new PostingResult(posted, known, late, refused);
    });
}
