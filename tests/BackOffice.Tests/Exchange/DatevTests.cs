using System.Globalization;
using System.Text;
using BackOffice.Exchange;
using BackOffice.Kernel;
using BackOffice.Ledger;
using CsCheck;

namespace BackOffice.Tests.Exchange;

public sealed class DatevTests
{
    private static readonly DateOnly Day = new(2025, 3, 5);
    private static readonly DatevParties Parties = DatevParties.None.With(["acme", "10007"], ["vendor"]).Value!;
    private static readonly DatevNames Names = new(Chart.Skr03, 4, Parties);
    private static readonly DatevHeader Header = new(new DateTimeOffset(2026, 1, 2, 3, 4, 5, 678, TimeSpan.Zero), 1001, 42, new DateOnly(2025, 1, 1), 4, new DateOnly(2025, 3, 1), new DateOnly(2025, 3, 31), "Müller \"GmbH\"", "EUR", Chart.Skr03);
    private static readonly Entry Invoice = new("inv-1", Day, "Rechnung", [new Line("1400", 11_900, "acme", "R_2025.1", new DateOnly(2025, 4, 4)), new Line("8400", -10_000, TaxCode: "sale-standard", Dimensions: [new("costCentre", "100")]), new Line("1776", -1_900)]);

    [Fact]
    public void Header_HasItsFieldsAtTheirPlaces()
    {
        var fields = DatevFormat.Header(Header).Split(';');

        Assert.Equal(DatevFormat.HeaderFields, fields.Length);
        string[] expected =
        [
            "\"EXTF\"", "700", "21", "\"Buchungsstapel\"", "13", "20260102030405678", "", "\"BO\"", "\"\"", "\"\"", "1001", "42", "20250101", "4", "20250301", "20250331", "\"Müller \"\"GmbH\"\"\"", "\"\"", "1", "0",
            "1", "\"EUR\"", "", "\"\"", "", "", "\"03\"", "", "", "\"\"", "\"\"",
        ];
        Assert.Equal(expected, fields);
        Assert.Equal("\"04\"", DatevFormat.Header(Header with { Chart = Chart.Skr04 }).Split(';')[26]);
    }

    [Fact]
    public void Columns_Are125_AndStandWhereTheFormatHasThem()
    {
        Assert.Equal(125, DatevFormat.Columns.Count);
        Approved.Matches("datev-columns", string.Join('\n', DatevFormat.Columns) + "\n");
        Assert.Equal(125, DatevFormat.Columns.Distinct(StringComparer.Ordinal).Count());
        (string Name, int Number)[] known = [("Umsatz (ohne Soll/Haben-Kz)", 1), ("Konto", 7), ("Gegenkonto (ohne BU-Schlüssel)", 8), ("BU-Schlüssel", 9), ("Belegdatum", 10), ("Belegfeld 1", 11), ("Buchungstext", 14), ("KOST1 - Kostenstelle", 37), ("Zusatzinformation - Art 1", 48), ("Festschreibung", 114), ("Fälligkeit", 117), ("Generalumkehr (GU)", 118)];
        Assert.All(known, column => Assert.Equal(column.Number, DatevFormat.At(column.Name) + 1));
    }

    [Fact]
    public void Invoice_BecomesTwoRows_OnTheCustomersNumber_WithKey40OnTheAutomaticAccount()
    {
        var rows = DatevRows.Of(Invoice, Day, Names);

        Assert.Equal([(10_000L, "10000", "8400", "40"), (1_900L, "10000", "1776", "")], rows.Select(row => (row.AmountMinor, row.Account, row.Counter, row.TaxKey)));
        var fields = DatevFormat.Row(rows[0], "EUR").Split(';');
        Assert.Equal(125, fields.Length);
        Assert.Equal(("100,00", "\"S\"", "\"40\"", "0503", "\"R-2025-1\"", "\"Rechnung\"", "\"100\"", "1", "04042025"),
            (fields[0], fields[1], fields[8], fields[9], fields[10], fields[13], fields[36], fields[113], fields[116]));
        Assert.Equal(["\"Buchung\"", "\"inv-1\"", "\"Beleg\"", "\"R_2025.1\""], fields[47..51]);
    }

