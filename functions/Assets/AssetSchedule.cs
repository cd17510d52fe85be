using System.Text.Json;
using BackOffice.Kernel;
using BackOffice.Ledger;

namespace BackOffice.Assets;

/// <summary>
/// One line of the asset schedule, minor units. Cost: closing = opening + additions − disposals + transfers. Depreciation: closing = opening + year − write-ups − on disposals + on transfers. Book value = cost − depreciation.
/// </summary>
/// <param name="YearMinor">Depreciation and impairments of the year, less what disposals took back.</param>
public sealed record AssetScheduleLine(
    long CostOpeningMinor, long AdditionsMinor, long DisposalsMinor, long TransfersMinor, long DepreciationOpeningMinor, long YearMinor, long WriteUpsMinor, long OnDisposalsMinor, long OnTransfersMinor)
{
    public static readonly AssetScheduleLine Empty = new(0, 0, 0, 0, 0, 0, 0, 0, 0);

    public long CostClosingMinor => CostOpeningMinor + AdditionsMinor - DisposalsMinor + TransfersMinor;
    public long DepreciationClosingMinor => DepreciationOpeningMinor + YearMinor - WriteUpsMinor - OnDisposalsMinor + OnTransfersMinor;
    public long BookValueMinor => CostClosingMinor - DepreciationClosingMinor;
    public long BookValueBeforeMinor => CostOpeningMinor - DepreciationOpeningMinor;
    public bool IsEmpty => this == Empty;

    public AssetScheduleLine Add(AssetScheduleLine other) => new(
        CostOpeningMinor + other.CostOpeningMinor, AdditionsMinor + other.AdditionsMinor, DisposalsMinor + other.DisposalsMinor, TransfersMinor + other.TransfersMinor,
        DepreciationOpeningMinor + other.DepreciationOpeningMinor, YearMinor + other.YearMinor, WriteUpsMinor + other.WriteUpsMinor, OnDisposalsMinor + other.OnDisposalsMinor, OnTransfersMinor + other.OnTransfersMinor);

    /// <summary>The columns in their order, as names in JSON and amounts.</summary>
    public IEnumerable<(string Name, long AmountMinor)> Columns() =>
    [
        ("costOpening", CostOpeningMinor), ("additions", AdditionsMinor), ("disposals", DisposalsMinor), ("transfers", TransfersMinor), ("costClosing", CostClosingMinor),
        ("depreciationOpening", DepreciationOpeningMinor), ("depreciationOfYear", YearMinor), ("writeUps", WriteUpsMinor), ("depreciationOnDisposals", OnDisposalsMinor), ("depreciationOnTransfers", OnTransfersMinor),
        ("depreciationClosing", DepreciationClosingMinor), ("bookValue", BookValueMinor), ("bookValueBefore", BookValueBeforeMinor),
    ];
}

/// <summary>
/// The asset schedule (Anlagenspiegel) of a fiscal year, by account and asset, from the register: the months of the year to come are as planned. Source: HGB §284(3).
/// Worked: laptop 1,200.00 of January over 36 months → cost 0.00 + 1,200.00 = 1,200.00; depreciation 0.00 + 400.00 = 400.00; book value 800.00, before 0.00.
/// </summary>
/// <param name="Year">The fiscal year.</param>
/// <param name="Accounts">By account, in order of its code; within it by asset id.</param>
public sealed record AssetSchedule(FiscalYear Year, string Currency, int Digits, IReadOnlyList<AssetScheduleAccount> Accounts)
{
    public AssetScheduleLine Total => Accounts.Aggregate(AssetScheduleLine.Empty, (sum, account) => sum.Add(account.Total));

    public static AssetSchedule Of(FiscalYear year, string currency, int digits, IEnumerable<(string Id, Asset Asset)> assets, Func<string, string> nameOf)
    {
        SortedDictionary<string, List<AssetScheduleAsset>> accounts = new(StringComparer.Ordinal);
        foreach (var (id, asset) in assets.OrderBy(asset => asset.Id, StringComparer.Ordinal))
            foreach (var (account, line) in LinesOf(asset, DepreciationPlan.Of(asset), year))
            {
                if (line.IsEmpty) continue;
                if (!accounts.TryGetValue(account, out var lines)) accounts.Add(account, lines = []);
                lines.Add(new AssetScheduleAsset(id, asset.Text, line));
            }

        return new AssetSchedule(year, currency, digits, [.. accounts.Select(account => new AssetScheduleAccount(account.Key, nameOf(account.Key), account.Value))]);
    }

