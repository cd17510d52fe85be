using BackOffice.Kernel;
using Microsoft.Azure.Functions.Worker;

namespace BackOffice.Banking;

/// <summary>
/// Queue <c>bank-items</c>: posts what a commit of a statement line left to be posted, when the step that made it was cut off. Told twice, the entries are recognised; a deadline that has been dealt with is struck off.
/// Rows: reads and deletes from <c>BankItems</c> and <c>Agenda</c>, reads and writes <c>Payments</c>, commits <c>EntryPosted</c> to <c>Ledger</c>. Messages: none.
/// </summary>
public sealed class RunBankAgenda(BankTables bank, CaseSteps steps)
{
    [Function(nameof(RunBankAgenda))]
    public Task Run([QueueTrigger("bank-items")] Envelope<DueDeadlines> message) => steps.TellAsync(bank.Items, message);
}
