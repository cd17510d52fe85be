using BackOffice.Kernel;
using Microsoft.Azure.Functions.Worker;

namespace BackOffice.Support;

/// <summary>
/// Queue <c>tickets</c>: looks at tickets whose deadline has come: tells who is to be told of a clock, closes what was solved long enough ago, and puts down the next look; also tells for commits that were cut off. A deadline that is no
/// longer true is dropped; twice does no harm.
/// Rows: reads and writes <c>Tickets</c>, adds to <c>TicketsFeed</c>, adds to and deletes from <c>Agenda</c>, reads <c>ServiceLevels</c>, <c>ServiceCalendars</c> and <c>Parameters</c>. Messages: to <c>support-escalations</c>.
/// </summary>
public sealed class RunTicketAgenda(SupportTables support, SupportRules rules, TicketSteps tickets, CaseSteps steps)
{
    [Function(nameof(RunTicketAgenda))]
    public Task Run([QueueTrigger("tickets")] Envelope<DueDeadlines> message)
    {
        var loadAsync = rules.LoadOnce();
        return steps.WorkOffAsync(support.Tickets, message, deadline => tickets.LookAsync(deadline, nameof(RunTicketAgenda), loadAsync));
    }
}
