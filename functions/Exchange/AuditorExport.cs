using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Xml.Linq;
using BackOffice.Kernel;
using BackOffice.Ledger;

namespace BackOffice.Exchange;

/// <summary>
/// The auditor's package (Z3, "Datenträgerüberlassung"): <c>index.xml</c> that names the tables, the tables as CSV, the whole hash chain as text, and a page that tells how to check it with nothing but SHA-256. Source: GoBD Tz. 167; GDPdU "Beschreibungsstandard für die Datenträgerüberlassung", version 01-09-2004.
/// </summary>
public sealed class AuditorExport(LedgerTable table, Parameters parameters)
{
    public const string Prefix = "auditor-";

    // Small enough that its copies stay off the large object heap.
    private const int FlushChars = 16 * 1024;

    /// <summary>Stands for CR LF until it can be written as characters that no reader takes for white space.</summary>
    private const string RowEnd = "\uE000";

    private static readonly Column[] Journal =
    [
        new("Nummer", Kind.Whole), new("Id", Kind.Text), new("Zeile", Kind.Whole), new("Buchungsdatum", Kind.Date), new("Belegdatum", Kind.Date), new("Erfasst", Kind.Text), new("Von", Kind.Text), new("Text", Kind.Text), new("Konto", Kind.Text), new("Soll", Kind.Amount), new("Haben", Kind.Amount),
        new("Partei", Kind.Text), new("Beleg", Kind.Text), new("Faellig", Kind.Date), new("Steuerschluessel", Kind.Text), new("Leistungsdatum", Kind.Date), new("Waehrung", Kind.Text), new("Waehrungsbetrag", Kind.Text), new("Kurs", Kind.Text), new("Dimensionen", Kind.Text), new("Storniert", Kind.Text), new("Periode", Kind.Text), new("Satzhash", Kind.Text),
    ];

    private static readonly Column[] Accounts = [new("Konto", Kind.Text), new("Name", Kind.Text), new("Art", Kind.Text), new("Posten", Kind.Text)];
    private static readonly Column[] Balances = [new("Konto", Kind.Text), new("Partei", Kind.Text), new("Saldo", Kind.Amount)];
    private static readonly Column[] Values = [new("Parameter", Kind.Text), new("Gueltigab", Kind.Date), new("Wert", Kind.Text), new("Von", Kind.Text), new("Grund", Kind.Text)];

