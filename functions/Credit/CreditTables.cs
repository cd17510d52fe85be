using System.Text.Json;
using BackOffice.Kernel;
using BackOffice.Ledger;

namespace BackOffice.Credit;

/// <summary>
/// The credit department's tables, each with the rows of <see cref="CaseTable"/>. <c>Counterparties</c>: State is a <see cref="Counterparty"/>, or of a case <c>unit:c:…</c> or <c>unit:g:…</c> a <see cref="CreditUnit"/>, <c>unit:l:…</c> a <see cref="CreditGroup"/>, <c>unit:policy</c> a <see cref="CreditPolicy"/>. <c>Collateral</c>:
/// <see cref="Credit.Collateral"/>. <c>CreditApplications</c>: <see cref="CreditApplication"/>, which a granted line is a part of; what its commits tell are entries for the ledger. <c>DunningStops</c>: <see cref="Credit.DunningStops"/>, done when all are released. <c>OpenDeals</c>: <see cref="OpenDeal"/>, done when it is completed.
/// </summary>
public sealed class CreditTables(Storage storage, Posting posting)
{
    public Department Counterparties { get; } = new("counterparties", new CaseTable(storage, "Counterparties"), (_, _) => Task.CompletedTask)
    {
        Apart = [new("rating", "rating-override", "MaRisk BTO 1.1 Tz. 6: a rating is overridden by somebody else")],
    };

    public Department Collateral { get; } = new("collateral", new CaseTable(storage, "Collateral"), (_, _) => Task.CompletedTask);

    public Department Applications { get; } = new("credit", new CaseTable(storage, "CreditApplications"), posting.TellAsync) { Apart = CreditDecisions.Apart };

    public Department DunningStops { get; } = new("dunning-stops", new CaseTable(storage, "DunningStops"), (_, _) => Task.CompletedTask);

    public Department OpenDeals { get; } = new("open-deals", new CaseTable(storage, "OpenDeals"), (_, _) => Task.CompletedTask);

    public static Counterparty ReadCounterparty(CaseRow row) => row.Read(CreditJson.Default.Counterparty);

    public static CreditUnit ReadUnit(CaseRow row) => row.Read(CreditJson.Default.CreditUnit);

    public static CreditGroup ReadGroup(CaseRow row) => row.Read(CreditJson.Default.CreditGroup);

    public static Collateral ReadCollateral(CaseRow row) => row.Read(CreditJson.Default.Collateral);

    public static CreditApplication ReadApplication(CaseRow row) => row.Read(CreditJson.Default.CreditApplication);

    public static DunningStops ReadDunningStops(CaseRow row) => row.Read(CreditJson.Default.DunningStops);

    public static OpenDeal ReadOpenDeal(CaseRow row) => row.Read(CreditJson.Default.OpenDeal);

    public static string Write(Counterparty counterparty) => JsonSerializer.Serialize(counterparty, CreditJson.Default.Counterparty);

    public static string Write(CreditUnit unit) => JsonSerializer.Serialize(unit, CreditJson.Default.CreditUnit);

    public static string Write(CreditGroup group) => JsonSerializer.Serialize(group, CreditJson.Default.CreditGroup);

    public static string Write(Collateral collateral) => JsonSerializer.Serialize(collateral, CreditJson.Default.Collateral);

    public static string Write(CreditApplication application) => JsonSerializer.Serialize(application, CreditJson.Default.CreditApplication);

    public static string Write(DunningStops stops) => JsonSerializer.Serialize(stops, CreditJson.Default.DunningStops);

    public static string Write(OpenDeal deal) => JsonSerializer.Serialize(deal, CreditJson.Default.OpenDeal);

    public static bool IsCounterparty(CaseRow row) => !row.Id.StartsWith(CreditUnit.Prefix, StringComparison.Ordinal);

    /// <summary>A counterparty; null when there is none.</summary>
    public async Task<Counterparty?> FindCounterpartyAsync(string book, string id) => await Counterparties.Cases.FindAsync(book, id) is { } row && IsCounterparty(row) ? ReadCounterparty(row) : null;

    /// <summary>Whether a limit of 0, its own or its group's, forbids new business with a counterparty.</summary>
    public async Task<bool> IsShutAsync(string book, Counterparty counterparty, DateOnly today) =>
        counterparty.LimitOn(today) is { AmountMinor: 0 }
        || (counterparty.Group is { } group && await Counterparties.Cases.FindAsync(book, CreditGroup.Prefix + group) is { } row && ReadGroup(row).LimitOn(today) is { AmountMinor: 0 });
}
