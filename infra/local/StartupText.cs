using System.Globalization;
using System.Text;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Configuration;

namespace BackOffice.LocalWorker;

/// <summary>What is printed once everything runs.</summary>
internal static class StartupText
{
    public static string Write(IReadOnlyList<LocalFunction> functions, IConfiguration configuration, HostJson host, string address)
    {
        var text = new StringBuilder().AppendLine();
        foreach (var function in functions)
        {
            var (kind, what) = function.Trigger switch
            {
                HttpTriggerAttribute http => (Methods(http), address + HttpFunctions.RouteOf(function, host)),
                QueueTriggerAttribute queue => ("queue", FunctionListeners.QueueName(function, queue, configuration)),
                TimerTriggerAttribute timer => ("timer", FunctionListeners.Schedule(function, timer, configuration)),
                _ => ("", ""),
            };
            var off = FunctionListeners.IsDisabled(configuration, function) ? "  (disabled)" : "";
            text.AppendLine(CultureInfo.InvariantCulture, $"  {function.Name,-28} {kind,-9} {what}{off}");
        }
        var health = functions
            .Where(f => f.Trigger is HttpTriggerAttribute)
            .Select(f => HttpFunctions.RouteOf(f, host))
            .FirstOrDefault(route => route.EndsWith("/health", StringComparison.OrdinalIgnoreCase), "/admin/host/status");
        return text
            .AppendLine()
            .AppendLine("Try next:")
            .AppendLine(CultureInfo.InvariantCulture, $"  is it well?      {address}{health}")
            .AppendLine(CultureInfo.InvariantCulture, $"  a token          {address}/dev/token?name=alice&roles=Accounting")
            .AppendLine("  what it can do   README.md   (Ctrl+C stops everything and keeps the data)")
            .ToString();
    }

    private static string Methods(HttpTriggerAttribute trigger) =>
        trigger.Methods is { Length: > 0 } methods ? string.Join(',', methods).ToUpperInvariant() : "any";
}
