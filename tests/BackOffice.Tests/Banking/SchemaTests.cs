using System.IO.Compression;
using System.Text;
using System.Xml;
using System.Xml.Linq;
using System.Xml.Schema;
using BackOffice.Banking;

namespace BackOffice.Tests.Banking;

/// <summary>
/// The messages against the schemas of ISO 20022, which stand in Debian's package <c>libhbci4j-core-java</c>. It has camt.052 but no camt.053: the two have the same form but for the names of root and statement, so that a statement is held against the schema of 052 under those names.
/// </summary>
public sealed class SchemaTests
{
    private const string Package = "/usr/share/java/hbci4j-core.jar";
    private const string Prefix = "urn:iso:std:iso:20022:tech:xsd:";

    [Theory]
    [InlineData("savings")]
    [InlineData("cooperative")]
    [InlineData("large")]
    [InlineData("readme")]
    public void Sample_OfABank_IsValid(string bank) =>
        Assert.Empty(FaultsOf(AsReport(XDocument.Parse(bank switch { "savings" => CamtSamples.Savings(), "cooperative" => CamtSamples.Cooperative(), "large" => CamtSamples.Large(), _ => File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "data", "statement.xml")) }))));

    [Theory]
    [InlineData("ER-7", "Vendor AG", "COBADEFFXXX")]
    [InlineData("R_2026.17 äß & \"x\"", "Müller & Söhne <GmbH>", null)]
    public void Payment_IsValid(string document, string name, string? bic)
    {
        var payment = new Payment("giro", new DateOnly(2026, 2, 2), [new PaymentItem("1600", "v", document, 1, name, "DE02120300000000202051"), new PaymentItem("1600", "v", "x", Payment.MaxMinor, name, "GB29NWBK60161331926819")], PaymentStatus.Ordered, new DateTimeOffset(2026, 2, 1, 9, 30, 15, TimeSpan.Zero));
        foreach (var id in (string[])["P-1", "P_1", new('x', 64)])
            Assert.Empty(FaultsOf(XDocument.Parse(Encoding.UTF8.GetString(Pain.Write(id, payment, new BankAccount("DE89370400440532013000", name, "1200", "1360", bic))))));
    }

    [Theory]
    [InlineData("03", "RJCT", null)]
    [InlineData("10", "PART", "PAY-1-2")]
    public void Answer_OfABank_InOurTests_IsValid(string version, string group, string? rejected) => Assert.Equal("", string.Join("; ", FaultsOf(XDocument.Parse(PaymentTests.StatusOf(version, group, rejected)))));

    [Fact]
    public void Schema_TellsAWrongOrderAndAMissingElement()
    {
        var wrong = XDocument.Parse(CamtSamples.Savings().Replace("<CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts>", "<Sts>BOOK</Sts><CdtDbtInd>CRDT</CdtDbtInd>", StringComparison.Ordinal));
        Assert.NotEmpty(FaultsOf(AsReport(wrong)));
        Assert.NotEmpty(FaultsOf(AsReport(XDocument.Parse(CamtSamples.Savings().Replace("<Id>0352C5320131227220503</Id>", "", StringComparison.Ordinal)))));
    }

    private static XDocument AsReport(XDocument statement)
    {
        var name = statement.Root!.Name.NamespaceName.Replace("camt.053", "camt.052", StringComparison.Ordinal);
        foreach (var element in statement.Descendants())
            element.Name = XName.Get(element.Name.LocalName switch { "BkToCstmrStmt" => "BkToCstmrAcctRpt", "Stmt" => "Rpt", var other => other }, name);
        statement.Root.Attributes().Where(attribute => attribute.IsNamespaceDeclaration).Remove();
        return statement;
    }

    private static List<string> FaultsOf(XDocument document)
    {
        Assert.SkipUnless(File.Exists(Package), $"The schemas of ISO 20022 are not on this machine ({Package}): apt-get install libhbci4j-core-java.");
        using var package = ZipFile.OpenRead(Package);
        using var schema = package.GetEntry(document.Root!.Name.NamespaceName[Prefix.Length..] + ".xsd")!.Open();
        using var reader = XmlReader.Create(schema);
        XmlSchemaSet schemas = new();
        schemas.Add(null, reader);
        List<string> faults = [];
        // Read anew: moving elements in a tree loses nothing, but validates what is written.
        XDocument.Parse(document.ToString()).Validate(schemas, (_, fault) => faults.Add(fault.Message));
        return faults;
    }
}
