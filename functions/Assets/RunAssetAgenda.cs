using BackOffice.Kernel;
using Microsoft.Azure.Functions.Worker;

namespace BackOffice.Assets;

/// <summary>
/// Queue <c>assets</c>: posts what a commit of an asset left to be posted, when the step that made it was cut off. Told twice, the entries are recognised; a deadline that has been dealt with is struck off.
/// Rows: reads and deletes from <c>Assets</c> and <c>Agenda</c>, commits <c>EntryPosted</c> to <c>Ledger</c>. Messages: none.
/// </summary>
public sealed class RunAssetAgenda(AssetTable assets, CaseSteps steps)
{
    [Function(nameof(RunAssetAgenda))]
    public Task Run([QueueTrigger("assets")] Envelope<DueDeadlines> message) => steps.TellAsync(assets.Department, message);
}
