using System.Globalization;
using BackOffice.Kernel;
using BackOffice.Ledger;

namespace BackOffice.Exchange;

/// <summary>The numbers of a book's parties at DATEV, as their case keeps them (table <c>Exports</c>, case <c>datev-parties</c>): given once, by the first export that meets a party, and kept.</summary>
/// <param name="Debtors">Party → its number as a customer, 10000 to 69999.</param>
/// <param name="Creditors">Party → its number as a supplier, 70000 to 99999.</param>
public sealed record DatevParties(IReadOnlyDictionary<string, int> Debtors, IReadOnlyDictionary<string, int> Creditors)
{
    public const string CaseId = "datev-parties";
    public const int FirstDebtor = 10_000;
    public const int FirstCreditor = 70_000;
    public const int AfterCreditors = 100_000;

    public static readonly DatevParties None = new(new Dictionary<string, int>(), new Dictionary<string, int>());

    /// <summary>
    /// These with numbers for parties that have none, in order; a party whose own id is such a number keeps it, and nobody else gets it. 422 <c>exchange/too-many-parties</c>. Worked: none yet, acme and 10000 → 10001 and 10000.
    /// </summary>
    /// <param name="reserved">Numbers that are ids of parties of the book, in this export or not.</param>
    public Outcome<DatevParties> With(IReadOnlyCollection<string> debtors, IReadOnlyCollection<string> creditors, IReadOnlySet<int>? reserved = null) =>
        Numbered(Debtors, debtors, reserved ?? new HashSet<int>(), FirstDebtor, FirstCreditor) is { } customers && Numbered(Creditors, creditors, reserved ?? new HashSet<int>(), FirstCreditor, AfterCreditors) is { } suppliers ? new DatevParties(customers, suppliers)
            : new Refusal(422, "exchange/too-many-parties", $"There are numbers for {FirstCreditor - FirstDebtor:N0} customers and {AfterCreditors - FirstCreditor:N0} suppliers; the book has more.");

    private static SortedDictionary<string, int>? Numbered(IReadOnlyDictionary<string, int> known, IReadOnlyCollection<string> parties, IReadOnlySet<int> reserved, int first, int after)
    {
        SortedDictionary<string, int> all = new(StringComparer.Ordinal);
        foreach (var (party, number) in known) all.Add(party, number);
        var taken = all.Values.ToHashSet();
        // Whose id is a number keeps it, whoever comes first.
        foreach (var party in parties)
            if (!all.ContainsKey(party) && OwnNumber(party) is { } own && own >= first && own < after && taken.Add(own)) all.Add(party, own);
        var next = first;
        foreach (var party in parties)
        {
            if (all.ContainsKey(party)) continue;
            while (reserved.Contains(next) || !taken.Add(next)) next++;
            if (next >= after) return null;
            all.Add(party, next);
        }

        return all;
    }

    private readonly Lazy<Dictionary<int, string>> _debtors = new(() => Debtors.ToDictionary(one => one.Value, one => one.Key));
    private readonly Lazy<Dictionary<int, string>> _creditors = new(() => Creditors.ToDictionary(one => one.Value, one => one.Key));

    /// <summary>The party that has a number; null: none has.</summary>
    internal string? PartyOf(int number, bool isDebtor) => (isDebtor ? _debtors : _creditors).Value.GetValueOrDefault(number);

    /// <summary>The number that a party's id is; null: it is none.</summary>
    internal static int? OwnNumber(string party) => party.Length == 5 && int.TryParse(party, NumberStyles.None, CultureInfo.InvariantCulture, out var own) && own >= FirstDebtor ? own : null;
}

/// <summary>How a book's accounts and parties are called at DATEV.</summary>
/// <param name="Chart">SKR03 or SKR04.</param>
/// <param name="AccountLength">Digits of a general ledger account, 4 to 8.</param>
/// <param name="Layout">See <see cref="DatevRun.Layout"/>.</param>
public sealed record DatevNames(string Chart, int AccountLength, DatevParties Parties, int Layout = DatevRun.LatestLayout)
{
    /// <summary>Stands for the keys of accounts whose tax the buyer owes: both taxes are computed, and no file that comes in without key 40 is taken.</summary>
    public const string ReverseKey = "13b";

