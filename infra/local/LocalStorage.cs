using System.Globalization;
using System.Net;

namespace BackOffice.LocalWorker;

/// <summary>Chooses the Azurite of this worker: its own, or one that runs already.</summary>
internal static class LocalStorage
{
    /// <summary>The folder's own Azurite, or null when the one found on the ports is used.</summary>
    public static async Task<AzuriteProcess?> StartAsync(LocalSettings settings, Action<string> say)
    {
        int[] wanted = [settings.BlobPort, settings.QueuePort, settings.TablePort];
        var folder = ChooseFolder(settings, say, out var isFirst);
        // A worker that was killed a moment ago leaves an Azurite that still saves: starting on its folder waits for that, and then its ports are free.
        if (isFirst && !settings.ReuseAzurite) await AzuriteProcess.WaitForPredecessorAsync(folder);

        var found = await Task.WhenAll(wanted.Select(FindAsync));
        if (settings.ReuseAzurite && found.All(IsAzurite))
        {
            say($"Using the Azurite that listens on the ports {string.Join(", ", wanted)}.");
            return null;
        }
        foreach (var (port, server) in wanted.Zip(found))
        {
            if (server is null) continue;
            var hint = IsAzurite(server) ? " Set LocalWorker:ReuseAzurite=true to use it." : "";
            say($"Port {port} is taken by {server}; Azurite takes a free port instead.{hint}");
        }
        var ports = wanted.Zip(found, (port, server) => server is null ? port : 0).ToArray();
        return await AzuriteProcess.StartAsync(new AzuriteOptions(folder, ports[0], ports[1], ports[2]));
    }

    /// <summary>Two Azurites on one folder would overwrite each other's rows, so a second worker gets a folder of its own.</summary>
    private static string ChooseFolder(LocalSettings settings, Action<string> say, out bool isFirst)
    {
        var first = Path.Combine(settings.DataFolderOrDefault, "azurite");
        var folder = first;
        for (var n = 2; AzuriteProcess.IsInUse(folder); n++) folder = string.Create(CultureInfo.InvariantCulture, $"{first}-{n}");
        isFirst = folder == first;
        if (!isFirst && !settings.ReuseAzurite) say($"Another worker uses {first}; this one keeps its rows in {folder}.");
        return folder;
    }

    private static bool IsAzurite(string? server) => server?.StartsWith("Azurite", StringComparison.Ordinal) == true;

    /// <summary>What answers on a port, by its Server header; null when the port is free.</summary>
    private static async Task<string?> FindAsync(int port)
    {
        if (port == 0 || LoopbackPort.IsFree(IPAddress.Loopback, port)) return null;

        using var client = new HttpClient { Timeout = TimeSpan.FromSeconds(3) };
        try
        {
            var address = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}/devstoreaccount1?comp=list");
            using var response = await client.GetAsync(new Uri(address));
            return response.Headers.TryGetValues("Server", out var server) ? string.Join(' ', server) : "an HTTP server without a name";
        }
        catch (Exception exception) when (exception is HttpRequestException or TaskCanceledException)
        {
            return "a program that does not answer HTTP";
        }
    }
}
