using BackOffice.Kernel;
using BackOffice.Ledger;
using BackOffice.Nightly;

namespace BackOffice.Banking;

/// <summary>The bank's part in the night: proves each bank account's ledger account equal to its last statement. It posts nothing.</summary>
public sealed class BankNight(BankTables bank) : INightWork
{
    public string Name => "bank";

    public NightPhaseName Phase => NightPhaseName.Postings;

    public async IAsyncEnumerable<DueEntry> DueAsync(NightScope night, string? after, string? through)
    {
        await Task.CompletedTask;
        yield break;
    }

    /// <summary>
    /// For each bank account with a statement closed by the night's day: the last one's closing balance, and the balance of the account on that day, both in the bank account's currency. Source: GoBD, reconciliation; worked: statement 1,190.00, ledger 1,071.00, a line of 119.00 open → 119.00 apart, attention. A statement that was cut off while it was taken in is attention too.
    /// </summary>
    public async Task<IReadOnlyList<NightCheck>> CheckAsync(NightScope night)
    {
        var accounts = await bank.AccountsAsync(night.Book.Id);
        if (accounts.Count == 0) return [];
        Dictionary<string, List<KeptStatement>> latest = new(StringComparer.Ordinal);
        List<NightCheck> checks = [];
        await foreach (var row in bank.Statements.Cases.ScanAllAsync(night.Book.Id))
        {
            var statement = BankTables.ReadStatement(row);
            if (statement.To > night.Date) continue;
            if (!row.IsDone)
            {
                checks.Add(NightCheck.OfAmounts(Name, statement.Account, 1, 0, 0, $"Statement {statement.Statement} of {BusinessDay.Text(statement.To)} was cut off while it was taken in: send the same file again, and it goes on where it was."));
                continue;
            }

            if (!latest.TryGetValue(statement.Account, out var ofDay) || ofDay[0].To < statement.To) latest[statement.Account] = [statement];
            else if (ofDay[0].To == statement.To) ofDay.Add(statement);
        }

        // Of several of one day the one that none goes on from.
        var last = latest.ToDictionary(one => one.Key, one => one.Value.Find(statement => statement.After(one.Value) is null) ?? one.Value[^1], StringComparer.Ordinal);
        if (last.Count == 0) return checks;
        var (open, counts) = (new Dictionary<string, Int128>(StringComparer.Ordinal), new Dictionary<string, int>(StringComparer.Ordinal));
        await foreach (var row in bank.Items.Cases.ScanAsync(night.Book.Id))
        {
            var item = BankTables.ReadItem(row);
            if (!last.TryGetValue(item.Account, out var statement) || item.Line.BookedOn > statement.To) continue;
            open[item.Account] = open.GetValueOrDefault(item.Account) + item.Line.AmountMinor;
            counts[item.Account] = counts.GetValueOrDefault(item.Account) + 1;
        }

        foreach (var (id, statement) in last.OrderBy(one => one.Key, StringComparer.Ordinal))
        {
            var (code, currency) = (accounts[id].Account, accounts[id].Currency);
            var digits = accounts[id].Digits(night.Digits);
            var balance = night.Book.ReadKnown(state => currency is null ? state.Account(code)?.Between(0, statement.To.DayNumber).BalanceMinor ?? 0
                : ForeignBalance.Of(state, statement.To).Where(held => held.Account == code && held.Key.Currency == currency).Aggregate(Int128.Zero, (sum, held) => sum + held.ForeignMinor));
            checks.Add(NightCheck.OfAmounts(Name, id, statement.ClosingMinor, balance, digits, counts.GetValueOrDefault(id) == 0
                ? $"Closing balance of statement {statement.Statement} of {BusinessDay.Text(statement.To)}, and account {code} on that day."
                : $"Closing balance of statement {statement.Statement} of {BusinessDay.Text(statement.To)}, and account {code} on that day; {counts[id]} lines with {Amount.Format(open[id], digits)} wait for a person: GET /api/books/{night.Book.Id}/bank-items."));
        }

        return checks;
    }
}
