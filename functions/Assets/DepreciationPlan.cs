using BackOffice.Kernel;
using BackOffice.Ledger;

namespace BackOffice.Assets;

/// <summary>Depreciation of one month, dated its last day.</summary>
/// <param name="Month">First day of the month.</param>
/// <param name="AmountMinor">Minor units, above 0.</param>
/// <param name="BookValueMinor">What the asset is worth after it and all that happened to it in the month.</param>
public sealed record DepreciationMonth(DateOnly Month, long AmountMinor, long BookValueMinor)
{
    public DateOnly LastDay => Month.AddMonths(1).AddDays(-1);
}

/// <summary>What a movement came to.</summary>
/// <param name="Movement">The movement.</param>
/// <param name="Number">Its place, from 1.</param>
/// <param name="Account">The account the asset was on when it began.</param>
/// <param name="CostMinor">Change of the cost (of a transfer: the cost that moves), minor units.</param>
/// <param name="BookValueMinor">Change of the book value; of a disposal what leaves, of a transfer what moves, as a positive number.</param>
/// <param name="TakenBack">Of a disposal: the share's depreciation of months from it on that had been fixed, by month and amount; it is taken back on the last day of each.</param>
/// <param name="AfterMinor">What the asset is worth after it and after every month that was fixed then.</param>
/// <param name="FixedThrough">First day of the last of those months.</param>
public sealed record MovementResult(AssetMovement Movement, int Number, string Account, long CostMinor, long BookValueMinor, IReadOnlyList<(DateOnly Month, long AmountMinor)> TakenBack, long AfterMinor = 0, DateOnly FixedThrough = default);

/// <summary>An asset's whole life, computed from what was acquired and what has happened since: pure, and the same however often it is asked.</summary>
/// <param name="Months">Depreciation, in order; months of zero are left out.</param>
/// <param name="Accounts">Of each of them the account that it is credited to: the one the asset was on when the month was fixed, so that a transfer moves what is left after it.</param>
/// <param name="Results">What each movement came to, in order.</param>
public sealed record DepreciationPlan(IReadOnlyList<DepreciationMonth> Months, IReadOnlyList<string> Accounts, IReadOnlyList<MovementResult> Results)
{
    private static readonly long[] ElectricVehiclePercent = [75, 10, 5, 5, 3, 2];
    private static readonly long[] PoolPercent = [20, 20, 20, 20, 20];

    /// <summary>
    /// The plan. Years are fiscal years. Straight-line: a year's amount = value × its months ÷ remaining months. Declining: value × rate × months ÷ 12; the larger of the two wins, and once straight-line is, it stays. A
    /// year's amount is spread over its months by cumulation, so that nothing overruns and the end is exactly 0, or the residual value. A movement re-plans the months after it and leaves those before, and those that may have
    /// been posted, as they are.
    /// Source: EStG §7(1), (2), (2a), §6(2), (2a); HGB §253(3). Worked: 1,000.00 over 36 months from November → 27.78, 27.78; twelve of 333.33 in all, twelve of 333.33, then 277.78.
    /// </summary>
    public static DepreciationPlan Of(Asset asset)
    {
        var life = new Life(asset);
        foreach (var movement in asset.Movements) life.Apply(movement);
        return life.Finish();
    }

    /// <summary>The book value in the evening of a day: months are written off on their last day.</summary>
    public long BookValueMinor(Asset asset, DateOnly date)
    {
        var value = asset.Acquired <= date ? asset.CostMinor - (asset.TakenOver?.DepreciationMinor ?? 0) : 0;
        value -= Months.Where(month => month.LastDay <= date).Sum(month => month.AmountMinor);
        foreach (var result in Results)
        {
            if (result.Movement.Date <= date) value += Delta(result);
            value += result.TakenBack.Where(month => month.Month.AddMonths(1) <= date.AddDays(1)).Sum(month => month.AmountMinor);
        }

        return value;
    }

    /// <summary>The change of the book value by a movement, beside what it takes back.</summary>
    internal static long Delta(MovementResult result) => result.Movement switch
    {
        Disposal => -result.BookValueMinor,
        Transfer => 0,
        _ => result.BookValueMinor,
    };

    private static int Index(DateOnly date) => (date.Year * 12) + date.Month - 1;

    private static DateOnly Month(int index) => new(index / 12, (index % 12) + 1, 1);

