using BackOffice.Currencies;
using BackOffice.Kernel;
using BackOffice.Ledger;

namespace BackOffice.Banking;

/// <summary>The lines that another currency makes of a posted item: that of its bank account, or that of what it settles.</summary>
/// <param name="rate">Units of the account's currency for one of the book's on the booking day; null: there is none.</param>
internal sealed class ForeignBooking(BankItem item, BookState state, BankAccount account, decimal? rate)
{
    private static readonly Refusal NoChart = new(422, "ledger/no-chart", "The book has no chart, which would say where gains and losses of exchange go: PUT /api/books/{book} with chart SKR03 or SKR04.");

    private long AmountMinor => item.Line.AmountMinor;

    /// <summary>
    /// The item with those lines. An account in another currency takes money in at the day's rate and lets it go at the rates it was booked with; what settles an item owed in its own currency takes it off at the rates it was posted with, in proportion, and the rest is the realised gain or loss. A line that takes back an earlier one takes its lines back as they were booked. Without another currency the item stays as it is.
    /// 422 <c>bank/no-rate</c>, <c>ledger/foreign-amount</c> (more than is open in that currency, or what is open has different sides in the two currencies), <c>ledger/no-chart</c>, <c>bank/amount</c> (worth nothing at that rate). Source: HGB §256a, §252(1) no. 4.
    /// Worked (SKR03): USD 1,085.00 on account 1210 at 1.10, for R-1 booked with 1,000.00 → Dr 1210 986.36, Cr 1400 1,000.00 acme R-1, Dr 2150 13.64. USD 1,000.00 that came at 1.10 go at 1.05 → Cr 1210 909.09, Dr 4210 952.38, Cr 2660 43.29.
    /// </summary>
    /// <param name="earlier">The item that this one takes back; null: none.</param>
    public static Outcome<BankItem> Of(BankItem item, BookState state, BankAccount account, decimal? rate, BankItem? earlier = null)
    {
        if (account.Currency is null && item.Match.Lines.All(line => line.Foreign is null)) return item;
        if (account.Currency is not null && rate is null) return new Refusal(422, "bank/no-rate", $"There is no rate of {account.Currency} on {BusinessDay.Text(item.Line.BookedOn)} or the days before: PUT …/exchange-rates/{BusinessDay.Text(item.Line.BookedOn)}.");
        return new ForeignBooking(item, state, account, rate).Lines(earlier).Is(out var lines, out var refusal) ? item with { Booked = lines } : refusal;
    }

    private Outcome<List<Line>> Lines(BankItem? earlier)
    {
        var (moved, bank) = (Worth(AmountMinor), HeldWorth());
        if (moved == 0 || bank == 0) return new Refusal(422, "bank/amount", "At the day's rate the line is worth nothing in the book's currency: assign it together with another entry by hand.");
        List<Line> lines = [new Line(account.Account, bank, Foreign: moved == bank ? Held(AmountMinor) : Held(AmountMinor)! with { Rate = RateOf(bank) })];
        if (earlier?.Booked is { } booked) return TakeBack(lines, booked, item.Match.Lines.Skip(earlier.Match.Lines.Count));
        // What goes from the account goes at the rates it came in with; what that differs from the day's rate is realised.
        return (Realise(lines, moved - bank) ?? Settle(lines, -moved)) is { } refusal ? refusal : lines;
    }

    /// <summary>What stands on the other side, each at the day's rate; the last takes what rounding has left.</summary>
    private Refusal? Settle(List<Line> lines, long left)
    {
        Dictionary<(string, string?, string?, string), ForeignBalance> rest = [];
        for (var n = 0; n < item.Match.Lines.Count; n++)
        {
            var line = item.Match.Lines[n];
            var worth = n == item.Match.Lines.Count - 1 ? left : Worth(line.AmountMinor);
            left -= worth;
            if (Owed(line) is not { } owed || Open(line, owed, rest) is not { } open)
            {
                if (line.Foreign is { } asked) return new Refusal(422, "ledger/foreign-amount", $"Of '{line.Document}' not so much is open in {asked.Currency}.", $"lines[{n}].foreign.amount");
                if (worth != 0) lines.Add(new Line(line.Account, worth, line.Party, line.Document, TaxCode: line.TaxCode, Foreign: state.Account(line.Account) is { } known && Valuation.IsMonetary(known) ? Held(line.AmountMinor) : null));
                continue;
            }

            if (open.IsMixed) return new Refusal(422, "ledger/foreign-amount", $"'{line.Document}' is open on one side in {owed.Currency} and on the other in {state.Currency}: correct it by an entry first.", $"lines[{n}]");
            var share = -open.ShareMinor(-owed.AmountMinor);
            rest[KeyOf(line, owed)] = open with { ForeignMinor = open.ForeignMinor + owed.AmountMinor, BookMinor = open.BookMinor + share };
            if (share != 0) lines.Add(new Line(line.Account, share, line.Party, line.Document, Foreign: new Foreign(owed.Currency, owed.AmountMinor, open.Rate(state.Digits))));
            if (Realise(lines, worth - share) is { } refusal) return refusal;
        }

        return null;
    }

