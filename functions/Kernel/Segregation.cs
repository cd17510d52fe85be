namespace BackOffice.Kernel;

/// <summary>Two acts on one case that one identity may never both do. Enforced by <see cref="CaseSteps"/> on every command, and proved over the history by <c>GET …/segregation</c>.</summary>
/// <param name="First">A command, as the step is named in the URL; <c>create</c> for a new case.</param>
/// <param name="Second">Another, or the same: then nobody may do it twice.</param>
/// <param name="Source">The rule it comes from.</param>
public sealed record ActPair(string First, string Second, string Source);

/// <summary>
/// Which roles one token may never bear together: front office (Markt, Handel) and what must be kept from it up to the board. Source: MaRisk BTO Tz. 2 to 7, BTO 1.1 Tz. 1, BTO 2.1 Tz. 1.
/// Worked: a token with FrontOffice and BackOffice is refused everywhere, 403 <c>identity/roles-apart</c>.
/// </summary>
public static class Segregation
{
    public static readonly IReadOnlyList<RolePair> RolePairs =
    [
        new(Roles.FrontOffice, Roles.BackOffice, "MaRisk BTO 1.1 Tz. 1: Markt and Marktfolge are separate up to the board"),
        new(Roles.FrontOffice, Roles.RiskControl, "MaRisk BTO Tz. 3: risk control is independent of Markt and Handel"),
        new(Roles.FrontOffice, Roles.Settlement, "MaRisk BTO 2.1 Tz. 1: Handel is separate from settlement and control"),
        new(Roles.FrontOffice, Roles.Accounting, "MaRisk BTO Tz. 7: accounting is independent of Markt and Handel"),
    ];

    /// <summary>The first pair that these roles bear both of; null: none.</summary>
    public static RolePair? Conflict(IReadOnlySet<string> roles) => RolePairs.FirstOrDefault(pair => roles.Contains(pair.First) && roles.Contains(pair.Second));

    /// <summary>
    /// The first pair of acts that a command of this caller would complete on a case; null: none.
    /// Worked: alice created an application; her vote on it completes (create, votes).
    /// </summary>
    public static (ActPair Pair, CaseStep Other)? Completes(IReadOnlyList<ActPair> pairs, IEnumerable<CaseStep> history, string command, string by)
    {
        List<CaseStep> own = [.. history.Where(step => step.By == by)];
        foreach (var pair in pairs)
        {
            var other = command == pair.First ? pair.Second : command == pair.Second ? pair.First : null;
            if (other is not null && own.Find(step => step.Command == other) is { } done) return (pair, done);
        }

        return null;
    }
}

/// <summary>Two roles that one token may never bear together.</summary>
/// <param name="Source">The rule it comes from.</param>
public sealed record RolePair(string First, string Second, string Source);
