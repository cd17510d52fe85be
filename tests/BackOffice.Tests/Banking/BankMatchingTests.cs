using BackOffice.Banking;
using CsCheck;

namespace BackOffice.Tests.Banking;

public sealed class BankMatchingTests
{
    private const string AcmeIban = "DE02120300000000202051";
    private static readonly DateOnly Day = new(2026, 1, 30);
    private static readonly Dictionary<string, Payee> Payees = new() { ["acme"] = new Payee("Acme GmbH & Co. KG", [AcmeIban]), ["zeta"] = new Payee("Zeta AG", ["DE89370400440532013000"]) };

    [Theory]
    [InlineData("RE R-2026/17 vielen Dank")]
    [InlineData("rechnung r 2026 17")]
    [InlineData("R2026-17")]
    [InlineData("Kd 4711 / R-2026-17.")]
    public void Reference_NamesTheDocument_HoweverItIsWritten(string remittance)
    {
        var match = Matching(Receivable("acme", "R-2026-17", 11_900)).Take("i", Line(11_900, remittance));

        Assert.Equal("reference", match.Why);
        Assert.Equal([new CounterLine("1400", -11_900, "acme", "R-2026-17")], match.Lines);
    }

    [Theory]
    [InlineData("R-2026-170")] // another document
    [InlineData("XR-2026-17X")]
    [InlineData("2026-17")]
    [InlineData(null)]
    public void Reference_ThatIsNotTheWholeDocument_NamesNothing(string? remittance) => Assert.Null(Matching(Receivable("acme", "R-2026-17", 11_900)).Take("i", Line(11_900, remittance)).Why);

    [Fact]
    public void Reference_OfSeveralDocuments_SettlesAll_WhenTheyAreTheAmount()
    {
        var matching = Matching(Receivable("acme", "R-101", 10_000), Receivable("acme", "R-102", 5_000));

        Assert.Equal([-10_000L, -5_000L], matching.Take("i", Line(15_000, "R-101 R-102")).Lines.Select(line => line.AmountMinor));
        Assert.Null(matching.Take("i", Line(15_000, "R-101 R-102")).Why); // they are settled now
    }

    [Fact]
    public void PartPayment_IsTaken_FromThePartysOwnAccountOnly()
    {
        Assert.Null(Matching(Receivable("acme", "R-101", 10_000)).Take("i", Line(4_000, "R-101")).Why);

        var matching = Matching(Receivable("acme", "R-101", 10_000));
        Assert.Equal(-4_000, matching.Take("i", Line(4_000, "R-101", iban: AcmeIban)).Lines.Single().AmountMinor);
        Assert.Equal(-6_000, matching.Take("i", Line(6_000, "Rest R-101")).Lines.Single().AmountMinor);
    }

    [Fact]
    public void Overpayment_AndAnothersAccount_AreProposed_NeverPosted()
    {
        var over = Matching(Receivable("acme", "R-101", 10_000)).Take("i", Line(12_000, "R-101", iban: AcmeIban));
        Assert.Equal((null, -12_000L), (over.Why, over.Proposals[0].Lines.Single().AmountMinor));

        var another = Matching(Receivable("zeta", "R-101", 10_000)).Take("i", Line(10_000, "R-101", iban: AcmeIban));
        Assert.Null(another.Why);
        Assert.Contains("another's account", another.Proposals[0].Why, StringComparison.Ordinal);
    }

    [Fact]
    public void DocumentsOfTwoParties_AndAnAccountOfTwo_AreProposed()
    {
        var both = Matching(Receivable("acme", "R-101", 10_000), Receivable("zeta", "R-102", 5_000)).Take("i", Line(15_000, "R-101 R-102"));
        Assert.Equal((null, 2), (both.Why, both.Proposals[0].Lines.Count));

        var shared = new BankMatching([Receivable("acme", "R-101", 10_000)], [new("acme", new Payee("A", [AcmeIban])), new("zeta", new Payee("Z", [AcmeIban]))], []).Take("i", Line(10_000, "Danke", iban: AcmeIban));
        Assert.Null(shared.Why);
    }

