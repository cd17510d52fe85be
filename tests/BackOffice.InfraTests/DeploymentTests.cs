using System.Reflection;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using BackOffice.Kernel;
using Microsoft.Azure.Functions.Worker;
using static BackOffice.InfraTests.Deployment;

namespace BackOffice.InfraTests;

/// <summary>What would be deployed: the rules, each shown to be able to fail, and what the app needs.</summary>
public class DeploymentTests(Infra infra)
{
    private static readonly Dictionary<string, (Func<Deployment, Deployment> Spoil, string Fault)> Spoilt = new()
    {
        ["keys listed"] = (good => good with { Template = good.Template.Replace("\"outputs\"", "\"x\": \"[listKeys('st', '2025-01-01').keys[0].value]\", \"outputs\"", StringComparison.Ordinal) }, "secret: listKeys("),
        ["secret parameter"] = (good => good with { Template = """{"parameters": {"p": {"type": "securestring"}}, "resources": []}""" }, "secret: \"securestring\""),
        ["connection string"] = (good => Setting(good, "AzureWebJobsStorage", "DefaultEndpointsProtocol=https;AccountName=st;AccountKey=a2V5"), "secret: AccountKey"),
        ["signature"] = (good => Setting(good, "Identity__Audience", "https://st.blob/x?sv=1&sig=abc"), "secret: &sig="),
        ["setting nobody reads"] = (good => Setting(good, "Surprise", "1"), "setting: nobody reads Surprise"),
        ["time zone"] = (good => Setting(good, "WEBSITE_TIME_ZONE", "Europe/Berlin"), "setting: WEBSITE_TIME_ZONE"),
        ["storage without identity"] = (good => Setting(good, "AzureWebJobsStorage__credential", "none"), "setting: storage is not reached by identity"),
        ["telemetry without identity"] = (good => Setting(good, "APPLICATIONINSIGHTS_AUTHENTICATION_STRING", ""), "setting: telemetry is not sent by identity"),
        ["shared keys"] = (good => Set(good, "Microsoft.Storage/storageAccounts", "allowSharedKeyAccess", true), "allowSharedKeyAccess is 'true'"),
        ["shared keys left to the platform"] = (good => Set(good, "Microsoft.Storage/storageAccounts", "allowSharedKeyAccess", null), "allowSharedKeyAccess is ''"),
        ["public blobs"] = (good => Set(good, "Microsoft.Storage/storageAccounts", "allowBlobPublicAccess", true), "allowBlobPublicAccess"),
        ["old TLS"] = (good => Set(good, "Microsoft.Storage/storageAccounts", "minimumTlsVersion", "TLS1_0"), "minimumTlsVersion"),
        ["public container"] = (good => Set(good, "Microsoft.Storage/storageAccounts/blobServices/containers", "publicAccess", "Blob"), "publicAccess is 'Blob'"),
        ["plain http"] = (good => Set(good, "Microsoft.Web/sites", "httpsOnly", false), "site: takes plain http"),
        ["concurrency left to the platform"] = (good => Spoil(good, "Microsoft.Web/sites", site => site["properties"]!["functionAppConfig"]!["scaleAndConcurrency"]!.AsObject().Remove("triggers")), "site: perInstanceConcurrency"),
        ["no identity"] = (good => Spoil(good, "Microsoft.Web/sites", site => site.Remove("identity")), "site: no identity"),
        ["package by key"] = (good => Spoil(good, "Microsoft.Web/sites", site => site["properties"]!["functionAppConfig"]!["deployment"]!["storage"]!["authentication"]!["type"] = "StorageAccountConnectionString"), "site: the package"),
        ["slot"] = (good => Spoil(good, "Microsoft.Web/serverfarms", plan => plan["type"] = "Microsoft.Web/sites/slots"), "slot: "),
        ["passwords"] = (good => Set(good, "Microsoft.Web/sites/basicPublishingCredentialsPolicies", "allow", true), "password: ftp"),
        ["telemetry by key"] = (good => Set(good, "Microsoft.Insights/components", "DisableLocalAuth", false), "DisableLocalAuth"),
        ["too great a role"] = (good => Set(good, "Microsoft.Authorization/roleAssignments", "roleDefinitionId", "/subscriptions/s/providers/Microsoft.Authorization/roleDefinitions/b24988ac-6180-42a0-ab88-20f7382dd24c"), "is not on the list"),
        ["role on the group"] = (good => Spoil(good, "Microsoft.Authorization/roleAssignments", role => role["id"] = "/subscriptions/s/resourceGroups/backoffice/providers/Microsoft.Authorization/roleAssignments/1"), "is given on /subscriptions/s/resourceGroups/backoffice"),
        ["role on the subscription"] = (good => Spoil(good, "Microsoft.Authorization/roleAssignments", role => role["id"] = "/subscriptions/s/providers/Microsoft.Authorization/roleAssignments/1"), "scope: /subscriptions/s"),
        ["role for another"] = (good => Set(good, "Microsoft.Authorization/roleAssignments", "principalId", "somebody"), "to somebody else"),
        ["deployed elsewhere"] = (good => good with { Template = """{"resources": {"m": {"type": "Microsoft.Resources/deployments", "name": "m", "subscriptionId": "other", "properties": {"template": {"resources": []}}}}}""" }, "scope: m is deployed elsewhere"),
    };

