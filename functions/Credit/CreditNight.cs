using BackOffice.Kernel;
using BackOffice.Nightly;

namespace BackOffice.Credit;

/// <summary>The credit lines' part in the night: posts the interest of each day, and proves the lines equal to their accounts.</summary>
public sealed class CreditNight(CreditTables credit) : INightWork
{
    public string Name => "credit";

    public NightPhaseName Phase => NightPhaseName.Postings;

    public async IAsyncEnumerable<DueEntry> DueAsync(NightScope night, string? after, string? through)
    {
        await foreach (var row in credit.Applications.Cases.ScanAsync(night.Book.Id, done: false, after, through))
        {
            var application = CreditTables.ReadApplication(row);
            if (application.Line is not { Movements.Count: > 0 } line) continue;
            var position = CaseTable.Position(row.Id);
            for (var number = 1; number <= line.Movements.Count; number++)
                if (CreditEntries.OfMovement(row.Id, application, number) is var entry && entry.Date <= night.Date && !night.IsIn(entry.Id)) yield return new DueEntry(position, entry);
            foreach (var entry in Missing(night, row.Id, application)) yield return new DueEntry(position, entry);
        }
    }

    /// <summary>
    /// For each account of drawn credit: what the lines' draws and repayments in the book make of it, and its balance. Worked: 10,000.00 drawn, 4,000.00 repaid → 6,000.00.
    /// </summary>
    public async Task<IReadOnlyList<NightCheck>> CheckAsync(NightScope night)
    {
        SortedDictionary<string, Int128> expected = new(StringComparer.Ordinal);
        await foreach (var row in credit.Applications.Cases.ScanAsync(night.Book.Id))
        {
            var application = CreditTables.ReadApplication(row);
            if (application.Line is not { } line) continue;
            for (var number = 1; number <= line.Movements.Count; number++)
            {
                if (!night.IsIn(CreditEntries.OfMovement(row.Id, application, number).Id)) continue;
                expected[application.Accounts.Loan] = expected.GetValueOrDefault(application.Accounts.Loan) + line.Movements[number - 1].AmountMinor;
            }
        }

        return [.. expected.Select(account => NightCheck.OfAmounts(Name, account.Key, account.Value, night.BalanceMinor(account.Key), night.Digits,
            "What the credit lines' draws and repayments in the book make of the account, and its balance. A difference was posted there by others: give credit lines an account of their own."))];
    }

    /// <summary>Nights are run in order, so what is missing lies after the last day whose interest is in the book; in order of date.</summary>
    private static List<Ledger.Entry> Missing(NightScope night, string id, CreditApplication application)
    {
        List<Ledger.Entry> missing = [];
        var first = application.Line!.Movements.Min(movement => movement.Date);
        for (var date = night.Date; date >= first; date = date.AddDays(-1))
        {
            if (CreditEntries.OfInterest(id, application, date) is not { } entry) continue;
            if (night.IsIn(entry.Id))
            {
                var posted = (long)(night.PostedMinor(entry.Id, application.Accounts.InterestReceivable, application.Counterparty) ?? 0);
                if (CreditEntries.OfCorrection(id, application, date, night.Date, posted) is { } correction && !night.IsIn(correction.Id)) missing.Add(correction);
                break;
            }

            missing.Add(entry);
        }

        missing.Reverse();
        return missing;
    }
}
