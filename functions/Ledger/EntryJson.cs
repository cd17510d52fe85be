using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using BackOffice.Kernel;

namespace BackOffice.Ledger;

/// <summary>
/// An entry as JSON: read strictly from what callers send (every fault with its path), and written in the one canonical form that is stored and hashed:
/// members in fixed order, amounts with all digits of the currency, dimensions sorted. Two requests with the same canonical form are the same request.
/// </summary>
/// <remarks>Written by hand on the UTF-8 reader, because a hundred thousand entries a second pass here.</remarks>
public static class EntryJson
{
    public static readonly JsonWriterOptions WriterOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    private static readonly JsonReaderOptions ReaderOptions = new() { MaxDepth = RequestBody.MaxDepth };

    /// <summary>Reads one entry of a book whose currency has <paramref name="digits"/> decimals. Null, and at least one fault, when any rule is broken.</summary>
    /// <param name="utf8">Valid UTF-8.</param>
    /// <param name="id">The entry's id as far as it could be read, also when the entry is not good.</param>
    public static Entry? Read(ReadOnlySpan<byte> utf8, int digits, List<Fault> faults, out string? id)
    {
        id = null;
        var reader = new Utf8JsonReader(utf8, ReaderOptions);
        try
        {
            reader.Read();
            var entry = new EntryReader(faults, digits, stored: false).Read(ref reader, out id);
            reader.Read(); // past the object only white space may follow, else this throws
            return faults.Count == 0 ? entry : null;
        }
        catch (JsonException e)
        {
            faults.Add(RequestBody.NotJson(e).Faults[0]);
            return null;
        }
        catch (InvalidOperationException)
        {
            faults.Add(new Fault("", "request/not-utf8", "A member's name holds half a surrogate pair."));
            return null;
        }
        finally
        {
            if (faults.Count > Refusal.MaxFaults) faults.RemoveRange(Refusal.MaxFaults, faults.Count - Refusal.MaxFaults);
        }
    }

    /// <summary>Reads an entry back from the book, where it is known to be good; the reader stands on its opening brace.</summary>
    public static Entry ReadStored(ref Utf8JsonReader reader, int digits)
    {
        List<Fault> faults = [];
        return new EntryReader(faults, digits, stored: true).Read(ref reader, out _)
            ?? throw new InvalidDataException($"A stored entry cannot be read: {faults[0].Path} {faults[0].Detail}");
    }

    [ThreadStatic]
    private static Utf8JsonWriter? _writer;

    /// <summary>Appends the canonical form to the buffer.</summary>
    public static void Append(IBufferWriter<byte> buffer, Entry entry, int digits)
    {
        // One writer a thread: a new one for each entry would be the import's largest cost in memory.
        var json = _writer ??= new Utf8JsonWriter(buffer, WriterOptions);
        json.Reset(buffer);
        Write(json, entry, digits);
        json.Flush();
    }

