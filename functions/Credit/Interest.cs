using System.Numerics;

namespace BackOffice.Credit;

/// <summary>How the days of a year are counted.</summary>
public enum DayCount
{
    /// <summary>Actual days ÷ 360 (money market).</summary>
    Act360,

    /// <summary>Months of 30 days ÷ 360 (30E/360), the end of February counting as the 30th.</summary>
    Thirty360,

    /// <summary>Actual days ÷ 365, those of a leap year ÷ 366 (act/act ISDA).</summary>
    ActAct,
}

/// <summary>Interest on a balance that changes: the balance in the evening of a day earns that day. Exact: amounts, days and the rate are kept as whole numbers, and rounded once.</summary>
public static class Interest
{
    /// <summary>
    /// Interest from the first movement up to a day, that day excluded; half a minor unit away from zero. Movements of one day count together, in any order. Source: formula balance × rate × days ÷ year, BGB §246.
    /// Worked: 10,000.00 at 5 %, act/360, five days → 6.94 (6.9444…); one day → 1.39.
    /// </summary>
    /// <param name="movements">Date and amount, minor units; a draw is positive.</param>
    /// <param name="rate">Yearly, 0.05 = 5 %.</param>
    /// <param name="until">The day after the last one that earns.</param>
    public static long AccumulatedMinor(IEnumerable<(DateOnly Date, long AmountMinor)> movements, decimal rate, DayCount dayCount, DateOnly until)
    {
        // Minor units × days, of years of 365 (or 360) days and of 366.
        var (ordinary, leap) = (BigInteger.Zero, BigInteger.Zero);
        foreach (var (date, amount) in movements)
        {
            if (date >= until) continue;
            var days = Days(date, until, dayCount);
            ordinary += (BigInteger)amount * days.Ordinary;
            leap += (BigInteger)amount * days.Leap;
        }

        var (mantissa, scale) = Fraction(rate);
        var (numerator, denominator) = dayCount == DayCount.ActAct ? ((ordinary * 366) + (leap * 365), new BigInteger(365 * 366)) : (ordinary, new BigInteger(360));
        return (long)Rounded(numerator * mantissa, denominator * scale);
    }

    /// <summary>Days from one day up to another, which is excluded: those that are divided by 360 or 365, and those of leap years, which act/act divides by 366.</summary>
    public static (int Ordinary, int Leap) Days(DateOnly from, DateOnly to, DayCount dayCount)
    {
        if (dayCount == DayCount.Act360) return (to.DayNumber - from.DayNumber, 0);
        if (dayCount == DayCount.Thirty360) return (Thirty(to) - Thirty(from), 0);
        var (ordinary, leap) = (0, 0);
        for (var start = from; start < to;)
        {
            var next = start.Year == to.Year ? to : new DateOnly(start.Year + 1, 1, 1);
            if (DateTime.IsLeapYear(start.Year)) leap += next.DayNumber - start.DayNumber;
            else ordinary += next.DayNumber - start.DayNumber;
            start = next;
        }

        return (ordinary, leap);
    }

    /// <summary>Numbers the days of years of 360; the 31st and the last of February are the 30th.</summary>
    private static int Thirty(DateOnly date) => (date.Year * 360) + (date.Month * 30) + (date.Day == 31 || (date.Month == 2 && date.AddDays(1).Day == 1) ? 30 : date.Day);

    private static (BigInteger Mantissa, BigInteger Scale) Fraction(decimal number)
    {
        var bits = decimal.GetBits(number);
        var mantissa = ((BigInteger)(uint)bits[2] << 64) | ((BigInteger)(uint)bits[1] << 32) | (uint)bits[0];
        return (number < 0 ? -mantissa : mantissa, BigInteger.Pow(10, (bits[3] >> 16) & 0xff));
    }

    private static BigInteger Rounded(BigInteger dividend, BigInteger divisor)
    {
        var rounded = ((BigInteger.Abs(dividend) * 2) + divisor) / (divisor * 2);
        return dividend.Sign < 0 ? -rounded : rounded;
    }
}
