using System.Text.Json.Serialization;
using BackOffice.Kernel;

namespace BackOffice.Banking;

/// <summary>An account at a bank, as its case keeps it; what it was before stands in the case's history.</summary>
/// <param name="Iban">Its IBAN, without spaces.</param>
/// <param name="Holder">Name of the holder, as the bank knows it.</param>
/// <param name="Account">The asset account of the book that shows it.</param>
/// <param name="Transit">The account of money on its way (Geldtransit): what was ordered and is not on a statement yet.</param>
/// <param name="Bic">The bank; null: told by the IBAN.</param>
/// <param name="Currency">In which it is held, ISO 4217; null: the book's.</param>
public sealed record BankAccount(string Iban, string Holder, string Account, string Transit, string? Bic = null, string? Currency = null)
{
    /// <summary>Its lines are called by it, a dot and 24 digits, and an id has 64 characters.</summary>
    public const int MaxIdLength = 39;

    /// <summary>Digits of its amounts.</summary>
    internal int Digits(int bookDigits) => Kernel.Currency.DigitsOf(Currency ?? "") ?? bookDigits;
}

/// <summary>Bank details of a party, customer or supplier, as its case keeps them; the case's id is the party.</summary>
/// <param name="Name">Name as banks write it, 1 to 70 characters.</param>
/// <param name="Ibans">Its accounts, the first is the one it is paid on; 1 to 20.</param>
/// <param name="Bic">Bank of the first; null: told by the IBAN.</param>
public sealed record Payee(string Name, IReadOnlyList<string> Ibans, string? Bic = null)
{
    public const int MaxIbans = 20;
}

/// <summary>International Bank Account Number.</summary>
public static class Iban
{
    /// <summary>How long the number is in each country that takes part in SEPA. Source: SWIFT, IBAN Registry; EPC409-09, countries of the SEPA schemes.</summary>
    private static readonly Dictionary<string, int> Lengths =
        "AD24 AL28 AT20 BE16 BG22 CH21 CY28 CZ24 DE22 DK18 EE20 ES24 FI18 FR27 GB22 GI23 GR27 HR21 HU28 IE22 IS26 IT27 LI21 LT20 LU20 LV21 MC27 MD24 ME22 MK19 MT31 NL18 NO15 PL28 PT25 RO24 RS22 SE24 SI19 SK24 SM27 VA22"
            .Split(' ').ToDictionary(one => one[..2], one => int.Parse(one.AsSpan(2), System.Globalization.CultureInfo.InvariantCulture), StringComparer.Ordinal);

    /// <summary>
    /// The number without spaces, in capitals; null when it is none: two letters of the country, two check digits, 11 to 30 letters and digits, as long as its country has it, and the whole ≡ 1 (mod 97) with the first four put last and letters as 10 to 35.
    /// Source: ISO 13616, ISO 7064. Worked: DE89 3704 0044 0532 0130 00 → good; with one digit changed → null.
    /// </summary>
    public static string? Parse(string text)
    {
        var iban = string.Concat(text.Where(c => c != ' ')).ToUpperInvariant();
        if (iban.Length is < 15 or > 34 || !iban.All(char.IsAsciiLetterOrDigit) || !char.IsAsciiLetter(iban[0]) || !char.IsAsciiLetter(iban[1]) || (Lengths.TryGetValue(iban[..2], out var length) && iban.Length != length)) return null;
        var rest = 0;
        foreach (var c in iban[4..] + iban[..4]) rest = char.IsAsciiDigit(c) ? ((rest * 10) + (c - '0')) % 97 : ((rest * 100) + (c - 'A' + 10)) % 97;
        return rest == 1 ? iban : null;
    }

    /// <summary>
    /// A bank's code: four letters, two of the country, two letters or digits, and three more or none. 422 <c>bank/bic</c>. Source: ISO 9362. Worked: COBADEFFXXX → good; COBA → refused.
    /// </summary>
    internal static string? ReadBic(string? text, string path, List<Fault> faults)
    {
        var isGood = text is null || (text.Length is 8 or 11 && text.All(c => char.IsAsciiLetterUpper(c) || char.IsAsciiDigit(c)) && text[..6].All(char.IsAsciiLetterUpper));
        if (!isGood) faults.Add(new Fault(path, "bank/bic", $"'{Ids.Cut(text!)}' is no BIC: four letters, two of the country, two letters or digits, and three more or none, in capitals."));
        return isGood ? text : null;
    }

    /// <summary>422 <c>bank/iban</c>.</summary>
    internal static string Read(string text, string path, List<Fault> faults)
    {
        var iban = Parse(text);
        if (iban is null && text.Length > 0) faults.Add(new Fault(path, "bank/iban", $"'{Ids.Cut(text)}' is no IBAN: its check digits or its length are wrong."));
        return iban ?? "";
    }
}

/// <summary>JSON of the bank's cases, generated at build time.</summary>
[JsonSourceGenerationOptions(System.Text.Json.JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, UseStringEnumConverter = true)]
[JsonSerializable(typeof(BankAccount))]
[JsonSerializable(typeof(Payee))]
[JsonSerializable(typeof(KeptStatement))]
[JsonSerializable(typeof(BankItem))]
[JsonSerializable(typeof(BankLine))]
[JsonSerializable(typeof(Payment))]
[JsonSerializable(typeof(PaymentClaim))]
[JsonSerializable(typeof(PaymentTrace))]
[JsonSerializable(typeof(ToldTrace))]
[JsonSerializable(typeof(ToldExport))]
[JsonSerializable(typeof(string))]
public sealed partial class BankJson : JsonSerializerContext;
