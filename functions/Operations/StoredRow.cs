using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Azure.Data.Tables;
using BackOffice.Kernel;

namespace BackOffice.Operations;

/// <summary>
/// A row of any table as one line of JSON: <c>{"p":"acme","r":"head","e":{"Entry":{"t":"Int64","v":"17"}}}</c>: p PartitionKey, r RowKey, e the properties in order of name, each with its type and exact value.
/// Int32 is a number, Boolean true or false, all others are text: Int64 and Double in digits that read back as the same value, DateTimeOffset in UTC to 100 ns, Binary in base64. Timestamp and ETag are the store's own and do not travel.
/// The same row is always the same bytes.
/// </summary>
internal static class StoredRow
{
    /// <summary>The store's own limits: a row, a text (UTF-16 units), a binary, the properties beside the keys and the timestamp, a key.</summary>
    public const int MaxRowBytes = 1024 * 1024, MaxTextChars = 32 * 1024, MaxBinaryBytes = 64 * 1024, MaxProperties = 252, MaxKeyChars = 512;

    private static readonly SearchValues<char> NotInKeys = SearchValues.Create([.. @"/\#?", .. Enumerable.Range(0, 0x20).Select(c => (char)c), .. Enumerable.Range(0x7F, 0x21).Select(c => (char)c)]);
    private static readonly string[] Own = ["PartitionKey", "RowKey", "Timestamp", "odata.etag"];
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = 4 };

    /// <summary>The line without its end.</summary>
    public static void Write(IBufferWriter<byte> to, TableEntity row)
    {
        using var json = new Utf8JsonWriter(to, JsonAnswer.Options);
        json.WriteStartObject();
        json.WriteString("p", row.PartitionKey);
        json.WriteString("r", row.RowKey);
        json.WriteStartObject("e");
        foreach (var (name, value) in row.Where(property => property.Value is not null && !Own.Contains(property.Key)).OrderBy(property => property.Key, StringComparer.Ordinal))
        {
            json.WriteStartObject(name);
            WriteValue(json, value);
            json.WriteEndObject();
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }

    public static byte[] Bytes(TableEntity row)
    {
        var buffer = new ArrayBufferWriter<byte>();
        Write(buffer, row);
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>The row of a line; what no row of a table can be is refused, 422 <c>operations/row</c>.</summary>
    /// <param name="line">Without its end.</param>
    /// <param name="number">Which line it is, from 1: the path of a refusal.</param>
    public static Outcome<TableEntity> Read(ReadOnlyMemory<byte> line, int number)
    {
        try
        {
            using var document = JsonDocument.Parse(line, Strict);
            return Row(document.RootElement);
        }
        catch (Exception e) when (e is JsonException or FormatException or InvalidOperationException or KeyNotFoundException or OverflowException)
        {
            return new Refusal(422, "operations/row", $"Line {number} is no row: {e.Message}", string.Create(CultureInfo.InvariantCulture, $"lines[{number}]"));
        }
    }

    private static TableEntity Row(JsonElement json)
    {
        if (json.EnumerateObject().Count() != 3) throw new FormatException("It must have the members p, r and e, and no others.");
        var row = new TableEntity(Key(json, "p"), Key(json, "r"));
        long bytes = 4 + (2 * (row.PartitionKey.Length + row.RowKey.Length));
        foreach (var property in json.GetProperty("e").EnumerateObject())
        {
            if (!IsName(property.Name)) throw new FormatException($"'{Ids.Cut(property.Name)}' cannot be the name of a property.");
            if (property.Value.EnumerateObject().Count() != 2) throw new FormatException($"Property {property.Name} must have the members t and v, and no others.");
            var value = Value(property.Value.GetProperty("t").GetString(), property.Value.GetProperty("v"));
            bytes += 8 + (2 * property.Name.Length) + value switch { string text => 4 + (2 * text.Length), byte[] binary => 4 + binary.Length, _ => 16 };
            row[property.Name] = value;
        }

        if (row.Keys.Except(Own).Count() > MaxProperties) throw new FormatException($"It has more than {MaxProperties} properties.");
        return bytes <= MaxRowBytes ? row : throw new FormatException("It is larger than 1 MiB.");
    }

    private static string Key(JsonElement json, string member)
    {
        var key = json.GetProperty(member).GetString() ?? throw new FormatException($"'{member}' is null.");
        return key.Length <= MaxKeyChars && key.AsSpan().IndexOfAny(NotInKeys) < 0 ? key : throw new FormatException($"'{member}' is no key: at most {MaxKeyChars} characters, no / \\ # ? and no control characters.");
    }

    private static bool IsName(string name) =>
        name.Length is >= 1 and <= 255 && !Own.Contains(name) && (char.IsLetter(name[0]) || name[0] == '_') && name.All(c => char.IsLetterOrDigit(c) || c == '_');

    private static void WriteValue(Utf8JsonWriter json, object value)
    {
        switch (value)
        {
            case int number:
                json.WriteString("t", "Int32");
                json.WriteNumber("v", number);
                break;
            case bool flag:
                json.WriteString("t", "Boolean");
                json.WriteBoolean("v", flag);
                break;
            case byte[] binary:
                json.WriteString("t", "Binary");
                json.WriteBase64String("v", binary);
                break;
            default:
                var (type, text) = value switch
                {
                    long number => ("Int64", number.ToString(CultureInfo.InvariantCulture)),
                    string some => ("String", some),
                    DateTimeOffset instant => ("DateTimeOffset", instant.UtcDateTime.ToString("O", CultureInfo.InvariantCulture)),
                    double number => ("Double", number.ToString("R", CultureInfo.InvariantCulture)),
                    Guid guid => ("Guid", guid.ToString("D")),
                    _ => throw new InvalidDataException($"A property is of type {value.GetType().Name}, which no table holds."),
                };
                json.WriteString("t", type);
                json.WriteString("v", text);
                break;
        }
    }

    private static object Value(string? type, JsonElement value) => type switch
    {
        "Int32" => value.GetInt32(),
        "Boolean" => value.GetBoolean(),
        "Int64" => long.Parse(Text(value), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture),
        "Double" => double.Parse(Text(value), NumberStyles.Float, CultureInfo.InvariantCulture),
        "DateTimeOffset" => new DateTimeOffset(DateTime.ParseExact(Text(value), "O", CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind).ToUniversalTime()),
        "Guid" => Guid.ParseExact(Text(value), "D"),
        "Binary" => value.GetBytesFromBase64() is { Length: <= MaxBinaryBytes } binary ? binary : throw new FormatException("A binary is larger than 64 KiB."),
        "String" => Text(value) is { Length: <= MaxTextChars } text ? text : throw new FormatException("A text is longer than 32 Ki characters."),
        _ => throw new FormatException($"'{Ids.Cut(type ?? "null")}' is no type of a property."),
    };

    private static string Text(JsonElement value) => value.GetString() ?? throw new FormatException("A value is null.");
}

/// <summary>The last line of an exported part: <c>{"rows":2,"sha256":"9f…","next":"/api/operations/export/Ledger?after=…"}</c>.</summary>
/// <param name="Rows">How many lines stand before it.</param>
/// <param name="Sha256">SHA-256 of those lines, each with its line feed, in lower-case hex.</param>
/// <param name="Next">Where the next part is; null when this is the table's last.</param>
internal sealed record PartEnd(long Rows, string Sha256, string? Next)
{
    public byte[] Bytes()
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, JsonAnswer.Options))
        {
            json.WriteStartObject();
            json.WriteNumber("rows", Rows);
            json.WriteString("sha256", Sha256);
            json.WriteString("next", Next);
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>Null for a line that is no end of a part.</summary>
    public static PartEnd? Read(ReadOnlyMemory<byte> line)
    {
        try
        {
            using var json = JsonDocument.Parse(line);
            return json.RootElement is { ValueKind: JsonValueKind.Object } end && end.TryGetProperty("rows", out var rows) && end.TryGetProperty("sha256", out var sha256)
                ? new PartEnd(rows.GetInt64(), sha256.GetString() ?? "", null) : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            return null;
        }
    }
}
