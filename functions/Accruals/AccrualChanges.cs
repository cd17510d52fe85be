using BackOffice.Kernel;
using BackOffice.Ledger;
using BackOffice.Nightly;
using Microsoft.AspNetCore.Http;

namespace BackOffice.Accruals;

/// <summary>The way of a change to an accrual: read, find what the nights have fixed, decide, commit, post.</summary>
internal static class AccrualChanges
{
    /// <param name="read">Reads what the change asks for beside its date.</param>
    /// <param name="decide">The accrual after it: (accrual, wanted, date, kept).</param>
    /// <param name="accountOf">The account that it names as <c>account</c>, which must be there.</param>
    public static async Task<IResult> RunAsync<T>(
        Books books, AccrualTable accruals, CaseSteps steps, NightTable nights, HttpRequest request, string book, string id, string name, Func<JsonFields, int, List<Fault>, T> read,
        Func<Accrual, T, DateOnly, DateOnly, Outcome<Accrual>> decide, Func<T, string?>? accountOf = null)
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
            var (date, wanted) = (fields.Date("date"), read(fields, found.Digits, faults));
            fields.OptionalText("reason", 500);
            fields.NoOthers();
            if (faults.Count == 0 && accountOf?.Invoke(wanted) is { } account)
            {
                await found.Book.ReadAsync(state =>
                {
                    state.CheckAccount("account", account, faults);
                    return faults.Count;
                });
            }

            if (faults.Count > 0) return new Problem(Refusal.Of(faults));

            var command = CaseCommand.Of(request, name, CaseCommand.Canonical(json.RootElement));
            return await AccrualAnswer.OfAsync(await ChangeAsync(found, accruals, steps, nights, id, command, date!.Value, (accrual, kept) => decide(accrual, wanted, date.Value, kept)), accruals, found, request);
        }
    }

    private static Task<Outcome<CaseResult>> ChangeAsync(
        OpenedBook book, AccrualTable accruals, CaseSteps steps, NightTable nights, string id, CaseCommand command, DateOnly date, Func<Accrual, DateOnly, Outcome<Accrual>> decide) =>
        steps.RunAsync(accruals.Department, book.Book.Id, id, command, async known =>
        {
            var before = AccrualTable.Read(known!);
            if (!decide(before, await KeptAsync(book, nights, id, before, date)).Is(out var accrual, out var no)) return no;
            var entries = AccrualEntries.Of(id, accrual);
            // Of one that is over all that its schedule still wants is posted with the change; else the night releases it.
            return await AccrualAnswer.DecisionAsync(book, accrual, [.. entries.Where(entry => accrual.IsOver || IsOfThisChange(id, accrual, entry))], command.By);
        });

    /// <summary>
    /// Through which day slices stay as they are: the change's own, that of the last slice in the book, that of a night under way, or what an earlier change kept, whichever is latest. Should a night begin between this look and the commit, it may release
    /// what the change drops: the next night's check would show it.
    /// </summary>
    private static async Task<DateOnly> KeptAsync(OpenedBook book, NightTable nights, string id, Accrual accrual, DateOnly date)
    {
        var slices = AccrualSchedule.Of(accrual);
        var known = await Posting.KnownAsync(book, slices.Select(slice => AccrualEntries.IdOf(id, slice)));
        var released = slices.Where(slice => known.Contains(AccrualEntries.IdOf(id, slice))).Select(slice => slice.BookedOn);
        return released.Append(date).Append(await nights.RunningAsync(book.Book.Id) ?? date).Append(accrual.LastChange?.Kept ?? date).Max();
    }

    private static bool IsOfThisChange(string id, Accrual accrual, Entry entry) => accrual.LastChange is Cancelled && entry.Id == Ids.Derived("accrual", id, "cancelled");
}
