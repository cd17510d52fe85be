using System.Collections.Concurrent;
using BackOffice.Kernel;
using Microsoft.Extensions.DependencyInjection;

namespace BackOffice.AzuriteTests.Kernel;

/// <summary>The way of a command to a case, with the tables of a department and a tell that is only noted.</summary>
public sealed class CaseTests(SharedApp shared) : IClassFixture<SharedApp>
{
    private static int _cases;

    private readonly TestApp _app = shared.App;
    private readonly ConcurrentQueue<string> _told = [];
    private readonly string _id = "case-" + Interlocked.Increment(ref _cases);

    private Department Department => new("accruals", new CaseTable(_app.Services.GetRequiredService<Storage>(), "Accruals"), (book, body) =>
    {
        _told.Enqueue($"{book}: {body}");
        return Task.CompletedTask;
    });

    [Fact]
    public async Task Create_IsCommittedWithItsHistory_ToldAndStruckOff()
    {
        var result = await CreateAsync("{\"amount\":1}", "one");

        Assert.True(result.Value!.IsNew);
        Assert.Equal(("one", 1, false, "\"1\""), (result.Value.Case.State, result.Value.Case.Version, result.Value.Case.IsDone, result.Value.Case.Tag));
        Assert.Equal(["b: tell one"], _told);
        var step = Assert.Single(await Department.Cases.HistoryAsync("b", _id));
        Assert.Equal((1, "alice", "create", "{\"amount\":1}"), (step.Version, step.By, step.Command, step.Request));
        Assert.Null(await Department.Cases.FindTellAsync("b", _id, 1));
        Assert.Empty(await DeadlinesAsync());
    }

    [Fact]
    public async Task Create_Again_IsKnownByItsRequest()
    {
        await CreateAsync("{\"amount\":1}", "one");

        var again = await CreateAsync("{\"amount\":1}", "one");
        var other = await CreateAsync("{\"amount\":2}", "two");

        Assert.False(again.Value!.IsNew);
        Assert.Equal("case/id-reused", other.Refusal!.Code);
        Assert.Equal(409, other.Refusal.Status);
        Assert.Single(_told);
    }

    [Fact]
    public async Task Command_OnNoCase_IsNotFound() => Assert.Equal((404, "case/unknown"), Refused(await ChangeAsync("cancellation", "{}", _ => "x")));

    [Fact]
    public async Task Command_WithAnOldVersion_IsRefused()
    {
        await CreateAsync("{}", "one");
        await ChangeAsync("dates", "{\"n\":1}", state => state + "+1");

        var stale = await ChangeAsync("dates", "{\"n\":2}", state => state + "+2", ifMatch: "\"1\"");
        var fresh = await ChangeAsync("dates", "{\"n\":2}", state => state + "+2", ifMatch: "\"2\"");

        Assert.Equal((412, "case/changed"), Refused(stale));
        Assert.Equal("one+1+2", fresh.Value!.Case.State);
    }

    [Fact]
    public async Task Command_WithTheSameKey_IsDoneOnce()
    {
        await CreateAsync("{}", "one");
        await ChangeAsync("additions", "{\"n\":1}", state => state + "+1", key: "k1");

        var again = await ChangeAsync("additions", "{\"n\":1}", state => state + "+1", key: "k1");
        var other = await ChangeAsync("additions", "{\"n\":2}", state => state + "+2", key: "k1");
        var another = await ChangeAsync("additions", "{\"n\":1}", state => state + "+1", key: "k2");

        Assert.False(again.Value!.IsNew);
        Assert.Equal((409, "case/key-reused"), Refused(other));
        Assert.Equal("one+1+1", another.Value!.Case.State);
        Assert.Equal(3, (await Department.Cases.HistoryAsync("b", _id)).Count);
    }

    [Fact]
    public async Task Commands_OfManyAtOnce_AreAllDoneOneAfterTheOther()
    {
        const int callers = 8;
        await CreateAsync("{}", "");

        var results = await Task.WhenAll(Enumerable.Range(0, callers).Select(n => Task.Run(() => ChangeAsync("additions", $"{{\"n\":{n}}}", state => state + n))));

        Assert.All(results, result => Assert.True(result.Value!.IsNew));
        var state = (await Department.Cases.FindAsync("b", _id))!;
        Assert.Equal("01234567", string.Concat(state.State.Order()));
        Assert.Equal(callers + 1, state.Version);
    }