    private static void Write(Utf8JsonWriter json, Entry entry, int digits)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, entry.Id);
        WriteDate(json, "date"u8, entry.Date);
        json.WriteString("text"u8, entry.Text);
        if (entry.Reverses is not null) json.WriteString("reverses"u8, entry.Reverses);
        if (entry.Period is { } year) json.WriteString("period"u8, FiscalYear.Period13(year));
        if (entry.LateAsFirstOpen) json.WriteString("lateAs"u8, "firstOpenPeriod"u8);
        if (entry.CarryTo is { } carryTo) json.WriteNumber("carryTo"u8, carryTo);
        json.WriteStartArray("lines"u8);
        foreach (var line in entry.Lines) Write(json, line, digits);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    public static void Write(Utf8JsonWriter json, Line line, int digits)
    {
        json.WriteStartObject();
        json.WriteString("account"u8, line.Account);
        Span<byte> amount = stackalloc byte[48];
        json.WriteString(line.AmountMinor > 0 ? "debit"u8 : "credit"u8, amount[..Amount.Write(Math.Abs(line.AmountMinor), digits, amount)]);
        if (line.Party is not null) json.WriteString("party"u8, line.Party);
        if (line.Document is not null) json.WriteString("document"u8, line.Document);
        if (line.DueDate is { } due) WriteDate(json, "dueDate"u8, due);
        if (line.TaxCode is not null) json.WriteString("taxCode"u8, line.TaxCode);
        if (line.SupplyDate is { } supply) WriteDate(json, "supplyDate"u8, supply);
        if (line.Dimensions is { Count: > 0 } dimensions)
        {
            json.WriteStartObject("dimensions"u8);
            foreach (var (name, value) in dimensions) json.WriteString(name, value);
            json.WriteEndObject();
        }

        if (line.Foreign is { } foreign) Write(json, foreign);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, Foreign foreign)
    {
        json.WriteStartObject("foreign"u8);
        json.WriteString("currency"u8, foreign.Currency);
        json.WriteString("amount"u8, Amount.Format(Math.Abs(foreign.AmountMinor), Currency.DigitsOf(foreign.Currency) ?? 2));
        json.WriteNumber("rate"u8, foreign.Rate);
        json.WriteEndObject();
    }

    public static void WriteDate(Utf8JsonWriter json, ReadOnlySpan<byte> name, DateOnly date)
    {
        Span<byte> text = stackalloc byte[10];
        date.TryFormat(text, out _, "o", System.Globalization.CultureInfo.InvariantCulture);
        json.WriteString(name, text);
    }
}

