using BackOffice.Kernel;
using BackOffice.Ledger;
using BackOffice.Nightly;

namespace BackOffice.Credit;

/// <summary>
/// The allowances' part in the night, in books that have chosen it (<see cref="CreditPolicy"/>): books the change of what is to be expected as loss, and proves the allowances equal to it. Stage 3 is the specific allowance (EWB), the rest
/// the general one (PWB); what is lost of what is only promised is a provision.
/// </summary>
public sealed class CreditValuation(CreditTables credit, ExposureSource source, NightTable nights, Books books) : INightWork
{
    private volatile Planned? _planned;

    public string Name => "allowances";

    public NightPhaseName Phase => NightPhaseName.Valuations;

    public async IAsyncEnumerable<DueEntry> DueAsync(NightScope night, string? after, string? through)
    {
        // What a plan has just computed, its only part need not compute again.
        var planned = _planned;
        var targets = planned is not null && planned.Book == night.Book.Id && planned.Date == night.Date && planned.Entry == night.Entry ? planned.Targets : await TargetsAsync(night);
        if (targets is null) yield break;
        _planned = through is null ? new Planned(night.Book.Id, night.Date, night.Entry, targets) : null;
        var number = 1;
        while (night.IsIn(IdOf(night.Date, number))) number++; // a night that is run again books what has changed since
        if (Entry(night.Date, number, night.Settings.Chart!, targets, account => night.BalanceMinor(account)) is { } entry) yield return new DueEntry(CaseTable.Position(Name), entry);
    }

    /// <summary>For each allowance what is to be expected as loss, and its balance; of a night that later ones have followed none, since they have moved it on.</summary>
    public async Task<IReadOnlyList<NightCheck>> CheckAsync(NightScope night)
    {
        if (await nights.FindProgressAsync(night.Book.Id) is { Begun: { } begun } && begun > night.Date) return [];
        if (await TargetsAsync(night) is not { } targets) return [];
        return [.. targets.Of(night.Settings.Chart!).Select(target => NightCheck.OfAmounts(Name, target.Account, -target.TargetMinor, night.BalanceMinor(target.Account), night.Digits,
            "What the exposures lead one to expect as loss, and the allowance booked for it. A difference was posted there by others: allowances that the night books need accounts of their own."))];
    }

    /// <summary>
    /// One entry for the day, <c>credit:allowances:{date}</c>, with a pair of lines for each allowance that has changed; null when none has. Source: HGB §253(4), §249(1); §246(2): the counterparties' changes of one day come as one sum.
    /// Worked (SKR03): 144.23 to be expected, 100.00 booked → Dr 2450 44.23 Cr 0996; back to 120.00 → Dr 0996 24.23 Cr 2730.
    /// </summary>
    internal static Entry? Entry(DateOnly date, int number, string chart, Allowances targets, Func<string, Int128> balanceOf)
    {
        List<Line> lines = [];
        foreach (var (account, addition, release, target) in targets.Of(chart))
        {
            var change = target + (long)balanceOf(account); // allowances stand in credit
            if (change != 0) lines.AddRange([new Line(change > 0 ? addition : release, change), new Line(account, -change)]);
        }

        return lines.Count == 0 ? null : new Entry(IdOf(date, number), date, $"Allowances of {BusinessDay.Text(date)}", lines, LateAsFirstOpen: true);
    }

    /// <summary>What a plan computed, as the books stood.</summary>
    private sealed record Planned(string Book, DateOnly Date, long Entry, Allowances Targets);

    private static string IdOf(DateOnly date, int number) => Ids.Derived("credit", "allowances", BusinessDay.Text(date) + (number == 1 ? "" : string.Create(System.Globalization.CultureInfo.InvariantCulture, $".{number}")));

    private async Task<Allowances?> TargetsAsync(NightScope night)
    {
        if (night.Settings.Chart is null || await CreditPolicy.FindAsync(credit, night.Book.Id) is not { BooksAllowances: true }) return null;
        if (!(await books.OpenAsync(night.Book.Id)).Is(out var book, out _)) return null;
        return Allowances.Of((await source.LoadAsync(book, night.Date)).Exposures);
    }
}

/// <summary>What is to be allowed for, minor units, not negative.</summary>
/// <param name="SpecificMinor">Expected loss of stage 3 on what is owed (EWB).</param>
/// <param name="GeneralMinor">Of stages 1 and 2 (PWB).</param>
/// <param name="ProvisionMinor">Of what is promised and not drawn.</param>
public sealed record Allowances(long SpecificMinor, long GeneralMinor, long ProvisionMinor)
{
    public static Allowances Of(IReadOnlyList<CounterpartyExposure> exposures) => new(
        exposures.Where(exposure => exposure.Stage == LossStage.Three).Sum(exposure => exposure.Loss.DrawnMinor), exposures.Where(exposure => exposure.Stage != LossStage.Three).Sum(exposure => exposure.Loss.DrawnMinor),
        exposures.Sum(exposure => exposure.Loss.UndrawnMinor));

    /// <summary>By account: where additions and releases go, and what is to stand there in credit.</summary>
    public IEnumerable<(string Account, string Addition, string Release, long TargetMinor)> Of(string chart) =>
    [
        (Chart.Number(chart, "0998"), Chart.Number(chart, "2451"), Chart.Number(chart, "2731"), SpecificMinor),
        (Chart.Number(chart, "0996"), Chart.Number(chart, "2450"), Chart.Number(chart, "2730"), GeneralMinor),
        (Chart.Number(chart, "0976"), Chart.Number(chart, "4900"), Chart.Number(chart, "2735"), ProvisionMinor),
    ];
}
