using System.Collections.Concurrent;
using BackOffice.Kernel;
using Microsoft.Extensions.Logging;

namespace BackOffice.Ledger;

/// <summary>The books this process holds in memory.</summary>
public sealed class Books(LedgerTable table, Checkpoint checkpoint, LedgerQueues queues, TimeProvider time, ILogger<Book> logger)
{
    // About 60 bytes an entry, 90 more for a line with a party: so many, one in five with a party, fit beside all else in the 2 GB of a small instance.
    private const long MaxHeldEntries = 12_000_000;
    private const int MaxHeld = 500;

    private readonly ConcurrentDictionary<string, Book> _held = new(StringComparer.Ordinal);

    /// <summary>The book with this id, whether it exists or not. Two objects for one book are harmless, so that the least used can be let go at any time.</summary>
    public Book Get(string id)
    {
        if (_held.TryGetValue(id, out var book)) return book;
        LetGo();
        return _held.GetOrAdd(id, _ => new Book(id, table, checkpoint, time, logger) { CheckpointDue = queues.AskForCheckpointAsync });
    }

    private void LetGo()
    {
        var (books, entries) = (_held.Count, _held.Values.Sum(held => held.KnownEntries));
        foreach (var idle in _held.Values.OrderBy(held => held.LastUsed))
        {
            if (books < MaxHeld && entries < MaxHeldEntries) return;
            if (_held.TryRemove(idle.Id, out _)) (books, entries) = (books - 1, entries - idle.KnownEntries);
        }
    }

    /// <summary>The book and its currency's digits, or the 404 to answer.</summary>
    public async ValueTask<Outcome<OpenedBook>> OpenAsync(string id)
    {
        if (!Ids.IsBook(id)) return new Refusal(400, "ledger/book-id", $"A book id must match {Ids.BookGrammar}.", "book");
        var book = Get(id);
        if (await book.DigitsAsync() is { } digits) return new OpenedBook(book, digits);
        _held.TryRemove(id, out _); // names of books that do not exist must not fill the memory
        return new Refusal(404, "ledger/book-unknown", $"There is no book '{id}'. Open it: PUT /api/books/{id}.", "book");
    }
}

/// <summary>A book that exists.</summary>
public sealed record OpenedBook(Book Book, int Digits);