    /// <summary>Writes the package's files one after another; <paramref name="openAsync"/> gives the stream of each by its name, null: it is only sealed. What was known at the export's last entry is in it, and nothing that came later.</summary>
    /// <param name="keep">Takes the text of the files that are worded by the program or hold parameters; null: they are kept, or were not yet.</param>
    public async Task<List<FileSeal>> WriteAsync(OpenedBook book, ExportFile export, Func<string, Task<Stream?>> openAsync, CancellationToken cancellation, Dictionary<string, string>? keep = null)
    {
        List<FileSeal> files = [];
        var (name, currency, accounts) = await KnownThen.ReadAsync(table, book, export, cancellation);
        await AddAsync("index.xml", write => write(Index(name, export, book.Digits)));
        await AddAsync("journal.csv", async write =>
        {
            await write(Heading(Journal));
            var filter = EntryFilter.Of(export.From, export.To);
            await foreach (var segment in table.ReadSegmentsAsync(book.Book.Id, 1, cancellation))
            {
                byte[] hash = [.. segment.PreviousHash];
                for (var rest = segment.Lines; !rest.IsEmpty;)
                {
                    var line = Segment.TakeLine(ref rest);
                    Chain.Append(hash, line.Span);
                    if (RecordJson.Read(line.Span, book.Digits) is not EntryPosted posted) continue;
                    if (posted.Number > export.UpTo) return;
                    if (!filter.Takes(posted)) continue;
                    for (var n = 0; n < posted.Entry.Lines.Count; n++) await write(JournalRow(posted, n, book.Digits, hash));
                }
            }
        });
        await AddAsync("accounts.csv", async write =>
        {
            await write(Heading(Accounts));
            foreach (var account in accounts.Values) await write(Row(account.Account, account.Name, JsonFields.NameOf(account.Type), account.Line));
        });
        await AddAsync("parties.csv", async write =>
        {
            await write(Heading(Balances));
            var (from, balances) = (export.To?.DayNumber ?? int.MaxValue, new SortedDictionary<(string, string), Int128>());
            book.Book.ReadKnown(state =>
            {
                foreach (var account in state.Accounts)
                    foreach (var (party, known) in account.Parties)
                        foreach (var posting in known.Postings)
                            if (posting.Day <= from && posting.Entry <= export.UpTo) balances[(account.Code, party)] = balances.GetValueOrDefault((account.Code, party)) + posting.AmountMinor;
                return balances;
            });
            foreach (var ((account, party), balance) in balances) await write(Row(account, party, Decimal(balance, book.Digits)));
        });
        await AddAsync("parameters.csv", async write =>
        {
            await write(Heading(Values));
            foreach (var parameter in Parameter.All.OrderBy(one => one.Name, StringComparer.Ordinal))
                foreach (var value in (await parameters.HistoryAsync(parameter)).Values.Where(value => value.At is null || value.At <= export.CreatedAt))
                    await write(Row(parameter.Name, BusinessDay.Text(value.From), value.Value.ToString(CultureInfo.InvariantCulture), value.By, value.Reason));
        });
        await AddAsync("chain.txt", async write =>
        {
            byte[] hash = Chain.Genesis();
            await foreach (var segment in table.ReadSegmentsAsync(book.Book.Id, 1, cancellation))
            {
                var record = segment.FirstRecord;
                for (var rest = segment.Lines; !rest.IsEmpty; record++)
                {
                    if (record > export.LastRecord) return;
                    var line = Segment.TakeLine(ref rest);
                    Chain.Append(hash, line.Span);
                    await write($"{Chain.Text(hash)} {Encoding.UTF8.GetString(line.Span)}\n");
                }
            }
        });
        await AddAsync("readme.html", write => write(Page(name, currency, export)));
        return files;

        async Task AddAsync(string file, Func<Func<string, Task>, Task> fill)
        {
            await using var stream = await openAsync(file);
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            var (waiting, bytes, lines) = (new StringBuilder(), 0L, 0);
            var kept = keep is not null && file is "index.xml" or "parameters.csv" or "readme.html" ? new StringBuilder() : null;
            var endsRows = file.EndsWith(".csv", StringComparison.Ordinal) && (keep is not null || export.Kept is not null);
            if (export.Kept?.GetValueOrDefault(file) is { } before) (fill, endsRows) = (write => write(before), false);
            await fill(async text =>
            {
                // Rows end as the standard has it when nothing else is said; those of version 0.5.0 ended with a line feed alone.
                if (endsRows && text.EndsWith('\n')) text = text[..^1] + "\r\n";
                waiting.Append(text);
                kept?.Append(text);
                lines++;
                if (waiting.Length >= FlushChars) await FlushAsync();
            });
            await FlushAsync();
            if (kept is not null) keep?.Add(file, kept.ToString());
            files.Add(new FileSeal(file, Convert.ToHexStringLower(hash.GetHashAndReset()), bytes, lines));

            async Task FlushAsync()
            {
                var utf8 = Encoding.UTF8.GetBytes(waiting.ToString());
                waiting.Clear();
                hash.AppendData(utf8);
                bytes += utf8.Length;
                if (stream is not null) await stream.WriteAsync(utf8, cancellation);
            }
        }
    }

    private static string JournalRow(EntryPosted posted, int n, int digits, byte[] hash)
    {
        var (entry, line) = (posted.Entry, posted.Entry.Lines[n]);
        return Row(
            posted.Number.ToString(CultureInfo.InvariantCulture), entry.Id, (n + 1).ToString(CultureInfo.InvariantCulture), BusinessDay.Text(posted.Date), BusinessDay.Text(entry.Date), RecordJson.Time(posted.RecordedAt), posted.By, entry.Text, line.Account,
            line.AmountMinor > 0 ? Decimal(line.AmountMinor, digits) : "", line.AmountMinor < 0 ? Decimal(-line.AmountMinor, digits) : "", line.Party, line.Document, line.DueDate is { } due ? BusinessDay.Text(due) : "", line.TaxCode,
            line.SupplyDate is { } supply ? BusinessDay.Text(supply) : "", line.Foreign?.Currency, line.Foreign is { } foreign ? Decimal(foreign.AmountMinor, Currency.DigitsOf(foreign.Currency) ?? 2) : "", line.Foreign?.Rate.ToString(CultureInfo.InvariantCulture),
            string.Join(' ', (line.Dimensions ?? []).Select(one => $"{one.Key}={one.Value}")), entry.Reverses, entry.Period is { } period ? FiscalYear.Period13(period) : "", Chain.Text(hash));
    }

