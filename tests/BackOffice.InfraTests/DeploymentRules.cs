using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace BackOffice.InfraTests;

/// <summary>What must hold of whatever is deployed. Each rule answers what breaks it, and nothing when all is well.</summary>
internal static partial class DeploymentRules
{
    /// <summary>All that the app may do: role → kind of resource that it may do it to.</summary>
    private static readonly Dictionary<string, string> Roles = new()
    {
        ["b7e6dc6d-f1e8-4753-8033-0f276bb0955b"] = "Microsoft.Storage/storageAccounts", // Storage Blob Data Owner
        ["974c5e8b-45b9-4653-ba55-5f855dd0fb88"] = "Microsoft.Storage/storageAccounts", // Storage Queue Data Contributor
        ["0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3"] = "Microsoft.Storage/storageAccounts", // Storage Table Data Contributor
        ["ba92f5b4-2d11-453d-a403-e96b0029c9fe"] = "Microsoft.Storage/storageAccounts/blobServices/containers", // Storage Blob Data Contributor, of the head hashes
        ["3913510d-42f4-4e42-8a64-420c390055eb"] = "Microsoft.Insights/components", // Monitoring Metrics Publisher
    };

    private static readonly JsonSerializerOptions AsWritten = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static List<string> Faults(Deployment deployment) =>
        [.. Secrets(deployment), .. Scopes(deployment), .. Accounts(deployment), .. Sites(deployment), .. Telemetry(deployment), .. Assignments(deployment), .. Passwords(deployment)];

    /// <summary>Nothing that opens a door by being known: no key, no signature, no connection string, no secret parameter, no function that fetches one.</summary>
    private static IEnumerable<string> Secrets(Deployment deployment) =>
        from text in new[] { deployment.Template, deployment.Resources.ToJsonString(AsWritten) }
        from Match match in SecretWords().Matches(text)
        select $"secret: {match.Value}";

    /// <summary>Everything goes into the one resource group, and nothing is a slot.</summary>
    private static IEnumerable<string> Scopes(Deployment deployment) =>
        [
            .. from nested in Templates(JsonNode.Parse(deployment.Template)!)
               where nested["subscriptionId"] is not null || nested["resourceGroup"] is not null || nested["scope"] is not null
               select $"scope: {Deployment.Text(nested["name"])} is deployed elsewhere",
            .. from resource in deployment.Resources
               let id = Deployment.Text(resource!["id"])
               where !id.StartsWith('[') && !id.Contains("/resourceGroups/backoffice/", StringComparison.Ordinal)
               select $"scope: {id}",
            .. from resource in deployment.Resources
               let type = Deployment.Text(resource!["type"])
               where type.Contains("/slots", StringComparison.OrdinalIgnoreCase)
               select $"slot: {type}",
        ];

    private static IEnumerable<string> Accounts(Deployment deployment) =>
        [
            .. from account in deployment.Of("Microsoft.Storage/storageAccounts")
               from fault in new[]
               {
                   Is(account, "allowSharedKeyAccess", "false"), Is(account, "allowBlobPublicAccess", "false"), Is(account, "supportsHttpsTrafficOnly", "true"), Is(account, "defaultToOAuthAuthentication", "true"),
                   Is(account, "minimumTlsVersion", "TLS1_2", "TLS1_3"), Is(account, "isLocalUserEnabled", "false"), Is(account, "publicNetworkAccess", "Enabled", "Disabled"),
               }
               where fault.Length > 0
               select fault,
            .. from container in deployment.Of("Microsoft.Storage/storageAccounts/blobServices/containers")
               let fault = Is(container, "publicAccess", "None")
               where fault.Length > 0
               select fault,
        ];

    private static IEnumerable<string> Sites(Deployment deployment)
    {
        foreach (var site in deployment.Of("Microsoft.Web/sites"))
        {
            var properties = site["properties"]!;
            if (Deployment.Text(properties["httpsOnly"]) != "true") yield return "site: takes plain http";
            if (Deployment.Text(properties["siteConfig"]!["minTlsVersion"]) is not ("1.2" or "1.3")) yield return "site: minTlsVersion";
            if (Deployment.Text(site["identity"]?["type"]) != "UserAssigned") yield return "site: no identity";
            if (Deployment.Text(properties["functionAppConfig"]!["deployment"]!["storage"]!["authentication"]?["type"]) != "UserAssignedIdentity") yield return "site: the package is not fetched by identity";
            if (properties["functionAppConfig"]!["scaleAndConcurrency"]!["triggers"]?["http"]?["perInstanceConcurrency"] is not JsonValue concurrency || !concurrency.TryGetValue<int>(out _)) yield return "site: perInstanceConcurrency is left to the platform";
            foreach (var (name, value) in deployment.Settings())
            {
                if (name.Contains("TIME_ZONE", StringComparison.OrdinalIgnoreCase)) yield return $"setting: {name}";
                if (!AppSettings.Known.ContainsKey(name)) yield return $"setting: nobody reads {name}";
                if (name == "AzureWebJobsStorage__credential" && value != "managedidentity") yield return "setting: storage is not reached by identity";
                if (name == "APPLICATIONINSIGHTS_AUTHENTICATION_STRING" && !value.Contains("Authorization=AAD;ClientId=", StringComparison.Ordinal)) yield return "setting: telemetry is not sent by identity";
            }
        }
    }

