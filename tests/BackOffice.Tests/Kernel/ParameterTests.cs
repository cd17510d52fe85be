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

    [Theory]
    [InlineData("credit.unrated.grade", "10", true)]
    [InlineData("credit.unrated.grade", "11", false)]
    [InlineData("credit.unrated.grade", "0", false)]
    [InlineData("credit.unrated.grade", "6.5", false)]
    [InlineData("credit.default.days", "36525", true)]
    [InlineData("credit.default.days", "99999999999", false)]
    [InlineData("credit.default.days", "30.5", false)]
    [InlineData("credit.risk-relevant.limit", "9999999999999", true)]
    [InlineData("credit.risk-relevant.limit", "10000000000000", false)]
    [InlineData("asset.declining.multiple", "2.5", true)]
    [InlineData("asset.declining.multiple", "101", false)]
    public void Decide_WhatWouldStopTheNights_IsRefused(string name, string value, bool isTaken) => Assert.Equal(isTaken ? null : "parameter/value",
        ParameterHistory.Decide(Of(name), new DateOnly(2030, 1, 1), decimal.Parse(value, System.Globalization.CultureInfo.InvariantCulture), "why", "op", Now).Refusal?.Code);

    [Fact]
    public void Defaults_AreWithinTheirBounds() => Assert.All(Parameter.All, parameter => Assert.All(parameter.Defaults, known => Assert.Null(parameter.Fault(known.Value))));

    [Theory]
    [InlineData("-1", true)]
    [InlineData("-0.0088", true)]
    [InlineData("0", true)]
    [InlineData("1", true)]
    [InlineData("-1.01", false)]
    [InlineData("1.01", false)]
    [InlineData("1.27", false)]
    public void Decide_ABaseRate_MayBeNegative(string value, bool isTaken)
    {
        var decided = ParameterHistory.Decide(Of("interest.base-rate"), new DateOnly(2030, 1, 1), decimal.Parse(value, System.Globalization.CultureInfo.InvariantCulture), "why", "op", Now);

        Assert.Equal(isTaken ? null : "parameter/value", decided.Refusal?.Code);
    }

    [Theory]
    [InlineData("2001-12-31", null)]
    [InlineData("2002-01-01", "0.0257")]
    [InlineData("2011-06-30", "0.0012")]
    [InlineData("2011-12-31", "0.0037")]
    [InlineData("2013-01-01", "-0.0013")]
    [InlineData("2016-06-30", "-0.0083")]
    [InlineData("2016-07-01", "-0.0088")]
    [InlineData("2022-12-31", "-0.0088")]
    [InlineData("2023-01-01", "0.0162")]
    [InlineData("2024-06-30", "0.0362")]
    [InlineData("2025-07-01", "0.0127")]
    public void On_BaseRate_IsThatOfTheHalfYear(string date, string? rate) =>
        Assert.Equal(rate, Of("interest.base-rate").On(BusinessDay.Parse(date)!.Value)?.Value.ToString(System.Globalization.CultureInfo.InvariantCulture));

    [Fact]
    public void All_AreInOrderOfName_AndTheirValuesInOrderOfDate()
    {
        Assert.Equal(Parameter.All.Select(parameter => parameter.Name).Distinct().Order(StringComparer.Ordinal), Parameter.All.Select(parameter => parameter.Name));
        Assert.All(Parameter.All, parameter => Assert.Equal(parameter.Defaults.Select(known => known.From).Distinct().Order(), parameter.Defaults.Select(known => known.From)));
    }

    private static ParameterChange Change(ParameterHistory history, DateOnly from, decimal value) => ParameterHistory.Decide(history, from, value, "why", "op", Now).Value!;

    private static ParameterHistory Vat() => Of("vat.standard");

    private static ParameterHistory Of(string name)
    {
        var parameter = Parameter.Find(name)!;
        return new ParameterHistory(parameter, [.. parameter.Defaults.Select(known => new ParameterValue(known.From, known.Value))]);
    }
}
