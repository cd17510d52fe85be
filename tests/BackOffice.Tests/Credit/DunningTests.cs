using System.Globalization;
using BackOffice.Credit;
using BackOffice.Kernel;
using BackOffice.Ledger;
using CsCheck;

namespace BackOffice.Tests.Credit;

public sealed class DunningTests
{
    private static readonly DateOnly On = new(2025, 7, 31);
    private static readonly DunningRules Rules = RulesOn(On);

    [Fact]
    public void Run_WorkedNumber_OfABusiness()
    {
        var letter = Assert.Single(Run([Item("R-1", 30, 5_000_00)], CounterpartyKind.Business).Letters);

        var item = Assert.Single(letter.Items);
        Assert.Equal((new DateOnly(2025, 7, 1), 30, 2, 0.09m, 42_21L), (item.DueDate, item.DaysOverdue, item.Level, item.Surcharge, item.InterestMinor));
        Assert.Equal((2, 40_00L, 0L, 5_082_21L, new DateOnly(2025, 8, 7)), (letter.Level, letter.FlatFeeMinor, letter.FeeMinor, letter.TotalMinor, letter.PayBy));
    }

    [Theory]
    [InlineData(CounterpartyKind.Business, 42_21, 40_00, 0)]
    [InlineData(CounterpartyKind.Bank, 42_21, 40_00, 0)]
    [InlineData(CounterpartyKind.Public, 42_21, 40_00, 0)]
    [InlineData(CounterpartyKind.Consumer, 25_77, 0, 2_50)] // 5,000.00 × 6.27 % × 30 ÷ 365
    [InlineData(null, 25_77, 0, 2_50)]
    public void Letter_ToAnyButABusiness_HasTheSmallerSurcharge_AndNoFlatFee(CounterpartyKind? kind, long interest, long flatFee, long fee)
    {
        var letter = Assert.Single(Run([Item("R-1", 30, 5_000_00)], kind).Letters);

        Assert.Equal((kind, interest, flatFee, fee), (letter.Kind, letter.InterestMinor, letter.FlatFeeMinor, letter.FeeMinor));
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(9, 0)]
    [InlineData(10, 1)]
    [InlineData(23, 1)]
    [InlineData(24, 2)]
    [InlineData(37, 2)]
    [InlineData(38, 3)]
    [InlineData(1_000, 3)]
    public void Level_GoesByDaysOverdue(int days, int level)
    {
        var letters = Run([Item("R-1", days, 100_00)], null).Letters;

        Assert.Equal(level, letters.Count == 0 ? 0 : letters[0].Level);
        Assert.Equal(level switch { 2 => 2_50, 3 => 5_00, _ => 0 }, letters.Sum(letter => letter.FeeMinor));
    }

    /// <summary>The parameter may be set, but what the app comes with must be the law.</summary>
    [Fact]
    public void FirstLevel_BeforeDefault_CostsNothing()
    {
        Assert.Equal([0m], Parameter.Find("dunning.level1.fee")!.Defaults.Select(known => known.Value));
        var letter = Assert.Single(Run([Item("R-1", 23, 5_000_00)], CounterpartyKind.Business).Letters);
        Assert.Equal((1, 0L, 0L), (letter.Level, letter.FeeMinor, letter.FlatFeeMinor));
    }

    [Fact]
    public void Letter_TakesTheHighestLevelOfItsItems_AndAsksItsFeesOnce()
    {
        var letter = Assert.Single(Run([Item("R-3", 9, 300_00), Item("R-2", 10, 200_00), Item("R-1", 38, 100_00), Item("R-0", 38, 50_00)], CounterpartyKind.Business).Letters);

        Assert.Equal(["R-0 3", "R-1 3", "R-2 1"], letter.Items.Select(item => $"{item.Document} {item.Level}"));
        Assert.Equal((3, 40_00L, 0L, 350_00L), (letter.Level, letter.FlatFeeMinor, letter.FeeMinor, letter.OpenMinor));
    }

    [Fact]
    public void Fee_AboveTheFlatFee_IsAskedAsFarAsItIsAbove()
    {
        var rules = Rules with { Levels = [.. Rules.Levels.Select(level => level with { Fee = 45m })] };

        Assert.Equal((40_00L, 5_00L), Fees(Run([Item("R-1", 30, 100_00)], CounterpartyKind.Business, rules: rules)));
        Assert.Equal((0L, 45_00L), Fees(Run([Item("R-1", 30, 100_00)], null, rules: rules)));
        Assert.Equal((0L, 0L), Fees(Run([Item("R-1", 30, 100_00)], CounterpartyKind.Business, rules: rules, currency: "USD")));

        static (long, long) Fees(Dunning dunning) => (dunning.FlatFeeMinor, dunning.FeeMinor);
    }

