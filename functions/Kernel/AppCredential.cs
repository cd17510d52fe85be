using Azure.Core;
using Azure.Identity;
using Microsoft.Extensions.Configuration;

namespace BackOffice.Kernel;

/// <summary>
/// Who the app is to storage and telemetry. <c>AzureWebJobsStorage__credential</c> = <c>managedidentity</c> (Azure): its managed identity and no other, user-assigned when <c>AzureWebJobsStorage__clientId</c> names one; else whoever is signed in at a desk.
/// The same settings as the Functions host reads. No key or secret.
/// </summary>
public static class AppCredential
{
    public static TokenCredential Of(IConfiguration configuration)
    {
        var section = configuration.GetSection("AzureWebJobsStorage");
        var clientId = section["clientId"];
        if (section["credential"] == "managedidentity") return new ManagedIdentityCredential(clientId is { Length: > 0 } ? ManagedIdentityId.FromUserAssignedClientId(clientId) : ManagedIdentityId.SystemAssigned);
        return new DefaultAzureCredential(new DefaultAzureCredentialOptions { ManagedIdentityClientId = clientId });
    }
}
