using System.Text;
using Azure.Data.Tables;
using BackOffice.Operations;
using CsCheck;

namespace BackOffice.Tests.Operations;

/// <summary>The form in which rows travel between accounts.</summary>
public class StoredRowTests
{
    private static readonly Gen<object> Value = Gen.OneOf<object>(
        Gen.Long.Select(value => (object)value), Gen.Int.Select(value => (object)value), Gen.Bool.Select(value => (object)value), Gen.Double.Select(value => (object)value), Gen.Guid.Select(value => (object)value),
        Gen.String[Gen.Char['\u0000', '\uD7FF'], 0, 40].Select(value => (object)value), Gen.Byte.Array[0, 60].Select(value => (object)value),
        Gen.Long[0, DateTime.MaxValue.Ticks].Select(ticks => (object)new DateTimeOffset(ticks, TimeSpan.Zero)));

    private static readonly Gen<string> Name = Gen.String[Gen.Char['A', 'Z'], 1, 8];
    private static readonly Gen<string> Key = Gen.String[Gen.OneOf(Gen.Char['a', 'z'], Gen.Char['à', '\u2FFF'], Gen.Int[0, 6].Select(n => "|!'\"%+ "[n])), 0, 20];

    private static readonly Gen<TableEntity> Row = Gen.Select(Key, Key, Gen.Dictionary(Name, Value)[0, 12]).Select((partition, key, properties) =>
    {
        var row = new TableEntity(partition, key);
        foreach (var (name, value) in properties) row[name] = value;
        return row;
    });

    [Fact]
    public void Row_OfAnyTypedValues_ComesBackExactly() => Row.Sample(row =>
    {
        var line = StoredRow.Bytes(row);
        Assert.DoesNotContain((byte)'\n', line);
        Assert.True(StoredRow.Read(line, 1).Is(out var back, out var refusal), refusal?.Faults[0].Detail);
        Assert.Equal((row.PartitionKey, row.RowKey), (back.PartitionKey, back.RowKey));
        var (expected, actual) = (Properties(row), Properties(back));
        Assert.Equal(expected.Keys.Order(), actual.Keys.Order());
        foreach (var (name, value) in expected)
        {
            Assert.Equal(value.GetType(), actual[name].GetType());
            // Bit by bit: −0.0 is not 0.0, and NaN is NaN.
            if (value is double number) Assert.Equal(double.IsNaN(number) ? "NaN" : BitConverter.DoubleToInt64Bits(number).ToString(), double.IsNaN((double)actual[name]) ? "NaN" : BitConverter.DoubleToInt64Bits((double)actual[name]).ToString());
            else Assert.Equal(value, actual[name]);
        }

        Assert.Equal(line, StoredRow.Bytes(back));
    });

    [Fact]
    public void Row_IsWrittenInOrderOfName_WithoutWhatIsTheStoresOwn()
    {
        var row = new TableEntity("acme", "head")
        {
            ["Record"] = 9_007_199_254_740_993L,
            ["At"] = new DateTimeOffset(2026, 3, 2, 13, 0, 0, TimeSpan.FromHours(1)).AddTicks(1),
            ["Hash"] = new byte[] { 0xFF, 0 },
            ["Parts"] = 3,
            ["Done"] = true,
            ["Rate"] = 0.1,
            ["Id"] = new Guid("11111111-2222-3333-4444-555555555555"),
            ["Text"] = "ä\"\n",
            Timestamp = DateTimeOffset.UnixEpoch,
            ETag = new Azure.ETag("x"),
        };

        Assert.Equal("""
            {"p":"acme","r":"head","e":{"At":{"t":"DateTimeOffset","v":"2026-03-02T12:00:00.0000001Z"},"Done":{"t":"Boolean","v":true},"Hash":{"t":"Binary","v":"/wA="},"Id":{"t":"Guid","v":"11111111-2222-3333-4444-555555555555"},"Parts":{"t":"Int32","v":3},"Rate":{"t":"Double","v":"0.1"},"Record":{"t":"Int64","v":"9007199254740993"},"Text":{"t":"String","v":"ä\"\n"}}}
            """, Encoding.UTF8.GetString(StoredRow.Bytes(row)));
    }

