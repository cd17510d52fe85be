using System.Globalization;
using BackOffice.Kernel;

namespace BackOffice.Ledger;

/// <summary>One box of the return (UStVA-Kennzahl).</summary>
/// <param name="Box">Its number: <c>81</c>.</param>
/// <param name="BaseMinor">Base in minor units, cut to whole euros; null on boxes that hold tax only.</param>
/// <param name="TaxMinor">Tax in minor units; null on boxes that hold a base only.</param>
public sealed record VatBox(string Box, string De, string En, Int128? BaseMinor, Int128? TaxMinor);

/// <summary>Tax by the return beside the tax on the accounts of the same kind, in minor units; positive = owed.</summary>
public sealed record VatDifference(string Box, string Account, Int128 ReturnMinor, Int128 BookedMinor)
{
    public Int128 DifferenceMinor => BookedMinor - ReturnMinor;
}

/// <summary>
/// The VAT return of a month (Umsatzsteuer-Voranmeldung, accrual taxation): boxes in order, and how the tax accounts differ from them.
/// </summary>
/// <param name="PayableMinor">Box 83: positive = to be paid, negative = reclaimed.</param>
public sealed record VatReturn(DateOnly Month, IReadOnlyList<VatBox> Boxes, IReadOnlyList<VatDifference> Differences, Int128 PayableMinor)
{
    public VatBox? this[string box] => Boxes.FirstOrDefault(known => known.Box == box);

    /// <summary>
    /// The box is told by the posting month, the rate by the day of supply: what is supplied under another rate than the month's stands in 35/36 (sales) or 95/98 (acquisitions). Bases are cut to
    /// whole euros and taxed from that; input tax (66, 61, 67) is what entries with a tax code brought to its accounts, with cents, import VAT (62) all of its account's turnover. Rounded half away from zero. 422 <c>ledger/no-chart</c>.
    /// Source: UStG §16, §18, the form USt 1 A. Worked: sales of 999.99 at 19 % → 81: base 999, tax 189.81; with 190.00 on account 1776 the difference is 0.19.
    /// </summary>
    public static Outcome<VatReturn> Of(BookState state, DateOnly month, VatRates rates)
    {
        if (state.Settings.Chart is not { } chart) return new Refusal(422, "ledger/no-chart", "The book has no chart, which would say which accounts hold tax.");
        var (first, last) = (month.DayNumber, month.AddMonths(1).DayNumber - 1);
        var bases = Bases(state, month, first, last, rates);
        List<VatBox> boxes = [];
        foreach (var (box, amount) in bases.OrderBy(b => b.Key.Box, StringComparer.Ordinal)) Add(boxes, box, Cut(amount, state.Digits));

        foreach (var (box, accounts, de, en) in InputBoxes)
        {
            var tax = accounts.Aggregate(Int128.Zero, (sum, account) => sum + InputTax(state, chart, account, first, last));
            if (tax != 0) boxes.Add(new VatBox(box, de, en, null, tax));
        }

        var inputs = boxes.Where(box => InputBoxes.Any(input => input.Box == box.Box)).Aggregate(Int128.Zero, (sum, box) => sum + box.TaxMinor!.Value);
        var owed = boxes.Where(box => InputBoxes.All(input => input.Box != box.Box)).Aggregate(Int128.Zero, (sum, box) => sum + (box.TaxMinor ?? 0));
        boxes.Add(new VatBox("83", "Verbleibende Umsatzsteuer-Vorauszahlung", "Payable", null, owed - inputs));
        return new VatReturn(month, [.. boxes.OrderBy(box => box.Box == "83").ThenBy(box => box.Box, StringComparer.Ordinal)], Compare(state, chart, bases, first, last), owed - inputs);
    }

    private static readonly (string Box, string[] Accounts, string De, string En)[] InputBoxes =
    [
        ("66", ["1571", "1576"], "Vorsteuer aus Rechnungen von anderen Unternehmern", "Input tax from invoices"),
        ("61", ["1574"], "Vorsteuer aus innergemeinschaftlichem Erwerb", "Input tax on intra-EU acquisitions"),
        ("62", ["1588"], "Entstandene Einfuhrumsatzsteuer", "Import VAT"),
        ("67", ["1577"], "Vorsteuer aus Leistungen nach §13b", "Input tax under §13b"),
    ];

    /// <summary>A base box with its rate: two rates of one box are cut and taxed apart.</summary>
    private sealed record BaseBox(string Box, string? TaxBox, TaxCode Code, decimal Rate);

