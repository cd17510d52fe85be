using System.Text.Json.Serialization;
using BackOffice.Kernel;

namespace BackOffice.Credit;

/// <summary>Where a credit application stands.</summary>
public enum ApplicationStatus
{
    /// <summary>Risk-relevant, with the front office's approving vote: the back office is to vote.</summary>
    Submitted,

    /// <summary>The votes differ and were put before the board.</summary>
    Escalated,

    /// <summary>Granted: there is a credit line.</summary>
    Granted,

    /// <summary>Refused: by the front office's own vote, by votes that differ, or by the board.</summary>
    Refused,

    /// <summary>Withdrawn by the front office.</summary>
    Withdrawn,
}

/// <summary>A side of the house: the front office (Markt), or the back office (Marktfolge). Source: MaRisk BTO Tz. 3.</summary>
public enum OfficeSide
{
    Front,
    Back,
}

/// <summary>A vote (Votum). Source: MaRisk BTO 1.1 Tz. 2.</summary>
/// <param name="By">Stable id of who cast it.</param>
public sealed record Vote(OfficeSide Side, bool Approves, string By, DateTimeOffset At, string Reason);

/// <summary>A decision of a board member on votes that differ. It goes against a vote by its nature, so the risk report always names it. Source: MaRisk BTO 1.1 Tz. 5.</summary>
public sealed record BoardDecision(bool Grants, string By, DateTimeOffset At, string Reason);

/// <summary>A condition that the back office's vote made; nothing is drawn before all are met.</summary>
/// <param name="MetBy">Who found it met; null: it is open.</param>
public sealed record CreditCondition(string Text, string? MetBy = null, DateTimeOffset? MetAt = null, string? Evidence = null);

/// <summary>A credit application, as its case keeps it, and the line that it became: one case, so that granting makes application, line and limit one commit.</summary>
/// <param name="Counterparty">Id of the counterparty.</param>
/// <param name="AmountMinor">Limit asked for, minor units, above 0.</param>
/// <param name="TermMonths">Term in months, 1 to 600.</param>
/// <param name="Rate">Yearly interest rate, 0 to 1: 5 % is 0.05.</param>
/// <param name="DayCount">How days are counted.</param>
/// <param name="Purpose">What for, 1 to 400 characters.</param>
/// <param name="Accounts">Where the line is booked.</param>
/// <param name="SubmittedOn">Business date of submission.</param>
/// <param name="ExpiresOn">Last day on which it may be voted and decided on.</param>
/// <param name="RelevantMinor">What counts together with it: its own amount and that of its unit's other applications and lines.</param>
/// <param name="ThresholdMinor">The limit of risk relevance of the day; more needs two votes. 0 in books of another currency than EUR, in which it is set.</param>
/// <param name="Status">Where it stands.</param>
/// <param name="Votes">At most one of each side.</param>
/// <param name="Escalation">Why it was put before the board.</param>
/// <param name="Conditions">Those of the back office.</param>
/// <param name="Decision">The board's.</param>
/// <param name="Line">The line it became.</param>
public sealed record CreditApplication(
    string Counterparty, long AmountMinor, int TermMonths, decimal Rate, DayCount DayCount, string Purpose, LineAccounts Accounts, DateOnly SubmittedOn, DateOnly ExpiresOn, long RelevantMinor, long ThresholdMinor,
    ApplicationStatus Status, IReadOnlyList<Vote> Votes, string? Escalation = null, IReadOnlyList<CreditCondition>? Conditions = null, BoardDecision? Decision = null, CreditLine? Line = null)
{
    public const int MaxTermMonths = 600;
    public const int MaxConditions = 20;

    /// <summary>Whether two votes are needed.</summary>
    [JsonIgnore]
    public bool IsRiskRelevant => RelevantMinor > ThresholdMinor;

    /// <summary>Whether it can still come to something on a day.</summary>
    public bool IsExpired(DateOnly today) => Status is ApplicationStatus.Submitted or ApplicationStatus.Escalated && today > ExpiresOn;

    /// <summary>Whether its amount counts against the unit: it may still be granted, or it is a line that has not ended.</summary>
    public bool Counts(DateOnly today) => Status switch
    {
        ApplicationStatus.Granted => Line is { } line && !line.HasEnded(today),
        ApplicationStatus.Refused or ApplicationStatus.Withdrawn => CanEscalate(today),
        _ => !IsExpired(today),
    };

    /// <summary>Whether votes that differ may still be put before the board.</summary>
    public bool CanEscalate(DateOnly today) => Status == ApplicationStatus.Refused && Decision is null && today <= ExpiresOn && Votes.Any(vote => vote is { Side: OfficeSide.Front, Approves: true }) && Votes.Any(vote => vote is { Side: OfficeSide.Back, Approves: false });
}

