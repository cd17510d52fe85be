namespace BackOffice.Credit;

/// <summary>What of a party is not dunned, as its case keeps it; who stopped and released what and when stands in the case's history. The case's id is the party that ledger lines name.</summary>
/// <param name="Stops">At most one a document and one for the whole party, in the order in which they were made; a released one stays until the next of its document.</param>
public sealed record DunningStops(IReadOnlyList<DunningStop> Stops)
{
    public const int MaxStops = 500;

    public static readonly DunningStops None = new([]);

    /// <summary>Those that have not been released, run out or not.</summary>
    public IEnumerable<DunningStop> Unreleased() => Stops.Where(stop => stop.Released is null);

    /// <summary>Of a document (null: of the whole party) the one made last, released or not.</summary>
    public DunningStop? Of(string? document) => Stops.FirstOrDefault(stop => stop.Document == document);

    /// <summary>What keeps a document from being dunned on a day: its own stop, or that of the whole party; null: nothing.</summary>
    public DunningStop? Holding(string document, DateOnly on) => Of(document) is { } own && own.HoldsOn(on) ? own : Of(null) is { } whole && whole.HoldsOn(on) ? whole : null;

    /// <summary>With a stop, in the place of the one that its document had; null: there are too many.</summary>
    /// <param name="version">The version that the case would have with it.</param>
    internal DunningStops? With(string? document, DateOnly? until, string reason, int version)
    {
        var before = Of(document);
        var stop = new DunningStop(document, until, reason, before is { Released: null } ? before.Number : version);
        if (before is not null) return new DunningStops([.. Stops.Select(other => other == before ? stop : other)]);
        List<DunningStop> others = [.. Stops];
        if (others.Count >= MaxStops) others.RemoveAll(other => other.Released is not null);
        return others.Count >= MaxStops ? null : new DunningStops([.. others, stop]);
    }

    internal DunningStops Release(DunningStop stop, string reason) => new([.. Stops.Select(other => other == stop ? stop with { Released = reason } : other)]);
}

/// <summary>A party's document, or the whole party, that is not dunned: it is disputed, or there is an agreement.</summary>
/// <param name="Document">Of which voucher; null: of all.</param>
/// <param name="Until">Last day; null: until it is released.</param>
/// <param name="Number">The case's version that it was made with; tells it from others of the same document.</param>
/// <param name="Released">Why it was released; null: it was not.</param>
public sealed record DunningStop(string? Document, DateOnly? Until, string Reason, int Number, string? Released = null)
{
    public bool HoldsOn(DateOnly date) => Released is null && (Until is null || date <= Until);
}
