using System.Text.Json;
using BackOffice.Kernel;
using BackOffice.Ledger;
using CsCheck;

namespace BackOffice.Tests.Ledger;

public class OpenItemTests
{
    private static readonly DateOnly EndOf2025 = new(2025, 12, 31);

    [Fact]
    public void Item_WorkedExample_IsOpenByWhatIsNotPaid()
    {
        var book = WithInvoice();
        Post(book, "p", "2025-02-20", Debit("1200", 5_000), Credit("1400", 5_000, "c-1", "R-1"));
        var open = OpenItems.Of(book.State, new DateOnly(2025, 3, 1));
        var item = Assert.Single(open.Items);
        Assert.Equal(("1400", "c-1", "R-1", new DateOnly(2025, 2, 14)), (item.Account, item.Party, item.Document, item.DueDate));
        Assert.Equal((11_900, 5_000, 6_900, 15), ((long)item.OriginalMinor, (long)item.SettledMinor, (long)item.OpenMinor, item.DaysOverdue));
        Assert.Equal((1, "1,2", false), (item.FirstEntry, string.Join(',', item.Entries), item.IsCredit));
        Assert.Equal([0, 6_900, 0, 0, 0], Assert.Single(open.Ageing).BucketsMinor);
    }

    [Theory]
    [InlineData("2025-01-14", 0)]
    [InlineData("2025-01-15", 11_900)]
    [InlineData("2025-02-19", 11_900)]
    [InlineData("2025-02-20", 6_900)]
    [InlineData("2025-03-09", 6_900)]
    [InlineData("2025-03-10", 0)]
    public void Item_AsOfADay_KnowsWhatWasPostedByThen(string on, long open)
    {
        var book = WithInvoice();
        Post(book, "p2", "2025-03-10", Debit("1200", 6_900), Credit("1400", 6_900, "c-1", "R-1"));
        Post(book, "p1", "2025-02-20", Debit("1200", 5_000), Credit("1400", 5_000, "c-1", "R-1"));
        Assert.Equal(open, OpenItems.Of(book.State, BusinessDay.Parse(on)!.Value).Items.Sum(item => (long)item.OpenMinor));
    }

    [Fact]
    public void Item_FullySettled_IsLeftOutUnlessAskedFor()
    {
        var book = WithInvoice();
        Post(book, "p", "2025-02-10", Debit("1200", 11_900), Credit("1400", 11_900, "c-1", "R-1"));
        Assert.Empty(OpenItems.Of(book.State, EndOf2025).Items);
        Assert.Empty(OpenItems.Of(book.State, EndOf2025).Ageing);
        var item = Assert.Single(OpenItems.Of(book.State, EndOf2025, settled: true).Items);
        Assert.Equal((11_900, 0, false), ((long)item.SettledMinor, (long)item.OpenMinor, item.IsCredit));
    }

    [Fact]
    public void Item_Overpaid_StaysInCredit()
    {
        var book = WithInvoice();
        Post(book, "p", "2025-02-10", Debit("1200", 12_000), Credit("1400", 12_000, "c-1", "R-1"));
        var item = Assert.Single(OpenItems.Of(book.State, EndOf2025).Items);
        Assert.Equal((12_000, -100, true), ((long)item.SettledMinor, (long)item.OpenMinor, item.IsCredit));
    }

    [Fact]
    public void Item_Raised_HasANegativeSettledAmount()
    {
        var book = WithInvoice();
        Post(book, "fee", "2025-02-20", Debit("1400", 500, "c-1", "R-1", "2025-03-31"), Credit("8400", 500));
        var item = Assert.Single(OpenItems.Of(book.State, EndOf2025).Items);
        Assert.Equal((11_900, -500, 12_400, new DateOnly(2025, 2, 14)), ((long)item.OriginalMinor, (long)item.SettledMinor, (long)item.OpenMinor, item.DueDate));
    }

    [Fact]
    public void Item_OfASupplier_IsNegative()
    {
        var book = PureBook.Open(chart: Chart.Skr03);
        Post(book, "b", "2025-01-15", Debit("3200", 10_000), Debit("1576", 1_900), Credit("1600", 11_900, "s-1", "E-7", "2025-02-14"));
        Assert.Equal(-11_900, Assert.Single(OpenItems.Of(book.State, EndOf2025).Items).OpenMinor);
    }

