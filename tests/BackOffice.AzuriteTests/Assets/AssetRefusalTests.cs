using System.Globalization;
using System.Net;
using System.Text.Json;
using BackOffice.AzuriteTests.Nightly;

namespace BackOffice.AzuriteTests.Assets;

/// <summary>What the asset register does not take, and from whom.</summary>
public sealed class AssetRefusalTests(SharedApp shared) : IClassFixture<SharedApp>
{
    [Theory]
    [InlineData("""{"lifeMonths":0}""", 400, "request/number", "lifeMonths")]
    [InlineData("""{"lifeMonths":1201}""", 400, "request/number", "lifeMonths")]
    [InlineData("""{"cost":"0.00"}""", 422, "ledger/amount-zero", "cost")]
    [InlineData("""{"cost":"1.001"}""", 422, "ledger/amount-invalid", "cost")]
    [InlineData("""{"method":"sumOfDigits"}""", 422, "asset/method", "method")]
    [InlineData("""{"method":"immediate"}""", 422, "asset/method-limit", "cost")]
    [InlineData("""{"method":"declining","acquired":"2025-06-30"}""", 422, "asset/method-not-allowed", "method")]
    [InlineData("""{"method":"declining","rate":"0.31"}""", 422, "asset/rate", "rate")]
    [InlineData("""{"rate":"0.1"}""", 422, "asset/rate", "rate")]
    [InlineData("""{"assetAccount":"9999"}""", 422, "ledger/account-unknown", "assetAccount")]
    [InlineData("""{"assetAccount":"4210"}""", 422, "asset/account-type", "assetAccount")]
    [InlineData("""{"depreciationAccount":"1200"}""", 422, "asset/account-type", "depreciationAccount")]
    [InlineData("""{"against":"0420"}""", 422, "asset/same-account", "assetAccount")]
    [InlineData("""{"takenOver":{"through":"2025-12","depreciation":"0.00"}}""", 422, "asset/taken-over", "takenOver.through")]
    [InlineData("""{"takenOver":{"through":"2026-02","depreciation":"1200.01"}}""", 422, "asset/taken-over", "takenOver.depreciation")]
    [InlineData("""{"takenOver":{"through":"2026-02-01","depreciation":"1"}}""", 400, "request/text", "takenOver.through")]
    [InlineData("""{"serial":"1"}""", 400, "request/unknown-field", "serial")]
    public async Task BadAssets_AreRefused_AndChangeNothing(string change, int status, string code, string path)
    {
        var book = (await NightBook.OpenAsync(shared.App)).Book;
        var wanted = JsonDocument.Parse(Laptop.Body()).RootElement.EnumerateObject().ToDictionary(member => member.Name, member => member.Value);
        foreach (var member in JsonDocument.Parse(change).RootElement.EnumerateObject()) wanted[member.Name] = member.Value;

        (await book.SendAsync(HttpMethod.Put, "/assets/bad", JsonSerializer.Serialize(wanted))).IsProblem((HttpStatusCode)status, code, path);

        (await book.TryGetAsync("/assets/bad")).IsProblem(HttpStatusCode.NotFound, "case/unknown");
        Assert.Equal(0, await book.EntriesAsync());
    }

    [Theory]
    [InlineData("additions", """{"date":"2025-12-31","amount":"1.00","reason":"r"}""", 422, "asset/date", "date")]
    [InlineData("additions", """{"date":"2026-02-01","amount":"1.00"}""", 400, "request/missing", "reason")]
    [InlineData("additions", """{"date":"2030-01-01","amount":"1.00","reason":"r"}""", 422, "asset/life-over", "date")]
    [InlineData("impairments", """{"date":"2026-01-31","amount":"1166.68","reason":"r"}""", 422, "asset/below-zero", "amount")]
    [InlineData("impairments", """{"date":"2026-01-31","amount":"1.00","account":"0420","reason":"r"}""", 422, "asset/same-account", "account")]
    [InlineData("write-ups", """{"date":"2026-01-31","amount":"0.01","reason":"r"}""", 422, "asset/above-amortised-cost", "amount")]
    [InlineData("transfers", """{"date":"2026-01-31","toAccount":"0420","reason":"r"}""", 422, "asset/same-account", "toAccount")]
    [InlineData("transfers", """{"date":"2026-01-31","toAccount":"0210","amount":"600.00","reason":"r"}""", 422, "asset/transfer-whole", "amount")]
    [InlineData("disposals", """{"date":"2026-01-31","share":"1.01","reason":"r"}""", 422, "asset/share", "share")]
    [InlineData("disposals", """{"date":"2026-01-31","net":"1.00","taxCode":"purchase-standard","reason":"r"}""", 422, "ledger/tax-code", "taxCode")]
    [InlineData("disposals", """{"date":"2026-01-31","taxCode":"sale-standard","reason":"r"}""", 422, "asset/tax-code", "taxCode")]
    public async Task BadMovements_AreRefused_AndChangeNothing(string step, string body, int status, string code, string path)
    {
        var book = (await NightBook.OpenAsync(shared.App)).Book;
        (await book.SendAsync(HttpMethod.Put, "/assets/laptop", Laptop.Body())).Is(HttpStatusCode.Created);

        (await book.SendAsync(HttpMethod.Post, $"/assets/laptop/{step}", body)).IsProblem((HttpStatusCode)status, code, path);

        Assert.Equal((1L, 0L), ((await book.GetAsync("/assets/laptop")).Number("version"), await book.EntriesAsync()));
    }

    [Fact]
    public async Task Rights_AreAccountings_AndAuditorsRead()
    {
        var book = (await NightBook.OpenAsync(shared.App)).Book;
        (await book.SendAsync(HttpMethod.Put, "/assets/laptop", Laptop.Body())).Is(HttpStatusCode.Created);
        var auditor = new TestBook(shared.App, book.Id, shared.App.Client("Auditor"));

        Assert.Equal("held", (await auditor.GetAsync("/assets/laptop")).Text("status"));
        (await auditor.SendAsync(HttpMethod.Put, "/assets/other", Laptop.Body())).IsProblem(HttpStatusCode.Forbidden, "identity/role-missing");
        (await auditor.SendAsync(HttpMethod.Post, "/assets/laptop/disposals", """{"date":"2026-01-31","reason":"r"}""")).IsProblem(HttpStatusCode.Forbidden, "identity/role-missing");
        (await new TestBook(shared.App, book.Id, shared.App.Client("Operator")).TryGetAsync("/assets")).IsProblem(HttpStatusCode.Forbidden, "identity/role-missing");
    }
}

/// <summary>A laptop for 1,200.00, or something else.</summary>
internal static class Laptop
{
    public static string Body(string cost = "1200.00", string acquired = "2026-01-10", int life = 36, string method = "straightLine", string account = "0420", string more = "") => string.Create(CultureInfo.InvariantCulture,
        $$"""{"text":"Laptop","cost":"{{cost}}","acquired":"{{acquired}}","lifeMonths":{{life}},"method":"{{method}}","assetAccount":"{{account}}","depreciationAccount":"4830"{{more}}}""");
}
