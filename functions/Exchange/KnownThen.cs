using BackOffice.Ledger;

namespace BackOffice.Exchange;

/// <summary>A book as an export knew it.</summary>
internal static class KnownThen
{
    /// <summary>Its name and accounts as they were at the export's last record: folded from the records, since both may have changed after it.</summary>
    public static async Task<(string Name, string Currency, SortedDictionary<string, AccountDefined> Accounts)> ReadAsync(LedgerTable table, OpenedBook book, ExportFile export, CancellationToken cancellation)
    {
        var (name, currency) = ("", "");
        SortedDictionary<string, AccountDefined> accounts = new(StringComparer.Ordinal);
        await foreach (var segment in table.ReadSegmentsAsync(book.Book.Id, 1, cancellation))
        {
            foreach (var record in segment.Records(book.Digits))
            {
                if (record.Record > export.LastRecord) return (name, currency, accounts);
                if (record is BookOpened opened) (name, currency) = (opened.Name, opened.Currency);
                else if (record is AccountDefined defined) accounts[defined.Account] = defined;
            }
        }

        return (name, currency, accounts);
    }
}
