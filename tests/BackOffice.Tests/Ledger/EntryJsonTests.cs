using System.Buffers;
using System.Text;
using BackOffice.Kernel;
using BackOffice.Ledger;
using CsCheck;

namespace BackOffice.Tests.Ledger;

public class EntryJsonTests
{
    private const string Good = """{"id":"e1","date":"2025-01-31","text":"Rent","lines":[{"account":"4210","debit":"500.00"},{"account":"1200","credit":500}]}""";

    [Fact]
    public void Read_GoodEntry_HasDebitsPositiveAndCreditsNegative()
    {
        var entry = Read(Good, out _)!;
        Assert.Equal([50_000, -50_000], entry.Lines.Select(line => line.AmountMinor));
        Assert.Equal(new DateOnly(2025, 1, 31), entry.Date);
    }

    [Fact]
    public void Read_EverythingALineCanSay_IsKept()
    {
        var entry = Read("""
            {"id":"e1","date":"2025-01-31","text":"Invoice","lines":[
              {"account":"1400","debit":"119.00","party":"c-17","document":"RE-1","dueDate":"2025-02-28","dimensions":{"project":"P 1","costCentre":"100"}},
              {"account":"8400","credit":"119.00"}]}
            """, out _)!;
        var line = entry.Lines[0];
        Assert.Equal(("c-17", "RE-1", new DateOnly(2025, 2, 28)), (line.Party, line.Document, line.DueDate!.Value));
        Assert.Equal(["costCentre", "project"], line.Dimensions!.Select(d => d.Key));
    }

    [Fact]
    public void Read_ForeignAmount_StandsOnTheLinesSide_AtARateWithoutZerosAtItsEnd()
    {
        var entry = Read("""
            {"id":"e1","date":"2025-01-31","text":"Invoice","lines":[
              {"account":"1400","debit":"1000.00","foreign":{"currency":"USD","amount":"1085.00","rate":"1.0850"}},
              {"account":"8400","credit":"1000.00","foreign":{"rate":160,"amount":160000,"currency":"JPY"}}]}
            """, out _)!;
        Assert.Equal([new Foreign("USD", 108_500, 1.085m), new Foreign("JPY", -160_000, 160m)], entry.Lines.Select(line => line.Foreign));
        Assert.Equal("1.085", entry.Lines[0].Foreign!.Rate.ToString(System.Globalization.CultureInfo.InvariantCulture));
    }

