using System.Diagnostics;
using System.Globalization;
using System.Text;
using BackOffice.Credit;
using BackOffice.Kernel;
using BackOffice.LocalWorker;
using static BackOffice.Benchmarks.NightBenchmark;

namespace BackOffice.Benchmarks;

/// <summary>
/// A night over many credit exposures, each a rated counterparty with a line that was drawn on during the day: the night posts the draw and the day's interest of each, values all of them and books one entry for their
/// allowances. It proves its own result: every account as it must be, the allowances equal to the risk report, every check passed, nothing left lying. Azurite holds its rows in memory here.
/// </summary>
internal static class CreditBenchmark
{
    private const string Book = "credit";
    private const decimal Rate = 0.06m;
    private static readonly DateOnly Date = new(2026, 1, 31);
    private static readonly DateTimeOffset DayAfter = new(2026, 2, 1, 11, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset Granted = new(2026, 1, 31, 10, 0, 0, TimeSpan.Zero);

    public static async Task RunAsync(int count)
    {
        await NightAsync(500); // what is first compiled must not be counted as growth
        Console.WriteLine();
        Console.WriteLine("| night over | entries posted | from the call to done | planning and posting | valuation | checks | exposures a second | storage operations an exposure |");
        Console.WriteLine("|---|---:|---:|---:|---:|---:|---:|---:|");
        var small = await PrintAsync(count / 10);
        var large = await PrintAsync(count);
        Console.WriteLine($"| ratio | | {large.Seconds / small.Seconds:0.0} | {large.Postings / small.Postings:0.0} | {large.Valuations / small.Valuations:0.0} | {large.Checks / small.Checks:0.0} | | |");
        PrintKinds(large, count, "exposure");
    }

    private static async Task<Measured> PrintAsync(int count)
    {
        var night = await NightAsync(count);
        Console.WriteLine($"| {count:N0} exposures | {EntriesOf(count):N0} | {night.Seconds:0.0} s | {night.Postings:0.0} s | {night.Valuations:0.0} s | {night.Checks:0.0} s | {count / night.Seconds:N0} | {(double)night.Operations / count:0.0000} |");
        return night;
    }

    /// <summary>Of each line its draw and its interest, and the allowances.</summary>
    private static int EntriesOf(int count) => (count * 2) + 1;

    private static async Task<Measured> NightAsync(int count)
    {
        await using var azurite = await AzuriteProcess.StartAsync(new AzuriteOptions());
        await using var app = await HostedApp.StartAsync(azurite, DayAfter);
        await app.SendAsync(HttpMethod.Put, $"books/{Book}", """{"name":"Benchmark","currency":"EUR","chart":"SKR03"}""");
        await app.SendAsync(HttpMethod.Put, $"books/{Book}/credit-policy", """{"bookAllowances":true,"reason":"Benchmark"}""");
        var seeding = Stopwatch.StartNew();
        await CaseSeed.CasesAsync(azurite, "Counterparties", Book, Enumerable.Range(0, count).Select(Party));
        await CaseSeed.CasesAsync(azurite, "CreditApplications", Book, Enumerable.Range(0, count).Select(Application));
        var invoices = Enumerable.Range(0, count).Where(IsInDefault).ToList();
        using (var content = new StringContent(string.Join('\n', invoices.Select(Invoice)), Encoding.UTF8, "application/x-ndjson"))
        {
            using var answer = await app.Client.PostAsync(new Uri($"/api/books/{Book}/imports", UriKind.Relative), content);
            var text = await answer.Content.ReadAsStringAsync();
            if (!answer.IsSuccessStatusCode || !text.Contains("\"rejectedCount\":0", StringComparison.Ordinal)) throw new InvalidOperationException(text[..Math.Min(500, text.Length)]);
        }

        Console.Error.WriteLine($"  {count:N0} exposures: put there in {seeding.Elapsed.TotalSeconds:0} s");
        var (night, measured) = await RunNightAsync(azurite, app, Book, Date, EntriesOf(count));
        foreach (var subject in new[] { "0550", "0998", "0996", "0976" }) Must(night.GetProperty("checks").EnumerateArray().Any(check => Text(check, "subject") == subject), night);

        var (drawn, interest, invoiced) = (Enumerable.Range(0, count).Sum(DrawnMinor), Enumerable.Range(0, count).Sum(InterestMinor), invoices.Sum(InvoiceMinor));
        await ProveAsync(azurite, app, Book, EntriesOf(count) + invoices.Count, [("0550", drawn), ("1500", interest), ("2650", -interest), ("1200", -drawn), ("1400", invoiced)]);
        await ProveAllowancesAsync(app, count, drawn, interest + invoiced);
        return measured;
    }

    /// <summary>The risk report of the night's date has all of it, and the allowances are what it expects as loss; who is in default has drawn all, so that the specific allowance is all of that stage's.</summary>
    private static async Task ProveAllowancesAsync(HostedApp app, int count, long drawnMinor, long receivablesMinor)
    {
        var report = await app.GetAsync($"books/{Book}/risk-report?on={BusinessDay.Text(Date)}");
        var total = report.GetProperty("total");
        Must(Number(total, "counterparties") == count && Text(total, "drawn") == Amount.Format(drawnMinor, 2) && Text(total, "receivables") == Amount.Format(receivablesMinor, 2), total);
        var third = report.GetProperty("byStage").EnumerateArray().Single(stage => Text(stage, "key") == "3");
        var balances = (await app.GetAsync($"books/{Book}/trial-balance?on={BusinessDay.Text(Date)}")).GetProperty("accounts").EnumerateArray()
            .ToDictionary(line => Text(line, "account")!, line => decimal.Parse(Text(line, "balance")!, CultureInfo.InvariantCulture), StringComparer.Ordinal);
        var (expected, specific) = (decimal.Parse(Text(total, "expectedLoss")!, CultureInfo.InvariantCulture), decimal.Parse(Text(third, "expectedLoss")!, CultureInfo.InvariantCulture));
        Must(-balances["0998"] == specific && -(balances["0998"] + balances["0996"] + balances["0976"]) == expected && balances["0996"] < 0 && balances["0976"] < 0, total);
    }

    /// <summary>Every grade; one in ten has become worse by three (stage 2).</summary>
    private static CaseChange Party(int n)
    {
        var grade = 1 + (n % 7);
        List<Rating> ratings = [new Rating(new DateOnly(2025, 1, 1), 95 - (grade * 10), grade, null)];
        if (n % 10 == 3) ratings.Add(new Rating(new DateOnly(2025, 12, 1), 65 - (grade * 10), grade + 3, null));
        var party = new Counterparty(string.Create(CultureInfo.InvariantCulture, $"Counterparty no. {n}"), CounterpartyKind.Business, null, ratings, []);
        return Created(PartyId(n), Granted.AddYears(-1), CreditTables.Write(party));
    }

    /// <summary>A line granted and drawn on in the day; the draw's booking has not been told, so that it is the night's.</summary>
    private static CaseChange Application(int n)
    {
        var (limit, term) = (IsInDefault(n) ? DrawnMinor(n) : DrawnMinor(n) * 2, 12 * (1 + (n % 5)));
        var line = new CreditLine(limit, Date, Date.AddMonths(term), [new LineMovement("draw", Date, DrawnMinor(n), null)]);
        var application = new CreditApplication(
            PartyId(n), limit, term, Rate, DayCount.Act360, "Working capital", new LineAccounts("0550", "1200", "1500", "2650"), Date, Date.AddDays(90), limit, 5_000_000, ApplicationStatus.Granted,
            [new Vote(OfficeSide.Front, true, "bench", Granted, "")], Line: line);
        return Created(string.Create(CultureInfo.InvariantCulture, $"line-{n:D6}"), Granted, CreditTables.Write(application));
    }

    /// <summary>An invoice that has not been paid for more than 90 days.</summary>
    private static string Invoice(int n)
    {
        var amount = Amount.Format(InvoiceMinor(n), 2);
        return $$"""{"id":"invoice-{{n}}","date":"2025-08-31","text":"Invoice","lines":[{"account":"1400","debit":"{{amount}}","party":"{{PartyId(n)}}","document":"R-{{n}}","dueDate":"2025-09-30"},{"account":"8400","credit":"{{amount}}"}]}""";
    }

    private static CaseChange Created(string id, DateTimeOffset at, string json) => new(id, new CaseStep(1, at, "bench", CaseCommand.Create, json), json, CaseCommand.Create);

    private static bool IsInDefault(int n) => n % 50 == 7;

    private static string PartyId(int n) => string.Create(CultureInfo.InvariantCulture, $"party-{n:D6}");

    private static long DrawnMinor(int n) => 100_000 + (n * 7_919L % 900_001);

    private static long InvoiceMinor(int n) => 60_000 + n;

    private static long InterestMinor(int n) => (long)decimal.Round(DrawnMinor(n) * Rate / 360, MidpointRounding.AwayFromZero);
}
