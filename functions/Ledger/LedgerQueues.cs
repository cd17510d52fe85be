using System.Text.Json;
using BackOffice.Kernel;

namespace BackOffice.Ledger;

/// <summary>The messages this department sends to itself. Each may be lost or come twice without harm; the handlers say why.</summary>
public sealed class LedgerQueues(Storage storage)
{
    /// <summary>Asks <see cref="WriteCheckpoint"/> for a checkpoint. Lost: the next one is asked for later, cold starts take longer until then.</summary>
    public Task AskForCheckpointAsync(Book book)
    {
        var record = book.ReadKnown(state => state.Record);
        return SendAsync(new Envelope<CheckpointWanted>(WriteCheckpoint.Schema, 1, $"checkpoint:{book.Id}:{record}", book.Id, new CheckpointWanted(book.Id)), WriteCheckpoint.Queue);
    }

    public Task AskForImportPartAsync(ImportPart part) =>
        SendAsync(new Envelope<ImportPart>(RunImportPart.Schema, 1, $"import:{part.Book}:{part.ImportId}:{part.Part}", part.ImportId, part), RunImportPart.Queue);

    private Task SendAsync<T>(Envelope<T> message, string queue) => storage.SendAsync(queue, JsonSerializer.Serialize(message, typeof(Envelope<T>), LedgerMessages.Default));
}
