using System.Globalization;
using System.Text;
using BackOffice.Kernel;
using BackOffice.Ledger;
using CsvHelper;
using CsvHelper.Configuration;

namespace BackOffice.Exchange;

/// <summary>A row that was read, as an entry, with the number of its line.</summary>
public sealed record DatevEntry(int Line, Entry Entry);

/// <summary>What a Buchungsstapel that came in is read against.</summary>
/// <param name="HasAccount">Whether the book has an account.</param>
/// <param name="IsResult">Whether an account is one of income or expense.</param>
public sealed record DatevBook(DatevNames Names, string Currency, string FiscalYearStart, Func<string, bool> HasAccount, Func<string, bool> IsResult, VatRates Rates);

/// <summary>Reads a Buchungsstapel, every fault with its line and field.</summary>
public static class DatevReader
{
    public const int MaxFaults = Refusal.MaxFaults;

    private static readonly Dictionary<string, string> CodeOfKey = new(StringComparer.Ordinal) { ["2"] = "sale-reduced", ["3"] = "sale-standard", ["8"] = "purchase-reduced", ["9"] = "purchase-standard" };

    /// <summary>
    /// The entries of a file, one a row: <c>datev-{12 digits of its SHA-256}-{line}</c>. A key 2, 3, 8 or 9, or an automatic account without key 40, takes the tax out of the gross amount (base and tax together are the gross exactly); row dates are within the header's fiscal year; a Generalumkehr changes sides.
    /// 422 with <c>exchange/header</c>, <c>exchange/columns</c>, <c>exchange/amount</c>, <c>exchange/side</c>, <c>exchange/account-number</c>, <c>exchange/tax-key</c>, <c>exchange/date</c>, <c>exchange/currency</c>, <c>exchange/quotes</c> at <c>line 17, field 1</c>.
    /// Worked (SKR03): 119,00 H 8400 against 10000 without key → Cr 8400 100.00, Cr 1776 19.00, Dr 1400 119.00.
    /// </summary>
    public static Outcome<List<DatevEntry>> Read(byte[] file, string sha256, DatevBook book)
    {
        if (file.AsSpan().StartsWith(Encoding.UTF8.Preamble) && !System.Text.Unicode.Utf8.IsValid(file)) return new Refusal(400, "request/not-utf8", "The file begins with the mark of UTF-8 and is not valid UTF-8.");
        List<Fault> faults = [];
        using var csv = new CsvParser(new StreamReader(new MemoryStream(file), EncodingOf(file)), new CsvConfiguration(CultureInfo.InvariantCulture) { Delimiter = ";", HasHeaderRecord = false, BadDataFound = bad => faults.Add(new Fault($"line {bad.Context.Parser!.RawRow}", "exchange/quotes", "A quotation mark stands where none may be.")), IgnoreBlankLines = false });
        DateOnly? yearStart = null;
        List<DatevEntry> entries = [];
        for (var n = 0; csv.Read(); n++)
        {
            var (line, fields) = (csv.RawRow, csv.Record!);
            if (n == 0) yearStart = Header(fields, book, faults);
            else if (n == 1)
            {
                if (fields.Length < 14 || fields[0] != DatevFormat.Columns[0] || fields[6] != "Konto") faults.Add(new Fault($"line {line}", "exchange/columns", "The second line must name the columns of a Buchungsstapel."));
            }
            else if (fields.Length < 10 && fields.Any(field => field.Length > 0)) faults.Add(new Fault($"line {line}", "exchange/columns", $"The row has {fields.Length} fields; it needs at least 10."));
            else if (fields.Length > 1 && yearStart is { } year && Row(fields, line, year, $"datev-{sha256[..12]}-{line.ToString(CultureInfo.InvariantCulture)}", book, faults) is { } entry) entries.Add(new DatevEntry(line, entry));
            if (faults.Count > 0 && (n < 2 || faults.Count >= MaxFaults)) break;
        }

        if (entries.Count == 0 && faults.Count == 0) faults.Add(new Fault("line 3", "exchange/columns", "The file holds no row."));
        return faults.Count == 0 ? entries : new Refusal(422, [.. faults.Take(MaxFaults)]);
    }

    private static Encoding EncodingOf(byte[] file) => file.AsSpan().StartsWith(Encoding.UTF8.Preamble) ? Encoding.UTF8 : DatevFormat.Encoding;