    private static Dictionary<BaseBox, Int128> Bases(BookState state, DateOnly month, int first, int last, VatRates rates)
    {
        var bases = new Dictionary<BaseBox, Int128>();
        foreach (var ((codeName, supplyDay), totals) in state.TaxedBySupply)
        {
            if (TaxCode.Find(codeName) is not { BaseBox: { } box } code) continue;
            var turnover = totals.Between(first, last).BalanceMinor;
            if (turnover == 0) continue;
            var rate = code.Rate is { } name ? rates.On(name, DateOnly.FromDayNumber(supplyDay))?.Value ?? 0 : 0;
            var current = code.Rate is { } same ? rates.On(same, month.AddMonths(1).AddDays(-1))?.Value ?? 0 : 0;
            var key = rate == current ? new BaseBox(box, code.Direction == TaxDirection.Reverse && code.TaxBox is "47" or "85" ? code.TaxBox : null, code, rate)
                : code.Direction == TaxDirection.Output ? new BaseBox("35", "36", code, rate)
                : code.InputAccount == "1574" ? new BaseBox("95", "98", code, rate)
                : new BaseBox(box, code.TaxBox, code, rate);
            // Sales stand on the credit side, purchases on the debit side.
            bases[key] = bases.GetValueOrDefault(key) + (code.Code.StartsWith("sale-", StringComparison.Ordinal) ? -turnover : turnover);
        }

        return bases;
    }

    private static void Add(List<VatBox> boxes, BaseBox key, Int128 cut)
    {
        Int128? tax = key.Code.Rate is null ? null : TaxOf(cut, key.Rate);
        var known = boxes.FindIndex(box => box.Box == key.Box);
        if (known >= 0) boxes[known] = boxes[known] with { BaseMinor = boxes[known].BaseMinor + cut, TaxMinor = key.TaxBox is null ? boxes[known].TaxMinor + tax : null };
        else boxes.Add(new VatBox(key.Box, key.Code.De, key.Code.En, cut, key.TaxBox is null ? tax : null));
        if (key.TaxBox is null) return;
        known = boxes.FindIndex(box => box.Box == key.TaxBox);
        if (known >= 0) boxes[known] = boxes[known] with { TaxMinor = boxes[known].TaxMinor + tax };
        else boxes.Add(new VatBox(key.TaxBox, $"Steuer zu Kennzahl {key.Box}", $"Tax on box {key.Box}", null, tax));
    }

    /// <summary>Tax by account: what the return has, and what the books hold; output tax wherever there is any, input tax where they differ.</summary>
    private static List<VatDifference> Compare(BookState state, string chart, Dictionary<BaseBox, Int128> bases, int first, int last)
    {
        List<VatDifference> differences = [];
        foreach (var account in TaxCode.All.Select(code => code.OutputAccount).OfType<string>().Distinct())
        {
            var mine = bases.Where(b => b.Key.Code.OutputAccount == account).ToList();
            var computed = mine.Aggregate(Int128.Zero, (sum, b) => sum + TaxOf(Cut(b.Value, state.Digits), b.Key.Rate));
            var booked = -Turnover(state, chart, account, first, last);
            if (computed != 0 || booked != 0) differences.Add(new VatDifference(string.Join(" ", mine.Select(b => b.Key.Box).Distinct()), Chart.Number(chart, account), computed, booked));
        }

        foreach (var (box, accounts, _, _) in InputBoxes)
        {
            foreach (var account in accounts)
            {
                var (claimed, booked) = (InputTax(state, chart, account, first, last), Turnover(state, chart, account, first, last));
                if (claimed != booked) differences.Add(new VatDifference(box, Chart.Number(chart, account), -claimed, -booked));
            }
        }

        return differences;
    }

    /// <summary>Clearing entries and opening balances are no input tax; import VAT has no supply beside it, and so no code.</summary>
    private static Int128 InputTax(BookState state, string chart, string skr03, int first, int last) =>
        skr03 == "1588" ? Turnover(state, chart, skr03, first, last) : state.Account(Chart.Number(chart, skr03))?.Taxed.Between(first, last).BalanceMinor ?? 0;

    private static Int128 Turnover(BookState state, string chart, string skr03, int first, int last) => state.Account(Chart.Number(chart, skr03))?.Between(first, last).BalanceMinor ?? 0;

    /// <summary>Cents cut off, towards zero.</summary>
    private static Int128 Cut(Int128 minor, int digits)
    {
        Int128 unit = 1;
        for (var n = 0; n < digits; n++) unit *= 10;
        return minor / unit * unit;
    }

    private static Int128 TaxOf(Int128 baseMinor, decimal rate) => Spread.RoundedQuotient(baseMinor * (Int128)(rate * 1_000_000), 1_000_000);

    public Report ToReport(string name, string currency, int digits, string language)
    {
        var de = language == "de";
        List<ReportRow> rows = [.. Boxes.Select(box => new ReportRow(box.Box == "83" ? 0 : 2, box.Box, de ? box.De : box.En, box.BaseMinor, box.TaxMinor))];
        rows.AddRange(Differences.Select(d => new ReportRow(2, d.Box, $"{(de ? "Konto" : "Account")} {d.Account}: {(de ? "gebucht, Abweichung" : "booked, difference")}", d.BookedMinor, d.DifferenceMinor)));
        return new Report($"{(de ? "Umsatzsteuer-Voranmeldung" : "VAT return")} {name}", $"{Month.ToString("yyyy-MM", CultureInfo.InvariantCulture)}, {currency}",
            [de ? "Kennzahl" : "Box", "", de ? "Bemessungsgrundlage" : "Base", de ? "Steuer" : "Tax"], rows, digits, language);
    }
}