    /// <summary>The other lines of an earlier entry with their sides changed, and what the bank kept; what the rate has made of the money since is a gain or loss.</summary>
    private Outcome<List<Line>> TakeBack(List<Line> lines, IReadOnlyList<Line> booked, IEnumerable<CounterLine> charges)
    {
        lines.AddRange(charges.Select(line => new Line(line.Account, Worth(line.AmountMinor), line.Party, line.Document)).Where(line => line.AmountMinor != 0));
        lines.AddRange(booked.Skip(1).Select(line => line with { AmountMinor = -line.AmountMinor, Foreign = line.Foreign is { } foreign ? foreign with { AmountMinor = -foreign.AmountMinor } : null }));
        return Realise(lines, -lines.Sum(line => line.AmountMinor)) is { } refusal ? refusal : lines;
    }

    /// <summary>A gain (below 0) or loss of exchange; none of 0.</summary>
    private Refusal? Realise(List<Line> lines, long minor)
    {
        if (minor == 0) return null;
        if (state.Settings.Chart is not { } chart) return NoChart;
        lines.Add(new Line(Chart.Number(chart, minor > 0 ? "2150" : "2660"), minor));
        return null;
    }

    /// <summary>How much of an item a line takes off in the item's own currency; null: it names no item, or one in the book's.</summary>
    private ItemAmount? Owed(CounterLine line) => line.Foreign ?? (account.Currency is { } held && line.Party is not null && line.Document is not null ? new ItemAmount(held, line.AmountMinor) : null);

    /// <summary>What of it is open in that currency, after the lines before; null: less than it is to take off, or nothing on that side.</summary>
    private ForeignBalance? Open(CounterLine line, ItemAmount owed, Dictionary<(string, string?, string?, string), ForeignBalance> rest)
    {
        var open = rest.GetValueOrDefault(KeyOf(line, owed)) ?? ForeignBalance.Find(state, BusinessDay.Latest, line.Account, line.Party ?? "", line.Document ?? "", owed.Currency);
        return open is not null && Int128.Sign(open.ForeignMinor) == -Math.Sign(owed.AmountMinor) && Int128.Abs(open.ForeignMinor) >= Math.Abs(owed.AmountMinor) ? open : null;
    }

    private static (string, string?, string?, string) KeyOf(CounterLine line, ItemAmount owed) => (line.Account, line.Party, line.Document, owed.Currency);

    /// <summary>What the bank's line moves on its account: what takes off what is held there, or owed, does so at the rates it was booked with, the rest at the day's.</summary>
    private long HeldWorth()
    {
        if (account.Currency is not { } currency || ForeignBalance.Held(state, account.Account, currency) is not { } held || Int128.Sign(held.ForeignMinor) == Math.Sign(AmountMinor) || held.IsMixed) return Worth(AmountMinor);
        var part = Int128.Abs(held.ForeignMinor) < Math.Abs(AmountMinor) ? -(long)held.ForeignMinor : AmountMinor;
        return -held.ShareMinor(-part) + Worth(AmountMinor - part);
    }

    /// <summary>An amount of the account's currency at the day's rate, in the book's.</summary>
    private long Worth(long minor) => account.Currency is { } currency ? (long)Foreign.BaseMinor(minor, Currency.DigitsOf(currency)!.Value, rate!.Value, state.Digits) : minor;

    private Foreign? Held(long minor) => account.Currency is { } currency ? new Foreign(currency, minor, rate!.Value) : null;

    /// <summary>The rate that leads from the line's amount to a worth.</summary>
    private decimal RateOf(long worth) => Foreign.Plain(decimal.Round((decimal)AmountMinor / worth * Foreign.Power(state.Digits - Currency.DigitsOf(account.Currency!)!.Value), Foreign.MaxRateDecimals));
}