    [Fact]
    public void Stop_OfADocument_LeavesItOut_WithItsReason()
    {
        var dunning = Run([Item("R-1", 38, 100_00), Item("R-2", 12, 50_00)], null, Stops(new DunningStop("R-1", null, "disputed", 1)));

        Assert.Equal(["R-2"], Assert.Single(dunning.Letters).Items.Select(item => item.Document));
        Assert.Equal((1, 0L), (dunning.Letters[0].Level, dunning.FeeMinor));
        var left = Assert.Single(dunning.LeftOut);
        Assert.Equal(("c-1", "R-1", 3, 100_00L, "disputed"), (left.Party, left.Document, left.Level, left.OpenMinor, left.Reason));
    }

    [Theory]
    [InlineData("2025-07-30", null, true)]
    [InlineData("2025-07-31", null, false)]
    [InlineData(null, null, false)]
    [InlineData(null, "agreed", true)]
    public void Stop_OfAParty_HoldsToItsLastDay_OrItsRelease(string? until, string? released, bool isDunned)
    {
        var stop = new DunningStop(null, until is null ? null : DateOnly.ParseExact(until, "yyyy-MM-dd", CultureInfo.InvariantCulture), "instalments", 1, released);

        var dunning = Run([Item("R-1", 38, 100_00), Item("R-2", 12, 50_00), Item("R-3", 9, 1_00)], null, Stops(stop));

        Assert.Equal(isDunned ? (1, 0) : (0, 2), (dunning.Letters.Count, dunning.LeftOut.Count));
    }

    [Fact]
    public void Stops_AreOneADocument_AndAReleasedOneMakesRoom()
    {
        var stops = DunningStops.None.With("R-1", null, "disputed", 1)!.With(null, On, "instalments", 2)!;
        Assert.Equal(stops.Stops, stops.With("R-1", null, "disputed", 3)!.Stops);
        Assert.Equal([("R-1", "in court", 1), (null, "instalments", 2)], stops.With("R-1", null, "in court", 3)!.Stops.Select(stop => (stop.Document, stop.Reason, stop.Number)));

        var released = stops.Release(stops.Of("R-1")!, "paid");
        Assert.Equal([null], released.Unreleased().Select(stop => stop.Document));
        Assert.Equal(4, released.With("R-1", null, "disputed", 4)!.Of("R-1")!.Number);

        var full = Enumerable.Range(2, DunningStops.MaxStops - 1).Aggregate(DunningStops.None.With("R-1", null, "disputed", 1)!, (all, n) => all.With($"R-{n}", null, "disputed", n)!);
        Assert.Null(full.With("one-more", null, "disputed", 501));
        Assert.Equal(DunningStops.MaxStops, full.Release(full.Of("R-7")!, "paid").With("one-more", null, "disputed", 502)!.Stops.Count);
    }

    [Fact]
    public void Stops_AreStoredAsAgreed() => Assert.Equal(
        """{"stops":[{"document":"R-1","until":"2025-07-31","reason":"disputed","number":1,"released":"paid"},{"reason":"instalments","number":2}]}""",
        CreditTables.Write(new DunningStops([new DunningStop("R-1", On, "disputed", 1, "paid"), new DunningStop(null, null, "instalments", 2)])));

    [Fact]
    public void Credit_ComesOff_AndWhereItCoversAllThereIsNoLetter()
    {
        OpenItem[] items = [Item("R-1", 38, 100_00), Item("G-1", 5, -30_00)];

        var letter = Assert.Single(Run(items, null, onAccount: -69_99).Letters);
        Assert.Equal((99_99L, 100_00 + letter.InterestMinor + 5_00 - 99_99), (letter.CreditMinor, letter.TotalMinor));

        var covered = Run(items, null, onAccount: -70_00);
        Assert.Empty(covered.Letters);
        Assert.Equal(("R-1", null, 100_00L), (covered.LeftOut[0].Document, covered.LeftOut[0].Reason, covered.LeftOutMinor));
        Assert.Equal(0, Assert.Single(Run([items[0]], null, onAccount: 70_00).Letters).CreditMinor);
    }

    [Fact]
    public void Item_OlderThanTheLaw_BearsNoInterest()
    {
        var old = On.DayNumber - new DateOnly(2014, 7, 28).DayNumber;

        var letter = Assert.Single(Run([Item("R-1", old, 100_00)], CounterpartyKind.Business).Letters);
        Assert.Equal((null, 0L, 0L), (letter.Items[0].Surcharge, letter.InterestMinor, letter.FlatFeeMinor));
        Assert.Equal(0.05m, Run([Item("R-1", old, 100_00)], null).Letters[0].Items[0].Surcharge);
    }

    [Fact]
    public void Run_BeforeTheHouseHadLevels_IsEmpty() => Assert.Empty(RulesOn(new DateOnly(1999, 12, 31)).Levels);

