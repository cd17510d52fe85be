using Azure;
using Azure.Data.Tables;

namespace BackOffice.Kernel;

/// <summary>What the departments' tables have in common.</summary>
public static class TableRows
{
    /// <summary>Adds a row; false when one with its keys is there, which stays as it is.</summary>
    public static async Task<bool> AddIfAbsentAsync(this TableClient table, TableEntity row)
    {
        try
        {
            await table.AddEntityAsync(row);
            return true;
        }
        catch (RequestFailedException e) when (e.Status == 409)
        {
            return false;
        }
    }
}
