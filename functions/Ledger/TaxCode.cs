namespace BackOffice.Ledger;

/// <summary>Which way the tax of a code goes.</summary>
public enum TaxDirection
{
    /// <summary>We owe it on what we sell.</summary>
    Output,

    /// <summary>We reclaim it on what we buy.</summary>
    Input,

    /// <summary>We owe it in the supplier's place and reclaim it in the same return.</summary>
    Reverse,

    /// <summary>No tax arises, but the return names the base.</summary>
    None,
}

/// <summary>
/// How a base line is taxed (UStG). The rate is a dated parameter, looked up by the day of supply; the box is that of the return (UStVA) of the posting month.
/// Worked: <c>sale-standard</c> on 100.00 in 2025 → box 81, rate vat.standard 0.19, tax 19.00 on 1776 (SKR03) / 3806 (SKR04).
/// </summary>
/// <param name="Code">Its name, <c>sale-…</c> or <c>purchase-…</c>.</param>
/// <param name="Rate">Name of the parameter that holds the rate; null = no tax.</param>
/// <param name="BaseBox">Box of the base; null = the return does not name it (ordinary purchases).</param>
/// <param name="TaxBox">Box of the tax where the return asks for it beside the base (47, 85); null = it is computed from the base.</param>
/// <param name="OutputAccount">Account of the tax owed, by its number in SKR03.</param>
/// <param name="InputAccount">Account of the tax reclaimed, by its number in SKR03.</param>
public sealed record TaxCode(string Code, TaxDirection Direction, string? Rate, string? BaseBox, string? TaxBox, string? OutputAccount, string? InputAccount, string De, string En)
{
    private const string Standard = "vat.standard";
    private const string Reduced = "vat.reduced";

    /// <summary>The codes; an account's return is the same whatever the chart.</summary>
    public static readonly IReadOnlyList<TaxCode> All =
    [
        new("sale-standard", TaxDirection.Output, Standard, "81", null, "1776", null, "Umsätze zum Regelsteuersatz", "Sales at the standard rate"),
        new("sale-reduced", TaxDirection.Output, Reduced, "86", null, "1771", null, "Umsätze zum ermäßigten Steuersatz", "Sales at the reduced rate"),
        new("sale-zero", TaxDirection.None, null, "87", null, null, null, "Umsätze zu 0 %", "Sales at 0 %"),
        new("sale-eu", TaxDirection.None, null, "41", null, null, null, "Innergemeinschaftliche Lieferungen", "Intra-EU supplies"),
        new("sale-export", TaxDirection.None, null, "43", null, null, null, "Ausfuhrlieferungen", "Exports"),
        new("sale-eu-service", TaxDirection.None, null, "21", null, null, null, "Nicht steuerbare sonstige Leistungen in der EU", "Services to businesses in the EU"),
        new("sale-13b", TaxDirection.None, null, "60", null, null, null, "Umsätze, für die der Leistungsempfänger die Steuer schuldet (§13b)", "Supplies under reverse charge (§13b)"),
        new("purchase-standard", TaxDirection.Input, Standard, null, null, null, "1576", "Vorsteuer zum Regelsteuersatz", "Input tax at the standard rate"),
        new("purchase-reduced", TaxDirection.Input, Reduced, null, null, null, "1571", "Vorsteuer zum ermäßigten Steuersatz", "Input tax at the reduced rate"),
        new("purchase-eu", TaxDirection.Reverse, Standard, "89", null, "1774", "1574", "Innergemeinschaftlicher Erwerb zum Regelsteuersatz", "Intra-EU acquisitions at the standard rate"),
        new("purchase-eu-reduced", TaxDirection.Reverse, Reduced, "93", null, "1774", "1574", "Innergemeinschaftlicher Erwerb zum ermäßigten Steuersatz", "Intra-EU acquisitions at the reduced rate"),
        new("purchase-13b-eu", TaxDirection.Reverse, Standard, "46", "47", "1787", "1577", "Sonstige Leistungen aus der EU (§13b)", "Services from the EU (§13b)"),
        new("purchase-13b", TaxDirection.Reverse, Standard, "84", "85", "1787", "1577", "Andere Leistungen nach §13b", "Other supplies under §13b"),
    ];

    private static readonly Dictionary<string, HashSet<string>> TaxAccounts = new[] { Chart.Skr03, Chart.Skr04 }.ToDictionary(
        chart => chart, chart => All.SelectMany(code => new[] { code.OutputAccount, code.InputAccount }).OfType<string>().Append("1588").Select(skr03 => Chart.Number(chart, skr03)).ToHashSet(StringComparer.Ordinal));

    /// <summary>Whether an account of a chart holds VAT.</summary>
    public static bool IsTaxAccount(string chart, string account) => TaxAccounts[chart].Contains(account);

    private static readonly Dictionary<string, TaxCode> ByCode = All.ToDictionary(code => code.Code, StringComparer.Ordinal);

    public static TaxCode? Find(string code) => ByCode.GetValueOrDefault(code);

    public static Kernel.Fault Unknown(string code, string path) => new(path, "ledger/tax-code", $"'{code}' is no tax code; known are {string.Join(", ", All.Select(known => known.Code))}.");

    /// <summary>The tax on a net amount at a rate, half a cent away from zero: 0.50 at 19 % → 0.10 (0.095).</summary>
    public static long TaxMinor(long netMinor, decimal rate) => (long)Math.Round(netMinor * rate, 0, MidpointRounding.AwayFromZero);

    /// <summary>The net amount within a gross one; the tax is the rest, so both together are the gross exactly: 119.00 at 19 % → 100.00.</summary>
    public static long NetMinor(long grossMinor, decimal rate) => (long)Math.Round(grossMinor / (1 + rate), 0, MidpointRounding.AwayFromZero);
}
