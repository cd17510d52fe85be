using System.Text.Json.Nodes;

[assembly: AssemblyFixture(typeof(BackOffice.InfraTests.Infra))]

namespace BackOffice.InfraTests;

/// <summary>The infrastructure, compiled once for all tests.</summary>
public sealed class Infra : IAsyncLifetime
{
    private static readonly Dictionary<string, string> Required = new() { ["AZURE_ENV_NAME"] = "dev", ["BACKOFFICE_CLIENT_ID"] = "00000000-0000-0000-0000-00000000c11e", ["BACKOFFICE_ALERT_EMAIL"] = "operators@example.com" };

    private static readonly string[] Place = ["--subscription-id", "00000000-0000-0000-0000-00000000005b", "--resource-group", "backoffice", "--location", "germanywestcentral", "--tenant-id", "00000000-0000-0000-0000-0000000007e7"];

    private readonly string _folder = Directory.CreateTempSubdirectory("backoffice-infra-").FullName;

    /// <summary>The compiler's word on main.bicep, and on main.bicepparam with the values of each environment.</summary>
    internal Dictionary<string, BicepResult> Results { get; } = [];

    /// <summary>The smallest environment: no network, no budget.</summary>
    internal Deployment Dev { get; private set; } = null!;

    /// <summary>The largest: all that can be asked for, and the policy on the head hashes locked.</summary>
    internal Deployment Prod { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Dictionary<string, string> prod = new(Required)
        {
            ["AZURE_ENV_NAME"] = "prod",
            ["BACKOFFICE_NETWORK"] = "10.20.0.0/24",
            ["BACKOFFICE_BUDGET_START"] = "2026-11-01",
            ["BACKOFFICE_LOCKED_CONTAINERS"] = "head-hashes,originals",
            ["BACKOFFICE_REDUNDANCY"] = "Standard_ZRS",
        };
        var template = TemplateAsync();
        var snapshots = await Task.WhenAll(SnapshotAsync("dev", Required), SnapshotAsync("prod", prod));
        (Dev, Prod) = (new Deployment(await template, snapshots[0]), new Deployment(await template, snapshots[1]));
    }

    public ValueTask DisposeAsync()
    {
        Directory.Delete(_folder, recursive: true);
        return ValueTask.CompletedTask;
    }

    private async Task<string> TemplateAsync()
    {
        var result = await Bicep.RunAsync(Repository.Infra, Required, "build", "main.bicep", "--stdout");
        Add("main.bicep", result);
        Assert.True(result.ExitCode == 0, result.Complaints);
        return result.Output;
    }

    private async Task<JsonArray> SnapshotAsync(string name, Dictionary<string, string> environment)
    {
        var folder = Repository.CopyOfInfra(Path.Combine(_folder, name));
        var result = await Bicep.RunAsync(folder, environment, ["snapshot", "main.bicepparam", "--mode", "Overwrite", .. Place]);
        Add($"main.bicepparam, {name}", result);
        Assert.True(result.ExitCode == 0, result.Complaints);
        return JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(folder, "main.snapshot.json")))!["predictedResources"]!.AsArray();
    }

    private void Add(string name, BicepResult result)
    {
        lock (Results) Results.Add(name, result);
    }
}
