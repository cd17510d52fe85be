using System.Globalization;
using CsvHelper;
using CsvHelper.Configuration;

namespace BackOffice.Ledger;

/// <summary>One account of a starter chart.</summary>
/// <param name="Code">Its number in the chart.</param>
/// <param name="NameDe">German name, the one a book begins with.</param>
/// <param name="NameEn">English name.</param>
/// <param name="Line">Line of the statements.</param>
/// <param name="OtherLine">Line while its balance stands on the other side.</param>
public sealed record ChartAccount(string Code, string NameDe, string NameEn, AccountType Type, string Line, string? OtherLine);

/// <summary>
/// The starter charts (Standardkontenrahmen) SKR03 and SKR04: the accounts a small company needs, with their place in the statements of HGB §266 and §275(2).
/// They come from <c>Chart.csv</c>, a row an account with its number in both. Worked: bank is 1200 in SKR03 and 1800 in SKR04, line assets.B.IV, overdrawn liabilities.C.
/// </summary>
public static class Chart
{
    public const string Skr03 = "SKR03";
    public const string Skr04 = "SKR04";

    private static readonly List<Row> Rows = Load();

    /// <summary>The accounts of a chart, in order of their numbers.</summary>
    public static IReadOnlyList<ChartAccount> Accounts(string chart) =>
    [
        .. Rows.Select(row => new ChartAccount(chart == Skr03 ? row.Skr03 : row.Skr04, row.De, row.En, Enum.Parse<AccountType>(row.Type, ignoreCase: true), row.Line, BookState.Told(row.Other)))
            .OrderBy(account => account.Code, StringComparer.Ordinal),
    ];

    /// <summary>The number of an account in a chart, told by its number in SKR03.</summary>
    public static string Number(string chart, string skr03) => chart == Skr03 ? skr03 : Rows.First(row => row.Skr03 == skr03).Skr04;

    private static List<Row> Load()
    {
        using var stream = typeof(Chart).Assembly.GetManifestResourceStream("BackOffice.Ledger.Chart.csv")!;
        using var csv = new CsvReader(new StreamReader(stream), new CsvConfiguration(CultureInfo.InvariantCulture) { Delimiter = ";", PrepareHeaderForMatch = header => header.Header.ToUpperInvariant() });
        return [.. csv.GetRecords<Row>()];
    }

    /// <summary>A row of Chart.csv.</summary>
    private sealed record Row(string Skr03, string Skr04, string Type, string Line, string Other, string De, string En);
}
