using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using BackOffice.Tests;

namespace BackOffice.AzuriteTests.Nightly;

/// <summary>
/// The company's first year (data/company-2025.ndjson) with its depreciation and its prepaid insurance left to the nights: 365 of them, run by the timer under a clock that goes through the year.
/// </summary>
public sealed class YearOfNightsTests(AzuriteFixture azurite)
{
    /// <summary>What the accountant booked by hand at the end of the year, and the nights book now.</summary>
    private static readonly string[] LeftToTheNights = ["AB-01", "AB-02", "AB-03", "AB-04"];

    [Fact]
    public async Task YearOfNights_MakesTheStatementsTheAccountantMade()
    {
        var clock = TestClock.AtNoon(new DateOnly(2025, 1, 2));
        await using var app = await TestApp.StartAsync(azurite, clock, "--LocalWorker:Queues=true");
        var night = NightBook.Of(app, app.Book("year-of-nights"));
        var book = night.Book;
        (await book.SendAsync(HttpMethod.Put, "", """{"name":"Muster Werkzeughandel GmbH","currency":"EUR","chart":"SKR03","legalForm":"GmbH"}""")).Is(HttpStatusCode.Created);
        var entries = await ReadAsync();
        await TimerAsync("2025-01-01");

        for (var month = new DateOnly(2025, 1, 1); month.Year == 2025; month = month.AddMonths(1))
        {
            var due = entries.Where(entry => entry.Month == month.Month && !entry.IsLate && !entry.IsClosing && !LeftToTheNights.Contains(entry.Id)).ToList();
            Assert.Equal(due.Count, (await book.ImportAsync(string.Join('\n', due.Select(entry => entry.Json)))).Is(HttpStatusCode.OK).Json.Number("posted"));
            await TakeInAsync(month.Month);
            if (month.Month is 3 or 10) await AcrossTheClockChangeAsync(month.Month);

            clock.SetNoon(month.AddMonths(1));
            await TimerAsync(month.AddMonths(1).AddDays(-1).ToString("o", CultureInfo.InvariantCulture));
            if (month.Month == 8) (await book.ReverseAsync("ER-011D", "ST-001", "2025-08-31")).Is(HttpStatusCode.Created);
            (await book.CloseAsync(month.ToString("yyyy-MM", CultureInfo.InvariantCulture))).Is(HttpStatusCode.OK);
            if (month.Month == 1) (await book.PostAsync(entries.Single(entry => entry.IsLate).Json)).Is(HttpStatusCode.Created);
        }

        foreach (var entry in entries.Where(entry => entry.IsClosing)) (await book.PostAsync(entry.Json)).Is(HttpStatusCode.Created);
        (await book.CloseAsync("2025-13")).Is(HttpStatusCode.OK);

        // The very statements that stand approved for the year that was closed by hand.
        Approved.Matches("company-2025-balance-sheet-de", await CsvAsync("/balance-sheet?on=2025-12-31&lang=de"));
        Approved.Matches("company-2025-income-statement-de", await CsvAsync("/income-statement?from=2025-01-01&to=2025-12-31&lang=de"));
        var schedule = (await book.GetAsync("/asset-schedule?year=2025")).GetProperty("total");
        Assert.Equal(("59549.00", "8099.00", "51450.00"), (schedule.Text("additions"), schedule.Text("depreciationOfYear"), schedule.Text("bookValue")));
        Assert.Equal("900.00", (await book.GetAsync("/accruals/insurance")).Text("balance"));

        var nights = (await book.GetAsync("/nights?from=2025-01-01&to=2025-12-31")).List("nights").ToList();
        Assert.Equal(365, nights.Count);
        Assert.All(nights, one => Assert.Equal(("done", 1L), (one.Text("status"), one.Number("attempt"))));
        // Twelve months of the machine, nine of the van, the notebook, three of the insurance: each in the night of its day.
        Assert.Equal(25, nights.Sum(one => one.Number("posted")));
        Assert.All(nights.Where(one => one.Number("posted") > 0), one => Assert.Equal(1, DateOnly.ParseExact(one.Text("date"), "o", CultureInfo.InvariantCulture).AddDays(1).Day));

        // The new year goes on from it.
        (await book.SendAsync(HttpMethod.Post, "/fiscal-years/2026/carry", (HttpContent?)null)).Is(HttpStatusCode.Created);
        clock.SetNoon(new DateOnly(2026, 2, 1));
        await TimerAsync("2026-01-31");
        Assert.Equal("800.00", (await book.GetAsync("/accruals/insurance")).Text("balance"));
        Assert.Equal("712.50", (await book.BalancesAsync("?on=2026-01-31")).Where(balance => balance.Key is "4830" or "4832").Sum(balance => decimal.Parse(balance.Value, CultureInfo.InvariantCulture)).ToString(CultureInfo.InvariantCulture));
        await book.IsWholeAsync();

        async Task TimerAsync(string date)
        {
            await app.FireAsync("Nightly");
            var ended = await night.EndedAsync(date);
            Assert.True(ended.Text("status") == "done", ended.ToString());
        }

        // A day is over at midnight in Berlin: in UTC an hour earlier once summer time has begun.
        async Task AcrossTheClockChangeAsync(int month)
        {
            var (sunday, midnight) = month == 3 ? (new DateOnly(2025, 3, 30), new DateTimeOffset(2025, 3, 30, 22, 0, 0, TimeSpan.Zero)) : (new DateOnly(2025, 10, 26), new DateTimeOffset(2025, 10, 26, 23, 0, 0, TimeSpan.Zero));
            clock.Set(midnight.AddMinutes(-1));
            await TimerAsync(sunday.AddDays(-1).ToString("o", CultureInfo.InvariantCulture));
            (await book.TryGetAsync($"/nights/{sunday:yyyy-MM-dd}")).IsProblem(HttpStatusCode.NotFound, "nightly/unknown");
            clock.Set(midnight.AddMinutes(1));
            await TimerAsync(sunday.ToString("o", CultureInfo.InvariantCulture));
        }

        Task<Answer> PutAsync(string path, string json) => book.SendAsync(HttpMethod.Put, path, json);

        async Task TakeInAsync(int month)
        {
            if (month == 1) (await PutAsync("/assets/ma-001", """{"text":"Zuschnittmaschine","cost":"30000.00","acquired":"2025-01-20","lifeMonths":96,"method":"straightLine","assetAccount":"0210","depreciationAccount":"4830"}""")).Is(HttpStatusCode.Created);
            if (month == 4) (await PutAsync("/assets/kfz-001", """{"text":"Transporter","cost":"28800.00","acquired":"2025-04-10","lifeMonths":72,"method":"straightLine","assetAccount":"0320","depreciationAccount":"4832"}""")).Is(HttpStatusCode.Created);
            if (month == 9) (await PutAsync("/assets/gwg-001", """{"text":"Notebook","cost":"749.00","acquired":"2025-09-02","method":"immediate","assetAccount":"0480","depreciationAccount":"4855"}""")).Is(HttpStatusCode.Created);
            if (month == 10) (await night.AccrueAsync("insurance", "1200.00", "2025-10-01", "2026-09-30")).Is(HttpStatusCode.Created);
        }

        async Task<string> CsvAsync(string path) => (await book.SendAsync(HttpMethod.Get, path, null, ("Accept", "text/csv"))).Is(HttpStatusCode.OK).Text;
    }

