using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Text;
using System.Text.Json;
using BackOffice.Kernel;

namespace BackOffice.Ledger;

/// <summary>What an account holds, and so on which side it usually stands.</summary>
public enum AccountType
{
    Asset,
    Liability,
    Equity,
    Income,
    Expense,
}

/// <summary>
/// One thing that happened to a book. Records are numbered from 1 without gaps, chained by hash, and never changed or removed.
/// Stored as one line of JSON: <c>record</c>, <c>type</c>, <c>recordedAt</c> (UTC), <c>by</c>, then the members of its type.
/// </summary>
/// <param name="Record">Number in the book.</param>
/// <param name="RecordedAt">When it was taken into the book (not the posting date).</param>
/// <param name="By">Stable id of the caller, or <c>queue:ledger-post</c>.</param>
public abstract record LedgerRecord(long Record, DateTimeOffset RecordedAt, string By);

/// <summary>The book was opened with its currency (first record), or given another name.</summary>
public sealed record BookOpened(long Record, DateTimeOffset RecordedAt, string By, string Name, string Currency, BookSettings Settings) : LedgerRecord(Record, RecordedAt, By);

/// <summary>How a book is kept.</summary>
/// <param name="Chart"><c>SKR03</c>, <c>SKR04</c>, or null for accounts of one's own only. Chosen once.</param>
/// <param name="FiscalYearStart">First day of the fiscal year as <c>MM-dd</c>; <c>01-01</c> unless told otherwise.</param>
/// <param name="LegalForm">Legal form of the company, as told; null = not told.</param>
public sealed record BookSettings(string? Chart = null, string FiscalYearStart = "01-01", string? LegalForm = null)
{
    public void Write(Utf8JsonWriter json)
    {
        json.WriteString("chart", Chart);
        json.WriteString("fiscalYearStart", FiscalYearStart);
        json.WriteString("legalForm", LegalForm);
    }
}

/// <summary>An account was added, or its name (or, while nothing is posted to it, its type) changed.</summary>
public sealed record AccountDefined(long Record, DateTimeOffset RecordedAt, string By, string Account, string Name, AccountType Type, string? Line = null, string? OtherLine = null) : LedgerRecord(Record, RecordedAt, By);

/// <summary>An entry was posted; entries are numbered from 1 without gaps, apart from the records.</summary>
/// <param name="Record">Number of the record.</param>
/// <param name="RecordedAt">When it was taken into the book.</param>
/// <param name="By">Who posted it.</param>
/// <param name="Number">Number of the entry.</param>
/// <param name="Entry">The entry as it was sent.</param>
/// <param name="Digests">What is remembered of it to know a repetition.</param>
/// <param name="Origin">From which request it was made, when it was not sent as it is.</param>
/// <param name="Date">Posting date: the entry's own, or for one that came late the first day of the period that was open then.</param>
public sealed record EntryPosted(long Record, DateTimeOffset RecordedAt, string By, long Number, Entry Entry, EntryDigests Digests, DateOnly Date, EntryOrigin? Origin = null) : LedgerRecord(Record, RecordedAt, By);

/// <summary>A month, and with it all before it, was closed for good (Festschreibung).</summary>
/// <param name="Month">First day of the month.</param>
public sealed record PeriodClosed(long Record, DateTimeOffset RecordedAt, string By, DateOnly Month) : LedgerRecord(Record, RecordedAt, By);

/// <summary>Period 13 of a fiscal year, and of all before it, was closed for good.</summary>
/// <param name="Year">The calendar year in which the fiscal year begins.</param>
public sealed record Period13Closed(long Record, DateTimeOffset RecordedAt, string By, int Year) : LedgerRecord(Record, RecordedAt, By);

/// <summary>Where an entry came from that the system made out of another form of request (gross amounts, a settlement).</summary>
/// <param name="Request">Digest of that request.</param>
/// <param name="Parameters">The dated parameters that went into it, with value, first day and version.</param>
public sealed record EntryOrigin(UInt128 Request, IReadOnlyList<string> Parameters)
{
    /// <summary>So many bytes its JSON has at most.</summary>
    public int MaxJsonBytes => 100 + Parameters.Sum(parameter => (6 * parameter.Length) + 3);
}

/// <summary>What is remembered of every entry ever posted, to know a repetition: digest of its id, and of its canonical form.</summary>
public readonly record struct EntryDigests(UInt128 Id, UInt128 Request)
{
    public static EntryDigests Of(string id, ReadOnlySpan<byte> canonical) => new(Ids.Digest(id), Ids.Digest(canonical));
}

