using BackOffice.Kernel;
using BackOffice.Ledger;

namespace BackOffice.Credit;

/// <summary>What is known of all credit on a day.</summary>
/// <param name="Exposures">By counterparty, in order of id.</param>
/// <param name="Applications">All applications, as they stand now.</param>
/// <param name="GroupLimits">Limits of groups on the day, minor units.</param>
/// <param name="Parties">All counterparties, as they stand now.</param>
public sealed record ExposureData(IReadOnlyList<CounterpartyExposure> Exposures, IReadOnlyList<(string Id, CreditApplication Application)> Applications, IReadOnlyDictionary<string, long> GroupLimits,
    IReadOnlyDictionary<string, Counterparty> Parties);

/// <summary>Brings together what is known of every counterparty on a day: its case, its lines, its collateral, and what the ledger says it owes.</summary>
public sealed class ExposureSource(CreditTables credit, Parameters parameters)
{
    /// <summary>The exposures to all counterparties in the evening of a day, in order of id. Cases are as they stand now; the ledger is as posted by the day.</summary>
    public async Task<ExposureData> LoadAsync(OpenedBook book, DateOnly on)
    {
        var figures = await RiskFigures.LoadAsync(parameters, on);
        SortedDictionary<string, Counterparty> parties = new(StringComparer.Ordinal);
        Dictionary<string, long> groupLimits = new(StringComparer.Ordinal);
        await foreach (var row in credit.Counterparties.Cases.ScanAsync(book.Book.Id))
        {
            if (CreditTables.IsCounterparty(row)) parties[row.Id] = CreditTables.ReadCounterparty(row);
            else if (row.Id.StartsWith(CreditGroup.Prefix, StringComparison.Ordinal) && CreditTables.ReadGroup(row).LimitOn(on) is { } limit) groupLimits[row.Id[CreditGroup.Prefix.Length..]] = limit.AmountMinor;
        }

        List<(string Id, CreditApplication Application)> applications = [];
        await foreach (var row in credit.Applications.Cases.ScanAsync(book.Book.Id)) applications.Add((row.Id, CreditTables.ReadApplication(row)));
        List<OpenDeal> deals = [];
        await foreach (var row in credit.OpenDeals.Cases.ScanAsync(book.Book.Id)) deals.Add(CreditTables.ReadOpenDeal(row));
        List<Collateral> collateral = [];
        await foreach (var row in credit.Collateral.Cases.ScanAsync(book.Book.Id)) collateral.Add(CreditTables.ReadCollateral(row));

        var (lines, securities) = (applications.Where(one => one.Application.Line is not null).ToLookup(one => one.Application.Counterparty, one => one.Application, StringComparer.Ordinal), collateral.ToLookup(one => one.Counterparty, StringComparer.Ordinal));
        var open = deals.ToLookup(deal => deal.Counterparty, StringComparer.Ordinal);
        var postings = await book.Book.ReadAsync(state => OpenItems.PostingsOf(state, on, null, AccountType.Asset));
        var owed = postings.Where(one => parties.ContainsKey(one.Party)).ToLookup(one => one.Party, StringComparer.Ordinal);

        List<CounterpartyExposure> exposures = [];
        foreach (var (id, party) in parties)
        {
            List<PartyPostings> own = [.. owed[id]];
            var items = OpenItems.Of(own, on, settled: false);
            List<CreditApplication> ownLines = [.. lines[id]];
            var facts = new CounterpartyFacts(id, party, ownLines, [.. securities[id]], items.Items, items.OnAccount.Aggregate(Int128.Zero, (sum, one) => sum + one.AmountMinor), WasInDefault(own, party.Kind, ownLines, figures, on, book.Digits), [.. open[id]]);
            exposures.Add(CounterpartyExposure.Of(facts, figures, on, book.Digits));
        }

        return new ExposureData(exposures, applications, groupLimits, parties);
    }

    /// <summary>The grades of these counterparties on another day.</summary>
    public async Task<IReadOnlyDictionary<string, int>> GradesAsync(IReadOnlyDictionary<string, Counterparty> parties, DateOnly on)
    {
        var figures = await RiskFigures.LoadAsync(parameters, on);
        return parties.ToDictionary(party => party.Key, party => figures.GradeOf(party.Value, on), StringComparer.Ordinal);
    }

    /// <summary>Whether there was a default on any day of the cure period before; looked at day by day only where an item was paid that late, or is.</summary>
    internal static bool WasInDefault(List<PartyPostings> own, CounterpartyKind kind, IReadOnlyList<CreditApplication> lines, RiskFigures figures, DateOnly on, int digits)
    {
        var since = on.AddDays(-figures.CureDays);
        var mayHave = own.Any(account => account.Postings.Any(posting => posting.DueDay >= 0 && posting.DueDay + figures.DefaultDays < on.DayNumber && account.Postings.Any(later => later.Document == posting.Document && later.Day > since.DayNumber)));
        if (!mayHave) return false;
        for (var day = since; day < on; day = day.AddDays(1))
        {
            var then = OpenItems.Of([.. own.Select(account => account with { Postings = [.. account.Postings.Where(posting => posting.Day <= day.DayNumber)] })], day, settled: false);
            var exposure = then.Items.Aggregate(Int128.Zero, (sum, item) => sum + item.OpenMinor) + lines.Sum(line => Math.Max(0, line.Line!.DrawnMinor(day)));
            if (CounterpartyExposure.IsInDefault(then.Items, kind, exposure, figures, digits)) return true;
        }

        return false;
    }
}
