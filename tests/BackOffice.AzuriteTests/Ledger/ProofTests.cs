using System.Net;
using System.Text.Json;

namespace BackOffice.AzuriteTests.Ledger;

/// <summary>Whoever holds a receipt can check by himself that the chain of today still contains his entry.</summary>
public sealed class ProofTests(SharedApp shared) : IClassFixture<SharedApp>
{
    private TestApp App => shared.App;

    [Fact]
    public async Task Proof_OfAnOldReceipt_LeadsToTheHeadHash()
    {
        var book = await App.NewBookAsync();
        (await book.ImportAsync(TestBook.Entries("before", 1, 7))).Is(HttpStatusCode.OK);
        var receipt = (await book.PostAsync(TestBook.Entry("mine"))).Is(HttpStatusCode.Created).Json;
        (await book.ImportAsync(TestBook.Entries("after", 1, 40))).Is(HttpStatusCode.OK);
        for (var n = 41; n <= 50; n++) (await book.PostAsync(TestBook.Numbered("after", n))).Is(HttpStatusCode.Created);
        (await book.CloseAsync("2025-01")).Is(HttpStatusCode.OK);

        var proof = await book.GetAsync("/entries/mine/proof");

        Assert.False(proof.TryGetProperty("next", out _));
        Assert.Equal(51, proof.List("digests").Count());
        HoldsReceipt(proof, receipt);
        Assert.Equal(await book.HeadHashAsync(), Walk(proof, receipt.Text("hash")));
        Assert.Equal(await book.HeadHashAsync(), proof.Text("headHash"));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(50)]
    [InlineData(51)]
    public async Task Proof_InPages_LeadsToTheHeadHash(int limit)
    {
        var book = await App.NewBookAsync();
        (await book.ImportAsync(TestBook.Entries("before", 1, 5) + TestBook.Entry("mine") + "\n" + TestBook.Entries("same-commit", 1, 30))).Is(HttpStatusCode.OK);
        var receipt = await book.GetAsync("/entries/mine");
        (await book.ImportAsync(TestBook.Entries("after", 1, 20))).Is(HttpStatusCode.OK);

        var hash = receipt.Text("hash");
        var count = 0;
        for (var path = $"/entries/mine/proof?limit={limit}"; path is not null;)
        {
            var page = await book.GetAsync(path);
            HoldsReceipt(page, receipt);
            Assert.Equal(hash, page.Text("startHash"));
            hash = Walk(page, hash);
            Assert.InRange(page.List("digests").Count(), 1, limit);
            count += page.List("digests").Count();
            path = page.TryGetProperty("next", out var next) ? next.GetString() : null;
        }

        Assert.Equal(50, count);
        Assert.Equal(await book.HeadHashAsync(), hash);
    }

    [Fact]
    public async Task Proof_OfTheLastEntry_NeedsNoDigests()
    {
        var book = await App.NewBookAsync();
        var receipt = (await book.PostAsync(TestBook.Entry("mine"))).Is(HttpStatusCode.Created).Json;

        var proof = await book.GetAsync("/entries/mine/proof");

        Assert.Empty(proof.List("digests"));
        HoldsReceipt(proof, receipt);
        Assert.Equal(receipt.Text("hash"), proof.Text("endHash"));
    }

    [Fact]
    public async Task Proof_ShowsNobodyElsesEntry()
    {
        var book = await App.NewBookAsync();
        (await book.PostAsync(TestBook.Entry("mine"))).Is(HttpStatusCode.Created);
        (await book.PostAsync(TestBook.Entry("others", text: "Confidential"))).Is(HttpStatusCode.Created);

        var proof = (await book.TryGetAsync("/entries/mine/proof")).Is(HttpStatusCode.OK);

        Assert.DoesNotContain("Confidential", proof.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Proof_OfAnUnknownEntry_Is404()
    {
        var book = await App.NewBookAsync();

        (await book.TryGetAsync("/entries/nothing/proof")).IsProblem(HttpStatusCode.NotFound, "ledger/entry-unknown");
    }

    /// <summary>The record in the proof gives the receipt's hash, and is the entry it speaks of.</summary>
    private static void HoldsReceipt(JsonElement proof, JsonElement receipt)
    {
        Assert.Equal(receipt.Text("hash"), Sha.Next(receipt.Text("previousHash"), Sha.Of(proof.Text("recordText"))));
        using var record = JsonDocument.Parse(proof.Text("recordText"));
        Assert.Equal(receipt.Number("number"), record.RootElement.Number("number"));
        Assert.Equal(receipt.Text("id"), record.RootElement.GetProperty("entry").Text("id"));
    }

    private static string Walk(JsonElement proof, string from)
    {
        var hash = proof.List("digests").Aggregate(from, (hash, digest) => Sha.Next(hash, digest.GetString()!));
        Assert.Equal(proof.Text("endHash"), hash);
        return hash;
    }
}
