using BackOffice.Kernel;

namespace BackOffice.Credit;

/// <summary>Exposures with something in common.</summary>
/// <param name="Key">What they have in common: a grade, a stage, a group.</param>
/// <param name="LossMinor">Expected loss, minor units.</param>
public sealed record RiskClass(string Key, int Count, long DrawnMinor, long ReceivablesMinor, long UndrawnMinor, long LossMinor)
{
    public long ExposureMinor => DrawnMinor + ReceivablesMinor;
}

/// <summary>A group's limit and what is used of it: drawn, owed, promised, ordered and traded.</summary>
public sealed record GroupLimit(string Group, long LimitMinor, long UsedMinor)
{
    public long BreachMinor => Math.Max(0, UsedMinor - LimitMinor);
}

/// <summary>How many counterparties, and how much of today's exposure, moved from one grade to another.</summary>
public sealed record Migration(int From, int To, int Count, long ExposureMinor);

/// <summary>
/// The credit risk report of a day. Source: MaRisk BT 3.2; concentration by Herfindahl and Hirschman: Σ (exposure ÷ sum)², 1 when all is with one.
/// Worked: exposures of 60,000.00 and 40,000.00 → 0.52.
/// </summary>
/// <param name="Total">All of them.</param>
/// <param name="ByGrade">By grade, 1 to 10.</param>
/// <param name="ByStage">By stage, 1 to 3.</param>
/// <param name="ByGroup">By group, the largest first; who stands alone is a group.</param>
/// <param name="Herfindahl">Of the groups, six decimals.</param>
/// <param name="Largest">The ten largest counterparties.</param>
/// <param name="Breaches">Whose limit is exceeded.</param>
/// <param name="Migrations">From the grades of a month before.</param>
/// <param name="AgainstVotes">Decisions of the board against a vote, oldest first.</param>
/// <param name="GroupLimits">Groups that have a limit, in order of name.</param>
public sealed record RiskReport(
    RiskClass Total, IReadOnlyList<RiskClass> ByGrade, IReadOnlyList<RiskClass> ByStage, IReadOnlyList<RiskClass> ByGroup, decimal Herfindahl, IReadOnlyList<CounterpartyExposure> Largest,
    IReadOnlyList<CounterpartyExposure> Breaches, IReadOnlyList<Migration> Migrations, IReadOnlyList<(string Id, CreditApplication Application)> AgainstVotes,
    IReadOnlyList<GroupLimit> GroupLimits)
{
    private const int LargestCount = 10;

    /// <param name="gradesBefore">The grades of a month before, by counterparty.</param>
    public static RiskReport Of(IReadOnlyList<CounterpartyExposure> exposures, IReadOnlyDictionary<string, int> gradesBefore, IEnumerable<(string Id, CreditApplication Application)> applications, DateOnly on,
        IReadOnlyDictionary<string, long>? groupLimits = null)
    {
        var groups = Classes(exposures, exposure => exposure.Group is { } group ? $"group {group}" : exposure.Id).OrderByDescending(group => group.ExposureMinor).ThenBy(group => group.Key, StringComparer.Ordinal).ToList();
        var total = Class("", exposures);
        return new RiskReport(
            total,
            [.. Classes(exposures, exposure => exposure.Grade.ToString("D2", System.Globalization.CultureInfo.InvariantCulture))],
            [.. Classes(exposures, exposure => ((int)exposure.Stage).ToString(System.Globalization.CultureInfo.InvariantCulture))],
            groups,
            total.ExposureMinor == 0 ? 0 : decimal.Round(groups.Sum(group => (decimal)group.ExposureMinor / total.ExposureMinor * ((decimal)group.ExposureMinor / total.ExposureMinor)), 6, MidpointRounding.AwayFromZero),
            [.. exposures.OrderByDescending(exposure => exposure.ExposureMinor).ThenBy(exposure => exposure.Id, StringComparer.Ordinal).Take(LargestCount)],
            [.. exposures.Where(exposure => exposure.BreachMinor > 0)],
            [.. exposures.Where(exposure => gradesBefore.ContainsKey(exposure.Id)).GroupBy(exposure => (gradesBefore[exposure.Id], exposure.Grade)).OrderBy(move => move.Key)
                .Select(move => new Migration(move.Key.Item1, move.Key.Item2, move.Count(), move.Sum(exposure => exposure.ExposureMinor)))],
            [.. applications.Where(one => one.Application.Decision is { } decision && BusinessDay.Of(decision.At) <= on).OrderBy(one => one.Application.Decision!.At)],
            [.. (groupLimits ?? new Dictionary<string, long>()).OrderBy(group => group.Key, StringComparer.Ordinal)
                .Select(group => new GroupLimit(group.Key, group.Value, exposures.Where(exposure => exposure.Group == group.Key).Sum(exposure => exposure.UsedMinor)))]);
    }

    private static IEnumerable<RiskClass> Classes(IEnumerable<CounterpartyExposure> exposures, Func<CounterpartyExposure, string> keyOf) =>
        exposures.GroupBy(keyOf, StringComparer.Ordinal).OrderBy(own => own.Key, StringComparer.Ordinal).Select(own => Class(own.Key, own));

    private static RiskClass Class(string key, IEnumerable<CounterpartyExposure> exposures)
    {
        List<CounterpartyExposure> own = [.. exposures];
        return new RiskClass(key, own.Count, own.Sum(one => one.DrawnMinor), own.Sum(one => one.ReceivablesMinor), own.Sum(one => one.UndrawnMinor), own.Sum(one => one.Loss.TotalMinor));
    }
}
