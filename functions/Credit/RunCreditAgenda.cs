using BackOffice.Kernel;
using Microsoft.Azure.Functions.Worker;

namespace BackOffice.Credit;

/// <summary>
/// Queue <c>credit</c>: posts what a commit of a credit line left to be posted, when the step that made it was cut off. Told twice, the entries are recognised; a deadline that has been dealt with is struck off.
/// Rows: reads and deletes from <c>CreditApplications</c> and <c>Agenda</c>, commits <c>EntryPosted</c> to <c>Ledger</c>. Messages: none.
/// </summary>
public sealed class RunCreditAgenda(CreditTables credit, CaseSteps steps)
{
    [Function(nameof(RunCreditAgenda))]
    public Task Run([QueueTrigger("credit")] Envelope<DueDeadlines> message) => steps.TellAsync(credit.Applications, message);
}
