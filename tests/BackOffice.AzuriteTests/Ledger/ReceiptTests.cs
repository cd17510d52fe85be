using System.Net;

namespace BackOffice.AzuriteTests.Ledger;

/// <summary>Every entry has a receipt; the same request gets the same one, for ever.</summary>
public sealed class ReceiptTests(SharedApp shared) : IClassFixture<SharedApp>
{
    private TestApp App => shared.App;

    [Fact]
    public async Task Post_Entry_GetsAReceiptThatJoinsTheChain()
    {
        var book = await App.NewBookAsync();
        var before = await book.HeadHashAsync();

        var first = (await book.PostAsync(TestBook.Entry("e1"))).Is(HttpStatusCode.Created).Json;
        var second = (await book.PostAsync(TestBook.Entry("e2", date: "2024-12-31"))).Is(HttpStatusCode.Created).Json;

        Assert.Equal(["number", "id", "date", "recordedAt", "hash", "previousHash"], first.EnumerateObject().Select(member => member.Name));
        Assert.Equal((1, "e1", "2025-01-31"), (first.Number("number"), first.Text("id"), first.Text("date")));
        Assert.Equal((2, "e2", "2024-12-31"), (second.Number("number"), second.Text("id"), second.Text("date")));
        Assert.Equal(before, first.Text("previousHash"));
        Assert.Equal(first.Text("hash"), second.Text("previousHash"));
        Assert.Equal(await book.HeadHashAsync(), second.Text("hash"));
        Assert.True(second.GetProperty("recordedAt").GetDateTimeOffset() >= first.GetProperty("recordedAt").GetDateTimeOffset());
    }

    [Fact]
    public async Task Post_Repeated_GetsTheSameReceiptByteForByte()
    {
        var book = await App.NewBookAsync();
        var first = (await book.PostAsync(TestBook.Entry("e1"))).Is(HttpStatusCode.Created);
        (await book.PostAsync(TestBook.Entry("e2"))).Is(HttpStatusCode.Created);

        var again = (await book.PostAsync(TestBook.Entry("e1"))).Is(HttpStatusCode.OK);

        Assert.Equal(first.Text, again.Text);
        Assert.Equal(2, await book.EntriesAsync());
    }

    [Fact]
    public async Task Post_RepeatedOnAFreshInstance_GetsTheSameReceipt()
    {
        var book = await App.NewBookAsync();
        var first = (await book.PostAsync(TestBook.Entry("e1"))).Is(HttpStatusCode.Created);
        await using var fresh = await App.AnotherAsync();

        Assert.Equal(first.Text, (await book.In(fresh).PostAsync(TestBook.Entry("e1"))).Is(HttpStatusCode.OK).Text);
    }

    [Theory]
    [InlineData("12.3")]
    [InlineData("\"12.3\"")]
    [InlineData("\"0012.30\"")]
    [InlineData("1230e-2")]
    public async Task Post_SameAmountWrittenOtherwise_IsTheSameRequest(string amount)
    {
        var book = await App.NewBookAsync();
        var first = (await book.PostAsync(TestBook.Entry("e1", amount: "\"12.30\""))).Is(HttpStatusCode.Created);

        Assert.Equal(first.Text, (await book.PostAsync(TestBook.Entry("e1", amount: amount))).Is(HttpStatusCode.OK).Text);
    }

    [Fact]
    public async Task Post_SameMembersInAnotherOrder_IsTheSameRequest()
    {
        var book = await App.NewBookAsync();
        const string one = """{"id":"e1","date":"2025-01-31","text":"Mi\u0065te","lines":[{"account":"6310","debit":"1","dimensions":{"b":"2","a":"1"}},{"account":"1800","credit":"1"}]}""";
        const string other = """ { "lines" : [ {"dimensions":{"a":"1","b":"2"},"debit":1.00,"account":"6310"}, {"credit":"1.0","account":"1800","dimensions":{}} ], "text":"Miete", "date":"2025-01-31", "id":"e1" } """;
        var first = (await book.PostAsync(one)).Is(HttpStatusCode.Created);

        Assert.Equal(first.Text, (await book.PostAsync(other)).Is(HttpStatusCode.OK).Text);
    }

