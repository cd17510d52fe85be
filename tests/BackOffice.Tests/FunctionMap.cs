using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using BackOffice.Kernel;
using Microsoft.Azure.Functions.Worker;

namespace BackOffice.Tests;

/// <summary>What the code itself says of every function: trigger and rights from its attributes, rows and messages from its summary.</summary>
internal static partial class FunctionMap
{
    public static readonly string Repository = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(Here())!, "..", ".."));

    public static List<FunctionFacts> All()
    {
        var rights = Rights.Of(typeof(Program).Assembly);
        return [.. from type in typeof(Program).Assembly.GetTypes()
                   from method in type.GetMethods()
                   let name = method.GetCustomAttribute<FunctionAttribute>()?.Name
                   where name is not null
                   orderby type.Namespace, name
                   select Facts(type, name, Trigger(method), rights.TryGetValue(name, out var roles) ? roles.Length == 0 ? "anyone" : string.Join(", ", roles) : "—")];
    }

    private static FunctionFacts Facts(Type type, string name, string trigger, string roles)
    {
        var file = $"{type.Namespace!["BackOffice.".Length..]}/{type.Name}.cs";
        var path = Path.Combine(Repository, "functions", file);
        Assert.True(File.Exists(path), $"Function {name} must stand in functions/{file}.");
        var source = File.ReadAllText(path);
        var summary = source[..Regex.Match(source, $@"class {type.Name}\b").Index];
        summary = summary[summary.LastIndexOf("<summary>", StringComparison.Ordinal)..summary.LastIndexOf("</summary>", StringComparison.Ordinal)];
        summary = Spaces().Replace(Tags().Replace(summary.Replace("///", "", StringComparison.Ordinal), match => match.Groups["cref"].Success ? $"`{match.Groups["cref"].Value}`" : match.Value is "<c>" or "</c>" ? "`" : ""), " ");
        var said = RowsAndMessages().Match(summary);
        Assert.True(said.Success, $"The summary of {file} must end with 'Rows: …. Messages: ….'");
        return new FunctionFacts(name, trigger, roles, file, said.Groups["rows"].Value.Trim(), said.Groups["messages"].Value.Trim());
    }

    private static string Trigger(MethodInfo method)
    {
        foreach (var parameter in method.GetParameters())
        {
            if (parameter.GetCustomAttribute<HttpTriggerAttribute>() is { } http) return $"{string.Join(", ", http.Methods!).ToUpperInvariant()} /api/{http.Route}";
            if (parameter.GetCustomAttribute<QueueTriggerAttribute>() is { } queue) return $"queue {queue.QueueName}";
            if (parameter.GetCustomAttribute<TimerTriggerAttribute>() is { } timer) return $"timer {timer.Schedule}";
        }

        throw new InvalidOperationException($"{method.DeclaringType!.Name} has no trigger.");
    }

    private static string Here([CallerFilePath] string path = "") => path;

    [GeneratedRegex("""<see cref="(?<cref>[^"]+)"\s*/>|</?[a-z][^>]*>""")]
    private static partial Regex Tags();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();

    [GeneratedRegex(@"Rows: (?<rows>.*?)\. Messages: (?<messages>.*?)(\. |\.$|$)")]
    private static partial Regex RowsAndMessages();
}

internal sealed record FunctionFacts(string Name, string Trigger, string Roles, string File, string Rows, string Messages);
