using System.Reflection;
using System.Runtime.CompilerServices;

namespace Microsoft.Azure.Functions.Worker.Builder;

/// <summary>Starts the building of a functions app.</summary>
public class FunctionsApplication
{
    /// <summary>A builder for the functions of the calling assembly; starts Azurite unless AzureWebJobsStorage names another storage.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static FunctionsApplicationBuilder CreateBuilder(string[] args) => new(args, Assembly.GetCallingAssembly());
}
