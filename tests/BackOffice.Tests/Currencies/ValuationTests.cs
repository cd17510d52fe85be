using BackOffice.Currencies;
using BackOffice.Kernel;
using BackOffice.Ledger;
using BackOffice.Tests.Ledger;
using CsCheck;

namespace BackOffice.Tests.Currencies;

public sealed class ValuationTests
{
    private static readonly DateOnly EndOfJanuary = new(2026, 1, 31);

    [Theory]
    [InlineData(108_500, 100_000, "1.10", null, -1_364)] // a receivable is worth less
    [InlineData(108_500, 100_000, "1.05", null, 3_333)] // and more
    [InlineData(108_500, 100_000, "1.05", "2027-01-31", 3_333)] // due within the year
    [InlineData(108_500, 100_000, "1.05", "2027-02-01", 0)] // a gain beyond it is not booked
    [InlineData(108_500, 100_000, "1.10", "2027-02-01", -1_364)] // a loss is
    [InlineData(-108_500, -100_000, "1.05", null, -3_333)] // a debt weighs more
    [InlineData(-108_500, -100_000, "1.10", null, 1_364)]
    [InlineData(-108_500, -100_000, "1.10", "2027-02-01", 0)]
    [InlineData(108_500, 100_000, "1.085", null, 0)]
    public void Valuation_IsTheDayRatesWorthLessTheBookValue_WithoutGainsOfALongTerm(long foreign, long book, string rate, string? due, long difference)
    {
        var balance = new ForeignBalance("1400", new ForeignKey("USD", "acme", "R-1"), foreign, book, due is null ? -1 : DateOnly.Parse(due, System.Globalization.CultureInfo.InvariantCulture).DayNumber);

        Assert.Equal(difference, Valuation.Of(balance, new DatedRate(EndOfJanuary, decimal.Parse(rate, System.Globalization.CultureInfo.InvariantCulture)), EndOfJanuary, 2).DifferenceMinor);
    }

    [Theory]
    [InlineData("1000", "assets.B.IV", true)] // petty cash
    [InlineData("1200", "assets.B.IV", true)]
    [InlineData("1210", null, true)] // shows a bank account
    [InlineData("1710", null, true)] // an overdraft is due any day
    [InlineData("1550", null, false)] // a loan given, of which nobody knows when it ends
    [InlineData("1400", "assets.B.II", false)]
    public void GainsWithoutADay_AreThoseOfMoney_AtHandAndAtBanks(string code, string? line, bool isCash)
    {
        var book = PureBook.Open(chart: Chart.Skr03);
        book.Commit(draft => PutAccounts.Decide(draft, [new(code, "x", code == "1710" ? AccountType.Liability : AccountType.Asset, "", line)], "alice"));

        Assert.Equal(isCash, Valuation.IsCash(book.State.Account(code)!, new HashSet<string> { "1210", "1710" }));
        var balance = new ForeignBalance(code, new ForeignKey("USD", "", ""), 1_085_000, 1_000_000, -1);
        Assert.Equal(isCash ? 33_333 : 0, Valuation.Of(balance, new DatedRate(EndOfJanuary, 1.05m), EndOfJanuary, 2, isCash).DifferenceMinor);
    }

    [Theory]
    [InlineData(108_500, 2, "1.085", 2, 100_000)]
    [InlineData(160_000, 0, "160", 2, 100_000)] // yen have no digits
    [InlineData(1_000, 3, "0.4", 2, 250)] // dinars have three
    [InlineData(100, 2, "0.00625", 0, 160)]
    public void BaseAmount_IsForeignByRate_HalfAwayFromZero(long foreign, int foreignDigits, string rate, int baseDigits, long worth)
    {
        var parsed = decimal.Parse(rate, System.Globalization.CultureInfo.InvariantCulture);
        Assert.Equal(worth, Foreign.BaseMinor(foreign, foreignDigits, parsed, baseDigits));
        Assert.Equal(-worth, Foreign.BaseMinor(-foreign, foreignDigits, parsed, baseDigits));
    }