    [Fact]
    public void Text_IsThereForEachLevelInBothLanguages()
    {
        DunningLetter Letter(int level) => new("c-1", null, level, [], 0, 0, 0, new DateOnly(2025, 8, 7));
        var texts = (from level in Enumerable.Range(1, 3) from language in (string[])["de", "en"] select (Language: language, Text: DunningText.Of(Letter(level), On, language))).ToList();

        Assert.Equal(6, texts.Select(one => one.Text.Subject).Distinct().Count());
        Assert.All(texts, one =>
        {
            Assert.Contains(one.Text.Lines, line => line.Contains(one.Language == "de" ? "31.07.2025" : "31 July 2025", StringComparison.Ordinal));
            Assert.Contains(one.Text.Lines, line => line.Contains(one.Language == "de" ? "07.08.2025" : "7 August 2025", StringComparison.Ordinal));
        });
    }

    /// <summary>Every overdue item is in one letter or left out, once; and every total is the sum of what it is the total of.</summary>
    [Fact]
    public void Totals_AreTheSumsOfTheirParts() =>
        (from items in (from party in Gen.Int[1, 4] from days in Gen.Int[-20, 900] from amount in Gen.Long[-1_000_00, 9_000_000_00] select (party, days, amount)).Array[0, 25]
         from onAccount in (from party in Gen.Int[1, 4] from amount in Gen.Long[-100_000_00, 100_00] select (party, amount)).Array[0, 3]
         from stopped in Gen.Int[0, 24].Array[0, 4]
         select (items, onAccount, stopped)).Sample(
            one =>
            {
                List<OpenItem> items = [.. one.items.Where(item => item.amount != 0).Select((item, n) => Item($"R-{n}", item.days, item.amount, $"c-{item.party}"))];
                var stops = one.stopped.Distinct().Where(n => n < items.Count).GroupBy(n => items[n].Party).ToDictionary(own => own.Key, own => new DunningStops([.. own.Select(n => new DunningStop($"R-{n}", null, "disputed", 1))]));
                Dictionary<string, CounterpartyKind> kinds = new() { ["c-1"] = CounterpartyKind.Business, ["c-2"] = CounterpartyKind.Consumer };
                var open = new OpenItems(On, items, [.. one.onAccount.Select(rest => new OnAccount("1400", $"c-{rest.party}", rest.amount))], []);

                var dunning = Dunning.Of(open, kinds, stops, Rules, "EUR", 2);

                var expected = items.Where(item => item.OpenMinor > 0 && item.DaysOverdue >= 10).Select(item => item.Document).Order(StringComparer.Ordinal);
                Assert.Equal(expected, dunning.Letters.SelectMany(letter => letter.Items).Select(item => item.Document).Concat(dunning.LeftOut.Select(item => item.Document)).Order(StringComparer.Ordinal));
                Assert.All(dunning.Letters, letter =>
                {
                    Assert.Equal(letter.Items.Sum(item => item.OpenMinor + item.InterestMinor) + letter.FeeMinor + letter.FlatFeeMinor - letter.CreditMinor, letter.TotalMinor);
                    Assert.Equal(letter.Items.Max(item => item.Level), letter.Level);
                    Assert.True(letter.TotalMinor > 0 && letter.FeeMinor >= 0 && letter.CreditMinor >= 0);
                    Assert.True(letter.FlatFeeMinor == 0 || letter is { Party: "c-1", Level: > 1 });
                    Assert.All(letter.Items, item => Assert.Equal(LateInterest.Of(item.OpenMinor, item.DueDate, On, letter.Party == "c-1" ? 0.09m : 0.05m, Rules.BaseRates).InterestMinor, item.InterestMinor));
                });
                Assert.Equal(dunning.OpenMinor + dunning.InterestMinor + dunning.FeeMinor + dunning.FlatFeeMinor - dunning.CreditMinor, dunning.TotalMinor);
                Assert.Equal(items.Where(item => item.OpenMinor > 0 && item.DaysOverdue >= 10).Sum(item => (long)item.OpenMinor), dunning.OpenMinor + dunning.LeftOutMinor);
            });

    private static Dunning Run(IReadOnlyList<OpenItem> items, CounterpartyKind? kind, Dictionary<string, DunningStops>? stops = null, long onAccount = 0, DunningRules? rules = null, string currency = "EUR")
    {
        Dictionary<string, CounterpartyKind> kinds = kind is { } known ? new() { ["c-1"] = known } : [];
        return Dunning.Of(new OpenItems(On, items, onAccount == 0 ? [] : [new OnAccount("1400", "c-1", onAccount)], []), kinds, stops ?? [], rules ?? Rules, currency, 2);
    }

    private static Dictionary<string, DunningStops> Stops(params DunningStop[] stops) => new() { ["c-1"] = new DunningStops(stops) };

    private static OpenItem Item(string document, int days, long open, string party = "c-1") =>
        new("1400", party, document, On.AddDays(-days), Math.Max(0, days), open, 0, 1, [1], On.AddDays(-days - 14));

    private static DunningRules RulesOn(DateOnly on) => DunningRules.Of(
        DunningRules.Names.Select(name => Parameter.Find(name)!).Select(parameter => new ParameterHistory(parameter, [.. parameter.Defaults.Select(known => new ParameterValue(known.From, known.Value))])), on);
}
