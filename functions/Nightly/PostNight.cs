using BackOffice.Kernel;
using BackOffice.Ledger;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace BackOffice.Nightly;

/// <summary>
/// <c>POST /api/books/{book}/nights/{date}?expect=</c>: runs a night by hand, those before it that were missed first. 202 with its record, to be followed at the address in Location; 200 when it is done already. One that
/// needs attention is run again. With <c>expect</c>, the hash that the preview told, nothing is posted unless the plan still has it.
/// Rows: reads and writes <c>Nights</c>; with <c>expect</c> reads the departments' tables. Messages: one to <c>nightly</c>, taken by <see cref="AdvanceNight"/>.
/// </summary>
public sealed class PostNight(Books books, NightTable nights, NightRun run, TimeProvider time)
{
    [Function(nameof(PostNight))]
    [Allow(Roles.Operator)]
    public async Task<IResult> Run([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "books/{book}/nights/{date}")] HttpRequest request, string book, string date)
    {
        var query = new QueryFields(request.Query);
        var expect = query.Text("expect");
        if (query.Refused() is { } wrong) return new Problem(wrong);
        if (!(await books.OpenAsync(book)).Is(out var found, out var refusal) || !ReadDate(date, BusinessDay.Today(time)).Is(out var night, out refusal)) return new Problem(refusal);
        if (expect is not null && await UnexpectedAsync(found, night.Date, expect) is { } changed) return new Problem(changed);

        if (!await run.StartAsync(book, night.Date, Caller.Of(request).Name, expect)) return Problem.Of(409, "nightly/started", "Somebody else has just started this night. Read its record.");
        var record = (await nights.FindAsync(book, night.Date))!.Value.Night;
        request.HttpContext.Response.Headers.Location = $"/api/books/{book}/nights/{date}";
        return new JsonAnswer(record.Status == NightStatus.Running ? 202 : 200, json => NightAnswer.Write(json, book, record, found.Digits, []));
    }

    /// <summary>A night's date: 400 <c>nightly/date</c>; 422 <c>nightly/day-not-over</c> before the business day has ended in Berlin. Worked: on 2026-04-01 the night of 2026-03-31 can be run, that of 2026-04-01 cannot.</summary>
    internal static Outcome<NightDate> ReadDate(string text, DateOnly today)
    {
        if (BusinessDay.Parse(text) is not { } date) return new Refusal(400, "nightly/date", $"A night is named by its business date yyyy-MM-dd, not '{text}'.", "date");
        return date < today ? new NightDate(date) : new Refusal(422, "nightly/day-not-over", $"The business day {BusinessDay.Text(date)} is not over: in Berlin it is {BusinessDay.Text(today)}.", "date");
    }

    /// <summary>
    /// 409 <c>nightly/plan-changed</c> when the plan is not the one expected; 409 <c>nightly/earlier-night</c> when nights before it were missed that have something to post: they come first, and would change it.
    /// </summary>
    private async Task<Refusal?> UnexpectedAsync(OpenedBook book, DateOnly date, string expect)
    {
        if (await nights.FindAsync(book.Book.Id, date) is { Night.Status: not NightStatus.Attention }) return null; // it is under way or done: nothing is begun by this call
        var (plan, _) = await run.ComputeAsync(await NightScope.PinAsync(book.Book, date), NightPhaseName.Postings);
        if (plan.Hash != expect) return new Refusal(409, "nightly/plan-changed", $"The plan's hash is {plan.Hash}, not {expect}: nothing was started. Preview it again.", "expect");
        if (await nights.FindProgressAsync(book.Book.Id) is not { } progress || progress.Finished.AddDays(1) >= date) return null;
        var (before, _) = await run.ComputeAsync(await NightScope.PinAsync(book.Book, date.AddDays(-1)), NightPhaseName.Postings);
        return before.Entries == 0 ? null
            : new Refusal(409, "nightly/earlier-night", $"The nights from {BusinessDay.Text(progress.Finished.AddDays(1))} on have not been run and have {before.Entries} entries to post. Run the night of {BusinessDay.Text(date.AddDays(-1))} first, then preview this one again.", "date");
    }

    internal sealed record NightDate(DateOnly Date);
}