    [Theory]
    [InlineData("""[]""", "request/not-an-object", "")]
    [InlineData("""{}""", "request/missing", "id")]
    [InlineData("""{"id":"e1",""", "request/not-json", "")]
    [InlineData("""{"id":"e1"} x""", "request/missing", "date")]
    [InlineData("""{"id":7}""", "request/wrong-type", "id")]
    [InlineData("""{"id":"-x"}""", "request/id", "id")]
    [InlineData("""{"id":"e1","id":"e1"}""", "request/duplicate-field", "id")]
    [InlineData("""{"id":"e1","\u0069d":"e1"}""", "request/duplicate-field", "id")]
    [InlineData("""{"id":"e1","memo":1}""", "request/unknown-field", "memo")]
    [InlineData("""{"id":"e1","\ud800":1}""", "request/not-utf8", "")]
    [InlineData("""{"id":"e1","period":"0000-13"}""", "ledger/period", "period")]
    [InlineData("""{"id":"e1","period":"9999-13"}""", "ledger/period", "period")]
    [InlineData("""{"id":"e1","period":"2025-12"}""", "ledger/period", "period")]
    [InlineData("""{"id":"e1","period":7}""", "ledger/period", "period")]
    [InlineData("""{"id":"e1","lateAs":"never"}""", "ledger/late-as", "lateAs")]
    [InlineData("""{"id":"carry-2026"}""", "ledger/id-reserved", "id")]
    [InlineData("""{"id":"e1","reverses":"e0"}""", "request/unknown-field", "reverses")]
    [InlineData("""{"id":"e1","date":"2025-02-30"}""", "ledger/date-invalid", "date")]
    [InlineData("""{"id":"e1","date":"2025-01-01","text":""}""", "request/text", "text")]
    [InlineData("""{"id":"e1","date":"2025-01-01","text":"a\u0007b"}""", "request/text", "text")]
    [InlineData("""{"id":"e1","date":"2025-01-01","text":"\ud800"}""", "request/not-utf8", "text")]
    [InlineData("""{"id":"e1","date":"2025-01-01","text":"t","lines":[]}""", "ledger/too-few-lines", "lines")]
    [InlineData("""{"id":"e1","date":"2025-01-01","text":"t","lines":[{"account":"1","debit":"1","foreign":7}]}""", "request/wrong-type", "lines[0].foreign")]
    [InlineData("""{"id":"e1","date":"2025-01-01","text":"t","lines":[{"account":"1","debit":"1","foreign":{"currency":"USD","amount":"1.00"}}]}""", "request/missing", "lines[0].foreign.rate")]
    [InlineData("""{"id":"e1","date":"2025-01-01","text":"t","lines":[{"account":"1","debit":"1","foreign":{"currency":"XXA","amount":"1.00","rate":1}}]}""", "ledger/currency-unknown", "lines[0].foreign.currency")]
    [InlineData("""{"id":"e1","date":"2025-01-01","text":"t","lines":[{"account":"1","debit":"1","foreign":{"currency":"JPY","amount":"1.00","rate":1}}]}""", "ledger/amount-invalid", "lines[0].foreign.amount")]
    [InlineData("""{"id":"e1","date":"2025-01-01","text":"t","lines":[{"account":"1","debit":"1","foreign":{"currency":"USD","amount":"0.00","rate":1}}]}""", "ledger/amount-zero", "lines[0].foreign.amount")]
    [InlineData("""{"id":"e1","date":"2025-01-01","text":"t","lines":[{"account":"1","debit":"1","foreign":{"currency":"USD","amount":"1.00","rate":0}}]}""", "ledger/foreign-rate", "lines[0].foreign.rate")]
    [InlineData("""{"id":"e1","date":"2025-01-01","text":"t","lines":[{"account":"1","debit":"1","foreign":{"currency":"USD","amount":"1.00","rate":1.1234567890123}}]}""", "ledger/foreign-rate", "lines[0].foreign.rate")]
    [InlineData("""{"id":"e1","date":"2025-01-01","text":"t","lines":[{"account":"1","debit":"1","foreign":{"currency":"USD","amount":"1.10","rate":1.08}}]}""", "ledger/foreign-rate", "lines[0].foreign.rate")]
    [InlineData("""{"id":"e1","date":"2025-01-01","text":"t","lines":[{"account":"1","debit":"1","foreign":{"currency":"USD","amount":"1.00","rate":1,"base":1}}]}""", "request/unknown-field", "lines[0].foreign.base")]
    [InlineData("""{"id":"e1","date":"2025-01-01","text":"t","lines":[{"account":"1","debit":"1"}]}""", "ledger/too-few-lines", "lines")]
    [InlineData("""{"id":"e1","date":"2025-01-01","text":"t","lines":[{"account":"1","debit":"1"},{"account":"2","credit":"1.01"}]}""", "ledger/unbalanced", "lines")]
    [InlineData("""{"id":"e1","date":"2025-01-01","text":"t","lines":[{"account":"1","debit":"-1"}]}""", "ledger/amount-invalid", "lines[0].debit")]
    [InlineData("""{"id":"e1","date":"2025-01-01","text":"t","lines":[{"account":"1","debit":0}]}""", "ledger/amount-zero", "lines[0].debit")]
    [InlineData("""{"id":"e1","date":"2025-01-01","text":"t","lines":[{"account":"1","debit":"1","credit":"1"}]}""", "ledger/both-sides", "lines[0]")]
    [InlineData("""{"id":"e1","date":"2025-01-01","text":"t","lines":[{"account":"1"}]}""", "ledger/no-side", "lines[0]")]
    [InlineData("""{"id":"e1","date":"2025-01-01","text":"t","lines":[{"debit":"1"}]}""", "request/missing", "lines[0].account")]
    [InlineData("""{"id":"e1","date":"2025-01-01","text":"t","lines":[{"account":"1","debit":"1","debit":"1"}]}""", "request/duplicate-field", "lines[0].debit")]
    [InlineData("""{"id":"e1","date":"2025-01-01","text":"t","lines":[{"account":"1","debit":"1","x":[[1]]}]}""", "request/unknown-field", "lines[0].x")]
    [InlineData("""{"id":"e1","date":"2025-01-01","text":"t","lines":[7]}""", "request/wrong-type", "lines[0]")]
    [InlineData("""{"id":"e1","date":"2025-01-01","text":"t","lines":[{"account":"1","debit":"1","dimensions":{"a":"1","a":"2"}}]}""", "request/duplicate-field", "lines[0].dimensions.a")]
    [InlineData("""{"id":"e1","date":"2025-01-01","text":"t","lines":[{"account":"1","debit":"1","dimensions":{"a b":"1"}}]}""", "request/id", "lines[0].dimensions")]
    public void Read_BrokenRule_IsNamedWithItsPath(string json, string code, string path)
    {
        Assert.Null(Read(json, out var faults));
        Assert.Contains(faults, fault => fault.Code == code && fault.Path == path);
    }

