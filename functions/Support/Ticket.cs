using System.Text.Json.Serialization;

namespace BackOffice.Support;

/// <summary>Where a ticket stands.</summary>
public enum TicketStatus
{
    /// <summary>Nobody has taken it.</summary>
    New,

    /// <summary>It is being worked on.</summary>
    Open,

    /// <summary>It waits (<see cref="HoldReason"/>); its solution clock stands still.</summary>
    OnHold,

    /// <summary>Solved, as the caller was told; it closes by itself unless it is reopened.</summary>
    Resolved,

    /// <summary>Over.</summary>
    Closed,

    /// <summary>Over: another ticket goes on with it.</summary>
    Merged,
}

/// <summary>What a ticket on hold waits for.</summary>
public enum HoldReason
{
    Caller,
    ThirdParty,
    Change,
}

/// <summary>What can be done to a ticket. In camel case it is an event's <c>type</c> and the history's command; the last two are the system's own.</summary>
public enum TicketAct
{
    Comment,
    Reply,
    Assign,
    Hold,
    Resume,
    Priority,
    Service,
    Category,
    Link,
    Unlink,
    Resolve,
    Reopen,
    Close,
    Merge,

    /// <summary>It came: the first event of each ticket.</summary>
    Create,

    /// <summary>Another ticket was merged into this one.</summary>
    Absorb,
}

/// <summary>What a link leads to.</summary>
public enum LinkKind
{
    /// <summary>Another ticket, by id.</summary>
    Ticket,

    /// <summary>The problem that it is an incident of, by id.</summary>
    Problem,

    /// <summary>What is broken, by id.</summary>
    ConfigurationItem,

    /// <summary>What is known about it: an address or a number in the knowledge base, 1 to 400 characters.</summary>
    Article,
}

/// <summary>Something that a ticket has to do with.</summary>
public sealed record TicketLink(LinkKind Kind, string To);

/// <summary>A file kept elsewhere.</summary>
/// <param name="Name">Its name, 1 to 200 characters.</param>
/// <param name="Reference">Where it is, 1 to 400 characters.</param>
public sealed record Attachment(string Name, string Reference);

/// <summary>What has happened to a ticket, without its words, which stand in the case's history: the clocks are computed from these alone.</summary>
/// <param name="At">When, whole seconds.</param>
/// <param name="Act">What.</param>
/// <param name="By">Stable id of who did it.</param>
/// <param name="Reason">Of a hold.</param>
/// <param name="Impact">From then on, when it changed.</param>
/// <param name="Urgency">From then on, when it changed.</param>
/// <param name="IsMajor">From then on, when it changed.</param>
/// <param name="Service">From then on, when it changed.</param>
/// <param name="Assignee">From then on, of an assignment; null: nobody.</param>
/// <param name="IsAutomatic">Of a reply: no human wrote it, so it answers nothing.</param>
/// <param name="IsByCaller">Of a comment: the caller's own words.</param>
public sealed record TicketEvent(
    DateTimeOffset At, TicketAct Act, string By, HoldReason? Reason = null, int? Impact = null, int? Urgency = null, bool? IsMajor = null, string? Service = null, string? Assignee = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] bool IsAutomatic = false, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] bool IsByCaller = false);

/// <summary>Somebody was told that a clock had come so far.</summary>
/// <param name="Cycle">The update clock's cycle, from 1; of the others 1.</param>
/// <param name="Percent">Of the target, as the service level's step says.</param>
public sealed record TicketEscalation(ClockKind Clock, int Cycle, int Percent, DateTimeOffset ReachedAt);

/// <summary>A ticket, as its case keeps it; what was said stands in the case's history.</summary>
/// <param name="Caller">Who asks for help: a stable id, 1 to 100 characters.</param>
/// <param name="Service">Id of the service, which has a service level.</param>
/// <param name="Impact">1 (many are hit) to 3.</param>
/// <param name="Urgency">1 (work stands still) to 3.</param>
/// <param name="IsMajor">A major incident, outside the matrix of impact and urgency.</param>
/// <param name="Category">1 to 100 characters.</param>
/// <param name="Subject">1 to 200 characters.</param>
/// <param name="Text">What the matter is, at most 20,000 characters, lines allowed.</param>
/// <param name="Attachments">At most 20.</param>
/// <param name="Status">Where it stands.</param>
/// <param name="Hold">What it waits for, while on hold.</param>
/// <param name="Team">Whose queue it is in.</param>
/// <param name="Assignee">Who works on it.</param>
/// <param name="MergedInto">The ticket that goes on with it.</param>
/// <param name="Events">What has happened to it, in order, at most <see cref="MaxEvents"/>; the first is that it came.</param>
/// <param name="Links">What it has to do with, at most <see cref="MaxLinks"/>.</param>
/// <param name="Escalations">Whom was told what about its clocks, in order.</param>
/// <param name="DueAt">The earliest due instant of its running clocks, as of its last change.</param>
public sealed record Ticket(
    string Caller, string Service, int Impact, int Urgency, bool IsMajor, string? Category, string Subject, string Text, IReadOnlyList<Attachment> Attachments,
    TicketStatus Status, HoldReason? Hold, string? Team, string? Assignee, string? MergedInto, IReadOnlyList<TicketEvent> Events, IReadOnlyList<TicketLink> Links, IReadOnlyList<TicketEscalation> Escalations, DateTimeOffset? DueAt = null)
{
    public const int MaxEvents = 1_000;
    public const int MaxLinks = 100;
    public const int MaxAttachments = 20;
    public const int MaxTextChars = 20_000;

    /// <summary>The service level's key of a major incident.</summary>
    public const string Major = "major";

    /// <summary>Impact + urgency − 1, so 1 (highest) to 5, or <c>major</c>. Source: ITIL's matrix. Worked: impact 1, urgency 2 → 2.</summary>
    [JsonIgnore]
    public string Priority => PriorityOf(Impact, Urgency, IsMajor);

    [JsonIgnore]
    public bool IsOver => Status is TicketStatus.Closed or TicketStatus.Merged;

    /// <summary>When it came.</summary>
    [JsonIgnore]
    public DateTimeOffset OpenedAt => Events[0].At;

    /// <summary>When the last thing happened.</summary>
    [JsonIgnore]
    public DateTimeOffset LastAt => Events[^1].At;

    public static string PriorityOf(int impact, int urgency, bool isMajor) => isMajor ? Major : (impact + urgency - 1).ToString(System.Globalization.CultureInfo.InvariantCulture);
}