/// <summary>Reads one entry from its opening brace to its closing one and gathers every fault with its path. Only a stored entry may say what it reverses.</summary>
public readonly ref struct EntryReader(List<Fault> faults, int digits, bool stored)
{
    public Entry? Read(ref Utf8JsonReader reader, out string? id)
    {
        id = null;
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            faults.Add(new Fault("", "request/not-an-object", "An entry is a JSON object: {\"id\", \"date\", \"text\", \"lines\"}."));
            reader.Skip();
            return null;
        }

        string? text = null, reverses = null;
        DateOnly? date = null;
        int? period = null, carryTo = null;
        var late = false;
        List<Line>? lines = null;
        var seen = 0;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("id"u8) && Once(ref seen, 1, ref reader, "", "id")) id = Id(ref reader, "id");
            else if (reader.ValueTextEquals("date"u8) && Once(ref seen, 2, ref reader, "", "date")) date = Date(ref reader, "date");
            else if (reader.ValueTextEquals("text"u8) && Once(ref seen, 4, ref reader, "", "text")) text = Text(ref reader, "text", Entry.MaxTextLength);
            else if (reader.ValueTextEquals("lines"u8) && Once(ref seen, 8, ref reader, "", "lines")) lines = Lines(ref reader);
            else if (stored && reader.ValueTextEquals("reverses"u8) && Once(ref seen, 16, ref reader, "", "reverses")) reverses = Id(ref reader, "reverses");
            else if (reader.ValueTextEquals("period"u8) && Once(ref seen, 32, ref reader, "", "period")) period = Period(ref reader);
            else if (reader.ValueTextEquals("lateAs"u8) && Once(ref seen, 64, ref reader, "", "lateAs")) late = LateAs(ref reader);
            else if (stored && reader.ValueTextEquals("carryTo"u8) && Once(ref seen, 128, ref reader, "", "carryTo")) carryTo = reader.GetInt32();
            else Unknown(ref reader, "", "id, date, text, lines, period, lateAs");
        }

        if (!stored) CarryForward.Reserve(id, faults);
        if ((seen & 1) == 0) Missing("id");
        if ((seen & 2) == 0) Missing("date");
        if ((seen & 4) == 0) Missing("text");
        if ((seen & 8) == 0) Missing("lines");
        if (lines is not null && faults.Count == 0) CheckBalance(lines);
        return faults.Count == 0 ? new Entry(id!, date!.Value, text!, lines!, reverses, period, late, carryTo) : null;
    }

    private List<Line>? Lines(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            WrongType(ref reader, "lines", "an array");
            return null;
        }

        var lines = new List<Line>(2);
        for (var index = 0; reader.Read() && reader.TokenType != JsonTokenType.EndArray; index++)
        {
            if (index == Entry.MaxLines) faults.Add(new Fault("lines", "ledger/too-many-lines", $"An entry has at most {Entry.MaxLines:N0} lines."));
            if (Line(ref reader, index) is { } line) lines.Add(line);
        }

        return lines;
    }

    private Line? Line(ref Utf8JsonReader reader, int index)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            WrongType(ref reader, $"lines[{index}]", "an object");
            return null;
        }

        string? account = null, party = null, document = null, taxCode = null;
        long? debit = null, credit = null;
        DateOnly? dueDate = null, supplyDate = null;
        KeyValuePair<string, string>[]? dimensions = null;
        Foreign? foreign = null;
        var seen = 0;
        var before = faults.Count;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("account"u8) && Once(ref seen, 1, ref reader, index, "account")) account = Id(ref reader, "account", index);
            else if (reader.ValueTextEquals("debit"u8) && Once(ref seen, 2, ref reader, index, "debit")) debit = Minor(ref reader, index, "debit");
            else if (reader.ValueTextEquals("credit"u8) && Once(ref seen, 4, ref reader, index, "credit")) credit = Minor(ref reader, index, "credit");
            else if (reader.ValueTextEquals("party"u8) && Once(ref seen, 8, ref reader, index, "party")) party = Id(ref reader, "party", index);
            else if (reader.ValueTextEquals("document"u8) && Once(ref seen, 16, ref reader, index, "document")) document = Id(ref reader, "document", index);
            else if (reader.ValueTextEquals("dueDate"u8) && Once(ref seen, 32, ref reader, index, "dueDate")) dueDate = Date(ref reader, "dueDate", index);
            else if (reader.ValueTextEquals("dimensions"u8) && Once(ref seen, 64, ref reader, index, "dimensions")) dimensions = Dimensions(ref reader, index);
            else if (reader.ValueTextEquals("taxCode"u8) && Once(ref seen, 128, ref reader, index, "taxCode")) taxCode = Tax(ref reader, index);
            else if (reader.ValueTextEquals("supplyDate"u8) && Once(ref seen, 256, ref reader, index, "supplyDate")) supplyDate = Date(ref reader, "supplyDate", index);
            else if (reader.ValueTextEquals("foreign"u8) && Once(ref seen, 512, ref reader, index, "foreign")) foreign = InForeign(ref reader, index);
            else Unknown(ref reader, At(index), "account, debit, credit, party, document, dueDate, taxCode, supplyDate, dimensions, foreign");
        }

        if ((seen & 1) == 0) Missing(At(index, "account"));
        if ((seen & 6) == 6) faults.Add(new Fault(At(index), "ledger/both-sides", "A line has a debit or a credit, not both."));
        if ((seen & 6) == 0) faults.Add(new Fault(At(index), "ledger/no-side", "The line has no amount: give 'debit' or 'credit'."));
        if (faults.Count > before) return null;
        var amount = debit ?? -credit!.Value;
        if (foreign is not null)
        {
            if (!stored) CheckRate(foreign, Math.Abs(amount), index);
            if (amount < 0) foreign = foreign with { AmountMinor = -foreign.AmountMinor };
        }

        return new Line(account!, amount, party, document, dueDate, taxCode, dimensions, supplyDate, foreign);
    }

    /// <summary>The rate must lead from one amount to the other, but for one minor unit that rounding an entry's lines to the same sum may take.</summary>
    private void CheckRate(Foreign foreign, long amountMinor, int index)
    {
        var baseMinor = Ledger.Foreign.BaseMinor(foreign.AmountMinor, Currency.DigitsOf(foreign.Currency)!.Value, foreign.Rate, digits);
        if (Int128.Abs(baseMinor - amountMinor) > 1)
            faults.Add(new Fault(At(index, "foreign.rate"), "ledger/foreign-rate", $"At the rate {foreign.Rate.ToString(System.Globalization.CultureInfo.InvariantCulture)} it is {Amount.Format(baseMinor, digits)} in the book's currency; the line says {Amount.Format(amountMinor, digits)}."));
    }

    /// <summary>The amount in another currency, not signed yet.</summary>
    private Foreign? InForeign(ref Utf8JsonReader reader, int index)
    {
        var path = At(index, "foreign");
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            WrongType(ref reader, path, "an object {\"currency\", \"amount\", \"rate\"}");
            return null;
        }

        string? currency = null;
        ReadOnlyMemory<byte>? amount = null;
        decimal? rate = null;
        var seen = 0;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("currency"u8) && Once(ref seen, 1, ref reader, path, "currency")) currency = Text(ref reader, $"{path}.currency", 3);
            else if (reader.ValueTextEquals("amount"u8) && Once(ref seen, 2, ref reader, path, "amount")) amount = Digits(ref reader, $"{path}.amount");
            else if (reader.ValueTextEquals("rate"u8) && Once(ref seen, 4, ref reader, path, "rate")) rate = Rate(ref reader, $"{path}.rate");
            else Unknown(ref reader, path, "currency, amount, rate");
        }

        if ((seen & 1) == 0) Missing($"{path}.currency");
        if ((seen & 2) == 0) Missing($"{path}.amount");
        if ((seen & 4) == 0) Missing($"{path}.rate");
        if (currency is null || amount is null || rate is null) return null;
        if (Currency.DigitsOf(currency) is not { } foreignDigits)
        {
            faults.Add(new Fault($"{path}.currency", "ledger/currency-unknown", $"'{currency}' is no currency of ISO 4217."));
            return null;
        }

        var minor = Amount.ParseMinor(amount.Value.Span, foreignDigits, out var reason);
        if (minor is > 0) return new Foreign(currency, minor.Value, rate.Value);
        faults.Add(new Fault($"{path}.amount", minor is null ? "ledger/amount-invalid" : "ledger/amount-zero", minor is null ? reason : "A foreign amount is above 0; on which side it stands, the line says."));
        return null;
    }

    private ReadOnlyMemory<byte>? Digits(ref Utf8JsonReader reader, string path)
    {
        if (reader.TokenType is JsonTokenType.String or JsonTokenType.Number && reader.ValueSpan.Length <= 64 && !reader.ValueIsEscaped) return reader.ValueSpan.ToArray();
        WrongType(ref reader, path, "an amount such as \"12.34\"");
        return null;
    }

    private decimal? Rate(ref Utf8JsonReader reader, string path)
    {
        var bytes = Digits(ref reader, path);
        if (bytes is not { } text) return null;
        if (System.Buffers.Text.Utf8Parser.TryParse(text.Span, out decimal rate, out var read) && read == text.Length && rate > 0 && rate < 1_000_000_000 && Ledger.Foreign.Plain(rate) is var plain && plain.Scale <= Ledger.Foreign.MaxRateDecimals) return plain;
        faults.Add(new Fault(path, "ledger/foreign-rate", $"A rate is how many units of the foreign currency one unit of the book's is worth: above 0, at most {Ledger.Foreign.MaxRateDecimals} decimals."));
        return null;
    }

    private void CheckBalance(List<Line> lines)
    {
        if (lines.Count < 2)
        {
            faults.Add(new Fault("lines", "ledger/too-few-lines", $"An entry has at least two lines; this one has {lines.Count}."));
            return;
        }

        Int128 debit = 0, credit = 0;
        foreach (var line in lines)
        {
            if (line.AmountMinor > 0) debit += line.AmountMinor;
            else credit -= line.AmountMinor;
        }

        if (debit != credit)
            faults.Add(new Fault("lines", "ledger/unbalanced", $"Debits are {Amount.Format(debit, digits)}, credits {Amount.Format(credit, digits)}: they differ by {Amount.Format(Int128.Abs(debit - credit), digits)}."));
    }

    private long? Minor(ref Utf8JsonReader reader, int index, string side)
    {
        if (reader.TokenType is not (JsonTokenType.String or JsonTokenType.Number))
        {
            WrongType(ref reader, At(index, side), "an amount such as \"12.34\"");
            return null;
        }

        if (reader.ValueIsEscaped || reader.ValueSpan.Length > 64)
        {
            faults.Add(new Fault(At(index, side), "ledger/amount-invalid", "The amount is not a decimal number such as \"12.34\"."));
            return null;
        }

        var minor = Amount.ParseMinor(reader.ValueSpan, digits, out var reason);
        if (minor is null) faults.Add(new Fault(At(index, side), "ledger/amount-invalid", reason));
        else if (minor == 0) faults.Add(new Fault(At(index, side), "ledger/amount-zero", "The amount is zero: leave the line out."));
        return minor;
    }

    /// <summary>Period 13 of a fiscal year, as <c>2025-13</c>; months are told by the date.</summary>
    private int? Period(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.String && reader.ValueSpan.Length == 7 && reader.ValueSpan.EndsWith("-13"u8) && Number(reader.ValueSpan[..4], out var year)
            && year >= BusinessDay.Earliest.Year && year < BusinessDay.Latest.Year) return year;
        faults.Add(new Fault("period", "ledger/period", "'period' names period 13 of a fiscal year, such as \"2025-13\"; other periods are told by the date."));
        if (reader.TokenType is not JsonTokenType.String) reader.Skip();
        return null;
    }

    private bool LateAs(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.String && reader.ValueTextEquals("firstOpenPeriod"u8)) return true;
        faults.Add(new Fault("lateAs", "ledger/late-as", "'lateAs' can only be \"firstOpenPeriod\"."));
        if (reader.TokenType is not JsonTokenType.String) reader.Skip();
        return false;
    }

    private string? Tax(ref Utf8JsonReader reader, int index)
    {
        var code = Id(ref reader, "taxCode", index);
        if (code is null || TaxCode.Find(code) is not null) return code;
        faults.Add(TaxCode.Unknown(code, At(index, "taxCode")));
        return null;
    }

    private KeyValuePair<string, string>[]? Dimensions(ref Utf8JsonReader reader, int index)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            WrongType(ref reader, At(index, "dimensions"), "an object");
            return null;
        }

        var dimensions = new SortedDictionary<string, string>(StringComparer.Ordinal);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var path = At(index, "dimensions");
            var name = Text(ref reader, path, 64);
            reader.Read();
            if (name is null || !Ids.IsEntity(name))
            {
                if (name is not null) faults.Add(new Fault(path, "request/id", $"A dimension's name must match {Ids.EntityGrammar}."));
                reader.Skip();
                continue;
            }

            var value = Text(ref reader, $"{path}.{name}", 64);
            if (value is not null && !dimensions.TryAdd(name, value)) faults.Add(new Fault($"{path}.{name}", "request/duplicate-field", $"'{name}' stands there twice."));
        }

        if (dimensions.Count > Ledger.Line.MaxDimensions) faults.Add(new Fault(At(index, "dimensions"), "ledger/too-many-dimensions", $"A line has at most {Ledger.Line.MaxDimensions} dimensions."));
        return dimensions.Count == 0 ? null : [.. dimensions];
    }

    /// <summary>The token's string when it is one, of good length and without control characters.</summary>
    private string? Text(ref Utf8JsonReader reader, string path, int maxLength)
    {
        if (reader.TokenType is not (JsonTokenType.String or JsonTokenType.PropertyName))
        {
            WrongType(ref reader, path, "a string");
            return null;
        }

        string text;
        try
        {
            text = reader.GetString()!;
        }
        catch (InvalidOperationException)
        {
            faults.Add(new Fault(path, "request/not-utf8", "The string holds half a surrogate pair."));
            return null;
        }

        if (JsonFields.TextFault(text, maxLength) is not { } reason) return text;
        faults.Add(new Fault(path, "request/text", $"'{path}' {reason}"));
        return null;
    }

    private string? Id(ref Utf8JsonReader reader, string name, int index = -1)
    {
        if (reader.TokenType == JsonTokenType.String && !reader.ValueIsEscaped && reader.ValueSpan.Length <= 64)
        {
            var id = reader.GetString()!;
            if (Ids.IsEntity(id)) return id;
        }

        var path = At(index, name);
        if (reader.TokenType != JsonTokenType.String) WrongType(ref reader, path, "a string");
        else faults.Add(new Fault(path, "request/id", $"'{path}' must match {Ids.EntityGrammar}."));
        return null;
    }

    private DateOnly? Date(ref Utf8JsonReader reader, string name, int index = -1)
    {
        if (reader.TokenType == JsonTokenType.String && ParseDate(reader.ValueSpan) is { } date) return date;
        var path = At(index, name);
        if (reader.TokenType != JsonTokenType.String) WrongType(ref reader, path, "a string");
        else faults.Add(new Fault(path, "ledger/date-invalid", $"'{path}' must be a date yyyy-MM-dd from {BusinessDay.Text(BusinessDay.Earliest)} to {BusinessDay.Text(BusinessDay.Latest)}."));
        return null;
    }

    private static DateOnly? ParseDate(ReadOnlySpan<byte> text)
    {
        if (text.Length != 10 || text[4] != '-' || text[7] != '-') return null;
        if (!Number(text[..4], out var year) || !Number(text[5..7], out var month) || !Number(text[8..], out var day)) return null;
        if (year < BusinessDay.Earliest.Year || year > BusinessDay.Latest.Year || month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(year, month)) return null;
        return new DateOnly(year, month, day);
    }

    private static bool Number(ReadOnlySpan<byte> text, out int number)
    {
        number = 0;
        foreach (var digit in text)
        {
            if (digit is < (byte)'0' or > (byte)'9') return false;
            number = (number * 10) + (digit - '0');
        }

        return true;
    }

    /// <summary>Steps onto the member's value; false, and a fault, when the member has been there before.</summary>
    private bool Once(ref int seen, int bit, ref Utf8JsonReader reader, string parent, string name)
    {
        var first = (seen & bit) == 0;
        seen |= bit;
        if (first) reader.Read();
        else faults.Add(new Fault(parent.Length == 0 ? name : $"{parent}.{name}", "request/duplicate-field", $"'{name}' stands there twice."));
        return first;
    }

    private bool Once(ref int seen, int bit, ref Utf8JsonReader reader, int index, string name) =>
        (seen & bit) == 0 ? Once(ref seen, bit, ref reader, "", name) : Once(ref seen, bit, ref reader, At(index), name);

    private void Unknown(ref Utf8JsonReader reader, string parent, string known)
    {
        var name = Ids.Cut(reader.GetString()!);
        // A member seen twice comes here too, with its fault already written.
        if (!known.Split(", ").Contains(name, StringComparer.Ordinal))
            faults.Add(new Fault(parent.Length == 0 ? name : $"{parent}.{name}", "request/unknown-field", $"'{name}' is not a member here; known are {known}."));
        reader.Read();
        reader.Skip();
    }

    private void WrongType(ref Utf8JsonReader reader, string path, string wanted)
    {
        faults.Add(new Fault(path, "request/wrong-type", $"'{path}' must be {wanted}."));
        reader.Skip();
    }

    private void Missing(string path) => faults.Add(new Fault(path, "request/missing", $"'{path}' is missing."));

    private static string At(int index) => $"lines[{index}]";

    private static string At(int index, string name) => index < 0 ? name : $"lines[{index}].{name}";
}
