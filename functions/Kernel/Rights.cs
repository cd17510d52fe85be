using System.Collections.Frozen;
using System.Reflection;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Middleware;
using Microsoft.Extensions.Logging;

namespace BackOffice.Kernel;

/// <summary>App roles of Entra ID, as they stand in a token's <c>roles</c> claim.</summary>
public static class Roles
{
    public const string FrontOffice = "FrontOffice";
    public const string BackOffice = "BackOffice";
    public const string Accounting = "Accounting";
    public const string Settlement = "Settlement";
    public const string RiskControl = "RiskControl";
    public const string Payroll = "Payroll";
    public const string Support = "Support";
    public const string ProjectOffice = "ProjectOffice";
    public const string Board = "Board";
    public const string Employee = "Employee";
    public const string Auditor = "Auditor";
    public const string Operator = "Operator";
}

/// <summary>Who may call this HTTP function: a token with any one of these roles. Every HTTP function bears this or <see cref="OpenToAllAttribute"/>.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class AllowAttribute(params string[] roles) : Attribute
{
    public IReadOnlyList<string> Roles { get; } = roles;
}

/// <summary>This HTTP function needs no token; the reason is for the reader.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class OpenToAllAttribute(string reason) : Attribute
{
    public string Reason { get; } = reason;
}

/// <summary>The person or system behind a request.</summary>
/// <param name="Name">Stable id from the token (<c>oid</c>, else <c>sub</c>): this is what the books keep, so it is no personal name.</param>
/// <param name="Roles">App roles of the token.</param>
/// <param name="ExpiresAt">End of the token's life.</param>
public sealed record Caller(string Name, FrozenSet<string> Roles, DateTimeOffset ExpiresAt)
{
    /// <summary>The caller that the rights middleware let in.</summary>
    internal static Caller Of(HttpRequest request) =>
        request.HttpContext.Features.Get<Caller>() ?? throw new InvalidOperationException($"{request.Path} was reached without a caller: its function bears no [Allow].");
}

/// <summary>The role table: function name → roles that may call it; empty = open to all.</summary>
public static class Rights
{
    public static FrozenDictionary<string, string[]> Of(Assembly functions) =>
        (from type in functions.GetTypes()
         from method in type.GetMethods()
         let function = method.GetCustomAttribute<FunctionAttribute>()
         where function is not null && method.GetParameters().Any(p => p.GetCustomAttribute<HttpTriggerAttribute>() is not null)
         select (function.Name, Roles: RolesOf(method, function.Name))).ToFrozenDictionary(f => f.Name, f => f.Roles, StringComparer.Ordinal);

    private static string[] RolesOf(MethodInfo method, string name)
    {
        if (method.GetCustomAttribute<AllowAttribute>() is { Roles.Count: > 0 } allow) return [.. allow.Roles];
        if (method.GetCustomAttribute<OpenToAllAttribute>() is not null) return [];
        throw new InvalidOperationException($"HTTP function {name} says nothing of rights: give it [Allow(Roles.…)] or [OpenToAll(\"why\")].");
    }
}

/// <summary>Lets an HTTP call through to its function when the token is good and bears a role of the function's, and no two that must be apart (<see cref="Segregation"/>); otherwise 401 or 403, logged with who and why.</summary>
public sealed partial class RightsMiddleware(Tokens tokens, FrozenDictionary<string, string[]> rights, ILogger<RightsMiddleware> logger) : IFunctionsWorkerMiddleware
{
    public async Task Invoke(FunctionContext context, FunctionExecutionDelegate next)
    {
        var function = context.FunctionDefinition.Name;
        if (context.GetHttpContext() is not { } http)
        {
            await next(context);
            return;
        }

        if (!rights.TryGetValue(function, out var roles))
        {
            await Problem.Of(403, "identity/no-rule", $"Nothing says who may call {function}.").ExecuteAsync(http);
            return;
        }

        if (roles.Length == 0)
        {
            await next(context);
            return;
        }

        var outcome = await tokens.CallerOfAsync(http.Request.Headers.Authorization);
        if (!outcome.Is(out var caller, out var refusal))
        {
            Log.Refused(logger, function, "(no valid token)", refusal.Faults[0].Detail);
            if (refusal.Status == 401) http.Response.Headers.WWWAuthenticate = "Bearer";
            await new Problem(refusal, refusal.Status == 503 ? 2 : 0).ExecuteAsync(http);
            return;
        }

        if (Segregation.Conflict(caller.Roles) is { } apart)
        {
            var why = $"No token may bear both {apart.First} and {apart.Second}. {apart.Source}.";
            Log.Refused(logger, function, caller.Name, why);
            await Problem.Of(403, "identity/roles-apart", why).ExecuteAsync(http);
            return;
        }

        if (!Array.Exists(roles, caller.Roles.Contains))
        {
            var why = $"{function} is for {string.Join(" or ", roles)}; the token bears {(caller.Roles.Count == 0 ? "no role" : string.Join(", ", caller.Roles.Order(StringComparer.Ordinal)))}.";
            Log.Refused(logger, function, caller.Name, why);
            await Problem.Of(403, "identity/role-missing", why).ExecuteAsync(http);
            return;
        }

        http.Features.Set(caller);
        await next(context);
    }

    private static partial class Log
    {
        [LoggerMessage(10, LogLevel.Warning, "{Function} refused {Caller}: {Why}")]
        public static partial void Refused(ILogger logger, string function, string caller, string why);
    }
}
