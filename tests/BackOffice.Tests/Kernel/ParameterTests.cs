using BackOffice.Kernel;

namespace BackOffice.Tests.Kernel;

public class ParameterTests
{
    private static readonly DateTimeOffset Now = new(2026, 6, 15, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("2020-06-30", "0.19")]
    [InlineData("2020-07-01", "0.16")]
    [InlineData("2020-12-31", "0.16")]
    [InlineData("2021-01-01", "0.19")]
    public void On_StandardVat_FollowsTheStatute(string date, string rate) =>
        Assert.Equal(decimal.Parse(rate, System.Globalization.CultureInfo.InvariantCulture), Vat().On(BusinessDay.Parse(date)!.Value)!.Value);

    [Fact]
    public void On_BeforeTheFirstValue_IsNothing() => Assert.Null(Vat().On(new DateOnly(1990, 1, 1)));

    [Fact]
    public void Decide_ANewValue_IsTheNextVersion_AndHoldsFromItsDay()
    {
        var change = Change(Vat(), new DateOnly(2027, 1, 1), 0.20m);
        Assert.Equal((true, 1), (change.IsNew, change.Value.Version));
        var later = new ParameterHistory(Vat().Parameter, [.. Vat().Values, change.Value]);
        Assert.Equal(0.19m, later.On(new DateOnly(2026, 12, 31))!.Value);
        Assert.Equal(0.20m, later.On(new DateOnly(2027, 1, 1))!.Value);
        Assert.False(Change(later, new DateOnly(2027, 1, 1), 0.20m).IsNew);
        Assert.Equal(2, Change(later, new DateOnly(2027, 1, 1), 0.21m).Value.Version);
    }

    [Theory]
    [InlineData("-0.01")]
    [InlineData("19")]
    public void Decide_WhatIsNoRate_IsRefused(string value) => Assert.Equal("parameter/value",
        ParameterHistory.Decide(Vat(), new DateOnly(2027, 1, 1), decimal.Parse(value, System.Globalization.CultureInfo.InvariantCulture), "why", "op", Now).Refusal!.Code);

    private static ParameterChange Change(ParameterHistory history, DateOnly from, decimal value) => ParameterHistory.Decide(history, from, value, "why", "op", Now).Value!;

    private static ParameterHistory Vat()
    {
        var parameter = Parameter.Find("vat.standard")!;
        return new ParameterHistory(parameter, [.. parameter.Defaults.Select(known => new ParameterValue(known.From, known.Value))]);
    }
}
