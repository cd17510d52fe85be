using System.Buffers;
using System.Globalization;
using System.Text;
using BackOffice.Kernel;

namespace BackOffice.Exchange;

/// <summary>
/// The DATEV format "Buchungsstapel": a header line of 31 fields, a line of 125 headings, rows. Fields are parted by ';', lines by CRLF, texts quoted with quotes doubled, Windows-1252. Source: DATEV-Format 700, category 21, version 13.
/// </summary>
public static class DatevFormat
{
    public const int HeaderFields = 31;
    public const int MaxRows = 99_999;
    public const int MaxTextChars = 60;
    public const int MaxDocumentChars = 36;
    public const int MaxNoteChars = 210;
    public const long MaxAmountMinor = 999_999_999_999; // ten digits before the comma
    public const int MaxRateDecimals = 6;

    /// <summary>Windows-1252; a character that it lacks is written without its marks (ő → o), else as '?'.</summary>
    public static readonly Encoding Encoding = CodePagesEncodingProvider.Instance.GetEncoding(1252, EncoderFallback.ReplacementFallback, DecoderFallback.ExceptionFallback)!;

    private static readonly SearchValues<char> Writable = SearchValues.Create(Encoding.GetString([.. Enumerable.Range(0, 256).Select(n => (byte)n)]));

    // Letters with marks that Windows-1252 lacks, and the letters without them (Latin Extended-A).
    private const string Marked = "ĀāĂăĄąĆćĈĉĊċČčĎďĐđĒēĔĕĖėĘęĚěĜĝĞğĠġĢģĤĥĦħĨĩĪīĬĭĮįİıĴĵĶķĸĹĺĻļĽľĿŀŁłŃńŅņŇňŊŋŌōŎŏŐőŔŕŖŗŘřŚśŜŝŞşŢţŤťŦŧŨũŪūŬŭŮůŰűŲųŴŵŶŷŹźŻżſȘșȚțǍǎǦǧ";
    private const string Plain = "AaAaAaCcCcCcCcDdDdEeEeEeEeEeGgGgGgGgHhHhIiIiIiIiIiJjKkkLlLlLlLlLlNnNnNnNnOoOoOoRrRrRrSsSsSsTtTtTtUuUuUuUuUuUuWwYyZzZzsSsTtAaGg";

    /// <summary>The headings, in order.</summary>
    public static readonly IReadOnlyList<string> Columns =
    [
        "Umsatz (ohne Soll/Haben-Kz)", "Soll/Haben-Kennzeichen", "WKZ Umsatz", "Kurs", "Basis-Umsatz", "WKZ Basis-Umsatz", "Konto", "Gegenkonto (ohne BU-Schlüssel)", "BU-Schlüssel", "Belegdatum",
        "Belegfeld 1", "Belegfeld 2", "Skonto", "Buchungstext", "Postensperre", "Diverse Adressnummer", "Geschäftspartnerbank", "Sachverhalt", "Zinssperre", "Beleglink",
        .. Enumerable.Range(1, 8).SelectMany(n => Pair("Beleginfo - Art", "Beleginfo - Inhalt", n)),
        "KOST1 - Kostenstelle", "KOST2 - Kostenstelle", "Kost-Menge", "EU-Land u. UStID (Bestimmung)", "EU-Steuersatz (Bestimmung)", "Abw. Versteuerungsart", "Sachverhalt L+L", "Funktionsergänzung L+L",
        "BU 49 Hauptfunktionstyp", "BU 49 Hauptfunktionsnummer", "BU 49 Funktionsergänzung",
        .. Enumerable.Range(1, 20).SelectMany(n => Pair("Zusatzinformation - Art", "Zusatzinformation- Inhalt", n)),
        "Stück", "Gewicht", "Zahlweise", "Forderungsart", "Veranlagungsjahr", "Zugeordnete Fälligkeit", "Skontotyp", "Auftragsnummer", "Buchungstyp", "USt-Schlüssel (Anzahlungen)", "EU-Land (Anzahlungen)",
        "Sachverhalt L+L (Anzahlungen)", "EU-Steuersatz (Anzahlungen)", "Erlöskonto (Anzahlungen)", "Herkunft-Kz", "Buchungs GUID", "KOST-Datum", "SEPA-Mandatsreferenz", "Skontosperre", "Gesellschaftername",
        "Beteiligtennummer", "Identifikationsnummer", "Zeichnernummer", "Postensperre bis", "Bezeichnung SoBil-Sachverhalt", "Kennzeichen SoBil-Buchung", "Festschreibung", "Leistungsdatum",
        "Datum Zuord. Steuerperiode", "Fälligkeit", "Generalumkehr (GU)", "Steuersatz", "Land", "Abrechnungsreferenz", "BVV-Position", "EU-Land u. UStID (Ursprung)", "EU-Steuersatz (Ursprung)", "Abw. Skontokonto",
    ];

