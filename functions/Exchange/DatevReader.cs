using System.Globalization;
using System.Text;
using BackOffice.Kernel;
using BackOffice.Ledger;
using CsvHelper;
using CsvHelper.Configuration;

namespace BackOffice.Exchange;

/// <summary>A row that was read, as an entry, with the number of its line.</summary>
/// <param name="Of">Id of the entry of a book of ours that the row was made of, as its notes say; null: they do not.</param>
public sealed record DatevEntry(int Line, Entry Entry, string? Of = null);

/// <summary>The days of a batch: its fiscal year's first, and the first and last on which its rows may be.</summary>
internal sealed record DatevSpan(DateOnly YearStart, DateOnly From, DateOnly To);

/// <summary>What a Buchungsstapel that came in is read against.</summary>
/// <param name="HasAccount">Whether the book has an account.</param>
/// <param name="IsResult">Whether an account is one of income or expense.</param>
/// <param name="IsMonetary">Whether an account bears money, or claims and debts of money.</param>
public sealed record DatevBook(DatevNames Names, string Currency, string FiscalYearStart, Func<string, bool> HasAccount, Func<string, bool> IsResult, Func<string, bool> IsMonetary, VatRates Rates);

/// <summary>Reads a Buchungsstapel, every fault with its line and field.</summary>
public static class DatevReader
{
    public const int MaxFaults = Refusal.MaxFaults;

    private static readonly Dictionary<string, string> CodeOfKey = new(StringComparer.Ordinal) { ["2"] = "sale-reduced", ["3"] = "sale-standard", ["8"] = "purchase-reduced", ["9"] = "purchase-standard" };

    /// <summary>
    /// The entries of a file, one a row: <c>datev-{12 digits of its SHA-256}-{line}</c>. A key 2, 3, 8 or 9, or an automatic account without key 40, takes the tax out of the gross amount (base and tax together are the gross exactly), at the rate of the Leistungsdatum where there is one; row dates are within the header's days; a Generalumkehr changes sides.
    /// A row in another currency is worth its Basis-Umsatz, else its amount by its Kurs; that it is owed or held in it is noted on the lines of which the row's notes say so, else on those of parties and of money. A row with Skonto is refused: it is a payment and a discount, two entries. Belegfeld 1 is the document of the customer's or supplier's line, else of the one that bears no money. KOST1, KOST2 and Belegfeld 2 become the dimensions <c>costCentre</c>, <c>project</c> and <c>reference2</c> of the line of income or expense, else of the Konto.
    /// 422 with <c>exchange/header</c>, <c>exchange/columns</c>, <c>exchange/amount</c>, <c>exchange/side</c>, <c>exchange/account-number</c>, <c>exchange/tax-key</c>, <c>exchange/date</c>, <c>exchange/currency</c>, <c>exchange/rate</c>, <c>exchange/discount</c>, <c>exchange/quotes</c>, <c>ledger/account-unknown</c>, and <c>exchange/encoding</c> (UTF-8 without its mark) at <c>line 17, field 1</c>.
    /// Worked (SKR03): 119,00 H 8400 against 10000 without key → Cr 8400 100.00, Cr 1776 19.00, Dr 1400 119.00.
    /// </summary>
    public static Outcome<List<DatevEntry>> Read(byte[] file, string sha256, DatevBook book)
    {
        if (file.AsSpan().StartsWith(Encoding.UTF8.Preamble) && !System.Text.Unicode.Utf8.IsValid(file)) return new Refusal(400, "request/not-utf8", "The file begins with the mark of UTF-8 and is not valid UTF-8.");
        if (!file.AsSpan().StartsWith(Encoding.UTF8.Preamble) && System.Text.Ascii.IsValid(file) is false && System.Text.Unicode.Utf8.IsValid(file))
            return new Refusal(422, "exchange/encoding", "The file is in UTF-8 without its mark, and would be read as Windows-1252: begin it with the bytes EF BB BF, or send it in Windows-1252.");
        List<Fault> faults = [];
        using var csv = new CsvParser(new StreamReader(new MemoryStream(file), EncodingOf(file)), new CsvConfiguration(CultureInfo.InvariantCulture) { Delimiter = ";", HasHeaderRecord = false, BadDataFound = bad => faults.Add(new Fault($"line {bad.Context.Parser!.RawRow}", "exchange/quotes", "A quotation mark stands where none may be.")), IgnoreBlankLines = false });
        DatevSpan? span = null;
        List<DatevEntry> entries = [];
        for (var n = 0; csv.Read(); n++)
        {
            var (line, fields) = (csv.RawRow, csv.Record!);
            if (n == 0) span = Header(fields, book, faults);
            else if (n == 1)
            {
                if (fields.Length < 14 || fields[0] != DatevFormat.Columns[0] || fields[6] != "Konto") faults.Add(new Fault($"line {line}", "exchange/columns", "The second line must name the columns of a Buchungsstapel."));
            }
            else if (fields.Length < 10 && fields.Any(field => field.Length > 0)) faults.Add(new Fault($"line {line}", "exchange/columns", $"The row has {fields.Length} fields; it needs at least 10."));
            else if (fields.Length > 1 && span is not null && Row(fields, line, span, PrefixOf(sha256) + line.ToString(CultureInfo.InvariantCulture), book, faults) is { } entry) entries.Add(new DatevEntry(line, entry, Info(fields, "Buchung")));
            if (faults.Count > 0 && (n < 2 || faults.Count >= MaxFaults)) break;
        }

        if (entries.Count == 0 && faults.Count == 0) faults.Add(new Fault("line 3", "exchange/columns", "The file holds no row."));
        return faults.Count == 0 ? entries : new Refusal(422, [.. faults.Take(MaxFaults)]);
    }

