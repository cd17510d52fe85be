using System.Reflection;
using System.Text.Json;
using System.Text.RegularExpressions;
using BackOffice.Kernel;

namespace BackOffice.InfraTests;

/// <summary>What leads to Azure beside Bicep: the app registration's roles, azd, the workflows.</summary>
public class DeliveryTests
{
    [Fact]
    public void AppRoles_AreThoseOfTheCode()
    {
        using var manifest = JsonDocument.Parse(Repository.Read("infra/app-roles.json"));
        var roles = manifest.RootElement.EnumerateArray().ToList();
        Assert.Equal(typeof(Roles).GetFields(BindingFlags.Public | BindingFlags.Static).Select(role => (string)role.GetRawConstantValue()!).Order(StringComparer.Ordinal), roles.Select(role => role.GetProperty("value").GetString()!).Order(StringComparer.Ordinal));
        Assert.Equal(roles.Count, roles.Select(role => Guid.Parse(role.GetProperty("id").GetString()!)).Distinct().Count());
        Assert.All(roles, role =>
        {
            Assert.NotEmpty(role.GetProperty("description").GetString()!);
            Assert.Equal(role.GetProperty("value").GetString(), role.GetProperty("displayName").GetString());
            Assert.Equal(["User", "Application"], role.GetProperty("allowedMemberTypes").EnumerateArray().Select(type => type.GetString()!));
            Assert.True(role.GetProperty("isEnabled").GetBoolean());
        });
    }

    [Fact]
    public void Azd_FindsTheAppByItsTag()
    {
        var azd = Repository.Read("azure.yaml");
        Assert.Contains("services:\n  functions:\n    project: functions\n    language: dotnet\n    host: function\n", azd, StringComparison.Ordinal);
        Assert.Contains("  path: infra\n  module: main\n", azd, StringComparison.Ordinal);
        Assert.Contains("'azd-service-name': 'functions'", Repository.Read("infra/modules/app.bicep"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(".github/workflows/deploy.yml")]
    [InlineData(".github/workflows/deploy-to.yml")]
    public void Workflow_HasNoSecret_AndTakesActionsByMajorVersion(string file)
    {
        var workflow = Repository.Read(file);
        Assert.DoesNotContain("secrets", workflow, StringComparison.Ordinal);
        Assert.Contains("id-token: write", workflow, StringComparison.Ordinal);
        Assert.All(Regex.Matches(workflow, @"uses: (\S+)").Select(match => match.Groups[1].Value), action => Assert.Matches(@"^(\./.*\.yml|[\w-]+/[\w-]+@v\d+)$", action));
    }

    [Fact]
    public void Workflow_HandsOverEveryAnswerThatTheParametersAskFor()
    {
        var asked = Regex.Matches(Repository.Read("infra/main.bicepparam"), @"readEnvironmentVariable\('(\w+)'").Select(match => match.Groups[1].Value).ToList();
        Assert.NotEmpty(asked);
        var workflow = Repository.Read(".github/workflows/deploy-to.yml");
        var runbook = Repository.Read("infra/README.md");
        Assert.All(asked, variable => Assert.Contains($"      {variable}: $", workflow, StringComparison.Ordinal));
        Assert.All(asked, variable => Assert.Contains($"`{variable}`", runbook, StringComparison.Ordinal));
    }

    /// <summary>Commands in the runbook name files that are there.</summary>
    [Fact]
    public void Runbook_NamesFilesThatAreThere()
    {
        var files = Regex.Matches(Repository.Read("infra/README.md"), @"\b(infra/[\w./-]+\.(?:bicepparam|bicep|json))\b").Select(match => match.Groups[1].Value).Distinct().ToList();
        Assert.NotEmpty(files);
        Assert.All(files, file => Assert.True(File.Exists(Path.Combine(Repository.Root, file)), file));
    }
}
