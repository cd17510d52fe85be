using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace BackOffice.Kernel;

/// <summary>A department as far as its cases are concerned.</summary>
/// <param name="Name">Its name in the agenda, which is its queue's: <c>accruals</c>.</param>
/// <param name="Cases">Its table.</param>
/// <param name="TellAsync">Tells what a commit left to be told: (book, body). Told twice it must do no harm.</param>
public sealed record Department(string Name, CaseTable Cases, Func<string, string, Task> TellAsync)
{
    /// <summary>Acts on one case that one identity may never both do.</summary>
    public IReadOnlyList<ActPair> Apart { get; init; } = [];

    /// <summary>Where its changes are announced, so that lists of its cases can be kept in memory; null: nowhere.</summary>
    public CaseFeed? Feed { get; init; }
}

/// <summary>What is asked of a case.</summary>
/// <param name="Command">As the step is named in the URL; <c>create</c> for a new case.</param>
/// <param name="Request">The request in one form, JSON: two alike are the same request.</param>
/// <param name="By">Stable id of the caller.</param>
/// <param name="OperationId">The caller's Idempotency-Key, or the request itself, so that sending it again is a repetition. Null: the request on the version it was made on, so that the same may be asked again later; only the last one sent again is a repetition.</param>
/// <param name="IfMatch">The version that the caller saw; null: any.</param>
public sealed record CaseCommand(string Command, string Request, string By, string? OperationId, string? IfMatch = null)
{
    /// <summary>Of a new case: the caller has just seen that there is none, so that nobody looks for it before the first try.</summary>
    public bool IsFresh { get; init; }

    public const string Create = "create";
    public const string Put = "put";

    /// <summary>A new case: its id is the operation's.</summary>
    public static CaseCommand ToCreate(HttpRequest http, string request) => new(Create, request, Caller.Of(http).Name, Create);

    /// <summary>A case as it is to be, new or changed: what it is already changes nothing.</summary>
    public static CaseCommand ToPut(HttpRequest http, string request) =>
        new(Put, request, Caller.Of(http).Name, Put, VersionSeen(http));

    /// <summary>A request's JSON with its members in order of name, so that their order makes no other request of it.</summary>
    public static string Canonical(JsonElement request)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, JsonAnswer.Options))
        {
            json.WriteStartObject();
            foreach (var member in request.EnumerateObject().OrderBy(member => member.Name, StringComparer.Ordinal)) member.WriteTo(json);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.ToArray());
    }

    public static CaseCommand Of(HttpRequest http, string command, string request)
    {
        var key = http.Headers["Idempotency-Key"].ToString();
        return new CaseCommand(command, request, Caller.Of(http).Name, key.Length > 0 ? "key:" + key : $"{command}:{request}", VersionSeen(http));
    }

    /// <summary>Whether a decision that leaves the case as it is is no step, as of every put.</summary>
    public bool SkipsSame { get; init; }

    /// <summary>The operation's id when the case is at a version.</summary>
    internal string IdAt(int version) => OperationId ?? string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{Command}:{By}:{Request}@{version}");

    /// <summary>A request that may be made again later, such as a comment with the same words: known by its Idempotency-Key, else by the version that it was made on.</summary>
    public static CaseCommand Repeatable(HttpRequest http, string command, string request, string? id = null)
    {
        var key = http.Headers["Idempotency-Key"].ToString();
        return new CaseCommand(command, request, Caller.Of(http).Name, id is not null ? "event:" + id : key.Length > 0 ? "key:" + key : null, VersionSeen(http));
    }

    private static string? VersionSeen(HttpRequest http) => http.Headers.IfMatch.ToString() is var match && match is "" or "*" ? null : match;
}

/// <summary>What was decided about a case.</summary>
/// <param name="State">Its new state, the department's JSON.</param>
/// <param name="IsDone">Whether it has come to its end.</param>
/// <param name="Tell">What is to be told after the commit; null: nothing.</param>
/// <param name="NextAt">When the case is to be looked at next (what: <c>due</c>); null: not by itself. An earlier deadline stays where it is, and is dropped when it comes.</param>
public sealed record CaseDecision(string State, bool IsDone = false, string? Tell = null, DateTimeOffset? NextAt = null);

/// <summary>A case after a step.</summary>
/// <param name="Case">As it stands now.</param>
/// <param name="IsNew">Whether this call did it; false: the same request came before.</param>
public sealed record CaseResult(CaseRow Case, bool IsNew);

