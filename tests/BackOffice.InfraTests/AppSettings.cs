namespace BackOffice.InfraTests;

/// <summary>The settings that the deployment makes, and nothing else: all stand in infra/README.md, "Settings".</summary>
internal static class AppSettings
{
    /// <summary>Name → whether it is the app's own, which README.md, "Settings" tells of too; the others the host and its libraries read.</summary>
    public static readonly Dictionary<string, bool> Known = new()
    {
        ["AzureWebJobsStorage__accountName"] = true,
        ["AzureWebJobsStorage__clientId"] = true,
        ["AzureWebJobsStorage__credential"] = false,
        ["APPLICATIONINSIGHTS_CONNECTION_STRING"] = false,
        ["APPLICATIONINSIGHTS_AUTHENTICATION_STRING"] = false,
        ["Proofs__accountName"] = true,
        ["Identity__Authority"] = true,
        ["Identity__Audience"] = true,
        ["Identity__Tenant"] = true,
    };
}