    private static IEnumerable<string> Telemetry(Deployment deployment) =>
        [
            .. deployment.Of("Microsoft.Insights/components").Select(insights => Is(insights, "DisableLocalAuth", "true")).Where(fault => fault.Length > 0),
            .. deployment.Of("Microsoft.OperationalInsights/workspaces").Where(workspace => Deployment.Text(workspace["properties"]!["features"]?["disableLocalAuth"]) != "true").Select(_ => "workspace: takes keys"),
        ];

    /// <summary>The listed roles, each once on a resource of its type, for the app's identity.</summary>
    private static IEnumerable<string> Assignments(Deployment deployment)
    {
        var missing = Roles.Keys.ToHashSet();
        HashSet<(string Role, string Id)> given = [];
        foreach (var assignment in deployment.Of("Microsoft.Authorization/roleAssignments"))
        {
            var role = Deployment.Text(assignment["properties"]!["roleDefinitionId"]).Split('/')[^1].Trim(' ', '\'', ')', ']');
            var id = Deployment.Text(assignment["id"]);
            var scope = ScopeOf(id);
            missing.Remove(role);
            if (!Roles.TryGetValue(role, out var type)) yield return $"role: {role} is not on the list";
            else if (scope != type) yield return $"role: {role} is given on {scope}";
            else if (!given.Add((role, id[..id.LastIndexOf("/providers/", StringComparison.Ordinal)]))) yield return $"role: {role} is given twice";
            if (!Deployment.Text(assignment["properties"]!["principalId"]).Contains(Deployment.Text(deployment.One("Microsoft.ManagedIdentity/userAssignedIdentities")["name"]), StringComparison.Ordinal)) yield return $"role: {role} is given to somebody else";
        }

        foreach (var role in missing) yield return $"role: {role} is missing";
    }

    private static IEnumerable<string> Passwords(Deployment deployment) =>
        new[] { "ftp", "scm" }.Where(way => !deployment.Of("Microsoft.Web/sites/basicPublishingCredentialsPolicies")
            .Any(policy => Deployment.Text(policy["name"]).EndsWith($"/{way}", StringComparison.Ordinal) && Deployment.Text(policy["properties"]!["allow"]) == "false")).Select(way => $"password: {way}");

    private static string Is(JsonObject resource, string property, params string[] values) =>
        values.Contains(Deployment.Text(resource["properties"]?[property])) ? "" : $"{Deployment.Text(resource["type"])}: {property} is '{Deployment.Text(resource["properties"]?[property])}'";

    /// <summary>Type of the resource that a role is given on; of a resource group or a subscription: its id.</summary>
    private static string ScopeOf(string id)
    {
        var scope = id[..id.LastIndexOf("/providers/Microsoft.Authorization/", StringComparison.Ordinal)];
        var own = scope.LastIndexOf("/providers/", StringComparison.Ordinal);
        if (own < 0) return scope;
        var parts = scope[(own + "/providers/".Length)..].Split('/');
        return string.Join('/', parts.Where((_, i) => i == 0 || i % 2 == 1));
    }

    /// <summary>The deployments within a template, at every depth.</summary>
    private static IEnumerable<JsonObject> Templates(JsonNode template) =>
        (template["resources"] switch { JsonArray list => list.Select(resource => resource!), JsonObject named => named.Select(resource => resource.Value!), _ => [] })
        .Select(resource => resource.AsObject()).Where(resource => Deployment.Text(resource["type"]) == "Microsoft.Resources/deployments")
        .SelectMany(nested => Templates(nested["properties"]!["template"]!).Prepend(nested));

    [GeneratedRegex(@"\blist[A-Z]\w*\(|AccountKey|SharedAccess|DefaultEndpointsProtocol|[?&]sig=|""secure(?:string|object)""|""connectionStrings""|InstrumentationKey|getSecret|Microsoft\.KeyVault|""(?:password|clientSecret)""", RegexOptions.IgnoreCase)]
    private static partial Regex SecretWords();
}