    /// <summary>An asset's lines, one for each account it has been on.</summary>
    internal static IReadOnlyDictionary<string, AssetScheduleLine> LinesOf(Asset asset, DepreciationPlan plan, FiscalYear year)
    {
        Dictionary<string, AssetScheduleLine> lines = new(StringComparer.Ordinal);
        if (asset.Acquired < year.First) Put(asset.AssetAccount, new AssetScheduleLine(asset.CostMinor, 0, 0, 0, 0, 0, 0, 0, 0));
        else if (asset.Acquired <= year.Last) Put(asset.AssetAccount, new AssetScheduleLine(0, asset.CostMinor, 0, 0, 0, 0, 0, 0, 0));
        if (asset.TakenOver is { } taken) PutDepreciation(asset.AssetAccount, taken.Through.AddMonths(1).AddDays(-1), taken.DepreciationMinor);
        for (var n = 0; n < plan.Months.Count; n++) PutDepreciation(plan.Accounts[n], plan.Months[n].LastDay, plan.Months[n].AmountMinor);
        foreach (var result in plan.Results) PutMovement(result);
        return lines;

        void Put(string account, AssetScheduleLine line) => lines[account] = lines.GetValueOrDefault(account, AssetScheduleLine.Empty).Add(line);

        void PutDepreciation(string account, DateOnly date, long amount)
        {
            if (date < year.First) Put(account, AssetScheduleLine.Empty with { DepreciationOpeningMinor = amount });
            else if (date <= year.Last) Put(account, AssetScheduleLine.Empty with { YearMinor = amount });
        }

        void PutMovement(MovementResult result)
        {
            foreach (var (month, amount) in result.TakenBack) PutDepreciation(result.Account, month.AddMonths(1).AddDays(-1), -amount);
            if (result.Movement.Date > year.Last) return;
            var isBefore = result.Movement.Date < year.First;
            var (cost, value, account) = (result.CostMinor, result.BookValueMinor, result.Account);
            switch (result.Movement)
            {
                case Addition:
                    Put(account, isBefore ? AssetScheduleLine.Empty with { CostOpeningMinor = cost } : AssetScheduleLine.Empty with { AdditionsMinor = cost });
                    break;
                case Impairment:
                    PutDepreciation(account, result.Movement.Date, -value);
                    break;
                case WriteUp:
                    Put(account, isBefore ? AssetScheduleLine.Empty with { DepreciationOpeningMinor = -value } : AssetScheduleLine.Empty with { WriteUpsMinor = value });
                    break;
                case Disposal:
                    Put(account, isBefore ? AssetScheduleLine.Empty with { CostOpeningMinor = -cost, DepreciationOpeningMinor = -(cost - value) } : AssetScheduleLine.Empty with { DisposalsMinor = cost, OnDisposalsMinor = cost - value });
                    break;
                case Transfer transfer:
                    Put(account, isBefore ? AssetScheduleLine.Empty with { CostOpeningMinor = -cost, DepreciationOpeningMinor = -(cost - value) } : AssetScheduleLine.Empty with { TransfersMinor = -cost, OnTransfersMinor = -(cost - value) });
                    Put(transfer.ToAccount, isBefore ? AssetScheduleLine.Empty with { CostOpeningMinor = cost, DepreciationOpeningMinor = cost - value } : AssetScheduleLine.Empty with { TransfersMinor = cost, OnTransfersMinor = cost - value });
                    break;
            }
        }
    }

    public void Write(Utf8JsonWriter json)
    {
        json.WriteNumber("year", Year.Year);
        json.WriteString("from", BusinessDay.Text(Year.First));
        json.WriteString("to", BusinessDay.Text(Year.Last));
        json.WriteString("currency", Currency);
        json.WriteList("accounts", Accounts, account =>
        {
            json.WriteString("account", account.Account);
            json.WriteString("name", account.Name);
            Write(json, account.Total);
            json.WriteList("assets", account.Assets, asset =>
            {
                json.WriteString("id", asset.Id);
                json.WriteString("text", asset.Text);
                Write(json, asset.Line);
            });
        });
        json.WriteStartObject("total");
        Write(json, Total);
        json.WriteEndObject();
    }

    public Report ToReport(string language)
    {
        var de = language == "de";
        string[] columns = de
            ? ["AK/HK Anfang", "Zugänge", "Abgänge", "Umbuchungen", "AK/HK Ende", "Abschreibungen Anfang", "des Jahres", "Zuschreibungen", "auf Abgänge", "auf Umbuchungen", "Abschreibungen Ende", "Buchwert", "Buchwert Vorjahr"]
            : ["Cost opening", "Additions", "Disposals", "Transfers", "Cost closing", "Depreciation opening", "Of the year", "Write-ups", "On disposals", "On transfers", "Depreciation closing", "Book value", "Book value before"];
        List<ReportRow> rows = [];
        foreach (var account in Accounts)
        {
            rows.Add(Row(1, account.Account, account.Name, account.Total));
            rows.AddRange(account.Assets.Select(asset => Row(2, asset.Id, asset.Text, asset.Line)));
        }

        rows.Add(Row(0, "", de ? "Summe" : "Total", Total));
        return new Report(de ? "Anlagenspiegel" : "Asset schedule", $"{BusinessDay.Text(Year.First)} – {BusinessDay.Text(Year.Last)}, {Currency}", [de ? "Konto, Anlage" : "Account, asset", "", .. columns], rows, Digits, language);

        static ReportRow Row(int level, string code, string text, AssetScheduleLine line) => new(level, [code, text, .. line.Columns().Select(column => (object)(Int128)column.AmountMinor)]);
    }

    private void Write(Utf8JsonWriter json, AssetScheduleLine line)
    {
        foreach (var (name, amount) in line.Columns()) json.WriteString(name, Amount.Format(amount, Digits));
    }
}

/// <summary>The assets of one account.</summary>
public sealed record AssetScheduleAccount(string Account, string Name, IReadOnlyList<AssetScheduleAsset> Assets)
{
    public AssetScheduleLine Total => Assets.Aggregate(AssetScheduleLine.Empty, (sum, asset) => sum.Add(asset.Line));
}

/// <summary>One asset on one account.</summary>
public sealed record AssetScheduleAsset(string Id, string Text, AssetScheduleLine Line);
