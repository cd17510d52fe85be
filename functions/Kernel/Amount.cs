using System.Globalization;
using System.Text;

namespace BackOffice.Kernel;

/// <summary>Amounts as text and as minor units (cents). Exact in both directions; binary floating point is never on the way.</summary>
public static class Amount
{
    public const int MaxIntegerDigits = 13;

    /// <summary>The largest amount that is taken, in minor units: 9,999,999,999,999.99 in a currency of 2 digits.</summary>
    public static long MaxMinor(int digits)
    {
        var limit = 1L;
        for (var n = 0; n < MaxIntegerDigits + digits; n++) limit *= 10;
        return limit - 1;
    }

    /// <summary>
    /// Reads <c>12</c>, <c>12.3</c> or <c>12.34</c> (also <c>1234e-2</c>) as minor units: 12.34 in a currency of 2 digits → 1234.
    /// Null and a reason when it is no decimal number, is signed, has more than 13 integer digits, or more decimals than the currency.
    /// </summary>
    public static long? ParseMinor(ReadOnlySpan<byte> utf8, int digits, out string reason)
    {
        reason = "";
        if (utf8.ContainsAny((byte)'e', (byte)'E')) return ParseExponent(utf8, digits, out reason);

        var point = utf8.IndexOf((byte)'.');
        var whole = point < 0 ? utf8 : utf8[..point];
        var fraction = point < 0 ? default : utf8[(point + 1)..];
        if (whole.IsEmpty || (point >= 0 && fraction.IsEmpty) || !Digits(whole) || !Digits(fraction))
        {
            reason = utf8.StartsWith("-"u8)
                ? "The amount is negative: amounts carry no sign, debit and credit say the side."
                : "The amount is not a decimal number such as \"12.34\".";
            return null;
        }

        whole = whole.TrimStart((byte)'0');
        if (whole.Length > MaxIntegerDigits)
        {
            reason = $"The amount has {whole.Length} digits before the point; at most {MaxIntegerDigits} are taken.";
            return null;
        }

        if (fraction.Length > digits)
        {
            reason = $"The amount has {fraction.Length} decimals; this book's currency has {digits}.";
            return null;
        }

        long minor = 0;
        foreach (var digit in whole) minor = (minor * 10) + (digit - '0');
        foreach (var digit in fraction) minor = (minor * 10) + (digit - '0');
        for (var i = fraction.Length; i < digits; i++) minor *= 10;
        return minor;
    }

    /// <summary>An amount in minor units, half away from zero: 800 with 2 digits → 80000.</summary>
    public static long ToMinor(decimal amount, int digits)
    {
        for (var n = 0; n < digits; n++) amount *= 10;
        return (long)decimal.Round(amount, MidpointRounding.AwayFromZero);
    }

    /// <summary>Minor units as a plain decimal: -1234 with 2 digits → <c>-12.34</c>.</summary>
    public static string Format(Int128 minor, int digits)
    {
        Span<byte> utf8 = stackalloc byte[48];
        return Encoding.ASCII.GetString(utf8[..Write(minor, digits, utf8)]);
    }

    /// <summary>Writes minor units as a plain decimal into <paramref name="utf8"/> (48 bytes always do) and returns the length.</summary>
    public static int Write(Int128 minor, int digits, Span<byte> utf8)
    {
        Span<byte> number = stackalloc byte[44];
        var negative = minor < 0;
        int length;
        // Int64 formats several times faster, and nearly every amount is one.
        var magnitude = negative ? -minor : minor;
        if (magnitude <= long.MaxValue) _ = ((long)magnitude).TryFormat(number, out length, default, CultureInfo.InvariantCulture);
        else _ = magnitude.TryFormat(number, out length, default, CultureInfo.InvariantCulture);

        var at = 0;
        if (negative) utf8[at++] = (byte)'-';
        for (var i = length; i <= digits; i++)
        {
            utf8[at++] = (byte)'0';
            if (i == length && digits > 0) utf8[at++] = (byte)'.';
        }

        if (length <= digits) // 5 with 2 digits: "0." and one zero stand already
        {
            number[..length].CopyTo(utf8[at..]);
            return at + length;
        }

        var whole = length - digits;
        number[..whole].CopyTo(utf8[at..]);
        at += whole;
        if (digits == 0) return at;
        utf8[at++] = (byte)'.';
        number[whole..length].CopyTo(utf8[at..]);
        return at + digits;
    }

    /// <summary>Moves the point by the exponent, digit by digit: a number type would round what has more digits than it.</summary>
    private static long? ParseExponent(ReadOnlySpan<byte> utf8, int digits, out string reason)
    {
        const int farthest = 40;
        reason = "The amount is not a decimal number such as \"12.34\".";
        var e = utf8.IndexOfAny((byte)'e', (byte)'E');
        var mantissa = Encoding.ASCII.GetString(utf8[..e]);
        if (!int.TryParse(utf8[(e + 1)..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var exponent) || Math.Abs(exponent) > farthest) return null;

        var point = mantissa.IndexOf('.', StringComparison.Ordinal);
        var all = point < 0 ? mantissa : mantissa.Remove(point, 1);
        var decimals = (point < 0 ? 0 : mantissa.Length - point - 1) - exponent;
        if (all.Length == 0 || point == 0 || point == mantissa.Length - 1) return null;
        all = decimals < 0 ? all.PadRight(all.Length - decimals, '0') : all.PadLeft(decimals + 1, '0');
        decimals = Math.Max(decimals, 0);
        while (decimals > 0 && all[^1] == '0') (all, decimals) = (all[..^1], decimals - 1);
        return ParseMinor(Encoding.ASCII.GetBytes(decimals == 0 ? all : all.Insert(all.Length - decimals, ".")), digits, out reason);
    }

    private static bool Digits(ReadOnlySpan<byte> utf8) => !utf8.ContainsAnyExceptInRange((byte)'0', (byte)'9');
}
