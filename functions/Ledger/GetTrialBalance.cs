using BackOffice.Kernel;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace BackOffice.Ledger;

/// <summary>
/// <c>GET /api/books/{book}/trial-balance?on=</c> or <c>?from=&amp;to=</c>, and <c>&amp;recorded=N</c>: the trial balance (Summen- und Saldenliste) as of a date, as known now or after entry N. Of a
/// span also as SuSa with four pairs of columns; JSON, text/csv or text/html by Accept (these always as SuSa, <c>on</c> being the fiscal year up to it); <c>&amp;lang=de|en</c>.
/// Rows: reads <c>Ledger</c>, for <c>on</c> and <c>from/to</c> only its tail. Messages: none.
/// </summary>
public sealed class GetTrialBalance(Books books, BookHistory history, TimeProvider time)
{
    [Function(nameof(GetTrialBalance))]
    [Allow(Roles.Accounting, Roles.Auditor)]
    public async Task<IResult> Run([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "books/{book}/trial-balance")] HttpRequest request, string book)
    {
        var query = new QueryFields(request.Query);
        var (on, from, to) = (query.Date("on"), query.Date("from"), query.Date("to"));
        var recorded = query.Number("recorded", 0, int.MaxValue);
        var language = query.Language();
        if (on is not null && (from is not null || to is not null)) query.Faults.Add(new Fault("on", "ledger/span", "Give 'on', or 'from' and 'to', not both."));
        if (to is null != from is null) query.Faults.Add(new Fault(from is null ? "from" : "to", "ledger/span", "'from' and 'to' go together."));
        if (from > to) query.Faults.Add(new Fault("to", "ledger/span", "'to' lies before 'from'."));
        if (query.Refused() is { } wrong) return new Problem(wrong);

        var opened = await books.OpenAsync(book);
        if (!opened.Is(out var found, out var refusal)) return new Problem(refusal);
        var until = to ?? on ?? BusinessDay.Today(time);
        var outcome = await history.ReadAsync(found.Book, recorded, state => TrialBalance.Of(state, from, until));
        return outcome.Is(out var balance, out refusal) ? new ReportAnswer(() => balance.ToReport(language), json => balance.Write(json, book)) : new Problem(refusal);
    }
}

/// <summary>One account's line in the trial balance, in minor units. Balance = opening + debit − credit; a debit balance is positive.</summary>
public sealed record TrialBalanceLine(string Account, string Name, AccountType Type, Int128 OpeningMinor, Int128 DebitMinor, Int128 CreditMinor)
{
    public Int128 BalanceMinor => OpeningMinor + DebitMinor - CreditMinor;

    /// <summary>The account's line in the SuSa.</summary>
    public required SusaLine Susa { get; init; }
}

/// <summary>
/// Four pairs of columns in minor units: opening balance of the fiscal year (carried-forward results included), turnover of the span, turnover of the fiscal year up to the span's end, closing
/// balance. A balance stands on the side it is on. Σ debit = Σ credit in each pair; closing = opening + cumulative. Worked: opening D 100.00, period D 50.00 C 30.00, cumulative D 70.00 C 30.00 → closing D 140.00.
/// </summary>
public sealed record SusaLine(Int128 OpeningMinor, Turnover Period, Turnover Cumulative)
{
    public Int128 ClosingMinor => OpeningMinor + Cumulative.BalanceMinor;

    public static SusaLine Of(AccountState account, DateOnly from, DateOnly to, DateOnly yearStart)
    {
        var opening = account.Between(0, yearStart.DayNumber - 1).BalanceMinor + account.Carried.Between(yearStart.DayNumber, to.DayNumber).BalanceMinor;
        return new SusaLine(opening, WithoutCarried(account, from, to), WithoutCarried(account, yearStart, to));
    }

    private static Turnover WithoutCarried(AccountState account, DateOnly from, DateOnly to)
    {
        var (all, carried) = (account.Between(from.DayNumber, to.DayNumber), account.Carried.Between(from.DayNumber, to.DayNumber));
        return new Turnover(all.DebitMinor - carried.DebitMinor, all.CreditMinor - carried.CreditMinor);
    }

    /// <summary>The eight amounts in order: opening, period, cumulative, closing, debit before credit each.</summary>
    public Int128[] Amounts() =>
    [
        Int128.Max(OpeningMinor, 0), Int128.Max(-OpeningMinor, 0), Period.DebitMinor, Period.CreditMinor, Cumulative.DebitMinor, Cumulative.CreditMinor, Int128.Max(ClosingMinor, 0), Int128.Max(-ClosingMinor, 0),
    ];
}

