using System.Text.Json;
using BackOffice.Kernel;

namespace BackOffice.Credit;

/// <summary>Keeps what counts together against the limit of risk relevance. An application joins before it is submitted; what has come to its end is left out when the next one joins.</summary>
internal static class CreditUnits
{
    /// <summary>So long an application that joined may be on its way to be submitted.</summary>
    private static readonly TimeSpan OnItsWay = TimeSpan.FromDays(1);

    /// <summary>
    /// Has an application join the unit of its counterparty, and tells what counts together then. Whoever changes the group carries over what counts after the change too (<see cref="CarryAsync"/>), so that what joined before the
    /// change is carried, and what joins after it finds the new group here.
    /// </summary>
    public static async Task<Outcome<CreditUnit>> CountTogetherAsync(CreditTables credit, CaseSteps steps, string book, string? group, Commitment joining, string by, DateOnly today)
    {
        while (true)
        {
            if (!(await JoinAsync(credit, steps, book, group, joining, by, today)).Is(out var unit, out var refusal)) return refusal;
            var now = (await credit.FindCounterpartyAsync(book, joining.Counterparty))?.Group;
            if (now == group) return CreditTables.ReadUnit(unit.Case);
            group = now;
        }
    }

    /// <summary>Has what counts of a counterparty in one unit count in another too. What it leaves behind counts there until it has ended.</summary>
    public static async Task<Refusal?> CarryAsync(CreditTables credit, CaseSteps steps, string book, string counterparty, string? from, string? to, string by, DateTimeOffset now)
    {
        if (from == to) return null;
        var there = (await FindAsync(credit, book, counterparty, to)).Select(commitment => commitment.Application).ToHashSet(StringComparer.Ordinal);
        foreach (var commitment in await FindAsync(credit, book, counterparty, from))
        {
            if (commitment.Counterparty != counterparty || there.Contains(commitment.Application) || await CountingAsync(credit, book, commitment, now, BusinessDay.Of(now)) is not { } counting) continue;
            if (!(await JoinAsync(credit, steps, book, to, counting, by, BusinessDay.Of(now))).Is(out _, out var refusal)) return refusal;
        }

        return null;
    }

    /// <summary>
    /// Has an application join its unit, and tells what counts together then, minor units. Joining twice is joining once, with the larger amount: under one id two requests may be on their way, and which of them is submitted is not known
    /// yet. Of two that join at the same time the second sees the first.
    /// Worked: a line of 20,000.00 stands, 40,000.00 joins → 60,000.00; 10,000.00 joins under the same id → still 60,000.00.
    /// </summary>
    public static async Task<Outcome<CaseResult>> JoinAsync(CreditTables credit, CaseSteps steps, string book, string? group, Commitment joining, string by, DateOnly today)
    {
        var request = JsonSerializer.Serialize(new CreditUnit([joining with { At = default }]), CreditJson.Default.CreditUnit);
        return await steps.RunAsync(credit.Counterparties, book, CreditUnit.IdOf(joining.Counterparty, group), new CaseCommand(CaseCommand.Put, request, by, CaseCommand.Put), async known =>
        {
            var unit = known is null ? new CreditUnit([]) : CreditTables.ReadUnit(known);
            List<Commitment> counting = [];
            var own = joining;
            foreach (var commitment in unit.Commitments)
            {
                if (commitment.Application == joining.Application) own = own with { AmountMinor = Math.Max(own.AmountMinor, commitment.AmountMinor) };
                else if (await CountingAsync(credit, book, commitment, joining.At, today) is { } other) counting.Add(other);
            }

            return new CaseDecision(CreditTables.Write(new CreditUnit([.. counting, own])));
        });
    }

    /// <summary>Whether a counterparty has an application or a line that counts.</summary>
    public static async Task<bool> HasCommitmentsAsync(CreditTables credit, string book, string counterparty, string? group, DateTimeOffset now)
    {
        foreach (var commitment in await FindAsync(credit, book, counterparty, group))
            if (commitment.Counterparty == counterparty && await CountingAsync(credit, book, commitment, now, BusinessDay.Of(now)) is not null) return true;
        return false;
    }

    private static async Task<IReadOnlyList<Commitment>> FindAsync(CreditTables credit, string book, string counterparty, string? group) =>
        await credit.Counterparties.Cases.FindAsync(book, CreditUnit.IdOf(counterparty, group)) is { } row ? CreditTables.ReadUnit(row).Commitments : [];

    /// <summary>What a commitment counts with: what was submitted in the end, or while it is on its way what joined; null: nothing.</summary>
    private static async Task<Commitment?> CountingAsync(CreditTables credit, string book, Commitment commitment, DateTimeOffset now, DateOnly today)
    {
        if (await credit.Applications.Cases.FindAsync(book, commitment.Application) is not { } row) return now < commitment.At + OnItsWay ? commitment : null;
        var application = CreditTables.ReadApplication(row);
        return application.Counterparty == commitment.Counterparty && application.Counts(today) ? commitment with { AmountMinor = application.AmountMinor } : null;
    }
}
