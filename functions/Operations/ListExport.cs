using BackOffice.Kernel;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;

namespace BackOffice.Operations;

/// <summary>
/// <c>GET /api/operations/export</c>: every table of the app and where its rows are had: <c>{tables: [{table, href}]}</c>. All of them together are all that the app knows; the calls are logged with who made them.
/// Rows: none. Messages: none.
/// </summary>
public sealed partial class ListExport(ILogger<ListExport> logger)
{
    [Function(nameof(ListExport))]
    [Allow(Roles.Operator)]
    public IResult Run([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "operations/export")] HttpRequest request)
    {
        if (new QueryFields(request.Query).Refused() is { } wrong) return new Problem(wrong);
        Log.Listed(logger, Caller.Of(request).Name);
        return new JsonAnswer(json => json.WriteList("tables", Storage.Tables.Order(StringComparer.Ordinal), table =>
        {
            json.WriteString("table", table);
            json.WriteString("href", ExportTable.Href(table, null));
        }));
    }

    /// <summary>The refusal of a table that the app does not have, or null.</summary>
    internal static Problem? Unknown(string table) => Storage.Tables.Contains(table) ? null : Problem.Of(404, "operations/table-unknown", $"There is no table '{Ids.Cut(table)}'. GET /api/operations/export lists them.");

    private static partial class Log
    {
        [LoggerMessage(720, LogLevel.Information, "{Caller} listed the tables to export")]
        public static partial void Listed(ILogger logger, string caller);
    }
}
