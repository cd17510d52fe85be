namespace BackOffice.AzuriteTests;

/// <summary>The time of day as a test sets it; it runs on from there, and durations are real.</summary>
internal sealed class TestClock(DateTimeOffset now) : TimeProvider
{
    private TimeSpan _ahead = now - System.GetUtcNow();

    public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + _ahead;

    public void Set(DateTimeOffset now) => _ahead = now - System.GetUtcNow();

    /// <summary>Noon in Berlin, or an hour beside it.</summary>
    public static TestClock AtNoon(DateOnly date) => new(Noon(date));

    public void SetNoon(DateOnly date) => Set(Noon(date));

    private static DateTimeOffset Noon(DateOnly date) => new(date.ToDateTime(new TimeOnly(11, 0)), TimeSpan.Zero);
}
