using System.Globalization;
using BackOffice.Assets;
using BackOffice.Kernel;
using BackOffice.Ledger;
using BackOffice.Tests.Ledger;
using CsCheck;

namespace BackOffice.Tests.Assets;

/// <summary>Made-up assets for the tests of the pure rules, in a book with the chart SKR03.</summary>
internal static class Registers
{
    public static readonly BookState State = PureBook.Open(chart: Chart.Skr03).State;
    public static readonly VatRates Rates = new(Parameter.All.Where(parameter => parameter.Name.StartsWith("vat.", StringComparison.Ordinal))
        .ToDictionary(parameter => parameter.Name, parameter => new ParameterHistory(parameter, [.. parameter.Defaults.Select(known => new ParameterValue(known.From, known.Value))]), StringComparer.Ordinal));

    public static DateOnly Day(string date) => DateOnly.ParseExact(date, "yyyy-MM-dd", CultureInfo.InvariantCulture);

    public static Asset Asset(string acquired, long costMinor, int lifeMonths, DepreciationMethod method = DepreciationMethod.StraightLine, decimal rate = 0, long residualMinor = 0, TakenOver? takenOver = null, string start = "01-01") =>
        new("Laptop", costMinor, Day(acquired), lifeMonths, method, "0420", "4830", rate, residualMinor, start, null, takenOver, 0, []);

    public static Asset With(this Asset asset, params AssetMovement[] movements) => asset with { Movements = [.. asset.Movements, .. movements] };

    public static Outcome<Asset> Try(this Asset asset, AssetMovement movement) =>
        AssetChanges.Decide(State, asset, 0, new MovementTold(movement.Date, movement.Frozen, movement.AtEntry, movement.Reason), (_, _, _, _) => movement);

    public static MovementTold Told(string date, string? frozen = null) => new(Day(date), frozen is null ? null : Day(frozen), 0, "why");

    public static Addition Addition(string date, long amountMinor, string? frozen = null) => new(Day(date), frozen is null ? null : Day(frozen), 0, "why", amountMinor, null);

    public static Impairment Impairment(string date, long amountMinor) => new(Day(date), null, 0, "why", amountMinor, "4840");

    public static Disposal Disposal(string date, long netMinor, decimal share = 1, string? frozen = null) =>
        new(Day(date), frozen is null ? null : Day(frozen), 0, "why", share, netMinor, 0, null, new DisposalAccounts("1400", null, "8820", "2315", "8801", "2310"));

    /// <summary>Any asset, with up to five movements that the rules let through.</summary>
    public static readonly Gen<Asset> Any =
        from method in Gen.Enum<DepreciationMethod>()
        from cost in Gen.Long[1, 5_000_000]
        from life in Gen.Int[1, 130]
        from acquired in Gen.Int[0, 1_500]
        from rate in Gen.OneOf(0.1m, 0.2m, 0.3m)
        from residual in Gen.OneOf(0L, 100L)
        from start in Gen.OneOf("01-01", "07-01", "10-01")
        from moves in AnyMove.Array[0, 5]
        let isTimed = method is DepreciationMethod.StraightLine or DepreciationMethod.Declining
        let date = new DateOnly(2024, 1, 1).AddDays(acquired)
        select moves.Aggregate(
            new Asset("Laptop", cost, date, isTimed ? life : 0, method, "0420", "4830", method == DepreciationMethod.Declining ? rate : 0, isTimed || method == DepreciationMethod.ElectricVehicle ? residual : 0, start, null, null, 0, []),
            (asset, move) => asset.Try(move(asset)).Is(out var moved, out _) ? moved : asset);

    /// <summary>A movement some days after the one before, told at once or after some months have been posted.</summary>
    private static Gen<Func<Asset, AssetMovement>> AnyMove =>
        from kind in Gen.Int[0, 4]
        from days in Gen.Int[0, 400]
        from late in Gen.Int[-1, 4]
        from amount in Gen.Long[1, 1_000_000]
        from share in Gen.OneOf(1m, 0.5m, 0.333m, 0.01m)
        from isMonthEnd in Gen.Bool
        select (Func<Asset, AssetMovement>)(asset =>
        {
            var date = (asset.Last?.Date ?? asset.Acquired).AddDays(days);
            if (isMonthEnd) date = BusinessDay.MonthOf(date).AddMonths(1).AddDays(-1);
            var frozen = BusinessDay.MonthOf(date).AddMonths(late);
            if (asset.Last?.Frozen is { } before && before > frozen) frozen = before; // what is posted stays posted
            return (asset.Method == DepreciationMethod.Pool && kind < 3 ? 4 : kind) switch // a pool's value is not changed
            {
                0 => new Addition(date, frozen, 0, "why", amount, null),
                1 => new Impairment(date, frozen, 0, "why", Math.Min(amount, 20_000), "4840"),
                2 => new WriteUp(date, frozen, 0, "why", Math.Min(amount, 5_000), "2710"),
                3 => new Transfer(date, frozen, 0, "why", asset.AccountOn(BusinessDay.Latest) == "0420" ? "0210" : "0420"),
                _ => new Disposal(date, frozen, 0, "why", share, amount, 0, null, new DisposalAccounts("1400", null, "8820", "2315", "8801", "2310")),
            };
        });
}
