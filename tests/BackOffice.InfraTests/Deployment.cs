using System.Text.Json.Nodes;

namespace BackOffice.InfraTests;

/// <summary>What a deployment would make.</summary>
/// <param name="Template">The compiled template with its nested ones, as text.</param>
/// <param name="Resources">The resources, loops and conditions worked out with the parameters of one environment; what only Azure knows stays an expression.</param>
internal sealed record Deployment(string Template, JsonArray Resources)
{
    public IEnumerable<JsonObject> Of(string type) => Resources.Select(resource => resource!.AsObject()).Where(resource => Text(resource["type"]) == type);

    public JsonObject One(string type) => Assert.Single(Of(type));

    /// <summary>Last part of the name: of a child resource its own.</summary>
    public IEnumerable<string> NamesOf(string type) => Of(type).Select(resource => Text(resource["name"]).Split('/')[^1]);

    /// <summary>One that a test may spoil.</summary>
    public Deployment Copy() => this with { Resources = Resources.DeepClone().AsArray() };

    /// <summary>The app settings, by name.</summary>
    public Dictionary<string, string> Settings() => One("Microsoft.Web/sites")["properties"]!["siteConfig"]!["appSettings"]!.AsArray().ToDictionary(setting => Text(setting!["name"]), setting => Text(setting!["value"]));

    /// <summary>The queries of the alerts, by the rule's name without the environment's.</summary>
    public Dictionary<string, string> Queries() => Of("Microsoft.Insights/scheduledQueryRules").ToDictionary(
        rule => Text(rule["name"])[(Text(One("Microsoft.Web/serverfarms")["name"]).Length - "plan".Length)..], rule => Text(rule["properties"]!["criteria"]!["allOf"]![0]!["query"]));

    public static string Text(JsonNode? node) => node is JsonValue value ? value.ToString() : "";
}
