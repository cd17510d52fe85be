using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Reflection;
using BackOffice.LocalWorker;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Azure.Functions.Worker.Middleware;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Configuration.Memory;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.Metrics;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Microsoft.Azure.Functions.Worker.Builder;

/// <summary>Builds a functions app that runs on this machine: HTTP, queues and timers in one process, with Azurite as storage.</summary>
public class FunctionsApplicationBuilder : IHostApplicationBuilder, IFunctionsWorkerApplicationBuilder
{
    private readonly WebApplicationBuilder _web;
    private readonly IReadOnlyList<LocalFunction> _functions;
    private readonly List<Func<FunctionExecutionDelegate, FunctionExecutionDelegate>> _middleware = [];
    private readonly LocalSettings _settings;
    private readonly AzuriteProcess? _azurite;
    private readonly string _address;

    internal FunctionsApplicationBuilder(string[] args, Assembly assembly)
    {
        _functions = LocalFunction.FindAll(assembly);
        _web = WebApplication.CreateSlimBuilder(new WebApplicationOptions
        {
            Args = ["--hostBuilder:reloadConfigOnChange=false", .. args],
            EnvironmentName = EnvironmentName(args),
        });
        _web.Configuration.Sources.Insert(0, new MemoryConfigurationSource
        {
            InitialData = new Dictionary<string, string?>
            {
                ["Logging:LogLevel:Default"] = "Information",
                ["Logging:LogLevel:Microsoft"] = "Warning",
                ["Logging:LogLevel:Azure"] = "Warning",
                ["Logging:Console:FormatterName"] = "simple",
                ["Logging:Console:FormatterOptions:SingleLine"] = "true",
            },
        });
        _settings = LocalSettings.Read(_web.Configuration);
        var port = ChoosePort(_settings.Port);
        _address = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}");
        _web.WebHost.ConfigureKestrel(kestrel => Listen(kestrel, port));

        // Storage: what is configured, else an Azurite of our own.
        var ownSettings = new Dictionary<string, string?>();
        var isDevelopmentStorage = _web.Configuration["AzureWebJobsStorage"] is null or "" or "UseDevelopmentStorage=true" && !StorageConnection.IsKeyless(_web.Configuration, "AzureWebJobsStorage");
        if (isDevelopmentStorage)
        {
            _azurite = Task.Run(() => LocalStorage.StartAsync(_settings, Say)).GetAwaiter().GetResult();
            ownSettings["AzureWebJobsStorage"] = _azurite?.ConnectionString
                ?? AzuriteProcess.ConnectionStringFor(_settings.BlobPort, _settings.QueuePort, _settings.TablePort);
        }

        // People: tokens of our own issuer, unless another one is configured.
        ownSettings["Identity:Authority"] = _web.Configuration["Identity:Authority"] ?? _address + "/dev";
        ownSettings["Identity:Audience"] = _web.Configuration["Identity:Audience"] ?? "backoffice-local";
        _web.Configuration.AddInMemoryCollection(ownSettings);