/// <summary>
/// The way of every command to a case: known already? → as the caller saw it? → decide → put the deadline down → commit → tell. A crash anywhere leaves either nothing, or a commit that the agenda
/// tells for.
/// </summary>
public sealed class CaseSteps(Agenda agenda, TimeProvider time)
{
    private const int MaxTries = 20;

    /// <summary>When a commit that has not been told is looked after.</summary>
    private static readonly TimeSpan TellWithin = TimeSpan.FromMinutes(5);

    private static readonly TimeSpan NearAt = TimeSpan.FromMinutes(2);

    /// <summary>
    /// 403 <c>identity/segregated</c> (the caller has done on this case what may not be done by the same; <see cref="Department.Apart"/>); 404 <c>case/unknown</c>; 409 <c>case/id-reused</c> (a new case under the id of one with other content) and <c>case/key-reused</c> (an Idempotency-Key that came with another request);
    /// 412 <c>case/changed</c>; else what <paramref name="decide"/> says. It sees the case as it stands (null: there is none) and may be asked again when somebody else was first.
    /// </summary>
    public async Task<Outcome<CaseResult>> RunAsync(Department department, string book, string id, CaseCommand command, Func<CaseRow?, Task<Outcome<CaseDecision>>> decide)
    {
        for (var n = 0; n < MaxTries; n++)
        {
            // Every case bears the mark of its creation, so a new one is known by one look.
            var created = command.Command == CaseCommand.Create && !(command.IsFresh && n == 0) ? await department.Cases.FindMarkAsync(book, id, CaseCommand.Create) : null;
            var known = command.Command == CaseCommand.Create && created is null ? null : await department.Cases.FindAsync(book, id);
            if (known is not null && command.Command != CaseCommand.Put && (created ?? await department.Cases.FindMarkAsync(book, id, command.IdAt(known.Version - 1))) is { } mark) return Repeated(known, mark, command);
            if (known is null && command.Command is not (CaseCommand.Create or CaseCommand.Put)) return new Refusal(404, "case/unknown", $"There is no '{id}' in {department.Name} of book '{book}'.");
            if (known is not null && command.IfMatch is { } seen && seen != known.Tag) return new Refusal(412, "case/changed", $"'{id}' is at version {known.Tag}, not {seen}: read it again, and decide on what it is now.");
            if (known is not null && await SegregatedAsync(department, book, id, command) is { } apart) return apart;

            if (!(await decide(known)).Is(out var decision, out var refusal)) return refusal;
            if ((command.Command == CaseCommand.Put || command.SkipsSame) && known?.State == decision.State) return new CaseResult(known, IsNew: false);
            var version = (known?.Version ?? 0) + 1;
            // A case is put as often as one likes, so a put's mark names its version.
            var operation = command.Command == CaseCommand.Put ? string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{CaseCommand.Put}:{version}") : command.IdAt(known?.Version ?? 0);
            var change = new CaseChange(id, new CaseStep(version, time.GetUtcNow(), command.By, command.Command, command.Request), decision.State, operation)
            {
                IsDone = decision.IsDone,
                Tell = decision.Tell,
            };
            var deadline = TellDeadline(department, book, change);
            await Task.WhenAll(
                decision.Tell is null ? Task.CompletedTask : agenda.AddAsync(deadline),
                LookAgainAsync(department, book, id, decision.NextAt),
                department.Feed?.AnnounceAsync(book, id, version) ?? Task.CompletedTask);
            if (await department.Cases.CommitAsync(book, known, change) is not { } committed) continue;
            // A deadline so near may have been struck off by one who saw the case as it was before.
            if (decision.NextAt is { } near && near < time.GetUtcNow() + NearAt) await LookAgainAsync(department, book, id, near);
            if (decision.Tell is not null)
            {
                await TellAsync(department, book, id, version, decision.Tell);
                await agenda.RemoveAsync(deadline);
            }

            return new CaseResult(committed, IsNew: true);
        }

        throw new StorageUnavailableException($"'{id}' is being changed by others without a pause. Send the same request again.");
    }

    /// <summary>The same of a decision that needs nothing but the case.</summary>
    public Task<Outcome<CaseResult>> RunAsync(Department department, string book, string id, CaseCommand command, Func<CaseRow?, Outcome<CaseDecision>> decide) =>
        RunAsync(department, book, id, command, known => Task.FromResult(decide(known)));

