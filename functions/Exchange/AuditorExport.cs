using System.Globalization;
using System.Text;
using System.Xml.Linq;
using BackOffice.Kernel;
using BackOffice.Ledger;

namespace BackOffice.Exchange;

/// <summary>
/// The auditor's package (Z3, "Datenträgerüberlassung"): <c>index.xml</c> that names the tables, its DTD, the tables as CSV, the whole hash chain as text, and a page that tells how to check it with nothing but SHA-256. Source: GoBD Tz. 167; GDPdU "Beschreibungsstandard für die Datenträgerüberlassung", version 01-09-2004.
/// </summary>
public sealed class AuditorExport(LedgerTable table, Parameters parameters)
{
    public const string Prefix = "auditor-";
    public const int LatestLayout = 2;

    private const string Dtd = "gdpdu-01-09-2004.dtd";

    /// <summary>Decimals of the currency that has most.</summary>
    private const int MostDigits = 4;

    /// <summary>Stands for CR LF until it can be written as characters that no reader takes for white space.</summary>
    private const string RowEnd = "\uE000";

    private static Column[] Journal(int layout) =>
    [
        new("Nummer", Kind.Whole), new("Id", Kind.Text), new("Zeile", Kind.Whole), new("Buchungsdatum", Kind.Date), new("Belegdatum", Kind.Date), new("Erfasst", Kind.Text), new("Von", Kind.Text), new("Text", Kind.Text), new("Konto", Kind.Text), new("Soll", Kind.Amount), new("Haben", Kind.Amount),
        new("Partei", Kind.Text), new("Beleg", Kind.Text), new("Faellig", Kind.Date), new("Steuerschluessel", Kind.Text), new("Leistungsdatum", Kind.Date), new("Waehrung", Kind.Text), new("Waehrungsbetrag", layout < 2 ? Kind.Text : Kind.Foreign), new("Kurs", layout < 2 ? Kind.Text : Kind.Rate), new("Dimensionen", Kind.Text), new("Storniert", Kind.Text), new("Periode", Kind.Text), new("Satzhash", Kind.Text),
    ];

    private static Column[] Accounts(int layout) =>
    [
        new("Konto", Kind.Text), new("Name", Kind.Text), new("Art", Kind.Text), new("Posten", Kind.Text),
        .. layout < 2 ? Array.Empty<Column>() : [new("Anfangssaldo", Kind.Amount), new("Soll", Kind.Amount), new("Haben", Kind.Amount), new("Endsaldo", Kind.Amount)],
    ];

    private static readonly Column[] Codes = [new("Liste", Kind.Text), new("Schluessel", Kind.Text), new("Bedeutung", Kind.Text)];
    private static readonly Column[] Balances = [new("Konto", Kind.Text), new("Partei", Kind.Text), new("Saldo", Kind.Amount)];
    private static Column[] Values(int layout) => [new("Parameter", Kind.Text), new("Gueltigab", Kind.Date), new("Wert", layout < 2 ? Kind.Text : Kind.Rate), new("Von", Kind.Text), new("Grund", Kind.Text)];