    [Theory]
    [InlineData("Zahlung für Öl – 5 €", "Zahlung für Öl – 5 €")]
    [InlineData("Erdős → Łódź", "Erdos ? Lódz")]
    [InlineData("a\tb\r\nc", "a b  c")]
    [InlineData("😀", "?")]
    public void Text_IsWindows1252(string text, string clean)
    {
        Assert.Equal(clean, DatevFormat.Clean(text, 60));
        Assert.Equal(clean, DatevFormat.Encoding.GetString(DatevFormat.Encoding.GetBytes(clean)));
    }

    [Fact]
    public void Parties_KeepTheirNumbers_AndOwnNumbersAreTheirs()
    {
        Assert.Equal((10_000, 10_007, 70_000), (Parties.Debtors["acme"], Parties.Debtors["10007"], Parties.Creditors["vendor"]));
        Assert.Equal((10_001, 10_000), DatevParties.None.With(["acme", "10000"], []).Value! is var both ? (both.Debtors["acme"], both.Debtors["10000"]) : default);
        Assert.Equal(10_001, DatevParties.None.With(["acme"], [], new HashSet<int> { 10_000 }).Value!.Debtors["acme"]); // another party's own
        var more = Parties.With(["zeta", "acme"], []).Value!;
        Assert.Equal((10_000, 10_001), (more.Debtors["acme"], more.Debtors["zeta"]));
        Assert.Equal("exchange/too-many-parties", DatevParties.None.With([], [.. Enumerable.Range(0, 30_001).Select(n => $"v{n.ToString(CultureInfo.InvariantCulture)}")]).Refusal!.Code);
    }

    [Fact]
    public void LongerAccounts_AreWidened_AndComeBack()
    {
        var names = Names with { AccountLength = 6 };
        Assert.Equal(("120000", "1000000"), (names.NumberOf(new Line("1200", 1)), names.NumberOf(new Line("1400", 1, "acme"))));
        Assert.Equal([("1200", null), ("1400", "acme"), ("1600", "vendor"), ("1400", "10500"), ("1400", "1234567"), null], ((string[])["120000", "1000000", "7000000", "1050000", "1234567", "0100000"]).Select(number => names.Of(number, _ => false)));
        Assert.Equal(("120000", null), names.Of("120000", code => code == "120000"));
    }

    [Theory]
    [InlineData("8400", "3")]
    [InlineData("840000", "3")]
    [InlineData("34090", "9")]
    [InlineData("84", null)]
    [InlineData("840001", null)]
    [InlineData("1200", null)]
    public void Account_IsAutomatic_AlsoWidenedWithZeros(string account, string? key) => Assert.Equal(key, Names.KeyOf(account));

    [Fact]
    public void Export_TakesWhatNoneBeforeItHad()
    {
        ExportFile Of(long upTo, int from, int to) => new(ExportKind.Datev, upTo, [], new DateOnly(2025, from, 1), new DateOnly(2025, to, 28), default);
        var (first, second) = (Of(10, 1, 1), Of(20, 1, 2));

        Assert.True(DatevExport.Takes(first, [], 7, new DateOnly(2025, 1, 5)));
        Assert.False(DatevExport.Takes(second, [first], 7, new DateOnly(2025, 1, 5)));
        Assert.True(DatevExport.Takes(second, [first], 12, new DateOnly(2025, 1, 5))); // posted late
        Assert.True(DatevExport.Takes(second, [first], 8, new DateOnly(2025, 2, 5)));
        Assert.False(DatevExport.Takes(second, [first], 21, new DateOnly(2025, 2, 5)));
    }

    [Fact]
    public void AnyExports_HaveEveryEntryOfTheirDatesOnce() =>
        Gen.Select(Gen.Select(Gen.Int[0, 27], Gen.Int[0, 27], Gen.Int[0, 20]).Array[1, 6], Gen.Int[0, 27].Array[1, 30]).Sample((asked, days) =>
        {
            List<ExportFile> made = [];
            var head = 0L;
            foreach (var (from, to, grow) in asked)
            {
                head = Math.Min(days.Length, head + grow);
                made.Add(new ExportFile(ExportKind.Datev, head, [], Day.AddDays(Math.Min(from, to)), Day.AddDays(Math.Max(from, to)), default));
            }

            for (var number = 1; number <= days.Length; number++)
            {
                var date = Day.AddDays(days[number - 1]);
                var taken = made.Where((export, n) => DatevExport.Takes(export, made.Take(n), number, date)).Count();
                Assert.Equal(made.Any(export => number <= export.UpTo && date >= export.From && date <= export.To) ? 1 : 0, taken);
            }
        });

