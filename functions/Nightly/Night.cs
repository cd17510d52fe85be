using System.Text.Json.Serialization;
using BackOffice.Kernel;
using BackOffice.Ledger;

namespace BackOffice.Nightly;

/// <summary>How a night stands.</summary>
public enum NightStatus
{
    /// <summary>Waiting for the nights before it, or under way.</summary>
    Running,

    /// <summary>Everything done, every check passed.</summary>
    Done,

    /// <summary>A check failed, an entry was refused, or the plan was not the one expected: somebody must look.</summary>
    Attention,
}

/// <summary>How many entries a chunk, or a phase, has dealt with.</summary>
/// <param name="Posted">Taken into the book.</param>
/// <param name="Known">Found in the book: a run that was cut off had posted them.</param>
/// <param name="Late">Of those posted, how many went into the first open period.</param>
/// <param name="Refused">Refused by the ledger.</param>
/// <param name="FirstRefused">The first of these, at most 10.</param>
public sealed record NightCounts(int Posted, int Known, int Late, int Refused, IReadOnlyList<RejectedLine> FirstRefused)
{
    public const int MaxShown = 10;

    public static readonly NightCounts None = new(0, 0, 0, 0, []);

    public static NightCounts Of(PostingResult result) => new(result.Posted, result.Known, result.Late, result.Refused.Count, [.. result.Refused.Take(MaxShown)]);

    public NightCounts Add(NightCounts other) =>
        new(Posted + other.Posted, Known + other.Known, Late + other.Late, Refused + other.Refused, [.. FirstRefused.Concat(other.FirstRefused).Take(MaxShown)]);
}

/// <summary>What one department's part of a plan comes to.</summary>
/// <param name="Work">The department.</param>
/// <param name="Entries">How many entries are due.</param>
/// <param name="AmountMinor">Σ of their debits, minor units.</param>
public sealed record NightWorkSum(string Work, int Entries, decimal AmountMinor);

/// <summary>What a phase is going to post, fixed before the first entry is sent.</summary>
/// <param name="AtEntry">The entry up to which the books were known when it was made.</param>
/// <param name="Hash">SHA-256 over the canonical form of every due entry in order, hexadecimal: the same plan has the same hash, whatever else is posted meanwhile.</param>
/// <param name="Entries">How many entries are due.</param>
/// <param name="Chunks">Into how many parts it is cut.</param>
/// <param name="Works">The same by department.</param>
public sealed record NightPlan(long AtEntry, string Hash, int Entries, int Chunks, IReadOnlyList<NightWorkSum> Works)
{
    /// <summary>Names the plan's rows: two runs with the same plan at the same entry share them.</summary>
    public string Key(int attempt, NightPhaseName phase) => Ids.Key($"{attempt}:{phase}:{AtEntry}:{Hash}")[..16];
}

/// <summary>A phase of a night.</summary>
/// <param name="Name">Its name, in the order of <see cref="Night.PhaseNames"/>.</param>
/// <param name="StartedAt">When it began.</param>
/// <param name="EndedAt">When it ended; null: under way.</param>
/// <param name="Plan">What it posts; null while that is computed, and in phases that post nothing.</param>
/// <param name="Counts">What became of it.</param>
public sealed record NightPhase(string Name, DateTimeOffset StartedAt, DateTimeOffset? EndedAt = null, NightPlan? Plan = null, NightCounts? Counts = null);

/// <summary>An earlier attempt at the same night.</summary>
public sealed record NightAttempt(int Attempt, string By, DateTimeOffset StartedAt, DateTimeOffset EndedAt, string Note);

