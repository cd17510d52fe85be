using Microsoft.Azure.Functions.Worker;

namespace BackOffice.Support;

/// <summary>Timer, each hour: deletes news of tickets that no instance looks back to any more. Rows: deletes from <c>TicketsFeed</c>. Messages: none.</summary>
public sealed class PruneTicketFeed(SupportTables support)
{
    [Function(nameof(PruneTicketFeed))]
    public Task Run([TimerTrigger("0 30 * * * *")] TimerInfo timer) => support.Feed.PruneAsync();
}
