using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace BackOffice.Kernel;

/// <summary>Reads the parameters behind the <c>?</c> of a URL and gathers every fault; a parameter nobody asked for is a fault too.</summary>
public sealed class QueryFields(IQueryCollection query)
{
    private readonly HashSet<string> _asked = new(StringComparer.OrdinalIgnoreCase);

    public List<Fault> Faults { get; } = [];

    public string? Text(string name)
    {
        _asked.Add(name);
        return query.TryGetValue(name, out var values) ? values.ToString() : null;
    }

    public DateOnly? Date(string name)
    {
        if (Text(name) is not { } text) return null;
        if (BusinessDay.Parse(text) is { } date) return date;
        Faults.Add(new Fault(name, "request/date", $"'{name}' must be a date yyyy-MM-dd, not '{text}'."));
        return null;
    }

    public long? Number(string name, long from, long to)
    {
        if (Text(name) is not { } text) return null;
        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= from && number <= to) return number;
        Faults.Add(new Fault(name, "request/number", $"'{name}' must be a whole number from {from} to {to}, not '{text}'."));
        return null;
    }

    public bool Flag(string name)
    {
        if (Text(name) is not { } text) return false;
        if (bool.TryParse(text, out var flag)) return flag;
        Faults.Add(new Fault(name, "request/flag", $"'{name}' must be true or false, not '{text}'."));
        return false;
    }

    /// <summary>An instant in ISO 8601 with offset, cut to whole seconds: <c>2026-03-02T08:00:00Z</c>.</summary>
    public DateTimeOffset? Instant(string name)
    {
        if (Text(name) is not { } text) return null;
        if (Moment.Parse(text) is { } instant) return instant;
        Faults.Add(new Fault(name, "request/instant", $"'{name}' must be an instant such as 2026-03-02T08:00:00Z, not '{Ids.Cut(text)}'."));
        return null;
    }

    /// <summary>One of an enumeration's names in camel case; otherwise null and a fault with this code.</summary>
    public T? Choice<T>(string name, string code) where T : struct, Enum
    {
        if (Text(name) is not { } text) return null;
        foreach (var value in Enum.GetValues<T>())
            if (JsonFields.NameOf(value) == text) return value;
        Faults.Add(new Fault(name, code, $"'{name}' must be one of {string.Join(", ", Enum.GetValues<T>().Select(JsonFields.NameOf))}."));
        return null;
    }

    public string? Id(string name)
    {
        var text = Text(name);
        if (text is not null && !Ids.IsEntity(text)) Faults.Add(new Fault(name, "request/id", $"'{name}' must match {Ids.EntityGrammar}."));
        return text;
    }

    /// <summary><c>lang</c>: <c>de</c> or <c>en</c>, which is the default.</summary>
    public string Language()
    {
        var language = Text("lang") ?? "en";
        if (language is not ("de" or "en")) Faults.Add(new Fault("lang", "request/language", "'lang' must be de or en."));
        return language;
    }

    /// <summary>The refusal of everything wrong so far and of parameters that were not asked for, or null.</summary>
    public Refusal? Refused()
    {
        foreach (var name in query.Keys)
            if (!_asked.Contains(name)) Faults.Add(new Fault(Ids.Cut(name), "request/unknown-parameter", $"'{Ids.Cut(name)}' is no parameter here; known are {string.Join(", ", _asked.Order(StringComparer.Ordinal))}."));
        return Faults.Count == 0 ? null : Refusal.Of(Faults);
    }
}
