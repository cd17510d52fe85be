using BackOffice.Ledger;

namespace BackOffice.Tests.Ledger;

public class DecisionTests
{
    private static readonly DateOnly Today = new(2026, 6, 15);

    [Fact]
    public void Post_GoodEntry_IsPosted() => Assert.True(PureBook.Open().Post(Entries.Simple("a")).IsPost);

    [Fact]
    public void Post_SameIdSameContent_IsTheFirstNumberAgain()
    {
        var book = PureBook.Open();
        book.Post(Entries.Simple("a"));
        book.Post(Entries.Simple("b"));
        Assert.Equal(1, book.Post(Entries.Simple("a")).RepeatedNumber);
        Assert.Equal(2, book.State.Entries);
    }

    [Fact]
    public void Post_SameIdSameContentWithinOneCommit_IsPostedOnce()
    {
        var book = PureBook.Open();
        var decisions = book.Commit(draft => new[] { PureBook.Post(draft, Entries.Simple("a")), PureBook.Post(draft, Entries.Simple("a")) });
        Assert.Equal([0, 1], decisions.Select(decision => decision.RepeatedNumber));
        Assert.Equal(1, book.State.Entries);
    }

    [Fact]
    public void Post_SameIdOtherContent_IsRefused()
    {
        var book = PureBook.Open();
        book.Post(Entries.Simple("a"));
        Assert.Equal((409, "ledger/id-reused"), Refused(book.Post(Entries.Simple("a", amountMinor: 101))));
    }

    [Fact]
    public void Post_UnknownAccounts_AreAllNamed()
    {
        var refusal = PureBook.Open().Post(Entries.Simple("a", debit: "9998", credit: "9999")).Refusal!;
        Assert.Equal(["lines[0].account", "lines[1].account"], refusal.Faults.Select(fault => fault.Path));
        Assert.All(refusal.Faults, fault => Assert.Equal("ledger/account-unknown", fault.Code));
    }

    [Fact]
    public void Post_IntoAClosedMonth_IsRefusedAndNamesTheFirstOpenOne()
    {
        var book = PureBook.Open();
        book.Post(Entries.Simple("a", "2025-03-01"));
        Close(book, 2025, 3);
        var refusal = book.Post(Entries.Simple("b", "2025-03-31")).Refusal!;
        Assert.Equal("ledger/period-closed", refusal.Code);
        Assert.Contains("2025-04", refusal.Faults[0].Detail, StringComparison.Ordinal);
        Assert.True(book.Post(Entries.Simple("c", "2025-04-01")).IsPost);
    }

    [Fact]
    public void Post_RepeatedAfterItsMonthWasClosed_IsTheFirstNumberAgain()
    {
        var book = PureBook.Open();
        book.Post(Entries.Simple("a", "2025-03-01"));
        Close(book, 2025, 3);
        Assert.Equal(1, book.Post(Entries.Simple("a", "2025-03-01")).RepeatedNumber);
    }

    [Fact]
    public void Post_IntoAMonthClosedInTheSameCommit_IsRefused()
    {
        var book = PureBook.Open();
        var decision = book.Commit(draft =>
        {
            ClosePeriod.Decide(draft, new DateOnly(2025, 3, 1), Today, "tester");
            return PureBook.Post(draft, Entries.Simple("a", "2025-03-01"));
        });
        Assert.Equal("ledger/period-closed", decision.Refusal!.Code);
    }

    [Fact]
    public void Reverse_Twice_IsRefused()
    {
        var book = PureBook.Open();
        var entry = Entries.Simple("a");
        book.Post(entry);
        Assert.True(book.Post(entry.Reversal("r1", entry.Date, "Storno")).IsPost);
        Assert.Equal((409, "ledger/already-reversed"), Refused(book.Post(entry.Reversal("r2", entry.Date, "Storno"))));
        Assert.Equal(2, book.Post(entry.Reversal("r1", entry.Date, "Storno")).RepeatedNumber);
    }

    [Fact]
    public void Reverse_TwiceWithinOneCommit_IsRefused()
    {
        var book = PureBook.Open();
        var entry = Entries.Simple("a");
        var decisions = book.Commit(draft => new[]
        {
            PureBook.Post(draft, entry), PureBook.Post(draft, entry.Reversal("r1", entry.Date, "Storno")), PureBook.Post(draft, entry.Reversal("r2", entry.Date, "Storno")),
        });
        Assert.Equal([true, true, false], decisions.Select(decision => decision.IsPost));
    }