    [Fact]
    public void AnyEntry_AsRows_HasItsSumsOnEachNumber_AndComesBackWithTheSameBalances() =>
        Gen.Select(Gen.Select(Gen.OneOf("1200", "1400", "1600", "4210", "8400", "1776"), Gen.Long[1, 99_999], Gen.Bool, Gen.OneOf<string?>(null, "acme", "vendor"), Gen.OneOf<string?>(null, null, "USD", "JPY", "KWD")).Array[1, 6], Gen.String[Gen.Char["aB;\"ä€ő\n,"], 1, 80]).Sample((made, text) =>
        {
            List<Line> lines = [.. made.Select(line => new Line(line.Item1, line.Item3 ? line.Item2 : -line.Item2, line.Item1 is "1400" or "1600" ? line.Item4 : null, "R1", Foreign: line.Item5 is { } held ? new Foreign(held, (line.Item3 ? 1 : -1) * (1 + (line.Item2 * 13 / 7)), 1.857142857142m) : null))];
            var sum = lines.Sum(line => line.AmountMinor);
            if (sum != 0) lines.Add(new Line("4360", -sum));
            if (lines.Count < 2) return;
            var names = Names with { Parties = DatevParties.None.With(["acme", "vendor"], ["acme", "vendor"]).Value! };

            var rows = DatevRows.Of(new Entry("e1", Day, text, lines), Day, names);
            Assert.True(rows.Count < lines.Count && rows.All(row => row.AmountMinor > 0));
            var file = string.Join("\r\n", [DatevFormat.Header(Header), DatevFormat.Headings(), .. rows.Select(row => DatevFormat.Row(row, "EUR"))]) + "\r\n";
            var read = DatevReader.Read(DatevFormat.Encoding.GetBytes(file), new string('a', 64), Book(names)).Value!;

            Assert.Equal(Balances(lines), Balances(read.SelectMany(entry => entry.Entry.Lines)));
            Assert.All(read, entry => Assert.Equal((Day, 0L), (entry.Entry.Date, entry.Entry.Lines.Sum(line => line.AmountMinor))));
        });

    [Theory]
    [InlineData("119,00;\"H\";;;;;8400;10000;;0503", "8400:-10000 1400:11900 1776:-1900")] // an automatic account computes its tax
    [InlineData("119,00;\"S\";;;;;10000;8400;\"40\";0503", "1400:11900 8400:-11900")]
    [InlineData("107,00;S;EUR;;;;4930;70000;8;0503", "4930:10000 1600:-10700 1571:700")]
    [InlineData("119,00;S;EUR;;;;4930;1200;0009;503", "4930:10000 1200:-11900 1576:1900")]
    [InlineData("10,00;H;;;;;1200;1000;;0503", "1200:-1000 1000:1000")]
    [InlineData("476,00;H;;;;;8820;10000;;0503", "8820:-40000 1400:47600 1776:-7600")] // the sale of an asset is automatic too
    [InlineData("119,00;S;;;;;0420;70000;9;0503", "0420:10000 1600:-11900 1576:1900")] // a fixed asset with its input tax
    [InlineData("1085,00;S;USD;1,085;;;10000;8336;;0503", "1400:100000USD108500 8336:-100000")]
    [InlineData("1085,00;S;USD;1,085;1000,01;EUR;10000;8336;;0503", "1400:100001USD108500 8336:-100001")]
    [InlineData("1085,00;S;USD;1,085;;;1210;10000;;0503", "1210:100000USD108500 1400:-100000USD-108500")] // money and a customer
    [InlineData("16000,00;S;JPY;160,00;;;1200;8336;;0503", "1200:10000JPY16000 8336:-10000")]
    [InlineData("5,5;S;;;;;1200;1000;;0503", "1200:550 1000:-550")]
    public void Row_IsAnEntry_WithTheTaxOfItsKey(string row, string lines)
    {
        var entry = Read(row).Value!.Single().Entry;
        Assert.Equal(lines, string.Join(' ', entry.Lines.Select(line => string.Create(CultureInfo.InvariantCulture, $"{line.Account}:{line.AmountMinor}{line.Foreign?.Currency}{line.Foreign?.AmountMinor}"))));
        Assert.Equal("datev-aaaaaaaaaaaa-3", entry.Id);
    }

