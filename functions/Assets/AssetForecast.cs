using System.Text.Json;
using BackOffice.Kernel;

namespace BackOffice.Assets;

/// <summary>One month of one account.</summary>
/// <param name="Month">First day of the month.</param>
/// <param name="DepreciationMinor">Depreciation planned in it, minor units.</param>
/// <param name="BookValueMinor">Book value on its last day.</param>
public sealed record ForecastMonth(DateOnly Month, long DepreciationMinor, long BookValueMinor);

/// <summary>
/// Book values to come, by account and month, from the register as it stands: what is planned, and nothing that is not known yet. Worked: laptop 1,200.00 of 2026-01 over 36 months, from 2026-01 → 33.33 and 1,166.67, then 33.34 and 1,133.33.
/// </summary>
/// <param name="Accounts">In order of their codes; each has all the months.</param>
/// <param name="Total">Their sums.</param>
public sealed record AssetForecast(IReadOnlyList<(string Account, IReadOnlyList<ForecastMonth> Months)> Accounts, IReadOnlyList<ForecastMonth> Total)
{
    /// <param name="from">First day of the first month.</param>
    /// <param name="to">First day of the last month.</param>
    public static AssetForecast Of(DateOnly from, DateOnly to, IEnumerable<(string Id, Asset Asset)> assets)
    {
        var count = IndexOf(from, to) + 1;
        SortedDictionary<string, (long[] Depreciation, long[] Change)> accounts = new(StringComparer.Ordinal);
        foreach (var (id, asset) in assets)
        {
            var plan = DepreciationPlan.Of(asset);
            foreach (var (date, account, amount) in AssetEntries.OnAccounts(asset, plan, AssetEntries.Of(id, asset, plan), long.MaxValue))
                if (Math.Max(IndexOf(from, date), 0) is var index && index < count) In(account).Change[index] += amount; // what came before stands at the beginning
            for (var n = 0; n < plan.Months.Count; n++)
                if (IndexOf(from, plan.Months[n].Month) is var index && index >= 0 && index < count) In(plan.Accounts[n]).Depreciation[index] += plan.Months[n].AmountMinor;
        }

        List<(string Account, IReadOnlyList<ForecastMonth> Months)> forecasts = [.. accounts.Select(account => (account.Key, Months(account.Value.Depreciation, account.Value.Change)))];
        return new AssetForecast(
            [.. forecasts.Where(account => account.Months.Any(month => month is not { DepreciationMinor: 0, BookValueMinor: 0 }))],
            [.. Enumerable.Range(0, count).Select(n => new ForecastMonth(from.AddMonths(n), forecasts.Sum(account => account.Months[n].DepreciationMinor), forecasts.Sum(account => account.Months[n].BookValueMinor)))]);

        (long[] Depreciation, long[] Change) In(string account)
        {
            if (!accounts.TryGetValue(account, out var known)) accounts.Add(account, known = (new long[count], new long[count]));
            return known;
        }

        IReadOnlyList<ForecastMonth> Months(long[] depreciation, long[] change)
        {
            var value = 0L;
            return [.. Enumerable.Range(0, count).Select(n => new ForecastMonth(from.AddMonths(n), depreciation[n], value += change[n]))];
        }
    }

    public void Write(Utf8JsonWriter json, int digits, Func<string, string> nameOf)
    {
        json.WriteStartArray("accounts");
        foreach (var (account, months) in Accounts)
        {
            json.WriteStartObject();
            json.WriteString("account", account);
            json.WriteString("name", nameOf(account));
            Write(json, "months", months, digits);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        Write(json, "total", Total, digits);
    }

    public IEnumerable<ReportRow> Rows(string language, Func<string, string> nameOf)
    {
        foreach (var (account, months) in Accounts)
            foreach (var month in months) yield return Row(1, account, nameOf(account), month);
        foreach (var month in Total) yield return Row(0, "", language == "de" ? "Summe" : "Total", month);

        static ReportRow Row(int level, string account, string name, ForecastMonth month) => new(level, account, name, BusinessDay.MonthText(month.Month), (Int128)month.DepreciationMinor, (Int128)month.BookValueMinor);
    }

    private static void Write(Utf8JsonWriter json, string name, IReadOnlyList<ForecastMonth> months, int digits)
    {
        json.WriteList(name, months, month =>
        {
            json.WriteString("month", BusinessDay.MonthText(month.Month));
            json.WriteString("depreciation", Amount.Format(month.DepreciationMinor, digits));
            json.WriteString("bookValue", Amount.Format(month.BookValueMinor, digits));
        });
    }

    private static int IndexOf(DateOnly from, DateOnly date) => ((date.Year - from.Year) * 12) + date.Month - from.Month;
}