/// <summary>
/// What is decided about an application: pure functions of where it stands. Who may do what is the role table's (<see cref="AllowAttribute"/>), that no identity acts on both sides <see cref="CaseSteps"/>'.
/// Source: MaRisk BTO 1.1 Tz. 2 to 5.
/// </summary>
public static class CreditDecisions
{
    /// <summary>Acts on one application that one identity may never both do.</summary>
    public static readonly IReadOnlyList<ActPair> Apart =
    [
        new(CaseCommand.Create, "votes", "MaRisk BTO 1.1 Tz. 2: the two votes are of two people, one of each side"),
        new(CaseCommand.Create, "decisions", "MaRisk BTO 1.1 Tz. 5: the board's decision is of someone who cast no vote"),
        new(CaseCommand.Create, "conditions", "MaRisk BTO 1.1 Tz. 1, BTO 1.2.3 Tz. 1: whether conditions are met is checked outside the front office"),
        new(CaseCommand.Create, "draws", "MaRisk BTO 1.1 Tz. 1, BTO 1.2.3 Tz. 1: what was applied for is paid out by somebody else"),
        new("votes", "decisions", "MaRisk BTO 1.1 Tz. 5: the board's decision is of someone who cast no vote"),
    ];

    /// <summary>
    /// A new application with the front office's vote. A rejecting vote refuses it; an approving one grants it when it is not risk-relevant (BTO 1.1 Tz. 4), else the back office is to vote.
    /// Worked: limit of risk relevance 50,000.00; 40,000.00 for someone who has a line of 20,000.00 → 60,000.00 count, submitted.
    /// </summary>
    public static CreditApplication Submit(CreditApplication wanted, bool approves, string reason, string by, DateTimeOffset now)
    {
        var voted = wanted with { Status = approves ? ApplicationStatus.Submitted : ApplicationStatus.Refused, Votes = [new Vote(OfficeSide.Front, approves, by, now, reason)] };
        return approves && !voted.IsRiskRelevant ? Grant(voted, now) : voted;
    }

    /// <summary>The back office's vote: approving, it grants; rejecting, the votes differ and the application is refused. 409 <c>credit/state</c>, <c>credit/expired</c>.</summary>
    public static Outcome<CreditApplication> CastVote(CreditApplication application, bool approves, string reason, IReadOnlyList<string> conditions, string by, DateTimeOffset now)
    {
        if (StateFault(application, "vote on", now, ApplicationStatus.Submitted) is { } refusal) return refusal;
        var voted = application with { Votes = [.. application.Votes, new Vote(OfficeSide.Back, approves, by, now, reason)], Conditions = [.. conditions.Select(text => new CreditCondition(text))] };
        return approves ? Grant(voted, now) : voted with { Status = ApplicationStatus.Refused };
    }

    /// <summary>Puts votes that differ before the board. 409 <c>credit/state</c> unless it was refused by votes that differ, by its last day.</summary>
    public static Outcome<CreditApplication> Escalate(CreditApplication application, string reason, DateTimeOffset now) => application.CanEscalate(BusinessDay.Of(now))
        ? application with { Status = ApplicationStatus.Escalated, Escalation = reason }
        : new Refusal(409, "credit/state", $"Only an application refused by votes that differ goes to the board, by its last day {BusinessDay.Text(application.ExpiresOn)}; this one is {JsonFields.NameOf(application.Status)}.");

    /// <summary>The board's decision on votes that differ. 409 <c>credit/state</c>, <c>credit/expired</c>.</summary>
    public static Outcome<CreditApplication> Decide(CreditApplication application, bool grants, string reason, string by, DateTimeOffset now)
    {
        if (StateFault(application, "decide on", now, ApplicationStatus.Escalated) is { } refusal) return refusal;
        var decided = application with { Decision = new BoardDecision(grants, by, now, reason) };
        return grants ? Grant(decided, now) : decided with { Status = ApplicationStatus.Refused };
    }

    /// <summary>The front office takes it back. 409 <c>credit/state</c>, <c>credit/expired</c>.</summary>
    public static Outcome<CreditApplication> Withdraw(CreditApplication application, DateTimeOffset now) =>
        StateFault(application, "withdraw", now, ApplicationStatus.Submitted, ApplicationStatus.Escalated) is { } refusal ? refusal : application with { Status = ApplicationStatus.Withdrawn };

    /// <summary>The back office finds a condition met. 409 <c>credit/state</c> unless it is granted; 422 <c>credit/condition</c> when there is no such open one.</summary>
    public static Outcome<CreditApplication> Meet(CreditApplication application, int number, string evidence, string by, DateTimeOffset now)
    {
        if (StateFault(application, "meet a condition of", now, ApplicationStatus.Granted) is { } refusal) return refusal;
        if (application.Conditions is not { } conditions || number > conditions.Count || conditions[number - 1].MetBy is not null) return new Refusal(422, "credit/condition", $"Condition {number} is not open.", "number");
        return application with { Conditions = [.. conditions.Select((condition, n) => n == number - 1 ? condition with { MetBy = by, MetAt = now, Evidence = evidence } : condition)] };
    }

    private static CreditApplication Grant(CreditApplication application, DateTimeOffset now)
    {
        var today = BusinessDay.Of(now);
        return application with { Status = ApplicationStatus.Granted, Line = new CreditLine(application.AmountMinor, today, today.AddMonths(application.TermMonths), []) };
    }

    private static Refusal? StateFault(CreditApplication application, string what, DateTimeOffset now, params ApplicationStatus[] wanted) =>
        !wanted.Contains(application.Status) ? new Refusal(409, "credit/state", $"One can {what} an application that is {string.Join(" or ", wanted.Select(JsonFields.NameOf))}; this one is {JsonFields.NameOf(application.Status)}.")
        : application.IsExpired(BusinessDay.Of(now)) ? new Refusal(409, "credit/expired", $"It could be decided by {BusinessDay.Text(application.ExpiresOn)}; it needs a new application.")
        : null;
}
