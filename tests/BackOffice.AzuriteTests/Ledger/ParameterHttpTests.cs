using System.Net;
using System.Text;
using System.Text.Json;

namespace BackOffice.AzuriteTests.Ledger;

public sealed class ParameterHttpTests(SharedApp shared) : IClassFixture<SharedApp>
{
    [Fact]
    public async Task List_ShowsEveryParameterWithItsValueOnTheDay()
    {
        var list = (await GetAsync("?on=2020-12-31")).Is(HttpStatusCode.OK).Json;

        Assert.Equal("2020-12-31", list.Text("on"));
        var shown = list.List("parameters").ToDictionary(parameter => parameter.Text("name"));
        Assert.Equal(("0.16", "2020-07-01", "rate"), (shown["vat.standard"].Text("value"), shown["vat.standard"].Text("from"), shown["vat.standard"].Text("unit")));
        Assert.Equal("0.05", shown["vat.reduced"].Text("value"));
        Assert.Equal(("10", "years"), (shown["retention.vouchers"].Text("value"), shown["retention.vouchers"].Text("unit")));
        Assert.All(shown.Values, parameter => Assert.NotEmpty(parameter.Text("source")));
    }

    [Fact]
    public async Task List_BeforeAParametersFirstValue_LeavesItOut() =>
        Assert.DoesNotContain((await GetAsync("?on=1990-01-01")).Is(HttpStatusCode.OK).Json.List("parameters"), parameter => parameter.Text("name") == "vat.standard");

    [Theory]
    [InlineData("2006-12-31", "0.16")]
    [InlineData("2007-01-01", "0.19")]
    [InlineData("2020-06-30", "0.19")]
    [InlineData("2020-07-01", "0.16")]
    [InlineData("2020-12-31", "0.16")]
    [InlineData("2021-01-01", "0.19")]
    public async Task Get_OnADay_IsTheValueThatHeldThen(string on, string value)
    {
        var parameter = (await GetAsync($"/vat.standard?on={on}")).Is(HttpStatusCode.OK).Json;

        Assert.Equal((value, on, 0), (parameter.Text("value"), parameter.Text("on"), parameter.Number("version")));
    }

    [Fact]
    public async Task Get_WhatIsNotThere_IsRefused()
    {
        (await GetAsync("/vat.none")).IsProblem(HttpStatusCode.NotFound, "parameter/unknown");
        (await GetAsync("/vat.standard?on=1990-01-01")).IsProblem(HttpStatusCode.NotFound, "parameter/no-value");
        (await GetAsync("/vat.standard?on=2025-02-30")).IsProblem(HttpStatusCode.BadRequest, "request/date", "on");
        (await PutAsync("vat.none", Change("2030-01-01", "0.2"))).IsProblem(HttpStatusCode.NotFound, "parameter/unknown");
    }

    [Fact]
    public async Task Put_ByOperatorOnly()
    {
        var change = Change("2101-01-01", "0.21");
        (await PutAsync("vat.standard", change, "Accounting")).IsProblem(HttpStatusCode.Forbidden, "identity/role-missing");
        (await PutAsync("vat.standard", change, "Auditor")).IsProblem(HttpStatusCode.Forbidden, "identity/role-missing");
        Assert.Equal("0.19", (await GetAsync("/vat.standard?on=2101-01-01")).Json.Text("value"));

        (await PutAsync("vat.standard", change)).Is(HttpStatusCode.Created);

        Assert.Equal("0.21", (await GetAsync("/vat.standard?on=2101-01-01")).Json.Text("value"));
        Assert.Equal("0.19", (await GetAsync("/vat.standard?on=2100-12-31")).Json.Text("value"));
    }

    [Fact]
    public async Task History_ShowsWhoChangedItWhenAndWhy()
    {
        var before = TimeProvider.System.GetUtcNow().AddSeconds(-5);
        (await PutAsync("retention.vouchers", Change("2110-01-01", "7", "Shortened by statute"))).Is(HttpStatusCode.Created);

        var parameter = (await GetAsync("/retention.vouchers?on=2110-01-01")).Json;

        Assert.Equal(("7", "tester", "Shortened by statute"), (parameter.Text("value"), parameter.Text("by"), parameter.Text("reason")));
        Assert.InRange(parameter.GetProperty("at").GetDateTimeOffset(), before, TimeProvider.System.GetUtcNow().AddSeconds(5));
        Assert.Equal(["1999-01-01 10", "2025-01-01 8", "2110-01-01 7"], parameter.List("history").Select(value => $"{value.Text("from")} {value.Text("value")}"));
        Assert.Equal([false, false, true], parameter.List("history").Select(value => value.TryGetProperty("by", out _)));
    }

