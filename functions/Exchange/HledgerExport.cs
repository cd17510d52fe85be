using System.Globalization;
using System.Text;
using BackOffice.Kernel;
using BackOffice.Ledger;

namespace BackOffice.Exchange;

/// <summary>The journal as hledger and other programs of plain text accounting read it, so that anybody can add it up again. Accounts are named <c>assets:1200</c>; ids, parties and documents stand in tags.</summary>
public sealed class HledgerExport(LedgerTable table)
{
    public const string Prefix = "hledger-";
    public const string FileName = "journal.hledger";

    /// <summary>Writes the file, null: it is only sealed. What was known at the export's last record is in it, and nothing that came later.</summary>
    public async Task<FileSeal> WriteAsync(OpenedBook book, ExportFile export, Stream? stream, CancellationToken cancellation)
    {
        var (name, currency, accounts) = await KnownThen.ReadAsync(table, book, export, cancellation);
        var types = accounts.ToDictionary(one => one.Key, one => (one.Value.Type, one.Value.Name), StringComparer.Ordinal);
        using var writer = new SealingWriter(FileName, stream, Encoding.UTF8, cancellation);
        await writer.WriteAsync(Head(name, currency, book.Digits, types));
        var (text, filter) = (new StringBuilder(), EntryFilter.Of(export.From, export.To));
        await foreach (var segment in table.ReadSegmentsAsync(book.Book.Id, 1, cancellation))
        {
            foreach (var posted in segment.Records(book.Digits).OfType<EntryPosted>())
            {
                if (posted.Number > export.UpTo || !filter.Takes(posted)) continue;
                Append(text, posted, currency, book.Digits, code => types[code].Type);
                await writer.WriteAsync(text.ToString());
                text.Clear();
                writer.Items++;
            }
        }

        return await writer.EndAsync();
    }

    /// <summary>The directives: how amounts are written, which accounts there are and of which kind. Source: hledger 1.25, journal format.</summary>
    internal static string Head(string name, string currency, int digits, IReadOnlyDictionary<string, (AccountType Type, string Name)> accounts)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"; {Words(name)}\ndecimal-mark .\ncommodity {currency} {Amount.Format(100_000, digits)}{(digits == 0 ? "." : "")}\n\n"); // without a point hledger refuses the directive
        foreach (var (code, account) in accounts.OrderBy(one => one.Key, StringComparer.Ordinal))
            text.Append(CultureInfo.InvariantCulture, $"account {NameOf(code, account.Type)}  ; type: {Letter(account.Type)}, name: {Words(account.Name).Replace(',', ' ')}\n");
        return text.Append('\n').ToString();
    }

    /// <summary>An entry as a transaction: posting date, number, text; a line a posting, debits positive. Worked: <c>2026-01-31 (1) Rent  ; id: rent-1</c>, <c>    expenses:4210  EUR 500.00</c>.</summary>
    internal static void Append(StringBuilder text, EntryPosted posted, string currency, int digits, Func<string, AccountType> typeOf)
    {
        text.Append(CultureInfo.InvariantCulture, $"{BusinessDay.Text(posted.Date)} ({posted.Number}) {Words(posted.Entry.Text)}  ; id: {posted.Entry.Id}");
        if (posted.Entry.Reverses is { } reversed) text.Append(CultureInfo.InvariantCulture, $", reverses: {reversed}");
        text.Append('\n');
        foreach (var line in posted.Entry.Lines)
        {
            text.Append(CultureInfo.InvariantCulture, $"    {NameOf(line.Account, typeOf(line.Account))}  {currency} {Amount.Format(line.AmountMinor, digits)}");
            List<string> tags = [];
            if (line.Party is not null) tags.Add($"party: {line.Party}");
            if (line.Document is not null) tags.Add($"document: {line.Document}");
            if (line.DueDate is { } due) tags.Add($"due: {BusinessDay.Text(due)}");
            if (line.TaxCode is not null) tags.Add($"tax: {line.TaxCode}");
            if (line.Foreign is { } foreign) tags.Add($"foreign: {foreign.Currency} {Amount.Format(foreign.AmountMinor, Currency.DigitsOf(foreign.Currency) ?? 2)} at {foreign.Rate.ToString(CultureInfo.InvariantCulture)}");
            if (tags.Count > 0) text.Append("  ; ").AppendJoin(", ", tags);
            text.Append('\n');
        }

        text.Append('\n');
    }

    private static string NameOf(string code, AccountType type) => $"{Group(type)}:{code}";

    private static string Group(AccountType type) => type switch { AccountType.Asset => "assets", AccountType.Liability => "liabilities", AccountType.Equity => "equity", AccountType.Income => "income", _ => "expenses" };

    private static char Letter(AccountType type) => type switch { AccountType.Asset => 'A', AccountType.Liability => 'L', AccountType.Equity => 'E', AccountType.Income => 'R', _ => 'X' };

    /// <summary>A text of which nothing is taken for a comment, a payee or a new line.</summary>
    private static string Words(string text) => string.Join(' ', text.Select(c => c is ';' or '|' || char.IsControl(c) ? ' ' : c).Aggregate(new StringBuilder(), (all, c) => all.Append(c)).ToString().Split(' ', StringSplitOptions.RemoveEmptyEntries));
}
