using System.Diagnostics;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace BackOffice.Tests;

/// <summary>What the project file says of the Azure build; where the feed has the real packages, <c>dotnet publish functions</c> builds it.</summary>
public partial class AzureBuildTests
{
    [Fact]
    public async Task AzureBuild_TakesTheRealPackages_AtTheListedVersions()
    {
        var listed = Pinned().Matches(await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "worker-api.cs.txt"), TestContext.Current.CancellationToken))
            .Select(match => (Name: Full(match.Groups["name"].Value), Version: match.Groups["version"].Value)).Where(package => package.Name.Length > 0).ToList();
        Assert.Equal(6, listed.Count);

        using var project = await EvaluateAsync("Azure");
        var referenced = Items(project, "PackageReference");
        var versions = Items(project, "PackageVersion").ToDictionary(item => item.GetProperty("Identity").GetString()!, item => item.GetProperty("Version").GetString());
        Assert.All(listed, package =>
        {
            Assert.Contains(referenced, item => item.GetProperty("Identity").GetString() == package.Name);
            Assert.Equal(package.Version, versions[package.Name]);
        });
    }

    [Fact]
    public async Task AzureBuild_HasNothingOfTheLocalWorker_AndCarriesHostJson()
    {
        using var project = await EvaluateAsync("Azure");
        Assert.Empty(Items(project, "ProjectReference"));
        var host = Assert.Single(Items(project, "None"), item => item.GetProperty("Filename").GetString() == "host");
        Assert.Equal("PreserveNewest", host.GetProperty("CopyToPublishDirectory").GetString());
        Assert.Equal("host.json", host.GetProperty("Link").GetString());
        Assert.Equal("v4", project.RootElement.GetProperty("Properties").GetProperty("AzureFunctionsVersion").GetString());
    }

    [Fact]
    public async Task LocalBuild_HasNothingOfTheAzureWorker()
    {
        using var project = await EvaluateAsync("Local");
        Assert.DoesNotContain(Items(project, "PackageReference"), item => item.GetProperty("Identity").GetString()!.StartsWith("Microsoft.Azure.Functions", StringComparison.Ordinal));
        Assert.Single(Items(project, "ProjectReference"));
    }

    private static List<JsonElement> Items(JsonDocument project, string kind) => [.. project.RootElement.GetProperty("Items").GetProperty(kind).EnumerateArray()];

    private static async Task<JsonDocument> EvaluateAsync(string worker)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, WorkingDirectory = FunctionMap.Repository };
        foreach (var argument in new[] { "msbuild", "functions/BackOffice.Functions.csproj", $"-p:FunctionsWorker={worker}", "-getItem:PackageReference,PackageVersion,ProjectReference,None", "-getProperty:AzureFunctionsVersion" })
            start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(process.ExitCode == 0, output);
        return JsonDocument.Parse(output);
    }

    /// <summary>The list shortens names that continue the first.</summary>
    private static string Full(string name) => name.StartsWith('.') ? "Microsoft.Azure.Functions.Worker" + name : name == "Microsoft.Azure.Functions.Worker" ? name : "";

    [GeneratedRegex(@"(?<=[ :,])(?<name>(Microsoft\.Azure\.Functions\.Worker|\.(Sdk|Extensions[.\w]*))) (?<version>\d+\.\d+\.\d+)")]
    private static partial Regex Pinned();
}
