using System.Globalization;
using System.Text.Json;

namespace BackOffice.Kernel;

/// <summary>Reads the members of one JSON object and gathers every fault with its path; a member nobody asked for is a fault too.</summary>
public sealed class JsonFields
{
    private readonly JsonElement _object;
    private readonly string _path;
    private readonly List<Fault> _faults;
    private readonly HashSet<string> _asked = new(StringComparer.Ordinal);

    public JsonFields(JsonElement element, List<Fault> faults, string path = "")
    {
        (_object, _faults, _path) = (element, faults, path);
        if (element.ValueKind != JsonValueKind.Object) Fault("", "request/not-an-object", $"A JSON object is wanted here, not {Kind(element)}.");
    }

    /// <summary>A string of 1 to <paramref name="maxLength"/> characters without control characters; "" and a fault otherwise.</summary>
    public string Text(string name, int maxLength = 200)
    {
        if (Find(name) is not { } value) return Missing(name);
        if (value.ValueKind != JsonValueKind.String) return Fault(name, "request/wrong-type", $"'{name}' must be a string, not {Kind(value)}.");
        var text = StringOf(value);
        if (text is null) return Fault(name, "request/not-utf8", $"'{name}' holds half a surrogate pair.");
        return TextFault(text, maxLength) is { } reason ? Fault(name, "request/text", $"'{name}' {reason}") : text;
    }

    /// <summary>A text of 1 to <paramref name="maxLength"/> characters that may have several lines (line feeds, tabs).</summary>
    public string Lines(string name, int maxLength)
    {
        if (Find(name) is not { } value) return Missing(name);
        if (value.ValueKind != JsonValueKind.String) return Fault(name, "request/wrong-type", $"'{name}' must be a string, not {Kind(value)}.");
        if (StringOf(value) is not { } text) return Fault(name, "request/not-utf8", $"'{name}' holds half a surrogate pair.");
        return TextFault(text.Replace('\n', ' ').Replace('\r', ' ').Replace('\t', ' '), maxLength) is { } reason ? Fault(name, "request/text", $"'{name}' {reason}") : text;
    }

    public string Id(string name)
    {
        var id = Text(name, 64);
        return id.Length == 0 || Ids.IsEntity(id) ? id : Fault(name, "request/id", $"'{name}' must match {Ids.EntityGrammar}.");
    }

    public DateOnly? Date(string name)
    {
        var text = Text(name, 10);
        if (text.Length == 0) return null;
        if (BusinessDay.Parse(text) is { } date) return date;
        Fault(name, "request/date", $"'{name}' must be a date yyyy-MM-dd from {BusinessDay.Text(BusinessDay.Earliest)} to {BusinessDay.Text(BusinessDay.Latest)}.");
        return null;
    }

    /// <summary>A month, <c>yyyy-MM</c>, as its first day.</summary>
    public DateOnly? Month(string name)
    {
        var text = Text(name, 7);
        if (text.Length == 0) return null;
        if (BusinessDay.ParseMonth(text) is { } month) return month;
        Fault(name, "request/month", $"'{name}' must be a month yyyy-MM from {BusinessDay.MonthText(BusinessDay.Earliest)} to {BusinessDay.MonthText(BusinessDay.Latest)}.");
        return null;
    }

    /// <summary>An instant by ISO 8601 with <c>Z</c> or an offset, as UTC in whole seconds; fractions are cut.</summary>
    public DateTimeOffset? Instant(string name)
    {
        var text = Text(name, 40);
        if (text.Length == 0) return null;
        if (Moment.Parse(text) is { } instant) return instant;
        Fault(name, "request/instant", $"'{name}' must be an instant such as 2026-03-27T16:00:00Z or 2026-03-27T17:00:00+01:00, from {BusinessDay.Text(BusinessDay.Earliest)} to {BusinessDay.Text(BusinessDay.Latest)}.");
        return null;
    }

    /// <summary>A decimal number, as a string or a number: a rate, a share.</summary>
    public decimal? Number(string name)
    {
        if (Find(name) is not { } value)
        {
            Missing(name);
            return null;
        }

        var text = value.ValueKind switch { JsonValueKind.Number => value.GetRawText(), JsonValueKind.String => StringOf(value) ?? "", _ => "" };
        if (text.Length <= 30 && decimal.TryParse(text, NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)) return number;
        Fault(name, "request/number", $"'{name}' must be a decimal number such as \"0.19\".");
        return null;
    }

    /// <summary>A rate within bounds and of at most ten decimals, as a string or a number: 0.05 = 5 %. Otherwise null and a fault with this code.</summary>
    public decimal? Rate(string name, string code, decimal from = 0, decimal to = 1)
    {
        if (Number(name) is not { } rate) return null;
        if (rate >= from && rate <= to && decimal.Round(rate, 10) == rate) return rate;
        Fault(name, code, string.Create(CultureInfo.InvariantCulture, $"'{name}' must lie between {from} and {to} and have at most 10 decimals: 5 % is 0.05."));
        return null;
    }