    [Fact]
    public void Party_IsKnownByAccountOrExactName_AndOneItemOfThatAmountIsIt()
    {
        Assert.Equal("party", Matching(Receivable("acme", "R-101", 10_000), Receivable("zeta", "R-102", 10_000)).Take("i", Line(10_000, "Danke", iban: AcmeIban)).Why);
        Assert.Equal("party", Matching(Receivable("acme", "R-101", 10_000)).Take("i", Line(10_000, null, party: "ACME GMBH & CO KG")).Why);
        Assert.Null(Matching(Receivable("acme", "R-101", 10_000)).Take("i", Line(10_000, null, party: "Acme")).Why);

        var twice = Matching(Receivable("acme", "R-101", 10_000), Receivable("acme", "R-102", 10_000)).Take("i", Line(10_000, "Danke", iban: AcmeIban));
        Assert.Equal((null, 2), (twice.Why, twice.Proposals.Count));
    }

    [Theory]
    [InlineData(-11_900, "PAY-1-1", null, true)]
    [InlineData(-11_901, "PAY-1-1", null, false)]
    [InlineData(-100, "PAY-1-2", null, false)] // the bank rejected it
    [InlineData(-12_000, null, "PAY-1", true)]
    [InlineData(-11_900, null, "PAY-1", false)]
    [InlineData(12_000, null, "PAY-1", false)]
    [InlineData(-11_900, "PAY-2-1", "PAY-2", false)]
    public void OwnPayment_IsKnownByItsReferenceAndExactAmount(long amount, string? endToEnd, string? batch, bool isKnown)
    {
        var match = Matching().Take("i", Line(amount, null) with { EndToEndId = endToEnd, BatchId = batch });
        Assert.Equal(isKnown ? [new CounterLine("1360", -amount, Document: "PAY-1")] : [], match.Lines);
    }

    [Fact]
    public void OwnPayment_GoesOnce_AndItsOrderIsThenTheRest()
    {
        var matching = Matching();
        var first = matching.Take("a", Line(-11_900, null) with { EndToEndId = "PAY-1-1" });
        Assert.Equal(("payment", "PAY-1", 1), (first.Why, first.Own!.Payment, first.Own.Numbers.Single()));
        Assert.Null(matching.Take("b", Line(-11_900, null) with { EndToEndId = "PAY-1-1" }).Why);
        Assert.Null(matching.Take("b", Line(-12_000, null) with { BatchId = "PAY-1" }).Why);
        Assert.Equal("payment", matching.Take("c", Line(-100, null) with { BatchId = "PAY-1" }).Why);
        Assert.Null(matching.Take("d", Line(-100, null) with { EndToEndId = "PAY-1-3" }).Why);
    }

    [Fact]
    public void OwnPayment_OnAnotherStatementAlready_IsNotGoneAgain_ButThatLineItselfIs()
    {
        var trace = new PaymentTrace(Gone: new Dictionary<string, IReadOnlyList<int>> { ["a"] = [1] });
        var payment = trace.On(new Payment("giro", Day, Own().Items, PaymentStatus.Ordered));
        BankMatching Later() => new([], Payees, [Own() with { Items = payment.Items }]);

        Assert.Null(Later().Take("b", Line(-11_900, null) with { EndToEndId = "PAY-1-1" }).Why);
        Assert.Equal("payment", Later().Take("a", Line(-11_900, null) with { EndToEndId = "PAY-1-1" }).Why); // cut off before it was taken in
        Assert.Equal([3], Later().Take("b", Line(-100, null) with { BatchId = "PAY-1" }).Own!.Numbers);
        Assert.False(payment.IsDone);
        Assert.True(new PaymentTrace(Gone: new Dictionary<string, IReadOnlyList<int>> { ["b"] = [1, 3] }).On(payment) is { IsDone: true } all && all.Items[0].ClearedBy == "a" && all.Items[2].ClearedBy == "b");
        Assert.Null(new PaymentTrace(Reopened: ["a"]).On(payment).Items[0].ClearedBy);
    }

