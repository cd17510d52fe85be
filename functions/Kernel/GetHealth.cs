using System.Reflection;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace BackOffice.Kernel;

/// <summary>
/// <c>GET /api/health</c>: whether the store answers, and which version this is. 200 <c>{status: "ok", storage: "reachable", version}</c>, or 503 when it does not.
/// Rows: reads one of table <c>Books</c>. Messages: none.
/// </summary>
public sealed class GetHealth(Storage storage)
{
    private static readonly string Version = typeof(GetHealth).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "?";

    [Function(nameof(GetHealth))]
    [OpenToAll("Load balancers and monitors have no token; the answer tells nothing about the books.")]
    public async Task<IResult> Run([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "health")] HttpRequest request)
    {
        var reachable = await ReachableAsync(request.HttpContext.RequestAborted);
        return new JsonAnswer(reachable ? 200 : 503, json =>
        {
            json.WriteString("status", reachable ? "ok" : "degraded");
            json.WriteString("storage", reachable ? "reachable" : "unreachable");
            json.WriteString("version", Version);
        });
    }

    private async Task<bool> ReachableAsync(CancellationToken cancellation)
    {
        try
        {
            await storage.ReadyAsync();
            await storage.Table("Books").GetEntityIfExistsAsync<Azure.Data.Tables.TableEntity>("book", "health", cancellationToken: cancellation);
            return true;
        }
        catch (Exception e) when (StorageFaults.IsTransient(e))
        {
            return false;
        }
    }
}
