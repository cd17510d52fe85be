using BackOffice.Kernel;
using BackOffice.Ledger;

namespace BackOffice.Banking;

/// <summary>Which payment order pays an item, as its case keeps it (table <c>PaymentClaims</c>, id a digest of account, party and document): taken before an order's file is made, so that two orders at once cannot both pay it.</summary>
/// <param name="Payment">Id of the order.</param>
public sealed record PaymentClaim(string Payment)
{
    internal static string IdOf(PaymentItem item) => Ids.Key($"{item.Account}|{item.Party}|{item.Document}");

    /// <summary>
    /// Takes the items of an order for it. An order before that is rejected, or whose payment the ledger knows, holds nothing any more: what is still open then is what the ledger says. 409 <c>payment/claimed</c>.
    /// Worked: P-1 and P-2 both pay R-1 and both files are asked for at once: one takes it, the other is refused; a crash between claim and file leaves it to the same order.
    /// </summary>
    internal static async Task<Refusal?> TakeAsync(BankTables bank, CaseSteps steps, OpenedBook book, string payment, IReadOnlyList<PaymentItem> items, string by)
    {
        var refusals = new Refusal?[items.Count];
        await Parallel.ForAsync(0, items.Count, new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (n, _) =>
        {
            var item = items[n];
            var outcome = await steps.RunAsync(bank.Claims, book.Book.Id, IdOf(item), new CaseCommand(CaseCommand.Put, $$"""{"payment":"{{payment}}"}""", by, CaseCommand.Put), async known =>
                known is not null && BankTables.ReadClaim(known).Payment is var holder && holder != payment && await HoldsAsync(bank, book, holder)
                    ? new Refusal(409, "payment/claimed", $"Payment '{holder}' pays '{item.Document}' of '{item.Party}' already: reject that one first.") : new CaseDecision(BankTables.Write(new PaymentClaim(payment))));
            refusals[n] = outcome.Refusal;
        });
        return refusals.FirstOrDefault(refusal => refusal is not null);
    }

    private static async Task<bool> HoldsAsync(BankTables bank, OpenedBook book, string holder)
    {
        if (await bank.Payments.Cases.FindAsync(book.Book.Id, holder) is not { } row || BankTables.ReadPayment(row) is not { } payment || payment.Status == PaymentStatus.Rejected) return false;
        var ordered = Ids.Derived("payment", holder, "ordered");
        return payment.Status != PaymentStatus.Ordered || (await Posting.KnownAsync(book, [ordered])).Count == 0;
    }
}
