namespace BackOffice.Kernel;

/// <summary>ISO 4217: which currency codes exist and how many digits their minor unit has.</summary>
public static class Currency
{
    private const string TwoDigits =
        "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY COP CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG";

    private static readonly Dictionary<string, int> Digits = Table();

    /// <summary>Digits after the decimal point, 0 to 4; null when ISO 4217 does not know the code.</summary>
    public static int? DigitsOf(string code) => Digits.TryGetValue(code, out var digits) ? digits : null;

    private static Dictionary<string, int> Table()
    {
        var table = TwoDigits.Split(' ').ToDictionary(code => code, _ => 2, StringComparer.Ordinal);
        foreach (var code in "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF".Split(' ')) table[code] = 0;
        foreach (var code in "BHD IQD JOD KWD LYD OMR TND".Split(' ')) table[code] = 3;
        foreach (var code in "CLF UYW".Split(' ')) table[code] = 4;
        return table;
    }
}
