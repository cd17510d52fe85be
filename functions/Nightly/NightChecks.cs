using BackOffice.Kernel;
using BackOffice.Ledger;
using BackOffice.Operations;
using Microsoft.Extensions.Logging;

namespace BackOffice.Nightly;

/// <summary>What a night proves at its end, each check with both its numbers: the books are in balance and their chain is whole, every department's cases equal their accounts, and nothing was left lying.</summary>
public sealed partial class NightChecks(Verification verification, Agenda agenda, PoisonTable poison, ILogger<NightChecks> logger)
{
    /// <summary>All checks of one book, as known at the scope's entry, in this order: trial balance, chain, planned entries, each department's, agenda, poison.</summary>
    public async Task<IReadOnlyList<NightCheck>> RunAsync(NightScope scope, Night night, IReadOnlyList<INightWork> works)
    {
        List<NightCheck> checks = [TrialBalance(scope), await ChainAsync(scope.Book.Id, scope.Date, scope.Record), Planned(night)];
        foreach (var work in works) checks.AddRange(await work.CheckAsync(scope));
        checks.Add(await AgendaAsync(scope));
        checks.Add(await PoisonAsync());
        return checks;
    }

    /// <summary>Σ debit balances = Σ credit balances over all accounts. Worked: 1,200.00 against 1,200.00 → difference 0.00.</summary>
    internal static NightCheck TrialBalance(NightScope scope)
    {
        Int128 debit = 0, credit = 0;
        foreach (var balance in scope.Balances.Values)
        {
            if (balance > 0) debit += balance;
            else credit -= balance;
        }

        return NightCheck.OfAmounts("trial-balance", "", debit, credit, scope.Digits, "Debit balances of all accounts, and credit balances: they are equal in every sound book.");
    }

    /// <summary>Walks what has come to the chain since the last good night. It needs no state of the book, so that it can tell what is wrong with one that cannot be read.</summary>
    /// <param name="record">The record that the book stands at; null when that cannot be told.</param>
    public async Task<NightCheck> ChainAsync(string book, DateOnly date, long? record)
    {
        var result = (await verification.WalkNewAsync(book, date))?.Result ?? throw new InvalidOperationException($"Book {book} is gone.");
        if (result.Fault is { } fault) Log.Broken(logger, book, fault);
        var detail = result.Valid ? "The record the book stands at, and the one through which its hash chain was found whole." : $"The hash chain is broken after that record: {result.Fault}.";
        // By day the chain grows on; what came after the night's record is the next night's.
        var expected = record ?? result.Record;
        return NightCheck.OfCounts("chain", expected, Math.Min(expected, result.Record), detail) with { Passed = result.Valid && result.Record >= expected };
    }

    /// <summary>Every entry planned is in the book: posted by this night, or known. An entry that the ledger refused is missing.</summary>
    internal static NightCheck Planned(Night night)
    {
        var (planned, done, refused) = (0, 0, new List<RejectedLine>());
        foreach (var phase in night.Phases)
        {
            planned += phase.Plan?.Entries ?? 0;
            done += phase.Counts is { } counts ? counts.Posted + counts.Known : 0;
            refused.AddRange(phase.Counts?.FirstRefused ?? []);
        }

        // A case changed between the plan and its doing may add an entry or take one away; that is no fault as long as none was refused.
        var detail = refused.Count == 0 ? "Entries planned, and entries now in the book." : "The ledger refused: " + string.Join("; ", refused.Take(3).Select(line => $"{line.Id} ({line.Code}: {line.Detail})"));
        return NightCheck.OfCounts("entries", planned, done, detail) with { Passed = refused.Count == 0 };
    }

    private async Task<NightCheck> AgendaAsync(NightScope scope)
    {
        var old = 0;
        Deadline? first = null;
        await foreach (var deadline in agenda.ThroughAsync(BusinessDay.EndOf(scope.Date)))
        {
            if (deadline.Book != scope.Book.Id) continue;
            (old, first) = (old + 1, first ?? deadline);
        }

        return NightCheck.OfCounts("agenda", 0, old, first is null ? "Deadlines older than the night." : $"Deadlines older than the night; the first: {first.What} of {first.Case} in {first.Department}. GET /api/books/{scope.Book.Id}/agenda lists them.");
    }

    private async Task<NightCheck> PoisonAsync()
    {
        await poison.CollectAsync();
        var open = await poison.CountOpenAsync();
        return NightCheck.OfCounts("poison", 0, open, "Messages that could not be worked off, of all books. GET /api/operations/poison lists them.");
    }

    private static partial class Log
    {
        [LoggerMessage(310, LogLevel.Critical, "Book {Book}: the chain is broken: {Fault}")]
        public static partial void Broken(ILogger logger, string book, string fault);
    }
}
