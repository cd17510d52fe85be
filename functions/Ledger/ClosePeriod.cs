using BackOffice.Kernel;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace BackOffice.Ledger;

/// <summary>
/// <c>POST /api/books/{book}/periods/{yyyy-MM}/close</c>: closes a month for good (Festschreibung); nothing dated in it or before it can be posted any more, but closing entries of period 13. <c>{yyyy}-13</c> closes
/// period 13 of a fiscal year. 200, also when it was closed before: <c>{book, period, closedThrough, firstOpenPeriod}</c>. Rows: commits <c>PeriodClosed</c> or
/// <c>Period13Closed</c> to <c>Ledger</c>. Messages: none.
/// </summary>
public sealed class ClosePeriod(Books books, TimeProvider time)
{
    [Function(nameof(ClosePeriod))]
    [Allow(Roles.Accounting)]
    public async Task<IResult> Run([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "books/{book}/periods/{period}/close")] HttpRequest request, string book, string period)
    {
        var year = period is [_, _, _, _, '-', '1', '3'] && int.TryParse(period.AsSpan(0, 4), System.Globalization.NumberStyles.None, null, out var number) ? number : 0;
        var month = BusinessDay.ParseMonth(period);
        if (month is null && (year < BusinessDay.Earliest.Year || year > BusinessDay.Latest.Year)) return Problem.Of(400, "ledger/period", $"A period is a month yyyy-MM, or yyyy-13, not '{period}'.");
        var opened = await books.OpenAsync(book);
        if (!opened.Is(out var found, out var refusal)) return new Problem(refusal);

        var (today, by) = (BusinessDay.Today(time), Caller.Of(request).Name);
        var closed = await found.Book.CommitAsync(300, draft => month is { } first ? Decide(draft, first, today, by) : DecidePeriod13(draft, year, by));
        if (!closed.Is(out var answer, out refusal)) return new Problem(refusal);
        return new JsonAnswer(json =>
        {
            json.WriteString("book", book);
            json.WriteString("period", period);
            json.WriteString("closedThrough", BusinessDay.MonthText(answer.ClosedThrough));
            json.WriteString("firstOpenPeriod", BusinessDay.MonthText(answer.ClosedThrough.AddMonths(1)));
        });
    }

    /// <summary>
    /// Months are closed in order, so that "closed" is one date: 422 <c>ledger/earlier-period-open</c> names the month to close first (the one after the last closed; while
    /// none is closed, the month of the earliest entry). A month that has not begun cannot be closed: 422 <c>ledger/period-not-begun</c>, since closing cannot be undone.
    /// Source: GoBD, Festschreibung. Worked: entries from 2025-01-10 on, nothing closed: closing 2025-02 → earlier-period-open, 2025-01.
    /// </summary>
    internal static Outcome<PeriodAnswer> Decide(BookDraft book, DateOnly month, DateOnly today, string by)
    {
        if (book.ClosedThrough is { } closed && month <= closed) return new PeriodAnswer(closed);
        if (month > today) return new Refusal(422, "ledger/period-not-begun", $"{BusinessDay.MonthText(month)} has not begun; closing is for good.", "period");

        var firstOpen = book.FirstOpenMonth ?? (book.FirstDate is { } first ? BusinessDay.MonthOf(first) : month);
        if (firstOpen < month)
            return new Refusal(422, "ledger/earlier-period-open", $"{BusinessDay.MonthText(firstOpen)} is still open; periods are closed in order.", "period");

        book.ClosePeriod(month, by);
        return new PeriodAnswer(month);
    }

    /// <summary>
    /// Period 13 is closed after the year's last month: 422 <c>ledger/earlier-period-open</c> names that month while it is open. Closing it closes those of the years before.
    /// Worked: calendar year, closed through 2025-11: closing 2025-13 → earlier-period-open, 2025-12.
    /// </summary>
    internal static Outcome<PeriodAnswer> DecidePeriod13(BookDraft book, int year, string by)
    {
        var last = BusinessDay.MonthOf(FiscalYear.Named(year, book.Settings.FiscalYearStart).Last);
        if (book.ClosedThrough is not { } closed || closed < last)
            return new Refusal(422, "ledger/earlier-period-open", $"{BusinessDay.MonthText(last)} is still open; period 13 is closed after it.", "period");
        if (book.ClosedPeriod13 < year) book.ClosePeriod13(year, by);
        return new PeriodAnswer(closed);
    }

    internal sealed record PeriodAnswer(DateOnly ClosedThrough);
}