    private const int ChartDigits = 4;

    private string Receivables { get; } = Ledger.Chart.Number(Chart, "1400");
    private string Payables { get; } = Ledger.Chart.Number(Chart, "1600");

    /// <summary>Accounts on which DATEV computes tax by itself (AV and AM accounts). Source: DATEV-Kontenrahmen SKR03 and SKR04, by their functions.</summary>
    private static readonly Dictionary<string, (int From, int To, string Key, int Layout)[]> Automatic = new(StringComparer.Ordinal)
    {
        [Ledger.Chart.Skr03] =
        [
            (3110, 3119, ReverseKey, 2), (3120, 3129, ReverseKey, 2), (3420, 3424, ReverseKey, 2), (3710, 3711, "8", 2), (3720, 3721, "9", 2), (3750, 3751, "8", 2), (3760, 3761, "9", 2), (3780, 3781, "8", 2), (3790, 3791, "9", 2),
            (8710, 8711, "2", 2), (8720, 8721, "3", 2), (8750, 8751, "2", 2), (8760, 8761, "3", 2), (8780, 8781, "2", 2), (8790, 8791, "3", 2), (3300, 3309, "8", 1), (3400, 3409, "9", 1), (3425, 3429, ReverseKey, 2), (3731, 3731, "8", 1), (3736, 3736, "9", 1), (8300, 8309, "2", 1), (8400, 8409, "3", 1), (8731, 8731, "2", 1), (8736, 8736, "3", 1), (8801, 8806, "3", 2), (8820, 8825, "3", 2),
        ],
        [Ledger.Chart.Skr04] =
        [
            (4710, 4711, "2", 2), (4720, 4721, "3", 2), (4750, 4751, "2", 2), (4760, 4761, "3", 2), (4780, 4781, "2", 2), (4790, 4791, "3", 2), (5420, 5424, ReverseKey, 2), (5710, 5711, "8", 2), (5720, 5721, "9", 2), (5750, 5751, "8", 2), (5760, 5761, "9", 2), (5780, 5781, "8", 2), (5790, 5791, "9", 2), (5910, 5919, ReverseKey, 2),
            (4300, 4309, "2", 1), (4400, 4409, "3", 1), (4731, 4731, "2", 1), (4736, 4736, "3", 1), (4845, 4845, "3", 2), (5300, 5309, "8", 1), (5400, 5409, "9", 1), (5425, 5429, ReverseKey, 2), (5731, 5731, "8", 1), (5736, 5736, "9", 1), (5920, 5929, ReverseKey, 2), (6885, 6885, "3", 2),
        ],
    };

