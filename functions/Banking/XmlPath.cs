using System.Xml.Linq;

namespace BackOffice.Banking;

/// <summary>Elements by their local names, since the versions of a message differ in their namespace alone.</summary>
internal static class XmlPath
{
    /// <summary>The first element on a path such as <c>Acct/Id/IBAN</c>; null: there is none.</summary>
    public static XElement? Child(this XElement? parent, string path)
    {
        foreach (var name in path.Split('/')) parent = parent?.Elements().FirstOrDefault(element => element.Name.LocalName == name);
        return parent;
    }

    public static IEnumerable<XElement> Children(this XElement? parent, string name) => parent?.Elements().Where(element => element.Name.LocalName == name) ?? [];

    /// <summary>Its text without blanks around it; null when there is none.</summary>
    public static string? ValueOf(this XElement? parent, string path) => parent.Child(path)?.Value.Trim() is { Length: > 0 } text ? text : null;
}
