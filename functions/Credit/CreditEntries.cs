using BackOffice.Kernel;
using BackOffice.Ledger;

namespace BackOffice.Credit;

/// <summary>What a credit line posts: pure functions to journal entries with derived ids, <c>credit:{id}:{what}</c>. Lines name the counterparty as their party, so that the ledger knows who owes.</summary>
public static class CreditEntries
{
    private const string Department = "credit";

    /// <summary>A draw, Dr loan Cr bank, or a repayment, the other way round: <c>m{number}</c>, numbers from 1. Worked: 10,000.00 drawn → Dr 0550 10,000.00 Cr 1200.</summary>
    public static Entry OfMovement(string id, CreditApplication application, int number)
    {
        var movement = application.Line!.Movements[number - 1];
        return Entry(id, application, string.Create(System.Globalization.CultureInfo.InvariantCulture, $"m{number}"), movement.Date, movement.AmountMinor > 0 ? $"{id}: drawn" : $"{id}: repaid",
            application.Accounts.Loan, application.Accounts.Bank, movement.AmountMinor);
    }

    /// <summary>
    /// The interest of a day, <c>i{date}</c>: what had been earned through its evening, rounded, less what the nights before it have posted. Null when that is nothing. A movement that was told after a night joins in the next one, which
    /// posts the difference. Worked: 10,000.00 at 5 % act/360: four nights 1.39, the fifth 1.38.
    /// </summary>
    public static Entry? OfInterest(string id, CreditApplication application, DateOnly date)
    {
        var amount = AccruedMinor(application, date) - AccruedMinor(application, date.AddDays(-1));
        return amount == 0 ? null : Entry(id, application, "i" + BusinessDay.Text(date), date, $"{id}: interest of {BusinessDay.Text(date)}", application.Accounts.InterestReceivable, application.Accounts.InterestIncome, amount);
    }

    /// <summary>
    /// What a night's interest should have been, less what it posted, <c>c{date of that night}</c>: a movement that was committed while the night was under way counted in one reckoning and not in the other. Null when they agree.
    /// Worked: the night of the 5th posted 5.00, and a repayment that reached it late makes it 3.00 → −2.00, dated the 6th.
    /// </summary>
    public static Entry? OfCorrection(string id, CreditApplication application, DateOnly date, DateOnly on, long postedMinor)
    {
        var amount = (OfInterest(id, application, date) is { } right ? right.Lines[0].AmountMinor : 0) - postedMinor;
        return amount == 0 ? null : Entry(id, application, "c" + BusinessDay.Text(date), on, $"{id}: interest of {BusinessDay.Text(date)} made good", application.Accounts.InterestReceivable, application.Accounts.InterestIncome, amount);
    }

    /// <summary>What the nights through a day post in all: the interest of the movements that they knew.</summary>
    public static long AccruedMinor(CreditApplication application, DateOnly through)
    {
        if (through < application.Line!.GrantedOn) return 0;
        List<BalanceMovement> known = [.. application.Line.Movements.Where(movement => movement.Frozen is null || movement.Frozen < through).Select(movement => new BalanceMovement(movement.Date, movement.AmountMinor))];
        return Interest.Accumulated(known, application.Rate, application.DayCount, application.Line.GrantedOn, through).RoundedMinor;
    }

    private static Entry Entry(string id, CreditApplication application, string what, DateOnly date, string text, string debit, string credit, long amountMinor) => new(
        Ids.Derived(Department, id, what), date, text, [new Line(debit, amountMinor, application.Counterparty, id), new Line(credit, -amountMinor, Document: id)], LateAsFirstOpen: true);
}
