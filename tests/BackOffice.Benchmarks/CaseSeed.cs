using Azure.Data.Tables;
using BackOffice.Kernel;
using BackOffice.LocalWorker;

namespace BackOffice.Benchmarks;

/// <summary>Puts many cases and deadlines straight into the tables, row for row as the steps would have, many in one transaction.</summary>
internal static class CaseSeed
{
    private const int MaxTransaction = 100;

    /// <summary>Cases of one department: the rows that their first commit writes.</summary>
    public static Task CasesAsync(AzuriteProcess azurite, string table, string book, IEnumerable<CaseChange> cases) =>
        SubmitAsync(azurite, table, Transactions(cases.Select(change => CaseTable.Actions(book, null, change))));

    public static Task DeadlinesAsync(AzuriteProcess azurite, IEnumerable<Deadline> deadlines) =>
        SubmitAsync(azurite, "Agenda", Transactions(deadlines.Select(deadline => new List<TableTransactionAction> { new(TableTransactionActionType.Add, Agenda.ToRow(deadline)) })));

    /// <summary>Gathers what belongs together into transactions of one partition, as large as they may be.</summary>
    private static IEnumerable<List<TableTransactionAction>> Transactions(IEnumerable<List<TableTransactionAction>> commits)
    {
        Dictionary<string, List<TableTransactionAction>> gathered = new(StringComparer.Ordinal);
        foreach (var commit in commits)
        {
            var partition = commit[0].Entity.PartitionKey;
            if (gathered.TryGetValue(partition, out var some) && some.Count + commit.Count > MaxTransaction)
            {
                yield return some;
                some = null;
            }

            if (some is null) gathered[partition] = some = [];
            some.AddRange(commit);
        }

        foreach (var some in gathered.Values) yield return some;
    }

    private static Task SubmitAsync(AzuriteProcess azurite, string table, IEnumerable<List<TableTransactionAction>> transactions)
    {
        var client = new TableClient(azurite.ConnectionString, table);
        return Parallel.ForEachAsync(transactions, new ParallelOptions { MaxDegreeOfParallelism = 4 }, async (actions, cancellation) => await client.SubmitTransactionAsync(actions, cancellation));
    }
}