    [Fact]
    public void Return_OfAnOwnPayment_NamesIt_AndOwesItsItemAgain()
    {
        var gone = Own() with { Items = [Own().Items[0] with { ClearedBy = "a" }, .. Own().Items.Skip(1)] };
        BankLine back = Line(11_900, "RETURN") with { EndToEndId = "PAY-1-1", IsReturn = true, ReturnReason = "AC04" };

        var proposal = new BankMatching([], Payees, [gone]).Take("b", back).Proposals.Single();
        Assert.Equal(("payment 'PAY-1', no. 1, came back (AC04)", "PAY-1"), (proposal.Why, proposal.Own!.Payment));
        Assert.Equal([new CounterLine("1600", -11_900, "zeta", "ER-1")], proposal.Lines);
        Assert.Empty(Matching().Take("b", back).Proposals); // it has not gone yet
        Assert.Empty(new BankMatching([], Payees, [gone with { Items = [gone.Items[0] with { ReturnedBy = "x" }] }]).Take("b", back).Proposals);

        // In one statement: it goes, and comes back.
        var matching = Matching();
        matching.Take("a", Line(-11_900, null) with { EndToEndId = "PAY-1-1" });
        Assert.Equal("PAY-1", matching.Take("b", back).Proposals.Single().Own!.Payment);
    }

    [Theory]
    [InlineData("E-1", null, null, true)]
    [InlineData(null, AcmeIban, null, true)]
    [InlineData(null, null, "Ruecklastschrift zu R-101", true)]
    [InlineData("E-2", "GB29NWBK60161331926819", "nothing", false)]
    public void Return_OfAnEarlierLine_NamesIt_ByReferenceAccountOrDocument(string? endToEnd, string? iban, string? remittance, bool isFound)
    {
        var earlier = new EarlierLine("x", Line(10_000, "R-101", iban: AcmeIban) with { EndToEndId = "E-1" }, [new CounterLine("1400", -10_000, "acme", "R-101")]);
        var line = Line(-10_000, remittance, iban: iban) with { EndToEndId = endToEnd, IsReturn = true, BookedOn = Day.AddDays(3) };

        var proposals = new BankMatching([], Payees, [], [earlier]).Take("b", line).Proposals;
        Assert.Equal(isFound ? [("x", 10_000L)] : [], proposals.Select(one => (one.Of, one.Lines.Single().AmountMinor)));
        Assert.Empty(new BankMatching([], Payees, [], [earlier]).Take("b", line with { AmountMinor = -9_999 }).Proposals);
        Assert.Empty(new BankMatching([], Payees, [], [earlier]).Take("b", line with { BookedOn = Day.AddDays(-1) }).Proposals);
    }

    [Fact]
    public void OwnReference_ThatDoesNotFit_IsAPersons_EvenWhenAnotherItemWould()
    {
        var payable = new MatchItem("1600", "zeta", "ER-8", Day, -11_900);
        var gone = Own() with { Items = [Own().Items[0] with { ClearedBy = "a" }, .. Own().Items.Skip(1)] };
        BankLine twice = Line(-11_900, "ER-8", iban: "DE89370400440532013000") with { EndToEndId = "PAY-1-1" };
        Assert.Null(new BankMatching([payable], Payees, [gone]).Take("b", twice).Why);
        Assert.Equal("reference", new BankMatching([payable], Payees, [gone]).Take("b", twice with { EndToEndId = null }).Why);
        // With the reference of one payment it is that one, not what is left of its order.
        Assert.Null(new BankMatching([], Payees, [gone]).Take("b", Line(-100, null) with { EndToEndId = "PAY-1-1", BatchId = "PAY-1" }).Why);
    }

    [Fact]
    public void Party_WhoNamesADocumentThatIsSettled_IsAPersons()
    {
        BankMatching Of(params string[] documents) => new([Receivable("acme", "R-109", 10_000)], Payees, [], null, party => party == "acme" ? documents : []);
        Assert.Null(Of("R-107", "R-109").Take("i", Line(10_000, "RE R-107 once more", iban: AcmeIban)).Why);
        Assert.Equal("party", Of("R-107", "R-109").Take("i", Line(10_000, "thanks", iban: AcmeIban)).Why);
        Assert.Equal("party", Of("7", "R-109").Take("i", Line(10_000, "7 pieces", iban: AcmeIban)).Why); // "7" tells nothing
    }

