using NCrontab;

namespace BackOffice.LocalWorker;

/// <summary>An NCRONTAB expression of six fields (or five, then without seconds), in UTC.</summary>
internal sealed class TimerSchedule
{
    private readonly CrontabSchedule _schedule;

    public TimerSchedule(string text, string where)
    {
        Text = text;
        var fields = text.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Length;
        _schedule = CrontabSchedule.TryParse(text, new CrontabSchedule.ParseOptions { IncludingSeconds = fields == 6 })
            ?? throw new InvalidOperationException(
                $"{where}: the schedule '{text}' is not NCRONTAB; six fields are right, such as '0 */5 * * * *' for every five minutes.");
    }

    public string Text { get; }

    public DateTime NextAfter(DateTime utc) => DateTime.SpecifyKind(_schedule.GetNextOccurrence(utc), DateTimeKind.Utc);

    /// <summary>Whether occurrences come less than a minute apart: those are not monitored.</summary>
    public bool IsUnderAMinute(DateTime utc)
    {
        var next = NextAfter(utc);
        return NextAfter(next) - next < TimeSpan.FromMinutes(1);
    }
}
