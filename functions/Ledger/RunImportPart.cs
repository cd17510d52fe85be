using System.Buffers.Text;
using BackOffice.Kernel;
using Microsoft.Azure.Functions.Worker;

namespace BackOffice.Ledger;

/// <summary>
/// Queue <c>ledger-import</c>: posts one part of an import that was put aside, notes the result and asks for the next part, so that no step is long and the lines keep their order.
/// Rows: reads and writes <c>LedgerImports</c>, adds to <c>Imports</c>, commits <c>EntryPosted</c> to <c>Ledger</c>. Messages: the next part to <c>ledger-import</c>.
/// Told twice, a part that is done only asks for the next one again; one that was interrupted counts what it had posted as duplicates.
/// </summary>
public sealed class RunImportPart(Books books, ImportStore imports, ImportRegister register, LedgerQueues queues)
{
    public const string Queue = "ledger-import";
    public const string Schema = "ledger-import";

    [Function(nameof(RunImportPart))]
    public async Task Run([QueueTrigger(Queue)] Envelope<ImportPart> message)
    {
        using var span = message.Expect(Schema, 1);
        var part = message.Body;
        var opened = await books.OpenAsync(part.Book);
        if (!opened.Is(out var found, out var refusal)) throw new InvalidDataException(refusal.Faults[0].Detail);
        if (await imports.FindAsync(part.Book, part.ImportId) is not { } state || state.GetString("Status") == "receiving") return;

        if (state.GetString("Status") == "running" && state.GetInt32("NextPart") == part.Part)
        {
            await imports.FinishPartAsync(state, part.Part, await PostAsync(found, state, part.Part));
            if (await imports.FindAsync(part.Book, part.ImportId) is not { } moved) return;
            state = moved;
        }

        // Whoever moved it on: as long as it runs somebody must ask for the next part, and asking twice does no harm.
        if (state.GetString("Status") == "running") await queues.AskForImportPartAsync(part with { Part = state.GetInt32("NextPart")!.Value });
        else if (state.GetInt64("Posted") + state.GetInt64("Duplicates") > 0)
            await register.NoteAsync(part.Book, ImportTally.FileOf(state.GetBinary("Digest"), state.GetInt64("Bytes") ?? 0, (state.GetInt64("Posted") + state.GetInt64("Duplicates") + state.GetInt64("RejectedCount"))!.Value), state.GetString("By"));
    }

    private async Task<ImportResult> PostAsync(OpenedBook book, Azure.Data.Tables.TableEntity state, int part)
    {
        var chunk = new ImportChunk(book.Digits);
        for (ReadOnlyMemory<byte> rest = await imports.PartAsync(state, part); !rest.IsEmpty;)
        {
            var numbered = Segment.TakeLine(ref rest).Span;
            if (!Utf8Parser.TryParse(numbered, out long line, out var digits)) throw new InvalidDataException($"Part {part} holds a line without its number.");
            chunk.Read(numbered[(digits + 1)..], line);
        }

        return await chunk.PostAsync(book.Book, state.GetString("By"));
    }
}

/// <summary>Body of <c>ledger-import</c>.</summary>
public sealed record ImportPart(string Book, string ImportId, int Part);
