using System.Diagnostics;
using System.Reflection;

namespace BackOffice.InfraTests;

/// <summary>The Bicep compiler, from its package. It needs no network: the types of Azure's resources are built in, and infra uses modules of its own only.</summary>
internal static class Bicep
{
    private static readonly string Path = typeof(Bicep).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(data => data.Key == "Bicep").Value!;

    /// <summary>Runs the compiler in a folder; what it complained of is empty when all is well.</summary>
    public static async Task<BicepResult> RunAsync(string folder, IReadOnlyDictionary<string, string> environment, params string[] arguments)
    {
        var start = new ProcessStartInfo(Path, arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["DOTNET_SYSTEM_GLOBALIZATION_INVARIANT"] = "1";
        start.Environment["DOTNET_TieredPGO"] = "0"; // it lives for seconds
        // Nothing may be fetched: a proxy that nobody answers would show at once.
        start.Environment["HTTPS_PROXY"] = start.Environment["HTTP_PROXY"] = "http://127.0.0.1:9";
        foreach (var (name, value) in environment) start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var error = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return new BicepResult(process.ExitCode, await output, error.Trim());
    }
}

/// <param name="ExitCode">0: done.</param>
/// <param name="Output">What it wrote.</param>
/// <param name="Complaints">Errors and warnings, a line each; empty: none.</param>
internal sealed record BicepResult(int ExitCode, string Output, string Complaints);