    /// <summary>Puts down when a case is to be looked at next, without changing it; null: not by itself.</summary>
    public Task LookAgainAsync(Department department, string book, string id, DateTimeOffset? at) => at is { } next ? agenda.AddAsync(new Deadline(next, department.Name, book, id, Deadline.Due)) : Task.CompletedTask;

    /// <summary>
    /// Works off deadlines: those of commits that have still to tell, and cases that are to be looked at, each by <paramref name="lookAsync"/>, which puts down the next look and answers the version it leaves (null: no such case);
    /// then each is struck off, some at a time.
    /// </summary>
    public async Task WorkOffAsync(Department department, Envelope<DueDeadlines> message, Func<Deadline, Task<int?>> lookAsync)
    {
        using var span = message.Expect(DueDeadlines.Schema, 1);
        await Parallel.ForEachAsync(message.Body.Deadlines, new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (deadline, _) =>
        {
            if (deadline.What != Deadline.Due)
            {
                await TellAsync(department, deadline);
                return;
            }

            // A commit at this moment may count on the very row that is struck off: then it has changed the case, which is looked at again.
            for (int? seen = -1; seen != (await department.Cases.FindAsync(deadline.Book, deadline.Case))?.Version;)
            {
                seen = await lookAsync(deadline);
                await agenda.RemoveAsync(deadline);
            }
        });
    }

    /// <summary>Tells what a commit left to be told, if it has not been, and then strikes the deadline off.</summary>
    public async Task TellAsync(Department department, Deadline deadline)
    {
        await TellAsync(department, deadline.Book, deadline.Case, int.Parse(deadline.What.AsSpan("tell-".Length), System.Globalization.CultureInfo.InvariantCulture));
        await agenda.RemoveAsync(deadline);
    }

    /// <summary>Tells at once all that commits of a book have left to be told, for a step that must see what they lead to; their deadlines find it done.</summary>
    public static async Task TellAllAsync(Department department, string book)
    {
        await foreach (var (id, version) in department.Cases.UntoldAsync(book))
        {
            try
            {
                await TellAsync(department, book, id, version);
            }
            catch (Exception e) when (e is InvalidOperationException or InvalidDataException)
            {
                // What cannot be told is the agenda's, which reports it: it must not stop what has nothing to do with it.
            }
        }
    }

    private static async Task TellAsync(Department department, string book, string id, int version)
    {
        if (await department.Cases.FindTellAsync(book, id, version) is { } body) await TellAsync(department, book, id, version, body);
    }

    private static async Task TellAsync(Department department, string book, string id, int version, string body)
    {
        await department.TellAsync(book, body);
        await department.Cases.ToldAsync(book, id, version);
    }

    /// <summary>The same for all deadlines of a message, some at a time.</summary>
    public async Task TellAsync(Department department, Envelope<DueDeadlines> message)
    {
        using var span = message.Expect(DueDeadlines.Schema, 1);
        await Parallel.ForEachAsync(message.Body.Deadlines, new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (deadline, _) => await TellAsync(department, deadline));
    }

    private static async Task<Refusal?> SegregatedAsync(Department department, string book, string id, CaseCommand command)
    {
        if (!department.Apart.Any(pair => pair.First == command.Command || pair.Second == command.Command)) return null;
        var history = await department.Cases.HistoryAsync(book, id);
        return Segregation.Completes(department.Apart, history, command.Command, command.By) is not var (pair, other) ? null
            : new Refusal(403, "identity/segregated", $"'{other.Command}' of '{id}' was done by the same identity on {other.At:yyyy-MM-dd}; '{command.Command}' must be somebody else's. {pair.Source}.");
    }

    private static Outcome<CaseResult> Repeated(CaseRow known, CaseMark mark, CaseCommand command)
    {
        if (mark.RequestKey == CaseMark.KeyOf(command.Command, command.Request)) return new CaseResult(known, IsNew: false);
        return command.Command == CaseCommand.Create
            ? new Refusal(409, "case/id-reused", $"'{known.Id}' is there with other content. Use a new id, or change it by the steps that it offers.", "id")
            : new Refusal(409, "case/key-reused", "This Idempotency-Key came before with another request. Use a new one for a new request.");
    }

    private Deadline TellDeadline(Department department, string book, CaseChange change) =>
        new(time.GetUtcNow() + TellWithin, department.Name, book, change.Id, string.Create(System.Globalization.CultureInfo.InvariantCulture, $"tell-{change.Step.Version:D6}"));
}