    [Fact]
    public void Item_OfAReversedInvoice_IsSettled()
    {
        var book = PureBook.Open(chart: Chart.Skr03);
        var invoice = Invoice();
        book.Post(invoice);
        book.Post(invoice.Reversal("i-r", new DateOnly(2025, 1, 20), "Reversal"));
        Assert.Empty(OpenItems.Of(book.State, EndOf2025).Items);
    }

    [Fact]
    public void Item_SameDocumentOfAnotherPartyOrAccount_IsAnotherItem()
    {
        var book = WithInvoice();
        Post(book, "i2", "2025-01-15", Debit("1400", 100, "c-2", "R-1", "2025-02-01"), Credit("8400", 100));
        Post(book, "i3", "2025-01-15", Debit("1500", 200, "c-1", "R-1", "2025-02-01"), Credit("8400", 200));
        Assert.Equal([("1400", "c-1", 11_900), ("1400", "c-2", 100), ("1500", "c-1", 200)], OpenItems.Of(book.State, EndOf2025).Items.Select(item => (item.Account, item.Party, (int)item.OpenMinor)));
        Assert.Equal(["1400", "1500"], OpenItems.Of(book.State, EndOf2025, "c-1").Items.Select(item => item.Account));
    }

    [Fact]
    public void OnAccount_WhatMatchesNothing_StaysVisible()
    {
        var book = WithInvoice();
        Post(book, "p1", "2025-02-10", Debit("1200", 700), Credit("1400", 700, "c-1"));
        Post(book, "p2", "2025-02-10", Debit("1200", 300), Credit("1400", 300, "c-1", "R-99"));
        var open = OpenItems.Of(book.State, EndOf2025);
        Assert.Equal(11_900, Assert.Single(open.Items).OpenMinor);
        Assert.Equal(new OnAccount("1400", "c-1", -1_000), Assert.Single(open.OnAccount));
        Assert.Equal((-1_000, 10_900), ((long)Assert.Single(open.Ageing).OnAccountMinor, (long)Assert.Single(open.Ageing).TotalMinor));
    }

    [Fact]
    public void OnAccount_PaidInAdvance_SettlesTheItemOnceItIsOpened()
    {
        var book = PureBook.Open(chart: Chart.Skr03);
        Post(book, "p", "2025-01-10", Debit("1200", 2_000), Credit("1400", 2_000, "c-1", "R-1"));
        book.Post(Invoice());
        Assert.Equal(-2_000, Assert.Single(OpenItems.Of(book.State, new DateOnly(2025, 1, 14)).OnAccount).AmountMinor);
        var open = OpenItems.Of(book.State, new DateOnly(2025, 1, 15));
        Assert.Empty(open.OnAccount);
        Assert.Equal((11_900, 9_900, 2), ((long)open.Items[0].OriginalMinor, (long)open.Items[0].OpenMinor, open.Items[0].FirstEntry));
    }

    [Fact]
    public void Items_OfIncomeExpenseAndEquity_AreNone()
    {
        var book = PureBook.Open(chart: Chart.Skr03);
        Post(book, "a", "2025-01-10", Debit("4210", 100, "c-1", "R-1", "2025-01-31"), Credit("0800", 100, "c-1", "R-1", "2025-01-31"));
        Assert.Empty(OpenItems.Of(book.State, EndOf2025).Items);
    }

    [Theory]
    [InlineData(-5, 0)]
    [InlineData(0, 0)]
    [InlineData(1, 1)]
    [InlineData(30, 1)]
    [InlineData(31, 2)]
    [InlineData(60, 2)]
    [InlineData(61, 3)]
    [InlineData(90, 3)]
    [InlineData(91, 4)]
    public void Ageing_BucketsBeginAndEndWithTheirDays(int daysOverdue, int bucket) => Assert.Equal(bucket, Ageing.BucketOf(daysOverdue));

    [Fact]
    public void Settle_WorkedExample_CorrectsTheVatAndLeavesNothingOpen()
    {
        var book = WithInvoice();
        var entry = Settle(book, Sale(11_662, 238)).Value!;
        Assert.Equal([("1200", 11_662, null), ("8736", 200, "sale-standard"), ("1776", 38, null), ("1400", -11_900, null)], entry.Lines.Select(line => (line.Account, (int)line.AmountMinor, line.TaxCode)));
        Assert.Equal(("c-1", "R-1"), (entry.Lines[3].Party, entry.Lines[3].Document));
        Assert.True(book.Post(entry).IsPost);
        Assert.Empty(OpenItems.Of(book.State, EndOf2025).Items);
    }