    public static TheoryData<string> SpoiltNames => [.. Spoilt.Keys];

    [Fact]
    public void Deployment_BreaksNoRule() => Assert.All([infra.Dev, infra.Prod], deployment => Assert.Empty(DeploymentRules.Faults(deployment)));

    [Theory]
    [MemberData(nameof(SpoiltNames))]
    public void Deployment_ThatIsSpoilt_IsFound(string name)
    {
        var (spoil, fault) = Spoilt[name];
        Assert.Contains(DeploymentRules.Faults(spoil(infra.Prod)), found => found.Contains(fault, StringComparison.Ordinal));
    }

    [Fact]
    public void Tables_AreThoseOfTheCode()
    {
        Assert.Equal(Storage.Tables.Order(StringComparer.Ordinal), infra.Dev.NamesOf("Microsoft.Storage/storageAccounts/tableServices/tables").Order(StringComparer.Ordinal));
        var named = Directory.EnumerateFiles(Path.Combine(Repository.Root, "functions"), "*.cs", SearchOption.AllDirectories).Where(file => !Regex.IsMatch(file, @"[\\/](obj|bin)[\\/]"))
            .SelectMany(file => Regex.Matches(File.ReadAllText(file), """\.Table\("(\w+)"\)""").Select(match => match.Groups[1].Value)).Distinct().ToList();
        Assert.True(named.Count > 5, "the tables' names are written otherwise now: find them");
        Assert.All(named, table => Assert.Contains(table, Storage.Tables));
    }

    [Fact]
    public void Queues_AreThoseOfTheCode_EachWithItsPoisonQueue()
    {
        var triggered = typeof(Program).Assembly.GetTypes().SelectMany(type => type.GetMethods()).SelectMany(method => method.GetParameters()).Select(parameter => parameter.GetCustomAttribute<QueueTriggerAttribute>()?.QueueName).OfType<string>().ToList();
        Assert.NotEmpty(triggered);
        Assert.All(triggered, queue => Assert.Contains(queue, Storage.Queues));
        Assert.Equal(Storage.Queues.Concat(Storage.Queues.Select(queue => queue + "-poison")).Order(StringComparer.Ordinal), infra.Dev.NamesOf("Microsoft.Storage/storageAccounts/queueServices/queues").Order(StringComparer.Ordinal));
    }