    /// <summary>A whole number within bounds.</summary>
    public int? Whole(string name, int from, int to)
    {
        if (Find(name) is not { } value)
        {
            Missing(name);
            return null;
        }

        if (value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) && number >= from && number <= to) return number;
        Fault(name, "request/number", $"'{name}' must be a whole number from {from} to {to}.");
        return null;
    }

    /// <summary>One of an enumeration's names in camel case, or null and a fault with this code.</summary>
    public T? Choice<T>(string name, string code) where T : struct, Enum
    {
        var text = Text(name, 40);
        foreach (var value in Enum.GetValues<T>())
            if (NameOf(value) == text) return value;
        if (text.Length > 0) Fault(name, code, $"'{name}' must be one of {string.Join(", ", Enum.GetValues<T>().Select(NameOf))}.");
        return null;
    }

    /// <summary>The name in camel case.</summary>
    public static string NameOf<T>(T value) where T : struct, Enum => JsonNamingPolicy.CamelCase.ConvertName(value.ToString());

    /// <summary>A positive amount, as a string or a number, in minor units of a currency with so many digits.</summary>
    /// <param name="orZero">Whether zero is taken too.</param>
    /// <param name="orNegative">Whether a leading minus is taken.</param>
    public long? Minor(string name, int digits, bool orZero = false, bool orNegative = false)
    {
        if (Find(name) is not { } value)
        {
            Missing(name);
            return null;
        }

        if (value.ValueKind is not (JsonValueKind.String or JsonValueKind.Number))
        {
            Fault(name, "request/wrong-type", $"'{name}' must be an amount such as \"12.34\", not {Kind(value)}.");
            return null;
        }

        var text = value.ValueKind == JsonValueKind.Number ? value.GetRawText() : StringOf(value) ?? "";
        var isNegative = orNegative && text.StartsWith('-');
        var minor = text.Length > 64 ? null : Amount.ParseMinor(System.Text.Encoding.UTF8.GetBytes(isNegative ? text[1..] : text), digits, out var reason) is { } known ? isNegative ? -known : known : Invalid(reason);
        if (minor == 0 && !orZero) Fault(name, "ledger/amount-zero", $"'{name}' is zero.");
        else if (minor is null && text.Length > 64) Invalid("The amount is not a decimal number such as \"12.34\".");
        return minor;

        long? Invalid(string why)
        {
            Fault(name, "ledger/amount-invalid", why);
            return null;
        }
    }

    /// <summary>A text that may be left out.</summary>
    public string? OptionalText(string name, int maxLength = 200) => Has(name) ? Text(name, maxLength) : Absent(name);

    /// <summary>An id that may be left out.</summary>
    public string? OptionalId(string name) => Has(name) ? Id(name) : Absent(name);

    /// <summary>A list of texts that may be left out; otherwise, when it is not one of at most so many texts of at most so many characters, nothing and this fault.</summary>
    public IReadOnlyList<string> OptionalTexts(string name, int maxCount, int maxLength, Fault fault)
    {
        List<string> texts = [];
        if (Find(name) is not { } array) return texts;
        if (array.ValueKind == JsonValueKind.Array && array.GetArrayLength() <= maxCount)
        {
            foreach (var element in array.EnumerateArray())
                if (element.ValueKind == JsonValueKind.String && StringOf(element) is { } text && TextFault(text, maxLength) is null) texts.Add(text);
            if (texts.Count == array.GetArrayLength()) return texts;
        }

        _faults.Add(fault with { Path = PathOf(fault.Path) });
        return [];
    }

    /// <summary>true or false, which may be left out.</summary>
    public bool? OptionalFlag(string name)
    {
        if (Has(name)) return Flag(name);
        Absent(name);
        return null;
    }

    /// <summary>A whole number within bounds that may be left out.</summary>
    public int? OptionalWhole(string name, int from, int to)
    {
        if (Has(name)) return Whole(name, from, to);
        Absent(name);
        return null;
    }

    /// <summary>A text that may have several lines and may be left out.</summary>
    public string? OptionalLines(string name, int maxLength) => Has(name) ? Lines(name, maxLength) : Absent(name);

    /// <summary>A date that may be left out.</summary>
    public DateOnly? OptionalDate(string name)
    {
        if (Has(name)) return Date(name);
        Absent(name);
        return null;
    }

    /// <summary>true or false.</summary>
    public bool? Flag(string name)
    {
        if (Find(name) is not { } value)
        {
            Missing(name);
            return null;
        }

        if (value.ValueKind is JsonValueKind.True or JsonValueKind.False) return value.GetBoolean();
        Fault(name, "request/wrong-type", $"'{name}' must be true or false, not {Kind(value)}.");
        return null;
    }

    /// <summary><c>currency</c>, which may be left out for EUR: its digits. 422 <c>ledger/currency-unknown</c>.</summary>
    public int Digits()
    {
        const int euro = 2;
        if (!Has("currency"))
        {
            Absent("currency");
            return euro;
        }

        var code = Text("currency", 3);
        if (Currency.DigitsOf(code) is { } digits) return digits;
        if (code.Length > 0) Fault("currency", "ledger/currency-unknown", $"'{code}' is no currency of ISO 4217.");
        return euro;
    }

    /// <summary><c>lateAs: firstOpenPeriod</c>, which may be left out.</summary>
    public bool LateAsFirstOpen()
    {
        if (!Has("lateAs")) return Absent("lateAs") is not null;
        if (Text("lateAs", 40) is "firstOpenPeriod") return true;
        Fault("lateAs", "ledger/late-as", "'lateAs' can only be \"firstOpenPeriod\".");
        return false;
    }

    /// <summary>A member of any kind, or null and a fault.</summary>
    public JsonElement? Element(string name)
    {
        var value = Find(name);
        if (value is null) Missing(name);
        return value;
    }

    /// <summary>The members of an object within this one, or null and a fault.</summary>
    public JsonFields? Inner(string name) => Element(name) is { } element ? new JsonFields(element, _faults, PathOf(name)) : null;

    /// <summary>
    /// An array of <paramref name="from"/> to <paramref name="to"/> objects, each read member by member; otherwise empty and a fault with this code. It may be left out when it may be empty. Elements that were read as null have had their faults.
    /// </summary>
    public List<T> List<T>(string name, string code, int from, int to, Func<JsonFields, T?> read) where T : class
    {
        List<T> items = [];
        if (from == 0 && !Has(name)) Absent(name);
        else if (Element(name) is { ValueKind: JsonValueKind.Array } list && list.GetArrayLength() >= from && list.GetArrayLength() <= to)
        {
            var n = 0;
            foreach (var element in list.EnumerateArray())
            {
                var fields = new JsonFields(element, _faults, PathOf($"{name}[{n++}]"));
                if (read(fields) is { } item) items.Add(item);
                fields.NoOthers();
            }
        }
        else if (Has(name)) Fault(name, code, $"'{name}' is an array of {(from == 0 ? "at most " : $"{from} to ")}{to} objects.");

        return items;
    }

    /// <summary>Where a member stands in the request: <c>lines[1].debit</c>.</summary>
    public string PathOf(string name) => _path.Length == 0 ? name : name.Length == 0 ? _path : $"{_path}.{name}";

    /// <summary>Marks a member as known that may be left out; null.</summary>
    public string? Absent(string name)
    {
        _asked.Add(name);
        return null;
    }

    public bool Has(string name) => _object.ValueKind == JsonValueKind.Object && _object.TryGetProperty(name, out _);

    /// <summary>Members that were not asked for are faults: a misspelt name must not vanish unseen.</summary>
    public void NoOthers()
    {
        if (_object.ValueKind != JsonValueKind.Object) return;
        foreach (var member in _object.EnumerateObject())
            if (!_asked.Contains(member.Name)) Fault(Ids.Cut(member.Name), "request/unknown-field", $"'{Ids.Cut(member.Name)}' is not a member here; known are {string.Join(", ", _asked.Order(StringComparer.Ordinal))}.");
    }

    /// <summary>Why a text is not acceptable, or null.</summary>
    public static string? TextFault(string text, int maxLength) =>
        text.Length == 0 ? "must not be empty."
        : text.Length > maxLength ? $"has {text.Length} characters; at most {maxLength} are taken."
        : text.AsSpan().ContainsAnyInRange('\0', '\u001f') || text.AsSpan().ContainsAnyInRange('\u007f', '\u009f') ? "holds a control character."
        : null;

    private JsonElement? Find(string name)
    {
        _asked.Add(name);
        return _object.ValueKind == JsonValueKind.Object && _object.TryGetProperty(name, out var value) ? value : null;
    }

    private string Missing(string name)
    {
        if (_object.ValueKind == JsonValueKind.Object) Fault(name, "request/missing", $"'{name}' is missing.");
        return "";
    }

    private string Fault(string name, string code, string detail)
    {
        _faults.Add(new Fault(PathOf(name), code, detail));
        return "";
    }

    private static string? StringOf(JsonElement value)
    {
        try
        {
            return value.GetString();
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    private static string Kind(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Array => "an array",
        JsonValueKind.Number => "a number",
        JsonValueKind.String => "a string",
        JsonValueKind.Null => "null",
        JsonValueKind.Object => "an object",
        _ => "true or false",
    };
}
