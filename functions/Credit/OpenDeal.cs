using BackOffice.Kernel;
using BackOffice.Ledger;

namespace BackOffice.Credit;

/// <summary>What kind of business is open with a counterparty.</summary>
public enum DealKind
{
    /// <summary>An order of a customer that has not been invoiced.</summary>
    Order,

    /// <summary>A trade that has not been settled.</summary>
    Trade,
}

/// <summary>
/// An order or a trade that uses up a counterparty's limit before the ledger knows of it, as its case keeps it; the case is done when the deal is. Source: MaRisk BTR 1 Tz. 3: trades count against the limit without delay.
/// </summary>
/// <param name="Kind">What it is.</param>
/// <param name="Counterparty">Id of the counterparty.</param>
/// <param name="AmountMinor">What of it is open, minor units, above 0.</param>
/// <param name="From">First business date it counts.</param>
/// <param name="Until">Last day it counts; null: until it is completed.</param>
public sealed record OpenDeal(DealKind Kind, string Counterparty, long AmountMinor, DateOnly From, DateOnly? Until)
{
    public bool CountsOn(DateOnly date) => From <= date && (Until is null || date <= Until);

    /// <summary>
    /// A deal as it is reported. The front office may report more than before, never less: 403 <c>credit/deal-lowered</c> (a smaller amount, a shorter time, another counterparty). 409 <c>credit/state</c> after it was completed.
    /// Worked: 10,000.00 reported; the front office's 8,000.00 is refused, the back office's is taken.
    /// </summary>
    internal static Outcome<OpenDeal> Decide(OpenDeal? before, bool isDone, OpenDeal wanted, bool byFrontOffice)
    {
        if (isDone) return new Refusal(409, "credit/state", "The deal is completed; another one needs an id of its own.");
        var isLowered = before is not null && (wanted.Counterparty != before.Counterparty || wanted.AmountMinor < before.AmountMinor || wanted.From > before.From || (wanted.Until ?? DateOnly.MaxValue) < (before.Until ?? DateOnly.MaxValue));
        return isLowered && byFrontOffice ? new Refusal(403, "credit/deal-lowered", "What a deal uses of the limit is lowered by the back office or settlement, not by the front office.") : wanted;
    }
}

/// <summary>What of a counterparty's limit is used on a day, amounts in minor units.</summary>
/// <param name="LimitMinor">The limit; null: none has been set, so there is no business to be done.</param>
/// <param name="DrawnMinor">Drawn on its lines.</param>
/// <param name="UndrawnMinor">Promised on them and not drawn.</param>
/// <param name="ReceivablesMinor">Owed otherwise.</param>
/// <param name="OrdersMinor">Open orders.</param>
/// <param name="TradesMinor">Open trades.</param>
public sealed record Utilisation(long? LimitMinor, long DrawnMinor, long UndrawnMinor, long ReceivablesMinor, long OrdersMinor, long TradesMinor)
{
    /// <summary>All of it. Worked: 10,000.00 drawn of 15,000.00, 2,000.00 owed, orders of 500.00 → 17,500.00.</summary>
    public long UsedMinor => DrawnMinor + UndrawnMinor + ReceivablesMinor + OrdersMinor + TradesMinor;

    /// <summary>What is still free; below 0: the limit is exceeded by so much. Without a limit nothing is free.</summary>
    public long FreeMinor => (LimitMinor ?? 0) - UsedMinor;

    /// <summary>What is used on a day, of what is known: lines from their grant to their end, receivables less what was paid on account, deals while they count. Worked: see <see cref="UsedMinor"/>.</summary>
    internal static Utilisation Of(Counterparty party, IEnumerable<CreditApplication> lines, IEnumerable<OpenItem> items, Int128 onAccountMinor, IEnumerable<OpenDeal> deals, DateOnly on)
    {
        var granted = lines.Where(line => line.Line is { } own && own.GrantedOn <= on).Select(line => line.Line!).ToList();
        var counting = deals.Where(deal => deal.CountsOn(on)).ToList();
        return new Utilisation(
            party.LimitOn(on)?.AmountMinor,
            granted.Sum(line => Math.Max(0, line.DrawnMinor(on))),
            granted.Where(line => on <= line.EndsOn).Sum(line => Math.Max(0, line.LimitMinor - line.DrawnMinor(on))),
            Math.Max(0, (long)(items.Aggregate(Int128.Zero, (sum, item) => sum + item.OpenMinor) + onAccountMinor)),
            counting.Where(deal => deal.Kind == DealKind.Order).Sum(deal => deal.AmountMinor),
            counting.Where(deal => deal.Kind == DealKind.Trade).Sum(deal => deal.AmountMinor));
    }
}
