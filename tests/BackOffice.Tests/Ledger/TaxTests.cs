using BackOffice.Kernel;
using BackOffice.Ledger;
using CsCheck;

namespace BackOffice.Tests.Ledger;

public class TaxTests
{
    private static readonly DateOnly March = new(2025, 3, 1);
    internal static readonly VatRates Rates = new(new[] { "vat.standard", "vat.reduced" }.ToDictionary(name => name, name => new ParameterHistory(
        Parameter.Find(name)!, [.. Parameter.Find(name)!.Defaults.Select(known => new ParameterValue(known.From, known.Value))])));

    [Fact]
    public void Split_GrossSale_IsBaseAndTaxExactly() =>
        Assert.Equal([("1400", 11_900), ("8400", -10_000), ("1776", -1_900)], Lines(Gross("sale-standard", true, 11_900)));

    [Fact]
    public void Split_NetSaleAtTwoRates_TaxesEachRateOnItsSum()
    {
        var split = Decide(new GrossEntry("g", new DateOnly(2025, 3, 15), "Sale", new Line("1400", 0, "c-1", "RE-1", new DateOnly(2025, 4, 14)),
            [new("8400", "sale-standard", 50, false), new("8300", "sale-reduced", 10_000, false), new("8400", "sale-standard", 50, false)])).Value!;
        // 19 % of 1.00, not twice 19 % of 0.50 (which would be 0.20)
        Assert.Equal([("1400", 10_819), ("8400", -50), ("8300", -10_000), ("8400", -50), ("1776", -19), ("1771", -700)], Lines(split));
        Assert.Equal(2, split.Parameters.Count);
        Assert.Equal("RE-1", split.Entry.Lines[0].Document);
    }

    [Fact]
    public void Split_GrossPurchase_StandsOnTheOtherSide() =>
        Assert.Equal([("1600", -11_900), ("3400", 10_000), ("1576", 1_900)], Lines(Gross("purchase-standard", true, 11_900, "1600", "3400")));

    [Fact]
    public void Split_ReverseCharge_OwesAndReclaimsAtOnce() =>
        Assert.Equal([("1600", -10_000), ("3100", 10_000), ("1577", 1_900), ("1787", -1_900)], Lines(Gross("purchase-13b", false, 10_000, "1600", "3100")));

    [Fact]
    public void Split_Export_HasNoTaxLine() => Assert.Equal([("1400", 10_000), ("8120", -10_000)], Lines(Gross("sale-export", false, 10_000, account: "8120")));

    [Fact]
    public void Split_InTheSecondHalfOf2020_TakesTheRateOfThen() =>
        Assert.Equal([("1400", 11_600), ("8400", -10_000), ("1776", -1_600)], Lines(Gross("sale-standard", true, 11_600, date: new DateOnly(2020, 12, 31))));

    [Fact]
    public void Split_MixedRequests_AreRefused()
    {
        GrossEntry mixed(GrossLine a, GrossLine b) => new("g", March, "Mixed", new Line("1400", 0), [a, b]);
        Assert.Equal("ledger/gross-and-net", Decide(mixed(new("8400", "sale-standard", 1, true), new("8400", "sale-standard", 1, false))).Refusal!.Code);
        Assert.Equal("ledger/sale-and-purchase", Decide(mixed(new("8400", "sale-standard", 1, true), new("3400", "purchase-standard", 1, true))).Refusal!.Code);
        Assert.Equal("ledger/no-chart", PostGross.Decide(mixed(new("8400", "sale-standard", 1, true), new("8400", "sale-standard", 1, true)), null, Rates).Refusal!.Code);
    }

    [Fact]
    public void Split_AnyAmounts_Balances_AndGrossIsKeptExactly() =>
        Gen.Select(Gen.OneOf("sale-standard", "sale-reduced", "purchase-standard", "purchase-13b", "sale-zero"), Gen.Long[1, 9_999_999].Array[1, 12], Gen.Bool).Sample((code, amounts, gross) =>
        {
            var entry = Decide(new GrossEntry("g", March, "Any", new Line("1400", 0), [.. amounts.Select(amount => new GrossLine("8400", code, amount, gross))])).Value!.Entry;
            Assert.Equal(0, entry.Lines.Sum(line => line.AmountMinor));
            if (gross) Assert.Equal(amounts.Sum(), Math.Abs(entry.Lines[0].AmountMinor));
        });

    [Fact]
    public void Return_WorkedExample_CutsTheBaseAndShowsTheDifferenceToTheAccount()
    {
        var book = PureBook.Open(chart: Chart.Skr03);
        book.Post(Sale("a", 99_999, 19_000));
        var vat = VatReturn.Of(book.State, March, Rates).Value!;
        Assert.Equal((99_900, 18_981), ((long)vat["81"]!.BaseMinor!.Value, (long)vat["81"]!.TaxMinor!.Value));
        var difference = Assert.Single(vat.Differences);
        Assert.Equal(("1776", 18_981, 19_000, 19), (difference.Account, (long)difference.ReturnMinor, (long)difference.BookedMinor, (long)difference.DifferenceMinor));
        Assert.Equal(18_981, (long)vat.PayableMinor);
    }

