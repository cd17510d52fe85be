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
public sealed record BookOpened(long Record, DateTimeOffset RecordedAt, string By, string Name, string Currency) : LedgerRecord(Record, RecordedAt, By);

/// <summary>An account was added, or its name (or, while nothing is posted to it, its type) changed.</summary>
public sealed record AccountDefined(long Record, DateTimeOffset RecordedAt, string By, string Account, string Name, AccountType Type) : LedgerRecord(Record, RecordedAt, By);

/// <summary>An entry was posted; entries are numbered from 1 without gaps, apart from the records.</summary>
public sealed record EntryPosted(long Record, DateTimeOffset RecordedAt, string By, long Number, Entry Entry, EntryDigests Digests) : LedgerRecord(Record, RecordedAt, By);

/// <summary>A month, and with it all before it, was closed for good (Festschreibung).</summary>
/// <param name="Month">First day of the month.</param>
public sealed record PeriodClosed(long Record, DateTimeOffset RecordedAt, string By, DateOnly Month) : LedgerRecord(Record, RecordedAt, By);

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
                break;
            case AccountDefined defined:
                json.WriteString("account", defined.Account);
                json.WriteString("name", defined.Name);
                json.WriteString("accountType", defined.Type.ToString());
                break;
            case PeriodClosed closed:
                json.WriteString("month", BusinessDay.MonthText(closed.Month));
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(record), record.GetType().Name, "Entries are written by WriteEntry.");
        }

        json.WriteEndObject();
    }

    /// <summary>Writes an <see cref="EntryPosted"/> around the canonical form that the request was already given: the hot path of every import.</summary>
    /// <param name="head">From <see cref="EntryHead"/>: time and caller are those of the whole commit.</param>
    public static void WriteEntry(IBufferWriter<byte> buffer, long record, long number, ReadOnlySpan<byte> head, ReadOnlySpan<byte> canonical)
    {
        var span = buffer.GetSpan(canonical.Length + head.Length + 80);
        var at = Append(span, 0, "{\"record\":"u8);
        at = Append(span, at, record);
        at = Append(span, at, head);
        at = Append(span, at, number);
        at = Append(span, at, ",\"entry\":"u8);
        at = Append(span, at, canonical);
        at = Append(span, at, "}"u8);
        buffer.Advance(at);
    }

    public static byte[] EntryHead(DateTimeOffset recordedAt, string by) => Encoding.UTF8.GetBytes(
        $",\"type\":\"{nameof(EntryPosted)}\",\"recordedAt\":\"{Time(recordedAt)}\",\"by\":\"{JsonEncodedText.Encode(by, EntryJson.WriterOptions.Encoder)}\",\"number\":");

    /// <summary>Reads a record back. <paramref name="digits"/> are the decimals of the book's currency; the first record, which names it, needs none.</summary>
    public static LedgerRecord Read(ReadOnlySpan<byte> line, int digits)
    {
        var reader = new Utf8JsonReader(line);
        long record = 0, number = 0;
        string type = "", by = "", name = "", currency = "", account = "", accountType = "", month = "";
        DateTimeOffset recordedAt = default;
        Entry? entry = null;
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
            else reader.Skip();
        }

        return type switch
        {
            nameof(EntryPosted) when entry is not null => new EntryPosted(record, recordedAt, by, number, entry, digests),
            nameof(BookOpened) => new BookOpened(record, recordedAt, by, name, currency),
            nameof(AccountDefined) => new AccountDefined(record, recordedAt, by, account, name, Enum.TryParse<AccountType>(accountType, out var kind) ? kind : throw new InvalidDataException($"Record {record} defines an account of no type: '{accountType}'.")),
            nameof(PeriodClosed) => new PeriodClosed(record, recordedAt, by, BusinessDay.ParseMonth(month) ?? throw new InvalidDataException($"Record {record} closes no month: '{month}'.")),
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