    /// <summary>Where a column stands, from 0.</summary>
    public static int At(string column) => Places[column];

    private static readonly Dictionary<string, int> Places = Columns.Select((name, n) => (name, n)).ToDictionary(one => one.name, one => one.n, StringComparer.Ordinal);

    /// <summary>
    /// The header line. Fields by number: 1 EXTF, 2 700, 3 21, 4 Buchungsstapel, 5 13, 6 created, 8 origin BO, 11 consultant, 12 client, 13 first day of the fiscal year, 14 length of accounts, 15 and 16 first and last day, 17 name, 19 kind 1 (Finanzbuchführung),
    /// 20 purpose 0, 21 Festschreibung 1, 22 currency, 27 chart 03 or 04.
    /// </summary>
    public static string Header(DatevHeader header) => string.Join(';',
    [
        Quoted("EXTF"), "700", "21", Quoted("Buchungsstapel"), "13", header.Created.UtcDateTime.ToString("yyyyMMddHHmmssfff", CultureInfo.InvariantCulture), "", Quoted("BO"), Quoted(""), Quoted(""),
        Text(header.Consultant), Text(header.Client), Day(header.YearStart), Text(header.AccountLength), Day(header.From), Day(header.To), Quoted(header.Name), Quoted(""), "1", "0",
        "1", Quoted(header.Currency), "", Quoted(""), "", "", Quoted(header.Chart is null ? "" : header.Chart == Ledger.Chart.Skr03 ? "03" : "04"), "", "", Quoted(""), Quoted(""),
    ]);

    public static string Headings() => string.Join(';', Columns);

    /// <summary>
    /// A row as a line: the fields it has, all others empty. In another currency the amount is that currency's (fields 1 and 3), with the rate (4) and the amount in the book's currency (5 and 6), which go together: where one does not fit, as a rate below 1, the row is in the book's currency and only its notes tell of the other.
    /// Worked: USD 1,085.00 at 1.085 → <c>1085,00;"S";"USD";1,085;1000,00;"EUR"</c>.
    /// </summary>
    /// <param name="currency">The book's.</param>
    public static string Row(DatevRow row, string currency)
    {
        var fields = new string[Columns.Count];
        Array.Fill(fields, "");
        fields[0] = Number(row.AmountMinor);
        if (row.Foreign is { } foreign && InHundredths(foreign) is { } hundredths && RateOf(foreign) is { } rate)
        {
            fields[0] = Number(hundredths);
            fields[At("WKZ Umsatz")] = Quoted(foreign.Currency);
            fields[At("Kurs")] = rate;
            fields[At("Basis-Umsatz")] = Number(row.AmountMinor);
            fields[At("WKZ Basis-Umsatz")] = Quoted(currency);
        }

        fields[1] = Quoted(row.IsDebit ? "S" : "H");
        fields[At("Konto")] = row.Account;
        fields[At("Gegenkonto (ohne BU-Schlüssel)")] = row.Counter;
        if (row.TaxKey.Length > 0) fields[At("BU-Schlüssel")] = Quoted(row.TaxKey);
        fields[At("Belegdatum")] = row.Date.ToString("ddMM", CultureInfo.InvariantCulture);
        if (row.Document.Length > 0) fields[At("Belegfeld 1")] = Quoted(row.Document);
        if (row.Text.Length > 0) fields[At("Buchungstext")] = Quoted(row.Text);
        if (row.Document2 is { } second) fields[At("Belegfeld 2")] = Quoted(second);
        if (row.CostCentre is { } centre) fields[At("KOST1 - Kostenstelle")] = Quoted(centre);
        if (row.Project is { } project) fields[At("KOST2 - Kostenstelle")] = Quoted(project);
        for (var n = 0; n < row.Infos.Count; n++)
        {
            fields[At("Zusatzinformation - Art 1") + (2 * n)] = Quoted(row.Infos[n].Key);
            fields[At("Zusatzinformation - Art 1") + (2 * n) + 1] = Quoted(row.Infos[n].Value);
        }

        fields[At("Festschreibung")] = "1";
        if (row.DueDate is { } due) fields[At("Fälligkeit")] = due.ToString("ddMMyyyy", CultureInfo.InvariantCulture);
        if (row.SupplyDate is { } supplied)
        {
            // The one needs the other: the period of the tax stays that of the posting.
            fields[At("Leistungsdatum")] = supplied.ToString("ddMMyyyy", CultureInfo.InvariantCulture);
            fields[At("Datum Zuord. Steuerperiode")] = row.Date.ToString("ddMMyyyy", CultureInfo.InvariantCulture);
        }

        return string.Join(';', fields);
    }

    /// <summary>The amount as the format has it, with two decimals; null: it has more, or is too large.</summary>
    private static long? InHundredths(Ledger.Foreign foreign) => Currency.DigitsOf(foreign.Currency) switch
    {
        2 when foreign.AmountMinor <= MaxAmountMinor => foreign.AmountMinor,
        0 when foreign.AmountMinor <= MaxAmountMinor / 100 => foreign.AmountMinor * 100,
        _ => null,
    };