    public static TheoryData<string> OtherContents() =>
    [
        TestBook.Entry("e1", amount: "\"10.01\""),
        TestBook.Entry("e1", date: "2025-01-30"),
        TestBook.Entry("e1", text: "rent"),
        TestBook.Entry("e1", debit: "1800", credit: "6310"),
        TestBook.Entry("e1").Replace("\"account\":\"6310\"", "\"account\":\"6310\",\"party\":\"landlord\"", StringComparison.Ordinal),
        // The order of lines is part of the entry.
        """{"id":"e1","date":"2025-01-31","text":"Rent","lines":[{"account":"1800","credit":"10.00"},{"account":"6310","debit":"10.00"}]}""",
    ];

    [Theory]
    [MemberData(nameof(OtherContents))]
    public async Task Post_SameIdWithOtherContent_IsRefused(string other)
    {
        var book = await App.NewBookAsync();
        (await book.PostAsync(TestBook.Entry("e1"))).Is(HttpStatusCode.Created);
        var before = await book.HeadHashAsync();

        (await book.PostAsync(other)).IsProblem(HttpStatusCode.Conflict, "ledger/id-reused", "id");
        Assert.Equal(before, await book.HeadHashAsync());
    }

    [Fact]
    public async Task Post_IdsThatDifferInCase_AreTwoEntries()
    {
        var book = await App.NewBookAsync();

        (await book.PostAsync(TestBook.Entry("e1"))).Is(HttpStatusCode.Created);
        (await book.PostAsync(TestBook.Entry("E1", amount: "7"))).Is(HttpStatusCode.Created);
    }

