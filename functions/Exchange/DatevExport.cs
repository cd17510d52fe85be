using System.Globalization;
using BackOffice.Ledger;

namespace BackOffice.Exchange;

/// <summary>Makes DATEV files from the journal, always the same bytes from the same export: what one has had is computed from the exports before it, not stored.</summary>
public sealed class DatevExport(ExchangeTables exchange, StoredEntries stored)
{
    public const string Prefix = "datev-";

    private const string LineEnd = "\r\n";

    /// <summary>A file is called by its fiscal year and its number within it: <c>EXTF_Buchungsstapel_2025_1.csv</c>.</summary>
    public const string NamePrefix = "EXTF_Buchungsstapel_";

    /// <summary>The book's DATEV exports by number.</summary>
    public async Task<SortedDictionary<int, ExportFile>> AllAsync(string book)
    {
        SortedDictionary<int, ExportFile> all = [];
        await foreach (var row in exchange.Exports.Cases.ScanAsync(book, done: true))
            if (row.Id.StartsWith(Prefix, StringComparison.Ordinal)) all.Add(int.Parse(row.Id.AsSpan(Prefix.Length), CultureInfo.InvariantCulture), ExchangeTables.ReadExport(row));
        return all;
    }

    public async Task<DatevParties> PartiesAsync(string book) => await exchange.Exports.Cases.FindAsync(book, DatevParties.CaseId) is { } row ? ExchangeTables.ReadParties(row) : DatevParties.None;

    /// <summary>
    /// Whether an entry is an export's: it was there when it was made, lies within its dates, and none before it had it. So every entry is in one export, whatever the dates asked for, and a reversal goes out after what it reverses.
    /// Worked: 1 took January through entry 10, 2 takes January and February through 20: entry 7 of January is in 1, entry 12 of January, posted late, in 2.
    /// </summary>
    public static bool Takes(ExportFile export, IEnumerable<ExportFile> before, long number, DateOnly date) => Covers(export, number, date) && !before.Any(earlier => Covers(earlier, number, date));

    private static bool Covers(ExportFile export, long number, DateOnly date) => number <= export.UpTo && date >= export.From && date <= export.To;

    /// <summary>The entries of an export within one fiscal year, in order of number.</summary>
    public async IAsyncEnumerable<EntryPosted> EntriesAsync(Book book, ExportFile export, IReadOnlyList<ExportFile> before, FiscalYear year)
    {
        var (from, to) = (export.From > year.First ? export.From : year.First, export.To < year.Last ? export.To : year.Last);
        await foreach (var posted in stored.ReadAsync(book, EntryFilter.Of(from, to)))
        {
            if (posted.Number > export.UpTo) yield break;
            if (Takes(export, before, posted.Number, posted.Date)) yield return posted;
        }
    }

    /// <summary>The fiscal years that an export touches.</summary>
    public static IEnumerable<FiscalYear> Years(ExportFile export, string fiscalYearStart)
    {
        for (var year = FiscalYear.Of(export.From!.Value, fiscalYearStart); year.First <= export.To; year = FiscalYear.Named(year.Year + 1, fiscalYearStart)) yield return year;
    }

    /// <summary>
    /// Writes the export's files one after another: <paramref name="open"/> gives the stream of each by its name. An entry's rows stand in one file, a file has one fiscal year and at most 99,999 rows.
    /// </summary>
    /// <param name="only">Only the files of this fiscal year; null: all.</param>
    /// <returns>The files' seals, and how many entries were passed over.</returns>
    public async Task<(List<FileSeal> Files, int Entries, int LeftOut)> WriteAsync(OpenedBook book, ExportFile export, IReadOnlyList<ExportFile> before, DatevParties parties, Func<string, Stream?> open, CancellationToken cancellation, int? only = null)
    {
        var (settings, currency) = book.Book.ReadKnown(state => (state.Settings, state.Currency));
        var names = new DatevNames(settings.Chart!, export.Datev!.AccountLength, parties, export.Datev.Layout);
        List<FileSeal> files = [];
        var (entries, leftOut) = (0, 0);
        foreach (var year in Years(export, settings.FiscalYearStart))
        {
            if (only is not null && only != year.Year) continue;
            SealingWriter? writer = null;
            var inYear = 0;
            await foreach (var posted in EntriesAsync(book.Book, export, before, year))
            {
                if (posted.Entry.CarryTo is not null)
                {
                    leftOut++;
                    continue;
                }

                var rows = DatevRows.Of(posted.Entry, posted.Date, names);
                if (writer is not null && writer.Items + rows.Count > DatevFormat.MaxRows)
                {
                    using (writer) files.Add(await writer.EndAsync());
                    writer = null;
                }

                if (writer is null)
                {
                    var file = string.Create(CultureInfo.InvariantCulture, $"{NamePrefix}{year.Year}_{++inYear}.csv");
                    var header = new DatevHeader(export.CreatedAt, export.Datev.Consultant, export.Datev.Client, year.First, export.Datev.AccountLength, export.From > year.First ? export.From!.Value : year.First, export.To < year.Last ? export.To!.Value : year.Last,
                        export.Datev.Layout < 2 ? DatevFormat.Clean(export.Datev.Name ?? "", 30) : DatevFormat.CleanName(export.Datev.Name ?? ""), currency, settings.Chart);
                    writer = new SealingWriter(file, open(file), DatevFormat.Encoding, cancellation);
                    await writer.WriteAsync(DatevFormat.Header(header) + LineEnd);
                    await writer.WriteAsync(DatevFormat.Headings() + LineEnd);
                }

                foreach (var row in rows) await writer.WriteAsync(DatevFormat.Row(row, currency) + LineEnd);
                writer.Items += rows.Count;
                entries++;
            }

            if (writer is null) continue;
            using (writer) files.Add(await writer.EndAsync());
        }

        return (files, entries, leftOut);
    }
}