    [Theory]
    [InlineData("""{"p":"a/b","r":"r","e":{}}""")]
    [InlineData("""{"p":"a","r":"x#y","e":{}}""")]
    [InlineData("""{"p":"a","r":"x\u0007","e":{}}""")]
    [InlineData("""{"p":"a","r":null,"e":{}}""")]
    [InlineData("""{"p":"a","r":"r"}""")]
    [InlineData("""{"p":"a","r":"r","e":{},"x":1}""")]
    [InlineData("""{"p":"a","p":"b","r":"r","e":{}}""")]
    [InlineData("""{"p":"a","r":"r","e":{"N":{"t":"Int64","v":12}}}""")]
    [InlineData("""{"p":"a","r":"r","e":{"N":{"t":"Int64","v":"9223372036854775808"}}}""")]
    [InlineData("""{"p":"a","r":"r","e":{"N":{"t":"Int32","v":1.5}}}""")]
    [InlineData("""{"p":"a","r":"r","e":{"N":{"t":"Decimal","v":"1"}}}""")]
    [InlineData("""{"p":"a","r":"r","e":{"N":{"t":"String","v":null}}}""")]
    [InlineData("""{"p":"a","r":"r","e":{"N":{"t":"Binary","v":"*"}}}""")]
    [InlineData("""{"p":"a","r":"r","e":{"N":{"t":"DateTimeOffset","v":"2026-03-02"}}}""")]
    [InlineData("""{"p":"a","r":"r","e":{"Timestamp":{"t":"Int32","v":1}}}""")]
    [InlineData("""{"p":"a","r":"r","e":{"1N":{"t":"Int32","v":1}}}""")]
    [InlineData("""["a"]""")]
    [InlineData("nonsense")]
    public void Line_ThatIsNoRow_IsRefused(string line)
    {
        Assert.False(StoredRow.Read(Encoding.UTF8.GetBytes(line), 7).Is(out _, out var refusal));
        Assert.Equal((422, "operations/row", "lines[7]"), (refusal.Status, refusal.Code, refusal.Faults[0].Path));
    }

    [Fact]
    public void Row_LargerThanTheStoreTakes_IsRefused()
    {
        Assert.False(StoredRow.Read(StoredRow.Bytes(new TableEntity("p", "r") { ["Text"] = new string('x', StoredRow.MaxTextChars + 1) }), 1).Is(out _, out _));
        Assert.False(StoredRow.Read(StoredRow.Bytes(new TableEntity("p", "r") { ["Bytes"] = new byte[StoredRow.MaxBinaryBytes + 1] }), 1).Is(out _, out _));
        Assert.False(StoredRow.Read(StoredRow.Bytes(new TableEntity(new string('p', StoredRow.MaxKeyChars + 1), "r")), 1).Is(out _, out _));
        var full = new TableEntity("p", "r");
        for (var n = 0; n < 16; n++) full[$"D{n}"] = new byte[StoredRow.MaxBinaryBytes];
        Assert.False(StoredRow.Read(StoredRow.Bytes(full), 1).Is(out _, out _)); // 16 × 64 KiB and the names
        full.Remove("D15");
        Assert.True(StoredRow.Read(StoredRow.Bytes(full), 1).Is(out _, out _));
    }

    [Fact]
    public void Part_IsCutIntoTransactions_OfOnePartitionEach()
    {
        var rows = Enumerable.Range(0, 230).Select(n => StoredRow.Bytes(new TableEntity(n < 205 ? "a" : "b", $"{n:D3}"))).ToList();
        Assert.True(TablePart.Read(Body(rows)).Is(out var part, out var refusal), refusal?.Faults[0].Detail);

        Assert.Equal([("a", 100), ("a", 100), ("a", 5), ("b", 25)], part.Batches(100, 1_000_000).Select(batch => (batch[0].PartitionKey, batch.Count)));
        Assert.All(part.Batches(100, 100), batch => Assert.True(batch.Count <= 4)); // each line has 26 bytes
        Assert.Equal(230, part.Batches(100, 100).Sum(batch => batch.Count));
    }

    [Fact]
    public void Part_WithAKeyTwice_IsRefused()
    {
        var row = StoredRow.Bytes(new TableEntity("a", "1"));

        Assert.False(TablePart.Read(Body([row, row])).Is(out _, out var refusal));
        Assert.Equal("operations/row-twice", refusal.Code);
    }

    private static byte[] Body(List<byte[]> rows)
    {
        byte[] lines = [.. rows.SelectMany(row => (byte[])[.. row, (byte)'\n'])];
        return [.. lines, .. new PartEnd(rows.Count, Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(lines)), null).Bytes(), (byte)'\n'];
    }

    private static Dictionary<string, object> Properties(TableEntity row) =>
        row.Where(property => property.Key is not ("PartitionKey" or "RowKey" or "Timestamp" or "odata.etag")).ToDictionary(property => property.Key, property => property.Value);
}