    [Fact]
    public void Settle_Payable_IsMirrored()
    {
        var book = PureBook.Open(chart: Chart.Skr04);
        Post(book, "b", "2025-01-15", Debit("5200", 10_000), Debit("1401", 700), Credit("3300", 10_700, "s-1", "E-7", "2025-02-14"));
        var paid = new Settlement("p", new DateOnly(2025, 1, 20), "Paid", "s-1", "3300", "E-7", "1800", 10_486, new SettlementDiscount(214, TaxCode.Find("purchase-reduced")!));
        var entry = SettleOpenItem.Decide(book.State, paid, 0.07m).Value!;
        Assert.Equal([("1800", -10_486), ("5731", -200), ("1401", -14), ("3300", 10_700)], entry.Lines.Select(line => (line.Account, (int)line.AmountMinor)));
    }

    [Theory]
    [InlineData(Chart.Skr03, "sale-standard", 0.19, "8736", "1776")]
    [InlineData(Chart.Skr03, "sale-reduced", 0.07, "8731", "1771")]
    [InlineData(Chart.Skr04, "sale-standard", 0.19, "4736", "3806")]
    [InlineData(Chart.Skr04, "sale-reduced", 0.07, "4731", "3801")]
    public void Settle_Discount_GoesToTheAccountsOfItsCodeAndChart(string chart, string code, double rate, string discountAccount, string taxAccount)
    {
        var book = PureBook.Open(chart: chart);
        var receivables = Chart.Number(chart, "1400");
        Post(book, "i", "2025-01-15", Debit(receivables, 50_000, "c-1", "R-1", "2025-02-14"), Credit(Chart.Number(chart, "8400"), 50_000));
        var paid = new Settlement("p", new DateOnly(2025, 1, 20), "Paid", "c-1", receivables, "R-1", "1200", 100, new SettlementDiscount(1_000, TaxCode.Find(code)!));
        Assert.Equal([discountAccount, taxAccount], SettleOpenItem.Decide(book.State, paid, (decimal)rate).Value!.Lines.Skip(1).Take(2).Select(line => line.Account));
    }

    [Fact]
    public void Settle_DiscountTooSmallForTax_HasNoLineOfZero()
    {
        var entry = Settle(WithInvoice(), Sale(11_898, 2)).Value!;
        Assert.Equal([("1200", 11_898), ("8736", 2), ("1400", -11_900)], entry.Lines.Select(line => (line.Account, (int)line.AmountMinor)));
    }

    [Fact]
    public void Settle_WithoutDiscount_HasTwoLinesAndNeedsNoChart()
    {
        var book = PureBook.Open();
        Post(book, "i", "2025-01-15", Debit("1400", 11_900, "c-1", "R-1", "2025-02-14"), Credit("8400", 11_900));
        Assert.Equal([("1200", 5_000), ("1400", -5_000)], Settle(book, Sale(5_000)).Value!.Lines.Select(line => (line.Account, (int)line.AmountMinor)));
        Assert.Equal("ledger/no-chart", Settle(book, Sale(5_000, 100)).Refusal!.Code);
    }

    [Fact]
    public void Settle_MoreThanIsOpen_LeavesTheRestInCredit_AndASecondPaymentIsNoRefund()
    {
        var book = WithInvoice();
        Assert.True(book.Post(Settle(book, Sale(12_000)).Value!).IsPost);
        Assert.Equal(-100, Assert.Single(OpenItems.Of(book.State, EndOf2025).Items).OpenMinor);
        Assert.Equal("ledger/open-item-unknown", Settle(book, Sale(100) with { Id = "twice" }).Refusal!.Code);
    }

    [Theory]
    [InlineData(11_900)]
    [InlineData(12_000)]
    public void Settle_AgainWithTheSameId_IsTheFirstEntry_WhateverIsOpenByNow(long paid)
    {
        var book = WithInvoice();
        Assert.True(PostSettlement(book, Sale(paid)).IsPost);
        Assert.Equal(2, PostSettlement(book, Sale(paid)).RepeatedNumber);
        Assert.Equal("ledger/id-reused", PostSettlement(book, Sale(paid - 1)).Refusal!.Code);
        Assert.Equal("ledger/id-reused", PostSettlement(book, Sale(paid) with { Id = "i" }).Refusal!.Code);
        Assert.Equal(book.State.Hash, book.Replayed().Hash);
    }