    [Theory]
    [InlineData("0,00;S;;;;;1200;1000;;0503", "exchange/amount", "line 3, field 1")]
    [InlineData("-5,00;S;;;;;1200;1000;;0503", "exchange/amount", "line 3, field 1")]
    [InlineData("5.00;S;;;;;1200;1000;;0503", "exchange/amount", "line 3, field 1")]
    [InlineData("5,001;S;;;;;1200;1000;;0503", "exchange/amount", "line 3, field 1")]
    [InlineData("5,00;X;;;;;1200;1000;;0503", "exchange/side", "line 3, field 2")]
    [InlineData("5,00;S;USX;1,1;;;1200;1000;;0503", "exchange/currency", "line 3, field 3")]
    [InlineData("5,00;S;USD;;;;1200;1000;;0503", "exchange/rate", "line 3, field 4")]
    [InlineData("1e3;S;;;;;1200;1000;;0503", "exchange/amount", "line 3, field 1")]
    [InlineData("5,00;S;USD;;4.50;EUR;1200;1000;;0503", "exchange/rate", "line 3, field 5")]
    [InlineData("476,00;H;;;;;3425;10000;;0503", "exchange/tax-key", "line 3, field 9")] // the buyer owes the tax
    [InlineData("116,62;S;;;;;1200;10000;;0503;;;2,38", "exchange/discount", "line 3, field 13")]
    [InlineData("116,62;S;;;;;1200;10000;;0503;;;2.38", "exchange/discount", "line 3, field 13")]
    [InlineData("116,62;S;;;;;1200;10000;;0503;;;-2,38", "exchange/discount", "line 3, field 13")]
    [InlineData("5,00;S;;;;;1200;1000;;2802", "exchange/date", "line 3, field 10")] // outside the batch's days
    [InlineData("5,00;S;;;;;1200;1000;;0104", "exchange/date", "line 3, field 10")]
    [InlineData("5,00;S;;;;;1200;9999;;0503", "ledger/account-unknown", "line 3, field 8")]
    [InlineData("5,00;S;USD;0;;;1200;1000;;0503", "exchange/rate", "line 3, field 4")]
    [InlineData("5,00;S;USD;1.1.1;;;1200;1000;;0503", "exchange/rate", "line 3, field 4")]
    [InlineData("5,00;S;USD;;0,00;;1200;1000;;0503", "exchange/rate", "line 3, field 5")]
    [InlineData("5,00;S;USD;;4,50;CHF;1200;1000;;0503", "exchange/currency", "line 3, field 6")]
    [InlineData("5,50;S;JPY;160;;;1200;1000;;0503", "exchange/amount", "line 3, field 1")]
    [InlineData("5,00;S;;;;;Bank;1000;;0503", "exchange/account-number", "line 3, field 7")]
    [InlineData("5,00;S;;;;;100000;1000;;0503", "exchange/account-number", "line 3, field 7")]
    [InlineData("5,00;S;;;;;01200;1000;;0503", "exchange/account-number", "line 3, field 7")]
    [InlineData("5,00", "exchange/columns", "line 3")]
    [InlineData("5,00;S;;;;;1200;;;0503", "exchange/account-number", "line 3, field 8")]
    [InlineData("5,00;S;;;;;4930;1200;77;0503", "exchange/tax-key", "line 3, field 9")]
    [InlineData("5,00;S;;;;;1000;1200;9;0503", "exchange/tax-key", "line 3, field 9")]
    [InlineData("5,00;S;;;;;1200;1000;;3002", "exchange/date", "line 3, field 10")]
    [InlineData("5,00;S;;;;;1200;1000;;", "exchange/date", "line 3, field 10")]
    public void Row_ThatIsWrong_IsRefusedAtItsField(string row, string code, string path)
    {
        var refusal = Read(row).Refusal!;
        Assert.Equal((422, code, path), (refusal.Status, refusal.Code, refusal.Faults[0].Path));
    }