    /// <summary>What stands where: for each table its file, columns, types and keys, and that the accounts of journal and balances are those of the chart. Amounts have a decimal comma and the currency's decimals, dates are yyyy-MM-dd, the first line names the columns.</summary>
    internal static string Index(string name, ExportFile export, int digits)
    {
        XElement Table(string file, string title, string description, Column[] columns, int keys)
        {
            var length = new XElement("VariableLength", new XElement("ColumnDelimiter", ";"), new XElement("RecordDelimiter", RowEnd), new XElement("TextEncapsulator", "\""));
            foreach (var (column, n) in columns.Select((column, n) => (column, n))) length.Add(new XElement(n < keys ? "VariablePrimaryKey" : "VariableColumn", new XElement("Name", column.Name), TypeOf(column.Kind, digits)));
            if (columns != Accounts && columns.Any(column => column.Name == Accounts[0].Name)) length.Add(new XElement("ForeignKey", new XElement("Name", Accounts[0].Name), new XElement("References", "Konten")));
            return new XElement("Table", new XElement("URL", file), new XElement("Name", title), new XElement("Description", description), new XElement("UTF8"), new XElement("DecimalSymbol", ","), new XElement("DigitGroupingSymbol", "."), new XElement("Range", new XElement("From", "2")), length);
        }

        var days = $"{(export.From is { } from ? BusinessDay.Text(from) : "Beginn")} bis {(export.To is { } to ? BusinessDay.Text(to) : "Ende")}";
        var document = new XDocument(
            new XDeclaration("1.0", "UTF-8", null), new XDocumentType("DataSet", null, "gdpdu-01-09-2004.dtd", null),
            new XElement("DataSet", new XElement("Version", "1.0"), new XElement("DataSupplier", new XElement("Name", name), new XElement("Location", "Deutschland"), new XElement("Comment", $"Buchungen vom {days}, bis Nummer {export.UpTo.ToString(CultureInfo.InvariantCulture)}")),
                new XElement("Media", new XElement("Name", "BackOffice"),
                    Table("journal.csv", "Journal", "Eine Zeile je Buchungszeile; Schluessel: Nummer, Id, Zeile", Journal, 3), Table("accounts.csv", "Konten", "Kontenplan", Accounts, 1),
                    Table("parties.csv", "Personen", "Salden der Kunden und Lieferanten je Konto", Balances, 2), Table("parameters.csv", "Parameter", "Steuersaetze und andere Werte mit ihrem Beginn", Values, 2))));
        return document.Declaration + "\n" + document.ToString().ReplaceLineEndings("\n").Replace(RowEnd, "&#13;&#10;", StringComparison.Ordinal) + "\n";
    }

    private static XElement TypeOf(Kind kind, int digits) => kind switch
    {
        Kind.Amount => new XElement("Numeric", new XElement("Accuracy", digits.ToString(CultureInfo.InvariantCulture))),
        Kind.Whole => new XElement("Numeric"),
        Kind.Date => new XElement("Date", new XElement("Format", "YYYY-MM-DD")),
        _ => new XElement("AlphaNumeric"),
    };

    private static string Page(string name, string currency, ExportFile export) => $$"""
        <!DOCTYPE html>
        <html lang="en"><head><meta charset="utf-8"><title>How to check this package</title></head><body>
        <h1>{{System.Net.WebUtility.HtmlEncode(name)}}: how to check this package</h1>
        <p>journal.csv holds every line of the journal up to entry {{export.UpTo.ToString(CultureInfo.InvariantCulture)}}, in {{currency}}; index.xml names the tables and their columns. chain.txt holds the records of the book as they were written, from the first, each in a line: its hash, a blank, its text.</p>
        <ol>
        <li>Begin with h = 64 zeros.</li>
        <li>For each line: d is the SHA-256 of the text after the blank (UTF-8, without the line's end); the new h is the SHA-256 of the 32 bytes of h followed by the 32 bytes of d.</li>
        <li>h must be the hash at the line's beginning. Where it is not, that record or one before it was changed, left out or put in.</li>
        <li>The last h must be the head hash that you were told another way: from a receipt, from a night's record, or from the write-once store.</li>
        <li>The last column of journal.csv is the hash of the record that holds the entry: the line of chain.txt that begins with it has the same entry, line by line.</li>
        </ol>
        <pre>h=$(printf '0%.0s' $(seq 64))
        while IFS= read -r line; do
          d=$(printf '%s' "${line#* }" | sha256sum | cut -c1-64)
          h=$(printf '%s%s' "$h" "$d" | xxd -r -p | sha256sum | cut -c1-64)
          [ "$h" = "${line%% *}" ] || { echo "broken: ${line%% *}"; break; }
        done &lt; chain.txt; echo "$h"</pre>
        <p>The DTD gdpdu-01-09-2004.dtd, which index.xml names, comes with the tax administration's standard.</p>
        </body></html>

        """;

    private static string Heading(Column[] columns) => Row([.. columns.Select(column => column.Name)]);

    /// <summary>Every field quoted, quotes doubled; texts have no line ends, since entries have none.</summary>
    private static string Row(params string?[] fields) => string.Join(';', fields.Select(field => $"\"{(field ?? "").Replace("\"", "\"\"", StringComparison.Ordinal).ReplaceLineEndings(" ")}\"")) + "\n";

    private static string Decimal(Int128 minor, int digits) => Amount.Format(minor, digits).Replace('.', ',');

    private enum Kind
    {
        Text,
        Whole,
        Amount,
        Date,
    }

    private sealed record Column(string Name, Kind Kind);
}