    [Fact]
    public void PoisonQueues_AreAllAlerted()
    {
        var query = infra.Dev.Queries()["poison"];
        Assert.Equal(Storage.Queues.Select(queue => queue + "-poison"), Regex.Matches(Regex.Match(query, @"let poison = dynamic\(\[(.*?)\]\);").Groups[1].Value, "\"(.*?)\"").Select(match => match.Groups[1].Value));
        Assert.Contains("| where Queue in (poison)", query, StringComparison.Ordinal);
        Assert.Contains("| where Queue !in (poison)", infra.Dev.Queries()["queue-age"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("poison", "backoffice.queue.messages")]
    [InlineData("queue-age", "backoffice.queue.age")]
    [InlineData("night-attention", "backoffice.night.attention")]
    [InlineData("night-missing", "backoffice.night.attention backoffice.night.completed")]
    [InlineData("server-errors", "")]
    [InlineData("ledger-conflicts", "backoffice.ledger.commits backoffice.ledger.conflicts")]
    [InlineData("silence", "backoffice.queue.messages")]
    public void Alert_AsksForTheAppsMetrics(string alert, string metrics) =>
        Assert.Equal(metrics, string.Join(' ', Regex.Matches(infra.Dev.Queries()[alert], "\"(backoffice[^\"]*)\"").Select(match => match.Groups[1].Value).Distinct().Order(StringComparer.Ordinal)));

    [Fact]
    public void Alerts_AreAll_AndReachSomebody()
    {
        Assert.Equal(7, infra.Dev.Queries().Count);
        var group = infra.Dev.One("Microsoft.Insights/actionGroups");
        Assert.Equal("operators@example.com", Text(Assert.Single(group["properties"]!["emailReceivers"]!.AsArray())!["emailAddress"]));
        Assert.All(infra.Dev.Of("Microsoft.Insights/scheduledQueryRules"), rule => Assert.Equal(Text(group["id"]), Text(Assert.Single(rule["properties"]!["actions"]!["actionGroups"]!.AsArray()))));
    }

    [Fact]
    public void Settings_AreThoseThatAreRead_AndDocumented()
    {
        Assert.Equal(AppSettings.Known.Keys.Order(StringComparer.Ordinal), infra.Dev.Settings().Keys.Order(StringComparer.Ordinal));
        var readme = Regex.Match(Repository.Read("README.md"), @"\n## Settings\n(.*?)\n## ", RegexOptions.Singleline).Value;
        var runbook = Regex.Match(Repository.Read("infra/README.md"), @"\n## Settings\n(.*?)\n## ", RegexOptions.Singleline).Value;
        Assert.All(AppSettings.Known.Keys, setting => Assert.Contains($"`{setting}`", runbook, StringComparison.Ordinal));
        Assert.All(AppSettings.Known.Where(setting => setting.Value), setting => Assert.Contains($"`{setting.Key}`", readme, StringComparison.Ordinal));
        Assert.Equal("[format('{0}{1}/v2.0', environment().authentication.loginEndpoint, '00000000-0000-0000-0000-0000000007e7')]", infra.Dev.Settings()["Identity__Authority"]);
        Assert.Equal("00000000-0000-0000-0000-00000000c11e", infra.Dev.Settings()["Identity__Audience"]);
        Assert.Equal("00000000-0000-0000-0000-0000000007e7", infra.Dev.Settings()["Identity__Tenant"]);
    }

    [Fact]
    public void Network_IsMadeOnlyWhenAskedFor()
    {
        Assert.DoesNotContain(infra.Dev.Resources, resource => Text(resource!["type"]).StartsWith("Microsoft.Network/", StringComparison.Ordinal));
        Assert.Null(infra.Dev.One("Microsoft.Web/sites")["properties"]!["virtualNetworkSubnetId"]);
        Assert.Equal(["Enabled Allow", "Enabled Allow"], infra.Dev.Of("Microsoft.Storage/storageAccounts").Select(Access));

        Assert.Equal(["blob", "queue", "table", "blob"], infra.Prod.Of("Microsoft.Network/privateEndpoints").Select(endpoint => Text(endpoint["properties"]!["privateLinkServiceConnections"]![0]!["properties"]!["groupIds"]![0])));
        Assert.Equal(["blob", "queue", "table"], infra.Prod.Of("Microsoft.Network/privateDnsZones").Select(zone => Regex.Match(Text(zone["name"]), @"privatelink\.\{0\}\.\{1\}', '(\w+)', environment\(\)\.suffixes\.storage").Groups[1].Value));
        Assert.Equal(3, infra.Prod.Of("Microsoft.Network/privateDnsZones/virtualNetworkLinks").Count());
        Assert.Equal(4, infra.Prod.Of("Microsoft.Network/privateEndpoints/privateDnsZoneGroups").Count());
        var subnets = infra.Prod.One("Microsoft.Network/virtualNetworks")["properties"]!["subnets"]!.AsArray();
        Assert.Equal(["10.20.0.0/26", "10.20.0.64/26"], subnets.Select(subnet => Text(subnet!["properties"]!["addressPrefix"])));
        Assert.Equal("Microsoft.App/environments", Text(subnets[0]!["properties"]!["delegations"]![0]!["properties"]!["serviceName"]));
        Assert.NotNull(infra.Prod.One("Microsoft.Web/sites")["properties"]!["virtualNetworkSubnetId"]);
        Assert.Equal(["Disabled Deny", "Disabled Deny"], infra.Prod.Of("Microsoft.Storage/storageAccounts").Select(Access));
    }

    [Fact]
    public void Proofs_CannotBeChanged_AndALockedPolicyIsLeftAlone()
    {
        const string Policies = "Microsoft.Storage/storageAccounts/blobServices/containers/immutabilityPolicies";
        Assert.Equal(["deployments", "head-hashes", "originals"], infra.Dev.NamesOf("Microsoft.Storage/storageAccounts/blobServices/containers"));
        var policies = infra.Dev.Of(Policies).ToList();
        Assert.Equal(["head-hashes", "originals"], policies.Select(policy => Text(policy["name"]).Split('/')[2]));
        Assert.All(policies, policy => Assert.Equal(("4018", "false"), (Text(policy["properties"]!["immutabilityPeriodSinceCreationInDays"]), Text(policy["properties"]!["allowProtectedAppendWrites"]))));
        Assert.Empty(infra.Prod.Of(Policies));
    }

    /// <summary>An account with an immutable container cannot be failed over to the other region, and an owner of its blobs could undo the policy.</summary>
    [Fact]
    public void Proofs_LieInAnAccountOfTheirOwn_WhereTheAppOwnsNothing()
    {
        var proofs = infra.Dev.Settings()["Proofs__accountName"];
        Assert.NotEqual(proofs, infra.Dev.Settings()["AzureWebJobsStorage__accountName"]);
        Assert.All(infra.Dev.Of("Microsoft.Storage/storageAccounts/blobServices/containers/immutabilityPolicies"), policy => Assert.Equal(proofs, Text(policy["name"]).Split('/')[0]));
        Assert.All(infra.Dev.Of("Microsoft.Storage/storageAccounts/tableServices/tables").Concat(infra.Dev.Of("Microsoft.Storage/storageAccounts/queueServices/queues")), child => Assert.NotEqual(proofs, Text(child["name"]).Split('/')[0]));
        var roles = infra.Dev.Of("Microsoft.Authorization/roleAssignments").Where(role => Text(role["id"]).Contains($"/{proofs}/", StringComparison.Ordinal)).ToList();
        Assert.Equal(["head-hashes", "originals"], roles.Select(role => Regex.Match(Text(role["id"]), @"/blobServices/default/containers/([a-z-]+)/providers/").Groups[1].Value));
        Assert.All(roles, role => Assert.Equal("Storage Blob Data Contributor", Text(role["properties"]!["description"])));
    }

    [Fact]
    public void App_RunsOnFlexConsumption_InDotNet10()
    {
        var plan = infra.Prod.One("Microsoft.Web/serverfarms");
        Assert.Equal(("FC1", "FlexConsumption"), (Text(plan["sku"]!["name"]), Text(plan["sku"]!["tier"])));
        var config = infra.Prod.One("Microsoft.Web/sites")["properties"]!["functionAppConfig"]!;
        Assert.Equal(("dotnet-isolated", "10.0"), (Text(config["runtime"]!["name"]), Text(config["runtime"]!["version"])));
        Assert.Equal("Recreate", Text(config["siteUpdateStrategy"]!["type"]));
        Assert.EndsWith("'deployments')]", Text(config["deployment"]!["storage"]!["value"]), StringComparison.Ordinal);
        Assert.Equal(("100", "4096", "1"), (Text(config["scaleAndConcurrency"]!["maximumInstanceCount"]), Text(config["scaleAndConcurrency"]!["instanceMemoryMB"]), Text(config["scaleAndConcurrency"]!["alwaysReady"]![0]!["instanceCount"])));
        Assert.Empty(infra.Dev.One("Microsoft.Web/sites")["properties"]!["functionAppConfig"]!["scaleAndConcurrency"]!["alwaysReady"]!.AsArray());
    }

    [Fact]
    public void Logs_OfTheAppAndOfEachStorageService_AreKept() =>
        Assert.Equal(["blobServices", "blobServices", "queueServices", "sites", "tableServices"],
            infra.Prod.Of("Microsoft.Insights/diagnosticSettings").Select(setting => Regex.Match(Text(setting["id"]), "(blobServices|queueServices|tableServices|sites)/[^/]+/providers/Microsoft.Insights").Groups[1].Value).Order(StringComparer.Ordinal));

    [Fact]
    public void Budget_IsMadeOnlyWithItsFirstMonth()
    {
        Assert.Empty(infra.Dev.Of("Microsoft.Consumption/budgets"));
        Assert.Equal("2026-11-01", Text(infra.Prod.One("Microsoft.Consumption/budgets")["properties"]!["timePeriod"]!["startDate"]));
    }

    [Fact]
    public void Redundancy_CanBeChosen() =>
        Assert.Equal(("Standard_LRS", "Standard_ZRS"), (Redundancy(infra.Dev), Redundancy(infra.Prod)));

    private static string Redundancy(Deployment deployment) => Assert.Single(deployment.Of("Microsoft.Storage/storageAccounts").Select(account => Text(account["sku"]!["name"])).Distinct());

    private static string Access(JsonObject account) => $"{Text(account["properties"]!["publicNetworkAccess"])} {Text(account["properties"]!["networkAcls"]!["defaultAction"])}";

    private static Deployment Spoil(Deployment good, string type, Action<JsonObject> spoil)
    {
        var bad = good.Copy();
        spoil(bad.Of(type).First());
        return bad;
    }

    private static Deployment Set(Deployment good, string type, string property, JsonNode? value) => Spoil(good, type, resource => resource["properties"]![property] = value);

    private static Deployment Setting(Deployment good, string name, string value) => Spoil(good, "Microsoft.Web/sites", site =>
    {
        var settings = site["properties"]!["siteConfig"]!["appSettings"]!.AsArray();
        settings.RemoveAll(setting => Text(setting!["name"]) == name);
        settings.Add(new JsonObject { ["name"] = name, ["value"] = value });
    });
}