    [Theory]
    [InlineData(1, "\"CSV\"")]
    [InlineData(3, "16")]
    [InlineData(4, "\"Debitoren\"")]
    [InlineData(5, "\"\"")]
    [InlineData(11, "1000")]
    [InlineData(12, "0")]
    [InlineData(13, "20250201")]
    [InlineData(15, "20241231")]
    [InlineData(16, "20260101")]
    [InlineData(16, "20250228")]
    [InlineData(19, "2")]
    [InlineData(20, "30")]
    [InlineData(21, "2")]
    [InlineData(14, "5")]
    [InlineData(22, "\"USD\"")]
    [InlineData(27, "\"04\"")]
    public void Header_ThatDoesNotFit_IsRefusedAtItsField(int number, string value)
    {
        var fields = DatevFormat.Header(Header).Replace("\"Müller \"\"GmbH\"\"\"", "\"M\"", StringComparison.Ordinal).Split(';');
        fields[number - 1] = value;
        var refusal = DatevReader.Read(DatevFormat.Encoding.GetBytes(string.Join(';', fields) + "\r\n" + DatevFormat.Headings() + "\r\n5,00;S;;;;;1200;1000;;0503\r\n"), new string('a', 64), Book(Names)).Refusal!;
        Assert.Equal(("exchange/header", $"line 1, field {number.ToString(CultureInfo.InvariantCulture)}"), (refusal.Code, refusal.Faults[0].Path));
    }

    [Fact]
    public void ForeignLine_ShowsItsCurrencyRateAndBase_AndItsPartsComeToItExactly()
    {
        var entry = new Entry("usd-1", Day, "Invoice", [new Line("1400", 100_000, "acme", "R1", Foreign: new Foreign("USD", 108_501, 1.08501m)), new Line("8336", -33_333), new Line("8338", -66_667)]);
        var rows = DatevRows.Of(entry, Day, Names);

        var fields = DatevFormat.Row(rows[0], "EUR").Split(';');
        Assert.Equal(("361,67", "\"USD\"", "1,08501", "333,33", "\"EUR\""), (fields[0], fields[2], fields[3], fields[4], fields[5]));
        Assert.Equal("\"USD 361.67 zu 1.08501\"", fields[50]);
        Assert.Equal([36_167L, 72_334L], rows.Select(row => row.Foreign!.AmountMinor));
        Assert.Equal("1,10", DatevFormat.Row(rows[0] with { Foreign = new Foreign("USD", 36_666, 1.1m) }, "EUR").Split(';')[3]); // two decimals at least
        // What the fields cannot hold, a rate below 1 or above 9999 or an amount of three decimals, stands in the notes alone.
        foreach (var foreign in (Foreign[])[new("IDR", 5_850_000, 17_550m), new("GBP", 28_333, 0.85m), new("KWD", 1_108_501, 3.25m)])
            Assert.Equal(("333,33", "", "", "", ""), DatevFormat.Row(rows[0] with { Foreign = foreign }, "EUR").Split(';') is var row ? (row[0], row[2], row[3], row[4], row[5]) : default);

        // Ten parts of USD 10.85: what is rounded for one is made good by the next, so that the rate leads from each to its worth.
        var ten = DatevRows.Of(new Entry("ten", Day, "x", [new Line("1400", 1_000, "acme", "R1", Foreign: new Foreign("USD", 1_085, 1.085m)), .. Enumerable.Range(0, 10).Select(n => new Line("8336", -100, Document: $"D{n}"))]), Day, Names);
        Assert.Equal(1_085, ten.Sum(part => part.Foreign!.AmountMinor));
        Assert.All(ten, part => Assert.InRange(part.Foreign!.AmountMinor, 108, 109));
    }

    [Fact]
    public void Row_CarriesDimensionsAndTheDayOfSupply_WhichSetsTheRate()
    {
        var fields = new string[125];
        Array.Fill(fields, "");
        (fields[0], fields[1], fields[6], fields[7], fields[9]) = ("116,00", "S", "10000", "8400", "0503");
        (fields[11], fields[36], fields[37], fields[114]) = ("Auftrag 7", "100", "P-1", "31122020");
        var entry = Read(string.Join(';', fields)).Value!.Single().Entry;

        // 16 % in the second half of 2020.
        Assert.Equal([("1400", 11_600L), ("8400", -10_000L), ("1776", -1_600L)], entry.Lines.Select(line => (line.Account, line.AmountMinor)));
        Assert.Equal(new DateOnly(2020, 12, 31), entry.Lines[1].SupplyDate);
        Assert.Equal([new("costCentre", "100"), new("project", "P-1"), new("reference2", "Auftrag 7")], entry.Lines[1].Dimensions!);

        var late = Invoice with { Lines = [Invoice.Lines[0], Invoice.Lines[1] with { SupplyDate = new DateOnly(2025, 2, 28) }, Invoice.Lines[2]] };
        Assert.Equal(("28022025", "05032025"), DatevFormat.Row(DatevRows.Of(late, Day, Names)[0], "EUR").Split(';') is var row ? (row[114], row[115]) : default);
        fields[114] = "31.12.2020";
        Assert.Equal("line 3, field 115", Read(string.Join(';', fields)).Refusal!.Faults[0].Path);
    }

