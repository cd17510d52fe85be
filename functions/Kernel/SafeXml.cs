using System.Xml;
using System.Xml.Linq;

namespace BackOffice.Kernel;

/// <summary>
/// Reads XML that came from outside, as it comes in: no DTD (so no entities but the five of XML itself, and nothing is fetched), bounded size, depth and length of texts. What fails is a refusal that says where. Source: OWASP XML External Entity Prevention.
/// </summary>
public static class SafeXml
{
    public const int MaxDepth = 40;
    public const int MaxTextChars = 10_000;
    public const int MaxAttributes = 100;
    public const int MaxElements = 500_000;

    /// <summary>
    /// The document as elements, or all of it but those that are many: each element named <paramref name="part"/> is given to <paramref name="take"/> when it has been read, with the element it stands in as far as that has been read, and is then dropped.
    /// 400 <c>request/not-xml</c>, <c>request/xml-too-deep</c>, <c>request/xml-text-too-long</c>, <c>request/xml-too-many-attributes</c>, <c>request/xml-too-many-elements</c> (held at once), with line and column.
    /// </summary>
    /// <param name="maxChars">At most so many characters.</param>
    public static async Task<Outcome<XElement>> ReadAsync(Stream xml, long maxChars, string? part = null, Action<XElement, XElement>? take = null)
    {
        using var reader = XmlReader.Create(xml, new XmlReaderSettings
        {
            DtdProcessing = DtdProcessing.Prohibit,
            XmlResolver = null,
            MaxCharactersInDocument = maxChars,
            MaxCharactersFromEntities = 1,
            IgnoreComments = true,
            IgnoreProcessingInstructions = true,
            IgnoreWhitespace = true,
            Async = true,
        });
        try
        {
            XElement? root = null, current = null;
            var held = 0;
            while (await reader.ReadAsync())
            {
                if (reader.Depth > MaxDepth) return At(reader, "request/xml-too-deep", $"Elements stand in one another more than {MaxDepth} deep.");
                switch (reader.NodeType)
                {
                    case XmlNodeType.Element:
                        var isEmpty = reader.IsEmptyElement;
                        var element = new XElement(XName.Get(reader.LocalName, reader.NamespaceURI));
                        if (++held > MaxElements) return At(reader, "request/xml-too-many-elements", $"More than {MaxElements:N0} elements stand in it.");
                        if (reader.AttributeCount > MaxAttributes) return At(reader, "request/xml-too-many-attributes", $"An element has more than {MaxAttributes} attributes.");
                        while (reader.MoveToNextAttribute())
                        {
                            if (reader.Value.Length > MaxTextChars) return TooLong(reader);
                            if (reader.NamespaceURI != XNamespace.Xmlns.NamespaceName) element.SetAttributeValue(XName.Get(reader.LocalName, reader.NamespaceURI), reader.Value);
                        }

                        if (current is null) root = element;
                        else current.Add(element);
                        if (!isEmpty) current = element;
                        else held -= HandOut(element);
                        break;
                    case XmlNodeType.EndElement:
                        var ended = current!;
                        current = ended.Parent;
                        held -= HandOut(ended);
                        break;
                    case XmlNodeType.Text or XmlNodeType.CDATA:
                        var text = await reader.GetValueAsync();
                        if (text.Length > MaxTextChars) return TooLong(reader);
                        current!.Add(new XText(text));
                        break;
                }
            }

            return root is null ? new Refusal(400, "request/not-xml", "The body holds no element.") : root;
        }
        catch (XmlException e)
        {
            return NotXml(e);
        }

        int HandOut(XElement element)
        {
            if (take is null || element.Name.LocalName != part || element.Parent is not { } parent) return 0;
            element.Remove();
            take(parent, element);
            return element.DescendantsAndSelf().Count();
        }
    }

    /// <summary>What an <see cref="XmlException"/> is told as.</summary>
    private static Refusal NotXml(XmlException e) => e.Message.Contains("DTD", StringComparison.Ordinal)
        ? new(400, "request/not-xml", "The body has a DTD (<!DOCTYPE …>), which is not taken: send it without.", Where(Math.Max(1, e.LineNumber), e.LinePosition))
        : new(400, "request/not-xml", $"The body is not acceptable XML at line {e.LineNumber}, column {e.LinePosition}: {e.Message.Split(" Line ")[0]}", Where(e.LineNumber, e.LinePosition));

    private static Refusal TooLong(XmlReader reader) => At(reader, "request/xml-text-too-long", $"A text is longer than {MaxTextChars:N0} characters.");

    private static Refusal At(XmlReader reader, string code, string detail) => reader is IXmlLineInfo at ? new Refusal(400, code, detail, Where(at.LineNumber, at.LinePosition)) : new Refusal(400, code, detail);

    private static string Where(int line, int column) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"line {line}, column {column}");
}