    [Theory]
    [InlineData(3_000, "a part -3255|all of it -10850")]
    [InlineData(9_863, "all of it -10850|a part -10701")] // the rate may have made less of it
    [InlineData(10_000, "all of it -10850")]
    [InlineData(12_000, "all of it -10850")]
    public void ItemInAnotherCurrency_IsProposedAsAllOfItAndAsAPart_TheLikelierFirst(long amount, string proposals) =>
        Assert.Equal(proposals, string.Join('|', Matching(new MatchItem("1400", "acme", "R-101", Day, 10_000, new ItemAmount("USD", 10_850))).Take("i", Line(amount, "R-101", iban: AcmeIban)).Proposals
            .Where(proposal => proposal.Why.StartsWith("named", StringComparison.Ordinal)).Select(proposal => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{proposal.Why.Split(", ")[^1]} {proposal.Lines.Single().Foreign!.AmountMinor}"))));

    [Fact]
    public void Item_OwedInAnotherCurrency_IsProposedWithIt_NeverPosted()
    {
        var match = Matching(new MatchItem("1400", "acme", "R-101", Day, 10_000, new ItemAmount("USD", 10_850))).Take("i", Line(10_000, "R-101", iban: AcmeIban));

        Assert.Null(match.Why);
        Assert.Equal(("named; it is owed in USD, all of it", new CounterLine("1400", -10_000, "acme", "R-101", Foreign: new ItemAmount("USD", -10_850))), (match.Proposals[0].Why, match.Proposals[0].Lines.Single()));
    }

    [Fact]
    public void MoneyThatGoes_SettlesPayables_AndAReturnIsNeverPosted()
    {
        var payable = new MatchItem("1600", "zeta", "ER-77", Day, -5_000);
        Assert.Equal([new CounterLine("1600", 5_000, "zeta", "ER-77")], Matching(payable).Take("i", Line(-5_000, "ER-77")).Lines);
        Assert.Null(Matching(payable).Take("i", Line(5_000, "ER-77")).Why);
        Assert.Null(Matching(payable).Take("i", Line(-5_000, "ER-77") with { IsReturn = true }).Why);
    }

    [Fact]
    public void Amount_AloneIsAProposal_AndAShortNumberNamesNothing()
    {
        var match = Matching(Receivable("acme", "17", 10_000)).Take("i", Line(10_000, "Rechnung 17"));
        Assert.Equal((null, "of that amount"), (match.Why, match.Proposals.Single().Why));
    }

    [Fact]
    public void AnyLines_TakeOffEachItemNoMoreThanIsOpen_AndComeToTheLineExactly() =>
        Gen.Select(Gen.Select(Gen.Int[100, 105], Gen.Long[1, 300], Gen.Bool).Array[0, 8], Gen.Select(Gen.Long[-300, 300], Gen.Int[100, 106].Array[0, 3], Gen.Bool).Array[1, 8]).Sample((items, lines) =>
        {
            List<MatchItem> open = [.. items.Select((item, n) => Receivable(item.Item3 ? "acme" : "zeta", $"R-{item.Item1}-{n}", item.Item2)), .. items.Select((item, n) => new MatchItem("1600", "zeta", $"E-{item.Item1}-{n}", Day, -item.Item2))];
            var matching = Matching([.. open]);
            Dictionary<string, long> settled = [];
            foreach (var (amount, documents, known) in lines)
            {
                if (amount == 0) continue;
                var match = matching.Take("i", Line(amount, string.Join(' ', documents.SelectMany(number => items.Select((_, n) => $"R-{number}-{n}"))), iban: known ? AcmeIban : null));
                Assert.True(match.Proposals.Count <= 5);
                foreach (var proposal in match.Proposals) Assert.Equal(-amount, proposal.Lines.Sum(line => line.AmountMinor));
                if (match.Why is null) continue;
                Assert.Equal(-amount, match.Lines.Sum(line => line.AmountMinor));
                foreach (var line in match.Lines) settled[line.Document!] = settled.GetValueOrDefault(line.Document!) - line.AmountMinor;
            }

            foreach (var (document, off) in settled)
            {
                var item = open.Single(one => one.Document == document);
                Assert.InRange(off * Math.Sign(item.OpenMinor), 0, Math.Abs(item.OpenMinor));
            }
        });

    [Fact]
    public void Return_OpenedAgain_StillSaysWhatItTakesBack()
    {
        List<CounterLine> lines = [new("1400", 11_900, "acme", "R-101")];
        var item = new BankItem("giro", "giro.s", Line(-11_900, "back") with { IsReturn = true }, new BankMatch(null, [], [new Proposal("takes back the line", lines, Of: "giro.earlier")]), 0);
        var account = new BankAccount("DE02120300000000202051", "Acme GmbH", "1200", "1360");

        var reopened = item.Assign(lines, "returned", 2).Value!.Reopen("giro.i", account, "look").Value!.Item;

        Assert.Equal(("posted before", "giro.earlier"), (reopened.Match.Proposals.Single().Why, reopened.ProposalOf(lines)!.Of));
        // Matched anew it stays the first proposal, and nothing is posted without a person.
        var anew = reopened.Anew(new BankMatch("reference", [new("1400", 11_900, "acme", "R-102")], []));
        Assert.Empty(anew.Lines);
        Assert.Equal(["posted before", "reference"], anew.Proposals.Select(proposal => proposal.Why));
    }

    [Fact]
    public void OrderOfTheLines_DoesNotDecideWhatTheyAre()
    {
        (string, BankLine)[] lines = [("by-party", Line(7_700, "thanks", iban: AcmeIban)), ("by-reference", Line(7_700, "RE R-101"))];
        foreach (var order in (IReadOnlyList<(string Id, BankLine Line)>[])[lines, [.. lines.Reverse()]])
        {
            var found = Matching(Receivable("acme", "R-101", 7_700), Receivable("acme", "R-102", 7_700)).TakeAll(order);
            Assert.Equal([("by-party", "party", "R-102"), ("by-reference", "reference", "R-101")], order.Zip(found, (line, match) => (line.Id, match.Why!, match.Lines.Single().Document!)).Order());
        }
    }

    [Theory]
    [InlineData("NCHG+808", true)]
    [InlineData("PMNT-MDOP-CHRG", true)]
    [InlineData("PMNT-ICDT-ESCT", false)]
    [InlineData(null, false)]
    public void Charges_AreProposed_WhereTheCodeSaysSo_AndNeverPosted(string? code, bool isProposed)
    {
        var match = new BankMatching([], Payees, [], charges: "4970").Take("i", Line(-1_500, "ENTGELT") with { Code = code });

        Assert.Null(match.Why);
        Assert.Equal(isProposed ? [("the bank's charges", "4970", 1_500L)] : [], match.Proposals.Select(proposal => (proposal.Why, proposal.Lines.Single().Account, proposal.Lines.Single().AmountMinor)));
    }

    [Fact]
    public void BatchOfAnOrder_ThatIsLessThanIsUnderWay_IsProposedAsItsPart_WhereTheAmountTellsWhich()
    {
        Assert.Empty(Matching().Take("i", Line(-5_000, null) with { BatchId = "PAY-1" }).Proposals);
        var match = Matching().Take("i", Line(-100, null) with { BatchId = "PAY-1" });

        Assert.Equal([3], match.Proposals.Single().Own!.Numbers);
        Assert.Equal(("payment 'PAY-1' in part", "1360", 100L, "PAY-1"), match.Proposals.Select(proposal => (proposal.Why, proposal.Lines.Single().Account, proposal.Lines.Single().AmountMinor, proposal.Lines.Single().Document!)).Single());
    }

    private static BankMatching Matching(params MatchItem[] items) => new(items, Payees, [Own()]);

    private static OwnPayment Own() => new("PAY-1", "1360", [new PaymentItem("1600", "zeta", "ER-1", 11_900), new PaymentItem("1600", "zeta", "ER-2", 40, Answer: BankAnswer.Rejected), new PaymentItem("1600", "zeta", "ER-3", 100)]);

    private static MatchItem Receivable(string party, string document, long open) => new("1400", party, document, Day, open);

    private static BankLine Line(long amount, string? remittance, string? party = null, string? iban = null) => new(Day, Day, amount, "ref", null, null, party, iban, remittance, false);
}