    [Fact]
    public void Valuation_IsBookedOnTheItem_AndTakenBackTheDayAfter()
    {
        var value = Valuation.Of(new ForeignBalance("1400", new ForeignKey("USD", "acme", "R-1"), 108_500, 100_000, -1), new DatedRate(new DateOnly(2026, 1, 30), 1.10m), EndOfJanuary, 2);

        var entry = Valuation.Entry(value, EndOfJanuary, Chart.Skr03)!;
        var back = Valuation.Back(entry);

        Assert.Equal("Valuation of USD on 1400 at 1.10 of 2026-01-30", entry.Text);
        Assert.Equal([("1400", -1_364L, "acme", "R-1"), ("2150", 1_364L, null, null)], entry.Lines.Select(line => (line.Account, line.AmountMinor, line.Party, line.Document)));
        Assert.Equal((new DateOnly(2026, 2, 1), entry.Id, "fx", "fx"), (back.Date, back.Reverses, Ids.DepartmentOf(entry.Id), Ids.DepartmentOf(back.Id)));
        Assert.All(entry.Lines.Zip(back.Lines), pair => Assert.Equal(-pair.First.AmountMinor, pair.Second.AmountMinor));
        Assert.True(Ids.IsEntity(back.Id), back.Id);
    }

    [Fact]
    public void ForeignBalances_AreTheSumsOfTheLinesThatSaySo_WhateverTheValuationBooked()
    {
        var book = PureBook.Open(chart: Chart.Skr03);
        book.Post(Invoice("e1", "R-1", 108_500, 1.085m, 100_000));
        var value = Valuation.Of(ForeignBalance.Of(book.State, EndOfJanuary).Single(), new DatedRate(EndOfJanuary, 1.10m), EndOfJanuary, 2);

        book.Post(Valuation.Entry(value, EndOfJanuary, Chart.Skr03)!);

        var balance = ForeignBalance.Of(book.State, EndOfJanuary).Single();
        Assert.Equal((108_500, 100_000), ((long)balance.ForeignMinor, (long)balance.BookMinor));
        Assert.Equal(98_636, (long)OpenItems.Find(book.State, EndOfJanuary, "1400", "acme", "R-1")!.OpenMinor);
        Assert.Empty(ForeignBalance.Of(book.State, EndOfJanuary, throughEntry: 0));
    }

    [Fact]
    public void AnyParts_SettleTheItemInBothCurrencies_AndGainsAndLossesAreWhatWasPaidLessWhatWasBooked() =>
        Gen.Select(Gen.Long[100, 9_000_000], Gen.Int[5_000, 20_000], Gen.Int[5_000, 20_000].Array[1, 5], Gen.Bool).Sample((foreign, bookedAt, paidAts, isPayable) =>
        {
            var book = PureBook.Open(chart: Chart.Skr03);
            var (sign, account) = isPayable ? (-1, "1600") : (1, "1400");
            var booked = (long)Foreign.BaseMinor(foreign, 2, bookedAt / 10_000m, 2);
            Assert.True(book.Post(new Entry("inv", new DateOnly(2026, 1, 5), "Invoice",
                [new Line(account, sign * booked, "acme", "R-1", new DateOnly(2026, 2, 5), Foreign: new Foreign("USD", sign * foreign, bookedAt / 10_000m)), new Line(isPayable ? "4210" : "8400", -sign * booked)])).IsPost);

            var (left, paid) = (foreign, 0L);
            for (var n = 0; n < paidAts.Length; n++)
            {
                var part = n == paidAts.Length - 1 ? left : Math.Max(1, left / 3);
                if (part == 0) break;
                var worth = Math.Max(1, (long)Foreign.BaseMinor(part, 2, paidAts[n] / 10_000m, 2));
                var entry = SettleOpenItem.Decide(book.State, new Settlement($"p{n}", new DateOnly(2026, 1, 20), "Payment", "acme", account, "R-1", "1200", worth, Foreign: new SettlementForeign("USD", part, null)), null).Value!;
                Assert.True(book.Post(entry).IsPost);
                (left, paid) = (left - part, paid + worth);
            }

            Assert.Empty(ForeignBalance.Of(book.State, EndOfJanuary));
            Assert.Equal(0, (long)OpenItems.Find(book.State, EndOfJanuary, account, "acme", "R-1")!.OpenMinor);
            var realised = book.State.Account("2660")!.Between(0, int.MaxValue).BalanceMinor + book.State.Account("2150")!.Between(0, int.MaxValue).BalanceMinor;
            Assert.Equal(sign * (booked - paid), (long)realised);
        });

    private static Entry Invoice(string id, string document, long foreign, decimal rate, long worth) => new(id, new DateOnly(2026, 1, 5), "Invoice",
        [new Line("1400", worth, "acme", document, new DateOnly(2026, 2, 5), Foreign: new Foreign("USD", foreign, rate)), new Line("8400", -worth)]);
}