    [Fact]
    public void Settle_AgainAfterTheRateWasChanged_IsTheFirstEntry()
    {
        var book = WithInvoice();
        Assert.True(PostSettlement(book, Sale(11_662, 238)).IsPost);
        Assert.Equal(2, PostSettlement(book, Sale(11_662, 238), rate: 0.16m).RepeatedNumber);
    }

    [Fact]
    public void Settle_WhatIsNotOpen_IsRefused()
    {
        var book = WithInvoice();
        foreach (var unknown in new[] { Sale(1) with { Document = "R-2" }, Sale(1) with { Party = "c-2" }, Sale(1) with { Account = "1500" }, Sale(1) with { Account = "8400" }, Sale(1) with { Date = new DateOnly(2025, 1, 14) } })
            Assert.Equal((422, "ledger/open-item-unknown"), (Settle(book, unknown).Refusal!.Status, Settle(book, unknown).Refusal!.Code));
        book.Post(Settle(book, Sale(11_900)).Value!);
        Assert.Equal("ledger/open-item-unknown", Settle(book, Sale(1) with { Id = "again" }).Refusal!.Code);
    }

    [Fact]
    public void Settle_OverAnUnknownMoneyAccount_OrWithTheOtherSidesTaxCode_IsRefused()
    {
        Assert.Equal(("ledger/account-unknown", "bank"), CodeAndPath(Settle(WithInvoice(), Sale(100) with { Bank = "9999" })));
        Assert.Equal(("ledger/tax-code", "taxCode"), CodeAndPath(Settle(WithInvoice(), Sale(100) with { Discount = new SettlementDiscount(100, TaxCode.Find("purchase-standard")!) })));
        Assert.Equal(("parameter/no-value", "date"), CodeAndPath(SettleOpenItem.Decide(WithInvoice().State, Sale(100, 10), null)));
    }

    [Theory]
    [InlineData(""" "paid":"116.62","discount":"2.38","taxCode":"sale-standard" """, null, null)]
    [InlineData(""" "paid":"116.62" """, null, null)]
    [InlineData(""" "paid":"116.62","discount":"2.38" """, "ledger/discount-tax-code", "taxCode")]
    [InlineData(""" "paid":"116.62","taxCode":"sale-standard" """, "ledger/discount-tax-code", "taxCode")]
    [InlineData(""" "paid":"116.62","discount":"2.38","taxCode":"sale-export" """, "ledger/tax-code", "taxCode")]
    [InlineData(""" "paid":"116.62","discount":"2.38","taxCode":"nonsense" """, "ledger/tax-code", "taxCode")]
    [InlineData(""" "paid":"0.00" """, "ledger/amount-zero", "paid")]
    [InlineData(""" "paid":"-1.00" """, "ledger/amount-invalid", "paid")]
    [InlineData(""" "paid":"1.005" """, "ledger/amount-invalid", "paid")]
    [InlineData(""" "paid":"1","discount":"0","taxCode":"sale-standard" """, "ledger/amount-zero", "discount")]
    [InlineData(""" "paid":"9999999999999.99","discount":"0.01","taxCode":"sale-standard" """, "ledger/amount-invalid", "paid")]
    [InlineData(""" "paid":116.62 """, null, null)]
    [InlineData(""" "paid":true """, "request/wrong-type", "paid")]
    [InlineData(""" "discount":"1.00","taxCode":"sale-standard" """, "request/missing", "paid")]
    [InlineData(""" "paid":"1","skonto":"1" """, "request/unknown-field", "skonto")]
    public void Read_ASettlement_NamesWhatIsWrong(string members, string? code, string? path)
    {
        using var json = JsonDocument.Parse($$"""{"id":"p","date":"2025-01-20","party":"c-1","account":"1400","document":"R-1","bank":"1200",{{members}}}""");
        var read = SettleOpenItem.Read(json.RootElement, 2);
        if (code is null) Assert.Equal((11_662, "Payment of R-1"), (read.Value!.PaidMinor, read.Value.Text));
        else Assert.Equal((code, path, code.StartsWith("request/", StringComparison.Ordinal) ? 400 : 422), (read.Refusal!.Code, read.Refusal.Faults[0].Path, read.Refusal.Status));
    }

