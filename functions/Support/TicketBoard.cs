using System.Collections.Concurrent;
using System.Globalization;
using BackOffice.Kernel;

namespace BackOffice.Support;

/// <summary>A ticket as lists show it.</summary>
/// <param name="SearchText">Subject and the first 1,000 characters of the text, in which lists search; in capitals, so that a search is one quick comparison.</param>
/// <param name="DueAt">The earliest due instant of its running clocks, as of its last change.</param>
/// <param name="ChangedAt">When the last thing happened.</param>
public sealed record TicketLine(
    string Id, int Version, DateTimeOffset OpenedAt, TicketStatus Status, string Priority, string Service, string? Category, string? Team, string? Assignee, string Caller, string Subject, string SearchText, DateTimeOffset? DueAt, DateTimeOffset ChangedAt)
{
    private const int SearchedChars = 1_000;

    public static TicketLine Of(CaseRow row)
    {
        var ticket = SupportTables.ReadTicket(row);
        return new TicketLine(
            row.Id, row.Version, ticket.OpenedAt, ticket.Status, ticket.Priority, ticket.Service, ticket.Category, ticket.Team, ticket.Assignee, ticket.Caller, ticket.Subject,
            $"{ticket.Subject}\n{ticket.Text[..Math.Min(SearchedChars, ticket.Text.Length)]}".ToUpperInvariant(), ticket.DueAt, ticket.LastAt);
    }

    /// <summary>Whether an agent still has it to do.</summary>
    public bool IsLoad => Status is TicketStatus.New or TicketStatus.Open or TicketStatus.OnHold;
}

/// <summary>What a list is to hold; null: whatever it is.</summary>
/// <param name="Text">Must stand in subject or text, whatever its case.</param>
public sealed record TicketFilter(TicketStatus? Status, string? Team, string? Assignee, string? Caller, string? Text)
{
    private readonly string? _text = Text?.ToUpperInvariant();

    public bool Takes(TicketLine line) =>
        (Status is null || line.Status == Status) && (Team is null || line.Team == Team) && (Assignee is null || line.Assignee == Assignee) && (Caller is null || line.Caller == Caller)
        && (_text is null || line.SearchText.Contains(_text, StringComparison.Ordinal));
}

/// <summary>
/// The tickets of each book that are not over, in memory, newest first: lists cost one small read (<see cref="CaseFeed"/>) however many there are, and see every change that was answered by any instance.
/// It is loaded whole at first, and again each hour.
/// </summary>
public sealed class TicketBoard(SupportTables support)
{
    private const int MaxBooks = 20;

    private static readonly TimeSpan LoadedAnew = TimeSpan.FromHours(1);

    /// <summary>A commit that was announced comes within so long, or never.</summary>
    private static readonly TimeSpan CommittedWithin = TimeSpan.FromMinutes(2);

    private readonly ConcurrentDictionary<string, HeldBook> _books = new(StringComparer.Ordinal);

    /// <summary>A page of the tickets that a filter takes, newest first, those after a place in that order.</summary>
    public async Task<List<TicketLine>> PageAsync(string book, TicketFilter filter, TicketPlace? after, int limit) =>
        await ReadAsync(book, lines => (after is null ? lines.All : lines.After(after)).Where(filter.Takes).Take(limit).ToList());

    /// <summary>How many tickets each agent has to do.</summary>
    public async Task<IReadOnlyDictionary<string, int>> LoadAsync(string book) => await ReadAsync(book, lines =>
        lines.All.Where(line => line.IsLoad && line.Assignee is not null).GroupBy(line => line.Assignee!, StringComparer.Ordinal).ToDictionary(own => own.Key, own => own.Count(), StringComparer.Ordinal));

    private async Task<T> ReadAsync<T>(string book, Func<TicketLines, T> read)
    {
        if (!_books.TryGetValue(book, out var held))
        {
            foreach (var idle in _books.OrderBy(one => one.Value.LastUsed).Take(Math.Max(0, _books.Count + 1 - MaxBooks))) _books.TryRemove(idle.Key, out _);
            held = _books.GetOrAdd(book, _ => new HeldBook());
        }

        await held.Gate.WaitAsync();
        try
        {
            held.LastUsed = TimeProvider.System.GetUtcNow();
            await RefreshAsync(book, held);
            return read(held.Lines);
        }
        finally
        {
            held.Gate.Release();
        }
    }