    /// <summary>Writes the package's files one after another; <paramref name="openAsync"/> gives the stream of each by its name, null: it is only sealed. What was known at the export's last entry is in it, and nothing that came later.</summary>
    /// <param name="keep">Takes the text of the files that are worded by the program or hold parameters; null: they are kept, or were not yet.</param>
    public async Task<List<FileSeal>> WriteAsync(OpenedBook book, ExportFile export, Func<string, Task<Stream?>> openAsync, CancellationToken cancellation, Dictionary<string, string>? keep = null)
    {
        List<FileSeal> files = [];
        var (name, currency, accounts) = await KnownThen.ReadAsync(table, book, export, cancellation);
        var layout = export.Layout;
        Dictionary<string, (Int128 Before, Int128 Debit, Int128 Credit)> sums = new(StringComparer.Ordinal);
        await AddAsync("index.xml", write => write(Index(name, export, book.Digits)));
        if (layout >= 2) await AddAsync(Dtd, write => write(Resource(Dtd)));
        await AddAsync("journal.csv", async write =>
        {
            await write(Heading(Journal(layout)));
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
                    Add(posted);
                    if (!filter.Takes(posted)) continue;
                    for (var n = 0; n < posted.Entry.Lines.Count; n++) await write(JournalRow(posted, n, book.Digits, hash, layout));
                }
            }
        });
        await AddAsync("accounts.csv", async write =>
        {
            await write(Heading(Accounts(layout)));
            foreach (var account in accounts.Values)
            {
                var (before, debit, credit) = sums.GetValueOrDefault(account.Account);
                string?[] balances = layout < 2 ? [] : [Decimal(before, book.Digits), Decimal(debit, book.Digits), Decimal(credit, book.Digits), Decimal(before + debit - credit, book.Digits)];
                await write(Row([account.Account, account.Name, JsonFields.NameOf(account.Type), account.Line, .. balances]));
            }
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
        if (layout >= 2)
        {
            await AddAsync("codes.csv", async write =>
            {
                await write(Heading(Codes));
                foreach (var (list, key, meaning) in Keys()) await write(Row(list, key, meaning));
            });
        }

        await AddAsync("parameters.csv", async write =>
        {
            await write(Heading(Values(layout)));
            foreach (var parameter in Parameter.All.OrderBy(one => one.Name, StringComparer.Ordinal))
                foreach (var value in (await parameters.HistoryAsync(parameter)).Values.Where(value => value.At is null || value.At <= export.CreatedAt))
                    await write(Row(parameter.Name, BusinessDay.Text(value.From), Number(value.Value, layout), value.By, value.Reason));
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

        void Add(EntryPosted posted)
        {
            if (posted.Date > export.To) return;
            foreach (var line in posted.Entry.Lines)
            {
                var (before, debit, credit) = sums.GetValueOrDefault(line.Account);
                sums[line.Account] = posted.Date < export.From ? (before + line.AmountMinor, debit, credit) : (before, debit + Math.Max(0, line.AmountMinor), credit - Math.Min(0, line.AmountMinor));
            }
        }

        async Task AddAsync(string file, Func<Func<string, Task>, Task> fill)
        {
            await using var stream = await openAsync(file);
            using var writer = new SealingWriter(file, stream, Encoding.UTF8, cancellation);
            var kept = keep is not null && file is "index.xml" or Dtd or "codes.csv" or "parameters.csv" or "readme.html" ? new StringBuilder() : null;
            var endsRows = file.EndsWith(".csv", StringComparison.Ordinal) && (keep is not null || export.Kept is not null);
            if (export.Kept?.GetValueOrDefault(file) is { } before) (fill, endsRows) = (write => write(before), false);
            await fill(async text =>
            {
                // Rows end as the standard has it when nothing else is said; those of version 0.5.0 ended with a line feed alone.
                if (endsRows && text.EndsWith('\n')) text = text[..^1] + "\r\n";
                kept?.Append(text);
                writer.Items++;
                await writer.WriteAsync(text);
            });
            if (kept is not null) keep?.Add(file, kept.ToString());
            files.Add(await writer.EndAsync());
        }
    }

    private static string JournalRow(EntryPosted posted, int n, int digits, byte[] hash, int layout)
    {
        var (entry, line) = (posted.Entry, posted.Entry.Lines[n]);
        return Row(
            posted.Number.ToString(CultureInfo.InvariantCulture), entry.Id, (n + 1).ToString(CultureInfo.InvariantCulture), BusinessDay.Text(posted.Date), BusinessDay.Text(entry.Date), RecordJson.Time(posted.RecordedAt), posted.By, entry.Text, line.Account,
            line.AmountMinor > 0 ? Decimal(line.AmountMinor, digits) : "", line.AmountMinor < 0 ? Decimal(-line.AmountMinor, digits) : "", line.Party, line.Document, line.DueDate is { } due ? BusinessDay.Text(due) : "", line.TaxCode,
            line.SupplyDate is { } supply ? BusinessDay.Text(supply) : "", line.Foreign?.Currency, line.Foreign is { } foreign ? Decimal(foreign.AmountMinor, Currency.DigitsOf(foreign.Currency) ?? 2) : "", line.Foreign is { } rated ? Number(rated.Rate, layout) : "",
            string.Join(' ', (line.Dimensions ?? []).Select(one => $"{one.Key}={one.Value}")), entry.Reverses, entry.Period is { } period ? FiscalYear.Period13(period) : "", Chain.Text(hash));
    }

    /// <summary>What stands where: for each table its file, columns, types and keys, and that the accounts of journal and balances are those of the chart. Amounts have a decimal comma and the currency's decimals, dates are yyyy-MM-dd, the first line names the columns.</summary>
    internal static string Index(string name, ExportFile export, int digits)
    {
        XElement Table(string file, string title, string description, Column[] columns, int keys)
        {
            var length = new XElement("VariableLength", new XElement("ColumnDelimiter", ";"), new XElement("RecordDelimiter", RowEnd), new XElement("TextEncapsulator", "\""));
            foreach (var (column, n) in columns.Select((column, n) => (column, n))) length.Add(new XElement(n < keys ? "VariablePrimaryKey" : "VariableColumn", new XElement("Name", column.Name), TypeOf(column.Kind, digits)));
            if (file != "accounts.csv" && columns.Any(column => column.Name == "Konto")) length.Add(new XElement("ForeignKey", new XElement("Name", "Konto"), new XElement("References", "Konten")));
            return new XElement("Table", new XElement("URL", file), new XElement("Name", title), new XElement("Description", description), new XElement("UTF8"), new XElement("DecimalSymbol", ","), new XElement("DigitGroupingSymbol", "."), new XElement("Range", new XElement("From", "2")), length);
        }

        var layout = export.Layout;
        var days = $"{(export.From is { } from ? BusinessDay.Text(from) : "Beginn")} bis {(export.To is { } to ? BusinessDay.Text(to) : "Ende")}";
        var document = new XDocument(
            new XDeclaration("1.0", "UTF-8", null), new XDocumentType("DataSet", null, Dtd, null),
            new XElement("DataSet", new XElement("Version", "1.0"), new XElement("DataSupplier", new XElement("Name", name), new XElement("Location", "Deutschland"), new XElement("Comment", $"Buchungen vom {days}, bis Nummer {export.UpTo.ToString(CultureInfo.InvariantCulture)}")),
                new XElement("Media", new XElement("Name", "BackOffice"),
                    Table("journal.csv", "Journal", "Eine Zeile je Buchungszeile; Schluessel: Nummer, Id, Zeile", Journal(layout), 3),
                    Table("accounts.csv", "Konten", layout < 2 ? "Kontenplan" : $"Kontenplan mit Salden: Anfangssaldo vor dem ersten Tag, Soll und Haben vom {days}, Endsaldo; ein Habensaldo ist negativ", Accounts(layout), 1),
                    Table("parties.csv", "Personen", layout < 2 ? "Salden der Kunden und Lieferanten je Konto" : $"Salden der Kunden und Lieferanten je Konto, von Beginn des Buches bis {(export.To is { } last ? BusinessDay.Text(last) : "Ende")}", Balances, 2),
                    layout < 2 ? null : Table("codes.csv", "Schluessel", "Bedeutung der Schluessel in Journal und Konten", Codes, 2), Table("parameters.csv", "Parameter", "Steuersaetze und andere Werte mit ihrem Beginn", Values(layout), 2))));
        return document.Declaration + "\n" + document.ToString().ReplaceLineEndings("\n").Replace(RowEnd, "&#13;&#10;", StringComparison.Ordinal) + "\n";
    }

    private static XElement TypeOf(Kind kind, int digits) => kind switch
    {
        Kind.Amount => new XElement("Numeric", new XElement("Accuracy", digits.ToString(CultureInfo.InvariantCulture))),
        Kind.Foreign => new XElement("Numeric", new XElement("Accuracy", MostDigits.ToString(CultureInfo.InvariantCulture))),
        Kind.Rate => new XElement("Numeric", new XElement("Accuracy", Foreign.MaxRateDecimals.ToString(CultureInfo.InvariantCulture))),
        Kind.Whole => new XElement("Numeric"),
        Kind.Date => new XElement("Date", new XElement("Format", "YYYY-MM-DD")),
        _ => new XElement("AlphaNumeric"),
    };

    private static string Page(string name, string currency, ExportFile export)
    {
        var (from, to, number) = (export.From is { } first ? BusinessDay.Text(first) : null, export.To is { } last ? BusinessDay.Text(last) : null, export.UpTo.ToString(CultureInfo.InvariantCulture));
        return $$"""
        <!DOCTYPE html>
        <html lang="de"><head><meta charset="utf-8"><title>Prüfung dieses Pakets</title></head><body>
        <h1>{{System.Net.WebUtility.HtmlEncode(name)}}: Prüfung dieses Pakets</h1>
        <p>journal.csv enthält jede Buchungszeile mit Buchungsdatum {{(from is null ? "von Beginn des Buches" : $"vom {from}")}} {{(to is null ? "an" : $"bis {to}")}}, bis zur Buchung Nummer {{number}}, in {{currency}}. accounts.csv nennt zu jedem Konto den Saldo davor, Soll und Haben dieser Tage und den Saldo danach;
        parties.csv die Salden der Kunden und Lieferanten {{(to is null ? "nach allen Buchungen" : $"am {to}")}}, auch aus früheren Buchungen; codes.csv die Bedeutung der Schlüssel. index.xml beschreibt die Tabellen. chain.txt enthält die Sätze des Buches, wie sie geschrieben wurden, vom ersten an, alle und unabhängig von den Tagen,
        je Zeile: Hash, Leerzeichen, Text.</p>
        <ol>
        <li>Anfang: h = 64 Nullen.</li>
        <li>Für jede Zeile: d ist der SHA-256 des Textes nach dem Leerzeichen (UTF-8, ohne Zeilenende); das neue h ist der SHA-256 der 32 Bytes von h, gefolgt von den 32 Bytes von d.</li>
        <li>h muss der Hash am Anfang der Zeile sein. Ist er es nicht, so wurde dieser Satz oder einer davor geändert, weggelassen oder eingefügt.</li>
        <li>Das letzte h muss der Hash sein, den Sie auf anderem Wege kennen: von einer Quittung, aus dem Protokoll einer Nacht oder aus dem unveränderlichen Speicher.</li>
        <li>Die letzte Spalte von journal.csv ist der Hash des Satzes mit der Buchung: die Zeile von chain.txt, die mit ihm beginnt, enthält dieselbe Buchung, Zeile für Zeile.</li>
        </ol>
        <p lang="en">In English: journal.csv holds the journal's lines of these days up to entry {{number}}, accounts.csv each account's balance before, its movements and its balance after, parties.csv the balances of customers and suppliers at the end, from the book's beginning. chain.txt holds all records, each with its hash: begin with 64 zeros; for each line, d is the SHA-256 of its text,
        and the new h the SHA-256 of h's 32 bytes followed by d's; h must be the hash at the line's beginning, and the last one the head hash that you were told another way. These commands do it:</p>
        <pre>h=$(printf '0%.0s' $(seq 64))
        while IFS= read -r line; do
          d=$(printf '%s' "${line#* }" | sha256sum | cut -c1-64)
          h=$(printf '%s%s' "$h" "$d" | xxd -r -p | sha256sum | cut -c1-64)
          [ "$h" = "${line%% *}" ] || { echo "broken: ${line%% *}"; break; }
        done &lt; chain.txt; echo "$h"</pre>
        </body></html>

        """;
    }

    private static string Heading(Column[] columns) => Row([.. columns.Select(column => column.Name)]);

    /// <summary>Every field quoted, quotes doubled; texts have no line ends, since entries have none.</summary>
    private static string Row(params string?[] fields) => string.Join(';', fields.Select(field => $"\"{(field ?? "").Replace("\"", "\"\"", StringComparison.Ordinal).ReplaceLineEndings(" ")}\"")) + "\n";

    /// <summary>What the keys in the tables mean: tax keys, kinds of accounts, lines of the statements.</summary>
    private static IEnumerable<(string List, string Key, string Meaning)> Keys()
    {
        foreach (var code in TaxCode.All) yield return ("Steuerschluessel", code.Code, code.De);
        foreach (var (type, meaning) in ((AccountType, string)[])[(AccountType.Asset, "Aktiva"), (AccountType.Liability, "Schulden und Rückstellungen"), (AccountType.Equity, "Eigenkapital"), (AccountType.Income, "Erträge"), (AccountType.Expense, "Aufwendungen")]) yield return ("Art", JsonFields.NameOf(type), meaning);
        foreach (var line in StatementLine.BalanceSheet.Concat(StatementLine.IncomeStatement)) yield return ("Posten", line.Key, $"{line.Number} {line.De}".Trim());
    }

    private static string Resource(string name)
    {
        using var text = new StreamReader(typeof(AuditorExport).Assembly.GetManifestResourceStream("BackOffice.Exchange." + name)!);
        return text.ReadToEnd().ReplaceLineEndings("\n");
    }

    /// <summary>A rate or another number, with the decimal comma that index.xml names since layout 2.</summary>
    private static string Number(decimal value, int layout) => value.ToString(CultureInfo.InvariantCulture) is var text && layout < 2 ? text : text.Replace('.', ',');

    private static string Decimal(Int128 minor, int digits) => Amount.Format(minor, digits).Replace('.', ',');

    private enum Kind
    {
        Text,
        Whole,
        Amount,
        Foreign,
        Rate,
        Date,
    }

    private sealed record Column(string Name, Kind Kind);
}
