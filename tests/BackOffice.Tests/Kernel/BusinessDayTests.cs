using BackOffice.Kernel;
using Microsoft.Extensions.Time.Testing;

namespace BackOffice.Tests.Kernel;

public class BusinessDayTests
{
    [Theory]
    [InlineData("2026-01-31T22:59:59Z", "2026-01-31")]
    [InlineData("2026-01-31T23:00:00Z", "2026-02-01")]
    [InlineData("2026-07-31T21:59:59Z", "2026-07-31")]
    [InlineData("2026-07-31T22:00:00Z", "2026-08-01")]
    public void Today_IsTheDateInBerlin_AlsoInSummer(string utc, string date) =>
        Assert.Equal(date, BusinessDay.Text(BusinessDay.Today(new FakeTimeProvider(DateTimeOffset.Parse(utc, System.Globalization.CultureInfo.InvariantCulture)))));

    [Theory]
    [InlineData("2025-02-30")]
    [InlineData("2025-1-1")]
    [InlineData("1899-12-31")]
    [InlineData("2200-01-01")]
    [InlineData("01.01.2025")]
    public void Parse_WhatIsNoBusinessDate_IsNull(string text) => Assert.Null(BusinessDay.Parse(text));

    [Fact]
    public void ParseMonth_IsItsFirstDay() => Assert.Equal(new DateOnly(2025, 3, 1), BusinessDay.ParseMonth("2025-03"));
}
