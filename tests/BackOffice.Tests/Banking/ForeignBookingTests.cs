using BackOffice.Banking;
using BackOffice.Ledger;
using BackOffice.Tests.Ledger;
using CsCheck;

namespace BackOffice.Tests.Banking;

public sealed class ForeignBookingTests
{
    private static readonly DateOnly Day = new(2026, 1, 30);
    private static readonly BankAccount Dollars = new("GB29NWBK60161331926819", "Acme GmbH", "1210", "1360", Currency: "USD");
    private static readonly BankAccount Giro = new("DE89370400440532013000", "Acme GmbH", "1200", "1360");

    [Fact]
    public void Receipt_SettlesWhatIsOwed_AtItsOwnRate_AndTheRestIsALoss()
    {
        var book = Open();
        book.Post(new Entry("R-1", Day, "Invoice", [new Line("1400", 100_000, "acme", "R-1", Foreign: new Foreign("USD", 108_500, 1.085m)), new Line("8400", -100_000)]));

        Assert.Equal([("1210", 98_636L), ("1400", -100_000L), ("2150", 1_364L)], Booked(book, Dollars, 108_500, 1.1m, new CounterLine("1400", -108_500, "acme", "R-1")));
        // Two halves of one line are the whole, to the cent.
        Assert.Equal(-100_000, Booked(book, Dollars, 108_500, 1.1m, new CounterLine("1400", -54_251, "acme", "R-1"), new CounterLine("1400", -54_249, "acme", "R-1")).Where(line => line.Account == "1400").Sum(line => line.AmountMinor));
        Assert.Equal("ledger/foreign-amount", Refused(book, Giro, 100_000, null, new CounterLine("1400", -100_000, "acme", "R-1", Foreign: new ItemAmount("USD", -108_501))));
        Assert.Equal("bank/no-rate", Refused(book, Dollars, 100, null, new CounterLine("8400", -100)));
    }

    [Fact]
    public void ItemOnDifferentSidesInTheTwoCurrencies_IsRefused()
    {
        var book = Open();
        book.Post(new Entry("R-1", Day, "Invoice", [new Line("1400", 100_000, "acme", "R-1", Foreign: new Foreign("USD", 108_500, 1.085m)), new Line("8400", -100_000)]));
        book.Post(new Entry("P-1", Day, "Paid", [new Line("1200", 111_111), new Line("1400", -111_111, "acme", "R-1", Foreign: new Foreign("USD", -100_000, 0.9m))]));

        Assert.Equal("ledger/foreign-amount", Refused(book, Dollars, 8_500, 1.1m, new CounterLine("1400", -8_500, "acme", "R-1")));
    }

    [Fact]
    public void LineThatIsTakenBack_IsTakenBackAsItWasBooked_WithWhatTheBankKept()
    {
        var book = Open();
        book.Post(new Entry("R-1", Day, "Invoice", [new Line("1400", 100_000, "acme", "R-1", Foreign: new Foreign("USD", 108_500, 1.085m)), new Line("8400", -100_000)]));
        var came = Of(book, Dollars, 108_500, 1.1m, new CounterLine("1400", -108_500, "acme", "R-1"));
        book.Post(came.Entry("x", Dollars));

        var back = ForeignBooking.Of(Item(-108_800, new CounterLine("1400", 108_500, "acme", "R-1"), new CounterLine("4970", 300)), book.State, Dollars, 1.05m, came).Value!;
        Assert.Equal([("1210", -98_922L), ("4970", 286L), ("1400", 100_000L), ("2150", -1_364L)], back.Booked!.Select(line => (line.Account, line.AmountMinor)));
    }

    [Fact]
    public void AnyMovements_BalanceEachEntry_AndAnEmptiedAccountIsWorthNothing() =>
        Gen.Select(Gen.Long[-50_000, 50_000], Gen.Int[80, 160]).Array[1, 12].Sample(moves =>
        {
            var book = Open();
            var held = 0L;
            var n = 0;
            void Move(long amount, decimal rate)
            {
                if (!ForeignBooking.Of(Item(amount, new CounterLine("8400", -amount)), book.State, Dollars, rate).Is(out var item, out var refusal))
                {
                    Assert.Equal("bank/amount", refusal.Code); // worth nothing
                    return;
                }

                Assert.Equal(0, item.Booked!.Sum(line => line.AmountMinor));
                Assert.All(item.Booked!.Where(line => line.Foreign is not null), line => Assert.InRange((long)Foreign.BaseMinor(line.Foreign!.AmountMinor, 2, line.Foreign.Rate, 2) - line.AmountMinor, -1, 1));
                Assert.Null(book.Post(item.Entry(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"i{n++}"), Dollars)).Refusal);
                held += amount;
            }

            foreach (var (amount, rate) in moves.Where(move => move.Item1 != 0)) Move(amount, rate / 100m);
            Assert.Equal(held, (long)(ForeignBalance.Held(book.State, "1210", "USD")?.ForeignMinor ?? 0));
            if (held != 0) Move(-held, 1.23m);
            if (held == 0) Assert.Equal(0, book.State.Account("1210")!.Between(0, int.MaxValue).BalanceMinor);
        });

    private static PureBook Open()
    {
        var book = PureBook.Open(chart: Chart.Skr03);
        book.Commit(draft => PutAccounts.Decide(draft, [new PutAccounts.AccountWanted("1210", "Bank USD", AccountType.Asset, "assets.B.IV")], "tester"));
        return book;
    }

    private static BankItem Item(long amount, params CounterLine[] lines) => new("usd", "s", new BankLine(Day, null, amount, null, null, null, null, null, null, false), new BankMatch("assigned", lines, []), 1);

    private static BankItem Of(PureBook book, BankAccount account, long amount, decimal? rate, params CounterLine[] lines) => ForeignBooking.Of(Item(amount, lines), book.State, account, rate).Value!;

    private static IEnumerable<(string Account, long AmountMinor)> Booked(PureBook book, BankAccount account, long amount, decimal? rate, params CounterLine[] lines) => Of(book, account, amount, rate, lines).Booked!.Select(line => (line.Account, line.AmountMinor));

    private static string Refused(PureBook book, BankAccount account, long amount, decimal? rate, params CounterLine[] lines) => ForeignBooking.Of(Item(amount, lines), book.State, account, rate).Refusal!.Code;
}