    [Fact]
    public void Return_EveryKind_StandsInItsBox()
    {
        var book = PureBook.Open(chart: Chart.Skr04);
        var n = 0;
        foreach (var (code, account, contra) in new[]
                 {
                     ("sale-standard", "4400", "1200"), ("sale-reduced", "4300", "1200"), ("sale-zero", "4100", "1200"), ("sale-eu", "4125", "1200"), ("sale-export", "4120", "1200"),
                     ("sale-eu-service", "4336", "1200"), ("sale-13b", "4337", "1200"), ("purchase-standard", "5400", "3300"), ("purchase-reduced", "5300", "3300"),
                     ("purchase-eu", "5425", "3300"), ("purchase-13b-eu", "5923", "3300"), ("purchase-13b", "5920", "3300"),
                 })
        {
            var split = PostGross.Decide(new GrossEntry($"g{n++}", new DateOnly(2025, 3, 10), code, new Line(contra, 0), [new(account, code, 100_050, false)]), Chart.Skr04, Rates).Value!;
            Assert.True(book.Post(split.Entry).IsPost);
        }

        var vat = VatReturn.Of(book.State, March, Rates).Value!;
        Assert.Equal(["21", "41", "43", "46", "47", "60", "61", "66", "67", "81", "84", "85", "86", "87", "89", "83"], vat.Boxes.Select(box => box.Box));
        Assert.Equal(19_000, (long)vat["47"]!.TaxMinor!.Value);
        Assert.Equal(19_010 + 7_004, (long)vat["66"]!.TaxMinor!.Value); // 190.095 and 70.035, half away from zero
        Assert.Equal(38_020, (long)vat["67"]!.TaxMinor!.Value);
        Assert.Null(vat["46"]!.TaxMinor);
        Assert.Equal((100_000, 19_000), ((long)vat["89"]!.BaseMinor!.Value, (long)vat["89"]!.TaxMinor!.Value));
        // 81 + 86 + 89 + 47 + 85 − 66 − 61 − 67
        Assert.Equal(19_000 + 7_000 + 19_000 + 19_000 + 19_000 - 26_014 - 19_010 - 38_020, (long)vat.PayableMinor);
    }

    [Fact]
    public void Return_ALateSupplyUnderAnEarlierRate_StandsInTheBoxForOtherRates()
    {
        var book = PureBook.Open(chart: Chart.Skr03);
        book.Post(Entries.Simple("old", "2025-02-01"));
        foreach (var month in new[] { 2 }) book.Commit(draft => ClosePeriod.Decide(draft, new DateOnly(2025, month, 1), new DateOnly(2026, 1, 1), "tester"));
        book.Post(new Entry("late", new DateOnly(2020, 11, 5), "Sale of 2020", [new Line("1400", 11_600), new Line("8400", -10_000, TaxCode: "sale-standard"), new Line("1776", -1_600)], LateAsFirstOpen: true));
        var vat = VatReturn.Of(book.State, March, Rates).Value!;
        Assert.Equal((10_000, 1_600), ((long)vat["35"]!.BaseMinor!.Value, (long)vat["36"]!.TaxMinor!.Value));
        Assert.Null(vat["81"]);
        Assert.Equal(Int128.Zero, Assert.Single(vat.Differences).DifferenceMinor);
    }

    [Fact]
    public void Return_AReversalInALaterMonth_CorrectsThatMonth()
    {
        var book = PureBook.Open(chart: Chart.Skr03);
        var sale = Sale("a", 10_000, 1_900);
        book.Post(sale);
        book.Post(sale.Reversal("a-r", new DateOnly(2025, 4, 2), "Storno"));
        Assert.Equal(1_900, (long)VatReturn.Of(book.State, March, Rates).Value!.PayableMinor);
        Assert.Equal(-1_900, (long)VatReturn.Of(book.State, new DateOnly(2025, 4, 1), Rates).Value!.PayableMinor);
    }

    [Fact]
    public void Return_AReversalAcrossARateChange_IsCorrectedAtTheRateOfTheSupply()
    {
        var book = PureBook.Open(chart: Chart.Skr03);
        var sale = new Entry("a", new DateOnly(2020, 12, 15), "Sale", [new Line("1400", 11_600), new Line("8400", -10_000, TaxCode: "sale-standard"), new Line("1776", -1_600)]);
        book.Post(sale);
        book.Post(sale.Reversal("a-r", new DateOnly(2021, 1, 15), "Storno"));
        var vat = VatReturn.Of(book.State, new DateOnly(2021, 1, 1), Rates).Value!;
        Assert.Equal((-10_000, -1_600), ((long)vat["35"]!.BaseMinor!.Value, (long)vat["36"]!.TaxMinor!.Value));
        Assert.Equal(Int128.Zero, Assert.Single(vat.Differences).DifferenceMinor);
    }

