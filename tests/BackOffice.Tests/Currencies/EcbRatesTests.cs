using System.Text;
using BackOffice.Currencies;
using BackOffice.Kernel;

namespace BackOffice.Tests.Currencies;

public sealed class EcbRatesTests
{
    [Fact]
    public void Rates_AreReadByDay_WithoutCurrenciesThatAreNoMore()
    {
        var days = Read("<Cube time=\"2026-01-30\"><Cube currency=\"USD\" rate=\"1.0850\"/><Cube currency=\"JPY\" rate=\"160.00\"/><Cube currency=\"HRK\" rate=\"7.53\"/></Cube><Cube time=\"2026-01-29\"><Cube currency=\"USD\" rate=\"1.09\"/></Cube>").Value!;

        Assert.Equal([new DateOnly(2026, 1, 29), new DateOnly(2026, 1, 30)], days.Keys);
        Assert.Equal([("JPY", 160m), ("USD", 1.085m)], days[new DateOnly(2026, 1, 30)].Rates.Select(rate => (rate.Key, rate.Value)));
    }

    [Fact]
    public void CrossRate_OfABookInAnotherCurrency_GoesByBoth()
    {
        var day = new ExchangeRates("EUR", new Dictionary<string, decimal> { ["USD"] = 1.085m, ["CHF"] = 0.93m });

        Assert.Equal((1.085m, 0.857142857143m, 0.921658986175m, 1m), (day.Of("USD", "EUR"), day.Of("CHF", "USD"), day.Of("EUR", "USD"), day.Of("USD", "USD")));
        Assert.Null(day.Of("SEK", "EUR"));
        Assert.Null(day.Of("USD", "SEK"));
    }

    [Theory]
    [InlineData("<Cube time=\"30.01.2026\"/>", "currency/date", "Cube[30.01.2026]")]
    [InlineData("", "currency/date", "Cube")]
    [InlineData("<Cube time=\"2026-01-30\"/><Cube time=\"2026-01-30\"/>", "currency/twice", "Cube[2026-01-30]")]
    [InlineData("<Cube time=\"2026-01-30\"><Cube currency=\"USD\" rate=\"-1\"/></Cube>", "currency/rate", "Cube[2026-01-30].USD")]
    [InlineData("<Cube time=\"2026-01-30\"><Cube currency=\"USD\" rate=\"0\"/></Cube>", "currency/rate", "Cube[2026-01-30].USD")]
    [InlineData("<Cube time=\"2026-01-30\"><Cube currency=\"USD\" rate=\"1e5\"/></Cube>", "currency/rate", "Cube[2026-01-30].USD")]
    [InlineData("<Cube time=\"2026-01-30\"><Cube currency=\"USD\" rate=\"1\"/><Cube currency=\"USD\" rate=\"2\"/></Cube>", "currency/twice", "Cube[2026-01-30].USD")]
    [InlineData("<Cube time=\"2026-01-30\"><Cube currency=\"dollar\" rate=\"1\"/></Cube>", "currency/currency-unknown", "Cube[2026-01-30].dollar")]
    public void Rates_ThatAreNone_AreRefusedWhereTheyStand(string cubes, string code, string path)
    {
        var refusal = Read(cubes).Refusal!;
        Assert.Equal((code, path), (refusal.Code, refusal.Faults[0].Path));
    }

    [Fact]
    public void AnotherDocument_IsRefused() => Assert.Equal("currency/not-ecb", EcbRates.Read(new System.Xml.Linq.XElement("Envelope")).Refusal!.Code);

    private static Outcome<SortedDictionary<DateOnly, ExchangeRates>> Read(string cubes)
    {
        var xml = $"""<gesmes:Envelope xmlns:gesmes="http://www.gesmes.org/xml/2002-08-01" xmlns="http://www.ecb.int/vocabulary/2002-08-01/eurofxref"><gesmes:subject>Reference rates</gesmes:subject><Cube>{cubes}</Cube></gesmes:Envelope>""";
        return EcbRates.Read(SafeXml.ReadAsync(new MemoryStream(Encoding.UTF8.GetBytes(xml)), 100_000).GetAwaiter().GetResult().Value!);
    }

    [Fact]
    public void RatesByHand_StayWhenOthersAreUploaded_AndThoseNotNamedStayToo()
    {
        static ExchangeRates Of(string unit, params (string Currency, decimal Rate)[] rates) => new(unit, rates.ToDictionary(one => one.Currency, one => one.Rate));
        var uploaded = Of("EUR", ("USD", 1.08m), ("CHF", 0.93m));
        var mended = uploaded.With(Of("EUR", ("USD", 1.085m), ("AED", 3.98m)), byHand: true)!;
        Assert.Equal((1.085m, 0.93m, 3.98m), (mended.Rates["USD"], mended.Rates["CHF"], mended.Rates["AED"]));
        Assert.Equal(["AED", "USD"], mended.ByHand!);

        var again = mended.With(Of("EUR", ("USD", 1.08m), ("CHF", 0.94m)), byHand: false)!;
        Assert.Equal((1.085m, 0.94m, 3.98m), (again.Rates["USD"], again.Rates["CHF"], again.Rates["AED"]));

        // Of a book in francs: what is set for one franc is led over to the euro, and back again when it is asked for.
        var francs = uploaded.With(Of("CHF", ("VND", 29_000m)), byHand: true)!;
        Assert.Equal(("EUR", 26_970m, 1.08m, 29_000m), (francs.Base, francs.Rates["VND"], francs.Rates["USD"], francs.Of("VND", "CHF")));
        var first = Of("CHF", ("VND", 29_000m)) with { ByHand = ["VND"] };
        var after = first.With(uploaded, byHand: false)!;
        Assert.Equal(("EUR", 26_970m, "VND"), (after.Base, after.Rates["VND"], after.ByHand!.Single()));
        Assert.Null(uploaded.With(Of("XAF", ("VND", 1m)), byHand: true)); // nothing leads from one to the other
        // Who sets the day's base itself goes by that, and it is kept turned round.
        var own = uploaded.With(Of("CHF", ("EUR", 1.1m), ("USD", 1.17m)), byHand: true)!;
        Assert.Equal(("EUR", 0.9090909091m, 1.0636363636m, "CHF USD"), (own.Base, own.Rates["CHF"], own.Rates["USD"], string.Join(' ', own.ByHand!)));
        Assert.Equal(0.9090909091m, own.With(uploaded, byHand: false)!.Rates["CHF"]);
        Assert.Equal(("EUR", 0.9090909091m, "CHF"), (Of("CHF", ("EUR", 1.1m)) with { ByHand = ["EUR"] }).With(uploaded, byHand: false)! is var led ? (led.Base, led.Rates["CHF"], led.ByHand!.Single()) : default);
        Assert.Null(uploaded.With(Of("EUR", ("JPY", 160m)), byHand: false)!.ByHand);
    }
}