    /// <summary>The tax key of an automatic account: 2 and 3 sales at the reduced and the standard rate, 8 and 9 purchases, <see cref="ReverseKey"/>; null: it is none.</summary>
    /// <remarks>An account widened with zeros is the same: 840000 is automatic as 8400 is.</remarks>
    public string? KeyOf(string account) =>
        int.TryParse(account.Length > ChartDigits && account.AsSpan(ChartDigits).TrimStart('0').IsEmpty ? account[..ChartDigits] : account, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && Automatic[Chart].FirstOrDefault(range => number >= range.From && number <= range.To && range.Layout <= Layout) is { Key: { } key } ? key : null;

    /// <summary>Whether a line stands for a customer (receivables) or a supplier (payables), who has a number of its own.</summary>
    public bool IsDebtor(Line line) => line.Party is not null && line.Account == Receivables;

    public bool IsCreditor(Line line) => line.Party is not null && line.Account == Payables;

    /// <summary>The number of a line's account: the party's, else the account's, widened with zeros at its end. Worked: length 5: 1200 → 12000; debtor 10000 → 100000.</summary>
    public string NumberOf(Line line) =>
        IsDebtor(line) ? Widened(Text(Parties.Debtors[line.Party!]), AccountLength + 1) : IsCreditor(line) ? Widened(Text(Parties.Creditors[line.Party!]), AccountLength + 1) : Widened(line.Account, AccountLength);

    /// <summary>
    /// The account and party that a number stands for; null: it is too long. One digit more than an account has a party's number, a customer's from 1 to 6, a supplier's from 7 on; an account is taken as it is where the book has it, else without the zeros that widen it.
    /// Worked: length 5: 12000 → 1200, or 12000 where that is an account; 100000 → debtor 10000.
    /// </summary>
    public (string Account, string? Party)? Of(string number, Func<string, bool> hasAccount)
    {
        if (number.Length <= AccountLength) return number.PadLeft(AccountLength, '0') is var whole && hasAccount(whole) ? (whole, null) : (Narrowed(whole, ChartDigits), null);
        if (number.Length != AccountLength + 1 || number[0] == '0') return null;
        var (plain, isDebtor) = (Narrowed(number, ChartDigits + 1), number[0] < '7');
        return (isDebtor ? Receivables : Payables, int.TryParse(plain, NumberStyles.None, CultureInfo.InvariantCulture, out var given) ? Parties.PartyOf(given, isDebtor) ?? plain : plain);
    }

    internal static string Widened(string number, int length) => number.PadRight(length, '0');

    private static string Narrowed(string number, int digits) => number.Length > digits && number[digits..].All(c => c == '0') ? number[..digits] : number;

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}

/// <summary>Entries as rows.</summary>
public static class DatevRows
{
    /// <summary>
    /// The rows of an entry: debits are paired with credits in the order of its lines, so an entry of n and m lines becomes at most n + m − 1 rows, whose sums on each account are the entry's. The debit is the Konto.
    /// What a line is in another currency is shared out alike, the last row takes the rest; the amount's fields show the debit's, else the credit's, and the notes both, since the format does not say whose it is.
    /// Worked: Dr 1400 119.00, Cr 8400 100.00, Cr 1776 19.00 → 100.00 S 10000 against 8400 with key 40; 19.00 S 10000 against 1776.
    /// </summary>
    /// <param name="date">Posting date.</param>
    public static List<DatevRow> Of(Entry entry, DateOnly date, DatevNames names)
    {
        List<DatevRow> rows = [];
        var debits = new Queue<Open>(entry.Lines.Where(line => line.AmountMinor > 0).Select(line => new Open(line)));
        var credits = new Queue<Open>(entry.Lines.Where(line => line.AmountMinor < 0).Select(line => new Open(line)));
        var (debit, credit) = (debits.Dequeue(), credits.Dequeue());
        while (true)
        {
            var amount = Math.Min(debit.LeftMinor, credit.LeftMinor);
            rows.Add(Row(entry, date, amount, debit.Line, debit.Take(amount), credit.Line, credit.Take(amount), names));
            if (debit.LeftMinor == 0 && credit.LeftMinor == 0 && debits.Count == 0) return rows;
            if (debit.LeftMinor == 0) debit = debits.Dequeue();
            if (credit.LeftMinor == 0) credit = credits.Dequeue();
        }
    }

    /// <summary>A line as far as rows have not taken it.</summary>
    private sealed class Open(Line line)
    {
        private long _takenForeignMinor;

        public Line Line { get; } = line;

        public long LeftMinor { get; private set; } = Math.Abs(line.AmountMinor);

        /// <summary>Takes a part; what it is in the line's own currency, null without one or where it is nothing. What was rounded for one part is made good by the next.</summary>
        public Foreign? Take(long amountMinor)
        {
            LeftMinor -= amountMinor;
            if (Line.Foreign is not { } foreign) return null;
            var (all, taken) = (Math.Abs(Line.AmountMinor), Math.Abs(Line.AmountMinor) - LeftMinor);
            var part = (long)decimal.Round((decimal)Math.Abs(foreign.AmountMinor) * taken / all, MidpointRounding.AwayFromZero) - _takenForeignMinor;
            _takenForeignMinor += part;
            return part == 0 ? null : foreign with { AmountMinor = part };
        }
    }