/// <summary>
/// The record of a book's night: what it planned, did and proved. Every step of it is one write under its row's ETag, so that of two who drive it only one gets on.
/// </summary>
/// <param name="Date">The business date that has ended.</param>
/// <param name="Status">How it stands.</param>
/// <param name="Attempt">From 1; a night that needs attention can be run again.</param>
/// <param name="By">Who started it: a caller's id, or <c>Nightly</c>.</param>
/// <param name="StartedAt">When this attempt began.</param>
/// <param name="EndedAt">When it ended.</param>
/// <param name="Expect">The plan's hash that who started it has seen; nothing is posted when it is another.</param>
/// <param name="Phases">Those begun so far, in order.</param>
/// <param name="Checks">What was proved, in order.</param>
/// <param name="Note">Why it needs attention; null when it does not.</param>
/// <param name="AtEntry">The entry at which the checks saw the books.</param>
/// <param name="HeadHash">Chain hash there, hexadecimal: kept elsewhere it proves the books of this night unchanged.</param>
/// <param name="LookAfterAt">Its deadline in the agenda.</param>
/// <param name="Earlier">The attempts before this one, at most <see cref="MaxEarlier"/>.</param>
public sealed record Night(
    DateOnly Date, NightStatus Status, int Attempt, string By, DateTimeOffset StartedAt, DateTimeOffset? EndedAt, string? Expect, IReadOnlyList<NightPhase> Phases, IReadOnlyList<NightCheck> Checks,
    string? Note, long? AtEntry, string? HeadHash, DateTimeOffset? LookAfterAt, IReadOnlyList<NightAttempt> Earlier)
{
    /// <summary>So many earlier attempts are kept.</summary>
    public const int MaxEarlier = 20;

    /// <summary>The phases in order.</summary>
    public static readonly IReadOnlyList<string> PhaseNames = [Text(NightPhaseName.Postings), Text(NightPhaseName.Valuations), "checks"];

    /// <summary>The phase under way; null before the first and after the last.</summary>
    [JsonIgnore]
    public NightPhase? Current => Phases.Count > 0 && Phases[^1].EndedAt is null ? Phases[^1] : null;

    public static string Text(NightPhaseName phase) => phase == NightPhaseName.Postings ? "postings" : "valuations";

    /// <summary>A night that is to be run.</summary>
    public static Night Waiting(DateOnly date, string by, string? expect, DateTimeOffset now) => new(date, NightStatus.Running, 1, by, now, null, expect, [], [], null, null, null, null, []);

    /// <summary>The next attempt at a night that needs attention.</summary>
    public Night Again(string by, string? expect, DateTimeOffset now) => Waiting(Date, by, expect, now) with
    {
        Attempt = Attempt + 1,
        Earlier = [.. Earlier.TakeLast(MaxEarlier - 1), new NightAttempt(Attempt, By, StartedAt, EndedAt ?? now, Note ?? "")],
    };

    /// <summary>Begins the next phase; the one before has ended.</summary>
    public Night Begin(DateTimeOffset now, DateTimeOffset lookAfterAt) => this with { Phases = [.. Phases, new NightPhase(PhaseNames[Phases.Count], now)], LookAfterAt = LookAfterAt ?? lookAfterAt };

    /// <summary>Fixes the plan of the phase under way.</summary>
    public Night Planned(NightPlan plan) => this with { Phases = [.. Phases.SkipLast(1), Phases[^1] with { Plan = plan }] };

    /// <summary>Ends the phase under way.</summary>
    public Night EndPhase(NightCounts? counts, DateTimeOffset now) => this with { Phases = [.. Phases.SkipLast(1), Phases[^1] with { Counts = counts, EndedAt = now }] };

    /// <summary>
    /// Stops before anything is posted, since the plan is not the one that was expected. Worked: expected 1f…, a slice was added since, the plan is 9c… → attention, nothing posted.
    /// </summary>
    public Night StopUnexpected(NightPlan plan, DateTimeOffset now) => this with
    {
        Status = NightStatus.Attention,
        EndedAt = now,
        Note = $"The plan's hash is {plan.Hash}, not {Expect} as expected: nothing was posted. Preview it again.",
    };

    /// <summary>Stops because what is stored does not fit together: no figure is computed from it.</summary>
    public Night StopDamaged(string fault, NightCheck chain, DateTimeOffset now) => this with { Status = NightStatus.Attention, EndedAt = now, Checks = [chain], Note = $"The books are damaged: {fault}" };

    /// <summary>
    /// Ends the night with what its checks found: done when every check passed and no entry was refused, else attention with all that failed in its note. Nothing is hidden, and the next night is not held up.
    /// </summary>
    public Night End(NightScope scope, IReadOnlyList<NightCheck> checks, DateTimeOffset now)
    {
        var failed = checks.Where(check => !check.Passed).ToList();
        return EndPhase(null, now) with
        {
            Status = failed.Count == 0 ? NightStatus.Done : NightStatus.Attention,
            EndedAt = now,
            Checks = checks,
            AtEntry = scope.Entry,
            HeadHash = scope.HeadHash,
            Note = failed.Count == 0 ? null : "Failed: " + string.Join("; ", failed.Take(5).Select(check => $"{check.Name}{(check.Subject.Length > 0 ? " " + check.Subject : "")} is {check.Actual}, not {check.Expected}")) + (failed.Count > 5 ? "; …" : "."),
        };
    }
}

/// <summary>JSON of the night's rows and messages, generated at build time.</summary>
[JsonSourceGenerationOptions(System.Text.Json.JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, UseStringEnumConverter = true)]
[JsonSerializable(typeof(Night))]
[JsonSerializable(typeof(NightCounts))]
[JsonSerializable(typeof(Envelope<NightChunkWanted>))]
[JsonSerializable(typeof(Envelope<DueDeadlines>))]
public sealed partial class NightJson : JsonSerializerContext;
