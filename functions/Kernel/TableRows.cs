using System.Globalization;
using Azure;
using Azure.Data.Tables;

namespace BackOffice.Kernel;

/// <summary>What the departments' tables have in common.</summary>
public static class TableRows
{
    /// <summary>A string property holds at most 32 Ki UTF-16 units.</summary>
    private const int MaxPropertyChars = 30_000;

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

    /// <summary>The row with these keys, or null.</summary>
    public static async Task<TableEntity?> FindAsync(this TableClient table, string partition, string key)
    {
        var row = await table.GetEntityIfExistsAsync<TableEntity>(partition, key);
        return row.HasValue ? row.Value : null;
    }

    /// <summary>Lays a text into the properties <c>{property}0</c>, <c>{property}1</c> …</summary>
    public static void AddText(this TableEntity row, string property, string text)
    {
        for (var n = 0; n * MaxPropertyChars < text.Length; n++)
            row[Part(property, n)] = text.Substring(n * MaxPropertyChars, Math.Min(MaxPropertyChars, text.Length - (n * MaxPropertyChars)));
    }

    /// <summary>The text that <see cref="AddText"/> laid there.</summary>
    public static string Text(this TableEntity row, string property) => row.ContainsKey(Part(property, 1))
        ? string.Concat(Enumerable.Range(0, row.Count).Select(n => row.GetString(Part(property, n))).TakeWhile(part => part is not null))
        : row.GetString(Part(property, 0)) ?? "";

    private static string Part(string property, int n) => property + n.ToString(CultureInfo.InvariantCulture);
}
