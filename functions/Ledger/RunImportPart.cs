using BackOffice.Kernel;
using Microsoft.Azure.Functions.Worker;

namespace BackOffice.Ledger;

/// <summary>
/// Queue <c>ledger-import</c>: posts one part of an import that was put aside, notes the result and asks for the next part, so that no step is long and the lines keep their order.
/// Rows: reads and writes <c>LedgerImports</c>, commits <c>EntryPosted</c> to <c>Ledger</c>. Messages: the next part to <c>ledger-import</c>.
/// Told twice, a part that is done only asks for the next one again; one that was interrupted counts what it had posted as duplicates.
/// </summary>
public sealed class RunImportPart(Books books, ImportStore imports, LedgerQueues queues)
{
    public const string Queue = "ledger-import";
    public const string Schema = "ledger-import";

    [Function(nameof(RunImportPart))]
    public async Task Run([QueueTrigger(Queue)] Envelope<ImportPart> message)
    {
        message.Expect(Schema, 1);
        var part = message.Body;
        var opened = await books.OpenAsync(part.Book);
        if (!opened.Is(out var found, out var refusal)) throw new InvalidDataException(refusal.Faults[0].Detail);
        if (await imports.FindAsync(part.Book, part.ImportId) is not { } state || state.GetString("Status") != "running") return;

        var next = state.GetInt32("NextPart")!.Value;
        if (next == part.Part)
        {
            var result = await PostAsync(found, state, part.Part);
            if (!await imports.FinishPartAsync(state, part.Part, result)) return;
            next++;
        }

        if (next < state.GetInt32("Parts")) await queues.AskForImportPartAsync(part with { Part = next });
    }

    private async Task<ImportResult> PostAsync(OpenedBook book, Azure.Data.Tables.TableEntity state, int part)
    {
        var (bytes, line) = await imports.PartAsync(state, part);
        var chunk = new ImportChunk(book.Digits);
        for (ReadOnlyMemory<byte> rest = bytes; !rest.IsEmpty; line++)
        {
            var text = Segment.TakeLine(ref rest);
            if (!text.IsEmpty) chunk.Read(text.Span, line);
        }

        return await chunk.PostAsync(book.Book, state.GetString("By"));
    }
}

/// <summary>Body of <c>ledger-import</c>.</summary>
public sealed record ImportPart(string Book, string ImportId, int Part);
