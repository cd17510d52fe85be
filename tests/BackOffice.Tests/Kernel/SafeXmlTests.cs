using System.Text;
using BackOffice.Kernel;
using CsCheck;

namespace BackOffice.Tests.Kernel;

public sealed class SafeXmlTests
{
    private const string Good = """<?xml version="1.0" encoding="UTF-8"?><a xmlns="urn:x" b="1 &amp; 2"><!-- no --><c><![CDATA[<d>]]></c><e/></a>""";

    [Fact]
    public void Document_IsReadAsElements()
    {
        var root = Read(Good).Value!;

        Assert.Equal(("{urn:x}a", "1 & 2", "<d>"), (root.Name.ToString(), root.Attribute("b")!.Value, root.Elements().First().Value));
        Assert.Equal(2, root.Elements().Count());
    }

    [Theory]
    [InlineData("<!DOCTYPE a [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><a>&x;</a>", "request/not-xml")]
    [InlineData("<!DOCTYPE a [<!ENTITY x \"ha\"><!ENTITY y \"&x;&x;&x;&x;&x;&x;&x;&x;\">]><a>&y;</a>", "request/not-xml")]
    [InlineData("<!DOCTYPE a SYSTEM \"http://127.0.0.1:1/a.dtd\"><a/>", "request/not-xml")]
    [InlineData("<a>&unknown;</a>", "request/not-xml")]
    [InlineData("<a><b></a>", "request/not-xml")]
    [InlineData("", "request/not-xml")]
    [InlineData("{}", "request/not-xml")]
    public void DangerousOrBroken_IsRefused(string xml, string code) => Assert.Equal(code, Read(xml).Refusal!.Code);

    [Fact]
    public void TooDeep_TooLong_AndTooMuch_AreRefused()
    {
        Assert.Equal("request/xml-too-deep", Read(string.Concat(Enumerable.Repeat("<a>", 50)) + string.Concat(Enumerable.Repeat("</a>", 50))).Refusal!.Code);
        Assert.Equal("request/xml-text-too-long", Read($"<a>{new string('x', SafeXml.MaxTextChars + 1)}</a>").Refusal!.Code);
        Assert.Equal("request/xml-too-many-attributes", Read($"<a {string.Join(' ', Enumerable.Range(0, SafeXml.MaxAttributes + 1).Select(n => $"a{n}=\"\""))}/>").Refusal!.Code);
        Assert.Equal("request/xml-text-too-long", Read($"<a b=\"{new string('x', SafeXml.MaxTextChars + 1)}\"/>").Refusal!.Code);
        Assert.Equal("request/not-xml", Read($"<a>{string.Concat(Enumerable.Repeat("<b/>", 1_000))}</a>", maxChars: 1_000).Refusal!.Code);
        Assert.Equal("request/xml-too-many-elements", Read($"<a>{string.Concat(Enumerable.Repeat("<b/>", SafeXml.MaxElements))}</a>", maxChars: 10_000_000).Refusal!.Code);
    }

    [Fact]
    public void CutAnywhere_IsRefused_AndNeverThrows()
    {
        var bytes = Encoding.UTF8.GetBytes(Good);
        for (var n = 0; n < bytes.Length; n++) Assert.StartsWith("request/", Read(bytes[..n], 10_000).Refusal!.Code, StringComparison.Ordinal);
    }

    [Fact]
    public void AnyByteChanged_IsReadOrRefused_AndNeverThrows() => Gen.Select(Gen.Int[0, Good.Length - 1], Gen.Byte).Sample((at, value) =>
    {
        var bytes = Encoding.UTF8.GetBytes(Good);
        bytes[at] = value;
        _ = Read(bytes, 10_000);
    });

    private static Outcome<System.Xml.Linq.XElement> Read(string xml, long maxChars = 1_000_000) => Read(Encoding.UTF8.GetBytes(xml), maxChars);

    /// <summary>A stream in memory is read at once.</summary>
    private static Outcome<System.Xml.Linq.XElement> Read(byte[] xml, long maxChars) => SafeXml.ReadAsync(new MemoryStream(xml), maxChars).GetAwaiter().GetResult();
}