    private static DatevRow Row(Entry entry, DateOnly date, long amount, Line debit, Foreign? debitForeign, Line credit, Foreign? creditForeign, DatevNames names)
    {
        // Until layout 2 the notes said all of a line in each of its rows, and nothing else.
        if (names.Layout < 2) (debitForeign, creditForeign) = (Whole(debit), Whole(credit));
        var document = debit.Document ?? credit.Document ?? "";
        var clean = DatevFormat.CleanDocument(document);
        List<KeyValuePair<string, string>> infos = [new("Buchung", entry.Id)];
        if (clean != document) infos.Add(new("Beleg", document));
        if (debit.Document is not null && credit.Document is { } other && other != document) infos.Add(new("Beleg Haben", other));
        if (entry.Reverses is { } reversed) infos.Add(new("Storno von", reversed));
        foreach (var (side, line, foreign) in ((string, Line, Foreign?)[])[("Soll", debit, debitForeign), ("Haben", credit, creditForeign)])
        {
            if (line.Party is { } party && !names.IsDebtor(line) && !names.IsCreditor(line)) infos.Add(new($"Partei {side}", party));
            if (foreign is not null) infos.Add(new(DatevForeign.NoteOf(side), DatevForeign.Text(foreign)));
        }

        var key = names.KeyOf(debit.Account) is not null || names.KeyOf(credit.Account) is not null ? "40" : "";
        var text = DatevFormat.Clean(entry.Text, DatevFormat.MaxTextChars);
        if (names.Layout < 2)
            return new DatevRow(amount, true, names.NumberOf(debit), names.NumberOf(credit), key, date, clean, text, debit.DueDate ?? credit.DueDate, Cut(Dimension("costCentre")), Cut(Dimension("project")), infos);

        var (centre, project, second) = (Noted("costCentre", "KOST1", DatevFormat.CleanCostCentre), Noted("project", "KOST2", DatevFormat.CleanCostCentre), Noted("reference2", "Beleg 2", DatevFormat.CleanDocument));
        var taxed = debit.TaxCode is not null ? debit : credit;
        // One that was posted late is still taxed as of its own day.
        var supplied = taxed.TaxCode is null ? null : taxed.SupplyDate ?? (entry.Date != date ? entry.Date : null);
        return new DatevRow(amount, true, names.NumberOf(debit), names.NumberOf(credit), key, date, clean, text, debit.DueDate ?? credit.DueDate, centre, project, infos, debitForeign ?? creditForeign, supplied, second);

        string? Dimension(string name) => (debit.Dimensions ?? []).Concat(credit.Dimensions ?? []).FirstOrDefault(one => one.Key == name).Value;

        // What the field cannot hold stands in a note.
        string? Noted(string name, string note, Func<string, string> cleaned)
        {
            if (Dimension(name) is not { } value) return null;
            if (cleaned(value) is var word && word != value) infos.Add(new(note, DatevFormat.Clean(value, DatevFormat.MaxNoteChars)));
            return word;
        }

        static string? Cut(string? value) => value is null ? null : DatevFormat.Clean(value, DatevFormat.MaxDocumentChars);

        static Foreign? Whole(Line line) => line.Foreign is { } foreign ? foreign with { AmountMinor = Math.Abs(foreign.AmountMinor) } : null;
    }
}

/// <summary>An amount in another currency as a row's note says it, by side: <c>Währung Soll</c>: <c>USD 1085.00 zu 1.085</c>.</summary>
internal static class DatevForeign
{
    public static string NoteOf(string side) => $"Währung {side}";

    public static string Text(Foreign foreign) => $"{foreign.Currency} {Amount.Format(foreign.AmountMinor, Currency.DigitsOf(foreign.Currency) ?? 2)} zu {foreign.Rate.ToString(CultureInfo.InvariantCulture)}";

    /// <summary>The amount, above 0; null: the note says none.</summary>
    public static Foreign? Read(string? note) =>
        note?.Split(' ') is [var currency, var amount, "zu", var text] && Currency.DigitsOf(currency) is { } digits && Amount.ParseMinor(System.Text.Encoding.ASCII.GetBytes(amount), digits, out _) is > 0 and var minor
        && decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var rate) && rate is > 0 and < 1_000_000_000 && Foreign.Plain(rate).Scale <= Foreign.MaxRateDecimals ? new Foreign(currency, minor, Foreign.Plain(rate)) : null;
}