    [Fact]
    public void AccountsOfTheChart_WhoseNameTellsARate_AreAutomatic()
    {
        foreach (var chart in (string[])[Chart.Skr03, Chart.Skr04])
        {
            var names = new DatevNames(chart, 4, DatevParties.None);
            var taxed = Chart.Accounts(chart).Where(account => account.Type is AccountType.Income or AccountType.Expense && account.NameDe.Contains('%')).ToList();
            Assert.True(taxed.Count >= 9);
            Assert.All(taxed, account => Assert.True(names.KeyOf(account.Code) is not null, $"{account.Code} {account.NameDe}"));
            Assert.Equal(("3", DatevNames.ReverseKey), (names.KeyOf(Chart.Number(chart, "8820")), names.KeyOf(Chart.Number(chart, "3425"))));
        }
    }

    [Fact]
    public void Layout1_IsWrittenAsVersion050Did()
    {
        var old = Names with { Layout = 1 };
        var entry = new Entry("usd-1", new DateOnly(2025, 2, 28), "Invoice", [new Line("1400", 100_000, "acme", "R1", Foreign: new Foreign("USD", 108_500, 1.085m)), new Line("8820", -40_000, TaxCode: "sale-standard", SupplyDate: new DateOnly(2025, 2, 1), Dimensions: [new("costCentre", "K-1/2"), new("reference2", "x")]), new Line("8400", -60_000)]);
        var fields = DatevFormat.Row(DatevRows.Of(entry, Day, old)[0], "EUR").Split(';');
        Assert.Equal(("400,00", "", "", "", "\"K-1/2\"", "", "\"USD 1085.00 zu 1.085\""), (fields[0], fields[2], fields[8], fields[11], fields[36], fields[114], fields[50]));
    }

    [Fact]
    public void CostCentre_AndName_HaveTheFormatsCharacters_AndANoteTellsTheirOwn()
    {
        var row = DatevRows.Of(Invoice with { Lines = [Invoice.Lines[0], Invoice.Lines[1] with { Dimensions = [new("costCentre", "K-100/4"), new("project", "P 1"), new("reference2", "A_7")] }, Invoice.Lines[2]] }, Day, Names)[0];
        Assert.Equal(("K_100_4", "P 1", "A-7"), (row.CostCentre, row.Project, row.Document2));
        Assert.Equal([new("KOST1", "K-100/4"), new("Beleg 2", "A_7")], row.Infos.TakeLast(2));
        Assert.Equal([new("costCentre", "K-100/4"), new("project", "P 1"), new("reference2", "A_7")], Read(DatevFormat.Row(row, "EUR")).Value!.Single().Entry.Lines[1].Dimensions!);
        Assert.Equal("Müller   Söhne", DatevFormat.CleanName("Müller & Söhne"));
    }

    [Fact]
    public void PostedLate_IsSuppliedOnItsOwnDay() =>
        Assert.Equal(new DateOnly(2025, 2, 20), DatevRows.Of(Invoice with { Date = new DateOnly(2025, 2, 20) }, Day, Names)[0].SupplyDate);

    [Fact]
    public void DueDay_ThatIsNone_IsRefused_AndOneThatIsReadStandsOnTheCustomersLine()
    {
        string Due(string day)
        {
            var fields = new string[125];
            Array.Fill(fields, "");
            (fields[0], fields[1], fields[6], fields[7], fields[8], fields[9], fields[116]) = ("5,00", "S", "10000", "8400", "40", "0503", day);
            return string.Join(';', fields);
        }

        Assert.Equal("line 3, field 117", Read(Due("040425")).Refusal!.Faults.Single().Path);
        Assert.Equal([new DateOnly(2025, 4, 4), null], Read(Due("04042025")).Value!.Single().Entry.Lines.Select(line => line.DueDate));
    }