    [Fact]
    public void AnyBook_OpenIsOriginalLessSettled_AndTheAgeingSumsToTheAccount() => Gen.Select(Journals, Days).Sample((entries, on) =>
    {
        var book = Posted(entries);
        var open = OpenItems.Of(book.State, on, settled: true);
        foreach (var item in open.Items)
        {
            Assert.Equal(item.OriginalMinor - item.SettledMinor, item.OpenMinor);
            Assert.Equal(item.OpenMinor, Lines(entries, on, item.Account, item.Party, item.Document).Aggregate(Int128.Zero, (sum, line) => sum + line.AmountMinor));
        }

        // Every line on these accounts bears a party, so nothing of their balances is missing from the ageing.
        foreach (var account in new[] { "1400", "1600" })
            Assert.Equal(book.State.Account(account)!.Between(0, on.DayNumber).BalanceMinor, Ageing.Sum(account, open.Ageing.Where(row => row.Account == account)).TotalMinor);
        foreach (var row in open.Ageing)
            Assert.Equal(Lines(entries, on, row.Account, row.Party).Aggregate(Int128.Zero, (sum, line) => sum + line.AmountMinor), row.TotalMinor);
    }, iter: 300);

    [Fact]
    public void AnyBook_AsOfADay_IsWhatABookOfThatDaysEntriesSays() => Gen.Select(Journals, Days).Sample((entries, on) =>
        Assert.Equal(Shown(OpenItems.Of(Posted([.. entries.Where(entry => entry.Date <= on)]).State, on)), Shown(OpenItems.Of(Posted(entries).State, on))), iter: 300);

    [Fact]
    public void AnyBook_AnItemOnceOpened_KeepsItsOriginalAndDueDateOnEveryLaterDay_UnlessItWasSettledAndOpenedAfresh() => Gen.Select(Journals, Days).Sample((entries, on) =>
    {
        var book = Posted(entries);
        var later = OpenItems.Of(book.State, on.AddDays(20), settled: true).Items.ToDictionary(item => (item.Account, item.Party, item.Document));
        foreach (var item in OpenItems.Of(book.State, on, settled: true).Items)
        {
            var then = later[(item.Account, item.Party, item.Document)];
            Assert.Equal(item.Entries, then.Entries.Take(item.Entries.Count));
            if (then.FirstEntry != item.FirstEntry)
            {
                var before = then.Entries.TakeWhile(entry => entry != then.FirstEntry).SelectMany(entry => entries[entry - 1].Lines).Where(line => (line.Account, line.Party, line.Document) == (item.Account, item.Party, item.Document));
                Assert.Equal(0, before.Sum(line => line.AmountMinor));
                continue;
            }

            Assert.Equal((item.OriginalMinor, item.DueDate), (then.OriginalMinor, then.DueDate));
            Assert.True(then.DaysOverdue >= item.DaysOverdue);
        }
    }, iter: 300);

    [Fact]
    public void AnyBook_OneParty_IsThatPartOfAll() => Gen.Select(Journals, Days).Sample((entries, on) =>
    {
        var book = Posted(entries);
        var (all, one) = (OpenItems.Of(book.State, on), OpenItems.Of(book.State, on, "c-1"));
        Assert.Equal(all.Items.Where(item => item.Party == "c-1").Select(item => (item.Account, item.Document, item.OpenMinor)), one.Items.Select(item => (item.Account, item.Document, item.OpenMinor)));
        Assert.Equal(all.OnAccount.Where(rest => rest.Party == "c-1"), one.OnAccount);
    }, iter: 100);

    [Fact]
    public void AnySettlement_Balances_AndItsDiscountsNetAndTaxAreTheGross() => Gen.Select(Gen.Long[1, 20_000], Gen.Long[1, 20_000], Gen.Bool).Sample((paid, gross, standard) =>
    {
        var code = TaxCode.Find(standard ? "sale-standard" : "sale-reduced")!;
        var rate = standard ? 0.19m : 0.07m;
        var entry = SettleOpenItem.Decide(WithInvoice().State, Sale(paid) with { Discount = new SettlementDiscount(gross, code) }, rate).Value!;
        Assert.Equal(0, entry.Lines.Sum(line => line.AmountMinor));
        Assert.DoesNotContain(entry.Lines, line => line.AmountMinor == 0);
        var (net, tax) = (entry.Lines[1].AmountMinor, entry.Lines.Count == 4 ? entry.Lines[2].AmountMinor : 0);
        Assert.Equal(gross, net + tax);
        Assert.InRange(tax - (net * rate), -1m, 1m);
    }, iter: 300);