    [Fact]
    public async Task LeapDay_HasItsNight_AndItsShareOfTheMonth()
    {
        var clock = TestClock.AtNoon(new DateOnly(2028, 2, 29));
        await using var app = await TestApp.StartAsync(azurite, clock, "--LocalWorker:Queues=true");
        var night = await NightBook.OpenAsync(app);
        (await night.AccrueAsync("daily", "60.00", "2028-02-01", "2028-03-31", method: "daily")).Is(HttpStatusCode.Created);

        await app.FireAsync("Nightly");
        Assert.Equal(0, (await night.EndedAsync("2028-02-28")).Number("posted"));
        clock.SetNoon(new DateOnly(2028, 3, 1));
        await app.FireAsync("Nightly");

        Assert.Equal(1, (await night.EndedAsync("2028-02-29")).Number("posted"));
        Assert.Equal(("2028-02-29", "29.00"), (await night.Book.GetAsync("/accruals/daily")).List("slices").Select(slice => (slice.Text("date"), slice.Text("amount"))).First());
    }

    private static async Task<List<YearEntry>> ReadAsync()
    {
        var lines = await File.ReadAllLinesAsync(Path.Combine(AppContext.BaseDirectory, "data", "company-2025.ndjson"), Encoding.UTF8);
        return [.. lines.Select(line =>
        {
            var json = JsonDocument.Parse(line).RootElement;
            return new YearEntry(json.Text("id"), int.Parse(json.Text("date").AsSpan(5, 2), CultureInfo.InvariantCulture), json.TryGetProperty("lateAs", out _), json.TryGetProperty("period", out _), line);
        })];
    }

    private sealed record YearEntry(string Id, int Month, bool IsLate, bool IsClosing, string Json);
}
