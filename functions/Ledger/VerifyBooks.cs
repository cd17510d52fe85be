using BackOffice.Kernel;
using Microsoft.Azure.Functions.Worker;

namespace BackOffice.Ledger;

/// <summary>
/// Timer, 01:30 UTC each night (the business day in Berlin is over): has the new part of every book's chain walked. Operation id <c>VerifyBooks:{business date}</c>.
/// Rows: reads <c>Books</c>. Messages: one to <c>ledger-verify</c> a book, taken by <see cref="VerifyBook"/>.
/// </summary>
public sealed class VerifyBooks(Storage storage, LedgerQueues queues, TimeProvider time)
{
    [Function(nameof(VerifyBooks))]
    public async Task Run([TimerTrigger("0 30 1 * * *")] TimerInfo timer, CancellationToken cancellation)
    {
        var night = BusinessDay.Today(time).AddDays(-1);
        foreach (var book in await BooksTable.IdsAsync(storage, cancellation))
            await queues.AskForVerificationAsync(book, night, $"{nameof(VerifyBooks)}:{BusinessDay.Text(night)}");
    }
}
