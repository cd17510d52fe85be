using BackOffice.Kernel;
using BackOffice.Ledger;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace BackOffice.Accruals;

/// <summary>
/// <c>PUT /api/books/{book}/accruals/{id}</c> <c>{kind, amount, date, from, to, method, accrualAccount, resultAccount, text}</c>: an accrual or deferral. A deferral is booked at once, its slices are released by the night. 201;
/// 200 when the same request comes again; 409 <c>case/id-reused</c> when another does.
/// Rows: reads and adds to <c>Accruals</c>, adds to and deletes from <c>Agenda</c>, reads <c>Parameters</c>, commits <c>EntryPosted</c> to <c>Ledger</c>. Messages: none.
/// </summary>
public sealed class PutAccrual(Books books, AccrualTable accruals, CaseSteps steps, Parameters parameters)
{
    [Function(nameof(PutAccrual))]
    [Allow(Roles.Accounting)]
    public async Task<IResult> Run([HttpTrigger(AuthorizationLevel.Anonymous, "put", Route = "books/{book}/accruals/{id}")] HttpRequest request, string book, string id)
    {
        var opened = await books.OpenAsync(book);
        if (!opened.Is(out var found, out var refusal)) return new Problem(refusal);
        if (AccrualAnswer.IdFault(id) is { } fault) return new Problem(fault);
        var body = await RequestBody.ReadJsonAsync(request);
        if (!body.Is(out var json, out refusal)) return new Problem(refusal);
        using (json)
        {
            List<Fault> faults = [];
            var fields = new JsonFields(json.RootElement, faults);
            var wanted = AccrualRequest.Read(fields, found.Digits, forBook: true, faults);
            fields.NoOthers();
            if (wanted is null || faults.Count > 0) return new Problem(Refusal.Of(faults));

            var command = CaseCommand.ToCreate(request, AccrualRequest.Canonical(wanted));
            var outcome = await steps.RunAsync(accruals.Department, book, id, command, async _ =>
            {
                var limit = await LimitMinorAsync(found, wanted);
                var decided = await found.Book.ReadAsync(state => Decide(state, wanted, limit));
                if (!decided.Is(out var accrual, out var no)) return no;
                return await AccrualAnswer.DecisionAsync(found, accrual, [.. AccrualEntries.Of(id, accrual).Where(entry => entry.Date <= accrual.EarliestBooking)], command.By);
            });
            return await AccrualAnswer.OfAsync(outcome, accruals, found, request);
        }
    }

    /// <summary>
    /// The accrual as it is kept: slices of months before its date, or before the books' first open day, go on that day. A deferral up to the limit is left in the result account when the fiscal year's policy says so; what is accrued has not been booked there, and is accrued.
    /// 422 <c>ledger/account-unknown</c> for each account the book does not have, <c>accrual/account-type</c> when the one is no asset or liability, or the other no income or expense.
    /// Worked: closed through 2026-02, booked with date 2026-01-15 for 2026 → slices of January and February on 2026-03-01, as one entry.
    /// </summary>
    /// <param name="limitMinor">Up to this amount it is booked at once; null: the year's policy is to defer all.</param>
    internal static Outcome<Accrual> Decide(BookState state, Accrual wanted, long? limitMinor)
    {
        List<Fault> faults = [];
        state.CheckAccount("accrualAccount", wanted.AccrualAccount, faults, "accrual/account-type", AccountType.Asset, AccountType.Liability);
        state.CheckAccount("resultAccount", wanted.ResultAccount, faults, "accrual/account-type", AccountType.Income, AccountType.Expense);
        if (faults.Count > 0) return Refusal.Of(faults);
        var firstOpen = BookState.FirstOpenMonth(state.ClosedThrough) ?? wanted.Date;
        return wanted with { EarliestBooking = firstOpen > wanted.Date ? firstOpen : wanted.Date, BookedAtOnce = wanted.IsDeferral && wanted.AmountMinor <= limitMinor };
    }

    private async Task<long?> LimitMinorAsync(OpenedBook book, Accrual wanted)
    {
        var start = await book.Book.ReadAsync(state => state.Settings.FiscalYearStart);
        if (await accruals.FindPolicyAsync(book.Book.Id, FiscalYear.Of(wanted.Date, start).First.Year) is not { BookAtOnce: true }) return null;
        var limit = (await parameters.HistoryAsync(Parameter.Find("accrual.materiality")!)).On(wanted.Date);
        return limit is null ? null : Amount.ToMinor(limit.Value, book.Digits);
    }
}
