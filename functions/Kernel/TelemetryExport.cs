using System.Reflection;
using Azure.Core;
using Azure.Monitor.OpenTelemetry.Exporter;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace BackOffice.Kernel;

/// <summary>
/// Where telemetry goes, by settings: to a collector by OTLP (<c>OTEL_EXPORTER_OTLP_ENDPOINT</c> and the other settings of its standard), to Application Insights (<c>APPLICATIONINSIGHTS_CONNECTION_STRING</c>, with the app's own identity,
/// since the resource takes no keys), to both, or, without either, nowhere: then nothing of it is loaded.
/// </summary>
internal static class TelemetryExport
{
    public static void Add(IServiceCollection services, IConfiguration configuration)
    {
        var (otlp, insights) = (configuration["OTEL_EXPORTER_OTLP_ENDPOINT"] is { Length: > 0 }, configuration["APPLICATIONINSIGHTS_CONNECTION_STRING"]);
        if (!otlp && string.IsNullOrEmpty(insights)) return;

        var version = typeof(TelemetryExport).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion;
        services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.AddService("backoffice", serviceVersion: version))
            .WithTracing(traces =>
            {
                traces.AddSource(Telemetry.Name);
                if (otlp) traces.AddOtlpExporter();
                if (!string.IsNullOrEmpty(insights)) traces.AddAzureMonitorTraceExporter();
            })
            .WithMetrics(metrics =>
            {
                metrics.AddMeter(Telemetry.Name);
                if (otlp) metrics.AddOtlpExporter();
                if (!string.IsNullOrEmpty(insights)) metrics.AddAzureMonitorMetricExporter();
            })
            .WithLogging(logs =>
            {
                if (otlp) logs.AddOtlpExporter();
                if (!string.IsNullOrEmpty(insights)) logs.AddAzureMonitorLogExporter();
            });
        services.AddOptions<AzureMonitorExporterOptions>().Configure<TokenCredential>((options, credential) => (options.ConnectionString, options.Credential) = (insights, credential));
    }
}
