using BackOffice.Kernel;
using Microsoft.Azure.Functions.Worker;

namespace BackOffice.Accruals;

/// <summary>
/// Queue <c>accruals</c>: posts what a commit of an accrual left to be posted, when the step that made it was cut off. Told twice, the entries are recognised; a deadline that has been dealt with is struck off.
/// Rows: reads and deletes from <c>Accruals</c> and <c>Agenda</c>, commits <c>EntryPosted</c> to <c>Ledger</c>. Messages: none.
/// </summary>
public sealed class RunAccrualAgenda(AccrualTable accruals, CaseSteps steps)
{
    [Function(nameof(RunAccrualAgenda))]
    public Task Run([QueueTrigger("accruals")] Envelope<DueDeadlines> message) => steps.TellAsync(accruals.Department, message);
}
