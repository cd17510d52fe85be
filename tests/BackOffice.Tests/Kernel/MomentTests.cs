using System.Globalization;
using BackOffice.Kernel;

namespace BackOffice.Tests.Kernel;

public sealed class MomentTests
{
    [Theory]
    [InlineData("2026-03-27T16:00:00Z", "2026-03-27T16:00:00")]
    [InlineData("2026-03-27T16:00Z", "2026-03-27T16:00:00")]
    [InlineData("2026-03-27T17:00:59.999999999+01:00", "2026-03-27T16:00:59")] // cut, not rounded
    [InlineData("2026-03-27T00:00:00.5+05:45", "2026-03-26T18:15:00")]
    [InlineData("1969-12-31T23:59:59.9Z", "1969-12-31T23:59:59")]
    [InlineData("1899-12-31T23:00:00-01:00", "1900-01-01T00:00:00")]
    public void Instants_AreReadAsUtcInWholeSeconds(string text, string utc)
    {
        var instant = Moment.Parse(text)!.Value;

        Assert.Equal((utc, TimeSpan.Zero, 0L), (instant.ToString("s", CultureInfo.InvariantCulture), instant.Offset, instant.Ticks % TimeSpan.TicksPerSecond));
    }

    [Theory]
    [InlineData("2026-03-27T16:00:00")] // of which zone?
    [InlineData("2026-03-27 16:00:00Z")]
    [InlineData("2026-03-27t16:00:00z")]
    [InlineData("2026-03-27")]
    [InlineData("2026-03-27T16:00:00+0100")]
    [InlineData("2026-03-27T16:00:00+1:00")]
    [InlineData("2026-03-27T16:00:00+15:00")]
    [InlineData("2026-03-27T16:00:00.Z")]
    [InlineData("2026-03-27T16:00.5Z")]
    [InlineData("2026-03-27T24:00:00Z")]
    [InlineData("2026-03-27T16:00:60Z")]
    [InlineData("2026-02-29T16:00:00Z")]
    [InlineData("1900-01-01T00:00:00+01:00")]
    [InlineData("2200-01-01T00:00:00Z")]
    [InlineData("Z")]
    [InlineData("")]
    public void TextsThatAreNoInstant_AreRefused(string text) => Assert.Null(Moment.Parse(text));
}
