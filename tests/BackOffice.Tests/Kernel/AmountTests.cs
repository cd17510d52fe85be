using System.Globalization;
using System.Numerics;
using System.Text;
using BackOffice.Kernel;
using CsCheck;

namespace BackOffice.Tests.Kernel;

public class AmountTests
{
    [Theory]
    [InlineData("12.34", 2, 1234)]
    [InlineData("12.3", 2, 1230)]
    [InlineData("12", 2, 1200)]
    [InlineData("0.01", 2, 1)]
    [InlineData("007.00", 2, 700)]
    [InlineData("500", 0, 500)]
    [InlineData("1.234", 3, 1234)]
    [InlineData("9999999999999.99", 2, 999999999999999)]
    [InlineData("1e1", 2, 1000)]
    [InlineData("1234E-2", 2, 1234)]
    [InlineData("1.500e+1", 2, 1500)]
    [InlineData("0.5E1", 0, 5)]
    [InlineData("100000000000000e-2", 2, 100000000000000)]
    public void ParseMinor_DecimalNumber_IsExact(string text, int digits, long minor) =>
        Assert.Equal(minor, Amount.ParseMinor(Encoding.ASCII.GetBytes(text), digits, out _));

    [Theory]
    [InlineData("", 2)]
    [InlineData(".5", 2)]
    [InlineData("5.", 2)]
    [InlineData("-1.00", 2)]
    [InlineData("+1.00", 2)]
    [InlineData("1,00", 2)]
    [InlineData("1.234", 2)]
    [InlineData("1.0", 0)]
    [InlineData("10000000000000", 2)]
    [InlineData("1e99", 2)]
    [InlineData("1e-3", 2)]
    [InlineData("0.99999999999999999999999999999999e1", 2)]
    [InlineData("1e-40", 2)]
    [InlineData("1.e1", 2)]
    [InlineData(".1e1", 2)]
    [InlineData("-1e1", 2)]
    [InlineData("1e1e1", 2)]
    [InlineData("1e1.5", 2)]
    [InlineData("1e2147483648", 2)]
    [InlineData("e", 2)]
    [InlineData("NaN", 2)]
    public void ParseMinor_WhatIsNoAmount_SaysWhy(string text, int digits)
    {
        Assert.Null(Amount.ParseMinor(Encoding.ASCII.GetBytes(text), digits, out var reason));
        Assert.NotEmpty(reason);
    }

    [Theory]
    [InlineData(0, 2, "0.00")]
    [InlineData(5, 2, "0.05")]
    [InlineData(-5, 2, "-0.05")]
    [InlineData(123456, 2, "1234.56")]
    [InlineData(-1, 0, "-1")]
    [InlineData(1, 3, "0.001")]
    [InlineData(long.MinValue, 2, "-92233720368547758.08")]
    public void Format_MinorUnits_HaveTheCurrencysDigits(long minor, int digits, string text) => Assert.Equal(text, Amount.Format(minor, digits));

    [Fact]
    public void Format_ASumBeyondInt64_IsExact() => Assert.Equal("184467440737095516.14", Amount.Format((Int128)long.MaxValue * 2, 2));

    [Fact]
    public void FormatThenParse_AnyAmountTaken_GivesTheSame() =>
        Gen.Select(Gen.Long[1, 9_999_999_999_999], Gen.Int[0, 4]).Sample((minor, digits) => Amount.ParseMinor(Encoding.ASCII.GetBytes(Amount.Format(minor, digits)), digits, out _) == minor);

    [Fact]
    public void Format_AnyInt128_AgreesWithIntegerDivision() =>
        Gen.Select(Gen.Long, Gen.Long[0, 1L << 40], Gen.Int[1, 4]).Sample((low, factor, digits) =>
        {
            var minor = (Int128)low * factor;
            var unit = (Int128)BigInteger.Pow(10, digits);
            var magnitude = Int128.Abs(minor);
            var expected = (minor < 0 ? "-" : "") + (magnitude / unit).ToString(CultureInfo.InvariantCulture) + "."
                + (magnitude % unit).ToString(CultureInfo.InvariantCulture).PadLeft(digits, '0');
            return Amount.Format(minor, digits) == expected;
        });

    [Theory]
    [InlineData("EUR", 2)]
    [InlineData("JPY", 0)]
    [InlineData("KWD", 3)]
    [InlineData("CLF", 4)]
    public void DigitsOf_IsoCode_IsItsMinorUnit(string code, int digits) => Assert.Equal(digits, Currency.DigitsOf(code));

    [Theory]
    [InlineData("DEM")]
    [InlineData("eur")]
    [InlineData("")]
    public void DigitsOf_UnknownCode_IsNull(string code) => Assert.Null(Currency.DigitsOf(code));
}