    /// <summary>The rate as the format has it, 1 to four digits before the comma, two to six after it; null: it does not fit.</summary>
    private static string? RateOf(Ledger.Foreign foreign) => decimal.Round(foreign.Rate, MaxRateDecimals) is >= 1 and < 10_000 and var rate ? rate.ToString("0.00####", CultureInfo.InvariantCulture).Replace('.', ',') : null;

    private static string Number(long minor) => Amount.Format(minor, 2).Replace('.', ',');

    /// <summary>A text in Windows-1252, without what breaks a line.</summary>
    public static string Clean(string text, int maxChars)
    {
        var clean = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            if (Rune.IsControl(rune)) clean.Append(' ');
            else if (rune.IsBmp && Writable.Contains((char)rune.Value)) clean.Append((char)rune.Value);
            else
            {
                clean.Append(Marked.IndexOf(rune.ToString(), StringComparison.Ordinal) is var at && at >= 0 ? Plain[at] : '?');
            }
        }

        return clean.Length <= maxChars ? clean.ToString() : clean.ToString(0, maxChars);
    }

    /// <summary>A voucher's number in the characters that Belegfeld 1 takes: letters, digits and $ % &amp; * + - /; others become '-'. Worked: R_2026.17 → R-2026-17.</summary>
    public static string CleanDocument(string document)
    {
        var clean = new string([.. document.Select(c => char.IsAsciiLetterOrDigit(c) || "$%&*+-/".Contains(c, StringComparison.Ordinal) ? c : '-')]);
        return clean.Length <= MaxDocumentChars ? clean : clean[..MaxDocumentChars];
    }

    /// <summary>A cost centre in the characters that KOST1 and KOST2 take: letters, digits, '_' and blanks; others become '_'. Worked: K-100/4 → K_100_4.</summary>
    public static string CleanCostCentre(string value)
    {
        var clean = Clean(new string([.. value.Select(c => char.IsLetterOrDigit(c) || c is '_' or ' ' ? c : '_')]), MaxDocumentChars);
        return clean.Replace('?', '_');
    }

    /// <summary>A batch's name in the characters that the header takes: letters, digits, '_', '.', '-', '/' and blanks; others become blanks, at most 30. Worked: Müller &amp; Söhne → Müller   Söhne.</summary>
    public static string CleanName(string value) => Clean(new string([.. value.Select(c => char.IsLetterOrDigit(c) || "_.-/ ".Contains(c, StringComparison.Ordinal) ? c : ' ')]), 30).Replace('?', ' ');

    private static string[] Pair(string kind, string content, int n) => [string.Create(CultureInfo.InvariantCulture, $"{kind} {n}"), string.Create(CultureInfo.InvariantCulture, $"{content} {n}")];

    private static string Quoted(string text) => $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Day(DateOnly date) => date.ToString("yyyyMMdd", CultureInfo.InvariantCulture);
}

/// <summary>What the header line says.</summary>
/// <param name="Created">When the file was made.</param>
/// <param name="Consultant">Beraternummer.</param>
/// <param name="Client">Mandantennummer.</param>
/// <param name="YearStart">First day of the fiscal year.</param>
/// <param name="AccountLength">Digits of a general ledger account, 4 to 8; those of parties have one more.</param>
/// <param name="Name">At most 30 characters.</param>
/// <param name="Chart">SKR03 or SKR04; null: another.</param>
public sealed record DatevHeader(DateTimeOffset Created, int Consultant, int Client, DateOnly YearStart, int AccountLength, DateOnly From, DateOnly To, string Name, string Currency, string? Chart);

/// <summary>A row: one account against one other.</summary>
/// <param name="AmountMinor">Cents, above 0.</param>
/// <param name="IsDebit">Which side <paramref name="Account"/> is on.</param>
/// <param name="Account">Konto.</param>
/// <param name="Counter">Gegenkonto.</param>
/// <param name="TaxKey">BU-Schlüssel: <c>40</c> on automatic accounts, so that tax is not computed twice; else empty.</param>
/// <param name="Infos">Zusatzinformationen: kind and content.</param>
/// <param name="Foreign">The same amount in the currency in which it is owed or held, above 0; null: in the book's.</param>
/// <param name="Document2">Belegfeld 2; null: none.</param>
/// <param name="SupplyDate">Leistungsdatum, which sets the rate of tax; null: the day of the posting.</param>
public sealed record DatevRow(
    long AmountMinor, bool IsDebit, string Account, string Counter, string TaxKey, DateOnly Date, string Document, string Text, DateOnly? DueDate, string? CostCentre, string? Project, IReadOnlyList<KeyValuePair<string, string>> Infos,
    Ledger.Foreign? Foreign = null, DateOnly? SupplyDate = null, string? Document2 = null);