    /// <summary>What the ids of a file's entries begin with.</summary>
    internal static string PrefixOf(string sha256) => $"{Prefix}{sha256[..12]}-";

    /// <summary>What the ids of all entries begin with that came in so.</summary>
    internal const string Prefix = "datev-";

    /// <summary>How long the file says that its accounts are, 4 to 8; null: it does not say so.</summary>
    internal static int? AccountLengthOf(byte[] file)
    {
        var end = Array.IndexOf(file, (byte)'\n');
        var fields = DatevFormat.Encoding.GetString(file, 0, end < 0 ? Math.Min(file.Length, 1_000) : Math.Min(end, 1_000)).Split(';');
        return fields.Length > 13 && int.TryParse(fields[13].Trim('"'), NumberStyles.None, CultureInfo.InvariantCulture, out var length) && length is >= 4 and <= 8 ? length : null;
    }

    private static Encoding EncodingOf(byte[] file) => file.AsSpan().StartsWith(Encoding.UTF8.Preamble) ? Encoding.UTF8 : DatevFormat.Encoding;

    /// <summary>Checks the header; the days that it names.</summary>
    private static DatevSpan? Header(string[] fields, DatevBook book, List<Fault> faults)
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
        Check(19, At(19) is "" or "1", "1, bookkeeping of a company");
        Check(20, At(20) is "" or "0", "0: a batch for another accounting purpose, as for tax alone, does not belong into this book");
        Check(21, At(21) is "" or "0" or "1", "0 or 1");
        Check(22, At(22).Length == 0 || At(22) == book.Currency, $"{book.Currency}, the book's currency");
        Check(27, At(27).Length == 0 || At(27) == (book.Names.Chart == Chart.Skr03 ? "03" : "04"), book.Names.Chart == Chart.Skr03 ? "03, the book's chart" : "04, the book's chart");
        return faults.Count == 0 ? new DatevSpan(first!.Value, Day(At(15)) ?? first.Value, Day(At(16)) ?? first.Value.AddYears(1).AddDays(-1)) : null;
    }

    private static Entry? Row(string[] fields, int line, DatevSpan span, string id, DatevBook book, List<Fault> faults)
    {
        var before = faults.Count;
        void Fault(string column, string code, string detail) => faults.Add(new Fault(string.Create(CultureInfo.InvariantCulture, $"line {line}, field {DatevFormat.At(column) + 1}"), code, detail));
        string At(string column) => DatevFormat.At(column) is var n && n < fields.Length ? fields[n].Trim() : "";

        var amount = Hundredths(At("Umsatz (ohne Soll/Haben-Kz)"));
        if (amount is null) Fault("Umsatz (ohne Soll/Haben-Kz)", "exchange/amount", $"'{Ids.Cut(At("Umsatz (ohne Soll/Haben-Kz)"))}' is no amount above 0 with a comma, such as 119,00.");
        var side = At("Soll/Haben-Kennzeichen");
        if (side is not ("S" or "H")) Fault("Soll/Haben-Kennzeichen", "exchange/side", $"'{Ids.Cut(side)}' must be S or H.");
        var foreign = At("WKZ Umsatz") is { Length: > 0 } currency && currency != book.Currency && amount is > 0 ? InForeign(currency, amount.Value, At, book, Fault) : null;
        if (At("Skonto").Any(c => c is not ('0' or ','))) Fault("Skonto", "exchange/discount", "A row with a discount is a payment and a discount with its tax: settle the item with POST …/open-items/settlement, or send two rows.");
        var (account, counter) = (Number("Konto"), Number("Gegenkonto (ohne BU-Schlüssel)"));
        var date = Date(At("Belegdatum"), span.YearStart);
        if (date is null) Fault("Belegdatum", "exchange/date", $"'{Ids.Cut(At("Belegdatum"))}' is no day ddMM.");
        else if (date < span.From || date > span.To) Fault("Belegdatum", "exchange/date", $"{BusinessDay.Text(date.Value)} lies outside the days of the batch, {BusinessDay.Text(span.From)} to {BusinessDay.Text(span.To)} (fields 15 and 16 of the header).");
        var due = Day(At("Fälligkeit"), "ddMMyyyy");
        if (due is null && At("Fälligkeit").Length > 0) Fault("Fälligkeit", "exchange/date", $"'{Ids.Cut(At("Fälligkeit"))}' is no day ddMMyyyy.");
        var supplied = At("Leistungsdatum") is { Length: > 0 } day ? Day(day, "ddMMyyyy") : null;
        if (supplied is null && At("Leistungsdatum").Length > 0) Fault("Leistungsdatum", "exchange/date", $"'{Ids.Cut(At("Leistungsdatum"))}' is no day ddMMyyyy.");
        var key = At("BU-Schlüssel").TrimStart('0');
        var reverses = At("Generalumkehr (GU)") is "1" or "G";
        if (faults.Count > before) return null;

        // S: the Konto is debited, the Gegenkonto credited.
        var sign = (side == "S" ? 1 : -1) * (reverses ? -1 : 1);
        if (book.Names.Of(account, book.HasAccount) is not { } own || book.Names.Of(counter, book.HasAccount) is not { } other) return null; // their faults are noted
        var document = At("Belegfeld 1") is { Length: > 0 } given ? CleanId(Info(fields, "Beleg") ?? given) : null;
        Line Of((string Account, string? Party) one, string party, long minor) => new(one.Account, minor, one.Party ?? CleanId(Info(fields, party)), one.Party is null && Info(fields, party) is null ? null : document, one.Party is null ? null : due);
        var worth = foreign?.BaseMinor ?? amount!.Value;
        // In the notes Soll is the side that the row says, before a Generalumkehr changes it.
        var (ownSide, otherSide) = side == "S" ? ("Soll", "Haben") : ("Haben", "Soll");
        List<Line> lines = [Of(own, $"Partei {ownSide}", sign * worth), Of(other, $"Partei {otherSide}", -sign * worth)];
        if (Info(fields, "Beleg Haben") is { } elsewhere && lines[side == "S" ? 1 : 0] is { Document: not null } credited) lines[side == "S" ? 1 : 0] = credited with { Document = CleanId(elsewhere) };
        if (document is not null && lines.TrueForAll(one => one.Party is null) && BearerOf(lines, foreign is not null, book) is { } bearer) lines[bearer] = lines[bearer] with { Document = document };
        Note(lines, foreign?.Amount, DatevForeign.Read(Info(fields, DatevForeign.NoteOf(ownSide))), DatevForeign.Read(Info(fields, DatevForeign.NoteOf(otherSide))), book);
        if (Dimensions(fields, At) is { Count: > 0 } dimensions)
        {
            var at = book.IsResult(other.Account) && !book.IsResult(own.Account) ? 1 : 0;
            lines[at] = lines[at] with { Dimensions = dimensions };
        }

        if (key != "40")
        {
            var automatic = book.Names.KeyOf(own.Account) ?? book.Names.KeyOf(other.Account);
            key = key.Length > 0 ? key : automatic ?? "";
            if (key.Length > 0 && Tax(lines, key, date!.Value, supplied, book) is { } wrong) Fault("BU-Schlüssel", "exchange/tax-key", wrong);
        }

        var text = At("Buchungstext") is { Length: > 0 } words ? words : "DATEV";
        return faults.Count > before ? null : new Entry(id, date!.Value, text, lines);

        string Number(string column)
        {
            var number = At(column);
            if (number.Length is < 1 or > 9 || !number.All(char.IsAsciiDigit) || book.Names.Of(number, book.HasAccount) is not { } named)
                Fault(column, "exchange/account-number", $"'{Ids.Cut(number)}' is no account: at most {book.Names.AccountLength} digits, or {book.Names.AccountLength + 1} of a customer or supplier, the first not 0.");
            else if (!book.HasAccount(named.Account)) Fault(column, "ledger/account-unknown", $"There is no account '{named.Account}' in this book; define it first.");
            return number;
        }
    }

    /// <summary>The line of a row without a party that bears its voucher: the one of income or expense, else one that bears no money, else the first. Money in another currency bears none: it is held together, whatever the voucher.</summary>
    private static int? BearerOf(List<Line> lines, bool isForeign, DatevBook book)
    {
        if (lines.FindIndex(line => book.IsResult(line.Account)) is var result and >= 0) return result;
        return lines.FindIndex(line => !book.IsMonetary(line.Account)) is var other and >= 0 ? other : isForeign ? null : 0;
    }

    /// <summary>What a row in another currency says: the amount in it, above 0, and what that is worth; null after a fault.</summary>
    private static ForeignRow? InForeign(string currency, long hundredths, Func<string, string> at, DatevBook book, Action<string, string, string> fault)
    {
        if (Currency.DigitsOf(currency) is not { } digits)
        {
            fault("WKZ Umsatz", "exchange/currency", $"'{Ids.Cut(currency)}' is no currency of ISO 4217.");
            return null;
        }

        if (digits < 2 && hundredths % 100 != 0)
        {
            fault("Umsatz (ohne Soll/Haben-Kz)", "exchange/amount", $"{currency} has no decimals.");
            return null;
        }

        var minor = digits < 2 ? hundredths / 100 : hundredths * (long)Foreign.Power(digits - 2);
        var (rateText, baseText) = (at("Kurs"), at("Basis-Umsatz"));
        decimal? rate = decimal.TryParse(rateText.Replace(',', '.'), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var given) && given is > 0 and < 1_000_000_000 ? Foreign.Plain(given) : null;
        if (rateText.Length > 0 && (rate is null || rate.Value.Scale > Foreign.MaxRateDecimals))
        {
            fault("Kurs", "exchange/rate", $"'{Ids.Cut(rateText)}' is no rate above 0 with a comma, such as 1,085.");
            return null;
        }

        var worth = baseText.Length > 0 ? Hundredths(baseText) : rate is { } known ? (long)Foreign.BaseMinor(minor, digits, known, 2) : null;
        if (worth is null or <= 0 or > DatevFormat.MaxAmountMinor) fault(baseText.Length > 0 ? "Basis-Umsatz" : "Kurs", "exchange/rate", $"A row in {currency} needs a Basis-Umsatz above 0, or a Kurs at which it is worth something.");
        else if (at("WKZ Basis-Umsatz") is { Length: > 0 } of && of != book.Currency) fault("WKZ Basis-Umsatz", "exchange/currency", $"The Basis-Umsatz is in '{Ids.Cut(of)}', the book in {book.Currency}.");
        else return new ForeignRow(new Foreign(currency, minor, rate ?? RateOf(new Foreign(currency, minor, 1_000_000_000), worth.Value)), worth.Value);
        return null;
    }

    private sealed record ForeignRow(Foreign Amount, long BaseMinor);

    /// <summary>Notes on the lines that they are owed or held in another currency: as the row's notes say, else the row's amount.</summary>
    private static void Note(List<Line> lines, Foreign? amount, Foreign? own, Foreign? other, DatevBook book)
    {
        Foreign?[] said = [own, other];
        if (own is null && other is null && amount is not null)
        {
            said = [.. lines.Select(line => line.Party is not null || book.IsMonetary(line.Account) ? amount : null)];
        }

        for (var n = 0; n < said.Length; n++)
            if (said[n] is { } foreign) lines[n] = lines[n] with { Foreign = new Foreign(foreign.Currency, Math.Sign(lines[n].AmountMinor) * foreign.AmountMinor, RateOf(foreign, Math.Abs(lines[n].AmountMinor))) };
    }

    /// <summary>The rate that leads from one amount to the other: the one that is said, when it does so but for a cent, else that of the amounts.</summary>
    private static decimal RateOf(Foreign foreign, long worthMinor)
    {
        var digits = Currency.DigitsOf(foreign.Currency) ?? 2;
        return Int128.Abs(Foreign.BaseMinor(foreign.AmountMinor, digits, foreign.Rate, 2) - worthMinor) <= 1 ? foreign.Rate
            : Foreign.Plain(decimal.Round((decimal)foreign.AmountMinor / worthMinor * Foreign.Power(2 - digits), Foreign.MaxRateDecimals));
    }

    /// <summary>An amount above 0 with a comma, at most ten digits before it and two after; null: it is none.</summary>
    private static long? Hundredths(string text)
    {
        var (whole, cents) = text.IndexOf(',', StringComparison.Ordinal) is var comma and >= 0 ? (text[..comma], text[(comma + 1)..]) : (text, "00");
        return whole.Length is >= 1 and <= 10 && cents.Length is 1 or 2 && whole.All(char.IsAsciiDigit) && cents.All(char.IsAsciiDigit) && long.Parse(whole + cents.PadRight(2, '0'), CultureInfo.InvariantCulture) is > 0 and var minor ? minor : null;
    }

    private static List<KeyValuePair<string, string>> Dimensions(string[] fields, Func<string, string> at)
    {
        List<KeyValuePair<string, string>> dimensions = [];
        foreach (var (name, column, note) in ((string, string, string)[])[("costCentre", "KOST1 - Kostenstelle", "KOST1"), ("project", "KOST2 - Kostenstelle", "KOST2"), ("reference2", "Belegfeld 2", "Beleg 2")])
            if ((Info(fields, note) ?? at(column)) is { Length: > 0 } value) dimensions.Add(new(name, value.Length <= 64 ? value : value[..64]));
        return dimensions;
    }

    /// <summary>Takes the tax out of the line that is taxed: the one of income or expense; of a purchase, when there is none, the one that bears no money (a fixed asset, stock). What is wrong, or null.</summary>
    private static string? Tax(List<Line> lines, string key, DateOnly date, DateOnly? supplied, DatevBook book)
    {
        if (key == DatevNames.ReverseKey) return "On this account DATEV computes both taxes of a supply whose buyer owes it; send the row with key 40 and the taxes as rows of their own.";
        if (!CodeOfKey.TryGetValue(key, out var name)) return $"Key '{Ids.Cut(key)}' is not known; known are 2, 3, 8, 9 and 40.";
        var code = TaxCode.Find(name)!;
        var at = Only(lines, line => book.IsResult(line.Account)) ?? (code.Direction == TaxDirection.Input && !lines.Exists(line => book.IsResult(line.Account)) ? Only(lines, line => !book.IsMonetary(line.Account)) : null);
        if (at is not { } taxed) return "Tax is taken from the account of income or expense, of which the row must have exactly one; of a purchase without one, from the account that bears no money.";
        if (book.Rates.On(code.Rate!, supplied ?? date)?.Value is not { } rate) return $"Parameter {code.Rate} has no value on {BusinessDay.Text(supplied ?? date)}.";
        var (gross, sign) = (Math.Abs(lines[taxed].AmountMinor), Math.Sign(lines[taxed].AmountMinor));
        var net = TaxCode.NetMinor(gross, rate);
        if (net == gross) return null;
        lines[taxed] = lines[taxed] with { AmountMinor = sign * net, TaxCode = name, SupplyDate = supplied == date ? null : supplied };
        lines.Add(new Line(Chart.Number(book.Names.Chart, (code.OutputAccount ?? code.InputAccount)!), sign * (gross - net)));
        return null;
    }

    /// <summary>The place of the one line of which it holds; null: of none or of both.</summary>
    private static int? Only(List<Line> lines, Func<Line, bool> holds) => holds(lines[0]) == holds(lines[1]) ? null : holds(lines[0]) ? 0 : 1;

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
