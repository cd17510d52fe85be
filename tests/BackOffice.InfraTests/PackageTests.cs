using System.Reflection;
using System.Text.Json;
using Microsoft.Azure.Functions.Worker;

namespace BackOffice.InfraTests;

/// <summary>
/// What <c>dotnet publish functions</c> makes with the real worker. Publishing takes longer than all other tests here, so it is done before them: <c>.ci/run</c> does, and names the folder in <c>BACKOFFICE_PACKAGE</c>.
/// Without it these tests say that they were skipped.
/// </summary>
public class PackageTests
{
    private static string Folder
    {
        get
        {
            var folder = Environment.GetEnvironmentVariable("BACKOFFICE_PACKAGE");
            Assert.SkipWhen(string.IsNullOrEmpty(folder), "Run 'dotnet publish functions -c Release -o out' first and name the folder in BACKOFFICE_PACKAGE.");
            return folder!;
        }
    }

    [Fact]
    public void Package_HasEveryFunction_WithItsTrigger()
    {
        using var metadata = JsonDocument.Parse(File.ReadAllText(Path.Combine(Folder, "functions.metadata")));
        var packed = metadata.RootElement.EnumerateArray().Select(function => $"{function.GetProperty("name").GetString()} {function.GetProperty("entryPoint").GetString()} {Trigger(function.GetProperty("bindings"))}");
        var written = from type in typeof(Program).Assembly.GetTypes()
                      from method in type.GetMethods()
                      let function = method.GetCustomAttribute<FunctionAttribute>()
                      where function is not null
                      select $"{function.Name} {type.FullName}.{method.Name} {Trigger(method)}";
        Assert.Equal(written.Order(StringComparer.Ordinal), packed.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Package_HasTheHostsFiles()
    {
        Assert.Equal(Repository.Read("host.json"), File.ReadAllText(Path.Combine(Folder, "host.json")).ReplaceLineEndings("\n"));
        using var extensions = JsonDocument.Parse(File.ReadAllText(Path.Combine(Folder, "extensions.json")));
        Assert.Contains("AzureStorageQueues", extensions.RootElement.GetProperty("extensions").EnumerateArray().Select(extension => extension.GetProperty("name").GetString()));
        Assert.All(extensions.RootElement.GetProperty("extensions").EnumerateArray(), extension => Assert.True(File.Exists(Path.Combine(Folder, extension.GetProperty("hintPath").GetString()!)), extension.ToString()));
        using var worker = JsonDocument.Parse(File.ReadAllText(Path.Combine(Folder, "worker.config.json")));
        Assert.Equal("dotnet-isolated", worker.RootElement.GetProperty("description").GetProperty("language").GetString());
        Assert.True(File.Exists(Path.Combine(Folder, worker.RootElement.GetProperty("description").GetProperty("defaultWorkerPath").GetString()!)));
    }

    [Fact]
    public void Package_HasTheRealWorker_AndNothingOfTheLocalOne()
    {
        var files = Directory.EnumerateFiles(Folder, "*", SearchOption.AllDirectories).Select(file => Path.GetFileName(file)).ToList();
        Assert.Contains("Microsoft.Azure.Functions.Worker.Core.dll", files);
        Assert.DoesNotContain(files, file => file.Contains("LocalWorker", StringComparison.OrdinalIgnoreCase) || file.Contains("azurite", StringComparison.OrdinalIgnoreCase) || file is "package.json" or "local.settings.json");
        Assert.DoesNotContain("LocalWorker", File.ReadAllText(Path.Combine(Folder, "BackOffice.Functions.deps.json")), StringComparison.Ordinal);
        using var runtime = JsonDocument.Parse(File.ReadAllText(Path.Combine(Folder, "BackOffice.Functions.runtimeconfig.json")));
        Assert.Equal("net10.0", runtime.RootElement.GetProperty("runtimeOptions").GetProperty("tfm").GetString());
    }

    private static string Trigger(JsonElement bindings)
    {
        foreach (var binding in bindings.EnumerateArray())
            switch (binding.GetProperty("type").GetString())
            {
                case "httpTrigger": return $"{string.Join(',', binding.GetProperty("methods").EnumerateArray().Select(method => method.GetString()))} {binding.GetProperty("route").GetString()} {binding.GetProperty("authLevel").GetString()}";
                case "queueTrigger": return $"queue {binding.GetProperty("queueName").GetString()}";
                case "timerTrigger": return $"timer {binding.GetProperty("schedule").GetString()}";
            }

        return "no trigger";
    }

    private static string Trigger(MethodInfo method)
    {
        foreach (var parameter in method.GetParameters())
        {
            if (parameter.GetCustomAttribute<HttpTriggerAttribute>() is { } http) return $"{string.Join(',', http.Methods!)} {http.Route} {http.AuthLevel}";
            if (parameter.GetCustomAttribute<QueueTriggerAttribute>() is { } queue) return $"queue {queue.QueueName}";
            if (parameter.GetCustomAttribute<TimerTriggerAttribute>() is { } timer) return $"timer {timer.Schedule}";
        }

        return "no trigger";
    }
}
