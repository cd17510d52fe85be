using System.Globalization;

namespace BackOffice.Kernel;

/// <summary>Instants as callers write them: ISO 8601 with an offset; kept in UTC, in whole seconds.</summary>
public static class Moment
{
    private const int SecondsEnd = 19; // of yyyy-MM-ddTHH:mm:ss

    /// <summary>Reads <c>yyyy-MM-ddTHH:mm[:ss[.fff…]]</c> with <c>Z</c> or <c>±HH:mm</c>; fractions of a second are cut. 2026-03-27T17:00:59.9+01:00 → 2026-03-27T16:00:59Z. Null when it is none, or out of the business dates' range.</summary>
    public static DateTimeOffset? Parse(string text)
    {
        if (text.Length > SecondsEnd && text[SecondsEnd] == '.')
        {
            var end = SecondsEnd + 1;
            while (end < text.Length && char.IsAsciiDigit(text[end])) end++;
            if (end == SecondsEnd + 1) return null;
            text = text[..SecondsEnd] + text[end..];
        }

        if (text.EndsWith('Z')) text = text[..^1] + "+00:00";
        var format = text.Length switch { 22 => "yyyy-MM-dd'T'HH:mmzzz", 25 => "yyyy-MM-dd'T'HH:mm:sszzz", _ => null };
        if (format is null || !DateTimeOffset.TryParseExact(text, format, CultureInfo.InvariantCulture, DateTimeStyles.None, out var instant)) return null;
        var date = DateOnly.FromDateTime(instant.UtcDateTime);
        return date >= BusinessDay.Earliest && date <= BusinessDay.Latest ? Cut(instant) : null;
    }

    /// <summary>The whole second an instant lies in, in UTC.</summary>
    public static DateTimeOffset Cut(DateTimeOffset instant) => DateTimeOffset.FromUnixTimeSeconds(instant.ToUnixTimeSeconds());
}
