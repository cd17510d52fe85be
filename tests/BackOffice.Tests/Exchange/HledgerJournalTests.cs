using System.Text;
using BackOffice.Exchange;
using BackOffice.Ledger;

namespace BackOffice.Tests.Exchange;

public sealed class HledgerJournalTests
{
    private static readonly DateOnly Day = new(2026, 1, 31);

    [Theory]
    [InlineData("EUR", 2, "commodity EUR 1000.00\n")]
    [InlineData("BHD", 3, "commodity BHD 100.000\n")]
    [InlineData("JPY", 0, "commodity JPY 100000.\n")] // hledger refuses a directive without a point
    public void Commodity_HasThePointThatHledgerAsksFor(string currency, int digits, string directive) =>
        Assert.Contains(directive, HledgerExport.Head("Acme", currency, digits, new Dictionary<string, (AccountType, string)>()), StringComparison.Ordinal);

    [Fact]
    public void Accounts_AreTyped_InOrder_AndTheirNamesEndNoTag()
    {
        var accounts = new Dictionary<string, (AccountType, string)>
        {
            ["8400"] = (AccountType.Income, "Sales"),
            ["0800"] = (AccountType.Equity, "Capital"),
            ["1200"] = (AccountType.Asset, "Bank, main; type: X"),
            ["1600"] = (AccountType.Liability, "Payables"),
            ["4210"] = (AccountType.Expense, "Rent"),
        };

        var lines = HledgerExport.Head("Acme\nGmbH; Berlin", "EUR", 2, accounts).Split('\n');

        Assert.Equal("; Acme GmbH Berlin", lines[0]);
        Assert.Equal(
        [
            "account equity:0800  ; type: E, name: Capital", "account assets:1200  ; type: A, name: Bank  main type: X", "account liabilities:1600  ; type: L, name: Payables", "account expenses:4210  ; type: X, name: Rent",
            "account income:8400  ; type: R, name: Sales",
        ], lines.Where(line => line.StartsWith("account ", StringComparison.Ordinal)));
    }

    [Fact]
    public void Entry_IsATransaction_WithItsTags()
    {
        var entry = new Entry("inv-1", Day, "Invoice; 17 | Acme", [new Line("1400", 11_900, "acme", "R-17", new DateOnly(2026, 3, 2)), new Line("8400", -10_000, TaxCode: "sale-standard"), new Line("1776", -1_900)]);

        Assert.Equal(
            "2026-01-31 (1) Invoice 17 Acme  ; id: inv-1\n" +
            "    assets:1400  EUR 119.00  ; party: acme, document: R-17, due: 2026-03-02\n" +
            "    income:8400  EUR -100.00  ; tax: sale-standard\n" +
            "    liabilities:1776  EUR -19.00\n\n", TextOf(1, entry));
    }

    [Fact]
    public void Reversal_NamesWhatItTakesBack_AndForeignAmountsAreToldBeside()
    {
        var entry = new Entry("back", Day, "Storno", [new Line("1400", -10_000, Foreign: new Foreign("JPY", -16_000, 160m)), new Line("8400", 10_000)], Reverses: "inv-1");

        Assert.Equal(
            "2026-01-31 (2) Storno  ; id: back, reverses: inv-1\n" +
            "    assets:1400  EUR -100.00  ; foreign: JPY -16000 at 160\n" +
            "    income:8400  EUR 100.00\n\n", TextOf(2, entry));
    }

    private static string TextOf(long number, Entry entry)
    {
        var text = new StringBuilder();
        HledgerExport.Append(text, new EntryPosted(number + 5, default, "alice", number, entry, default, Day), "EUR", 2, account => account[..2] switch { "14" => AccountType.Asset, "84" => AccountType.Income, _ => AccountType.Liability });
        return text.ToString();
    }
}