    [Fact]
    public async Task Put_TheSameValueAgain_ChangesNothing_AnotherOneIsANewVersion()
    {
        var first = (await PutAsync("retention.books", Change("2120-01-01", "9"))).Is(HttpStatusCode.Created).Json;
        var again = (await PutAsync("retention.books", Change("2120-01-01", "9.0", "Said twice"))).Is(HttpStatusCode.OK).Json;
        Assert.Equal(first.GetRawText(), again.GetRawText());

        var corrected = (await PutAsync("retention.books", Change("2120-01-01", "6"))).Is(HttpStatusCode.Created).Json;

        Assert.Equal(first.Number("version") + 1, corrected.Number("version"));
        var shown = (await GetAsync("/retention.books?on=2120-01-01")).Json;
        Assert.Equal("6", shown.Text("value"));
        Assert.Equal(["9", "6"], shown.List("history").Where(value => value.Text("from") == "2120-01-01").Select(value => value.Text("value")));
    }

    [Fact]
    public async Task Put_AtTheSameTime_KeepsThemAll()
    {
        var days = Enumerable.Range(1, 6).Select(month => $"2130-0{month}-01").ToList();

        var answers = await Task.WhenAll(days.Select(day => PutAsync("vat.reduced", Change(day, "0.08", $"From {day}"))));

        Assert.Equal(Enumerable.Range(1, 6).Select(n => (long)n), answers.Select(answer => answer.Is(HttpStatusCode.Created).Json.Number("version")).Order());
        var history = (await GetAsync("/vat.reduced?on=2130-12-31")).Json.List("history").Where(value => value.Text("value") == "0.08");
        Assert.Equal(days.Select(day => $"{day} From {day}"), history.Select(value => $"{value.Text("from")} {value.Text("reason")}"));
    }

    [Theory]
    [InlineData("vat.standard", "1.5", HttpStatusCode.UnprocessableEntity, "parameter/value")]
    [InlineData("vat.standard", "19", HttpStatusCode.UnprocessableEntity, "parameter/value")]
    [InlineData("vat.standard", "-0.1", HttpStatusCode.UnprocessableEntity, "parameter/value")]
    [InlineData("retention.books", "-1", HttpStatusCode.UnprocessableEntity, "parameter/value")]
    [InlineData("vat.standard", "0,19", HttpStatusCode.BadRequest, "request/number")]
    [InlineData("vat.standard", "19 %", HttpStatusCode.BadRequest, "request/number")]
    [InlineData("vat.standard", "1e-1", HttpStatusCode.BadRequest, "request/number")]
    [InlineData("vat.standard", "", HttpStatusCode.BadRequest, "request/text")]
    public async Task Put_AValueThatIsNone_IsRefusedAndNotKept(string name, string value, HttpStatusCode status, string code)
    {
        (await PutAsync(name, Change("2140-01-01", value))).IsProblem(status, code, "value");

        Assert.DoesNotContain((await GetAsync($"/{name}?on=2140-01-01")).Json.List("history"), known => known.Text("from") == "2140-01-01");
    }

    [Theory]
    [InlineData("""{"value":"0.2","reason":"x"}""", "from")]
    [InlineData("""{"from":"2140-02-30","value":"0.2","reason":"x"}""", "from")]
    [InlineData("""{"from":"2140-01-01","value":"0.2"}""", "reason")]
    [InlineData("""{"from":"2140-01-01","value":0.2,"reason":"x"}""", "value")]
    [InlineData("""{"from":"2140-01-01","value":"0.2","reason":"x","by":"me"}""", "by")]
    public async Task Put_ABodyThatIsWrong_NamesTheMember(string body, string path)
    {
        var answer = (await PutAsync("vat.standard", body)).Is(HttpStatusCode.BadRequest);

        Assert.Contains(answer.Json.List("errors"), error => error.Text("path") == path);
    }

    private static string Change(string from, string value, string reason = "By statute") => JsonSerializer.Serialize(new { from, value, reason });

    private async Task<Answer> GetAsync(string path) => await Answer.OfAsync(await shared.App.Accounting.GetAsync(new Uri("/api/parameters" + path, UriKind.Relative), TestContext.Current.CancellationToken));

    private async Task<Answer> PutAsync(string name, string json, string role = "Operator")
    {
        using var content = new StringContent(json, Encoding.UTF8, "application/json");
        return await Answer.OfAsync(await shared.App.Client(role).PutAsync(new Uri("/api/parameters/" + name, UriKind.Relative), content, TestContext.Current.CancellationToken));
    }
}
