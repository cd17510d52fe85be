using System.Globalization;
using BackOffice.Kernel;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace BackOffice.Ledger;

/// <summary>
/// <c>POST /api/books/{book}/fiscal-years/{year}/carry</c>: carries the result of the years before into the fiscal year (Saldovortrag): 201 with the receipt of the system's entry
/// <c>carry-{year}</c>; 200 <c>{carried: false}</c> when there is nothing (more) to carry. Later old-year entries: call it again, and <c>carry-{year}-2</c> adds the difference.
/// Rows: commits <c>EntryPosted</c> to <c>Ledger</c>. Messages: none.
/// </summary>
public sealed class CarryForward(Books books, TimeProvider time)
{
    private const string IdPrefix = "carry-";

    [Function(nameof(CarryForward))]
    [Allow(Roles.Accounting)]
    public async Task<IResult> Run([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "books/{book}/fiscal-years/{year}/carry")] HttpRequest request, string book, string year)
    {
        if (!int.TryParse(year, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number <= BusinessDay.Earliest.Year || number > BusinessDay.Latest.Year) return Problem.Of(400, "ledger/fiscal-year", "A fiscal year is the calendar year in which it begins.");
        var opened = await books.OpenAsync(book);
        if (!opened.Is(out var found, out var refusal)) return new Problem(refusal);

        var today = BusinessDay.Today(time);
        Receipt? first = null;
        while (true)
        {
            // Alone, since it goes by the sums of what is committed: nothing may come between them and the entry.
            var carried = await found.Book.CommitAsync(200_000, draft => Carry(draft, number, today, found.Digits), alone: true);
            if (!carried.Is(out var answer, out refusal)) return new Problem(refusal);
            if (answer.Receipt is null) return first is null ? new JsonAnswer(json => json.WriteBoolean("carried", false)) : new ReceiptAnswer(201, first);
            first ??= answer.Receipt; // what one entry cannot hold the next one carries
        }
    }

    private static Outcome<CarryAnswer> Carry(BookDraft book, int year, DateOnly today, int digits)
    {
        var decided = Decide(book, year, today);
        if (!decided.Is(out var answer, out var refusal)) return refusal;
        if (answer.Entry is not { } entry) return answer;
        byte[] previous = [.. book.Hash];
        var number = book.Post(PreparedEntry.Of(entry, digits), answer.PostedOn, "system");
        return answer with { Receipt = new Receipt(number, entry.Id, answer.PostedOn, book.Now, [.. book.Hash], previous) };
    }

    /// <summary>
    /// The entry that brings every income and expense account to zero at the end of the year before: dated the new year's first day (or posted on the first open one), against
    /// 0860/2970 when that is a profit, 0868/2978 when a loss. What earlier carry entries of this year moved is taken into account, so repeating it adds only the difference.
    /// What would be more than an entry's lines and amounts can hold is left to the next. 422 <c>ledger/no-chart</c> without a chart, which says where the result goes; 422
    /// <c>ledger/year-not-begun</c>; 409 <c>ledger/later-year-carried</c>, since the later year's entry has carried this one's result too. Source: HGB §252(1) no. 1.
    /// Worked (SKR03): revenue 1,000.00 and rent 400.00 in 2025 → carry-2026: Dr 8400 1,000.00, Cr 4210 400.00, Cr 0860 600.00; a late cost of 50.00 → carry-2026-2: Cr 4210 50.00, Dr 0868 50.00.
    /// </summary>
    internal static Outcome<CarryAnswer> Decide(BookDraft book, int year, DateOnly today)
    {
        if (book.Settings.Chart is not { } chart) return new Refusal(422, "ledger/no-chart", "The book has no chart, which would say where the result goes: PUT /api/books/{book} with chart SKR03 or SKR04.");
        var first = FiscalYear.Named(year, book.Settings.FiscalYearStart).First;
        if (first > today) return new Refusal(422, "ledger/year-not-begun", $"Fiscal year {year} begins on {BusinessDay.Text(first)}.");

        if (book.Committed.Accounts.SelectMany(account => account.CarriedInto.Keys).DefaultIfEmpty().Max() is var later && later > year)
            return new Refusal(409, "ledger/later-year-carried", $"Fiscal year {later} has been carried already, and with it what is left of the years before; carry {later} again for late entries.");

        List<Line> lines = [];
        var limit = book.MaxAmountMinor;
        Int128 result = 0; // as a balance: a profit is negative
        foreach (var account in book.Committed.Accounts.Where(a => a.Type is AccountType.Income or AccountType.Expense).OrderBy(a => a.Code, StringComparer.Ordinal))
        {
            // What the years before brought, less what was carried into this year and earlier ones, whenever those entries were posted.
            var before = account.Between(0, first.DayNumber - 1).BalanceMinor - account.Carried.Between(0, first.DayNumber - 1).BalanceMinor;
            var open = account.CarriedInto.Where(carried => carried.Key <= year).Aggregate(before, (sum, carried) => sum + carried.Value);
            open = Int128.Clamp(open, -limit, limit);
            if (open == 0 || Int128.Abs(result + open) > limit || lines.Count == Entry.MaxLines - 1) continue;
            lines.Add(new Line(account.Code, (long)-open));
            result += open;
        }

        if (lines.Count == 0) return new CarryAnswer(null, first, null);
        if (result != 0) lines.Add(new Line(Chart.Number(chart, result < 0 ? "0860" : "0868"), (long)result));
        var id = FreeId(book, year);
        var entry = new Entry(id, first, string.Create(CultureInfo.InvariantCulture, $"Result carried forward into {year}"), lines, LateAsFirstOpen: true, CarryTo: year);
        return new CarryAnswer(entry, book.FirstOpenMonth is { } open1 && first < open1 ? open1 : first, null);
    }

    /// <summary>Ids that begin like the system's own are not for callers: 422 <c>ledger/id-reserved</c>.</summary>
    public static void Reserve(string? id, List<Fault> faults)
    {
        var prefix = id is null ? null : id.StartsWith(IdPrefix, StringComparison.Ordinal) ? IdPrefix : Ids.DepartmentOf(id) is { } department ? department + ":" : null;
        if (prefix is not null) faults.Add(new Fault("id", "ledger/id-reserved", $"Ids beginning with '{prefix}' are the system's own."));
    }

    private static string FreeId(BookDraft book, int year)
    {
        var id = string.Create(CultureInfo.InvariantCulture, $"{IdPrefix}{year}");
        for (var n = 2; book.Find(Ids.Digest(id)) is not null; n++) id = string.Create(CultureInfo.InvariantCulture, $"{IdPrefix}{year}-{n}");
        return id;
    }

    /// <summary>The entry to post and on which day, or none when nothing is left to carry; its receipt once it is posted.</summary>
    internal sealed record CarryAnswer(Entry? Entry, DateOnly PostedOn, Receipt? Receipt);
}