    /// <summary>Reads the news since the last look, and each ticket that is not known as new as they say.</summary>
    private async Task RefreshAsync(string book, HeldBook held)
    {
        var now = TimeProvider.System.GetUtcNow();
        if (now - held.LoadedAt > LoadedAnew)
        {
            var lines = new TicketLines();
            await foreach (var row in support.Tickets.Cases.ScanAsync(book)) lines.Put(TicketLine.Of(row));
            (held.Lines, held.LoadedAt, held.SeenThrough) = (lines, now, now);
            held.Awaited.Clear();
        }

        await foreach (var news in support.Feed.SinceAsync(book, held.SeenThrough - CaseFeed.Overlap))
        {
            held.Awaited[news.Id] = held.Awaited.TryGetValue(news.Id, out var other) && other.Version > news.Version ? other : news;
            if (news.At > held.SeenThrough) held.SeenThrough = news.At;
        }

        List<CaseNews> wanted = [.. held.Awaited.Values.Where(news => held.Lines.VersionOf(news.Id) < news.Version)];
        held.Awaited.Clear();
        var rows = new ConcurrentBag<(CaseNews News, CaseRow? Row)>();
        await Parallel.ForEachAsync(wanted, new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (news, _) => rows.Add((news, await support.Tickets.Cases.FindAsync(book, news.Id))));
        foreach (var (news, row) in rows)
        {
            if (row is not null) held.Lines.Put(TicketLine.Of(row));
            if ((row?.Version ?? 0) < news.Version && news.At > now - CommittedWithin) held.Awaited[news.Id] = news; // announced, and not committed yet
        }
    }

    private sealed class HeldBook
    {
        public SemaphoreSlim Gate { get; } = new(1);
        public TicketLines Lines { get; set; } = new();
        public DateTimeOffset LoadedAt { get; set; }
        public DateTimeOffset SeenThrough { get; set; }
        public DateTimeOffset LastUsed { get; set; }

        /// <summary>The newest version that was announced of tickets not known at it yet.</summary>
        public Dictionary<string, CaseNews> Awaited { get; } = new(StringComparer.Ordinal);
    }
}

/// <summary>Where a ticket stands among others: by the instant it came, newest first, then by id; neither ever changes, so pages stay what they are.</summary>
public sealed record TicketPlace(DateTimeOffset OpenedAt, string Id)
{
    /// <summary>As it stands in a <c>next</c> link: <c>20260302T080000.T-1</c>.</summary>
    public string Text => string.Create(CultureInfo.InvariantCulture, $"{OpenedAt.UtcDateTime:yyyyMMddTHHmmss}.{Id}");

    public static TicketPlace? Parse(string text) =>
        text.Length > 16 && text[15] == '.' && Ids.IsEntity(text.AsSpan(16)) && DateTime.TryParseExact(text.AsSpan(0, 15), "yyyyMMddTHHmmss", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var at)
            ? new TicketPlace(at, text[16..]) : null;

    public static TicketPlace Of(TicketLine line) => new(line.OpenedAt, line.Id);
}

/// <summary>Tickets that are not over, newest first, and the versions of those seen when they ended.</summary>
internal sealed class TicketLines
{
    private readonly Dictionary<string, TicketLine> _byId = new(StringComparer.Ordinal);
    private readonly SortedDictionary<TicketPlace, TicketLine> _sorted = new(Comparer<TicketPlace>.Create((a, b) => b.OpenedAt.CompareTo(a.OpenedAt) is var order && order != 0 ? order : string.CompareOrdinal(a.Id, b.Id)));
    private List<TicketLine>? _inOrder;

    /// <summary>All, in a list that is made anew only after a change.</summary>
    public IReadOnlyList<TicketLine> All => _inOrder ??= [.. _sorted.Values];

    public IEnumerable<TicketLine> After(TicketPlace place)
    {
        var all = All;
        var (low, high) = (0, all.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (_sorted.Comparer.Compare(TicketPlace.Of(all[middle]), place) <= 0) low = middle + 1;
            else high = middle;
        }

        return all.Skip(low);
    }

    public int VersionOf(string id) => _byId.TryGetValue(id, out var line) ? line.Version : 0;

    /// <summary>Takes a ticket in as it is; an older version than is known changes nothing, and one that is over leaves the lists.</summary>
    public void Put(TicketLine line)
    {
        if (VersionOf(line.Id) >= line.Version) return;
        _byId[line.Id] = line;
        _inOrder = null;
        if (line.Status is TicketStatus.Closed or TicketStatus.Merged) _sorted.Remove(TicketPlace.Of(line));
        else _sorted[TicketPlace.Of(line)] = line;
    }
}
