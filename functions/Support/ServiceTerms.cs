namespace BackOffice.Support;

/// <summary>What is promised to the caller of a ticket, in minutes that count by the calendar; null: no such promise.</summary>
/// <param name="FirstResponseMinutes">Until a human answers for the first time.</param>
/// <param name="UpdateMinutes">From one answer to the next.</param>
/// <param name="SolutionMinutes">Until it is resolved, time on hold not counted.</param>
public sealed record SlaTargets(int? FirstResponseMinutes, int? UpdateMinutes, int? SolutionMinutes)
{
    public int? Of(ClockKind kind) => kind switch { ClockKind.FirstResponse => FirstResponseMinutes, ClockKind.Update => UpdateMinutes, _ => SolutionMinutes };
}

/// <summary>What holds for a ticket from an instant on; a change of service level, priority, calendar or dated target makes the next one.</summary>
/// <param name="CalendarId">Names the calendar to who reads the clocks.</param>
public sealed record ServiceTerms(DateTimeOffset From, string CalendarId, ServiceCalendar Calendar, SlaTargets Targets);