        AddServices(keyFolder: isDevelopmentStorage || _settings.DataFolder is not null ? _settings.DataFolderOrDefault : null);
    }

    /// <inheritdoc/>
    public IDictionary<object, object> Properties => ((IHostApplicationBuilder)_web).Properties;

    /// <inheritdoc/>
    IConfigurationManager IHostApplicationBuilder.Configuration => _web.Configuration;

    /// <summary>The configuration of the app.</summary>
    public ConfigurationManager Configuration => _web.Configuration;

    /// <inheritdoc/>
    public IHostEnvironment Environment => _web.Environment;

    /// <inheritdoc/>
    public ILoggingBuilder Logging => _web.Logging;

    /// <inheritdoc/>
    public IMetricsBuilder Metrics => _web.Metrics;

    /// <inheritdoc cref="IHostApplicationBuilder.Services"/>
    public IServiceCollection Services => _web.Services;

    /// <summary>The app, ready to run.</summary>
    public IHost Build()
    {
        var app = _web.Build();
        // Made first, therefore disposed last: Azurite outlives everything that may still write.
        if (_azurite is not null) _ = WatchAsync(app.Services.GetRequiredService<AzuriteProcess>());

        app.UseRouting();
        app.Use(HttpFunctions.HideWrongMethods);
        var host = app.Services.GetRequiredService<HostJson>();
        var http = app.Services.GetRequiredService<HttpFunctions>();
        foreach (var function in _functions.Where(f => f.Trigger is HttpTriggerAttribute && !FunctionListeners.IsDisabled(_web.Configuration, f)))
        {
            http.Map(app, function, host);
        }
        app.Services.GetRequiredService<AdminEndpoints>().Map(app);
        app.Services.GetRequiredService<DevelopmentIdentity>().Map(app);
        app.Lifetime.ApplicationStarted.Register(() => Say(StartupText.Write(_functions, _web.Configuration, host, _address)));
        return app;
    }

    /// <inheritdoc/>
    public void ConfigureContainer<TContainerBuilder>(IServiceProviderFactory<TContainerBuilder> factory, Action<TContainerBuilder>? configure = null)
        where TContainerBuilder : notnull => ((IHostApplicationBuilder)_web).ConfigureContainer(factory, configure);

    /// <inheritdoc/>
    public IFunctionsWorkerApplicationBuilder Use(Func<FunctionExecutionDelegate, FunctionExecutionDelegate> middleware)
    {
        _middleware.Add(middleware);
        return this;
    }

    private void AddServices(string? keyFolder)
    {
        Services.AddRouting();
        if (_functions.Any(f => MentionsActionResult(f.Method.ReturnType))) Services.AddMvcCore();
        Services.PostConfigure<KestrelServerOptions>(kestrel =>
            kestrel.Limits.MaxRequestBodySize = Math.Min(kestrel.Limits.MaxRequestBodySize ?? long.MaxValue, _settings.MaxBodyBytes));

        if (_azurite is { } azurite) Services.AddSingleton(_ => azurite);
        Services.TryAddSingleton(TimeProvider.System);
        Services.AddSingleton(_settings);
        Services.AddSingleton(_functions);
        Services.AddSingleton(services => HostJson.Read(AppContext.BaseDirectory, services.GetRequiredService<IConfiguration>()));
        Services.AddSingleton(services => new FunctionRunner(
            services.GetRequiredService<IServiceScopeFactory>(), services.GetRequiredService<IHostApplicationLifetime>(), _middleware));
        Services.AddSingleton<HttpFunctions>();
        Services.AddSingleton<AdminEndpoints>();
        Services.AddSingleton(_ => new DevelopmentIdentity(
            DevelopmentIdentity.LoadKey(keyFolder), _web.Configuration["Identity:Authority"]!, _web.Configuration["Identity:Audience"]!, _address + "/dev"));
        Services.AddSingleton<FunctionListeners>();
        Services.AddHostedService(services => services.GetRequiredService<FunctionListeners>());
    }

    private static bool MentionsActionResult(Type type) =>
        typeof(IActionResult).IsAssignableFrom(type) || (type.IsGenericType && type.GetGenericArguments().Any(MentionsActionResult));

    /// <summary>Development, as with Core Tools, unless an environment is named.</summary>
    private static string? EnvironmentName(string[] args)
    {
        if (System.Environment.GetEnvironmentVariable("AZURE_FUNCTIONS_ENVIRONMENT") is { Length: > 0 } name) return name;
        var isNamed = args.Any(a => a.StartsWith("--environment", StringComparison.OrdinalIgnoreCase))
            || System.Environment.GetEnvironmentVariable("DOTNET_ENVIRONMENT") is not null
            || System.Environment.GetEnvironmentVariable("ASPNETCORE_ENVIRONMENT") is not null;
        return isNamed ? null : Environments.Development;
    }

    private async Task WatchAsync(AzuriteProcess azurite)
    {
        await azurite.Ended;
        if (!azurite.IsClosing) Say($"Azurite (process {azurite.ProcessId}) has ended by itself: start again. Why stands in azurite.log of its folder.");
    }

    private int ChoosePort(int wanted)
    {
        if (wanted == 0) return LoopbackPort.FindFree();
        if (LoopbackPort.IsFree(IPAddress.Loopback, wanted)) return wanted;

        var free = LoopbackPort.FindFree();
        Say($"Port {wanted} is taken by another program; listening on {free} instead. Set LocalWorker:Port to choose one.");
        return free;
    }

    /// <summary>The name localhost may mean either address.</summary>
    private static void Listen(KestrelServerOptions kestrel, int port)
    {
        kestrel.Listen(IPAddress.Loopback, port);
        if (Socket.OSSupportsIPv6 && LoopbackPort.IsFree(IPAddress.IPv6Loopback, port)) kestrel.Listen(IPAddress.IPv6Loopback, port);
    }

    private void Say(string text)
    {
        if (!_settings.Quiet) Console.WriteLine(text);
    }
}
