namespace BackOffice.AzuriteTests;

/// <summary>Waits for what another process or a queue brings about; never for time alone.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(25);

    /// <summary>Returns when the condition holds; fails the test when it does not within so many seconds.</summary>
    public static async Task IsTrueAsync(Func<Task<bool>> condition, string what, int timeoutSeconds = 30)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (!await condition())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(started).TotalSeconds < timeoutSeconds, $"After {timeoutSeconds} s it is still not so that {what}.");
            await Task.Delay(Pause, TestContext.Current.CancellationToken);
        }
    }
}
