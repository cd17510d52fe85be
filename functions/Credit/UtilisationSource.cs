using BackOffice.Ledger;

namespace BackOffice.Credit;

/// <summary>Brings together what of one counterparty's limit is used, without valuing the exposures to all.</summary>
public sealed class UtilisationSource(CreditTables credit)
{
    /// <summary>The use of a limit in the evening of a day; null: there is no such counterparty. Cases are as they stand now; the ledger is as posted by the day.</summary>
    public async Task<Utilisation?> OfAsync(OpenedBook book, string counterparty, DateOnly on)
    {
        if (await credit.FindCounterpartyAsync(book.Book.Id, counterparty) is not { } party) return null;
        List<CreditApplication> lines = [];
        if (await credit.Counterparties.Cases.FindAsync(book.Book.Id, CreditUnit.IdOf(counterparty, party.Group)) is { } unit)
        {
            foreach (var commitment in CreditTables.ReadUnit(unit).Commitments.Where(commitment => commitment.Counterparty == counterparty))
                if (await credit.Applications.Cases.FindAsync(book.Book.Id, commitment.Application) is { } row) lines.Add(CreditTables.ReadApplication(row));
        }

        List<OpenDeal> deals = [];
        await foreach (var row in credit.OpenDeals.Cases.ScanAsync(book.Book.Id))
            if (CreditTables.ReadOpenDeal(row) is var deal && deal.Counterparty == counterparty) deals.Add(deal);
        var open = OpenItems.Of(await book.Book.ReadAsync(state => OpenItems.PostingsOf(state, on, counterparty, AccountType.Asset)), on, settled: false);
        return Utilisation.Of(party, lines, open.Items, open.OnAccount.Aggregate(Int128.Zero, (sum, one) => sum + one.AmountMinor), deals, on);
    }
}