    [Fact]
    public async Task Post_SameRequestManyTimesAtOnce_IsBookedOnce()
    {
        var book = await App.NewBookAsync();

        var answers = await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => book.PostAsync(TestBook.Entry("e1"))));

        Assert.Single(answers, answer => answer.Status == HttpStatusCode.Created);
        Assert.All(answers, answer => Assert.Equal(answers[0].Text, answer.Text));
        Assert.Single(await book.IsWholeAsync());
    }

    [Fact]
    public async Task Post_RepeatedAfterItsPeriodWasClosed_GetsTheOldReceipt()
    {
        var book = await App.NewBookAsync();
        var first = (await book.PostAsync(TestBook.Entry("e1", date: "2025-01-31"))).Is(HttpStatusCode.Created);
        (await book.CloseAsync("2025-01")).Is(HttpStatusCode.OK);

        Assert.Equal(first.Text, (await book.PostAsync(TestBook.Entry("e1", date: "2025-01-31"))).Is(HttpStatusCode.OK).Text);
        (await book.PostAsync(TestBook.Entry("e1", date: "2025-01-31", amount: "9"))).IsProblem(HttpStatusCode.Conflict, "ledger/id-reused");
        (await book.PostAsync(TestBook.Entry("e2", date: "2025-01-31"))).IsProblem(HttpStatusCode.UnprocessableEntity, "ledger/period-closed", "date");
    }

    [Fact]
    public async Task Post_IntoAClosedPeriod_IsToldTheFirstOpenOne()
    {
        var book = await App.NewBookAsync();
        (await book.PostAsync(TestBook.Entry("e1", date: "2024-12-10"))).Is(HttpStatusCode.Created);
        (await book.CloseAsync("2024-12")).Is(HttpStatusCode.OK);

        foreach (var date in (string[])["2024-12-31", "2024-11-30", "1999-01-01"])
            Assert.Contains("2025-01", (await book.PostAsync(TestBook.Entry("e2", date: date))).IsProblem(HttpStatusCode.UnprocessableEntity, "ledger/period-closed", "date").Json.Text("detail"), StringComparison.Ordinal);
        (await book.PostAsync(TestBook.Entry("e2", date: "2025-01-01"))).Is(HttpStatusCode.Created);
    }

    [Fact]
    public async Task Close_WhileAnEarlierPeriodIsOpen_IsRefusedNamingIt()
    {
        var book = await App.NewBookAsync();
        (await book.PostAsync(TestBook.Entry("e1", date: "2025-01-10"))).Is(HttpStatusCode.Created);

        var early = (await book.CloseAsync("2025-02")).IsProblem(HttpStatusCode.UnprocessableEntity, "ledger/earlier-period-open", "period");
        Assert.Contains("2025-01", early.Json.Text("detail"), StringComparison.Ordinal);
        (await book.CloseAsync("2025-01")).Is(HttpStatusCode.OK);
        var skipped = (await book.CloseAsync("2025-03")).IsProblem(HttpStatusCode.UnprocessableEntity, "ledger/earlier-period-open", "period");
        Assert.Contains("2025-02", skipped.Json.Text("detail"), StringComparison.Ordinal);
        (await book.CloseAsync("2025-02")).Is(HttpStatusCode.OK);

        Assert.Equal("2025-02", (await book.GetAsync()).Text("closedThrough"));
    }

    [Fact]
    public async Task Close_Again_ChangesNothing()
    {
        var book = await App.NewBookAsync();
        (await book.CloseAsync("2025-01")).Is(HttpStatusCode.OK);
        (await book.CloseAsync("2025-02")).Is(HttpStatusCode.OK);
        var before = await book.HeadHashAsync();

        var again = (await book.CloseAsync("2025-01")).Is(HttpStatusCode.OK).Json;

        Assert.Equal(("2025-01", "2025-02", "2025-03"), (again.Text("period"), again.Text("closedThrough"), again.Text("firstOpenPeriod")));
        Assert.Equal(before, await book.HeadHashAsync());
    }

    [Theory]
    [InlineData("2025-14", HttpStatusCode.BadRequest, "ledger/period")]
    [InlineData("2025-00", HttpStatusCode.BadRequest, "ledger/period")]
    [InlineData("2025-13", HttpStatusCode.UnprocessableEntity, "ledger/earlier-period-open")]
    [InlineData("2025", HttpStatusCode.BadRequest, "ledger/period")]
    [InlineData("2025-01-31", HttpStatusCode.BadRequest, "ledger/period")]
    [InlineData("2199-12", HttpStatusCode.UnprocessableEntity, "ledger/period-not-begun")]
    public async Task Close_WhatIsNoMonthOrHasNotBegun_IsRefused(string month, HttpStatusCode status, string code)
    {
        var book = await App.NewBookAsync();

        (await book.CloseAsync(month)).IsProblem(status, code);
    }

    [Fact]
    public async Task Reversal_SwapsTheSidesAndLeavesEveryAccountAsBefore()
    {
        var book = await App.NewBookAsync();
        const string entry = """
            {"id":"e1","date":"2025-01-31","text":"Rent","lines":[{"account":"6310","debit":"100.00","party":"landlord","document":"R-1","dueDate":"2025-02-15","dimensions":{"centre":"7"}},
             {"account":"1800","credit":"60.00"},{"account":"2900","credit":"40.00"}]}
            """;
        var original = (await book.PostAsync(entry)).Is(HttpStatusCode.Created).Json;

        var receipt = (await book.ReverseAsync("e1", "r1", "2025-02-03")).Is(HttpStatusCode.Created).Json;

        Assert.Equal((2, "r1", "2025-02-03"), (receipt.Number("number"), receipt.Text("id"), receipt.Text("date")));
        Assert.Equal(original.Text("hash"), receipt.Text("previousHash"));
        var reversal = await book.GetAsync("/entries/r1");
        Assert.Equal("e1", reversal.Text("reverses"));
        Assert.Equal(
            """[{"account":"6310","credit":"100.00","party":"landlord","document":"R-1","dueDate":"2025-02-15","dimensions":{"centre":"7"}},{"account":"1800","debit":"60.00"},{"account":"2900","debit":"40.00"}]""",
            reversal.GetProperty("lines").GetRawText());
        Assert.Equal(2, (await book.GetAsync("/entries/e1")).Number("reversedBy"));
        Assert.Empty(await book.BalancesAsync());
        await book.IsWholeAsync();
    }

    [Fact]
    public async Task Reversal_ASecondOne_IsRefused()
    {
        var book = await App.NewBookAsync();
        (await book.PostAsync(TestBook.Entry("e1"))).Is(HttpStatusCode.Created);
        (await book.ReverseAsync("e1", "r1")).Is(HttpStatusCode.Created);

        (await book.ReverseAsync("e1", "r2")).IsProblem(HttpStatusCode.Conflict, "ledger/already-reversed");
        Assert.Equal(2, await book.EntriesAsync());
    }

    [Fact]
    public async Task Reversal_ManyAtOnce_OneIsTaken()
    {
        var book = await App.NewBookAsync();
        (await book.PostAsync(TestBook.Entry("e1"))).Is(HttpStatusCode.Created);

        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(n => book.ReverseAsync("e1", $"r{n}")));

        Assert.Single(answers, answer => answer.Status == HttpStatusCode.Created);
        Assert.Equal(9, answers.Count(answer => answer.Status == HttpStatusCode.Conflict));
        Assert.Equal(2, (await book.IsWholeAsync()).Count);
    }

    [Fact]
    public async Task Reversal_Repeated_GetsItsReceiptAlsoAfterItsPeriodWasClosed()
    {
        var book = await App.NewBookAsync();
        (await book.PostAsync(TestBook.Entry("e1"))).Is(HttpStatusCode.Created);
        var first = (await book.ReverseAsync("e1", "r1")).Is(HttpStatusCode.Created);
        (await book.CloseAsync("2025-01")).Is(HttpStatusCode.OK);

        Assert.Equal(first.Text, (await book.ReverseAsync("e1", "r1")).Is(HttpStatusCode.OK).Text);
    }

    [Fact]
    public async Task Reversal_OfAReversal_BooksTheEntryAgain()
    {
        var book = await App.NewBookAsync();
        (await book.PostAsync(TestBook.Entry("e1"))).Is(HttpStatusCode.Created);
        (await book.ReverseAsync("e1", "r1")).Is(HttpStatusCode.Created);

        (await book.ReverseAsync("r1", "r2")).Is(HttpStatusCode.Created);

        Assert.Equal("10.00", (await book.BalancesAsync())["6310"]);
    }

    [Fact]
    public async Task Reversal_OfAnUnknownEntryOrIntoAClosedPeriod_IsRefused()
    {
        var book = await App.NewBookAsync();
        (await book.PostAsync(TestBook.Entry("e1", date: "2025-01-31"))).Is(HttpStatusCode.Created);
        (await book.CloseAsync("2025-01")).Is(HttpStatusCode.OK);

        (await book.ReverseAsync("nothing", "r1", "2025-02-01")).IsProblem(HttpStatusCode.NotFound, "ledger/entry-unknown");
        (await book.ReverseAsync("e1", "r1", "2025-01-31")).IsProblem(HttpStatusCode.UnprocessableEntity, "ledger/period-closed", "date");
        (await book.ReverseAsync("e1", "e1", "2025-02-01")).IsProblem(HttpStatusCode.Conflict, "ledger/id-reused", "id");
        (await book.ReverseAsync("e1", "a/b", "2025-02-01")).IsProblem(HttpStatusCode.BadRequest, "request/id", "id");
        (await book.ReverseAsync("e1", "r1", "2025-02-30")).IsProblem(HttpStatusCode.BadRequest, "request/date", "date");
        Assert.Equal(1, await book.EntriesAsync());
    }
}
