using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using BackOffice.Accruals;
using BackOffice.AzuriteTests.Nightly;
using BackOffice.Kernel;
using BackOffice.Ledger;
using BackOffice.Nightly;
using Microsoft.Extensions.DependencyInjection;

namespace BackOffice.AzuriteTests.Accruals;

/// <summary>Accruals over HTTP: booked, shown, changed, refused. No night runs here; what is due when it is booked goes into the book at once.</summary>
public sealed class AccrualHttpTests(SharedApp shared) : IClassFixture<SharedApp>, IAsyncLifetime
{
    private NightBook _night = null!;

    private TestBook Book => _night.Book;

    public async ValueTask InitializeAsync() => _night = await NightBook.OpenAsync(shared.App);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Theory]
    [InlineData("prepaidExpense", "0980", "4360", "900.00", "-900.00")]
    [InlineData("deferredIncome", "0990", "8400", "-900.00", "900.00")]
    [InlineData("accruedIncome", "1500", "8400", "300.00", "-300.00")]
    [InlineData("accruedExpense", "1700", "4210", "-300.00", "300.00")]
    public async Task Put_EachKind_BooksWhatIsDueOnItsSide(string kind, string accrual, string result, string onAccrual, string onResult)
    {
        var answer = (await _night.AccrueAsync("a", from: "2025-01-01", to: "2025-12-31", kind: kind, date: "2025-03-31", accrual: accrual, result: result)).Is(HttpStatusCode.Created);

        Assert.Equal(new() { [accrual] = onAccrual, [result] = onResult }, await _night.BalancesAsync());
        Assert.Equal((kind, "open", onAccrual, "300.00"), (answer.Json.Text("kind"), answer.Json.Text("status"), answer.Json.Text("balance"), answer.Json.Text("released")));
        Assert.Equal((accrual, result, 1L, "\"1\""), (answer.Json.Text("accrualAccount"), answer.Json.Text("resultAccount"), answer.Json.Number("version"), answer.Headers.ETag!.Tag));
        await Book.IsWholeAsync();
    }

    [Fact]
    public async Task Get_ShowsSlicesWithTheirEntries_Balance_AndHistory()
    {
        (await _night.AccrueAsync("a", from: "2025-01-01", to: "2025-03-31", amount: "100.00", date: "2025-02-10")).Is(HttpStatusCode.Created);

        var answer = (await Book.TryGetAsync("/accruals/a")).Is(HttpStatusCode.OK);

        var json = answer.Json;
        Assert.Equal("\"1\"", answer.Headers.ETag!.Tag);
        Assert.Equal((Book.Id, "a", "100.00", "2025-02-10", "monthly", "Insurance"), (json.Text("book"), json.Text("id"), json.Text("amount"), json.Text("date"), json.Text("method"), json.Text("text")));
        Assert.Equal(("2025-01-01", "2025-03-31", "66.67", "33.33"), (json.Text("from"), json.Text("to"), json.Text("balance"), json.Text("released")));
        Assert.Equal(
            ["2025-01-31 33.33 2025-02-10 released accrual:a:2025-02-10", "2025-02-28 33.34 2025-02-28 planned accrual:a:2025-02-28", "2025-03-31 33.33 2025-03-31 planned accrual:a:2025-03-31"],
            json.List("slices").Select(slice => $"{Slice(slice)} {slice.Text("state")} {slice.Text("entry")}"));
        Assert.Equal(["accrual:a:booked", "accrual:a:2025-02-10"], json.List("entries").Select(entry => entry.GetString()));
        var step = Assert.Single(json.List("history"));
        Assert.Equal((1L, "create", "tester", 10_000L), (step.Number("version"), step.Text("command"), step.Text("by"), step.GetProperty("request").Number("amountMinor")));
        Assert.Equal("tester", (await Book.GetAsync("/entries/accrual:a:booked")).Text("by"));
    }

    [Fact]
    public async Task Get_WhatIsNotThere_IsNotFound()
    {
        foreach (var id in (string[])["none", "policy:2025", "-"]) (await Book.TryGetAsync($"/accruals/{id}")).IsProblem(HttpStatusCode.NotFound, "case/unknown");
        (await shared.App.Book("no-such-book").TryGetAsync("/accruals/a")).IsProblem(HttpStatusCode.NotFound, "ledger/book-unknown");
        (await Book.TryGetAsync("/accruals/a?verbose=1")).IsProblem(HttpStatusCode.BadRequest, "request/unknown-parameter", "verbose");
    }

    [Fact]
    public async Task Accounts_MustBeThere_AndOfTheKindTheyServeAs()
    {
        (await _night.AccrueAsync("a", accrual: "4360", result: "0980")).IsProblem(HttpStatusCode.UnprocessableEntity, "accrual/account-type", "accrualAccount");
        (await _night.AccrueAsync("a", kind: "accruedExpense", accrual: "1700", result: "4210")).Is(HttpStatusCode.Created);
        (await ChangeAsync("a", "settlement", """{"date":"2026-03-31","account":"9999","amount":"1.00"}""")).IsProblem(HttpStatusCode.UnprocessableEntity, "ledger/account-unknown", "account");
    }

    /// <summary>What follows a case is changed by the case: taken back by hand, the next night would find the register and its account apart.</summary>
    [Fact]
    public async Task Entry_OfAnAccrual_CannotBeReversedByHand()
    {
        (await _night.AccrueAsync("a")).Is(HttpStatusCode.Created);

        (await Book.ReverseAsync("accrual:a:booked", "r-1", "2026-01-31")).IsProblem(HttpStatusCode.Conflict, "ledger/system-entry");
    }

    [Fact]
    public async Task List_GoesThroughAllPages_OpenAndDone()
    {
        (await PolicyAsync("2026", bookAtOnce: true)).Is(HttpStatusCode.Created); // a case of the same table, but no accrual
        foreach (var id in (string[])["a", "b", "c", "d", "e"]) (await _night.AccrueAsync(id, id == "c" ? "12.00" : "1200.00")).Is(HttpStatusCode.Created);

        List<JsonElement> listed = [];
        var pages = 0;
        for (string? path = "/accruals?limit=2"; path is not null; pages++)
        {
            var page = await Book.GetAsync(path);
            Assert.InRange(page.List("accruals").Count(), 0, 2);
            listed.AddRange(page.List("accruals"));
            path = page.TryGetProperty("next", out var next) ? next.GetString() : null;
        }

        Assert.Equal(["a", "b", "d", "e"], listed.Select(accrual => accrual.Text("id")).Order(StringComparer.Ordinal));
        Assert.Equal(3, pages); // two full ones, and the empty one that shows the end
        Assert.All(listed, accrual => Assert.Equal(("open", "1200.00"), (accrual.Text("status"), accrual.Text("amount"))));
        Assert.Equal(["c bookedAtOnce"], (await Book.GetAsync("/accruals?state=done")).List("accruals").Select(accrual => $"{accrual.Text("id")} {accrual.Text("status")}"));
        (await Book.TryGetAsync("/accruals?state=all")).IsProblem(HttpStatusCode.UnprocessableEntity, "case/state", "state");
        (await Book.TryGetAsync("/accruals?limit=1001")).IsProblem(HttpStatusCode.BadRequest, "request/number", "limit");
        (await Book.TryGetAsync("/accruals?after=-")).IsProblem(HttpStatusCode.BadRequest, "request/id", "after");
        (await Book.TryGetAsync("/accruals?page=2")).IsProblem(HttpStatusCode.BadRequest, "request/unknown-parameter", "page");
    }

    [Fact]
    public async Task Put_Again_IsTheSameAccrual_AndOtherContentIsRefused()
    {
        var first = (await _night.AccrueAsync("a")).Is(HttpStatusCode.Created);
        var before = await Book.HeadHashAsync();

        var again = (await _night.AccrueAsync("a", amount: "1200")).Is(HttpStatusCode.OK); // the same amount, written otherwise
        (await _night.AccrueAsync("a", amount: "1200.01")).IsProblem(HttpStatusCode.Conflict, "case/id-reused", "id");
        (await _night.AccrueAsync("a", method: "daily")).IsProblem(HttpStatusCode.Conflict, "case/id-reused", "id");

        Assert.Equal(first.Text, again.Text);
        Assert.Equal(before, await Book.HeadHashAsync());

        (await ChangeAsync("a", "cancellation", """{"date":"2026-01-01","mode":"reverse"}""")).Is(HttpStatusCode.Created);
        Assert.Equal("cancelled", (await _night.AccrueAsync("a")).Is(HttpStatusCode.OK).Json.Text("status")); // the repetition shows it as it is now
    }

    [Fact]
    public async Task Put_WithTheLongestId_NamesItsEntriesByADigest()
    {
        var id = new string('x', 64);

        var accrual = (await _night.AccrueAsync(id, date: "2026-02-01")).Is(HttpStatusCode.Created).Json;

        Assert.Equal(("100.00", 2), (accrual.Text("released"), accrual.List("entries").Count()));
        Assert.All(await Book.JournalAsync(), entry => Assert.Matches("^accrual:[0-9a-f]{32}:(booked|2026-02-01)$", entry.Text("id")));
        Assert.Equal(accrual.ToString(), (await Book.GetAsync($"/accruals/{id}")).ToString());
    }

    [Fact]
    public async Task Put_ForClosedMonths_BooksThemInTheFirstOpenOne_AsOneEntry()
    {
        (await Book.CloseAsync("2025-02")).Is(HttpStatusCode.OK);

        var accrual = (await _night.AccrueAsync("a", date: "2025-01-15", from: "2025-01-01", to: "2025-12-31")).Is(HttpStatusCode.Created).Json;

        Assert.Equal(["2025-01-31 100.00 2025-03-01", "2025-02-28 100.00 2025-03-01", "2025-03-31 100.00 2025-03-31"], accrual.List("slices").Take(3).Select(Slice));
        Assert.Equal(("1000.00", "200.00"), (accrual.Text("balance"), accrual.Text("released")));
        Assert.Equal(["accrual:a:booked 2025-03-01", "accrual:a:2025-03-01 2025-03-01"], (await Book.IsWholeAsync()).Select(entry => $"{entry.Text("id")} {entry.Text("date")}"));
        Assert.Equal("2025-01-15", (await Book.GetAsync("/entries/accrual:a:booked")).Text("belongsTo"));
    }

    [Theory]
    [InlineData("release")]
    [InlineData("reverse")]
    public async Task Cancel_OfADeferral_ReturnsTheRest(string mode)
    {
        (await _night.AccrueAsync("a")).Is(HttpStatusCode.Created);

        var answer = (await ChangeAsync("a", "cancellation", $$"""{"date":"2026-03-31","mode":"{{mode}}","reason":"Moved out"}""")).Is(HttpStatusCode.Created);

        Assert.Equal(("cancelled", "0.00", "300.00", 2L, "\"2\""), (answer.Json.Text("status"), answer.Json.Text("balance"), answer.Json.Text("released"), answer.Json.Number("version"), answer.Headers.ETag!.Tag));
        Assert.Equal(3, answer.Json.List("slices").Count());
        Assert.Equal(["create", "cancellation"], answer.Json.List("history").Select(step => step.Text("command")));
        Assert.Equal("Moved out", answer.Json.List("history").Last().GetProperty("request").Text("reason"));
        Assert.Equal(["accrual:a:booked", "accrual:a:2026-01-31", "accrual:a:2026-02-28", "accrual:a:2026-03-31", "accrual:a:cancelled"], (await Book.IsWholeAsync()).Select(entry => entry.Text("id")));
        Assert.Equal([("4360", "900.00"), ("0980", "")], (await Book.GetAsync("/entries/accrual:a:cancelled")).List("lines").Select(line => (line.Text("account"), line.TryGetProperty("debit", out var debit) ? debit.GetString()! : "")));
        Assert.Empty(await _night.BalancesAsync());
    }

    [Fact]
    public async Task Cancel_OfAnAccrual_TakesBackOrBuildsUp()
    {
        foreach (var id in (string[])["back", "up"]) (await AccruedExpenseAsync(id, date: "2026-03-31")).Is(HttpStatusCode.Created);

        var back = (await ChangeAsync("back", "cancellation", """{"date":"2026-03-31","mode":"reverse"}""")).Is(HttpStatusCode.Created).Json;
        Assert.Equal(("cancelled", "0.00"), (back.Text("status"), back.Text("balance")));
        Assert.Equal(new() { ["1700"] = "-300.00", ["4210"] = "300.00" }, await _night.BalancesAsync()); // what stands there is the other's

        var up = (await ChangeAsync("up", "cancellation", """{"date":"2026-03-31","mode":"release"}""")).Is(HttpStatusCode.Created).Json;
        Assert.Equal(("cancelled", "-1200.00", "300.00"), (up.Text("status"), up.Text("balance"), up.Text("released")));

        var settled = (await ChangeAsync("up", "settlement", """{"date":"2026-04-15","account":"1600","amount":"1190.00"}""")).Is(HttpStatusCode.Created).Json;
        Assert.Equal(("settled", "0.00"), (settled.Text("status"), settled.Text("balance")));
        Assert.Equal(new() { ["1600"] = "-1190.00", ["4210"] = "1190.00" }, await _night.BalancesAsync());
        await Book.IsWholeAsync();
    }

    [Fact]
    public async Task Redate_LeavesWhatWasReleased_AndPlansTheRestAnew()
    {
        (await _night.AccrueAsync("a", date: "2026-03-31", from: "2026-01-01")).Is(HttpStatusCode.Created);
        var before = await Book.HeadHashAsync();

        var accrual = (await ChangeAsync("a", "dates", """{"date":"2026-03-31","to":"2026-06-30"}""")).Is(HttpStatusCode.Created).Json;

        Assert.Equal(("open", "2026-06-30", "900.00", "300.00", 2L), (accrual.Text("status"), accrual.Text("to"), accrual.Text("balance"), accrual.Text("released"), accrual.Number("version")));
        Assert.Equal(
            ["100.00 released accrual:a:2026-03-31", "100.00 released accrual:a:2026-03-31", "100.00 released accrual:a:2026-03-31", "300.00 planned accrual:a:2026-04-30.1", "300.00 planned accrual:a:2026-05-31.1", "300.00 planned accrual:a:2026-06-30.1"],
            accrual.List("slices").Select(slice => $"{slice.Text("amount")} {slice.Text("state")} {slice.Text("entry")}"));
        Assert.Equal(before, await Book.HeadHashAsync()); // what is planned is posted by the nights

        (await ChangeAsync("a", "cancellation", """{"date":"2026-05-31","mode":"release"}""")).Is(HttpStatusCode.Created);
        Assert.Equal(["accrual:a:2026-04-30.1", "accrual:a:2026-05-31.1", "accrual:a:cancelled"], (await Book.IsWholeAsync()).Skip(2).Select(entry => entry.Text("id")));
        Assert.Empty(await _night.BalancesAsync());
    }

    [Fact]
    public async Task Change_KeepsSlicesThatAreReleased_ThoughItIsDatedBefore()
    {
        (await Book.CloseAsync("2025-02")).Is(HttpStatusCode.OK);
        (await _night.AccrueAsync("a", date: "2025-01-15", from: "2025-01-01", to: "2025-12-31")).Is(HttpStatusCode.Created); // January and February on 1 March

        var accrual = (await ChangeAsync("a", "dates", """{"date":"2025-01-20","to":"2025-06-30"}""")).Is(HttpStatusCode.Created).Json;

        Assert.Equal(["100.00 released", "100.00 released", "250.00 planned", "250.00 planned", "250.00 planned", "250.00 planned"], accrual.List("slices").Select(slice => $"{slice.Text("amount")} {slice.Text("state")}"));
    }

    [Theory]
    // The worked example; without an amount: what was built up; against nothing, or the result account itself: back to it.
    [InlineData("accruedExpense", "1700", "4210", ""","account":"1600","amount":"350.00" """, "1600 -350.00, 4210 350.00")]
    [InlineData("accruedExpense", "1700", "4210", ""","account":"1600" """, "1600 -300.00, 4210 300.00")]
    [InlineData("accruedExpense", "1700", "4210", "", "")]
    [InlineData("accruedExpense", "1700", "4210", ""","account":"4210","amount":"350.00" """, "")]
    [InlineData("accruedIncome", "1500", "8400", ""","account":"1400","amount":"250.00" """, "1400 250.00, 8400 -250.00")]
    [InlineData("accruedIncome", "1500", "8400", "", "")]
    public async Task Settle_ClearsWhatWasBuiltUp(string kind, string accrual, string result, string by, string balances)
    {
        (await _night.AccrueAsync("a", kind: kind, accrual: accrual, result: result)).Is(HttpStatusCode.Created);

        var settled = (await ChangeAsync("a", "settlement", $$"""{"date":"2026-03-31"{{by}}}""")).Is(HttpStatusCode.Created).Json;

        Assert.Equal(("settled", "0.00", "300.00", 3), (settled.Text("status"), settled.Text("balance"), settled.Text("released"), settled.List("slices").Count()));
        Assert.Equal(balances, string.Join(", ", (await _night.BalancesAsync()).OrderBy(balance => balance.Key, StringComparer.Ordinal).Select(balance => $"{balance.Key} {balance.Value}")));
        await Book.IsWholeAsync();
    }

    [Fact]
    public async Task Change_WhileANightIsUnderWay_KeepsWhatThatNightMayRelease()
    {
        (await AccruedExpenseAsync("a")).Is(HttpStatusCode.Created);
        await NightAsync(begun: "2026-03-31", finished: "2026-03-30");

        var cancelled = (await ChangeAsync("a", "cancellation", """{"date":"2026-03-15","mode":"release"}""")).Is(HttpStatusCode.Created).Json;
        Assert.Equal(["2026-01-31", "2026-02-28", "2026-03-31"], cancelled.List("slices").Select(slice => slice.Text("date")));

        // The night has planned before the accrual was there, and ended without it: what the cancellation has kept stays kept.
        await NightAsync(begun: "2026-03-31", finished: "2026-03-31");
        var settled = (await ChangeAsync("a", "settlement", """{"date":"2026-03-15"}""")).Is(HttpStatusCode.Created).Json;

        Assert.Equal(("settled", "0.00"), (settled.Text("status"), settled.Text("balance")));
        Assert.Empty(await _night.BalancesAsync());
    }

    [Fact]
    public async Task Cancel_WithMoreToPostThanARowCanHold_IsRefusedAndChangesNothing()
    {
        var body = Body();
        (body["amount"], body["date"], body["from"], body["to"], body["text"]) = ("120000.00", "1926-01-01", "1926-01-01", "2025-12-31", new string('x', 400));
        (await PutAsync("a", body.ToJsonString())).Is(HttpStatusCode.Created);
        var before = (await Book.HeadHashAsync(), (await Book.GetAsync("/accruals/a")).ToString());

        (await ChangeAsync("a", "cancellation", """{"date":"2025-11-30","mode":"release"}""")).IsProblem(HttpStatusCode.UnprocessableEntity, "ledger/too-many-entries");

        Assert.Equal(before, (await Book.HeadHashAsync(), (await Book.GetAsync("/accruals/a")).ToString()));
        var early = (await ChangeAsync("a", "cancellation", """{"date":"1950-12-31","mode":"release"}""")).Is(HttpStatusCode.Created).Json;
        Assert.Equal(("cancelled", "0.00", "30000.00", 302L), (early.Text("status"), early.Text("balance"), early.Text("released"), await Book.EntriesAsync())); // booked, 25 years of months, cancelled
    }

    [Fact]
    public async Task Change_OfClosedMonths_IsPostedInTheFirstOpenOne()
    {
        (await _night.AccrueAsync("a", from: "2025-01-01", to: "2025-12-31")).Is(HttpStatusCode.Created);
        foreach (var month in (string[])["2025-01", "2025-02"]) (await Book.CloseAsync(month)).Is(HttpStatusCode.OK);

        (await ChangeAsync("a", "cancellation", """{"date":"2025-02-15","mode":"release"}""")).Is(HttpStatusCode.Created);

        Assert.Equal(["accrual:a:booked 2025-01-01", "accrual:a:2025-01-31 2025-03-01", "accrual:a:cancelled 2025-03-01"], (await Book.IsWholeAsync()).Select(entry => $"{entry.Text("id")} {entry.Text("date")}"));
        Assert.Empty(await _night.BalancesAsync());
    }

    [Fact]
    public async Task Commit_ThatWasCutOffBeforeItsEntries_IsPostedByItsQueue()
    {
        var (accruals, steps) = (shared.App.Services.GetRequiredService<AccrualTable>(), shared.App.Services.GetRequiredService<CaseSteps>());
        var cutOff = accruals.Department with { TellAsync = (_, _) => throw new InvalidOperationException("cut off") };
        var accrual = new Accrual(AccrualKind.PrepaidExpense, 1_200_00, new(2026, 1, 1), new(2026, 1, 1), new(2026, 12, 31), AccrualMethod.Monthly, "0980", "4360", "Insurance", new(2026, 1, 1), false, []);
        var decision = new CaseDecision(AccrualTable.Write(accrual), Tell: Posting.ToTell([.. AccrualEntries.Of("a", accrual).Take(1)], 2, "alice"));
        await Assert.ThrowsAsync<InvalidOperationException>(() => steps.RunAsync(cutOff, Book.Id, "a", new CaseCommand(CaseCommand.Create, "{}", "alice", CaseCommand.Create), _ => Task.FromResult<Outcome<CaseDecision>>(decision)));
        Assert.Equal("0.00", (await Book.GetAsync("/accruals/a")).Text("balance"));

        List<Deadline> left = [];
        await foreach (var deadline in shared.App.Services.GetRequiredService<Agenda>().ThroughAsync(TimeProvider.System.GetUtcNow().AddDays(1)))
            if (deadline.Book == Book.Id) left.Add(deadline);
        var message = JsonSerializer.Serialize(new Envelope<DueDeadlines>(DueDeadlines.Schema, 1, "Tick:1:0", "accruals", new DueDeadlines([Assert.Single(left)])), KernelMessages.Default.EnvelopeDueDeadlines);
        foreach (var _ in (int[])[1, 2]) await shared.App.FireAsync(nameof(RunAccrualAgenda), message); // told twice

        await Eventually.IsTrueAsync(async () => (await Book.GetAsync("/accruals/a")).Text("balance") == "1200.00", "the deferral is booked");
        Assert.Equal(("accrual:a:booked", "alice"), ((await Book.IsWholeAsync()).Single().Text("id"), (await Book.GetAsync("/entries/accrual:a:booked")).Text("by")));
    }

    [Fact]
    public async Task Change_IsDoneOnce_OnTheVersionThatWasSeen()
    {
        (await _night.AccrueAsync("a")).Is(HttpStatusCode.Created);
        const string shorter = """{"date":"2026-03-31","to":"2026-06-30"}""", longer = """{"date":"2026-03-31","to":"2027-06-30"}""";

        (await ChangeAsync("a", "dates", shorter, ("If-Match", "\"2\""))).IsProblem(HttpStatusCode.PreconditionFailed, "case/changed");
        (await ChangeAsync("a", "dates", shorter, ("If-Match", "\"1\""))).Is(HttpStatusCode.Created);
        (await ChangeAsync("a", "dates", """{"to":"2026-06-30","date":"2026-03-31"}""", ("If-Match", "\"1\""))).Is(HttpStatusCode.OK); // the same request: known before it is compared
        (await ChangeAsync("a", "dates", longer, ("If-Match", "\"1\""))).IsProblem(HttpStatusCode.PreconditionFailed, "case/changed");

        (await ChangeAsync("a", "dates", longer, ("If-Match", "*"), ("Idempotency-Key", "k1"))).Is(HttpStatusCode.Created);
        Assert.Equal(3, (await ChangeAsync("a", "dates", longer, ("Idempotency-Key", "k1"))).Is(HttpStatusCode.OK).Json.Number("version"));
        (await ChangeAsync("a", "dates", shorter, ("Idempotency-Key", "k1"))).IsProblem(HttpStatusCode.Conflict, "case/key-reused");
        Assert.Equal("2026-06-30", (await ChangeAsync("a", "dates", shorter, ("Idempotency-Key", "k2"))).Is(HttpStatusCode.Created).Json.Text("to"));
    }

    [Theory]
    [InlineData("kind", "\"rent\"", 422, "accrual/kind")]
    [InlineData("kind", "\"PrepaidExpense\"", 422, "accrual/kind")]
    [InlineData("kind", "1", 400, "request/wrong-type")]
    [InlineData("kind", null, 400, "request/missing")]
    [InlineData("amount", "\"0.00\"", 422, "ledger/amount-zero")]
    [InlineData("amount", "\"-1.00\"", 422, "ledger/amount-invalid")]
    [InlineData("amount", "\"1.001\"", 422, "ledger/amount-invalid")]
    [InlineData("amount", "\"10000000000000.00\"", 422, "ledger/amount-invalid")]
    [InlineData("amount", "true", 400, "request/wrong-type")]
    [InlineData("date", "\"2026-02-29\"", 400, "request/date")]
    [InlineData("from", "\"2026-12-32\"", 400, "request/date")]
    [InlineData("to", "\"2025-12-31\"", 422, "accrual/dates")]
    [InlineData("to", "\"2126-01-02\"", 422, "accrual/dates")]
    [InlineData("method", "\"weekly\"", 422, "accrual/method")]
    [InlineData("resultAccount", "\"0980\"", 422, "accrual/same-account")]
    [InlineData("accrualAccount", "\"9998\"", 422, "ledger/account-unknown")]
    [InlineData("resultAccount", "\"9999\"", 422, "ledger/account-unknown")]
    [InlineData("accrualAccount", "\"-\"", 400, "request/id")]
    [InlineData("text", "\"\"", 400, "request/text")]
    [InlineData("text", "401", 400, "request/text")]
    [InlineData("currency", "\"EUR\"", 400, "request/unknown-field")]
    [InlineData("Amount", "\"1.00\"", 400, "request/unknown-field")]
    public async Task Put_WhatIsWrong_IsRefusedAndChangesNothing(string member, string? value, int status, string code)
    {
        var before = await Book.HeadHashAsync();
        var body = Body();
        if (value is null) body.Remove(member);
        else body[member] = value == "401" ? new string('x', 401) : JsonNode.Parse(value);

        (await PutAsync("a", body.ToJsonString())).IsProblem((HttpStatusCode)status, code, member);

        (await Book.TryGetAsync("/accruals/a")).IsProblem(HttpStatusCode.NotFound, "case/unknown");
        Assert.Equal(before, await Book.HeadHashAsync());
    }

    [Fact]
    public async Task Put_WhatIsNoRequest_IsRefused()
    {
        (await PutAsync("policy:2026", Body().ToJsonString())).IsProblem(HttpStatusCode.UnprocessableEntity, "accrual/id-reserved", "id");
        (await PutAsync("-", Body().ToJsonString())).IsProblem(HttpStatusCode.BadRequest, "request/id", "id");
        (await PutAsync("a", "{")).IsProblem(HttpStatusCode.BadRequest, "request/not-json");
        (await PutAsync("a", "[]")).IsProblem(HttpStatusCode.BadRequest, "request/not-an-object");
        (await Book.SendAsync(HttpMethod.Put, "/accruals/a", new StringContent("{}"))).IsProblem(HttpStatusCode.UnsupportedMediaType, "request/content-type");
        (await shared.App.Book("no-such-book").SendAsync(HttpMethod.Put, "/accruals/a", Body().ToJsonString())).IsProblem(HttpStatusCode.NotFound, "ledger/book-unknown");
        (await PutAsync("a", "{}")).IsProblem(HttpStatusCode.BadRequest, "request/missing", "text");
        Assert.Equal(0, await Book.EntriesAsync());
    }

    [Fact]
    public async Task Change_ThatCannotBe_IsRefusedAndChangesNothing()
    {
        (await _night.AccrueAsync("prepaid", date: "2026-01-15", from: "2026-01-01")).Is(HttpStatusCode.Created);
        (await AccruedExpenseAsync("accrued", date: "2026-01-15")).Is(HttpStatusCode.Created);
        (await AccruedExpenseAsync("waits")).Is(HttpStatusCode.Created);
        (await ChangeAsync("waits", "cancellation", """{"date":"2026-02-28","mode":"release"}""")).Is(HttpStatusCode.Created);
        (await _night.AccrueAsync("over")).Is(HttpStatusCode.Created);
        (await ChangeAsync("over", "cancellation", """{"date":"2026-02-28","mode":"release"}""")).Is(HttpStatusCode.Created);
        var before = (await Book.HeadHashAsync(), (await Book.GetAsync("/accruals")).ToString(), (await Book.GetAsync("/accruals?state=done")).ToString());

        foreach (var (id, command, body, status, code, path) in ((string, string, string, int, string, string?)[])
        [
            ("none", "cancellation", """{"date":"2026-03-31","mode":"release"}""", 404, "case/unknown", null),
            ("policy:2026", "cancellation", """{"date":"2026-03-31","mode":"release"}""", 422, "accrual/id-reserved", "id"),
            ("-", "cancellation", """{"date":"2026-03-31","mode":"release"}""", 400, "request/id", "id"),
            ("prepaid", "cancellation", """{"date":"2026-01-14","mode":"release"}""", 422, "accrual/date", "date"),
            ("prepaid", "cancellation", """{"date":"2026-03-31","mode":"drop"}""", 422, "accrual/mode", "mode"),
            ("prepaid", "cancellation", """{"date":"2026-03-31"}""", 400, "request/missing", "mode"),
            ("prepaid", "cancellation", """{"mode":"release"}""", 400, "request/missing", "date"),
            ("prepaid", "cancellation", """{"date":"2026-03-31","mode":"release","to":"2026-06-30"}""", 400, "request/unknown-field", "to"),
            ("prepaid", "cancellation", """{"date":"2026-03-31","mode":"release","reason":""}""", 400, "request/text", "reason"),
            ("prepaid", "cancellation", "[]", 400, "request/not-an-object", null),
            ("waits", "cancellation", """{"date":"2026-03-31","mode":"release"}""", 409, "accrual/cancelled", null),
            ("waits", "cancellation", """{"date":"2026-02-27","mode":"release"}""", 422, "accrual/date", "date"),
            ("waits", "dates", """{"date":"2026-03-31","to":"2027-12-31"}""", 409, "accrual/cancelled", null),
            ("over", "cancellation", """{"date":"2026-03-31","mode":"release"}""", 409, "accrual/over", null),
            ("over", "dates", """{"date":"2026-03-31","to":"2027-12-31"}""", 409, "accrual/over", null),
            ("over", "settlement", """{"date":"2026-03-31"}""", 409, "accrual/over", null),
            ("prepaid", "dates", """{"date":"2026-12-31","to":"2027-12-31"}""", 422, "accrual/nothing-left", "date"),
            ("prepaid", "dates", """{"date":"2026-03-31","to":"2026-03-31"}""", 422, "accrual/dates", "to"),
            ("prepaid", "dates", """{"date":"2026-03-31","to":"2126-04-02"}""", 422, "accrual/dates", "to"),
            ("prepaid", "dates", """{"date":"2026-03-31","to":"2026-06-31"}""", 400, "request/date", "to"),
            ("prepaid", "settlement", """{"date":"2026-03-31"}""", 422, "accrual/not-accrued", null),
            ("accrued", "settlement", """{"date":"2026-03-31","account":"1700"}""", 422, "accrual/same-account", "account"),
            ("accrued", "settlement", """{"date":"2026-03-31","amount":"1.00"}""", 422, "accrual/settlement-amount", "account"),
            ("accrued", "settlement", """{"date":"2026-01-20","account":"1600"}""", 422, "accrual/settlement-amount", "amount"),
            ("accrued", "settlement", """{"date":"2026-03-31","account":"1600","amount":"0"}""", 422, "ledger/amount-zero", "amount"),
            ("accrued", "settlement", """{"date":"2026-03-31","account":"1600","amount":null}""", 400, "request/wrong-type", "amount"),
            ("accrued", "settlement", """{"date":"2026-03-31","account":"9999"}""", 422, "ledger/account-unknown", null),
        ])
            (await ChangeAsync(id, command, body)).IsProblem((HttpStatusCode)status, code, path);

        Assert.Equal(before, (await Book.HeadHashAsync(), (await Book.GetAsync("/accruals")).ToString(), (await Book.GetAsync("/accruals?state=done")).ToString()));
    }

    [Fact]
    public async Task Policy_OfAYear_LeavesSmallItemsInTheResultAccount()
    {
        (await PolicyAsync("2025", bookAtOnce: true)).Is(HttpStatusCode.Created);
        (await PolicyAsync("2025", bookAtOnce: true)).Is(HttpStatusCode.OK);
        (await PolicyAsync("2025", bookAtOnce: false)).IsProblem(HttpStatusCode.Conflict, "case/id-reused");

        var small = (await _night.AccrueAsync("small", "800.00", "2025-06-01", "2026-05-31")).Is(HttpStatusCode.Created).Json;

        Assert.Equal(("bookedAtOnce", "0.00", "0.00"), (small.Text("status"), small.Text("balance"), small.Text("released")));
        Assert.Empty(small.List("slices"));
        Assert.Equal(0, await Book.EntriesAsync());
        Assert.Equal(["small"], (await Book.GetAsync("/accruals?state=done")).List("accruals").Select(accrual => accrual.Text("id")));
        foreach (var (command, body) in ((string, string)[])[("cancellation", """{"date":"2025-07-01","mode":"release"}"""), ("dates", """{"date":"2025-07-01","to":"2027-12-31"}"""), ("settlement", """{"date":"2025-07-01"}""")])
            (await ChangeAsync("small", command, body)).IsProblem(HttpStatusCode.Conflict, "accrual/over");

        Assert.Equal("open", (await _night.AccrueAsync("large", "800.01", "2025-06-01", "2026-05-31")).Json.Text("status"));
        Assert.Equal("open", (await _night.AccrueAsync("next-year", "10.00", "2026-01-01", "2026-12-31")).Json.Text("status"));
        (await PolicyAsync("2025", bookAtOnce: true)).Is(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Policy_GoesByTheFiscalYear_AndTheLimitOfTheDay()
    {
        (await Book.SendAsync(HttpMethod.Put, "", """{"name":"Night","currency":"EUR","chart":"SKR03","fiscalYearStart":"07-01"}""")).Is(HttpStatusCode.OK);
        var asOperator = new TestBook(shared.App, Book.Id, shared.App.Client("Operator"));
        (await asOperator.SendAsync(HttpMethod.Put, "/api/parameters/accrual.materiality", """{"from":"2101-03-01","value":"100","reason":"Test"}""")).Is(HttpStatusCode.Created);
        (await PolicyAsync("2100", bookAtOnce: true)).Is(HttpStatusCode.Created);

        foreach (var (date, amount, status) in ((string, string, string)[])
            [("2100-06-30", "1.00", "open"), ("2100-07-01", "800.00", "bookedAtOnce"), ("2101-02-28", "800.00", "bookedAtOnce"), ("2101-03-01", "100.01", "open"), ("2101-06-30", "100.00", "bookedAtOnce"), ("2101-07-01", "1.00", "open")])
            Assert.Equal((date, status), (date, (await _night.AccrueAsync($"on-{date}", amount, date, "2102-12-31")).Is(HttpStatusCode.Created).Json.Text("status")));

        (await PolicyAsync("2101", bookAtOnce: true)).IsProblem(HttpStatusCode.Conflict, "accrual/policy-in-use");
    }

    [Fact]
    public async Task Policy_OfAYearThatHasAccruals_OrIsNone_IsRefused()
    {
        (await _night.AccrueAsync("done", from: "2026-01-01", date: "2025-12-31")).Is(HttpStatusCode.Created);
        (await ChangeAsync("done", "cancellation", """{"date":"2025-12-31","mode":"release"}""")).Is(HttpStatusCode.Created);
        (await _night.AccrueAsync("open", from: "2026-01-01")).Is(HttpStatusCode.Created);

        foreach (var year in (string[])["2025", "2026"]) (await PolicyAsync(year, bookAtOnce: true)).IsProblem(HttpStatusCode.Conflict, "accrual/policy-in-use");
        (await PolicyAsync("2027", bookAtOnce: true)).Is(HttpStatusCode.Created);
        foreach (var year in (string[])["1899", "2200", "25a", "-2025"]) (await PolicyAsync(year, bookAtOnce: true)).IsProblem(HttpStatusCode.BadRequest, "ledger/fiscal-year");
        (await Book.SendAsync(HttpMethod.Put, "/accrual-policies/2028", """{"bookAtOnce":"yes","reason":"Test"}""")).IsProblem(HttpStatusCode.BadRequest, "request/wrong-type", "bookAtOnce");
        (await Book.SendAsync(HttpMethod.Put, "/accrual-policies/2028", """{"bookAtOnce":true,"reason":"Test","limit":"800"}""")).IsProblem(HttpStatusCode.BadRequest, "request/unknown-field", "limit");
    }

    [Fact]
    public async Task Roles_AuditorReads_OperatorNeither()
    {
        (await _night.AccrueAsync("a")).Is(HttpStatusCode.Created);
        var before = (await Book.HeadHashAsync(), (await Book.GetAsync("/accruals/a")).ToString());
        var (auditor, @operator) = (new TestBook(shared.App, Book.Id, shared.App.Client("Auditor")), new TestBook(shared.App, Book.Id, shared.App.Client("Operator")));

        Assert.Equal(before.Item2, (await auditor.GetAsync("/accruals/a")).ToString());
        Assert.Single((await auditor.GetAsync("/accruals")).List("accruals"));
        foreach (var path in (string[])["/accruals", "/accruals/a"]) (await @operator.TryGetAsync(path)).IsProblem(HttpStatusCode.Forbidden, "identity/role-missing");
        foreach (var book in (TestBook[])[auditor, @operator])
        {
            foreach (var (method, path, body) in ((HttpMethod, string, string)[])
            [
                (HttpMethod.Put, "/accruals/b", Body().ToJsonString()),
                (HttpMethod.Post, "/accruals/a/cancellation", """{"date":"2026-03-31","mode":"release"}"""),
                (HttpMethod.Post, "/accruals/a/dates", """{"date":"2026-03-31","to":"2026-06-30"}"""),
                (HttpMethod.Post, "/accruals/a/settlement", """{"date":"2026-03-31"}"""),
                (HttpMethod.Put, "/accrual-policies/2027", """{"bookAtOnce":true,"reason":"Test"}"""),
            ])
                (await book.SendAsync(method, path, body)).IsProblem(HttpStatusCode.Forbidden, "identity/role-missing");
        }

        Assert.Equal(before, (await Book.HeadHashAsync(), (await Book.GetAsync("/accruals/a")).ToString()));
        (await Book.TryGetAsync("/accruals/b")).IsProblem(HttpStatusCode.NotFound, "case/unknown");
    }

    [Theory]
    [InlineData("monthly", "1000.00")]
    [InlineData("daily", "1000.00")]
    [InlineData("fullMonths", "0.05")]
    public async Task Calculator_WithoutAToken_GivesTheSlicesOfTheSameBody(string method, string amount)
    {
        var body = Body();
        (body["method"], body["amount"], body["date"], body["from"], body["to"]) = (method, amount, "2026-03-10", "2026-01-20", "2026-12-15");
        var stored = (await PutAsync("a", body.ToJsonString())).Is(HttpStatusCode.Created).Json;

        var whole = (await CalculateAsync(body)).Is(HttpStatusCode.OK).Json;
        foreach (var member in (string[])["accrualAccount", "resultAccount", "text"]) body.Remove(member);
        var bare = (await CalculateAsync(body)).Is(HttpStatusCode.OK).Json;

        Assert.Equal(stored.List("slices").Select(Slice), whole.List("slices").Select(Slice));
        Assert.NotEmpty(whole.List("slices"));
        Assert.Equal((amount, whole.ToString()), (whole.Text("amount"), bare.ToString()));
    }

    [Fact]
    public async Task Calculator_GoesByTheCurrency_AndRefusesWhatTheBookRefuses()
    {
        var body = Body();
        (body["amount"], body["to"], body["currency"]) = ("100", "2026-03-31", "JPY");
        Assert.Equal(["2026-01-31 33 2026-01-31", "2026-02-28 34 2026-02-28", "2026-03-31 33 2026-03-31"], (await CalculateAsync(body)).Is(HttpStatusCode.OK).Json.List("slices").Select(Slice));

        body["amount"] = "100.5";
        (await CalculateAsync(body)).IsProblem(HttpStatusCode.UnprocessableEntity, "ledger/amount-invalid", "amount");
        (body["amount"], body["currency"]) = ("100", "XXQ");
        (await CalculateAsync(body)).IsProblem(HttpStatusCode.UnprocessableEntity, "ledger/currency-unknown", "currency");
        (body["currency"], body["to"]) = ("EUR", "2025-12-31");
        (await CalculateAsync(body)).IsProblem(HttpStatusCode.UnprocessableEntity, "accrual/dates", "to");
        (body["to"], body["id"]) = ("2026-12-31", "a");
        (await CalculateAsync(body)).IsProblem(HttpStatusCode.BadRequest, "request/unknown-field", "id");
    }

    private Task<Answer> PutAsync(string id, string body) => Book.SendAsync(HttpMethod.Put, $"/accruals/{id}", body);

    private Task<Answer> AccruedExpenseAsync(string id, string? date = null) => _night.AccrueAsync(id, kind: "accruedExpense", accrual: "1700", result: "4210", date: date);

    private Task<Answer> ChangeAsync(string id, string command, string body, params (string Name, string Value)[] headers) =>
        Book.SendAsync(HttpMethod.Post, $"/accruals/{id}/{command}", new StringContent(body, System.Text.Encoding.UTF8, "application/json"), headers);

    private Task<Answer> PolicyAsync(string year, bool bookAtOnce) =>
        Book.SendAsync(HttpMethod.Put, $"/accrual-policies/{year}", $$"""{"bookAtOnce":{{(bookAtOnce ? "true" : "false")}},"reason":"Uniform"}""");

    private Task<Answer> CalculateAsync(JsonObject body) => new TestBook(shared.App, Book.Id, shared.App.Anonymous).SendAsync(HttpMethod.Post, "/api/calculators/accrual", body.ToJsonString());

    /// <summary>A good request for a year of insurance, to be altered.</summary>
    private static JsonObject Body() => JsonNode.Parse("""
        {"kind":"prepaidExpense","amount":"1200.00","date":"2026-01-01","from":"2026-01-01","to":"2026-12-31","method":"monthly","accrualAccount":"0980","resultAccount":"4360","text":"Insurance"}
        """)!.AsObject();

    private static string Slice(JsonElement slice) => $"{slice.Text("date")} {slice.Text("amount")} {slice.Text("bookedOn")}";

    /// <summary>Puts down how far the book's nights have come, as a night under way or one that has ended does.</summary>
    private Task<NightProgress> NightAsync(string begun, string finished)
    {
        var (first, second) = (DateOnly.ParseExact(begun, "yyyy-MM-dd", null), DateOnly.ParseExact(finished, "yyyy-MM-dd", null));
        return shared.App.Services.GetRequiredService<NightTable>().MoveAsync(Book.Id, _ => new NightProgress(first, second, first));
    }
}
