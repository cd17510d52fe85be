using BackOffice.Kernel;
using Microsoft.Azure.Functions.Worker;

namespace BackOffice.Banking;

/// <summary>
/// Queue <c>payments</c>: posts what a commit of a payment left to be posted, and notes the file that went out, when the step that made it was cut off. Told twice, both are recognised; a deadline that has been dealt with is struck off.
/// Rows: reads and deletes from <c>Payments</c> and <c>Agenda</c>, adds to <c>Exports</c>, commits <c>EntryPosted</c> to <c>Ledger</c>. Messages: none.
/// </summary>
public sealed class RunPaymentAgenda(BankTables bank, CaseSteps steps)
{
    [Function(nameof(RunPaymentAgenda))]
    public Task Run([QueueTrigger("payments")] Envelope<DueDeadlines> message) => steps.TellAsync(bank.Payments, message);
}
