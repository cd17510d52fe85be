namespace BackOffice.Assets;

/// <summary>How a book treats low-value assets of a fiscal year: one choice for all of them, made by the first. Source: EStG §6(2a) sentence 5.</summary>
/// <param name="Year">The fiscal year.</param>
/// <param name="Choice">The methods that year's low-value assets take: written off at once up to 800 EUR, or pooled above 250 EUR.</param>
public sealed record LowValueChoice(int Year, LowValueMethod Choice)
{
    /// <summary>Prefix of the choices' case ids, which assets cannot have.</summary>
    public const string Prefix = "choice:";

    public static string IdOf(int year) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{Prefix}{year:D4}");
}

/// <summary>The two ways of low-value assets.</summary>
public enum LowValueMethod
{
    /// <summary>Each is written off in the month of acquisition (EStG §6(2)).</summary>
    Immediate,

    /// <summary>They are written off together in five years (EStG §6(2a)).</summary>
    Pool,
}