/// <summary>
/// The trial balance: every account of the chart, in order of its code. Σ opening = 0, Σ debit = Σ credit, Σ balance = 0.
/// Source: double entry (GoBD: journal and accounts agree). Worked: opening 100.00, debit 50.00, credit 30.00 → balance 120.00.
/// </summary>
public sealed record TrialBalance(string Currency, int Digits, DateOnly? From, DateOnly To, long AsOfEntry, IReadOnlyList<TrialBalanceLine> Lines)
{
    /// <summary>With <paramref name="from"/>: opening is the balance of the evening before. Without: opening 0, turnover since the first entry.</summary>
    public static Outcome<TrialBalance> Of(BookState state, DateOnly? from, DateOnly to)
    {
        var lines = new List<TrialBalanceLine>(state.Accounts.Count);
        var yearStart = FiscalYear.Of(to, state.Settings.FiscalYearStart).First;
        if (from < yearStart) yearStart = from.Value; // a span of more than the year is its own year
        foreach (var account in state.Accounts)
        {
            var opening = from is { } first ? account.Between(0, first.DayNumber - 1).BalanceMinor : 0;
            var turnover = account.Between(from?.DayNumber ?? 0, to.DayNumber);
            lines.Add(new TrialBalanceLine(account.Code, account.Name, account.Type, opening, turnover.DebitMinor, turnover.CreditMinor)
            {
                Susa = SusaLine.Of(account, from ?? yearStart, to, yearStart),
            });
        }

        lines.Sort((a, b) => string.CompareOrdinal(a.Account, b.Account));
        return new TrialBalance(state.Currency, state.Digits, from, to, state.Entries, lines);
    }

    public void Write(System.Text.Json.Utf8JsonWriter json, string book)
    {
        json.WriteString("book", book);
        json.WriteString("currency", Currency);
        if (From is { } from)
        {
            EntryJson.WriteDate(json, "from"u8, from);
            EntryJson.WriteDate(json, "to"u8, To);
        }

        EntryJson.WriteDate(json, "on"u8, To);
        json.WriteNumber("asOfEntry", AsOfEntry);
        json.WriteList("accounts", Lines, line =>
        {
            json.WriteString("account", line.Account);
            json.WriteString("name", line.Name);
            json.WriteString("type", AccountText.Of(line.Type));
            WriteAmounts(json, line.OpeningMinor, line.DebitMinor, line.CreditMinor, line.BalanceMinor);
            if (From is not null) WriteSusa(json, line.Susa.Amounts());
        });
        json.WriteStartObject("totals");
        WriteAmounts(json, Sum(line => line.OpeningMinor), Sum(line => line.DebitMinor), Sum(line => line.CreditMinor), Sum(line => line.BalanceMinor));
        if (From is not null) WriteSusa(json, SusaTotals());
        json.WriteEndObject();
    }

    public Report ToReport(string language)
    {
        var de = language == "de";
        string[] pairs = de ? ["Eröffnung", "Zeitraum", "Kumuliert", "Saldo"] : ["Opening", "Period", "Cumulative", "Closing"];
        // On paper an account without any figure only takes room; JSON has them all.
        List<ReportRow> rows = [.. Lines.Where(line => line.Susa.Amounts().Any(amount => amount != 0)).Select(line => new ReportRow(2, [line.Account, line.Name, .. line.Susa.Amounts().Cast<object>()]))];
        rows.Add(new ReportRow(0, ["", de ? "Summe" : "Total", .. SusaTotals().Cast<object>()]));
        return new Report(de ? "Summen- und Saldenliste" : "Trial balance", $"{(From is { } from ? BusinessDay.Text(from) + " – " : "")}{BusinessDay.Text(To)}, {Currency}, {(de ? "Stand nach Buchung" : "as known after entry")} {AsOfEntry}",
            [de ? "Konto" : "Account", "", .. pairs.SelectMany(pair => new[] { $"{pair} {(de ? "Soll" : "debit")}", $"{pair} {(de ? "Haben" : "credit")}" })], rows, Digits, language);
    }

    private Int128[] SusaTotals()
    {
        var totals = new Int128[8];
        foreach (var line in Lines)
        {
            var amounts = line.Susa.Amounts();
            for (var n = 0; n < totals.Length; n++) totals[n] += amounts[n];
        }

        return totals;
    }

    private void WriteSusa(System.Text.Json.Utf8JsonWriter json, Int128[] amounts)
    {
        string[] names = ["openingDebit", "openingCredit", "periodDebit", "periodCredit", "cumulativeDebit", "cumulativeCredit", "closingDebit", "closingCredit"];
        for (var n = 0; n < names.Length; n++) json.WriteString(names[n], Amount.Format(amounts[n], Digits));
    }

    private Int128 Sum(Func<TrialBalanceLine, Int128> amount) => Lines.Aggregate(Int128.Zero, (sum, line) => sum + amount(line));

    private void WriteAmounts(System.Text.Json.Utf8JsonWriter json, Int128 opening, Int128 debit, Int128 credit, Int128 balance)
    {
        json.WriteString("opening", Amount.Format(opening, Digits));
        json.WriteString("debit", Amount.Format(debit, Digits));
        json.WriteString("credit", Amount.Format(credit, Digits));
        json.WriteString("balance", Amount.Format(balance, Digits));
    }
}