/// <summary>Records as lines of JSON.</summary>
public static class RecordJson
{
    /// <summary>Writes a record without its line feed.</summary>
    public static void Write(IBufferWriter<byte> buffer, LedgerRecord record)
    {
        using var json = new Utf8JsonWriter(buffer, EntryJson.WriterOptions);
        json.WriteStartObject();
        json.WriteNumber("record", record.Record);
        json.WriteString("type", record.GetType().Name);
        json.WriteString("recordedAt", Time(record.RecordedAt));
        json.WriteString("by", record.By);
        switch (record)
        {
            case BookOpened opened:
                json.WriteString("name", opened.Name);
                json.WriteString("currency", opened.Currency);
                if (opened.Settings.Chart is { } chart) json.WriteString("chart", chart);
                if (opened.Settings.FiscalYearStart != "01-01") json.WriteString("fiscalYearStart", opened.Settings.FiscalYearStart);
                if (opened.Settings.LegalForm is { } form) json.WriteString("legalForm", form);
                break;
            case AccountDefined defined:
                json.WriteString("account", defined.Account);
                json.WriteString("name", defined.Name);
                json.WriteString("accountType", defined.Type.ToString());
                if (defined.Line is not null) json.WriteString("line", defined.Line);
                if (defined.OtherLine is not null) json.WriteString("otherLine", defined.OtherLine);
                break;
            case PeriodClosed closed:
                json.WriteString("month", BusinessDay.MonthText(closed.Month));
                break;
            case Period13Closed closed:
                json.WriteNumber("year", closed.Year);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(record), record.GetType().Name, "Entries are written by WriteEntry.");
        }