    /// <summary>Checks the header; the first day of its fiscal year.</summary>
    private static DateOnly? Header(string[] fields, DatevBook book, List<Fault> faults)
    {
        void Check(int number, bool good, string wanted)
        {
            if (!good) faults.Add(new Fault(string.Create(CultureInfo.InvariantCulture, $"line 1, field {number}"), "exchange/header", $"'{(fields.Length >= number ? Ids.Cut(fields[number - 1]) : "")}' must be {wanted}."));
        }

        string At(int number) => fields.Length >= number ? fields[number - 1] : "";
        static bool IsWhole(string text, int least, int most) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most;
        Check(1, At(1) is "EXTF" or "DTVF", "EXTF");
        Check(2, IsWhole(At(2), 510, 799), "the version of the format, 700");
        Check(3, At(3) == "21", "21, the category Buchungsstapel");
        Check(4, At(4) == "Buchungsstapel", "Buchungsstapel");
        Check(5, IsWhole(At(5), 1, 99), "the version of the category, 13");
        Check(11, At(11).Length == 0 || IsWhole(At(11), 1_001, 9_999_999), "a consultant's number, 1001 to 9999999");
        Check(12, At(12).Length == 0 || IsWhole(At(12), 1, 99_999), "a client's number, 1 to 99999");
        Check(13, Day(At(13)) is { } start && book.FiscalYearStart == start.ToString("MM-dd", CultureInfo.InvariantCulture), $"the first day of a fiscal year of the book, yyyyMMdd with {book.FiscalYearStart}");
        Check(14, At(14) == book.Names.AccountLength.ToString(CultureInfo.InvariantCulture), $"{book.Names.AccountLength}, the length of accounts");
        var first = Day(At(13));
        Check(15, At(15).Length == 0 || (first is { } year && Day(At(15)) is { } from && from >= year && from < year.AddYears(1)), "a day yyyyMMdd of the fiscal year of field 13");
        Check(16, At(16).Length == 0 || (first is { } same && Day(At(16)) is { } to && to >= (Day(At(15)) ?? same) && to < same.AddYears(1)), "a day yyyyMMdd of the fiscal year of field 13, not before field 15");
        Check(21, At(21) is "" or "0" or "1", "0 or 1");
        Check(22, At(22).Length == 0 || At(22) == book.Currency, $"{book.Currency}, the book's currency");
        Check(27, At(27).Length == 0 || At(27) == (book.Names.Chart == Chart.Skr03 ? "03" : "04"), book.Names.Chart == Chart.Skr03 ? "03, the book's chart" : "04, the book's chart");
        return faults.Count == 0 ? Day(At(13)) : null;
    }

    private static Entry? Row(string[] fields, int line, DateOnly yearStart, string id, DatevBook book, List<Fault> faults)
    {
        var before = faults.Count;
        void Fault(string column, string code, string detail) => faults.Add(new Fault(string.Create(CultureInfo.InvariantCulture, $"line {line}, field {DatevFormat.At(column) + 1}"), code, detail));
        string At(string column) => DatevFormat.At(column) is var n && n < fields.Length ? fields[n].Trim() : "";

        var amount = Amount.ParseMinor(Encoding.ASCII.GetBytes(At("Umsatz (ohne Soll/Haben-Kz)").Replace(',', '.')), 2, out _);
        if (amount is null or <= 0 or > DatevFormat.MaxAmountMinor || At("Umsatz (ohne Soll/Haben-Kz)").Contains('.', StringComparison.Ordinal)) Fault("Umsatz (ohne Soll/Haben-Kz)", "exchange/amount", $"'{Ids.Cut(At("Umsatz (ohne Soll/Haben-Kz)"))}' is no amount above 0 with a comma, such as 119,00.");
        var side = At("Soll/Haben-Kennzeichen");
        if (side is not ("S" or "H")) Fault("Soll/Haben-Kennzeichen", "exchange/side", $"'{Ids.Cut(side)}' must be S or H.");
        if (At("WKZ Umsatz") is { Length: > 0 } currency && currency != book.Currency) Fault("WKZ Umsatz", "exchange/currency", $"The row is in '{Ids.Cut(currency)}', the book in {book.Currency}.");
        var (account, counter) = (Number("Konto"), Number("Gegenkonto (ohne BU-Schlüssel)"));
        var date = Date(At("Belegdatum"), yearStart);
        if (date is null) Fault("Belegdatum", "exchange/date", $"'{Ids.Cut(At("Belegdatum"))}' is no day ddMM.");
        var key = At("BU-Schlüssel").TrimStart('0');
        var reverses = At("Generalumkehr (GU)") is "1" or "G";
        if (faults.Count > before) return null;

        // S: the Konto is debited, the Gegenkonto credited.
        var sign = (side == "S" ? 1 : -1) * (reverses ? -1 : 1);
        if (book.Names.Of(account, book.HasAccount) is not { } own || book.Names.Of(counter, book.HasAccount) is not { } other) return null; // their faults are noted
        var document = At("Belegfeld 1") is { Length: > 0 } given ? CleanId(Info(fields, "Beleg") ?? given) : null;
        var due = Day(At("Fälligkeit"), "ddMMyyyy");
        Line Of((string Account, string? Party) one, string party, long minor) => new(one.Account, minor, one.Party ?? CleanId(Info(fields, party)), one.Party is null && Info(fields, party) is null ? null : document, one.Party is null ? null : due);
        List<Line> lines = [Of(own, "Partei Soll", sign * amount!.Value), Of(other, "Partei Haben", -sign * amount.Value) is var second && Info(fields, "Beleg Haben") is { } elsewhere && second.Document is not null ? second with { Document = CleanId(elsewhere) } : second];
        if (key != "40")
        {
            var automatic = book.Names.KeyOf(own.Account) ?? book.Names.KeyOf(other.Account);
            key = key.Length > 0 ? key : automatic ?? "";
            if (key.Length > 0 && Tax(lines, key, date!.Value, book) is { } wrong) Fault("BU-Schlüssel", "exchange/tax-key", wrong);
        }

        var text = At("Buchungstext") is { Length: > 0 } words ? words : "DATEV";
        return faults.Count > before ? null : new Entry(id, date!.Value, text, lines);

        string Number(string column)
        {
            var number = At(column);
            if (number.Length is < 1 or > 9 || !number.All(char.IsAsciiDigit) || book.Names.Of(number, book.HasAccount) is null)
                Fault(column, "exchange/account-number", $"'{Ids.Cut(number)}' is no account: at most {book.Names.AccountLength} digits, or {book.Names.AccountLength + 1} of a customer or supplier, the first not 0.");
            return number;
        }
    }