    /// <summary>The asset as it goes through its life: up to a month everything is fixed, what follows is planned.</summary>
    private sealed class Life
    {
        private readonly Asset _asset;
        private readonly List<(int Month, long AmountMinor, string Account)> _fixed = [];
        private readonly Dictionary<int, long> _ofKept = [];
        private readonly List<MovementResult> _results = [];
        private readonly int _end;
        private List<(int Month, long AmountMinor)> _planned;
        private int _cut;
        private long _cost;
        private long _value;
        private string _account;

        public Life(Asset asset)
        {
            _asset = asset;
            var first = Index(asset.Acquired);
            (_end, _cut, _cost) = (first + asset.LifeMonths - 1, asset.TakenOver is { } taken ? Index(taken.Through) : first - 1, asset.CostMinor);
            (_value, _account) = (asset.CostMinor - (asset.TakenOver?.DepreciationMinor ?? 0), asset.AssetAccount);
            _planned = asset.Method switch
            {
                DepreciationMethod.StraightLine or DepreciationMethod.Declining => ByTime(),
                DepreciationMethod.Immediate => _value > 0 ? [(Math.Max(first, _cut + 1), _value)] : [],
                DepreciationMethod.Pool => BySchedule(first, PoolPercent),
                DepreciationMethod.ElectricVehicle => BySchedule(first, ElectricVehiclePercent),
                _ => [],
            };
            Clamp();
        }

        public void Apply(AssetMovement movement)
        {
            var month = Index(movement.Date);
            var isLastDay = movement.Date.AddDays(1).Day == 1;
            var frozen = movement.Frozen is { } date ? Index(date) : int.MinValue;
            // An addition counts from its month on, a sale frees the month unless it was its last day, a change of value comes after its month.
            var effective = movement is Addition || (movement is Disposal && !isLastDay) ? month - 1 : month;
            if (movement is Transfer transfer)
            {
                FixThrough(Math.Max(frozen, isLastDay ? month : month - 1));
                _results.Add(Result(movement, _cost, _value));
                _account = transfer.ToAccount;
                return;
            }

            if (_asset.Method == DepreciationMethod.Pool)
            {
                _results.Add(Result(movement, 0, 0)); // a disposal leaves the pool as it is
                return;
            }

            FixThrough(Math.Max(frozen, effective));
            var result = movement switch
            {
                Addition addition => Result(movement, addition.AmountMinor, addition.AmountMinor),
                Impairment impairment => Result(movement, 0, -impairment.AmountMinor),
                WriteUp writeUp => Result(movement, 0, writeUp.AmountMinor),
                Disposal disposal => Dispose(disposal, effective),
                _ => throw new ArgumentOutOfRangeException(nameof(movement), movement.GetType().Name, "An unknown movement."),
            };
            _value += Delta(result) + result.TakenBack.Sum(month => month.AmountMinor);
            _cost += movement is Disposal ? -result.CostMinor : result.CostMinor;
            _results.Add(result with { AfterMinor = _value, FixedThrough = Month(_cut) });
            Replan();
        }

        public DepreciationPlan Finish()
        {
            FixThrough(int.MaxValue);
            List<DepreciationMonth> months = [];
            List<string> accounts = [];
            var value = _asset.CostMinor - (_asset.TakenOver?.DepreciationMinor ?? 0);
            var next = 0;
            foreach (var (index, amount, account) in _fixed)
            {
                var month = Month(index);
                var end = month.AddMonths(1).AddDays(-1);
                for (; next < _results.Count && _results[next].Movement.Date <= end; next++) value += Delta(_results[next]);
                value -= amount - _results.SelectMany(result => result.TakenBack).Where(taken => taken.Month == month).Sum(taken => taken.AmountMinor);
                months.Add(new DepreciationMonth(month, amount, value));
                accounts.Add(account);
            }

            return new DepreciationPlan(months, accounts, _results);
        }

        private MovementResult Dispose(Disposal disposal, int effective)
        {
            foreach (var month in _ofKept.Keys.ToList()) _ofKept[month] -= Share(_ofKept[month], disposal.Share);
            // What the share would be worth had it not been written off after the sale. An earlier disposal has taken back its part of those months.
            var earlier = _results.SelectMany(result => result.TakenBack).ToLookup(taken => Index(taken.Month), taken => taken.AmountMinor);
            List<(DateOnly, long AmountMinor)> taken = [.. _fixed.Where(month => month.Month > effective).Select(month => (Month(month.Month), Share(month.AmountMinor - earlier[month.Month].Sum(), disposal.Share)))];
            return Result(disposal, Share(_cost, disposal.Share), Share(_value, disposal.Share) + taken.Sum(month => month.AmountMinor), taken);
        }

