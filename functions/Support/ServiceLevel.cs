using System.Text.Json.Serialization;

namespace BackOffice.Support;

/// <summary>What a service promises, as its case keeps it. Every version stays, so that the clocks of a ticket can be computed again at any time.</summary>
/// <param name="Name">The service's name, 1 to 200 characters.</param>
/// <param name="Versions">By first instant, at most <see cref="MaxVersions"/>. Before the first the first holds, for tickets taken over from elsewhere.</param>
public sealed record ServiceLevel(string Name, IReadOnlyList<ServiceLevelVersion> Versions)
{
    public const int MaxVersions = 100;

    public ServiceLevelVersion At(DateTimeOffset at) => Versions.LastOrDefault(version => version.From <= at) ?? Versions[0];

    /// <summary>
    /// With a version, in the place of one that begins at the same instant. What holds already from then on changes nothing. Worked: versions from March and May, a new one from April → March, April, May.
    /// </summary>
    internal ServiceLevel With(string name, ServiceLevelVersion wanted)
    {
        if (Versions.LastOrDefault(version => version.From <= wanted.From) is { } holding && holding.IsLike(wanted)) return this with { Name = name };
        return new ServiceLevel(name, [.. Versions.Where(version => version.From != wanted.From).Append(wanted).OrderBy(version => version.From)]);
    }
}

/// <summary>What a service promises from an instant on.</summary>
/// <param name="From">Since when; changes never reach back.</param>
/// <param name="Calendar">Id of the service calendar whose hours count.</param>
/// <param name="Targets">By priority, <c>major</c> and <c>1</c> to <c>5</c>; a priority that is not there has no targets.</param>
/// <param name="Escalations">Who is told when so much of a target has gone, for each clock; in order of percent.</param>
/// <param name="Team">The team whose queue new tickets come into; null: none.</param>
public sealed record ServiceLevelVersion(DateTimeOffset From, string Calendar, IReadOnlyDictionary<string, SlaTargets> Targets, IReadOnlyList<EscalationStep> Escalations, string? Team)
{
    public const int MaxEscalations = 10;

    /// <summary>Keys of <see cref="Targets"/>.</summary>
    public static readonly IReadOnlyList<string> Priorities = [Ticket.Major, "1", "2", "3", "4", "5"];

    internal bool IsLike(ServiceLevelVersion other) =>
        Calendar == other.Calendar && Team == other.Team && Escalations.SequenceEqual(other.Escalations) && Targets.Count == other.Targets.Count && Targets.All(target => other.Targets.GetValueOrDefault(target.Key) == target.Value);
}

/// <summary>Who is told when so much of a target has gone.</summary>
/// <param name="Percent">1 to 500; 100 is the breach.</param>
/// <param name="Role">Whom the receiver of the message is to tell: <c>team-lead</c>, 1 to 100 characters.</param>
public sealed record EscalationStep(int Percent, string Role);

/// <summary>A service calendar over time, as its case keeps it.</summary>
/// <param name="Versions">By first instant, at most <see cref="MaxVersions"/>; before the first the first holds.</param>
public sealed record CalendarHistory(IReadOnlyList<CalendarVersion> Versions)
{
    public const int MaxVersions = 100;

    public CalendarVersion At(DateTimeOffset at) => Versions.LastOrDefault(version => version.From <= at) ?? Versions[0];

    /// <summary>With a version, in the place of one that begins at the same instant.</summary>
    internal CalendarHistory With(CalendarVersion wanted) => new([.. Versions.Where(version => version.From != wanted.From).Append(wanted).OrderBy(version => version.From)]);
}

/// <summary>A service calendar from an instant on.</summary>
public sealed record CalendarVersion(DateTimeOffset From, ServiceCalendar Calendar);

/// <summary>A team of agents, as its case keeps it.</summary>
/// <param name="Name">1 to 200 characters.</param>
/// <param name="Agents">At most 500, each once.</param>
public sealed record SupportTeam(string Name, IReadOnlyList<SupportAgent> Agents)
{
    public const int MaxAgents = 500;

    /// <summary>
    /// Who is to have the next ticket: of those with the skill (null: any) and room the one with the fewest open tickets, and of equals the first by id; null: nobody.
    /// Worked: anna has 3 open, bert 2 → bert.
    /// </summary>
    /// <param name="open">How many open tickets each has.</param>
    public SupportAgent? Choose(string? skill, IReadOnlyDictionary<string, int> open) => Agents
        .Where(agent => (skill is null || agent.Skills.Contains(skill)) && open.GetValueOrDefault(agent.Id) < (agent.MaxOpen ?? int.MaxValue))
        .OrderBy(agent => open.GetValueOrDefault(agent.Id)).ThenBy(agent => agent.Id, StringComparer.Ordinal).FirstOrDefault();
}

/// <summary>An agent of a team.</summary>
/// <param name="Id">Stable id, as in the agent's token.</param>
/// <param name="Skills">What they know, at most 50.</param>
/// <param name="MaxOpen">So many open tickets they have at most by assignment of the system; null: any number.</param>
public sealed record SupportAgent(string Id, IReadOnlyList<string> Skills, int? MaxOpen = null);

/// <summary>JSON of the support department's cases and messages, generated at build time.</summary>
[JsonSourceGenerationOptions(System.Text.Json.JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, UseStringEnumConverter = true)]
[JsonSerializable(typeof(Ticket))]
[JsonSerializable(typeof(ServiceLevel))]
[JsonSerializable(typeof(CalendarHistory))]
[JsonSerializable(typeof(SupportTeam))]
[JsonSerializable(typeof(ConfigurationItem))]
[JsonSerializable(typeof(SupportProblem))]
[JsonSerializable(typeof(TicketTell))]
[JsonSerializable(typeof(List<ItemNotice>))]
[JsonSerializable(typeof(Kernel.Envelope<ItemNotice>))]
[JsonSerializable(typeof(Kernel.Envelope<EscalationNotice>))]
[JsonSerializable(typeof(Kernel.Envelope<ReplanWanted>))]
public sealed partial class SupportJson : JsonSerializerContext;
