using BackOffice.Kernel;
using BackOffice.Ledger;
using BackOffice.Nightly;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace BackOffice.Accruals;

/// <summary>
/// <c>POST /api/books/{book}/accruals/{id}/settlement</c> <c>{date, amount?, account?, reason?}</c>: the invoice or payment for accrued income or expense has come: clears what was built up, against the result account (the invoice was
/// booked there), or against <c>account</c> by <c>amount</c>. 201 with the accrual; 200 when the same request comes again.
/// Rows: reads and writes <c>Accruals</c>, adds to and deletes from <c>Agenda</c>, reads <c>Nights</c>, commits <c>EntryPosted</c> to <c>Ledger</c>. Messages: none.
/// </summary>
public sealed class SettleAccrual(Books books, AccrualTable accruals, CaseSteps steps, NightTable nights)
{
    public const string Command = "settlement";

    [Function(nameof(SettleAccrual))]
    [Allow(Roles.Accounting)]
    public Task<IResult> Run([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "books/{book}/accruals/{id}/settlement")] HttpRequest request, string book, string id) =>
        AccrualChanges.RunAsync(books, accruals, steps, nights, request, book, id, Command, Read, Decide, wanted => wanted.Account);

    /// <summary>422 <c>accrual/settlement-amount</c>: an amount needs the account it went over.</summary>
    private static Wanted Read(JsonFields fields, int digits, List<Fault> faults)
    {
        var account = fields.OptionalId("account");
        var amount = fields.Has("amount") ? fields.Minor("amount", digits) : null;
        fields.Absent("amount");
        if (fields.Has("amount") && account is null) faults.Add(new Fault("account", "accrual/settlement-amount", "An amount needs the account it went over: payables, receivables or the bank. Without both, what was built up goes back to the result account."));
        return new Wanted(account, amount);
    }

    /// <summary>
    /// The accrual as settled: slices booked by the day, or released already, stay and are cleared; later ones fall away. Refused as <see cref="AccrualAnswer.ChangeFault"/>, and 422 <c>accrual/not-accrued</c> for a deferral,
    /// <c>accrual/same-account</c> against its own account.
    /// Worked: accrued expense of 1,200.00 for 2026, monthly, settled on 2026-03-31 with 350.00 over 1600 → Dr 1700 300.00, Dr 4210 50.00, Cr 1600 350.00.
    /// </summary>
    internal static Outcome<Accrual> Decide(Accrual accrual, Wanted wanted, DateOnly date, DateOnly kept)
    {
        if (AccrualAnswer.ChangeFault(accrual, date) is { } refusal) return refusal;
        if (accrual.IsDeferral) return new Refusal(422, "accrual/not-accrued", "A deferral is released, not settled: the money has moved before. To end it, cancel it.");
        if (wanted.Account == accrual.AccrualAccount) return new Refusal(422, "accrual/same-account", "It cannot be settled against its own account.", "account");
        var settled = new Settled(date, kept, 0, wanted.Account);
        var builtUp = AccrualEntries.BuiltUpMinor(accrual with { Changes = [.. accrual.Changes, settled] });
        var amount = wanted.AmountMinor ?? builtUp;
        if (wanted.Account is not null && amount == 0) return new Refusal(422, "accrual/settlement-amount", "Nothing has been built up yet: say what it came to.", "amount");
        return accrual with { Changes = [.. accrual.Changes, settled with { AmountMinor = amount, Account = wanted.Account == accrual.ResultAccount ? null : wanted.Account }] };
    }

    /// <summary>What is asked for beside the date.</summary>
    internal sealed record Wanted(string? Account, long? AmountMinor);
}