        json.WriteEndObject();
    }

    /// <summary>Writes an <see cref="EntryPosted"/> around the canonical form that the request was already given: the hot path of every import.</summary>
    /// <param name="head">From <see cref="EntryHead"/>: time and caller are those of the whole commit.</param>
    /// <param name="postedOn">The posting date when it is not the entry's own.</param>
    public static void WriteEntry(IBufferWriter<byte> buffer, long record, long number, ReadOnlySpan<byte> head, DateOnly? postedOn, EntryOrigin? origin, ReadOnlySpan<byte> canonical)
    {
        var from = origin is null ? [] : OriginJson(origin);
        var span = buffer.GetSpan(canonical.Length + head.Length + from.Length + 120);
        var at = Append(span, 0, "{\"record\":"u8);
        at = Append(span, at, record);
        at = Append(span, at, head);
        at = Append(span, at, number);
        if (postedOn is { } date)
        {
            at = Append(span, at, ",\"postedOn\":\""u8);
            date.TryFormat(span[at..], out var written, "o", CultureInfo.InvariantCulture);
            at = Append(span, at + written, "\""u8);
        }

        at = Append(span, at, from);
        at = Append(span, at, ",\"entry\":"u8);
        at = Append(span, at, canonical);
        at = Append(span, at, "}"u8);
        buffer.Advance(at);
    }

    private static byte[] OriginJson(EntryOrigin origin)
    {
        var buffer = new ArrayBufferWriter<byte>();
        buffer.Write(",\"origin\":"u8);
        using var json = new Utf8JsonWriter(buffer, EntryJson.WriterOptions);
        json.WriteStartObject();
        json.WriteString("request", origin.Request.ToString("x32", CultureInfo.InvariantCulture));
        json.WriteStartArray("parameters");
        foreach (var parameter in origin.Parameters) json.WriteStringValue(parameter);
        json.WriteEndArray();
        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenSpan.ToArray();
    }

    private static EntryOrigin ReadOrigin(ref Utf8JsonReader reader)
    {
        UInt128 request = 0;
        List<string> parameters = [];
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("request"u8))
            {
                if (!UInt128.TryParse(Text(ref reader), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out request)) throw new InvalidDataException("An entry's origin has no digest.");
                continue;
            }

            reader.Read();
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray) parameters.Add(reader.GetString()!);
        }

        return new EntryOrigin(request, parameters);
    }

    public static byte[] EntryHead(DateTimeOffset recordedAt, string by) => Encoding.UTF8.GetBytes(
        $",\"type\":\"{nameof(EntryPosted)}\",\"recordedAt\":\"{Time(recordedAt)}\",\"by\":\"{JsonEncodedText.Encode(by, EntryJson.WriterOptions.Encoder)}\",\"number\":");

    /// <summary>Reads a record back. <paramref name="digits"/> are the decimals of the book's currency; the first record, which names it, needs none.</summary>
    public static LedgerRecord Read(ReadOnlySpan<byte> line, int digits)
    {
        var reader = new Utf8JsonReader(line);
        long record = 0, number = 0;
        string type = "", by = "", name = "", currency = "", account = "", accountType = "", month = "", postedOn = "", fiscalYearStart = "01-01";
        string? chart = null, legalForm = null, statementLine = null, otherLine = null;
        var year = 0;
        DateTimeOffset recordedAt = default;
        Entry? entry = null;
        EntryOrigin? origin = null;
        EntryDigests digests = default;
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("entry"u8))
            {
                reader.Read();
                var start = (int)reader.TokenStartIndex;
                entry = EntryJson.ReadStored(ref reader, digits);
                digests = EntryDigests.Of(entry.Id, line[start..(int)reader.BytesConsumed]);
            }
            else if (reader.ValueTextEquals("origin"u8)) origin = ReadOrigin(ref reader);
            else if (reader.ValueTextEquals("record"u8)) record = Number(ref reader);
            else if (reader.ValueTextEquals("type"u8)) type = Text(ref reader);
            else if (reader.ValueTextEquals("recordedAt"u8)) recordedAt = ParseTime(Text(ref reader));
            else if (reader.ValueTextEquals("by"u8)) by = Text(ref reader);
            else if (reader.ValueTextEquals("number"u8)) number = Number(ref reader);
            else if (reader.ValueTextEquals("name"u8)) name = Text(ref reader);
            else if (reader.ValueTextEquals("currency"u8)) currency = Text(ref reader);
            else if (reader.ValueTextEquals("account"u8)) account = Text(ref reader);
            else if (reader.ValueTextEquals("accountType"u8)) accountType = Text(ref reader);
            else if (reader.ValueTextEquals("month"u8)) month = Text(ref reader);
            else if (reader.ValueTextEquals("postedOn"u8)) postedOn = Text(ref reader);
            else if (reader.ValueTextEquals("chart"u8)) chart = Text(ref reader);
            else if (reader.ValueTextEquals("fiscalYearStart"u8)) fiscalYearStart = Text(ref reader);
            else if (reader.ValueTextEquals("legalForm"u8)) legalForm = Text(ref reader);
            else if (reader.ValueTextEquals("line"u8)) statementLine = Text(ref reader);
            else if (reader.ValueTextEquals("otherLine"u8)) otherLine = Text(ref reader);
            else if (reader.ValueTextEquals("year"u8)) year = (int)Number(ref reader);
            else reader.Skip();
        }

        return type switch
        {
            nameof(EntryPosted) when entry is not null => new EntryPosted(record, recordedAt, by, number, entry, origin is null ? digests : digests with { Request = origin.Request },
                postedOn.Length == 0 ? entry.Date : BusinessDay.Parse(postedOn) ?? throw new InvalidDataException($"Record {record} was posted on no date: '{postedOn}'."), origin),
            nameof(BookOpened) => new BookOpened(record, recordedAt, by, name, currency, new BookSettings(chart, fiscalYearStart, legalForm)),
            nameof(AccountDefined) => new AccountDefined(record, recordedAt, by, account, name, Enum.TryParse<AccountType>(accountType, out var kind) ? kind : throw new InvalidDataException($"Record {record} defines an account of no type: '{accountType}'."), statementLine, otherLine),
            nameof(PeriodClosed) => new PeriodClosed(record, recordedAt, by, BusinessDay.ParseMonth(month) ?? throw new InvalidDataException($"Record {record} closes no month: '{month}'.")),
            nameof(Period13Closed) => new Period13Closed(record, recordedAt, by, year),
            _ => throw new InvalidDataException($"Record {record} is of an unknown type, '{type}'."),
        };
    }

    /// <summary>UTC to the 100 ns: <c>2026-01-31T23:59:59.1234567Z</c>.</summary>
    public static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("O", CultureInfo.InvariantCulture);

    private static DateTimeOffset ParseTime(string text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind, out var time) ? time : throw new InvalidDataException($"'{text}' is no time.");

    private static long Number(ref Utf8JsonReader reader)
    {
        reader.Read();
        return reader.GetInt64();
    }

    private static string Text(ref Utf8JsonReader reader)
    {
        reader.Read();
        return reader.GetString()!;
    }

    private static int Append(Span<byte> span, int at, ReadOnlySpan<byte> text)
    {
        text.CopyTo(span[at..]);
        return at + text.Length;
    }

    private static int Append(Span<byte> span, int at, long number)
    {
        Utf8Formatter.TryFormat(number, span[at..], out var written);
        return at + written;
    }
}
