using System.Text.RegularExpressions;
using Microsoft.Extensions.Configuration;

namespace BackOffice.LocalWorker;

/// <summary>Resolves %Setting% names in queue names and schedules.</summary>
internal static partial class SettingNames
{
    public static string Resolve(string text, IConfiguration configuration, string where) => Name().Replace(text, match =>
        configuration[match.Groups[1].Value]
        ?? throw new InvalidOperationException($"{where}: the setting '{match.Groups[1].Value}' named by '{text}' is missing; add it to the configuration."));

    [GeneratedRegex("%([^%]+)%")]
    private static partial Regex Name();
}