    private static Gen<DateOnly> Days { get; } = Gen.Int[0, 150].Select(day => new DateOnly(2025, 1, 1).AddDays(day));

    /// <summary>Invoices and payments on few documents, dated in any order; some name no document or no due date.</summary>
    private static Gen<Entry[]> Journals { get; } =
        (from day in Gen.Int[0, 120]
         from account in Gen.OneOf("1400", "1600")
         from amount in Gen.OneOf(Gen.Long[-5_000, -1], Gen.Long[1, 5_000], Gen.OneOf(Gen.Const(-100L), Gen.Const(100L))) // so that items come to 0 too
         from party in Gen.OneOf("c-1", "c-2")
         from document in Gen.OneOf<string?>(null, "R-1", "R-2", "R-3")
         from due in Gen.OneOf(Gen.Const(-1), Gen.Int[0, 130])
         select (day, new Line(account, amount, party, document, due < 0 ? null : new DateOnly(2025, 1, 1).AddDays(due)))).Array[1, 40]
        .Select(all => all.Select((e, n) => new Entry($"e{n}", new DateOnly(2025, 1, 1).AddDays(e.day), "Random", [e.Item2, new Line("1200", -e.Item2.AmountMinor)])).ToArray());

    private static PureBook Posted(Entry[] entries)
    {
        var book = PureBook.Open(chart: Chart.Skr03);
        foreach (var entry in entries) Assert.True(book.Post(entry).IsPost);
        return book;
    }

    private static IEnumerable<Line> Lines(Entry[] entries, DateOnly on, string account, string party, string? document = null) =>
        entries.Where(entry => entry.Date <= on).SelectMany(entry => entry.Lines).Where(line => line.Account == account && line.Party == party && (document is null || line.Document == document));

    private static string Shown(OpenItems open) => string.Join('\n',
    [
        .. open.Items.Select(item => $"{item.Account} {item.Party} {item.Document} {item.DueDate} {item.DaysOverdue} {item.OriginalMinor} {item.OpenMinor}"),
        .. open.OnAccount.Select(rest => $"{rest}"),
    ]);

    private static Entry Invoice() => new("i", new DateOnly(2025, 1, 15), "Invoice", [Debit("1400", 11_900, "c-1", "R-1", "2025-02-14"), new Line("8400", -10_000, TaxCode: "sale-standard"), Credit("1776", 1_900)]);

    private static PureBook WithInvoice() => Posted([Invoice()]);

    private static void Post(PureBook book, string id, string date, params Line[] lines) => Assert.True(book.Post(new Entry(id, BusinessDay.Parse(date)!.Value, "Test", lines)).IsPost);

    private static Line Debit(string account, long amountMinor, string? party = null, string? document = null, string? due = null) =>
        new(account, amountMinor, party, document, due is null ? null : BusinessDay.Parse(due));

    private static Line Credit(string account, long amountMinor, string? party = null, string? document = null, string? due = null) => Debit(account, -amountMinor, party, document, due);

    private static Settlement Sale(long paidMinor, long discountMinor = 0) => new("p", new DateOnly(2025, 1, 24), "Paid", "c-1", "1400", "R-1", "1200", paidMinor,
        discountMinor == 0 ? null : new SettlementDiscount(discountMinor, TaxCode.Find("sale-standard")!));

    private static PostDecision PostSettlement(PureBook book, Settlement wanted, decimal rate = 0.19m) => book.Commit(draft =>
    {
        var prepared = PreparedEntry.Of(SettleOpenItem.Decide(book.State, wanted, rate).Value!, 2).MadeFrom(wanted.ToJson(), []);
        var decision = PostEntry.Decide(draft, prepared);
        if (decision.IsPost) draft.Post(prepared, decision.Date, "tester");
        return decision;
    });

    private static Outcome<Entry> Settle(PureBook book, Settlement wanted) => SettleOpenItem.Decide(book.State, wanted, 0.19m);

    private static (string, string) CodeAndPath(Outcome<Entry> outcome) => (outcome.Refusal!.Code, outcome.Refusal.Faults[0].Path);
}