        private MovementResult Result(AssetMovement movement, long cost, long bookValue, IReadOnlyList<(DateOnly, long)>? takenBack = null) => new(movement, _results.Count + 1, _account, cost, bookValue, takenBack ?? []);

        private static long Share(long amountMinor, decimal share) => share == 1 ? amountMinor : (long)decimal.Round(amountMinor * share, MidpointRounding.AwayFromZero);

        /// <summary>What is planned through a month becomes fixed.</summary>
        private void FixThrough(int month)
        {
            if (month <= _cut) return;
            foreach (var planned in _planned.Where(planned => planned.Month <= month))
            {
                _fixed.Add((planned.Month, planned.AmountMinor, _account));
                _ofKept[planned.Month] = planned.AmountMinor;
                _value -= planned.AmountMinor;
            }

            _planned.RemoveAll(planned => planned.Month <= month);
            _cut = month;
        }

        private void Replan()
        {
            if (_asset.Method is DepreciationMethod.StraightLine or DepreciationMethod.Declining) _planned = ByTime();
            else if (_planned.Count > 0)
            {
                var amounts = Spread.ByCumulation(Math.Max(_value, 0), [.. _planned.Select(planned => planned.AmountMinor)]);
                _planned = [.. _planned.Zip(amounts, (planned, amount) => (planned.Month, amount))];
            }
            else if (_asset.Method == DepreciationMethod.Immediate && _value > 0 && _results[^1].Movement is Addition) _planned = [(_cut + 1, _value)];

            Clamp();
        }

        /// <summary>Year by year from the month after the cut to the end of the life. Straight-line overtakes the declining balance by the months that remain, and so stays ahead.</summary>
        private List<(int Month, long AmountMinor)> ByTime()
        {
            List<(int, long)> planned = [];
            var value = _value;
            for (var month = _cut + 1; month <= _end && value > 0;)
            {
                var months = Math.Min(MonthsToYearEnd(month), _end - month + 1);
                var linear = (long)Spread.RoundedQuotient((Int128)value * months, _end - month + 1);
                // A year that has begun goes on from the value it opened with, as far as that is still held and has not been impaired. Rate 0: straight-line.
                var opening = value + (month == _cut + 1 ? _ofKept.Where(known => known.Key <= _cut && YearOf(known.Key) == YearOf(month)).Sum(known => known.Value) : 0);
                var declining = (long)decimal.Round(opening * _asset.Rate * months / 12, MidpointRounding.AwayFromZero);
                var year = Math.Min(Math.Max(linear, declining), value);
                planned.AddRange(Even(month, months, year));
                value -= year;
                month += months;
            }

            return planned;
        }

        /// <summary>Percentages of the cost in the fiscal years from the first on; a year's amount evenly over its months from acquisition. What was taken over is left out, and the rest spread alike.</summary>
        private List<(int Month, long AmountMinor)> BySchedule(int first, long[] percent)
        {
            var years = Spread.ByCumulation(_asset.CostMinor, percent);
            List<(int Month, long AmountMinor)> planned = [];
            var month = first;
            foreach (var year in years)
            {
                var months = MonthsToYearEnd(month);
                planned.AddRange(Even(month, months, year));
                month += months;
            }

            if (_asset.TakenOver is null) return planned;
            planned.RemoveAll(one => one.Month <= _cut);
            if (planned.Count == 0) return [];
            var amounts = Spread.ByCumulation(_value, [.. planned.Select(one => one.AmountMinor)]);
            return [.. planned.Zip(amounts, (one, amount) => (one.Month, amount))];
        }

        private static IEnumerable<(int, long)> Even(int month, int months, long amountMinor) =>
            Spread.ByCumulation(amountMinor, [.. Enumerable.Repeat(1L, months)]).Select((part, n) => (month + n, part));

        private int MonthsToYearEnd(int month) => Index(FiscalYear.Of(Month(month), _asset.FiscalYearStart).Last) - month + 1;

        private int YearOf(int month) => FiscalYear.Of(Month(month), _asset.FiscalYearStart).Year;

        /// <summary>The residual value stays while the asset is held.</summary>
        private void Clamp()
        {
            var left = _value - _asset.ResidualMinor;
            for (var n = 0; n < _planned.Count; n++)
            {
                var amount = Math.Clamp(_planned[n].AmountMinor, 0, Math.Max(left, 0));
                _planned[n] = (_planned[n].Month, amount);
                left -= amount;
            }

            _planned.RemoveAll(planned => planned.AmountMinor == 0);
        }
    }
}
