namespace BackOffice.Kernel;

/// <summary>
/// Spreads a total by weights so that the parts sum to it exactly and none overruns: part k = round(T·Wk÷W) − round(T·W(k−1)÷W), Wk the running weight, half away from zero.
/// Worked: 100.00 by three equal weights → 33.33, 33.34, 33.33.
/// </summary>
public static class Spread
{
    /// <param name="totalMinor">What is spread, of either sign.</param>
    /// <param name="weights">Not negative, not all zero.</param>
    public static long[] ByCumulation(long totalMinor, IReadOnlyList<long> weights)
    {
        var whole = weights.Aggregate(Int128.Zero, (sum, weight) => sum + weight);
        var parts = new long[weights.Count];
        Int128 running = 0;
        long given = 0;
        for (var n = 0; n < parts.Length; n++)
        {
            running += weights[n];
            var upToHere = (long)RoundedQuotient(totalMinor * running, whole);
            (parts[n], given) = (upToHere - given, upToHere);
        }

        return parts;
    }

    /// <summary>The quotient, half away from zero: 5 ÷ 2 → 3, −5 ÷ 2 → −3.</summary>
    public static Int128 RoundedQuotient(Int128 dividend, Int128 divisor)
    {
        var doubled = (Int128.Abs(dividend) * 2) + divisor;
        var rounded = doubled / (divisor * 2);
        return dividend < 0 ? -rounded : rounded;
    }
}