    [Fact]
    public void Read_DeepNesting_IsRefusedNotFollowed()
    {
        Assert.Null(Read("""{"id":"e1","x":""" + new string('[', 10_000), out var faults));
        Assert.Equal("request/not-json", faults[^1].Code);
    }

    [Fact]
    public void Read_SeveralFaults_AllAreNamed()
    {
        Read("""{"id":"e 1","date":"x","text":"t","lines":[{"account":"1","debit":"x"}]}""", out var faults);
        Assert.Equal(["id", "date", "lines[0].debit"], faults.Select(fault => fault.Path));
    }

    [Fact]
    public void Canonical_SameEntryWrittenOtherwise_IsTheSameRequest()
    {
        var other = Read("""{ "lines": [{"debit": 500, "account": "4210"}, {"credit": "500.0", "account": "1200"}], "text": "Re\u006et", "date": "2025-01-31", "id": "e1" }""", out _)!;
        Assert.Equal(PreparedEntry.Of(Read(Good, out _)!, 2).Digests, PreparedEntry.Of(other, 2).Digests);
    }

    [Fact]
    public void Canonical_LinesInOtherOrder_IsAnotherRequest()
    {
        var entry = Read(Good, out _)!;
        Assert.NotEqual(PreparedEntry.Of(entry, 2).Digests, PreparedEntry.Of(entry with { Lines = [entry.Lines[1], entry.Lines[0]] }, 2).Digests);
    }

    [Fact]
    public void WriteThenRead_AnyEntry_GivesTheSameCanonicalForm() => Entries.Good(2).Sample(entry =>
    {
        var canonical = Canonical(entry, 2);
        List<Fault> faults = [];
        var read = EntryJson.Read(canonical, 2, faults, out _);
        Assert.Empty(faults);
        Assert.Equal(canonical, Canonical(read!, 2));
    });

    [Fact]
    public void Read_AnyBytes_NeverThrows() => Gen.Byte.Array[0, 200].Sample(bytes =>
    {
        List<Fault> faults = [];
        var entry = EntryJson.Read(bytes, 2, faults, out _);
        return entry is not null || faults.Count > 0;
    });

    [Fact]
    public void Read_AGoodEntryWithOneByteChanged_IsReadOrRefusedNeverThrows() => Gen.Select(Gen.Int[0, Good.Length - 1], Gen.Byte[1, 127]).Sample((at, value) =>
    {
        var bytes = Encoding.UTF8.GetBytes(Good);
        bytes[at] = value;
        List<Fault> faults = [];
        return EntryJson.Read(bytes, 2, faults, out _) is not null || faults.Count > 0;
    });

    private static byte[] Canonical(Entry entry, int digits)
    {
        var buffer = new ArrayBufferWriter<byte>();
        EntryJson.Append(buffer, entry, digits);
        return buffer.WrittenSpan.ToArray();
    }

    private static Entry? Read(string json, out List<Fault> faults)
    {
        faults = [];
        return EntryJson.Read(Encoding.UTF8.GetBytes(json), 2, faults, out _);
    }
}