    [Fact]
    public void Return_ClearingAndOpeningOfTaxAccounts_AreNoInputTax_ButShownAsDifference()
    {
        var book = PureBook.Open(chart: Chart.Skr03);
        book.Post(new Entry("p", new DateOnly(2025, 3, 10), "Goods", [new Line("3400", 10_000, TaxCode: "purchase-standard"), new Line("1576", 1_900), new Line("1600", -11_900)]));
        book.Post(Entries.Simple("clear", "2025-03-31", 1_900, "1780", "1576"));
        var vat = VatReturn.Of(book.State, March, Rates).Value!;
        Assert.Equal((1_900, -1_900), ((long)vat["66"]!.TaxMinor!.Value, (long)vat.PayableMinor));
        Assert.Equal(("66", "1576", -1_900, 0), Assert.Single(vat.Differences) is var d ? (d.Box, d.Account, (int)d.ReturnMinor, (int)d.BookedMinor) : default);
    }

    [Fact]
    public void Rates_ChangedAfterFiling_HaveNoPartInWhatWasFiled()
    {
        var changed = new VatRates(Rates.Histories.ToDictionary(h => h.Key, h => h.Key == "vat.reduced"
            ? h.Value with { Values = [.. h.Value.Values, new ParameterValue(new DateOnly(2025, 1, 1), 0.05m, 1, "op", new DateTimeOffset(2025, 6, 1, 0, 0, 0, TimeSpan.Zero), "late")] } : h.Value));
        Assert.Equal(0.05m, changed.On("vat.reduced", March)!.Value);
        Assert.Equal(0.07m, changed.KnownAt(new DateTimeOffset(2025, 5, 1, 0, 0, 0, TimeSpan.Zero)).On("vat.reduced", March)!.Value);
    }

    [Fact]
    public void Split_WithADayOfSupply_TakesItsRate() => Assert.Equal([("1400", 11_600), ("8400", -10_000), ("1776", -1_600)],
        Lines(Decide(new GrossEntry("g", new DateOnly(2021, 1, 10), "Late", new Line("1400", 0), [new("8400", "sale-standard", 11_600, true)], new DateOnly(2020, 12, 20))).Value!));

    [Fact]
    public void Post_WhatASplitMakesTooLarge_IsRefusedNotStored()
    {
        var book = PureBook.Open(chart: Chart.Skr03);
        var split = Decide(new GrossEntry("g", March, "Huge", new Line("1400", 0), [new("8400", "sale-standard", 999_999_999_999_999, false)])).Value!;
        Assert.Equal("ledger/amount-invalid", book.Post(split.Entry).Refusal!.Code);
    }

    [Fact]
    public void Gross_Repeated_IsToldByTheRequestNotByItsResult()
    {
        var book = PureBook.Open(chart: Chart.Skr03);
        PreparedEntry made(decimal rate) => PreparedEntry.Of(Entries.Simple("g", amountMinor: (long)(rate * 100)), 2).MadeFrom("the same request"u8, ["vat.standard"]);
        PostDecision post(PreparedEntry prepared) => book.Commit(draft =>
        {
            var decision = PostEntry.Decide(draft, prepared);
            if (decision.IsPost) draft.Post(prepared, decision.Date, "tester");
            return decision;
        });
        Assert.True(post(made(1)).IsPost);
        Assert.Equal(1, post(made(2)).RepeatedNumber); // the rate has changed since: still the same request
        Assert.Equal(Snapshot.Of(book.State).LastBlock, Snapshot.Of(book.Replayed()).LastBlock);
        Assert.Equal(["vat.standard"], book.Segments[^1].Records(2).OfType<EntryPosted>().Single().Origin!.Parameters);
    }

    private static Entry Sale(string id, long net, long tax) =>
        new(id, new DateOnly(2025, 3, 15), "Sale", [new Line("1400", net + tax), new Line("8400", -net, TaxCode: "sale-standard"), new Line("1776", -tax)]);

    private static SplitEntry Gross(string code, bool gross, long amount, string contra = "1400", string account = "8400", DateOnly? date = null) =>
        Decide(new GrossEntry("g", date ?? March, "Test", new Line(contra, 0), [new(account, code, amount, gross)])).Value!;

    private static Outcome<SplitEntry> Decide(GrossEntry entry) => PostGross.Decide(entry, Chart.Skr03, Rates);

    private static (string, int)[] Lines(SplitEntry split) => [.. split.Entry.Lines.Select(line => (line.Account, (int)line.AmountMinor))];
}
