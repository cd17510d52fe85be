using System.Runtime.CompilerServices;

namespace BackOffice.InfraTests;

/// <summary>Files of the repository.</summary>
internal static class Repository
{
    public static readonly string Root = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(Here())!, "..", ".."));

    public static string Infra { get; } = Path.Combine(Root, "infra");

    public static string Read(string path) => File.ReadAllText(Path.Combine(Root, path)).ReplaceLineEndings("\n");

    /// <summary>Every Bicep file, by its path below infra.</summary>
    public static List<string> BicepFiles() =>
        [.. new[] { "*.bicep", "*.bicepparam" }.SelectMany(pattern => Directory.EnumerateFiles(Infra, pattern, SearchOption.AllDirectories))
            .Select(file => Path.GetRelativePath(Infra, file).Replace('\\', '/')).Where(file => !file.StartsWith("local/", StringComparison.Ordinal)).Distinct().Order(StringComparer.Ordinal)];

    /// <summary>A copy of what the compiler reads, so that it writes beside that and not into the repository.</summary>
    public static string CopyOfInfra(string folder)
    {
        foreach (var file in BicepFiles().Concat(["bicepconfig.json", "storage.json"]))
        {
            var target = Path.Combine(folder, file);
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(Path.Combine(Infra, file), target);
        }

        return folder;
    }

    private static string Here([CallerFilePath] string path = "") => path;
}
