namespace Microsoft.Azure.Functions.Worker;

/// <summary>What a timer function is told.</summary>
public class TimerInfo
{
    /// <summary>The last and next occurrence; null without a monitor and for schedules under a minute.</summary>
    public ScheduleStatus? ScheduleStatus { get; set; }

    /// <summary>Whether this run comes later than scheduled.</summary>
    public bool IsPastDue { get; set; }
}

/// <summary>The occurrences of a timer, in UTC.</summary>
public class ScheduleStatus
{
    /// <summary>The last run; 0001-01-01 before the first.</summary>
    public DateTime Last { get; set; }

    /// <summary>The next run.</summary>
    public DateTime Next { get; set; }

    /// <summary>When this was written.</summary>
    public DateTime LastUpdated { get; set; }
}