    [Theory]
    [InlineData("119,00;S;;;;;4930;1200;9;0503;RE-4711", "4930 RE-4711, 1200, 1576")]
    [InlineData("119,00;S;;;;;10000;8400;40;0503;RE-4711", "1400 RE-4711, 8400")]
    [InlineData("119,00;S;;;;;0420;1200;40;0503;RE-4711", "0420 RE-4711, 1200")]
    [InlineData("119,00;S;;;;;1200;1000;;0503;RE-4711", "1200 RE-4711, 1000")]
    [InlineData("119,00;S;USD;1,085;;;1200;1000;;0503;RE-4711", "1200, 1000")]
    public void Voucher_StandsOnThePartysLine_ElseOnTheOneOfWhatWasEarnedOrSpent(string row, string lines) =>
        Assert.Equal(lines, string.Join(", ", Read(row).Value!.Single().Entry.Lines.Select(line => line.Document is null ? line.Account : $"{line.Account} {line.Document}")));

    [Fact]
    public void Utf8WithoutItsMark_IsRefused_WhatIsPlainIsNot()
    {
        byte[] File(string text, Encoding encoding) => encoding.GetBytes(DatevFormat.Header(Header with { Name = "x" }) + "\r\n" + DatevFormat.Headings().Replace("ä", "a", StringComparison.Ordinal).Replace("ü", "u", StringComparison.Ordinal).Replace("ö", "o", StringComparison.Ordinal) + $"\r\n5,00;S;;;;;1200;1000;;0503;;;;{text}\r\n");

        Assert.Equal("exchange/encoding", DatevReader.Read(File("Büro", new UTF8Encoding(false)), new string('a', 64), Book(Names)).Refusal!.Code);
        Assert.Equal("Büro", DatevReader.Read(File("Büro", DatevFormat.Encoding), new string('a', 64), Book(Names)).Value!.Single().Entry.Text);
        Assert.Equal("Buero", DatevReader.Read(File("Buero", new UTF8Encoding(false)), new string('a', 64), Book(Names)).Value!.Single().Entry.Text);
    }

    [Fact]
    public void Generalumkehr_ChangesSides()
    {
        var fields = new string[125];
        Array.Fill(fields, "");
        (fields[0], fields[1], fields[6], fields[7], fields[9], fields[117]) = ("5,00", "S", "1200", "1000", "0503", "1");
        Assert.Equal([-500L, 500L], Read(string.Join(';', fields)).Value!.Single().Entry.Lines.Select(line => line.AmountMinor));
    }

    [Fact]
    public void File_CutOrGarbled_IsReadOrRefused_AndNeverThrows()
    {
        var file = DatevFormat.Encoding.GetBytes(DatevFormat.Header(Header) + "\r\n" + DatevFormat.Headings() + "\r\n" + string.Join("\r\n", DatevRows.Of(Invoice, Day, Names).Select(row => DatevFormat.Row(row, "EUR"))) + "\r\n");
        for (var n = 0; n < file.Length; n += 7) _ = DatevReader.Read(file[..n], new string('a', 64), Book(Names));
        Gen.Select(Gen.Int[0, file.Length - 1], Gen.Byte).Sample((at, value) =>
        {
            byte[] garbled = [.. file];
            garbled[at] = value;
            _ = DatevReader.Read(garbled, new string('a', 64), Book(Names));
        }, iter: 300);
    }

    private static Outcome<List<DatevEntry>> Read(string row) => DatevReader.Read(Encoding.UTF8.GetPreamble().Concat(Encoding.UTF8.GetBytes(DatevFormat.Header(Header) + "\r\n" + DatevFormat.Headings() + "\r\n" + row + "\r\n")).ToArray(), new string('a', 64), Book(Names));

    private static DatevBook Book(DatevNames names) => new(names, "EUR", "01-01", account => account.Length == names.AccountLength && account != "9999", account => account[0] is '4' or '8', account => account[0] is '1', BackOffice.Tests.Ledger.TaxTests.Rates);

    private static SortedDictionary<string, long> Balances(IEnumerable<Line> lines)
    {
        SortedDictionary<string, long> balances = new(StringComparer.Ordinal);
        foreach (var line in lines)
        {
            balances[$"{line.Account} {line.Party}"] = balances.GetValueOrDefault($"{line.Account} {line.Party}") + line.AmountMinor;
            if (line.Foreign is { } foreign) balances[$"{line.Account} {line.Party} {foreign.Currency}"] = balances.GetValueOrDefault($"{line.Account} {line.Party} {foreign.Currency}") + foreign.AmountMinor;
        }

        return new SortedDictionary<string, long>(balances.Where(one => one.Value != 0).ToDictionary(), StringComparer.Ordinal);
    }
}
