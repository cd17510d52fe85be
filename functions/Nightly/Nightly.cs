using BackOffice.Kernel;
using BackOffice.Ledger;
using Microsoft.Azure.Functions.Worker;

namespace BackOffice.Nightly;

/// <summary>
/// Timer, each hour in UTC: once the business day in Berlin is over, has every book's nights run through it, those that were missed first. A night that is under way is driven on; one that was stopped before it posted is begun
/// again. Operation id <c>night:{book}:{date}</c>. Rows: reads <c>Books</c>, reads and writes <c>Nights</c>. Messages: one to <c>nightly</c> a book that is behind, taken by <see cref="AdvanceNight"/>.
/// </summary>
public sealed class Nightly(Storage storage, NightRun run, TimeProvider time)
{
    [Function(nameof(Nightly))]
    public async Task Run([TimerTrigger("0 5 * * * *")] TimerInfo timer, CancellationToken cancellation)
    {
        using var span = Telemetry.Source.StartActivity(nameof(Nightly));
        var yesterday = BusinessDay.Today(time).AddDays(-1);
        foreach (var book in await BooksTable.IdsAsync(storage, cancellation)) await run.WantAsync(book, yesterday, nameof(Nightly));
    }
}