    /// <summary>Takes the tax out of the line that is a result account; what is wrong, or null.</summary>
    private static string? Tax(List<Line> lines, string key, DateOnly date, DatevBook book)
    {
        if (!CodeOfKey.TryGetValue(key, out var name)) return $"Key '{Ids.Cut(key)}' is not known; known are 2, 3, 8, 9 and 40.";
        var code = TaxCode.Find(name)!;
        var at = book.IsResult(lines[0].Account) == book.IsResult(lines[1].Account) ? -1 : book.IsResult(lines[0].Account) ? 0 : 1;
        if (at < 0) return "Tax is taken from the account of income or expense, of which the row must have exactly one.";
        if (book.Rates.On(code.Rate!, date)?.Value is not { } rate) return $"Parameter {code.Rate} has no value on {BusinessDay.Text(date)}.";
        var (gross, sign) = (Math.Abs(lines[at].AmountMinor), Math.Sign(lines[at].AmountMinor));
        var net = TaxCode.NetMinor(gross, rate);
        if (net == gross) return null;
        lines[at] = lines[at] with { AmountMinor = sign * net, TaxCode = name };
        lines.Add(new Line(Chart.Number(book.Names.Chart, (code.OutputAccount ?? code.InputAccount)!), sign * (gross - net)));
        return null;
    }

    private static string? Info(string[] fields, string kind)
    {
        for (var n = DatevFormat.At("Zusatzinformation - Art 1"); n + 1 < fields.Length && n < DatevFormat.At("Stück"); n += 2)
            if (fields[n] == kind) return fields[n + 1];
        return null;
    }

    /// <summary>As an id of ours: other characters become '-'.</summary>
    private static string? CleanId(string? text)
    {
        if (text is not { Length: > 0 }) return null;
        var clean = new string([.. text.Select(c => char.IsAsciiLetterOrDigit(c) || "._:-".Contains(c, StringComparison.Ordinal) ? c : '-')]).TrimStart('.', '_', ':', '-');
        return clean.Length == 0 ? null : clean.Length <= 64 ? clean : clean[..64];
    }

    /// <summary>A day ddMM (or dMM) within the fiscal year that begins on a day.</summary>
    private static DateOnly? Date(string text, DateOnly yearStart)
    {
        if (text.Length is < 3 or > 4 || !int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)) return null;
        var (day, month) = (number / 100, number % 100);
        var year = month >= yearStart.Month ? yearStart.Year : yearStart.Year + 1;
        return month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(year, month) ? null : new DateOnly(year, month, day);
    }

    private static DateOnly? Day(string text, string form = "yyyyMMdd") => DateOnly.TryParseExact(text, form, CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) && day >= BusinessDay.Earliest && day <= BusinessDay.Latest ? day : null;
}
