using System.Collections.Frozen;
using BackOffice.Accruals;
using BackOffice.Assets;
using BackOffice.Banking;
using BackOffice.Credit;
using BackOffice.Currencies;
using BackOffice.Exchange;
using BackOffice.Kernel;
using BackOffice.Ledger;
using BackOffice.Nightly;
using BackOffice.Operations;
using BackOffice.Support;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace BackOffice;

/// <summary>The function app. The same program runs on Azure and on one machine; which worker it is compiled with decides (README, "Two workers").</summary>
public static class Program
{
    /// <summary>The platform's own limit; the worker's web server would stop at 30 MB.</summary>
    private const long MaxBodyBytes = 100 * 1024 * 1024;

    public static void Main(string[] args) => Build(args).Run();

    /// <summary>Builds the app without starting it; tests and benchmarks start several.</summary>
    /// <param name="time">The clock that business goes by; the system's unless told otherwise. Tokens always live by the system's.</param>
    public static IHost Build(string[] args, TimeProvider? time = null)
    {
        var builder = FunctionsApplication.CreateBuilder(args);
        builder.ConfigureFunctionsWebApplication();
        builder.UseMiddleware<TelemetryMiddleware>();
        builder.UseMiddleware<ProblemMiddleware>();
        builder.UseMiddleware<RightsMiddleware>();
        builder.Services.Configure<KestrelServerOptions>(kestrel => kestrel.Limits.MaxRequestBodySize = MaxBodyBytes);
        AddKernel(builder.Services, time ?? TimeProvider.System);
        TelemetryExport.Add(builder.Services, builder.Configuration);
        AddLedger(builder.Services, builder.Configuration);
        AddAccruals(builder.Services);
        AddAssets(builder.Services);
        AddCredit(builder.Services);
        AddSupport(builder.Services);
        AddBanking(builder.Services);
        AddCurrencies(builder.Services);
        AddExchange(builder.Services);
        AddNight(builder.Services, builder.Configuration);
        var host = builder.Build();
        host.Services.GetRequiredService<FrozenDictionary<string, string[]>>(); // a function that says nothing of rights must stop the start, not the first call
        return host;
    }

    private static void AddKernel(IServiceCollection services, TimeProvider time)
    {
        services.AddSingleton(time);
        services.AddSingleton(provider => AppCredential.Of(provider.GetRequiredService<IConfiguration>()));
        services.AddSingleton<Storage>();
        services.AddSingleton(provider => new Tokens(provider.GetRequiredService<IConfiguration>(), TimeProvider.System));
        services.AddSingleton<Agenda>();
        services.AddSingleton<CaseSteps>();
        services.AddSingleton<Parameters>();
        services.AddSingleton<FrozenDictionary<string, string[]>>(_ => Rights.Of(typeof(Program).Assembly));
    }

    private static void AddLedger(IServiceCollection services, IConfiguration configuration)
    {
        services.AddSingleton<LedgerTable>();
        services.AddSingleton<Checkpoint>();
        services.AddSingleton<LedgerQueues>();
        services.AddSingleton<Books>();
        services.AddSingleton<Posting>();
        services.AddSingleton<StoredEntries>();
        services.AddSingleton<BookHistory>();
        services.AddSingleton<HeadHashes>();
        services.AddSingleton<Verification>();
        services.AddSingleton<LedgerMessagesTable>();
        services.AddSingleton<ImportStore>();
        var seconds = configuration.GetValue("Import:SynchronousSeconds", 200.0);
        services.AddSingleton(new ImportLimits(TimeSpan.FromSeconds(seconds), TimeSpan.FromSeconds(25)));
    }

    private static void AddAccruals(IServiceCollection services)
    {
        services.AddSingleton<AccrualTable>();
        services.AddSingleton(provider => provider.GetRequiredService<AccrualTable>().Department);
        services.AddSingleton<INightWork, AccrualNight>();
    }

    private static void AddAssets(IServiceCollection services)
    {
        services.AddSingleton<AssetTable>();
        services.AddSingleton(provider => provider.GetRequiredService<AssetTable>().Department);
        services.AddSingleton<INightWork, AssetNight>();
    }

    private static void AddCredit(IServiceCollection services)
    {
        services.AddSingleton<CreditTables>();
        services.AddSingleton(provider => provider.GetRequiredService<CreditTables>().Counterparties);
        services.AddSingleton(provider => provider.GetRequiredService<CreditTables>().Collateral);
        services.AddSingleton(provider => provider.GetRequiredService<CreditTables>().Applications);
        services.AddSingleton<ExposureSource>();
        services.AddSingleton(provider => provider.GetRequiredService<CreditTables>().DunningStops);
        services.AddSingleton(provider => provider.GetRequiredService<CreditTables>().OpenDeals);
        services.AddSingleton<UtilisationSource>();
        services.AddSingleton<INightWork, CreditNight>();
        services.AddSingleton<INightWork, CreditValuation>();
    }

    private static void AddSupport(IServiceCollection services)
    {
        services.AddSingleton<SupportTables>();
        services.AddSingleton(provider => provider.GetRequiredService<SupportTables>().Tickets);
        services.AddSingleton<SupportRules>();
        services.AddSingleton<TicketSteps>();
        services.AddSingleton<TicketBoard>();
        services.AddSingleton<TicketIntakeTable>();
    }

    private static void AddBanking(IServiceCollection services)
    {
        services.AddSingleton<BankTables>();
        services.AddSingleton<StatementIntake>();
        services.AddSingleton(provider => provider.GetRequiredService<BankTables>().Accounts);
        services.AddSingleton(provider => provider.GetRequiredService<BankTables>().Payees);
        services.AddSingleton(provider => provider.GetRequiredService<BankTables>().Statements);
        services.AddSingleton(provider => provider.GetRequiredService<BankTables>().Items);
        services.AddSingleton(provider => provider.GetRequiredService<BankTables>().Payments);
        services.AddSingleton(provider => provider.GetRequiredService<BankTables>().Claims);
        services.AddSingleton<INightWork, BankNight>();
    }

    private static void AddCurrencies(IServiceCollection services)
    {
        services.AddSingleton<ExchangeRateTable>();
        services.AddSingleton(provider => provider.GetRequiredService<ExchangeRateTable>().Days);
        services.AddSingleton<INightWork, CurrencyNight>();
    }

    private static void AddExchange(IServiceCollection services)
    {
        services.AddSingleton<ExchangeTables>();
        services.AddSingleton<ImportRegister>();
        services.AddSingleton<DatevExport>();
        services.AddSingleton<AuditorExport>();
        services.AddSingleton<HledgerExport>();
        services.AddSingleton(provider => provider.GetRequiredService<ImportRegister>().Files);
        services.AddSingleton(provider => provider.GetRequiredService<ExchangeTables>().Exports);
    }

    private static void AddNight(IServiceCollection services, IConfiguration configuration)
    {
        services.AddSingleton<PoisonTable>();
        services.AddSingleton<NightTable>();
        services.AddSingleton<NightChecks>();
        services.AddSingleton<NightRun>();
        services.AddSingleton(new NightLimits(configuration.GetValue("Nightly:ChunkEntries", 2_000), TimeSpan.FromMinutes(2)));
    }
}