    [Fact]
    public void Close_WhenNothingIsClosed_BeginsWithTheMonthOfTheFirstEntry()
    {
        var book = PureBook.Open();
        book.Post(Entries.Simple("a", "2025-01-10"));
        Assert.Equal("ledger/earlier-period-open", Close(book, 2025, 2)!.Code);
        Assert.Null(Close(book, 2025, 1));
        Assert.Equal("ledger/earlier-period-open", Close(book, 2025, 3)!.Code);
        Assert.Null(Close(book, 2025, 2));
    }

    [Fact]
    public void Close_AMonthThatHasNotBegun_IsRefused()
    {
        Assert.Equal("ledger/period-not-begun", Close(PureBook.Open(), 2026, 7)!.Code);
        Assert.Null(Close(PureBook.Open(), 2026, 6));
    }

    [Fact]
    public void Close_Again_ChangesNothing()
    {
        var book = PureBook.Open();
        Close(book, 2025, 1);
        var record = book.State.Record;
        Assert.Null(Close(book, 2025, 1));
        Assert.Null(Close(book, 2024, 12));
        Assert.Equal(record, book.State.Record);
    }

    [Fact]
    public void Open_WithAnotherCurrency_IsRefused()
    {
        var book = PureBook.Open();
        Assert.Equal((409, "ledger/currency-fixed"), Refused(book.Commit(draft => PutBook.Decide(draft, new PutBook.BookWanted("Test", "USD"), "tester")).Refusal));
        Assert.Equal((422, "ledger/currency-unknown"), Refused(book.Commit(draft => PutBook.Decide(draft, new PutBook.BookWanted("Test", "XXL"), "tester")).Refusal));
    }

    [Fact]
    public void Open_Again_WritesARecordOnlyForANewName()
    {
        var book = PureBook.Open();
        var record = book.State.Record;
        Assert.False(book.Commit(draft => PutBook.Decide(draft, new PutBook.BookWanted("Test", "EUR"), "tester")).Value!.IsNew);
        Assert.Equal(record, book.State.Record);
        book.Commit(draft => PutBook.Decide(draft, new PutBook.BookWanted("New name", "EUR"), "tester"));
        Assert.Equal((record + 1, "New name"), (book.State.Record, book.State.Name));
    }

    [Fact]
    public void Define_AnAccountWithPostings_KeepsItsType()
    {
        var book = PureBook.Open();
        book.Post(Entries.Simple("a"));
        Assert.Equal((409, "ledger/account-type-fixed"), Refused(Define(book, "4210", AccountType.Expense).Refusal));
        Assert.Equal(1, Define(book, "8400", AccountType.Income).Value!.Changed);
        Assert.Equal(1, Define(book, "8400", AccountType.Income).Value!.Unchanged);
        Assert.Equal(1, Define(book, "9000", AccountType.Equity).Value!.Created);
    }

    [Fact]
    public void Define_AnAccountPostedToInTheSameCommit_KeepsItsType()
    {
        var book = PureBook.Open();
        var outcome = book.Commit(draft =>
        {
            PutAccounts.Decide(draft, [new PutAccounts.AccountWanted("9000", "New", AccountType.Asset, "")], "tester");
            PureBook.Post(draft, Entries.Simple("a", debit: "9000"));
            return PutAccounts.Decide(draft, [new PutAccounts.AccountWanted("9000", "New", AccountType.Income, "")], "tester");
        });
        Assert.Equal((409, "ledger/account-type-fixed"), Refused(outcome.Refusal));
    }

    [Fact]
    public void SegmentOf_AnyEntry_IsTheSegmentThatHoldsIt()
    {
        var book = PureBook.Open();
        for (var n = 1; n <= 30; n++)
        {
            book.Post(Entries.Simple($"e{n}"));
            if (n % 4 == 0) Define(book, $"n{n}", AccountType.Asset);
        }

        for (var number = 1; number <= 30; number++)
        {
            var segment = book.Segments[EntryFilter.SegmentOf(book.State, number)];
            Assert.Contains(segment.Records(2).OfType<EntryPosted>(), posted => posted.Number == number);
        }
    }

    private static BackOffice.Kernel.Outcome<PutAccounts.AccountsAnswer> Define(PureBook book, string code, AccountType type) =>
        book.Commit(draft => PutAccounts.Decide(draft, [new PutAccounts.AccountWanted(code, "Name", type, "")], "tester"));

    private static BackOffice.Kernel.Refusal? Close(PureBook book, int year, int month) =>
        book.Commit(draft => ClosePeriod.Decide(draft, new DateOnly(year, month, 1), Today, "tester")).Refusal;

    private static (int Status, string Code) Refused(PostDecision decision) => Refused(decision.Refusal);

    private static (int Status, string Code) Refused(BackOffice.Kernel.Refusal? refusal) => (refusal!.Status, refusal.Code);
}