    [Fact]
    public async Task Case_ThatComesToItsEnd_MovesAndIsFoundStill()
    {
        await CreateAsync("{}", "one");

        var ended = await Steps.RunAsync(Department, "b", _id, Command("disposals", "{}"), known => Task.FromResult<Outcome<CaseDecision>>(new CaseDecision("over", IsDone: true)));

        Assert.True(ended.Value!.Case.IsDone);
        Assert.DoesNotContain(_id, await ScanAsync(done: false));
        Assert.Contains(_id, await ScanAsync(done: true));
    }

    [Fact]
    public async Task Scan_ByPosition_GivesEachCaseOnce()
    {
        List<string> ids = [.. Enumerable.Range(0, 40).Select(n => $"{_id}.{n}")];
        foreach (var id in ids) await Steps.RunAsync(Department, "scanned", id, Command(CaseCommand.Create, "{}"), _ => Task.FromResult<Outcome<CaseDecision>>(new CaseDecision("s")));
        List<string> all = [];
        await foreach (var found in Department.Cases.ScanAsync("scanned")) all.Add(found.Id);

        List<string> parts = [];
        for (var n = 0; n < all.Count; n += 7)
        {
            var (after, through) = (n == 0 ? null : CaseTable.Position(all[n - 1]), CaseTable.Position(all[Math.Min(n + 6, all.Count - 1)]));
            await foreach (var found in Department.Cases.ScanAsync("scanned", after: after, through: through)) parts.Add(found.Id);
        }

        Assert.Equal(ids.Order(StringComparer.Ordinal), all.Order(StringComparer.Ordinal));
        Assert.Equal(all, parts);
        Assert.Equal(all.Select(CaseTable.Position).Order(StringComparer.Ordinal), all.Select(CaseTable.Position));
    }

    [Fact]
    public async Task State_OfManyCharacters_ComesBackWhole()
    {
        var state = string.Concat(Enumerable.Range(0, 30_000).Select(n => (char)('ä' + (n % 7)) + "é"));

        await CreateAsync("{}", state);

        Assert.Equal(state, (await Department.Cases.FindAsync("b", _id))!.State);
    }

    [Fact]
    public async Task CommitThatWasNotTold_IsToldWhenItsDeadlineComes()
    {
        var broken = Department with { TellAsync = (_, _) => throw new InvalidOperationException("cut off") };
        await Assert.ThrowsAsync<InvalidOperationException>(() => Steps.RunAsync(broken, "b", _id, Command(CaseCommand.Create, "{}"), _ => Task.FromResult<Outcome<CaseDecision>>(new CaseDecision("one", Tell: "tell one"))));
        Assert.Equal("tell one", await Department.Cases.FindTellAsync("b", _id, 1));
        var deadline = Assert.Single(await DeadlinesAsync());

        await Steps.TellAsync(Department, new Envelope<DueDeadlines>(DueDeadlines.Schema, 1, "Tick:1:0", "accruals", new DueDeadlines([deadline])));
        await Steps.TellAsync(Department, deadline); // told twice

        Assert.Equal(["b: tell one"], _told);
        Assert.Empty(await DeadlinesAsync());
    }

    private CaseSteps Steps => _app.Services.GetRequiredService<CaseSteps>();

    private Task<Outcome<CaseResult>> CreateAsync(string request, string state) =>
        Steps.RunAsync(Department, "b", _id, Command(CaseCommand.Create, request), known => Task.FromResult<Outcome<CaseDecision>>(
            known is null ? new CaseDecision(state, Tell: "tell " + state) : throw new InvalidOperationException("A case that is there is not created again.")));

    private Task<Outcome<CaseResult>> ChangeAsync(string name, string request, Func<string, string> change, string? key = null, string? ifMatch = null) =>
        Steps.RunAsync(Department, "b", _id, Command(name, request, key, ifMatch), known => Task.FromResult<Outcome<CaseDecision>>(new CaseDecision(change(known!.State))));

    private static CaseCommand Command(string name, string request, string? key = null, string? ifMatch = null) =>
        new(name, request, "alice", name == CaseCommand.Create ? name : key ?? $"{name}:{request}", ifMatch);

    private static (int, string) Refused(Outcome<CaseResult> outcome) => (outcome.Refusal!.Status, outcome.Refusal.Code);

    private async Task<List<string>> ScanAsync(bool done)
    {
        List<string> ids = [];
        await foreach (var found in Department.Cases.ScanAsync("b", done)) ids.Add(found.Id);
        return ids;
    }

    private async Task<List<Deadline>> DeadlinesAsync()
    {
        List<Deadline> deadlines = [];
        await foreach (var deadline in _app.Services.GetRequiredService<Agenda>().ThroughAsync(TimeProvider.System.GetUtcNow().AddDays(1)))
            if (deadline.Case == _id) deadlines.Add(deadline);
        return deadlines;
    }
}
