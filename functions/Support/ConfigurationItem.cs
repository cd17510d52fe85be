using BackOffice.Kernel;

namespace BackOffice.Support;

/// <summary>A thing that services hang on: a server, a notebook, a licence; as its case keeps it. What it was before stands in the case's history.</summary>
/// <param name="Name">1 to 200 characters.</param>
/// <param name="Kind">What it is, 1 to 100 characters.</param>
/// <param name="User">Who uses it, a stable id; null: nobody by name.</param>
/// <param name="Location">Where it is; null: unknown.</param>
/// <param name="Asset">Its id in the asset register; null: it is not in it.</param>
/// <param name="DependsOn">Items that it hangs on itself, at most <see cref="MaxDependencies"/>.</param>
/// <param name="Contract">By which contract it is had or looked after; null: none.</param>
/// <param name="WarrantyEndsOn">Last day of its warranty; null: none.</param>
/// <param name="IsRetired">Whether it is out of use.</param>
/// <param name="Incidents">Tickets linked to it, the newest last, at most <see cref="IncidentList.Max"/>.</param>
/// <param name="Told">Ends of which somebody was told.</param>
public sealed record ConfigurationItem(
    string Name, string Kind, string? User, string? Location, string? Asset, IReadOnlyList<string> DependsOn, ItemContract? Contract, DateOnly? WarrantyEndsOn, bool IsRetired, IReadOnlyList<string> Incidents, IReadOnlyList<ItemEnd> Told)
{
    public const int MaxDependencies = 200;

    /// <summary>So many days before a warranty ends somebody is told.</summary>
    public const int WarrantyNoticeDays = 30;

    /// <summary>What will end, and when somebody is to be told: at the first minute of the business day so many days before.</summary>
    public IEnumerable<ItemEnd> Ends()
    {
        if (IsRetired) yield break;
        if (Contract is { } contract) yield return new ItemEnd("contract", contract.EndsOn, contract.EndsOn.AddDays(-contract.NoticeDays));
        if (WarrantyEndsOn is { } warranty) yield return new ItemEnd("warranty", warranty, warranty.AddDays(-WarrantyNoticeDays));
    }

    /// <summary>
    /// What of its ends is to be told by now, and when to look again. Worked: the contract ends on 2026-06-30 with 90 days' notice → told on 2026-04-01.
    /// </summary>
    public (IReadOnlyList<ItemEnd> Due, DateTimeOffset? NextAt) Plan(DateTimeOffset now)
    {
        var open = Ends().Where(end => !Told.Contains(end)).ToList();
        List<ItemEnd> due = [.. open.Where(end => end.NoticeAt <= now)];
        return (due, open.Except(due).Select(end => (DateTimeOffset?)end.NoticeAt).Min());
    }
}

/// <summary>A contract of a configuration item.</summary>
/// <param name="Supplier">With whom, 1 to 200 characters.</param>
/// <param name="Number">Its number, 1 to 100 characters.</param>
/// <param name="EndsOn">Its last day.</param>
/// <param name="NoticeDays">So many days before it ends it must be given notice of, 0 to 730.</param>
public sealed record ItemContract(string Supplier, string Number, DateOnly EndsOn, int NoticeDays);

/// <summary>Something of an item that ends.</summary>
/// <param name="What"><c>contract</c> or <c>warranty</c>.</param>
/// <param name="EndsOn">Its last day.</param>
/// <param name="NoticeOn">The day on which somebody is told.</param>
public sealed record ItemEnd(string What, DateOnly EndsOn, DateOnly NoticeOn)
{
    /// <summary>The first minute of that day in Berlin.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public DateTimeOffset NoticeAt => BusinessDay.EndOf(NoticeOn.AddDays(-1));
}

/// <summary>Body of the message that tells of an end, schema <see cref="Schema"/>, version 1, on queue <c>support-escalations</c>.</summary>
public sealed record ItemNotice(string Book, string Item, string Name, string What, DateOnly EndsOn, string Url)
{
    public const string Schema = "support-item-end";
}

/// <summary>The cause of several incidents, as its case keeps it. Source: ITIL, problem management.</summary>
/// <param name="Title">1 to 200 characters.</param>
/// <param name="Text">What is known of it, at most 20,000 characters.</param>
/// <param name="Status">Where it stands.</param>
/// <param name="Cause">The root cause, once it is known.</param>
/// <param name="Workaround">How to live with it.</param>
/// <param name="Articles">What the knowledge base says of it: addresses or numbers, at most 50.</param>
/// <param name="Incidents">Tickets linked to it, the newest last, at most <see cref="IncidentList.Max"/>.</param>
public sealed record SupportProblem(string Title, string Text, ProblemStatus Status, string? Cause, string? Workaround, IReadOnlyList<string> Articles, IReadOnlyList<string> Incidents);

/// <summary>Where a problem stands.</summary>
public enum ProblemStatus
{
    /// <summary>Its cause is looked for.</summary>
    Open,

    /// <summary>The cause is known, and it is not mended.</summary>
    KnownError,

    /// <summary>It is mended.</summary>
    Resolved,
}

/// <summary>Tickets that are linked to something.</summary>
internal static class IncidentList
{
    /// <summary>Beyond so many the oldest drop out; the tickets themselves keep their links.</summary>
    public const int Max = 1_000;

    public static IReadOnlyList<string> With(IReadOnlyList<string> incidents, string ticket, bool isLinked) =>
        isLinked ? [.. incidents.Where(other => other != ticket).Append(ticket).TakeLast(Max)] : [.. incidents.Where(other => other != ticket)];
}

/// <summary>What hangs on an item, nearest first.</summary>
/// <param name="Item">The one that hangs on it.</param>
/// <param name="Steps">How far away: 1 hangs on it directly.</param>
/// <param name="Through">The item by which it does.</param>
public sealed record ItemImpact(string Id, ConfigurationItem Item, int Steps, string Through)
{
    /// <summary>
    /// Walks from an item to all that hang on it, directly or through others, each once, on the shortest way; circles do no harm, and what is retired hangs on nothing. Worked: mail hangs on server, notebook on mail → of server: mail (1), notebook (2).
    /// </summary>
    public static IReadOnlyList<ItemImpact> Of(string id, IReadOnlyDictionary<string, ConfigurationItem> items)
    {
        var hanging = items.Where(item => !item.Value.IsRetired).SelectMany(item => item.Value.DependsOn.Select(on => (On: on, item.Key))).ToLookup(pair => pair.On, pair => pair.Key, StringComparer.Ordinal);
        List<ItemImpact> found = [];
        HashSet<string> seen = new(StringComparer.Ordinal) { id };
        Queue<(string Id, int Steps)> ways = new([(id, 0)]);
        while (ways.TryDequeue(out var at))
        {
            foreach (var next in hanging[at.Id].Order(StringComparer.Ordinal))
            {
                if (!seen.Add(next)) continue;
                found.Add(new ItemImpact(next, items[next], at.Steps + 1, at.Id));
                ways.Enqueue((next, at.Steps + 1));
            }
        }

        return found;
    }
}
