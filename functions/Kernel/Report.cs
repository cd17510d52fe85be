using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using CsvHelper;
using Microsoft.AspNetCore.Http;

namespace BackOffice.Kernel;

/// <summary>A row of a report.</summary>
/// <param name="Level">0 a total, 1 a main line, 2 a line below it.</param>
/// <param name="Cells">Texts first, then amounts in minor units; null = empty. As many as the report has columns.</param>
public sealed record ReportRow(int Level, params object?[] Cells);

/// <summary>A bar chart, drawn into the HTML page as inline SVG.</summary>
/// <param name="Bars">Label and amount in minor units, not negative, from top to bottom.</param>
public sealed record BarChart(string Title, IReadOnlyList<(string Label, Int128 AmountMinor)> Bars);

/// <summary>
/// A table for people, as CSV (RFC 4180, decimal point, one row a line) or as an HTML page. Amounts are <see cref="Int128"/> minor units, all else is text.
/// </summary>
public sealed record Report(string Title, string Subtitle, IReadOnlyList<string> Columns, IReadOnlyList<ReportRow> Rows, int Digits, string Language)
{
    /// <summary>Charts above the table; CSV leaves them out.</summary>
    public IReadOnlyList<BarChart> Charts { get; init; } = [];

    public string ToCsv()
    {
        using var text = new StringWriter(CultureInfo.InvariantCulture);
        using (var csv = new CsvWriter(text, CultureInfo.InvariantCulture, leaveOpen: true))
        {
            foreach (var column in Columns) csv.WriteField(column);
            csv.NextRecord();
            foreach (var row in Rows)
            {
                foreach (var cell in row.Cells) csv.WriteField(cell is Int128 minor ? Amount.Format(minor, Digits) : cell as string ?? "");
                csv.NextRecord();
            }
        }

        return text.ToString();
    }

    public string ToHtml()
    {
        var html = new StringBuilder();
        html.Append(CultureInfo.InvariantCulture, $"<!DOCTYPE html>\n<html lang=\"{Language}\">\n<head>\n<meta charset=\"utf-8\">\n<title>{Html(Title)}</title>\n{Style}</head>\n<body>\n<h1>{Html(Title)}</h1>\n<p>{Html(Subtitle)}</p>\n");
        foreach (var chart in Charts) Draw(html, chart);
        html.Append("<table>\n<thead><tr>");
        foreach (var column in Columns) html.Append(CultureInfo.InvariantCulture, $"<th>{Html(column)}</th>");
        html.Append("</tr></thead>\n<tbody>\n");
        foreach (var row in Rows)
        {
            html.Append(CultureInfo.InvariantCulture, $"<tr class=\"level{row.Level}\">");
            foreach (var cell in row.Cells)
                html.Append(cell is Int128 minor ? $"<td class=\"amount\">{ForPeople(minor)}</td>" : $"<td>{Html(cell as string ?? "")}</td>");
            html.Append("</tr>\n");
        }

        return html.Append("</tbody>\n</table>\n</body>\n</html>\n").ToString();
    }

    private void Draw(StringBuilder html, BarChart chart)
    {
        const int row = 22, labels = 160, widest = 400;
        var most = chart.Bars.Aggregate(Int128.One, (max, bar) => Int128.Max(max, bar.AmountMinor));
        html.Append(CultureInfo.InvariantCulture, $"<h2>{Html(chart.Title)}</h2>\n<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" aria-label=\"{Html(chart.Title)}\" width=\"{labels + widest + 140}\" height=\"{chart.Bars.Count * row}\" font-size=\"12\">\n");
        for (var n = 0; n < chart.Bars.Count; n++)
        {
            var (label, amount) = chart.Bars[n];
            var width = (int)(amount * widest / most);
            html.Append(CultureInfo.InvariantCulture, $"<text x=\"0\" y=\"{(n * row) + 15}\">{Html(label)}</text><rect x=\"{labels}\" y=\"{(n * row) + 3}\" width=\"{width}\" height=\"{row - 6}\" fill=\"#36648b\"/>");
            html.Append(CultureInfo.InvariantCulture, $"<text x=\"{labels + width + 6}\" y=\"{(n * row) + 15}\">{ForPeople(amount)}</text>\n");
        }

        html.Append("</svg>\n");
    }

    /// <summary>German: 1.234,56; English: 1,234.56.</summary>
    private string ForPeople(Int128 minor)
    {
        var plain = Amount.Format(Int128.Abs(minor), Digits);
        var (whole, fraction) = plain.IndexOf('.', StringComparison.Ordinal) is var point and > 0 ? (plain[..point], plain[(point + 1)..]) : (plain, "");
        var (group, mark) = Language == "de" ? ('.', ',') : (',', '.');
        for (var at = whole.Length - 3; at > 0; at -= 3) whole = whole.Insert(at, group.ToString());
        return (minor < 0 ? "−" : "") + whole + (fraction.Length > 0 ? mark + fraction : "");
    }

    private static string Html(string text) => WebUtility.HtmlEncode(text);

    private const string Style = """
        <style>
        body { font: 14px/1.4 system-ui, sans-serif; margin: 2rem; color: #222; }
        table { border-collapse: collapse; }
        th, td { padding: .2rem .8rem; text-align: left; border-bottom: 1px solid #ddd; vertical-align: top; }
        .amount { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
        .level0 td { font-weight: bold; border-top: 2px solid #222; }
        .level1 td { font-weight: 600; }
        .level2 td:nth-child(2) { padding-left: 2rem; }
        </style>

        """;
}

/// <summary>A report in the form that the caller's Accept header asks for: text/csv, text/html, and JSON otherwise.</summary>
public sealed class ReportAnswer(Func<Report> report, Action<Utf8JsonWriter> json) : IResult
{
    public Task ExecuteAsync(HttpContext httpContext)
    {
        httpContext.Response.Headers.Vary = "Accept";
        var accept = httpContext.Request.Headers.Accept.ToString();
        // Browsers name HTML first; who asks for CSV or HTML by name gets it.
        if (accept.Contains("text/csv", StringComparison.OrdinalIgnoreCase)) return TextAsync(httpContext, "text/csv; charset=utf-8", report().ToCsv());
        if (accept.Contains("text/html", StringComparison.OrdinalIgnoreCase)) return TextAsync(httpContext, "text/html; charset=utf-8", report().ToHtml());
        return new JsonAnswer(json).ExecuteAsync(httpContext);
    }

    private static Task TextAsync(HttpContext httpContext, string contentType, string text)
    {
        httpContext.Response.ContentType = contentType;
        return httpContext.Response.WriteAsync(text, httpContext.RequestAborted);
    }
}
