namespace BackOffice.AzuriteTests;

/// <summary>Waits for what another process or a queue brings about; never for time alone.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(25);

    /// <summary>Returns when the condition holds; fails the test when it does not within 30 seconds.</summary>
    public static async Task IsTrueAsync(Func<Task<bool>> condition, string what)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (!await condition())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(started) < Longest, $"After {Longest.TotalSeconds} s it is still not so that {what}.");
            await Task.Delay(Pause, TestContext.Current.CancellationToken);
        }
    }
}
