namespace BackOffice.Ledger;

/// <summary>A line of the balance sheet (HGB §266) or of the income statement (HGB §275(2), nature of expense), down to letters and Roman numerals.</summary>
/// <param name="Key">Its name in this interface: <c>assets.B.II</c>, <c>liabilities.A.IV</c>, <c>income.5a</c>.</param>
/// <param name="Number">Its number in the statute: <c>II.</c></param>
/// <param name="De">German wording.</param>
/// <param name="En">English wording.</param>
/// <param name="IsSum">Whether it is computed from other lines, so that no account can be placed on it.</param>
public sealed record StatementLine(string Key, string Number, string De, string En, bool IsSum = false)
{
    public const string NetResult = "liabilities.A.V";
    public const string BroughtForward = "liabilities.A.IV";
    public const string Equity = "liabilities.A";
    public const string EquityDeficit = "assets.F";

    /// <summary>Aktiva, then Passiva. Lines of one letter are the sums of theirs below; a letter without any below holds accounts itself.</summary>
    public static readonly IReadOnlyList<StatementLine> BalanceSheet =
    [
        new("assets.A", "A.", "Anlagevermögen", "Fixed assets", IsSum: true),
        new("assets.A.I", "I.", "Immaterielle Vermögensgegenstände", "Intangible assets"),
        new("assets.A.II", "II.", "Sachanlagen", "Tangible assets"),
        new("assets.A.III", "III.", "Finanzanlagen", "Financial assets"),
        new("assets.B", "B.", "Umlaufvermögen", "Current assets", IsSum: true),
        new("assets.B.I", "I.", "Vorräte", "Inventories"),
        new("assets.B.II", "II.", "Forderungen und sonstige Vermögensgegenstände", "Receivables and other assets"),
        new("assets.B.III", "III.", "Wertpapiere", "Securities"),
        new("assets.B.IV", "IV.", "Kassenbestand, Bundesbankguthaben, Guthaben bei Kreditinstituten und Schecks", "Cash, bank balances and cheques"),
        new("assets.C", "C.", "Rechnungsabgrenzungsposten", "Prepaid expenses"),
        new("assets.D", "D.", "Aktive latente Steuern", "Deferred tax assets"),
        new("assets.E", "E.", "Aktiver Unterschiedsbetrag aus der Vermögensverrechnung", "Excess of plan assets over pension liabilities"),
        new(EquityDeficit, "F.", "Nicht durch Eigenkapital gedeckter Fehlbetrag", "Deficit not covered by equity", IsSum: true),
        new(Equity, "A.", "Eigenkapital", "Equity", IsSum: true),
        new("liabilities.A.I", "I.", "Gezeichnetes Kapital", "Subscribed capital"),
        new("liabilities.A.II", "II.", "Kapitalrücklage", "Capital reserve"),
        new("liabilities.A.III", "III.", "Gewinnrücklagen", "Revenue reserves"),
        new(BroughtForward, "IV.", "Gewinnvortrag/Verlustvortrag", "Profit or loss brought forward"),
        new(NetResult, "V.", "Jahresüberschuss/Jahresfehlbetrag", "Net profit or loss for the year", IsSum: true),
        new("liabilities.B", "B.", "Rückstellungen", "Provisions"),
        new("liabilities.C", "C.", "Verbindlichkeiten", "Liabilities"),
        new("liabilities.D", "D.", "Rechnungsabgrenzungsposten", "Deferred income"),
        new("liabilities.E", "E.", "Passive latente Steuern", "Deferred tax liabilities"),
    ];

    public static readonly IReadOnlyList<StatementLine> IncomeStatement =
    [
        new("income.1", "1.", "Umsatzerlöse", "Revenue"),
        new("income.2", "2.", "Erhöhung oder Verminderung des Bestands an fertigen und unfertigen Erzeugnissen", "Change in inventories of finished goods and work in progress"),
        new("income.3", "3.", "Andere aktivierte Eigenleistungen", "Own work capitalised"),
        new("income.4", "4.", "Sonstige betriebliche Erträge", "Other operating income"),
        new("income.5a", "5. a)", "Aufwendungen für Roh-, Hilfs- und Betriebsstoffe und für bezogene Waren", "Cost of raw materials, supplies and purchased goods"),
        new("income.5b", "5. b)", "Aufwendungen für bezogene Leistungen", "Cost of purchased services"),
        new("income.6a", "6. a)", "Löhne und Gehälter", "Wages and salaries"),
        new("income.6b", "6. b)", "Soziale Abgaben und Aufwendungen für Altersversorgung und für Unterstützung", "Social security, pension and other benefit costs"),
        new("income.7a", "7. a)", "Abschreibungen auf immaterielle Vermögensgegenstände des Anlagevermögens und Sachanlagen", "Amortisation and depreciation of fixed assets"),
        new("income.7b", "7. b)", "Abschreibungen auf Vermögensgegenstände des Umlaufvermögens, soweit diese die üblichen Abschreibungen überschreiten", "Unusual write-downs of current assets"),
        new("income.8", "8.", "Sonstige betriebliche Aufwendungen", "Other operating expenses"),
        new("income.9", "9.", "Erträge aus Beteiligungen", "Income from participations"),
        new("income.10", "10.", "Erträge aus anderen Wertpapieren und Ausleihungen des Finanzanlagevermögens", "Income from other long-term securities and loans"),
        new("income.11", "11.", "Sonstige Zinsen und ähnliche Erträge", "Other interest and similar income"),
        new("income.12", "12.", "Abschreibungen auf Finanzanlagen und auf Wertpapiere des Umlaufvermögens", "Write-downs of financial assets and current securities"),
        new("income.13", "13.", "Zinsen und ähnliche Aufwendungen", "Interest and similar expenses"),
        new("income.14", "14.", "Steuern vom Einkommen und vom Ertrag", "Taxes on income"),
        new("income.15", "15.", "Ergebnis nach Steuern", "Result after taxes", IsSum: true),
        new("income.16", "16.", "Sonstige Steuern", "Other taxes"),
        new("income.17", "17.", "Jahresüberschuss/Jahresfehlbetrag", "Net profit or loss for the year", IsSum: true),
    ];

    private static readonly Dictionary<string, StatementLine> ByKey = BalanceSheet.Concat(IncomeStatement).ToDictionary(line => line.Key, StringComparer.Ordinal);

    public static StatementLine? Find(string key) => ByKey.GetValueOrDefault(key);

    /// <summary>How deep it stands: letters 1, Roman numerals 2; lines of the income statement 1.</summary>
    public int Level => Key.Count(c => c == '.');

    public string Text(string language) => language == "de" ? De : En;

    /// <summary>Why accounts of this type cannot stand on this line; null when they can.</summary>
    public static string? Misfit(string key, AccountType type)
    {
        if (Find(key) is not { IsSum: false }) return $"'{key}' is no line that holds accounts, such as assets.B.II, liabilities.C or income.8.";
        var isIncome = key.StartsWith("income.", StringComparison.Ordinal);
        return isIncome == type is AccountType.Income or AccountType.Expense ? null
            : $"An account of type {AccountText.Of(type)} stands in the {(isIncome ? "balance sheet" : "income statement")}, not on {key}.";
    }
}
